package write_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/read"
	"planatlas/geo/write"
)

var update = flag.Bool("update", false, "write the expected files anew")

func system(t *testing.T, name string) crs.System {
	t.Helper()
	s, err := crs.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parcels are two plots, of which one has a hole and one has two parts.
func parcels(t *testing.T, crs string) write.File {
	square := func(e, n, size float64) orb.Ring {
		return orb.Ring{{e, n}, {e, n + size}, {e + size, n + size}, {e + size, n}, {e, n}}
	}
	return write.File{System: system(t, crs), Producer: "阳泉市自然资源局", Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Decimals: 3, Plots: []write.Plot{
		{Number: "YQ-1", Name: "地块,一", Layer: "site", Areas: orb.MultiPolygon{{square(38463329, 4191674, 100), square(38463369, 4191714, 20)}}},
		{Number: "YQ-2", Name: "地块二", Layer: "site", Areas: orb.MultiPolygon{{square(38464000, 4191674, 50)}, {square(38464100, 4191674, 50)}}},
	}}
}

func TestGolden(t *testing.T) {
	f := parcels(t, "EPSG:4526")
	txt, err := f.TXT()
	if err != nil {
		t.Fatal(err)
	}
	f.UTF8 = true
	utf8, err := f.TXT()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"gbk.txt": txt, "utf8.txt": utf8, "parcels.dxf": f.DXF()} {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// TestReadAgain: the reader finds every plot with its holes and its area.
func TestReadAgain(t *testing.T) {
	f := parcels(t, "EPSG:4526")
	txt, err := f.TXT()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"txt": txt, "dxf": f.DXF()} {
		r, err := read.Sites(t.Context(), data, read.Options{GDAL: read.NewGDAL(1)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		holes, plane := 0, 0.0
		for _, p := range r.Plots {
			plane += p.PlaneM2
			for _, g := range geo.Polygons(p.Shape.Geom) {
				holes += len(g) - 1
			}
		}
		if r.CRS != "EPSG:4526" || plane != 9600+5000 || holes != 1 || name == "txt" && (len(r.Plots) != 3 || r.Plots[0].Name != "地块、一" || r.Plots[2].Number != "YQ-2-2" || len(r.Notices) > 0) {
			t.Errorf("%s: %f m², %d holes, %+v", name, plane, holes, r)
		}
	}
}

func TestTXTNeedsAPlane(t *testing.T) {
	if _, err := parcels(t, "EPSG:4490").TXT(); !errors.Is(err, write.ErrNoPlane) {
		t.Errorf("%v", err)
	}
}

// TestAreasStayWhatTheyAre: an edge of some kilometres lies in the plane where it lies
// on the ellipsoid.
func TestAreasStayWhatTheyAre(t *testing.T) {
	shape := orb.Polygon{{{113.5, 37.8}, {113.53, 37.8}, {113.53, 37.83}, {113.5, 37.83}, {113.5, 37.8}}}
	for _, name := range []string{"EPSG:4526", "EPSG:4547", "EPSG:4497", "EPSG:3857", "EPSG:4490"} {
		s := system(t, name)
		areas := write.Areas(s, shape)
		if n := len(areas[0][0]); s.Metric() && n < 50 || !s.Metric() && n != 5 {
			t.Errorf("%s: %d points", name, n)
		}
		for i, p := range areas[0][0] {
			areas[0][0][i][0], areas[0][0][i][1] = s.ToLonLat(p[0], p[1])
		}
		if d := geo.Area(areas) - geo.Area(shape); d > 0.01 || d < -0.01 {
			t.Errorf("%s: %g m² off", name, d)
		}
	}
}

func TestShift(t *testing.T) {
	f := parcels(t, "EPSG:4526")
	for name, want := range map[string]float64{"EPSG:4547": 463329, "EPSG:4526": 38463329} {
		if got, ok := write.Shift(f.Plots[0].Areas, f.System, system(t, name)); !ok || got[0][0][0][0] != want || f.Plots[0].Areas[0][0][0][0] != 38463329 {
			t.Errorf("%s: %v %v", name, got, ok)
		}
	}
	for _, name := range []string{"EPSG:4527", "EPSG:3857", "EPSG:4490"} {
		if _, ok := write.Shift(f.Plots[0].Areas, f.System, system(t, name)); ok {
			t.Errorf("%s has the same numbers", name)
		}
	}
	if !write.Fits(f.Plots[0].Areas, 0) || write.Fits(orb.MultiPolygon{{{{0.0004, 1}}}}, 3) || !write.Fits(orb.MultiPolygon{{{{38463329.123, 4191674.456}}}}, 3) {
		t.Error("decimals")
	}
}
