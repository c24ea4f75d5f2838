package read

import "encoding/binary"

// flatTable is a table of a FlatBuffer. Each access is checked against the bytes:
// what lies outside is as if it were not there.
type flatTable struct {
	b      []byte
	at     int
	vtable int
}

// flatRoot returns the table at the start of a FlatBuffer.
func flatRoot(b []byte) (flatTable, bool) {
	if len(b) < 8 {
		return flatTable{}, false
	}
	return flatAt(b, int(binary.LittleEndian.Uint32(b)))
}

func flatAt(b []byte, at int) (flatTable, bool) {
	if at < 4 || at+4 > len(b) {
		return flatTable{}, false
	}
	v := at - int(int32(binary.LittleEndian.Uint32(b[at:])))
	if v < 0 || v+4 > len(b) || v+int(binary.LittleEndian.Uint16(b[v:])) > len(b) {
		return flatTable{}, false
	}
	return flatTable{b, at, v}, true
}

// field returns where a field of so many bytes stands, or 0.
func (t flatTable) field(i, size int) int {
	slot := 4 + 2*i
	if slot+2 > int(binary.LittleEndian.Uint16(t.b[t.vtable:])) {
		return 0
	}
	offset := int(binary.LittleEndian.Uint16(t.b[t.vtable+slot:]))
	if offset == 0 || t.at+offset+size > len(t.b) {
		return 0
	}
	return t.at + offset
}

// uint returns a number of 1, 2, 4 or 8 bytes.
func (t flatTable) uint(i, size int, otherwise uint64) uint64 {
	at := t.field(i, size)
	if at == 0 {
		return otherwise
	}
	switch size {
	case 1:
		return uint64(t.b[at])
	case 2:
		return uint64(binary.LittleEndian.Uint16(t.b[at:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(t.b[at:]))
	}
	return binary.LittleEndian.Uint64(t.b[at:])
}

// follow returns where the offset in a field leads, or 0.
func (t flatTable) follow(i int) int {
	at := t.field(i, 4)
	if at == 0 {
		return 0
	}
	to := at + int(binary.LittleEndian.Uint32(t.b[at:]))
	if to+4 > len(t.b) {
		return 0
	}
	return to
}

// vector returns the bytes of a vector's elements, each of so many bytes; nil when
// there is none.
func (t flatTable) vector(i, size int) []byte {
	at := t.follow(i)
	if at == 0 {
		return nil
	}
	n := int(binary.LittleEndian.Uint32(t.b[at:]))
	if n > (len(t.b)-at-4)/size {
		return nil
	}
	return t.b[at+4 : at+4+n*size]
}

// bytes returns a text or a vector of bytes.
func (t flatTable) bytes(i int) []byte { return t.vector(i, 1) }

// table returns a table that a field leads to.
func (t flatTable) table(i int) (flatTable, bool) {
	at := t.follow(i)
	if at == 0 {
		return flatTable{}, false
	}
	return flatAt(t.b, at)
}

// tables returns a vector of tables; false when one of them is no table.
func (t flatTable) tables(i int) ([]flatTable, bool) {
	v := t.vector(i, 4)
	start := t.follow(i) + 4
	out := make([]flatTable, 0, len(v)/4)
	for k := 0; k < len(v); k += 4 {
		one, ok := flatAt(t.b, start+k+int(binary.LittleEndian.Uint32(v[k:])))
		if !ok {
			return nil, false
		}
		out = append(out, one)
	}
	return out, true
}
