package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// itemsTests are those of Part 1, Core, about the features of a box and of a page.
func itemsTests() []abstract {
	return []abstract{
		{"features-1/conf/core/crs84", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				a := s.get(t, "/collections/"+c.ID+"/items?limit=10000")
				if a.Header.Get("Content-Crs") != "<"+opengisCRS+"OGC/1.3/CRS84>" {
					t.Errorf("%s: %q", c.ID, a.Header.Get("Content-Crs"))
				}
				b := c.Extent.Spatial.BBox[0]
				for _, f := range read[featureCollection](t, a, http.StatusOK).Features {
					if f.Geometry == nil || f.Geometry.Type == "GeometryCollection" {
						continue
					}
					p := numbers(t, f.Geometry.Coordinates)
					if p[0] < b[0]-1e-6 || p[0] > b[2]+1e-6 || p[1] < b[1]-1e-6 || p[1] > b[3]+1e-6 {
						t.Errorf("%s/%s is at %v, outside of %v", c.ID, f.ID, p[:2], b)
					}
				}
			}
		}},
		{"features-1/conf/core/fc-op", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				if a := s.get(t, linkOf(c.Links, "items")); a.StatusCode != http.StatusOK {
					t.Errorf("%s: %d", c.ID, a.StatusCode)
				}
			}
		}},
		{"features-1/conf/core/fc-bbox-definition", func(t *testing.T, s *service) {
			s.wantDefinition(t, "bbox", `{"explode":false,"in":"query","required":false,"schema":{"items":{"type":"number"},"maxItems":6,"minItems":4,"type":"array"},"style":"form"}`)
		}},
		{"features-1/conf/core/fc-bbox-response", confBBox},
		{"features-1/conf/core/fc-limit-definition", func(t *testing.T, s *service) {
			s.wantDefinition(t, "limit", `{"explode":false,"in":"query","required":false,"schema":{"default":100,"maximum":10000,"minimum":1,"type":"integer"},"style":"form"}`)
		}},
		{"features-1/conf/core/fc-limit-response", func(t *testing.T, s *service) {
			all := len(s.selected(t, "reference", "true"))
			for limit, want := range map[string]int{"1": 1, "7": 7, fmt.Sprint(all): all, "10000": all, "20000": all} {
				page := read[featureCollection](t, s.get(t, "/collections/reference/items?limit="+limit), http.StatusOK)
				if len(page.Features) != want || (next(page.Links) != "") != (want < all) {
					t.Errorf("limit=%s: %d of %d", limit, len(page.Features), all)
				}
			}
			s.refused(t, "reference", "limit", "0")
		}},
	}
}

// timeTests are those of Part 1, Core, about datetime and about wrong parameters.
func timeTests() []abstract {
	return []abstract{
		{"features-1/conf/core/fc-time-definition", func(t *testing.T, s *service) {
			s.wantDefinition(t, "datetime", `{"explode":false,"in":"query","required":false,"schema":{"type":"string"},"style":"form"}`)
		}},
		{"features-1/conf/core/fc-time-response", confTime},
		{"features-1/conf/core/query-param-unknown", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				s.refused(t, c.ID, "this_is_not_a_parameter", "1")
			}
		}},
		{"features-1/conf/core/query-param-invalid", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				for name, value := range map[string]string{"limit": "x", "bbox": "1,2,3", "datetime": "x", "crs": "x", "filter": "x x"} {
					s.refused(t, c.ID, name, value)
				}
			}
		}},
	}
}

