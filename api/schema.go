package api

import (
	"net/http"
	"strings"

	"planatlas/layers"
)

// The schemas are JSON Schema 2020-12 with the keywords of OGC API - Features,
// Part 5 (23-058): x-ogc-role, x-ogc-unit, x-ogc-propertySeq. Titles are in the
// language that was asked for; x-titles has both.
const jsonSchema = "https://json-schema.org/draft/2020-12/schema"

// schema is the resource /collections/{collection}/schema: what a feature holds.
func (s *server) schema(w *response, req *http.Request) error {
	return s.describeProperties(w, req, "schema", func(l *layers.Layer, lang string) object {
		properties := object{"id": idSchema(lang)}
		properties["id"].(object)["x-ogc-propertySeq"] = 0
		for i, p := range l.AllProperties() {
			one := propertySchema(p, lang)
			one["x-ogc-propertySeq"] = i + 1
			if role := role(p.Name); role != "" {
				one["x-ogc-role"] = role
			}
			if p.Name == layers.Revision().Name {
				one["readOnly"] = true
			}
			properties[p.Name] = one
		}
		if g := geometrySchema(l, lang); g != nil {
			g["x-ogc-role"], g["x-ogc-propertySeq"] = "primary-geometry", len(properties)
			properties["geometry"] = g
		}
		return properties
	})
}

// queryables is the resource /collections/{collection}/queryables: what a filter
// may speak of (Part 3, 19-079r2, section 6.2).
func (s *server) queryables(w *response, req *http.Request) error {
	return s.describeProperties(w, req, "queryables", func(l *layers.Layer, lang string) object {
		properties := object{"id": idSchema(lang)}
		for _, p := range l.AllProperties() {
			properties[p.Name] = propertySchema(p, lang)
		}
		if g := geometrySchema(l, lang); g != nil {
			properties["geometry"] = g
		}
		return properties
	})
}

// sortables is the resource /collections/{collection}/sortables: what sortby may
// name.
func (s *server) sortables(w *response, req *http.Request) error {
	return s.describeProperties(w, req, "sortables", func(l *layers.Layer, lang string) object {
		properties := object{}
		for _, p := range l.AllProperties() {
			properties[p.Name] = propertySchema(p, lang)
		}
		return properties
	})
}

func (s *server) describeProperties(w *response, req *http.Request, name string, properties func(*layers.Layer, string) object) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	v, err := s.Reader.Version(req.Context(), l)
	if err != nil {
		return err
	}
	lang := language(req)
	sayLanguage(w.Header(), lang)
	w.Header().Set("Last-Modified", v.Changed.UTC().Format(http.TimeFormat))
	return w.json(typeSchema, object{
		"$schema": jsonSchema, "$id": base(req) + collectionPath(l) + "/" + name, "type": "object",
		"title": inLanguage(lang, l.Title), "description": inLanguage(lang, l.Description), "x-titles": l.Title,
		"properties": properties(l, lang), "additionalProperties": false,
	})
}

func idSchema(lang string) object {
	return object{"type": "string", "title": inLanguage(lang, layers.Text{ZH: "标识", EN: "Id"}), "x-ogc-role": "id", "readOnly": true}
}

// propertySchema describes the values of a property.
func propertySchema(p layers.Property, lang string) object {
	out := object{"title": inLanguage(lang, p.Title), "x-titles": p.Title, "type": string(p.Type)}
	if p.Type == layers.Date {
		out["type"], out["format"] = "string", "date"
	}
	if p.Unit != "" {
		out["x-ogc-unit"], out["x-ogc-unitLang"] = p.Unit, "UCUM"
	}
	if len(p.Codes) > 0 {
		out["enum"] = p.Codes
	}
	return out
}

// geometrySchema describes the geometry; nil for records, which have none.
func geometrySchema(l *layers.Layer, lang string) object {
	if !l.HasGeometry() {
		return nil
	}
	format := "geometry-" + strings.ToLower(string(l.Geometry))
	if l.Geometry == "Geometry" {
		format = "geometry-any"
	}
	title := layers.Text{ZH: "几何", EN: "Geometry"}
	return object{"title": inLanguage(lang, title), "x-titles": title, "format": format}
}

// role is the part that a property plays (Part 5, section 8).
func role(name string) string {
	switch name {
	case "valid_from":
		return "primary-interval-start"
	case "valid_to":
		return "primary-interval-end"
	}
	return ""
}
