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

// described is a property with its schema, in the order in which they are shown.
type described struct {
	Name   string
	Schema object
}

// schema is the resource /collections/{collection}/schema: what a feature holds.
func (s *server) schema(w *response, req *http.Request) error {
	return s.describeProperties(w, req, "schema", layers.Text{ZH: "结构", EN: "Schema"}, func(l *layers.Layer, lang string) []described {
		all := append(append([]described{idSchema(lang)}, propertySchemas(l, lang)...), geometrySchema(l, lang)...)
		for i, p := range all {
			p.Schema["x-ogc-propertySeq"] = i
			if role := role(p.Name); role != "" && l.Managed() {
				p.Schema["x-ogc-role"] = role
			}
			if p.Name == layers.Revision().Name {
				p.Schema["readOnly"] = true
			}
		}
		return all
	})
}

// queryables is the resource /collections/{collection}/queryables: what a filter
// may speak of (Part 3, 19-079r2, section 6.2).
func (s *server) queryables(w *response, req *http.Request) error {
	return s.describeProperties(w, req, "queryables", layers.Text{ZH: "可查询属性", EN: "Queryables"}, func(l *layers.Layer, lang string) []described {
		return append(append([]described{idSchema(lang)}, propertySchemas(l, lang)...), geometrySchema(l, lang)...)
	})
}

// sortables is the resource /collections/{collection}/sortables: what sortby may
// name.
func (s *server) sortables(w *response, req *http.Request) error {
	return s.describeProperties(w, req, "sortables", layers.Text{ZH: "可排序属性", EN: "Sortables"}, propertySchemas)
}

// schemaPage is the page of one of the three.
type schemaPage struct {
	Layer      *layers.Layer
	Kind       layers.Text
	Properties []described
}

func (s *server) describeProperties(w *response, req *http.Request, name string, kind layers.Text, properties func(*layers.Layer, string) []described) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	v, err := s.Reader.Version(req.Context(), l)
	if err != nil {
		return err
	}
	lang := language(req)
	all := properties(l, lang)
	w.Header().Set("Last-Modified", v.Changed.UTC().Format(http.TimeFormat))
	if w.format == "html" {
		return keep(w, l, func() error { return s.page(w, req, "schema", schemaPage{l, kind, all}) })
	}
	sayLanguage(w.Header(), lang)
	members := object{}
	for _, p := range all {
		members[p.Name] = p.Schema
	}
	return keep(w, l, func() error {
		return w.json(typeSchema, object{
			"$schema": jsonSchema, "$id": base(req) + collectionPath(l) + "/" + name, "type": "object",
			"title": inLanguage(lang, l.Title), "description": inLanguage(lang, l.Description), "x-titles": l.Title,
			"properties": members, "additionalProperties": false,
		})
	})
}

func idSchema(lang string) described {
	title := layers.Text{ZH: "标识", EN: "Id"}
	return described{"id", object{"type": "string", "title": inLanguage(lang, title), "x-titles": title, "x-ogc-role": "id", "readOnly": true}}
}

func propertySchemas(l *layers.Layer, lang string) (out []described) {
	for _, p := range l.AllProperties() {
		out = append(out, described{p.Name, propertySchema(p, lang)})
	}
	return out
}

// propertySchema describes the values of a property.
func propertySchema(p layers.Property, lang string) object {
	out := object{"title": inLanguage(lang, p.Title), "x-titles": p.Title, "type": string(p.Type)}
	switch p.Type {
	case layers.Date:
		out["type"], out["format"] = "string", "date"
	case layers.DateTime:
		out["type"], out["format"] = "string", "date-time"
	}
	if p.Unit != "" {
		out["x-ogc-unit"], out["x-ogc-unitLang"] = p.Unit, "UCUM"
	}
	if len(p.Codes) > 0 {
		out["enum"] = p.Codes
		if len(p.CodeTitles) > 0 {
			out["x-enum-titles"] = p.CodeTitles
		}
	}
	return out
}

// geometrySchema describes the geometry; nothing for records, which have none.
func geometrySchema(l *layers.Layer, lang string) []described {
	if !l.HasGeometry() {
		return nil
	}
	format := "geometry-" + strings.ToLower(string(l.Geometry))
	if l.Geometry == "Geometry" {
		format = "geometry-any"
	}
	title := layers.Text{ZH: "几何", EN: "Geometry"}
	return []described{{"geometry", object{"title": inLanguage(lang, title), "x-titles": title, "format": format, "x-ogc-role": "primary-geometry"}}}
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
