package store_test

import (
	"slices"
	"strings"

	"planatlas/layers/cql"
)

func basicTests() []conform {
	const class = "conf/basic-cql2/"
	return []conform{
		{class + "basic-test", func(s *suite) {
			comparable := 0
			for _, p := range s.layer.AllProperties() {
				of, ok := s.layer.FilterType(p.Name)
				if !ok {
					s.Errorf("%s has no type", p.Name)
				}
				if slices.Contains([]cql.Type{cql.TypeString, cql.TypeBoolean, cql.TypeNumber, cql.TypeInteger, cql.TypeDate}, of) {
					comparable++
				}
			}
			if comparable == 0 {
				s.Error("nothing to compare")
			}
		}},
		{class + "comparison", func(s *suite) {
			for q, v := range values() {
				s.apart(q, "{q} = "+v, "{q} <> "+v)
				s.apart(q, "{q} > "+v, "{q} <= "+v)
				s.apart(q, "{q} < "+v, "{q} >= "+v)
			}
		}},
		{class + "is-null", func(s *suite) {
			for _, q := range []string{"kind", "open", "size", "count", "built", "geom"} {
				s.apart(q, "{q} IS NULL", "{q} is not null")
				if n := len(s.run("{q} is null or {q} is not null", q)); n != len(s.all) {
					s.Errorf("%s: %d of %d", q, n, len(s.all))
				}
			}
		}},
		{class + "boolean", func(s *suite) {
			s.none("", "false")
			s.same("", "true", "not false")
			if n := len(s.run("true")); n != len(s.all) {
				s.Errorf("true selects %d", n)
			}
		}},
		{class + "test-data", counts(map[string]int{"kind = 'railway'": 3})},
		{class + "logical", logical("built < DATE('2021-01-01')", "id > 'm20'", "kind is null")},
		{"conf/cql2-text/escaping", func(s *suite) {
			s.same("kind", `{q} = 'it''s'`, `{q} = 'it\'s'`)
			s.same("kind", `{q} = '\\'`, `char_length({q}) = 1 and {q} <> 'É'`)
			s.none("kind", `{q} = '\a\b\t\n\v\f\r'`)
		}},
	}
}

func comparisonTests() []conform {
	const class = "conf/advanced-comparison-operators/"
	return []conform{
		{class + "like", func(s *suite) {
			s.apart("kind", "{q} LIKE '_%'", "{q} like ''")
			s.same("kind", "{q} LIKE '%'", "{q} like '%%'", "{q} is not null")
			s.same("kind", `{q} like '100\%'`, `{q} like '100\\%'`, "{q} = '100%'")
			s.same("kind", `{q} like 'a\_b'`, "{q} = 'a_b'")
			s.none("kind", `{q} like '\\%\\_'`)
		}},
		{class + "between", func(s *suite) {
			for _, q := range []string{"size", "count"} {
				s.same(q, "{q} BETWEEN 0 AND 100", "{q} >= 0 and {q} <= 100")
				s.none(q, "{q} between 100.0 and 1.0")
			}
		}},
		{class + "in", func(s *suite) {
			for _, q := range []string{"size", "count"} {
				s.same(q, "{q} IN (1, 2, 7)", "{q} = 1 or {q} = 2 or {q} = 7")
				s.same(q, "{q} not IN (1, 2, 7)", "{q} <> 1 and {q} <> 2 and {q} <> 7")
			}
			s.same("kind", "{q} in ('railway', 'foo')", "{q} = 'railway'")
			s.same("open", "{q} in (true)", "{q} = true", "{q} not in (false)")
			s.same("built", "{q} in ('2021-01-01', '2022-04-15')", "{q} in (DATE('2021-01-01'))", "{q} = DATE('2021-01-01')")
		}},
		{class + "test-data", counts(map[string]int{"kind like 'ra_l%'": 3})},
		{class + "logical", logical("kind like 'r%'", "count between 0 and 2", "kind in ('a_b', '100%')")},
	}
}

