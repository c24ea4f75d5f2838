package check

import (
	"slices"
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
)

func zoned(z ZoneMeasure, f ...FeatureMeasure) Measurement {
	m := hitBy(f...)
	m.Zones = []ZoneMeasure{z}
	return m
}

// The site has 10,000 m²; its features are known to 10 m.
func TestZones(t *testing.T) {
	must := rule(func(r *Rule) { r.Relation = OutsideOf })
	lies := rule(func(r *Rule) { r.Relation = Within })
	part := ZoneMeasure{Features: 1, Inside: 9700, Outside: 300, WidthM: 6, DepthM: 50, Geometry: []byte(`{}`)}
	all := ZoneMeasure{Features: 1, Inside: 10_000, MarginM: 50}
	shallow := func(z ZoneMeasure) ZoneMeasure { z.DepthM, z.MarginM = min(z.DepthM, 3), min(z.MarginM, 3); return z }
	sliver := ZoneMeasure{Features: 1, Inside: 9999.5, Outside: 0.5, WidthM: 0.05, DepthM: 0.03}
	exact := func(f *FeatureMeasure) { f.Values["accuracy_m"] = 0.001 }
	for _, tc := range []struct {
		name      string
		rule      Rule
		layer     func(*layers.Layer)
		m         Measurement
		fires     bool
		certainty Certainty
		overall   Verdict
	}{
		{"a part outside", must, nil, zoned(part, deep(nil)), true, Certain, Prohibited},
		{"a part that may be inside", must, nil, zoned(shallow(part), deep(nil)), true, WithinAccuracy, Incomplete},
		{"all inside", must, nil, zoned(all, deep(nil)), false, "", AllClear},
		{"all inside, near the edge", must, nil, zoned(shallow(all), deep(nil)), true, WithinAccuracy, Incomplete},
		{"nothing near, in a whole layer", must, nil, zoned(ZoneMeasure{Outside: 10_000, WidthM: 50, DepthM: 50}), true, Certain, Prohibited},
		{"nothing near, in a layer with gaps", must, func(l *layers.Layer) { l.Coverage.Complete = false }, zoned(ZoneMeasure{Outside: 10_000, WidthM: 50, DepthM: 50}), false, "", Incomplete},
		{"a part outside, in a layer with gaps", must, func(l *layers.Layer) { l.Coverage.Complete = false }, zoned(part, deep(nil)), true, Certain, Incomplete},
		{"a sliver outside", must, nil, zoned(sliver, deep(exact)), true, Certain, Incomplete},
		{"arithmetic noise outside", must, nil, zoned(ZoneMeasure{Features: 1, Inside: 10_000, Outside: 0.001, WidthM: 0.0001, MarginM: 50}, deep(nil)), false, "", AllClear},
		{"an indication", must, nil, zoned(part, deep(func(f *FeatureMeasure) { f.Values["legal_effect"] = "indicative" })), true, IndicativeOnly, Advisory},
		{"the zone was not measured", must, nil, hitBy(deep(nil)), false, "", Incomplete},
		{"wholly inside", lies, nil, zoned(all, deep(nil)), true, Certain, Prohibited},
		{"wholly inside, near the edge", lies, nil, zoned(shallow(all), deep(nil)), true, WithinAccuracy, Incomplete},
		{"not wholly inside", lies, nil, zoned(part, deep(nil)), false, "", Advisory},
		{"maybe wholly inside", lies, nil, zoned(shallow(part), deep(nil)), true, WithinAccuracy, Incomplete},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := redline()
			l.LegalEffect = layers.Statutory
			if tc.layer != nil {
				tc.layer(l)
			}
			r := judge(l, []Rule{tc.rule}, tc.m)
			if (len(r.Findings) == 1) != tc.fires || r.Verdict != tc.overall {
				t.Fatalf("%s %+v", r.Verdict, r.Findings)
			}
			if !tc.fires {
				return
			}
			f := r.Findings[0]
			if f.Certainty != tc.certainty || f.InsideM2 == nil || f.OutsideM2 == nil {
				t.Errorf("%+v", f)
			}
			if taken := r.Taken(); (len(taken) > 0) != (r.Verdict == Prohibited) {
				t.Errorf("%s takes %+v", r.Verdict, taken)
			}
		})
	}
}

func TestTouchesRelation(t *testing.T) {
	beside := rule(func(r *Rule) { r.Relation = TouchesIt })
	exact := func(change func(*FeatureMeasure)) FeatureMeasure {
		return deep(func(f *FeatureMeasure) {
			change(f)
			f.Values["accuracy_m"] = 0.001
		})
	}
	for name, tc := range map[string]struct {
		f       FeatureMeasure
		verdict Verdict
	}{
		"a shared edge":                  {exact(away(0)), Prohibited},
		"a shared edge that is not sure": {deep(away(0)), Incomplete},
		"an overlap":                     {exact(func(*FeatureMeasure) {}), Advisory}, // a hit of which no rule speaks
		"a shallow overlap":              {deep(func(f *FeatureMeasure) { f.DepthM = 5 }), Incomplete},
		"near":                           {deep(away(5)), Incomplete},
		"far":                            {deep(away(50)), AllClear},
	} {
		if r := judge(redline(), []Rule{beside}, hitBy(tc.f)); r.Verdict != tc.verdict {
			t.Errorf("%s: %s, want %s\n%+v", name, r.Verdict, tc.verdict, r.Findings)
		}
	}
}

