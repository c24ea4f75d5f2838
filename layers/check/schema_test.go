package check

import (
	"strings"
	"testing"
	"testing/fstest"

	"planatlas/data"
	"planatlas/layers"
)

// withCases is a rule with cases, exemptions and an example.
const withCases = `
- id: E2
  layer: red
  relation: dwithin
  measured_from: edge
  cases:
  - {when: linear = true, verdict: restricted, distance_m: 5}
  - {verdict: prohibited, distance_m: 10, law: another law, text: {zh: 甲, en: A}, verified: true, mark: L, source: there}
  exemptions:
  - {for: {zh: 甲, en: A}, approval: {zh: 乙, en: B}, authority: {zh: 丙, en: C}}
  basis: statute
  law: a law
  text: {zh: 禁止, en: Forbidden}
  verified: false
  mark: W:mee, gk
  source: the law
  valid_from: 2020-01-01
  examples:
  - name: one
    site: {box: [0, 0, 10, 10]}
    features: [{line: [[0, 0], [5, 5]], properties: {class: core}}]
    project: {linear: true}
    want: {verdict: restricted, asks: [linear], counts_as: incomplete}
`

// The schema and the program say the same of every file in a corpus: what one
// refuses, so does the other. CQL2, layers and dates in relation are beyond the
// schema and are not in it.
func TestSchemaAndProgramAgree(t *testing.T) {
	schema, err := ruleSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		base, old, new string
		good           bool
	}{
		{goodRule, "", "", true}, {withCases, "", "", true},
		{goodRule, "relation: intersects", "relation: touches", true},
		{goodRule, "relation: intersects", "relation: outside", true},
		{goodRule, "relation: intersects", "relation: within", true},
		{goodRule, "relation: intersects", "relation: intersects\n  over_ha: 35", true},
		{goodRule, "relation: intersects", "relation: within\n  over_ha: 35", false},
		{goodRule, "relation: intersects", "relation: intersects\n  over_ha: -1", false},
		{goodRule, "relation: intersects", "relation: overlaps", false},
		{goodRule, "relation: intersects", "relation: intersects\n  measured_from: edge", false},
		{goodRule, "relation: intersects", "relation: intersects\n  distance_m: 5", false},
		{goodRule, "relation: intersects", "relation: dwithin\n  distance_m: 5", false},
		{goodRule, "relation: intersects", "relation: dwithin\n  measured_from: edge", false},
		{goodRule, "relation: intersects", "relation: dwithin\n  measured_from: edge\n  distance_m: 10001", false},
		{goodRule, "relation: intersects", "relation: dwithin\n  measured_from: kerb\n  distance_m: 5", false},
		{goodRule, "relation: intersects", "relation: dwithin\n  measured_from: centreline\n  distance_m: 0.75", true},
		{goodRule, "verdict: prohibited", "verdict: banned", false},
		{goodRule, "verdict: prohibited", "verdict: prohibited\n  verdict_basis: guessed", false},
		{goodRule, "verdict: prohibited", "verdict: prohibited\n  cases: [{verdict: restricted}]", false},
		{goodRule, "  verdict: prohibited\n", "", false},
		{goodRule, "verdict: prohibited", "cases: []", false},
		{goodRule, "verdict: prohibited", "cases: [{verdict: restricted}]", true},
		{goodRule, "basis: statute", "basis: rumour", false},
		{goodRule, "id: E2", "id: E 2", false}, {goodRule, "id: E2", `id: ""`, false},
		{goodRule, "layer: red", "layer: Red", false},
		{goodRule, "law: a law", `law: ""`, false}, {goodRule, "  law: a law\n", "", false},
		{goodRule, "{zh: 禁止, en: Forbidden}", "{zh: 禁止}", false},
		{goodRule, "{zh: 禁止, en: Forbidden}", `{zh: 禁止, en: ""}`, false},
		{goodRule, "{zh: 禁止, en: Forbidden}", "{zh: 禁止, en: Forbidden, fr: Interdit}", false},
		{goodRule, "mark: L", "mark: gk", false}, {goodRule, "mark: L", "mark: L, gk", false},
		{goodRule, "mark: L", "mark: hearsay", false}, {goodRule, "mark: L", "mark: W:", false}, {goodRule, "mark: L", "mark: L, W:mee", true},
		{goodRule, "  mark: L\n", "", false}, {goodRule, "  source: the law\n", "", false}, {goodRule, "  valid_from: 2020-01-01\n", "", false},
		{goodRule, "valid_from: 2020-01-01", "valid_from: 2020-13-01", false},
		{goodRule, "verified: true", "verfied: true", false}, {goodRule, "verified: true", `verified: "yes, I am sure"`, false},
		{goodRule, "verified: true", "verified: true\n  requires: {zh: 批准}", false},
		{goodRule, "verified: true", "verified: true\n  authority: {zh: 机关, en: authority}", true},
		{withCases, "verdict: restricted, distance_m: 5", "verdict: restricted", false},
		{withCases, "distance_m: 5", "distance_m: -5", false},
		{withCases, "law: another law, ", "", false}, {withCases, "verified: true, ", "", false}, {withCases, "mark: L, ", "", false},
		{withCases, "text: {zh: 甲, en: A}, ", "", false}, {withCases, "mark: L, source: there", "mark: gk, source: there", false},
		{withCases, "approval: {zh: 乙, en: B}, ", "", false}, {withCases, "{when: linear = true, ", "{id: a b, when: linear = true, ", false},
		{withCases, "{when: linear = true, ", "{id: E3, when: linear = true, ", true},
		{withCases, "when: linear = true, ", "when: linear = true, needs: underground = true, unfit: {zh: 甲, en: A}, ", true},
		{withCases, "when: linear = true, ", "when: linear = true, needs: underground = true, ", false},
		{withCases, "when: linear = true, ", "when: linear = true, unfit: {zh: 甲, en: A}, ", false},
		{withCases, "when: linear = true, ", "needs: underground = true, unfit: {zh: 甲, en: A}, ", false},
		{goodRule, "verified: true", "verified: true\n  open: {zh: 甲, en: A}", true},
		{goodRule, "verified: true", "verified: true\n  open: {zh: 甲}", false},
		{withCases, "name: one\n    ", "", false}, {withCases, "want: {verdict: restricted", "want: {verdict: banned", false},
		{withCases, "box: [0, 0, 10, 10]", "box: [0, 0, 10]", false}, {withCases, "box: [0, 0, 10, 10]", "point: [0, 0]", false},
		{withCases, "line: [[0, 0], [5, 5]]", "line: [[0, 0]]", false}, {withCases, "line: [[0, 0], [5, 5]]", "line: [[0, 0], [5, 5]], point: [0, 0]", false},
		{withCases, "line: [[0, 0], [5, 5]], ", "", false}, {withCases, "line: [[0, 0], [5, 5]]", "polygon: [[0, 0], [5, 5]]", false},
		{withCases, "line: [[0, 0], [5, 5]]", `geojson: {type: Point, coordinates: [113.5, 37.8]}`, true},
	} {
		doc := []byte(strings.Replace(tc.base, tc.old, tc.new, 1))
		if tc.old != "" && string(doc) == tc.base {
			t.Fatalf("%q is not in the file", tc.old)
		}
		program := func() error {
			rules, err := parseRules(doc)
			for i := range rules {
				if err == nil {
					err = rules[i].check(known{catalog(), nil})
				}
			}
			return err
		}()
		said := schema.validate(doc)
		if (program == nil) != tc.good || (said == nil) != tc.good {
			t.Errorf("%q for %q: the program says %v, the schema says %v, want good = %v", tc.new, tc.old, program, said, tc.good)
		}
	}
}

