package store_test

import (
	"math"
	"testing"

	"planatlas/layers/check"
	"planatlas/layers/store/storetest"
)

// However far the nearest feature is that a rule's filter picks, or may pick, its distance
// is told, and of the first few thousand that nothing is picked of, how far the others
// are at least.
func TestNearestThatAFilterPicks(t *testing.T) {
	site := rectangle(east0, north0, 100, 100)
	url := storetest.URL(t)
	lay(t, url, map[string][4]float64{"near": {east0 + 400, north0, 100, 100}, "far": {east0 + 3100, north0, 100, 100}, "farther": {east0, north0 + 20100, 100, 100},
		"here": {east0 + 50, north0, 100, 100}})
	s := storetest.Open(t, url)
	picks := func(filters ...string) check.Measurement {
		t.Helper()
		need := check.Need{Layer: storetest.Layer(t, s, "ecological_red_lines"), WithinM: 20}
		for _, f := range filters {
			need.Picks = append(need.Picks, check.Pick(zone(t, f)))
		}
		m, err := measured(t, s, site, []check.Need{need})
		if err != nil || !m.Layers[0].Measured {
			t.Fatalf("%+v, %v", m.Layers, err)
		}
		return m.Layers[0]
	}
	const near, far, farther, here, none, unsaid = "name_en = 'near'", "name_en in ('far', 'farther')", "name_en = 'farther'", "name_en like 'h%'", "name_en = 'nobody'", "county = 'nowhere'"
	told := func(how string, m check.Measurement) {
		t.Helper()
		for filter, want := range map[string]float64{near: 300, far: 3000, farther: 20000} {
			got := m.Picked[filter]
			if got.Nearest == nil || math.Abs(*got.Nearest*math.Sqrt(planeScale)-want) > want*1e-5 {
				t.Errorf("%s, %s: %+v, want %.0f m", how, filter, got, want)
			}
		}
		if got, there := m.Picked[none]; !there || got != (check.Picked{}) {
			t.Errorf("%s, nothing is picked: %+v", how, m.Picked)
		}
		if got, there := m.Picked[here]; there {
			t.Errorf("%s: %+v is on the site", how, got)
		}
	}
	told("few", picks(near, far, farther, here, none))
	if m := picks(unsaid); len(m.Picked) != 0 {
		t.Errorf("each feature may be picked: %+v", m.Picked)
	}

	storetest.Exec(t, url, `delete from layers.ecological_red_lines where id = 'here'`)
	told("nothing on the site", picks(near, far, farther, none))

	// More than it is tried on, all nearer than the one 20 km off.
	storetest.Exec(t, url, `insert into layers.ecological_red_lines (id, name_zh, name_en, status, geometry_source, accuracy_m, geom)
		select 'm' || i, '甲', 'many', 'planned', 'own', 0.1, st_translate(geom, 0.0001 * (i % 50), 0.0001 * (i / 50)) from layers.ecological_red_lines, generate_series(1, 2000) i where id = 'near'`)
	m := picks(near, farther)
	if got := m.Picked[near]; got.Nearest == nil || math.Abs(*got.Nearest*math.Sqrt(planeScale)-300) > 0.01 {
		t.Errorf("many, near: %+v", got)
	}
	if got := m.Picked[farther]; got.Nearest != nil || got.LeastM < 300 || got.LeastM > 20_000 {
		t.Errorf("many, farther: %+v", got)
	}
}

// The distance is that of the database to the feature alone.
func TestNearestPickedIsTheNearest(t *testing.T) {
	sc := newScene(t, 5, 40)
	db := sc.fill(t)
	needs := sc.needs(0)
	for k := range needs {
		needs[k].Picks = []check.Pick{check.Pick(zone(t, "accuracy_m < 5")), check.Pick(zone(t, "accuracy_m >= 5"))}
	}
	looked := 0
	for i, m := range measureAll(t, db, sc.sites, needs) {
		for k, l := range m.Layers {
			if l.Nearest == nil || len(l.Picked) == 0 {
				continue
			}
			least := math.Inf(1)
			for _, p := range needs[k].Picks {
				if picked, there := l.Picked[p.Filter]; there && picked.Nearest != nil {
					least = min(least, *picked.Nearest)
				}
			}
			if len(l.Picked) == len(needs[k].Picks) { // one of them is the nearest of all
				looked++
				if math.Abs(least-*l.Nearest) > math.Max(1e-3, 1e-6*least) {
					t.Errorf("site %d, %s: the nearest is %.6f m off, of those picked %.6f", i, l.Layer.ID, *l.Nearest, least)
				}
			}
		}
	}
	if looked < 10 {
		t.Errorf("%d distances were compared", looked)
	}
}
