package cql_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"planatlas/layers/cql"
	"planatlas/layers/cql/cqltest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"
)

func ExampleParseText() {
	e, err := cql.ParseText("class IN ('expressway', 'national_road') AND NOT status = 'planned'")
	if err != nil {
		fmt.Println(err)
		return
	}
	road := map[string]cql.Value{"class": "expressway", "status": "existing"}
	fmt.Println(cql.Match(e, func(p string) cql.Value { return road[p] }))
	// Output: true
}

func ExampleJSON() {
	e, err := cql.ParseText("area_ha * 15 > 1000 and s_intersects(geom, point(113.5 37.9))")
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := cql.JSON(e)
	fmt.Println(string(b), err)
	// Output: {"op":"and","args":[{"op":"\u003e","args":[{"op":"*","args":[{"property":"area_ha"},15]},1000]},{"op":"s_intersects","args":[{"property":"geom"},{"coordinates":[113.5,37.9],"type":"Point"}]}]} <nil>
}

func ExampleCheck() {
	e, err := cql.ParseText("name = 'a' AND built > 'yesterday'")
	if err != nil {
		fmt.Println(err)
		return
	}
	types := map[string]cql.Type{"name": cql.TypeString, "built": cql.TypeDate}
	fmt.Println(cql.Check(e, func(name string) (cql.Type, bool) { t, ok := types[name]; return t, ok }))
	// Output: column 24: got 'yesterday', want a date such as 2021-01-31 or a timestamp in UTC such as 2021-01-31T08:30:00Z
}

// road is the feature of the tests.
func road(name string) cql.Value {
	return map[string]cql.Value{
		"class": "railway", "half_width_m": 7.5, "lanes": int64(2), "open": true, "名称": "石太铁路", "built": "1907-10-01",
		"closed": nil, "date": "2020-01-01", "places": "正定;井陉;太原", "accent": "København", "layer:id": "x", "a.b": "y",
	}[name]
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, " \n": true, "true": true, "false": false, "NOT false": true, "(TRUE) and not (not (true))": true,
		"class = 'railway'": true, "class <> 'railway'": false, "'railway' = class": true,
		"half_width_m >= 7.5 and half_width_m < 8": true, "half_width_m > -1e3": true, "half_width_m=.75E+1": true, "lanes = 2": true,
		"open = TRUE": true, "TRUE = open": true, "open > false": true, "open = false or class = 'railway'": true,
		"missing = 'x'": false, "not missing = 'x'": false, // null is neither true nor false
		"missing IS NULL": true, "class is not null": true, "(missing = 'x') is null": true, "true is null": false,
		"class in ('road', 'railway')": true, "class not in ('road')": true, "missing not in ('road')": false,
		"class not in ('road', missing)": false, "lanes in (1, half_width_m - 5.5)": true,
		"(class = 'a' or class = 'railway') and open = true": true,
		`"名称" = '石太铁路'`:                                      true, "名称 = '石太铁路'": true, "layer:id = 'x' and a.b = 'y'": true, "date < '2021-01-01'": true,
		"class like 'rail%'": true, "class like '%way'": true, "class like '%il%a_'": true, "class like 'rail'": false,
		"class not like '%road%'": true, `class like 'r\%'`: false, `'r%' like 'r\\%'`: true, `'a\b' = 'a\\b'`: false,
		"名称 like '石_铁%'": true, "missing like '%'": false, "class = 'it''s'": false, `'it''s' = 'it\'s'`: true,
		"casei(class) = CASEI('RailWay')": true, "casei(class) like casei('RAIL%')": true, "casei('ΟΔΟΣ') = casei('οδος')": true,
		"accenti(accent) = accenti('Kobenhavn')": true, "ACCENTI(CASEI(accent)) like accenti(casei('KØB%'))": true,
		"half_width_m between 7 and lanes * 4": true, "half_width_m not between 8 and 9": true, "missing between 1 and 2": false,
		"half_width_m + 0.5 = 8": true, "2 + 3 * 4 = 14": true, "(2 + 3) * 4 = 20": true, "2 * 3 ^ 2 = 18": true, "-2 ^ 2 = 4": true,
		"7 div 2 = 3 and 7 % 4 = 3 and -7 div 2 = -3": true, "10 - 4 - 3 = 3": true, "8 / 4 / 2 = 1": true, "1 / 0 = 1 or 1 / 0 <> 1": false,
		"(1 / 0) is null": true, "(10 ^ 400) is null": true, "(-8 ^ 0.5) is null": true, "-lanes = -2": true, "- lanes + 4 = +2": true,
		"upper(class) = 'RAILWAY' and char_length(名称) = 4": true, "starts_with(class, 'rail')": true, "not starts_with(missing, 'a')": false,
		"round(2.5) = 2 and round(3.5) = 4 and ceil(1.1) = 2 and floor(-1.1) = -2 and abs(-3) = 3": true, "trim('  a ') = lower('A')": true,
		"a_contains(split(places, ';'), ('太原', '井陉'))": true, "a_equals((1, 2, 2), (2, 1))": true, "a_overlaps((1), ('1'))": false,
		"a_containedby((), (1))": true, "a_equals(((1, 2), (3)), ((3), (2, 1)))": true, "a_equals((missing), (1))": false,
		"a_contains((true, 'a', DATE('2020-01-01')), (lanes = 2, 'a'))": true, "a_equals((INTERVAL('..', '2020-01-01')), (INTERVAL('..', '2020-01-01')))": true,
		"built < DATE('1949-10-01') and built > TIMESTAMP('1907-09-30T23:59:59.9Z')": true, "built = '1907-10-01'": true,
		"DATE('2020-01-01') = TIMESTAMP('2020-01-01T00:00:00Z')": true, "TIMESTAMP('2020-01-01T00:00:00.5Z') > TIMESTAMP('2020-01-01T00:00:00Z')": true,
		"t_during(interval(built, date), interval('..', '..'))": true, "t_after(date, interval(built, closed))": false,
		"t_before(interval(built, closed), date('1900-01-01'))": false, "t_intersects(built, '1907-10-01')": true,
		"s_intersects(point(1 2), point(1 2))": false, // nothing here knows geometries
	} {
		e, err := cql.ParseText(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := cql.Match(e, road); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
		roundTrip(t, e)
	}
}

