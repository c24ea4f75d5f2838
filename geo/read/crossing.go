package read

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// edge is the k-th edge of a ring.
type edge struct {
	ring, k int32
}

// sweep finds edges that cross, run on each other or touch where they must not. It
// goes over all edges from west to east and holds against each other those whose
// boxes meet.
type sweep struct {
	*draft
	rings []*ring
	left  int // comparisons that may still be made
}

// maxComparisons bounds the work on one file; a file that needs more is judged by
// the database alone.
const maxComparisons = 30_000_000

func (s *sweep) ends(e edge) (a, b orb.Point) {
	r := s.rings[e.ring]
	return r.local[r.kept[e.k]], r.local[r.kept[(int(e.k)+1)%len(r.kept)]]
}

func (s *sweep) west(e edge) float64 {
	a, b := s.ends(e)
	return min(a[0], b[0])
}

// run looks at all edges. It tells whether it could finish.
func (s *sweep) run() bool {
	n := 0
	for _, r := range s.rings {
		n += len(r.kept)
	}
	edges := make([]edge, 0, n)
	for i, r := range s.rings {
		for k := range r.kept {
			edges = append(edges, edge{int32(i), int32(k)})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		switch x, y := s.west(a), s.west(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	var open []edge
	for _, e := range edges {
		a, b := s.ends(e)
		west, south, north := min(a[0], b[0])-touching, min(a[1], b[1])-touching, max(a[1], b[1])+touching
		if s.left -= len(open); s.left < 0 {
			return false
		}
		kept := open[:0]
		for _, o := range open {
			c, d := s.ends(o)
			if max(c[0], d[0]) < west {
				continue
			}
			kept = append(kept, o)
			if max(c[1], d[1]) >= south && min(c[1], d[1]) <= north {
				s.pair(o, e)
			}
		}
		open = append(kept, e)
	}
	return true
}

// pair judges two edges whose boxes meet.
func (s *sweep) pair(e, f edge) {
	r, q := s.rings[e.ring], s.rings[f.ring]
	a, b := s.ends(e)
	c, d := s.ends(f)
	n := int32(len(r.kept))
	adjacent := e.ring == f.ring && ((e.k+1)%n == f.k || (f.k+1)%n == e.k)
	if adjacent || n < 3 || len(q.kept) < 3 {
		return // what neighbours do wrong is a spike
	}
	if e.ring == f.ring && ((e.k+2)%n == f.k && isSpike(a, b, c) || (f.k+2)%n == e.k && isSpike(c, d, a)) {
		return
	}
	switch {
	case crosses(a, b, c, d):
		s.crossing(r, q, s.place(e, intersection(a, b, c, d)))
	case overlap(a, b, c, d) > duplicate:
		s.onEachOther(r, q, e, f)
	case e.ring == f.ring && onSegment(c, a, b):
		s.touch(r, f)
	case e.ring == f.ring && onSegment(a, c, d):
		s.touch(r, e)
	}
}

// touch tells that the start of an edge lies on another edge of its ring.
func (s *sweep) touch(r *ring, e edge) {
	p := r.source[r.kept[e.k]]
	s.fault(r.plot, "self_touch", text2{"the ring touches itself at " + at(p), "环在" + at(p) + "处与自身相触"}, p)
}

// place turns a share of an edge into a point of the file.
func (s *sweep) place(e edge, t float64) orb.Point {
	r := s.rings[e.ring]
	a, b := r.source[r.kept[e.k]], r.source[r.kept[(int(e.k)+1)%len(r.kept)]]
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

func (s *sweep) crossing(r, q *ring, p orb.Point) {
	switch {
	case r.plot != q.plot:
		s.between(r, q, p)
	case r == q:
		s.fault(r.plot, "self_crossing", text2{"the ring crosses itself at " + at(p), "环在" + at(p) + "处自相交"}, p)
	case r.part == q.part:
		s.fault(r.plot, "rings_cross", text2{"two rings of one part cross at " + at(p), "同一部分的两个环在" + at(p) + "处相交"}, p)
	default:
		s.fault(r.plot, "parts_overlap", text2{"two parts overlap; their edges cross at " + at(p), "两个部分重叠，边界在" + at(p) + "处相交"}, p)
	}
}

// between tells of plots that overlap: each is sound, but together they count twice.
func (s *sweep) between(r, q *ring, p orb.Point) {
	key := [2]int{min(r.plot, q.plot), max(r.plot, q.plot)}
	if s.overlapping[key] || len(s.overlapping) >= 20 {
		return
	}
	s.overlapping[key] = true
	a, b := s.plots[key[0]].label(key[0]), s.plots[key[1]].label(key[1])
	s.notice("plots_overlap", text2{fmt.Sprintf("the plots %q and %q overlap at %s; the area counts in both", a, b, at(p)), fmt.Sprintf("地块“%s”与“%s”在%s处重叠，重叠面积在两者中均计入", a, b, at(p))})
}

// label names a plot in a sentence.
func (p *rawPlot) label(i int) string {
	switch {
	case p.Name != "":
		return shorten(p.Name)
	case p.Number != "":
		return shorten(p.Number)
	}
	return fmt.Sprint(i + 1)
}

func (s *sweep) onEachOther(r, q *ring, e, f edge) {
	p := q.source[q.kept[f.k]]
	a, b := s.ends(e)
	if c, _ := s.ends(f); !onSegment(c, a, b) {
		p = r.source[r.kept[e.k]]
	}
	switch {
	case r.plot != q.plot: // neighbours share their border
	case r == q:
		s.fault(r.plot, "self_crossing", text2{"the ring runs on itself from " + at(p), "环自" + at(p) + "起与自身重合"}, p)
	case r.part == q.part:
		s.fault(r.plot, "rings_cross", text2{"two rings of one part share an edge from " + at(p), "同一部分的两个环自" + at(p) + "起共边"}, p)
	default:
		s.fault(r.plot, "parts_share_edge", text2{"two parts of one plot share an edge from " + at(p) + "; they are one part", "同一地块的两个部分自" + at(p) + "起共边，应合为一个部分"}, p)
	}
}

// distance is that of a point from a line, with sign.
func distance(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	return (dx*(p[1]-a[1]) - dy*(p[0]-a[0])) / math.Hypot(dx, dy)
}

// crosses tells whether two segments cross between their ends.
func crosses(a, b, c, d orb.Point) bool {
	strict := func(p, q float64) bool {
		return p > touching && q < -touching || p < -touching && q > touching
	}
	return strict(distance(c, a, b), distance(d, a, b)) && strict(distance(a, c, d), distance(b, c, d))
}

// intersection returns how far along a, b the crossing lies, 0 to 1.
func intersection(a, b, c, d orb.Point) float64 {
	p, q := distance(a, c, d), distance(b, c, d)
	return p / (p - q)
}

// overlap returns the length that two segments on one line have in common.
func overlap(a, b, c, d orb.Point) float64 {
	if math.Abs(distance(c, a, b)) > touching || math.Abs(distance(d, a, b)) > touching {
		return 0
	}
	l := math.Hypot(b[0]-a[0], b[1]-a[1])
	along := func(p orb.Point) float64 { return ((p[0]-a[0])*(b[0]-a[0]) + (p[1]-a[1])*(b[1]-a[1])) / l }
	from, to := along(c), along(d)
	return min(l, max(from, to)) - max(0, min(from, to))
}
