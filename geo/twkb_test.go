package geo

import (
	"errors"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// The bytes are what PostGIS 3.3 writes.
func TestTWKB(t *testing.T) {
	for _, tc := range []struct {
		name, bytes string
		want        orb.Geometry
	}{
		{"point", "\x81\x00\xf4\xf5\x89\x01\x8c\x9f\x2f", orb.Point{112.985, 38.7014}},
		{"points", "\x24\x00\x02\x14\x28\x28\x28", orb.MultiPoint{{1, 2}, {3, 4}}},
		{"line", "\x22\x00\x03\x14\x28\x32\x28\x00\x64", orb.LineString{{1, 2}, {3.5, 4}, {3.5, 9}}},
		{"lines", "\x05\x00\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x04", orb.MultiLineString{{{1, 1}, {2, 2}}, {{3, 3}, {4, 5}}}},
		{"hole", "\x43\x00\x02\x05\x00\x00\xa0\x06\x00\x00\xa0\x06\x9f\x06\x00\x00\x9f\x06\x05\xc8\x01\xc8\x01\x00\xc8\x01\xc8\x01\x00\x00\xc7\x01\xc7\x01\x00",
			orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, {{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}}}},
		{"areas", "\x16\x00\x02\x01\x04\x00\x00\x08\x00\x00\x08\x07\x07\x01\x04\x14\x14\x04\x00\x00\x06\x03\x05",
			orb.MultiPolygon{{{{0, 0}, {40, 0}, {40, 40}, {0, 0}}}, {{{100, 100}, {120, 100}, {120, 130}, {100, 100}}}}},
		{"open ring", "\x03\x00\x01\x03\x00\x00\x08\x00\x00\x08", orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 0}}}},
		{"empty", "\x02\x10", orb.LineString{}},
	} {
		got, err := TWKB(tc.bytes).AppendWKB(nil)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if g, err := wkb.Unmarshal(got); err != nil || !orb.Equal(g, tc.want) {
			t.Errorf("%s: %v, %v", tc.name, g, err)
		}
	}
	for _, bytes := range []string{"", "\x01", "\x07\x00\x00", "\x00\x00\x00", "\x01\x01\x00\x00\x00\x00", "\x02\x00\x05\x02", "\x03\x00\x01\xff\xff\xff\xff\x0f\x02\x02", "\x01\x00\x80"} {
		if got, err := TWKB(bytes).AppendWKB(nil); !errors.Is(err, ErrTWKB) {
			t.Errorf("%q: %v, %v", bytes, got, err)
		}
	}
}

func FuzzTWKB(f *testing.F) {
	f.Add([]byte("\x03\x00\x01\x03\x02\x02\x02\x00\x00\x02"))
	f.Add([]byte("\x06\x10"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := TWKB(b).AppendWKB(nil)
		if err != nil {
			return
		}
		if err := got.Parts(func(Part) {}); err != nil {
			t.Errorf("%x became %x: %v", b, got, err)
		}
	})
}
