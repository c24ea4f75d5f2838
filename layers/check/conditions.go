package check

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"planatlas/layers"
	"planatlas/layers/cql"
)

// conditions are what a rule asks of a project, worked out for every possible set
// of replies. Looking at them all is exact where a logic of three values is not:
// four cases that between them cover an attribute leave nothing open.
type conditions struct {
	attributes []string
	of         []string // for each of them the attribute without which it has no meaning
	all        []possibility
}

// possibility is one set of replies and the case that they choose.
type possibility struct {
	replies []any // by attribute; nil where it has no meaning
	chosen  int   // case; nothing when none holds
}

// nothing is chosen when no case of a rule holds.
const nothing = -1

// maxPossibilities bounds what one rule may ask, since all of it is looked at.
const maxPossibilities = 1024

// compileConditions parses when and the conditions of the cases.
func (r *Rule) compileConditions() error {
	when, err := parseWhen(r.When)
	if err != nil {
		return fmt.Errorf("when: %w", err)
	}
	cases := make([]cql.Expr, max(1, len(r.Cases))) // a rule without cases has one that always holds
	for i, c := range r.Cases {
		if cases[i], err = parseWhen(c.When); err != nil {
			return fmt.Errorf("cases[%d].when: %w", i, err)
		}
		if c.When == "" && i+1 < len(r.Cases) {
			return fmt.Errorf("cases[%d].when: want a condition, since cases follow", i)
		}
	}
	r.conditions = conditions{}
	asked := map[string]bool{}
	for _, e := range append([]cql.Expr{when}, cases...) {
		for _, name := range cql.Properties(e) {
			a, _ := attribute(name)
			asked[name], asked[a.Of] = true, true
		}
	}
	for _, a := range Attributes() { // in the order of the questions
		if asked[a.Name] {
			r.conditions.attributes, r.conditions.of = append(r.conditions.attributes, a.Name), append(r.conditions.of, a.Of)
		}
	}
	return r.conditions.enumerate(when, cases)
}

func (c *conditions) enumerate(when cql.Expr, cases []cql.Expr) error {
	project, bonds := Project{}, newBonds()
	asked := slices.DeleteFunc(slices.Clone(bonds.attributes), func(a Attribute) bool { return !slices.Contains(c.attributes, a.Name) })
	var walk func(i int) error
	walk = func(i int) error {
		if i < len(asked) {
			a := asked[i]
			for _, v := range a.replies(project) {
				project[a.Name] = v
				if err := walk(i + 1); err != nil {
					return err
				}
			}
			delete(project, a.Name)
			return nil
		}
		if bonds.contradiction(withoutNil(project)) != nil {
			return nil
		}
		p := possibility{chosen: nothing}
		for _, name := range c.attributes {
			p.replies = append(p.replies, project[name])
		}
		get := func(name string) cql.Value { return project[name] }
		if cql.Match(when, get) {
			p.chosen = slices.IndexFunc(cases, func(e cql.Expr) bool { return cql.Match(e, get) })
		}
		if c.all = append(c.all, p); len(c.all) > maxPossibilities {
			return fmt.Errorf("when: more than %d sets of replies; ask for less", maxPossibilities)
		}
		return nil
	}
	return walk(0)
}

// replies returns the values that the attribute can have in such a project: nil
// alone when it has no meaning in it.
func (a Attribute) replies(p Project) []any {
	if a.Of != "" && p[a.Of] == false {
		return []any{nil}
	}
	return a.values()
}

func withoutNil(p Project) Project {
	out := maps.Clone(p)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// possible returns the sets of replies that agree with what was said of the
// project. A project that contradicts itself could be anything.
func (c conditions) possible(project said) []possibility {
	out := c.all
	for i, name := range c.attributes {
		v, not := project.values[name], project.not[name]
		if v == nil && not == nil {
			continue
		}
		var agree []possibility
		for _, x := range out {
			if (v == nil || x.replies[i] == v) && !slices.Contains(not, x.replies[i]) {
				agree = append(agree, x)
			}
		}
		out = agree
	}
	if len(out) == 0 {
		return c.all
	}
	return out
}

// parseWhen parses a condition over project attributes. It may compare attributes
// with their values and join such comparisons, so that every value is looked at.
func parseWhen(text string) (cql.Expr, error) {
	e, err := cql.ParseText(text)
	if err != nil || e == nil {
		return nil, err
	}
	if err := cql.Check(e, attributeType); err != nil {
		var wrong *cql.TypeError
		if errors.As(err, &wrong) && wrong.Property != "" {
			return nil, unknownAttribute(wrong.Property)
		}
		return nil, err
	}
	return e, checkWhen(e)
}

func attributeType(name string) (cql.Type, bool) {
	a, ok := attribute(name)
	return cql.Type(a.Type), ok
}

func checkWhen(e cql.Expr) error {
	var parts []cql.Expr
	switch e := e.(type) {
	case cql.And:
		parts = e
	case cql.Or:
		parts = e
	case cql.Not:
		parts = []cql.Expr{e.Of}
	case cql.Property:
		return nil
	case cql.Compare:
		return checkValues(e.Left, e.Right)
	case cql.In:
		return checkValues(e.Of, e.List...)
	default:
		return fmt.Errorf("%q: want attributes compared with their values (=, <>, IN), joined by AND, OR and NOT", cql.Text(e))
	}
	for _, p := range parts {
		if err := checkWhen(p); err != nil {
			return err
		}
	}
	return nil
}

// checkValues reports a value that the attribute cannot have.
func checkValues(of cql.Expr, values ...cql.Expr) error {
	p, ok := of.(cql.Property)
	if !ok {
		return fmt.Errorf("%q: want the attribute first, then its value", cql.Text(of))
	}
	a, _ := attribute(p.Name)
	for _, v := range values {
		l, ok := v.(cql.Literal)
		if !ok || !slices.Contains(a.values(), any(l.Value)) {
			return &layers.InputError{Param: p.Name, Value: cql.Text(v), Want: a.allowed()}
		}
	}
	return nil
}
