package cql

import (
	"fmt"
	"strconv"
	"strings"
)

// The text form, in EBNF. Words are written in any case; white space may stand
// between any two symbols. Quoted terms are literal, [x] is optional, {x} is
// repeated from none.
//
//	filter     = condition
//	condition  = all { "OR" all }
//	all        = negated { "AND" negated }
//	negated    = { "NOT" } test
//	test       = sum [ op sum
//	                 | ["NOT"] "LIKE" pattern
//	                 | ["NOT"] "BETWEEN" sum "AND" sum
//	                 | ["NOT"] "IN" "(" sum { "," sum } ")"
//	                 | "IS" ["NOT"] "NULL" ]
//	op         = "=" | "<>" | "<" | ">" | "<=" | ">="
//	pattern    = text | ("CASEI" | "ACCENTI") "(" pattern ")"
//	sum        = product { ("+" | "-") product }
//	product    = power { ("*" | "/" | "%" | "DIV") power }
//	power      = factor [ "^" factor ]
//	factor     = [ "-" | "+" ] primary
//	primary    = "(" condition ")"
//	           | "TRUE" | "FALSE" | number | text
//	           | ("CASEI" | "ACCENTI") "(" sum ")"
//	           | instant | interval | geometry
//	           | relation "(" argument "," argument ")"
//	           | function "(" [ sum { "," sum } ] ")"
//	           | property
//	argument   = array | sum
//	array      = "(" [ item { "," item } ] ")"
//	item       = array | condition
//	instant    = "DATE" "(" text ")" | "TIMESTAMP" "(" text ")"
//	interval   = "INTERVAL" "(" bound "," bound ")"
//	bound      = text | property | function "(" … ")"      text: a date, a timestamp or ".."
//	geometry   = "BBOX" "(" number { "," number } ")"      four or six numbers
//	           | "POINT" ["Z"] one
//	           | "LINESTRING" ["Z"] line
//	           | "POLYGON" ["Z"] area
//	           | "MULTIPOINT" ["Z"] "(" (one | position) { "," (one | position) } ")"
//	           | "MULTILINESTRING" ["Z"] "(" line { "," line } ")"
//	           | "MULTIPOLYGON" ["Z"] "(" area { "," area } ")"
//	           | "GEOMETRYCOLLECTION" ["Z"] "(" geometry { "," geometry } ")"    no BBOX, no collection
//	one        = "(" position ")"
//	line       = "(" position { "," position } ")"
//	area       = "(" line { "," line } ")"
//	position   = number number [ number ]                  a third number is the height
//	property   = name | '"' any text, "" for a quote '"'
//	name       = a letter, "_" or ":", then these, digits and "."; no word of the logic
//	text       = "'" any text, '' or \' for a quote, \\ for a backslash, \a \b \t \n \v \f \r "'"
//	number     = digits with a point and an exponent; in geometries with a sign
//
// relation is one of [Relations], function one of [Functions]. Where an array may
// stand, parentheses around a whole item make an array. A condition may stand only
// where conditions do, a number only where numbers do: that is said at the place,
// as a [SyntaxError].
//
// Differences from the grammar of 21-065r2, all of them wider: NOT may be repeated,
// BETWEEN takes texts and instants too, MULTIPOINT takes positions without
// parentheses, names in double quotes may hold anything, a word that only names a
// function may be a property's name.

// ParseText reads the text form. An empty text gives nil, which matches
// everything. Errors are *SyntaxError with a column.
func ParseText(s string) (Expr, error) {
	if len(s) > maxText {
		return nil, &SyntaxError{Column: 1, Got: fmt.Sprintf("%d bytes", len(s)), Want: fmt.Sprintf("at most %d", maxText)}
	}
	tokens, err := scan(s)
	if err != nil {
		return nil, err
	}
	if len(tokens) == 1 {
		return nil, nil
	}
	p := &parser{tokens: tokens}
	e, err := p.condition()
	if err != nil {
		return nil, err
	}
	switch {
	case !isCondition(e):
		return nil, p.unexpected(wantTest)
	case p.peek().kind != end:
		return nil, p.unexpected("AND, OR or the end")
	}
	return e, nil
}

const wantTest = "=, <>, <, >, <=, >=, LIKE, BETWEEN, IN or IS"

type parser struct {
	tokens       []token
	at           int
	depth, nodes int
}

func (p *parser) peek() token { return p.tokens[p.at] }

// pos is where the next token is.
func (p *parser) pos() Pos { return Pos{Column: p.peek().column} }

func (p *parser) unexpected(want string) error {
	return &SyntaxError{Column: p.peek().column, Got: p.peek().String(), Want: want}
}

