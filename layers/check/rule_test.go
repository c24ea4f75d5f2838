package check

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"planatlas/layers"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const goodRule = `
- id: E2
  layer: red
  filter: class = 'core'
  relation: intersects
  verdict: prohibited
  basis: statute
  law: a law
  article: 第一条
  text: {zh: 禁止, en: Forbidden}
  verified: true
  mark: L
  source: the law
  valid_from: 2020-01-01
`

func catalog() *layers.Catalog {
	l := redline()
	l.Properties = []layers.Property{{Name: "class", Type: layers.String, Title: layers.Text{ZH: "类", EN: "Class"}}}
	return layers.NewCatalog([]*layers.Layer{l})
}

func TestReadRulesRoundTrip(t *testing.T) {
	second := strings.NewReplacer("E2", "A1", "2020-01-01", "2020-01-01\n  valid_to: 2026-03-15").Replace(goodRule)
	third := strings.NewReplacer("E2", "A1", "2020-01-01", "2026-03-15").Replace(goodRule)
	set, err := ReadRules(catalog(), fstest.MapFS{"b.yaml": {Data: []byte(goodRule)}}, fstest.MapFS{"a.yaml": {Data: []byte(third + second)}})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range set.Rules {
		ids = append(ids, r.ID+" "+string(r.ValidFrom))
	}
	if diff := cmp.Diff([]string{"A1 2020-01-01", "A1 2026-03-15", "E2 2020-01-01"}, ids); diff != "" {
		t.Error(diff)
	}
	document, err := set.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeRules(document)
	if err != nil || again.SHA256 != set.SHA256 {
		t.Fatalf("hash %s, then %s, %v", set.SHA256, again.SHA256, err)
	}
	if diff := cmp.Diff(set.Rules, again.Rules, cmpopts.EquateComparable(), cmp.AllowUnexported(Rule{}, conditions{}, possibility{})); diff != "" {
		t.Error(diff)
	}
	// The database may hand the document back with its keys in another order.
	var loose any
	if err := json.Unmarshal(document, &loose); err != nil {
		t.Fatal(err)
	}
	shuffled, err := json.MarshalIndent(loose, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if again, err = DecodeRules(shuffled); err != nil || again.SHA256 != set.SHA256 {
		t.Errorf("hash %s, then %s, %v", set.SHA256, again.SHA256, err)
	}
}

func TestRuleMistakesAreNamed(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"unknown key", "verified: true", "verfied: true", "verfied"},
		{"bad yaml", "relation: intersects", "relation: [", "rules/x.yaml"},
		{"unknown relation", "relation: intersects", "relation: overlaps", `relation: "overlaps"`},
		{"unknown verdict", "verdict: prohibited", "verdict: banned", `verdict: "banned"`},
		{"unknown basis", "basis: statute", "basis: rumour", `basis: "rumour"`},
		{"unknown verdict basis", "verdict: prohibited", "verdict: prohibited\n  verdict_basis: guessed", `verdict_basis: "guessed"`},
		{"no text", "{zh: 禁止, en: Forbidden}", "{zh: 禁止}", "text.en"},
		{"no date", "valid_from: 2020-01-01", "valid_to: 2020-01-01", "valid_from"},
		{"bad date", "valid_from: 2020-01-01", "valid_from: 1 May 2020", "2006-01-02"},
		{"filter syntax", "class = 'core'", "class == 'core'", "column 8"},
		{"filter on an unknown property", "class = 'core'", "clas = 'core'", `no property "clas"`},
		{"unknown layer", "layer: red", "layer: rad", `did you mean "red"?`},
		{"distance without dwithin", "relation: intersects", "relation: intersects\n  distance_m: 5", "belongs to dwithin"},
		{"dwithin without distance", "relation: intersects", "relation: dwithin\n  measured_from: edge", "distance_m: 0"},
		{"dwithin from nowhere", "relation: intersects", "relation: dwithin\n  distance_m: 5", `measured_from: ""`},
		{"distance too large", "relation: intersects", "relation: dwithin\n  measured_from: edge\n  distance_m: 1e9", "at most 10000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ReadRules(catalog(), fstest.MapFS{"x.yaml": {Data: []byte(strings.Replace(goodRule, tc.old, tc.new, 1))}})
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "rules/x.yaml") {
				t.Errorf("got %v, want it to name rules/x.yaml and %q", err, tc.want)
			}
		})
	}
	_, err := ReadRules(catalog(), fstest.MapFS{"x.yaml": {Data: []byte(goodRule + goodRule)}})
	if err == nil || !strings.Contains(err.Error(), "two versions are in force") {
		t.Errorf("two versions: %v", err)
	}
}
