package crs_test

import (
	"math"
	"strings"
	"testing"

	"planatlas/geo/crs"
)

func TestDetect(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		x, y float64
		code string // "-": nothing to say
		both bool   // the same with x and y exchanged, reported as swapped
		en   string // in the sentence
	}{
		{"a place in the city", 113.5833, 37.8567, "-", false, ""},
		{"the south of the sea", 112, 3.5, "-", false, ""},
		{"swapped", 37.8567, 113.5833, "EPSG:4490", false, "axes swapped"},
		{"elsewhere in the world", 2.3, 48.8, "-", false, ""},
		{"nothing", 0, 0, "-", true, ""},
		{"one NaN", nan, 37.8, "-", true, ""},
		{"infinite", inf, 37.8, "-", true, ""},
		{"zone 38", 38463329.028, 4191674.254, "EPSG:4526", true, "projected numbers; looks like EPSG:4526 (CGCS2000 3-degree zone 38, central meridian 114°E), which is 113.5833, 37.8567"},
		{"zone 37", 37727000, 4191674, "EPSG:4525", true, "zone 37, central meridian 111°E"},
		{"zone 39", 39200000, 4191674, "EPSG:4527", true, "zone 39, central meridian 117°E"},
		{"6-degree zone 19", 19727000, 4191674, "EPSG:4497", true, "6-degree zone 19, central meridian 111°E"},
		{"6-degree zone 20", 20200000, 4191674, "EPSG:4498", true, "6-degree zone 20, central meridian 117°E"},
		{"no such zone", 24463329, 4191674, "-", true, ""},
		{"too far from the meridian", 38950000, 4191674, "-", true, ""},
		{"without prefix", 463329.028, 4191674.254, "EPSG:4547", true, "without zone prefix; looks like EPSG:4547"},
		{"meridian 111", 727000, 4191674, "EPSG:4546", true, "EPSG:4508 (CGCS2000 6-degree zone 19, central meridian 111°E, no zone prefix) gives the same numbers"},
		{"meridian 117", 200000, 4191674, "EPSG:4548", true, "EPSG:4509 (CGCS2000 6-degree zone 20, central meridian 117°E, no zone prefix) gives the same numbers"},
		{"zone unknown", 463329, 3000000, "", true, "3-degree or 6-degree zone without prefix"},
		{"Web Mercator", 12644000, 4558000, "EPSG:3857", true, "113.5830, 37.8482"},
		{"Web Mercator or zone 13", 13400000, 4500000, "EPSG:3857", true, "may be EPSG:4491"},
		{"far too large", 1e300, -1e300, "-", true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := func(x, y float64, swapped bool) {
				g, ok := crs.Detect(x, y)
				if ok != (c.code != "-") {
					t.Fatalf("got %+v, %v", g, ok)
				}
				if !ok {
					return
				}
				if g.Code != c.code || g.Swapped != swapped || !strings.Contains(g.EN, c.en) || g.ZH == "" {
					t.Errorf("got %+v, want %s, swapped %v, %q", g, c.code, swapped, c.en)
				}
				if strings.Contains(g.EN, "axes") != swapped {
					t.Errorf("swapped %v, but it says %s", swapped, g.EN)
				}
			}
			check(c.x, c.y, c.code == "EPSG:4490")
			if c.both {
				check(c.y, c.x, true)
			}
		})
	}
}

// TestDetectRanges holds the corners of the ranges in which the city's
// coordinates lie: the projections of 112.85-114.25°E, 37.6-38.55°N.
func TestDetectRanges(t *testing.T) {
	for _, c := range []struct {
		code     string
		min, max float64
	}{
		{"EPSG:4547", 398445, 522077},
		{"EPSG:4546", 661275, 787039},
		{"EPSG:4548", 133442, 260255},
		{"EPSG:4526", 38398445, 38522077},
	} {
		for _, east := range [2]float64{c.min, c.max} {
			for _, north := range [2]float64{4163101, 4276723} {
				if g, ok := crs.Detect(east, north); !ok || g.Code != c.code || g.Swapped {
					t.Errorf("%v %v: %+v", east, north, g)
				}
			}
		}
	}
}

func TestInChina(t *testing.T) {
	for _, c := range []struct {
		lon, lat float64
		want     bool
	}{{113.58, 37.86, true}, {73, 3, true}, {136, 54, true}, {72.9, 37, false}, {113, 54.1, false}, {37.86, 113.58, false}, {math.NaN(), 37, false}} {
		if got := crs.InChina(c.lon, c.lat); got != c.want {
			t.Errorf("InChina(%v, %v) = %v", c.lon, c.lat, got)
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add(113.58, 37.86)
	f.Add(37.86, 113.58)
	f.Add(38463329.0, 4191674.0)
	f.Add(4191674.0, 463329.0)
	f.Add(math.NaN(), math.Inf(-1))
	f.Fuzz(func(t *testing.T, x, y float64) {
		g, ok := crs.Detect(x, y)
		if ok != (g.EN != "") || ok != (g.ZH != "") || !ok && g != (crs.Guess{}) {
			t.Errorf("Detect(%v, %v) = %+v, %v", x, y, g, ok)
		}
		if ok && crs.InChina(x, y) {
			t.Errorf("Detect(%v, %v) finds fault with a place in China", x, y)
		}
	})
}
