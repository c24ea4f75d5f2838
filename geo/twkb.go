package geo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// TWKB is a geometry in Tiny Well-Known Binary: whole numbers of 10^-n units, each
// as the difference from the last. Only what ST_AsTWKB writes of points, lines and
// areas in two dimensions is read, without box, size or list of ids.
type TWKB []byte

// ErrTWKB is wrapped by every error about bytes that are not such a geometry.
var ErrTWKB = errors.New("malformed twkb")

// tiny reads TWKB from front to back and writes WKB.
type tiny struct {
	buf   []byte
	x, y  int64
	scale float64
}

// AppendWKB appends the geometry as little-endian WKB, with rings closed.
func (b TWKB) AppendWKB(dst WKB) (WKB, error) {
	if len(b) < 2 {
		return dst, fmt.Errorf("%w: %d bytes", ErrTWKB, len(b))
	}
	kind, precision := uint32(b[0]&15), int(b[0]>>4)
	precision = precision>>1 ^ -(precision & 1)
	if kind < typePoint || kind > typeMultiPolygon || b[1]&^16 != 0 {
		return dst, fmt.Errorf("%w: type %d with flags %#x", ErrTWKB, kind, b[1])
	}
	t := tiny{buf: b[2:], scale: math.Pow10(precision)}
	if b[1] != 0 { // empty: of a point only the set of no points can be written
		return appendHead(dst, max(kind, typeLineString), 0), nil
	}
	if kind < typeMultiPoint {
		return t.single(dst, kind)
	}
	n, err := t.count(1)
	dst = appendHead(dst, kind, n)
	for ; n > 0 && err == nil; n-- {
		dst, err = t.single(dst, kind-3)
	}
	return dst, err
}

func appendHead(dst WKB, kind uint32, n int) WKB {
	dst = binary.LittleEndian.AppendUint32(append(dst, 1), kind)
	return binary.LittleEndian.AppendUint32(dst, uint32(n))
}

// single copies a point, line or polygon.
func (t *tiny) single(dst WKB, kind uint32) (WKB, error) {
	if kind == typePoint {
		return t.position(binary.LittleEndian.AppendUint32(append(dst, 1), kind))
	}
	n, err := t.count(1)
	dst = appendHead(dst, kind, n)
	if err != nil || kind == typeLineString {
		return t.positions(dst, n, err)
	}
	for ; n > 0 && err == nil; n-- {
		dst, err = t.ring(dst)
	}
	return dst, err
}

// ring copies a ring, which may lack its last position.
func (t *tiny) ring(dst WKB) (WKB, error) {
	n, err := t.count(2)
	at := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(n))
	if dst, err = t.positions(dst, n, err); err != nil || n == 0 {
		return dst, err
	}
	first, last := dst[at+4:at+20], dst[len(dst)-16:]
	if string(first) != string(last) {
		dst = append(dst, first...)
		binary.LittleEndian.PutUint32(dst[at:], uint32(n+1))
	}
	return dst, nil
}

func (t *tiny) positions(dst WKB, n int, err error) (WKB, error) {
	for ; n > 0 && err == nil; n-- {
		dst, err = t.position(dst)
	}
	return dst, err
}

func (t *tiny) position(dst WKB) (WKB, error) {
	dx, err := t.number()
	if err != nil {
		return dst, err
	}
	dy, err := t.number()
	t.x, t.y = t.x+dx, t.y+dy
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(float64(t.x)/t.scale))
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(float64(t.y)/t.scale)), err
}

func (t *tiny) number() (int64, error) {
	n, w := binary.Varint(t.buf)
	if w <= 0 {
		return 0, fmt.Errorf("%w: it ends within a number", ErrTWKB)
	}
	t.buf = t.buf[w:]
	return n, nil
}

// count reads how many things follow, each of so many bytes at least.
func (t *tiny) count(bytes int) (int, error) {
	n, w := binary.Uvarint(t.buf)
	if w <= 0 || n > uint64(len(t.buf)-w)/uint64(bytes) {
		return 0, fmt.Errorf("%w: it ends before what it counts", ErrTWKB)
	}
	t.buf = t.buf[w:]
	return int(n), nil
}
