package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// coreTests are those of Part 1, Core, about the landing page and what it leads to.
func coreTests() []abstract {
	return []abstract{
		{"features-1/conf/core/http", confHTTP},
		{"features-1/conf/core/root-op", func(t *testing.T, s *service) {
			if a := s.get(t, "/"); a.StatusCode != http.StatusOK || len(a.body) == 0 {
				t.Errorf("%d", a.StatusCode)
			}
		}},
		{"features-1/conf/core/root-success", func(t *testing.T, s *service) {
			doc := read[struct{ Links []link }](t, s.get(t, "/", "Accept", "application/json"), http.StatusOK)
			for rel, kind := range map[string]string{"service-desc": "application/vnd.oai.openapi+json;version=3.0", "service-doc": "text/html", "conformance": "application/json", "data": "application/json", "self": "application/json", "alternate": "text/html"} {
				href := linkOf(doc.Links, rel)
				if a := s.get(t, href); href == "" || a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), kind) {
					t.Errorf("%s leads to %q: %d %q", rel, href, a.StatusCode, a.Header.Get("Content-Type"))
				}
			}
		}},
		{"features-1/conf/core/api-definition-op", func(t *testing.T, s *service) {
			doc := read[struct{ Links []link }](t, s.get(t, "/"), http.StatusOK)
			if href := linkOf(doc.Links, "service-desc"); href != s.URL+"/api" || s.get(t, href).StatusCode != http.StatusOK {
				t.Errorf("the definition is at %q", href)
			}
		}},
		{"features-1/conf/core/api-definition-success", func(t *testing.T, s *service) {
			a := s.get(t, "/api")
			if d := read[definition](t, a, http.StatusOK); a.Header.Get("Content-Type") != "application/vnd.oai.openapi+json;version=3.0" || len(d.Paths) < 10 {
				t.Errorf("%q with %d paths", a.Header.Get("Content-Type"), len(d.Paths))
			}
		}},
		{"features-1/conf/core/conformance-op", func(t *testing.T, s *service) {
			if a := s.get(t, "/conformance"); a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%d %q", a.StatusCode, a.Header.Get("Content-Type"))
			}
		}},
		{"features-1/conf/core/conformance-success", func(t *testing.T, s *service) {
			got := read[struct{ ConformsTo []string }](t, s.get(t, "/conformance"), http.StatusOK).ConformsTo
			if len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(got) {
				t.Errorf("a class stands twice: %v", got)
			}
			// GDAL and QGIS look for exactly these.
			for _, want := range []string{"ogcapi-features-1/1.0/conf/core", "ogcapi-features-1/1.0/conf/oas30", "ogcapi-features-1/1.0/conf/html", "ogcapi-features-1/1.0/conf/geojson",
				"ogcapi-features-2/1.0/conf/crs", "ogcapi-features-3/1.0/conf/filter", "ogcapi-features-3/1.0/conf/features-filter", "ogcapi-features-3/1.0/conf/queryables",
				"ogcapi-features-5/1.0/conf/schemas", "cql2/1.0/conf/cql2-text", "cql2/1.0/conf/basic-cql2", "cql2/1.0/conf/basic-spatial-functions", "json-fg-1/1.0/conf/core"} {
				claims(want)(t, s)
			}
		}},
	}
}

