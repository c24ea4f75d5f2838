package overlay_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"planatlas/geo"
	"planatlas/geo/overlay"
	"planatlas/geo/postgis"

	"github.com/paulmach/orb"
)

const west, south = 113.5, 37.8

func wkb(t testing.TB, g orb.Geometry) geo.WKB {
	t.Helper()
	b, err := postgis.Marshal(geo.Shape{SRID: geo.CGCS2000, Geom: g})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func star(rnd *rand.Rand, x, y, radius float64, n int) orb.Ring {
	var r orb.Ring
	for i := range n {
		at := 2 * math.Pi * (float64(i) + 0.8*rnd.Float64()) / float64(n)
		d := radius * (1 - 0.4*rnd.Float64())
		r = append(r, orb.Point{x + d*math.Cos(at), y + d*math.Sin(at)})
	}
	if rnd.IntN(2) == 0 {
		r.Reverse()
	}
	return append(r, r[0])
}

func area(rnd *rand.Rand) orb.Geometry {
	x, y, radius := west+0.01*rnd.Float64(), south+0.01*rnd.Float64(), 0.0002+0.006*rnd.Float64()
	p := orb.Polygon{star(rnd, x, y, radius, 9+rnd.IntN(60))}
	if rnd.IntN(3) == 0 {
		p = append(p, star(rnd, x, y, radius*0.3, 3+rnd.IntN(9)))
	}
	if rnd.IntN(4) == 0 {
		return orb.MultiPolygon{p, {star(rnd, x+2.5*radius, y, radius, 5+rnd.IntN(9))}}
	}
	return p
}

func square(x, y, side float64) orb.Polygon {
	return orb.Polygon{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}
}

func cut(t *testing.T, site orb.Geometry, parts ...orb.Geometry) (*overlay.Shape, overlay.Cut, error) {
	t.Helper()
	var pieces []geo.WKB
	for _, p := range parts {
		pieces = append(pieces, wkb(t, p))
	}
	s, err := overlay.NewRegion(site).Shape(pieces...)
	if err != nil {
		return nil, overlay.Cut{}, err
	}
	c, err := s.Cut()
	return s, c, err
}

// What two areas share and what they cover together add up to both, to what adding
// up strips comes to; what is called whole or inside is so.
func TestWhatIsSharedAndTheUnionAddUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var partial, whole, inside, apart, holes int
	for i := range 4000 {
		a, b := area(rnd), area(rnd)
		s, c, err := cut(t, a, b)
		if err != nil {
			t.Fatalf("pair %d: %v", i, err)
		}
		left, err := s.Left()
		if err != nil {
			t.Fatalf("pair %d: %v", i, err)
		}
		var shared geo.SquareMetres
		for _, p := range c.Areas {
			shared += geo.Area(p)
			holes += len(p) - 1
		}
		switch {
		case c.Whole:
			whole++
			shared = geo.Area(a)
		case c.Inside:
			inside++
			if got := math.Abs(float64(shared - geo.Area(b))); got > 1e-6 {
				t.Errorf("pair %d: inside, and %g m² too much", i, got)
			}
		case c.Meets:
			partial++
		default:
			apart++
		}
		if off := geo.Area(a) + geo.Area(b) - geo.UnionArea([]orb.Geometry{a, b}) - shared; math.Abs(float64(off)) > 1e-8*float64(geo.Area(a)+geo.Area(b)) {
			t.Errorf("pair %d: %g m² more than is shared", i, float64(off))
		}
		if off := geo.Area(a) - shared - geo.Area(orb.MultiPolygon(left)); math.Abs(float64(off)) > 1e-5 {
			t.Errorf("pair %d: %g m² more than is left", i, float64(off))
		}
		if c.Meets != (shared > 0) {
			t.Errorf("pair %d: meets is %v, %g m²", i, c.Meets, float64(shared))
		}
	}
	t.Logf("%d in part, %d whole, %d inside, %d apart, %d holes", partial, whole, inside, apart, holes)
	if min(partial, whole, inside, apart, holes) < 20 {
		t.Error("the pairs test too little")
	}
}

