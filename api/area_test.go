package api_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// pythonAreas is what area.py answers: the area of the site and, for each layer,
// what its features share with it, each one and all together.
type pythonAreas struct {
	Site   float64
	Layers map[string]struct {
		Union    float64
		Features map[string]float64
	}
}

// independent computes the areas with nothing in common with ours.
func independent(t *testing.T, site string, geometries map[string]map[string]json.RawMessage) (areas pythonAreas) {
	t.Helper()
	job, err := json.Marshal(map[string]any{"site": json.RawMessage(site), "layers": geometries})
	if err != nil {
		t.Fatal(err)
	}
	const python = "/usr/bin/python3" // Debian's, which finds Debian's modules
	if out, err := exec.Command(python, "-c", "import shapely, pyproj").CombinedOutput(); err != nil {
		t.Fatalf("install the modules of this test: apt-get install -y python3-shapely python3-pyproj\n%v: %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/area.py")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(job), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("area.py: %v", err)
	}
	if err := json.Unmarshal(out, &areas); err != nil {
		t.Fatal(err)
	}
	return areas
}

// geometries reads the located features of all published layers from the API.
func (s *service) geometries(t *testing.T) map[string]map[string]json.RawMessage {
	t.Helper()
	type raw struct {
		ID       string
		Geometry json.RawMessage
	}
	all := map[string]map[string]json.RawMessage{}
	for _, l := range s.published() {
		all[l.ID] = map[string]json.RawMessage{}
		for _, f := range read[struct{ Features []raw }](t, s.get(t, "/collections/"+l.ID+"/items?limit=10000"), http.StatusOK).Features {
			if string(f.Geometry) != "null" {
				all[l.ID][f.ID] = f.Geometry
			}
		}
	}
	return all
}

// TestAreasAgreeWithAnIndependentComputation draws sites across the borders of
// an indicative red line and of development zones, and holds each overlap
// against shapely and PROJ.
func TestAreasAgreeWithAnIndependentComputation(t *testing.T) {
	s := serveOn(t, storetest.URL(t), store.Options{LayerTimeout: time.Minute}, nil)
	storetest.Exec(t, s.database, `insert into layers.ecological_red_lines (id, name_zh, name_en, status, geometry_source, legal_effect, accuracy_m, geom)
		select 'drawn-' || i, '示意', 'drawn', 'existing', 'test', 'indicative', 200, st_setsrid(g, 4490) from (values
			(1, 'POLYGON((113.60 37.78,113.64 37.79,113.63 37.84,113.60 37.86,113.60 37.78),(113.61 37.80,113.61 37.81,113.62 37.81,113.61 37.80))'::geometry),
			(2, 'POLYGON((113.3 38.0,113.9 38.02,113.88 38.3,113.3 38.28,113.3 38.0))'::geometry)) v (i, g)`)
	geometries := s.geometries(t)
	for name, site := range map[string]string{
		"red line near Guanshan": `{"type":"Polygon","coordinates":[[[113.59,37.79],[113.62,37.785],[113.61,37.815],[113.588,37.80],[113.59,37.79]]]}`,
		"zone, hole in the site": `{"type":"Polygon","coordinates":[[[113.60,37.83],[113.66,37.83],[113.66,37.91],[113.60,37.91],[113.60,37.83]],[[113.61,37.86],[113.61,37.87],[113.63,37.87],[113.63,37.86],[113.61,37.86]]]}`,
		"two parts":              `{"type":"MultiPolygon","coordinates":[[[[113.79,37.90],[113.85,37.90],[113.85,37.95],[113.79,37.95],[113.79,37.90]]],[[[113.60,37.77],[113.61,37.77],[113.61,37.79],[113.60,37.77]]]]}`,
		"large":                  `{"type":"Polygon","coordinates":[[[113.0,38.1],[113.45,38.12],[113.5,38.5],[113.1,38.45],[113.0,38.1]]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			doc := read[checkDoc](t, s.post(t, site), http.StatusCreated)
			want := independent(t, site, geometries)
			near(t, "the site", doc.Site.Area.M2, want.Site)
			near(t, "the site in hectares", doc.Site.Area.Ha, want.Site/10_000)
			for _, l := range doc.Layers {
				if other, ok := want.Layers[l.Layer]; ok {
					near(t, l.Layer, l.Overlap.M2, other.Union)
				}
			}
			drawn := 0
			for _, f := range doc.Findings {
				m2 := want.Layers[f.Layer].Features[f.Feature]
				near(t, f.Rule+" "+f.Feature, f.Overlap.M2, m2)
				near(t, f.Feature+" in mu", f.Overlap.Mu, m2*0.0015)
				near(t, f.Feature+", share", f.Overlap.Share, m2/want.Site)
				if strings.HasPrefix(f.Feature, "drawn-") && f.Overlap.M2 > 0 {
					drawn++
				}
			}
			if drawn == 0 {
				t.Error("the site crosses no red line")
			}
			if zones := want.Layers["development_zones"].Union; zones < 1 && name != "red line near Guanshan" {
				t.Error("the site crosses no development zone")
			}
		})
	}
}

// near allows one part in ten thousand, and arithmetic its last digits.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > math.Max(1e-4*math.Abs(want), 1e-7) {
		t.Errorf("%s: %.6f, want %.6f", what, got, want)
	}
}
