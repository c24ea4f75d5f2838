package read

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

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
