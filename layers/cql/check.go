package cql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// TypeError says which part of an expression does not fit the properties that it is
// about. Property is set when there is no such property.
type TypeError struct {
	At        Pos
	Property  string
	Got, Want string
}

// Error names the place.
func (e *TypeError) Error() string {
	return fmt.Sprintf("%s: got %s, want %s", place(e.At), e.Got, e.Want)
}

// Check reports the first part of the expression that has no meaning: an unknown
// property, a comparison of different types, a function with an argument of another
// type. Errors are *TypeError. types tells the type of a property. A text literal
// may stand for a date or a timestamp; a date that meets a timestamp is the start
// of that day in UTC. What passes can be evaluated without an error.
func Check(e Expr, types func(name string) (Type, bool)) error {
	if e == nil {
		return nil
	}
	return (&checker{types}).condition(e)
}

// CheckExtent reports the first geometry or box that reaches beyond the bounds of
// its reference system. A box may cross the antimeridian where those bounds are
// 180 degrees. Errors are *TypeError.
func CheckExtent(e Expr, within orb.Bound) error {
	if l, ok := e.(Literal); ok {
		b, isGeometry := extent(l.Value)
		box, isBox := l.Value.(BBox)
		switch {
		case isGeometry && !(within.Contains(b.Min) && within.Contains(b.Max)):
			return &TypeError{At: l.At, Got: "a coordinate outside of the reference system",
				Want: fmt.Sprintf("x from %g to %g and y from %g to %g", within.Min[0], within.Max[0], within.Min[1], within.Max[1])}
		case isBox && box[0] > box[len(box)/2] && within.Max[0] != 180:
			return &TypeError{At: l.At, Got: "a box whose west lies beyond its east", Want: "the lower corner first"}
		}
	}
	for _, c := range children(e) {
		if err := CheckExtent(c, within); err != nil {
			return err
		}
	}
	return nil
}

// HasGeometry reports whether the expression reads a geometry, as a literal, by a
// function or by a spatial comparison. [Match] cannot evaluate it.
func HasGeometry(e Expr) bool {
	switch e := e.(type) {
	case Literal:
		_, isGeometry := literalType(e.Value)
		return isGeometry
	case Relation:
		if e.Op[0] == 's' {
			return true
		}
	case Call:
		f, _ := function(e.Name)
		if slices.ContainsFunc(f.Args, func(a Argument) bool { return a.Type == TypeGeometry }) {
			return true
		}
	}
	return slices.ContainsFunc(children(e), HasGeometry)
}

// TypeOf returns the type of an expression that passed [Check].
func TypeOf(e Expr, types func(name string) (Type, bool)) Type {
	t, err := (&checker{types}).value(e)
	if err != nil {
		return ""
	}
	return t
}

// literalType returns the type of a literal, and whether it is a geometry.
func literalType(v Value) (t Type, geometry bool) {
	switch v.(type) {
	case string:
		return TypeString, false
	case float64, int64, int:
		return TypeNumber, false
	case bool:
		return TypeBoolean, false
	case Date:
		return TypeDate, false
	case Timestamp:
		return TypeTimestamp, false
	case BBox, orb.Geometry:
		return TypeGeometry, true
	}
	return "", false
}

type checker struct {
	types func(string) (Type, bool)
}

func mismatch(e Expr, got, want string) error {
	return &TypeError{At: At(e), Got: got, Want: want}
}

func (c *checker) condition(e Expr) error {
	t, err := c.value(e)
	if err == nil && t != TypeBoolean {
		err = mismatch(e, described(e, t), "a condition")
	}
	return err
}

// described names a value in an error.
func described(e Expr, t Type) string {
	kind := "a " + string(t)
	if strings.HasPrefix(string(t), "i") || t == TypeArray {
		kind = "an " + string(t)
	}
	if p, ok := e.(Property); ok {
		return p.Name + ", " + kind
	}
	return kind
}

// value returns the type of an expression.
func (c *checker) value(e Expr) (Type, error) {
	switch e := e.(type) {
	case Literal:
		if t, _ := literalType(e.Value); t != "" {
			return t, nil
		}
		return "", mismatch(e, fmt.Sprintf("%T", e.Value), "a literal")
	case Property:
		t, ok := c.types(e.Name)
		if !ok {
			return "", &TypeError{At: e.At, Property: e.Name, Got: fmt.Sprintf("%q", e.Name), Want: "a property"}
		}
		return t, nil
	case Arithmetic:
		return TypeNumber, c.all(TypeNumber, e.Left, e.Right)
	case Casei:
		return TypeString, c.all(TypeString, e.Of)
	case Accenti:
		return TypeString, c.all(TypeString, e.Of)
	case Call:
		return c.call(e)
	case Interval:
		return TypeInterval, c.ends(e)
	case Array:
		return TypeArray, c.array(e)
	}
	return TypeBoolean, c.test(e)
}

