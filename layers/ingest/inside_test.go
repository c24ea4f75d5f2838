package ingest

import (
	"math"
	"math/rand/v2"
	"testing"

	"planatlas/geo"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// circle is a ring of n points.
func circle(x, y, r float64, n int) orb.Ring {
	out := make(orb.Ring, 0, n+1)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		out = append(out, orb.Point{x + r*cos, y + r*sin})
	}
	return append(out, out[0])
}

// TestHolds holds the grid of an area against every edge of it.
func TestHolds(t *testing.T) {
	t.Parallel()
	shell := circle(113.5, 37.9, 0.3, 211)
	hole := circle(113.55, 37.95, 0.05, 30)
	island := circle(114.2, 38.1, 0.1, 5)
	whole := orb.MultiPolygon{{shell, hole}, {island}}
	a := newArea(whole)
	r := rand.New(rand.NewPCG(1, 2))
	in := 0
	for range 20_000 {
		p := orb.Point{113.1 + 1.3*r.Float64(), 37.5 + 0.9*r.Float64()}
		want := planar.MultiPolygonContains(whole, p)
		if got := a.holds(p); got != want {
			t.Fatalf("%v: %v, want %v", p, got, want)
		}
		if want {
			in++
		}
		small := orb.MultiPoint{p, {p[0] + 0.004, p[1] + 0.003}}
		both := planar.MultiPolygonContains(whole, small[1])
		where := placePartly
		if want && both {
			where = placeInside
		} else if !want && !both {
			where = placeOutside
		}
		if got := a.place(small, geo.Bound(small)); got != where {
			t.Fatalf("%v: %v, want %v", small, got, where)
		}
	}
	if in < 1000 {
		t.Errorf("only %d points inside", in)
	}
}
