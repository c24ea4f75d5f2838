package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Areas and lengths on the ellipsoid of CGCS2000 (GB 22021-2008) of shapes in
// longitude and latitude whose edges are straight in these. An edge is taken as it
// is: the sums that the national land survey makes over edges of at most 70 m
// (国土调查办发〔2008〕32号) come to the same, to some millimetres for a square
// kilometre.
const (
	semiMajor    = 6378137.0
	flattening   = 1 / 298.257222101
	eccentricity = flattening * (2 - flattening) // squared
	radian       = math.Pi / 180
)

// zone is the area in square metres between the equator and a latitude in degrees,
// for each degree of longitude.
func zone(lat float64) float64 {
	e, s := math.Sqrt(eccentricity), math.Sin(lat*radian)
	return semiMajor * semiMajor * (1 - eccentricity) / 2 * (s/(1-eccentricity*s*s) + math.Atanh(e*s)/e) * radian
}

// gauss are the three nodes and weights of Gauss's rule on 0 to 1, which integrates
// the zones along an edge of a few degrees to the last digits.
func gauss() (nodes, weights [3]float64) {
	d := math.Sqrt(0.15)
	return [3]float64{0.5 - d, 0.5, 0.5 + d}, [3]float64{5. / 18, 8. / 18, 5. / 18}
}

// Area returns the area of the polygons in the geometry. Rings after the first one
// of a polygon are holes, whatever their direction.
func Area(g orb.Geometry) SquareMetres {
	var a float64
	for _, p := range Polygons(g) {
		for i, r := range p {
			if i == 0 {
				a += math.Abs(ringArea(r))
			} else {
				a -= math.Abs(ringArea(r))
			}
		}
	}
	return SquareMetres(a)
}

// ringArea sums what lies between each edge and the latitude of the first point.
func ringArea(r orb.Ring) (a float64) {
	if len(r) == 0 {
		return 0
	}
	nodes, weights := gauss()
	base := zone(r[0].Lat())
	for i := 1; i < len(r); i++ {
		p, q := r[i-1], r[i]
		if p.Lon() == q.Lon() {
			continue
		}
		var mean float64
		for k, t := range nodes {
			mean += weights[k] * (zone(p.Lat()+t*(q.Lat()-p.Lat())) - base)
		}
		a += (q.Lon() - p.Lon()) * mean
	}
	return a
}

// Length returns the length in metres of the lines in the geometry and of the rings
// of its polygons.
func Length(g orb.Geometry) (m float64) {
	for _, line := range lines(g, nil) {
		for i := 1; i < len(line); i++ {
			m += edge(line[i-1], line[i])
		}
	}
	return m
}

// edge is the length of one edge, in steps in which the scale hardly changes.
func edge(p, q orb.Point) (m float64) {
	const step = 0.01 // degrees
	n := math.Max(1, math.Ceil(math.Max(math.Abs(q[0]-p[0]), math.Abs(q[1]-p[1]))/step))
	for i := range int(n) {
		x, y := Degree(p.Lat() + (q.Lat()-p.Lat())*(float64(i)+0.5)/n)
		m += math.Hypot((q.Lon()-p.Lon())/n*x, (q.Lat()-p.Lat())/n*y)
	}
	return m
}

// Degree returns how many metres a degree of longitude and of latitude are at a
// latitude.
func Degree(lat float64) (x, y float64) {
	s, c := math.Sincos(lat * radian)
	w := 1 - eccentricity*s*s
	n := semiMajor / math.Sqrt(w)
	return n * c * radian, n * (1 - eccentricity) / w * radian
}

// Polygons returns the polygons of a geometry, without its points and lines.
func Polygons(g orb.Geometry) (out []orb.Polygon) {
	switch g := g.(type) {
	case orb.Polygon:
		if len(g) > 0 {
			out = append(out, g)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			out = append(out, Polygons(p)...)
		}
	case orb.Collection:
		for _, member := range g {
			out = append(out, Polygons(member)...)
		}
	}
	return out
}

func lines(g orb.Geometry, out []orb.LineString) []orb.LineString {
	switch g := g.(type) {
	case orb.LineString:
		out = append(out, g)
	case orb.MultiLineString:
		out = append(out, g...)
	case orb.Polygon:
		for _, r := range g {
			out = append(out, orb.LineString(r))
		}
	case orb.MultiPolygon:
		for _, p := range g {
			out = lines(p, out)
		}
	case orb.Collection:
		for _, member := range g {
			out = lines(member, out)
		}
	}
	return out
}
