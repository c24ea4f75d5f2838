package store_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// everything is all that a snapshot says of the sites, but for times and revisions.
func everything(t *testing.T, db *store.Store, sites []geo.Shape, needs []check.Need) (texts []string) {
	t.Helper()
	all := measureAll(t, db, sites, needs)
	for i := range all {
		m := &all[i]
		m.Snapshot = m.Snapshot.Truncate(1 << 62)
		var taken []check.Taken
		for k := range m.Layers {
			l := &m.Layers[k]
			l.Version, l.Layer = layers.Version{}, nil
			for j := range l.Features {
				l.Features[j].Revision = 0
				l.Features[j].Values["revision"] = nil
				if l.Features[j].DistanceM < 30 {
					taken = append(taken, check.Taken{Layer: needs[k].Layer, Feature: l.Features[j].ID, WithinM: 30})
				}
			}
		}
		part, err := without(t, db, sites[i].Geom, taken...)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal([]any{m, part})
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	return texts
}

// The same features give the same bytes: one site at a time or all at once, loaded in
// another order, after changes that were taken back, and when the rows lie elsewhere.
func TestMeasuresRepeat(t *testing.T) {
	s := newScene(t, 8, 40)
	needs := s.needs(150)
	slices.SortFunc(needs, func(a, b check.Need) int { return 2*count(a.Layer.ID > b.Layer.ID) - 1 })
	needs[0].Zones = []check.Zone{zone(t, "kind = 'a'"), {}}
	want := everything(t, s.fill(t), s.sites, needs)
	same := func(how string, got []string) {
		t.Helper()
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s, site %d:\n%s\nbefore:\n%s", how, i, got[i], want[i])
				return
			}
		}
	}
	db := storetest.Open(t, s.url)
	same("again", everything(t, db, s.sites, needs))
	var single []string
	for _, site := range s.sites {
		single = append(single, everything(t, db, []geo.Shape{site}, needs)...)
	}
	same("one at a time", single)

	other := newScene(t, 8, 40)
	for i, set := range other.load.Sets {
		var fs []layers.Feature
		for f := range set.Features {
			fs = append(fs, f)
		}
		rand.New(rand.NewPCG(9, 9)).Shuffle(len(fs), func(a, b int) { fs[a], fs[b] = fs[b], fs[a] })
		other.load.Sets[i].Features = func(yield func(layers.Feature, error) bool) {
			for _, f := range fs {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
	db = other.fill(t)
	same("in another order", everything(t, db, s.sites, needs))
	for _, l := range s.layers {
		storetest.Exec(t, other.url, "create temp table kept as table layers."+l.ID+"; delete from layers."+l.ID+"; insert into layers."+l.ID+" select * from kept order by md5(id)")
	}
	same("deleted and put back", everything(t, db, s.sites, needs))
	for _, sql := range []string{"vacuum full", "analyze", "set random_page_cost = 1; cluster layers.fine using fine_geom_idx; analyze"} {
		storetest.Exec(t, other.url, sql)
	}
	same("written anew", everything(t, storetest.Open(t, other.url), s.sites, needs))
}
