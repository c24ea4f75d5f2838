package report

import (
	"math"
	"strconv"

	"planatlas/geo"
	"planatlas/layers/check"
)

// The decimals of what is printed (square metres 2, 公顷 4, 亩 2, per cent 2), metres
// of a distance and of a coordinate, and degrees of a coordinate.
const (
	decimalsM2      = 2
	decimalsHa      = 4
	decimalsMu      = 2
	decimalsPercent = 2
	decimalsM       = 2
	decimalsGrid    = 3
	decimalsDegree  = 9
)

// printed writes a number with so many decimals, rounded half-up as everywhere.
func printed(v float64, decimals int) string {
	return geo.Apportion([]float64{v}, v, decimals)[0]
}

func number(text string, decimals int) cell {
	_, err := strconv.ParseFloat(text, 64)
	return cell{Text: text, Number: err == nil, Right: true, Decimal: decimals}
}

// noNumber stands where a number is not known.
func noNumber() cell { return cell{Text: dash, Right: true} }

func metres(m float64) cell { return number(printed(m, decimalsM), decimalsM) }

// amounts are an area in the units that planners need, as it is printed.
type amounts struct{ M2, Ha, Mu, Percent string }

// amount writes an area. The share is left out when it is not a number.
func amount(m check.Measure, share float64) amounts {
	a := geo.SquareMetres(m.M2)
	out := amounts{M2: a.FormatM2(), Ha: a.FormatHectares(), Mu: a.FormatMu(), Percent: dash}
	if !math.IsNaN(share) {
		out.Percent = printed(100*share, decimalsPercent)
	}
	return out
}

func overlapAmount(o check.Overlap) amounts { return amount(o.Measure, o.Share) }

// dash stands where there is nothing to say, or what is there is not known.
const dash = "—"

func unknownAmount() amounts { return amounts{dash, dash, dash, dash} }

func (a amounts) cells() []cell {
	return []cell{number(a.M2, decimalsM2), number(a.Ha, decimalsHa), number(a.Mu, decimalsMu), number(a.Percent, decimalsPercent)}
}

// balanced writes parts of a whole so that what is printed adds up to what is
// printed of the whole (调平), in each unit.
func balanced(parts []float64, whole float64) []amounts {
	m2 := geo.Apportion(parts, whole, decimalsM2)
	ha := geo.Apportion(scaled(parts, geo.SquareMetres.Hectares), geo.SquareMetres(whole).Hectares(), decimalsHa)
	mu := geo.Apportion(scaled(parts, geo.SquareMetres.Mu), geo.SquareMetres(whole).Mu(), decimalsMu)
	out := make([]amounts, len(parts))
	for i := range parts {
		out[i] = amounts{M2: m2[i], Ha: ha[i], Mu: mu[i], Percent: dash}
	}
	if whole > 0 {
		percent := geo.Apportion(scaled(parts, func(a geo.SquareMetres) float64 { return 100 * float64(a) / whole }), 100, decimalsPercent)
		for i := range out {
			out[i].Percent = percent[i]
		}
	}
	return out
}

func scaled(parts []float64, by func(geo.SquareMetres) float64) []float64 {
	out := make([]float64, len(parts))
	for i, p := range parts {
		out[i] = by(geo.SquareMetres(p))
	}
	return out
}

// areaColumns are the columns of an area, together as wide as that.
func (r *Report) areaColumns(width float64) []column {
	return []column{{"m²", 0.32 * width, true}, r.column("公顷", "ha", 0.25*width, true), r.column("亩", "mu", 0.24*width, true), {"%", 0.19 * width, true}}
}
