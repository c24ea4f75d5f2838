package geo

import (
	"fmt"
	"math"
)

// AppendGeoJSON appends the geometry as an RFC 7946 geometry object, such as
// {"type":"Point","coordinates":[113.58,37.86]}, and returns the longer slice.
// It reads the bytes as they lie and builds no geometry: nothing is allocated
// but what dst needs to grow.
//
// Positions are written as x, y (longitude, latitude); Z and M are left out.
// Numbers have at most decimals digits after the point, rounded half-up, with
// trailing zeros cut; negative decimals keep every digit. An empty geometry has
// empty coordinates, and an empty point inside a MultiPoint is left out, since
// GeoJSON has no position for it. The SRID is neither checked nor written.
//
// Malformed bytes, a coordinate that is NaN or infinite, more than 32 nested
// collections and bytes after the end give an error that wraps [ErrWKB]; dst is
// then returned with its old length.
func (b WKB) AppendGeoJSON(dst []byte, decimals int) ([]byte, error) {
	w := writer{cursor: cursor{buf: b}, dst: dst, decimals: decimals, scale: power(decimals)}
	if dst == nil {
		w.dst = make([]byte, 0, 2*len(b)+48) // 28 bytes for a position with nine decimals
	}
	err := w.geometry(0, 0)
	if err == nil && w.left() > 0 {
		err = fmt.Errorf("%w: %d bytes after the end of the geometry", ErrWKB, w.left())
	}
	if err != nil {
		return dst, fmt.Errorf("write geometry as geojson: %w", err)
	}
	return w.dst, nil
}

// writer turns the geometry under its cursor into GeoJSON at the end of dst.
type writer struct {
	cursor
	dst      []byte
	decimals int
	scale    float64
}

// opening returns how the GeoJSON of a geometry of this kind starts.
func opening(kind uint32) string {
	switch kind {
	case typePoint:
		return `{"type":"Point","coordinates":`
	case typeLineString:
		return `{"type":"LineString","coordinates":`
	case typePolygon:
		return `{"type":"Polygon","coordinates":`
	case typeMultiPoint:
		return `{"type":"MultiPoint","coordinates":`
	case typeMultiLineString:
		return `{"type":"MultiLineString","coordinates":`
	case typeMultiPolygon:
		return `{"type":"MultiPolygon","coordinates":`
	default:
		return `{"type":"GeometryCollection","geometries":`
	}
}

// geometry writes one geometry object, which must be of the wanted kind unless 0.
func (w *writer) geometry(want uint32, depth int) error {
	h, err := w.member(want, depth)
	if err != nil {
		return err
	}
	w.dst = append(w.dst, opening(h.kind)...)
	if h.kind <= typePolygon {
		err = w.simple(h)
	} else {
		err = w.members(h, depth)
	}
	if err != nil {
		return err
	}
	w.dst = append(w.dst, '}')
	return nil
}

// simple writes the coordinates of a point, line or polygon.
func (w *writer) simple(h header) error {
	switch h.kind {
	case typePoint:
		mark := len(w.dst)
		empty, err := w.point(h)
		if empty {
			w.dst = append(w.dst[:mark], "[]"...)
		}
		return err
	case typeLineString:
		return w.line(h)
	default:
		return w.polygon(h)
	}
}

// members writes the members of a multi geometry or collection, each of which
// carries a header, and with it a byte order, of its own.
func (w *writer) members(h header, depth int) error {
	n, err := w.count(minSize(h.kind))
	if err != nil {
		return err
	}
	w.dst = append(w.dst, '[')
	first := true
	for range n {
		mark := len(w.dst)
		if !first {
			w.dst = append(w.dst, ',')
		}
		empty, err := w.one(h.kind, depth)
		if err != nil {
			return err
		}
		if empty {
			w.dst = w.dst[:mark]
			continue
		}
		first = false
	}
	w.dst = append(w.dst, ']')
	return nil
}

// one writes one member of a geometry of the given kind: a whole object inside a
// collection, bare coordinates otherwise. It tells whether it was an empty point
// of a MultiPoint.
func (w *writer) one(kind uint32, depth int) (empty bool, err error) {
	if kind == typeCollection {
		return false, w.geometry(0, depth+1)
	}
	h, err := w.member(memberKind(kind), depth+1)
	if err != nil {
		return false, err
	}
	if h.kind == typePoint {
		return w.point(h)
	}
	return false, w.simple(h)
}

// point writes one position and tells whether it is the NaN, NaN of an empty
// point, which is not written.
func (w *writer) point(h header) (empty bool, err error) {
	if w.left() < h.stride {
		return false, w.short(h.stride)
	}
	x, y := w.xy(h.stride)
	if math.IsNaN(x) && math.IsNaN(y) {
		return true, nil
	}
	return false, w.position(x, y)
}

// line writes a counted list of positions: a line or a ring.
func (w *writer) line(h header) error {
	n, err := w.count(h.stride)
	if err != nil {
		return err
	}
	w.dst = append(w.dst, '[')
	for i := range n {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		x, y := w.xy(h.stride)
		if err := w.position(x, y); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

// polygon writes a counted list of rings.
func (w *writer) polygon(h header) error {
	n, err := w.count(4)
	if err != nil {
		return err
	}
	w.dst = append(w.dst, '[')
	for i := range n {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		if err := w.line(h); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

// position writes [x,y].
func (w *writer) position(x, y float64) error {
	// x-x is 0 for every finite number and NaN for the others.
	if x-x != 0 || y-y != 0 {
		return fmt.Errorf("%w: position %v %v is not finite", ErrWKB, x, y)
	}
	w.dst = append(w.dst, '[')
	w.dst = appendTrimmed(w.dst, x, w.decimals, w.scale)
	w.dst = append(w.dst, ',')
	w.dst = appendTrimmed(w.dst, y, w.decimals, w.scale)
	w.dst = append(w.dst, ']')
	return nil
}