// From the centreline, no half width is taken off.
func TestMeasuredFrom(t *testing.T) {
	for from, want := range map[string]bool{"edge": true, "centreline": false, "polygon": false} {
		five := rule(func(r *Rule) { r.Relation, r.DistanceM, r.MeasuredFrom = DWithin, 5, from })
		r := judge(redline(), []Rule{five}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{road(14)}})
		if (len(r.Findings) > 0) != want {
			t.Errorf("from the %s: %+v", from, r.Findings)
		}
		r = judge(redline(), []Rule{five}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{road(4)}})
		reach := map[string]float64{"edge": 15, "centreline": 5, "polygon": 5}[from]
		if taken := r.Taken(); len(taken) != 1 || taken[0].WithinM != reach || taken[0].Feature != "g307" {
			t.Errorf("from the %s: takes %+v", from, taken)
		}
	}
}

func TestAreaOverAThreshold(t *testing.T) {
	big := rule(func(r *Rule) { r.OverHa = 35 })
	for ha, want := range map[float64]bool{34.9: false, 35: false, 35.1: true} {
		m := hitBy(deep(func(f *FeatureMeasure) { f.Overlap = geo.SquareMetres(ha * 10_000) }))
		m.Union = geo.SquareMetres(ha * 10_000)
		if r := judge(redline(), []Rule{big}, m); (len(r.Findings) > 0) != want {
			t.Errorf("%g ha: %+v", ha, r.Findings)
		}
	}
}

// A rule that the city's data cannot answer is said once for each layer, unless the
// project is none that it is about.
func TestLayersThatNobodyHas(t *testing.T) {
	gone := func(change func(*Rule)) Rule {
		return rule(func(r *Rule) {
			r.Layer, r.LayerTitle = "gone", layers.Text{ZH: "没有的图层", EN: "A layer that nobody has"}
			if change != nil {
				change(r)
			}
		})
	}
	rules := []Rule{gone(nil), gone(func(r *Rule) { r.ID = "mines"; r.When = "project_type = 'mining'" }), other()}
	r := judgeFor(nil, rules, hitBy())
	if r.Verdict != Incomplete || len(r.Layers) != 2 || r.Layers[1].Outcome != NotChecked || r.Layers[1].Title.EN != "A layer that nobody has" {
		t.Errorf("%s %+v", r.Verdict, r.Layers)
	}
	if want := "Not loaded: A layer that nobody has; 2 rules were not checked."; !strings.Contains(r.Summary.EN, want) {
		t.Errorf("%q", r.Summary.EN)
	}
	if r = judgeFor(Project{"project_type": "school"}, rules[1:], hitBy()); r.Verdict != AllClear || len(r.Layers) != 1 || r.Rules[0].Applies != AppliesNo {
		t.Errorf("%s %+v %+v", r.Verdict, r.Layers, r.Rules)
	}
}

func TestRuleLines(t *testing.T) {
	far := 1234.0
	filtered := rule(func(r *Rule) { r.ID, r.Filter = "filtered", "plan_section = '10.4'" })
	m := Measurement{Measured: true, Covered: true, Nearest: &far}
	r := judge(redline(), []Rule{rule(nil), filtered}, m)
	if a := r.Rules[0]; a.Outcome != Clear || a.NearestM == nil || *a.NearestM != far || a.Applies != AppliesYes {
		t.Errorf("%+v", a)
	}
	if b := r.Rules[1]; b.NearestM != nil || b.FartherThanM != far {
		t.Errorf("%+v", b)
	}
	picked := 2345.0
	m.Picked = map[string]Picked{"plan_section = '10.4'": {Nearest: &picked}}
	if b := judge(redline(), []Rule{filtered}, m).Rules[0]; b.NearestM == nil || *b.NearestM != picked || b.FartherThanM != 0 {
		t.Errorf("%+v", b)
	}
	m.Picked = map[string]Picked{"plan_section = '10.4'": {LeastM: 5000}}
	if b := judge(redline(), []Rule{filtered}, m).Rules[0]; b.NearestM != nil || b.FartherThanM != 5000 {
		t.Errorf("%+v", b)
	}
	m.Features = []FeatureMeasure{deep(nil), deep(away(30))}
	if b := judge(redline(), []Rule{filtered}, m).Rules[0]; b.Outcome != Hit || b.NearestM == nil || *b.NearestM != 0 {
		t.Errorf("%+v", b)
	}
	hidden := redline()
	hidden.Access = layers.Internal
	if b := judge(hidden, []Rule{rule(nil)}, m).Rules[0]; b.NearestM != nil || b.FartherThanM != 0 {
		t.Errorf("the place of a feature of an internal layer: %+v", b)
	}
	if slices.ContainsFunc(judge(redline(), []Rule{rule(nil)}, Measurement{}).Rules, func(l RuleLine) bool { return l.Outcome != NotChecked }) {
		t.Error("not measured, and not said so")
	}
}
