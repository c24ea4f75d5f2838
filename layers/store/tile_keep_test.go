package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// untrueTiles counts rows of a layer's pyramid that are not those that making it
// anew gives.
func untrueTiles(t *testing.T, url, layer string) (wrong, rows, exact int) {
	t.Helper()
	const columns = "level, cell, id, x, y, n, size, area, vertices, shape, place::text, props"
	storetest.Exec(t, url, fmt.Sprintf(`create schema if not exists kept; drop table if exists kept.%[1]s; create table kept.%[1]s as select %[2]s from layers_tiles.%[1]s;
		alter table layers_tiles.%[1]s disable trigger refuse_change, disable trigger refuse_truncate;
		create table kept.whole as table layers_tiles.%[1]s; truncate layers_tiles.%[1]s;
		select planatlas.add_tiles('%[1]s', exact, -1) from planatlas.tile_layer where layer = '%[1]s';
		create table kept.anew as select %[2]s from layers_tiles.%[1]s;
		truncate layers_tiles.%[1]s; insert into layers_tiles.%[1]s table kept.whole; drop table kept.whole;
		alter table layers_tiles.%[1]s enable always trigger refuse_change, enable always trigger refuse_truncate`, layer, columns))
	storetest.QueryRow(t, url, fmt.Sprintf(`select (select count(*) from ((table kept.anew except table kept.%[1]s) union all (table kept.%[1]s except table kept.anew)) x),
		(select count(*) from kept.anew), exact from planatlas.tile_layer where layer = '%[1]s'`, layer), &wrong, &rows, &exact)
	storetest.Exec(t, url, "drop table kept.anew")
	return wrong, rows, exact
}

const newFeature = "insert into layers.industrial_parks (id, name_zh, name_en, status, geometry_source, accuracy_m, geom) "

// dense is SQL for n features around a point: squares of some 50 m, some lines, and
// points, of which some lie upon each other.
func dense(prefix string, n int, x, y float64) string {
	return fmt.Sprintf(newFeature+`select '%[1]s' || i, '%[1]s' || i, 'x', 'planned', 'x', 1, st_setsrid(case when i %% 11 = 0 then st_makepoint(x, y)
			when i %% 7 = 0 then st_makeline(st_makepoint(x, y), st_makepoint(x + 0.002, y + 0.0001 * (i %% 5)))
			else st_translate(st_buffer(st_makepoint(0, 0), 0.0001 + 0.0001 * (i %% 13), 1 + i %% 9), x, y) end, 4490)
		from (select i, %[3]g + 0.0003 * (i %% 97) x, %[4]g + 0.0003 * (i / 97) y from generate_series(1, %[2]d) i) p`, prefix, n, x, y)
}

