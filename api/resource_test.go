package api

import (
	"net/http"
	"slices"
	"testing"
)

// TestEveryResourceHasAPage: what people may read has a form for people, but for files,
// maps, sitemaps and health, which programs alone ask for.
func TestEveryResourceHasAPage(t *testing.T) {
	_, s := document(t)
	for _, r := range s.routes() {
		without := []string{"download", "job-results", "alive", "ready", "outlines", "sitemap", "sitemap-layers", "sitemap-features", "robots", "check-geometry", "tile-json", "tile-xyz", "tile", "collection-tile", "style"}
		if r.method == http.MethodGet && slices.Contains(without, r.name) == slices.Contains(r.formats, "html") {
			t.Errorf("%s: %v", r.name, r.formats)
		}
	}
}

// TestTheAPIPageIsInBothLanguages: each resource and each parameter is described.
func TestTheAPIPageIsInBothLanguages(t *testing.T) {
	_, s := document(t)
	page := s.apiPage()
	if len(page.Operations) != len(s.routes()) || len(page.Parameters) != len(s.parameters()) {
		t.Errorf("%d resources, %d parameters", len(page.Operations), len(page.Parameters))
	}
	for _, o := range page.Operations {
		if o.Summary.ZH == "" || o.Summary.EN == "" {
			t.Errorf("%s %s has no summary in both languages: %+v", o.Method, o.Path, o.Summary)
		}
	}
	for _, p := range page.Parameters {
		if p.Text.ZH == "" || p.Text.EN == "" {
			t.Errorf("%s is not described in both languages: %+v", p.Name, p.Text)
		}
	}
}
