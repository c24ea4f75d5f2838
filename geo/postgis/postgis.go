// Package postgis turns [geo.Shape] into the extended well-known binary (EWKB)
// of PostGIS and back, by way of go-geom.
package postgis

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"planatlas/geo"
)

// ErrGeometry is wrapped by every error about a shape or bytes that have no
// counterpart on the other side.
var ErrGeometry = errors.New("unsupported geometry")

// Marshal returns the shape as EWKB, little-endian, two-dimensional, with its
// SRID unless that is 0. See [Geom] for what it accepts.
func Marshal(s geo.Shape) ([]byte, error) {
	g, err := Geom(s)
	if err != nil {
		return nil, err
	}
	b, err := ewkb.Marshal(g, ewkb.NDR)
	if err != nil {
		return nil, fmt.Errorf("encode %T as ewkb: %w", s.Geom, err)
	}
	return b, nil
}

// Unmarshal decodes EWKB of either byte order. Z and M are dropped, an SRID that
// the bytes lack is 0, and an empty point is a point of two NaN, as in EWKB.
// Every count is checked against the length of the bytes before anything is
// allocated. Bytes that are not EWKB, trailing bytes, more than 32 nested
// collections and a coordinate that is not finite give an error.
func Unmarshal(b []byte) (geo.Shape, error) {
	if _, err := geo.WKB(b).Positions(); err != nil {
		return geo.Shape{}, fmt.Errorf("decode ewkb: %w", err)
	}
	g, err := ewkb.Unmarshal(b)
	if err != nil {
		return geo.Shape{}, fmt.Errorf("decode ewkb: %w", err)
	}
	o, err := fromGeom(g)
	if err != nil {
		return geo.Shape{}, fmt.Errorf("decode ewkb: %w", err)
	}
	if g.SRID() < 0 || g.SRID() > math.MaxInt32 {
		return geo.Shape{}, fmt.Errorf("decode ewkb: %w: srid %d", ErrGeometry, g.SRID())
	}
	return geo.Shape{SRID: geo.SRID(g.SRID()), Geom: o}, nil
}

// Geom returns the shape as a go-geom geometry of two dimensions with the
// shape's SRID, as pgx-geom wants it. A ring or bound becomes a polygon, a point
// of two NaN an empty point. No geometry at all, or a coordinate that is not
// finite, gives an error that wraps [ErrGeometry].
func Geom(s geo.Shape) (geom.T, error) {
	g, err := toGeom(s.Geom, 0)
	if err != nil {
		return nil, fmt.Errorf("convert %T to go-geom: %w", s.Geom, err)
	}
	return geom.SetSRID(g, int(s.SRID))
}

// maxDepth is how deep collections may nest, as in [geo.WKB.AppendGeoJSON].
const maxDepth = 32

// toGeom converts one geometry without SRID.
func toGeom(g orb.Geometry, depth int) (geom.T, error) {
	var flat flat
	switch g := g.(type) {
	case orb.Point:
		if math.IsNaN(g[0]) && math.IsNaN(g[1]) {
			return geom.NewPointEmpty(geom.XY), nil
		}
		flat.add(g)
		return geom.NewPointFlat(geom.XY, flat.coords), flat.err
	case orb.MultiPoint:
		flat.add(g...)
		return geom.NewMultiPointFlat(geom.XY, flat.coords), flat.err
	case orb.LineString:
		flat.add(g...)
		return geom.NewLineStringFlat(geom.XY, flat.coords), flat.err
	case orb.MultiLineString:
		ends := make([]int, len(g))
		for i, line := range g {
			ends[i] = flat.add(line...)
		}
		return geom.NewMultiLineStringFlat(geom.XY, flat.coords, ends), flat.err
	case orb.Ring:
		return toGeom(orb.Polygon{g}, depth)
	case orb.Bound:
		return toGeom(g.ToPolygon(), depth)
	case orb.Polygon:
		ends := flat.addRings(g)
		return geom.NewPolygonFlat(geom.XY, flat.coords, ends), flat.err
	case orb.MultiPolygon:
		ends := make([][]int, len(g))
		for i, polygon := range g {
			ends[i] = flat.addRings(polygon)
		}
		return geom.NewMultiPolygonFlat(geom.XY, flat.coords, ends), flat.err
	case orb.Collection:
		return toCollection(g, depth)
	default:
		return nil, fmt.Errorf("%w: %T", ErrGeometry, g)
	}
}

// toCollection converts a collection and its members.
func toCollection(c orb.Collection, depth int) (geom.T, error) {
	if depth >= maxDepth {
		return nil, fmt.Errorf("%w: more than %d nested collections", ErrGeometry, maxDepth)
	}
	out := geom.NewGeometryCollection()
	for i, member := range c {
		g, err := toGeom(member, depth+1)
		if err != nil {
			return nil, fmt.Errorf("member %d: %w", i, err)
		}
		if err := out.Push(g); err != nil {
			return nil, fmt.Errorf("member %d: %w", i, err)
		}
	}
	return out, nil
}

// flat collects coordinates in go-geom's flat form and the first error.
type flat struct {
	coords []float64
	err    error
}

// add appends points and returns how many numbers there are now.
func (f *flat) add(points ...orb.Point) int {
	for _, p := range points {
		if !finite(p[0]) || !finite(p[1]) {
			f.err = fmt.Errorf("%w: point %v is not finite", ErrGeometry, p)
		}
		f.coords = append(f.coords, p[0], p[1])
	}
	return len(f.coords)
}

// addRings appends the rings of a polygon and returns their ends.
func (f *flat) addRings(p orb.Polygon) []int {
	ends := make([]int, len(p))
	for i, ring := range p {
		ends[i] = f.add(ring...)
	}
	return ends
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
