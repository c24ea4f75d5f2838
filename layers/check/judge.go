package check

import (
	"cmp"
	"slices"
	"time"

	"planatlas/geo"
	"planatlas/layers"
)

// Result is what Judge says: the part of an answer that depends on nothing but
// rules, site and measurements.
type Result struct {
	Verdict   Verdict
	Summary   layers.Text
	Layers    []LayerLine
	Findings  []Finding
	Rules     []RuleLine // of the rules in force, by id
	Questions []Question
	Outside   bool // the site is not wholly inside the coverage of any layer

	taken []Taken
}

// Taken is what rules take from the site for certain: with nothing open, exact
// enough and with legal effect. The remainder of a site is what is left without it.
func (r Result) Taken() []Taken { return r.taken }

// Judge applies the rules in force on that day to the measurements. A need for
// which there is no measurement is not checked.
func Judge(rules []Rule, needs []Need, site Site, m SiteMeasure, measured []Measurement, on time.Time) Result {
	j := judgement{site: site, m: m, layers: map[string]judged{}}
	j.given = implied(site.Project)
	r := &j.Result
	byLayer := map[string]Measurement{}
	for _, x := range measured {
		if x.Layer != nil {
			byLayer[x.Layer.ID] = x
		}
	}
	all := make([]*Rule, len(rules))
	for i := range rules {
		all[i] = &rules[i]
	}
	inForce := slices.DeleteFunc(slices.Clone(all), func(r *Rule) bool { return !r.InForce(on) })
	r.Verdict = AllClear
	if len(needs) == 0 || len(inForce) == 0 {
		r.Verdict = Incomplete // nothing was looked at
	}
	for _, need := range needs {
		x := byLayer[need.Layer.ID]
		line := judgeLayer(need, site, m, x, on)
		line.unruled(all, need.Layer, x, on)
		r.Layers = append(r.Layers, line)
		j.layers[need.Layer.ID] = judged{need, line, x}
		if line.Outcome == NotChecked || line.gap && line.Required {
			r.Verdict = worse(r.Verdict, Incomplete)
		}
		if line.Outcome == Hit && !inside(inForce, need.Layer.ID) {
			r.Verdict = worse(r.Verdict, Advisory) // worth a look, whether or not a rule speaks of it
		}
		if line.Unruled {
			r.Verdict = worse(r.Verdict, Incomplete)
		}
	}
	r.Rules = make([]RuleLine, 0, len(inForce))
	for _, rule := range inForce {
		r.Rules = append(r.Rules, j.rule(rule))
	}
	r.Findings = worstFirst(j.found)
	if len(j.asks) > 0 {
		r.Questions = questions(j.asks, newBonds())
	}
	r.Outside = len(measured) > 0 && !slices.ContainsFunc(measured, func(x Measurement) bool { return !x.Measured || x.Covered })
	r.Summary = summarise(*r)
	return *r
}

// inside reports whether a rule demands to be inside the layer, so that being there
// is as it should be. What other rules on it say are findings.
func inside(rules []*Rule, layer string) bool {
	return slices.ContainsFunc(rules, func(r *Rule) bool { return r.Layer == layer && r.Relation == OutsideOf })
}

// worstFirst puts findings into the order of an answer. They are large, so that they
// are moved once.
func worstFirst(found []*Finding) []Finding {
	slices.SortStableFunc(found, func(a, b *Finding) int {
		order := cmp.Or(cmp.Compare(a.Counts.Severity(), b.Counts.Severity()), cmp.Compare(a.Verdict.Severity(), b.Verdict.Severity()),
			cmp.Compare(b.overlapM2(), a.overlapM2()), cmp.Compare(*a.DistanceM, *b.DistanceM))
		if order == 0 {
			order = cmp.Compare(a.Rule+a.Feature, b.Rule+b.Feature)
		}
		return order
	})
	out := make([]Finding, len(found))
	for i, f := range found {
		out[i] = *f
	}
	return out
}

// judgement is a result in the making.
type judgement struct {
	Result
	found  []*Finding // in the order of the rules
	site   Site
	m      SiteMeasure
	given  said
	layers map[string]judged
	asks   []ask
	cases  []*Rule // the rule at hand under each of its cases, as far as it was looked at
}

// under is the rule at hand under one of its cases.
func (j *judgement) under(rule *Rule, chosen int) *Rule {
	if chosen >= len(rule.Cases) {
		return rule // without cases
	}
	if j.cases[chosen] == nil {
		u := rule.under(chosen)
		j.cases[chosen] = &u
	}
	return j.cases[chosen]
}

// judged is a layer that was looked at.
type judged struct {
	Need
	LayerLine
	Measurement
}

