package store_test

import (
	"slices"
	"testing"
	"time"

	"planatlas/layers"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// The base map is that of the time that is asked for, whatever was edited since, and
// shows no layer that is not public.
func TestBaseMap(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	catalog, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	box := orb.Bound{Min: orb.Point{113.2, 37.6}, Max: orb.Point{114.2, 38.4}}
	read := func(c *layers.Catalog, at time.Time) (names []string, classes map[string]int) {
		t.Helper()
		features, err := s.BaseMap(t.Context(), c, box, at)
		if err != nil {
			t.Fatal(err)
		}
		classes = map[string]int{}
		for _, f := range features {
			if f.Geometry == nil || f.Source == "" || f.Class == "" {
				t.Errorf("%s has no place, source or class", f.Name.EN)
			}
			names = append(names, f.Name.ZH)
			classes[f.Class]++
		}
		return names, classes
	}
	before := time.Now()
	was, classes := read(catalog, before)
	for _, class := range []string{layers.BaseRiver, layers.BaseRailway, layers.BaseExpressway, layers.BaseRoad, layers.BaseSeat, layers.BaseTown, layers.BaseMountain} {
		if classes[class] == 0 {
			t.Errorf("no %s", class)
		}
	}
	if !slices.Contains(was, "绵河") || slices.Contains(was, "绵河(示意廊道)") {
		t.Errorf("the rivers are %q", was)
	}
	storetest.Exec(t, url, "update layers.river_corridors set name_zh = '绵蔓河' where name_zh = '绵河'")
	storetest.Exec(t, url, "delete from layers.transport_links where class = 'railway'")
	if again, _ := read(catalog, before); !slices.Equal(again, was) {
		t.Errorf("the past has changed: %q, was %q", again, was)
	}
	now, classes := read(catalog, time.Now())
	if !slices.Contains(now, "绵蔓河") || slices.Contains(now, "绵河") {
		t.Errorf("the rivers are now %q", now)
	}
	if high := classes[layers.BaseRailway]; high == 0 || high >= len(was) {
		t.Errorf("%d railways are left", high)
	}
	if names, _ := read(catalog, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); len(names) > 0 {
		t.Errorf("known before anything was: %q", names)
	}
	var hidden []*layers.Layer
	for _, l := range catalog.Layers {
		copied := *l
		copied.Access = layers.Internal
		hidden = append(hidden, &copied)
	}
	if names, _ := read(layers.NewCatalog(hidden), before); len(names) > 0 {
		t.Errorf("layers that are not public show %q", names)
	}
}
