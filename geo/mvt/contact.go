package mvt

import "slices"

// edge is a straight piece of a ring, from the lesser position to the greater one.
type edge struct {
	a, b grid
	ring int // of which it is an edge
	at   int // its place in the ring
	of   int // how many edges the ring has
}

// few is up to how many edges every pair is looked at.
const few = 24

// needsMending tells whether the rings of a shape are not those of valid polygons:
// whether edges touch that are not neighbours, or rings are not nested as shells and
// holes are. It may be wrong in one direction only: a hole may touch a shell in one
// position and is mended without need.
func (s *shape) needsMending() bool {
	switch {
	case len(s.paths) == 0:
		return false
	case len(s.paths) == 1:
		return s.contact(s.paths)
	}
	return s.contact(s.paths) || !s.nested()
}

// touchesItself looks at every pair of a ring's edges that are not neighbours.
func touchesItself(ring []grid) bool {
	n := len(ring)
	for i := 0; i+2 < n; i++ {
		a, b := ring[i], ring[i+1]
		west, east, south, north := min(a.x, b.x), max(a.x, b.x), min(a.y, b.y), max(a.y, b.y)
		c := ring[i+2]
		for j := i + 2; j < n; j++ {
			d := ring[0]
			if j+1 < n {
				d = ring[j+1]
			} else if i == 0 {
				break
			}
			if max(c.x, d.x) >= west && min(c.x, d.x) <= east && max(c.y, d.y) >= south && min(c.y, d.y) <= north && meet(a, b, c, d) {
				return true
			}
			c = d
		}
	}
	return false
}

// meet tells whether two edges whose boxes meet have a position in common.
func meet(a, b, c, d grid) bool {
	p, q := turn(a, b, c), turn(a, b, d)
	if p > 0 && q > 0 || p < 0 && q < 0 {
		return false
	}
	p, q = turn(c, d, a), turn(c, d, b)
	return !(p > 0 && q > 0 || p < 0 && q < 0)
}

// contact tells whether edges of some rings of the shape touch that are not
// neighbours.
func (s *shape) contact(rings []path) bool {
	if len(rings) == 1 && rings[0].to-rings[0].from <= few {
		return touchesItself(s.at[rings[0].from:rings[0].to])
	}
	s.edges = s.edges[:0]
	south, north := s.at[rings[0].from].y, s.at[rings[0].from].y
	for r, p := range rings {
		ring := s.at[p.from:p.to]
		a := ring[len(ring)-1]
		for i, b := range ring {
			e := edge{a, b, r, i, len(ring)}
			if b.less(a) {
				e.a, e.b = b, a
			}
			s.edges = append(s.edges, e)
			south, north = min(south, b.y), max(north, b.y)
			a = b
		}
	}
	s.sorted = slices.Grow(s.sorted[:0], len(s.edges))[:len(s.edges)]
	byPosition(&s.columns, s.edges, s.sorted, func(e *edge) grid { return e.a }, nil)
	s.bands.begin(south, north)
	return s.sweepEdges()
}

// sweepEdges compares each edge with those before that reach as far east.
func (s *shape) sweepEdges() bool {
	touch := func(i, j int32) bool {
		e, f := &s.sorted[i], &s.sorted[j]
		return !neighbours(e, f) && meet(e.a, e.b, f.a, f.b)
	}
	for i := range s.sorted {
		e := &s.sorted[i]
		if _, found := s.bands.meet(reachOf(e.a, e.b, i), e.a.x, touch); found {
			return true
		}
	}
	return false
}

// neighbours tells whether two edges follow each other in a ring. They cannot be in
// line, as spikes were removed.
func neighbours(e, f *edge) bool {
	if e.ring != f.ring {
		return false
	}
	d := e.at - f.at
	return d == 1 || d == -1 || d == e.of-1 || d == 1-e.of
}

// nested tells whether each shell lies in an even number of other rings, and each
// hole in its shell and in no ring between; the rings have no contact. It is wrong in
// one direction when there are too many rings to tell.
func (s *shape) nested() bool {
	s.boxes = s.boxes[:0]
	for _, p := range s.paths {
		s.boxes = append(s.boxes, s.boxOf(p))
	}
	shell, depth, effort := 0, 0, 0
	for i, p := range s.paths {
		in, own := 0, false
		at := middle(s.at[p.from], s.at[p.from+1])
		for j, q := range s.paths {
			if i == j || !s.boxes[j].holds(at) {
				continue
			}
			if effort += q.to - q.from; effort > mostEffort {
				return false
			}
			if s.inside(at, q) {
				in++
				own = own || j == shell
			}
		}
		if !p.hole {
			shell, depth = i, in
		}
		if !p.hole && in%2 != 0 || p.hole && (in != depth+1 || !own) {
			return false
		}
	}
	return true
}

// box is the box around a ring, on the grid twice as fine of [middle].
type box struct{ low, high grid }

func (b box) holds(p grid) bool {
	return p.x >= b.low.x && p.x <= b.high.x && p.y >= b.low.y && p.y <= b.high.y
}

func (s *shape) boxOf(p path) box {
	first := s.at[p.from]
	b := box{first, first}
	for _, q := range s.at[p.from:p.to] {
		b.low, b.high = grid{min(b.low.x, q.x), min(b.low.y, q.y)}, grid{max(b.high.x, q.x), max(b.high.y, q.y)}
	}
	return box{middle(b.low, b.low), middle(b.high, b.high)}
}

// middle returns twice the middle of an edge: a position of a grid twice as fine.
func middle(a, b grid) grid { return grid{a.x + b.x, a.y + b.y} }

// inside tells whether the middle of an edge, as [middle] gives it, lies in a ring
// that does not pass there.
func (s *shape) inside(p grid, q path) bool {
	ring := s.at[q.from:q.to]
	in := false
	a := ring[len(ring)-1]
	a = middle(a, a)
	for _, b := range ring {
		b = middle(b, b)
		if (a.y > p.y) != (b.y > p.y) && (turn(a, b, p) > 0) == (b.y > a.y) {
			in = !in
		}
		a = b
	}
	return in
}
