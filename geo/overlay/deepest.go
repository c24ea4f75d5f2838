package overlay

import (
	"container/heap"
	"math"

	"github.com/paulmach/orb"
)

// Bounds of the search for the deepest point: edges of what is searched, and squares
// that are looked at.
const (
	searchEdges   = 2000
	searchSquares = 4000
)

// square is a place in which the deepest point may be.
type square struct {
	middle     orb.Point
	half       float64 // of the side, metres
	depth, top float64 // of the middle, and at most in the square
}

type squares []square

func (s squares) Len() int           { return len(s) }
func (s squares) Less(i, j int) bool { return s[i].top > s[j].top }
func (s squares) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// Push implements [heap.Interface].
func (s *squares) Push(x any) { *s = append(*s, x.(square)) }

// Pop implements [heap.Interface].
func (s *squares) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// deepest is the centre of the largest circle inside the rings, to a thousandth of their
// extent: squares are halved where one may still hold a deeper point. It is refused where
// that would take too long.
func (r *Region) deepest(rings []ring) (orb.Point, error) {
	box, edges := orb.Ring(rings[0]).Bound(), 0
	for _, one := range rings {
		box, edges = box.Union(orb.Ring(one).Bound()), edges+len(one)
	}
	w, h := (box.Max[0]-box.Min[0])*r.lowX, (box.Max[1]-box.Min[1])*110574
	side, fine := math.Min(w, h), math.Max(w, h)/1000
	if edges > searchEdges || side <= 0 || math.Max(w, h)/side > searchSquares/4 {
		return orb.Point{}, ErrClose
	}
	looked := 0
	look := func(x, y, half float64) square {
		looked++
		s := square{middle: orb.Point{x, y}, half: half}
		s.depth = r.clear(s.middle, rings)
		if !odd(s.middle, rings) {
			s.depth = -s.depth
		}
		s.top = s.depth + half*math.Sqrt2
		return s
	}
	var best square
	var open squares
	add := func(s square) {
		if s.depth > best.depth {
			best = s
		}
		if s.top > best.depth+fine {
			heap.Push(&open, s)
		}
	}
	for x := 0.; x < w; x += side {
		for y := 0.; y < h; y += side {
			add(look(box.Min[0]+(x+side/2)/r.lowX, box.Min[1]+(y+side/2)/110574, side/2))
		}
	}
	for len(open) > 0 {
		s := heap.Pop(&open).(square)
		if s.top <= best.depth+fine {
			break
		}
		if looked*edges > searchEdges*searchSquares/4 || looked > searchSquares {
			return orb.Point{}, ErrClose
		}
		half := s.half / 2
		for _, d := range [...][2]float64{{-half, -half}, {half, -half}, {-half, half}, {half, half}} {
			add(look(s.middle[0]+d[0]/r.lowX, s.middle[1]+d[1]/110574, half))
		}
	}
	if best.depth <= 0 {
		return orb.Point{}, ErrClose
	}
	return best.middle, nil
}

// odd reports whether a point is inside the rings, as far as arithmetic tells.
func odd(p orb.Point, rings []ring) (inside bool) {
	for _, r := range rings {
		for i := 1; i < len(r); i++ {
			if a, b := r[i-1], r[i]; (a[1] > p[1]) != (b[1] > p[1]) && (turn(a, b, p) > 0) == (b[1] > a[1]) {
				inside = !inside
			}
		}
	}
	return inside
}
