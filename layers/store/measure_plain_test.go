package store_test

import (
	"math"
	"testing"

	"planatlas/layers/check"
	"planatlas/layers/store"
)

// What is measured outside of the database is what the database measures.
func TestPlainMeasuresAreTheDatabases(t *testing.T) {
	s := newScene(t, 11, 120)
	db := s.fill(t)
	needs := s.needs(150)
	want, undecided, err := store.MeasureByDatabase(t.Context(), db, s.sites, needs, today)
	if err != nil {
		t.Fatal(err)
	}
	near := func(i int, what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > math.Max(1e-4, 1e-6*math.Abs(want)) {
			t.Errorf("site %d, %s: %.7f, the database %.7f", i, what, got, want)
		}
	}
	features, apart := 0, 0
	for i, m := range measureAll(t, db, s.sites, needs) {
		for k, l := range m.Layers {
			o := want[i].Layers[k]
			near(i, l.Layer.ID+" union", float64(l.Union), float64(o.Union))
			near(i, l.Layer.ID+" nearest", *l.Nearest, *o.Nearest)
			if l.Covered != o.Covered || l.Unlocated != o.Unlocated || l.Version != o.Version || len(l.Features) != len(o.Features) {
				t.Fatalf("site %d: %+v\nthe database: %+v", i, l, o)
			}
			other := map[string]check.FeatureMeasure{}
			for _, f := range o.Features {
				other[f.ID] = f
			}
			for _, f := range l.Features {
				features, apart = features+1, apart+count(f.DistanceM > 0)
				o := other[f.ID]
				near(i, f.ID+" overlap", float64(f.Overlap), float64(o.Overlap))
				near(i, f.ID+" solid", float64(f.Solid), float64(o.Solid))
				near(i, f.ID+" width", f.WidthM, o.WidthM)
				near(i, f.ID+" length", f.LengthM, o.LengthM)
				near(i, f.ID+" distance", f.DistanceM, o.DistanceM)
				accuracy := f.Values["accuracy_m"].(float64)
				if f.Dimension != o.Dimension || f.Interiors != o.Interiors || f.Edge != o.Edge || f.Sliver() != o.Sliver() || f.Revision != o.Revision ||
					(f.DepthM >= accuracy) != (o.DepthM >= accuracy) && f.DepthM < accuracy*0.99 {
					t.Errorf("site %d: %+v\nthe database: %+v", i, f, o)
				}
			}
		}
	}
	t.Logf("%d features, %d of them apart; %d of %d were left to the database", features, apart, undecided, len(s.sites)*len(needs))
	if features < 500 || apart < 100 || undecided > len(s.sites)*len(needs)/10 {
		t.Error("the scene tests too little")
	}
}
