package store_test

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// delivered makes squares of 10 m, ten metres apart, as features of an official file.
func delivered(n int, change func(i int, f *layers.Feature)) iter.Seq2[layers.Feature, error] {
	return func(yield func(layers.Feature, error) bool) {
		for i := range n {
			x, y := 113.5+float64(i%100)*0.0002, 37.9+float64(i/100)*0.0002
			ring := orb.Ring{{x, y}, {x + 0.0001, y}, {x + 0.0001, y + 0.0001}, {x, y + 0.0001}, {x, y}}
			f := layers.Feature{ID: fmt.Sprintf("%06d", i), Origin: fmt.Sprintf("STBHHX row %d", i+1), Shape: &geo.Shape{SRID: geo.CGCS2000, Geom: orb.MultiPolygon{{ring}}},
				Values: map[string]any{"name_zh": "红线", "name_en": "Red line", "status": "existing", "geometry_source": "test", "accuracy_m": 0.01, "legal_effect": "statutory"}}
			if change != nil {
				change(i, &f)
			}
			if f.Values != nil && !yield(f, nil) {
				return
			}
		}
	}
}

const officialLayer = "ecological_protection_red_line"

func importOf(t *testing.T, s *store.Store, version string, features iter.Seq2[layers.Feature, error]) layers.Import {
	t.Helper()
	l := *storetest.Layer(t, s, officialLayer)
	l.Delivery = &layers.Delivery{Version: version, File: "STBHHX.zip", Table: "STBHHX", CRS: "EPSG:4526"}
	l.LegalEffect, l.Coverage.Complete, l.Coverage.From = layers.Statutory, true, "2024-06-01"
	partial := l
	partial.Coverage.Complete = false
	return layers.Import{Layer: &l, Partial: &partial, Features: features, LeftOut: func() int64 { return 0 }, Step: func(layers.Text) {}}
}

func contents(t *testing.T, url string) (n, revision, history int64) {
	t.Helper()
	storetest.QueryRow(t, url, "select (select count(*) from layers."+officialLayer+"), (select revision from planatlas.layer where id = '"+officialLayer+"'), (select count(*) from layers_history."+officialLayer+")", &n, &revision, &history)
	return n, revision, history
}

// TestImportBothWays imports the same into an empty table, straight and by the stage:
// rows, numbers, indexes, triggers and parts must not differ.
func TestImportBothWays(t *testing.T) {
	t.Parallel()
	state := map[bool]string{}
	for _, large := range []bool{false, true} {
		url := storetest.URL(t)
		s := storetest.Open(t, url)
		storetest.Exec(t, url, "delete from layers."+officialLayer)
		in := importOf(t, s, "2024-06", delivered(500, func(i int, f *layers.Feature) {
			if i == 7 { // so many vertices that it is cut into parts
				f.Shape.Geom = orb.MultiPolygon{{circle(113.6, 37.95, 0.01, 1000)}}
			}
			if i == 8 {
				f.Values["valid_from"], f.Values["valid_to"] = "2020-01-01", "2030-06-30"
			}
		}))
		in.Large = large
		done, err := s.Import(t.Context(), in)
		if err != nil || !done.Stored || done.Added != 500 || done.ProblemCount != 0 || !done.OverlapsKnown || done.DuplicateCount != 0 {
			t.Fatalf("large %v: %+v, %v", large, done, err)
		}
		if err := s.BuildTiles(t.Context(), func(string) {}); err != nil {
			t.Fatal(err)
		}
		var rows, indexes, triggers, account, parts, tiles, history string
		storetest.QueryRow(t, url, "select md5(string_agg(to_jsonb(t)::text, ',' order by id)) from (select id, name_zh, county, legal_effect, accuracy_m, valid, revision, upper_inf(recorded) o, st_asewkb(geom) g from layers."+officialLayer+") t", &rows)
		storetest.QueryRow(t, url, "select string_agg(indexname||' '||indexdef, E'\n' order by indexname) from pg_indexes where schemaname = 'layers' and tablename = '"+officialLayer+"'", &indexes)
		storetest.QueryRow(t, url, "select string_agg(tgname||tgenabled::text, ' ' order by tgname) from pg_trigger where tgrelid = 'layers."+officialLayer+"'::regclass", &triggers)
		storetest.QueryRow(t, url, "select concat(features, ' ', located, ' ', extent, ' ', revision) from planatlas.layer where id = '"+officialLayer+"'", &account)
		storetest.QueryRow(t, url, "select concat(count(*), ' ', sum(st_npoints(geom))) from layers_parts."+officialLayer, &parts)
		storetest.QueryRow(t, url, "select md5(string_agg(p::text, ',' order by id, n)) from layers_parts."+officialLayer+" p", &history)
		parts += " " + history
		storetest.QueryRow(t, url, "select concat(count(*), ' ', md5(string_agg(t::text, ',' order by level, cell))) from layers_tiles."+officialLayer+" t", &tiles)
		storetest.QueryRow(t, url, "select concat(exact, columns) from planatlas.tile_layer where layer = '"+officialLayer+"'", &history)
		tiles += " " + history
		storetest.QueryRow(t, url, "select concat(count(*), ' ', md5(string_agg(h::text, ',' order by id, revision))) from (select id, revision, upper_inf(recorded) from layers_history."+officialLayer+") h", &history)
		if !strings.Contains(triggers, "stamp_rowO") || strings.HasPrefix(parts, "0 ") {
			t.Errorf("large %v: triggers %s, parts %s", large, triggers, parts)
		}
		state[large] = strings.Join([]string{rows, indexes, triggers, account, parts, tiles, history}, "\n")
		// Whoever edits the table afterwards is stamped, checked and kept as ever.
		storetest.Exec(t, url, "update layers."+officialLayer+" set name_zh = '改' where id = '000003'")
		if n, revision, history := contents(t, url); n != 500 || revision < 3 || history != 2 {
			t.Errorf("large %v: %d rows, revision %d, %d in the history", large, n, revision, history)
		}
	}
	if state[false] != state[true] {
		t.Errorf("by the stage:\n%s\nstraight:\n%s", state[false], state[true])
	}
}

