package read

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is the kind of a JSON value.
type kind string

const (
	null    kind = "null"
	boolean kind = "true or false"
	number  kind = "a number"
	text    kind = "a string"
	array   kind = "an array"
	object  kind = "an object"
)

// value is a parsed JSON value. Members keep their order.
type value struct {
	kind  kind
	text  string   // of a string its content, of a number or boolean what was written
	keys  []string // member names of an object
	items []value  // members of an object, elements of an array
}

// member returns the member of that name and false if there is none.
func (v *value) member(name string) (*value, bool) {
	if i := slices.Index(v.keys, name); i >= 0 {
		return &v.items[i], true
	}
	return nil, false
}

// brief writes the value as JSON, shortened for an error message.
func (v *value) brief() string {
	var s strings.Builder
	v.write(&s)
	return shorten(s.String())
}

// write writes the value as JSON until it is longer than any message shows.
func (v *value) write(s *strings.Builder) {
	if s.Len() > 4*shown {
		return
	}
	switch v.kind {
	case text:
		s.WriteString(strconv.Quote(v.text))
	case array, object:
		brackets := "[]"
		if v.kind == object {
			brackets = "{}"
		}
		s.WriteByte(brackets[0])
		for i := range v.items {
			if i > 0 {
				s.WriteByte(',')
			}
			if v.kind == object {
				s.WriteString(strconv.Quote(v.keys[i]) + ":")
			}
			if v.items[i].write(s); s.Len() > 4*shown {
				return
			}
		}
		s.WriteByte(brackets[1])
	default:
		s.WriteString(v.text)
	}
}

// shown is how many characters of a value a message shows.
const shown = 60

// shorten cuts s to what a message shows.
func shorten(s string) string {
	if r := []rune(s); len(r) > shown {
		return string(r[:shown]) + "…"
	}
	return s
}

// path is where a value stands in a document; nil is the document itself.
type path struct {
	up    *path
	name  string // of a member
	index int    // of an element; -1 for a member
}

func (p *path) key(name string) *path { return &path{p, name, -1} }
func (p *path) item(i int) *path      { return &path{p, "", i} }

// String returns the path as a JSON pointer (RFC 6901), "" for the document.
func (p *path) String() string {
	if p == nil {
		return ""
	}
	if p.index >= 0 {
		return p.up.String() + "/" + strconv.Itoa(p.index)
	}
	return p.up.String() + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(printable(shorten(p.name)))
}

// Bounds on the form of a document, far beyond what GeoJSON needs.
const (
	maxNesting = 64   // arrays and objects inside each other
	maxMembers = 1000 // members of one object
)

// parser reads JSON values token by token, strictly: no member twice, no deep
// nesting, not more values than limits allow.
type parser struct {
	dec       *json.Decoder
	where     func(offset int64) string // line of a byte of the input, in words
	end       func() int64              // length of the input, once it was read to its end
	vertices  int                       // the limit of positions
	positions int                       // arrays of numbers met
	values    int                       // values met
}

// newParser returns a parser of r that puts its errors where the functions say.
func newParser(r io.Reader, lim Limits, where func(int64) string, end func() int64) *parser {
	p := &parser{dec: json.NewDecoder(r), where: where, end: end, vertices: lim.Vertices}
	p.dec.UseNumber()
	return p
}

// token returns the next token; the end of the input is an error.
func (p *parser) token() (json.Token, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, p.broken(err)
	}
	return t, nil
}

// close checks that nothing but white space follows.
func (p *parser) close() error {
	p.dec.More() // moves InputOffset past white space
	offset := p.dec.InputOffset()
	_, err := p.dec.Token()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) {
			return p.broken(err)
		}
	}
	return &Error{Where: p.where(offset), Value: "more text after the end of the document", Err: ErrSyntax,
		Want: "one JSON document and nothing else", Hint: "were two files joined? keep only one document"}
}

// broken turns an error of the decoder into one that shows where and why.
func (p *parser) broken(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Where: p.where(p.end()), Value: "the end of the file", Err: ErrSyntax,
			Want: "the rest of the JSON document", Hint: "the file was cut off here; export or upload it again"}
	case errors.As(err, &syntax):
		return p.syntax(syntax)
	default:
		return err
	}
}

