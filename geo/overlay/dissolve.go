package overlay

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// straight is an edge along a meridian or a parallel: the coordinate that does not
// change, and from where to where the other one runs.
type straight struct{ at, from, to float64 }

// dissolve puts together parts of an area that were cut along meridians and
// parallels: where two parts meet, both have the same line in opposite directions, and
// that is left out.
func dissolve(parts []ring) ([]ring, error) {
	n := 0
	for _, r := range parts {
		n += len(r)
	}
	edges := make([][2]orb.Point, 0, n)
	var along [2][]straight // by the coordinate that does not change
	for _, r := range parts {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			switch {
			case a[0] == b[0]:
				along[0] = append(along[0], straight{a[0], a[1], b[1]})
			case a[1] == b[1]:
				along[1] = append(along[1], straight{a[1], a[0], b[0]})
			default:
				edges = append(edges, [2]orb.Point{a, b})
			}
		}
	}
	for axis, lines := range along {
		slices.SortFunc(lines, func(a, b straight) int { return cmp.Compare(a.at, b.at) })
		for len(lines) > 0 {
			at, n := lines[0].at, 1
			for n < len(lines) && lines[n].at == at {
				n++
			}
			if n < len(lines) && lines[n].at-at < apart {
				return nil, ErrClose
			}
			left, err := cancel(lines[:n])
			if err != nil {
				return nil, err
			}
			for _, e := range left {
				a, b := orb.Point{at, e.from}, orb.Point{at, e.to}
				if axis == 1 {
					a, b = orb.Point{e.from, at}, orb.Point{e.to, at}
				}
				edges = append(edges, [2]orb.Point{a, b})
			}
			lines = lines[n:]
		}
	}
	return link(edges)
}

// cancel leaves out what is passed in both directions of edges on one line.
func cancel(edges []straight) (left []straight, err error) {
	if len(edges) == 1 {
		return edges, nil
	}
	stops := make([]float64, 0, 2*len(edges))
	for _, e := range edges {
		stops = append(stops, e.from, e.to)
	}
	slices.Sort(stops)
	stops = slices.Compact(stops)
	net := make([]int, len(stops))
	for _, e := range edges {
		lo, _ := slices.BinarySearch(stops, min(e.from, e.to))
		hi, _ := slices.BinarySearch(stops, max(e.from, e.to))
		for i := lo; i < hi; i++ {
			net[i] += cmp.Compare(e.to, e.from)
		}
	}
	for i := 0; i < len(stops)-1; i++ {
		from, n := stops[i], net[i]
		for i+2 < len(stops) && net[i+1] == n {
			i++
		}
		switch n {
		case 0:
		case 1:
			left = append(left, straight{edges[0].at, from, stops[i+1]})
		case -1:
			left = append(left, straight{edges[0].at, stops[i+1], from})
		default:
			return nil, ErrClose
		}
	}
	return left, nil
}

// link makes rings of edges of which one begins where another one ends.
func link(edges [][2]orb.Point) (rings []ring, err error) {
	compare := func(a, b orb.Point) int {
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		return cmp.Compare(a[1], b[1])
	}
	slices.SortFunc(edges, func(a, b [2]orb.Point) int { return compare(a[0], b[0]) })
	for i := 1; i < len(edges); i++ {
		if edges[i-1][0] == edges[i][0] { // where parts of the area touch in a point
			return nil, ErrClose
		}
	}
	done, left := make([]bool, len(edges)), len(edges)
	for start := range edges {
		if done[start] {
			continue
		}
		r := make(ring, 1, left+1)
		r[0] = edges[start][0]
		for i := start; ; {
			done[i] = true
			r = append(r, edges[i][1])
			var there bool
			if i, there = slices.BinarySearchFunc(edges, edges[i][1], func(e [2]orb.Point, p orb.Point) int { return compare(e[0], p) }); !there || done[i] && i != start {
				return nil, ErrClose
			}
			if i == start {
				break
			}
		}
		left -= len(r) - 1
		rings = append(rings, r)
	}
	return rings, nil
}
