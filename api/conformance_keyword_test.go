package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// schemaCheck looks at one schema: its address, the whole, and its properties.
type schemaCheck func(t *testing.T, at string, schema map[string]any, properties map[string]map[string]any)

// eachSchema makes a test of each of the three schemas of each collection.
func eachSchema(f schemaCheck) func(*testing.T, *service) {
	return func(t *testing.T, s *service) {
		for _, c := range s.collectionsDoc(t).Collections {
			for _, name := range []string{"schema", "queryables", "sortables"} {
				at := s.URL + "/collections/" + c.ID + "/" + name
				a := s.get(t, at, "Accept", "application/schema+json")
				var properties struct{ Properties map[string]map[string]any }
				if err := json.Unmarshal(a.body, &properties); err != nil || a.Header.Get("Content-Type") != "application/schema+json" {
					t.Fatalf("%s: %v, %q", at, err, a.Header.Get("Content-Type"))
				}
				f(t, at, read[map[string]any](t, a, http.StatusOK), properties.Properties)
			}
		}
	}
}

// roles are the properties that play a role.
func roles(properties map[string]map[string]any, role string) (out []map[string]any) {
	for _, p := range properties {
		if p["x-ogc-role"] == role {
			out = append(out, p)
		}
	}
	return out
}

// schemaTests are those of the class Schemas of Part 5.
func schemaTests() []abstract {
	return []abstract{
		{"features-5/conf/schemas/basic-schema-inspection", eachSchema(confSchema)},
		{"features-5/conf/schemas/role", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			for name, p := range properties {
				if v, there := p["x-ogc-role"]; there && fmt.Sprintf("%T", v) != "string" {
					t.Errorf("%s: %s has the role %v", at, name, v)
				}
			}
		})},
		{"features-5/conf/schemas/role-id", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			ids := roles(properties, "id")
			if sortable := strings.HasSuffix(at, "/sortables"); len(ids) != 1 && !sortable || len(ids) > 1 || len(ids) == 1 && ids[0]["type"] != "string" {
				t.Errorf("%s: %v", at, ids)
			}
		})},
		{"features-5/conf/schemas/property-seq", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			seen := map[float64]bool{}
			for name, p := range properties {
				v, there := p["x-ogc-propertySeq"]
				n, number := v.(float64)
				if there && (!number || n != float64(int(n)) || seen[n]) || there != strings.HasSuffix(at, "/schema") {
					t.Errorf("%s: %s stands at %v", at, name, v)
				}
				seen[n] = true
			}
		})},
		{"features-5/conf/schemas/unit", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			for name, p := range properties {
				unit, there := p["x-ogc-unit"]
				if text, ok := unit.(string); there && (!ok || p["x-ogc-unitLang"] != "UCUM" || p["type"] != "number" && p["type"] != "integer" || !ucum(text)) {
					t.Errorf("%s: %s is %v in %v", at, name, p["type"], unit)
				}
			}
		})},
		{"features-5/conf/schemas/definition", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			for name, p := range properties {
				text, _ := p["x-ogc-definition"].(string)
				if u, err := url.Parse(text); p["x-ogc-definition"] != nil && (err != nil || !u.IsAbs()) {
					t.Errorf("%s: %s is defined at %v", at, name, p["x-ogc-definition"])
				}
			}
		})},
		{"features-5/conf/schemas/nullvalues", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			for name, p := range properties {
				if _, array := p["x-ogc-nullValues"].([]any); p["x-ogc-nullValues"] != nil && !array {
					t.Errorf("%s: %s has %v for null", at, name, p["x-ogc-nullValues"])
				}
			}
		})},
	}
}

// roleTests are those of the class Core Roles for Features.
func roleTests() []abstract {
	return []abstract{
		{"features-5/conf/core-roles-features/role-primary-geometry", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			spatial := 0
			for _, p := range properties {
				if format, _ := p["format"].(string); strings.HasPrefix(format, "geometry-") && p["type"] == nil {
					spatial++
				}
			}
			if primary := roles(properties, "primary-geometry"); len(primary) > 1 || len(primary) != spatial {
				t.Errorf("%s: %v of %d", at, primary, spatial)
			}
		})},
		{"features-5/conf/core-roles-features/role-primary-temporal", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			start, end := roles(properties, "primary-interval-start"), roles(properties, "primary-interval-end")
			for _, p := range append(slices.Clone(start), end...) {
				if p["type"] != "string" || p["format"] != "date" {
					t.Errorf("%s: %v", at, p)
				}
			}
			if len(start) > 1 || len(end) > 1 || len(roles(properties, "primary-instant")) > 0 || strings.HasSuffix(at, "/schema") != (len(start)+len(end) == 2) {
				t.Errorf("%s: %v, %v", at, start, end)
			}
		})},
		{"features-5/conf/core-roles-features/role-type", eachSchema(func(t *testing.T, at string, _ map[string]any, properties map[string]map[string]any) {
			kinds := roles(properties, "type")
			if len(kinds) > 1 || len(kinds) == 1 && kinds[0]["type"] != "string" {
				t.Errorf("%s: %v", at, kinds)
			}
		})},
	}
}

// ucum tells the units of the layers that are units of UCUM, case sensitive.
func ucum(unit string) bool {
	return slices.Contains([]string{"m", "km", "m2", "km2", "har", "m3", "m3/s", "t", "a", "%", "W", "kW", "MW", "kV", "J", "1"}, unit)
}

// confSchema wants a schema of JSON Schema 2020-12 with no keywords but those of it
// and of our own.
func confSchema(t *testing.T, at string, schema map[string]any, properties map[string]map[string]any) {
	if schema["$schema"] != "https://json-schema.org/draft/2020-12/schema" || schema["$id"] != at || schema["type"] != "object" || schema["additionalProperties"] != false || len(properties) == 0 {
		t.Errorf("%s: %v", at, schema)
	}
	for keyword := range maps.Keys(schema) {
		if !slices.Contains([]string{"$schema", "$id", "type", "title", "description", "properties", "additionalProperties"}, keyword) && !strings.HasPrefix(keyword, "x-") {
			t.Errorf("%s: keyword %s", at, keyword)
		}
	}
	for name, p := range properties {
		format, _ := p["format"].(string)
		if kind, _ := p["type"].(string); !slices.Contains([]string{"string", "number", "integer", "boolean"}, kind) && (p["type"] != nil || !strings.HasPrefix(format, "geometry-")) || p["$ref"] != nil {
			t.Errorf("%s: %s: %v", at, name, p)
		}
		for keyword, v := range p {
			_, isArray := v.([]any)
			_, isText := v.(string)
			_, isBool := v.(bool)
			ok := strings.HasPrefix(keyword, "x-") || keyword == "enum" && isArray || keyword == "readOnly" && isBool || slices.Contains([]string{"title", "type", "format"}, keyword) && isText
			if !ok {
				t.Errorf("%s: %s: %s is %v", at, name, keyword, v)
			}
		}
	}
}
