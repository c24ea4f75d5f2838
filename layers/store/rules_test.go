package store_test

import (
	"io/fs"
	"slices"
	"testing"

	"planatlas/data"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store/storetest"
)

// ruleFolders are the rules of the state and of Yangquan as they are loaded, with
// its catalogue.
func ruleFolders(t testing.TB) (*layers.Catalog, []fs.FS) {
	t.Helper()
	yangquan, err := data.Yangquan()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := layers.ReadCatalog(yangquan)
	if err != nil {
		t.Fatal(err)
	}
	state, err := data.Rules()
	if err != nil {
		t.Fatal(err)
	}
	local, err := fs.Sub(yangquan, "rules")
	if err != nil {
		t.Fatal(err)
	}
	return catalog, []fs.FS{state, local}
}

// Every example beside a rule is measured in a real PostGIS, and every rule of the
// state has one in which it fires and one in which it does not.
func TestRuleExamples(t *testing.T) {
	catalog, folders := ruleFolders(t)
	rules, err := check.ReadRules(catalog, folders...)
	if err != nil {
		t.Fatal(err)
	}
	url := storetest.EmptyURL(t)
	s := storetest.Open(t, url)
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	trials, err := check.RunExamples(t.Context(), s, catalog, rules, folders...)
	if err != nil {
		t.Fatal(err)
	}
	if len(trials) < len(rules.Rules) {
		t.Fatalf("only %d examples of %d rules", len(trials), len(rules.Rules))
	}
	for _, trial := range trials {
		if trial.Err != nil {
			t.Errorf("rule %s, example %q: %v", trial.Rule.ID, trial.Example.Name, trial.Err)
		}
	}
	for _, r := range rules.Rules {
		var fires, not int
		for _, e := range r.Examples {
			if e.Want.Verdict == "none" {
				not++
			} else {
				fires++
			}
		}
		if r.Basis != "plan" && (fires == 0 || not == 0) {
			t.Errorf("rule %s of %s: %d examples in which it fires, %d in which it does not", r.ID, r.ValidFrom, fires, not)
		}
	}
}

// TestEveryKindOfFeatureHasARule: of each kind of transport link, built or planned, a
// rule of the law speaks, so that nothing passes because nobody thought of it.
func TestEveryKindOfFeatureHasARule(t *testing.T) {
	catalog, folders := ruleFolders(t)
	rules, err := check.ReadRules(catalog, folders...)
	if err != nil {
		t.Fatal(err)
	}
	l, err := catalog.Layer("transport_links")
	if err != nil {
		t.Fatal(err)
	}
	class, _ := l.Property("class")
	var status layers.Property
	for _, p := range l.AllProperties() {
		if p.Name == "status" {
			status = p
		}
	}
	if len(class.Codes) < 9 || len(status.Codes) != 4 {
		t.Fatalf("%v %v", class.Codes, status.Codes)
	}
	for _, c := range class.Codes {
		for _, s := range status.Codes {
			f := check.FeatureMeasure{ID: "f", Dimension: 1, LengthM: 50, Interiors: true,
				Values: map[string]any{"class": c, "status": s, "half_width_m": 10.0, "accuracy_m": 0.0, "legal_effect": "plan"}}
			found := slices.ContainsFunc(judgedAlone(rules.Rules, l, f).Findings, func(f check.Finding) bool { return f.Basis != "plan" })
			if found == (c == "service") { // a train service is no facility
				t.Errorf("%s, %s: a rule speaks of it is %t", c, s, found)
			}
		}
	}
}

func judgedAlone(rules []check.Rule, l *layers.Layer, f check.FeatureMeasure) check.Result {
	needs := []check.Need{{Layer: l}}
	return check.Judge(rules, needs, check.Site{Project: check.Project{"project_type": "building"}}, check.SiteMeasure{Area: 10_000},
		[]check.Measurement{{Layer: l, Measured: true, Covered: true, Features: []check.FeatureMeasure{f}}}, layers.Day(today).Time())
}
