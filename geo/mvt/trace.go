package mvt

import (
	"cmp"
	"slices"
)

// tracer puts rings together from the ways that have a face to be filled on one
// side only.
type tracer struct {
	sides []side
	used  []bool
	stack []int        // the sides passed since the ring began
	on    map[grid]int // where in the stack a side begins
}

// side is a directed way; the filled face lies to its left.
type side struct{ from, to grid }

// trace appends to dst the polygons that cover the faces whose winding number is to
// be filled; false when that takes too much. Ways are as [sweep.windings] wants them.
func (m *mender) trace(dst *shape, ways []way, fill func(wind int) bool) bool {
	m.windings(ways)
	m.sides = m.sides[:0]
	for i, w := range ways {
		switch above, below := fill(m.above[i]), fill(m.above[i]-w.net); {
		case above && !below:
			m.sides = append(m.sides, side{w.a, w.b})
		case below && !above:
			m.sides = append(m.sides, side{w.b, w.a})
		}
	}
	m.rings(dst)
	return dst.assemble(&m.effort, m.limit)
}

// rings traces the sides. Where several begin in one position, the one that goes on
// along the same part of the filled face follows, so that each trace bounds one
// connected interior; a trace that comes back to one of its positions is cut there,
// so that each ring is simple.
func (t *tracer) rings(dst *shape) {
	slices.SortFunc(t.sides, func(s, u side) int {
		return cmp.Compare(s.from.key(), u.from.key())
	})
	t.used = slices.Grow(t.used[:0], len(t.sides))[:len(t.sides)]
	clear(t.used)
	if t.on == nil {
		t.on = map[grid]int{}
	}
	for first := range t.sides {
		if t.used[first] {
			continue
		}
		t.stack = t.stack[:0]
		for at := first; ; {
			t.used[at] = true
			t.on[t.sides[at].from] = len(t.stack)
			t.stack = append(t.stack, at)
			if from, again := t.on[t.sides[at].to]; again {
				t.ring(dst, from)
			}
			if at = t.follow(at); at < 0 || at == first {
				break
			}
		}
	}
}

// ring takes the sides from a place in the stack on, which have come back to where
// they began.
func (t *tracer) ring(dst *shape, from int) {
	dst.begin()
	for _, i := range t.stack[from:] {
		delete(t.on, t.sides[i].from)
		dst.at = append(dst.at, t.sides[i].from)
	}
	t.stack = t.stack[:from]
	dst.endRing(false)
}

// follow returns the side that comes first clockwise from the way back along a
// side, where it ends; -1 for none, which closed rings do not have.
func (t *tracer) follow(i int) int {
	s := t.sides[i]
	j, _ := slices.BinarySearchFunc(t.sides, s.to.key(), func(u side, at uint64) int { return cmp.Compare(u.from.key(), at) })
	best := -1
	for ; j < len(t.sides) && t.sides[j].from == s.to; j++ {
		if best < 0 || clockwise(s.to, s.from, t.sides[j].to, t.sides[best].to) {
			best = j
		}
	}
	return best
}

// clockwise tells whether p comes before q when one turns clockwise around a centre
// from where back lies.
func clockwise(centre, back, p, q grid) bool {
	u, v := turn(centre, back, p), turn(centre, back, q)
	if a, b := cmp.Compare(u, 0), cmp.Compare(v, 0); a != b {
		return a < b
	}
	return turn(centre, p, q) < 0
}

// assemble tells shells from holes by their areas, and puts each hole behind the
// innermost shell around it; false when that takes too much.
func (s *shape) assemble(effort *int, limit int) bool {
	for i, p := range s.paths {
		s.paths[i].hole = p.area < 0
	}
	shells := slices.Clone(s.paths)
	shells = slices.DeleteFunc(shells, func(p path) bool { return p.hole })
	order := make([]path, 0, len(s.paths))
	of := make([]int, 0, len(s.paths))
	for i, p := range s.paths {
		of = append(of, -1)
		if !p.hole {
			continue
		}
		for j, q := range shells {
			if *effort += 1 + (q.to-q.from)/4; *effort > limit {
				return false
			}
			if (of[i] < 0 || q.area < shells[of[i]].area) && s.inside(middle(s.at[p.from], s.at[p.from+1]), q) {
				of[i] = j
			}
		}
	}
	holes := make([][]path, len(shells))
	for i, p := range s.paths {
		if of[i] >= 0 {
			holes[of[i]] = append(holes[of[i]], p)
		}
	}
	for j, q := range shells {
		order = append(append(order, q), holes[j]...)
	}
	s.paths = append(s.paths[:0], order...)
	return true
}
