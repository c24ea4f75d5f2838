// Package write writes sites into the files that surveyors and drawing offices
// take: 界址点 TXT and DXF. What it writes, package read reads again.
package write

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/crs"
)

// File is what is to be written.
type File struct {
	System   crs.System // of the coordinates
	Producer string     // 数据产生单位; may be empty
	Date     time.Time  // 数据产生日期; the day is that of its location
	Decimals int        // of a coordinate in the TXT
	UTF8     bool       // the encoding of the TXT; GBK else, as land registration has it
	Plots    []Plot
}

// Plot is one area of a file.
type Plot struct {
	Number string           // 地块编号
	Name   string           // 地块名称
	Layer  string           // of a drawing; ASCII
	Areas  orb.MultiPolygon // in the file's system, easting or longitude first; rings are closed
}

// longEdge is the length in metres up to which an edge that is straight in longitude
// and latitude lies within 1 mm of the one that is straight in the plane. Longer
// edges get points between.
const longEdge = 200

// Areas turns a shape in longitude and latitude on CGCS2000 into the numbers of the
// system, easting or longitude first.
func Areas(s crs.System, shape orb.Geometry) orb.MultiPolygon {
	var out orb.MultiPolygon
	for _, p := range geo.Polygons(shape) {
		polygon := make(orb.Polygon, len(p))
		for i, r := range p {
			polygon[i] = ring(s, r)
		}
		out = append(out, polygon)
	}
	return out
}

// ring projects a ring. Every edge is divided into so many parts that the longest is
// no longer than longEdge.
func ring(s crs.System, r orb.Ring) orb.Ring {
	out := make(orb.Ring, 0, len(r))
	put := func(lon, lat float64) {
		x, y := s.FromLonLat(lon, lat)
		out = append(out, orb.Point{x, y})
	}
	for i, p := range r {
		if i > 0 && s.Metric() {
			q := r[i-1]
			x, y := geo.Degree((p[1] + q[1]) / 2)
			n := math.Ceil(math.Hypot((p[0]-q[0])*x, (p[1]-q[1])*y) / longEdge)
			for k := 1.0; k < n; k++ {
				put(q[0]+(p[0]-q[0])*k/n, q[1]+(p[1]-q[1])*k/n)
			}
		}
		put(p[0], p[1])
	}
	return out
}

// Shift moves numbers of a plane to the plane of the same central meridian that has
// another false easting: with or without the zone number, in zones of 3 or of 6
// degrees. It reports false for systems of which that is not so.
func Shift(areas orb.MultiPolygon, from, to crs.System) (orb.MultiPolygon, bool) {
	a, ok1 := from.Plane()
	b, ok2 := to.Plane()
	if !ok1 || !ok2 || a.Meridian != b.Meridian {
		return nil, false
	}
	out := areas.Clone()
	for _, p := range out {
		for _, r := range p {
			for i := range r {
				r[i][0] += b.FalseEasting() - a.FalseEasting()
			}
		}
	}
	return out, true
}

// Fits tells whether every number has no more than so many decimals.
func Fits(areas orb.MultiPolygon, decimals int) bool {
	scale := math.Pow10(decimals)
	for _, p := range areas {
		for _, r := range p {
			for _, q := range r {
				for _, v := range q {
					if math.Abs(v*scale-math.Round(v*scale)) > 1e-3 {
						return false
					}
				}
			}
		}
	}
	return true
}
