package ingest

import (
	"math"

	"planatlas/geo"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Place says where a shape lies against the area that a layer covers.
type place uint8

const (
	placeInside place = iota
	placePartly
	placeOutside
)

// area tells by the corners of shapes whether they lie inside an area. Most shapes
// are told by a grid whose cells lie wholly inside or outside.
type area struct {
	polygons orb.MultiPolygon
	bound    orb.Bound
	cells    []cellState
	cell     orb.Point // size of one
}

type cellState uint8

const (
	cellOutside cellState = iota
	cellInside
	cellEdge
)

const gridSide = 256

// newArea prepares an area.
func newArea(g orb.Geometry) *area {
	a := &area{polygons: geo.Polygons(g), bound: g.Bound(), cells: make([]cellState, gridSide*gridSide)}
	a.cell = orb.Point{(a.bound.Max[0] - a.bound.Min[0]) / gridSide, (a.bound.Max[1] - a.bound.Min[1]) / gridSide}
	for _, p := range a.polygons {
		for _, ring := range p {
			for i := 1; i < len(ring); i++ {
				a.mark(ring[i-1], ring[i])
			}
		}
	}
	for y := range gridSide {
		for x := range gridSide {
			if c := &a.cells[y*gridSide+x]; *c != cellEdge {
				middle := orb.Point{a.bound.Min[0] + (float64(x)+0.5)*a.cell[0], a.bound.Min[1] + (float64(y)+0.5)*a.cell[1]}
				if planar.MultiPolygonContains(a.polygons, middle) {
					*c = cellInside
				}
			}
		}
	}
	return a
}

// mark marks the cells that an edge goes through, and some beside it.
func (a *area) mark(p, q orb.Point) {
	n := math.Ceil(math.Max(math.Abs(q[0]-p[0])/a.cell[0], math.Abs(q[1]-p[1])/a.cell[1]))
	for k := 0.0; k <= n; k++ {
		f := k / math.Max(n, 1)
		x, y := a.at(orb.Point{p[0] + (q[0]-p[0])*f, p[1] + (q[1]-p[1])*f})
		for dy := max(y-1, 0); dy <= min(y+1, gridSide-1); dy++ {
			for dx := max(x-1, 0); dx <= min(x+1, gridSide-1); dx++ {
				a.cells[dy*gridSide+dx] = cellEdge
			}
		}
	}
}

// at returns the cell of a point, or the nearest one.
func (a *area) at(p orb.Point) (x, y int) {
	clamp := func(v float64) int { return int(math.Max(0, math.Min(gridSide-1, v))) }
	return clamp((p[0] - a.bound.Min[0]) / a.cell[0]), clamp((p[1] - a.bound.Min[1]) / a.cell[1])
}

// place tells where a shape lies.
func (a *area) place(g orb.Geometry) place {
	b := g.Bound()
	if a.bound.Contains(b.Min) && a.bound.Contains(b.Max) {
		x0, y0 := a.at(b.Min)
		x1, y1 := a.at(b.Max)
		inside := true
		for y := y0; y <= y1 && inside; y++ {
			for x := x0; x <= x1 && inside; x++ {
				inside = a.cells[y*gridSide+x] == cellInside
			}
		}
		if inside {
			return placeInside
		}
	}
	in, out := false, false
	corners(g, func(p orb.Point) {
		if in && out {
			return
		}
		if a.holds(p) {
			in = true
		} else {
			out = true
		}
	})
	switch {
	case in && out:
		return placePartly
	case out:
		return placeOutside
	}
	return placeInside
}

func (a *area) holds(p orb.Point) bool {
	if !a.bound.Contains(p) {
		return false
	}
	x, y := a.at(p)
	switch a.cells[y*gridSide+x] {
	case cellInside:
		return true
	case cellOutside:
		return false
	}
	return planar.MultiPolygonContains(a.polygons, p)
}

// corners calls f for every point of a geometry.
func corners(g orb.Geometry, f func(orb.Point)) {
	each := func(points []orb.Point) {
		for _, p := range points {
			f(p)
		}
	}
	switch g := g.(type) {
	case orb.Point:
		f(g)
	case orb.MultiPoint:
		each(g)
	case orb.LineString:
		each(g)
	case orb.MultiLineString:
		for _, l := range g {
			each(l)
		}
	case orb.Polygon:
		for _, r := range g {
			each(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			corners(p, f)
		}
	case orb.Collection:
		for _, m := range g {
			corners(m, f)
		}
	}
}
