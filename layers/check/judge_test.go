package check

import (
	"strings"
	"testing"
	"time"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"

	"github.com/google/go-cmp/cmp"
)

var day = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// redline is a complete statutory layer.
func redline() *layers.Layer {
	return &layers.Layer{ID: "red", Geometry: "Polygon", Title: layers.Text{ZH: "红线", EN: "Red line"},
		Coverage: layers.Coverage{Complete: true, From: "2021-01-01", To: "2036-01-01"}}
}

// other is a rule that is about no feature here.
func other() Rule {
	return rule(func(r *Rule) { r.ID, r.Filter = "other", "plan_section = 'elsewhere'" })
}

func rule(change func(*Rule)) Rule {
	r := Rule{ID: "E2", Layer: "red", Relation: Intersects, Verdict: Prohibited, Basis: "statute", Law: "law",
		Text: layers.Text{ZH: "文", EN: "text"}, Source: "here", Mark: "L", Verified: true, ValidFrom: "2020-01-01"}
	if change != nil {
		change(&r)
	}
	if err := r.compile(); err != nil {
		panic(err)
	}
	return r
}

// deep is a statutory feature of 10 m accuracy whose overlap reaches 50 m in.
func deep(change func(*FeatureMeasure)) FeatureMeasure {
	f := FeatureMeasure{ID: "f1", Dimension: 2, Interiors: true, Overlap: 2000, Solid: 2000, WidthM: 40, DepthM: 50,
		Values: map[string]any{"name_zh": "某红线", "name_en": "A red line", "accuracy_m": 10.0, "legal_effect": "statutory",
			"plan_section": "10.4", "plan_quote": "严守生态红线"}}
	if change != nil {
		change(&f)
	}
	return f
}

func away(metres float64) func(*FeatureMeasure) {
	return func(f *FeatureMeasure) {
		f.Interiors, f.Overlap, f.Solid, f.WidthM, f.DepthM, f.DistanceM = false, 0, 0, 0, 0, metres
	}
}

func judge(l *layers.Layer, rules []Rule, m Measurement) Result {
	m.Layer = l
	return Judge(rules, Plan(layers.NewCatalog([]*layers.Layer{l}), rules, Site{}, day), Site{}, SiteMeasure{Area: 10_000}, []Measurement{m}, day)
}