// A mistake that the schema finds is named with the rule and the field.
func TestSchemaNamesTheField(t *testing.T) {
	schema, err := ruleSchema()
	if err != nil {
		t.Fatal(err)
	}
	err = schema.validate([]byte(strings.Replace(goodRule, "basis: statute", "basis: rumour", 1)))
	if err == nil || !strings.Contains(err.Error(), "rule 1 (E2): basis: ") {
		t.Errorf("got %v", err)
	}
}

// The rules of the state stand on their own: every layer that they speak of is
// wanted, whatever a city has.
func TestRulesOfTheStateNeedNoCity(t *testing.T) {
	folder, err := data.Rules()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ReadRules(layers.NewCatalog(nil), folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.Rules {
		if r.LayerTitle.ZH == "" || r.LayerTitle.EN == "" {
			t.Errorf("rule %s: the layer has no title", r.ID)
		}
		if strings.Contains(r.Mark, "gk") && r.Verified {
			t.Errorf("rule %s is general knowledge and verified", r.ID)
		}
	}
	// Every row of the handbook's two tables has a rule, or a case of one.
	have := map[string]bool{}
	for _, r := range rules.Rules {
		have[r.ID], have[strings.SplitN(r.ID, "-", 2)[0]] = true, true
		for _, c := range r.Cases {
			have[c.ID] = true
		}
	}
	for _, id := range strings.Fields("E1 E2 E3 F1 F2 U1 U2 W1 W2 W3 S1 S2 R1 R2 R3 R4 H1 H2 N1 N2 N3 T1 T2 C1 C2 C3 M1 G1 G2 G3 V1 Z1 " +
		"RD1 RD2 RD3 RD4 RD5 RD6 RD7 RL1 RL2 RL3 RL4 RL5 EL1 EL2 PL1 PL2 PL3 PL4 MT1") {
		if !have[id] {
			t.Errorf("there is no rule %s", id)
		}
	}
}

func TestWrongLayersOfRulesAreNamed(t *testing.T) {
	folder := fstest.MapFS{"x.yaml": {Data: []byte(strings.Replace(goodRule, "layer: red", "layer: blu", 1))},
		wantedFile: {Data: []byte("- {id: blue, title: {zh: 蓝, en: Blue}, geometry: Polygon, from: {zh: 某, en: somebody}, properties: [{name: class, type: string, title: {zh: 类, en: Class}}]}")}}
	if _, err := ReadRules(catalog(), folder); err == nil || !strings.Contains(err.Error(), `did you mean "blue"?`) {
		t.Errorf("got %v", err)
	}
	folder["x.yaml"].Data = []byte(strings.Replace(goodRule, "layer: red", "layer: blue", 1))
	set, err := ReadRules(catalog(), folder)
	if err != nil || set.Rules[0].LayerTitle.EN != "Blue" {
		t.Errorf("%+v, %v", set, err)
	}
	folder[wantedFile].Data = []byte("- {id: Blue, title: {zh: 蓝, en: Blue}, geometry: Polygon, from: {zh: 某, en: somebody}}")
	if _, err = ReadRules(catalog(), folder); err == nil || !strings.Contains(err.Error(), wantedFile) {
		t.Errorf("got %v", err)
	}
}
