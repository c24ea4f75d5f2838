package mvt

import (
	"encoding/binary"
	"math"
)

// Value is the value of one property. The zero value is null: the feature has no
// such property.
type Value struct {
	kind uint8
	bits uint64
	text []byte
}

const (
	null uint8 = iota
	text
	double
	integer
	boolean
)

// Text is a UTF-8 string, as the database sent it. The bytes are read when the
// feature is written.
func Text(b []byte) Value { return Value{kind: text, text: b} }

// String is a string.
func String(s string) Value { return Text([]byte(s)) }

// Int is a whole number.
func Int(n int64) Value { return Value{kind: integer, bits: uint64(n)} }

// Float is a number; one that is not finite is null.
func Float(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: double, bits: math.Float64bits(f)}
}

// Bool is a truth value.
func Bool(b bool) Value {
	v := Value{kind: boolean}
	if b {
		v.bits = 1
	}
	return v
}

// append writes the message Value of the standard (4.4): one field of its kind.
func (v Value) append(dst []byte) []byte {
	switch v.kind {
	case text:
		dst = binary.AppendUvarint(append(dst, 1<<3|2), uint64(len(v.text)))
		return append(dst, v.text...)
	case double:
		return binary.LittleEndian.AppendUint64(append(dst, 3<<3|1), v.bits)
	case integer:
		if int64(v.bits) < 0 {
			return binary.AppendUvarint(append(dst, 6<<3), v.bits<<1^uint64(int64(v.bits)>>63))
		}
		return binary.AppendUvarint(append(dst, 5<<3), v.bits)
	case boolean:
		return append(dst, 7<<3, byte(v.bits))
	}
	return dst
}
