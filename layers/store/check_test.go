package store_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// one is the state of a database in which one layer is checked under one rule.
type one struct {
	layer func(*layers.Layer)
	rule  string // YAML of relation and what belongs to it
	sql   string // run after the layer was emptied
	setup string // run last
	site  orb.Geometry
	on    string
	claim float64 // accuracy of the site, metres
}

// run checks the site against a layer of red lines, whole and statutory unless
// said otherwise, through Plan, Measure and Judge on real rows.
func run(t *testing.T, c one) check.Answer {
	t.Helper()
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	l := *storetest.Layer(t, s, "transport_links")
	l.Coverage.Complete, l.Required = true, false
	if c.layer != nil {
		c.layer(&l)
	}
	storetest.Exec(t, url, "delete from layers.transport_links; alter table layers.transport_links alter geom type geometry(Geometry, 4490)")
	if c.sql != "" {
		storetest.Exec(t, url, c.sql)
	}
	if c.setup != "" {
		storetest.Exec(t, url, c.setup)
	}
	catalog := layers.NewCatalog([]*layers.Layer{&l})
	rules, err := check.ReadRules(catalog, fstest.MapFS{"r.yaml": {Data: []byte(`
- id: R
  layer: transport_links
  ` + c.rule + `
  verdict: prohibited
  basis: statute
  law: a law
  text: {zh: 禁止, en: Forbidden}
  verified: true
  mark: L
  source: test
  valid_from: 2026-03-15
`)}})
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, c.on)
	if c.on == "" {
		at, err = time.Parse(time.RFC3339, "2026-11-24T04:00:00Z")
	}
	if err != nil {
		t.Fatal(err)
	}
	service := check.Service{Store: s, Software: "test", Now: func() time.Time { return at }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		State: func() check.State { return check.State{Catalog: catalog, Rules: rules} }}
	_, b, err := service.Run(t.Context(), check.Site{AccuracyM: c.claim, Site: read.Site{Bytes: []byte("x"), Shape: geo.Shape{SRID: geo.CGCS2000, Geom: c.site}}})
	if err != nil {
		t.Fatal(err)
	}
	var a check.Answer
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// insert stores a statutory feature whose geometry is an SQL expression on the
// plane of EPSG:4547.
func insert(id string, accuracy float64, geom, more string) string {
	columns, values := "", ""
	for _, pair := range strings.Split(more, ";") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			columns, values = columns+", "+name, values+", "+value
		}
	}
	return fmt.Sprintf(`insert into layers.transport_links (id, name_zh, name_en, status, geometry_source, accuracy_m, legal_effect, geom%s)
		values ('%s', '甲', 'A', 'existing', 'test', %g, 'statutory', st_transform(st_segmentize(%s, 50), 4490)%s);`, columns, id, accuracy, geom, values)
}

func box(east, north, width, height float64) string {
	return fmt.Sprintf("st_makeenvelope(%f, %f, %f, %f, 4547)", east, north, east+width, north+height)
}

