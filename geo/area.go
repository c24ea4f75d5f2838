package geo

import (
	"math"
	"strconv"
)

// SquareMetres is an area on the CGCS2000 ellipsoid, as the national land survey
// defines it (国土调查办发〔2008〕32号, kept by TD/T 1055-2019). It is kept in full
// double precision; only the Format functions round, and only what is printed.
type SquareMetres float64

// Hectares returns the area in 公顷: 10 000 m².
func (a SquareMetres) Hectares() float64 { return float64(a) / 10000 }

// Mu returns the area in 亩: 2000/3 m², so that 15 亩 are exactly 1 公顷.
func (a SquareMetres) Mu() float64 { return float64(a) * 15 / 10000 }

// FormatM2 writes square metres with 2 decimals, rounded half-up on the decimal
// value, without unit or digit grouping. An area that is no finite number is
// written as NaN, +Inf or -Inf.
func (a SquareMetres) FormatM2() string { return format(float64(a), 2) }

// FormatHectares writes hectares with 4 decimals; see [SquareMetres.FormatM2].
func (a SquareMetres) FormatHectares() string { return format(a.Hectares(), 4) }

// FormatMu writes mu with 2 decimals; see [SquareMetres.FormatM2].
func (a SquareMetres) FormatMu() string { return format(a.Mu(), 2) }

// format writes v with exactly the given decimals.
func format(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return string(appendDecimal(nil, v, decimals))
}
