package geo

import (
	"encoding/binary"
	"fmt"
	"math"
)

// PartKind is what the positions of a [Part] are.
type PartKind uint8

// The kinds of parts. The shell of a polygon comes before its holes.
const (
	PointPart PartKind = iota
	LinePart
	ShellPart
	HolePart
)

// Part is one list of positions of a geometry: a point, a line, or a ring. It
// reads from the geometry's bytes and is valid as long as they are.
type Part struct {
	Kind   PartKind
	data   []byte
	stride int
	big    bool
}

// Len returns the number of positions.
func (p Part) Len() int { return len(p.data) / p.stride }

// XY returns the first two numbers of the position i; Z and M are passed over.
func (p Part) XY(i int) (x, y float64) {
	b := p.data[i*p.stride:][:16]
	if p.big {
		return math.Float64frombits(binary.BigEndian.Uint64(b)), math.Float64frombits(binary.BigEndian.Uint64(b[8:]))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
}

// Parts calls visit for each part of the geometry in the order of the bytes, those
// of all members included; an empty point is none. It collects nothing, so a visit
// may have happened before an error of a later part is returned.
func (b WKB) Parts(visit func(Part)) error {
	c := cursor{buf: b}
	if err := c.parts(0, 0, visit); err != nil {
		return err
	}
	if c.left() > 0 {
		return fmt.Errorf("%w: %d bytes after the end of the geometry", ErrWKB, c.left())
	}
	return nil
}

// parts visits one geometry, which must be of the wanted kind unless 0.
func (c *cursor) parts(want uint32, depth int, visit func(Part)) error {
	h, err := c.member(want, depth)
	if err != nil {
		return err
	}
	switch h.kind {
	case typePoint:
		if c.left() < h.stride {
			return c.short(h.stride)
		}
		p := c.part(PointPart, h.stride, 1)
		if x, y := p.XY(0); !math.IsNaN(x) || !math.IsNaN(y) {
			visit(p)
		}
		return nil
	case typeLineString:
		return c.list(LinePart, h.stride, visit)
	case typePolygon:
		n, err := c.count(4)
		for i := 0; i < n && err == nil; i++ {
			err = c.list(ShellPart+PartKind(min(i, 1)), h.stride, visit)
		}
		return err
	}
	n, err := c.count(minSize(h.kind))
	big := c.big
	for i := 0; i < n && err == nil; i++ {
		err = c.parts(memberKind(h.kind), depth+1, visit)
		c.big = big
	}
	return err
}

// list visits a counted list of positions.
func (c *cursor) list(kind PartKind, stride int, visit func(Part)) error {
	n, err := c.count(stride)
	if err != nil {
		return err
	}
	visit(c.part(kind, stride, n))
	return nil
}

// part passes over n positions, which are there.
func (c *cursor) part(kind PartKind, stride, n int) Part {
	p := Part{kind, c.buf[c.pos : c.pos+n*stride], stride, c.big}
	c.pos += n * stride
	return p
}
