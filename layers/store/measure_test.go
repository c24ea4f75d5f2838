package store_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

func polygon(ring [][2]float64) orb.Polygon {
	var r orb.Ring
	for _, p := range ring {
		r = append(r, orb.Point(p))
	}
	return orb.Polygon{r}
}

// rectangle is a rectangle of metres on the plane of EPSG:4547, with a point
// every 50 m so that its edges are straight on that plane.
func rectangle(east, north, width, height float64) orb.Polygon {
	zone, _ := crs.ByZone(3, 38, false)
	var ring orb.Ring
	edge := func(e0, n0, e1, n1 float64) {
		steps := math.Ceil(math.Hypot(e1-e0, n1-n0) / 50)
		for i := 0.0; i < steps; i++ {
			lon, lat := zone.Inverse(n0+(n1-n0)*i/steps, e0+(e1-e0)*i/steps)
			ring = append(ring, orb.Point{lon, lat})
		}
	}
	edge(east, north, east+width, north)
	edge(east+width, north, east+width, north+height)
	edge(east+width, north+height, east, north+height)
	edge(east, north+height, east, north)
	return orb.Polygon{append(ring, ring[0])}
}

func tryExec(t *testing.T, url, sql string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), sql)
	return err
}

func archiveOne(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Archive(t.Context(), check.Record{ID: "c1", Created: time.Now(), Answer: []byte("{}"), Revisions: map[string]int64{},
		Site: check.Site{Site: read.Site{Bytes: []byte("x"), Shape: geo.Shape{SRID: geo.CGCS2000, Geom: rectangle(463329, 4191674, 10, 10)}}}})
	if err != nil {
		t.Fatal(err)
	}
}

// measured measures one site in a snapshot of its own.
func measured(t *testing.T, s *store.Store, site orb.Geometry, needs []check.Need) (out check.Measured, err error) {
	t.Helper()
	err = s.Snapshot(t.Context(), func(snapshot check.Snapshot) error {
		all, err := snapshot.Measure(t.Context(), []geo.Shape{{SRID: geo.CGCS2000, Geom: site}}, needs, today)
		if err != nil {
			return err
		}
		out = all[0]
		return out.Err
	})
	return out, err
}

func measure(t *testing.T, s *store.Store, g orb.Geometry, within float64, ids ...string) check.Measured {
	t.Helper()
	var needs []check.Need
	for _, id := range ids {
		needs = append(needs, check.Need{Layer: storetest.Layer(t, s, id), WithinM: within})
	}
	m, err := measured(t, s, g, needs)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Facts 8 to 10 of the acceptance list.
func TestSiteAreas(t *testing.T) {
	s := storetest.New(t)
	hole := rectangle(463369, 4191714, 20, 20)[0]
	hole.Reverse()
	for _, tc := range []struct {
		name             string
		site             orb.Polygon
		plane, ellipsoid float64
		within           float64
	}{
		{"plot with a hole", append(rectangle(463329, 4191674, 100, 100), hole), 9600, 9599.68, 0.01},
		{"1 km square in the city", rectangle(463329, 4191674, 1000, 1000), 1e6, 999_967.78, 0.05},
		{"1 km square in the west", rectangle(412047, 4196869, 1000, 1000), 1e6, 999_811.71, 0.05},
		{"10 km square", rectangle(463329, 4191674, 10_000, 10_000), 1e8, 99_997_509.8, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := measure(t, s, tc.site, 0).Site
			if math.Abs(float64(m.Area)-tc.ellipsoid) > tc.within || math.Abs(m.PlaneM2-tc.plane) > tc.within || m.PlaneCRS != "EPSG:4547" {
				t.Errorf("%.3f m², plane %.3f m² on %s; want %.3f, %.3f", m.Area, m.PlaneM2, m.PlaneCRS, tc.ellipsoid, tc.plane)
			}
		})
	}
}

