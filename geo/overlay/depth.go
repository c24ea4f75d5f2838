package overlay

import (
	"cmp"
	"math"
	"slices"

	"planatlas/geo"

	"github.com/paulmach/orb"
)

func (r *Region) degree(y float64) (float64, float64) { return geo.Degree(r.origin[1] + y) }

// Depth is how many metres the shape can move and surely still meets the region: how far
// a point of what is shared is from the edge of the region, or from that of the shape. It
// is a lower bound. Where it is enough there may be more; where not, the deepest point of
// an area has been looked for.
func (s *Shape) Depth(c Cut, enough float64) (float64, error) {
	most := 0.
	for _, p := range s.middles(c) {
		if most = max(most, s.clear(p, enough)); most >= enough {
			return most, nil
		}
	}
	if s.Dimension < 2 {
		return most, nil
	}
	var rings []ring
	areas := c.Areas
	if c.Whole {
		areas = s.region.polygons
	}
	for _, p := range areas {
		for _, one := range p {
			rings = append(rings, s.region.local(one))
		}
	}
	p, err := s.region.deepest(rings)
	return max(most, s.clear(p, math.Inf(1))), err
}

// clear is how far a point of what is shared is from the edge of the region, and when
// that is not enough, from that of the shape if it is farther.
func (s *Shape) clear(p orb.Point, enough float64) float64 {
	d := s.region.clear(p, s.region.rings)
	if d < enough && s.Dimension == 2 {
		d = max(d, s.region.clear(p, s.rings))
	}
	return d
}

// middles are points inside what is shared, in local coordinates.
func (s *Shape) middles(c Cut) (out []orb.Point) {
	r := s.region
	if s.Dimension == 0 {
		return s.lines[0]
	}
	for _, l := range c.Lines {
		l := r.local(l)
		for i := 1; i < len(l); i++ {
			out = append(out, orb.Point{(l[i-1][0] + l[i][0]) / 2, (l[i-1][1] + l[i][1]) / 2}, l[i-1], l[i])
		}
	}
	if s.Dimension == 1 {
		return out[:min(len(out), 512)]
	}
	areas := c.Areas
	if c.Whole {
		areas = r.polygons
	}
	if len(areas) == 0 {
		return nil
	}
	largest := slices.MaxFunc(areas, func(a, b orb.Polygon) int { return cmp.Compare(math.Abs(area(ring(a[0]))), math.Abs(area(ring(b[0])))) })
	var rings []ring
	for _, one := range largest {
		rings = append(rings, r.local(one))
	}
	for _, share := range [...]float64{0.5, 0.3, 0.7} {
		if p, there := middle(rings, share); there {
			out = append(out, p)
		}
	}
	return out
}

// middle is in the middle of the widest stretch of a polygon at a share of its height.
func middle(rings []ring, share float64) (orb.Point, bool) {
	box := orb.Ring(rings[0]).Bound()
	y := box.Min[1] + share*(box.Max[1]-box.Min[1])
	var xs []float64
	for _, r := range rings {
		for i := 1; i < len(r); i++ {
			if a, b := r[i-1], r[i]; (a[1] > y) != (b[1] > y) {
				xs = append(xs, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
			}
		}
	}
	slices.Sort(xs)
	best, at := 0., 0.
	for i := 1; i < len(xs); i += 2 {
		if w := xs[i] - xs[i-1]; w > best {
			best, at = w, (xs[i]+xs[i-1])/2
		}
	}
	return orb.Point{at, y}, best > 0
}

// clear is how far a point is from the edges of rings, in metres and never more than
// it is.
func (r *Region) clear(p orb.Point, rings []ring) float64 {
	least := math.Inf(1)
	for _, one := range rings {
		for i := 1; i < len(one); i++ {
			q := foot(p, one[i-1], one[i], r.lowX, 110574)
			least = min(least, math.Hypot((p[0]-q[0])*r.lowX, (p[1]-q[1])*110574))
		}
	}
	return least
}