// Nothing is decided about shapes that touch, or come within a micrometre.
func TestWhatTouchesIsNotDecided(t *testing.T) {
	site := square(west, south, 0.01)
	for name, g := range map[string]orb.Geometry{
		"the same":               site,
		"a shared edge":          square(west+0.01, south, 0.01),
		"a part of an edge":      square(west+0.01, south+0.002, 0.001),
		"a corner":               square(west+0.01, south+0.01, 0.01),
		"a corner on an edge":    orb.Polygon{{{west + 0.01, south + 0.005}, {west + 0.02, south}, {west + 0.02, south + 0.01}, {west + 0.01, south + 0.005}}},
		"a hair apart":           square(west+0.01+1e-12, south, 0.01),
		"a hair inside":          square(west+0.001, south+1e-12, 0.001),
		"a line along an edge":   orb.LineString{{west - 0.01, south}, {west + 0.005, south}},
		"a line ends on it":      orb.LineString{{west - 0.01, south + 0.004}, {west, south + 0.005}},
		"a point on it":          orb.Point{west, south + 0.005},
		"a line and an area":     orb.Collection{square(west, south, 0.02), orb.LineString{{west, south}, {west, south + 1}}},
		"several points":         orb.MultiPoint{{west + 0.005, south + 0.005}, {west - 1, south}},
		"a ring of three":        orb.Polygon{{{west, south}, {west + 0.01, south}, {west, south}}},
		"an edge without length": orb.LineString{{west - 0.01, south}, {west - 0.01, south}},
	} {
		if _, c, err := cut(t, site, g); !errors.Is(err, overlay.ErrClose) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

func TestParts(t *testing.T) {
	// An L of three squares, cut where they meet; the lower parts are cut once more.
	rect := func(x0, y0, x1, y1 float64) orb.Polygon {
		return orb.Polygon{{{west + x0, south + y0}, {west + x1, south + y0}, {west + x1, south + y1}, {west + x0, south + y1}, {west + x0, south + y0}}}
	}
	l := []orb.Geometry{rect(0, 0, 0.01, 0.006), rect(0, 0.006, 0.01, 0.01), rect(0.01, 0, 0.02, 0.01), rect(0, 0.01, 0.01, 0.02)}
	for name, tc := range map[string]struct {
		site  orb.Geometry
		parts []orb.Geometry
		areas int
		whole bool
		err   error
	}{
		"over the seams":         {square(west+0.0051, south+0.0052, 0.0093), l, 1, false, nil},
		"over a seam, covered":   {square(west+0.0051, south+0.0012, 0.0083), l, 0, true, nil},
		"one part is missing":    {square(west+0.0051, south+0.0012, 0.0083), l[:2], 1, false, nil},
		"parts are a hair apart": {square(west+0.0051, south+0.0012, 0.0083), []orb.Geometry{rect(0, 0, 0.01, 0.01), rect(0.01+1e-12, 0, 0.02, 0.01)}, 0, false, overlay.ErrClose},
		"parts overlap":          {square(west+0.0051, south+0.0012, 0.0083), []orb.Geometry{rect(0, 0, 0.01, 0.01), rect(0, 0, 0.01, 0.01)}, 0, false, overlay.ErrClose},
		"parts touch in a point": {square(west+0.0051, south+0.0012, 0.0083), []orb.Geometry{rect(0, 0, 0.01, 0.01), rect(0.01, 0.01, 0.02, 0.02)}, 0, false, overlay.ErrClose},
	} {
		_, c, err := cut(t, tc.site, tc.parts...)
		if !errors.Is(err, tc.err) || err == nil && (len(c.Areas) != tc.areas || c.Whole != tc.whole) {
			t.Errorf("%s: %+v, %v", name, c, err)
			continue
		}
		var all, shared geo.SquareMetres
		for _, p := range tc.parts {
			all += geo.Area(p)
		}
		if shared = geo.Area(orb.MultiPolygon(c.Areas)); c.Whole {
			shared = geo.Area(tc.site)
		}
		want := all + geo.Area(tc.site) - geo.UnionArea(append([]orb.Geometry{tc.site}, tc.parts...))
		if err == nil && math.Abs(float64(shared-want)) > 1e-5 {
			t.Errorf("%s: %.6f m², want %.6f", name, float64(shared), float64(want))
		}
	}
}

func TestLines(t *testing.T) {
	site := orb.Polygon{square(west, south, 0.01)[0], square(west+0.004, south+0.004, 0.002)[0]}
	for name, tc := range map[string]struct {
		line   orb.LineString
		pieces int
		share  float64 // of its length
		inside bool
	}{
		"through the hole": {orb.LineString{{west - 0.01, south + 0.005}, {west + 0.02, south + 0.005}}, 2, 8. / 30, false},
		"inside":           {orb.LineString{{west + 0.001, south + 0.001}, {west + 0.009, south + 0.001}, {west + 0.009, south + 0.009}}, 1, 1, true},
		"in the hole":      {orb.LineString{{west + 0.0045, south + 0.005}, {west + 0.0055, south + 0.005}}, 0, 0, false},
		"outside":          {orb.LineString{{west - 0.001, south - 0.001}, {west + 0.02, south - 0.001}}, 0, 0, false},
		"out and in again": {orb.LineString{{west + 0.001, south + 0.001}, {west - 0.001, south + 0.001}, {west - 0.001, south + 0.003}, {west + 0.001, south + 0.003}}, 2, 0.307, false},
	} {
		_, c, err := cut(t, site, tc.line)
		if err != nil || len(c.Lines) != tc.pieces || c.Inside != tc.inside || c.Meets != (tc.pieces > 0) {
			t.Errorf("%s: %+v, %v", name, c, err)
			continue
		}
		if got := geo.Length(orb.MultiLineString(c.Lines)) / geo.Length(tc.line); math.Abs(got-tc.share) > 0.01 {
			t.Errorf("%s: %.4f of it", name, got)
		}
	}
}

func TestDistanceAndDepth(t *testing.T) {
	x, y := geo.Degree(south + 0.0005)
	site := square(west, south, 0.001)
	for name, tc := range map[string]struct {
		g    orb.Geometry
		want float64
	}{
		"an area in the east":   {square(west+0.0015, south+0.0002, 0.0002), 0.0005 * x},
		"a line in the west":    {orb.LineString{{west - 0.0001, south - 1}, {west - 0.0001, south + 1}}, 0.0001 * x},
		"a point in the north":  {orb.Point{west + 0.0005, south + 0.0012}, 0.0002 * y},
		"a point at the corner": {orb.Point{west + 0.0013, south + 0.0014}, math.Hypot(0.0003*x, 0.0004*y)},
		"farther than asked":    {orb.Point{west + 0.1, south}, math.Inf(1)},
	} {
		s, c, err := cut(t, site, tc.g)
		if err != nil || c.Meets {
			t.Fatalf("%s: %+v, %v", name, c, err)
		}
		d, _, err := s.Distance(300)
		if err != nil || d != tc.want && math.Abs(d-tc.want) > 1e-5*tc.want {
			t.Errorf("%s: %.5f m, want %.5f, %v", name, d, tc.want, err)
		}
	}
	for name, tc := range map[string]struct {
		g        orb.Geometry
		deepest  float64
		complete bool
	}{
		"covers it":         {square(west-0.01, south-0.01, 0.03), 0.0105 * x, true},
		"takes a corner":    {square(west+0.0008, south+0.0009, 0.01), 0.0002 * x, true},
		"a hairline":        {square(west-0.01, south-0.01, 0.01+1e-6), 1e-6 * x, true},
		"a line through it": {orb.LineString{{west - 1, south + 0.0005}, {west + 1, south + 0.0005}}, 0.0005 * x, false},
	} {
		s, c, err := cut(t, site, tc.g)
		if err != nil || !c.Meets {
			t.Fatalf("%s: %+v, %v", name, c, err)
		}
		d, err := s.Depth(c, 1000)
		if err != nil || d > tc.deepest*1.001 || tc.complete && d < tc.deepest*0.4 {
			t.Errorf("%s: %.4f m, at most %.4f, %v", name, d, tc.deepest, err)
		}
	}
}

func BenchmarkCut(b *testing.B) {
	rnd := rand.New(rand.NewPCG(3, 4))
	site := orb.Polygon{star(rnd, west, south, 0.003, 22)}
	parcel := wkb(b, orb.Polygon{star(rnd, west+0.002, south, 0.0015, 12)})
	b.ReportAllocs()
	for b.Loop() {
		s, err := overlay.NewRegion(site).Shape(parcel)
		if err == nil {
			_, err = s.Cut()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
