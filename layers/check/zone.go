package check

import (
	"slices"

	"planatlas/layers"
)

// zone applies a rule to the zone of all features that it is about.
func (j *judgement) zone(rule *Rule, possible []possibility, l judged) {
	z, measured := zoneOf(l.Measurement, rule.Filter)
	if !measured {
		return // the layer is not checked then
	}
	edge := edgeOf(rule, l)
	if l.LayerLine.gap && !edge.near && z.Features == 0 {
		// Nothing of the zone is drawn here, and that proves nothing: no_data.
		j.Verdict = worse(j.Verdict, Incomplete)
		return
	}
	finding, fires := j.decide(rule, possible, func(under *Rule) (Finding, bool) { return j.judgeZone(under, z, edge, l) })
	if !fires {
		return
	}
	if rule.Relation == OutsideOf {
		j.add(finding, Taken{Layer: l.Need.Layer, Zone: &Zone{Filter: rule.Filter, Expr: rule.filter}})
		return
	}
	var taken []Taken
	for _, f := range l.Features {
		if f.hit() && rule.applies(f) == about {
			taken = append(taken, Taken{Layer: l.Need.Layer, Feature: f.ID})
		}
	}
	j.add(finding, taken...)
}

func zoneOf(x Measurement, filter string) (ZoneMeasure, bool) {
	i := slices.IndexFunc(x.Zones, func(z ZoneMeasure) bool { return z.Filter == filter })
	if i < 0 {
		return ZoneMeasure{}, false
	}
	return x.Zones[i], true
}

// edge is what is known of the line around a zone near the site.
type edge struct {
	accuracy   float64          // of the worst of its features here, metres
	indicative bool             // one of them has no legal effect
	near       bool             // there are some
	doubtful   []FeatureMeasure // that may or may not be in it
}

func edgeOf(rule *Rule, l judged) edge {
	e := edge{indicative: !binding(string(l.Need.Layer.LegalEffect))}
	for _, f := range l.Features {
		switch rule.applies(f) {
		case mayBe:
			e.doubtful = append(e.doubtful, f)
		case about:
			e.indicative = e.near && e.indicative || f.indicative()
			e.near, e.accuracy = true, max(e.accuracy, f.accuracy())
		}
	}
	return e
}

// judgeZone says whether the site is inside the zone, or not wholly inside, as the
// rule asks. A zone whose edge moved by its accuracy still leaves out a part of the
// site that reaches deeper outside, and still holds a site that lies farther inside.
func (j *judgement) judgeZone(rule *Rule, z ZoneMeasure, e edge, l judged) (Finding, bool) {
	accuracy := e.accuracy + j.site.AccuracyM
	out := cite(rule)
	out.Overlap, out.DistanceM = new(Overlap), new(float64)
	inside, outside := float64(z.Inside), float64(z.Outside)
	out.FeatureName, out.InsideM2, out.OutsideM2 = l.Need.Layer.Title, &inside, &outside
	if e.near {
		out.AccuracyM = FeatureMeasure{Values: map[string]any{"accuracy_m": e.accuracy}}.finiteAccuracy()
	}
	allInside := z.noise()
	sureOutside, sureInside := !allInside && z.DepthM >= accuracy, allInside && z.MarginM >= accuracy
	var sure, fires bool
	part := z.Outside
	switch rule.Relation {
	case Within:
		out.Relation, part, out.Geometry = relationWithin, z.Inside, j.m.Geometry
		sure, fires = sureInside, !sureOutside || len(e.doubtful) > 0
	default:
		out.Relation, out.Geometry = relationOutside, z.Geometry
		sure, fires = sureOutside, !sureInside
	}
	if e.indicative && rule.Relation == OutsideOf && allInside {
		out.Certainty, out.Counts = IndicativeOnly, atMost(out.Verdict, Incomplete)
		out.note("indicative-zone", "界线为示意图形，不能证明地块在界内", "the zone is drawn as an indication, which does not prove that the site is inside")
		return out, true
	}
	if !fires || e.indicative && (rule.Relation == Within) != allInside {
		return out, false // that an indication may lie elsewhere is said by its layer, once
	}
	shared := overlap(part, j.m.Area)
	out.Overlap = &shared
	out.settle(sure, e.indicative, accuracy)
	out.leaveOpen(rule)
	if l.LayerLine.gap && out.Counts.Severity() < Incomplete.Severity() {
		out.Counts = Incomplete
		out.note("gap", "图层不完整或不覆盖全部地块，界线外的部分可能在未载入的范围内", "the layer is not complete or does not cover the site; what lies outside may be in a part that is not loaded")
	}
	for _, f := range e.doubtful {
		out.doubt(rule, f)
	}
	if rule.Relation == OutsideOf && !allInside && z.sliver() {
		out.sliver(outside, z.WidthM)
	}
	return out, true
}

// unmeasured returns a zone of the need that the measurement lacks.
func unmeasured(need Need, x Measurement) (Zone, bool) {
	for _, z := range need.Zones {
		if _, ok := zoneOf(x, z.Filter); !ok {
			return z, true
		}
	}
	return Zone{}, false
}

func zoneMissing() layers.Text {
	return layers.Text{ZH: "规则所问的范围内外没有量算", EN: "inside and outside of a zone that a rule asks about were not measured"}
}
