package overlay

import (
	"math"

	"github.com/paulmach/orb"
)

// Farthest is how many metres apart a shape and its region may be for their distance to
// be taken from straight lines between longitudes and latitudes.
const Farthest = 5000.

// widest is how large in degrees the region may be for that.
const widest = 0.2

// Distance returns how many metres the shape, which does not meet the region, is away,
// and where on it is nearest; infinity when it is farther than reach.
func (s *Shape) Distance(reach float64) (float64, orb.Point, error) {
	r := s.region
	if reach > Farthest || r.box.Max[0] > widest || r.box.Max[1] > widest {
		return 0, orb.Point{}, ErrClose
	}
	padX, padY := reach*1.01/r.lowX, reach*1.01/110574
	box := orb.Bound{Min: orb.Point{-padX, -padY}, Max: orb.Point{r.box.Max[0] + padX, r.box.Max[1] + padY}}
	near := r.other[:0]
	if s.Dimension == 0 {
		if p := s.lines[0][0]; overlaps(p, p, box) {
			near = append(near, edge{a: p, b: p})
		}
	} else {
		near = edgesIn(edgesIn(near, s.rings, box), s.lines, box)
	}
	r.other = near
	own := edgesIn(r.own[:0], r.rings, orb.Bound{Min: orb.Point{s.box.Min[0] - padX, s.box.Min[1] - padY}, Max: orb.Point{s.box.Max[0] + padX, s.box.Max[1] + padY}})
	r.own = own
	if err := r.afford(8*len(near), len(own)); err != nil { // each is worth some that only cross
		return 0, orb.Point{}, err
	}
	// The scale of a degree hardly changes: a hundredth of what the region is wide.
	whole := edge{b: r.box.Max}
	least := math.Inf(1)
	for _, e := range near {
		if e.farther(whole, least, r.x, r.y) {
			continue
		}
		for _, o := range own {
			if !e.farther(o, least, r.x, r.y) {
				d, _, _ := between(e, o, r.x, r.y, least)
				least = min(least, d)
			}
		}
	}
	best, at := math.Inf(1), orb.Point{}
	for _, e := range near {
		if e.farther(whole, least*1.02, r.x, r.y) {
			continue
		}
		for _, o := range own {
			if e.farther(o, least*1.02, r.x, r.y) {
				continue
			}
			if d, p, q := between(e, o, r.x, r.y, least*1.02); d <= least*1.02 {
				x, y := r.degree((p[1] + q[1]) / 2)
				if d, p, _ = between(e, o, x, y, math.Inf(1)); d < best {
					best, at = d, p
				}
			}
		}
	}
	if best > reach {
		best = math.Inf(1)
	}
	return best, r.back(at), nil
}

// farther reports whether two edges are surely more than so many metres apart: their
// boxes are.
func (e edge) farther(o edge, metres, x, y float64) bool {
	dx := max(0, min(o.a[0], o.b[0])-max(e.a[0], e.b[0]), min(e.a[0], e.b[0])-max(o.a[0], o.b[0])) * x
	dy := max(0, min(o.a[1], o.b[1])-max(e.a[1], e.b[1]), min(e.a[1], e.b[1])-max(o.a[1], o.b[1])) * y
	return dx*dx+dy*dy > metres*metres*1.0001
}

// between returns the distance of two edges that do not cross, and the points at which
// they are nearest, where a degree is so many metres; infinity when that is surely more
// than enough.
func between(e, o edge, x, y, enough float64) (d float64, p, q orb.Point) {
	d = math.Inf(1)
	square := enough * enough * 1.0001
	closer := func(a, b orb.Point) {
		dx, dy := (a[0]-b[0])*x, (a[1]-b[1])*y
		if dx*dx+dy*dy > square {
			return
		}
		if m := math.Hypot(dx, dy); m < d {
			d, p, q, square = m, a, b, m*m*1.0001
		}
	}
	closer(e.a, foot(e.a, o.a, o.b, x, y))
	closer(e.b, foot(e.b, o.a, o.b, x, y))
	closer(foot(o.a, e.a, e.b, x, y), o.a)
	closer(foot(o.b, e.a, e.b, x, y), o.b)
	return d, p, q
}

// foot is the point of an edge that is nearest to p.
func foot(p, a, b orb.Point, x, y float64) orb.Point {
	dx, dy := (b[0]-a[0])*x, (b[1]-a[1])*y
	square := dx*dx + dy*dy
	if square == 0 {
		return a
	}
	t := ((p[0]-a[0])*x*dx + (p[1]-a[1])*y*dy) / square
	switch {
	case t <= 0:
		return a
	case t >= 1:
		return b
	}
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}
