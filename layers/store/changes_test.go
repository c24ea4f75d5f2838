package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

func TestMigrations(t *testing.T) {
	for name, run := range store.MigrationTests() {
		t.Run(name, func(t *testing.T) { run(t, storetest.EmptyURL(t)) })
	}
}

func TestReloadChangesNothing(t *testing.T) {
	s := storetest.New(t)
	diffs, err := s.Replace(t.Context(), storetest.Yangquan(t), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diffs {
		if d.Added+d.Changed+d.Removed != 0 || d.Unchanged == 0 || d.Version.Revision != 1 {
			t.Errorf("%+v", d)
		}
	}
}

// edited gives the load with features of one layer changed; f returns false to
// drop one.
func edited(load layers.Load, layer string, f func(*layers.Feature) bool) layers.Load {
	for i, set := range load.Sets {
		if set.Layer.ID != layer {
			continue
		}
		load.Sets[i].Features = func(yield func(layers.Feature, error) bool) {
			for feature, err := range set.Features {
				if err == nil && !f(&feature) {
					continue
				}
				if !yield(feature, err) {
					return
				}
			}
		}
	}
	return load
}

func TestReplaceKeepsWhatWasKnown(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	change := func(f *layers.Feature) bool {
		if f.ID == "baiquan-gongyeyuan" {
			f.Values["status"] = "existing"
		}
		return f.ID != "nanlou-gongyeyuan"
	}
	dry, err := s.Replace(t.Context(), edited(storetest.Yangquan(t), "industrial_parks", change), true)
	if err != nil {
		t.Fatal(err)
	}
	var revision int64
	storetest.QueryRow(t, url, "select revision from planatlas.layer where id = 'industrial_parks'", &revision)
	if revision != 1 {
		t.Errorf("a dry run made revision %d", revision)
	}
	diffs, err := s.Replace(t.Context(), edited(storetest.Yangquan(t), "industrial_parks", change), false)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range diffs {
		want := layers.Diff{Layer: d.Layer, Unchanged: d.Unchanged}
		if d.Layer == "industrial_parks" {
			want = layers.Diff{Layer: d.Layer, Changed: 1, Removed: 1, Unchanged: 38}
		}
		if d.Added != want.Added || d.Changed != want.Changed || d.Removed != want.Removed || d.Unchanged != want.Unchanged {
			t.Errorf("got %+v, want %+v", d, want)
		}
		if dry[i].Changed != d.Changed || dry[i].Removed != d.Removed {
			t.Errorf("the dry run said %+v", dry[i])
		}
	}
	var changed, others, history int
	storetest.QueryRow(t, url, "select count(*) from layers.industrial_parks where revision = 2 and upper_inf(recorded)", &changed)
	storetest.QueryRow(t, url, "select count(*) from layers.industrial_parks where revision = 1", &others)
	storetest.QueryRow(t, url, `select count(*) from layers_history.industrial_parks h where revision = 1 and not upper_inf(recorded)
		and upper(recorded) = (select changed_at from planatlas.layer where id = 'industrial_parks') and status = 'planned'`, &history)
	if changed != 1 || others != 38 || history != 2 {
		t.Errorf("%d rows of revision 2, %d of revision 1, %d in the history; want 1, 38, 2", changed, others, history)
	}
}

func TestReplaceIsAllOrNothing(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	bowtie := func(f *layers.Feature) bool {
		if f.ID == "baiquan-gongyeyuan" {
			f.Values["name_en"] = "changed too"
		}
		if f.ID == "dongqu-gongyeyuan" {
			shape := *f.Shape
			shape.Geom = polygon([][2]float64{{113.5, 37.8}, {113.6, 37.9}, {113.6, 37.8}, {113.5, 37.9}, {113.5, 37.8}})
			f.Shape = &shape
		}
		return true
	}
	_, err := s.Replace(t.Context(), edited(storetest.Yangquan(t), "industrial_parks", bowtie), false)
	var input *layers.InputError
	if !errors.As(err, &input) || !strings.Contains(err.Error(), "features/industrial_parks.geojson line ") ||
		!strings.Contains(err.Error(), "feature dongqu-gongyeyuan: invalid geometry: Self-intersection") {
		t.Errorf("got %v", err)
	}
	var n int
	storetest.QueryRow(t, url, "select count(*) from layers.industrial_parks where name_en = 'changed too'", &n)
	if n != 0 {
		t.Error("a part of a refused load was stored")
	}
}

func TestCitationsMustBeTheInventorys(t *testing.T) {
	s := storetest.New(t)
	for name, change := range map[string]func(*layers.Feature){
		"section": func(f *layers.Feature) { f.Values["plan_section"] = "99.9" },
		"quote":   func(f *layers.Feature) { f.Values["plan_quote"] = "words that the plan has not" },
		"entity":  func(f *layers.Feature) { f.Values["entity"] = "nobody" },
	} {
		_, err := s.Replace(t.Context(), edited(storetest.Yangquan(t), "rural", func(f *layers.Feature) bool { change(f); return true }), false)
		if err == nil || !strings.Contains(err.Error(), "layer rural: feature ") || !strings.Contains(err.Error(), "inventory") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSyncAddsColumnsAndRefusesOtherTypes(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	add := func(p layers.Property) layers.Load {
		load := storetest.Yangquan(t)
		for i, set := range load.Sets {
			if set.Layer.ID == "industrial_parks" {
				l := *set.Layer
				l.Properties = append(append([]layers.Property{}, l.Properties...), p)
				load.Sets[i].Layer = &l
			}
		}
		return load
	}
	jobs := layers.Property{Name: "jobs", Type: layers.Integer, Title: layers.Text{ZH: "岗位", EN: "Jobs"}}
	if _, err := s.Replace(t.Context(), add(jobs), false); err != nil {
		t.Fatal(err)
	}
	var kinds string
	storetest.QueryRow(t, url, `select string_agg(table_schema||' '||data_type, ', ' order by 1) from information_schema.columns where table_name = 'industrial_parks' and column_name = 'jobs'`, &kinds)
	if kinds != "layers bigint, layers_history bigint" {
		t.Errorf("columns: %s", kinds)
	}
	jobs.Type = layers.String
	if _, err := s.Replace(t.Context(), add(jobs), false); !errors.Is(err, layers.ErrConflict) || !strings.Contains(err.Error(), "jobs is stored as bigint and declared as string") {
		t.Errorf("got %v", err)
	}
	// The history goes on working with the wider table.
	storetest.Exec(t, url, "update layers.industrial_parks set jobs = 100 where id = 'baiquan-gongyeyuan'")
	storetest.Exec(t, url, "update layers.industrial_parks set jobs = 200 where id = 'baiquan-gongyeyuan'")
	var jobsBefore int
	storetest.QueryRow(t, url, "select jobs from layers_history.industrial_parks where jobs is not null", &jobsBefore)
	if jobsBefore != 100 {
		t.Errorf("the history has %d", jobsBefore)
	}
}

func TestAnyClientWritesHistory(t *testing.T) {
	for _, tc := range []struct {
		name, sql                string
		now, history, revision   int
		wantNow, wantHistoryName string
	}{
		{"update", "update layers.reference set name_en = 'New' where id = 'taiyuan'", 46, 1, 2, "New", "Taiyuan"},
		{"update of nothing", "update layers.reference set name_en = name_en", 46, 0, 1, "Taiyuan", ""},
		{"revision cannot be forged", "update layers.reference set name_en = 'New', revision = 77, recorded = '[2000-01-01,)' where id = 'taiyuan'", 46, 1, 2, "New", "Taiyuan"},
		{"delete", "delete from layers.reference where id = 'taiyuan'", 45, 1, 2, "", "Taiyuan"},
		{"truncate", "truncate layers.reference", 0, 46, 2, "", "Taiyuan"},
		{"twice in one transaction", "begin; update layers.reference set name_en = 'One' where id = 'taiyuan'; update layers.reference set name_en = 'Two' where id = 'taiyuan'; commit", 46, 1, 2, "Two", "Taiyuan"},
		{"insert and delete in one transaction", "begin; insert into layers.reference (id, name_zh, name_en, status, geometry_source) values ('x', '甲', 'X', 'planned', 'not located'); delete from layers.reference where id = 'x'; commit", 46, 0, 2, "Taiyuan", ""},
		{"rolled back", "begin; update layers.reference set name_en = 'One'; rollback", 46, 0, 1, "Taiyuan", ""},
		{"rolled back to a savepoint", "begin; savepoint a; update layers.reference set name_en = 'One'; rollback to a; update layers.reference set name_en = 'Two' where id = 'taiyuan'; commit", 46, 1, 2, "Two", "Taiyuan"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := storetest.URL(t)
			storetest.Exec(t, url, tc.sql)
			var now, history, revision int
			var name, before string
			storetest.QueryRow(t, url, "select count(*), coalesce(max(name_en) filter (where id = 'taiyuan'), '') from layers.reference", &now, &name)
			storetest.QueryRow(t, url, "select count(*), coalesce(max(name_en) filter (where id = 'taiyuan'), '') from layers_history.reference", &history, &before)
			storetest.QueryRow(t, url, "select revision from planatlas.layer where id = 'reference'", &revision)
			if now != tc.now || history != tc.history || revision != tc.revision || name != tc.wantNow || before != tc.wantHistoryName {
				t.Errorf("%d now (%q), %d in the history (%q), revision %d", now, name, history, before, revision)
			}
			var gaps int
			storetest.QueryRow(t, url, `select count(*) from layers_history.reference h join layers.reference n using (id) where upper(h.recorded) <> lower(n.recorded)`, &gaps)
			if gaps != 0 {
				t.Errorf("%d gaps between the history and now", gaps)
			}
		})
	}
}

func TestNoClientCanStoreBadRows(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	base := "insert into layers.industrial_parks (id, name_zh, name_en, status, geometry_source, accuracy_m, geom) values ('x', '甲', 'X', 'planned', 'own', 10, "
	for name, sql := range map[string]string{
		"self-crossing":         base + "'SRID=4490;POLYGON((0 0,1 1,1 0,0 1,0 0))')",
		"out of range":          base + "'SRID=4490;POLYGON((0 0,200 0,200 1,0 0))')",
		"other CRS":             base + "'SRID=4326;POLYGON((0 0,1 0,1 1,0 0))')",
		"other type":            "update layers.development_zones set geom = 'SRID=4490;POINT(0 0)'",
		"geometry, no accuracy": "insert into layers.industrial_parks (id, name_zh, name_en, status, geometry_source, geom) values ('x', '甲', 'X', 'planned', 'own', 'SRID=4490;POLYGON((0 0,1 0,1 1,0 0))')",
		"no name":               "insert into layers.industrial_parks (id, name_en, status, geometry_source) values ('x', 'X', 'planned', 'own')",
		"legal effect":          "update layers.industrial_parks set legal_effect = 'certain'",
		"empty geometry":        "update layers.development_zones set geom = 'SRID=4490;MULTIPOLYGON EMPTY'",
		"collection":            "update layers.river_corridors set geom = 'SRID=4490;GEOMETRYCOLLECTION(POINT(113 37))'",
		"accuracy not a number": "update layers.reference set accuracy_m = 'NaN'",
		"accuracy infinite":     "update layers.reference set accuracy_m = 'Infinity'",
		"negative half width":   "update layers.transport_links set half_width_m = -1",
		"forged history":        "begin; update layers.reference set name_en = 'New'; update layers_history.reference set name_en = 'Old'; commit",
		"empty validity":        "update layers.industrial_parks set valid = 'empty'",
		"archived check":        "delete from planatlas.site_check",
	} {
		t.Run(name, func(t *testing.T) {
			if name == "archived check" {
				archiveOne(t, s)
			}
			if err := tryExec(t, url, sql); err == nil {
				t.Error("it was stored")
			}
		})
	}
}

func TestWatchSeesEveryCommit(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	events := make(chan store.Event, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Watch(ctx, func(e store.Event) {
			if e.Err == nil {
				events <- e
			}
		})
	}()
	next := func() store.Event {
		select {
		case e := <-events:
			return e
		case <-ctx.Done():
			t.Fatal("no event came")
		}
		panic("unreachable")
	}
	if e := next(); !e.Catalog {
		t.Errorf("the first event is %+v", e)
	}
	storetest.Exec(t, url, "update layers.reference set name_en = 'New' where id = 'taiyuan'")
	if e := next(); e.Touch == nil || e.Touch.Layer != "reference" || e.Touch.Revision != 2 || e.Touch.All || len(e.Touch.Boxes) != 1 || e.Touch.Boxes[0].Min[0] < 112 || e.Touch.Boxes[0].Max[0] > 113 {
		t.Errorf("%+v", e)
	}
	storetest.Exec(t, url, "begin; update layers.reference set name_en = 'No'; rollback")
	storetest.Exec(t, url, "update planatlas.layer set declaration = declaration || '{\"required\": true}' where id = 'reference'")
	if e := next(); !e.Catalog {
		t.Errorf("%+v", e)
	}
	storetest.Exec(t, url, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'planatlas watch' and datname = current_database()")
	if e := next(); !e.Catalog {
		t.Errorf("after a lost connection: %+v", e)
	}
	storetest.Exec(t, url, "notify planatlas, 'hello'")
	if e := next(); !e.Catalog {
		t.Errorf("after a foreign message: %+v", e)
	}
	cancel()
	<-done
}
