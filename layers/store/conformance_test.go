package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/cql"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// The tests of this file are those of the abstract test suite of 21-065r2, annex A,
// on a layer of our own with every type of property. Each is named after its class and
// test, http://www.opengis.net/spec/cql2/1.0/conf/{class}/{test}:
//
//	basic-cql2, advanced-comparison-operators, case-insensitive-comparison,
//	accent-insensitive-comparison, basic-spatial-functions, basic-spatial-functions-plus,
//	spatial-functions, temporal-functions, array-functions, property-property,
//	functions, arithmetic, cql2-text, cql2-json
//
// Every filter runs from its text and from its JSON form.

// suite runs filters over one layer.
type suite struct {
	*testing.T
	store *store.Store
	layer *layers.Layer
	all   []string
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
	e := parse(s, text)
	ids := query(s, s.store, s.layer, e)
	b, err := cql.JSON(e)
	if err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	again, err := cql.ParseJSON(b)
	if err != nil {
		s.Fatalf("%s: %v", b, err)
	}
	if other := query(s, s.store, s.layer, again); !slices.Equal(ids, other) {
		s.Errorf("%s: %v from text, %v from JSON", text, ids, other)
	}
	return ids
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

// values has a literal for each queryable with a scalar type.
func values() map[string]string {
	return map[string]string{"kind": "'foo'", "id": "'foo'", "open": "true", "size": "3.14", "count": "1", "built": "DATE('2022-04-14')", "valid_from": "'2021-01-01'"}
}

func TestConfBasicCQL2(t *testing.T) {
	s := newSuite(t)
	for q, v := range values() { // comparison
		s.apart(q, "{q} = "+v, "{q} <> "+v)
		s.apart(q, "{q} > "+v, "{q} <= "+v)
		s.apart(q, "{q} < "+v, "{q} >= "+v)
	}
	for _, q := range []string{"kind", "open", "size", "count", "built", "geom"} { // is-null
		s.apart(q, "{q} IS NULL", "{q} is not null")
		if n := len(s.run("{q} is null or {q} is not null", q)); n != len(s.all) {
			t.Errorf("%s: %d of %d", q, n, len(s.all))
		}
	}
	s.none("", "false") // boolean
	if n := len(s.run("true")); n != len(s.all) {
		t.Errorf("true selects %d", n)
	}
}

// TestConfLogical is the test "logical" of every class: what combinations select is
// what the parts select.
func TestConfLogical(t *testing.T) {
	s := newSuite(t)
	p := []string{"kind <> 'railway'", "size is null", "count > 1", "open = true", "built < DATE('2021-01-01')", "s_intersects(geom, BBOX(113,37,113.5,38))",
		"t_after(built, DATE('2000-01-01'))", "casei(kind) like casei('R%')", "count between 0 and 2", "a_overlaps(split(parts, ';'), ('盂县'))", "size + 1 > 1", "kind in ('a_b', '100%')"}
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
	for i := range p {
		a, b, c, d := p[i], p[(i+1)%len(p)], p[(i+5)%len(p)], p[(i+7)%len(p)]
		ta, tb, tc, td := selected(a), selected(b), selected(c), selected(d)
		f := fmt.Sprintf("((NOT (%s) AND %s) OR (%s and NOT (%s)) or not (%s AND %s))", a, b, c, d, a, d)
		var want []string
		for _, id := range s.all {
			if max(min(-ta(id), tb(id)), min(tc(id), -td(id)), -min(ta(id), td(id))) == 1 {
				want = append(want, id)
			}
		}
		if got := s.run(f); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", f, got, want)
		}
	}
}

