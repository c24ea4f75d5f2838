// Package overlay cuts shapes out of a region, in longitude and latitude, where it is
// plain how both lie: no vertex of one is on, or within a micrometre of, an edge of the
// other. There every decision is far outside the error of arithmetic, and nothing has
// to be snapped. All else is refused with [ErrClose], and is left to a library that
// takes the greatest care.
package overlay

import (
	"errors"
	"math"

	"planatlas/geo"

	"github.com/paulmach/orb"
)

// ErrClose says that shapes lie too close together, or are too large, to be decided
// here.
var ErrClose = errors.New("overlay: too close to decide")

const (
	// tiny is the distance in degrees under which positions are not told apart: a
	// micrometre. Differences of coordinates are exact, and so products of them
	// are, to a millionth of this.
	tiny = 1e-11
	// apart is how far, in degrees, edges along different meridians or parallels
	// have to be from each other where parts are put together.
	apart = 1e-9
	// most is how many pairs of edges are looked at for one region.
	most = 32 << 20
)

// ring is a closed walk with the inside on its left; the first point is the last one
// too. Coordinates are less those of the region's origin.
type ring []orb.Point

// Region is what shapes are cut with: polygons, in longitude and latitude. It is for
// one goroutine.
type Region struct {
	origin   orb.Point
	box      orb.Bound
	rings    []ring
	polygons []orb.Polygon
	lowX     float64 // metres that a degree of longitude is at least
	x, y     float64 // metres of a degree in the middle
	pairs    int     // of edges that were looked at

	own, other []edge // kept for the next shape
}

// NewRegion makes a region of the polygons of a geometry.
func NewRegion(g orb.Geometry) *Region {
	b := g.Bound()
	r := &Region{origin: b.Min, polygons: geo.Polygons(g)}
	for _, p := range r.polygons {
		for i, one := range p {
			r.rings = append(r.rings, directed(r.local(one), i == 0))
		}
	}
	n := 0
	for _, one := range r.rings {
		n += len(one)
	}
	r.own = make([]edge, 0, n)
	r.box = orb.Bound{Max: orb.Point{b.Max[0] - b.Min[0], b.Max[1] - b.Min[1]}}
	r.lowX = 111319 * math.Cos(math.Max(math.Abs(b.Min[1]), math.Abs(b.Max[1]))*math.Pi/180)
	r.x, r.y = geo.Degree(b.Center()[1])
	return r
}

// afford counts pairs of edges to look at.
func (r *Region) afford(own, other int) error {
	if own > most || other > most {
		return ErrClose
	}
	if r.pairs += own * other; r.pairs > most {
		return ErrClose
	}
	return nil
}

// local takes the origin off, and points that are said twice.
func (r *Region) local(points []orb.Point) ring {
	out := make(ring, 0, len(points))
	for _, p := range points {
		q := orb.Point{p[0] - r.origin[0], p[1] - r.origin[1]}
		if len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	return out
}

func (r *Region) back(p orb.Point) orb.Point {
	return orb.Point{p[0] + r.origin[0], p[1] + r.origin[1]}
}

func (r *Region) global(points []orb.Point) []orb.Point {
	out := make([]orb.Point, len(points))
	for i, p := range points {
		out[i] = r.back(p)
	}
	return out
}

// directed turns a ring so that the inside of a shell, or the outside of a hole, is on
// its left.
func directed(r ring, shell bool) ring {
	if (area(r) > 0) != shell {
		orb.Ring(r).Reverse()
	}
	return r
}

// area is twice the area of a ring in square degrees, positive when it runs
// anticlockwise.
func area(r ring) (a float64) {
	for i := 1; i < len(r); i++ {
		a += (r[i-1][0] - r[0][0]) * (r[i][1] - r[0][1])
		a -= (r[i][0] - r[0][0]) * (r[i-1][1] - r[0][1])
	}
	return a
}

// Shape is a feature: areas, lines or a point, in one piece or in parts that were cut
// along meridians and parallels.
type Shape struct {
	Dimension int
	region    *Region
	rings     []ring
	lines     []ring
	box       orb.Bound
	parts     int
}

// Shape reads a feature from the WKB of its parts, of one dimension.
func (r *Region) Shape(parts ...geo.WKB) (*Shape, error) {
	s := &Shape{region: r, parts: len(parts), Dimension: -1, box: orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}}
	mixed := false
	for _, b := range parts {
		if err := b.Parts(func(p geo.Part) { mixed = !s.add(p) || mixed }); err != nil {
			return nil, err
		}
	}
	if mixed || s.Dimension < 0 || s.Dimension == 0 && len(s.lines) != 1 {
		return nil, ErrClose
	}
	if s.Dimension == 2 && s.parts > 1 {
		var err error
		if s.rings, err = dissolve(s.rings); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// add takes a part of the feature; false when it is of another dimension than those
// before, or nothing.
func (s *Shape) add(p geo.Part) bool {
	one := make(ring, 0, p.Len())
	origin, box := s.region.origin, s.box
	for i := range p.Len() {
		x, y := p.XY(i)
		q := orb.Point{x - origin[0], y - origin[1]}
		if len(one) > 0 && one[len(one)-1] == q { // said twice
			continue
		}
		one = append(one, q)
		box.Min[0], box.Min[1] = min(box.Min[0], q[0]), min(box.Min[1], q[1])
		box.Max[0], box.Max[1] = max(box.Max[0], q[0]), max(box.Max[1], q[1])
	}
	s.box = box
	dimension := 2
	switch p.Kind {
	case geo.PointPart, geo.LinePart:
		dimension = int(p.Kind)
		s.lines = append(s.lines, one)
	default:
		s.rings = append(s.rings, directed(one, p.Kind == geo.ShellPart))
		if len(one) < 4 {
			return false
		}
	}
	if s.Dimension < 0 {
		s.Dimension = dimension
	}
	return s.Dimension == dimension && (len(one) > 1 || dimension == 0)
}

// turn is on which side of the line from a to b the point p is: positive on the left.
// It is the distance from the line times the length of the edge.
func turn(a, b, p orb.Point) float64 {
	return (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
}

// cross says whether the edges from a to b and from c to d cross; how far along each,
// from 0 to 1; and whether the second comes from the right of the first.
func cross(a, b, c, d orb.Point) (s, t float64, fromRight, crosses bool, err error) {
	first, second := tiny*length(a, b), tiny*length(c, d)
	oc, od := turn(a, b, c), turn(a, b, d)
	if oc > first && od > first || oc < -first && od < -first {
		return 0, 0, false, false, nil
	}
	oa, ob := turn(c, d, a), turn(c, d, b)
	if oa > second && ob > second || oa < -second && ob < -second {
		return 0, 0, false, false, nil
	}
	if math.Abs(oc) <= first || math.Abs(od) <= first || math.Abs(oa) <= second || math.Abs(ob) <= second {
		return 0, 0, false, false, ErrClose
	}
	return oa / (oa - ob), oc / (oc - od), oc < 0, true, nil
}

func length(a, b orb.Point) float64 { return math.Hypot(b[0]-a[0], b[1]-a[1]) }

// within reports whether a point lies inside the rings.
func within(p orb.Point, rings []ring) (bool, error) {
	inside := false
	for _, r := range rings {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			if (a[1] > p[1]) == (b[1] > p[1]) {
				continue
			}
			o := turn(a, b, p)
			if math.Abs(o) <= tiny*length(a, b) {
				return false, ErrClose
			}
			if (o > 0) == (b[1] > a[1]) {
				inside = !inside
			}
		}
	}
	return inside, nil
}
