package api

import (
	"net/http"
)

// route is one resource. The router, the check of the query, the OpenAPI
// document and the tests read the same table.
type route struct {
	name     string
	method   string
	path     string // of mux
	summary  string
	formats  []string // values of the query parameter f; nil when there is no f
	params   []string // further query parameters
	filters  bool     // so are the properties of the collection
	anyQuery bool     // the query is not looked at
	serve    func(*response, *http.Request) error
}

func (s *server) routes() []route {
	get, json, geojson := http.MethodGet, []string{"json"}, []string{"json", "geojson"}
	return []route{
		{name: "landing", method: get, path: "/", summary: "The landing page", formats: []string{"json", "html"}, serve: s.landing},
		{name: "conformance", method: get, path: "/conformance", summary: "The standards that the service follows", formats: json, serve: s.conformance},
		{name: "api", method: get, path: "/api", summary: "This document", formats: json, serve: s.openAPI},
		{name: "collections", method: get, path: "/collections", summary: "All collections", formats: json, serve: s.collections},
		{name: "collection", method: get, path: "/collections/{collection}", summary: "One collection", formats: json, serve: s.collection},
		{name: "items", method: get, path: "/collections/{collection}/items", summary: "The features of a collection, a page at a time; each property of the collection is a query parameter for equality",
			formats: formatNames(), params: pageParams(), filters: true, serve: s.items},
		{name: "item", method: get, path: "/collections/{collection}/items/{feature}", summary: "One feature", formats: geojson, params: []string{"crs"}, serve: s.item},
		{name: "check-site", method: http.MethodPost, path: "/checks", summary: "Check a project site against every layer", serve: s.postCheck},
		{name: "check", method: get, path: "/checks/{check}", summary: "The answer of an archived check", formats: json, serve: s.getCheck},
		{name: "nearest", method: get, path: "/collections/{collection}/nearest", summary: "For each feature of a collection the nearest one of another, with the distance",
			formats: json, params: []string{"to", "filter", "to-filter", "limit"}, serve: s.nearest},
		{name: "plan", method: get, path: "/plan", summary: "What the plan says at a point, or of one of its entities: features nearest first, systems, indicators and requirements, with their citations",
			formats: json, params: []string{"at", "within", "entity"}, serve: s.planGet},
		{name: "plan-at-site", method: http.MethodPost, path: "/plan", summary: "What the plan says of a site", params: []string{"within"}, serve: s.planAtSite},
		{name: "alive", method: get, path: "/healthz", summary: "Whether the process lives", serve: s.alive},
		{name: "ready", method: get, path: "/readyz", summary: "Whether the database answers", serve: s.ready},
	}
}