// all wants every expression to be of the type.
func (c *checker) all(want Type, es ...Expr) error {
	for _, e := range es {
		t, err := c.value(e)
		if err != nil {
			return err
		}
		if t != want && !(want == TypeNumber && t == TypeInteger) {
			return mismatch(e, described(e, t), "a "+string(want))
		}
	}
	return nil
}

func (c *checker) call(e Call) (Type, error) {
	f, ok := function(e.Name)
	if !ok || len(e.Args) != len(f.Args) {
		return "", mismatch(e, fmt.Sprintf("%s with %d arguments", e.Name, len(e.Args)), "one of the functions "+functionNames())
	}
	for i, a := range e.Args {
		if err := c.all(f.Args[i].Type, a); err != nil {
			return "", err
		}
		if _, isLiteral := a.(Literal); isLiteral && f.Returns == TypeNumber && f.Args[i].Type == TypeGeometry {
			return "", mismatch(a, "a literal", "a geometry of the feature, which "+f.Name+" measures")
		}
	}
	return f.Returns, nil
}

// test checks a condition.
func (c *checker) test(e Expr) error {
	switch e := e.(type) {
	case And:
		return c.all(TypeBoolean, e...)
	case Or:
		return c.all(TypeBoolean, e...)
	case Not:
		return c.all(TypeBoolean, e.Of)
	case Compare:
		return c.same(e.Left, e.Right)
	case Between:
		return c.same(e.Of, e.Low, e.High)
	case In:
		return c.same(append([]Expr{e.Of}, e.List...)...)
	case Like:
		if err := c.all(TypeString, e.Of, e.Pattern); err != nil {
			return err
		}
		return c.pattern(e.Pattern, false)
	case IsNull:
		t, err := c.value(e.Of)
		if _, isArray := e.Of.(Array); err == nil && isArray {
			err = mismatch(e.Of, "a "+string(t), "a value that may be missing")
		}
		return err
	case Relation:
		return c.relation(e)
	}
	return mismatch(e, fmt.Sprintf("%T", e), "an expression of CQL2")
}

// same wants values that can be compared with each other.
func (c *checker) same(es ...Expr) error {
	_, err := c.common(es...)
	return err
}

// common returns the type in which the values are compared.
func (c *checker) common(es ...Expr) (Type, error) {
	var out Type
	temporal := false
	for _, e := range es {
		t, err := c.value(e)
		if err != nil {
			return "", err
		}
		switch t {
		case TypeInterval, TypeGeometry, TypeArray:
			return "", mismatch(e, described(e, t), "a text, a number, a boolean or an instant")
		case TypeDate, TypeTimestamp:
			temporal = true
		}
	}
	for _, e := range es {
		t, err := c.value(e)
		if err != nil {
			return "", err
		}
		if temporal && t == TypeString {
			if t, err = instantType(e); err != nil {
				return "", err
			}
		}
		if out, err = wider(e, out, t); err != nil {
			return "", err
		}
	}
	return out, nil
}

// instantType reads a text literal as an instant.
func instantType(e Expr) (Type, error) {
	if l, ok := e.(Literal); ok {
		v, want := parseInstant(l.Value.(string))
		if v == nil {
			return "", mismatch(e, token{kind: text, value: l.Value.(string)}.String(), want)
		}
		t, _ := literalType(v)
		return t, nil
	}
	return "", mismatch(e, described(e, TypeString), "an instant")
}

// wider returns the type that holds values of both.
func wider(e Expr, a, b Type) (Type, error) {
	switch {
	case a == "" || a == b:
		return b, nil
	case isNumber(a) && isNumber(b):
		return TypeNumber, nil
	case isInstant(a) && isInstant(b):
		return TypeTimestamp, nil
	}
	return "", mismatch(e, described(e, b), "a "+string(a))
}

func isNumber(t Type) bool  { return t == TypeNumber || t == TypeInteger }
func isInstant(t Type) bool { return t == TypeDate || t == TypeTimestamp }

// CommonType returns the type in which values of an expression that passed [Check]
// are compared: a text literal beside an instant is one, a date beside a timestamp
// is one, an integer beside a number is one.
func CommonType(types func(name string) (Type, bool), es ...Expr) Type {
	t, err := (&checker{types}).common(es...)
	if err != nil {
		return ""
	}
	return t
}

// pattern refuses what would become a backslash at the end of a pattern when its
// accents are taken off.
func (c *checker) pattern(e Expr, accents bool) error {
	switch e := e.(type) {
	case Casei:
		return c.pattern(e.Of, accents)
	case Accenti:
		return c.pattern(e.Of, true)
	case Literal:
		s, _ := e.Value.(string)
		if !isPattern(s) || accents && strings.ContainsAny(s, "∖﹨＼") {
			return mismatch(e, token{kind: text, value: s}.String(), "a pattern with a character behind each backslash")
		}
		return nil
	}
	return mismatch(e, "a value", "a pattern in quotes")
}
