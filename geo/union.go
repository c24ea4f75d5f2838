package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// UnionArea returns the area that the polygons of all geometries cover together,
// nothing counted twice. It does not build the union: the plane is cut into strips
// between all latitudes at which edges begin, end or cross, and in a strip what is
// covered is a row of trapezoids. Edges that coincide or nearly do cost nothing and
// can do no harm. The order of the geometries does not matter for the result.
func UnionArea(gs []orb.Geometry) SquareMetres {
	edges, order, polygons := edgesOf(gs)
	levels := levelsOf(edges, order)
	if len(levels) == 0 {
		return 0
	}
	s := strip{edges: edges, inside: make([]bool, polygons)}
	var area float64
	end := math.Inf(1) // of the side that ends first
	next, below := 0, zone(levels[0])
	for i := 1; i < len(levels); i++ {
		low, high := levels[i-1], levels[i]
		if end <= low {
			s.sides, end = slices.DeleteFunc(s.sides, func(e int) bool { return edges[e].high.Lat() <= low }), math.Inf(1)
			for _, e := range s.sides {
				end = min(end, edges[e].high.Lat())
			}
		}
		for ; next < len(order) && edges[order[next]].low.Lat() <= low; next++ {
			if high := edges[order[next]].high.Lat(); high > low {
				s.sides, end = append(s.sides, order[next]), min(end, high)
			}
		}
		above := zone(high)
		width, growth := s.covered((low + high) / 2)
		area += width * (above - below)
		if growth != 0 {
			area += growth * lean(low, high)
		}
		below = above
	}
	return SquareMetres(area)
}

// lean is the integral of the latitude, counted from the middle, over the zone
// between two latitudes: what a strip that is wider in the north gains.
func lean(low, high float64) float64 {
	const thin = 0.001 // degrees, over which the slope of the zone's density is all that counts
	if mid, d := (low+high)/2, high-low; d < thin {
		x, y := Degree(mid)
		return -x * y * math.Tan(mid*radian) * radian * d * d * d / 12
	}
	nodes, weights := gauss()
	var sum float64
	for k, t := range nodes {
		x, y := Degree(low + t*(high-low))
		sum += weights[k] * (t - 0.5) * x * y
	}
	return sum * (high - low) * (high - low)
}

// side is an edge that is not level, and the polygon that it bounds.
type side struct {
	low, high  orb.Point
	west, east float64
	of         int
	slope      float64 // degrees of longitude for a degree of latitude
	x          float64 // in the strip at hand
}

func (s *side) at(lat float64) float64 { return s.low[0] + s.slope*(lat-s.low[1]) }

// edgesOf returns the sides, their order from south to north, and the number of polygons.
func edgesOf(gs []orb.Geometry) (edges []side, order []int, polygons int) {
	n := 0
	for _, g := range gs {
		for _, p := range Polygons(g) {
			for _, r := range p {
				n += len(r)
			}
		}
	}
	edges = make([]side, 0, n)
	for _, g := range gs {
		for _, p := range Polygons(g) {
			for _, r := range p {
				for i := 1; i < len(r); i++ {
					a, b := r[i-1], r[i]
					if a.Lat() > b.Lat() {
						a, b = b, a
					}
					if a.Lat() < b.Lat() {
						edges = append(edges, side{low: a, high: b, west: min(a[0], b[0]), east: max(a[0], b[0]), of: polygons, slope: (b[0] - a[0]) / (b[1] - a[1])})
					}
				}
			}
			polygons++
		}
	}
	order = make([]int, len(edges))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &edges[i], &edges[j]
		if a.low[1] != b.low[1] {
			return cmp.Compare(a.low[1], b.low[1])
		}
		return cmp.Or(cmp.Compare(a.low[0], b.low[0]), cmp.Compare(a.high[1], b.high[1]), cmp.Compare(a.high[0], b.high[0]))
	})
	return edges, order, polygons
}

// levelsOf returns the latitudes between which no two edges cross, in order.
func levelsOf(edges []side, order []int) []float64 {
	levels := make([]float64, 0, 3*len(edges))
	var open []int
	for _, i := range order {
		e := &edges[i]
		levels = append(levels, e.low[1], e.high[1])
		still := open[:0]
		for _, k := range open {
			o := &edges[k]
			if o.high[1] <= e.low[1] {
				continue
			}
			still = append(still, k)
			if o.of != e.of && o.west <= e.east && e.west <= o.east {
				if lat, ok := crossing(o, e); ok {
					levels = append(levels, lat)
				}
			}
		}
		open = append(still, i)
	}
	slices.Sort(levels)
	return slices.Compact(levels)
}

// crossing returns the latitude at which two edges of different polygons change their
// order.
func crossing(a, b *side) (float64, bool) {
	low, high := max(a.low[1], b.low[1]), min(a.high[1], b.high[1])
	d0, d1 := a.at(low)-b.at(low), a.at(high)-b.at(high)
	if d0 == 0 || d1 == 0 || (d0 > 0) == (d1 > 0) {
		return 0, false
	}
	lat := low + (high-low)*(d0/(d0-d1))
	return lat, lat > low && lat < high
}

// strip is what lies between two levels.
type strip struct {
	edges  []side
	sides  []int  // of the edges, from west to east
	inside []bool // by polygon, while a strip is gone through
}

// covered returns how many degrees of longitude lie in at least one polygon, and by
// how many they grow with each degree of latitude. A polygon that is entered is left
// at its next side. The sides hardly change their places from strip to strip.
func (s *strip) covered(lat float64) (width, growth float64) {
	for i, k := range s.sides {
		e := &s.edges[k]
		e.x = e.at(lat)
		for ; i > 0; i-- {
			if before := &s.edges[s.sides[i-1]]; before.x < e.x || before.x == e.x && before.of <= e.of {
				break
			}
			s.sides[i] = s.sides[i-1]
		}
		s.sides[i] = k
	}
	var from *side
	depth := 0
	for _, k := range s.sides {
		e := &s.edges[k]
		if depth == 0 {
			from = e
		}
		if s.inside[e.of] = !s.inside[e.of]; s.inside[e.of] {
			depth++
		} else {
			depth--
		}
		if depth == 0 {
			width += e.x - from.x
			growth += e.slope - from.slope
		}
	}
	if depth != 0 { // a ring that is not closed
		clear(s.inside)
	}
	return width, growth
}
