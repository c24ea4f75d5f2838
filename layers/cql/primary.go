package cql

import (
	"fmt"
	"strconv"
	"strings"
)

const wantValue = "a property, a text in single quotes, a number, TRUE, FALSE or a function"

// primary reads one value, or a condition in parentheses.
func (p *parser) primary() (Expr, error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, p.unexpected(fmt.Sprintf("at most %d values", maxNodes))
	}
	t, at := p.peek(), p.pos()
	switch t.kind {
	case text:
		p.at++
		return Literal{t.value, at}, nil
	case numeral:
		f, err := p.number()
		return Literal{f, at}, err
	case quotedName:
		if t.value == "" {
			return nil, p.unexpected("a name")
		}
		p.at++
		return Property{t.value, at}, nil
	case name:
		return p.named(t, at)
	case symbol:
		if p.sign("(") {
			e, err := p.deeper(p.condition)
			if err == nil {
				err = p.expect(")")
			}
			return e, err
		}
	}
	return nil, p.unexpected(wantValue)
}

// number reads an unsigned number.
func (p *parser) number() (float64, error) {
	f, err := strconv.ParseFloat(p.peek().value, 64)
	if p.peek().kind != numeral || err != nil {
		return 0, p.unexpected("a number")
	}
	p.at++
	return f, nil
}

// signed reads a number of a geometry.
func (p *parser) signed() (float64, error) {
	minus := p.sign("-")
	if !minus {
		p.sign("+")
	}
	f, err := p.number()
	if minus {
		f = 0 - f
	}
	return f, err
}

// named reads what a name starts: a word, a function, a geometry or a property.
func (p *parser) named(t token, at Pos) (Expr, error) {
	upper := strings.ToUpper(t.value)
	after := p.tokens[p.at+1]
	called := after.kind == symbol && after.value == "("
	switch {
	case upper == "TRUE", upper == "FALSE":
		p.at++
		return Literal{upper == "TRUE", at}, nil
	case isGeometryWord(upper) && (called || after.kind == name && strings.EqualFold(after.value, "Z")):
		p.at++
		return p.geometry(upper, at)
	case isLogicWord(upper):
		return nil, p.unexpected(wantValue)
	case !called:
		p.at++
		return Property{t.value, at}, nil
	}
	p.at++
	switch upper {
	case "CASEI", "ACCENTI":
		list, err := p.list(p.text)
		if err == nil && len(list) != 1 {
			p.at--
			err = p.unexpected("one text")
		}
		if err != nil {
			return nil, err
		}
		if upper == "CASEI" {
			return Casei{list[0]}, nil
		}
		return Accenti{list[0]}, nil
	case "DATE", "TIMESTAMP":
		return p.instant(upper, at)
	case "INTERVAL":
		return p.interval(at)
	}
	if r, ok := relation(t.value); ok {
		return p.relation(strings.ToLower(r))
	}
	return p.call(t, at)
}

// text reads the operand of CASEI and ACCENTI.
func (p *parser) text() (Expr, error) {
	start := p.at
	e, err := p.primary()
	if err == nil && !isText(e) {
		p.at = start
		err = p.unexpected("a text")
	}
	return e, err
}

func isText(e Expr) bool {
	switch e := e.(type) {
	case Property, Casei, Accenti:
		return true
	case Literal:
		_, ok := e.Value.(string)
		return ok
	case Call:
		f, _ := function(e.Name)
		return f.Returns == TypeString
	}
	return false
}

// isLogicWord holds for the words that cannot be a property's name without
// quotes, because they have a meaning where names stand.
func isLogicWord(upper string) bool {
	switch upper {
	case "AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "NULL", "TRUE", "FALSE", "DIV":
		return true
	}
	return false
}

