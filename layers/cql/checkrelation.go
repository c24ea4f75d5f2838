package cql

// relation checks the two arguments of a spatial, temporal or array function.
func (c *checker) relation(e Relation) error {
	if _, ok := relation(e.Op); !ok {
		return mismatch(e, e.Op, "a function of CQL2")
	}
	switch e.Op[0] {
	case 's':
		return c.all(TypeGeometry, e.Left, e.Right)
	case 'a':
		return c.all(TypeArray, e.Left, e.Right)
	}
	for _, side := range []Expr{e.Left, e.Right} {
		t, err := c.value(side)
		switch {
		case err != nil:
			return err
		case t == TypeInterval:
		case !takesInstants(e.Op):
			return mismatch(side, described(side, t), "an interval; T_AFTER, T_BEFORE, T_DISJOINT, T_EQUALS and T_INTERSECTS take instants")
		case t == TypeString:
			if _, err := instantType(side); err != nil {
				return err
			}
		case !isInstant(t):
			return mismatch(side, described(side, t), "a date, a timestamp or an interval")
		}
	}
	return nil
}

// ends wants the ends of an interval to be instants.
func (c *checker) ends(i Interval) error {
	for _, e := range children(i) {
		t, err := c.value(e)
		if err == nil && !isInstant(t) {
			err = mismatch(e, described(e, t), "a date or a timestamp")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) array(a Array) error {
	for _, item := range a.Items {
		if _, err := c.value(item); err != nil {
			return err
		}
	}
	return nil
}

// Ends returns the start and the end of an expression that is an instant or an
// interval; nil is an open end.
func Ends(e Expr) (start, end Expr) {
	if i, ok := e.(Interval); ok {
		return i.Start, i.End
	}
	return e, e
}
