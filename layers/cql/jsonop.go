package cql

import (
	"fmt"
	"strings"
)

// operation reads {"op": …, "args": […]}.
func (r *reader) operation(v map[string]any, at string) (Expr, error) {
	op, ok := v["op"].(string)
	if !ok {
		return nil, wrong(v["op"], at+"/op", "the name of an operation")
	}
	args, ok := v["args"].([]any)
	if !ok {
		return nil, wrong(v["args"], at+"/args", "an array")
	}
	at += "/args"
	switch lower := strings.ToLower(op); lower {
	case "and", "or", "not":
		return r.logic(lower, args, at)
	case "=", "<>", "<", ">", "<=", ">=":
		es, err := r.args(args, at, 2, r.value)
		if err != nil {
			return nil, err
		}
		return Compare{op, es[0], es[1]}, nil
	case "+", "-", "*", "/", "%", "div", "^":
		es, err := r.args(args, at, 2, r.number)
		if err != nil {
			return nil, err
		}
		return Arithmetic{lower, es[0], es[1]}, nil
	case "between":
		es, err := r.args(args, at, 3, r.value)
		if err != nil {
			return nil, err
		}
		return Between{es[0], es[1], es[2]}, nil
	case "in":
		return r.in(args, at)
	case "like":
		return r.like(args, at)
	case "isnull":
		es, err := r.args(args, at, 1, r.any)
		if err != nil {
			return nil, err
		}
		return IsNull{es[0]}, nil
	case "casei", "accenti":
		es, err := r.args(args, at, 1, r.text)
		if err != nil {
			return nil, err
		}
		return folded(lower, es[0]), nil
	}
	return r.called(op, args, strings.TrimSuffix(at, "/args"))
}

func folded(op string, of Expr) Expr {
	if op == "casei" {
		return Casei{of}
	}
	return Accenti{of}
}

// args reads so many arguments of one kind.
func (r *reader) args(args []any, at string, n int, one func(any, string) (Expr, error)) ([]Expr, error) {
	if len(args) != n {
		return nil, wrong(args, at, fmt.Sprintf("%d arguments", n))
	}
	return each(args, at, one)
}

func (r *reader) logic(op string, args []any, at string) (Expr, error) {
	if op == "not" {
		es, err := r.args(args, at, 1, r.condition)
		if err != nil {
			return nil, err
		}
		return Not{es[0]}, nil
	}
	if len(args) < 2 {
		return nil, wrong(args, at, "two conditions or more")
	}
	es, err := each(args, at, r.condition)
	if err != nil {
		return nil, err
	}
	if op == "and" {
		return And(es), nil
	}
	return Or(es), nil
}

func (r *reader) number(v any, at string) (Expr, error) {
	e, err := r.any(v, at)
	if err == nil && !isNumeric(e) {
		err = wrong(v, at, "a number")
	}
	return e, err
}

func (r *reader) text(v any, at string) (Expr, error) {
	e, err := r.any(v, at)
	if err == nil && !isText(e) {
		err = wrong(v, at, "a text")
	}
	return e, err
}

func (r *reader) in(args []any, at string) (Expr, error) {
	if len(args) != 2 {
		return nil, wrong(args, at, "a value and an array")
	}
	of, err := r.value(args[0], at+"/0")
	if err != nil {
		return nil, err
	}
	list, ok := args[1].([]any)
	if !ok || len(list) == 0 {
		return nil, wrong(args[1], at+"/1", "an array of one value or more")
	}
	values, err := each(list, at+"/1", r.value)
	return In{of, values}, err
}

func (r *reader) like(args []any, at string) (Expr, error) {
	if len(args) != 2 {
		return nil, wrong(args, at, "a text and a pattern")
	}
	of, err := r.value(args[0], at+"/0")
	if err != nil {
		return nil, err
	}
	pattern, err := r.text(args[1], at+"/1")
	if err != nil {
		return nil, err
	}
	inner := pattern
	for {
		switch p := inner.(type) {
		case Casei:
			inner = p.Of
			continue
		case Accenti:
			inner = p.Of
			continue
		case Literal:
			if !isPattern(p.Value.(string)) {
				return nil, wrong(args[1], p.At.Pointer, "a character behind the last backslash")
			}
			return Like{of, pattern}, nil
		}
		return nil, wrong(args[1], at+"/1", "a text")
	}
}

// called reads a relation or a function.
func (r *reader) called(op string, args []any, at string) (Expr, error) {
	if name, ok := relation(op); ok {
		one := r.value
		if name[0] != 'a' {
			one = r.single
		}
		es, err := r.args(args, at+"/args", 2, one)
		if err != nil {
			return nil, err
		}
		return Relation{strings.ToLower(name), es[0], es[1]}, nil
	}
	f, ok := function(op)
	if !ok {
		return nil, &SyntaxError{Pointer: at + "/op", Got: token{kind: name, value: op}.String(), Want: "an operation of CQL2 or one of the functions " + functionNames()}
	}
	es, err := r.args(args, at+"/args", len(f.Args), r.single)
	if err != nil {
		return nil, err
	}
	return Call{f.Name, es, Pos{Pointer: at}}, nil
}

// single reads a value that is no array.
func (r *reader) single(v any, at string) (Expr, error) {
	e, err := r.value(v, at)
	if _, isArray := e.(Array); err == nil && isArray {
		err = wrong(v, at, "a single value")
	}
	return e, err
}
