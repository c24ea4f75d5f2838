package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// schemaResourceTests are those of the classes of Part 5 for a service: Returnables
// and Receivables, Queryables and Sortables.
func schemaResourceTests() []abstract {
	var all []abstract
	for class, name := range map[string]string{"returnables-and-receivables": "schema", "queryables": "queryables", "sortables": "sortables"} {
		all = append(all, abstract{"features-5/conf/" + class + "/get-conformance", func(t *testing.T, s *service) {
			claims("ogcapi-features-5/1.0/conf/schemas")(t, s)
			claims("ogcapi-features-5/1.0/conf/"+class)(t, s)
		}}, abstract{"features-5/conf/" + class + "/link", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				links := read[collectionDoc](t, s.get(t, "/collections/"+c.ID, "Accept", "application/json"), http.StatusOK).Links
				if got := linkOf(links, "http://www.opengis.net/def/rel/ogc/1.0/"+name); got != s.URL+"/collections/"+c.ID+"/"+name {
					t.Errorf("%s: %q", c.ID, got)
				}
			}
		}}, abstract{"features-5/conf/" + class + "/op-and-response", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				for property, p := range s.schemaOf(t, layerOf(s, c.ID), name).Properties {
					if p.Type == "" && (name == "sortables" || !strings.HasPrefix(p.Format, "geometry-")) || p.Type == "array" || p.Type == "object" {
						t.Errorf("%s.%s: %+v", c.ID, property, p)
					}
				}
			}
		}})
	}
	return append(all, abstract{"features-5/conf/returnables-and-receivables/response-1", func(t *testing.T, s *service) {
		for _, c := range s.collectionsDoc(t).Collections {
			doc := s.schemaOf(t, layerOf(s, c.ID), "schema")
			features := s.items(t, c.ID).Features
			for _, f := range features[:min(1, len(features))] {
				features = append(features, read[feature](t, s.get(t, "/collections/"+c.ID+"/items/"+url.PathEscape(f.ID)), http.StatusOK))
			}
			for _, f := range features {
				for _, fault := range doc.faults(f) {
					t.Errorf("%s/%s: %s", c.ID, f.ID, fault)
				}
			}
		}
	}}, abstract{"features-5/conf/returnables-and-receivables/response-2", func(t *testing.T, s *service) { // features are not written by the API, so that none can be wrong
		for method, path := range map[string]string{http.MethodPost: "/collections/reference/items", http.MethodPut: "/collections/reference/items/chengqu"} {
			if a := do(t, s.request(t, method, path, `{"type":"Feature","properties":{},"geometry":null}`, "Content-Type", "application/geo+json")); a.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("%s: %d; features that do not conform to the schema must be refused", method, a.StatusCode)
			}
		}
	}})
}

// faults says what of a feature is not as the schema has it.
func (d schemaDoc) faults(f feature) (out []string) {
	for name, v := range f.Properties {
		p, ok := d.Properties[name]
		if !ok {
			out = append(out, name+" is not in the schema")
		}
		if v == nil {
			continue
		}
		kind, text := "string", fmt.Sprint(v)
		switch v := v.(type) {
		case float64:
			if kind = "number"; v == float64(int64(v)) && p.Type == "integer" {
				kind = "integer"
			}
		case bool:
			kind = "boolean"
		}
		_, err := time.Parse(time.DateOnly, text)
		if kind != p.Type || p.Format == "date" && err != nil || len(p.Enum) > 0 && !slices.Contains(p.Enum, text) {
			out = append(out, fmt.Sprintf("%s is %v, want %+v", name, v, p))
		}
	}
	want := strings.TrimPrefix(d.Properties["geometry"].Format, "geometry-")
	if f.Geometry != nil && want != "any" && strings.ToLower(f.Geometry.Type) != want && strings.ToLower(f.Geometry.Type) != strings.TrimPrefix(want, "multi") {
		out = append(out, "the geometry is a "+f.Geometry.Type+", want "+want)
	}
	return out
}
