package mvt

import (
	"cmp"
	"slices"
)

// tracer puts rings together from the ways that have a face to be filled on one
// side only.
type tracer struct {
	sides  []side // sorted, but while they are found
	spare  []side
	places columns
	used   []bool
	next   []int32 // for each side the first one that begins where it ends
	stack  []int32 // where the ring came along: the first side that begins there
	on     []int32 // for such a side one more than its place in the stack; 0 for none
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
	t.link()
	here := int32(0) // the first side that begins where this one does
	for i := range t.sides {
		first := int32(i)
		if t.sides[here].from != t.sides[i].from {
			here = first
		}
		if t.used[i] {
			continue
		}
		for at, here := first, here; ; {
			t.used[at] = true
			t.stack = append(t.stack, here)
			t.on[here] = int32(len(t.stack))
			here = t.next[at]
			if t.on[here] > 0 {
				t.ring(dst, int(t.on[here])-1)
			}
			if at = t.follow(at); at == first {
				break
			}
		}
	}
}

// link sorts the sides, and finds for each which ones may follow.
func (t *tracer) link() {
	n := len(t.sides)
	t.spare = slices.Grow(t.spare[:0], n)[:n]
	byPosition(&t.places, t.sides, t.spare, func(s *side) grid { return s.from }, func(s, u side) int {
		if s.from != u.from {
			return compare(s.from, u.from)
		}
		return compare(s.to, u.to)
	})
	t.sides, t.spare = t.spare, t.sides
	t.used, t.next, t.on, t.stack = slices.Grow(t.used[:0], n)[:n], slices.Grow(t.next[:0], n)[:n], slices.Grow(t.on[:0], n)[:n], t.stack[:0]
	clear(t.used)
	clear(t.on)
	for i, s := range t.sides {
		from, to := t.places.column(s.to.x, n)
		j, _ := slices.BinarySearchFunc(t.sides[from:to], s.to, func(u side, at grid) int { return compare(u.from, at) })
		t.next[i] = int32(from + j)
	}
}

// ring takes the way from a place in the stack on, which has come back to where it
// began.
func (t *tracer) ring(dst *shape, from int) {
	dst.begin()
	for _, i := range t.stack[from:] {
		t.on[i] = 0
		dst.at = append(dst.at, t.sides[i].from)
	}
	t.stack = t.stack[:from]
	dst.endRing(false)
}

// follow returns the side that comes first clockwise from the way back along a
// side, where it ends. There is one, as rings are closed.
func (t *tracer) follow(i int32) int32 {
	s := t.sides[i]
	best := t.next[i]
	for j := best + 1; int(j) < len(t.sides) && t.sides[j].from == s.to; j++ {
		if clockwise(s.to, s.from, t.sides[j].to, t.sides[best].to) {
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
