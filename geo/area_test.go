package geo_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shopspring/decimal"

	"planatlas/geo"
)

func ExampleSquareMetres() {
	plot := geo.SquareMetres(9599.68)
	fmt.Println(plot.FormatM2(), "m² =", plot.FormatHectares(), "公顷 =", plot.FormatMu(), "亩")
	// Output: 9599.68 m² = 0.9600 公顷 = 14.40 亩
}

func TestUnits(t *testing.T) {
	for _, ha := range []float64{0, 1, 3, 0.25, 1234567} {
		a := geo.SquareMetres(ha * 10000)
		if a.Hectares() != ha || a.Mu() != 15*ha {
			t.Errorf("%v m² are %v ha and %v mu", a, a.Hectares(), a.Mu())
		}
	}
	if a := geo.SquareMetres(2000.0 / 3); math.Abs(a.Mu()-1) > 1e-15 {
		t.Errorf("2000/3 m² are %v mu", a.Mu())
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		a          geo.SquareMetres
		m2, ha, mu string
	}{
		{0, "0.00", "0.0000", "0.00"},
		{0.125, "0.13", "0.0000", "0.00"},
		{1.005, "1.01", "0.0001", "0.00"},
		{-0.001, "0.00", "0.0000", "0.00"},
		{-1.005, "-1.01", "-0.0001", "0.00"},
		{0.5, "0.50", "0.0001", "0.00"},
		{0.495, "0.50", "0.0000", "0.00"},
		{0.494, "0.49", "0.0000", "0.00"},
		{99.995, "100.00", "0.0100", "0.15"},
		{999.9949999, "999.99", "0.1000", "1.50"},
		{9599.68, "9599.68", "0.9600", "14.40"},
		{9600, "9600.00", "0.9600", "14.40"},
		{99997509.76, "99997509.76", "9999.7510", "149996.26"},
		{4559000000, "4559000000.00", "455900.0000", "6838500.00"},
		{1e22, "10000000000000000000000.00", "1000000000000000000.0000", "15000000000000000000.00"},
		{5e-324, "0.00", "0.0000", "0.00"},
		{geo.SquareMetres(math.NaN()), "NaN", "NaN", "NaN"},
		{geo.SquareMetres(math.Inf(-1)), "-Inf", "-Inf", "-Inf"},
	} {
		if m2, ha, mu := c.a.FormatM2(), c.a.FormatHectares(), c.a.FormatMu(); m2 != c.m2 || ha != c.ha || mu != c.mu {
			t.Errorf("%v: %s m², %s ha, %s mu; want %s, %s, %s", float64(c.a), m2, ha, mu, c.m2, c.ha, c.mu)
		}
	}
}

// FuzzFormat compares the rounding with exact decimal arithmetic.
func FuzzFormat(f *testing.F) {
	for _, v := range []float64{0, 0.125, 1.005, -1.005, 99.995, 1e21, 0.005, 0.0049999, 5e-324, math.MaxFloat64} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		want := decimal.NewFromFloat(v).Round(2)
		if got := geo.SquareMetres(v).FormatM2(); got != want.StringFixed(2) {
			t.Errorf("%v: got %s, want %s", v, got, want.StringFixed(2))
		}
	})
}
