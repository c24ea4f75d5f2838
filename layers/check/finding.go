package check

import (
	"fmt"

	"planatlas/layers"
	"planatlas/layers/cql"
)

// How a site lies to what a finding is about.
const (
	relationOverlaps = "overlaps"
	relationTouches  = "touches"
	relationWithin   = "within"
	relationOutside  = "outside"
	relationDistance = "within_distance"
	relationNear     = "within_accuracy" // no contact as drawn, and none that can be ruled out
)

// indicative reports whether the feature's outline has no legal effect. Anything
// but a known effect is none.
func (f FeatureMeasure) indicative() bool { return !binding(f.text("legal_effect")) }

func binding(effect string) bool {
	return effect == string(layers.Statutory) || effect == string(layers.PlanLevel)
}

// from is the distance that a rule asks for: from the edge of what a centreline
// stands for, or from the shape as it is drawn.
func (f FeatureMeasure) from(rule *Rule) float64 {
	if rule.MeasuredFrom == fromCentreline || rule.MeasuredFrom == fromPolygon {
		return f.DistanceM
	}
	return f.edgeM()
}

// reach is how far from the feature as it is drawn a rule takes the site.
func (f FeatureMeasure) reach(measuredFrom string, threshold float64) float64 {
	if half, known := f.halfWidth(); known && measuredFrom != fromCentreline && measuredFrom != fromPolygon {
		return threshold + half
	}
	return threshold
}

// judgeRule says whether the rule fires for the feature, and how. The rule is one
// that its cases have been settled for.
func judgeRule(rule *Rule, f FeatureMeasure, site Site, m SiteMeasure) (Finding, bool) {
	accuracy := f.accuracy() + site.AccuracyM
	band := accuracy // around the shape as drawn in which the rule may still fire
	if f.indicative() {
		band = 0 // that an indication may lie elsewhere is said by its layer, once
	}
	out := newFinding(rule, f, m)
	from := f.from(rule)
	out.DistanceM = &from
	if half, known := f.halfWidth(); known && half > 0 && from != f.DistanceM {
		out.note("centreline", fmt.Sprintf("自中心线估算：中心线距离 %.2f m，减半宽 %.2f m", f.DistanceM, half),
			fmt.Sprintf("estimated from the centreline: %.2f m from it, less %.2f m half width", f.DistanceM, half))
	}
	sure, fires := false, false
	switch rule.Relation {
	case DWithin:
		sure, fires = out.near(rule, f, accuracy, band)
	case TouchesIt:
		sure, fires = out.adjoin(f, accuracy, band)
	default:
		sure, fires = out.meet(f, accuracy, band)
	}
	if !fires {
		return out, false
	}
	out.settle(sure, f.indicative(), accuracy)
	out.leaveOpen(rule)
	return out, true
}

// near decides on a distance. A shape moved by its accuracy comes nearer or goes
// farther by as much.
func (out *Finding) near(rule *Rule, f FeatureMeasure, accuracy, band float64) (sure, fires bool) {
	out.Relation = relationDistance
	if _, known := f.halfWidth(); rule.MeasuredFrom == fromEdge && !known {
		// Wherever its edge is, a line is no narrower than its centreline.
		out.note("no-width", "中心线没有半宽，边缘位置未知", "the centreline has no half width, so that its edge is not known")
		return *out.DistanceM+accuracy < rule.DistanceM, *out.DistanceM < rule.DistanceM+defaultHalfM+band
	}
	sure = *out.DistanceM+accuracy < rule.DistanceM || f.hit() && f.DepthM >= accuracy
	return sure, *out.DistanceM < rule.DistanceM+band
}

// adjoin decides whether only the boundaries meet.
func (out *Finding) adjoin(f FeatureMeasure, accuracy, band float64) (sure, fires bool) {
	switch {
	case f.hit():
		out.Relation = relationOverlaps
		return false, f.DepthM < band
	case f.DistanceM == 0:
		out.touches()
		return accuracy <= NoiseWidthM, true
	}
	out.Relation = relationNear
	return false, *out.DistanceM <= band
}

// meet decides whether the interiors overlap. Where a boundary is exact to the
// width of noise, one that only meets the site's is surely no overlap.
func (out *Finding) meet(f FeatureMeasure, accuracy, band float64) (sure, fires bool) {
	switch {
	case f.hit():
		out.Relation = relationOverlaps
		return f.DepthM >= accuracy, true
	case f.DistanceM == 0:
		out.touches()
		if accuracy <= NoiseWidthM {
			out.Verdict = Advisory
		}
		return accuracy <= NoiseWidthM, true
	}
	out.Relation = relationNear
	return false, *out.DistanceM <= band
}

