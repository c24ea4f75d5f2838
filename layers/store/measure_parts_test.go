package store_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// untrue counts parts that are not those of the features as they are stored.
func untrue(t *testing.T, url, layer string) (wrong, parts int) {
	t.Helper()
	storetest.QueryRow(t, url, fmt.Sprintf(`with want as (select r.id, p.n::int n, planatlas.print(r.geom) print, p.geom::bytea g from layers.%[1]s r
			cross join lateral planatlas.parts(r.geom) with ordinality p (geom, n) where planatlas.many(r.geom)),
		have as (select id, n, print, geom::bytea g from layers_parts.%[1]s)
		select (select count(*) from ((table want except table have) union all (table have except table want)) x), (select count(*) from have)`, layer), &wrong, &parts)
	return wrong, parts
}

// Whatever client writes, and in whatever session, the parts are those of the
// features; nobody writes them otherwise.
func TestPartsAreKeptTrue(t *testing.T) {
	s := newScene(t, 3, 0)
	s.fill(t)
	const circle = "st_setsrid(st_buffer(st_makepoint(113.5, 37.9), 0.01, 100), 4490)"
	steps := []struct {
		name, sql string
		more      func(before, now int) bool
	}{
		{"as loaded", "select", func(b, n int) bool { return n > 200 }},
		{"insert", "insert into layers.fine (id, name_zh, name_en, status, geometry_source, accuracy_m, geom) values ('new', 'x', 'x', 'planned', 'x', 1, " + circle + ")", func(b, n int) bool { return n > b }},
		{"another name", "update layers.fine set name_en = 'y' where id = 'new'", func(b, n int) bool { return n == b }},
		{"another id", "update layers.fine set id = 'newer' where id = 'new'", func(b, n int) bool { return n == b }},
		{"another shape", "update layers.fine set geom = st_translate(geom, 0.001, 0) where id < 'fine-020'", func(b, n int) bool { return n > 0 }},
		{"few vertices", "update layers.fine set geom = st_simplify(geom, 0.1, true) where id = 'newer'", func(b, n int) bool { return n < b }},
		{"many again", "update layers.fine set geom = " + circle + " where id = 'newer'", func(b, n int) bool { return n > b }},
		{"deleted", "delete from layers.fine where id in ('newer', 'fine-001')", func(b, n int) bool { return n < b }},
		{"as replica", "set session_replication_role = replica; update layers.fine set geom = st_translate(geom, 0, 0.001) where id = 'fine-002'; delete from layers.fine where id = 'fine-003'", func(b, n int) bool { return n < b }},
		{"upsert", "insert into layers.fine select * from layers.fine where id = 'fine-002' on conflict (id) do update set geom = " + circle, func(b, n int) bool { return true }},
		{"truncated", "truncate layers.fine", func(b, n int) bool { return n == 0 }},
	}
	before := 0
	for _, step := range steps {
		storetest.Exec(t, s.url, step.sql)
		wrong, now := untrue(t, s.url, "fine")
		if wrong != 0 || !step.more(before, now) {
			t.Errorf("%s: %d of %d parts are wrong, %d before", step.name, wrong, now, before)
		}
		before = now
	}
	for _, sql := range []string{"insert into layers_parts.areas select id, 10000, print, geom from layers_parts.areas", "update layers_parts.areas set n = n + 10000",
		"delete from layers_parts.areas", "truncate layers_parts.areas", "set session_replication_role = replica; delete from layers_parts.areas"} {
		if err := tryExec(t, s.url, sql); err == nil || !strings.Contains(err.Error(), "written by the triggers") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if wrong, n := untrue(t, s.url, "areas"); wrong != 0 || n == 0 {
		t.Errorf("%d of %d parts are wrong", wrong, n)
	}
}

// What a site shares with the parts is what it shares with the whole, to a millionth
// of a square metre.
func TestPartsMakeUpTheWhole(t *testing.T) {
	s := newScene(t, 4, 0)
	s.fill(t)
	const m2 = 9.8e9 // a square degree here
	var pairs int
	var worst, whole float64
	storetest.QueryRow(t, s.url, `with f as (select id, geom from layers.fine union all select id, geom from layers.areas where planatlas.many(geom)),
		p as (select id, geom from layers_parts.fine union all select id, geom from layers_parts.areas),
		s as (select st_translate(st_buffer(st_setsrid(st_makepoint(113.5, 37.8), 4490), 0.004, 3), 0.12 * x / 12, 0.1 * y / 12) g from generate_series(0, 12) x, generate_series(0, 12) y),
		pairs as (select st_area(st_intersection(f.geom, g)) a, (select st_area(st_union(st_intersection(p.geom, g))) from p where p.id = f.id and p.geom && g) b from s join f on st_intersects(f.geom, g))
		select count(*), max(abs(a - coalesce(b, 0))), (select max(abs(st_area(f.geom) - (select sum(st_area(p.geom)) from p where p.id = f.id))) from f) from pairs`, &pairs, &worst, &whole)
	if pairs < 200 || worst*m2 > 1e-6 || whole*m2 > 1e-4 {
		t.Errorf("%d pairs, %g m² apart, the whole %g m²", pairs, worst*m2, whole*m2)
	}
}

// Parts that were made out of date by switching the triggers off are not used, and
// the next load makes them anew.
func TestPartsOutOfDateAreNotUsed(t *testing.T) {
	const move = "update layers.fine set geom = st_translate(geom, 0.004, 0.002); delete from layers.fine where id < 'fine-010'"
	s := newScene(t, 5, 30)
	db := s.fill(t)
	storetest.Exec(t, s.url, "alter table layers.fine disable trigger all; "+move)
	wrong, _ := untrue(t, s.url, "fine")
	if wrong == 0 {
		t.Fatal("the parts are still true")
	}
	got := measureAll(t, db, s.sites, s.needs(100))
	storetest.Exec(t, s.url, "alter table layers.fine enable trigger all; select planatlas.watch_parts('fine')")
	if wrong, _ = untrue(t, s.url, "fine"); wrong != 0 {
		t.Errorf("%d parts are wrong when they were made anew", wrong)
	}
	hits := 0
	for i, m := range measureAll(t, db, s.sites, s.needs(100)) {
		for k, l := range m.Layers {
			old := got[i].Layers[k]
			if len(l.Features) != len(old.Features) || math.Abs(*l.Nearest-*old.Nearest) > 1e-6 || math.Abs(float64(l.Union-old.Union)) > 1e-6 {
				t.Errorf("site %d, %s: %d features, %.6f m², nearest %.6f m; want %d, %.6f, %.6f", i, l.Layer.ID, len(old.Features), float64(old.Union), *old.Nearest, len(l.Features), float64(l.Union), *l.Nearest)
			}
			hits += count(l.Layer.ID == "fine" && l.Union > 0)
		}
	}
	if hits < 10 {
		t.Errorf("only %d sites meet the layer", hits)
	}
}

// The parts table of a layer that lost it, or lost a trigger, is made anew by a load.
func TestALoadMakesPartsAnew(t *testing.T) {
	for _, sql := range []string{"drop table layers_parts.fine", "drop trigger parts_update on layers.fine", "alter table layers.fine enable trigger parts_insert"} {
		s := newScene(t, 6, 0)
		db := s.fill(t)
		storetest.Exec(t, s.url, sql)
		if _, err := db.Replace(t.Context(), s.load, false); err != nil {
			t.Fatal(err)
		}
		storetest.Exec(t, s.url, "update layers.fine set geom = st_translate(geom, 0.001, 0)")
		if wrong, n := untrue(t, s.url, "fine"); wrong != 0 || n < 200 {
			t.Errorf("%s: %d of %d parts are wrong", sql, wrong, n)
		}
	}
}

// Layers that were there before parts were get theirs from the migration, and one
// that holds what is not valid does not stop it.
func TestMigrationMakesParts(t *testing.T) {
	url := storetest.EmptyURL(t)
	store.MigrateWithLayer(t, url, newScene(t, 7, 0).layers[0], `insert into layers.areas (id, name_zh, name_en, status, geometry_source, accuracy_m, geom)
		values ('a', 'x', 'x', 'planned', 'x', 1, st_setsrid(st_buffer(st_makepoint(113.5, 37.9), 0.01, 100), 4490)); set session_replication_role = replica;
		insert into layers.areas (id, name_zh, name_en, status, geometry_source, accuracy_m, revision, recorded, geom) values ('b', 'x', 'x', 'planned', 'x', 1, 1, '[,)', 'SRID=4490;POLYGON((113 37,114 38,114 37,113 38,113 37))')`)
	if wrong, n := untrue(t, url, "areas"); wrong != 0 || n < 3 {
		t.Errorf("%d of %d parts are wrong", wrong, n)
	}
	var guarded bool
	storetest.QueryRow(t, url, "select convalidated from pg_constraint where conname = 'sound'", &guarded)
	if guarded {
		t.Error("a layer with an invalid geometry counts as sound")
	}
	if err := tryExec(t, url, "set session_replication_role = replica; update layers.areas set geom = 'SRID=4490;POLYGON((113 37,114 38,114 37,113 38,113 37))' where id = 'a'"); err == nil || !strings.Contains(err.Error(), "feature a: invalid geometry: Self-intersection") {
		t.Errorf("an invalid geometry was stored: %v", err)
	}
}