func TestConfAdvancedComparisonOperators(t *testing.T) {
	s := newSuite(t)
	s.apart("kind", "{q} LIKE '_%'", "{q} like ''")
	s.same("kind", "{q} LIKE '%'", "{q} like '%%'", "{q} is not null")
	s.same("kind", `{q} like '100\%'`, `{q} like '100\\%'`, "{q} = '100%'")
	s.same("kind", `{q} like 'a\_b'`, "{q} = 'a_b'")
	for _, q := range []string{"size", "count"} {
		s.same(q, "{q} BETWEEN 0 AND 100", "{q} >= 0 and {q} <= 100")
		s.none(q, "{q} between 100.0 and 1.0")
		s.same(q, "{q} IN (1, 2, 7)", "{q} = 1 or {q} = 2 or {q} = 7")
		s.same(q, "{q} not IN (1, 2, 7)", "{q} <> 1 and {q} <> 2 and {q} <> 7")
	}
	s.same("kind", "{q} in ('railway', 'foo')", "{q} = 'railway'")
	s.same("open", "{q} in (true)", "{q} = true", "{q} not in (false)")
	s.same("built", "{q} in ('2021-01-01', '2022-04-15')", "{q} in (DATE('2021-01-01'))", "{q} = DATE('2021-01-01')")
}

func TestConfCaseInsensitiveComparison(t *testing.T) {
	s := newSuite(t)
	s.apart("kind", "CASEI({q}) = casei('railway')", "CASEI({q}) <> casei('RAILWAY')")
	s.same("kind", "CASEI({q}) LIKE casei('rail%')", "CASEI({q}) LIKE casei('RAIL%')", "{q} in ('railway', 'Railway')")
	s.same("kind", "casei({q}) = casei('οδος')", "casei({q}) in (casei('ΟΔΟΣ'))", "{q} in ('ΟΔΟΣ', 'οδος')")
}

func TestConfAccentInsensitiveComparison(t *testing.T) {
	s := newSuite(t)
	s.apart("kind", "ACCENTI({q}) = accenti('é')", "ACCENTI({q}) <> accenti('e')")
	s.same("kind", "ACCENTI({q}) LIKE accenti('É%')", "ACCENTI({q}) LIKE accenti('E%')", "{q} = 'É'")
	s.same("kind", "ACCENTI(CASEI({q})) = accenti(casei('KØBENHAVN'))", "accenti(casei({q})) like accenti(casei('kobenh_%'))", "{q} in ('København', 'kobenhavn')")
}

func TestConfBasicSpatialFunctions(t *testing.T) {
	s := newSuite(t)
	s.same("geom", "S_INTERSECTS({q},BBOX(-180,-90,180,90))", "{q} is not null")
	s.none("geom", "S_INTERSECTS({q},POINT(7.02 49.92))", "S_INTERSECTS({q},BBOX(-180,-90,-90,90)) AND S_INTERSECTS({q},BBOX(90,-90,180,90))", "S_INTERSECTS({q}, BBOX(150,-90,-150,90))")
	if len(s.run("S_INTERSECTS(geom, POINT(113.5 37.75))")) == 0 || len(s.run("S_INTERSECTS(geom, BBOX(110, -90, -150, 90))")) == 0 {
		t.Error("nothing found")
	}
}

func TestConfBasicSpatialFunctionsPlus(t *testing.T) {
	s := newSuite(t)
	s.none("geom", "S_INTERSECTS({q},LINESTRING(-180 -45, 0 -45))", "S_INTERSECTS({q},MULTILINESTRING((-180 -45, 0 -45), (0 45, 180 45)))",
		"S_INTERSECTS({q},POLYGON((-180 -90, -90 -90, -90 90, -180 90, -180 -90), (-120 -50, -100 -50, -100 -40, -120 -40, -120 -50)))")
	s.same("geom", "S_INTERSECTS({q},MULTIPOLYGON(((-180 -90, -90 -90, -90 90, -180 90, -180 -90), (-120 -50, -100 -50, -100 -40, -120 -40, -120 -50)),((0 0, 180 0, 180 60, 0 60, 0 0))))", "{q} is not null")
	s.same("geom", "S_INTERSECTS({q},GEOMETRYCOLLECTION(POINT(113.5 37.75), POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))))", "S_INTERSECTS({q},POINT Z(113.5 37.75 12))", "S_INTERSECTS({q},MULTIPOINT(113.5 37.75, 90 18))")
}

