package geo

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Fact 28 of the acceptance list: printed hectares of the parts add up to the
// printed total.
func TestFact28PrintedPartsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(28, 28))
	for range 2000 {
		parts := make([]float64, 1+r.IntN(12))
		total := 0.0
		for i := range parts {
			parts[i] = math.Exp(r.Float64()*20 - 8)
			total += parts[i]
		}
		for _, decimals := range []int{0, 2, 4} {
			sum := new(big.Rat)
			for i, text := range Apportion(parts, total, decimals) {
				printed, ok := new(big.Rat).SetString(text)
				if !ok {
					t.Fatalf("%q is no number", text)
				}
				sum.Add(sum, printed)
				off, _ := new(big.Rat).Sub(printed, new(big.Rat).SetFloat64(parts[i])).Float64()
				if math.Abs(off) >= math.Pow(10, -float64(decimals))*1.000001 {
					t.Fatalf("%v became %s", parts[i], text)
				}
			}
			if got, want := sum.FloatString(decimals), format(total, decimals); got != want {
				t.Fatalf("%v: the parts add up to %s, the total is %s", parts, got, want)
			}
		}
	}
}

func TestApportion(t *testing.T) {
	for _, tc := range []struct {
		name     string
		parts    []float64
		total    float64
		decimals int
		want     []string
	}{
		{"thirds", []float64{1.0 / 3, 1.0 / 3, 1.0 / 3}, 1, 4, []string{"0.3334", "0.3333", "0.3333"}},
		{"each would round up", []float64{0.00005, 0.00005}, 0.0001, 4, []string{"0.0001", "0.0000"}},
		{"percentages", []float64{97.005, 2.995}, 100, 2, []string{"97.01", "2.99"}},
		{"nothing gets nothing", []float64{0, 0.7, 0.8}, 1.5, 0, []string{"0", "1", "1"}},
		{"arithmetic noise of the total", []float64{0.1, 0.2}, 0.30000000000000004, 2, []string{"0.10", "0.20"}},
		{"parts of another total", []float64{1.255, 2}, 10, 2, []string{"1.26", "2.00"}},
		{"parts of a smaller total", []float64{1, 2}, 2, 2, []string{"1.00", "2.00"}},
		{"no number", []float64{math.NaN(), 2}, 2, 2, []string{"NaN", "2.00"}},
		{"no total", []float64{1, 2}, math.Inf(1), 2, []string{"1.00", "2.00"}},
		{"none", nil, 0, 2, []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Apportion(tc.parts, tc.total, tc.decimals)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
