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

// appendTrimmed appends v as appendDecimal does and cuts trailing zeros. Numbers
// that have no more than decimals digits after the point, as stored coordinates
// do, are written as scaled integers, in less than half the time.
func appendTrimmed(dst []byte, v float64, decimals int) []byte {
	if decimals >= 0 && decimals <= 9 {
		scale := int64(1)
		for range decimals {
			scale *= 10
		}
		// Two decimals of up to 15 digits never read as the same double: when
		// the scaled integer reads back as v, it is v's shortest decimal.
		if n := math.Round(v * float64(scale)); math.Abs(n) < 1e15 && n/float64(scale) == v {
			return appendScaled(dst, int64(n), scale)
		}
	}
	start := len(dst)
	return trimZeros(appendDecimal(dst, v, decimals), start)
}

// appendScaled appends n/scale, where scale is a power of ten, without trailing
// zeros after the point.
func appendScaled(dst []byte, n, scale int64) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, n/scale, 10)
	if n %= scale; n == 0 {
		return dst
	}
	dst = append(dst, '.')
	for n > 0 {
		scale /= 10
		dst = append(dst, byte('0'+n/scale))
		n %= scale
	}
	return dst
}
