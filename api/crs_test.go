package api_test

import (
	"bufio"
	"fmt"
	"math"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"encoding/json"
)

const opengisCRS = "http://www.opengis.net/def/crs/"

// systems are the systems of the service, and the largest difference to PROJ in
// their units.
func systems() map[string]float64 {
	return map[string]float64{"OGC/1.3/CRS84": 1e-7, "EPSG/0/4326": 1e-7, "EPSG/0/4490": 1e-7, "EPSG/0/3857": 1e-3, "EPSG/0/4547": 1e-3, "EPSG/0/4526": 1e-3}
}

// projected asks PROJ, with the axis order that the definition of the system has.
func projected(t *testing.T, system string, positions [][2]float64) [][2]float64 {
	t.Helper()
	const script = `
import sys, pyproj
name = sys.argv[1]
to = pyproj.CRS("OGC:CRS84" if name.endswith("CRS84") else "EPSG:" + name.rsplit("/", 1)[1])
f = pyproj.Transformer.from_crs("EPSG:4490", to)
for line in sys.stdin:
    lon, lat = map(float, line.split())
    print("%.9f %.9f" % f.transform(lat, lon))
`
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", script, system)
	var in strings.Builder
	for _, p := range positions {
		fmt.Fprintf(&in, "%.9f %.9f\n", p[0], p[1])
	}
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pyproj (apt-get install python3-pyproj): %v", err)
	}
	var got [][2]float64
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		var p [2]float64
		if _, err := fmt.Sscan(lines.Text(), &p[0], &p[1]); err != nil {
			t.Fatal(err)
		}
		got = append(got, p)
	}
	return got
}

// TestConfCRS is the abstract test of OGC API - Features, Part 2 (18-058r1, annex
// A): the lists of systems, Content-Crs, and coordinates with the right order of
// axes, compared with PROJ for each system.
func TestConfCRS(t *testing.T) {
	s := serve(t)
	c := read[collectionDoc](t, s.get(t, "/collections/reference"), http.StatusOK)
	if len(c.CRS) != len(systems()) || c.CRS[0] != opengisCRS+"OGC/1.3/CRS84" || c.StorageCRS != opengisCRS+"EPSG/0/4490" {
		t.Errorf("systems %v, stored in %s", c.CRS, c.StorageCRS)
	}
	where := func(path string) (ids []string, out [][2]float64, a answer) {
		a = s.get(t, path)
		for _, f := range read[featureCollection](t, a, http.StatusOK).Features {
			if f.Geometry != nil {
				var p [2]float64
				if err := json.Unmarshal(f.Geometry.Coordinates, &p); err != nil {
					t.Fatal(err)
				}
				ids, out = append(ids, f.ID), append(out, p)
			}
		}
		return ids, out, a
	}
	ids, lonlat, _ := where("/collections/reference/items?limit=1000")
	for system, most := range systems() {
		uri := opengisCRS + system
		_, got, a := where("/collections/reference/items?limit=1000&crs=" + uri)
		if h := a.Header.Get("Content-Crs"); h != "<"+uri+">" {
			t.Errorf("%s: Content-Crs %q", system, h)
		}
		want := projected(t, system, lonlat)
		if len(got) != len(want) || len(got) < 20 {
			t.Fatalf("%s: %d positions, want %d", system, len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i][0]-want[i][0]) > most || math.Abs(got[i][1]-want[i][1]) > most {
				t.Errorf("%s: %s is at %v, PROJ says %v", system, ids[i], got[i], want[i])
			}
		}
		one := s.get(t, "/collections/reference/items/"+ids[0]+"?crs="+uri)
		if f := read[feature](t, one, http.StatusOK); one.Header.Get("Content-Crs") != "<"+uri+">" || string(f.Geometry.Coordinates) != string(read[featureCollection](t, a, http.StatusOK).byID(ids[0]).Geometry.Coordinates) {
			t.Errorf("%s: one feature is at %s", system, f.Geometry.Coordinates)
		}
		s.boxFinds(t, uri, ids[3], got[3])
	}
	for _, param := range []string{"crs", "bbox-crs"} {
		if p := wantProblem(t, s.get(t, "/collections/reference/items?"+param+"="+opengisCRS+"EPSG/0/9999"), http.StatusBadRequest); p.Parameter != param {
			t.Errorf("%+v", p)
		}
	}
}

