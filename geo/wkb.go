package geo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// WKB is a geometry in well-known binary: ISO 19125-1 / OGC 06-103r4 section 8.2
// with the ISO codes for Z and M, or PostGIS's EWKB with its flags and SRID, in
// either byte order. It is kept as the database sent it and is never changed.
type WKB []byte

// ErrWKB is wrapped by every error about bytes that are not a geometry.
var ErrWKB = errors.New("malformed wkb")

// maxDepth bounds how deep collections may nest.
const maxDepth = 32

// The seven geometry types that WKB and GeoJSON share.
const (
	typePoint uint32 = 1 + iota
	typeLineString
	typePolygon
	typeMultiPoint
	typeMultiLineString
	typeMultiPolygon
	typeCollection
)

// Flags of EWKB in the type word.
const (
	flagZ    uint32 = 0x80000000
	flagM    uint32 = 0x40000000
	flagSRID uint32 = 0x20000000
)

// header is what stands in front of a geometry's own data.
type header struct {
	kind   uint32
	stride int // bytes of one position: 16, 24 or 32
}

// cursor reads WKB from front to back. Every read checks what is left first.
type cursor struct {
	buf []byte
	pos int
	big bool // byte order of the geometry being read
}

// left returns how many bytes are still unread.
func (c *cursor) left() int { return len(c.buf) - c.pos }

// uint32 reads a four-byte number in the current byte order.
func (c *cursor) uint32() (uint32, error) {
	if c.left() < 4 {
		return 0, c.short(4)
	}
	b := c.buf[c.pos:]
	c.pos += 4
	if c.big {
		return binary.BigEndian.Uint32(b), nil
	}
	return binary.LittleEndian.Uint32(b), nil
}

// header reads byte order, type and, for EWKB, the SRID, which it passes over.
func (c *cursor) header() (header, error) {
	at := c.pos
	if c.left() < 1 {
		return header{}, c.short(1)
	}
	order := c.buf[c.pos]
	if order > 1 {
		return header{}, fmt.Errorf("%w: byte order %d at byte %d, want 0 or 1", ErrWKB, order, at)
	}
	c.pos++
	c.big = order == 0
	word, err := c.uint32()
	if err != nil {
		return header{}, err
	}
	if word&flagSRID != 0 {
		if _, err := c.uint32(); err != nil {
			return header{}, err
		}
	}
	code := word &^ (flagZ | flagM | flagSRID)
	iso := code / 1000
	h := header{kind: code % 1000, stride: 16}
	if iso > 3 || h.kind < typePoint || h.kind > typeCollection {
		return header{}, fmt.Errorf("%w: unknown geometry type %d at byte %d", ErrWKB, code, at)
	}
	if word&flagZ != 0 || iso == 1 || iso == 3 {
		h.stride += 8
	}
	if word&flagM != 0 || iso == 2 || iso == 3 {
		h.stride += 8
	}
	return h, nil
}

// count reads how many elements follow and refuses a number that the remaining
// bytes cannot hold, each element taking at least size bytes.
func (c *cursor) count(size int) (int, error) {
	at := c.pos
	n, err := c.uint32()
	if err != nil {
		return 0, err
	}
	if int64(n) > int64(c.left()/size) {
		return 0, fmt.Errorf("%w: %d elements announced at byte %d, but only %d bytes follow", ErrWKB, n, at, c.left())
	}
	return int(n), nil
}

// xy reads the first two numbers of a position and passes over Z and M. The
// caller has made sure, by count or by left, that the position is there.
func (c *cursor) xy(stride int) (x, y float64) {
	b := c.buf[c.pos : c.pos+16]
	c.pos += stride
	if c.big {
		return math.Float64frombits(binary.BigEndian.Uint64(b)), math.Float64frombits(binary.BigEndian.Uint64(b[8:]))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
}

// short says that the bytes end before the next need bytes.
func (c *cursor) short(need int) error {
	return fmt.Errorf("%w: ends at byte %d, %d more expected", ErrWKB, len(c.buf), need-c.left())
}
