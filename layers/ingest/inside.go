package ingest

import (
	"math"

	"planatlas/geo"

	"github.com/paulmach/orb"
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
	bound orb.Bound
	cells []cellState
	cell  orb.Point              // size of one
	edges [gridSide][][4]float64 // that reach into a row of cells: from, to
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
	a := &area{bound: geo.Bound(g), cells: make([]cellState, gridSide*gridSide)}
	a.cell = orb.Point{(a.bound.Max[0] - a.bound.Min[0]) / gridSide, (a.bound.Max[1] - a.bound.Min[1]) / gridSide}
	for _, p := range geo.Polygons(g) {
		for _, ring := range p {
			for i := 1; i < len(ring); i++ {
				a.mark(ring[i-1], ring[i])
			}
		}
	}
	for y := range gridSide {
		for x := range gridSide {
			if c := &a.cells[y*gridSide+x]; *c != cellEdge && a.within(orb.Point{a.bound.Min[0] + (float64(x)+0.5)*a.cell[0], a.bound.Min[1] + (float64(y)+0.5)*a.cell[1]}, y) {
				*c = cellInside
			}
		}
	}
	return a
}

// mark marks the cells that an edge goes through, and some beside it.
func (a *area) mark(p, q orb.Point) {
	_, first := a.at(p)
	_, last := a.at(q)
	for y := min(first, last); y <= max(first, last); y++ {
		a.edges[y] = append(a.edges[y], [4]float64{p[0], p[1], q[0], q[1]})
	}
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

// place tells where a shape with the given box lies.
func (a *area) place(g orb.Geometry, b orb.Bound) place {
	if !a.bound.Intersects(b) {
		return placeOutside
	}
	if a.bound.Contains(b.Min) && a.bound.Contains(b.Max) {
		x0, y0 := a.at(b.Min)
		x1, y1 := a.at(b.Max)
		state := a.cells[y0*gridSide+x0]
		for y := y0; y <= y1 && state != cellEdge; y++ {
			for x := x0; x <= x1 && state != cellEdge; x++ {
				if a.cells[y*gridSide+x] != state {
					state = cellEdge
				}
			}
		}
		switch state {
		case cellInside:
			return placeInside
		case cellOutside:
			return placeOutside
		}
	}
	in, out := false, false
	geo.EachLine(g, func(line []orb.Point) {
		for i := 0; i < len(line) && !(in && out); i++ {
			if a.holds(line[i]) {
				in = true
			} else {
				out = true
			}
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
	return a.within(p, y)
}

// within counts the edges of a row of cells that lie east of a point in it.
func (a *area) within(p orb.Point, row int) bool {
	in := false
	for _, e := range a.edges[row] {
		if (e[1] > p[1]) != (e[3] > p[1]) && p[0] < e[0]+(e[2]-e[0])*(p[1]-e[1])/(e[3]-e[1]) {
			in = !in
		}
	}
	return in
}
