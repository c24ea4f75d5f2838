package read

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// jsonCursor goes through the bytes of a JSON text without copying what it passes.
// Every step checks the end.
type jsonCursor struct {
	b []byte
	i int
}

func (c *jsonCursor) peek() byte {
	if c.i < len(c.b) {
		return c.b[c.i]
	}
	return 0
}

func (c *jsonCursor) space() {
	for c.i < len(c.b) && (c.b[c.i] == ' ' || c.b[c.i] == '\n' || c.b[c.i] == '\t' || c.b[c.i] == '\r') {
		c.i++
	}
}

// is passes a byte if it comes next.
func (c *jsonCursor) is(b byte) bool {
	c.space()
	if c.peek() != b || c.i >= len(c.b) {
		return false
	}
	c.i++
	return true
}

// text reads a string.
func (c *jsonCursor) text() (string, bool) {
	raw, plain, ok := c.quoted()
	if !ok {
		return "", false
	}
	return memberName(raw, plain)
}

// quoted returns what stands between the quotes, and whether it holds no escape.
func (c *jsonCursor) quoted() (raw []byte, plain, ok bool) {
	if c.peek() != '"' {
		return nil, false, false
	}
	plain = true
	for i := c.i + 1; i < len(c.b); i++ {
		switch c.b[i] {
		case '\\':
			plain = false
			i++
		case '"':
			raw = c.b[c.i+1 : i]
			c.i = i + 1
			return raw, plain, true
		}
	}
	return nil, false, false
}

// unescapeJSON reads the escapes of a string.
func unescapeJSON(raw []byte) (string, bool) {
	var out strings.Builder
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			out.Write(raw)
			break
		}
		out.Write(raw[:i])
		if i+1 >= len(raw) {
			return "", false
		}
		e := raw[i+1]
		raw = raw[i+2:]
		if k := strings.IndexByte(`"\/bfnrt`, e); k >= 0 {
			out.WriteByte("\"\\/\b\f\n\r\t"[k])
			continue
		}
		r, ok := hex4(raw)
		if e != 'u' || !ok {
			return "", false
		}
		raw = raw[4:]
		if utf16.IsSurrogate(r) && len(raw) > 6 && raw[0] == '\\' && raw[1] == 'u' {
			if low, ok := hex4(raw[2:]); ok {
				if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
					r, raw = both, raw[6:]
				}
			}
		}
		out.WriteRune(r)
	}
	s := out.String()
	return s, utf8.ValidString(s)
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(v), err == nil
}

// skip passes a value of any kind.
func (c *jsonCursor) skip(depth int) bool {
	c.space()
	switch c.peek() {
	case '"':
		_, _, ok := c.quoted()
		return ok
	case '{', '[':
		if depth > maxNesting {
			return false
		}
		open := c.peek()
		c.i++
		if c.is(open + 2) {
			return true
		}
		for {
			if open == '{' {
				c.space()
				if _, _, ok := c.quoted(); !ok || !c.is(':') {
					return false
				}
			}
			if !c.skip(depth + 1) {
				return false
			}
			if !c.is(',') {
				return c.is(open + 2)
			}
		}
	}
	from := c.i
	for c.i < len(c.b) && strings.IndexByte(",]} \t\r\n", c.b[c.i]) < 0 {
		c.i++
	}
	return c.i > from && c.i < len(c.b) || c.i == len(c.b) && c.i > from
}

// members calls f for each member of an object; f reads its value. Names that are
// known are not made again.
func (c *jsonCursor) members(known map[string]string, f func(name string) bool) bool {
	if !c.is('{') {
		return false
	}
	if c.is('}') {
		return true
	}
	for {
		c.space()
		raw, plain, ok := c.quoted()
		if !ok || !c.is(':') {
			return false
		}
		name, ok := known[string(raw)]
		if !ok {
			if name, ok = memberName(raw, plain); !ok {
				return false
			}
			if known != nil && len(known) < maxMembers {
				known[string(raw)] = name
			}
		}
		c.space()
		if !f(name) {
			return false
		}
		if !c.is(',') {
			return c.is('}')
		}
	}
}

