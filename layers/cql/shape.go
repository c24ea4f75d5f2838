package cql

// isCondition reports whether the expression is true, false or unknown by its
// form. A property is not: "open = TRUE" says what "open" does not.
func isCondition(e Expr) bool {
	switch e := e.(type) {
	case And, Or, Not, Compare, Between, In, Like, IsNull, Relation:
		return true
	case Literal:
		_, ok := e.Value.(bool)
		return ok
	case Call:
		f, _ := function(e.Name)
		return f.Returns == TypeBoolean
	}
	return false
}

// isValue reports whether the expression may be compared.
func isValue(e Expr) bool {
	switch e.(type) {
	case Literal, Call:
		return true
	}
	return !isCondition(e)
}

// isNumeric reports whether the expression may be computed with.
func isNumeric(e Expr) bool {
	switch e := e.(type) {
	case Property, Arithmetic:
		return true
	case Literal:
		_, ok := e.Value.(float64)
		return ok
	case Call:
		f, _ := function(e.Name)
		return f.Returns == TypeNumber
	}
	return false
}
