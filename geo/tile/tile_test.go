package tile

import (
	"math"
	"testing"

	"planatlas/geo"

	"github.com/paulmach/orb"
)

func TestSets(t *testing.T) {
	for _, c := range []struct {
		id            string
		srid          geo.SRID
		z             uint32
		columns, rows uint32
		scale         float64 // denominator
		origin        [2]float64
	}{
		// 17-083r4, annex D.1 and D.2.
		{"WebMercatorQuad", 3857, 0, 1, 1, 559082264.028717, [2]float64{-20037508.3427892, 20037508.3427892}},
		{"WebMercatorQuad", 3857, 24, 16777216, 16777216, 33.3238997477, [2]float64{-20037508.3427892, 20037508.3427892}},
		{"WorldCRS84Quad", 4326, 0, 2, 1, 279541132.014358, [2]float64{-180, 90}},
		{"WorldCRS84Quad", 4326, 17, 262144, 131072, 2132.72958384978, [2]float64{-180, 90}},
		{"CGCS2000Quad", 4490, 1, 2, 1, 279541132.014358, [2]float64{90, -180}},
		{"CGCS2000Quad", 4490, 18, 262144, 131072, 2132.72958384978, [2]float64{90, -180}},
	} {
		s, ok := Named(c.id)
		m := s.Matrix(c.z)
		if !ok || s.SRID() != c.srid || m.Columns != c.columns || m.Rows != c.rows || math.Abs(m.ScaleDenominator/c.scale-1) > 1e-9 {
			t.Errorf("%s: got %v, %+v", c.id, s.SRID(), m)
		}
		for i, v := range m.PointOfOrigin {
			if math.Abs(v-c.origin[i]) > 1e-6 {
				t.Errorf("%s: origin %v, want %v", c.id, m.PointOfOrigin, c.origin)
			}
		}
		if (c.z == s.MinZoom()) == (c.z == s.MaxZoom()) {
			t.Errorf("%s: zooms %d to %d", c.id, s.MinZoom(), s.MaxZoom())
		}
	}
	if _, ok := Named("webmercatorquad"); ok {
		t.Error("a name in small letters was taken")
	}
}

