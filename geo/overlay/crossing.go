package overlay

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// crossing is a point in which a ring of the region and a line of the shape cross.
type crossing struct {
	at     orb.Point
	own    place // on the region
	other  place // on the shape
	leaves bool  // the region's ring leaves the shape, and the shape's comes into the region
}

// place is where on a ring or line a crossing is.
type place struct {
	ring, edge int
	along      float64
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.ring, q.ring), cmp.Compare(p.edge, q.edge), cmp.Compare(p.along, q.along))
}

// edge is an edge that may meet what is in a box.
type edge struct {
	a, b     orb.Point
	ring, at int
}

func overlaps(a, b orb.Point, box orb.Bound) bool {
	return max(a[0], b[0]) >= box.Min[0]-tiny && min(a[0], b[0]) <= box.Max[0]+tiny &&
		max(a[1], b[1]) >= box.Min[1]-tiny && min(a[1], b[1]) <= box.Max[1]+tiny
}

// edgesIn appends the edges that may meet what is in a box.
func edgesIn(out []edge, rings []ring, box orb.Bound) []edge {
	for k, r := range rings {
		for i := 1; i < len(r); i++ {
			if overlaps(r[i-1], r[i], box) {
				out = append(out, edge{r[i-1], r[i], k, i - 1})
			}
		}
	}
	return out
}

// crossings finds where the edges of the region and of the shape cross.
func (s *Shape) crossings(of []ring) (out []crossing, err error) {
	own, other := edgesIn(s.region.own[:0], s.region.rings, s.box), edgesIn(s.region.other[:0], of, s.region.box)
	s.region.own, s.region.other = own, other
	if err := s.region.afford(len(own), len(other)); err != nil {
		return nil, err
	}
	for _, e := range own {
		box := orb.Bound{Min: orb.Point{min(e.a[0], e.b[0]), min(e.a[1], e.b[1])}, Max: orb.Point{max(e.a[0], e.b[0]), max(e.a[1], e.b[1])}}
		for _, o := range other {
			if !overlaps(o.a, o.b, box) {
				continue
			}
			along, there, fromRight, crosses, err := cross(e.a, e.b, o.a, o.b)
			if err != nil {
				return nil, err
			}
			if crosses {
				at := orb.Point{e.a[0] + along*(e.b[0]-e.a[0]), e.a[1] + along*(e.b[1]-e.a[1])}
				out = append(out, crossing{at, place{e.ring, e.at, along}, place{o.ring, o.at, there}, fromRight})
			}
		}
	}
	return out, nil
}

// sorted returns the crossings in the order of their places, as indices, and refuses
// neighbours that are not told apart.
func sorted(cs []crossing, at func(crossing) place) ([]int, error) {
	order := make([]int, len(cs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return at(cs[i]).compare(at(cs[j])) })
	for i := 1; i < len(order); i++ {
		p, q := cs[order[i-1]].at, cs[order[i]].at
		if at(cs[order[i-1]]).ring == at(cs[order[i]]).ring && math.Abs(p[0]-q[0]) < 10*tiny && math.Abs(p[1]-q[1]) < 10*tiny {
			return nil, ErrClose
		}
	}
	return order, nil
}

// walk goes round rings from crossing to crossing.
type walk struct {
	rings []ring
	cs    []crossing
	at    func(crossing) place
	order []int
	rank  []int // where in the order a crossing is
	first []int // where in the order the crossings of a ring begin; one more at the end
}

func newWalk(rings []ring, cs []crossing, at func(crossing) place) (*walk, error) {
	order, err := sorted(cs, at)
	if err != nil {
		return nil, err
	}
	w := &walk{rings: rings, cs: cs, at: at, order: order, rank: make([]int, len(cs)), first: make([]int, len(rings)+1)}
	for n, i := range order {
		w.rank[i] = n
		w.first[at(cs[i]).ring+1]++
	}
	for k := range rings {
		w.first[k+1] += w.first[k]
	}
	return w, nil
}

// crossed reports whether a ring is crossed at all.
func (w *walk) crossed(ring int) bool { return w.first[ring+1] > w.first[ring] }

// on appends the crossing i and what follows it on its ring up to the next crossing,
// which it returns.
func (w *walk) on(out []orb.Point, i int) ([]orb.Point, int) {
	from := w.at(w.cs[i])
	r := w.rings[from.ring]
	n := w.rank[i] + 1
	if n == w.first[from.ring+1] {
		n = w.first[from.ring]
	}
	next := w.order[n]
	to := w.at(w.cs[next])
	out = append(out, w.cs[i].at)
	edge := from.edge
	if to.edge == edge && to.along > from.along {
		return out, next
	}
	for {
		edge++
		if edge == len(r)-1 {
			edge = 0
		}
		out = append(out, r[edge])
		if edge == to.edge {
			return out, next
		}
	}
}