func caseTests() []conform {
	const casei, accenti = "conf/case-insensitive-comparison/", "conf/accent-insensitive-comparison/"
	return []conform{
		{casei + "casei", func(s *suite) {
			s.apart("kind", "CASEI({q}) = casei('railway')", "CASEI({q}) <> casei('RAILWAY')")
			s.same("kind", "casei({q}) = casei('οδος')", "casei({q}) in (casei('ΟΔΟΣ'))", "{q} in ('ΟΔΟΣ', 'οδος')")
		}},
		{casei + "casei-like", func(s *suite) {
			s.same("kind", "CASEI({q}) LIKE casei('rail%')", "CASEI({q}) LIKE casei('RAIL%')", "{q} in ('railway', 'Railway')")
		}},
		{casei + "test-data", counts(map[string]int{"CASEI(kind) = casei('RAILWAY')": 10})},
		{casei + "logical", logical("casei(kind) like casei('R%')", "casei(kind) = casei('køBENhavn')")},
		{accenti + "accenti", func(s *suite) {
			s.apart("kind", "ACCENTI({q}) = accenti('é')", "ACCENTI({q}) <> accenti('e')")
		}},
		{accenti + "accenti-like", func(s *suite) {
			s.same("kind", "ACCENTI({q}) LIKE accenti('É%')", "ACCENTI({q}) LIKE accenti('E%')", "{q} = 'É'")
		}},
		{accenti + "accenti-casei", func(s *suite) {
			s.same("kind", "ACCENTI(CASEI({q})) = accenti(casei('KØBENHAVN'))", "ACCENTI(CASEI({q})) = accenti(casei('kobenhavn'))", "{q} in ('København', 'kobenhavn')")
		}},
		{accenti + "accenti-casei-like", func(s *suite) {
			s.same("kind", "accenti(casei({q})) like accenti(casei('kobenh_%'))", "accenti(casei({q})) like accenti(casei('KØBENH_%'))", "{q} in ('København', 'kobenhavn')")
		}},
		{accenti + "test-data", counts(map[string]int{"accenti(kind) = accenti('Kobenhavn')": 5})},
		{accenti + "logical", logical("accenti(kind) = accenti('e')", "accenti(casei(kind)) like accenti(casei('kø%'))")},
	}
}

func basicSpatialTests() []conform {
	const basic, plus = "conf/basic-spatial-functions/", "conf/basic-spatial-functions-plus/"
	return []conform{
		{basic + "s_intersects", func(s *suite) {
			s.same("geom", "S_INTERSECTS({q},BBOX(-180,-90,180,90))", "{q} is not null")
			s.none("geom", "S_INTERSECTS({q},POINT(7.02 49.92))", "S_INTERSECTS({q},BBOX(-180,-90,-90,90)) AND S_INTERSECTS({q},BBOX(90,-90,180,90))", "S_INTERSECTS({q}, BBOX(150,-90,-150,90))")
			s.refused("S_INTERSECTS(geom,POINT(90 180))")
		}},
		{basic + "test-data", counts(map[string]int{"S_INTERSECTS(geom, POINT(113.5 37.75))": 49})},
		{basic + "logical", logical("s_intersects(geom, BBOX(113,37,113.5,38))", "s_intersects(geom, POINT(113.5 37.75))")},
		{plus + "s_intersects", func(s *suite) {
			s.none("geom", "S_INTERSECTS({q},LINESTRING(-180 -45, 0 -45))", "S_INTERSECTS({q},MULTILINESTRING((-180 -45, 0 -45), (0 45, 180 45)))",
				"S_INTERSECTS({q},POLYGON((-180 -90, -90 -90, -90 90, -180 90, -180 -90), (-120 -50, -100 -50, -100 -40, -120 -40, -120 -50)))")
			s.same("geom", "S_INTERSECTS({q},MULTIPOLYGON(((-180 -90, -90 -90, -90 90, -180 90, -180 -90), (-120 -50, -100 -50, -100 -40, -120 -40, -120 -50)),((0 0, 180 0, 180 60, 0 60, 0 0))))", "{q} is not null")
			s.same("geom", "S_INTERSECTS({q},GEOMETRYCOLLECTION(POINT(113.5 37.75), POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))))", "S_INTERSECTS({q},POINT Z(113.5 37.75 12))", "S_INTERSECTS({q},MULTIPOINT(113.5 37.75, 90 18))")
			s.refused("S_INTERSECTS(geom,MULTIPOINT(7.02 49.92, 90 180))")
		}},
		{plus + "test-data", counts(map[string]int{"S_INTERSECTS(geom, LINESTRING(113.5 37, 113.5 39))": 51})},
	}
}

