// Package encode turns rows into the bytes of a format, row by row: nothing is
// collected and no geometry tree is built.
package encode

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"planatlas/layers"
)

// flushSize is how much the encoder gathers before it writes.
const flushSize = 16 << 10

// Link is a link in a document (RFC 8288 in JSON form).
type Link struct {
	Href     string `json:"href"`
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Title    string `json:"title,omitempty"`
	HrefLang string `json:"hreflang,omitempty"`
}

// GeoJSON writes a feature collection (RFC 7946 with the members of OGC API -
// Features). Coordinates are in the view's CRS and axis order; RFC 7946 itself
// knows CRS84 alone.
type GeoJSON struct {
	w        io.Writer
	keys     []key
	decimals int
	buf      []byte
	n        int
}

// key is a property's name as it stands in the output, and how to write values.
type key struct {
	text []byte // ,"name":
	kind layers.PropertyType
}

// NewGeoJSON returns an encoder of the view's features.
func NewGeoJSON(w io.Writer, v View) *GeoJSON {
	g := &GeoJSON{w: w, decimals: v.Decimals, buf: make([]byte, 0, flushSize+4096)}
	for i, p := range v.Properties {
		text := append(appendString([]byte{','}, []byte(p.Name)), ':')
		if i == 0 {
			text = text[1:]
		}
		g.keys = append(g.keys, key{text, p.Type})
	}
	return g
}

// Row writes one feature.
func (g *GeoJSON) Row(r layers.Row) error {
	if g.n == 0 {
		g.buf = append(g.buf, `{"type":"FeatureCollection","features":[`...)
	} else {
		g.buf = append(g.buf, ',')
	}
	g.n++
	g.buf = append(g.buf, '\n')
	var err error
	if g.buf, err = g.AppendFeature(g.buf, r); err != nil {
		return err
	}
	g.buf = append(g.buf, '}')
	return g.flush(flushSize)
}

// AppendFeature appends a feature that is still open for more members.
func (g *GeoJSON) AppendFeature(dst []byte, r layers.Row) ([]byte, error) {
	dst = append(dst, `{"type":"Feature","id":`...)
	dst = appendString(dst, r.ID)
	dst = append(dst, `,"properties":{`...)
	for i, k := range g.keys {
		dst = appendValue(append(dst, k.text...), k.kind, r.Values[i])
	}
	dst = append(dst, `},"geometry":`...)
	if r.Geom == nil {
		return append(dst, "null"...), nil
	}
	dst, err := r.Geom.AppendGeoJSON(dst, g.decimals)
	if err != nil {
		return dst, fmt.Errorf("feature %s: %w", r.ID, err)
	}
	return dst, nil
}

// Close writes the end of the collection.
func (g *GeoJSON) Close(end End) error {
	page := end.Page
	if g.n == 0 {
		g.buf = append(g.buf, `{"type":"FeatureCollection","features":[`...)
	}
	g.buf = append(g.buf, "\n],"...)
	if page.Matched >= 0 {
		g.buf = append(g.buf, `"numberMatched":`...)
		g.buf = append(strconv.AppendInt(g.buf, page.Matched, 10), ',')
	}
	g.buf = append(g.buf, `"numberReturned":`...)
	g.buf = strconv.AppendInt(g.buf, int64(page.Returned), 10)
	g.buf = append(g.buf, `,"timeStamp":"`...)
	g.buf = end.Now.UTC().AppendFormat(g.buf, time.RFC3339)
	g.buf = append(g.buf, `","links":`...)
	g.buf = append(AppendLinks(g.buf, end.Links), '}', '\n')
	return g.flush(0)
}

func (g *GeoJSON) flush(above int) error {
	if len(g.buf) <= above {
		return nil
	}
	_, err := g.w.Write(g.buf)
	g.buf = g.buf[:0]
	return err
}

// AppendLinks appends a JSON array of links.
func AppendLinks(dst []byte, links []Link) []byte {
	dst = append(dst, '[')
	for i, l := range links {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"href":`...), []byte(l.Href))
		for _, m := range [...]struct{ name, value string }{{"rel", l.Rel}, {"type", l.Type}, {"title", l.Title}, {"hreflang", l.HrefLang}} {
			if m.value != "" {
				dst = append(append(append(dst, `,"`...), m.name...), `":`...)
				dst = appendString(dst, []byte(m.value))
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendValue turns PostgreSQL's text form into JSON.
func appendValue(dst []byte, kind layers.PropertyType, v []byte) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	switch kind {
	case layers.Boolean:
		return strconv.AppendBool(dst, v[0] == 't')
	case layers.Integer:
		return append(dst, v...)
	case layers.Number:
		switch string(v) {
		case "NaN", "Infinity", "-Infinity": // they have no form in JSON
			return append(dst, "null"...)
		}
		return append(dst, v...)
	}
	return appendString(dst, v)
}

// appendString appends a JSON string. Bytes that are not UTF-8 are replaced.
func appendString(dst, s []byte) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, n := utf8.DecodeRune(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
		}
	}
	return append(dst, '"')
}
