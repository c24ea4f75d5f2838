package cql_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"planatlas/layers/cql"

	"github.com/google/go-cmp/cmp"
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

func TestMatch(t *testing.T) {
	values := map[string]cql.Value{"class": "railway", "half_width_m": 7.5, "open": true, "名称": "石太铁路"}
	for _, tc := range []struct {
		text string
		want bool
	}{
		{"", true},
		{"class = 'railway'", true},
		{"class <> 'railway'", false},
		{"half_width_m >= 7.5 and half_width_m < 8", true},
		{"half_width_m > -1e3", true},
		{"open = TRUE", true},
		{"open = false or class = 'railway'", true},
		{"missing = 'x'", false},
		{"not missing = 'x'", false}, // null is neither true nor false
		{"missing IS NULL", true},
		{"class is not null", true},
		{"class in ('road', 'railway')", true},
		{"class not in ('road')", true},
		{"missing not in ('road')", false},
		{"(class = 'a' or class = 'railway') and open = true", true},
		{`"名称" = '石太铁路'`, true},
		{"名称 = '石太铁路'", true},
		{"class like 'rail%'", true},
		{"class like '%way'", true},
		{"class like '%il%a_'", true},
		{"class like 'rail'", false},
		{"class not like '%road%'", true},
		{`class like 'r\%'`, false},
		{"名称 like '石_铁%'", true},
		{"missing like '%'", false},
		{"half_width_m like '7%'", false},
		{"half_width_m = 'text'", false},
		{"class = 'it''s'", false},
	} {
		e, err := cql.ParseText(tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.text, err)
			continue
		}
		if got := cql.Match(e, func(p string) cql.Value { return values[p] }); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.text, got, tc.want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, tc := range []struct {
		text   string
		column int
	}{
		{"class", 6}, {"class =", 8}, {"class = 'open", 9}, {"= 'a'", 1}, {"class = 1..2", 9},
		{"(class = 'a'", 13}, {"class = 'a' class", 13}, {"class in 'a'", 10}, {"class in ()", 11},
		{"类别 == 'a'", 5}, {"class LIKE 5", 12}, {`class LIKE 'a\'`, 12}, {"class BETWEEN 1", 7}, {"class is 5", 10},
		{strings.Repeat("(", 200), 102}, {strings.Repeat("x", 20<<10), 1},
	} {
		_, err := cql.ParseText(tc.text)
		var syntax *cql.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40s: got %v, want a syntax error", tc.text, err)
			continue
		}
		if syntax.Column != tc.column {
			t.Errorf("%.40s: %v: want column %d", tc.text, err, tc.column)
		}
	}
}

func TestProperties(t *testing.T) {
	e, err := cql.ParseText("a = 1 and (b in (1) or not c is null) and a < 3")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, cql.Properties(e)); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseText(f *testing.F) {
	for _, s := range []string{"class = 'a' and not b in (1, 2)", "((a is null))", "a <> -1.5e3", `"x y" >= ''''`, "\xff=", "a = '"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := cql.ParseText(s)
		if err != nil {
			var syntax *cql.SyntaxError
			if !errors.As(err, &syntax) || syntax.Column < 1 {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		cql.Match(e, func(string) cql.Value { return nil })
	})
}
