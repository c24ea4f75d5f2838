package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

// queryablesTests are those of the classes Queryables and Queryables as Query
// Parameters of Part 3.
func queryablesTests() []abstract {
	return []abstract{
		{"features-3/conf/queryables/get-conformance", claims("ogcapi-features-3/1.0/conf/queryables")},
		{"features-3/conf/queryables/get-queryables-uris", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				for _, method := range []string{http.MethodHead, http.MethodGet} {
					a := do(t, s.request(t, method, "/collections/"+c.ID+"/items", ""))
					if want := fmt.Sprintf(`<%s/collections/%s/queryables>; rel="%s"; type="application/schema+json"`, s.URL, c.ID, relQueryables); a.StatusCode != http.StatusOK || !slices.Contains(a.Header.Values("Link"), want) {
						t.Errorf("%s %s: %d %q", method, c.ID, a.StatusCode, a.Header.Values("Link"))
					}
				}
			}
		}},
		{"features-3/conf/queryables/get-queryables", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				spatial := 0
				for name, p := range s.schemaOf(t, layerOf(s, c.ID), "queryables").Properties {
					if (p.Type == "") != strings.HasPrefix(p.Format, "geometry-") {
						t.Errorf("%s.%s: %+v", c.ID, name, p)
					}
					if p.Type == "" {
						spatial++
					}
				}
				if spatial == 1 != (c.GeometryType != "") {
					t.Errorf("%s: %d spatial queryables", c.ID, spatial)
				}
			}
		}},
		{"features-3/conf/queryables-query-parameters/get-conformance", claims("ogcapi-features-3/1.0/conf/queryables-query-parameters")},
		{"features-3/conf/queryables-query-parameters/query-param", func(t *testing.T, s *service) {
			valid := map[string]string{"string": "existing", "number": "2000", "integer": "1", "boolean": "true"}
			for _, c := range s.collectionsDoc(t).Collections {
				for name, p := range s.schemaOf(t, layerOf(s, c.ID), "queryables").Properties {
					value := valid[p.Type]
					if p.Format == "date" {
						value = "2021-01-01"
					}
					if value == "" {
						continue // the geometry
					}
					for _, f := range s.items(t, c.ID, name, value).Features {
						if got := fmt.Sprint(f.Properties[name]); got != value && name != "id" {
							t.Errorf("%s/%s: %s is %s, want %s", c.ID, f.ID, name, got, value)
						}
					}
					if p.Type != "string" || p.Format == "date" {
						s.refused(t, c.ID, name, "this is no value")
					}
				}
			}
			if n := len(s.items(t, "reference", "status", "existing").Features); n == 0 {
				t.Error("no feature was selected")
			}
		}},
	}
}

// filterTests are those of the classes Filter and Features Filter of Part 3. The
// filterable resource is the features of a collection.
func filterTests() []abstract {
	return []abstract{
		{"features-3/conf/filter/get-conformance", claims("ogcapi-features-3/1.0/conf/filter")},
		{"features-3/conf/filter/filter-param", func(t *testing.T, s *service) { confFilter(t, s, true) }},
		{"features-3/conf/filter/filter-lang-default", func(t *testing.T, s *service) { confFilter(t, s, false) }},
		{"features-3/conf/filter/expression-construction", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				s.refused(t, c.ID, "filter-lang", "cql2-text", "filter", "this_is_not_a_queryable IS NULL")
				s.refused(t, c.ID, "filter-lang", "cql2-json", "filter", `{"op":"isNull","args":[{"property":"this_is_not_a_queryable"}]}`)
			}
		}},
		{"features-3/conf/filter/filter-crs-wgs84", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				for _, lang := range []string{"cql2-text", "cql2-json"} {
					sameIDs(t, c.ID, s.items(t, c.ID, "filter-lang", lang, "filter", inBox(lang, around(c))).ids(), s.selected(t, c.ID, "geom is not null"))
					s.refused(t, c.ID, "filter-lang", lang, "filter", inBox(lang, [4]float64{1e6, 1e6, 2e6, 2e6}))
				}
			}
		}},
		{"features-3/conf/filter/filter-crs-param", func(t *testing.T, s *service) {
			located := s.located(t)
			for _, uri := range located[0].CRS {
				for i, box := range inSystem(t, uri, located) {
					got := s.items(t, located[i].ID, "filter-lang", "cql2-text", "filter-crs", uri, "filter", inBox("cql2-text", box)).ids()
					sameIDs(t, located[i].ID+" in "+uri, got, s.selected(t, located[i].ID, "geom is not null"))
				}
			}
			for _, c := range located {
				s.refused(t, c.ID, "filter-crs", opengisCRS+"OGC/0/does_not_exist", "filter", inBox("cql2-text", around(c)))
			}
		}},
		{"features-3/conf/filter/get-functions", confFunctions},
		{"features-3/conf/features-filter/get-conformance", claims("ogcapi-features-3/1.0/conf/features-filter")},
		{"features-3/conf/features-filter/get-collections", func(t *testing.T, s *service) {
			if n := len(s.collectionsDoc(t).Collections); n != len(s.published()) {
				t.Errorf("%d collections", n)
			}
		}},
		{"features-3/conf/features-filter/get-collection", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				if got := linkOf(read[collectionDoc](t, s.get(t, "/collections/"+c.ID), http.StatusOK).Links, relQueryables); got != s.URL+"/collections/"+c.ID+"/queryables" {
					t.Errorf("%s: %q", c.ID, got)
				}
			}
		}},
		{"features-3/conf/features-filter/filter-on-items", func(t *testing.T, s *service) { // in both languages, with the parameters together
			for _, c := range s.located(t) {
				want := s.items(t, c.ID, "filter-lang", "cql2-text", "filter", inBox("cql2-text", around(c))+" AND status = 'existing'").ids()
				sameIDs(t, c.ID, want, s.selected(t, c.ID, "geom is not null and status = 'existing'"))
				document := `{"op":"and","args":[` + inBox("cql2-json", around(c)) + `,{"op":"=","args":[{"property":"status"},"existing"]}]}`
				sameIDs(t, c.ID, s.items(t, c.ID, "filter-lang", "cql2-json", "filter-crs", c.CRS[0], "filter", document).ids(), want)
			}
		}},
		{"features-3/conf/features-filter/mixing-expression", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				filter := inBox("cql2-text", around(c))
				sameIDs(t, c.ID, s.items(t, c.ID, "filter", filter, "bbox", joined(around(c))).ids(), s.selected(t, c.ID, "geom is not null"))
				if got := s.items(t, c.ID, "filter", filter, "bbox", "0,0,1,1").ids(); len(got) > 0 {
					t.Errorf("%s: %v", c.ID, got)
				}
			}
		}},
	}
}