// rule applies one rule to everything that was measured of its layer.
func (j *judgement) rule(rule *Rule) RuleLine {
	j.cases = make([]*Rule, len(rule.Cases))
	possible := rule.conditions.possible(j.given)
	line := RuleLine{Rule: rule.ID, Layer: rule.Layer, Applies: applies(possible), ThresholdM: slices.Max(rule.distances())}
	l, known := j.layers[rule.Layer]
	switch {
	case !known:
		if line.Applies != AppliesNo {
			j.missing(rule)
		}
		return line
	case l.Outcome == NotChecked:
		return line
	}
	if !rule.Relation.zonal() {
		line.nearest(rule, l)
	}
	line.Outcome = Clear
	if l.gap {
		line.Outcome = NoData
	}
	if line.Applies == AppliesNo {
		return line
	}
	if l.expired { // what the layer says is of another time: the rule is not checked by it
		line.Outcome, j.Verdict = NotChecked, worse(j.Verdict, Incomplete)
	}
	before := len(j.found)
	if rule.Relation.zonal() {
		j.zone(rule, possible, l)
	} else {
		j.features(rule, possible, l)
	}
	for _, f := range j.found[before:] {
		line.Outcome = worseOutcome(line.Outcome, f)
	}
	return line
}

func applies(possible []possibility) Applies {
	var yes, no bool
	for _, p := range possible {
		yes, no = yes || p.chosen != nothing, no || p.chosen == nothing
	}
	switch {
	case yes && no:
		return AppliesDepends
	case yes:
		return AppliesYes
	}
	return AppliesNo
}

// worseOutcome is what a rule came to after one more of its findings.
func worseOutcome(o Outcome, f *Finding) Outcome {
	switch {
	case o == Hit || f.Relation != relationTouches && f.Relation != relationNear:
		return Hit
	case f.Relation == relationTouches:
		return Touches
	}
	return NoData // too near to be told apart
}

// nearest says how far the nearest feature is that the rule is about, or how far none
// is. Features of a layer that is not public are nobody's to locate.
func (line *RuleLine) nearest(rule *Rule, l judged) {
	if l.Need.Layer.Access == layers.Internal {
		return
	}
	for _, f := range l.Features {
		if d := f.from(rule); rule.applies(f) != notAbout && (line.NearestM == nil || d < *line.NearestM) {
			line.NearestM = &d
		}
	}
	switch {
	case line.NearestM != nil || l.Nearest == nil:
	case rule.filter == nil:
		line.NearestM = l.Nearest
	default:
		picked := l.Picked[rule.Filter]
		if line.NearestM = picked.Nearest; line.NearestM == nil {
			line.FartherThanM = max(l.WithinM, *l.Nearest, picked.LeastM)
		}
	}
}

// features applies a rule to each feature by itself.
func (j *judgement) features(rule *Rule, possible []possibility, l judged) {
	if rule.OverHa > 0 && takes(rule, l.Measurement).Hectares() <= rule.OverHa {
		return
	}
	for _, f := range l.Features {
		applies := rule.applies(f)
		if applies == notAbout {
			continue
		}
		finding, fires := j.decide(rule, possible, func(under *Rule) (Finding, bool) {
			out, fires := judgeRule(under, f, j.site, j.m)
			if fires && f.Sliver() {
				out.slivers(rule, f, l.Measurement)
			}
			if applies == mayBe {
				out.doubt(rule, f)
			}
			return out, fires
		})
		if fires {
			j.add(finding, Taken{Layer: l.Need.Layer, Feature: f.ID, WithinM: f.reach(rule.MeasuredFrom, finding.ThresholdM)})
		}
	}
}

// takes is how much of the site the rule's features take together.
func takes(rule *Rule, x Measurement) geo.SquareMetres {
	var sum geo.SquareMetres
	for _, f := range x.Features {
		if rule.applies(f) != notAbout {
			sum += f.Overlap
		}
	}
	return min(sum, x.Union)
}

// add takes a finding and what it takes from the site, should it be certain.
func (j *judgement) add(f Finding, taken ...Taken) {
	j.found = append(j.found, &f)
	j.Verdict = worse(j.Verdict, f.Counts)
	if f.Counts != Prohibited {
		return
	}
	for _, t := range taken {
		same := slices.IndexFunc(j.taken, func(o Taken) bool {
			return o.Layer == t.Layer && o.Feature == t.Feature && (o.Zone == nil) == (t.Zone == nil) && (o.Zone == nil || o.Zone.Filter == t.Zone.Filter)
		})
		if same < 0 {
			j.taken = append(j.taken, t)
			continue
		}
		j.taken[same].WithinM = max(j.taken[same].WithinM, t.WithinM)
	}
}

// missing reports a rule whose layer was not measured at all, once per layer.
func (r *Result) missing(rule *Rule) {
	r.Verdict = worse(r.Verdict, Incomplete)
	for _, l := range r.Layers {
		if l.Layer == rule.Layer {
			return
		}
	}
	title := rule.LayerTitle
	if title == (layers.Text{}) {
		title = layers.Text{ZH: rule.Layer, EN: rule.Layer}
	}
	r.Layers = append(r.Layers, LayerLine{Layer: rule.Layer, Title: title, Outcome: NotChecked, Absent: true,
		Reason: layers.Text{ZH: "规则需要此图层，但图层未加载", EN: "a rule needs this layer and it is not loaded"}})
}
