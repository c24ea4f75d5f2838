package postgis

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
)

// fromGeom converts a go-geom geometry of any layout to two dimensions.
func fromGeom(g geom.T) (orb.Geometry, error) {
	switch g := g.(type) {
	case *geom.Point:
		if g.Empty() {
			return orb.Point{math.NaN(), math.NaN()}, nil
		}
		p, err := points(g.FlatCoords(), g.Stride())
		if err != nil {
			return nil, err
		}
		return p[0], nil
	case *geom.LineString:
		p, err := points(g.FlatCoords(), g.Stride())
		return orb.LineString(p), err
	case *geom.Polygon:
		return polygon(g)
	case *geom.MultiPoint:
		out := make(orb.MultiPoint, 0, g.NumPoints())
		for i := range g.NumPoints() {
			if g.Point(i).Empty() {
				return nil, fmt.Errorf("%w: empty point inside a multipoint", ErrGeometry)
			}
			p, err := points(g.Point(i).FlatCoords(), g.Stride())
			if err != nil {
				return nil, err
			}
			out = append(out, p[0])
		}
		return out, nil
	case *geom.MultiLineString:
		out := make(orb.MultiLineString, g.NumLineStrings())
		for i := range out {
			p, err := points(g.LineString(i).FlatCoords(), g.Stride())
			if err != nil {
				return nil, err
			}
			out[i] = p
		}
		return out, nil
	case *geom.MultiPolygon:
		out := make(orb.MultiPolygon, g.NumPolygons())
		for i := range out {
			p, err := polygon(g.Polygon(i))
			if err != nil {
				return nil, err
			}
			out[i] = p
		}
		return out, nil
	case *geom.GeometryCollection:
		out := make(orb.Collection, g.NumGeoms())
		for i := range out {
			member, err := fromGeom(g.Geom(i))
			if err != nil {
				return nil, err
			}
			out[i] = member
		}
		return out, nil
	default:
		return nil, fmt.Errorf("%w: %T", ErrGeometry, g)
	}
}

// polygon converts a polygon with all its rings.
func polygon(g *geom.Polygon) (orb.Polygon, error) {
	out := make(orb.Polygon, g.NumLinearRings())
	for i := range out {
		p, err := points(g.LinearRing(i).FlatCoords(), g.Stride())
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

// points takes x and y of every stride numbers.
func points(flat []float64, stride int) ([]orb.Point, error) {
	out := make([]orb.Point, 0, len(flat)/stride)
	for i := 0; i+1 < len(flat); i += stride {
		if !finite(flat[i]) || !finite(flat[i+1]) {
			return nil, fmt.Errorf("%w: point %v is not finite", ErrGeometry, flat[i:i+2])
		}
		out = append(out, orb.Point{flat[i], flat[i+1]})
	}
	return out, nil
}