func spatialTests() []conform {
	const class = "conf/spatial-functions/"
	world := func(s *suite, op string) {
		s.same("geom", op+"({q},BBOX(-180,-90,180,90))", op+"({q},POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90)))")
	}
	some := func(s *suite, f string) {
		if n := len(s.run(f)); n == 0 || n == len(s.all) {
			s.Errorf("%s selects %d", f, n)
		}
	}
	each := func(s *suite, f func(g string)) {
		for _, g := range []string{"LINESTRING(113.25 37.75,113.75 37.75)", "POINT(113.5 37.75)", "MULTIPOINT(113.5 37.75,113.25 38)", "BBOX(113.25,37.75,113.5,38)"} {
			f(g)
		}
	}
	return []conform{
		{class + "s_intersects", func(s *suite) {
			world(s, "S_INTERSECTS")
			each(s, func(g string) { some(s, "S_INTERSECTS(geom,"+g+")") })
			s.refused("S_INTERSECTS(geom,POINT(90 180))")
		}},
		{class + "s_disjoint", func(s *suite) {
			world(s, "S_DISJOINT")
			s.none("geom", "S_DISJOINT({q},BBOX(-180,-90,180,90))")
			each(s, func(g string) { s.apart("geom", "S_DISJOINT({q},"+g+")", "S_INTERSECTS({q},"+g+")") })
			s.refused("S_DISJOINT(geom,POINT(90 180))")
		}},
		{class + "s_equals", func(s *suite) {
			world(s, "S_EQUALS")
			each(s, func(g string) { some(s, "S_EQUALS(geom,"+g+")") })
		}},
		{class + "s_touches", func(s *suite) {
			world(s, "S_TOUCHES")
			each(s, func(g string) { s.apart("geom", "S_TOUCHES({q},"+g+")", "S_CONTAINS({q},"+g+")") })
			some(s, "S_TOUCHES(geom, LINESTRING(113.25 37.75, 113.25 37))")
		}},
		{class + "s_crosses", func(s *suite) {
			world(s, "S_CROSSES")
			some(s, "S_CROSSES(geom, LINESTRING(113.4 37.6, 113.6 37.9))")
		}},
		{class + "s_within", func(s *suite) {
			world(s, "S_WITHIN")
			s.same("geom", "S_WITHIN({q},BBOX(-180,-90,180,90))", "{q} is not null")
			each(s, func(g string) { some(s, "S_WITHIN(geom,"+g+")") })
		}},
		{class + "s_contains", func(s *suite) {
			world(s, "S_CONTAINS")
			each(s, func(g string) { s.same("geom", "S_CONTAINS({q},"+g+") and S_WITHIN({q},"+g+")", "S_EQUALS({q},"+g+")") })
		}},
		{class + "s_overlaps", func(s *suite) {
			world(s, "S_OVERLAPS")
			some(s, "S_OVERLAPS(geom, BBOX(113.3, 37.8, 113.9, 38.3))")
		}},
		{class + "test-data", counts(map[string]int{"S_WITHIN(geom, BBOX(113,37,113.5,38))": 12, "S_OVERLAPS(geom, BBOX(113.3, 37.8, 113.9, 38.3))": 28, "S_CROSSES(geom, LINESTRING(113.4 37.6, 113.6 37.9))": 18,
			"S_TOUCHES(geom, BBOX(113.5,37.75,113.75,38))": 38, "S_EQUALS(geom, POINT(113.5 37.75))": 8, "S_CONTAINS(geom, POINT(113.3 37.8))": 25, "S_DISJOINT(geom, POINT(113.5 37.75))": 6})},
		{class + "logical", logical("s_within(geom, BBOX(113,37,113.5,38))", "s_disjoint(geom, POINT(113.5 37.75))", "s_touches(geom, BBOX(113.5,37.75,113.75,38))")},
	}
}

