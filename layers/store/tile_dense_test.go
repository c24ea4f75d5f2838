package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"planatlas/geo/mvt"
	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// shown are the features of a tile by id; those of a generalised one stand for count.
func shown(decoded []mvt.Layer) map[string]mvt.Feature {
	out := map[string]mvt.Feature{}
	for _, l := range decoded {
		for _, f := range l.Features {
			out[f.Properties["id"].(string)] = f
		}
	}
	return out
}

func standsFor(f mvt.Feature) int64 {
	switch n := f.Properties["count"].(type) {
	case int64:
		return n
	case uint64:
		return int64(n)
	}
	return 1
}

// From its exact zoom on a tile has the features of its box and no others, in every
// set. Below, no tile is large, what stands for others says for how many, and none
// is lost.
func TestTilesOfADenseLayer(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	const n = 30_000
	storetest.Exec(t, url, "delete from layers.industrial_parks")
	storetest.Exec(t, url, dense("f", n, 113.4, 37.6))
	l := storetest.Layer(t, s, "industrial_parks")
	sum, err := s.Summary(t.Context(), l)
	if err != nil || sum.Located != n || sum.Finest == 0 {
		t.Fatal(sum, err)
	}
	for _, set := range tile.Sets() {
		exact := sum.Exact(set)
		for z := set.MinZoom(); z <= exact+1; z++ {
			block, _ := set.Covering(z, *sum.Extent, 0)
			all, largest := map[string]int64{}, 0
			for id := range block.All() {
				if z >= exact && (id.X+id.Y*5)%13 != 0 {
					continue
				}
				b, err := s.Tile(t.Context(), []*layers.Layer{l}, id)
				if err != nil {
					t.Fatal(err)
				}
				decoded, err := mvt.Decode(b)
				if err != nil {
					t.Fatal(id, err)
				}
				largest = max(largest, len(b))
				for key, f := range shown(decoded) {
					if c := standsFor(f); all[key] != 0 && all[key] != c || z >= exact && c != 1 {
						t.Errorf("%s: %s stands for %d, and for %d", id, key, c, all[key])
					}
					all[key] = standsFor(f)
				}
				if z >= exact {
					compareWithBox(t, url, id, shown(decoded))
				}
			}
			var sum int64
			for _, c := range all {
				sum += c
			}
			if largest > 500_000 || largest == 0 || z < exact && sum != n {
				t.Errorf("%s, zoom %d of %d: the largest tile has %d bytes, %d features stand for %d", set, z, exact, largest, len(all), sum)
			}
		}
	}
}

// compareWithBox compares a tile with the features that meet its box; what touches
// its buffer alone may be there.
func compareWithBox(t *testing.T, url string, id tile.ID, got map[string]mvt.Feature) {
	t.Helper()
	query := func(b orb.Bound, how string) (out []string) {
		storetest.QueryRow(t, url, fmt.Sprintf("select coalesce(array_agg(id), '{}') from layers.industrial_parks where %s",
			fmt.Sprintf(how, fmt.Sprintf("st_makeenvelope(%v, %v, %v, %v, 4490)", b.Min[0], b.Min[1], b.Max[0], b.Max[1]))), &out)
		return out
	}
	for _, key := range query(id.Bound(), "st_intersects(geom, %s)") {
		if _, ok := got[key]; !ok {
			t.Errorf("%s: %s is missing", id, key)
		}
	}
	near := query(id.Buffered(layers.TileBuffer+1.0/4096), "geom && %s")
	for key := range got {
		if !slices.Contains(near, key) {
			t.Errorf("%s: %s is not there", id, key)
		}
	}
}

// What would be a part of a table, or comes too late, is no tile.
func TestTileIsWholeOrNone(t *testing.T) {
	url := storetest.URL(t)
	storetest.Exec(t, url, "create table public.many (id bigint primary key, count text, geom geometry(Point, 4326)); create index on public.many using gist (geom)")
	storetest.Exec(t, url, "insert into public.many select i, 'x', st_setsrid(st_makepoint(113 + i % 150 * 0.01, 37 + i / 150 * 0.01), 4326) from generate_series(1, 20001) i")
	s, err := store.Open(t.Context(), url, store.Options{TileTimeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p, err := s.DescribeTable(t.Context(), "public", "many", "")
	if err != nil {
		t.Fatal(err)
	}
	many := []*layers.Layer{p.Layer}
	whole := tile.ID{Set: tile.WebMercatorQuad, Z: 5, X: 26, Y: 12}
	if _, err := s.Tile(t.Context(), many, whole); !errors.Is(err, layers.ErrTooLarge) || !strings.Contains(err.Error(), "larger zoom") {
		t.Errorf("20001 features: %v", err)
	}
	storetest.Exec(t, url, "delete from public.many where id = 20001")
	got := tileOf(t, s, whole, many...)
	if len(got) != 1 || len(got[0].Features) != 20_000 || got[0].Features[0].Properties["count"] != "x" || got[0].Features[0].Properties["id"] != nil {
		t.Errorf("%d layers", len(got))
	}
	for _, f := range got[0].Features {
		if f.ID == 0 || f.ID > 20_000 {
			t.Fatalf("number %d", f.ID)
		}
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "begin; lock table public.many"); err != nil {
		t.Fatal(err)
	}
	rivers := storetest.Layer(t, s, "river_corridors")
	if b, err := s.Tile(t.Context(), []*layers.Layer{rivers, p.Layer}, whole); !errors.Is(err, layers.ErrUnavailable) || b != nil {
		t.Errorf("a locked table: %v", err)
	}
}

// What everybody may see of the plan is no finer than 50 m, the limit for public maps
// (handbook of the domain, on data security), so that tiles can show it as it is.
func TestPublicOutlinesAreGeneral(t *testing.T) {
	url := storetest.URL(t)
	catalog, err := storetest.Open(t, url).Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	public := 0
	for _, l := range catalog.Layers {
		if !l.HasGeometry() || l.Access != layers.Public {
			continue
		}
		var fine, all int
		storetest.QueryRow(t, url, "select count(*) filter (where accuracy_m < 50 or accuracy_m is null), count(*) from layers."+l.ID+" where geom is not null", &fine, &all)
		if fine > 0 {
			t.Errorf("%s: %d of %d outlines are finer than 50 m", l.ID, fine, all)
		}
		public += all
	}
	if public == 0 {
		t.Error("no public feature has a place")
	}
}
