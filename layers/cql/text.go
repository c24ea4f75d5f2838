package cql

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText  = 16 << 10 // bytes of one expression
	maxDepth = 100      // nested parentheses and NOTs
)

// SyntaxError says at which character of the text, counted from 1, something
// else was expected.
type SyntaxError struct {
	Column    int
	Got, Want string
}

// Error names the column.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("column %d: got %s, want %s", e.Column, e.Got, e.Want)
}

// ParseText reads the text form. An empty text gives nil, which matches
// everything.
func ParseText(s string) (Expr, error) {
	if len(s) > maxText {
		return nil, &SyntaxError{1, fmt.Sprintf("%d bytes", len(s)), fmt.Sprintf("at most %d", maxText)}
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	tokens, err := scan(s)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	e, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.peek().kind != end {
		return nil, p.unexpected("AND, OR or the end")
	}
	return e, nil
}

type kind int

const (
	end kind = iota
	name
	quotedName
	text
	number
	symbol
)

type token struct {
	kind   kind
	value  string
	column int
}

func (t token) String() string {
	switch t.kind {
	case end:
		return "the end"
	case text:
		return "'" + t.value + "'"
	}
	return strconv.Quote(t.value)
}

func scan(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		column := utf8.RuneCountInString(s[:i]) + 1
		n, t := 0, token{column: column}
		switch {
		case unicode.IsSpace(c):
			i += size
			continue
		case c == '\'' || c == '"':
			n, t.value = quoted(s[i:], byte(c))
			if n == 0 {
				return nil, &SyntaxError{column, "an open quote", "its end"}
			}
			t.kind = map[rune]kind{'\'': text, '"': quotedName}[c]
		case c == '-' || c == '.' || c >= '0' && c <= '9':
			n = prefix(s[i:], func(r rune) bool { return strings.ContainsRune("+-.eE0123456789", r) })
			t.kind, t.value = number, s[i:i+n]
		case isNameRune(c):
			n = prefix(s[i:], isNameRune)
			t.kind, t.value = name, s[i:i+n]
		default:
			n = size
			if two := s[i:min(i+2, len(s))]; two == "<>" || two == "<=" || two == ">=" {
				n = 2
			}
			t.kind, t.value = symbol, s[i:i+n]
		}
		out = append(out, t)
		i += n
	}
	return append(out, token{kind: end, column: utf8.RuneCountInString(s) + 1}), nil
}

func isNameRune(r rune) bool {
	return r == '_' || r == ':' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func prefix(s string, in func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !in(r) }); n >= 0 {
		return n
	}
	return len(s)
}

// quoted returns the length of the quoted text at the start of s, 0 if it does
// not end, and its value; a doubled quote stands for one.
func quoted(s string, quote byte) (int, string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			b.WriteByte(s[i])
			continue
		}
		if i+1 == len(s) || s[i+1] != quote {
			return i + 1, b.String()
		}
		b.WriteByte(quote)
		i++
	}
	return 0, ""
}

type parser struct {
	tokens []token
	at     int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) unexpected(want string) error {
	return &SyntaxError{p.peek().column, p.peek().String(), want}
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

func (p *parser) or(depth int) (Expr, error) {
	return p.list(depth, "OR", p.and, func(es []Expr) Expr { return Or(es) })
}

func (p *parser) and(depth int) (Expr, error) {
	return p.list(depth, "AND", p.not, func(es []Expr) Expr { return And(es) })
}

func (p *parser) list(depth int, word string, part func(int) (Expr, error), join func([]Expr) Expr) (Expr, error) {
	var es []Expr
	for {
		e, err := part(depth)
		if err != nil {
			return nil, err
		}
		es = append(es, e)
		if !p.word(word) {
			break
		}
	}
	if len(es) == 1 {
		return es[0], nil
	}
	return join(es), nil
}

func (p *parser) not(depth int) (Expr, error) {
	if depth > maxDepth {
		return nil, p.unexpected(fmt.Sprintf("at most %d levels", maxDepth))
	}
	if p.word("NOT") {
		e, err := p.not(depth + 1)
		return Not{e}, err
	}
	if p.sign("(") {
		e, err := p.or(depth + 1)
		if err == nil && !p.sign(")") {
			err = p.unexpected(`")"`)
		}
		return e, err
	}
	return p.predicate()
}

func (p *parser) predicate() (Expr, error) {
	t := p.peek()
	if t.kind != name && t.kind != quotedName {
		return nil, p.unexpected("a property name")
	}
	p.at++
	if p.word("IS") {
		negated := p.word("NOT")
		if !p.word("NULL") {
			return nil, p.unexpected("NULL")
		}
		return negate(IsNull{t.value}, negated), nil
	}
	if negated := p.word("NOT"); negated || p.peek().kind == name {
		if p.word("LIKE") {
			pattern, err := p.pattern()
			return negate(Like{t.value, pattern}, negated), err
		}
		if !p.word("IN") {
			return nil, p.unexpected("IN or LIKE")
		}
		values, err := p.values()
		return negate(In{t.value, values}, negated), err
	}
	for _, op := range []string{"=", "<>", "<=", ">=", "<", ">"} {
		if p.sign(op) {
			v, err := p.value()
			return Compare{t.value, op, v}, err
		}
	}
	return nil, p.unexpected("=, <>, <, >, <=, >=, IN, LIKE or IS NULL")
}

func (p *parser) pattern() (string, error) {
	t := p.peek()
	if t.kind != text {
		return "", p.unexpected("a pattern in single quotes")
	}
	if strings.HasSuffix(strings.ReplaceAll(t.value, `\\`, ""), `\`) {
		return "", p.unexpected("a character behind the last backslash")
	}
	p.at++
	return t.value, nil
}

func negate(e Expr, yes bool) Expr {
	if yes {
		return Not{e}
	}
	return e
}

func (p *parser) values() ([]Value, error) {
	if !p.sign("(") {
		return nil, p.unexpected(`"("`)
	}
	var out []Value
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if p.sign(")") {
			return out, nil
		}
		if !p.sign(",") {
			return nil, p.unexpected(`"," or ")"`)
		}
	}
}

func (p *parser) value() (Value, error) {
	const want = "a text in single quotes, a number, TRUE or FALSE"
	switch t := p.peek(); t.kind {
	case text:
		p.at++
		return t.value, nil
	case number:
		f, err := strconv.ParseFloat(t.value, 64)
		if err != nil {
			return nil, p.unexpected(want)
		}
		p.at++
		return f, nil
	}
	if p.word("TRUE") {
		return true, nil
	}
	if p.word("FALSE") {
		return false, nil
	}
	return nil, p.unexpected(want)
}
