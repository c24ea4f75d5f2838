package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"planatlas/layers/report"
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

// pathParams returns the names in the path.
func (r route) pathParams() (names []string) {
	for _, part := range strings.Split(r.path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name, _, _ = strings.Cut(name, "}")
			names = append(names, name)
		}
	}
	return names
}

// allRoutes are the resources of a service that has a database.
func (s *server) allRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	const collection = "/collections/{collection}"
	json, pages := []string{"json"}, []string{"json", "html"}
	names := s.formatNames()
	return append([]route{
		{name: "landing", method: get, path: "/", summary: "The landing page", media: typeJSON, formats: pages, params: []string{"lang"}, serve: s.landing},
		{name: "conformance", method: get, path: "/conformance", summary: "The standards that the service follows", media: typeJSON, formats: pages, serve: s.conformance},
		{name: "api", method: get, path: "/api", summary: "This document", media: typeOpenAPI, formats: pages, serve: s.openAPI},
		{name: "functions", method: get, path: "/functions", summary: "The functions that filters may call", media: typeJSON, formats: pages, serve: s.functions},
		{name: "collections", method: get, path: "/collections", summary: "All collections", media: typeJSON, formats: pages, params: []string{"lang"}, serve: s.collections},
		{name: "collection", method: get, path: collection, summary: "One collection", media: typeJSON, formats: pages, params: []string{"lang"}, serve: s.collection},
		{name: "schema", method: get, path: collection + "/schema", summary: "The properties of the features", media: typeSchema, formats: pages, serve: s.schema},
		{name: "queryables", method: get, path: collection + "/queryables", summary: "The properties that filters may use", media: typeSchema, formats: pages, serve: s.queryables},
		{name: "sortables", method: get, path: collection + "/sortables", summary: "The properties that sortby may use", media: typeSchema, formats: pages, serve: s.sortables},
		{name: "items", method: get, path: collection + "/items", summary: "The features of a collection, a page at a time; each property of the collection is a query parameter for equality",
			media: typeGeoJSON, formats: slices.Concat([]string{"geojson", "json", "html"}, names[1:]), params: pageParams(), filters: true, serve: s.items},
		{name: "item", method: get, path: collection + "/items/{feature}", summary: "One feature", media: typeGeoJSON,
			formats: []string{"geojson", "json", "html"}, params: []string{"crs", "lang"}, serve: s.item},
		{name: "download", method: get, path: collection + "/download", summary: "All features of a collection, or all that meet the conditions, as one file",
			media: typeGeoJSON, formats: append([]string{"geojson", "json"}, names[1:]...), params: selectionParams(), filters: true, slow: true, serve: s.download},
		{name: "nearest", method: get, path: collection + "/nearest", summary: "For each feature of a collection the nearest one of another, with the distance",
			media: typeJSON, formats: pages, params: []string{"to", "filter", "to-filter", "limit"}, serve: s.nearest},
		{name: "read-sites", method: post, path: "/sites", summary: "What a file of sites holds, as it is understood: nothing is checked and nothing is kept", media: typeGeoJSON, params: fieldsOfForm(), serve: s.readSites},
		{name: "check-site", method: post, path: "/checks", summary: "Check a project site against every layer and rule", media: typeJSON, params: append([]string{"on"}, fieldsOfForm()...), serve: s.postCheck},
		{name: "compare-sites", method: post, path: "/checks/compare", summary: "Check 2 to 20 alternative sites and rank them", media: typeJSON, params: append([]string{"on"}, fieldsOfForm()...), slow: true, serve: s.compareSites},
		{name: "check-batch", method: post, path: "/checks/batch", summary: "Check many sites: a line each in, a line each out; as a job with Prefer: respond-async", media: typeJSON,
			formats: []string{"ndjson", "csv"}, params: []string{"on"}, slow: true, serve: s.postBatch},
		{name: "check", method: get, path: "/checks/{check}", summary: "The answer of an archived check; for people, its report", media: typeJSON, formats: pages, serve: s.getCheck},
		{name: "report", method: get, path: "/checks/{check}/report", summary: "The report of an archived check, for a planner's file", media: typeGeoJSON, formats: report.Formats(), params: []string{"lang"}, serve: s.checkReport},
		{name: "check-geometry", method: get, path: "/checks/{check}/geometry", summary: "The site of an archived check, what of it is in conflict and what remains, as a file for GIS, CAD or land registration; areas alone", media: typeGeoJSON,
			formats: GeometryFormats(), params: []string{"what", "file-crs", "charset", "decimals"}, serve: s.checkGeometry},
		{name: "rerun-check", method: post, path: "/checks/{check}/rerun", summary: "Repeat an archived check: on the recorded state, which must give the same result, or on today's with a comparison",
			media: typeJSON, params: []string{"state"}, slow: true, serve: s.rerunCheck},
		{name: "processes", method: get, path: "/processes", summary: "The processes", media: typeJSON, formats: pages, serve: s.processList},
		{name: "process", method: get, path: "/processes/{process}", summary: "The inputs and outputs of a process", media: typeJSON, formats: pages, serve: s.getProcess},
		{name: "execute", method: post, path: "/processes/{process}/execution", summary: "Execute a process; as a job with Prefer: respond-async", media: typeJSON, slow: true, serve: s.executeProcess},
		{name: "jobs", method: get, path: "/jobs", summary: "The jobs, newest first", media: typeJSON, formats: pages, params: []string{"limit"}, serve: s.jobList},
		{name: "job", method: get, path: "/jobs/{job}", summary: "The state of a job", media: typeJSON, formats: pages, serve: s.getJob},
		{name: "dismiss-job", method: http.MethodDelete, path: "/jobs/{job}", summary: "Stop a job, or delete its result", media: typeJSON, serve: s.dismissJob},
		{name: "job-results", method: get, path: "/jobs/{job}/results", summary: "The result of a job that was successful; of a batch in the order of its sites", media: typeJSON,
			formats: []string{"json", "ndjson", "csv"}, slow: true, serve: s.jobResults},
		{name: "rules", method: get, path: "/rules", summary: "The rules by which sites are checked, and what they ask of a project", media: typeJSON, formats: pages, params: []string{"datetime", "layer"}, serve: s.rulesList},
		{name: "rule", method: get, path: "/rules/{rule}", summary: "The versions of one rule", media: typeJSON, formats: pages, params: []string{"datetime"}, serve: s.ruleGet},
		{name: "plan", method: get, path: "/plan", summary: "What the plan says at a point, or of one of its entities: features nearest first, systems, indicators and requirements, with their citations",
			media: typeJSON, formats: pages, params: []string{"at", "within", "entity"}, serve: s.planGet},
		{name: "plan-at-site", method: post, path: "/plan", summary: "What the plan says of a site", media: typeJSON, params: append([]string{"within"}, fieldsOfForm()...), serve: s.planAtSite},
		{name: "search", method: get, path: "/search", summary: "Features and records by name: in Chinese, in pinyin, by first letters, or in English", media: typeJSON, formats: pages, params: []string{"q", "limit"}, serve: s.search},
		{name: "outlines", method: get, path: "/outlines", summary: "The areas that the layers cover; not legal boundaries", media: typeGeoJSON, formats: json, serve: s.outlines},
		{name: "sitemap", method: get, path: "/sitemap.xml", summary: "The sitemaps of the pages", media: typeXML, serve: s.sitemap},
		{name: "sitemap-layers", method: get, path: "/sitemap-layers.xml", summary: "The pages of the layers", media: typeXML, serve: s.sitemapLayers},
		{name: "sitemap-features", method: get, path: collection + "/sitemap.xml", summary: "The pages of the features of a layer", media: typeXML, params: []string{"offset"}, serve: s.sitemapFeatures},
		{name: "robots", method: get, path: "/robots.txt", summary: "What search engines may read", media: typeText, serve: s.robots},
		{name: "alive", method: get, path: "/healthz", summary: "Whether the process lives", media: typeJSON, serve: s.alive},
		{name: "ready", method: get, path: "/readyz", summary: "Whether the database answers", media: typeJSON, serve: s.ready},
	}, s.tileRoutes()...)
}