// roundTrip prints the expression in both forms and reads it back.
func roundTrip(t *testing.T, e cql.Expr) {
	t.Helper()
	same := cmp.Options{cmpopts.IgnoreTypes(cql.Pos{}), cmpopts.EquateEmpty()}
	text := cql.Text(e)
	again, err := cql.ParseText(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := cmp.Diff(e, again, same); diff != "" {
		t.Fatalf("text %s: %s", text, diff)
	}
	b, err := cql.JSON(e)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if again, err = cql.ParseJSON(b); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if diff := cmp.Diff(e, again, same); diff != "" {
		t.Fatalf("json %s: %s", b, diff)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, tc := range []struct {
		text   string
		column int
	}{
		{"class", 6}, {"class =", 8}, {"class = 'open", 9}, {"= 'a'", 1}, {"class = 1..2", 11}, {"class = 1e999", 9},
		{"(class = 'a'", 13}, {"class = 'a' class", 13}, {"class in 'a'", 10}, {"class in ()", 11}, {"a AND b = 1", 3}, {"b = 1 AND a", 12},
		{"类别 == 'a'", 5}, {"class LIKE 5", 12}, {`class LIKE 'a\\'`, 12}, {"class BETWEEN 1", 16}, {"class is 5", 10}, {"class NOT = 1", 11},
		{"a = (b > 1)", 5}, {"not a", 6}, {"a + 'x' = 1", 5}, {"'x' + a = 1", 5}, {"a ^ 2 ^ 3 = 1", 7}, {"- 'x' = 1", 3}, {"casei(1) = 'x'", 7},
		{"casei('a', 'b') = 'x'", 15}, {"nosuch(1) = 1", 1}, {"abs(1, 2) = 1", 1}, {"null = 1", 1}, {`"" = 1`, 1}, {"a = 1;", 6}, {"t_after(a)", 10},
		{"a = DATE('2021-02-30')", 10}, {"a = DATE('2021-01-01T00:00:00Z')", 10}, {"a = TIMESTAMP('2021-01-01')", 15}, {"a = DATE(1)", 10},
		{"a = TIMESTAMP('2021-01-01T00:00:00+08:00')", 15}, {"a = DATE('0000-01-01')", 10}, {"t_after(a, INTERVAL('x', '..'))", 21},
		{"t_after(a, INTERVAL('2021-01-02', '2021-01-01'))", 12}, {"t_after(a, INTERVAL('2021-01-02'))", 33}, {"t_after(a, INTERVAL(1, '..'))", 21},
		{"s_intersects(g, POINT(1))", 24}, {"s_intersects(g, POINT(1 2 3 4))", 29}, {"s_intersects(g, LINESTRING(1 2))", 17}, {"s_intersects(g, BBOX(1,2,3))", 17},
		{"s_intersects(g, POLYGON((0 0, 1 0, 1 1, 0 1)))", 17}, {"s_intersects(g, POLYGON((0 0, 2 2, 2 0, 0 2, 0 0)))", 17}, {"s_intersects(g, BBOX(1,5,3,4))", 17},
		{"s_intersects(g, GEOMETRYCOLLECTION(BBOX(1,2,3,4)))", 36}, {"s_intersects(g, POINT Z 1)", 25},
		{strings.Repeat("(", 200), 102}, {strings.Repeat("not ", 200), 405}, {strings.Repeat("x", 70<<10), 1}, {"a = '\x00'", 1}, {"a = '\xff'", 1},
		{"a in (" + strings.Repeat("1,", 5000) + "1)", 10005},
	} {
		_, err := cql.ParseText(tc.text)
		var syntax *cql.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.60s: got %v, want a syntax error", tc.text, err)
			continue
		}
		if syntax.Column != tc.column {
			t.Errorf("%.60s: %v: want column %d", tc.text, err, tc.column)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	for _, tc := range []struct{ json, pointer string }{
		{`{"op":"and","args":[true]}`, "/args"}, {`{"op":"=","args":[{"property":"a"},{"op":"and","args":[true,true]}]}`, "/args/1"},
		{`{"op":"nosuch","args":[]}`, "/op"}, {`{"op":5,"args":[]}`, "/op"}, {`{"op":"not"}`, "/args"}, {`{"property":"a"}`, ""}, {`5`, ""}, {`[]`, ""}, {`{`, ""}, {`true false`, ""},
		{`{"op":"=","args":[{"property":""},1]}`, "/args/0/property"}, {`{"op":"=","args":[{"property":"a"},null]}`, "/args/1"}, {`{"op":"=","args":[{"property":"a"},1e999]}`, "/args/1"},
		{`{"op":"=","args":[{"property":"a","x/y":1},1]}`, "/args/0/x~1y"}, {`{"op":"like","args":[{"property":"a"},5]}`, "/args/1"}, {`{"op":"like","args":[{"property":"a"},"x\\"]}`, "/args/1"},
		{`{"op":"in","args":[{"property":"a"},[]]}`, "/args/1"}, {`{"op":"t_after","args":[{"date":"2021-13-01"},{"interval":["..","x"]}]}`, "/args/0/date"},
		{`{"op":"t_after","args":[{"date":"2021-12-01"},{"interval":["..","x"]}]}`, "/args/1/interval/1"}, {`{"op":"+","args":["a",1]}`, "/args/0"},
		{`{"op":"s_within","args":[{"property":"g"},{"type":"Point","coordinates":[1]}]}`, "/args/1/coordinates"}, {`{"op":"s_within","args":[{"property":"g"},{"type":"Circle"}]}`, "/args/1/type"},
		{`{"op":"s_within","args":[{"property":"g"},{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,"x"],[0,0]]]}]}`, "/args/1/coordinates/0/2/1"},
		{`{"op":"s_within","args":[{"property":"g"},{"bbox":[1,2,3]}]}`, "/args/1/bbox"}, {`{"op":"s_within","args":[{"property":"g"},[1]]}`, "/args/1"}, {`{"op":"=","args":["a\u0000","b"]}`, "/args/0"},
		{strings.Repeat(`{"op":"not","args":[`, 200) + "true" + strings.Repeat("]}", 200), strings.Repeat("/args/0", 100)}, {strings.Repeat(" ", 300<<10), ""},
	} {
		_, err := cql.ParseJSON([]byte(tc.json))
		var syntax *cql.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.80s: got %v, want a syntax error", tc.json, err)
			continue
		}
		if syntax.Pointer != tc.pointer || syntax.Column != 0 {
			t.Errorf("%.80s: %v: pointer %q, want %q", tc.json, err, syntax.Pointer, tc.pointer)
		}
	}
}

func schema(name string) (cql.Type, bool) {
	t, ok := map[string]cql.Type{"s": cql.TypeString, "n": cql.TypeNumber, "i": cql.TypeInteger, "b": cql.TypeBoolean, "d": cql.TypeDate, "t": cql.TypeTimestamp, "g": cql.TypeGeometry}[name]
	return t, ok
}

func TestTypeErrors(t *testing.T) {
	for _, tc := range []struct {
		text   string
		column int
		got    string
	}{
		{"s = 'a' and x > 1", 13, `"x"`}, {"n = 'a'", 5, "a string"}, {"s > 5", 5, "a number"}, {"b = 1", 5, "a number"}, {"n = n and g = 1", 11, "g, a geometry"},
		{"d = 'soon'", 5, "'soon'"}, {"d = s", 5, "s, a string"}, {"d = 5", 5, "a number"}, {"n like 'a'", 1, "n, a number"}, {"n in (1, 'a')", 10, "a string"}, {"s between 'a' and 1", 19, "a number"},
		{"s + 1 = 2", 1, "s, a string"}, {"casei(n) = 'a'", 7, "n, a number"}, {"upper(n) = 'a'", 7, "n, a number"}, {"char_length(5) = 1", 13, "a number"},
		{"s_intersects(g, s)", 17, "s, a string"}, {"s_intersects(5, g)", 14, "a number"}, {"t_after(n, d)", 9, "n, a number"}, {"t_after('x', d)", 9, "'x'"}, {"t_during(d, interval('..', '..'))", 10, "d, a date"},
		{"t_during(interval(n, '..'), interval('..', '..'))", 19, "n, a number"}, {"a_equals(s, ('a'))", 10, "s, a string"}, {"a_equals((x), ('a'))", 11, `"x"`}, {"d = interval(d, d)", 5, "an interval"},
		{`s like accenti('a＼')`, 16, "'a＼'"}, {"area_m2(bbox(1,2,3,4)) > 1", 9, "a literal"},
	} {
		e, err := cql.ParseText(tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.text, err)
			continue
		}
		var wrong *cql.TypeError
		if err := cql.Check(e, schema); !errors.As(err, &wrong) || wrong.At.Column != tc.column || wrong.Got != tc.got {
			t.Errorf("%s: got %v, want %s in column %d", tc.text, err, tc.got, tc.column)
		}
	}
	e, err := cql.ParseJSON([]byte(`{"op":"or","args":[true,{"op":"=","args":[{"property":"n"},"a"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := cql.Check(e, schema); err == nil || err.Error() != "at /args/1/args/1: got a string, want a number" {
		t.Errorf("json: %v", err)
	}
}

func TestCheckExtent(t *testing.T) {
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for text, ok := range map[string]bool{
		"s_intersects(g, POINT(90 90))": true, "s_intersects(g, POINT(90 180))": false, "s_intersects(g, MULTIPOINT(7.02 49.92, 90 180))": false,
		"s_intersects(g, BBOX(150,-90,-150,90))": true, "s_intersects(g, BBOX(0,0,190,1))": false, "n = 500": true,
	} {
		e, err := cql.ParseText(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := cql.CheckExtent(e, world); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
	e, err := cql.ParseText("s_intersects(g, BBOX(150,0,-150,1))")
	if err != nil {
		t.Fatal(err)
	}
	if cql.CheckExtent(e, orb.Bound{Min: orb.Point{-1e8, -1e8}, Max: orb.Point{1e8, 1e8}}) == nil {
		t.Error("a box in metres crossed the antimeridian")
	}
}

func TestProperties(t *testing.T) {
	e, err := cql.ParseText("a = 1 and (b in (1, c + d) or not c is null) and abs(e) < 3 and t_after(interval(f, '..'), f)")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "d", "e", "f"}, cql.Properties(e)); diff != "" {
		t.Error(diff)
	}
}

func TestHasGeometry(t *testing.T) {
	for text, want := range map[string]bool{
		"a = 1 and casei(b) like 'x'": false, "t_after(a, date('2020-01-01'))": false, "not (a = 1 or s_within(g, h))": true, "area_m2(g) > 5": true, "POINT(1 2) is null": true,
	} {
		e, err := cql.ParseText(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := cql.HasGeometry(e); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestSwapAxes(t *testing.T) {
	const north = "S_INTERSECTS(g, BBOX(37, 113, 38, 114)) AND S_WITHIN(GEOMETRYCOLLECTION(POINT(37 113), POLYGON((37 113, 38 113, 38 114, 37 113))), BBOX(37, 113, 0, 38, 114, 9))"
	const east = "S_INTERSECTS(g, BBOX(113, 37, 114, 38)) AND S_WITHIN(GEOMETRYCOLLECTION(POINT(113 37), POLYGON((113 37, 113 38, 114 38, 113 37))), BBOX(113, 37, 0, 114, 38, 9))"
	e, err := cql.ParseText(north)
	if err != nil {
		t.Fatal(err)
	}
	if got := cql.Text(cql.SwapAxes(e)); got != east {
		t.Error(got)
	}
	if cql.Text(e) != north {
		t.Error("the original changed")
	}
}

func TestRandomRoundTrip(t *testing.T) {
	g := &cqltest.Generator{
		Rand: rand.New(rand.NewPCG(1, 2)),
		Properties: map[cql.Type][]string{cql.TypeString: {"s", "casei", "a\"b", "名 称"}, cql.TypeNumber: {"n"}, cql.TypeInteger: {"i", "div"},
			cql.TypeBoolean: {"b"}, cql.TypeDate: {"d", "date"}, cql.TypeGeometry: {"g"}},
		Texts: []string{"", "a", "it's", `\`, "\n\a", "盂县", `%_"`}, Numbers: []float64{0, -1, 1e300, 1e-9, 0.1, 123456789012345680},
		Days: []string{"0001-01-01", "2021-01-31", "9999-12-31"}, Geometries: someGeometries(),
	}
	types := func(name string) (cql.Type, bool) {
		for t, names := range g.Properties {
			for _, n := range names {
				if n == name {
					return t, true
				}
			}
		}
		return "", false
	}
	for range 3000 {
		e := g.Condition(4)
		if err := cql.Check(e, types); err != nil {
			t.Fatalf("%s: %v", cql.Text(e), err)
		}
		roundTrip(t, e)
	}
}

func someGeometries() []cql.Value {
	return []cql.Value{
		orb.Point{113.5, 37.9}, orb.LineString{{113, 37}, {114, 38}}, orb.Polygon{{{113, 37}, {114, 37}, {114, 38}, {113, 37}}},
		orb.MultiPoint{{113, 37}, {-0.000001, 1e-9}}, orb.MultiLineString{{{113, 37}, {114, 38}}}, orb.MultiPolygon{{{{113, 37}, {114, 37}, {114, 38}, {113, 37}}}},
		orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}, cql.BBox{1, 2, 3, 4}, cql.BBox{1, 2, 3, 4, 5, 6},
	}
}
