package store_test

import (
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

func keys(ms []layers.Mention) string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Entity+" "+m.Role+" "+m.Layer+"/"+m.ID)
	}
	return strings.Join(out, "\n")
}

func TestMentions(t *testing.T) {
	s := storetest.New(t)
	catalog, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ms, err := s.Mentions(t.Context(), catalog, []string{"nanlou-gongyeyuan"})
	if err != nil {
		t.Fatal(err)
	}
	got := keys(ms)
	for _, want := range []string{
		"nanlou-gongyeyuan entity industrial_parks/nanlou-gongyeyuan",
		"nanlou-gongyeyuan id plan_entities/nanlou-gongyeyuan",
		"nanlou-gongyeyuan members plan_systems/kaifaqu-buju",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if ms, err = s.Mentions(t.Context(), catalog, []string{"nobody'; --"}); err != nil || len(ms) != 0 {
		t.Errorf("%v, %v", ms, err)
	}
}

func TestPlanAt(t *testing.T) {
	s := storetest.New(t)
	catalog, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	here, err := s.PlanAt(t.Context(), catalog, catalog, geo.Shape{SRID: geo.CGCS2000, Geom: orb.Point{113.88, 37.96}}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(here.Features) == 0 || here.Features[0].Relation != "here" || here.Features[0].Plan == "" {
		t.Fatalf("%+v", here.Features)
	}
	last := 0.0
	ids := map[string]bool{}
	for _, f := range here.Features {
		if f.DistanceM < last || f.DistanceM > max(1000, f.AccuracyM) {
			t.Errorf("%+v after %g m", f, last)
		}
		last = f.DistanceM
		ids[f.ID] = true
	}
	if !ids["niangziguan-quan-indicative"] || ids["nanlou-gongyeyuan"] {
		t.Errorf("features %v", ids)
	}
	if c := keys(here.Counties); !strings.Contains(c, "yangquan-shi county") || !strings.Contains(c, "pingding-xian county") || strings.Contains(c, "yuxian") {
		t.Errorf("counties %s", c)
	}
	if u := keys(here.Unknown); !strings.Contains(u, "shengtai-baohu-hongxian") {
		t.Errorf("unknown %s", u)
	}
	m := keys(here.Mentions)
	for _, want := range []string{"subjects plan_rules/", "members plan_systems/", "subjects plan_indicators/"} {
		if !strings.Contains(m, want) {
			t.Errorf("%q is not in\n%s", want, m)
		}
	}
}
