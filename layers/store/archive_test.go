package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// checker is a service on a store, with the state that the database has when it is
// asked.
func checker(t *testing.T, s *store.Store) *check.Service {
	t.Helper()
	return &check.Service{Store: s, Software: "test", Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		State: func() check.State {
			state, err := s.State(t.Context())
			if err != nil {
				t.Error(err)
			}
			return state
		}}
}

func geoJSON(t *testing.T, document string) check.Site {
	t.Helper()
	site, err := check.ReadSite([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func decode[T any](t *testing.T, b []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// square is a polygon of so many degrees each way.
func square(lon, lat, size float64) string {
	b, _ := json.Marshal([][][2]float64{{{lon, lat}, {lon + size, lat}, {lon + size, lat + size}, {lon, lat + size}, {lon, lat}}})
	return `{"type":"Polygon","coordinates":` + string(b) + `}`
}

// redLine stores a surveyed red line of a square.
func redLine(t *testing.T, url, id string, lon, lat, size float64) {
	t.Helper()
	storetest.Exec(t, url, `insert into layers.ecological_protection_red_line (id, name_zh, name_en, status, geometry_source, accuracy_m, legal_effect, geom)
		values ($1, $1, $1, 'existing', 'survey', 1, 'statutory', st_multi(st_setsrid(st_geomfromgeojson($2), 4490)))
		on conflict (id) do update set geom = excluded.geom`, id, square(lon, lat, size))
}

// publish lets everybody read the red line.
func publish(t *testing.T, url string) {
	t.Helper()
	storetest.Exec(t, url, `update planatlas.layer set declaration = jsonb_set(declaration, '{access}', '"public"') where id = 'ecological_protection_red_line'`)
}

const feature = `{"type":"Feature","accuracy_m":0.5,"project":{"project_type":"industry","national_major":false,"limited_activity":"none"},"properties":{"name":"甲","discharges":true,"colour":"red"},"geometry":`

func TestArchiveKeepsWhatACheckWasMadeFrom(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	redLine(t, url, "r", 113.60, 38.10, 0.02)
	document := feature + square(113.59, 38.11, 0.02) + `}`
	id, answer, err := checker(t, s).RunOn(t.Context(), geoJSON(t, document), "2026-05-01")
	if err != nil {
		t.Fatal(err)
	}
	a := decode[check.Answer](t, answer)
	if a.Verdict != check.Prohibited || a.Project["discharges"] != true || a.Project["project_type"] != "industry" || len(a.Project) != 4 || a.Provenance.Day != "2026-05-01" || a.Site.AccuracyM != 0.5 {
		t.Errorf("%s %v %s %v", a.Verdict, a.Project, a.Provenance.Day, a.Site.AccuracyM)
	}
	if half := a.Site.Area.M2 / 2; a.Remainder == nil || a.Remainder.Area.M2 < half*0.9 || a.Remainder.Area.M2 > half*1.6 || string(a.Remainder.Geometry) != "null" {
		t.Errorf("remainder %+v of %v: its shape would draw a layer that is not public", a.Remainder, a.Site.Area)
	}
	r, err := s.Archived(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(r.Answer, answer) || string(r.Site.Bytes) != document || r.Day != "2026-05-01" || r.Site.Project["discharges"] != true || r.Site.AccuracyM != 0.5 ||
		r.Source.SRID != 4326 || r.Site.Shape.SRID != 4490 || r.ResultSHA256 != a.Provenance.ResultSHA256 || r.CatalogSHA256 != a.Provenance.CatalogSHA256 ||
		len(r.Known) == 0 || r.Revisions["ecological_protection_red_line"] == 0 {
		t.Errorf("%+v", r)
	}
	for _, sql := range []string{"update planatlas.site_check set software = 'x'", "delete from planatlas.site_check", "truncate planatlas.site_check",
		"update planatlas.catalogue set kept_at = now()", "delete from planatlas.catalogue",
		"insert into planatlas.check_tombstone (id, deleted_by, reason) values ('none', 'a', 'b')",
		"insert into planatlas.check_tombstone (id, deleted_by, reason) values ('" + id + "', 'a', ' ')"} {
		if err := tryExec(t, url, sql); err == nil {
			t.Errorf("%s was not refused", sql)
		}
	}
}

func TestDeletedCheckLeavesATombstone(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	service := checker(t, s)
	id, _, err := service.Run(t.Context(), geoJSON(t, square(113.45, 38.0, 0.001)))
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.Archived(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.DeleteCheck(t.Context(), id, "admin", ""); err == nil {
		t.Error("deleted without a reason")
	}
	tomb, err := s.DeleteCheck(t.Context(), id, "admin", "handed in by mistake")
	if err != nil || tomb.DeletedBy != "admin" || tomb.InputSHA256 != before.Site.SHA256 || tomb.ResultSHA256 != before.ResultSHA256 || time.Since(tomb.DeletedAt) > time.Hour {
		t.Errorf("%+v, %v", tomb, err)
	}
	_, err = s.ArchivedAnswer(t.Context(), id)
	if !errors.Is(err, layers.ErrGone) || !strings.Contains(err.Error(), "handed in by mistake") {
		t.Errorf("answer: %v", err)
	}
	if _, err := service.Rerun(t.Context(), id); !errors.Is(err, layers.ErrGone) {
		t.Errorf("rerun: %v", err)
	}
	if _, err := s.DeleteCheck(t.Context(), id, "admin", "again"); !errors.Is(err, layers.ErrGone) {
		t.Errorf("again: %v", err)
	}
	if _, err := s.DeleteCheck(t.Context(), "none", "admin", "x"); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	before.Site.SHA256 = "other"
	if err := s.Archive(t.Context(), before); err == nil {
		t.Error("a deleted check was archived again")
	}
	if err := tryExec(t, url, "delete from planatlas.check_tombstone"); err == nil {
		t.Error("a tombstone was deleted")
	}
}

// Fact 26: a check that is repeated after its layer was changed gives the numbers of
// then, and says that there is something newer.
func TestRerunOfTheRecordedState(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	redLine(t, url, "r", 113.60, 38.10, 0.02)
	redLine(t, url, "away", 113.70, 38.10, 0.02)
	storetest.Exec(t, url, "update layers.ecological_protection_red_line set geom = st_multi(st_segmentize(geom, 0.00005)) where id = 'r'") // of many parts
	service := checker(t, s)
	id, answer, err := service.Run(t.Context(), geoJSON(t, feature+square(113.59, 38.11, 0.02)+`}`))
	if err != nil {
		t.Fatal(err)
	}
	before := decode[check.Answer](t, answer)
	same := func(when string, newer bool) check.Rerun {
		t.Helper()
		r, err := service.Rerun(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Same || r.Result != before.Provenance.ResultSHA256 || r.Newer.Any != newer || r.Answer.Verdict != before.Verdict ||
			*r.Answer.Findings[0].Overlap != *before.Findings[0].Overlap || r.Difference.Verdict != nil {
			d, _ := json.MarshalIndent(r.Difference, "", " ")
			t.Errorf("%s: same %t, newer %+v\n%s", when, r.Same, r.Newer, d)
		}
		return r
	}
	same("at once", false)
	redLine(t, url, "r", 113.62, 38.10, 0.02)
	if r := same("the line moved away", true); len(r.Newer.Layers) != 1 || r.Newer.Layers[0].Layer != "ecological_protection_red_line" || r.Newer.Layers[0].Now <= r.Newer.Layers[0].Recorded {
		t.Errorf("newer %+v", r.Newer)
	}
	storetest.Exec(t, url, "delete from layers.ecological_protection_red_line where id = 'r'")
	same("the line was deleted", true)
	storetest.Exec(t, url, "truncate layers.ecological_protection_red_line")
	same("the layer was emptied", true)
	storetest.Exec(t, url, "update planatlas.outline set geom = st_translate(geom, 1, 0), accuracy_m = 5")
	storetest.Exec(t, url, `update planatlas.layer set declaration = jsonb_set(declaration, '{required}', 'false')`)
	storetest.Exec(t, url, `insert into planatlas.rule_set (sha256, rules) values ('none', '[]')`)
	if r := same("outlines, declarations and rules changed", true); !r.Newer.Rules || !r.Newer.Catalog {
		t.Errorf("newer %+v", r.Newer)
	}
}

func TestRerunOfToday(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	redLine(t, url, "r", 113.60, 38.10, 0.02)
	publish(t, url)
	service := checker(t, s)
	id, answer, err := service.Run(t.Context(), geoJSON(t, feature+square(113.59, 38.11, 0.02)+`}`))
	if err != nil {
		t.Fatal(err)
	}
	before := decode[check.Answer](t, answer)
	if before.Remainder == nil || string(before.Remainder.Geometry) == "null" {
		t.Errorf("remainder %+v", before.Remainder)
	}
	r, err := service.RerunToday(t.Context(), id)
	if err != nil || !r.Same || r.Newer.Any || len(r.Difference.Findings)+len(r.Difference.Layers) > 0 || r.Answer.ID == id {
		t.Errorf("nothing changed: %+v, %v", r.Difference, err)
	}
	redLine(t, url, "r", 113.605, 38.10, 0.02)
	redLine(t, url, "new", 113.585, 38.11, 0.01)
	r, err = service.RerunToday(t.Context(), id)
	if err != nil || r.Same || !r.Newer.Any {
		t.Fatalf("%+v, %v", r, err)
	}
	kinds := map[string]string{}
	for _, f := range r.Difference.Findings {
		kinds[f.Feature+" "+f.Kind] = f.Why.EN
	}
	if why := kinds["r changed"]; !strings.Contains(why, "the feature was changed (revision") {
		t.Errorf("findings %v", kinds)
	}
	if why := kinds["new added"]; !strings.Contains(why, "the layer was changed (revision") {
		t.Errorf("findings %v", kinds)
	}
	if _, err := s.Archived(t.Context(), r.Answer.ID); err != nil || r.Difference.Remainder == nil {
		t.Errorf("the new check: %v, %+v", err, r.Difference.Remainder)
	}
	storetest.Exec(t, url, "delete from layers.ecological_protection_red_line")
	storetest.Exec(t, url, `insert into planatlas.rule_set (sha256, rules) select 'fewer', jsonb_path_query_array(rules, '$[*] ? (@.layer != "ecological_protection_red_line")') from planatlas.rule_set`)
	if r, err = service.RerunToday(t.Context(), id); err != nil || r.Difference.Verdict == nil || r.Difference.Verdict.Before != check.Prohibited || r.Difference.Rules == nil {
		t.Fatalf("%+v, %v", r.Difference, err)
	}
	for _, f := range r.Difference.Findings {
		if f.Feature == "r" && (f.Kind != "removed" || !strings.Contains(f.Why.EN, "is no longer in force") || f.Why.ZH == "") {
			t.Errorf("%+v", f)
		}
	}
	if again, err := service.Rerun(t.Context(), id); err != nil || !again.Same || again.Recorded != before.Provenance.ResultSHA256 {
		t.Errorf("the recorded state: %v, %v", again.Same, err)
	}
}

// What stopped a check from looking at a layer is no part of its state.
func TestRerunDoesNotLookAtWhatWasNotChecked(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	service := checker(t, s)
	storetest.Exec(t, url, "alter table layers.river_corridors rename to gone")
	id, _, err := service.Run(t.Context(), geoJSON(t, square(113.59, 38.11, 0.01)))
	if err != nil {
		t.Fatal(err)
	}
	storetest.Exec(t, url, "alter table layers.gone rename to river_corridors")
	if r, err := service.Rerun(t.Context(), id); err != nil || !r.Same {
		d, _ := json.MarshalIndent(r.Difference, "", " ")
		t.Errorf("%v\n%s", err, d)
	}
	if r, err := service.RerunToday(t.Context(), id); err != nil || r.Same {
		t.Errorf("today: same, %v", err)
	}
}

func TestCheckBeforeItsStateWasKept(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	service := checker(t, s)
	state := service.State()
	state.CatalogSHA256 = "of nothing that was kept"
	old := *service
	old.State = func() check.State { return state }
	id, _, err := old.Run(t.Context(), geoJSON(t, square(113.59, 38.11, 0.01)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Rerun(t.Context(), id); !errors.Is(err, layers.ErrConflict) {
		t.Errorf("got %v", err)
	}
}

// TestTheArchiveHoldsWhatNobodyIsTold: of a layer that is not public the answer tells an
// upper bound and no shape; the archive has both beside it, and a repetition gives the
// same result.
func TestTheArchiveHoldsWhatNobodyIsTold(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	redLine(t, url, "line", 113.5, 37.8, 0.0101)
	service := checker(t, s)
	_, inside, err := service.Run(t.Context(), geoJSON(t, square(113.508, 37.8, 0.01)))
	if err != nil {
		t.Fatal(err)
	}
	service.Public = true
	id, answer, err := service.Run(t.Context(), geoJSON(t, square(113.508, 37.8, 0.01)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Archived(t.Context(), id)
	if err != nil || r.Full == nil {
		t.Fatalf("%v, %d bytes", err, len(r.Full))
	}
	told, full := decode[check.Answer](t, answer), decode[check.Answer](t, r.Full)
	i := slices.IndexFunc(full.Findings, func(f check.Finding) bool { return f.Rule == "E2" })
	if i < 0 || full.Findings[i].Feature != "line" || len(full.Findings[i].Geometry) < 20 || full.Findings[i].DistanceM == nil {
		t.Fatalf("%+v", full.Findings)
	}
	k := slices.IndexFunc(told.Findings, func(f check.Finding) bool { return f.Rule == "E2" })
	exact, coarse := full.Findings[i].Overlap, told.Findings[k].Overlap
	if coarse == nil || coarse.M2 <= exact.M2 || coarse.M2 > exact.M2+0.0501*full.Site.Area.M2 || told.Findings[k].Feature != "" || string(told.Findings[k].Geometry) != "null" {
		t.Errorf("%+v is told of %+v", coarse, exact)
	}
	own := decode[check.Answer](t, inside).Findings[k]
	if own.Overlap == nil || own.Overlap.M2 != exact.M2 || own.Feature != "" || string(own.Geometry) != "null" {
		t.Errorf("a service of one's own tells %+v of %+v", own.Overlap, exact)
	}
	if told.Remainder != nil && (told.Remainder.Area.M2 >= full.Remainder.Area.M2 || string(told.Remainder.Geometry) != "null") {
		t.Errorf("%+v is left of %+v", told.Remainder, full.Remainder)
	}
	if again, err := service.Rerun(t.Context(), id); err != nil || !again.Same || told.Provenance.ResultSHA256 != full.Provenance.ResultSHA256 {
		t.Errorf("%v %+v", err, again.Difference)
	}
	publish(t, url) // but the line is more exact than anybody may see
	for _, service.Public = range []bool{true, false} {
		id, _, err = service.Run(t.Context(), geoJSON(t, square(113.508, 37.8, 0.01)))
		if err != nil {
			t.Fatal(err)
		}
		if r, err = s.Archived(t.Context(), id); err != nil || (r.Full != nil) != service.Public {
			t.Errorf("public %t: %v, %d bytes that were not told", service.Public, err, len(r.Full))
		}
	}
}
