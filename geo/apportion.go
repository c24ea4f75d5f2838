package geo

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// Apportion writes the parts of a total with the given decimals so that what is
// printed adds up to the total as it is printed (调平): each part is cut off after
// the last decimal, and the units that are missing go to the largest remainders,
// the first of equal ones. No part differs by a whole unit of the last decimal from
// what it is. The total is rounded half-up, as everywhere in this package.
//
// Parts that do not add up to the total, and what is no finite number, are rounded
// each on its own: nothing is bent to fit.
func Apportion(parts []float64, total float64, decimals int) []string {
	texts := make([]string, len(parts))
	units, ok := apportion(parts, total, decimals)
	for i, p := range parts {
		if !ok {
			texts[i] = format(p, decimals)
			continue
		}
		texts[i] = new(big.Rat).Quo(new(big.Rat).SetInt(units[i]), unit(decimals)).FloatString(decimals)
	}
	return texts
}

// apportion returns the parts in units of the last decimal.
func apportion(parts []float64, total float64, decimals int) ([]*big.Int, bool) {
	if math.IsNaN(total) || math.IsInf(total, 0) {
		return nil, false
	}
	missing := new(big.Rat).Mul(decimal(total, decimals), unit(decimals)).Num()
	units, rest, order := make([]*big.Int, len(parts)), make([]*big.Rat, len(parts)), make([]int, len(parts))
	for i, p := range parts {
		if math.IsNaN(p) || math.IsInf(p, 0) {
			return nil, false
		}
		scaled := new(big.Rat).Mul(decimal(p, -1), unit(decimals))
		units[i] = new(big.Int).Div(scaled.Num(), scaled.Denom()) // rounds down, since the denominator is positive
		rest[i] = scaled.Sub(scaled, new(big.Rat).SetInt(units[i]))
		missing.Sub(missing, units[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(rest[b].Cmp(rest[a]), cmp.Compare(a, b)) })
	if !missing.IsInt64() || missing.Sign() < 0 || missing.Int64() > int64(len(parts)) {
		return nil, false
	}
	for _, i := range order[:missing.Int64()] {
		if rest[i].Sign() == 0 {
			return nil, false // more is missing than the remainders hold
		}
		units[i].Add(units[i], big.NewInt(1))
	}
	return units, true
}

// decimal is the number that a person sees with so many decimals; all of them when
// decimals is negative. v must be finite.
func decimal(v float64, decimals int) *big.Rat {
	r, ok := new(big.Rat).SetString(string(appendDecimal(nil, v, decimals)))
	if !ok {
		return new(big.Rat) // a finite decimal is always a number
	}
	return r
}

// unit is how many units of the last decimal are one.
func unit(decimals int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
}
