package cql

import "github.com/paulmach/orb"

// relation evaluates a spatial, temporal or array function.
func (v Evaluator) relation(e Relation) truth {
	switch e.Op[0] {
	case 't':
		return v.temporal(e)
	case 'a':
		return v.sets(e)
	}
	a, ok1 := v.value(e.Left).(orb.Geometry)
	b, ok2 := v.value(e.Right).(orb.Geometry)
	if !ok1 || !ok2 || v.Spatial == nil {
		return unknown
	}
	return boolean(v.Spatial.Relate(e.Op, a, b))
}

// temporal compares the ends of two times.
func (v Evaluator) temporal(e Relation) truth {
	left, right := v.bounds(e.Left), v.bounds(e.Right)
	all, not := Bounds(e.Op)
	t := yes
	for _, b := range all {
		x, y := left[b.Left], right[b.Right]
		if x == nil || y == nil {
			t = min(t, unknown)
		} else {
			t = min(t, boolean(holds(x.compare(*y), b.Op)))
		}
	}
	if not {
		return -t
	}
	return t
}

// bounds returns the two ends of a time, nil where one is unknown.
func (v Evaluator) bounds(e Expr) [2]*moment {
	var out [2]*moment
	start, finish := Ends(e)
	for i, end := range []Expr{start, finish} {
		if end == nil {
			out[i] = &moment{infinite: 2*i - 1}
		} else if m, ok := momentOf(v.value(end)); ok {
			out[i] = &m
		}
	}
	return out
}

// span is an interval as a value.
type span [2]moment

func (v Evaluator) span(i Interval) Value {
	b := v.bounds(i)
	if b[0] == nil || b[1] == nil {
		return nil
	}
	return span{*b[0], *b[1]}
}

// items returns the values of an array, nil when one is unknown.
func (v Evaluator) items(a Array) Value {
	out := []Value{}
	for _, item := range a.Items {
		value := v.value(item)
		if value == nil {
			return nil
		}
		out = append(out, value)
	}
	return out
}

// sets compares two arrays as sets.
func (v Evaluator) sets(e Relation) truth {
	a, ok1 := v.value(e.Left).([]Value)
	b, ok2 := v.value(e.Right).([]Value)
	if !ok1 || !ok2 {
		return unknown
	}
	switch e.Op {
	case "a_contains":
		return boolean(v.includes(a, b))
	case "a_containedby":
		return boolean(v.includes(b, a))
	case "a_equals":
		return boolean(v.includes(a, b) && v.includes(b, a))
	}
	for _, item := range b {
		if v.holdsItem(a, item) {
			return yes
		}
	}
	return no
}

// includes reports whether every item of b is in a.
func (v Evaluator) includes(a, b []Value) bool {
	for _, item := range b {
		if !v.holdsItem(a, item) {
			return false
		}
	}
	return true
}

func (v Evaluator) holdsItem(list []Value, item Value) bool {
	for _, other := range list {
		if v.equalItems(other, item) {
			return true
		}
	}
	return false
}

// equalItems compares two items of arrays. Items of different types differ.
func (v Evaluator) equalItems(a, b Value) bool {
	switch x := a.(type) {
	case []Value:
		y, ok := b.([]Value)
		return ok && v.includes(x, y) && v.includes(y, x)
	case span:
		y, ok := b.(span)
		return ok && x[0].compare(y[0]) == 0 && x[1].compare(y[1]) == 0
	case orb.Geometry:
		y, ok := b.(orb.Geometry)
		return ok && v.Spatial != nil && v.Spatial.Relate("s_equals", x, y)
	}
	if isMoment(a) != isMoment(b) {
		return false
	}
	order, ok := ordered(a, b)
	return ok && order == 0
}
