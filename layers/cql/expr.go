// Package cql holds filter expressions of the Common Query Language (OGC
// 21-065r2, CQL2): one tree, its text form and its meaning for one feature. It
// knows no SQL.
//
// Understood are Basic CQL2 (and, or, not, the six comparisons, is null), LIKE,
// and IN lists of literals.
package cql

import "strings"

// Expr is a boolean expression. The set of expressions is closed.
type Expr interface{ expr() }

// And is true when all its parts are.
type And []Expr

// Or is true when one of its parts is.
type Or []Expr

// Not negates.
type Not struct{ Of Expr }

// Compare compares a property with a literal. Op is one of = <> < > <= >=.
type Compare struct {
	Property string
	Op       string
	Value    Value
}

// In is true when the property equals one of the values.
type In struct {
	Property string
	Values   []Value
}

// Like is true when the property matches the pattern: % stands for any text, _
// for one character, and a backslash takes the next character as it is.
type Like struct{ Property, Pattern string }

// IsNull is true when the feature has no value for the property.
type IsNull struct{ Property string }

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Compare) expr() {}
func (In) expr()      {}
func (Like) expr()    {}
func (IsNull) expr()  {}

// Value is a literal or a feature's value: string, float64, bool, or nil for
// null. Dates are strings of the form 2006-01-02.
type Value any

// Equal compares the property with the value for equality.
func Equal(property string, v Value) Expr { return Compare{property, "=", v} }

// Match reports whether the expression is true for a feature whose values get
// returns. As in SQL, a comparison with null is neither true nor false, and
// only true matches.
func Match(e Expr, get func(property string) Value) bool {
	return e == nil || eval(e, get) == yes
}

// truth is three-valued.
type truth int8

const (
	no truth = iota - 1
	unknown
	yes
)

func eval(e Expr, get func(string) Value) truth {
	switch e := e.(type) {
	case And:
		t := yes
		for _, p := range e {
			t = min(t, eval(p, get))
		}
		return t
	case Or:
		t := no
		for _, p := range e {
			t = max(t, eval(p, get))
		}
		return t
	case Not:
		return -eval(e.Of, get)
	case IsNull:
		return boolean(get(e.Property) == nil)
	case In:
		t := no
		for _, v := range e.Values {
			t = max(t, compare(get(e.Property), "=", v))
		}
		return t
	case Like:
		s, ok := get(e.Property).(string)
		if !ok {
			return unknown
		}
		return boolean(like([]rune(s), []rune(e.Pattern)))
	case Compare:
		return compare(get(e.Property), e.Op, e.Value)
	}
	return unknown
}

// like matches greedily and goes back to the last % when it must.
func like(s, pattern []rune) bool {
	i, j, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '%':
			star, mark = j, i
			j++
		case j < len(pattern) && pattern[j] == '_':
			i, j = i+1, j+1
		case j+1 < len(pattern) && pattern[j] == '\\' && pattern[j+1] == s[i]:
			i, j = i+1, j+2
		case j < len(pattern) && pattern[j] != '\\' && pattern[j] == s[i]:
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	for j < len(pattern) && pattern[j] == '%' {
		j++
	}
	return j == len(pattern)
}

func boolean(b bool) truth {
	if b {
		return yes
	}
	return no
}

func compare(a Value, op string, b Value) truth {
	order, comparable := 0, false
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			order, comparable = strings.Compare(a, b), true
		}
	case float64:
		if b, ok := b.(float64); ok && a == a {
			comparable = true
			switch {
			case a < b:
				order = -1
			case a > b:
				order = 1
			}
		}
	case bool:
		if b, ok := b.(bool); ok && (op == "=" || op == "<>") {
			comparable = true
			if a != b {
				order = 1
			}
		}
	}
	if !comparable {
		return unknown
	}
	return boolean(map[string]bool{
		"=": order == 0, "<>": order != 0, "<": order < 0,
		">": order > 0, "<=": order <= 0, ">=": order >= 0,
	}[op])
}

// Properties returns the names of the properties that the expression reads, in
// the order of their appearance, each once.
func Properties(e Expr) []string {
	var out []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	var walk func(Expr)
	walk = func(e Expr) {
		switch e := e.(type) {
		case And:
			for _, p := range e {
				walk(p)
			}
		case Or:
			for _, p := range e {
				walk(p)
			}
		case Not:
			walk(e.Of)
		case Compare:
			add(e.Property)
		case In:
			add(e.Property)
		case Like:
			add(e.Property)
		case IsNull:
			add(e.Property)
		}
	}
	walk(e)
	return out
}
