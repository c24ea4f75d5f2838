package cql

import (
	"math"
	"strconv"
	"strings"
)

// Text returns the text form of the expression. [ParseText] reads it back to the
// same tree, but for positions. A nil expression is the empty text.
func Text(e Expr) string { return string(AppendText(nil, e)) }

// AppendText appends the text form; see [Text].
func AppendText(dst []byte, e Expr) []byte {
	switch e := e.(type) {
	case And:
		return appendJoined(dst, e, " AND ", "TRUE")
	case Or:
		return appendJoined(dst, e, " OR ", "FALSE")
	case Not:
		return appendOperand(append(dst, "NOT "...), e.Of, isJoined(e.Of))
	case Compare:
		return appendBinary(dst, e.Left, e.Op, e.Right)
	case Between:
		dst = append(AppendText(dst, e.Of), " BETWEEN "...)
		dst = append(AppendText(dst, e.Low), " AND "...)
		return AppendText(dst, e.High)
	case In:
		return enclosed(append(AppendText(dst, e.Of), " IN "...), e.List, AppendText)
	case Like:
		return AppendText(append(AppendText(dst, e.Of), " LIKE "...), e.Pattern)
	case IsNull:
		return append(appendOperand(dst, e.Of, isCondition(e.Of)), " IS NULL"...)
	case Relation:
		return enclosed(append(dst, strings.ToUpper(e.Op)...), []Expr{e.Left, e.Right}, AppendText)
	case Casei:
		return enclosed(append(dst, "CASEI"...), []Expr{e.Of}, AppendText)
	case Accenti:
		return enclosed(append(dst, "ACCENTI"...), []Expr{e.Of}, AppendText)
	}
	return appendValue(dst, e)
}

func appendValue(dst []byte, e Expr) []byte {
	switch e := e.(type) {
	case Arithmetic:
		dst = append(appendOperand(dst, e.Left, isArithmetic(e.Left)), ' ')
		dst = append(append(dst, e.Op...), ' ')
		return appendOperand(dst, e.Right, isArithmetic(e.Right))
	case Call:
		return enclosed(append(dst, e.Name...), e.Args, AppendText)
	case Property:
		return appendName(dst, e.Name)
	case Literal:
		return appendLiteral(dst, e.Value)
	case Interval:
		return enclosed(append(dst, "INTERVAL"...), []Expr{e.Start, e.End}, appendEnd)
	case Array:
		return enclosed(dst, e.Items, AppendText)
	}
	return dst
}

func isJoined(e Expr) bool {
	switch e.(type) {
	case And, Or, Not:
		return true
	}
	return false
}

func isArithmetic(e Expr) bool {
	_, ok := e.(Arithmetic)
	return ok
}

func appendOperand(dst []byte, e Expr, enclose bool) []byte {
	if enclose {
		return enclosed(dst, []Expr{e}, AppendText)
	}
	return AppendText(dst, e)
}

func appendBinary(dst []byte, left Expr, op string, right Expr) []byte {
	dst = append(AppendText(dst, left), ' ')
	dst = append(append(dst, op...), ' ')
	return AppendText(dst, right)
}

func appendJoined(dst []byte, es []Expr, word, none string) []byte {
	if len(es) == 0 {
		return append(dst, none...)
	}
	for i, e := range es {
		if i > 0 {
			dst = append(dst, word...)
		}
		dst = appendOperand(dst, e, isJoined(e) && len(es) > 1)
	}
	return dst
}

// appendEnd writes one end of an interval.
func appendEnd(dst []byte, e Expr) []byte {
	if e == nil {
		return append(dst, "'..'"...)
	}
	if l, ok := e.(Literal); ok {
		switch v := l.Value.(type) {
		case Date:
			return appendQuoted(dst, string(v))
		case Timestamp:
			return appendQuoted(dst, string(v))
		}
	}
	return AppendText(dst, e)
}

func appendLiteral(dst []byte, v Value) []byte {
	switch v := number(v).(type) {
	case string:
		return appendQuoted(dst, v)
	case float64:
		return appendNumber(dst, v)
	case bool:
		return append(dst, strings.ToUpper(strconv.FormatBool(v))...)
	case Date:
		return append(appendQuoted(append(dst, "DATE("...), string(v)), ')')
	case Timestamp:
		return append(appendQuoted(append(dst, "TIMESTAMP("...), string(v)), ')')
	}
	return wkt(dst, v)
}

// appendNumber writes the shortest form that is read back to the same number.
func appendNumber(dst []byte, f float64) []byte {
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, f+0, format, -1, 64)
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '\'')
	for i := range len(s) {
		switch at := strings.IndexByte(escaped, s[i]); {
		case s[i] == '\'':
			dst = append(dst, "''"...)
		case at >= 0:
			dst = append(dst, '\\', escapes[at])
		default:
			dst = append(dst, s[i])
		}
	}
	return append(dst, '\'')
}

// appendName quotes a name that would be read as something else.
func appendName(dst []byte, s string) []byte {
	upper := strings.ToUpper(s)
	_, isFunction := function(s)
	_, isRelation := relation(s)
	plain := !isFunction && !isRelation && !isLogicWord(upper) && !isGeometryWord(upper) && !isTypeWord(upper)
	for i, r := range s {
		if i == 0 && !isNameStart(r) || !isNamePart(r) {
			plain = false
		}
	}
	if plain && s != "" {
		return append(dst, s...)
	}
	return append(append(append(dst, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}

func isTypeWord(upper string) bool {
	switch upper {
	case "CASEI", "ACCENTI", "DATE", "TIMESTAMP", "INTERVAL":
		return true
	}
	return false
}
