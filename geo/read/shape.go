package read

import (
	"math"

	"github.com/paulmach/orb"

	"planatlas/geo"
)

// shape writes the polygons of a plot in both systems.
func (d *draft) shape(raw *rawPlot) {
	var out orb.MultiPolygon
	raw.Source = nil
	d.turned, d.between = d.turned-raw.turned, d.between-raw.between // it may have been written before
	before := d.between
	turned := 0
	for _, p := range raw.site.polygons {
		source, place := make(orb.Polygon, len(p)), make(orb.Polygon, len(p))
		for i, r := range p {
			source[i], place[i] = r.source, d.degreesOf(r.source)
			if (twiceArea(place[i]) > 0) != (i == 0) {
				place[i].Reverse()
				turned++
			}
		}
		raw.Source = append(raw.Source, source)
		out = append(out, place)
	}
	raw.Shape = geo.Shape{SRID: geo.CGCS2000, Geom: out}
	if len(out) == 1 {
		raw.Shape.Geom = out[0]
	}
	if _, ok := d.result.System.Plane(); ok {
		raw.PlaneM2 = 0
		for _, p := range raw.site.polygons {
			for _, r := range p {
				if r.hole {
					raw.PlaneM2 -= r.area
				} else {
					raw.PlaneM2 += r.area
				}
			}
		}
	}
	raw.turned, raw.between = turned, d.between-before
	d.turned += turned
}

// longEdge is the length in metres of an edge in a plane that stays within 1 mm of
// the straight line between its ends in longitude and latitude. Longer edges get
// points between, so that they and the area stay what they are in the plane.
const longEdge = 200

// step returns how far apart the points of long edges are to be. No file becomes
// larger than by as many points as it may have.
func (d *draft) step() float64 {
	var length float64
	for _, raw := range d.plots {
		for _, p := range raw.site.polygons {
			for _, r := range p {
				for i := 1; i < len(r.source); i++ {
					if l := math.Hypot(r.source[i][0]-r.source[i-1][0], r.source[i][1]-r.source[i-1][1]); l > longEdge {
						length += l
					}
				}
			}
		}
	}
	return math.Max(longEdge, length/float64(d.options.Limits.Vertices))
}

// degreesOf turns a ring of the file into longitude and latitude.
func (d *draft) degreesOf(source orb.Ring) orb.Ring {
	s := d.result.System
	pieces := func(i int) float64 { // of the edge that ends at the i-th point
		if i == 0 || !s.Metric() {
			return 1
		}
		p, q := source[i], source[i-1]
		return math.Max(1, math.Ceil(math.Hypot(p[0]-q[0], p[1]-q[1])/d.edge))
	}
	n := 0
	for i := range source {
		n += int(pieces(i))
	}
	out := make(orb.Ring, 0, n)
	put := func(p orb.Point) {
		lon, lat := s.ToLonLat(p[0], p[1])
		out = append(out, orb.Point{lon, lat})
	}
	for i, p := range source {
		for k, n := 1.0, pieces(i); k < n; k++ {
			q := source[i-1]
			put(orb.Point{q[0] + (p[0]-q[0])*k/n, q[1] + (p[1]-q[1])*k/n})
			d.between++
		}
		put(p)
	}
	return out
}