func circle(x, y, r float64, n int) orb.Ring {
	out := make(orb.Ring, 0, n+1)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		out = append(out, orb.Point{x + r*cos, y + r*sin})
	}
	return append(out, out[0])
}

// TestImportIsAllOrNothing refuses files with bad rows, both ways, and names each.
func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	bad := delivered(50, func(i int, f *layers.Feature) {
		switch i {
		case 10, 20:
			f.ID = "twice"
		case 30:
			b := f.Shape.Geom.Bound()
			f.Shape.Geom = orb.MultiPolygon{{{b.Min, b.Max, {b.Max[0], b.Min[1]}, {b.Min[0], b.Max[1]}, b.Min}}}
		case 40:
			f.Values["valid_from"], f.Values["valid_to"] = "2024-06-01", "2024-06-01"
		}
	})
	for _, large := range []bool{false, true} {
		url := storetest.URL(t)
		s := storetest.Open(t, url)
		storetest.Exec(t, url, "delete from layers."+officialLayer)
		before, revision, _ := contents(t, url)
		in := importOf(t, s, "2024-06", bad)
		in.Large = large
		done, err := s.Import(t.Context(), in)
		if err != nil || done.Stored || done.ProblemCount != 4 || len(done.Problems) != 4 {
			t.Fatalf("large %v: %+v, %v", large, done, err)
		}
		var told []string
		for _, p := range done.Problems {
			told = append(told, p.Origin+" "+p.Code)
			if p.Code == "geometry" && (p.At == nil || !strings.HasPrefix(p.Text.EN, "invalid geometry: Self-intersection")) {
				t.Errorf("%+v", p)
			}
		}
		if got := strings.Join(told, ", "); got != "STBHHX row 11 duplicate_id, STBHHX row 21 duplicate_id, STBHHX row 31 geometry, STBHHX row 41 property" {
			t.Error(got)
		}
		if n, now, _ := contents(t, url); n != before || now != revision {
			t.Errorf("large %v: %d rows of revision %d", large, n, now)
		}
		if l := storetest.Layer(t, s, officialLayer); l.Delivery != nil || l.Coverage.Complete {
			t.Errorf("the refused file was declared: %+v", l)
		}
		// Left out, the rest is stored, and the layer is not complete.
		in.Skip = true
		done, err = s.Import(t.Context(), in)
		if n, _, _ := contents(t, url); err != nil || !done.Stored || done.Added != 46 || n != 46 || storetest.Layer(t, s, officialLayer).Coverage.Complete {
			t.Errorf("large %v: %+v, %v, %d rows", large, done, err, n)
		}
	}
}

