package cql

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParseJSON reads the JSON form (21-065r2, 8.3 and its schema cql2.json). JSON
// null gives nil, which matches everything. Errors are *SyntaxError with a JSON
// pointer.
func ParseJSON(data []byte) (Expr, error) {
	if len(data) > maxJSON {
		return nil, &SyntaxError{Got: fmt.Sprintf("%d bytes", len(data)), Want: fmt.Sprintf("at most %d", maxJSON)}
	}
	if !utf8.Valid(data) {
		return nil, &SyntaxError{Got: "bytes that are no text", Want: "UTF-8"}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, notJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &SyntaxError{Got: fmt.Sprintf("more behind byte %d", d.InputOffset()), Want: "one JSON value"}
	}
	if v == nil {
		return nil, nil
	}
	r := &reader{}
	return r.condition(v, "")
}

func notJSON(err error) error {
	got := "a JSON value that does not end"
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		got = fmt.Sprintf("at byte %d: %v", syntax.Offset, err)
	}
	return &SyntaxError{Got: got, Want: "JSON"}
}

// reader turns decoded JSON into a tree.
type reader struct{ depth, nodes int }

// shown describes a JSON value in an error.
func shown(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if op, ok := v["op"].(string); ok {
			return "op " + token{kind: name, value: op}.String()
		}
		return "an object"
	case []any:
		return fmt.Sprintf("an array of %d", len(v))
	case string:
		return token{kind: text, value: v}.String()
	case nil:
		return "nothing"
	}
	return fmt.Sprint(v)
}

func wrong(v any, at, want string) error {
	return &SyntaxError{Pointer: at, Got: shown(v), Want: want}
}

func (r *reader) condition(v any, at string) (Expr, error) {
	e, err := r.any(v, at)
	if err == nil && !isCondition(e) {
		err = wrong(v, at, "a condition")
	}
	return e, err
}

func (r *reader) value(v any, at string) (Expr, error) {
	e, err := r.any(v, at)
	if err == nil && !isValue(e) {
		err = wrong(v, at, "a value")
	}
	return e, err
}

// any reads whatever may stand in an expression.
func (r *reader) any(v any, at string) (Expr, error) {
	r.depth++
	defer func() { r.depth-- }()
	if r.nodes++; r.depth > maxDepth || r.nodes > maxNodes {
		return nil, wrong(v, at, fmt.Sprintf("at most %d levels and %d values", maxDepth, maxNodes))
	}
	pos := Pos{Pointer: at}
	switch v := v.(type) {
	case bool:
		return Literal{v, pos}, nil
	case string:
		s, err := plain(v, at)
		return Literal{s, pos}, err
	case json.Number:
		f, err := float(v, at)
		return Literal{f, pos}, err
	case []any:
		items, err := each(v, at, r.item)
		return Array{items, pos}, err
	case map[string]any:
		return r.object(v, at)
	}
	return nil, wrong(v, at, "an expression")
}

func (r *reader) item(v any, at string) (Expr, error) { return r.any(v, at) }

// plain refuses what no database text can hold.
func plain(s, at string) (string, error) {
	if strings.ContainsRune(s, 0) {
		return "", wrong(s, at, "text without NUL")
	}
	return s, nil
}

func float(v any, at string) (float64, error) {
	n, ok := v.(json.Number)
	f, err := strconv.ParseFloat(string(n), 64)
	if !ok || err != nil {
		return 0, wrong(v, at, "a number")
	}
	return f + 0, nil
}

// each reads every value of a list.
func each[T any](list []any, at string, one func(v any, at string) (T, error)) ([]T, error) {
	var out []T
	for i, v := range list {
		t, err := one(v, at+"/"+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// object reads an operation, a property, an instant, an interval, a geometry or a
// box: one member says which.
func (r *reader) object(v map[string]any, at string) (Expr, error) {
	pos := Pos{Pointer: at}
	kinds := map[string]func(any, string) (Expr, error){
		"op": func(any, string) (Expr, error) { return r.operation(v, at) },
		"property": func(m any, at string) (Expr, error) {
			s, ok := m.(string)
			if !ok || s == "" {
				return nil, wrong(m, at, "a name")
			}
			s, err := plain(s, at)
			return Property{s, pos}, err
		},
		"date":      func(m any, at string) (Expr, error) { return instantOf[Date](m, at, wantDate, pos) },
		"timestamp": func(m any, at string) (Expr, error) { return instantOf[Timestamp](m, at, wantTimestamp, pos) },
		"interval":  func(m any, at string) (Expr, error) { return r.interval(m, at, pos) },
		"type":      func(any, string) (Expr, error) { return geometryOf(v, at) },
		"bbox": func(m any, at string) (Expr, error) {
			list, ok := m.([]any)
			if !ok {
				return nil, wrong(m, at, "an array of four or six numbers")
			}
			box, err := each(list, at, float)
			if want := mistake(BBox(box)); err == nil && want != "" {
				err = wrong(m, at, want)
			}
			return Literal{BBox(box), pos}, err
		},
	}
	for _, key := range []string{"op", "property", "date", "timestamp", "interval", "type", "bbox"} {
		member, ok := v[key]
		if !ok {
			continue
		}
		for other := range v {
			if other != key && !(key == "op" && other == "args") && !(key == "type" && slices.Contains([]string{"coordinates", "geometries", "bbox"}, other)) {
				return nil, wrong(v, at+"/"+escapePointer(other), "no such member beside "+key)
			}
		}
		return kinds[key](member, at+"/"+key)
	}
	return nil, wrong(v, at, "op, property, date, timestamp, interval, type or bbox")
}

func escapePointer(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}

func instantOf[T Date | Timestamp](m any, at, want string, pos Pos) (Expr, error) {
	s, _ := m.(string)
	v, _ := parseInstant(s)
	if _, ok := v.(T); !ok {
		return nil, wrong(m, at, want)
	}
	return Literal{v, pos}, nil
}

func (r *reader) interval(m any, at string, pos Pos) (Expr, error) {
	list, ok := m.([]any)
	if !ok || len(list) != 2 {
		return nil, wrong(m, at, "an array of a start and an end")
	}
	ends, err := each(list, at, r.bound)
	if err != nil {
		return nil, err
	}
	i := Interval{ends[0], ends[1], pos}
	if want := orderly(i); want != "" {
		return nil, wrong(m, at, want)
	}
	return i, nil
}

func (r *reader) bound(v any, at string) (Expr, error) {
	if s, ok := v.(string); ok {
		t, want := parseInstant(s)
		switch {
		case s == "..":
			return nil, nil
		case t == nil:
			return nil, wrong(v, at, want+` or ".."`)
		}
		return Literal{t, Pos{Pointer: at}}, nil
	}
	e, err := r.any(v, at)
	if err != nil {
		return nil, err
	}
	switch e.(type) {
	case Property, Call:
		return e, nil
	}
	return nil, wrong(v, at, "a date, a timestamp, .., a property or a function")
}