func TestChecksFailClosed(t *testing.T) {
	site := rectangle(east0, north0, 100, 100)
	intersects, edge := "relation: intersects", "relation: dwithin\n  distance_m: 20\n  measured_from: edge"
	line := func(east float64) string {
		return fmt.Sprintf("st_geomfromtext('LINESTRING(%f 4191000, %f 4193000)', 4547)", east, east)
	}
	for _, tc := range []struct {
		name    string
		check   one
		outcome check.Outcome
		verdict check.Verdict
	}{
		{"nothing there", one{rule: intersects, site: site}, check.Clear, check.AllClear},
		{"deep inside", one{rule: intersects, site: site, sql: insert("a", 1, box(east0-500, north0-500, 1100, 1100), "")}, check.Hit, check.Prohibited},
		{"2 m² of an exact line", one{rule: intersects, site: site, sql: insert("a", 0.001, box(east0-10, north0, 12, 1), "")}, check.Hit, check.Prohibited},
		{"0.5 m² of an exact line", one{rule: intersects, site: site, sql: insert("a", 0.001, box(east0-10, north0, 10.05, 10), "")}, check.Hit, check.Incomplete},
		{"2 m² beside a kilometre of noise", one{rule: intersects, site: rectangle(east0, north0, 100, 1000), sql: insert("a", 0.001,
			"st_union("+box(east0-10, north0, 10.0002, 1000)+", "+box(east0-10, north0+500, 12, 1)+")", "")}, check.Hit, check.Prohibited},
		{"shared edge", one{rule: intersects, site: site, sql: insert("a", 0.1, box(east0+100, north0, 50, 100), "")}, check.Touches, check.Incomplete},
		{"shared edge, exact to the width of noise", one{rule: intersects, site: site, sql: insert("a", 0.001, box(east0+100, north0, 50, 100), "")}, check.Touches, check.Advisory},
		{"small feature inside a large site", one{rule: intersects, site: rectangle(east0, north0, 1000, 1000), sql: insert("a", 15, box(east0+500, north0+500, 20, 20), "")}, check.Hit, check.Prohibited},
		{"point inside", one{rule: intersects, site: rectangle(east0, north0, 1000, 1000), sql: insert("a", 5, fmt.Sprintf("st_setsrid(st_makepoint(%f, %f), 4547)", east0+500, north0+500), "")}, check.Hit, check.Prohibited},
		{"nearer than the site's accuracy", one{rule: intersects, site: site, claim: 20, sql: insert("a", 0.1, box(east0+110, north0, 50, 100), "")}, check.NoData, check.Incomplete},
		{"a feature without a place", one{rule: intersects, site: site, sql: `insert into layers.transport_links (id, name_zh, name_en, status, geometry_source, legal_effect) values ('a', '甲', 'A', 'existing', 'not located', 'statutory')`,
			layer: func(l *layers.Layer) { l.Required = true }}, check.NoData, check.Incomplete},
		{"a filter over a missing value", one{rule: "filter: class = 'railway'\n  " + intersects, site: site, sql: insert("a", 1, box(east0-500, north0-500, 1100, 1100), "")}, check.Hit, check.Incomplete},
		{"on the road, beside its centreline", one{rule: intersects, site: site, sql: insert("a", 0.5, line(east0-12), "half_width_m=15")}, check.Hit, check.Incomplete},
		{"19.9 m from the edge", one{rule: edge, site: site, sql: insert("a", 0.01, line(east0-31.9), "half_width_m=12")}, check.Clear, check.Prohibited},
		{"20.1 m from the edge", one{rule: edge, site: site, sql: insert("a", 0.01, line(east0-32.1), "half_width_m=12")}, check.Clear, check.AllClear},
		{"26 m from a centreline of unknown width", one{rule: edge, site: site, sql: insert("a", 5, line(east0-26), "")}, check.Clear, check.Incomplete},
		{"51 m from one", one{rule: edge, site: site, sql: insert("a", 0.5, line(east0-51), "")}, check.Clear, check.AllClear},
		{"near the edge of the coverage", one{rule: edge, site: site, setup: "update planatlas.outline set accuracy_m = 1e6"}, check.NoData, check.AllClear},
		{"the day before the rule, in China", one{rule: intersects, site: site, on: "2026-03-14T15:00:00Z", sql: insert("a", 1, box(east0-500, north0-500, 1100, 1100), "")}, check.Hit, check.Incomplete},
		{"the day of the rule, in China", one{rule: intersects, site: site, on: "2026-03-14T17:00:00Z", sql: insert("a", 1, box(east0-500, north0-500, 1100, 1100), "")}, check.Hit, check.Prohibited},
		{"table gone", one{rule: intersects, site: site, setup: "drop table layers.transport_links"}, check.NotChecked, check.Incomplete},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := run(t, tc.check)
			if a.Layers[0].Outcome != tc.outcome || a.Verdict != tc.verdict {
				b, _ := json.MarshalIndent(a.Findings, "", " ")
				t.Errorf("%v %q, %s; want %v, %s\n%s", a.Layers[0].Outcome, a.Layers[0].Reason.EN, a.Verdict, tc.outcome, tc.verdict, b)
			}
		})
	}
}

