package api

import (
	"net/http"
)

// route is one resource. The router, the OpenAPI document and the tests read the
// same table.
type route struct {
	name    string
	method  string
	path    string // of mux
	summary string
	params  []string // query parameters
	serve   func(*response, *http.Request) error
}

func (s *server) routes() []route {
	return []route{
		{"landing", http.MethodGet, "/", "The landing page", []string{"f"}, s.landing},
		{"conformance", http.MethodGet, "/conformance", "The standards that the service follows", []string{"f"}, s.conformance},
		{"api", http.MethodGet, "/api", "This document", []string{"f"}, s.openAPI},
		{"collections", http.MethodGet, "/collections", "All collections", []string{"f"}, s.collections},
		{"collection", http.MethodGet, "/collections/{collection}", "One collection", []string{"f"}, s.collection},
		{"items", http.MethodGet, "/collections/{collection}/items", "The features of a collection, a page at a time", []string{"bbox", "limit", "cursor", "f"}, s.items},
		{"item", http.MethodGet, "/collections/{collection}/items/{feature}", "One feature", []string{"f"}, s.item},
		{"check-site", http.MethodPost, "/checks", "Check a project site against every layer", nil, s.postCheck},
		{"check", http.MethodGet, "/checks/{check}", "The answer of an archived check", []string{"f"}, s.getCheck},
		{"alive", http.MethodGet, "/healthz", "Whether the process lives", nil, s.alive},
		{"ready", http.MethodGet, "/readyz", "Whether the database answers", nil, s.ready},
	}
}
