package mvt

import (
	"fmt"
	"math"

	"planatlas/geo"
	"planatlas/geo/tile"

	"github.com/paulmach/orb"
)

// The geometry types of the standard (4.3.4).
const (
	points byte = 1 + iota
	lines
	polygons
)

// drawing turns one geometry into the paths of a feature on the grid of the tile.
// Only the parts of the highest dimension are drawn: a feature of a tile has one
// type.
type drawing struct {
	project tile.Projector
	box     orb.Bound // of the buffered tile, in degrees

	kind  byte
	shell bool // the shell of the polygon being read is drawn
	fault error
	shape
	mender
	clipper
	out []byte
}

// degrees is how far from zero a longitude or latitude may lie and still be one,
// leaving room for those who count on beyond the antimeridian.
const degrees = 1000

func (d *drawing) begin() {
	d.kind, d.shell, d.fault = 0, false, nil
	d.shape.reset()
}

// part draws one part of the geometry.
func (d *drawing) part(p geo.Part) {
	n := p.Len()
	kind := [...]byte{points, lines, polygons, polygons}[p.Kind]
	if kind < d.kind || n == 0 {
		d.shell = d.shell && p.Kind != geo.ShellPart
		return
	}
	if kind > d.kind {
		d.kind = kind
		d.shape.reset()
	}
	if p.Kind == geo.HolePart && !d.shell {
		return
	}
	b, ok := bound(p, n)
	if !ok {
		d.fault = fmt.Errorf("%w: a position is not in degrees: box %v", geo.ErrWKB, b)
		return
	}
	meets := b.Min[0] <= d.box.Max[0] && b.Max[0] >= d.box.Min[0] && b.Min[1] <= d.box.Max[1] && b.Max[1] >= d.box.Min[1]
	within := b.Min[0] >= d.box.Min[0] && b.Max[0] <= d.box.Max[0] && b.Min[1] >= d.box.Min[1] && b.Max[1] <= d.box.Max[1]
	switch {
	case kind == polygons:
		drawn := meets && d.ring(p, n, within)
		if p.Kind == geo.ShellPart {
			d.shell = drawn
		}
	case !meets:
	case kind == lines:
		d.line(p, n, within)
	default:
		d.shape.begin()
		d.add(p.XY(0))
		d.shape.end(false)
	}
}

// ring draws a ring and tells whether it has an area on the grid.
func (d *drawing) ring(p geo.Part, n int, within bool) bool {
	d.shape.begin()
	if within {
		d.all(p, n)
	} else {
		d.way(d.clipRing(p, n, d.box))
	}
	return d.shape.endRing(p.Kind == geo.HolePart)
}

// line draws the parts of a line that are in the box.
func (d *drawing) line(p geo.Part, n int, within bool) {
	if within {
		d.shape.begin()
		d.all(p, n)
		d.shape.end(true)
		return
	}
	d.clipLine(p, n, d.box, func(way []orb.Point) {
		d.shape.begin()
		d.way(way)
		d.shape.end(true)
	})
}

// all draws every position of a part that needs no clipping.
func (d *drawing) all(p geo.Part, n int) {
	lon, lat := p.XY(0)
	d.add(lon, lat)
	for i := 1; i < n; i++ {
		x, y := p.XY(i)
		if math.Abs(y-lat) > d.project.Step() {
			d.between(lon, lat, x, y)
		}
		d.add(x, y)
		lon, lat = x, y
	}
}

// way draws positions that were clipped.
func (d *drawing) way(way []orb.Point) {
	for i, q := range way {
		if i > 0 && math.Abs(q[1]-way[i-1][1]) > d.project.Step() {
			d.between(way[i-1][0], way[i-1][1], q[0], q[1])
		}
		d.add(q[0], q[1])
	}
}

// between adds positions of an edge that would be seen not to be straight in
// degrees, as it is for the database and in checks.
func (d *drawing) between(lon, lat, x, y float64) {
	steps := math.Ceil(math.Abs(y-lat) / d.project.Step())
	for i := 1.0; i < steps && lon != x; i++ {
		d.add(lon+(x-lon)*i/steps, lat+(y-lat)*i/steps)
	}
}

// add puts a position on the grid.
func (d *drawing) add(lon, lat float64) {
	x, y := d.project.XY(lon, lat)
	d.shape.add(grid{floor(x + 0.5), floor(y + 0.5)})
}

// commands returns the feature's type and commands; none when nothing remains.
func (d *drawing) commands() (byte, []byte) {
	d.out = d.out[:0]
	s := &d.shape
	if d.kind == polygons && s.needsMending() {
		s = d.mend(s)
	}
	d.out = s.appendCommands(d.out, d.kind)
	return d.kind, d.out
}

// bound returns the box of a part, and false when a position cannot be in degrees.
func bound(p geo.Part, n int) (orb.Bound, bool) {
	x, y := p.XY(0)
	west, south, east, north := x, y, x, y
	finite := x - x + y - y
	for i := 1; i < n; i++ {
		x, y = p.XY(i)
		finite += x - x + y - y
		if x < west {
			west = x
		}
		if x > east {
			east = x
		}
		if y < south {
			south = y
		}
		if y > north {
			north = y
		}
	}
	b := orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
	return b, finite == 0 && west >= -degrees && east <= degrees && south >= -degrees && north <= degrees
}

// floor is math.Floor for the numbers of a grid.
func floor(v float64) int32 {
	n := int32(v)
	if float64(n) > v {
		n--
	}
	return n
}