// inBox writes a condition on the geometry.
func inBox(lang string, b [4]float64) string {
	if lang == "cql2-json" {
		return `{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[` + joined(b) + `]}]}`
	}
	return "S_INTERSECTS(geometry,BBOX(" + joined(b) + "))"
}

// confFilter: valid filters select what they say, invalid ones are refused, with the
// language named and without.
func confFilter(t *testing.T, s *service, named bool) {
	with := func(filter string) []string {
		if named {
			return []string{"filter-lang", "cql2-text", "filter", filter}
		}
		return []string{"filter", filter}
	}
	for _, c := range s.collectionsDoc(t).Collections {
		all := s.items(t, c.ID).ids()
		for name, p := range s.schemaOf(t, layerOf(s, c.ID), "queryables").Properties {
			null := s.items(t, c.ID, with(name+" IS NULL")...)
			for _, f := range null.Features {
				if v := f.Properties[name]; v != nil || name == "geometry" && f.Geometry != nil {
					t.Errorf("%s/%s: %s is %v", c.ID, f.ID, name, v)
				}
			}
			set := s.items(t, c.ID, with(name+" IS NOT NULL")...)
			if sameIDs(t, c.ID+"."+name, append(null.ids(), set.ids()...), all); p.Title == "" {
				t.Errorf("%s.%s has no title", c.ID, name)
			}
		}
		s.refused(t, c.ID, with("THIS IS NOT A FILTER")...)
	}
}

// confFunctions: the functions that /functions lists are those that filters take.
func confFunctions(t *testing.T, s *service) {
	doc := read[struct {
		Functions []struct {
			Name, Description string
			Arguments         []struct {
				Title string
				Type  []string
			}
			Returns []string
		}
		Links []link
	}](t, s.get(t, "/functions", "Accept", "application/json"), http.StatusOK)
	literals := map[string]string{"string": "'a'", "number": "1.5", "geometry": "geometry"}
	tests := map[string]string{"string": " = 'a'", "number": " > 0", "boolean": " = true", "geometry": " IS NULL", "array": " IS NULL"}
	for _, f := range doc.Functions {
		var args []string
		for _, a := range f.Arguments {
			args = append(args, literals[a.Type[0]])
		}
		filter := f.Name + "(" + strings.Join(args, ",") + ")" + tests[f.Returns[0]]
		s.items(t, "reference", "filter", filter)
		s.refused(t, "reference", "filter", f.Name+"()"+tests[f.Returns[0]])
		if f.Description == "" {
			t.Errorf("%s is not described", f.Name)
		}
	}
	landing := read[struct{ Links []link }](t, s.get(t, "/"), http.StatusOK).Links
	if len(doc.Functions) < 10 || linkOf(landing, "http://www.opengis.net/def/rel/ogc/1.0/functions") != s.URL+"/functions" {
		t.Errorf("%d functions, links %v", len(doc.Functions), landing)
	}
}
