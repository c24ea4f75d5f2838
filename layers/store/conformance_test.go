package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/cql"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// The tests of this file are those of the abstract test suite of CQL2 (21-065r2, annex
// A), each under its own name without the part http://www.opengis.net/spec/cql2/1.0/.
// They run on a layer of our own with every type of property that layers have, and the
// tests called test-data, which the suite asks only of who serves its data set, want
// the numbers of that layer.

// conform is one abstract test.
type conform struct {
	id  string
	run func(*suite)
}

func conformTests() []conform {
	return slices.Concat(basicTests(), comparisonTests(), caseTests(), basicSpatialTests(), spatialTests(), temporalTests(), valueTests())
}

// TestAbstractTestsOfCQL2 runs the suite in both languages, which is what their own
// classes want.
func TestAbstractTestsOfCQL2(t *testing.T) {
	base := newSuite(t)
	for language, read := range languages() {
		t.Run("conf/"+language+"/validate", func(t *testing.T) {
			for _, c := range conformTests() {
				t.Run(c.id, func(t *testing.T) {
					s := *base
					s.T, s.read = t, read
					c.run(&s)
				})
			}
		})
	}
}

// TestEveryTestOfCQL2: the suite of the standard, test by test.
func TestEveryTestOfCQL2(t *testing.T) {
	want := map[string][]string{
		"cql2-text":                     {"escaping"}, // validate is the run of all in the language, as that of cql2-json
		"basic-cql2":                    {"basic-test", "comparison", "is-null", "boolean", "test-data", "logical"},
		"advanced-comparison-operators": {"like", "between", "in", "test-data", "logical"},
		"case-insensitive-comparison":   {"casei", "casei-like", "test-data", "logical"},
		"accent-insensitive-comparison": {"accenti", "accenti-like", "accenti-casei", "accenti-casei-like", "test-data", "logical"},
		"basic-spatial-functions":       {"s_intersects", "test-data", "logical"},
		"basic-spatial-functions-plus":  {"s_intersects", "test-data"},
		"spatial-functions":             {"s_intersects", "s_disjoint", "s_equals", "s_touches", "s_crosses", "s_within", "s_contains", "s_overlaps", "test-data", "logical"},
		"temporal-functions":            {"temporal-functions-1", "temporal-functions-2", "test-data", "logical"},
		"array-functions":               {"array-predicates", "logical"},
		"property-property":             {"comparison-value-property", "comparison-property-property", "comparison-value-value", "test-data", "logical"},
		"functions":                     {"functions"},
		"arithmetic":                    {"arithmetic", "test-data", "logical"},
	}
	var ids, have []string
	for class, tests := range want {
		for _, test := range tests {
			ids = append(ids, "conf/"+class+"/"+test)
		}
	}
	for _, c := range conformTests() {
		have = append(have, c.id)
	}
	slices.Sort(ids)
	slices.Sort(have)
	if !slices.Equal(ids, have) {
		t.Errorf("%v, want %v", have, ids)
	}
}

// languages has the readers of the two encodings of a filter, given as text.
func languages() map[string]func(string) (cql.Expr, error) {
	return map[string]func(string) (cql.Expr, error){
		"cql2-text": cql.ParseText,
		"cql2-json": func(text string) (cql.Expr, error) {
			e, err := cql.ParseText(text)
			if err != nil {
				return nil, err
			}
			b, err := cql.JSON(e)
			if err != nil {
				return nil, err
			}
			return cql.ParseJSON(b)
		},
	}
}

// suite runs filters over one layer, read in one of the languages.
type suite struct {
	*testing.T
	store *store.Store
	layer *layers.Layer
	all   []string
	read  func(string) (cql.Expr, error)
}

func newSuite(t *testing.T) *suite {
	s := &suite{T: t, store: storetest.New(t)}
	s.layer = mixed(t, s.store)
	s.all = query(t, s.store, s.layer, nil)
	return s
}

// run returns what a filter selects; {q} in it is the queryable.
func (s *suite) run(text string, queryable ...string) []string {
	s.Helper()
	text = strings.NewReplacer("{q}", strings.Join(queryable, "")).Replace(text)
	e, err := s.read(text)
	if err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	return query(s, s.store, s.layer, e)
}

// counts wants the numbers of features that filters select.
func counts(want map[string]int) func(*suite) {
	return func(s *suite) {
		for f, n := range want {
			if got := len(s.run(f)); got != n {
				s.Errorf("%s selects %d, want %d", f, got, n)
			}
		}
	}
}

// refused wants filters not to be read, or not to be evaluated.
func (s *suite) refused(filters ...string) {
	s.Helper()
	for _, f := range filters {
		e, err := s.read(f)
		if err == nil {
			_, err = s.store.Items(s.Context(), s.layer, layers.Query{Filter: e}, &idSink{})
		}
		var input *layers.InputError
		if !errors.As(err, &input) {
			s.Errorf("%s: %v, want it refused", f, err)
		}
	}
}

// apart wants two filters to have nothing in common, same to select the same.
func (s *suite) apart(q, a, b string) {
	s.Helper()
	both := s.run(b, q)
	for _, id := range s.run(a, q) {
		if slices.Contains(both, id) {
			s.Errorf("%s and %s of %s both select %s", a, b, q, id)
		}
	}
}

func (s *suite) same(q string, filters ...string) {
	s.Helper()
	want := s.run(filters[0], q)
	for _, f := range filters[1:] {
		if got := s.run(f, q); !slices.Equal(got, want) {
			s.Errorf("%s of %s: %v, want %v as %s", f, q, got, want, filters[0])
		}
	}
}

func (s *suite) none(q string, filters ...string) {
	s.Helper()
	for _, f := range filters {
		if got := s.run(f, q); len(got) > 0 {
			s.Errorf("%s of %s: %v, want none", f, q, got)
		}
	}
}

// logical is the test of that name of a class: what combinations of its predicates and
// the basic ones select is what the parts select, in three-valued logic.
func logical(predicates ...string) func(*suite) {
	p := append(predicates, "kind <> 'railway'", "size is null", "count > 1", "open = true", "true")
	return func(s *suite) {
		selected := func(f string) func(string) int { // 1 true, 0 unknown, -1 false
			yes, no := s.run(f), s.run("not ("+f+")")
			return func(id string) int {
				switch {
				case slices.Contains(yes, id):
					return 1
				case slices.Contains(no, id):
					return -1
				}
				return 0
			}
		}
		for i := range 10 {
			at := func(k int) string { return p[(i*k+i/2+k)%len(p)] }
			a, b, c, d := at(1), at(2), at(3), at(5)
			ta, tb, tc, td := selected(a), selected(b), selected(c), selected(d)
			f := fmt.Sprintf("((NOT (%s) AND %s) OR (%s and NOT (%s)) or not (%s AND %s))", a, b, c, d, a, d)
			var want []string
			for _, id := range s.all {
				if max(min(-ta(id), tb(id)), min(tc(id), -td(id)), -min(ta(id), td(id))) == 1 {
					want = append(want, id)
				}
			}
			if got := s.run(f); !slices.Equal(got, want) {
				s.Errorf("%s: %v, want %v", f, got, want)
			}
		}
	}
}
