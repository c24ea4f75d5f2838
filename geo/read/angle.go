package read

import (
	"math"
	"strconv"
	"strings"
)

// halfWidth turns the full-width forms of ASCII, the ideographic space and Chinese
// punctuation of lists into the half-width ones.
func halfWidth(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000' || r == '\u00a0' || r == '\ufeff':
		return ' '
	case r == '、':
		return ','
	case r == '【' || r == '〔':
		return '['
	case r == '】' || r == '〕':
		return ']'
	case r == '。':
		return '.'
	case r == '−' || r == '—' || r == '–':
		return '-'
	}
	return r
}

// parseNumber reads a decimal number of a point; units of metres may follow.
func parseNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	for _, unit := range [4]string{"m", "M", "米", "°"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, unit))
	}
	if s == "" || len(s) > 40 || strings.Trim(s, "+-0123456789.eE") != "" || strings.Trim(s, "+-.eE") == "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// parseAngle reads an angle: decimal, or degrees, minutes and seconds by signs,
// letters, colons or spaces, with a hemisphere in front or behind. It returns
// decimal degrees and whether it was written in degrees, minutes and seconds.
func parseAngle(s string) (v float64, dms, ok bool) {
	if v, ok := parseNumber(s); ok {
		return v, false, true
	}
	if len(s) > 80 {
		return 0, false, false
	}
	sign := 1.0
	s = strings.ToUpper(strings.TrimSpace(s))
	s = strings.NewReplacer("北纬", "", "东经", "", "西经", "W", "南纬", "S", "度", "°", "分", "′", "秒", "″", "º", "°", "˚", "°", "'’", "″",
		"''", "″", "’’", "″", "\"", "″", "”", "″", "“", "″", "'", "′", "’", "′", "‘", "′", "D", "°").Replace(s)
	if strings.Contains(s, "°") && strings.Contains(s, "M") { // 113d35m00s
		s = strings.NewReplacer("M", "′", "S", "″").Replace(s)
	}
	for _, h := range [4]string{"N", "E", "S", "W"} {
		if t := strings.Trim(s, h); t != s {
			if s = t; h == "S" || h == "W" {
				sign = -1
			}
			break
		}
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("°′″:： \t-", r) })
	if len(fields) < 1 || len(fields) > 3 || strings.HasPrefix(strings.TrimSpace(s), "-") {
		return 0, false, false
	}
	scale := 1.0
	for i, f := range fields {
		n, good := parseNumber(f)
		if !good || n < 0 || i > 0 && n >= 60 || i < len(fields)-1 && n != math.Trunc(n) {
			return 0, false, false
		}
		v += n * scale
		scale /= 60
	}
	return sign * v, len(fields) > 1, true
}

// unpack turns degrees, minutes and seconds packed as ddd.mmss into decimal
// degrees; false when the minutes or seconds are 60 or more.
func unpack(v float64) (float64, bool) {
	digits := strconv.FormatFloat(math.Abs(v), 'f', 10, 64)
	whole, rest, _ := strings.Cut(digits, ".")
	deg, err1 := strconv.ParseFloat(whole, 64)
	minutes, err2 := strconv.ParseFloat(rest[:2], 64)
	seconds, err3 := strconv.ParseFloat(rest[2:4]+"."+rest[4:], 64)
	if err1 != nil || err2 != nil || err3 != nil || minutes >= 60 || seconds >= 60 {
		return 0, false
	}
	return math.Copysign(deg+minutes/60+seconds/3600, v), true
}
