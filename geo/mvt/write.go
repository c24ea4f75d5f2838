package mvt

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// writer holds the bytes of a tile: the layers that are done, and the parts of the
// one being written (vector_tile.proto 2.1). A value stands once in a layer.
type writer struct {
	done     []byte
	name     string
	keys     []string
	extent   uint32
	features []byte // the messages of the layer's features
	count    int    // of the layer
	total    int    // of the tile

	values []byte   // the layer's values as fields of the message
	spans  []span   // where each value's message lies in values
	table  []uint32 // hash table: index into spans plus one
	seed   maphash.Seed
	one    []byte // a message being put together
	tags   []byte
}

type span struct {
	from, to int
	hash     uint64
}

func (w *writer) reset() {
	if w.table == nil {
		w.seed = maphash.MakeSeed()
	}
	w.done, w.total, w.count = w.done[:0], 0, 0
	w.layer("", nil, 0)
}

// layer ends the current layer and begins another.
func (w *writer) layer(name string, keys []string, extent uint32) {
	w.end()
	w.name, w.extent = name, extent
	w.keys = append(w.keys[:0], keys...)
	w.features, w.count = w.features[:0], 0
	w.values, w.spans = w.values[:0], w.spans[:0]
	clear(w.table)
}

// feature writes a feature with the commands of its geometry.
func (w *writer) feature(id uint64, kind byte, geometry []byte, values []Value) {
	w.tags = w.tags[:0]
	for i, v := range values[:min(len(values), len(w.keys))] {
		if v.kind != null {
			w.tags = binary.AppendUvarint(w.tags, uint64(i))
			w.tags = binary.AppendUvarint(w.tags, uint64(w.value(v)))
		}
	}
	w.one = binary.AppendUvarint(append(w.one[:0], 1<<3), id)
	if len(w.tags) > 0 {
		w.one = field(w.one, 2, w.tags)
	}
	w.one = field(append(w.one, 3<<3, kind), 4, geometry)
	w.features = field(w.features, 2, w.one)
	w.count++
	w.total++
}

// value returns the index of a value in the layer, adding it if it is new.
func (w *writer) value(v Value) uint32 {
	w.one = v.append(w.one[:0])
	if 2*(len(w.spans)+1) > len(w.table) {
		w.grow()
	}
	hash := maphash.Bytes(w.seed, w.one)
	at := w.slot(hash, w.one)
	if n := w.table[at]; n != 0 {
		return n - 1
	}
	w.values = field(w.values, 4, w.one)
	w.spans = append(w.spans, span{len(w.values) - len(w.one), len(w.values), hash})
	w.table[at] = uint32(len(w.spans))
	return uint32(len(w.spans) - 1)
}

// slot finds the place of a value in the table: its own, or the free one where it
// belongs.
func (w *writer) slot(hash uint64, message []byte) int {
	mask := len(w.table) - 1
	for at := int(hash) & mask; ; at = (at + 1) & mask {
		n := w.table[at]
		if n == 0 {
			return at
		}
		if s := w.spans[n-1]; s.hash == hash && bytes.Equal(w.values[s.from:s.to], message) {
			return at
		}
	}
}

// grow doubles the table; at least half of it is always free.
func (w *writer) grow() {
	size := max(256, 2*len(w.table))
	w.table = slices.Grow(w.table[:0], size)[:size]
	clear(w.table)
	mask := size - 1
	for i, s := range w.spans {
		at := int(s.hash) & mask
		for w.table[at] != 0 {
			at = (at + 1) & mask
		}
		w.table[at] = uint32(i + 1)
	}
}

// end appends the layer to the tile, unless it has no features.
func (w *writer) end() {
	if w.count == 0 {
		return
	}
	w.one = field(w.one[:0], 1, w.name)
	head := len(w.one)
	for _, k := range w.keys {
		w.one = field(w.one, 3, k)
	}
	keys := len(w.one)
	w.one = binary.AppendUvarint(append(w.one, 5<<3), uint64(w.extent))
	w.one = append(w.one, 15<<3, 2)
	w.done = binary.AppendUvarint(append(w.done, 3<<3|2), uint64(len(w.one)+len(w.features)+len(w.values)))
	w.done = append(append(w.done, w.one[:head]...), w.features...)
	w.done = append(append(w.done, w.one[head:keys]...), w.values...)
	w.done = append(w.done, w.one[keys:]...)
	w.count = 0
}

// close ends the last layer and returns the tile.
func (w *writer) close() []byte {
	w.end()
	return w.done
}

// field appends a field of bytes with its number and length.
func field[T ~string | ~[]byte](dst []byte, number byte, b T) []byte {
	dst = binary.AppendUvarint(append(dst, number<<3|2), uint64(len(b)))
	return append(dst, b...)
}
