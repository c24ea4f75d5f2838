package mvt

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"
)

// TestEffortIsBounded draws rings of 20,000 edges that are more and more tangled: no
// feature costs more than so many steps, whatever it is, and each is in the tile and
// valid. What real outlines need is far below the bound.
func TestEffortIsBounded(t *testing.T) {
	around := func(from, to float64) func(*rand.Rand, int, int) (float64, float64) {
		return func(r *rand.Rand, i, n int) (float64, float64) {
			a, d := float64(i)/float64(n)*2*math.Pi, from+r.Float64()*(to-from)
			return 2000 + d*math.Cos(a), 2000 + d*math.Sin(a)
		}
	}
	within := func(size float64) func(*rand.Rand, int, int) (float64, float64) {
		return func(r *rand.Rand, _, _ int) (float64, float64) {
			return 2000 + r.Float64()*size, 1000 + r.Float64()*size
		}
	}
	for name, c := range map[string]struct {
		at     func(r *rand.Rand, i, n int) (x, y float64)
		n      int
		coarse int
	}{
		"spikes":              {around(0, 1900), 20000, 1},
		"a thick line":        {around(1500, 1900), 20000, 1},
		"noise":               {within(2000), 20000, 1},
		"small noise":         {within(300), 20000, 1},
		"noise of 2,000":      {within(2000), 2000, 1},
		"noise of 200":        {within(2000), 200, 0},
		"smaller than a cell": {within(20), 20000, 1},
	} {
		r := rand.New(rand.NewPCG(2, 2))
		var ring orb.Ring
		for i := range c.n {
			ring = append(ring, lonLat(c.at(r, i, c.n)))
		}
		e := NewEncoder(flat(), Options{})
		got := draw(t, e, orb.Polygon{append(ring, ring[0])})
		if err := valid(got); err != nil || got == nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if e.effort > mostEffort+perCut*c.n || e.coarse != c.coarse {
			t.Errorf("%s: effort %d, shown as cells %d times", name, e.effort, e.coarse)
		}
	}
	for _, radius := range []float64{1900, 300, 100, 20} {
		outline := coast(rand.New(rand.NewPCG(2, 2)), 2000, 2000, radius, 20000)
		for i, p := range outline {
			outline[i] = lonLat(p[0], p[1])
		}
		e := NewEncoder(flat(), Options{})
		if got := draw(t, e, orb.Polygon{outline}); got == nil || e.coarse > 0 || e.effort > mostEffort/10 {
			t.Errorf("an outline of %g: effort %d, shown as cells %d times", radius, e.effort, e.coarse)
		}
	}
}

// TestEffortOfATile: many tangled features together cost no more than so many steps.
func TestEffortOfATile(t *testing.T) {
	e := NewEncoder(flat(), Options{})
	e.Layer("a", nil)
	r := rand.New(rand.NewPCG(3, 3))
	spent := 0
	for i := range 200 {
		var ring orb.Ring
		for range 250 {
			ring = append(ring, lonLat(r.Float64()*4000, r.Float64()*4000))
		}
		b, err := wkb.Marshal(orb.Polygon{append(ring, ring[0])})
		if err == nil {
			err = e.Feature(uint64(i), b, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		spent += e.effort
	}
	if spent > tileEffort+200*perCut*250 || e.coarse == 0 || e.coarse == 200 || e.Features() != 200 {
		t.Errorf("effort %d, %d features, of them %d as cells", spent, e.Features(), e.coarse)
	}
}

// TestManyRings: to tell how rings are nested takes no look at each for each.
func TestManyRings(t *testing.T) {
	var g orb.MultiPolygon
	for i := range 4000 {
		x, y := float64(i%64)*60+4, float64(i/64)*60+4
		square := func(size float64) (ring orb.Ring) {
			for _, c := range [5][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
				ring = append(ring, lonLat(x+size*c[0]+(40-size)/2, y+size*c[1]+(40-size)/2))
			}
			return ring
		}
		g = append(g, orb.Polygon{square(40), square(20)})
	}
	e := NewEncoder(flat(), Options{})
	got, ok := draw(t, e, g).(orb.MultiPolygon)
	if !ok || len(got) != 4000 || len(got[7]) != 2 || e.repairs > 0 {
		t.Errorf("%d polygons, mended %d times", len(got), e.repairs)
	}
	if err := valid(got); err != nil {
		t.Error(err)
	}
}

// TestCells shows random shapes as cells: valid, and covering what they cover but for
// a seam of a cell along the outline.
func TestCells(t *testing.T) {
	var m mender
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		var s, out shape
		var whole orb.Polygon
		x, y := r.Float64()*4000, r.Float64()*4000-200
		for k, radius := range []float64{300 + r.Float64()*1500, 100} {
			ring := star(r, x, y, radius, 8+r.IntN(40))
			whole = append(whole, ring)
			s.begin()
			for _, p := range ring[1:] {
				s.add(grid{floor(p[0] + 0.5), floor(p[1] + 0.5)})
			}
			s.endRing(k > 0)
		}
		m.cells(&out, &s)
		var got orb.MultiPolygon
		for _, p := range out.paths {
			var ring orb.Ring
			for _, at := range out.at[p.from:p.to] {
				ring = append(ring, orb.Point{float64(at.x), float64(at.y)})
			}
			ring = append(ring, ring[0])
			if p.hole {
				got[len(got)-1] = append(got[len(got)-1], ring)
			} else {
				got = append(got, orb.Polygon{ring})
			}
		}
		if err := valid(got); err != nil {
			t.Fatalf("seed %d: %v of %v", seed, err, got)
		}
		want := shapeOf(t, whole)
		differ, err := geom.SymmetricDifference(want, shapeOf(t, got))
		if err != nil {
			t.Fatal(err)
		}
		if seam := float64(m.cover.size) * want.Boundary().Length(); differ.Area() > seam || len(got) == 0 {
			t.Errorf("seed %d: %d polygons, area %.0f, differs by %.0f, want at most %.0f", seed, len(got), want.Area(), differ.Area(), seam)
		}
	}
}
