package check

import (
	"math/rand/v2"
	"slices"
	"testing"

	"planatlas/geo"
	"planatlas/layers"

	"github.com/google/go-cmp/cmp"
)

func cases(change func(*Rule), all ...Case) Rule {
	return rule(func(r *Rule) {
		r.Verdict, r.Cases = "", all
		if change != nil {
			change(r)
		}
	})
}

func judgeFor(p Project, rules []Rule, m Measurement) Result {
	l := redline()
	m.Layer = l
	site := Site{Project: p}
	return Judge(rules, Plan(layers.NewCatalog([]*layers.Layer{l}), rules, site, day), site, SiteMeasure{Area: 10_000}, []Measurement{m}, day)
}

func hitBy(f ...FeatureMeasure) Measurement {
	return Measurement{Measured: true, Covered: true, Union: 2000, Features: f}
}

// A rule by kind of project: what was not said is asked, with what each reply means.
func TestConditionalFindings(t *testing.T) {
	springs := cases(nil, Case{When: "may_pollute_groundwater = true", Verdict: Prohibited}, Case{Verdict: Restricted})
	mines := rule(func(r *Rule) { r.When = "project_type IN ('mining', 'quarrying')" })
	farmland := cases(nil, Case{When: "national_major = true AND national_major_kind = 'transport_water'", Verdict: Restricted}, Case{Verdict: Prohibited})
	for _, tc := range []struct {
		name    string
		rule    Rule
		project Project
		finding Verdict // "" for none
		asks    []string
		overall Verdict
		replies map[string]Verdict // by attribute and value
	}{
		{"said", springs, Project{"may_pollute_groundwater": true}, Prohibited, nil, Prohibited, nil},
		{"said otherwise", springs, Project{"may_pollute_groundwater": false}, Restricted, nil, Restricted, nil},
		{"not said", springs, nil, Restricted, []string{"may_pollute_groundwater"}, Restricted, map[string]Verdict{"may_pollute_groundwater=true": Prohibited, "may_pollute_groundwater=false": Restricted}},
		{"a value that cannot be", springs, Project{"may_pollute_groundwater": "perhaps"}, Restricted, []string{"may_pollute_groundwater"}, Restricted, nil},
		{"about this project", mines, Project{"project_type": "mining"}, Prohibited, nil, Prohibited, nil},
		{"about another", mines, Project{"project_type": "school"}, "", nil, Advisory, nil}, // the hit itself is worth a look
		{"maybe about it", mines, nil, Advisory, []string{"project_type"}, Incomplete, map[string]Verdict{"project_type=mining": Prohibited, "project_type=school": AllClear}},
		{"two attributes", farmland, nil, Restricted, []string{"national_major", "national_major_kind"}, Restricted, map[string]Verdict{"national_major=false": Prohibited, "national_major_kind=transport_water": Restricted, "national_major_kind=military": Prohibited}},
		{"the kind decides", farmland, Project{"national_major": true}, Restricted, []string{"national_major_kind"}, Restricted, nil},
		{"the kind says both", farmland, Project{"national_major_kind": "transport_water"}, Restricted, nil, Restricted, nil},
		{"the kind has no meaning", farmland, Project{"national_major": false}, Prohibited, nil, Prohibited, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := judgeFor(tc.project, []Rule{tc.rule}, hitBy(deep(nil)))
			var got Finding
			if len(r.Findings) > 0 {
				got = r.Findings[0]
			}
			if diff := cmp.Diff(tc.asks, got.DependsOn); got.Verdict != tc.finding || r.Verdict != tc.overall || diff != "" {
				t.Errorf("%q, overall %s, asks %v", got.Verdict, r.Verdict, got.DependsOn)
			}
			var asked []string
			for _, q := range r.Questions {
				asked = append(asked, q.Attribute)
				if q.Text.ZH == "" || q.Text.EN == "" || !slices.Equal(q.Rules, []string{"E2"}) {
					t.Errorf("%+v", q)
				}
				for _, reply := range q.Replies {
					if want, ok := tc.replies[q.Attribute+"="+toText(reply.Value)]; ok && (reply.Verdict != want || reply.Counts != want || reply.Title.ZH == "") {
						t.Errorf("%s = %v: %+v, want %s", q.Attribute, reply.Value, reply, want)
					}
				}
			}
			if diff := cmp.Diff(tc.asks, asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func toText(v any) string {
	switch v {
	case true:
		return "true"
	case false:
		return "false"
	}
	return v.(string)
}

// Distances by the class of the area: inside the smallest there is nothing to ask.
func TestDistancesByCase(t *testing.T) {
	rail := cases(func(r *Rule) { r.Relation, r.MeasuredFrom = DWithin, "edge" },
		Case{When: "area_class = 'urban'", Verdict: Restricted, DistanceM: 8}, Case{When: "area_class = 'suburban_residential'", Verdict: Restricted, DistanceM: 10}, Case{Verdict: Restricted, DistanceM: 15})
	for _, tc := range []struct {
		metres    float64
		project   Project
		finding   Verdict
		threshold float64
		asks      int
	}{
		{7.9, nil, Restricted, 8, 0}, {8.1, nil, Advisory, 10, 1}, {14.9, nil, Advisory, 15, 1}, {15.1, nil, "", 0, 0},
		{14.9, Project{"area_class": "other"}, Restricted, 15, 0}, {14.9, Project{"area_class": "urban"}, "", 0, 0}, {7.9, Project{"area_class": "urban"}, Restricted, 8, 0},
	} {
		r := judgeFor(tc.project, []Rule{rail}, Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{road(10 + tc.metres)}})
		var got Finding
		if len(r.Findings) > 0 {
			got = r.Findings[0]
		}
		if got.Verdict != tc.finding || got.ThresholdM != tc.threshold || len(r.Questions) != tc.asks {
			t.Errorf("%g m, %v: %q at %g m, %d questions", tc.metres, tc.project, got.Verdict, got.ThresholdM, len(r.Questions))
		}
		if r.Rules[0].NearestM == nil || r.Rules[0].ThresholdM != 15 {
			t.Errorf("%+v", r.Rules[0])
		}
	}
}

// randomRule makes a rule whose cases ask for up to three attributes.
func randomRule(r *rand.Rand) Rule {
	conditions := []string{"linear = true", "hazardous = true", "project_type = 'mining'", "project_type IN ('school', 'market', 'linear')", "NOT underground = true",
		"national_major = true", "national_major_kind = 'military'", "area_class = 'urban' OR area_class = 'other'", "linear = true AND underground = true", "project_type <> 'building'"}
	pick := func() string { return conditions[r.IntN(len(conditions))] }
	verdict := func() Verdict { return []Verdict{Prohibited, Restricted, Advisory}[r.IntN(3)] }
	return rule(func(x *Rule) {
		x.Verdict = ""
		x.Relation, x.MeasuredFrom = DWithin, []string{"edge", "centreline", "polygon"}[r.IntN(3)]
		if r.IntN(3) == 0 {
			x.When = pick()
		}
		for range 1 + r.IntN(2) {
			x.Cases = append(x.Cases, Case{When: pick(), Verdict: verdict(), DistanceM: 1 + float64(r.IntN(30))})
		}
		if r.IntN(2) == 0 {
			x.Cases = append(x.Cases, Case{Verdict: verdict(), DistanceM: 1 + float64(r.IntN(30))})
		}
	})
}

// Saying more never makes an answer worse than the worst reply announced, and what
// is said of everything leaves no question.
func TestRepliesAreTrue(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 14))
	asked := 0
	for range 1000 {
		rules := []Rule{randomRule(r)}
		second := randomRule(r)
		second.ID = "second"
		rules = append(rules, second)
		m := Measurement{Measured: true, Covered: true, Features: []FeatureMeasure{road(10 + 32*r.Float64())}}
		m.Features[0].Values["legal_effect"] = []string{"statutory", "statutory", "plan", "indicative"}[r.IntN(4)]
		p := Project{}
		for range 20 {
			before := judgeFor(p, rules, m)
			if len(before.Questions) == 0 {
				break
			}
			asked++
			q := before.Questions[r.IntN(len(before.Questions))]
			reply := q.Replies[r.IntN(len(q.Replies))]
			p[q.Attribute] = reply.Value
			after := judgeFor(p, rules, m)
			if announced := worse(before.Verdict, reply.Counts); after.Verdict.Severity() < announced.Severity() {
				t.Fatalf("%v: %s before, %s = %v announced %s, %s after\n%+v", p, before.Verdict, q.Attribute, reply.Value, reply.Counts, after.Verdict, rules)
			}
			for _, f := range after.Findings {
				if slices.Contains(f.DependsOn, q.Attribute) {
					t.Fatalf("%s was said and is asked again", q.Attribute)
				}
			}
		}
		if left := judgeFor(p, rules, m).Questions; len(left) > 0 {
			t.Fatalf("%v leaves %+v", p, left)
		}
	}
	if asked < 200 {
		t.Errorf("only %d questions", asked)
	}
}

// What nobody said, or said wrongly, never turns a hit into clear: the answer is no
// better than the best that any project could get.
func FuzzNoProjectTurnsAHitIntoClear(f *testing.F) {
	f.Add("project_type", "mining", true, uint64(1))
	f.Add("may_pollute_groundwater", "", false, uint64(2))
	f.Add("nonsense", "x", true, uint64(3))
	f.Add("national_major_kind", "military", false, uint64(4))
	f.Fuzz(func(t *testing.T, name, text string, flag bool, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 7))
		x := randomRule(r)
		always := cases(func(r *Rule) { r.ID = "always" }, Case{When: "may_pollute_groundwater = true", Verdict: Prohibited}, Case{Verdict: Restricted})
		for _, p := range []Project{nil, {}, {name: text}, {name: flag}, {name: nil}, {name: 3.5}, {name: text, "national_major": flag, "linear": flag, "project_type": text}} {
			got := judgeFor(p, []Rule{x, always}, hitBy(deep(func(f *FeatureMeasure) { f.Overlap = geo.SquareMetres(1 + r.Float64()) })))
			if got.Verdict == AllClear || got.Verdict == Advisory || got.Layers[0].Outcome != Hit {
				t.Errorf("%v: %s", p, got.Verdict)
			}
			if alone := judgeFor(p, []Rule{x}, hitBy(deep(nil))); alone.Verdict == AllClear {
				t.Errorf("%v: a hit is clear", p)
			}
			missing := judgeFor(p, []Rule{always}, Measurement{})
			if missing.Verdict != Incomplete {
				t.Errorf("%v: not measured, %s", p, missing.Verdict)
			}
		}
	})
}
