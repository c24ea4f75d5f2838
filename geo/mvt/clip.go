package mvt

import (
	"planatlas/geo"

	"github.com/paulmach/orb"
)

// The sides of the box beyond which a position may lie.
const (
	west uint8 = 1 << iota
	east
	south
	north
)

// sides tells beyond which sides of the box a position lies; none inside and on the
// border.
func sides(b *orb.Bound, x, y float64) (out uint8) {
	if x < b.Min[0] {
		out = west
	} else if x > b.Max[0] {
		out = east
	}
	if y < b.Min[1] {
		return out | south
	}
	if y > b.Max[1] {
		return out | north
	}
	return out
}

// clipper cuts rings and lines at a box, in degrees: there the sides are straight
// whatever the projection, and what lies outside need not be projected. It keeps
// its memory.
type clipper struct {
	way, spare []orb.Point
}

// clipRing returns a ring cut to the box, without its first position repeated. Cut
// in several pieces it is still one ring, whose edges on the border lie on each
// other (Sutherland and Hodgman); mending takes them apart.
func (c *clipper) clipRing(p geo.Part, n int, box orb.Bound) []orb.Point {
	out := c.load(p, n, &box)
	for side := west; side <= north; side <<= 1 {
		if out&side != 0 {
			c.cut(side, &box)
		}
	}
	return c.way
}

// load takes over the positions of a ring, except those of a run that stays beyond
// one side: the straight way from the first to the last of them stays there too,
// so what is cut off is the same. It returns all sides that positions kept lie beyond.
func (c *clipper) load(p geo.Part, n int, box *orb.Bound) (all uint8) {
	if x, y := p.XY(0); n > 1 {
		if lx, ly := p.XY(n - 1); x == lx && y == ly {
			n--
		}
	}
	c.way = c.way[:0]
	var run uint8 // the sides beyond which all positions since the last kept one lie
	var last orb.Point
	waiting := false
	for i := range n {
		x, y := p.XY(i)
		out := sides(box, x, y)
		all |= out
		if run&out != 0 {
			run &= out
			last, waiting = orb.Point{x, y}, true
			continue
		}
		if waiting {
			c.way = append(c.way, last)
			waiting = false
		}
		c.way = append(c.way, orb.Point{x, y})
		run = out
	}
	if waiting {
		c.way = append(c.way, last)
	}
	return all
}

// cut cuts the ring at one side of the box.
func (c *clipper) cut(side uint8, box *orb.Bound) {
	axis, at := 0, box.Min[0]
	switch side {
	case east:
		at = box.Max[0]
	case south:
		axis, at = 1, box.Min[1]
	case north:
		axis, at = 1, box.Max[1]
	}
	low := side == west || side == south
	in := c.way
	cut := c.spare[:0]
	if len(in) > 0 {
		a := in[len(in)-1]
		inside := a[axis] == at || a[axis] > at == low
		for _, b := range in {
			is := b[axis] == at || b[axis] > at == low
			if is != inside {
				cut = append(cut, cross(a, b, axis, at))
			}
			if is {
				cut = append(cut, b)
			}
			a, inside = b, is
		}
	}
	c.way, c.spare = cut, in
}

// cross returns where the way from a to b has the value at on an axis. It is the
// same from either end, so that neighbours stay neighbours.
func cross(a, b orb.Point, axis int, at float64) orb.Point {
	if a[axis] > b[axis] {
		a, b = b, a
	}
	other := 1 - axis
	var p orb.Point
	p[axis] = at
	p[other] = a[other] + (b[other]-a[other])*((at-a[axis])/(b[axis]-a[axis]))
	return p
}

// clipLine calls each for every piece of a line that lies in the box.
func (c *clipper) clipLine(p geo.Part, n int, box orb.Bound, each func([]orb.Point)) {
	c.way = c.way[:0]
	x, y := p.XY(0)
	a, out := orb.Point{x, y}, sides(&box, x, y)
	for i := 1; i < n; i++ {
		x, y := p.XY(i)
		b, next := orb.Point{x, y}, sides(&box, x, y)
		if out&next == 0 {
			if from, to, ok := segment(a, b, out, next, &box); ok {
				if len(c.way) == 0 {
					c.way = append(c.way, from)
				}
				c.way = append(c.way, to)
			}
		}
		if next != 0 && len(c.way) > 0 {
			each(c.way)
			c.way = c.way[:0]
		}
		a, out = b, next
	}
	if len(c.way) > 0 {
		each(c.way)
	}
}

// segment returns the part of a to b that lies in the box (Cohen and Sutherland);
// out and next are the sides beyond which the ends lie, none in common.
func segment(a, b orb.Point, out, next uint8, box *orb.Bound) (from, to orb.Point, ok bool) {
	from, to = a, b
	for out|next != 0 {
		if out&next != 0 {
			return from, to, false
		}
		end, beyond := &from, &out
		if out == 0 {
			end, beyond = &to, &next
		}
		switch {
		case *beyond&west != 0:
			*end = cross(a, b, 0, box.Min[0])
		case *beyond&east != 0:
			*end = cross(a, b, 0, box.Max[0])
		case *beyond&south != 0:
			*end = cross(a, b, 1, box.Min[1])
		default:
			*end = cross(a, b, 1, box.Max[1])
		}
		*beyond = sides(box, end[0], end[1])
	}
	return from, to, true
}