func TestConfSpatialFunctions(t *testing.T) {
	s := newSuite(t)
	const world = "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))"
	for _, op := range []string{"S_INTERSECTS", "S_DISJOINT", "S_EQUALS", "S_TOUCHES", "S_CROSSES", "S_WITHIN", "S_CONTAINS", "S_OVERLAPS"} {
		s.same("geom", op+"({q},BBOX(-180,-90,180,90))", op+"({q},"+world+")")
	}
	for _, g := range []string{"LINESTRING(113.25 37.75,113.75 37.75)", "POINT(113.5 37.75)", "MULTIPOINT(113.5 37.75,113.25 38)", "BBOX(113.25,37.75,113.5,38)"} {
		s.apart("geom", "S_DISJOINT({q},"+g+")", "S_INTERSECTS({q},"+g+")")
		s.same("geom", "S_CONTAINS({q},"+g+") and S_WITHIN({q},"+g+")", "S_EQUALS({q},"+g+")")
		s.apart("geom", "S_TOUCHES({q},"+g+")", "S_CONTAINS({q},"+g+")")
		if len(s.run("S_EQUALS(geom,"+g+")")) == 0 {
			t.Errorf("nothing equals %s", g)
		}
	}
	for _, f := range []string{"S_CROSSES(geom, LINESTRING(113.4 37.6, 113.6 37.9))", "S_OVERLAPS(geom, BBOX(113.3, 37.8, 113.9, 38.3))", "S_TOUCHES(geom, LINESTRING(113.25 37.75, 113.25 37))"} {
		if n := len(s.run(f)); n == 0 || n == len(s.all) {
			t.Errorf("%s selects %d", f, n)
		}
	}
}

func TestConfTemporalFunctions(t *testing.T) {
	s := newSuite(t)
	for _, op := range []string{"T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS"} { // temporal-functions-1
		for _, v := range []string{"DATE('2021-01-01')", "INTERVAL('2021-01-01','2021-12-31')", "TIMESTAMP('2021-01-01T00:00:00Z')", "INTERVAL('2021-01-01T00:00:00Z','..')"} {
			s.run(op+"({q},"+v+")", "built")
			s.run(op+"("+v+",{q})", "built")
		}
	}
	s.same("built", "T_AFTER({q},DATE('2021-01-01'))", "{q} > DATE('2021-01-01')", "T_AFTER({q},INTERVAL('..','2021-01-01'))")
	s.same("built", "T_EQUALS({q},DATE('2021-01-01'))", "T_EQUALS({q},INTERVAL('2021-01-01','2021-01-01'))", "{q} = '2021-01-01'")
	s.same("built", "T_INTERSECTS({q},INTERVAL('2021-01-01','2021-12-31'))", "{q} between DATE('2021-01-01') and DATE('2021-12-31')", "not T_DISJOINT({q},INTERVAL('2021-01-01','2021-12-31'))")
	for f, want := range map[string]string{ // temporal-functions-2
		"T_AFTER": "{q} > DATE('2021-12-31')", "T_BEFORE": "valid_to < DATE('2021-01-01')", "T_EQUALS": "{q} = '2021-01-01' and valid_to = '2021-12-31'",
		"T_CONTAINS": "{q} < '2021-01-01' and valid_to > '2021-12-31'", "T_DURING": "{q} > '2021-01-01' and valid_to < '2021-12-31'",
		"T_FINISHEDBY": "{q} < '2021-01-01' and valid_to = '2021-12-31'", "T_FINISHES": "{q} > '2021-01-01' and valid_to = '2021-12-31'", "T_MEETS": "valid_to = '2021-01-01'",
		"T_METBY": "{q} = '2021-12-31'", "T_OVERLAPPEDBY": "{q} > '2021-01-01' and {q} < '2021-12-31' and valid_to > '2021-12-31'", "T_OVERLAPS": "{q} < '2021-01-01' and valid_to > '2021-01-01' and valid_to < '2021-12-31'",
		"T_STARTEDBY": "{q} = '2021-01-01' and valid_to > '2021-12-31'", "T_STARTS": "{q} = '2021-01-01' and valid_to < '2021-12-31'",
		"T_INTERSECTS": "{q} <= '2021-12-31' and valid_to >= '2021-01-01'", "T_DISJOINT": "{q} > '2021-12-31' or valid_to < '2021-01-01'",
	} {
		s.same("built", f+"(INTERVAL({q},valid_to),INTERVAL('2021-01-01','2021-12-31'))", want)
	}
}