func temporalTests() []conform {
	const class = "conf/temporal-functions/"
	return []conform{
		{class + "temporal-functions-1", func(s *suite) {
			for _, op := range []string{"T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS"} {
				for _, v := range []string{"DATE('2021-01-01')", "INTERVAL('2021-01-01','2021-12-31')", "TIMESTAMP('2021-01-01T00:00:00Z')", "INTERVAL('2021-01-01T00:00:00Z','..')"} {
					s.run(op+"({q},"+v+")", "built")
					s.run(op+"("+v+",{q})", "built")
				}
			}
			s.same("built", "T_AFTER({q},DATE('2021-01-01'))", "{q} > DATE('2021-01-01')", "T_AFTER({q},INTERVAL('..','2021-01-01'))")
			s.same("built", "T_EQUALS({q},DATE('2021-01-01'))", "T_EQUALS({q},INTERVAL('2021-01-01','2021-01-01'))", "{q} = '2021-01-01'")
			s.same("built", "T_INTERSECTS({q},INTERVAL('2021-01-01','2021-12-31'))", "{q} between DATE('2021-01-01') and DATE('2021-12-31')", "not T_DISJOINT({q},INTERVAL('2021-01-01','2021-12-31'))")
		}},
		{class + "temporal-functions-2", func(s *suite) {
			for f, want := range map[string]string{
				"T_AFTER": "{q} > DATE('2021-12-31')", "T_BEFORE": "valid_to < DATE('2021-01-01')", "T_EQUALS": "{q} = '2021-01-01' and valid_to = '2021-12-31'",
				"T_CONTAINS": "{q} < '2021-01-01' and valid_to > '2021-12-31'", "T_DURING": "{q} > '2021-01-01' and valid_to < '2021-12-31'",
				"T_FINISHEDBY": "{q} < '2021-01-01' and valid_to = '2021-12-31'", "T_FINISHES": "{q} > '2021-01-01' and valid_to = '2021-12-31'", "T_MEETS": "valid_to = '2021-01-01'",
				"T_METBY": "{q} = '2021-12-31'", "T_OVERLAPPEDBY": "{q} > '2021-01-01' and {q} < '2021-12-31' and valid_to > '2021-12-31'", "T_OVERLAPS": "{q} < '2021-01-01' and valid_to > '2021-01-01' and valid_to < '2021-12-31'",
				"T_STARTEDBY": "{q} = '2021-01-01' and valid_to > '2021-12-31'", "T_STARTS": "{q} = '2021-01-01' and valid_to < '2021-12-31'",
				"T_INTERSECTS": "{q} <= '2021-12-31' and valid_to >= '2021-01-01'", "T_DISJOINT": "{q} > '2021-12-31' or valid_to < '2021-01-01'",
			} {
				s.same("built", f+"(INTERVAL({q},valid_to),INTERVAL('2021-01-01','2021-12-31'))", want)
			}
		}},
		{class + "test-data", counts(map[string]int{"t_after(built, date('2021-01-01'))": 22, "t_before(built, date('2021-01-01'))": 13, "t_equals(built, date('2021-01-01'))": 13,
			"T_OVERLAPPEDBY(interval(built,valid_to),interval('1900-01-01','2021-06-01'))": 8, "T_METBY(interval(built,valid_to),interval('2000-01-01','2021-01-01'))": 13})},
		{class + "logical", logical("t_after(built, DATE('2000-01-01'))", "t_during(interval(built,valid_to),interval('1900-01-01','2040-01-01'))")},
	}
}

