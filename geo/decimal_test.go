package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestTrimmed compares the fast way of writing numbers with the plain one.
func TestTrimmed(t *testing.T) {
	check := func(v float64, decimals int) {
		t.Helper()
		got, want := string(appendTrimmed(nil, v, decimals, power(decimals))), string(trimZeros(appendDecimal(nil, v, decimals), 0))
		if got != want {
			t.Errorf("%v with %d decimals: got %s, want %s", v, decimals, got, want)
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 0.000001, -0.000001, 113.58, 999999999.999999, 1e15, 1e14, 1e300, 5e-324, 1 << 53} {
		for decimals := -1; decimals <= 17; decimals++ {
			check(v, decimals)
		}
	}
	r := rand.New(rand.NewPCG(3, 7))
	for range 200_000 {
		digits := math.Pow10(r.IntN(12))
		v := math.Round((r.Float64()*360-180)*digits) / digits
		decimals := r.IntN(12) - 1
		check(v, decimals)
		check(math.Nextafter(v, 1000), decimals)
		check(v*math.Pow10(r.IntN(15)), decimals)
		check(r.Float64()*360-180, decimals)
	}
}