func (c featureCollection) byID(id string) feature {
	for _, f := range c.Features {
		if f.ID == id {
			return f
		}
	}
	return feature{}
}

// boxFinds asks for a small box around a position in a system.
func (s *service) boxFinds(t *testing.T, uri, id string, at [2]float64) {
	t.Helper()
	r := 0.001
	if math.Abs(at[0]) > 180 {
		r = 100
	}
	box := fmt.Sprintf("%f,%f,%f,%f", at[0]-r, at[1]-r, at[0]+r, at[1]+r)
	got := read[featureCollection](t, s.get(t, "/collections/reference/items?bbox-crs="+uri+"&bbox="+box), http.StatusOK)
	if got.byID(id).ID != id || len(got.Features) > 3 {
		t.Errorf("%s: the box %s holds %v, want %s", uri, box, got.ids(), id)
	}
}

// TestFilesHaveEastFirst: formats that fix the order of axes keep it in systems
// whose definition has north first.
func TestFilesHaveEastFirst(t *testing.T) {
	s := serve(t)
	want := read[featureCollection](t, s.get(t, "/collections/reference/items?limit=1000&crs=EPSG:4547"), http.StatusOK)
	for _, f := range []string{"fgb", "gpkg", "shp"} {
		got := gdalRead(t, s.get(t, "/collections/reference/download?crs=EPSG:4547&f="+f), fileFormats()[f])
		for _, g := range got {
			w := want.byID(g.Properties["id"].(string))
			if (w.Geometry == nil) != (g.Geometry == nil) {
				t.Fatalf("%s: %+v", f, g)
			}
			if w.Geometry == nil {
				continue
			}
			a, b := numbers(t, w.Geometry.Coordinates), numbers(t, g.Geometry.Coordinates)
			if math.Abs(a[0]-b[1]) > 2e-3 || math.Abs(a[1]-b[0]) > 2e-3 {
				t.Errorf("%s: %s is at %v, want %v turned round", f, w.ID, b, a)
			}
		}
	}
	if p := wantProblem(t, s.get(t, "/collections/reference/items?crs=EPSG:4547&f=kml"), http.StatusBadRequest); p.Parameter != "crs" {
		t.Errorf("%+v", p)
	}
}

// TestConfJSONFG reads a page of JSON-FG in a projected system and in CRS84.
func TestConfJSONFG(t *testing.T) {
	s := serve(t)
	type document struct {
		ConformsTo               []string
		FeatureType, CoordRefSys string
		Features                 []struct {
			ID              string
			Geometry, Place *struct{ Coordinates json.RawMessage }
			Time            *struct{ Interval [2]string }
		}
	}
	storeExec(t, s, "update layers.reference set valid = '[2021-01-01,2026-01-01)'")
	plain := read[featureCollection](t, s.get(t, "/collections/reference/items?limit=1000&crs=EPSG:4547"), http.StatusOK)
	for _, crs := range []string{opengisCRS + "OGC/1.3/CRS84", opengisCRS + "EPSG/0/4547"} {
		a := s.get(t, "/collections/reference/items?limit=1000&crs="+crs, "Accept", "application/fg+json")
		doc := read[document](t, a, http.StatusOK)
		if doc.CoordRefSys != crs || doc.FeatureType != "reference" || len(doc.ConformsTo) == 0 || a.Header.Get("Content-Type") != "application/fg+json" || len(doc.Features) != len(plain.Features) {
			t.Errorf("%s: %.300s", crs, a.body)
		}
		for _, f := range doc.Features {
			if f.Time == nil || f.Time.Interval != [2]string{"2021-01-01", "2025-12-31"} {
				t.Errorf("%s: time %v", f.ID, f.Time)
			}
			w := plain.byID(f.ID)
			switch {
			case w.Geometry == nil && (f.Geometry != nil || f.Place != nil), crs != doc.CoordRefSys:
				t.Errorf("%s: %+v", f.ID, f)
			case w.Geometry == nil:
			case strings.HasSuffix(crs, "4547") && (f.Geometry != nil || f.Place == nil || string(f.Place.Coordinates) != string(w.Geometry.Coordinates)):
				t.Errorf("%s: %+v", f.ID, f)
			case strings.HasSuffix(crs, "CRS84") && (f.Geometry == nil || f.Place != nil):
				t.Errorf("%s: %+v", f.ID, f)
			}
		}
	}
}