func memberName(raw []byte, plain bool) (string, bool) {
	if plain {
		return string(raw), utf8.Valid(raw)
	}
	return unescapeJSON(raw)
}

// number reads a number.
func (c *jsonCursor) number() (float64, bool) {
	from := c.i
	mantissa, digits, point, whole := uint64(0), 0, -1, true
	i := from
	if i < len(c.b) && c.b[i] == '-' {
		i++
	}
	for ; i < len(c.b); i++ {
		switch b := c.b[i]; {
		case b >= '0' && b <= '9':
			if digits < 19 {
				mantissa = mantissa*10 + uint64(b-'0')
			}
			digits++
			continue
		case b == '.' && point < 0:
			point = digits
			continue
		case b == 'e' || b == 'E' || b == '+' || b == '-':
			whole = false // an exponent: for strconv
			continue
		}
		break
	}
	c.i = i
	if digits == 0 {
		return 0, false
	}
	after := 0
	if point >= 0 {
		after = digits - point
	}
	// Both are exact, so that their quotient is rounded once.
	if whole && digits < 19 && mantissa < 1<<53 && after <= 22 {
		v := float64(mantissa) / pow10(after)
		if c.b[from] == '-' {
			v = -v
		}
		return v, true
	}
	v, err := strconv.ParseFloat(string(c.b[from:i]), 64)
	return v, err == nil && !math.IsInf(v, 0)
}

func pow10(n int) float64 {
	return [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}[n]
}

// jsonFeature decodes one feature.
type jsonFeature struct {
	cursor jsonCursor
	row    *rawRow
	left   int               // points that the row may still have
	err    error             // what is wrong with the geometry
	names  map[string]string // of members that were met, so that each is made once
}

// read reads the members of the feature.
func (f *jsonFeature) read() bool {
	c := &f.cursor
	kind := ""
	ok := c.members(f.names, func(name string) bool {
		switch name {
		case "type":
			var ok bool
			kind, ok = c.text()
			return ok
		case "id":
			v, ok := f.value()
			if s, is := v.(string); is {
				f.row.ID = s
			} else if n, is := v.(int64); is {
				f.row.ID = strconv.FormatInt(n, 10)
			}
			return ok
		case "properties":
			return f.properties()
		case "geometry":
			if c.peek() == 'n' {
				return c.literal("null")
			}
			var ok bool
			f.row.geom, ok = f.geometry(0)
			return ok
		}
		return c.skip(0)
	})
	if ok && kind != "Feature" {
		f.err = refusal(ErrSyntax, text2{}, quoted(kind), text2{`the type "Feature"`, "类型“Feature”"}, text2{})
	}
	return ok
}

func (c *jsonCursor) literal(s string) bool {
	if !bytes.HasPrefix(c.b[c.i:], []byte(s)) {
		return false
	}
	c.i += len(s)
	return true
}

func (f *jsonFeature) properties() bool {
	c := &f.cursor
	if c.peek() == 'n' {
		return c.literal("null")
	}
	return c.members(f.names, func(name string) bool {
		if len(f.row.Fields) >= maxMembers {
			return false
		}
		v, ok := f.value()
		f.row.Fields = append(f.row.Fields, Field{name, v})
		return ok
	})
}

// value reads the value of a property; an array or an object is kept as its text.
func (f *jsonFeature) value() (any, bool) {
	c := &f.cursor
	switch c.peek() {
	case '"':
		return c.anyText()
	case 't':
		return true, c.literal("true")
	case 'f':
		return false, c.literal("false")
	case 'n':
		return nil, c.literal("null")
	case '{', '[':
		from := c.i
		ok := c.skip(0)
		s := string(c.b[from:c.i])
		return s, ok && utf8.ValidString(s)
	}
	from := c.i
	v, ok := c.number()
	if ok && !bytes.ContainsAny(c.b[from:c.i], ".eE") {
		if n, err := strconv.ParseInt(string(c.b[from:c.i]), 10, 64); err == nil {
			return n, true
		}
	}
	return v, ok
}

