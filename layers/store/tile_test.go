package store_test

import (
	"errors"
	"testing"

	"planatlas/geo/mvt"
	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// tileOf draws a tile and decodes it.
func tileOf(t *testing.T, s *store.Store, id tile.ID, ls ...*layers.Layer) []mvt.Layer {
	t.Helper()
	b, err := s.Tile(t.Context(), ls, id)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := mvt.Decode(b)
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	return decoded
}

// In every set the tile that holds the city holds all features that have a place
// there, layer by layer in the order asked for, each feature with its number.
func TestTile(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	rivers, hubs := storetest.Layer(t, s, "river_corridors"), storetest.Layer(t, s, "transport_hubs")
	var want []string
	storetest.QueryRow(t, url, "select array_agg(id order by id collate \"C\") from layers.river_corridors where geom is not null", &want)
	numbers := map[string]uint64{}
	for _, set := range tile.Sets() {
		z := set.MinZoom() + 7
		at, ok := set.Covering(z, orb.Bound{Min: orb.Point{112, 37}, Max: orb.Point{115, 39}}, 0)
		if !ok || at.Len() > 12 {
			t.Fatal(set, at)
		}
		seen := map[string]bool{}
		for id := range at.All() {
			got := tileOf(t, s, id, rivers, hubs)
			for _, l := range got {
				if l.Name != rivers.ID {
					continue
				}
				for _, f := range l.Features {
					key := f.Properties["id"].(string)
					seen[key] = true
					if n, known := numbers[key]; known && n != f.ID || f.ID == 0 || f.ID >= 1<<53 {
						t.Errorf("%s: %s is number %d", id, key, f.ID)
					}
					numbers[key] = f.ID
					if f.Properties["name_zh"] == nil || f.Properties["plan_quote"] != nil {
						t.Errorf("%s: %v", key, f.Properties)
					}
				}
			}
		}
		for _, key := range want {
			if !seen[key] {
				t.Errorf("%s: %s is missing", set, key)
			}
		}
	}
	if b, err := s.Tile(t.Context(), []*layers.Layer{rivers}, tile.ID{Set: tile.WebMercatorQuad, Z: 4, X: 1, Y: 1}); err != nil || len(b) != 0 {
		t.Errorf("an empty tile has %d bytes, %v", len(b), err)
	}
	if _, err := s.Tile(t.Context(), []*layers.Layer{rivers}, tile.ID{Set: tile.WebMercatorQuad, Z: 1, X: 2}); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("a tile outside its set: %v", err)
	}
	order := tileOf(t, s, tile.ID{Set: tile.WebMercatorQuad, Z: 7, X: 104, Y: 49}, hubs, rivers)
	if len(order) != 2 || order[0].Name != hubs.ID {
		t.Errorf("layers %v", order)
	}
}
