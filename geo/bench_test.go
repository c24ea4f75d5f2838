package geo_test

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"planatlas/geo"
)

// page is a multipolygon as it comes from a layer, about 700 positions with 6
// decimals.
func page(tb testing.TB) geo.WKB {
	var m orb.MultiPolygon
	for i := range 7 {
		var ring orb.Ring
		for k := range 100 {
			a := 2 * math.Pi * float64(k) / 99
			x, _ := strconv.ParseFloat(strconv.FormatFloat(113.5+float64(i)/10+0.04*math.Cos(a), 'f', 6, 64), 64)
			y, _ := strconv.ParseFloat(strconv.FormatFloat(37.8+0.04*math.Sin(a), 'f', 6, 64), 64)
			ring = append(ring, orb.Point{x, y})
		}
		m = append(m, orb.Polygon{ring})
	}
	b, err := wkb.Marshal(m)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestNoAllocation(t *testing.T) {
	b := page(t)
	dst := make([]byte, 0, 64<<10)
	if n := testing.AllocsPerRun(20, func() { dst, _ = b.AppendGeoJSON(dst[:0], 6) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if len(dst) < 10_000 {
		t.Errorf("%d bytes", len(dst))
	}
}

func BenchmarkAppendGeoJSON(b *testing.B) {
	data := page(b)
	for _, decimals := range []int{6, 4} {
		b.Run(strconv.Itoa(decimals), func(b *testing.B) {
			var dst []byte
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = data.AppendGeoJSON(dst[:0], decimals); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkThroughOrb(b *testing.B) {
	data := page(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		g, err := wkb.Unmarshal(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(g); err != nil {
			b.Fatal(err)
		}
	}
}
