package store_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"testing"

	"planatlas/geo"
	"planatlas/geo/postgis"

	"github.com/paulmach/orb"
)

// foreign is what measure.py says of one site.
type foreign struct {
	Area   float64
	Layers map[string]struct {
		Union    float64
		Nearest  *float64
		Features map[string]struct{ Overlap, Length, Distance float64 }
	}
}

func geoJSONOf(t *testing.T, g orb.Geometry) json.RawMessage {
	t.Helper()
	wkb, err := postgis.Marshal(geo.Shape{Geom: g})
	if err != nil {
		t.Fatal(err)
	}
	b, err := geo.WKB(wkb).AppendGeoJSON(nil, 15)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// elsewhere measures the scene with shapely and PROJ.
func elsewhere(t *testing.T, s *scene, within float64) (out []foreign) {
	t.Helper()
	job := map[string]any{"within": within}
	var sites []json.RawMessage
	for _, site := range s.sites {
		sites = append(sites, geoJSONOf(t, site.Geom))
	}
	all := map[string]map[string]json.RawMessage{}
	for layer, fs := range s.geometries() {
		all[layer] = map[string]json.RawMessage{}
		for id, g := range fs {
			all[layer][id] = geoJSONOf(t, g)
		}
	}
	job["sites"], job["layers"] = sites, all
	in, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	const python = "/usr/bin/python3" // Debian's, which finds Debian's modules
	if out, err := exec.Command(python, "-c", "import shapely, pyproj").CombinedOutput(); err != nil {
		t.Fatalf("install the modules of this test: apt-get install -y python3-shapely python3-pyproj\n%v: %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/measure.py")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("measure.py: %v", err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestMeasuresAgreeWithAnIndependentComputation holds areas, shares, lengths and
// distances of 200 random sites over random layers against shapely and PROJ: within
// one part in ten thousand, or a hundredth of a square metre or a centimetre.
func TestMeasuresAgreeWithAnIndependentComputation(t *testing.T) {
	const within = 300
	s := newScene(t, 1, 200)
	all := measureAll(t, s.fill(t), s.sites, s.needs(within))
	want := elsewhere(t, s, within)
	same := func(i int, what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > math.Max(0.01, 1e-4*math.Abs(want)) {
			t.Errorf("site %d, %s: %.6f, want %.6f", i, what, got, want)
		}
	}
	overlaps, lengths, distances, unions := 0, 0, 0, 0
	for i, m := range all {
		same(i, "area", float64(m.Site.Area), want[i].Area)
		for _, l := range m.Layers {
			id := l.Layer.ID
			other := want[i].Layers[id]
			same(i, id+" union", float64(l.Union), other.Union)
			if l.Nearest == nil || other.Nearest == nil {
				t.Fatalf("site %d, %s: nearest %v, want %v", i, id, l.Nearest, other.Nearest)
			}
			same(i, id+" nearest", *l.Nearest, *other.Nearest)
			seen := 0
			var sum float64
			for _, f := range l.Features {
				o, near := other.Features[f.ID]
				if near {
					seen++
				} else if f.DistanceM < within-0.05 {
					t.Errorf("site %d, %s: %s is %.3f m away", i, id, f.ID, f.DistanceM)
				}
				if !near {
					continue
				}
				same(i, f.ID+" distance", f.DistanceM, o.Distance)
				same(i, f.ID+" overlap", float64(f.Overlap), o.Overlap)
				same(i, f.ID+" length", f.LengthM, o.Length)
				if got, want := float64(f.Overlap/m.Site.Area), o.Overlap/want[i].Area; math.Abs(got-want) > 1e-4 {
					t.Errorf("site %d, %s: share %.6f, want %.6f", i, f.ID, got, want)
				}
				sum += o.Overlap
				overlaps, lengths, distances = overlaps+count(o.Overlap > 0), lengths+count(o.Length > 0), distances+count(o.Distance > 0)
			}
			unions += count(sum > other.Union+1)
			if seen != len(other.Features) {
				t.Errorf("site %d, %s: %d of %d features", i, id, seen, len(other.Features))
			}
		}
	}
	t.Logf("%d overlaps, %d lines across, %d distances, %d layers that overlap themselves", overlaps, lengths, distances, unions)
	if overlaps < 200 || lengths < 20 || distances < 200 || unions < 40 {
		t.Error("the scene tests too little")
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
