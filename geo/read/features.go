package read

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"planatlas/geo"
)

// Feature is one feature of a feature file.
type Feature struct {
	ID         string                     // never empty
	Line       int                        // line of the file on which the feature starts, from 1
	Properties map[string]json.RawMessage // as written, never nil
	Shape      *geo.Shape                 // SRID 4490, any of the seven types; nil for a null geometry
}

// Features reads a feature file: an RFC 7946 FeatureCollection with the members
// type and features and no other, each feature with exactly type, id, properties
// and geometry. It is strict: no member twice, ids are strings, positions are
// [longitude, latitude] and nothing more, rings are closed and enclose an area,
// nothing is empty and nothing follows the document. Geometry is kept as given,
// including the winding of rings; that ids differ is not checked.
//
// The file is read as a stream: memory holds one feature, whatever the length of
// the file. The sequence ends after the first error. A mistake in the file is an
// [*Error] whose Where starts with "file line N"; since the end of a file can be
// wrong too, features that came before an error must not be taken for a whole.
func Features(r io.Reader, lim Limits) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		lim := lim.withDefaults()
		src := &source{r: r, limit: lim.Bytes, line: 1}
		where := func(offset int64) string { return fileLine(src.lineOf(offset)) }
		s := stream{parser: newParser(src, lim, where, func() int64 { return src.read }), src: src, yield: yield}
		err := s.collection()
		if err != nil && !errors.Is(err, errStopped) {
			yield(Feature{}, err)
		}
	}
}

// errStopped says that the caller wants no more features.
var errStopped = errors.New("stopped")

// fileLine names a line in an error.
func fileLine(n int) string { return "file line " + strconv.Itoa(n) }

// stream reads a feature collection from its parser.
type stream struct {
	*parser
	src   *source
	yield func(Feature, error) bool
}

// here returns the line of the token that was read last.
func (s *stream) here() int { return s.src.lineOf(s.dec.InputOffset() - 1) }

// want reads one token, which must be the given delimiter.
func (s *stream) want(d json.Delim, what string) error {
	t, err := s.token()
	if err == nil && t != d {
		err = s.wrong(s.here(), "", show(t), what)
	}
	return err
}

// wrong returns an error about what stands on a line.
func (s *stream) wrong(line int, pointer, got, want string) error {
	where := fileLine(line)
	if pointer != "" {
		where += ", " + pointer
	}
	return &Error{Where: where, Value: shorten(got), Want: want, Err: ErrSyntax}
}

// show writes a token as JSON.
func show(t json.Token) string {
	switch t := t.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(t)
	default:
		return fmt.Sprint(t)
	}
}

// collection reads the whole document.
func (s *stream) collection() error {
	if err := s.want('{', "a FeatureCollection"); err != nil {
		return err
	}
	var seen []string
	for s.dec.More() {
		name, err := s.name(nil, seen)
		if err != nil {
			return s.onLine(s.here(), err)
		}
		seen = append(seen, name)
		switch name {
		case "type":
			err = s.typeIs("FeatureCollection")
		case "features":
			err = s.features()
		default:
			err = s.wrong(s.here(), "", "the member "+strconv.Quote(name), "only the members type and features")
		}
		if err != nil {
			return err
		}
	}
	if err := s.want('}', "the end of the FeatureCollection"); err != nil {
		return err
	}
	if err := s.complete(s.here(), seen, "type", "features"); err != nil {
		return err
	}
	return s.close()
}

// complete checks that every needed member was seen.
func (s *stream) complete(line int, seen []string, needed ...string) error {
	if len(seen) == len(needed) { // none twice and none unknown, so all are there
		return nil
	}
	return s.wrong(line, "", "only the members "+strings.Join(seen, ", "), "the members "+strings.Join(needed, ", "))
}