func TestOutcomeAndVerdict(t *testing.T) {
	near := 5.0
	for _, tc := range []struct {
		name    string
		layer   func(*layers.Layer)
		rules   []Rule
		measure Measurement
		outcome Outcome
		verdict Verdict
	}{
		{"deep inside", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Prohibited},
		{"nothing near", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true}, Clear, AllClear},
		{"a line of the plan that no rule speaks of", nil, []Rule{other()}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { f.Values["legal_effect"] = "plan" })}}, Hit, Advisory},
		{"a distance that is not yet the law beside law in force", nil, []Rule{other(), rule(func(r *Rule) {
			r.ID, r.Filter, r.Relation, r.DistanceM, r.MeasuredFrom, r.ValidFrom = "D", "", DWithin, 100, "polygon", "2030-01-01"
		})}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(away(300))}}, Clear, AllClear},
		{"nothing but a distance that is not yet the law", nil, []Rule{rule(func(r *Rule) { r.Basis, r.Filter = "plan", "plan_section = 'elsewhere'" }), rule(func(r *Rule) {
			r.ID, r.Relation, r.DistanceM, r.MeasuredFrom, r.ValidFrom = "D", DWithin, 100, "polygon", "2030-01-01"
		})}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(away(300))}}, Clear, Incomplete},
		{"hit that no rule speaks of", nil, []Rule{other()}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Incomplete},
		{"no rules at all", nil, nil, Measurement{Measured: true, Covered: true}, Clear, Incomplete},
		{"not measured", nil, []Rule{rule(nil)}, Measurement{}, NotChecked, Incomplete},
		{"not measured, no rule about it", nil, []Rule{other()}, Measurement{}, NotChecked, Incomplete},
		{"measured but empty zero value", nil, []Rule{rule(nil)}, Measurement{Features: []FeatureMeasure{}, Nearest: &near}, NotChecked, Incomplete},
		{"outside coverage", nil, []Rule{rule(nil)}, Measurement{Measured: true}, NoData, AllClear},
		{"outside coverage of a required layer", func(l *layers.Layer) { l.Required = true }, []Rule{rule(nil)}, Measurement{Measured: true}, NoData, Incomplete},
		{"coverage ended", func(l *layers.Layer) { l.Coverage.To = "2026-11-24" }, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true}, NoData, Incomplete},
		{"coverage not begun", func(l *layers.Layer) { l.Coverage.From = "2026-11-25" }, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true}, NoData, Incomplete},
		{"incomplete layer", func(l *layers.Layer) { l.Coverage.Complete = false }, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true}, NoData, AllClear},
		{"features without a place", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Unlocated: 1}, NoData, AllClear},
		{"features without a place in a required layer", func(l *layers.Layer) { l.Required = true }, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Unlocated: 1}, NoData, Incomplete},
		{"an indicative hit does not stand for missing data", func(l *layers.Layer) { l.Required, l.Coverage.Complete = true, false }, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { f.Values["legal_effect"] = "indicative" })}}, Hit, Incomplete},
		{"nor does a touch", func(l *layers.Layer) { l.Required = true }, []Rule{other()}, Measurement{Measured: true, Features: []FeatureMeasure{deep(away(0))}}, Touches, Incomplete},
		{"an indication nearby is said by its layer alone", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) {
			away(5)(f)
			f.Values["legal_effect"] = "indicative"
		})}}, NoData, AllClear},
		{"accuracy unknown", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { delete(f.Values, "accuracy_m") })}}, Hit, Incomplete},
		{"accuracy no number, far away", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) {
			away(5000)(f)
			f.Values["accuracy_m"] = "Infinity"
		})}}, NoData, Incomplete},
		{"filter over a missing value", nil, []Rule{rule(func(r *Rule) { r.Filter = "class = 'core'" })}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Incomplete},
		{"point inside", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{{ID: "p", Interiors: true, DepthM: 50, Values: map[string]any{"accuracy_m": 5.0, "legal_effect": "statutory"}}}}, Hit, Prohibited},
		{"on the land of a centreline", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{road(9)}}, Hit, Incomplete},
		{"shared edge", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(away(0))}}, Touches, Incomplete},
		{"shared edge of an exact line", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) {
			away(0)(f)
			f.Values["accuracy_m"] = 0.0
		})}}, Touches, Advisory},
		{"nearer than the accuracy", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(away(9.9))}}, NoData, Incomplete},
		{"farther than the accuracy", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(away(10.1))}}, Clear, AllClear},
		{"overlap no deeper than the accuracy", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { f.DepthM = 9 })}}, Hit, Incomplete},
		{"indicative", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { f.Values["legal_effect"] = "indicative" })}}, Hit, Advisory},
		{"unknown legal effect is indicative", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { delete(f.Values, "legal_effect") })}}, Hit, Advisory},
		{"sliver", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { f.Overlap, f.Solid, f.DepthM, f.Values["accuracy_m"] = 0.5, 0.5, 0.05, 0.0 })}}, Hit, Incomplete},
		{"arithmetic noise", nil, []Rule{rule(nil)}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(func(f *FeatureMeasure) { f.Overlap, f.Solid, f.DepthM = 0, 0, 0 })}}, Touches, Incomplete},
		{"rule not yet in force", nil, []Rule{other(), rule(func(r *Rule) { r.ValidFrom = "2026-11-25" })}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Incomplete},
		{"rule no longer in force", nil, []Rule{other(), rule(func(r *Rule) { r.ValidTo = "2026-11-24" })}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Incomplete},
		{"filter does not match", nil, []Rule{rule(func(r *Rule) { r.Filter = "plan_section = 'x'" })}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Incomplete},
		{"layer of the rule is not loaded", nil, []Rule{rule(func(r *Rule) { r.Layer = "gone" })}, Measurement{Measured: true, Covered: true}, Clear, Incomplete},
		{"inferred verdict", nil, []Rule{rule(func(r *Rule) { r.Basis, r.VerdictBasis = "plan", "inferred" })}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Incomplete},
		{"restricted", nil, []Rule{rule(func(r *Rule) { r.Verdict = Restricted })}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{deep(nil)}}, Hit, Restricted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := redline()
			if tc.layer != nil {
				tc.layer(l)
			}
			r := judge(l, tc.rules, tc.measure)
			if r.Layers[0].Outcome != tc.outcome || r.Verdict != tc.verdict {
				t.Errorf("outcome %v, verdict %v; want %v, %v\n%+v", r.Layers[0].Outcome, r.Verdict, tc.outcome, tc.verdict, r)
			}
			if r.Summary.ZH == "" || r.Summary.EN == "" {
				t.Error("no summary")
			}
			if tc.outcome != Hit && tc.outcome != Clear && r.Layers[0].Reason.ZH == "" {
				t.Error("no reason")
			}
		})
	}
}