func (out *Finding) touches() {
	out.Relation = relationTouches
	out.note("adjoining", "相邻：仅边界相接，重叠面积 0.00 m²", "adjoining: only the boundaries meet, overlap 0.00 m²")
}

// doubt marks a finding of a rule of which it is not known whether it is about
// the feature.
func (out *Finding) doubt(rule *Rule, f FeatureMeasure) {
	out.Counts = atMost(out.Counts, Incomplete)
	for _, name := range cql.Properties(rule.filter) {
		if f.Values[name] == nil {
			out.note("unknown-property", "要素缺少属性 "+name+"，不能确定规则是否适用", "the feature has no value for "+name+", so that it is not known whether the rule applies")
		}
	}
}

// settle decides what the finding counts as. Only a finding that is certain
// counts in full.
func (out *Finding) settle(sure, indicative bool, accuracy float64) {
	switch {
	case indicative:
		out.Certainty, out.Counts = IndicativeOnly, atMost(out.Verdict, Advisory)
		out.note("indicative", "示意图形，无法律效力", "drawn as an indication, without legal effect")
	case !sure:
		out.Certainty, out.Counts = WithinAccuracy, atMost(out.Verdict, Incomplete)
		out.note("accuracy", "在位置精度 "+plusMinus(accuracy)+" 之内", "within the positional accuracy of "+plusMinus(accuracy))
	default:
		out.Certainty, out.Counts = Certain, out.Verdict
	}
	if out.VerdictBasis == "inferred" {
		out.Counts = atMost(out.Counts, Advisory)
		out.note("inferred", "结论由规划文字推定,规划并未明文禁止或限制", "the verdict is a reading of the plan's words, not a ban or limit that it states")
	}
}

// leaveOpen marks a finding of a rule of which it has to be found out whether it holds
// for the feature at all.
func (out *Finding) leaveOpen(rule *Rule) {
	if rule.Open != (layers.Text{}) {
		out.Counts = atMost(out.Counts, Incomplete)
		out.note("open", rule.Open.ZH, rule.Open.EN)
	}
}

// slivers marks a finding that rests on slivers of the feature alone, unless they are
// a part of more than slivers together with those of other features.
func (out *Finding) slivers(rule *Rule, f FeatureMeasure, x Measurement) {
	p, more := x.joined(rule, f)
	if !more {
		out.sliver(float64(f.Overlap), f.WidthM)
		return
	}
	out.note("joined", fmt.Sprintf("与相邻要素的重叠合并后 %.2f m²，不是套合误差（涉及 %d 个要素）", p.Area, len(p.Features)),
		fmt.Sprintf("%.2f m² together with what the site shares with adjoining features (%d in all), which is no sliver", p.Area, len(p.Features)))
}

// sliver marks a finding that rests on slivers alone.
func (out *Finding) sliver(m2, width float64) {
	out.Counts = atMost(out.Counts, Incomplete)
	out.note("sliver", fmt.Sprintf("疑似套合误差：%.2f m²，平均宽 %.3f m", m2, width),
		fmt.Sprintf("probably two drawings of one boundary: %.2f m², %.3f m wide on average", m2, width))
}

// cite makes the part of a finding that comes from its rule.
func cite(rule *Rule) Finding {
	out := Finding{
		Rule: rule.ID, Case: rule.chosen, Layer: rule.Layer, Verdict: rule.Verdict, Notes: []Notice{}, ThresholdM: rule.DistanceM, MeasuredFrom: rule.MeasuredFrom,
		Exemptions: rule.Exemptions, Authority: rule.Authority, VerdictBasis: rule.VerdictBasis, Basis: rule.Basis, Law: rule.Law, Article: rule.Article,
		Text: rule.Text, Requires: rule.Requires, Verified: rule.Verified, Mark: rule.Mark, Source: rule.Source,
	}
	if !rule.Verified {
		out.note("unverified", "条文未经核对原文", "the wording was not verified in the text of the law")
	}
	return out
}

func newFinding(rule *Rule, f FeatureMeasure, m SiteMeasure) Finding {
	out := cite(rule)
	out.Feature, out.FeatureRevision = f.ID, f.Revision
	out.FeatureName = layers.Text{ZH: f.text("name_zh"), EN: f.text("name_en")}
	shared := overlap(f.Overlap, m.Area)
	out.Overlap, out.LengthM = &shared, f.LengthM
	out.AccuracyM, out.GeometrySource, out.Geometry = f.finiteAccuracy(), f.text("geometry_source"), f.Geometry
	if f.text("plan_section") != "" {
		out.Citation = &Citation{Plan: f.text("plan_section"), Quote: f.text("plan_quote")}
	}
	return out
}

func (out *Finding) note(code, zh, en string) {
	out.Notes = append(out.Notes, Notice{Code: code, ZH: zh, EN: en})
}
