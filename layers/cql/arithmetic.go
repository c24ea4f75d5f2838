package cql

// This file reads what the grammar calls sum, product, power and factor.

func (p *parser) sum() (Expr, error) { return p.computed(p.product, "+", "-") }

func (p *parser) product() (Expr, error) { return p.computed(p.power, "*", "/", "%", "div") }

// computed reads operands of one rank, from the left.
func (p *parser) computed(operand func() (Expr, error), ops ...string) (Expr, error) {
	left, err := operand()
	for err == nil {
		op := p.operator(ops)
		if op == "" {
			break
		}
		left, err = p.arithmetic(op, left, operand)
	}
	return left, err
}

func (p *parser) power() (Expr, error) {
	left, err := p.factor()
	if err != nil || p.operator([]string{"^"}) == "" {
		return left, err
	}
	return p.arithmetic("^", left, p.factor)
}

func (p *parser) operator(ops []string) string {
	for _, op := range ops {
		if op == "div" && p.word("DIV") || op != "div" && p.sign(op) {
			return op
		}
	}
	return ""
}

// arithmetic reads the right side of an operator that was just passed.
func (p *parser) arithmetic(op string, left Expr, operand func() (Expr, error)) (Expr, error) {
	if !isNumeric(left) {
		p.at--
		return nil, p.unexpected("a number before it")
	}
	start := p.at
	right, err := operand()
	if err == nil && !isNumeric(right) {
		p.at = start
		err = p.unexpected("a number")
	}
	return Arithmetic{op, left, right}, err
}

func (p *parser) factor() (Expr, error) {
	minus := p.sign("-")
	if !minus && !p.sign("+") {
		return p.primary()
	}
	start := p.at
	e, err := p.primary()
	if err != nil {
		return nil, err
	}
	l, isLiteral := e.(Literal)
	f, isNumber := l.Value.(float64)
	switch {
	case isLiteral && isNumber && minus:
		return Literal{0 - f, l.At}, nil
	case isLiteral && isNumber:
		return l, nil
	case !minus || !isNumeric(e):
		p.at = start
		return nil, p.unexpected("a number")
	}
	return Arithmetic{"*", Literal{Value: -1.0, At: At(e)}, e}, nil
}
