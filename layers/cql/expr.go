// Package cql holds filter expressions of the Common Query Language (OGC
// 21-065r2, CQL2): one tree, its text and its JSON form, its types, and its
// meaning for one feature. It knows no SQL.
//
// All of CQL2 is understood: Basic CQL2, Advanced Comparison Operators, Case-
// and Accent-insensitive Comparison, Basic Spatial Functions with additional
// literals, Spatial, Temporal and Array Functions, Property-Property Comparisons,
// Functions and Arithmetic. grammar.go describes the text form.
package cql

import "github.com/paulmach/orb"

// Expr is an expression: a condition, which is true, false or unknown, or a value.
// The set of expressions is closed: it is the types of this file.
type Expr interface{ expr() }

// And is true when all its parts are.
type And []Expr

// Or is true when one of its parts is.
type Or []Expr

// Not negates.
type Not struct{ Of Expr }

// Compare compares two values. Op is one of = <> < > <= >=.
type Compare struct {
	Op          string
	Left, Right Expr
}

// Between is true when the value lies in the range; both bounds are in it.
type Between struct{ Of, Low, High Expr }

// In is true when the value equals one of the list.
type In struct {
	Of   Expr
	List []Expr
}

// Like is true when the text matches the pattern: % stands for any text, _ for
// one character, and a backslash takes the next character as it is. Pattern is a
// text literal, maybe inside of Casei and Accenti.
type Like struct{ Of, Pattern Expr }

// IsNull is true when there is no value.
type IsNull struct{ Of Expr }

// Relation compares two geometries (s_...), times (t_...) or arrays (a_...). Op is
// one of the names of [Relations], in lower case.
type Relation struct {
	Op          string
	Left, Right Expr
}

// Arithmetic computes with numbers. Op is one of + - * / % div ^.
type Arithmetic struct {
	Op          string
	Left, Right Expr
}

// Casei makes a text fit for comparison without regard to upper and lower case.
type Casei struct{ Of Expr }

// Accenti makes a text fit for comparison without regard to accents.
type Accenti struct{ Of Expr }

// Call calls one of [Functions].
type Call struct {
	Name string
	Args []Expr
	At   Pos
}

// Property reads a property of the feature.
type Property struct {
	Name string
	At   Pos
}

// Literal is a value as it was written: string, float64, bool, Date, Timestamp,
// BBox or an orb.Geometry with two axes.
type Literal struct {
	Value Value
	At    Pos
}

// Interval is the time from Start to End, both included. Each is a literal Date
// or Timestamp, a property or a call; nil is open (..).
type Interval struct {
	Start, End Expr
	At         Pos
}

// Array is a set of values.
type Array struct {
	Items []Expr
	At    Pos
}

func (And) expr()        {}
func (Or) expr()         {}
func (Not) expr()        {}
func (Compare) expr()    {}
func (Between) expr()    {}
func (In) expr()         {}
func (Like) expr()       {}
func (IsNull) expr()     {}
func (Relation) expr()   {}
func (Arithmetic) expr() {}
func (Casei) expr()      {}
func (Accenti) expr()    {}
func (Call) expr()       {}
func (Property) expr()   {}
func (Literal) expr()    {}
func (Interval) expr()   {}
func (Array) expr()      {}

// Value is a literal's or a feature's value: nil for null, string, float64, int64,
// bool, Date, Timestamp, BBox, orb.Geometry, or []Value for an array. A feature's
// date may also be a string of the form 2006-01-02.
type Value any

// Date is a day of the form 2006-01-02, from year 1 to 9999.
type Date string

// Timestamp is an instant in UTC of the form 2006-01-02T15:04:05.999999Z, exact to
// the microsecond.
type Timestamp string

// BBox is a box: the lower corner, then the upper, with two or with three axes. In
// degrees the west may lie beyond the east: the box then crosses the antimeridian.
// Heights are not compared.
type BBox []float64

// Geometry returns the box as what it covers: a polygon, two of them across the
// antimeridian, or a point or line for a box without area.
func (b BBox) Geometry() orb.Geometry {
	half := len(b) / 2
	west, south, east, north := b[0], b[1], b[half], b[half+1]
	if west > east {
		return orb.MultiPolygon{
			orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{180, north}}.ToPolygon(),
			orb.Bound{Min: orb.Point{-180, south}, Max: orb.Point{east, north}}.ToPolygon(),
		}
	}
	low, high := orb.Point{west, south}, orb.Point{east, north}
	switch {
	case low == high:
		return low
	case west == east || south == north:
		return orb.LineString{low, high}
	}
	return orb.Bound{Min: low, Max: high}.ToPolygon()
}

// Pos is where a part of an expression was written: the character of the text,
// counted from 1, or the JSON pointer (RFC 6901). Both are empty in a tree that
// was not parsed.
type Pos struct {
	Column  int
	Pointer string
}

// Equal compares the property with a value for equality.
func Equal(property string, v Value) Expr {
	return Compare{Op: "=", Left: Property{Name: property}, Right: Literal{Value: number(v)}}
}

// number turns the whole numbers of Go into the one kind of number here.
func number(v Value) Value {
	switch n := v.(type) {
	case int64:
		return float64(n)
	case int:
		return float64(n)
	}
	return v
}

// children returns the parts of an expression in the order of their appearance.
func children(e Expr) []Expr {
	switch e := e.(type) {
	case And:
		return e
	case Or:
		return e
	case Not:
		return []Expr{e.Of}
	case Compare:
		return []Expr{e.Left, e.Right}
	case Between:
		return []Expr{e.Of, e.Low, e.High}
	case In:
		return append([]Expr{e.Of}, e.List...)
	case Like:
		return []Expr{e.Of, e.Pattern}
	case IsNull:
		return []Expr{e.Of}
	case Relation:
		return []Expr{e.Left, e.Right}
	case Arithmetic:
		return []Expr{e.Left, e.Right}
	case Casei:
		return []Expr{e.Of}
	case Accenti:
		return []Expr{e.Of}
	case Call:
		return e.Args
	case Array:
		return e.Items
	case Interval:
		var out []Expr
		for _, end := range []Expr{e.Start, e.End} {
			if end != nil {
				out = append(out, end)
			}
		}
		return out
	}
	return nil
}

// At returns where the expression starts.
func At(e Expr) Pos {
	switch e := e.(type) {
	case Property:
		return e.At
	case Literal:
		return e.At
	case Call:
		return e.At
	case Interval:
		return e.At
	case Array:
		return e.At
	}
	for _, c := range children(e) {
		return At(c)
	}
	return Pos{}
}

// Properties returns the names of the properties that the expression reads, in
// the order of their appearance, each once.
func Properties(e Expr) []string {
	var out []string
	seen := map[string]bool{}
	var walk func(Expr)
	walk = func(e Expr) {
		if p, ok := e.(Property); ok && !seen[p.Name] {
			seen[p.Name] = true
			out = append(out, p.Name)
		}
		for _, c := range children(e) {
			walk(c)
		}
	}
	walk(e)
	return out
}
