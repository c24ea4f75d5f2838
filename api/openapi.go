package api

import (
	"net/http"
	"strings"

	"planatlas/layers"
)

// object is a part of the OpenAPI document.
type object = map[string]any

// openAPI is the API definition (OpenAPI 3.0.3), made from the route table.
func (s *server) openAPI(w *response, req *http.Request) error {
	return w.json(typeOpenAPI, s.document(base(req)))
}

func (s *server) document(at string) object {
	paths := object{}
	for _, r := range s.routes() {
		item, ok := paths[r.path].(object)
		if !ok {
			item = object{}
			paths[r.path] = item
		}
		item[strings.ToLower(r.method)] = operation(r)
	}
	return object{
		"openapi": "3.0.3",
		"info": object{"title": "planatlas", "version": s.Version,
			"description": "Planning layers by OGC API - Features, and site checks against them."},
		"servers": []object{{"url": at}},
		"paths":   paths,
		"components": object{
			"parameters": s.parameters(),
			"schemas": object{"problem": object{"type": "object", "description": "RFC 9457",
				"properties": object{"type": str(), "title": str(), "status": object{"type": "integer"}, "detail": str(),
					"instance": str(), "parameter": str(), "value": str(), "expected": str(), "hint": str()}}},
			"responses": object{"problem": object{"description": "What is wrong with the request, or that the service cannot answer now",
				"content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/problem"}}}}},
		},
	}
}

func str() object { return object{"type": "string"} }

func operation(r route) object {
	params := []object{}
	for _, part := range strings.Split(r.path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			params = append(params, ref(strings.TrimSuffix(name, "}")))
		}
	}
	for _, name := range r.params {
		params = append(params, ref(name))
	}
	if r.formats != nil {
		params = append(params, query("f", "Format, over the Accept header", object{"type": "string", "enum": r.formats}))
	}
	media := typeJSON
	if r.name == "items" || r.name == "item" {
		media = typeGeoJSON
	}
	ok := object{"description": r.summary, "content": object{media: object{"schema": object{"type": "object"}}}}
	op := object{"operationId": r.name, "summary": r.summary, "parameters": params,
		"responses": object{"200": ok, "default": object{"$ref": "#/components/responses/problem"}}}
	if r.method == http.MethodPost {
		if r.name == "check-site" {
			op["responses"] = object{"201": ok, "default": object{"$ref": "#/components/responses/problem"}}
		}
		op["requestBody"] = object{"required": true, "description": "A Polygon or MultiPolygon, a Feature or a FeatureCollection of them; CRS84",
			"content": object{typeGeoJSON: object{"schema": object{"type": "object"}}}}
	}
	return op
}

func ref(name string) object { return object{"$ref": "#/components/parameters/" + name} }

func query(name, text string, schema object) object {
	return object{"name": name, "in": "query", "required": false, "description": text, "schema": schema, "style": "form", "explode": false}
}

func (s *server) parameters() object {
	path := func(name, text string, schema object) object {
		return object{"name": name, "in": "path", "required": true, "description": text, "schema": schema}
	}
	return object{
		"collection":         path("collection", "Id of a collection", collectionIDs(s.Catalog())),
		"feature":            path("feature", "Id of a feature; a slash is written %2F", str()),
		"check":              path("check", "Id of a check", str()),
		"cursor":             query("cursor", "Where the page starts; take it from a next link", str()),
		"limit":              query("limit", "Features on a page", object{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}),
		"at":                 query("at", "longitude,latitude in CRS84", object{"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 2}),
		"entity":             query("entity", "Id of an entity of the plan", str()),
		"filter":             query("filter", "Condition in CQL2 text: comparisons, IN, LIKE and IS NULL, joined by AND, OR and NOT", str()),
		"to":                 query("to", "Id of the other collection", collectionIDs(s.Catalog())),
		"to-filter":          query("to-filter", "Condition on the other collection in CQL2 text", str()),
		"intersects-feature": query("intersects-feature", "Only features that meet this one, given as collection/id", str()),
		"within":             query("within", "How near a feature counts as near, metres", object{"type": "number", "minimum": 0, "maximum": maxWithinM, "default": defaultWithinM}),
		"bbox": query("bbox", "west,south,east,north in CRS84, longitude before latitude",
			object{"type": "array", "items": object{"type": "number"}, "minItems": 4, "maxItems": 6}),
	}
}

func collectionIDs(c *layers.Catalog) object {
	if len(c.Layers) == 0 {
		return str()
	}
	return object{"type": "string", "enum": c.IDs()}
}