// featureTests are those of Part 1, Core, about what the answers hold.
func featureTests() []abstract {
	return []abstract{
		{"features-1/conf/core/fc-response", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				doc := s.items(t, c.ID)
				sameIDs(t, c.ID, doc.ids(), s.selected(t, c.ID, "true"))
				if doc.Type != "FeatureCollection" || doc.Features == nil {
					t.Errorf("%s: %s", c.ID, doc.Type)
				}
			}
		}},
		{"features-1/conf/core/fc-links", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				links := read[featureCollection](t, s.get(t, "/collections/"+c.ID+"/items?limit=2"), http.StatusOK).Links
				wantLinks(t, c.ID, links, "self", "alternate", "collection")
				if at := next(links); at != "" && s.get(t, at).StatusCode != http.StatusOK {
					t.Errorf("%s leads nowhere", at)
				}
			}
		}},
		{"features-1/conf/core/fc-timeStamp", func(t *testing.T, s *service) {
			if at := s.items(t, "reference").TimeStamp; time.Since(at) > time.Minute || time.Since(at) < -time.Minute {
				t.Errorf("%v", at)
			}
		}},
		{"features-1/conf/core/fc-numberMatched", func(t *testing.T, s *service) { // regardless of the page
			for _, query := range []string{"limit=1", "limit=3&status=existing", "limit=10000", "limit=2&bbox=113.4,37.8,113.6,38"} {
				page := read[featureCollection](t, s.get(t, "/collections/reference/items?"+query), http.StatusOK)
				whole := read[featureCollection](t, s.get(t, "/collections/reference/items?"+strings.Replace(query, "limit=", "limit=1000", 1)), http.StatusOK)
				if page.NumberMatched != len(whole.Features) || page.NumberMatched == 0 {
					t.Errorf("%s: %d matched, there are %d", query, page.NumberMatched, len(whole.Features))
				}
			}
		}},
		{"features-1/conf/core/fc-numberReturned", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				if page := read[featureCollection](t, s.get(t, "/collections/"+c.ID+"/items?limit=3"), http.StatusOK); page.NumberReturned != len(page.Features) {
					t.Errorf("%s: %d of %d", c.ID, page.NumberReturned, len(page.Features))
				}
			}
		}},
		{"features-1/conf/core/f-op", func(t *testing.T, s *service) { // one of each collection
			s.eachFirst(t, func(collection string, f feature) {
				if a := s.get(t, "/collections/"+collection+"/items/"+url.PathEscape(f.ID)); a.StatusCode != http.StatusOK {
					t.Errorf("%s/%s: %d", collection, f.ID, a.StatusCode)
				}
			})
			wantProblem(t, s.get(t, "/collections/reference/items/this_is_nobody"), http.StatusNotFound)
		}},
		{"features-1/conf/core/f-success", func(t *testing.T, s *service) {
			s.eachFirst(t, func(collection string, f feature) {
				a := s.get(t, "/collections/"+collection+"/items/"+url.PathEscape(f.ID))
				one := read[feature](t, a, http.StatusOK)
				got, err := json.Marshal([]any{one.ID, one.Properties, one.Geometry})
				want, err2 := json.Marshal([]any{f.ID, f.Properties, f.Geometry})
				if err != nil || err2 != nil || string(got) != string(want) || a.Header.Get("Content-Type") != "application/geo+json" {
					t.Errorf("%s/%s: %s, in the collection %s", collection, f.ID, got, want)
				}
			})
		}},
		{"features-1/conf/core/f-links", func(t *testing.T, s *service) {
			s.eachFirst(t, func(collection string, f feature) {
				at := s.URL + "/collections/" + collection
				links := read[feature](t, s.get(t, at+"/items/"+url.PathEscape(f.ID)), http.StatusOK).Links
				wantLinks(t, collection, links, "self", "alternate", "collection")
				if linkOf(links, "collection") != at || linkOf(links, "self") != at+"/items/"+url.PathEscape(f.ID) {
					t.Errorf("%v", links)
				}
			})
		}},
	}
}

// eachFirst calls f with the first feature of each collection that has one.
func (s *service) eachFirst(t *testing.T, f func(collection string, first feature)) {
	t.Helper()
	n := 0
	for _, c := range s.collectionsDoc(t).Collections {
		for _, first := range read[featureCollection](t, s.get(t, "/collections/"+c.ID+"/items?limit=1"), http.StatusOK).Features {
			f(c.ID, first)
			n++
		}
	}
	if n < 15 {
		t.Errorf("only %d collections have features", n)
	}
}

// confBBox compares boxes with PostGIS: the extent, the western half of it, and one
// that lies elsewhere.
func confBBox(t *testing.T, s *service) {
	for _, c := range s.located(t) {
		b := c.Extent.Spatial.BBox[0]
		half := [4]float64{b[0], b[1], (b[0] + b[2]) / 2, b[3]}
		for _, box := range [][4]float64{b, half, {0, 0, 1, 1}} {
			text := fmt.Sprintf("%v,%v,%v,%v", box[0], box[1], box[2], box[3])
			want := s.selected(t, c.ID, "st_intersects(geom, st_makeenvelope("+text+", 4490))")
			for _, given := range []string{text, withHeights(text)} {
				sameIDs(t, c.ID+" in "+given, s.items(t, c.ID, "bbox", given).ids(), want)
			}
		}
	}
}

// confTime: an instant, and intervals that are bounded or open at an end, which is
// written as .. or as nothing.
func confTime(t *testing.T, s *service) {
	for datetime, span := range map[string]string{
		"2022-03-01T00:00:00Z": "[2022-03-01,2022-03-01]", "2021-06-01T12:30:00+08:00": "[2021-06-01,2021-06-01]", "2022-01-01T00:00:00Z/2022-12-31T23:59:59Z": "[2022-01-01,2022-12-31]",
		"2023-01-01T00:00:00Z/..": "[2023-01-01,)", "2023-01-01T00:00:00Z/": "[2023-01-01,)", "../2021-06-01T00:00:00Z": "(,2021-06-01]", "/2021-06-01T00:00:00Z": "(,2021-06-01]",
	} {
		want := s.selected(t, "reference", "valid && '"+span+"'::daterange")
		always := s.selected(t, "reference", "lower_inf(valid) and upper_inf(valid)")
		got := s.items(t, "reference", "datetime", datetime).ids()
		sameIDs(t, datetime, got, want)
		if len(always) == 0 || !strings.Contains(fmt.Sprint(got), always[0]) {
			t.Errorf("%s: without %v, which have no time", datetime, always)
		}
	}
}