func TestConfArrayFunctions(t *testing.T) {
	s := newSuite(t)
	s.same("split(parts, ';')", "A_CONTAINS({q},('盂县'))", "A_OVERLAPS({q},('盂县', 'foo'))", "A_EQUALS({q},('平定县','盂县','盂县'))", "parts = '盂县;平定县'")
	s.same("split(parts, ';')", "A_CONTAINEDBY({q},('盂县','平定县','x'))", "parts = '盂县;平定县' or parts = ''")
	s.same("count", "A_CONTAINS((1, 2, 'a', DATE('2021-01-01'), (true)), ({q}))", "{q} in (1, 2)")
}

func TestConfPropertyProperty(t *testing.T) {
	s := newSuite(t)
	for q, v := range values() {
		s.same(q, v+" = {q}", "{q} = "+v)
		s.same(q, v+" > {q}", "{q} < "+v)
		s.same(q, v+" <= {q}", "{q} >= "+v)
		s.none(q, "{q} <> {q}", "{q} < {q}", "{q} > {q}")
		s.same(q, "{q} = {q}", "{q} >= {q}", "{q} <= {q}", "{q} is not null")
		s.none("", v+" <> "+v, v+" < "+v, v+" > "+v)
		s.same("", v+" = "+v, v+" >= "+v, v+" <= "+v, "true")
	}
	s.same("size", "count < {q}", "{q} > count")
	s.same("geom", "S_WITHIN(POINT(113.5 37.75), {q})", "S_CONTAINS({q}, POINT(113.5 37.75))")
}

func TestConfFunctions(t *testing.T) {
	s := newSuite(t)
	arguments := map[cql.Type]string{cql.TypeString: "kind", cql.TypeNumber: "size", cql.TypeGeometry: "geom"}
	for _, f := range cql.Functions() {
		var args []string
		for _, a := range f.Args {
			args = append(args, arguments[a.Type])
		}
		call := f.Name + "(" + strings.Join(args, ", ") + ")"
		for _, test := range map[cql.Type][]string{cql.TypeNumber: {"> 0", "+ 1 between 0 and 5", "in (1, 2)"}, cql.TypeString: {"= 'a'", "like 'a%'", "< 'b'"},
			cql.TypeBoolean: {"= true", "is null"}, cql.TypeGeometry: {"is not null"}, cql.TypeArray: {"is null"}}[f.Returns] {
			s.run(call + " " + test)
		}
	}
	s.same("geom", "area_m2({q}) > 0", "{q} is not null and area_m2({q}) <> 0", "s_intersects({q}, centroid({q})) and area_m2({q}) > 1e6 or area_m2({q}) > 1e6")
	s.apart("geom", "length_m({q}) > 0", "area_m2({q}) > 0")
}

func TestConfArithmetic(t *testing.T) {
	s := newSuite(t)
	s.same("count", "{q} = 90+10", "{q}=100-20/10+2", "{q} = 10^2", "{q} = 25*4", "{q} = 100-21 div 10+2", "{q} = 101-5%2", "100 = {q}")
	s.same("count", "{q} between 4/4 and (2*(20+30))", "{q} in (1, 1+1, 100)", "{q} * 2 + 1 in (3, 5, 201)")
	s.same("size", "{q} + 1 = 3.5", "{q} = 2.5", "-{q} = -2.5")
	s.same("size", "{q} / 0 is null", "true")
}

func TestConfEscaping(t *testing.T) {
	s := newSuite(t)
	s.same("kind", `{q} = 'it''s'`, `{q} = 'it\'s'`)
	s.same("kind", `{q} = '\\'`, `char_length({q}) = 1 and {q} <> 'É'`)
	s.none("kind", `{q} = '\a\b\t\n\v\f\r'`)
}
