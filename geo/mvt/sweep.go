package mvt

import (
	"cmp"
	"slices"
	"sort"
)

// sweep finds how often the rings wind around the faces on both sides of each way.
type sweep struct {
	begun    []stood
	standing []stood // the ways that the line passes, from small y on
	turns    columns
	ends     []grid
	loose    []grid // the ends in no order
	above    []int  // the winding number above each way
}

// stood is a way that the sweep line passes.
type stood struct {
	way
	i int
}

// windings fills above. The ways are sorted, are all different, and meet at their
// ends only. A vertical way counts as one that leans to the right by nothing.
func (s *sweep) windings(ways []way) {
	s.above = slices.Grow(s.above[:0], len(ways))[:len(ways)]
	s.standing = s.standing[:0]
	s.loose = s.loose[:0]
	for _, w := range ways {
		s.loose = append(s.loose, w.a, w.b)
	}
	s.ends = slices.Grow(s.ends[:0], len(s.loose))[:len(s.loose)]
	byPosition(&s.turns, s.loose, s.ends, func(p *grid) grid { return *p }, compare)
	i := 0
	for _, at := range slices.Compact(s.ends) {
		// Below the position are those that it lies to the left of.
		low := sort.Search(len(s.standing), func(k int) bool {
			w := s.standing[k]
			return turn(w.a, w.b, at) <= 0
		})
		high := low
		for high < len(s.standing) && s.standing[high].b == at {
			high++
		}
		wind := 0
		if low > 0 {
			wind = s.above[s.standing[low-1].i]
		}
		from := i
		for i < len(ways) && ways[i].a == at {
			i++
		}
		begun := s.begun[:0]
		for k := from; k < i; k++ {
			begun = append(begun, stood{ways[k], k})
		}
		slices.SortFunc(begun, func(v, w stood) int { return cmp.Compare(0, turn(at, v.b, w.b)) })
		for _, w := range begun {
			wind += w.net
			s.above[w.i] = wind
		}
		s.begun = begun
		s.standing = slices.Replace(s.standing, low, high, begun...)
	}
}
