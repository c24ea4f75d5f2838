package encode_test

import (
	"encoding/binary"
	"io"
	"math"
	"testing"

	"planatlas/api/encode"
	"planatlas/geo"
	"planatlas/layers"
)

// polygon is a ring of n positions around Yangquan, as PostGIS sends it.
func polygon(n int) geo.WKB {
	b := binary.LittleEndian.AppendUint32([]byte{1}, 0x20000003)
	for _, v := range []uint32{4490, 1, uint32(n)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for i := range n {
		angle := 2 * math.Pi * float64(i%(n-1)) / float64(n-1)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(113.5+0.1*math.Cos(angle)))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(37.9+0.1*math.Sin(angle)))
	}
	return b
}

// page encodes so many polygons.
func page(enc *encode.GeoJSON, r layers.Row, n int) error {
	for range n {
		if err := enc.Row(r); err != nil {
			return err
		}
	}
	return enc.Close(encode.End{Page: layers.Page{Returned: n}})
}

func polygonRow() layers.Row {
	r := row("park", polygon(30), "白泉工业园区", "7", "3000.5", "t", "2021-01-01")
	for i := range trial().BaseProperties() {
		r.Values[i] = []byte("2021-01-01")
	}
	return r
}

func BenchmarkPageOf1000Polygons(b *testing.B) {
	l, r := trial(), polygonRow()
	b.ReportAllocs()
	for b.Loop() {
		if err := page(encode.NewGeoJSON(io.Discard, view(l)), r, 1000); err != nil {
			b.Fatal(err)
		}
	}
}

// TestNoAllocationForAFeature holds what the benchmark shows: a page costs its
// encoder, whatever the number of features.
func TestNoAllocationForAFeature(t *testing.T) {
	l, r := trial(), polygonRow()
	count := func(features int) float64 {
		return testing.AllocsPerRun(10, func() {
			if err := page(encode.NewGeoJSON(io.Discard, view(l)), r, features); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := count(100), count(2000); many > few+1 {
		t.Errorf("100 features take %v allocations, 2000 take %v", few, many)
	}
}
