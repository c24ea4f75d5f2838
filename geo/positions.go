package geo

import (
	"fmt"
	"math"
)

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
