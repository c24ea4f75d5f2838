package store_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// star is a ring around a point that goes round once.
func star(rnd *rand.Rand, x, y, radius float64, n int, rough float64) orb.Ring {
	var r orb.Ring
	for i := range n {
		at := 2 * math.Pi * (float64(i) + rnd.Float64()*0.8) / float64(n)
		d := radius * (1 - rough*rnd.Float64()) / 111_000
		r = append(r, orb.Point{x + d*math.Cos(at)/math.Cos(y*math.Pi/180), y + d*math.Sin(at)})
	}
	return append(r, r[0])
}

func reversed(r orb.Ring) orb.Ring { r.Reverse(); return r }

// randomArea has a hole or two parts now and then, and many vertices now and then.
func randomArea(rnd *rand.Rand, x, y, radius float64) orb.Geometry {
	n := 4 + rnd.IntN(20)
	if rnd.IntN(4) == 0 {
		n = 300 + rnd.IntN(900)
	}
	p := orb.Polygon{star(rnd, x, y, radius, n, 0.3)}
	if rnd.IntN(3) == 0 {
		p = append(p, reversed(star(rnd, x, y, radius*0.3, 3+rnd.IntN(9), 0.3)))
	}
	if rnd.IntN(4) == 0 {
		return orb.MultiPolygon{p, {star(rnd, x+3*radius/88_000, y, radius*0.5, 5+rnd.IntN(200), 0.2)}}
	}
	return p
}

func randomLine(rnd *rand.Rand, x, y float64) orb.Geometry {
	var l orb.LineString
	at := rnd.Float64() * 2 * math.Pi
	for range 3 + rnd.IntN(120) {
		l = append(l, orb.Point{x, y})
		at += rnd.NormFloat64() * 0.3
		x, y = x+math.Cos(at)*0.001, y+math.Sin(at)*0.001
	}
	return l
}

// place is a random point of ten kilometres around the city.
func place(rnd *rand.Rand) (x, y float64) {
	return 113.5 + rnd.Float64()*0.12, 37.8 + rnd.Float64()*0.1
}

// scene is a database of layers with random features and random sites.
type scene struct {
	url    string
	layers []*layers.Layer
	load   layers.Load
	sites  []geo.Shape
}

func newScene(t testing.TB, seed uint64, sites int) *scene {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 42))
	s := &scene{url: storetest.EmptyURL(t)}
	features := map[string][]layers.Feature{}
	add := func(layer string, g orb.Geometry, more map[string]any) {
		id := fmt.Sprintf("%s-%03d", layer, len(features[layer]))
		values := map[string]any{"name_zh": id, "name_en": id, "status": "existing", "geometry_source": "test", "accuracy_m": 1 + math.Round(rnd.Float64()*50), "legal_effect": "statutory"}
		for k, v := range more {
			values[k] = v
		}
		features[layer] = append(features[layer], layers.Feature{ID: id, Shape: &geo.Shape{SRID: geo.CGCS2000, Geom: g}, Values: values})
	}
	for range 50 {
		x, y := place(rnd)
		add("areas", randomArea(rnd, x, y, 100+rnd.Float64()*1500), map[string]any{"kind": []string{"a", "b"}[rnd.IntN(2)]})
		x, y = place(rnd)
		add("fine", orb.Polygon{star(rnd, x, y, 800+rnd.Float64()*2000, 2000, 0.02)}, nil)
		x, y = place(rnd)
		add("lines", randomLine(rnd, x, y), map[string]any{"half_width_m": math.Round(rnd.Float64() * 30)})
		x, y = place(rnd)
		add("points", orb.Point{x, y}, nil)
	}
	for _, id := range []string{"areas", "fine", "lines", "points"} {
		l := &layers.Layer{ID: id, Geometry: "Geometry", Title: layers.Text{ZH: id, EN: id}, LegalEffect: layers.Statutory, Access: layers.Public,
			Source:     layers.Source{Licence: "x", Attribution: "x", Date: "2020-01-01"},
			Coverage:   layers.Coverage{Area: "all", Complete: true, From: "2020-01-01"},
			Properties: map[string][]layers.Property{"areas": {{Name: "kind", Type: layers.String, Title: layers.Text{ZH: "类", EN: "Kind"}}}, "lines": {{Name: "half_width_m", Type: layers.Number, Title: layers.Text{ZH: "半宽", EN: "Half width"}}}}[id]}
		s.layers = append(s.layers, l)
	}
	s.load.Outlines = []layers.Outline{{ID: "all", NameZH: "x", NameEN: "x", GeometrySource: "x", AccuracyM: 1,
		Shape: geo.Shape{SRID: geo.CGCS2000, Geom: orb.Polygon{{{112, 37}, {115, 37}, {115, 39}, {112, 39}, {112, 37}}}}}}
	for _, l := range s.layers {
		s.load.Sets = append(s.load.Sets, layers.FeatureSet{Layer: l, Features: func(yield func(layers.Feature, error) bool) {
			for _, f := range features[l.ID] {
				if !yield(f, nil) {
					return
				}
			}
		}})
	}
	for range sites {
		x, y := place(rnd)
		s.sites = append(s.sites, geo.Shape{SRID: geo.CGCS2000, Geom: randomSite(rnd, x, y)})
	}
	return s
}

func randomSite(rnd *rand.Rand, x, y float64) orb.Geometry {
	radius := math.Exp(3.5 + rnd.Float64()*3.2)
	p := orb.Polygon{star(rnd, x, y, radius, 4+rnd.IntN(25), 0.3)}
	switch rnd.IntN(5) {
	case 0:
		return append(p, reversed(star(rnd, x, y, radius*0.3, 4, 0.2)))
	case 1:
		return orb.MultiPolygon{p, {star(rnd, x, y+3*radius/111_000, radius*0.4, 5, 0.1)}}
	}
	return p
}

// fill makes the layers and their features.
func (s *scene) fill(t testing.TB) *store.Store {
	t.Helper()
	db := storetest.Open(t, s.url)
	if _, _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Replace(t.Context(), s.load, false); err != nil {
		t.Fatal(err)
	}
	return db
}

func (s *scene) needs(within float64) (needs []check.Need) {
	for _, l := range s.layers {
		needs = append(needs, check.Need{Layer: l, WithinM: within})
	}
	return needs
}

// geometries are the features as they were handed in.
func (s *scene) geometries() map[string]map[string]orb.Geometry {
	out := map[string]map[string]orb.Geometry{}
	for _, set := range s.load.Sets {
		out[set.Layer.ID] = map[string]orb.Geometry{}
		for f := range set.Features {
			out[set.Layer.ID][f.ID] = f.Shape.Geom
		}
	}
	return out
}

func measureAll(t testing.TB, db *store.Store, sites []geo.Shape, needs []check.Need) (all []check.Measured) {
	t.Helper()
	if err := db.Snapshot(t.Context(), func(s check.Snapshot) (err error) {
		all, err = s.Measure(t.Context(), sites, needs, today)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		slices.SortStableFunc(m.Layers, func(a, b check.Measurement) int { return cmp.Compare(a.Layer.ID, b.Layer.ID) })
		for _, l := range m.Layers {
			if !l.Measured {
				t.Fatalf("%s: %v", l.Layer.ID, l.Err)
			}
		}
	}
	return all
}