// lay replaces the red lines by rectangles of metres on the plane.
func lay(t *testing.T, url string, rectangles map[string][4]float64) {
	t.Helper()
	storetest.Exec(t, url, "delete from layers.ecological_red_lines")
	for id, r := range rectangles {
		storetest.Exec(t, url, `insert into layers.ecological_red_lines (id, name_zh, name_en, status, geometry_source, accuracy_m, legal_effect, geom)
			values ($1, $1, $1, 'existing', 'test', 0.1, 'statutory', st_transform(st_segmentize(st_makeenvelope($2, $3, $4, $5, 4547), 50), 4490))`,
			id, r[0], r[1], r[0]+r[2], r[1]+r[3])
	}
}

const today = layers.Day("2026-11-24")

const (
	east0  = 463329.0
	north0 = 4191674.0
)

func TestMeasureLayer(t *testing.T) {
	site := rectangle(east0, north0, 100, 100)
	for _, tc := range []struct {
		name     string
		lines    map[string][4]float64
		features int
		union    float64
		distance float64
		depth    float64
	}{
		{"half of the site", map[string][4]float64{"a": {east0 + 50, north0 - 50, 200, 200}}, 1, 5000, 0, 25},
		{"two that overlap are counted once", map[string][4]float64{"a": {east0, north0, 100, 10}, "b": {east0, north0, 100, 10}}, 2, 1000, 0, 0},
		{"site inside", map[string][4]float64{"a": {east0 - 1000, north0 - 1000, 2100, 2100}}, 1, 10_000, 0, 1000},
		{"inside the site", map[string][4]float64{"a": {east0 + 40, north0 + 40, 20, 20}}, 1, 400, 0, 49},
		{"shared edge", map[string][4]float64{"a": {east0 + 100, north0, 100, 100}}, 1, 0, 0, 0},
		{"19 m away, within 20", map[string][4]float64{"a": {east0 + 119, north0, 100, 100}}, 1, 0, 19, 0},
		{"25 m away, within 20", map[string][4]float64{"a": {east0 + 125, north0, 100, 100}}, 0, 0, 25, 0},
		{"far away", map[string][4]float64{"a": {east0 + 20_100, north0, 100, 100}}, 0, 0, 20_000, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := storetest.URL(t)
			lay(t, url, tc.lines)
			m := measure(t, storetest.Open(t, url), site, 20, "ecological_red_lines").Layers[0]
			if !m.Measured || !m.Covered || len(m.Features) != tc.features {
				t.Fatalf("%+v", m)
			}
			if math.Abs(float64(m.Union)-tc.union*0.99997) > 0.05 || m.Nearest == nil || math.Abs(*m.Nearest-tc.distance) > 0.001*tc.distance+0.001 {
				t.Errorf("union %.3f, nearest %v", m.Union, *m.Nearest)
			}
			if tc.features == 0 {
				return
			}
			f := m.Features[0]
			if enough := 20 + 0.1; f.DepthM < min(tc.depth, enough)*0.99 || f.Interiors != (tc.union > 0) || !strings.Contains(string(f.Geometry), "coordinates") {
				t.Errorf("%+v", f)
			}
			if f.Values["legal_effect"] != "statutory" || f.Values["accuracy_m"] != 0.1 {
				t.Errorf("values %v", f.Values)
			}
		})
	}
}

func TestLinesAndNearest(t *testing.T) {
	url := storetest.URL(t)
	storetest.Exec(t, url, "delete from layers.transport_links")
	storetest.Exec(t, url, `insert into layers.transport_links (id, name_zh, name_en, status, geometry_source, accuracy_m, class, half_width_m, geom) values
		('road', '路', 'Road', 'existing', 'test', 0.1, 'national_road', 12,
		st_transform(st_segmentize('SRID=4547;LINESTRING(463379 4191000, 463379 4192000)'::geometry, 50), 4490))`)
	s := storetest.Open(t, url)
	m := measure(t, s, rectangle(east0, north0, 100, 100), 0, "transport_links").Layers[0]
	if len(m.Features) != 1 || m.Features[0].Dimension != 1 || !m.Features[0].Interiors || math.Abs(m.Features[0].LengthM-100) > 0.01 || m.Features[0].DepthM < 20 || m.Features[0].DepthM > 50 || m.Union != 0 {
		t.Errorf("across: %+v", m.Features)
	}
	m = measure(t, s, rectangle(east0+50+31, north0, 100, 100), 20, "transport_links").Layers[0]
	if len(m.Features) != 1 || math.Abs(m.Features[0].DistanceM-31) > 0.01 {
		t.Errorf("31 m from the centreline, 19 m from the edge: %+v", m.Features)
	}
	storetest.Exec(t, url, "delete from layers.transport_links")
	if m = measure(t, s, rectangle(east0, north0, 100, 100), 20, "transport_links").Layers[0]; !m.Measured || m.Nearest != nil || len(m.Features) != 0 {
		t.Errorf("empty layer: %+v", m)
	}
}

