package encode

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"planatlas/geo"
)

// The kinds of geometry, as WKB and FlatGeobuf number them.
const (
	point = 1 + iota
	lineString
	polygon
	multiPoint
	multiLineString
	multiPolygon
	collection
)

// wkb reads a geometry from front to back. Its counts and lengths were checked.
type wkb struct {
	b   []byte
	big bool
}

// openWKB checks the whole geometry, so that reading it cannot fail.
func openWKB(g geo.WKB) (wkb, error) {
	_, err := g.Positions()
	return wkb{b: g}, err
}

func (w *wkb) uint32() uint32 {
	b := w.b[:4]
	w.b = w.b[4:]
	if w.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// head reads what stands before a geometry's own data, in the forms of ISO and of
// EWKB: its kind, and the bytes that a position takes.
func (w *wkb) head() (kind uint32, stride int) {
	const hasZ, hasM, hasSRID = 0x80000000, 0x40000000, 0x20000000
	w.big = w.b[0] == 0
	w.b = w.b[1:]
	word := w.uint32()
	if word&hasSRID != 0 {
		w.uint32()
	}
	code := word &^ (hasZ | hasM | hasSRID)
	stride = 16
	if word&hasZ != 0 || code/1000 == 1 || code/1000 == 3 {
		stride += 8
	}
	if word&hasM != 0 || code/1000 >= 2 {
		stride += 8
	}
	return code % 1000, stride
}

func (w *wkb) xy(stride int) (x, y float64) {
	b := w.b[:16]
	w.b = w.b[stride:]
	if w.big {
		return math.Float64frombits(binary.BigEndian.Uint64(b)), math.Float64frombits(binary.BigEndian.Uint64(b[8:]))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
}

// point reads the position of a point, which an empty point has not.
func (w *wkb) point(stride int) (x, y float64, empty bool) {
	x, y = w.xy(stride)
	return x, y, math.IsNaN(x) && math.IsNaN(y)
}

// coordinate writes a number with at most so many decimals.
func coordinate(dst []byte, v float64, decimals int) []byte {
	scale := math.Pow10(decimals)
	if r := math.Round(v*scale) / scale; !math.IsInf(r, 0) {
		v = r
	}
	return strconv.AppendFloat(dst, v+0, 'f', -1, 64) // -0 becomes 0
}

// wkt writes well-known text (ISO 19125-1, 7.2).
type wkt struct {
	wkb
	dst      []byte
	decimals int
}

func appendWKT(dst []byte, g geo.WKB, decimals int) ([]byte, error) {
	r, err := openWKB(g)
	if err != nil {
		return dst, fmt.Errorf("write geometry as text: %w", err)
	}
	w := wkt{r, dst, decimals}
	w.geometry()
	return w.dst, nil
}

func (w *wkt) geometry() {
	names := [...]string{"", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"}
	kind, stride := w.head()
	w.dst = append(append(w.dst, names[kind]...), ' ')
	w.body(kind, stride)
}

func (w *wkt) body(kind uint32, stride int) {
	switch kind {
	case point:
		if x, y, empty := w.point(stride); empty {
			w.dst = append(w.dst, "EMPTY"...)
		} else {
			w.dst = append(w.position(append(w.dst, '('), x, y), ')')
		}
	case lineString:
		w.list(func() { x, y := w.xy(stride); w.dst = w.position(w.dst, x, y) })
	case polygon:
		w.list(func() { w.body(lineString, stride) })
	case collection:
		w.list(w.geometry)
	default:
		w.list(func() { kind, stride := w.head(); w.body(kind, stride) })
	}
}

func (w *wkt) list(one func()) {
	n := w.uint32()
	if n == 0 {
		w.dst = append(w.dst, "EMPTY"...)
		return
	}
	separator := byte('(')
	for range n {
		w.dst = append(w.dst, separator)
		big := w.big
		one()
		w.big, separator = big, ','
	}
	w.dst = append(w.dst, ')')
}

func (w *wkt) position(dst []byte, x, y float64) []byte {
	return coordinate(append(coordinate(dst, x, w.decimals), ' '), y, w.decimals)
}
