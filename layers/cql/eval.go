package cql

import (
	"cmp"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// Spatial computes with geometries for an [Evaluator]. op is one of the spatial
// functions of [Relations]; both geometries are in the layer's reference system.
type Spatial interface {
	Relate(op string, a, b orb.Geometry) bool
	AreaM2(orb.Geometry) float64
	LengthM(orb.Geometry) float64
	Centroid(orb.Geometry) orb.Geometry
}

// Evaluator evaluates expressions for one feature. Get returns the feature's
// values. Without Spatial, everything about geometries is unknown.
type Evaluator struct {
	Get     func(property string) Value
	Spatial Spatial
}

// Match reports whether the expression is true for a feature whose values get
// returns. As in SQL, a comparison with null is neither true nor false, and only
// true matches. It knows nothing of geometries: see [HasGeometry].
func Match(e Expr, get func(property string) Value) bool {
	return Evaluator{Get: get}.Match(e)
}

// Match reports whether the expression is true; nil is.
func (v Evaluator) Match(e Expr) bool { return e == nil || v.truth(e) == yes }

// truth is three-valued.
type truth int8

const (
	no truth = iota - 1
	unknown
	yes
)

func boolean(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (v Evaluator) truth(e Expr) truth {
	switch e := e.(type) {
	case And:
		t := yes
		for _, p := range e {
			t = min(t, v.truth(p))
		}
		return t
	case Or:
		t := no
		for _, p := range e {
			t = max(t, v.truth(p))
		}
		return t
	case Not:
		return -v.truth(e.Of)
	case Compare:
		return compare(v.value(e.Left), e.Op, v.value(e.Right))
	case Between:
		of := v.value(e.Of)
		return min(compare(of, ">=", v.value(e.Low)), compare(of, "<=", v.value(e.High)))
	case In:
		t, of := no, v.value(e.Of)
		for _, item := range e.List {
			t = max(t, compare(of, "=", v.value(item)))
		}
		return t
	case Like:
		s, ok1 := v.value(e.Of).(string)
		p, ok2 := v.value(e.Pattern).(string)
		if !ok1 || !ok2 {
			return unknown
		}
		return boolean(like([]rune(s), []rune(p)))
	case IsNull:
		return v.isNull(e.Of)
	case Relation:
		return v.relation(e)
	}
	if b, ok := v.value(e).(bool); ok {
		return boolean(b)
	}
	return unknown
}

func (v Evaluator) isNull(e Expr) truth {
	if i, ok := e.(Interval); ok {
		for _, end := range children(i) {
			if v.value(end) == nil {
				return yes
			}
		}
		return no
	}
	return boolean(v.value(e) == nil)
}

// value returns nil for null.
func (v Evaluator) value(e Expr) Value {
	switch e := e.(type) {
	case Literal:
		if box, ok := e.Value.(BBox); ok {
			return box.Geometry()
		}
		return number(e.Value)
	case Property:
		return number(v.Get(e.Name))
	case Arithmetic:
		a, ok1 := v.value(e.Left).(float64)
		b, ok2 := v.value(e.Right).(float64)
		if f, ok := calculate(e.Op, a, b); ok && ok1 && ok2 {
			return f
		}
		return nil
	case Casei:
		return onText(v.value(e.Of), func(s string) Value { return foldCase(s) })
	case Accenti:
		return onText(v.value(e.Of), func(s string) Value { return stripAccents(s) })
	case Call:
		return v.call(e)
	case Array:
		return v.items(e)
	case Interval:
		return v.span(e)
	}
	switch v.truth(e) {
	case yes:
		return true
	case no:
		return false
	}
	return nil
}

func onText(v Value, f func(string) Value) Value {
	if s, ok := v.(string); ok {
		return f(s)
	}
	return nil
}

// call evaluates a function. Null for null.
func (v Evaluator) call(e Call) Value {
	args := make([]Value, 2)
	for i, a := range e.Args {
		if args[min(i, 1)] = v.value(a); args[min(i, 1)] == nil {
			return nil
		}
	}
	switch first := args[0].(type) {
	case string:
		second, _ := args[1].(string)
		return textFunction(e.Name, first, second)
	case float64:
		f := map[string]func(float64) float64{"abs": math.Abs, "ceil": math.Ceil, "floor": math.Floor, "round": math.RoundToEven}[e.Name]
		if f != nil {
			return f(first) + 0
		}
	case orb.Geometry:
		return v.geometryFunction(e.Name, first)
	}
	return nil
}

func textFunction(name, s, other string) Value {
	switch name {
	case "char_length":
		return float64(utf8.RuneCountInString(s))
	case "lower":
		return strings.ToLower(s)
	case "upper":
		return strings.ToUpper(s)
	case "trim":
		return strings.Trim(s, " ")
	case "starts_with":
		return strings.HasPrefix(s, other)
	case "split":
		parts := []Value{}
		if s == "" {
			return parts
		}
		if other == "" {
			return []Value{s}
		}
		for _, p := range strings.Split(s, other) {
			parts = append(parts, p)
		}
		return parts
	}
	return nil
}

func (v Evaluator) geometryFunction(name string, g orb.Geometry) Value {
	if v.Spatial == nil {
		return nil
	}
	switch name {
	case "area_m2":
		return v.Spatial.AreaM2(g)
	case "length_m":
		return v.Spatial.LengthM(g)
	case "centroid":
		return v.Spatial.Centroid(g)
	}
	return nil
}

// calculate computes in double precision. Operands beyond 1e150, or nearer to 0
// than 1e-150, give null, and so does what has no value, such as a division by
// zero: nothing overflows.
func calculate(op string, a, b float64) (float64, bool) {
	if !moderate(a) || !moderate(b) || b == 0 && (op == "/" || op == "%" || op == "div") {
		return 0, false
	}
	switch op {
	case "+":
		return a + b, true
	case "-":
		return a - b, true
	case "*":
		return a*b + 0, true
	case "/":
		return a/b + 0, true
	case "div":
		return math.Trunc(a/b) + 0, true
	case "%":
		return a - float64(b*math.Trunc(a/b)), true
	case "^":
		return power(a, b)
	}
	return 0, false
}

func moderate(f float64) bool {
	a := math.Abs(f)
	return a == 0 || a >= 1e-150 && a <= 1e150
}

func power(a, b float64) (float64, bool) {
	switch {
	case b == 0:
		return 1, true
	case a == 0:
		return 0, b > 0
	case a < 0 && b != math.Trunc(b), math.Abs(b)*math.Abs(math.Log(math.Abs(a))) > 690:
		return 0, false
	}
	return math.Pow(a, b), true
}

// compare compares two values of one type; null with anything is unknown.
func compare(a Value, op string, b Value) truth {
	order, ok := ordered(a, b)
	if !ok {
		return unknown
	}
	return boolean(holds(order, op))
}

func holds(order int, op string) bool {
	switch op {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case ">":
		return order > 0
	case "<=":
		return order <= 0
	}
	return order >= 0
}

func ordered(a, b Value) (int, bool) {
	if isMoment(a) || isMoment(b) {
		x, ok1 := momentOf(a)
		y, ok2 := momentOf(b)
		return x.compare(y), ok1 && ok2
	}
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case float64:
		b, ok := b.(float64)
		return cmp.Compare(a, b), ok && a == a && b == b
	case bool:
		b, ok := b.(bool)
		return int(boolean(a) - boolean(b)), ok
	}
	return 0, false
}

func isMoment(v Value) bool {
	switch v.(type) {
	case Date, Timestamp:
		return true
	}
	return false
}