func TestValid(t *testing.T) {
	for _, c := range []struct {
		id   ID
		want bool
	}{
		{ID{WebMercatorQuad, 0, 0, 0}, true}, {ID{WebMercatorQuad, 0, 1, 0}, false}, {ID{WebMercatorQuad, 25, 0, 0}, false},
		{ID{WorldCRS84Quad, 0, 1, 0}, true}, {ID{WorldCRS84Quad, 0, 0, 1}, false}, {ID{WorldCRS84Quad, 18, 0, 0}, false},
		{ID{CGCS2000Quad, 0, 0, 0}, false}, {ID{CGCS2000Quad, 1, 1, 0}, true}, {ID{CGCS2000Quad, 1, 0, 1}, false}, {ID{}, false},
	} {
		if got := c.id.Valid(); got != c.want {
			t.Errorf("%v: got %t", c.id, got)
		}
	}
	if s := (ID{WebMercatorQuad, 12, 3337, 1587}).String(); s != "WebMercatorQuad/12/1587/3337" {
		t.Error(s)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// TestBound compares with PostGIS's ST_TileEnvelope, and with the halving of degrees.
func TestBound(t *testing.T) {
	for _, c := range []struct {
		id   ID
		want orb.Bound
	}{
		{ID{WebMercatorQuad, 0, 0, 0}, orb.Bound{Min: orb.Point{-180, -85.0511287798066}, Max: orb.Point{180, 85.0511287798066}}},
		{ID{WebMercatorQuad, 12, 3337, 1587}, orb.Bound{Min: orb.Point{113.291015625, 37.43997405227058}, Max: orb.Point{113.37890625, 37.509725842937506}}},
		{ID{WebMercatorQuad, 22, 4194303, 5}, orb.Bound{Min: orb.Point{179.99991416931152, 85.05108435360643}, Max: orb.Point{180, 85.05109175800075}}},
	} {
		got := c.id.Bound()
		for i := range 2 {
			if !near(got.Min[i], c.want.Min[i]) || !near(got.Max[i], c.want.Max[i]) {
				t.Errorf("%v: got %v, want %v", c.id, got, c.want)
			}
		}
	}
	want := orb.Bound{Min: orb.Point{90, 0}, Max: orb.Point{135, 45}}
	for _, id := range []ID{{WorldCRS84Quad, 2, 6, 1}, {CGCS2000Quad, 3, 6, 1}} {
		if got := id.Bound(); got != want {
			t.Errorf("%v: got %v, want %v", id, got, want)
		}
	}
	if got := (ID{WorldCRS84Quad, 2, 7, 0}).Buffered(0.5); got != (orb.Bound{Min: orb.Point{112.5, 22.5}, Max: orb.Point{180, 90}}) {
		t.Errorf("got %v: the set ends at 180 and 90 degrees", got)
	}
}

func TestParent(t *testing.T) {
	if p, ok := (ID{WebMercatorQuad, 12, 3337, 1587}).Parent(); !ok || p != (ID{WebMercatorQuad, 11, 1668, 793}) {
		t.Error(p, ok)
	}
	if p, ok := (ID{CGCS2000Quad, 1, 1, 0}).Parent(); ok {
		t.Error(p)
	}
}

// TestCovering compares blocks with the boxes of the tiles around them.
func TestCovering(t *testing.T) {
	b := orb.Bound{Min: orb.Point{113.3, 37.7}, Max: orb.Point{113.9, 38.2}}
	for _, s := range Sets() {
		for _, share := range []float64{0, 1.0 / 64, 1} {
			for z := s.MinZoom(); z < 12; z++ {
				r, ok := s.Covering(z, b, share)
				if !ok || r.Len() == 0 {
					t.Fatal(s, z)
				}
				n := uint64(0)
				for id := range r.All() {
					n++
					if box := id.Buffered(share); !r.Contains(id) || !box.Intersects(b) {
						t.Errorf("%v does not touch", id)
					}
				}
				if n != r.Len() {
					t.Errorf("%d tiles, want %d", n, r.Len())
				}
				for _, out := range []ID{{s, z, r.MinX - 1, r.MinY}, {s, z, r.MaxX + 1, r.MinY}, {s, z, r.MinX, r.MinY - 1}, {s, z, r.MinX, r.MaxY + 1}} {
					if out.Valid() && (r.Contains(out) || out.Buffered(share).Intersects(b)) {
						t.Errorf("%v touches", out)
					}
				}
			}
		}
	}
	// What lies on a border touches both sides, at the ends of the world one.
	if r, ok := WorldCRS84Quad.Covering(2, orb.Bound{Min: orb.Point{90, 45}, Max: orb.Point{90, 45}}, 0); !ok || r != (Range{WorldCRS84Quad, 2, 5, 0, 6, 1}) {
		t.Error(r, ok)
	}
	if r, ok := WebMercatorQuad.Covering(3, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, 0); !ok || r.Len() != 64 {
		t.Error(r, ok)
	}
	for _, b := range []orb.Bound{{Min: orb.Point{2, 0}, Max: orb.Point{1, 0}}, {Min: orb.Point{math.NaN(), 0}, Max: orb.Point{1, 0}}, {Min: orb.Point{181, 0}, Max: orb.Point{182, 0}}} {
		if r, ok := WebMercatorQuad.Covering(9, b, 0); ok {
			t.Errorf("%v: got %v", b, r)
		}
	}
}

// TestProjector compares the polynomial with the formula all over tiles, and the
// length of a step with how far its middle leaves the chord.
func TestProjector(t *testing.T) {
	for _, s := range Sets() {
		for z := s.MinZoom(); z <= s.MaxZoom(); z++ {
			columns, rows := s.Size(z)
			for _, y := range []uint32{0, rows / 3, rows / 2, rows - 1} {
				id := ID{s, z, columns * 4 / 5, y}
				p := id.Projector(4096)
				b := id.Buffered(0.1)
				for i := range 11 {
					f := float64(i) / 10
					lon, lat := b.Min[0]+f*(b.Max[0]-b.Min[0]), b.Min[1]+f*(b.Max[1]-b.Min[1])
					wx, wy := id.Position(lon, lat)
					if x, yy := p.XY(lon, lat); math.Abs(x-4096*wx) > 1e-4 || math.Abs(yy-4096*wy) > 1e-4 {
						t.Errorf("%v: got %v %v, want %v %v", id, x, yy, 4096*wx, 4096*wy)
					}
				}
				if p.Step() < b.Max[1]-b.Min[1] {
					_, low := p.XY(0, b.Min[1])
					_, middle := p.XY(0, b.Min[1]+p.Step()/2)
					_, high := p.XY(0, b.Min[1]+p.Step())
					if bend := math.Abs(middle - (low+high)/2); bend > 0.7 {
						t.Errorf("%v: an edge of a step leaves its chord by %v", id, bend)
					}
				}
			}
		}
	}
}