// collectionTests are those of Part 1, Core, about collections.
func collectionTests() []abstract {
	return []abstract{
		{"features-1/conf/core/fc-md-op", func(t *testing.T, s *service) {
			if n := len(s.collectionsDoc(t).Collections); n != len(s.published()) {
				t.Errorf("%d collections", n)
			}
		}},
		{"features-1/conf/core/fc-md-success", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				checkDescription(t, layerOf(s, c.ID), c)
			}
		}},
		{"features-1/conf/core/fc-md-links", func(t *testing.T, s *service) {
			links := s.collectionsDoc(t).Links
			wantLinks(t, "/collections", links, "self", "alternate")
			if linkOf(links, "self") != s.URL+"/collections" {
				t.Errorf("%v", links)
			}
		}},
		{"features-1/conf/core/fc-md-items", func(t *testing.T, s *service) {
			got := s.collectionsDoc(t).Collections
			for i, l := range s.published() {
				if got[i].ID != l.ID {
					t.Errorf("collection %d is %s, want %s", i, got[i].ID, l.ID)
				}
			}
		}},
		{"features-1/conf/core/fc-md-items-links", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				wantLinks(t, c.ID, c.Links, "items")
				for _, l := range c.Links {
					if l.Rel == "items" && !strings.HasPrefix(l.Href, s.URL+"/collections/"+c.ID+"/items") {
						t.Errorf("%s: %+v", c.ID, l)
					}
				}
			}
		}},
		{"features-1/conf/core/fc-md-extent", confExtent},
		{"features-1/conf/core/fc-md-extent-multi", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections { // one box and one interval, which hold all
				if len(c.Extent.Spatial.BBox) > 1 || len(c.Extent.Temporal.Interval) != 1 {
					t.Errorf("%s: %+v", c.ID, c.Extent)
				}
			}
		}},
		{"features-1/conf/core/sfc-md-op", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				if a := s.get(t, "/collections/"+c.ID); a.StatusCode != http.StatusOK {
					t.Errorf("%s: %d", c.ID, a.StatusCode)
				}
			}
		}},
		{"features-1/conf/core/sfc-md-success", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				one := read[collectionDoc](t, s.get(t, "/collections/"+c.ID), http.StatusOK)
				if one.ID != c.ID || one.Title != c.Title || one.Description != c.Description || !slices.Equal(one.Links, c.Links) || !slices.Equal(one.Extent.Spatial.BBox, c.Extent.Spatial.BBox) {
					t.Errorf("%s differs from its entry in the list", c.ID)
				}
			}
		}},
	}
}

// confHTTP: every resource is given by HTTP 1.1, and what is advertised is there.
func confHTTP(t *testing.T, s *service) {
	for _, path := range []string{"/", "/api", "/conformance", "/collections", "/collections/reference", "/collections/reference/items", "/nowhere"} {
		if a := s.get(t, path); a.ProtoMajor != 1 || a.ProtoMinor != 1 || a.StatusCode == http.StatusOK == (path == "/nowhere") {
			t.Errorf("%s: %s %d", path, a.Proto, a.StatusCode)
		}
	}
}

func confExtent(t *testing.T, s *service) {
	for _, c := range s.collectionsDoc(t).Collections {
		if c.Extent.Temporal.Interval[0][0] == nil {
			t.Fatalf("%s: no start", c.ID)
		}
		from, err := time.Parse(time.RFC3339, *c.Extent.Temporal.Interval[0][0])
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		early := s.selected(t, c.ID, "not lower_inf(valid) and lower(valid) < '"+from.Format(time.DateOnly)+"'")
		if len(early) > 0 {
			t.Errorf("%s starts at %v, but %v are in force before", c.ID, from, early)
		}
	}
	for _, c := range s.located(t) {
		b := c.Extent.Spatial.BBox[0]
		box, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		out := s.selected(t, c.ID, "not st_coveredby(st_envelope(geom), st_expand(st_makeenvelope("+strings.Trim(string(box), "[]")+", 4490), 1e-9))")
		if len(out) > 0 || c.Extent.Spatial.CRS != opengisCRS+"OGC/1.3/CRS84" || b[0] > b[2] || b[1] > b[3] {
			t.Errorf("%s: %v does not hold %v", c.ID, b, out)
		}
	}
}

// wantLinks wants links with a relation and a type, and some relations.
func wantLinks(t *testing.T, what string, links []link, rels ...string) {
	t.Helper()
	for _, l := range links {
		if u, err := url.Parse(l.Href); err != nil || !u.IsAbs() || l.Rel == "" || l.Type == "" {
			t.Errorf("%s: link %+v", what, l)
		}
	}
	for _, rel := range rels {
		if linkOf(links, rel) == "" {
			t.Errorf("%s: no link %s among %v", what, rel, links)
		}
	}
}
