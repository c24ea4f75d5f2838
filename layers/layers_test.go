package layers_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planatlas/layers"
)

const declaration = `
id = "parks"
title = { zh = "园区", en = "Parks" }
description = { zh = "园区", en = "Parks" }
geometry = "Polygon"
legal_effect = "indicative"
access = "public"

[source]
name = { zh = "规划", en = "Plan" }
licence = "public document"
attribution = "the city"
date = "2021-04-01"

[coverage]
area = "city"
complete = true
from = "2021-01-01"
to = "2036-01-01"

[style]
order = 1
stroke = "#000000"
width = 1.0
zoom = [0, 22]

[[property]]
name = "area_km2"
title = { zh = "面积", en = "Area" }
type = "number"
unit = "km2"
`

func folder(text string) fstest.MapFS {
	return fstest.MapFS{"layers/parks.toml": {Data: []byte(text)}}
}

func TestReadCatalog(t *testing.T) {
	c, err := layers.ReadCatalog(folder(declaration))
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Layer("parks")
	if err != nil {
		t.Fatal(err)
	}
	p, ok := l.Property("area_km2")
	if !ok || p.Unit != "km2" || l.Source.Date != "2021-04-01" || l.Coverage.From.Time().Year() != 2021 {
		t.Errorf("%+v", l)
	}
	if all := l.AllProperties(); all[0].Name != "entity" || all[len(all)-1].Name != "revision" || len(all) != len(l.BaseProperties())+2 {
		t.Errorf("properties %v", all)
	}
	_, err = c.Layer("park")
	if !errors.Is(err, layers.ErrNotFound) || !strings.Contains(err.Error(), `did you mean "parks"?`) {
		t.Errorf("got %v", err)
	}
	if _, err = c.Layer("x"); !errors.Is(err, layers.ErrNotFound) || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("got %v", err)
	}
}

func TestDeclarationMistakesAreNamed(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"syntax", `id = "parks"`, `id = parks`, "line 2, column 6"},
		{"unknown key", `access = "public"`, `acess = "public"`, "line 7, column 1: unknown key acess"},
		{"bare date", `date = "2021-04-01"`, `date = 2021-04-01`, "want the date in quotes"},
		{"bad date", `date = "2021-04-01"`, `date = "April"`, "2006-01-02"},
		{"other id", `id = "parks"`, `id = "park"`, `want "parks", the file's name`},
		{"no title", `title = { zh = "园区", en = "Parks" }`, `title = { zh = "园区" }`, "title"},
		{"geometry", `"Polygon"`, `"Circle"`, `geometry "Circle"`},
		{"legal effect", `"indicative"`, `"sure"`, `legal_effect "sure"`},
		{"access", `"public"`, `"open"`, `access "open"`},
		{"max age", `access = "public"`, `access = "public"` + "\nmax_age = -1", "max_age -1: want seconds, 0 to 31536000"},
		{"max age of years", `access = "public"`, `access = "public"` + "\nmax_age = 31536001", "max_age 31536001"},
		{"max age of an internal layer", `access = "public"`, `access = "internal"` + "\nmax_age = 60", "not public"},
		{"licence", `licence = "public document"`, ``, "licence"},
		{"coverage", `area = "city"`, ``, "coverage"},
		{"property name", `name = "area_km2"`, `name = "Area"`, `property "Area"`},
		{"property taken", `name = "area_km2"`, `name = "status"`, "the name is taken"},
		{"property reserved", `name = "area_km2"`, `name = "geom"`, "the name is taken"},
		{"property type", `type = "number"`, `type = "float"`, `type "float"`},
		{"timestamp", `type = "number"`, `type = "timestamp"`, `type "timestamp"`},
		{"code without a title", `type = "number"`, `type = "string"` + "\ncodes = [\"a\", \"b\"]\ncode_titles = { a = { zh = \"甲\", en = \"A\" } }", "nothing else: b"},
		{"title without a code", `type = "number"`, `type = "string"` + "\ncodes = [\"a\"]\ncode_titles = { a = { zh = \"甲\", en = \"A\" }, c = { zh = \"丙\", en = \"C\" } }", "nothing else: c"},
		{"half a title of a code", `type = "number"`, `type = "string"` + "\ncodes = [\"a\"]\ncode_titles = { a = { zh = \"甲\" } }", "nothing else: a"},
		{"property title", `title = { zh = "面积", en = "Area" }`, `title = { zh = "面积" }`, `property "area_km2": title`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := layers.ReadCatalog(folder(strings.Replace(declaration, tc.old, tc.new, 1)))
			if err == nil || !strings.Contains(err.Error(), "layers/parks.toml: ") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want it to name the file and %q", err, tc.want)
			}
		})
	}
	if _, err := layers.ReadCatalog(fstest.MapFS{}); err == nil {
		t.Error("an empty folder is an error")
	}
}

func TestConvert(t *testing.T) {
	for _, tc := range []struct {
		kind layers.PropertyType
		in   any
		want any // nil: an error
	}{
		{layers.String, "x", "x"}, {layers.String, 1.0, nil},
		{layers.Integer, "12", int64(12)}, {layers.Integer, 3.0, int64(3)}, {layers.Integer, "1.5", nil}, {layers.Integer, "1e300", nil},
		{layers.Number, "1.5", 1.5}, {layers.Number, 2.5, 2.5}, {layers.Number, "NaN", nil}, {layers.Number, "Inf", nil}, {layers.Number, "x", nil}, {layers.Number, true, nil},
		{layers.Boolean, "true", true}, {layers.Boolean, false, false}, {layers.Boolean, "yes", nil},
		{layers.Date, "2021-01-01", "2021-01-01"}, {layers.Date, "2021-02-30", nil}, {layers.Date, 5.0, nil},
		{layers.DateTime, "2021-01-31T08:30:00.5Z", "2021-01-31T08:30:00.5Z"}, {layers.DateTime, "2021-01-31", nil}, {layers.DateTime, "2021-01-31T08:30:00+08:00", nil}, {layers.DateTime, 5.0, nil},
	} {
		got, err := layers.Property{Name: "p", Type: tc.kind}.Convert(tc.in)
		var input *layers.InputError
		if tc.want == nil != errors.As(err, &input) || tc.want != nil && got != tc.want {
			t.Errorf("%s of %v: got %v, %v", tc.kind, tc.in, got, err)
		}
	}
}

func TestCoverageIsHalfOpen(t *testing.T) {
	c := layers.Coverage{From: "2021-01-01", To: "2026-01-01"}
	for day, want := range map[layers.Day]bool{"2020-12-31": false, "2021-01-01": true, "2025-12-31": true, "2026-01-01": false} {
		if c.Covers(day.Time()) != want {
			t.Errorf("%s: want %v", day, want)
		}
	}
	if !(layers.Coverage{From: "2021-01-01"}).Covers(time.Now()) {
		t.Error("without an end it goes on")
	}
}

func ExampleNearest() {
	fmt.Println(layers.Nearest("bbx", []string{"limit", "bbox", "cursor"}))
	fmt.Printf("%q\n", layers.Nearest("colour", []string{"limit", "bbox"}))
	// Output:
	// bbox
	// ""
}

func ExampleInputError() {
	err := &layers.InputError{Param: "limit", Value: "-1", Want: "a whole number from 1 to 10000", Hint: "leave it out for 100"}
	fmt.Println(err)
	// Output: limit: -1: want a whole number from 1 to 10000 (leave it out for 100)
}
