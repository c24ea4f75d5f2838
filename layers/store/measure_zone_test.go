package store_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/cql"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// planeScale is how much larger than on the ellipsoid areas are on the plane here.
const planeScale = 1.000033

func zone(t *testing.T, filter string) check.Zone {
	t.Helper()
	e, err := cql.ParseText(filter)
	if err != nil {
		t.Fatal(err)
	}
	return check.Zone{Filter: filter, Expr: e}
}

// parsed reads the polygons of an answer.
func parsed(t *testing.T, b json.RawMessage) orb.Geometry {
	t.Helper()
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	var one orb.Polygon
	var all orb.MultiPolygon
	err := json.Unmarshal(b, &g)
	switch g.Type {
	case "Polygon":
		err = json.Unmarshal(g.Coordinates, &one)
		all = orb.MultiPolygon{one}
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &all)
	default:
		t.Fatalf("%s: %v", b, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Inside and outside parts of a site add up to it, and only the features that the
// filter picks are the zone.
func TestZones(t *testing.T) {
	site := rectangle(east0, north0, 100, 100)
	for _, tc := range []struct {
		name                      string
		lines                     map[string][4]float64
		filter                    string
		features                  int
		outside                   float64
		depth, margin             float64 // at least
		depthAtMost, marginAtMost float64
	}{
		{"three per cent outside", map[string][4]float64{"a": {east0 - 500, north0 - 500, 597, 1100}}, "", 1, 300, 1.49, 0, 1.51, 0},
		{"all inside", map[string][4]float64{"a": {east0 - 15, north0 - 500, 600, 1100}}, "", 1, 0, 0, 14.9, 0, 15.1},
		{"inside two that meet", map[string][4]float64{"a": {east0 - 500, north0 - 500, 550, 1100}, "b": {east0 + 50, north0 - 500, 500, 1100}}, "", 2, 0, 0, 20, 0, 20.2},
		{"a gap of a metre between two", map[string][4]float64{"a": {east0 - 500, north0 - 500, 550, 1100}, "b": {east0 + 51, north0 - 500, 500, 1100}}, "", 2, 100, 0.49, 0, 0.51, 0},
		{"overlapping ones count once", map[string][4]float64{"a": {east0, north0, 60, 100}, "b": {east0 + 40, north0, 30, 100}}, "", 2, 3000, 14.9, 0, 15.1, 0},
		{"nothing there", map[string][4]float64{}, "", 0, 10_000, 20, 0, 20.2, 0},
		{"another kind", map[string][4]float64{"a": {east0 - 500, north0 - 500, 1100, 1100}}, "kind = 'other'", 0, 10_000, 20, 0, 20.2, 0},
		{"this kind", map[string][4]float64{"a": {east0 - 500, north0 - 500, 1100, 1100}}, "name_en = 'a'", 1, 0, 0, 20, 0, 20.2},
		{"one of two", map[string][4]float64{"a": {east0 - 500, north0 - 500, 1100, 1100}, "b": {east0, north0, 50, 100}}, "name_en in ('b', 'c')", 1, 5000, 24.9, 0, 25.1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := storetest.URL(t)
			lay(t, url, tc.lines)
			s := storetest.Open(t, url)
			z := check.Zone{}
			if tc.filter != "" {
				z = zone(t, tc.filter)
			}
			need := check.Need{Layer: storetest.Layer(t, s, "ecological_red_lines"), WithinM: 20, Zones: []check.Zone{z, {}}}
			m, err := measured(t, s, site, []check.Need{need})
			if err != nil || len(m.Layers[0].Zones) != 2 {
				t.Fatalf("%+v, %v", m.Layers, err)
			}
			got := m.Layers[0].Zones[0]
			if got.Filter != tc.filter || got.Features != tc.features || math.Abs(float64(got.Outside)*planeScale-tc.outside) > 0.02 {
				t.Errorf("%+v", got)
			}
			if sum := got.Inside + got.Outside; math.Abs(float64(sum-m.Site.Area)) > 1e-6 {
				t.Errorf("inside and outside are %.6f, the site %.6f", float64(sum), float64(m.Site.Area))
			}
			// Half of a piece's width is how far its middle is from the zone, unless the
			// rest of the site is nearer.
			if got.DepthM < min(tc.depth, 20) || tc.depthAtMost == 0 != (got.DepthM == 0) || got.MarginM < min(tc.margin, 20) || got.MarginM > max(tc.marginAtMost, 0) {
				t.Errorf("depth %.3f, want %.3f to %.3f; margin %.3f, want %.3f to %.3f", got.DepthM, tc.depth, tc.depthAtMost, got.MarginM, tc.margin, tc.marginAtMost)
			}
			if (got.Geometry == nil) != (tc.outside == 0) {
				t.Errorf("geometry %s", got.Geometry)
			}
			if got.Geometry != nil && math.Abs(float64(geo.Area(parsed(t, got.Geometry))-got.Outside)) > 0.01 {
				t.Errorf("the geometry has %.3f m²", float64(geo.Area(parsed(t, got.Geometry))))
			}
		})
	}
}

func without(t *testing.T, s *store.Store, site orb.Geometry, taken ...check.Taken) (part check.Part, err error) {
	t.Helper()
	err = s.Snapshot(t.Context(), func(snapshot check.Snapshot) error {
		part, err = snapshot.Without(t.Context(), geo.Shape{SRID: geo.CGCS2000, Geom: site}, taken, today)
		return err
	})
	return part, err
}

func TestWithout(t *testing.T) {
	site := rectangle(east0, north0, 100, 100)
	url := storetest.URL(t)
	lay(t, url, map[string][4]float64{"a": {east0 + 70, north0 - 50, 500, 500}, "b": {east0 + 60, north0, 20, 50}, "west": {east0 - 60, north0 - 500, 50, 1100},
		"whole": {east0 - 500, north0 - 500, 1100, 1100}, "speck": {east0 + 99.99999, north0, 1, 100}})
	storetest.Exec(t, url, `delete from layers.transport_links; alter table layers.transport_links alter geom type geometry(Geometry, 4490)`)
	storetest.Exec(t, url, insert("point", 1, fmt.Sprintf("st_setsrid(st_makepoint(%f, %f), 4547)", east0+50, north0+50), ""))
	s := storetest.Open(t, url)
	red, road := storetest.Layer(t, s, "ecological_red_lines"), storetest.Layer(t, s, "transport_links")
	taken := func(feature string, within float64) check.Taken {
		return check.Taken{Layer: red, Feature: feature, WithinM: within}
	}
	east := zone(t, "name_en = 'a'")
	const planeM = 0.15 // 30 m are half a millimetre more on the plane, and 1 mm is added, over 100 m
	for _, tc := range []struct {
		name  string
		taken []check.Taken
		left  float64
		off   float64
	}{
		{"nothing taken", nil, 10_000, 0.01},
		{"what a feature covers", []check.Taken{taken("a", 0)}, 7000, 0.01},
		{"two that overlap", []check.Taken{taken("a", 0), taken("b", 0)}, 6500, 0.01},
		{"30 m from an edge that is 10 m away", []check.Taken{taken("west", 30)}, 8000 - planeM, 0.01},
		{"that and what a feature covers", []check.Taken{taken("west", 30), taken("a", 0)}, 5000 - planeM, 0.01},
		{"everything", []check.Taken{taken("whole", 0)}, 0, 0},
		{"everything, and more", []check.Taken{taken("whole", 0), taken("a", 10)}, 0, 0},
		{"less than arithmetic can tell", []check.Taken{taken("speck", 0)}, 10_000, 0.01},
		{"20 m around a point", []check.Taken{{Layer: road, Feature: "point", WithinM: 20}}, 10_000 - math.Pi*400, 0.7},
		{"what lies outside of a zone", []check.Taken{{Layer: red, Zone: &east}}, 3000, 0.01},
		{"outside of it and a feature", []check.Taken{{Layer: red, Zone: &east}, taken("b", 0)}, 2500, 0.01},
	} {
		t.Run(tc.name, func(t *testing.T) {
			part, err := without(t, s, site, tc.taken...)
			if err != nil || math.Abs(float64(part.Area)*planeScale-tc.left) > tc.off || (part.Geometry == nil) != (tc.left == 0) {
				t.Fatalf("%.3f m² left, want %.3f; %v", float64(part.Area), tc.left, err)
			}
			if part.Geometry != nil && math.Abs(float64(geo.Area(parsed(t, part.Geometry))-part.Area)) > 0.01 {
				t.Errorf("the geometry has %.3f m²", float64(geo.Area(parsed(t, part.Geometry))))
			}
			rnd := rand.New(rand.NewPCG(1, 1))
			for range 5 {
				more := append(append([]check.Taken{}, tc.taken...), tc.taken...)
				rnd.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
				again, err := without(t, s, site, more...)
				if err != nil || string(again.Geometry) != string(part.Geometry) || again.Area != part.Area {
					t.Errorf("in another order: %v, %s, want %s", err, again.Geometry, part.Geometry)
				}
			}
		})
	}
	if _, err := without(t, s, site, taken("gone", 0)); err == nil {
		t.Error("a feature that is not there was taken off")
	}
	if _, err := without(t, s, orb.Polygon{{{10, 50}, {10.1, 50}, {10.1, 50.1}, {10, 50}}}, taken("a", 10)); err == nil || !strings.Contains(err.Error(), "no zone") {
		t.Errorf("outside all zones: %v", err)
	}
}

// No point of the edge of what is left is nearer to the feature than the distance by
// a centimetre, or farther, up to 100 m, in the middle of a zone and at its rim.
func TestWithoutIsExactToACentimetre(t *testing.T) {
	for _, lon := range []float64{113.5833, 112.55, 115.45} {
		url := storetest.URL(t)
		storetest.Exec(t, url, `delete from layers.transport_links; alter table layers.transport_links alter geom type geometry(Geometry, 4490)`)
		storetest.Exec(t, url, fmt.Sprintf(`insert into layers.transport_links (id, name_zh, name_en, status, geometry_source, accuracy_m, legal_effect, geom)
			values ('corner', 'x', 'x', 'existing', 'x', 1, 'statutory', 'SRID=4490;LINESTRING(%f 37.9, %[1]f 37.9005, %[2]f 37.9002)')`, lon, lon+0.0004))
		s := storetest.Open(t, url)
		site := orb.Polygon{{{lon - 0.003, 37.898}, {lon + 0.003, 37.898}, {lon + 0.003, 37.902}, {lon - 0.003, 37.902}, {lon - 0.003, 37.898}}}
		part, err := without(t, s, site, check.Taken{Layer: storetest.Layer(t, s, "transport_links"), Feature: "corner", WithinM: 100})
		if err != nil {
			t.Fatal(err)
		}
		polygons := geo.Polygons(parsed(t, part.Geometry))
		if len(polygons) != 1 || len(polygons[0]) != 2 {
			t.Fatalf("%d polygons", len(polygons))
		}
		// Against a point every 20 cm: distances of a point and a line that PostGIS
		// finds on the sphere are not exact enough.
		var ring []string
		for i, p := range polygons[0][1][1:] {
			q := polygons[0][1][i]
			ring = append(ring, fmt.Sprintf("(%.12f, %.12f)", (p[0]+q[0])/2, (p[1]+q[1])/2))
		}
		var worst float64
		storetest.QueryRow(t, url, "with l as (select (st_dumppoints(st_segmentize(geom, 0.000002))).geom::geography p from layers.transport_links) "+
			"select max(abs(d - 100)) from (values "+strings.Join(ring, ", ")+") v (x, y), lateral (select min(st_distance(p, st_setsrid(st_makepoint(x, y), 4490)::geography)) d from l) m", &worst)
		if worst > 0.01 {
			t.Errorf("longitude %g: off by %.4f m", lon, worst)
		}
	}
}

// A zone over a property that the layer lost, or that holds what is not valid, is not
// checked.
func TestBrokenZones(t *testing.T) {
	site := rectangle(east0, north0, 100, 100)
	for name, sql := range map[string]string{
		"column gone": "alter table layers.ecological_red_lines drop column kind",
		"not valid": `alter table layers.ecological_red_lines drop constraint sound; insert into layers.ecological_red_lines (id, name_zh, name_en, status, geometry_source, accuracy_m, kind, geom)
			values ('x', '甲', 'X', 'planned', 'own', 10, 'x', st_translate('SRID=4490;POLYGON((0 0,0.1 0.1,0.1 0,0 0.1,0 0))'::geometry, 113.55, 37.8))`,
	} {
		url := storetest.URL(t)
		s := storetest.Open(t, url)
		needs := []check.Need{{Layer: storetest.Layer(t, s, "ecological_red_lines"), Zones: []check.Zone{zone(t, "kind = 'x'")}}, {Layer: storetest.Layer(t, s, "development_zones")}}
		storetest.Exec(t, url, sql)
		m, err := measured(t, s, site, needs)
		if err != nil || m.Layers[0].Measured || m.Layers[0].Reason == (layers.Text{}) || !m.Layers[1].Measured {
			t.Errorf("%s: %+v, %v", name, m.Layers, err)
		}
	}
}