// tileRoutes are the resources about tiles and how they are drawn.
func (s *server) tileRoutes() []route {
	const get = http.MethodGet
	const collection = "/collections/{collection}"
	pages := []string{"json", "html"}
	return []route{
		{name: "tile-matrix-sets", method: get, path: "/tileMatrixSets", summary: "The tile matrix sets in which tiles are drawn", media: typeJSON, formats: pages, serve: s.matrixSets},
		{name: "tile-matrix-set", method: get, path: "/tileMatrixSets/{tileMatrixSet}", summary: "One tile matrix set", media: typeJSON, formats: pages, serve: s.matrixSet},
		{name: "tilesets", method: get, path: "/tiles", summary: "The tilesets of the whole plan, or of some collections", media: typeJSON, formats: pages, params: []string{"collections"}, serve: s.tilesetsOf(s.planSource)},
		{name: "tile-json", method: get, path: "/tiles/{layers}.json", summary: "TileJSON 3 of collections: the addresses of their vector tiles, with zooms, extent and properties", media: typeJSON, serve: s.tileJSONOfLayers},
		{name: "tile-xyz", method: get, path: "/tiles/{layers}/{z}/{x}/{y}.mvt", summary: "A vector tile of one or more collections by column and row of WebMercatorQuad; 204 when it is empty", media: typeMVT, serve: s.tileXYZ},
		{name: "tileset", method: get, path: "/tiles/{tileMatrixSet}", summary: "A tileset of the whole plan, or of some collections", media: typeJSON,
			formats: []string{"json", "tilejson", "html"}, params: []string{"collections"}, serve: s.tilesetOf(s.planSource)},
		{name: "tile", method: get, path: "/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", summary: "A vector tile of the whole plan, or of some collections; 204 when it is empty", media: typeMVT,
			formats: []string{"mvt"}, params: []string{"collections"}, serve: s.tileOfPlan},
		{name: "collection-tilesets", method: get, path: collection + "/tiles", summary: "The tilesets of a collection", media: typeJSON, formats: pages, serve: s.tilesetsOf(s.collectionSource)},
		{name: "collection-tileset", method: get, path: collection + "/tiles/{tileMatrixSet}", summary: "A tileset of a collection", media: typeJSON, formats: []string{"json", "tilejson", "html"}, serve: s.tilesetOf(s.collectionSource)},
		{name: "collection-tile", method: get, path: collection + "/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", summary: "A vector tile of a collection; 204 when it is empty", media: typeMVT,
			formats: []string{"mvt"}, serve: s.tileOfCollection},
		{name: "styles", method: get, path: "/styles", summary: "The styles: of the whole plan, and of each collection", media: typeJSON, formats: pages, serve: s.styleList},
		{name: "style", method: get, path: "/styles/{style}", summary: "A style, for MapLibre, or as SLD for QGIS and others", media: typeMapLibre, formats: []string{"mapbox", "sld11", "sld10"}, params: []string{"labels"}, serve: s.style},
		{name: "collection-styles", method: get, path: collection + "/styles", summary: "The styles of a collection", media: typeJSON, formats: pages, serve: s.collectionStyles},
	}
}
