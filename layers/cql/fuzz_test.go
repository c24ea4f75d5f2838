package cql_test

import (
	"errors"
	"testing"

	"planatlas/layers/cql"
)

// property does with an expression of the fuzzer what a service does: it must not
// fail, and both printed forms must be read back to the same tree.
func property(t *testing.T, e cql.Expr, err error) {
	t.Helper()
	if err != nil {
		var syntax *cql.SyntaxError
		if !errors.As(err, &syntax) {
			t.Fatalf("%T: %v", err, err)
		}
		return
	}
	if e == nil {
		return
	}
	roundTrip(t, e)
	var wrong *cql.TypeError
	if err := cql.Check(e, schema); err != nil && !errors.As(err, &wrong) {
		t.Fatalf("%T: %v", err, err)
	}
	cql.Match(e, func(string) cql.Value { return nil })
	cql.Match(e, road)
	cql.SwapAxes(e)
	cql.HasGeometry(e)
}

func FuzzParseText(f *testing.F) {
	for _, s := range []string{
		"class = 'a' and not b in (1, 2)", "((a is null))", "a <> -1.5e3", `"x y" >= ''''`, "\xff=", "a = '", "casei(s) like accenti(casei('A\\%%'))",
		"t_after(interval(d, '..'), interval('2021-01-01', '2021-01-02T00:00:00.5Z'))", "a_equals(((1), 'a'), split(s, ';'))", "-n ^ 2 div 3 % (i + 1) between 1 and 2",
		"s_within(g, GEOMETRYCOLLECTION Z(POINT(1 2 3), MULTIPOINT((1 2), 3 4), POLYGON((0 0, 1 0, 1 1, 0 0))))", "s_touches(BBOX(170,0,-170,1), centroid(g))",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := cql.ParseText(s)
		var syntax *cql.SyntaxError
		if errors.As(err, &syntax) && syntax.Column < 1 {
			t.Fatalf("%q: %v", s, err)
		}
		property(t, e, err)
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{
		`{"op":"and","args":[{"op":"=","args":[{"property":"s"},"a"]},{"op":"isNull","args":[{"property":"n"}]}]}`, `true`, `null`, `{"op":"not","args":[false]}`,
		`{"op":"in","args":[{"property":"n"},[1,2.5,-3e-7]]}`, `{"op":"like","args":[{"op":"casei","args":[{"property":"s"}]},{"op":"casei","args":["a%"]}]}`,
		`{"op":"between","args":[{"op":"+","args":[{"property":"n"},1]},0,{"op":"^","args":[2,3]}]}`, `{"op":"a_containedBy","args":[[[1],["a"],{"date":"2021-01-01"}],{"op":"split","args":["a","b"]}]}`,
		`{"op":"t_overlappedBy","args":[{"interval":["..",{"property":"d"}]},{"interval":["2021-01-01T00:00:00Z",".."]}]}`,
		`{"op":"s_crosses","args":[{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2,3]}]},{"bbox":[1,2,3,4,5,6]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := cql.ParseJSON(b)
		property(t, e, err)
	})
}