func valueTests() []conform {
	const array, property, arithmetic = "conf/array-functions/", "conf/property-property/", "conf/arithmetic/"
	return []conform{
		{array + "array-predicates", func(s *suite) {
			s.same("split(parts, ';')", "A_CONTAINS({q},('盂县'))", "A_OVERLAPS({q},('盂县', 'foo'))", "A_EQUALS({q},('平定县','盂县','盂县'))", "parts = '盂县;平定县'")
			s.same("split(parts, ';')", "A_CONTAINEDBY({q},('盂县','平定县','x'))", "parts = '盂县;平定县' or parts = ''")
			s.same("count", "A_CONTAINS((1, 2, 'a', DATE('2021-01-01'), (true)), ({q}))", "{q} in (1, 2)")
		}},
		{array + "logical", logical("a_overlaps(split(parts, ';'), ('盂县'))", "a_containedby(split(parts, ';'), ('é'))")},
		{property + "comparison-value-property", func(s *suite) {
			for q, v := range values() {
				s.same(q, v+" = {q}", "{q} = "+v)
				s.same(q, v+" <> {q}", "{q} <> "+v)
				s.same(q, v+" > {q}", "{q} < "+v)
				s.same(q, v+" < {q}", "{q} > "+v)
				s.same(q, v+" >= {q}", "{q} <= "+v)
				s.same(q, v+" <= {q}", "{q} >= "+v)
			}
			s.same("geom", "S_WITHIN(POINT(113.5 37.75), {q})", "S_CONTAINS({q}, POINT(113.5 37.75))")
		}},
		{property + "comparison-property-property", func(s *suite) {
			for q := range values() {
				s.none(q, "{q} <> {q}", "{q} < {q}", "{q} > {q}")
				s.same(q, "{q} = {q}", "{q} >= {q}", "{q} <= {q}", "{q} is not null")
			}
			s.same("size", "count < {q}", "{q} > count")
		}},
		{property + "comparison-value-value", func(s *suite) {
			for _, v := range append([]string{"TIMESTAMP('2022-04-14T14:48:46Z')"}, literals()...) {
				s.none("", v+" <> "+v, v+" < "+v, v+" > "+v)
				s.same("", v+" = "+v, v+" >= "+v, v+" <= "+v, "true")
			}
		}},
		{property + "test-data", counts(map[string]int{"count = size": 1, "count < size": 23, "built < valid_to": 27, "'København' like 'K_benhavn'": 60, "count between size and 100": 7})},
		{property + "logical", logical("count < size", "1 <= count", "built > valid_from")},
		{"conf/functions/functions", func(s *suite) {
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
		}},
		{arithmetic + "arithmetic", func(s *suite) {
			s.same("count", "{q} = 90+10", "{q}=100-20/10+2", "{q} = 10^2", "{q} = 25*4", "{q} = 100-21 div 10+2", "{q} = 101-5%2", "100 = {q}")
			s.same("count", "{q} between 4/4 and (2*(20+30))", "{q} in (1, 1+1, 100)", "{q} * 2 + 1 in (3, 5, 201)")
			s.same("size", "{q} + 1 = 3.5", "{q} = 2.5", "-{q} = -2.5")
			s.same("size", "{q} / 0 is null", "true")
		}},
		{arithmetic + "test-data", counts(map[string]int{"count = 90+10": 7, "count > 3-2^1": 20, "size + count > 2": 13})},
		{arithmetic + "logical", logical("size + 1 > 1", "count * 2 = 4")},
	}
}

// values has a literal for each queryable with a scalar type.
func values() map[string]string {
	return map[string]string{"kind": "'foo'", "id": "'foo'", "open": "true", "size": "3.14", "count": "1", "built": "DATE('2022-04-14')", "valid_from": "'2021-01-01'"}
}

func literals() []string {
	var out []string
	for _, v := range values() {
		out = append(out, v)
	}
	return out
}