func (c *jsonCursor) anyText() (any, bool) {
	s, ok := c.text()
	return s, ok
}

// geometry reads a geometry: its coordinates wait for its type.
func (f *jsonFeature) geometry(depth int) (orb.Geometry, bool) {
	c := &f.cursor
	kind, coordinates := "", -1
	var g orb.Geometry
	var members orb.Collection
	ok := c.members(f.names, func(name string) bool {
		switch name {
		case "type":
			var ok bool
			kind, ok = c.text()
			return ok
		case "coordinates":
			coordinates = c.i
			if kind == "" {
				return c.skip(0)
			}
			var ok bool
			g, ok = f.coordinates(kind)
			return ok
		case "geometries":
			if depth > 4 || !c.is('[') {
				return false
			}
			if c.is(']') {
				return true
			}
			for {
				c.space()
				m, ok := f.geometry(depth + 1)
				if !ok || m == nil {
					return false
				}
				members = append(members, m)
				if !c.is(',') {
					return c.is(']')
				}
			}
		}
		return c.skip(0)
	})
	switch {
	case !ok:
		return nil, false
	case kind == "GeometryCollection":
		return members, true
	case g == nil && coordinates >= 0 && kind != "":
		end := c.i
		c.i = coordinates
		if g, ok = f.coordinates(kind); !ok {
			return nil, false
		}
		c.i = end
	}
	return g, g != nil
}

// coordinates reads the coordinates of a type.
func (f *jsonFeature) coordinates(kind string) (orb.Geometry, bool) {
	switch kind {
	case "Point":
		return f.position()
	case "MultiPoint":
		p, ok := f.positions()
		return orb.MultiPoint(p), ok
	case "LineString":
		p, ok := f.positions()
		return orb.LineString(p), ok
	case "MultiLineString":
		p, ok := arrayOf(f, f.positions)
		out := make(orb.MultiLineString, len(p))
		for i := range p {
			out[i] = p[i]
		}
		return out, ok
	case "Polygon":
		return f.polygon()
	case "MultiPolygon":
		p, ok := arrayOf(f, f.polygon)
		return orb.MultiPolygon(p), ok
	}
	f.err = refusal(ErrGeometry, text2{}, quoted(kind), text2{"a type of geometry of GeoJSON", "GeoJSON图形类型"}, text2{})
	return nil, f.cursor.skip(0)
}

func (f *jsonFeature) polygon() (orb.Polygon, bool) {
	rings, ok := arrayOf(f, f.positions)
	out := make(orb.Polygon, len(rings))
	for i := range rings {
		out[i] = rings[i]
	}
	return out, ok
}

// arrayOf reads an array of what one reads.
func arrayOf[T any](f *jsonFeature, one func() (T, bool)) (out []T, ok bool) {
	c := &f.cursor
	if !c.is('[') {
		return nil, false
	}
	if c.is(']') {
		return nil, true
	}
	for {
		v, ok := one()
		if !ok {
			return nil, false
		}
		out = append(out, v)
		if !c.is(',') {
			return out, c.is(']')
		}
	}
}

func (f *jsonFeature) positions() ([]orb.Point, bool) {
	c := &f.cursor
	if !c.is('[') {
		return nil, false
	}
	out := make([]orb.Point, 0, 16)
	if c.is(']') {
		return out, true
	}
	for {
		p, ok := f.position()
		if !ok {
			return nil, false
		}
		out = append(out, p)
		if !c.is(',') {
			return out, c.is(']')
		}
	}
}

// position reads a position of two to four numbers.
func (f *jsonFeature) position() (p orb.Point, ok bool) {
	c := &f.cursor
	if f.left--; f.left < 0 || !c.is('[') {
		return p, false
	}
	for i := 0; i < 4; i++ {
		c.space()
		v, ok := c.number()
		if !ok {
			return p, false
		}
		if i < 2 {
			p[i] = v
		} else {
			f.row.third = true
		}
		if !c.is(',') {
			return p, i > 0 && c.is(']')
		}
	}
	return p, false
}
