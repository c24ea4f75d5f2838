package api

import (
	"net/http"
	"slices"
	"time"
)

// route is one resource. The router, the check of the query, the OpenAPI
// document and the tests read the same table.
type route struct {
	name     string
	method   string
	path     string // of mux
	summary  string
	media    string   // of the JSON form
	formats  []string // values of the query parameter f, the default first; nil when there is one form only
	params   []string // further query parameters
	filters  bool     // so are the properties of the collection
	anyQuery bool     // the query is not looked at
	slow     bool     // it may take as long as the client needs
	serve    func(*response, *http.Request) error
}

func (r route) timeout() time.Duration {
	if r.slow {
		return downloadTimeout
	}
	return requestTimeout
}

func (s *server) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	const collection = "/collections/{collection}"
	json, pages := []string{"json"}, []string{"json", "html"}
	names := s.formatNames()
	return []route{
		{name: "landing", method: get, path: "/", summary: "The landing page", media: typeJSON, formats: pages, serve: s.landing},
		{name: "conformance", method: get, path: "/conformance", summary: "The standards that the service follows", media: typeJSON, formats: pages, serve: s.conformance},
		{name: "api", method: get, path: "/api", summary: "This document", media: typeOpenAPI, formats: json, serve: s.openAPI},
		{name: "collections", method: get, path: "/collections", summary: "All collections", media: typeJSON, formats: pages, serve: s.collections},
		{name: "collection", method: get, path: collection, summary: "One collection", media: typeJSON, formats: pages, serve: s.collection},
		{name: "schema", method: get, path: collection + "/schema", summary: "The properties of the features", media: typeSchema, formats: json, serve: s.schema},
		{name: "queryables", method: get, path: collection + "/queryables", summary: "The properties that filters may use", media: typeSchema, formats: json, serve: s.queryables},
		{name: "sortables", method: get, path: collection + "/sortables", summary: "The properties that sortby may use", media: typeSchema, formats: json, serve: s.sortables},
		{name: "items", method: get, path: collection + "/items", summary: "The features of a collection, a page at a time; each property of the collection is a query parameter for equality",
			media: typeGeoJSON, formats: slices.Concat([]string{"geojson", "json", "html"}, names[1:]), params: pageParams(), filters: true, serve: s.items},
		{name: "item", method: get, path: collection + "/items/{feature}", summary: "One feature", media: typeGeoJSON,
			formats: []string{"geojson", "json", "html"}, params: []string{"crs"}, serve: s.item},
		{name: "download", method: get, path: collection + "/download", summary: "All features of a collection, or all that meet the conditions, as one file",
			media: typeGeoJSON, formats: append([]string{"geojson", "json"}, names[1:]...), params: selectionParams(), filters: true, slow: true, serve: s.download},
		{name: "nearest", method: get, path: collection + "/nearest", summary: "For each feature of a collection the nearest one of another, with the distance",
			media: typeJSON, formats: json, params: []string{"to", "filter", "to-filter", "limit"}, serve: s.nearest},
		{name: "check-site", method: post, path: "/checks", summary: "Check a project site against every layer", media: typeJSON, serve: s.postCheck},
		{name: "check", method: get, path: "/checks/{check}", summary: "The answer of an archived check", media: typeJSON, formats: json, serve: s.getCheck},
		{name: "plan", method: get, path: "/plan", summary: "What the plan says at a point, or of one of its entities: features nearest first, systems, indicators and requirements, with their citations",
			media: typeJSON, formats: json, params: []string{"at", "within", "entity"}, serve: s.planGet},
		{name: "plan-at-site", method: post, path: "/plan", summary: "What the plan says of a site", media: typeJSON, params: []string{"within"}, serve: s.planAtSite},
		{name: "alive", method: get, path: "/healthz", summary: "Whether the process lives", media: typeJSON, serve: s.alive},
		{name: "ready", method: get, path: "/readyz", summary: "Whether the database answers", media: typeJSON, serve: s.ready},
	}
}
