package mvt

import (
	"math"
	"math/rand/v2"
	"testing"

	"planatlas/geo/tile"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"
)

// flat is a tile on which a unit of the grid is easily told in degrees.
func flat() tile.ID { return tile.ID{Set: tile.WorldCRS84Quad, Z: 0, X: 1} }

// lonLat turns positions of the grid of flat into degrees.
func lonLat(x, y float64) orb.Point { return orb.Point{x * 180 / 4096, 90 - y*180/4096} }

// draw encodes one geometry and decodes what is in the tile; nil for nothing.
func draw(t *testing.T, e *Encoder, g orb.Geometry) orb.Geometry {
	t.Helper()
	b, err := wkb.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	e.Reset(flat())
	e.Layer("a", nil)
	if err := e.Feature(1, b, nil); err != nil {
		t.Fatal(err)
	}
	layers, err := Decode(e.Bytes())
	if err != nil {
		t.Fatalf("%v: %v", g, err)
	}
	if len(layers) == 0 {
		return nil
	}
	return layers[0].Features[0].Geometry
}

// valid lets another library judge a geometry.
func valid(g orb.Geometry) error {
	if g == nil {
		return nil
	}
	b, err := wkb.Marshal(g)
	if err != nil {
		return err
	}
	v, err := geom.UnmarshalWKB(b, geom.NoValidate{})
	if err != nil {
		return err
	}
	return v.Validate()
}

// star is a simple ring around a centre, in units of the grid.
func star(r *rand.Rand, x, y, radius float64, n int) orb.Ring {
	var ring orb.Ring
	for i := range n {
		a := (float64(i) + r.Float64()*0.9) / float64(n) * 2 * math.Pi
		d := radius * (0.5 + r.Float64()/2)
		ring = append(ring, orb.Point{x + d*math.Cos(a), y + d*math.Sin(a)})
	}
	return append(ring, ring[0])
}

// shape makes another library's geometry, which must be valid.
func shapeOf(t *testing.T, g orb.Geometry) geom.Geometry {
	t.Helper()
	if g == nil {
		g = orb.MultiPolygon{}
	}
	b, err := wkb.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	v, err := geom.UnmarshalWKB(b)
	if err != nil {
		t.Fatal(err, g)
	}
	return v
}

// TestAreas compares what is drawn of valid polygons with their part in the
// buffered tile: only a seam along the outline may differ.
func TestAreas(t *testing.T) {
	e := NewEncoder(flat(), Options{})
	box := shapeOf(t, orb.Bound{Min: orb.Point{-64, 0}, Max: orb.Point{4096, 4096}}.ToPolygon())
	drawn := 0
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 2))
		radius := []float64{2, 10, 200, 3000}[r.IntN(4)]
		x, y := r.Float64()*4096, r.Float64()*4096
		if r.IntN(2) == 0 {
			x = float64(r.IntN(2)) * 4096
		}
		poly := orb.Polygon{star(r, x, y, radius, 8+r.IntN(60))}
		if r.IntN(2) == 0 {
			poly = append(poly, star(r, x, y, radius*0.2, 3+r.IntN(20)))
		}
		var in orb.Polygon
		for _, ring := range poly {
			var out orb.Ring
			for _, p := range ring {
				out = append(out, lonLat(p[0], p[1]))
			}
			in = append(in, out)
		}
		want, err := geom.Intersection(shapeOf(t, poly), box)
		if err != nil {
			t.Fatal(err)
		}
		got := draw(t, e, in)
		if got != nil {
			drawn++
		}
		differ, err := geom.SymmetricDifference(want, shapeOf(t, got))
		if err != nil {
			t.Fatal(err)
		}
		if seam := 0.75*want.Boundary().Length() + 1; differ.Area() > seam {
			t.Errorf("seed %d: area %.1f, differs by %.1f, want at most %.1f\nof %v\ngot %v", seed, want.Area(), differ.Area(), seam, poly, got)
		}
	}
	if drawn < 600 {
		t.Errorf("only %d were drawn", drawn)
	}
}

// TestRandomPolygons draws rings that snapping, clipping and their own makers have
// broken in every way.
func TestRandomPolygons(t *testing.T) {
	e := NewEncoder(flat(), Options{})
	for seed := range uint64(6000) {
		r := rand.New(rand.NewPCG(seed, 1))
		size := []float64{3, 8, 30, 5000}[r.IntN(4)]
		ring := func() orb.Ring {
			n := 3 + r.IntN(12)
			x, y := r.Float64()*size, r.Float64()*size
			var ring orb.Ring
			for i := range n {
				if r.IntN(3) == 0 { // around a centre: simple
					a := float64(i) / float64(n) * 2 * math.Pi
					ring = append(ring, lonLat(x+size/2*math.Cos(a), y+size/2*math.Sin(a)))
				} else {
					ring = append(ring, lonLat(x+r.Float64()*size-size/2, y+r.Float64()*size-size/2))
				}
			}
			return append(ring, ring[0])
		}
		var g orb.MultiPolygon
		for range 1 + r.IntN(3) {
			p := orb.Polygon{ring()}
			for range r.IntN(3) {
				p = append(p, ring())
			}
			g = append(g, p)
		}
		got := draw(t, e, g)
		if err := valid(got); err != nil {
			t.Fatalf("seed %d: %v\nof %v\ngot %v", seed, err, g, got)
		}
	}
	if e.repairs == 0 {
		t.Error("nothing was mended")
	}
}