// syntax describes the text at which the decoder gave up.
func (p *parser) syntax(err *json.SyntaxError) error {
	head := make([]byte, 4*shown)
	n, _ := io.ReadFull(p.dec.Buffered(), head) // what is left may be short
	rest := strings.TrimLeft(string(head[:n]), " \t\r\n")
	e := &Error{Where: p.where(p.dec.InputOffset() + int64(n-len(rest))), Err: fmt.Errorf("%w: %w", ErrSyntax, err)}
	e.Value = firstWord(rest)
	e.Want = "valid JSON"
	e.Hint = err.Error()
	switch strings.ToLower(strings.TrimLeft(e.Value, "+-")) {
	case "nan", "infinity", "inf":
		e.Want, e.Hint = "a finite number", "JSON has no NaN or Infinity; the position has no usable coordinates"
		return e
	}
	wide := strings.IndexFunc(e.Value, func(r rune) bool { return r >= utf8.RuneSelf })
	switch {
	case strings.HasPrefix(e.Value, "\ufeff"):
		e.Value, e.Hint = "a byte order mark", "save the file as UTF-8 without byte order mark (BOM)"
	case wide >= 0 && e.Value[0] != '"':
		e.Hint = "JSON is written with ASCII digits, quotes and punctuation; look for full-width characters such as ， or ："
	}
	return e
}

// firstWord returns what stands before the next separator.
func firstWord(s string) string {
	s = strings.ToValidUTF8(s, "")
	if i := strings.IndexAny(s, " \t\r\n,]}:"); i >= 0 {
		s = s[:max(i, 1)]
	}
	return printable(shorten(s))
}

// printable writes control characters and the like as escapes.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && r != '\ufeff' }) < 0 {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

// value reads one value with all it holds.
func (p *parser) value(at *path, depth int) (value, error) {
	t, err := p.token()
	if err != nil {
		return value{}, err
	}
	if p.values++; p.values > 8*p.vertices+100_000 {
		return value{}, tooLarge(at, "more than "+strconv.Itoa(p.values-1)+" JSON values", p.vertices)
	}
	switch t := t.(type) {
	case nil:
		return value{kind: null, text: "null"}, nil
	case bool:
		return value{kind: boolean, text: strconv.FormatBool(t)}, nil
	case json.Number:
		return value{kind: number, text: t.String()}, nil
	case string:
		return value{kind: text, text: t}, nil
	}
	if depth >= maxNesting {
		return value{}, &Error{Value: fmt.Sprintf("more than %d nested arrays and objects", maxNesting),
			Want: "GeoJSON, which nests less", Err: ErrTooLarge}
	}
	if t == json.Delim('{') {
		return p.object(at, depth)
	}
	return p.array(at, depth)
}

// array reads the elements of an array up to its closing bracket.
func (p *parser) array(at *path, depth int) (value, error) {
	v := value{kind: array}
	for p.dec.More() {
		item, err := p.value(at.item(len(v.items)), depth+1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, item)
	}
	if len(v.items) > 0 && v.items[0].kind == number {
		if p.positions++; p.positions > p.vertices {
			return value{}, tooLarge(at, "more than "+strconv.Itoa(p.vertices)+" positions", p.vertices)
		}
	}
	_, err := p.token()
	return v, err
}

// object reads the members of an object up to its closing brace.
func (p *parser) object(at *path, depth int) (value, error) {
	v := value{kind: object}
	for p.dec.More() {
		name, err := p.name(at, v.keys)
		if err != nil {
			return value{}, err
		}
		item, err := p.value(at.key(name), depth+1)
		if err != nil {
			return value{}, err
		}
		v.keys = append(v.keys, name)
		v.items = append(v.items, item)
	}
	_, err := p.token()
	return v, err
}

// name reads a member name, which must not be among those seen.
func (p *parser) name(at *path, seen []string) (string, error) {
	t, err := p.token()
	if err != nil {
		return "", err
	}
	name, ok := t.(string)
	if !ok {
		return "", &Error{Where: p.where(p.dec.InputOffset()), Value: fmt.Sprint(t), Want: "a member name", Err: ErrSyntax}
	}
	if len(seen) >= maxMembers {
		return "", &Error{Where: at.String(), Value: "more than " + strconv.Itoa(maxMembers) + " members",
			Want: "an object with fewer members", Err: ErrTooLarge}
	}
	if slices.Contains(seen, name) {
		return "", &Error{Where: at.key(name).String(), Value: "the member " + strconv.Quote(shorten(name)) + " twice",
			Want: "each member once", Hint: "remove one of them", Err: ErrSyntax}
	}
	return name, nil
}

// tooLarge says that the vertex limit is passed.
func tooLarge(at *path, what string, vertices int) error {
	return &Error{Where: at.String(), Value: what, Want: "at most " + strconv.Itoa(vertices) + " positions",
		Hint: "simplify the outline or split it", Err: ErrTooLarge}
}