// TestImportRefusesForRowsThatWereLeftOut refuses when the reader could not use rows.
func TestImportRefusesForRowsThatWereLeftOut(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	in := importOf(t, s, "2024-06", delivered(5, nil))
	in.LeftOut = func() int64 { return 1 }
	if done, err := s.Import(t.Context(), in); err != nil || done.Stored {
		t.Errorf("%+v, %v", done, err)
	}
	in.Features = func(yield func(layers.Feature, error) bool) {
		yield(layers.Feature{}, errors.New("the file ends here"))
	}
	if done, err := s.Import(t.Context(), in); err == nil || done.Stored || !strings.Contains(err.Error(), "the file ends here") {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestAgainAndNewer imports a file again, which changes nothing, then a newer version;
// a folder that is loaded keeps it, unless it is told otherwise.
func TestAgainAndNewer(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, "delete from layers."+officialLayer)
	run := func(version string, features iter.Seq2[layers.Feature, error]) layers.Imported {
		t.Helper()
		done, err := s.Import(t.Context(), importOf(t, s, version, features))
		if err != nil || !done.Stored {
			t.Fatalf("%+v, %v", done, err)
		}
		return done
	}
	first := run("2024-06", delivered(100, nil))
	if again := run("2024-06", delivered(100, nil)); again.Unchanged != 100 || again.Version != first.Version {
		t.Errorf("%+v, then %+v", first, again)
	}
	newer := run("2025-06", delivered(110, func(i int, f *layers.Feature) {
		switch {
		case i < 5:
			f.Values = nil // gone
		case i == 50:
			f.Values["name_zh"] = "另一红线"
		}
	}))
	if newer.Added != 10 || newer.Removed != 5 || newer.Changed != 1 || newer.Unchanged != 94 || newer.Version.Revision != first.Version.Revision+1 {
		t.Errorf("%+v", newer)
	}
	var older int
	storetest.QueryRow(t, url, fmt.Sprintf("select count(*) from layers_history.%s where revision = %d", officialLayer, first.Version.Revision), &older)
	if older != 6 {
		t.Errorf("the history has %d rows of the older version, want 6", older)
	}

	load := storetest.Yangquan(t)
	diffs, err := s.Replace(t.Context(), load, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diffs {
		if (d.Layer == officialLayer) != (d.Kept != nil) || d.Layer == officialLayer && (d.Kept.Version != "2025-06" || d.Unchanged != 105 || d.Removed != 0) {
			t.Errorf("%+v", d)
		}
	}
	l := storetest.Layer(t, s, officialLayer)
	if n, _, _ := contents(t, url); n != 105 || l.Delivery == nil || l.Delivery.Version != "2025-06" || !l.Coverage.Complete || l.Coverage.From != "2024-06-01" {
		t.Errorf("%d rows, %+v", n, l)
	}
	load.Discard = true
	if _, err := s.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	l = storetest.Layer(t, s, officialLayer)
	if n, _, _ := contents(t, url); n != 1 || l.Delivery != nil || l.Coverage.Complete {
		t.Errorf("%d rows, %+v", n, l)
	}
}

// TestOddFeatures finds duplicates and overlaps, and no overlap where areas only touch.
func TestOddFeatures(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	shape := func(x, y, w, h float64) *geo.Shape {
		return &geo.Shape{SRID: geo.CGCS2000, Geom: orb.MultiPolygon{{{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}, {x, y}}}}}
	}
	shapes := []*geo.Shape{shape(113.5, 37.9, 0.01, 0.01), shape(113.51, 37.9, 0.01, 0.01), shape(113.515, 37.9, 0.01, 0.01), shape(113.6, 37.9, 0.01, 0.01), shape(113.6, 37.9, 0.01, 0.01)}
	in := importOf(t, s, "2024", delivered(5, func(i int, f *layers.Feature) { f.Shape = shapes[i] }))
	in.DryRun = true
	done, err := s.Import(t.Context(), in)
	if err != nil || done.Stored || done.Added != 5 {
		t.Fatalf("%+v, %v", done, err)
	}
	if done.DuplicateCount != 1 || fmt.Sprint(done.Duplicates) != "[[000003 000004]]" {
		t.Errorf("duplicates %v", done.Duplicates)
	}
	if done.OverlapCount != 2 || done.Overlaps[0].A != "000003" || done.Overlaps[1].A != "000001" || done.Overlaps[1].B != "000002" {
		t.Fatalf("overlaps %+v", done.Overlaps)
	}
	half := float64(geo.Area(shape(113.515, 37.9, 0.005, 0.01).Geom))
	if d := done.Overlaps[1].AreaM2 - half; d < -0.05 || d > 0.05 {
		t.Errorf("overlap of %.2f m², want %.2f", done.Overlaps[1].AreaM2, half)
	}
}
