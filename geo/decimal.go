package geo

import (
	"math"
	"strconv"
)

// appendDecimal appends v with exactly decimals digits after the point. It
// rounds half away from zero (GB/T 8170, 四舍五入) on the shortest decimal that
// reads back as v, which is the number a person sees: 1.005 becomes 1.01
// although its binary value lies below. Negative decimals append the shortest
// decimal itself. v must be finite.
func appendDecimal(dst []byte, v float64, decimals int) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', -1, 64)
	if decimals < 0 {
		return dst
	}
	point := start
	for point < len(dst) && dst[point] != '.' {
		point++
	}
	if point == len(dst) {
		if decimals == 0 {
			return unsignZero(dst, start)
		}
		dst = append(dst, '.')
	}
	have := len(dst) - point - 1
	for ; have < decimals; have++ {
		dst = append(dst, '0')
	}
	if have > decimals {
		up := dst[point+1+decimals] >= '5'
		end := point + 1 + decimals
		if decimals == 0 {
			end = point
		}
		dst = dst[:end]
		if up {
			dst = increment(dst, start)
		}
	}
	return unsignZero(dst, start)
}

// increment adds one unit in the last digit of the decimal at dst[start:].
func increment(dst []byte, start int) []byte {
	first := start
	if dst[first] == '-' {
		first++
	}
	for i := len(dst) - 1; i >= first; i-- {
		switch {
		case dst[i] == '.':
		case dst[i] == '9':
			dst[i] = '0'
		default:
			dst[i]++
			return dst
		}
	}
	dst = append(dst, 0)
	copy(dst[first+1:], dst[first:])
	dst[first] = '1'
	return dst
}

// unsignZero drops the sign of a decimal at dst[start:] that holds only zeros.
func unsignZero(dst []byte, start int) []byte {
	if dst[start] != '-' {
		return dst
	}
	for _, c := range dst[start+1:] {
		if c != '0' && c != '.' {
			return dst
		}
	}
	copy(dst[start:], dst[start+1:])
	return dst[:len(dst)-1]
}

// trimZeros cuts the zeros after the point, and the point when nothing follows
// it, from the decimal at dst[start:].
func trimZeros(dst []byte, start int) []byte {
	end, point := len(dst), start
	for point < end && dst[point] != '.' {
		point++
	}
	if point == end {
		return dst
	}
	for dst[end-1] == '0' {
		end--
	}
	if dst[end-1] == '.' {
		end--
	}
	return dst[:end]
}

// power is ten to the power of decimals; 0 when numbers of so many decimals are
// not written as scaled integers.
func power(decimals int) float64 {
	if decimals < 0 || decimals > 9 {
		return 0
	}
	scale := 1.0
	for range decimals {
		scale *= 10
	}
	return scale
}

// appendTrimmed appends v as appendDecimal does and cuts trailing zeros. scale is
// power(decimals).
//
// Most numbers are written as scaled integers, in a fraction of the time. v times
// scale is off by less than one part in 2^51, as is what the shortest decimal of v
// gives. Where that cannot carry it over a half, both round to the same integer.
func appendTrimmed(dst []byte, v float64, decimals int, scale float64) []byte {
	scaled := math.Abs(v) * scale
	if scale > 0 && scaled < 1e15 {
		n := uint64(scaled)
		if rest := scaled - float64(n) - 0.5; math.Abs(rest) > scaled*0x1p-50 {
			if rest > 0 {
				n++
			}
			if v < 0 && n > 0 {
				dst = append(dst, '-')
			}
			return appendScaled(dst, n, decimals)
		}
	}
	start := len(dst)
	return trimZeros(appendDecimal(dst, v, decimals), start)
}

// pairs are the numbers from 00 to 99.
const pairs = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849" +
	"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

// appendScaled appends n divided by a power of ten without trailing zeros after the
// point. Two digits are written at a time, from the last, and those before the
// point then make place for it.
func appendScaled(dst []byte, n uint64, decimals int) []byte {
	var b [24]byte
	at := len(b)
	for n >= 100 {
		rest := n % 100 * 2
		n /= 100
		at -= 2
		b[at], b[at+1] = pairs[rest], pairs[rest+1]
	}
	if n >= 10 {
		at -= 2
		b[at], b[at+1] = pairs[n*2], pairs[n*2+1]
	} else {
		at--
		b[at] = '0' + byte(n)
	}
	point, end := len(b)-decimals, len(b)
	for at >= point {
		at--
		b[at] = '0'
	}
	for end > point && b[end-1] == '0' {
		end--
	}
	if end == point {
		return append(dst, b[at:point]...)
	}
	copy(b[at-1:], b[at:point])
	b[point-1] = '.'
	return append(dst, b[at-1:end]...)
}
