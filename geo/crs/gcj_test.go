package crs_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"planatlas/geo/crs"
)

// metres is about the distance between two places near Yangquan.
func metres(lon1, lat1, lon2, lat2 float64) float64 {
	return math.Hypot((lon1-lon2)*88_000, (lat1-lat2)*111_000)
}

func TestGCJ02Reference(t *testing.T) {
	lon, lat := crs.ToGCJ02(113.5833, 37.8567)
	if metres(lon, lat, 113.589698, 37.857201) > 0.1 {
		t.Errorf("GCJ-02 %.6f %.6f", lon, lat)
	}
	if d := metres(lon, lat, 113.5833, 37.8567); math.Abs(d-566) > 3 {
		t.Errorf("shifted by %.1f m", d)
	}
	lon, lat = crs.ToBD09(113.5833, 37.8567)
	if metres(lon, lat, 113.596300, 37.862904) > 0.1 {
		t.Errorf("BD-09 %.6f %.6f", lon, lat)
	}
}

func TestShiftsThereAndBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		lon, lat := 73+rnd.Float64()*62, 18+rnd.Float64()*35
		for _, c := range [2][2]func(float64, float64) (float64, float64){{crs.ToGCJ02, crs.FromGCJ02}, {crs.ToBD09, crs.FromBD09}} {
			x, y := c[1](c[0](lon, lat))
			if metres(x, y, lon, lat) > 1e-6 {
				t.Fatalf("%.9f %.9f came back as %.12f %.12f", lon, lat, x, y)
			}
		}
	}
	if x, _ := crs.FromGCJ02(math.NaN(), 37); !math.IsNaN(x) {
		t.Errorf("NaN gives %v", x)
	}
}
