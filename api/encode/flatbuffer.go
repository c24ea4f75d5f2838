package encode

import (
	"encoding/binary"
	"math"
	"strconv"
)

// flat writes one FlatBuffer with its size in front, from front to back: each
// table stands behind the place that points to it. Places are indices of b;
// numbers are aligned to their size from the start of the buffer.
type flat struct {
	b     []byte
	start int
}

// newFlat begins a buffer behind what dst holds.
func newFlat(dst []byte) flat { return flat{append(dst, 0, 0, 0, 0), len(dst)} }

// end writes the size and returns all bytes.
func (t *flat) end() []byte {
	for (len(t.b)-t.start)%8 != 0 {
		t.b = append(t.b, 0)
	}
	binary.LittleEndian.PutUint32(t.b[t.start:], uint32(len(t.b)-t.start-4))
	return t.b
}

// align pads so that what stands so many bytes on is aligned.
func (t *flat) align(to, ahead int) {
	for (len(t.b)-t.start+ahead)%to != 0 {
		t.b = append(t.b, 0)
	}
}

// point makes the offset at the slot lead to the end of what was written.
func (t *flat) point(slot int) {
	binary.LittleEndian.PutUint32(t.b[slot:], uint32(len(t.b)-slot))
}

// root writes the root table, whose fields take so many bytes each; none means
// that the field is left out.
func (t *flat) root(sizes []int) [11]int {
	t.b = append(t.b, 0, 0, 0, 0)
	return t.table(t.start+4, sizes)
}

// table writes a table that the slot leads to, and returns where its fields
// stand. Larger fields come first, so that all are aligned.
func (t *flat) table(slot int, sizes []int) (at [11]int) {
	t.align(4, 2*len(sizes)) // the table follows its vtable
	vtable := len(t.b)
	t.b = append(t.b, make([]byte, 4+2*len(sizes))...)
	t.align(4, 0)
	t.point(slot)
	table := len(t.b)
	t.b = binary.LittleEndian.AppendUint32(t.b, uint32(table-vtable))
	for _, size := range [...]int{4, 2, 1} {
		for i, s := range sizes {
			if s == size {
				at[i] = len(t.b)
				binary.LittleEndian.PutUint16(t.b[vtable+4+2*i:], uint16(len(t.b)-table))
				t.b = append(t.b, 0, 0, 0, 0)[:len(t.b)+size]
			}
		}
	}
	binary.LittleEndian.PutUint16(t.b[vtable:], uint16(4+2*len(sizes)))
	binary.LittleEndian.PutUint16(t.b[vtable+2:], uint16(len(t.b)-table))
	return at
}

// vector writes a vector of n zero elements, and returns where the first stands.
func (t *flat) vector(slot, n, size int) int {
	t.align(4, 0)
	t.point(slot)
	t.b = binary.LittleEndian.AppendUint32(t.b, uint32(n))
	first := len(t.b)
	for range n * size {
		t.b = append(t.b, 0)
	}
	return first
}

// doubles writes a vector of numbers of eight bytes.
func (t *flat) doubles(slot int, numbers []byte) {
	t.align(8, 4)
	t.point(slot)
	t.b = binary.LittleEndian.AppendUint32(t.b, uint32(len(numbers)/8))
	t.b = append(t.b, numbers...)
}

// text writes a string.
func (t *flat) text(slot int, s string) {
	t.align(4, 0)
	t.point(slot)
	t.b = binary.LittleEndian.AppendUint32(t.b, uint32(len(s)))
	t.b = append(append(t.b, s...), 0)
}

// appendProperty writes a value of FlatGeobuf: the column, then the value in the
// column's type, from PostgreSQL's text form. A number that cannot be read is
// left out.
func appendProperty(dst []byte, column int, kind byte, v []byte) []byte {
	mark := len(dst)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(column))
	switch kind {
	case fgbBool:
		if v[0] == 't' {
			return append(dst, 1)
		}
		return append(dst, 0)
	case fgbLong:
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return dst[:mark]
		}
		return binary.LittleEndian.AppendUint64(dst, uint64(n))
	case fgbDouble:
		n, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return dst[:mark]
		}
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(n))
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(v)))
	return append(dst, v...)
}