func TestMissingMeasurementIsNotChecked(t *testing.T) {
	l := redline()
	needs := Plan(layers.NewCatalog([]*layers.Layer{l}), nil, Site{}, day)
	rules := []Rule{other()}
	for name, ms := range map[string][]Measurement{"none": nil, "zero value": {{}}, "of another layer": {{Layer: &layers.Layer{ID: "x", Geometry: "Polygon"}, Measured: true, Covered: true}}} {
		r := Judge(rules, needs, Site{}, SiteMeasure{Area: 1}, ms, day)
		if r.Verdict != Incomplete || r.Layers[0].Outcome != NotChecked || !strings.Contains(r.Summary.EN, "Red line") {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// road is a centreline of 5 m accuracy with 10 m half width.
func road(metres float64) FeatureMeasure {
	return FeatureMeasure{ID: "g307", Dimension: 1, DistanceM: metres, Values: map[string]any{"class": "national_road", "accuracy_m": 0.001, "half_width_m": 10.0, "legal_effect": "statutory"}}
}

// Facts 18 and 20 of the acceptance list: distances count from the edge.
func TestDistanceRules(t *testing.T) {
	twenty := rule(func(r *Rule) { r.Relation, r.DistanceM, r.MeasuredFrom = DWithin, 20, "edge" })
	for _, tc := range []struct {
		name      string
		rule      Rule
		centre    float64
		fires     bool
		distance  float64
		certainty Certainty
	}{
		{"19.99 m from the edge", twenty, 29.99, true, 19.99, Certain},
		{"20.01 m from the edge", twenty, 30.01, false, 20.01, ""},
		{"on the carriageway", twenty, 3, true, 0, Certain},
		{"on the threshold, within accuracy", twenty, 29.9995, true, 19.9995, WithinAccuracy},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, fires := judgeRule(&tc.rule, road(tc.centre), Site{}, SiteMeasure{Area: 1})
			if fires != tc.fires {
				t.Fatalf("fires = %v", fires)
			}
			if fires && (f.Certainty != tc.certainty || f.Relation != "within_distance") {
				t.Errorf("%+v", f)
			}
			if d := *f.DistanceM - tc.distance; d > 1e-9 || d < -1e-9 {
				t.Errorf("distance %v, want %v", f.DistanceM, tc.distance)
			}
			if fires && tc.rule.MeasuredFrom == "edge" && !strings.Contains(f.Notes[0].ZH, "自中心线估算") {
				t.Errorf("notes %+v", f.Notes)
			}
		})
	}
}

func TestSiteAccuracyWidensTheBand(t *testing.T) {
	judged := rule(nil)
	f, fires := judgeRule(&judged, deep(away(15)), Site{AccuracyM: 6}, SiteMeasure{Area: 1})
	if !fires || f.Certainty != WithinAccuracy {
		t.Errorf("fires %v, %+v", fires, f)
	}
}

func TestFindingsAreOrderedAndCited(t *testing.T) {
	l := redline()
	small := deep(func(f *FeatureMeasure) { f.ID, f.Overlap = "small", 10 })
	soft := rule(func(r *Rule) { r.ID, r.Verdict, r.Verified = "A1", Advisory, false })
	r := judge(l, []Rule{soft, rule(nil)}, Measurement{Measured: true, Covered: true, Union: 2000, Features: []FeatureMeasure{small, deep(nil)}})
	var order []string
	for _, f := range r.Findings {
		order = append(order, f.Rule+" "+f.Feature)
	}
	if diff := cmp.Diff([]string{"E2 f1", "E2 small", "A1 f1", "A1 small"}, order); diff != "" {
		t.Error(diff)
	}
	first, last := r.Findings[0], r.Findings[3]
	if first.Citation == nil || first.Citation.Plan != "10.4" || first.Overlap.Share != 0.2 || first.Overlap.Mu != 3 {
		t.Errorf("%+v", first)
	}
	if len(last.Notes) != 1 || last.Notes[0].Code != "unverified" {
		t.Errorf("notes %+v", last.Notes)
	}
	if o := r.Layers[0].Overlap; o == nil || o.M2 != 2000 {
		t.Errorf("the union is %v", o)
	}
}

func TestZeroValuesAreSafe(t *testing.T) {
	var o Outcome
	if o != NotChecked || Outcome(99).String() != "not_checked" {
		t.Error("the zero outcome and an unknown one are not checked")
	}
	if err := o.UnmarshalText([]byte("fine")); err != nil || o != NotChecked {
		t.Errorf("an unknown outcome reads as %v, %v", o, err)
	}
	if Verdict("").Severity() != 0 || worse(AllClear, "") != "" {
		t.Error("an unknown verdict is as bad as the worst")
	}
	if (Measurement{}).Measured || (Coverage{}).Complete {
		t.Error("zero values claim data")
	}
}

// Coverage is layers.Coverage.
type Coverage = layers.Coverage

func TestVerdictOrder(t *testing.T) {
	order := []Verdict{Prohibited, Restricted, Incomplete, Advisory, AllClear}
	for i, a := range order {
		for j, b := range order {
			if got, want := worse(a, b), order[min(i, j)]; got != want {
				t.Errorf("worse(%s, %s) = %s", a, b, got)
			}
			if got, want := atMost(a, b), order[max(i, j)]; got != want {
				t.Errorf("atMost(%s, %s) = %s", a, b, got)
			}
		}
	}
}

func TestPlanTakesTheLargestDistanceInForce(t *testing.T) {
	wide := rule(func(r *Rule) { r.ID, r.Relation, r.DistanceM, r.MeasuredFrom = "a", DWithin, 30, "edge" })
	wider := rule(func(r *Rule) {
		r.ID, r.Relation, r.DistanceM, r.MeasuredFrom, r.ValidTo = "b", DWithin, 100, "edge", "2026-01-01"
	})
	needs := Plan(layers.NewCatalog([]*layers.Layer{redline()}), []Rule{wide, wider, rule(nil)}, Site{AccuracyM: 2}, day)
	if len(needs) != 1 || needs[0].WithinM != 30+defaultHalfM+2 {
		t.Errorf("%v", needs)
	}
}

// The more is known to be wrong, the worse the verdict: whatever happens to a
// measurement, a hit never becomes clear.
func FuzzNothingTurnsAHitIntoClear(f *testing.F) {
	f.Add(10.0, 50.0, 0.0, 2000.0, "statutory", true, true, true)
	f.Add(0.0, 0.0, 12.5, 0.5, "indicative", false, false, true)
	f.Fuzz(func(t *testing.T, accuracy, depth, distance, area float64, effect string, covered, complete, measured bool) {
		l := redline()
		l.Coverage.Complete = complete
		x := deep(func(f *FeatureMeasure) {
			f.Values["accuracy_m"], f.Values["legal_effect"] = accuracy, effect
			f.DepthM, f.DistanceM, f.Overlap, f.Solid = depth, distance, geo.SquareMetres(area), geo.SquareMetres(area)
		})
		r := judge(l, []Rule{rule(nil)}, Measurement{Measured: measured, Covered: covered, Features: []FeatureMeasure{x}})
		if x.hit() && (r.Verdict == AllClear || r.Layers[0].Outcome == Clear) {
			t.Errorf("%+v", r)
		}
		if !measured && (r.Verdict == AllClear || r.Verdict == Advisory || r.Layers[0].Outcome != NotChecked) {
			t.Errorf("%+v", r)
		}
	})
}

func TestNoticesAreThoseOfTheReader(t *testing.T) {
	s := Site{Site: read.Site{Notices: []read.Notice{{Code: "z", ZH: "高程", EN: "heights"}}}}
	if a := siteAnswer(s, SiteMeasure{}); len(a.Input.Notices) != 1 || a.Input.Notices[0].Code != "z" {
		t.Errorf("%+v", a.Input)
	}
}

// A centreline whose width nobody knows is never passed inside the widest one.
func TestUnknownWidth(t *testing.T) {
	twenty := rule(func(r *Rule) { r.Relation, r.DistanceM, r.MeasuredFrom = DWithin, 20, "edge" })
	for metres, want := range map[float64]Certainty{14: Certain, 26: WithinAccuracy, 49.9: WithinAccuracy, 50.1: ""} {
		f := road(metres)
		delete(f.Values, "half_width_m")
		finding, fires := judgeRule(&twenty, f, Site{}, SiteMeasure{Area: 1})
		if fires != (want != "") || fires && finding.Certainty != want {
			t.Errorf("%g m: fires %v, %s", metres, fires, finding.Certainty)
		}
	}
}

func TestDayIsTheChineseOne(t *testing.T) {
	for at, want := range map[string]layers.Day{"2026-03-14T15:59:59Z": "2026-03-14", "2026-03-14T16:00:00Z": "2026-03-15"} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := chineseDay(moment); got != want {
			t.Errorf("%s is %s, want %s", at, got, want)
		}
	}
}
