package store

import (
	"testing"

	"planatlas/geo"

	"github.com/paulmach/orb"
)

// TestHairlinesAreNoiseAndWhatTheyJoinIsNot: rounding leaves a hairline along a
// shared edge, which must not carry away a piece that is wide.
func TestHairlinesAreNoiseAndWhatTheyJoinIsNot(t *testing.T) {
	const west, east, south, hair, metre = 113.5, 113.6, 37.9, 1e-9, 1e-5
	for _, tc := range []struct {
		name  string
		ring  orb.Ring
		noise bool
	}{
		{"a hairline of 9 km", orb.Ring{{west, south}, {east, south}, {east, south + hair}, {west, south + hair}, {west, south}}, true},
		{"one that tapers", orb.Ring{{west, south}, {east, south}, {east, south + hair}, {west, south}}, true},
		{"one with many corners", orb.Ring{{west, south}, {113.53, south}, {113.56, south}, {east, south}, {113.56, south + hair}, {113.53, south + hair}, {west, south}}, true},
		{"one with a bump of 3 m", orb.Ring{{west, south}, {east, south}, {east, south + hair}, {113.55 + 3*metre, south + hair},
			{113.55 + 3*metre, south + 3*metre}, {113.55, south + 3*metre}, {113.55, south + hair}, {west, south + hair}, {west, south}}, false},
		{"one with a bump of half a metre", orb.Ring{{west, south}, {east, south}, {113.55 + 0.5*metre, south + hair},
			{113.55 + 0.5*metre, south + 0.5*metre}, {113.55, south + 0.5*metre}, {113.55, south + hair}, {west, south}}, false},
	} {
		p := orb.Polygon{tc.ring}
		a, length := geo.Area(p), geo.Length(p)
		if w := 2 * float64(a) / length; noise(p, a, min(w, 0.0009)) != tc.noise || w >= 0.0012 {
			t.Errorf("%s: noise is %v; %.3f m², %.6f m wide on average, %.4f m thick", tc.name, !tc.noise, float64(a), w, thickness(p))
		}
	}
}