func (p *parser) word(w string) bool {
	if t := p.peek(); t.kind == name && strings.EqualFold(t.value, w) {
		p.at++
		return true
	}
	return false
}

func (p *parser) sign(s string) bool {
	if t := p.peek(); t.kind == symbol && t.value == s {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(s string) error {
	if !p.sign(s) {
		return p.unexpected(strconv.Quote(s))
	}
	return nil
}

// deeper runs a rule one level down.
func (p *parser) deeper(rule func() (Expr, error)) (Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.unexpected(fmt.Sprintf("at most %d levels", maxDepth))
	}
	e, err := rule()
	p.depth--
	return e, err
}

func (p *parser) condition() (Expr, error) {
	return p.joined("OR", p.all, func(es []Expr) Expr { return Or(es) })
}

func (p *parser) all() (Expr, error) {
	return p.joined("AND", p.negated, func(es []Expr) Expr { return And(es) })
}

func (p *parser) joined(word string, part func() (Expr, error), join func([]Expr) Expr) (Expr, error) {
	var es []Expr
	for {
		e, err := part()
		if err != nil {
			return nil, err
		}
		es = append(es, e)
		more := p.peek().kind == name && strings.EqualFold(p.peek().value, word)
		if (more || len(es) > 1) && !isCondition(e) {
			return nil, p.unexpected(wantTest)
		}
		if !more {
			break
		}
		p.at++
	}
	if len(es) == 1 {
		return es[0], nil
	}
	return join(es), nil
}

func (p *parser) negated() (Expr, error) {
	if !p.word("NOT") {
		return p.test()
	}
	e, err := p.deeper(p.negated)
	if err == nil && !isCondition(e) {
		err = p.unexpected(wantTest)
	}
	return Not{e}, err
}

// test reads a comparison, or a value alone.
func (p *parser) test() (Expr, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.word("IS") {
		negate := p.word("NOT")
		if !p.word("NULL") {
			return nil, p.unexpected("NULL")
		}
		return negated(IsNull{left}, negate), nil
	}
	if !isValue(left) {
		return left, nil
	}
	for _, op := range []string{"=", "<>", "<=", ">=", "<", ">"} {
		if p.sign(op) {
			right, err := p.value(p.sum)
			return Compare{op, left, right}, err
		}
	}
	negate := p.word("NOT")
	var e Expr
	switch {
	case p.word("LIKE"):
		var pattern Expr
		pattern, err = p.pattern()
		e = Like{left, pattern}
	case p.word("BETWEEN"):
		e, err = p.between(left)
	case p.word("IN"):
		var list []Expr
		list, err = p.list(func() (Expr, error) { return p.value(p.sum) })
		e = In{left, list}
	case negate:
		return nil, p.unexpected("LIKE, BETWEEN or IN")
	default:
		return left, nil
	}
	return negated(e, negate), err
}

func negated(e Expr, yes bool) Expr {
	if yes {
		return Not{e}
	}
	return e
}

func (p *parser) between(of Expr) (Expr, error) {
	low, err := p.value(p.sum)
	if err != nil {
		return nil, err
	}
	if !p.word("AND") {
		return nil, p.unexpected("AND")
	}
	high, err := p.value(p.sum)
	return Between{of, low, high}, err
}

// value reads something that is no condition.
func (p *parser) value(rule func() (Expr, error)) (Expr, error) {
	start := p.at
	e, err := rule()
	if err == nil && !isValue(e) {
		p.at = start
		err = p.unexpected("a value")
	}
	return e, err
}

func (p *parser) pattern() (Expr, error) {
	t, at := p.peek(), p.pos()
	if t.kind == name && (strings.EqualFold(t.value, "CASEI") || strings.EqualFold(t.value, "ACCENTI")) {
		p.at++
		if err := p.expect("("); err != nil {
			return nil, err
		}
		of, err := p.deeper(p.pattern)
		if err == nil {
			err = p.expect(")")
		}
		if strings.EqualFold(t.value, "CASEI") {
			return Casei{of}, err
		}
		return Accenti{of}, err
	}
	if t.kind != text {
		return nil, p.unexpected("a pattern in single quotes")
	}
	if !isPattern(t.value) {
		return nil, p.unexpected("a character behind the last backslash")
	}
	p.at++
	return Literal{t.value, at}, nil
}

// isPattern reports whether every backslash takes a character.
func isPattern(s string) bool { return !strings.HasSuffix(strings.ReplaceAll(s, `\\`, ""), `\`) }

// list reads "(", one item or more, and ")".
func (p *parser) list(item func() (Expr, error)) ([]Expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var out []Expr
	for {
		e, err := p.deeper(item)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if p.sign(")") {
			return out, nil
		}
		if !p.sign(",") {
			return nil, p.unexpected(`"," or ")"`)
		}
	}
}
