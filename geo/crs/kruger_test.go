package crs_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"testing"

	"planatlas/geo/crs"
)

// TestReferenceValues holds values of PROJ 9.1.1 at Yangquan, to 1 mm.
func TestReferenceValues(t *testing.T) {
	prefixed, _ := crs.ByEPSG(4526)
	bare, _ := crs.ByEPSG(4547)
	for _, c := range []struct{ lon, lat, north, east float64 }{
		{113.0000, 37.9000, 4196869.977, 38412047.297},
		{113.5833, 37.8567, 4191674.254, 38463329.028},
		{113.9000, 37.9500, 4201952.936, 38491210.793},
		{114.1600, 37.8000, 4185311.161, 38514091.279},
	} {
		north, east := prefixed.Forward(c.lon, c.lat)
		if math.Abs(north-c.north) > 0.001 || math.Abs(east-c.east) > 0.001 {
			t.Errorf("%v %v: north %.4f east %.4f, want %.3f %.3f", c.lon, c.lat, north, east, c.north, c.east)
		}
		_, eastBare := bare.Forward(c.lon, c.lat)
		if math.Abs(eastBare+38e6-east) > 1e-6 {
			t.Errorf("without zone number %.6f, with %.6f", eastBare, east)
		}
		lon, lat := prefixed.Inverse(c.north, c.east)
		if math.Abs(lon-c.lon) > 1e-8 || math.Abs(lat-c.lat) > 1e-8 {
			t.Errorf("%.3f %.3f: %.9f %.9f, want %v %v", c.north, c.east, lon, lat, c.lon, c.lat)
		}
	}
}

// TestThereAndBack projects points of every system far beyond its zone.
func TestThereAndBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for c := range crs.All() {
		for range 50 {
			lon, lat := c.Meridian+rnd.Float64()*18-9, rnd.Float64()*80
			north, east := c.Forward(lon, lat)
			lon2, lat2 := c.Inverse(north, east)
			if math.Abs(lon-lon2) > 1e-12*360 || math.Abs(lat-lat2) > 1e-12*360 {
				t.Fatalf("%s: %.12f %.12f came back as %.12f %.12f", c.Code(), lon, lat, lon2, lat2)
			}
		}
	}
}

func TestEdges(t *testing.T) {
	c, _ := crs.ByEPSG(4526)
	for _, p := range []struct{ lon, lat, north, east float64 }{
		{114, 0, 0, 38500000},             // origin
		{114, 90, 10001965.729, 38500000}, // the pole: the quarter of the meridian
	} {
		north, east := c.Forward(p.lon, p.lat)
		if math.Abs(north-p.north) > 0.001 || math.Abs(east-p.east) > 0.001 {
			t.Errorf("%v %v: north %.4f east %.4f", p.lon, p.lat, north, east)
		}
	}
	north, east := c.Forward(113.6, -37.8)
	mirrored, _ := c.Forward(113.6, 37.8)
	if north != -mirrored || east <= 0 {
		t.Errorf("south %v, north %v", north, mirrored)
	}
	if n, e := c.Forward(math.NaN(), 37.8); !math.IsNaN(n) || !math.IsNaN(e) {
		t.Errorf("NaN gives %v %v", n, e)
	}
}

// proj runs gdaltransform over pairs of numbers, x before y.
func proj(t *testing.T, from, to string, in [][2]float64) [][2]float64 {
	t.Helper()
	tool, err := exec.LookPath("gdaltransform")
	if err != nil {
		t.Fatal("gdaltransform is needed: apt-get install gdal-bin")
	}
	var text bytes.Buffer
	for _, p := range in {
		fmt.Fprintf(&text, "%.17g %.17g\n", p[0], p[1])
	}
	cmd := exec.Command(tool, "-s_srs", from, "-t_srs", to, "-output_xy")
	cmd.Stdin = &text
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v: %s", cmd, err, &complaint)
	}
	var out [][2]float64
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var p [2]float64
		if _, err := fmt.Sscan(lines.Text(), &p[0], &p[1]); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		out = append(out, p)
	}
	if len(out) != len(in) {
		t.Fatalf("%d answers to %d points: %s", len(out), len(in), &complaint)
	}
	return out
}

// TestAgainstPROJ compares both directions with PROJ at random points within
// three degrees of the meridian, to 1 mm.
func TestAgainstPROJ(t *testing.T) {
	rnd := rand.New(rand.NewPCG(20260, 1124))
	const n = 500
	const degree = 111_320.0 // metres of latitude, and at most of longitude
	for _, code := range []int{4525, 4526, 4527, 4546, 4547, 4548, 4497, 4498, 4509, 4491, 4554} {
		c, ok := crs.ByEPSG(code)
		if !ok {
			t.Fatal(code)
		}
		t.Run(c.Code(), func(t *testing.T) {
			geographic, plane := make([][2]float64, n), make([][2]float64, n)
			for i := range geographic {
				geographic[i] = [2]float64{c.Meridian + rnd.Float64()*6 - 3, 18 + rnd.Float64()*36}
				north, east := c.Forward(geographic[i][0], geographic[i][1])
				plane[i] = [2]float64{east, north}
			}
			worst := 0.0
			for i, p := range proj(t, "EPSG:4490", c.Code(), geographic) {
				worst = math.Max(worst, math.Hypot(p[0]-plane[i][0], p[1]-plane[i][1]))
			}
			for i, p := range proj(t, c.Code(), "EPSG:4490", plane) {
				lon, lat := c.Inverse(plane[i][1], plane[i][0])
				worst = math.Max(worst, math.Hypot(lon-p[0], lat-p[1])*degree)
			}
			if worst > 0.001 {
				t.Errorf("differs from PROJ by %.6f m", worst)
			}
			t.Logf("largest difference %.9f m", worst)
		})
	}
}

func BenchmarkForward(b *testing.B) {
	c, _ := crs.ByEPSG(4526)
	for b.Loop() {
		c.Forward(113.5833, 37.8567)
	}
}

func BenchmarkInverse(b *testing.B) {
	c, _ := crs.ByEPSG(4526)
	for b.Loop() {
		c.Inverse(4191674.254, 38463329.028)
	}
}
