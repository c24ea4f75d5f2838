package mvt

import (
	"errors"
	"testing"

	"planatlas/geo"
	"planatlas/geo/tile"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// FuzzFeature draws whatever bytes there are: an error of the geometry, or a tile
// that can be read and whose polygons are valid.
func FuzzFeature(f *testing.F) {
	for _, g := range []orb.Geometry{
		orb.Point{1, 2}, orb.MultiPoint{{1, 2}, {3, 4}}, orb.LineString{{0, 0}, {200, 0}, {1, 1}},
		orb.MultiLineString{{{0, 0}, {1, 1}}, {{5, 5}, {6, 6}}},
		orb.Polygon{{{0, 0}, {100, 0}, {100, 80}, {0, 0}}, {{10, 2}, {20, 2}, {20, 4}, {10, 2}}},
		orb.MultiPolygon{{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}}, {{{0, 0}, {1, 1}, {0, 1}, {0, 0}}}},
		orb.Collection{orb.Point{1, 1}, orb.Collection{orb.Polygon{{{-300, -300}, {300, -300}, {300, 300}, {-300, -300}}}}},
	} {
		b, err := wkb.Marshal(g)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(0))
		f.Add(b, uint8(14))
	}
	f.Fuzz(func(t *testing.T, b []byte, zoom uint8) {
		if len(b) > 20000 {
			return
		}
		set := tile.Sets()[int(zoom)%3]
		id := tile.ID{Set: set, Z: min(uint32(zoom)%25, set.MaxZoom())}
		columns, rows := set.Size(id.Z)
		id.X, id.Y = columns/2, rows/2
		e := NewEncoder(id, Options{})
		e.Layer("a", nil)
		err := e.Feature(1, b, nil)
		if err != nil && !errors.Is(err, geo.ErrWKB) {
			t.Fatal(err)
		}
		if _, bad := geo.WKB(b).Positions(); bad != nil && err == nil {
			t.Fatalf("drawn, though %v", bad)
		}
		layers, err := Decode(e.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range layers {
			if err := valid(l.Features[0].Geometry); err != nil {
				t.Fatalf("%v: %v", err, l.Features[0].Geometry)
			}
		}
	})
}

// FuzzDecode reads whatever bytes there are.
func FuzzDecode(f *testing.F) {
	e := NewEncoder(flat(), Options{})
	e.Layer("a", []string{"k"})
	b, err := wkb.Marshal(orb.Point{1, 2})
	if err != nil {
		f.Fatal(err)
	}
	if err := e.Feature(1, b, []Value{Float(0.5)}); err != nil {
		f.Fatal(err)
	}
	f.Add(e.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Decode(b); err != nil && !errors.Is(err, ErrTile) {
			t.Fatal(err)
		}
	})
}
