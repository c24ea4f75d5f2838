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

// minSize returns the least number of bytes that a member of a collection of
// the given kind can take.
func minSize(kind uint32) int {
	if kind == typeMultiPoint {
		return 1 + 4 + 16
	}
	return 1 + 4 + 4
}

// memberKind returns the type that the members of a multi geometry must have,
// or 0 for a collection, whose members may have any.
func memberKind(kind uint32) uint32 {
	if kind == typeCollection {
		return 0
	}
	return kind - 3
}

// Positions walks the whole geometry and returns how many positions it holds,
// the two NaN of an empty point counted as none. A nil error means that every
// count and length in the bytes holds true, so that decoding them needs no more
// memory than a small multiple of their length.
func (b WKB) Positions() (int, error) {
	c := cursor{buf: b}
	n, err := c.positions(0, 0)
	if err != nil {
		return 0, err
	}
	if c.left() > 0 {
		return 0, fmt.Errorf("%w: %d bytes after the end of the geometry", ErrWKB, c.left())
	}
	return n, nil
}

// positions counts one geometry, which must be of the wanted kind unless 0.
func (c *cursor) positions(want uint32, depth int) (int, error) {
	h, err := c.member(want, depth)
	if err != nil {
		return 0, err
	}
	switch h.kind {
	case typePoint:
		if c.left() < h.stride {
			return 0, c.short(h.stride)
		}
		if x, y := c.xy(h.stride); math.IsNaN(x) && math.IsNaN(y) {
			return 0, nil
		}
		return 1, nil
	case typeLineString:
		return c.skip(h.stride)
	case typePolygon:
		return c.sum(4, func() (int, error) { return c.skip(h.stride) })
	default:
		return c.sum(minSize(h.kind), func() (int, error) { return c.positions(memberKind(h.kind), depth+1) })
	}
}

// skip passes over a counted list of positions and returns their number.
func (c *cursor) skip(stride int) (int, error) {
	n, err := c.count(stride)
	c.pos += n * stride
	return n, err
}

// sum adds what each of a counted list of parts yields.
func (c *cursor) sum(size int, part func() (int, error)) (int, error) {
	n, err := c.count(size)
	if err != nil {
		return 0, err
	}
	total := 0
	for range n {
		big := c.big
		m, err := part()
		if err != nil {
			return 0, err
		}
		c.big = big
		total += m
	}
	return total, nil
}

// member reads a header and checks it against the wanted kind and the depth.
func (c *cursor) member(want uint32, depth int) (header, error) {
	at := c.pos
	if depth > maxDepth {
		return header{}, fmt.Errorf("%w: more than %d nested collections", ErrWKB, maxDepth)
	}
	h, err := c.header()
	if err != nil {
		return header{}, err
	}
	if want != 0 && h.kind != want {
		return header{}, fmt.Errorf("%w: member of type %d at byte %d, want %d", ErrWKB, h.kind, at, want)
	}
	return h, nil
}