// What is broken is not checked, and costs the other layers nothing.
func TestBrokenLayersAreNotChecked(t *testing.T) {
	site := rectangle(east0, north0, 100, 100)
	for _, tc := range []struct{ name, sql, reason string }{
		{"table dropped", "drop table layers.ecological_red_lines", "is not there"},
		{"layer forgotten", "delete from planatlas.layer where id = 'ecological_red_lines'", "not loaded"},
		{"outline gone", "delete from planatlas.outline", "went wrong"},
		{"corrupt geometry", `alter table layers.ecological_red_lines drop constraint sound, disable trigger all; insert into layers.ecological_red_lines (id, name_zh, name_en, status, geometry_source, accuracy_m, revision, recorded, geom)
			values ('x', '甲', 'X', 'planned', 'own', 10, 1, '[,)', st_translate('SRID=4490;POLYGON((0 0,0.1 0.1,0.1 0,0 0.1,0 0))'::geometry, 113.55, 37.8))`, "not valid"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := storetest.URL(t)
			s := storetest.Open(t, url)
			needs := []check.Need{{Layer: storetest.Layer(t, s, "ecological_red_lines")}, {Layer: storetest.Layer(t, s, "development_zones")}}
			storetest.Exec(t, url, tc.sql)
			m, err := measured(t, s, site, needs)
			if err != nil {
				t.Fatal(err)
			}
			red, zones := m.Layers[0], m.Layers[1]
			if red.Measured || red.Err == nil || !strings.Contains(red.Reason.EN, tc.reason) || red.Reason.ZH == "" {
				t.Errorf("%+v", red)
			}
			if tc.name != "outline gone" && !zones.Measured {
				t.Errorf("the other layer: %+v", zones)
			}
		})
	}
}

func TestLockedLayerIsNotChecked(t *testing.T) {
	url := storetest.URL(t)
	s, err := store.Open(t.Context(), url, store.Options{LayerTimeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	needs := []check.Need{{Layer: storetest.Layer(t, s, "ecological_red_lines")}, {Layer: storetest.Layer(t, s, "development_zones")}}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "begin; lock table layers.ecological_red_lines in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	m, err := measured(t, s, rectangle(east0, north0, 100, 100), needs)
	if err != nil {
		t.Fatal(err)
	}
	if m.Layers[0].Measured || !strings.Contains(m.Layers[0].Reason.EN, "too long") || !m.Layers[1].Measured {
		t.Errorf("%+v", m.Layers)
	}
}

func TestInvalidSiteIsRefusedWithItsPlace(t *testing.T) {
	s := storetest.New(t)
	_, err := measured(t, s, polygon([][2]float64{{113.5, 37.8}, {113.6, 37.9}, {113.6, 37.8}, {113.5, 37.9}, {113.5, 37.8}}), nil)
	input, ok := err.(*layers.InputError)
	if !ok || !input.Geometry || !strings.Contains(input.Value, "Self-intersection at longitude 113.55") {
		t.Errorf("got %v", err)
	}
}

func TestArchive(t *testing.T) {
	s := storetest.New(t)
	archiveOne(t, s)
	b, err := s.ArchivedAnswer(t.Context(), "c1")
	if err != nil || string(b) != "{}" {
		t.Errorf("%s, %v", b, err)
	}
	if _, err = s.ArchivedAnswer(t.Context(), "c2"); err == nil {
		t.Error("an unknown check was found")
	}
}
