package api_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// crsTests are those of Part 2.
func crsTests() []abstract {
	default84 := opengisCRS + "OGC/1.3/CRS84"
	return []abstract{
		{"features-2/conf/crs/crs-uri", func(t *testing.T, s *service) {
			doc := s.collectionsDoc(t)
			for _, c := range doc.Collections {
				for _, uri := range append(append(slices.Clone(c.CRS), c.StorageCRS), doc.CRS...) {
					u, err := url.Parse(uri)
					if parts := strings.Split(strings.TrimPrefix(uri, opengisCRS), "/"); err != nil || !u.IsAbs() || !strings.HasPrefix(uri, opengisCRS) || len(parts) != 3 {
						t.Errorf("%s: %q", c.ID, uri)
					}
				}
			}
		}},
		{"features-2/conf/crs/default-crs", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				one := read[collectionDoc](t, s.get(t, "/collections/"+c.ID), http.StatusOK)
				if !slices.Contains(c.CRS, default84) || !slices.Equal(one.CRS, c.CRS) {
					t.Errorf("%s: %v and %v", c.ID, c.CRS, one.CRS)
				}
			}
		}},
		{"features-2/conf/crs/storageCrs", func(t *testing.T, s *service) {
			for _, c := range s.collectionsDoc(t).Collections {
				if !slices.Contains(c.CRS, c.StorageCRS) || c.StorageCRS != opengisCRS+"EPSG/0/4490" {
					t.Errorf("%s: %q", c.ID, c.StorageCRS)
				}
			}
		}},
		{"features-2/conf/crs/crs-parameter", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				for _, uri := range c.CRS {
					for _, path := range []string{"/items?limit=1&crs=", "/items/" + url.PathEscape(s.items(t, c.ID, "limit", "1").Features[0].ID) + "?crs="} {
						if a := s.get(t, "/collections/"+c.ID+path+uri); a.StatusCode != http.StatusOK || a.Header.Get("Content-Crs") != "<"+uri+">" {
							t.Errorf("%s%s%s: %d, %q", c.ID, path, uri, a.StatusCode, a.Header.Get("Content-Crs"))
						}
					}
				}
			}
		}},
		{"features-2/conf/crs/crs-parameter-default", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				a := s.get(t, "/collections/"+c.ID+"/items?limit=5")
				b := s.get(t, "/collections/"+c.ID+"/items?limit=5&crs="+default84)
				x, y := read[featureCollection](t, a, http.StatusOK), read[featureCollection](t, b, http.StatusOK)
				for i := range x.Features {
					if g, h := x.Features[i].Geometry, y.Features[i].Geometry; g != nil && string(g.Coordinates) != string(h.Coordinates) {
						t.Errorf("%s/%s: %s and %s", c.ID, x.Features[i].ID, g.Coordinates, h.Coordinates)
					}
				}
				if a.Header.Get("Content-Crs") != "<"+default84+">" {
					t.Errorf("%s: %q", c.ID, a.Header.Get("Content-Crs"))
				}
			}
		}},
		{"features-2/conf/crs/crs-parameter-invalid", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				s.refused(t, c.ID, "crs", opengisCRS+"OGC/0/does_not_exist")
			}
			wantProblem(t, s.get(t, "/collections/reference/items/chengqu?crs="+opengisCRS+"EPSG/0/4545"), http.StatusBadRequest)
		}},
		{"features-2/conf/crs/crs-parameter-transform", confTransform},
		{"features-2/conf/crs/bbox-crs-parameter", func(t *testing.T, s *service) {
			located := s.located(t)
			for _, uri := range located[0].CRS {
				for i, box := range inSystem(t, uri, located) {
					want := s.items(t, located[i].ID, "bbox", joined(around(located[i]))).ids()
					if sameIDs(t, located[i].ID+" in "+uri, s.items(t, located[i].ID, "bbox-crs", uri, "bbox", joined(box)).ids(), want); len(want) == 0 {
						t.Errorf("%s: the box is empty", located[i].ID)
					}
				}
			}
		}},
		{"features-2/conf/crs/bbox-crs-parameter-default", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				sameIDs(t, c.ID, s.items(t, c.ID, "bbox", joined(around(c)), "bbox-crs", default84).ids(), s.items(t, c.ID, "bbox", joined(around(c))).ids())
			}
		}},
		{"features-2/conf/crs/bbox-crs-parameter-invalid", func(t *testing.T, s *service) {
			for _, c := range s.located(t) {
				s.refused(t, c.ID, "bbox", joined(around(c)), "bbox-crs", opengisCRS+"OGC/0/does_not_exist")
			}
		}},
	}
}

// confTransform compares the points of a collection with PROJ in every system.
func confTransform(t *testing.T, s *service) {
	positions := func(uri string) (out [][2]float64) {
		for _, f := range s.items(t, "reference", "crs", uri, "sortby", "name_en").Features {
			if f.Geometry != nil {
				p := numbers(t, f.Geometry.Coordinates)
				out = append(out, [2]float64{p[0], p[1]})
			}
		}
		return out
	}
	lonlat := positions(opengisCRS + "OGC/1.3/CRS84")
	for system, most := range systems() {
		got, want := positions(opengisCRS+system), projected(t, system, lonlat)
		if len(got) != len(want) || len(got) < 20 {
			t.Fatalf("%s: %d positions, want %d", system, len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i][0]-want[i][0]) > most || math.Abs(got[i][1]-want[i][1]) > most {
				t.Errorf("%s: %v, PROJ says %v", system, got[i], want[i])
			}
		}
	}
}

// around is a box that holds the extent of a collection with room around it, so that
// its straight edges in another system hold the same.
func around(c collectionDoc) [4]float64 {
	b := c.Extent.Spatial.BBox[0]
	return [4]float64{b[0] - 0.1, b[1] - 0.1, b[2] + 0.1, b[3] + 0.1}
}

// inSystem gives the corners of those boxes in a system, in the order of its axes.
func inSystem(t *testing.T, uri string, cs []collectionDoc) (out [][4]float64) {
	t.Helper()
	var corners [][2]float64
	for _, c := range cs {
		b := around(c)
		corners = append(corners, [2]float64{b[0], b[1]}, [2]float64{b[2], b[3]})
	}
	p := projected(t, strings.TrimPrefix(uri, opengisCRS), corners)
	for i := range cs {
		out = append(out, [4]float64{p[2*i][0], p[2*i][1], p[2*i+1][0], p[2*i+1][1]})
	}
	return out
}

func joined(b [4]float64) string { return fmt.Sprintf("%f,%f,%f,%f", b[0], b[1], b[2], b[3]) }
