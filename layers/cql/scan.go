package cql

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText  = 64 << 10  // bytes of a text
	maxJSON  = 256 << 10 // bytes of a JSON document
	maxDepth = 100       // levels of parentheses, functions and NOT
	maxNodes = 5000      // values and properties
)

// SyntaxError says where something else was expected: at a character of the text,
// counted from 1, or at a JSON pointer (RFC 6901).
type SyntaxError struct {
	Column    int // 0 in JSON
	Pointer   string
	Got, Want string
}

// Error names the place.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s: got %s, want %s", place(Pos{e.Column, e.Pointer}), e.Got, e.Want)
}

// place names a position.
func place(p Pos) string {
	switch {
	case p.Column > 0:
		return "column " + strconv.Itoa(p.Column)
	case p.Pointer != "":
		return "at " + p.Pointer
	}
	return "filter"
}

type kind int

const (
	end kind = iota
	name
	quotedName
	text
	numeral
	symbol
)

type token struct {
	kind   kind
	value  string
	column int
	closer int // of "(": the index of its ")"; 0 if it has none
}

// String shows the token, shortened.
func (t token) String() string {
	v := t.value
	if utf8.RuneCountInString(v) > 40 {
		v = string([]rune(v)[:40]) + "…"
	}
	switch t.kind {
	case end:
		return "the end"
	case text:
		return "'" + v + "'"
	}
	return strconv.Quote(v)
}

func scan(s string) ([]token, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil, &SyntaxError{Column: 1, Got: "bytes that are no text", Want: "UTF-8 without NUL"}
	}
	var out []token
	var open []int
	column := 1
	for i := 0; i < len(s); {
		n, t, err := next(s[i:], column)
		if err != nil {
			return nil, err
		}
		if t.kind != end {
			switch {
			case t.value == "(" && t.kind == symbol:
				open = append(open, len(out))
			case t.value == ")" && t.kind == symbol && len(open) > 0:
				out[open[len(open)-1]].closer = len(out)
				open = open[:len(open)-1]
			}
			out = append(out, t)
		}
		column += utf8.RuneCountInString(s[i : i+n])
		i += n
	}
	return append(out, token{kind: end, column: column}), nil
}

// next reads the token at the start of s, which is not empty. White space is a
// token of kind end.
func next(s string, column int) (int, token, error) {
	c, size := utf8.DecodeRuneInString(s)
	t := token{column: column}
	switch {
	case unicode.IsSpace(c):
		return prefix(s, unicode.IsSpace), t, nil
	case c == '\'' || c == '"':
		n, value := quoted(s, byte(c))
		if n == 0 {
			return 0, t, &SyntaxError{Column: column, Got: "an open quote", Want: "its end"}
		}
		t.kind, t.value = text, value
		if c == '"' {
			t.kind = quotedName
		}
		return n, t, nil
	case isDigit(c) || c == '.' && len(s) > 1 && isDigit(rune(s[1])):
		n := numeralLength(s)
		t.kind, t.value = numeral, s[:n]
		return n, t, nil
	case isNameStart(c):
		n := prefix(s, isNamePart)
		t.kind, t.value = name, s[:n]
		return n, t, nil
	}
	t.kind, t.value = symbol, s[:size]
	if len(s) > 1 && (s[:2] == "<>" || s[:2] == "<=" || s[:2] == ">=") {
		t.value = s[:2]
	}
	return len(t.value), t, nil
}

// numeralLength measures an unsigned number: digits with a point, and an exponent.
func numeralLength(s string) int {
	n := prefix(s, isDigit)
	if n < len(s) && s[n] == '.' {
		n += 1 + prefix(s[n+1:], isDigit)
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		sign := 1
		if n+1 < len(s) && (s[n+1] == '+' || s[n+1] == '-') {
			sign = 2
		}
		if digits := prefix(s[min(n+sign, len(s)):], isDigit); digits > 0 {
			n += sign + digits
		}
	}
	return n
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isNameStart holds for the characters that a name may start with: those of XML
// names, rule identifierStart of 21-065r2.
func isNameStart(r rune) bool {
	if r < 0x80 {
		return r == ':' || r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
	}
	for _, span := range [][2]rune{
		{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFE}, {0x200C, 0x200D}, {0x2070, 0x218F},
		{0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFC}, {0x10000, 0xEFFFF},
	} {
		if r >= span[0] && r <= span[1] {
			return !unicode.IsSpace(r)
		}
	}
	return false
}

func isNamePart(r rune) bool {
	return isNameStart(r) || isDigit(r) || r == '.' || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}

func prefix(s string, in func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !in(r) }); n >= 0 {
		return n
	}
	return len(s)
}

// quoted returns the length of the quoted text at the start of s, 0 if it does
// not end, and its value. A doubled quote stands for one. In a text, a backslash
// starts a control character, a quote or a backslash; before anything else it
// stands for itself, as in a pattern of LIKE.
func quoted(s string, quote byte) (int, string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '\'' && i+1 < len(s):
			i++
			if at := strings.IndexByte(escapes, s[i]); at >= 0 {
				b.WriteByte(escaped[at])
			} else {
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
		case s[i] != quote:
			b.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == quote:
			b.WriteByte(quote)
			i++
		default:
			return i + 1, b.String()
		}
	}
	return 0, ""
}

// escapes are the letters behind a backslash, escaped what they stand for
// (requirement /req/cql2-text/escaping).
const (
	escapes = `abtnvfr'\`
	escaped = "\a\b\t\n\v\f\r'\\"
)