// typeIs reads a string that must be the given type.
func (s *stream) typeIs(want string) error {
	t, err := s.token()
	if err == nil && t != want {
		err = s.wrong(s.here(), "/type", show(t), strconv.Quote(want))
	}
	return err
}

// features reads the array of features and yields each.
func (s *stream) features() error {
	if err := s.want('[', "an array of features"); err != nil {
		return err
	}
	for s.dec.More() {
		s.values, s.positions = 0, 0
		f, err := s.feature()
		if err != nil {
			return err
		}
		if !s.yield(f, nil) {
			return errStopped
		}
	}
	return s.want(']', "the end of the features")
}

// feature reads one feature.
func (s *stream) feature() (Feature, error) {
	if err := s.want('{', "a Feature"); err != nil {
		return Feature{}, err
	}
	f := Feature{Line: s.here()}
	var seen []string
	for s.dec.More() {
		name, err := s.name(nil, seen)
		if err == nil {
			seen = append(seen, name)
			err = s.member(&f, name)
		}
		if err != nil {
			return Feature{}, s.onLine(f.Line, err)
		}
	}
	if err := s.want('}', "the end of the Feature"); err != nil {
		return Feature{}, err
	}
	return f, s.complete(f.Line, seen, "type", "id", "properties", "geometry")
}

// onLine puts the line of the feature in front of a pointer into it.
func (s *stream) onLine(line int, err error) error {
	var e *Error
	if errors.As(err, &e) && !strings.HasPrefix(e.Where, "file line ") {
		e.Where = strings.TrimSuffix(fileLine(line)+", "+e.Where, ", ")
	}
	return err
}

// member reads the value of one member of a feature.
func (s *stream) member(f *Feature, name string) (err error) {
	switch name {
	case "type":
		return s.typeIs("Feature")
	case "id":
		t, err := s.token()
		if err != nil {
			return err
		}
		id, ok := t.(string)
		if !ok || id == "" {
			return s.wrong(f.Line, "/id", show(t), "a string that is not empty")
		}
		f.ID = id
		return nil
	case "properties":
		f.Properties, err = s.properties(f.Line)
		return err
	case "geometry":
		f.Shape, err = s.geometry()
		return err
	default:
		return s.wrong(f.Line, "", "the member "+strconv.Quote(name), "only the members type, id, properties and geometry")
	}
}

// properties reads an object and keeps its values as they are written.
func (s *stream) properties(line int) (map[string]json.RawMessage, error) {
	if err := s.want('{', "an object of properties"); err != nil {
		return nil, err
	}
	out := map[string]json.RawMessage{}
	at := (*path)(nil).key("properties")
	var seen []string
	for s.dec.More() {
		name, err := s.name(at, seen)
		if err != nil {
			return nil, err
		}
		seen = append(seen, name)
		var raw json.RawMessage
		if err := s.dec.Decode(&raw); err != nil {
			return nil, s.broken(err)
		}
		if err := s.nested(raw, at.key(name), line); err != nil {
			return nil, err
		}
		out[name] = raw
	}
	return out, s.want('}', "the end of the properties")
}

// nested checks that an array or object among the properties is as strict as
// the rest of the file.
func (s *stream) nested(raw json.RawMessage, at *path, line int) error {
	if raw[0] != '{' && raw[0] != '[' {
		return nil
	}
	lim := Limits{Vertices: s.vertices}
	inner := newParser(strings.NewReader(string(raw)), lim, func(int64) string { return fileLine(line) }, func() int64 { return 0 })
	_, err := inner.value(at, 0)
	return err
}

// geometry reads a geometry or null.
func (s *stream) geometry() (*geo.Shape, error) {
	at := (*path)(nil).key("geometry")
	v, err := s.value(at, 0)
	if err != nil || v.kind == null {
		return nil, err
	}
	g, err := (&builder{}).geometry(&v, at)
	if err != nil {
		return nil, err
	}
	return &geo.Shape{SRID: geo.CGCS2000, Geom: g}, nil
}
