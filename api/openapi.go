package api

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"planatlas/layers"
)

// object is a part of the OpenAPI document.
type object = map[string]any

// openAPI is the API definition (OpenAPI 3.0.3), made from the route table.
func (s *server) openAPI(w *response, req *http.Request) error {
	if w.format == "html" {
		return s.page(w, req, "api", s.apiPage())
	}
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
		item[strings.ToLower(r.method)] = s.operation(r)
	}
	parameters, description := s.parameters(), "Planning layers by OGC API - Features, and site checks against them."
	if s.held == nil {
		s.layerPaths(paths, parameters)
	} else {
		description = "Vector tiles of planning layers, from one file."
		s.onlyNamed(parameters)
	}
	return object{
		"openapi": "3.0.3",
		"info": object{"title": "planatlas", "version": s.Version,
			"description": description},
		"servers": []object{{"url": at}},
		"paths":   paths,
		"components": object{
			"parameters": parameters,
			"schemas": object{"problem": object{"type": "object", "description": "RFC 9457",
				"properties": object{"type": str(), "title": str(), "status": object{"type": "integer"}, "detail": str(),
					"instance": str(), "parameter": str(), "value": str(), "expected": str(), "hint": str(),
					"faults": object{"type": "array", "description": "What is wrong with the boundary of a site, and where (lonlat)", "items": object{"type": "object"}}}}},
			"responses": object{"problem": object{"description": "What is wrong with the request, or that the service cannot answer now",
				"content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/problem"}}}}},
		},
	}
}

// layerPaths adds the features of each collection with its own properties as
// parameters, since clients such as GDAL look there for what they may ask. All
// that collections share is said once and referred to.
func (s *server) layerPaths(paths, parameters object) {
	shared := map[string]layers.Property{}
	for _, l := range s.Catalog().Layers {
		params := []object{}
		for _, name := range pageParams() {
			params = append(params, ref(name))
		}
		for _, p := range l.AllProperties() {
			key := "property." + p.Name
			if slices.Contains(pageParams(), p.Name) {
				continue
			}
			if other, there := shared[key]; there && !reflect.DeepEqual(other, p) || url.PathEscape(key) != key {
				params = append(params, propertyParameter(p))
				continue
			}
			shared[key], parameters[key] = p, propertyParameter(p)
			params = append(params, ref(key))
		}
		paths[collectionPath(l)+"/items"] = object{"get": object{"operationId": "items." + l.ID, "summary": inLanguage("", l.Title), "parameters": params,
			"responses": object{"200": object{"description": "Features", "content": object{typeGeoJSON: object{}}}, "default": object{"$ref": "#/components/responses/problem"}}}}
	}
}

// propertyParameter is the query parameter of a property, for equality.
func propertyParameter(p layers.Property) object {
	schema := propertySchema(p, "")
	return query(p.Name, schema["title"].(string), object{"type": schema["type"]})
}

func str() object { return object{"type": "string"} }

// forms are the representations of an answer. Features are described by GeoJSON
// alone: the schema of their properties is at /collections/{collection}/schema.
func (s *server) forms(r route) object {
	out := object{}
	if r.formats == nil {
		out[r.media] = object{"schema": object{"type": "object"}}
	}
	for _, name := range r.formats {
		for _, media := range s.media(r, name)[:1] {
			kind := "object"
			if !strings.Contains(media, "json") {
				kind = "string"
			}
			out[media] = object{"schema": object{"type": kind}}
		}
	}
	return out
}

func (s *server) operation(r route) object {
	params := []object{}
	for _, name := range r.pathParams() {
		params = append(params, ref(name))
	}
	for _, name := range r.params {
		params = append(params, ref(name))
	}
	if r.formats != nil {
		params = append(params, query("f", "Format, over the Accept header", object{"type": "string", "enum": r.formats, "default": r.formats[0]}))
	}
	if r.filters { // the properties of the collection at hand
		params = append(params, object{"name": "properties-of-the-collection", "in": "query", "style": "form", "explode": true,
			"description": "Any property of the collection, for equality", "schema": object{"type": "object", "additionalProperties": str()}})
	}
	ok := object{"description": r.summary, "content": s.forms(r)}
	if r.name == "items" || r.name == "item" || r.name == "download" {
		ok["headers"] = object{"Content-Crs": object{"description": "CRS of the coordinates", "schema": str()}}
	}
	failed := object{"$ref": "#/components/responses/problem"}
	op := object{"operationId": r.name, "summary": r.summary, "parameters": params, "responses": object{"200": ok, "default": failed}}
	if r.method == http.MethodPost {
		if more := createdBy(r.name); more != nil {
			op["responses"] = object{"200": ok, "201": more, "default": failed}
		}
		if r.name == "check-site" {
			op["responses"] = object{"201": ok, "default": failed}
		}
		if canWait(r.name) {
			op["parameters"] = append(params, object{"name": "Prefer", "in": "header", "required": false, "description": "respond-async starts a job and does not wait for its end (RFC 7240)", "schema": str()})
		}
		if body := requestBody(r.name); body != nil {
			op["requestBody"] = body
		}
	}
	return op
}
