package check

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"planatlas/layers"
	"planatlas/layers/cql"
)

// conditions are what a rule asks of a project, worked out for every possible set
// of replies. Looking at them all is exact where a logic of three values is not:
// four cases that between them cover an attribute leave nothing open.
type conditions struct {
	attributes []string
	of         []string      // for each of them the attribute without which it has no meaning
	same       []map[any]any // for each of them: by value, the first of those that no condition tells from it
	numbers    []map[any]int // for each of them: by value, its number times the count of all replies before
	all        []possibility
}

// possibility is one set of replies and the case that they choose.
type possibility struct {
	replies []any // by attribute; nil where it has no meaning; one for all that are the same
	chosen  int   // case; nothing when none holds
	at      []int // by attribute: a number for the reply; sums of them are the same for the same replies alone
	refused []int // cases that the replies claim and do not meet the needs of
}

// condition is when a case holds: what is claimed, and what the claim needs.
type condition struct{ when, needs cql.Expr }

// nothing is chosen when no case of a rule holds.
const nothing = -1

// maxPossibilities bounds what one rule may ask, since all of it is looked at.
const maxPossibilities = 4096

// compileConditions parses when and the conditions of the cases.
func (r *Rule) compileConditions() error {
	when, err := parseWhen(r.When)
	if err != nil {
		return fmt.Errorf("when: %w", err)
	}
	cases := make([]condition, max(1, len(r.Cases))) // a rule without cases has one that always holds
	all := []cql.Expr{when}
	for i, c := range r.Cases {
		if cases[i].when, err = parseWhen(c.When); err != nil {
			return fmt.Errorf("cases[%d].when: %w", i, err)
		}
		if cases[i].needs, err = parseWhen(c.Needs); err != nil {
			return fmt.Errorf("cases[%d].needs: %w", i, err)
		}
		all = append(all, cases[i].when, cases[i].needs)
		if c.When == "" && i+1 < len(r.Cases) {
			return fmt.Errorf("cases[%d].when: want a condition, since cases follow", i)
		}
	}
	r.conditions = conditions{}
	asked := map[string]bool{}
	for _, e := range all {
		for _, name := range cql.Properties(e) {
			a, _ := attribute(name)
			asked[name], asked[a.Of] = true, true
		}
	}
	step := 1
	for _, a := range Attributes() { // in the order of the questions
		if asked[a.Name] {
			r.conditions.attributes, r.conditions.of = append(r.conditions.attributes, a.Name), append(r.conditions.of, a.Of)
			same := a.sameUnder(all)
			numbers := map[any]int{nil: 0}
			for i, v := range a.values() {
				numbers[v] = (i + 1) * step
			}
			r.conditions.same, r.conditions.numbers = append(r.conditions.same, same), append(r.conditions.numbers, numbers)
			step *= len(numbers)
		}
	}
	return r.conditions.enumerate(when, cases)
}

// sameUnder returns for each value the first of those that neither the conditions nor
// the bonds between attributes tell from it. To look at that one is to look at all.
func (a Attribute) sameUnder(conditions []cql.Expr) map[any]any {
	lists := make([][]any, 0, len(conditions))
	for _, e := range conditions {
		lists = append(lists, comparisons(e, a.Name)...)
	}
	for _, i := range implications() {
		if i.of == a.Name {
			lists = append(lists, i.is)
		}
	}
	first, out := map[string]any{}, map[any]any{nil: nil}
	for _, v := range a.values() {
		key := make([]byte, 0, len(lists)+1)
		if v == true { // a condition may name a truth value without comparing it
			key = append(key, 't')
		}
		for _, list := range lists {
			key = strconv.AppendBool(key, slices.Contains(list, v))
		}
		if _, there := first[string(key)]; !there {
			first[string(key)] = v
		}
		out[v] = first[string(key)]
	}
	return out
}

// comparisons returns the lists of values with which a condition compares the attribute.
func comparisons(e cql.Expr, name string) (out [][]any) {
	of, values := e, []cql.Expr(nil)
	switch e := e.(type) {
	case cql.And:
		for _, part := range e {
			out = append(out, comparisons(part, name)...)
		}
	case cql.Or:
		for _, part := range e {
			out = append(out, comparisons(part, name)...)
		}
	case cql.Not:
		return comparisons(e.Of, name)
	case cql.Compare:
		of, values = e.Left, []cql.Expr{e.Right}
	case cql.In:
		of, values = e.Of, e.List
	}
	if p, ok := of.(cql.Property); !ok || p.Name != name || values == nil {
		return out
	}
	var list []any
	for _, v := range values {
		if l, ok := v.(cql.Literal); ok {
			list = append(list, l.Value)
		}
	}
	return append(out, list)
}

func (c *conditions) enumerate(when cql.Expr, cases []condition) error {
	project, bonds := Project{}, newBonds()
	asked := slices.DeleteFunc(slices.Clone(bonds.attributes), func(a Attribute) bool { return !slices.Contains(c.attributes, a.Name) })
	var walk func(i int) error
	walk = func(i int) error {
		if i < len(asked) {
			a := asked[i]
			same := c.same[slices.Index(c.attributes, a.Name)]
			for _, v := range a.replies(project) {
				if same[v] != v {
					continue
				}
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
		for k, name := range c.attributes {
			p.replies, p.at = append(p.replies, project[name]), append(p.at, c.numbers[k][project[name]])
		}
		get := func(name string) cql.Value { return project[name] }
		if cql.Match(when, get) {
			p.chosen = slices.IndexFunc(cases, func(c condition) bool { return cql.Match(c.when, get) && cql.Match(c.needs, get) })
			for i, c := range cases {
				if cql.Match(c.when, get) && !cql.Match(c.needs, get) && (p.chosen == nothing || i < p.chosen) {
					p.refused = append(p.refused, i)
				}
			}
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
			if (v == nil || x.replies[i] == c.same[i][v]) && !slices.Contains(not, x.replies[i]) {
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
