package api

import (
	"net/http"
	"slices"

	"planatlas/api/encode"
)

// conformanceClasses lists the conformance classes that the service fulfils, by
// the names that GDAL and QGIS look for. Nothing else may list one.
func conformanceClasses() []string {
	const opengis = "http://www.opengis.net/spec/"
	var out []string
	for _, of := range []struct {
		spec    string
		classes []string
	}{
		{"ogcapi-common-1/1.0", []string{"core", "landing-page", "json", "html", "oas30"}},
		{"ogcapi-common-2/1.0", []string{"collections"}},
		{"ogcapi-features-1/1.0", []string{"core", "oas30", "html", "geojson"}},
		{"ogcapi-features-2/1.0", []string{"crs"}},
		{"ogcapi-features-3/1.0", []string{"queryables", "queryables-query-parameters", "filter", "features-filter"}},
		{"cql2/1.0", []string{"cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison", "accent-insensitive-comparison",
			"basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "array-functions", "property-property", "functions", "arithmetic"}},
		{"ogcapi-features-5/1.0", []string{"schemas", "core-roles-features", "returnables-and-receivables", "queryables", "sortables"}},
		{"ogcapi-tiles-1/1.0", []string{"core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "collections-selection", "mvt", "oas30"}},
		{"tms/2.0", []string{"tilematrixset", "json-tilematrixset", "tilesetmetadata", "json-tilesetmetadata"}},
		{"ogcapi-processes-1/1.0", []string{"core", "ogc-process-description", "json", "oas30", "job-list", "dismiss"}},
	} {
		for _, class := range of.classes {
			out = append(out, opengis+of.spec+"/conf/"+class)
		}
	}
	return slices.Concat(out, encode.JSONFGConformance())
}

// conformance is the resource /conformance, OGC API - Features, section 7.4.
func (s *server) conformance(w *response, req *http.Request) error {
	classes := conformanceClasses()
	if s.held != nil {
		classes = heldClasses()
	}
	if w.format == "html" {
		return s.page(w, req, "conformance", classes)
	}
	return w.json(typeJSON, map[string]any{"conformsTo": classes,
		"links": selfAndPage(req, "/conformance")})
}
