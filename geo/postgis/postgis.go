// Package postgis turns [geo.Shape] into the extended well-known binary (EWKB)
// of PostGIS and back.
package postgis

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"planatlas/geo"
)

// ErrGeometry is wrapped by every error about a shape or bytes that have no
// counterpart on the other side.
var ErrGeometry = errors.New("unsupported geometry")

// Marshal returns the shape as EWKB, as [Append] writes it.
func Marshal(s geo.Shape) ([]byte, error) {
	return Append(make([]byte, 0, roomFor(s.Geom)), s)
}

// roomFor is about how many bytes a geometry takes.
func roomFor(g orb.Geometry) int {
	n := 32
	switch g := g.(type) {
	case orb.LineString:
		n += 16 * len(g)
	case orb.Polygon:
		for _, r := range g {
			n += 4 + 16*len(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			n += roomFor(p)
		}
	}
	return n
}

// Append appends the shape as EWKB, little-endian, two-dimensional, with its SRID
// unless that is 0. A ring or bound becomes a polygon, a point of two NaN an empty
// point. No geometry at all, more than 32 nested collections, or a coordinate that
// is not finite gives an error that wraps [ErrGeometry].
func Append(dst []byte, s geo.Shape) ([]byte, error) {
	w := writer{b: dst}
	w.geometry(s.Geom, uint32(s.SRID), 0)
	if w.err != nil {
		return nil, fmt.Errorf("encode %T as ewkb: %w", s.Geom, w.err)
	}
	return w.b, nil
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

// maxDepth is how deep collections may nest, as in [geo.WKB.AppendGeoJSON].
const maxDepth = 32

// writer appends EWKB and keeps the first error.
type writer struct {
	b   []byte
	err error
}

// head begins a geometry; only the outermost names its SRID.
func (w *writer) head(kind, srid uint32) {
	w.b = append(w.b, 1)
	if srid == 0 {
		w.b = binary.LittleEndian.AppendUint32(w.b, kind)
		return
	}
	const hasSRID = 0x20000000
	w.b = binary.LittleEndian.AppendUint32(w.b, kind|hasSRID)
	w.b = binary.LittleEndian.AppendUint32(w.b, srid)
}

func (w *writer) count(n int) { w.b = binary.LittleEndian.AppendUint32(w.b, uint32(n)) }

func (w *writer) point(p orb.Point) {
	if !finite(p[0]) || !finite(p[1]) {
		w.err = fmt.Errorf("%w: point %v is not finite", ErrGeometry, p)
	}
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(p[0]))
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(p[1]))
}

func (w *writer) points(points []orb.Point) {
	w.count(len(points))
	for _, p := range points {
		w.point(p)
	}
}

// geometry appends one geometry.
func (w *writer) geometry(g orb.Geometry, srid uint32, depth int) {
	switch g := g.(type) {
	case orb.Point:
		w.head(1, srid)
		if math.IsNaN(g[0]) && math.IsNaN(g[1]) {
			const nan = 0x7ff8000000000000
			w.b = binary.LittleEndian.AppendUint64(w.b, nan)
			w.b = binary.LittleEndian.AppendUint64(w.b, nan)
			return
		}
		w.point(g)
	case orb.LineString:
		w.head(2, srid)
		w.points(g)
	case orb.Ring:
		w.geometry(orb.Polygon{g}, srid, depth)
	case orb.Bound:
		w.geometry(g.ToPolygon(), srid, depth)
	case orb.Polygon:
		w.head(3, srid)
		w.count(len(g))
		for _, ring := range g {
			w.points(ring)
		}
	case orb.MultiPoint:
		w.head(4, srid)
		w.count(len(g))
		for _, p := range g {
			w.head(1, 0)
			w.point(p)
		}
	case orb.MultiLineString:
		w.head(5, srid)
		w.count(len(g))
		for _, line := range g {
			w.geometry(line, 0, depth)
		}
	case orb.MultiPolygon:
		w.head(6, srid)
		w.count(len(g))
		for _, polygon := range g {
			w.geometry(polygon, 0, depth)
		}
	case orb.Collection:
		if depth >= maxDepth {
			w.err = fmt.Errorf("%w: more than %d nested collections", ErrGeometry, maxDepth)
			return
		}
		w.head(7, srid)
		w.count(len(g))
		for _, member := range g {
			w.geometry(member, 0, depth+1)
		}
	default:
		w.err = fmt.Errorf("%w: %T", ErrGeometry, g)
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
