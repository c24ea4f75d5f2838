package overlay

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// dissolve puts together parts of an area that were cut along meridians and
// parallels: where two parts meet, both have the same line in opposite directions, and
// that is left out.
func dissolve(parts []ring) ([]ring, error) {
	var edges [][2]orb.Point
	var along [2]map[float64][][2]float64 // by coordinate 0 or 1 that does not change: from and to of the other
	along[0], along[1] = map[float64][][2]float64{}, map[float64][][2]float64{}
	for _, r := range parts {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			switch {
			case a[0] == b[0]:
				along[0][a[0]] = append(along[0][a[0]], [2]float64{a[1], b[1]})
			case a[1] == b[1]:
				along[1][a[1]] = append(along[1][a[1]], [2]float64{a[0], b[0]})
			default:
				edges = append(edges, [2]orb.Point{a, b})
			}
		}
	}
	for axis := range along {
		var lines []float64
		for at := range along[axis] {
			lines = append(lines, at)
		}
		slices.Sort(lines)
		for i, at := range lines {
			if i > 0 && at-lines[i-1] < apart {
				return nil, ErrClose
			}
			left, err := cancel(along[axis][at])
			if err != nil {
				return nil, err
			}
			for _, e := range left {
				a, b := orb.Point{at, e[0]}, orb.Point{at, e[1]}
				if axis == 1 {
					a, b = orb.Point{e[0], at}, orb.Point{e[1], at}
				}
				edges = append(edges, [2]orb.Point{a, b})
			}
		}
	}
	return link(edges)
}

// cancel leaves out what is passed in both directions of edges on one line.
func cancel(edges [][2]float64) (left [][2]float64, err error) {
	if len(edges) == 1 {
		return edges, nil
	}
	var stops []float64
	for _, e := range edges {
		stops = append(stops, e[0], e[1])
	}
	slices.Sort(stops)
	stops = slices.Compact(stops)
	net := make([]int, len(stops))
	for _, e := range edges {
		lo, _ := slices.BinarySearch(stops, min(e[0], e[1]))
		hi, _ := slices.BinarySearch(stops, max(e[0], e[1]))
		for i := lo; i < hi; i++ {
			net[i] += cmp.Compare(e[1], e[0])
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
			left = append(left, [2]float64{from, stops[i+1]})
		case -1:
			left = append(left, [2]float64{stops[i+1], from})
		default:
			return nil, ErrClose
		}
	}
	return left, nil
}

// link makes rings of edges of which one begins where another one ends.
func link(edges [][2]orb.Point) (rings []ring, err error) {
	slices.SortFunc(edges, func(a, b [2]orb.Point) int {
		return cmp.Or(cmp.Compare(a[0][0], b[0][0]), cmp.Compare(a[0][1], b[0][1]))
	})
	next := make(map[orb.Point]int, len(edges))
	for i, e := range edges {
		if _, twice := next[e[0]]; twice { // where parts of the area touch in a point
			return nil, ErrClose
		}
		next[e[0]] = i
	}
	done := make([]bool, len(edges))
	for start := range edges {
		if done[start] {
			continue
		}
		r := ring{edges[start][0]}
		for i := start; ; {
			done[i] = true
			r = append(r, edges[i][1])
			var there bool
			if i, there = next[edges[i][1]]; !there || done[i] && i != start {
				return nil, ErrClose
			}
			if i == start {
				break
			}
		}
		rings = append(rings, r)
	}
	return rings, nil
}
