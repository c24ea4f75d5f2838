package api_test

import (
	"encoding/json"
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// definition is what the tests read of the API definition.
type definition struct {
	OpenAPI string
	Info    struct{ Title, Version string }
	Paths   map[string]map[string]struct {
		OperationID string
		Parameters  []map[string]any
		Responses   map[string]any
		Security    []any
	}
	Components struct {
		Parameters      map[string]map[string]any
		Responses       map[string]any
		SecuritySchemes map[string]any
	}
}

// parameter returns a parameter of the features of a collection, as it is defined.
func (s *service) parameter(t *testing.T, name string) map[string]any {
	t.Helper()
	d := read[definition](t, s.get(t, "/api"), http.StatusOK)
	for _, p := range d.Paths["/collections/{collection}/items"]["get"].Parameters {
		if ref, ok := p["$ref"].(string); ok {
			p = d.Components.Parameters[strings.TrimPrefix(ref, "#/components/parameters/")]
		}
		if p["name"] == name {
			return p
		}
	}
	t.Fatalf("the definition has no parameter %s", name)
	return nil
}

// wantDefinition compares a parameter with what the standard wants of it.
func (s *service) wantDefinition(t *testing.T, name, form string) {
	t.Helper()
	p := s.parameter(t, name)
	got, err := json.Marshal(map[string]any{"in": p["in"], "required": p["required"], "style": p["style"], "explode": p["explode"], "schema": p["schema"]})
	if err != nil || string(got) != form {
		t.Errorf("%s: %s, want %s", name, got, form)
	}
}

// encodingTests are those of the classes GeoJSON and HTML.
func encodingTests() []abstract {
	return []abstract{
		{"features-1/conf/geojson/definition", func(t *testing.T, s *service) {
			for path, want := range map[string]string{"/collections/reference/items": "application/geo+json", "/collections/reference/items/chengqu": "application/geo+json", "/": "application/json", "/collections": "application/json"} {
				if got := s.get(t, path, "Accept", want).Header.Get("Content-Type"); got != want {
					t.Errorf("%s: %q", path, got)
				}
			}
		}},
		{"features-1/conf/geojson/content", func(t *testing.T, s *service) {
			doc := read[struct {
				Type     string
				Links    []any
				Features []struct {
					Type       string
					Properties map[string]any
					Geometry   *struct{ Type string }
				}
			}](t, s.get(t, "/collections/reference/items"), http.StatusOK)
			for _, f := range doc.Features {
				if f.Type != "Feature" || f.Properties == nil || f.Geometry != nil && f.Geometry.Type != "Point" {
					t.Errorf("%+v", f)
				}
			}
			if doc.Type != "FeatureCollection" || doc.Links == nil || len(doc.Features) < 20 {
				t.Errorf("%s with %d features", doc.Type, len(doc.Features))
			}
		}},
		{"features-1/conf/html/definition", func(t *testing.T, s *service) {
			for _, path := range []string{"/", "/conformance", "/api", "/collections", "/collections/reference", "/collections/reference/items", "/collections/reference/items/chengqu"} {
				if a := s.get(t, path, "Accept", "text/html"); a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
					t.Errorf("%s: %d %q", path, a.StatusCode, a.Header.Get("Content-Type"))
				}
			}
		}},
		{"features-1/conf/html/content", func(t *testing.T, s *service) { // what the page says is what the document says
			c := read[collectionDoc](t, s.get(t, "/collections/reference"), http.StatusOK)
			page := html.UnescapeString(string(s.get(t, "/collections/reference", "Accept", "text/html").body))
			wantPage(t, "/collections/reference", string(s.get(t, "/collections/reference", "Accept", "text/html").body))
			for _, want := range []string{c.Title, c.Description, c.Attribution, "reference/items?f=html"} {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
			items := string(s.get(t, "/collections/reference/items?limit=20", "Accept", "text/html").body)
			for _, id := range read[featureCollection](t, s.get(t, "/collections/reference/items?limit=20"), http.StatusOK).ids() {
				if !strings.Contains(items, `items/`+id+`?f=html`) {
					t.Errorf("no link to %s", id)
				}
			}
		}},
	}
}

// openAPITests are those of the class OpenAPI 3.0.
func openAPITests() []abstract {
	return []abstract{
		{"features-1/conf/oas30/oas-definition-1", func(t *testing.T, s *service) {
			a := s.get(t, "/api", "Accept", "application/vnd.oai.openapi+json;version=3.0")
			if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/vnd.oai.openapi+json;version=3.0" {
				t.Errorf("%d %q", a.StatusCode, a.Header.Get("Content-Type"))
			}
			if a := s.get(t, "/api", "Accept", "text/html"); !strings.Contains(string(a.body), "/collections/{collection}/items") {
				t.Errorf("the page for people: %.200s", a.body)
			}
		}},
		{"features-1/conf/oas30/oas-definition-2", func(t *testing.T, s *service) {
			d := read[definition](t, s.get(t, "/api"), http.StatusOK)
			if !strings.HasPrefix(d.OpenAPI, "3.0.") || d.Info.Title == "" || d.Info.Version == "" {
				t.Errorf("%s %+v", d.OpenAPI, d.Info)
			}
			ids := map[string]bool{}
			for path, item := range d.Paths {
				for method, op := range item {
					if !strings.HasPrefix(path, "/") || len(op.Responses) == 0 || op.OperationID == "" || ids[op.OperationID] {
						t.Errorf("%s %s: %+v", method, path, op)
					}
					ids[op.OperationID] = true
				}
			}
		}},
		{"features-1/conf/oas30/oas-impl", func(t *testing.T, s *service) { // the service does what the document says, and nothing else
			d := read[definition](t, s.get(t, "/api"), http.StatusOK)
			for path, item := range d.Paths {
				if strings.Contains(path, "{") {
					path = strings.NewReplacer("{collection}", "reference", "{feature}", "chengqu").Replace(path)
				}
				if _, ok := item["get"]; ok && !strings.Contains(path, "{") && !slices.Contains([]string{"/plan", "/search", "/collections/reference/nearest", "/readyz"}, path) {
					if a := s.get(t, path); a.StatusCode != http.StatusOK {
						t.Errorf("%s: %d", path, a.StatusCode)
					}
				}
				if a := do(t, s.request(t, "PATCH", path, "")); a.StatusCode != http.StatusMethodNotAllowed {
					t.Errorf("PATCH %s: %d", path, a.StatusCode)
				}
			}
		}},
		{"features-1/conf/oas30/completeness", func(t *testing.T, s *service) {
			for path, item := range read[definition](t, s.get(t, "/api"), http.StatusOK).Paths {
				for method, op := range item {
					if op.Responses["200"] == nil && op.Responses["201"] == nil {
						t.Errorf("%s %s: %v", method, path, op.Responses)
					}
				}
			}
		}},
		{"features-1/conf/oas30/exceptions-codes", func(t *testing.T, s *service) { // all are one kind of document, under default
			d := read[definition](t, s.get(t, "/api"), http.StatusOK)
			for path, item := range d.Paths {
				for method, op := range item {
					if problem, _ := op.Responses["default"].(map[string]any); problem["$ref"] != "#/components/responses/problem" {
						t.Errorf("%s %s: %v", method, path, op.Responses)
					}
				}
			}
			if content, _ := d.Components.Responses["problem"].(map[string]any)["content"].(map[string]any); content["application/problem+json"] == nil {
				t.Errorf("%v", d.Components.Responses)
			}
		}},
		{"features-1/conf/oas30/security", func(t *testing.T, s *service) { // a scheme is described exactly when one is asked for
			d := read[definition](t, s.get(t, "/api"), http.StatusOK)
			asked := false
			for _, path := range []string{"/", "/collections", "/collections/reference/items"} {
				a := s.get(t, path)
				asked = asked || a.StatusCode == http.StatusUnauthorized || a.Header.Get("WWW-Authenticate") != ""
			}
			if asked != (len(d.Components.SecuritySchemes) > 0) {
				t.Errorf("asked %v, described %v", asked, d.Components.SecuritySchemes)
			}
		}},
	}
}
