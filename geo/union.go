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
	edges := edgesOf(gs)
	levels := levelsOf(edges)
	var area float64
	var active []side
	next := 0
	for i := 1; i < len(levels); i++ {
		low, high := levels[i-1], levels[i]
		active = slices.DeleteFunc(active, func(s side) bool { return s.high.Lat() <= low })
		for ; next < len(edges) && edges[next].low.Lat() <= low; next++ {
			if edges[next].high.Lat() > low {
				active = append(active, edges[next])
			}
		}
		width, growth := covered(active, (low+high)/2)
		area += width*(zone(high)-zone(low)) + growth*lean(low, high)
	}
	return SquareMetres(area)
}

// lean is the integral of the latitude, counted from the middle, over the zone
// between two latitudes: what a strip that is wider in the north gains.
func lean(low, high float64) float64 {
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
	low, high orb.Point
	of        int
	x         float64 // in the strip at hand
}

func (s side) at(lat float64) float64 {
	return s.low[0] + (s.high[0]-s.low[0])*((lat-s.low[1])/(s.high[1]-s.low[1]))
}

func (s side) slope() float64 { return (s.high[0] - s.low[0]) / (s.high[1] - s.low[1]) }

// edgesOf returns the sides from south to north.
func edgesOf(gs []orb.Geometry) (edges []side) {
	n := 0
	for _, g := range gs {
		for _, p := range Polygons(g) {
			for _, r := range p {
				for i := 1; i < len(r); i++ {
					a, b := r[i-1], r[i]
					if a.Lat() > b.Lat() {
						a, b = b, a
					}
					if a.Lat() < b.Lat() {
						edges = append(edges, side{low: a, high: b, of: n})
					}
				}
			}
			n++
		}
	}
	slices.SortFunc(edges, func(a, b side) int {
		return cmp.Or(cmp.Compare(a.low[1], b.low[1]), cmp.Compare(a.low[0], b.low[0]), cmp.Compare(a.high[1], b.high[1]), cmp.Compare(a.high[0], b.high[0]))
	})
	return edges
}

// levelsOf returns the latitudes between which no two edges cross, in order.
func levelsOf(edges []side) (levels []float64) {
	var open []side
	for _, e := range edges {
		levels = append(levels, e.low[1], e.high[1])
		open = slices.DeleteFunc(open, func(o side) bool { return o.high[1] <= e.low[1] })
		for _, o := range open {
			if lat, ok := crossing(o, e); ok {
				levels = append(levels, lat)
			}
		}
		open = append(open, e)
	}
	slices.Sort(levels)
	return slices.Compact(levels)
}

// crossing returns the latitude at which two edges change their order.
func crossing(a, b side) (float64, bool) {
	if a.of == b.of || math.Min(a.low[0], a.high[0]) > math.Max(b.low[0], b.high[0]) || math.Min(b.low[0], b.high[0]) > math.Max(a.low[0], a.high[0]) {
		return 0, false
	}
	low, high := math.Max(a.low[1], b.low[1]), math.Min(a.high[1], b.high[1])
	d0, d1 := a.at(low)-b.at(low), a.at(high)-b.at(high)
	if d0 == 0 || d1 == 0 || (d0 > 0) == (d1 > 0) {
		return 0, false
	}
	lat := low + (high-low)*(d0/(d0-d1))
	return lat, lat > low && lat < high
}

// covered returns how many degrees of longitude lie in at least one polygon, and by
// how many they grow with each degree of latitude. A polygon that is entered is left
// at its next side.
func covered(active []side, lat float64) (width, growth float64) {
	for i := range active {
		active[i].x = active[i].at(lat)
	}
	slices.SortFunc(active, func(a, b side) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.of, b.of)) })
	inside := map[int]bool{}
	var from side
	for _, s := range active {
		if len(inside) == 0 {
			from = s
		}
		if inside[s.of] {
			delete(inside, s.of)
		} else {
			inside[s.of] = true
		}
		if len(inside) == 0 {
			width += s.x - from.x
			growth += s.slope() - from.slope()
		}
	}
	return width, growth
}