// Whatever client writes, in whatever order and session, the pyramid is the one that
// making it anew gives; nobody writes it otherwise.
func TestTilesAreKeptTrue(t *testing.T) {
	url := storetest.URL(t)
	rnd := rand.New(rand.NewPCG(7, 7))
	steps := []string{
		"select",
		dense("a", 300, 113.5, 37.8),
		dense("b", 4500, 113.45, 37.8), // too many for zoom 0
		newFeature + "select 'big', 'x', 'x', 'planned', 'x', 1, st_setsrid(st_buffer(st_makepoint(113.5, 37.85), 0.3, 200), 4490)",
		"update layers.industrial_parks set name_en = name_en || '!'",
		"update layers.industrial_parks set id = 'new' || id where id like 'b1%'",
		"update layers.industrial_parks set geom = st_translate(geom, 0.0007, -0.0004) where id like 'a%'",
		"update layers.industrial_parks set geom = st_rotate(geom, 0.3, st_centroid(geom)) where id = 'big'",
		"update layers.industrial_parks set geom = null where id like 'b2%'",
		"insert into layers.industrial_parks select * from layers.industrial_parks where id like 'b3%' on conflict (id) do update set geom = st_scale(excluded.geom, 'SRID=4490;POINT(1.000001 1)'::geometry)",
		"with d as (delete from layers.industrial_parks where id like 'b4%' returning *) insert into layers.industrial_parks select * from d where id like '%7'",
		"begin; delete from layers.industrial_parks where id like 'a1%'; " + dense("c", 50, 113.47, 37.81) + "; rollback",
		"begin; delete from layers.industrial_parks where id like 'a1%'; " + dense("c", 50, 113.47, 37.81) + "; savepoint s; delete from layers.industrial_parks where id = 'big'; rollback to s; commit",
		"set session_replication_role = replica; delete from layers.industrial_parks where id like 'c1%'",
		"delete from layers.industrial_parks where id = 'big'",
		"update layers.industrial_parks set geom = st_translate(geom, 0.0001, 0.0001)", // more cells than are looked up one by one
		"update layers.industrial_parks set status = 'existing' where id like 'b5%'",
	}
	const random = "/* random */ "
	for range 40 {
		switch rnd.IntN(4) {
		case 0:
			steps = append(steps, random+dense(fmt.Sprintf("r%d-", len(steps)), 1+rnd.IntN(30), 113.45+rnd.Float64()*0.1, 37.8+rnd.Float64()*0.1))
		case 1:
			steps = append(steps, random+fmt.Sprintf("delete from layers.industrial_parks where hashtext(id) %% 40 = %d", rnd.IntN(40)))
		default:
			steps = append(steps, random+fmt.Sprintf("update layers.industrial_parks set geom = st_translate(geom, %g, %g) where hashtext(id) %% 60 = %d", rnd.NormFloat64()*0.001, rnd.NormFloat64()*0.001, rnd.IntN(60)))
		}
	}
	steps = append(steps, "truncate layers.industrial_parks", dense("d", 100, 113.5, 37.8))
	before := 0
	for i, sql := range steps {
		storetest.Exec(t, url, sql)
		if strings.HasPrefix(sql, random) && i%5 > 0 {
			continue
		}
		wrong, rows, exact := untrueTiles(t, url, "industrial_parks")
		if wrong != 0 || rows == 0 != strings.HasPrefix(sql, "truncate") || exact < before {
			t.Fatalf("step %d, %.80s: %d of %d rows are wrong, exact from zoom %d", i, sql, wrong, rows, exact)
		}
		before = exact
	}
	if before < 9 {
		t.Errorf("exact from zoom %d", before)
	}
	for _, sql := range []string{"update layers_tiles.industrial_parks set n = n + 1", "delete from layers_tiles.industrial_parks", "truncate layers_tiles.industrial_parks",
		"set session_replication_role = replica; delete from layers_tiles.industrial_parks"} {
		if err := tryExec(t, url, sql); err == nil || !strings.Contains(err.Error(), "written by the triggers") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// touches watches the database, and returns what waits for the next touch.
func touches(t *testing.T, s *store.Store) (next func() *layers.Touch) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	heard := make(chan *layers.Touch, 100)
	go s.Watch(ctx, func(e store.Event) {
		if e.Touch != nil {
			heard <- e.Touch
		}
	})
	return func() *layers.Touch {
		t.Helper()
		select {
		case touch := <-heard:
			return touch
		case <-ctx.Done():
			t.Fatal("no touch came")
			return nil
		}
	}
}

// Each statement tells the boxes that it touched: those of single features, or of
// groups of them that hold every one.
func TestTouchedBoxes(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	next := touches(t, s)
	if touch := next(); !touch.All || touch.Layer != "" {
		t.Errorf("the first touch is %+v", touch)
	}
	at := func(x, y float64) tile.ID {
		r, _ := tile.WebMercatorQuad.Covering(14, orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x, y}}, 0)
		return tile.ID{Set: r.Set, Z: r.Z, X: r.MinX, Y: r.MinY}
	}
	for _, c := range []struct {
		sql   string
		boxes int
		meets []tile.ID
		not   []tile.ID
	}{
		{newFeature + "values ('p', 'x', 'x', 'planned', 'x', 1, 'SRID=4490;POINT(113.51 37.81)')", 1, []tile.ID{at(113.51, 37.81)}, []tile.ID{at(113.6, 37.81)}},
		{"update layers.industrial_parks set geom = st_translate(geom, 0.2, 0.1) where id = 'p'", 2, []tile.ID{at(113.51, 37.81), at(113.71, 37.91)}, []tile.ID{at(113.61, 37.86)}},
		{"update layers.industrial_parks set name_en = 'another' where id = 'p'", 1, []tile.ID{at(113.71, 37.91)}, []tile.ID{at(113.51, 37.81)}},
		{"update layers.industrial_parks set geom = null where id = 'p'", 1, []tile.ID{at(113.71, 37.91)}, []tile.ID{at(113.51, 37.81)}},
		{"delete from layers.industrial_parks where id = 'p'", 0, nil, []tile.ID{at(113.71, 37.91)}},
		{dense("few", 64, 113.5, 37.8), 64, []tile.ID{at(113.5, 37.8)}, []tile.ID{at(113.6, 37.8)}},
		{dense("many", 2000, 113.5, 37.8), -64, []tile.ID{at(113.5, 37.8)}, []tile.ID{at(113.6, 37.8)}},
	} {
		storetest.Exec(t, url, c.sql)
		touch := next()
		if touch.Layer != "industrial_parks" || touch.All || touch.Revision == 0 || c.boxes >= 0 && len(touch.Boxes) != c.boxes || c.boxes < 0 && (len(touch.Boxes) == 0 || len(touch.Boxes) > -c.boxes) {
			t.Errorf("%.80s: %d boxes %+v", c.sql, len(touch.Boxes), touch)
		}
		for _, id := range c.meets {
			if !touch.Meets(id) {
				t.Errorf("%.80s: %s is not touched", c.sql, id)
			}
		}
		for _, id := range c.not {
			if touch.Meets(id) {
				t.Errorf("%.80s: %s is touched", c.sql, id)
			}
		}
	}
	storetest.Exec(t, url, "truncate layers.industrial_parks")
	if touch := next(); touch.Layer != "industrial_parks" || !touch.All {
		t.Errorf("truncate: %+v", touch)
	}
	storetest.Exec(t, url, "update planatlas.layer set declaration = declaration || '{\"required\": true}' where id = 'reference'")
	if touch := next(); touch.Layer != "" || !touch.All {
		t.Errorf("catalogue: %+v", touch)
	}
}
