package store_test

import (
	"io/fs"
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
