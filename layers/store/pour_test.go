package store_test

import (
	"fmt"
	"reflect"
	"testing"

	"planatlas/geo/mvt"
	"planatlas/geo/tile"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// poured imports so many squares straight into an empty table that small scales need
// the pyramid.
func poured(t *testing.T) (string, *store.Store) {
	t.Helper()
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, "delete from layers."+officialLayer)
	in := importOf(t, s, "2024-06", delivered(20_000, nil))
	in.Large = true
	if done, err := s.Import(t.Context(), in); err != nil || !done.Stored || done.Added != 20_000 {
		t.Fatalf("%+v, %v", done, err)
	}
	return url, s
}

// exactOf is the zoom that the layer's account of tiles has.
func exactOf(t *testing.T, url string) (exact int) {
	t.Helper()
	storetest.QueryRow(t, url, "select exact from planatlas.tile_layer where layer = '"+officialLayer+"'", &exact)
	return exact
}

// standing counts the features that a tile stands for.
func standing(drawn []mvt.Layer) (n int64) {
	for _, l := range drawn {
		for _, f := range l.Features {
			if many, ok := f.Properties["count"].(uint64); ok {
				n += int64(many)
			} else {
				n++
			}
		}
	}
	return n
}

// Between an import and its pyramid tiles are drawn from the features, none is missing;
// afterwards the pyramid is the true one, whoever made it.
func TestTilesOfAnImport(t *testing.T) {
	t.Parallel()
	url, s := poured(t)
	if exact := exactOf(t, url); exact != -1 {
		t.Fatalf("exact from zoom %d, want a pyramid to be made", exact)
	}
	l := storetest.Layer(t, s, officialLayer)
	var asked []tile.ID
	var before [][]mvt.Layer
	for _, z := range []uint32{3, 7, 10, 12, 13, 15} {
		at, ok := tile.WebMercatorQuad.Covering(z, orb.Bound{Min: orb.Point{113.5, 37.9}, Max: orb.Point{113.52, 37.94}}, 0)
		if !ok || at.Len() > 80 || z < 8 && at.Len() != 1 {
			t.Fatal(at)
		}
		for where := range at.All() {
			asked, before = append(asked, where), append(before, tileOf(t, s, where, l))
		}
	}
	// The service was started anew meanwhile: another store makes the pyramid.
	var begun []string
	if err := storetest.Open(t, url).BuildTiles(t.Context(), func(layer string) { begun = append(begun, layer) }); err != nil || fmt.Sprint(begun) != "["+officialLayer+"]" {
		t.Fatalf("made the tiles of %v, %v", begun, err)
	}
	for i, where := range asked {
		after := tileOf(t, s, where, l)
		// At zoom 13 every feature was there, and cells stand for them now.
		if n, m := standing(before[i]), standing(after); where.Z == 7 && n != 20_000 || where.Z != 13 && !reflect.DeepEqual(before[i], after) || n == 0 != (m == 0) {
			t.Errorf("tile %s stood for %d features in %d and stands for %d in %d", where, n, len(before[i][0].Features), m, len(after[0].Features))
		}
	}
	if wrong, rows, exact := untrueTiles(t, url, officialLayer); wrong != 0 || rows == 0 || exact < 9 {
		t.Errorf("%d of %d rows of the pyramid are wrong, exact from zoom %d", wrong, rows, exact)
	}
	begun = nil
	if err := s.BuildTiles(t.Context(), func(layer string) { begun = append(begun, layer) }); err != nil || begun != nil {
		t.Errorf("made the tiles of %v again, %v", begun, err)
	}
}

// A layer may be edited, cleared or declared anew before its pyramid is made.
func TestEditsBeforeTheTiles(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"edited":  "update layers.%[1]s set geom = st_translate(geom, 0.001, 0) where id like '0001%%'; delete from layers.%[1]s where id like '0002%%'; insert into layers.%[1]s select (jsonb_populate_record(t, jsonb_build_object('id', 'copy'||id))).* from layers.%[1]s t where id like '0003%%'",
		"cleared": "truncate layers.%[1]s; insert into layers.%[1]s (id, name_zh, name_en, status, geometry_source, accuracy_m, geom) select 'a'||i, 'x', 'x', 'planned', 'x', 1, st_multi(st_setsrid(st_expand(st_makepoint(113.5 + i * 0.001, 37.9), 0.0004), 4490)) from generate_series(1, 50) i",
		"renewed": "update planatlas.tile_layer set columns = '{}' where layer = '%[1]s'; select planatlas.watch_tiles('%[1]s')",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, s := poured(t)
			storetest.Exec(t, url, fmt.Sprintf(sql, officialLayer))
			if exact := exactOf(t, url); exact >= 0 != (name == "renewed") {
				t.Errorf("exact from zoom %d", exact)
			}
			if err := s.BuildTiles(t.Context(), func(string) {}); err != nil {
				t.Fatal(err)
			}
			if wrong, rows, exact := untrueTiles(t, url, officialLayer); wrong != 0 || rows == 0 || exact < 0 {
				t.Errorf("%d of %d rows of the pyramid are wrong, exact from zoom %d", wrong, rows, exact)
			}
			if err := tryExec(t, url, "delete from layers_tiles."+officialLayer); err == nil {
				t.Error("anybody may write the pyramid")
			}
			storetest.Exec(t, url, fmt.Sprintf("update layers.%s set geom = st_translate(geom, 0.001, 0.001) where hashtext(id) %% 10 = 1", officialLayer))
			if wrong, rows, _ := untrueTiles(t, url, officialLayer); wrong != 0 {
				t.Errorf("after an edit %d of %d rows of the pyramid are wrong", wrong, rows)
			}
		})
	}
}
