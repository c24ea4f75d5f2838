package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"planatlas/layers"
)

type schemaDoc struct {
	Schema               string `json:"$schema"`
	ID                   string `json:"$id"`
	Type, Title          string
	AdditionalProperties *bool
	Properties           map[string]struct {
		Type, Title, Format string
		Enum                []string
		Role                string      `json:"x-ogc-role"`
		Unit                string      `json:"x-ogc-unit"`
		Titles              layers.Text `json:"x-titles"`
	}
}

// TestConfSchemas is the abstract test of OGC API - Features, Part 5 (23-058r2):
// each collection leads to its schema, which describes exactly what its features
// hold.
func TestConfSchemas(t *testing.T) {
	s := serve(t)
	for _, l := range s.published() {
		doc := s.schemaOf(t, l, "schema")
		names := []string{"id"}
		for _, p := range l.AllProperties() {
			names = append(names, p.Name)
			got := doc.Properties[p.Name]
			kind, format := string(p.Type), ""
			if p.Type == layers.Date {
				kind, format = "string", "date"
			}
			if got.Type != kind || got.Format != format || got.Unit != p.Unit || !slices.Equal(got.Enum, p.Codes) || got.Titles != p.Title || got.Title == "" {
				t.Errorf("%s.%s: %+v", l.ID, p.Name, got)
			}
		}
		if l.HasGeometry() {
			names = append(names, "geometry")
			if g := doc.Properties["geometry"]; g.Role != "primary-geometry" || g.Type != "" || g.Format != "geometry-"+strings.Replace(strings.ToLower(string(l.Geometry)), "geometry", "any", 1) {
				t.Errorf("%s: geometry %+v", l.ID, g)
			}
		}
		if len(doc.Properties) != len(names) || doc.Properties["id"].Role != "id" || doc.Properties["valid_from"].Role != "primary-interval-start" {
			t.Errorf("%s: %d properties, want %v", l.ID, len(doc.Properties), names)
		}
	}
	titles := map[string]string{"zh": "位置精度", "en": "Positional accuracy", "": "位置精度 Positional accuracy"}
	for lang, want := range titles {
		doc := read[schemaDoc](t, s.get(t, "/collections/reference/schema", "Accept-Language", lang), http.StatusOK)
		if got := doc.Properties["accuracy_m"]; got.Title != want || got.Unit != "m" {
			t.Errorf("%q: %+v", lang, got)
		}
	}
}

// schemaOf follows the collection's link to one of its schemas.
func (s *service) schemaOf(t *testing.T, l *layers.Layer, name string) schemaDoc {
	t.Helper()
	c := read[collectionDoc](t, s.get(t, "/collections/"+l.ID), http.StatusOK)
	a := s.get(t, linkOf(c.Links, "http://www.opengis.net/def/rel/ogc/1.0/"+name))
	doc := read[schemaDoc](t, a, http.StatusOK)
	if a.Header.Get("Content-Type") != "application/schema+json" || doc.Schema != "https://json-schema.org/draft/2020-12/schema" || doc.ID != a.Request.URL.String() ||
		doc.Type != "object" || doc.AdditionalProperties == nil || *doc.AdditionalProperties {
		t.Errorf("%s: %.400s", a.Request.URL, a.body)
	}
	return doc
}

// TestConfQueryables is the abstract test of the queryables of Part 3 (19-079r2):
// each of them may be used in a filter and as a parameter, and nothing else may.
func TestConfQueryables(t *testing.T) {
	s := serve(t)
	values := map[string]string{"string": "x", "number": "1.5", "integer": "1", "boolean": "true"}
	for _, l := range s.published() {
		doc := s.schemaOf(t, l, "queryables")
		for name, p := range doc.Properties {
			value := values[p.Type]
			if p.Format == "date" {
				value = "2021-01-01"
			}
			filter := name + "+IS+NULL"
			if name != "geometry" {
				read[featureCollection](t, s.get(t, "/collections/"+l.ID+"/items?limit=1&"+name+"="+value), http.StatusOK)
			}
			read[featureCollection](t, s.get(t, "/collections/"+l.ID+"/items?limit=1&filter="+filter), http.StatusOK)
		}
		if p := wantProblem(t, s.get(t, "/collections/"+l.ID+"/items?filter=unknown_one+IS+NULL"), http.StatusBadRequest); p.Parameter != "filter" {
			t.Errorf("%+v", p)
		}
	}
}

func TestConfSortables(t *testing.T) {
	s := serve(t)
	for _, l := range s.published() {
		for name := range s.schemaOf(t, l, "sortables").Properties {
			read[featureCollection](t, s.get(t, "/collections/"+l.ID+"/items?limit=1&sortby=-"+name), http.StatusOK)
		}
		wantProblem(t, s.get(t, "/collections/"+l.ID+"/items?sortby=geometry"), http.StatusBadRequest)
	}
}