// Fact 16: two lines over the same ground are both listed and counted once.
func TestOverlapIsCountedOnce(t *testing.T) {
	a := run(t, one{rule: "relation: intersects", site: rectangle(east0, north0, 100, 100),
		sql: insert("a", 0.1, box(east0, north0, 100, 10), "") + insert("b", 0.1, box(east0, north0, 100, 10), "")})
	if len(a.Findings) != 2 || math.Abs(a.Layers[0].Overlap.M2-1000) > 0.05 || a.Findings[0].Overlap.M2 != a.Findings[1].Overlap.M2 {
		t.Errorf("%+v %+v", a.Layers[0].Overlap, a.Findings)
	}
}

// The distance of a far feature that is known badly is not the nearest.
func TestNearestIsTheNearest(t *testing.T) {
	a := run(t, one{rule: "relation: intersects", site: rectangle(east0, north0, 100, 100),
		sql: insert("a", 1, box(east0+200, north0, 10, 10), "") + insert("b", 1000, box(east0+600, north0, 10, 10), "")})
	if n := a.Layers[0].NearestM; n == nil || math.Abs(*n-100) > 0.1 {
		t.Errorf("nearest %v, want 100 m", n)
	}
}

func TestHugeAndTinySitesAreRefused(t *testing.T) {
	s := storetest.New(t)
	state, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	service := check.Service{Store: s, State: func() check.State { return state }, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	world := orb.Polygon{{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}, {-180, -90}}}
	speck := orb.Polygon{{{113.5, 37.9}, {113.5 + 1e-9, 37.9}, {113.5 + 1e-9, 37.9 + 1e-9}, {113.5, 37.9}}}
	for name, g := range map[string]orb.Polygon{"world": world, "speck": speck} {
		_, _, err := service.Run(t.Context(), check.Site{Site: read.Site{Shape: geo.Shape{SRID: geo.CGCS2000, Geom: g}}})
		if input, ok := err.(*layers.InputError); !ok && !strings.Contains(fmt.Sprint(err), "geometry") {
			t.Errorf("%s: %v, %v", name, input, err)
		}
	}
}

// An empty database is no clearance.
func TestNothingLoadedIsIncomplete(t *testing.T) {
	url := storetest.EmptyURL(t)
	s := storetest.Open(t, url)
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	state, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	service := check.Service{Store: s, State: func() check.State { return state }, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	_, b, err := service.Run(t.Context(), check.Site{Site: read.Site{Bytes: []byte("x"), Shape: geo.Shape{SRID: geo.CGCS2000, Geom: rectangle(east0, north0, 10, 10)}}})
	if err != nil || !strings.Contains(string(b), `"verdict":"incomplete"`) {
		t.Errorf("%s, %v", b, err)
	}
}

// A table of the user's own with the name of our stage is left alone, and a
// folder that lacks a declared layer is refused unless it is to be retired.
func TestLoadTouchesNothingElse(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, "create table public.stage as select 1 one")
	load := storetest.Yangquan(t)
	load.Sets = load.Sets[1:]
	if _, err := s.Replace(t.Context(), load, false); err == nil || !strings.Contains(err.Error(), "--retire") {
		t.Errorf("got %v", err)
	}
	load = storetest.Yangquan(t)
	gone := load.Sets[0].Layer.ID
	load.Sets, load.Retire = load.Sets[1:], true
	if _, err := s.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Replace(t.Context(), storetest.Yangquan(t), false); err != nil {
		t.Fatal(err)
	}
	var mine, revision int
	storetest.QueryRow(t, url, "select count(*) from public.stage", &mine)
	storetest.QueryRow(t, url, "select revision from planatlas.layer where id = '"+gone+"'", &revision)
	if mine != 1 || revision != 1 {
		t.Errorf("%d rows in the user's table, revision %d", mine, revision)
	}
}

var _ check.Store = (*store.Store)(nil)
