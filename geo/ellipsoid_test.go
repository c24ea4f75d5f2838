package geo

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

func box(x0, y0, x1, y1 float64) orb.Polygon {
	return orb.Polygon{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}}
}

// The area of the whole ellipsoid in closed form, and a degree of longitude of it.
func TestAreaOfTheEllipsoid(t *testing.T) {
	e := math.Sqrt(eccentricity)
	want := 2 * math.Pi * semiMajor * semiMajor * (1 + (1-eccentricity)/e*math.Atanh(e)) / 360
	if got := float64(Area(box(0, -90, 1, 90))); math.Abs(got/want-1) > 1e-14 {
		t.Errorf("got %.3f, want %.3f", got, want)
	}
}

func TestAreaOfHolesAndParts(t *testing.T) {
	whole := Area(box(113, 37, 113.1, 37.1))
	hole := box(113.02, 37.02, 113.04, 37.04)
	holed := append(box(113, 37, 113.1, 37.1), hole[0])
	if got := Area(holed) + Area(hole); math.Abs(float64(got-whole)) > 1e-6 {
		t.Errorf("hole and rest are %.6f, want %.6f", got, whole)
	}
	g := orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}, orb.MultiPolygon{holed, hole}}
	if got := Area(g); math.Abs(float64(got-whole)) > 1e-6 {
		t.Errorf("the parts are %.6f, want %.6f", got, whole)
	}
	if Area(orb.Polygon{}) != 0 || Area(nil) != 0 || Area(orb.Polygon{{}}) != 0 {
		t.Error("nothing has an area")
	}
}

// An edge that is cut into short ones has the same area and length.
func TestCuttingAnEdgeChangesNothing(t *testing.T) {
	long := orb.Polygon{{{113, 37}, {114.2, 37.3}, {113.4, 38.1}, {113, 37}}}
	var short orb.Ring
	for i := 1; i < len(long[0]); i++ {
		p, q := long[0][i-1], long[0][i]
		for k := range 2000 {
			f := float64(k) / 2000
			short = append(short, orb.Point{p[0] + (q[0]-p[0])*f, p[1] + (q[1]-p[1])*f})
		}
	}
	short = append(short, short[0])
	if a, b := Area(long), Area(orb.Polygon{short}); math.Abs(float64(a-b)) > 1e-11*float64(a) {
		t.Errorf("area %.4f and %.4f", a, b)
	}
	if a, b := Length(long), Length(orb.Polygon{short}); math.Abs(a-b) > 1e-8*a {
		t.Errorf("length %.6f and %.6f", a, b)
	}
}

func TestUnionArea(t *testing.T) {
	a, b, c := box(113, 37, 113.02, 37.02), box(113.01, 37.01, 113.03, 37.03), box(113.02, 37, 113.04, 37.01)
	want := Area(a) + Area(b) + Area(c) - Area(box(113.01, 37.01, 113.02, 37.02))
	for _, gs := range [][]orb.Geometry{{a, b, c}, {c, b, a}, {b, a, c, a, b}, {orb.MultiPolygon{a, c}, b}} {
		if got := UnionArea(gs); math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("%.6f, want %.6f", got, want)
		}
	}
	if got := UnionArea([]orb.Geometry{append(box(113, 37, 113.1, 37.1), box(113.02, 37.02, 113.04, 37.04)[0]), box(113.03, 37.03, 113.05, 37.05)}); math.Abs(float64(got-
		Area(box(113, 37, 113.1, 37.1))+Area(box(113.02, 37.02, 113.04, 37.04))-Area(box(113.03, 37.03, 113.04, 37.04)))) > 1e-6 {
		t.Errorf("a hole that is covered in part: %.6f", got)
	}
	big := orb.Polygon{{{113, 37}, {114.2, 37.3}, {113.4, 39.1}, {113, 37}}}
	if got, want := UnionArea([]orb.Geometry{big}), Area(big); math.Abs(float64(got-want)) > 1e-9*float64(want) {
		t.Errorf("one large triangle: %.3f, want %.3f", got, want)
	}
	if UnionArea(nil) != 0 {
		t.Error("nothing has an area")
	}
}

// Random triangles: the union is the same whatever their order, and a fine grid of
// points agrees.
func TestUnionAreaOfTriangles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var gs []orb.Geometry
		for range 12 {
			p := func() orb.Point { return orb.Point{113 + rnd.Float64()*0.01, 37 + rnd.Float64()*0.01} }
			a, b, c := p(), p(), p()
			gs = append(gs, orb.Polygon{{a, b, c, a}})
		}
		got := float64(UnionArea(gs))
		rnd.Shuffle(len(gs), func(i, j int) { gs[i], gs[j] = gs[j], gs[i] })
		if again := float64(UnionArea(gs)); again != got {
			t.Errorf("%.9f in another order, %.9f before", again, got)
		}
		const n = 400
		hits := 0
		for i := range n {
			for k := range n {
				x, y := 113+(float64(i)+0.5)/n*0.01, 37+(float64(k)+0.5)/n*0.01
				for _, g := range gs {
					if inTriangle(g.(orb.Polygon)[0], x, y) {
						hits++
						break
					}
				}
			}
		}
		want := float64(hits) / n / n * float64(Area(box(113, 37, 113.01, 37.01)))
		if math.Abs(got-want) > 0.01*want {
			t.Errorf("%.0f, by points %.0f", got, want)
		}
	}
}

func inTriangle(r orb.Ring, x, y float64) bool {
	in := false
	for i := 1; i < len(r); i++ {
		p, q := r[i-1], r[i]
		if (p[1] > y) != (q[1] > y) && x < p[0]+(q[0]-p[0])*(y-p[1])/(q[1]-p[1]) {
			in = !in
		}
	}
	return in
}