// relation reads the two arguments of a spatial, temporal or array function.
func (p *parser) relation(op string) (Expr, error) {
	item := func() (Expr, error) { return p.value(p.sum) }
	if op[0] == 'a' {
		item = p.argument
	}
	list, err := p.list(item)
	if err == nil && len(list) != 2 {
		p.at--
		err = p.unexpected("two arguments")
	}
	if err != nil {
		return nil, err
	}
	return Relation{op, list[0], list[1]}, nil
}

// argument reads an array, or something else that may be one.
func (p *parser) argument() (Expr, error) {
	if p.arrayStarts() {
		return p.array()
	}
	return p.value(p.sum)
}

// item reads an item of an array.
func (p *parser) item() (Expr, error) {
	if p.arrayStarts() {
		return p.array()
	}
	return p.condition()
}

// arrayStarts reports whether the parenthesis that starts here ends an item.
func (p *parser) arrayStarts() bool {
	t := p.peek()
	if t.kind != symbol || t.value != "(" || t.closer == 0 {
		return false
	}
	after := p.tokens[t.closer+1]
	return after.kind == symbol && (after.value == "," || after.value == ")")
}

func (p *parser) array() (Expr, error) {
	at := p.pos()
	if after := p.tokens[p.at+1]; after.kind == symbol && after.value == ")" {
		p.at += 2
		return Array{nil, at}, nil
	}
	items, err := p.list(p.item)
	return Array{items, at}, err
}

func (p *parser) call(t token, at Pos) (Expr, error) {
	f, ok := function(t.value)
	if !ok {
		p.at--
		return nil, p.unexpected("one of the functions " + functionNames())
	}
	var args []Expr
	var err error
	if after := p.tokens[p.at+1]; after.kind == symbol && after.value == ")" {
		p.at += 2
	} else if args, err = p.list(func() (Expr, error) { return p.value(p.sum) }); err != nil {
		return nil, err
	}
	if len(args) != len(f.Args) {
		return nil, &SyntaxError{Column: at.Column, Got: fmt.Sprintf("%d arguments", len(args)), Want: fmt.Sprintf("%d for %s", len(f.Args), f.Name)}
	}
	return Call{f.Name, args, at}, nil
}

func (p *parser) instant(word string, at Pos) (Expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	v, want := parseInstant(p.peek().value)
	_, isDate := v.(Date)
	switch {
	case p.peek().kind != text:
		return nil, p.unexpected("a text in single quotes")
	case v == nil:
		return nil, p.unexpected(want)
	case isDate != (word == "DATE"):
		return nil, p.unexpected(map[string]string{"DATE": wantDate, "TIMESTAMP": wantTimestamp}[word])
	}
	p.at++
	return Literal{v, at}, p.expect(")")
}

func (p *parser) interval(at Pos) (Expr, error) {
	list, err := p.list(p.bound)
	if err != nil {
		return nil, err
	}
	if len(list) != 2 {
		p.at--
		return nil, p.unexpected("a start and an end")
	}
	i := Interval{open(list[0]), open(list[1]), at}
	if want := orderly(i); want != "" {
		return nil, &SyntaxError{Column: at.Column, Got: "an interval that ends before it starts", Want: want}
	}
	return i, nil
}

// bound reads one end of an interval. An open end is a literal ".." here.
func (p *parser) bound() (Expr, error) {
	t, at := p.peek(), p.pos()
	if t.kind == text {
		v, want := parseInstant(t.value)
		if t.value == ".." {
			v = ".."
		}
		if v == nil {
			return nil, p.unexpected(want + ` or ".."`)
		}
		p.at++
		return Literal{v, at}, nil
	}
	e, err := p.primary()
	if err != nil {
		return nil, err
	}
	switch e.(type) {
	case Property, Call:
		return e, nil
	}
	return nil, &SyntaxError{Column: at.Column, Got: t.String(), Want: "a date or timestamp in single quotes, '..', a property or a function"}
}

// open turns a literal ".." into no end.
func open(e Expr) Expr {
	if l, ok := e.(Literal); ok && l.Value == Value("..") {
		return nil
	}
	return e
}
