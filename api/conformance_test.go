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

// The tests whose names begin with TestConf follow the abstract test suites of the
// standards: OGC API - Features, Part 1 (17-069r4, annex A), Part 2 (18-058r1),
// Part 3 (19-079r2), Part 5 (23-058r2) and JSON-FG (21-045r1).

// TestConfCoreLandingPage: A.2.2, /ats/core/root-op and root-success.
func TestConfCoreLandingPage(t *testing.T) {
	s := serve(t)
	doc := read[struct{ Links []link }](t, s.get(t, "/"), http.StatusOK)
	for rel, kind := range map[string]string{"service-desc": "application/vnd.oai.openapi+json;version=3.0", "conformance": "application/json", "data": "application/json",
		"self": "application/json", "service-doc": "text/html"} {
		href := linkOf(doc.Links, rel)
		if a := s.get(t, href); href == "" || a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), kind) {
			t.Errorf("%s leads to %q: %d %q", rel, href, a.StatusCode, a.Header.Get("Content-Type"))
		}
	}
}

// TestConfCoreConformance: A.2.4, and every class is one that a test here names.
func TestConfCoreConformance(t *testing.T) {
	s := serve(t)
	got := read[struct{ ConformsTo []string }](t, s.get(t, "/conformance"), http.StatusOK).ConformsTo
	const spec = "http://www.opengis.net/spec/"
	// GDAL and QGIS look for exactly these.
	for _, want := range []string{"ogcapi-features-1/1.0/conf/core", "ogcapi-features-1/1.0/conf/oas30", "ogcapi-features-1/1.0/conf/html", "ogcapi-features-1/1.0/conf/geojson",
		"ogcapi-features-2/1.0/conf/crs", "ogcapi-features-3/1.0/conf/filter", "ogcapi-features-3/1.0/conf/features-filter", "ogcapi-features-3/1.0/conf/queryables",
		"ogcapi-features-5/1.0/conf/schemas", "cql2/1.0/conf/cql2-text", "cql2/1.0/conf/basic-cql2", "cql2/1.0/conf/basic-spatial-functions", "json-fg-1/1.0/conf/core"} {
		if !slices.Contains(got, spec+want) {
			t.Errorf("%s is missing", want)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(got) {
		t.Errorf("a class stands twice: %v", got)
	}
}

// TestConfCoreCollections: A.2.5 and A.2.6.
func TestConfCoreCollections(t *testing.T) {
	s := serve(t)
	doc := read[struct {
		Links       []link
		Collections []collectionDoc
	}](t, s.get(t, "/collections"), http.StatusOK)
	if linkOf(doc.Links, "self") != s.URL+"/collections" || linkOf(doc.Links, "alternate") == "" {
		t.Errorf("links %v", doc.Links)
	}
	for _, c := range doc.Collections {
		for _, l := range c.Links {
			if l.Rel == "" || l.Type == "" {
				t.Errorf("%s: link %+v", c.ID, l)
			}
		}
		if linkOf(c.Links, "items") == "" || c.ID == "" || c.ItemType != "feature" {
			t.Errorf("%+v", c)
		}
		if b := c.Extent.Spatial.BBox; len(b) > 0 && (len(b[0]) != 4 || b[0][0] > b[0][2] || b[0][1] > b[0][3]) {
			t.Errorf("%s: extent %v", c.ID, b)
		}
		if i := c.Extent.Temporal.Interval; len(i) != 1 || i[0][0] == nil {
			t.Errorf("%s: interval %v", c.ID, i)
		}
	}
}

// TestConfCoreFeatures: A.2.7, operations and answers of items. The number of
// matches is exact or, when counting would cost too much, left out.
func TestConfCoreFeatures(t *testing.T) {
	s := serve(t)
	for _, l := range s.published() {
		path := "/collections/" + l.ID + "/items"
		a := s.get(t, path+"?limit=5")
		doc := read[featureCollection](t, a, http.StatusOK)
		if a.Header.Get("Content-Type") != "application/geo+json" || doc.Type != "FeatureCollection" || doc.NumberReturned != len(doc.Features) ||
			doc.NumberMatched < doc.NumberReturned && doc.NumberMatched != 0 || time.Since(doc.TimeStamp) > time.Hour {
			t.Errorf("%s: %.200s", path, a.body)
		}
		for _, x := range doc.Links {
			if x.Rel == "" || x.Type == "" || x.Href == "" {
				t.Errorf("%s: link %+v", path, x)
			}
		}
		if linkOf(doc.Links, "self") == "" || linkOf(doc.Links, "alternate") == "" || linkOf(doc.Links, "collection") == "" {
			t.Errorf("%s: links %v", path, doc.Links)
		}
		for _, bad := range []string{"?unknown=1", "?limit=0", "?bbox=1,2,3", "?datetime=x"} {
			wantProblem(t, s.get(t, path+bad), http.StatusBadRequest)
		}
		for _, f := range doc.Features[:min(1, len(doc.Features))] { // A.2.8
			one := read[feature](t, s.get(t, path+"/"+url.PathEscape(f.ID)), http.StatusOK)
			if one.ID != f.ID || linkOf(one.Links, "self") == "" || linkOf(one.Links, "collection") == "" || linkOf(one.Links, "alternate") == "" {
				t.Errorf("%s: %+v", path, one.Links)
			}
			for name, v := range f.Properties {
				if one.Properties[name] != v {
					t.Errorf("%s.%s is %v, want %v", f.ID, name, one.Properties[name], v)
				}
			}
			by := read[featureCollection](t, s.get(t, path+"?id="+url.QueryEscape(f.ID)), http.StatusOK)
			if by.NumberMatched != 1 || by.Features[0].ID != f.ID {
				t.Errorf("by id: %v", by.ids())
			}
		}
	}
}

// TestConfFilter: Part 3, filter with its language and CRS, joined with other
// parameters by AND.
func TestConfFilter(t *testing.T) {
	s := serve(t)
	ids := func(query ...string) []string {
		t.Helper()
		v := url.Values{"limit": {"1000"}}
		for i := 0; i < len(query); i += 2 {
			v.Set(query[i], query[i+1])
		}
		return read[featureCollection](t, s.get(t, "/collections/reference/items?"+v.Encode()), http.StatusOK).ids()
	}
	text := ids("filter", "S_INTERSECTS(geometry, BBOX(113.4,37.8,113.8,38.2)) AND status = 'existing'")
	document, err := json.Marshal(map[string]any{"op": "and", "args": []any{
		map[string]any{"op": "s_intersects", "args": []any{map[string]any{"property": "geometry"}, map[string]any{"bbox": []float64{113.4, 37.8, 113.8, 38.2}}}},
		map[string]any{"op": "=", "args": []any{map[string]any{"property": "status"}, "existing"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]string{
		"JSON":           ids("filter-lang", "cql2-json", "filter", string(document)),
		"named language": ids("filter-lang", "cql2-text", "filter", "S_INTERSECTS(geometry, BBOX(113.4,37.8,113.8,38.2)) AND status = 'existing'"),
		"bbox":           ids("bbox", "113.4,37.8,113.8,38.2", "filter", "status = 'existing'"),
		"parameter":      ids("status", "existing", "filter", "S_INTERSECTS(geom, BBOX(113.4,37.8,113.8,38.2))"),
		"latitude first": ids("status", "existing", "filter-crs", opengisCRS+"EPSG/0/4326", "filter", "S_INTERSECTS(geom, POLYGON((37.8 113.4,37.8 113.8,38.2 113.8,38.2 113.4,37.8 113.4)))"),
	} {
		if slices.Sort(got); len(got) < 2 || !slices.Equal(got, slices.Sorted(slices.Values(text))) {
			t.Errorf("%s: %v, want %v", name, got, text)
		}
	}
	near := read[featureCollection](t, s.get(t, "/collections/reference/items?limit=1&crs=EPSG:4547&filter=S_INTERSECTS(geom,BBOX(113.4,37.8,113.8,38.2))"), http.StatusOK).Features[0]
	p := numbers(t, near.Geometry.Coordinates)
	box, err := json.Marshal([]float64{p[0] - 50, p[1] - 50, p[0] + 50, p[1] + 50})
	if err != nil {
		t.Fatal(err)
	}
	if got := ids("filter-crs", opengisCRS+"EPSG/0/4547", "filter", "S_INTERSECTS(geom, BBOX("+strings.Trim(string(box), "[]")+"))"); !slices.Contains(got, near.ID) || len(got) > 3 {
		t.Errorf("in EPSG:4547: %v, want %s", got, near.ID)
	}
	for param, query := range map[string]string{"filter-lang": "filter-lang=sql&filter=a", "filter-crs": "filter-crs=x&filter=status%3D%27a%27", "filter": "filter-lang=cql2-json&filter=status%3D%27a%27"} {
		if p := wantProblem(t, s.get(t, "/collections/reference/items?"+query), http.StatusBadRequest); p.Parameter != param {
			t.Errorf("%s: %+v", query, p)
		}
	}
}
