package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"planatlas/layers"
)

// Result is what Judge says: the part of an answer that depends on nothing but
// rules, site and measurements.
type Result struct {
	Verdict  Verdict
	Summary  layers.Text
	Layers   []LayerLine
	Findings []Finding
}

// Judge applies the rules in force on that day to the measurements. A need for
// which there is no measurement is not checked.
func Judge(rules []Rule, needs []Need, site Site, m SiteMeasure, measured []Measurement, on time.Time) Result {
	var r Result
	byLayer := map[string]Measurement{}
	for _, x := range measured {
		if x.Layer != nil {
			byLayer[x.Layer.ID] = x
		}
	}
	r.Verdict = AllClear
	for _, need := range needs {
		x := byLayer[need.Layer.ID]
		line := judgeLayer(need.Layer, site, m, x, on)
		r.Layers = append(r.Layers, line)
		if line.Outcome == NotChecked || line.Outcome == NoData && line.Required {
			r.Verdict = worse(r.Verdict, Incomplete)
		}
	}
	for _, rule := range rules {
		if !rule.InForce(on) {
			continue
		}
		x, known := byLayer[rule.Layer]
		if !known {
			r.missing(rule)
			continue
		}
		for _, f := range x.Features {
			if rule.applies(f) {
				if finding, fires := judgeRule(rule, f, site, m); fires {
					r.Findings = append(r.Findings, finding)
					r.Verdict = worse(r.Verdict, finding.Counts)
				}
			}
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Counts.Severity(), b.Counts.Severity()), cmp.Compare(a.Verdict.Severity(), b.Verdict.Severity()),
			cmp.Compare(b.Overlap.M2, a.Overlap.M2), cmp.Compare(a.DistanceM, b.DistanceM), cmp.Compare(a.Rule+a.Feature, b.Rule+b.Feature))
	})
	r.Summary = summarise(r.Verdict, r.Layers, r.Findings)
	return r
}

// missing reports a rule whose layer was not measured at all, once per layer.
func (r *Result) missing(rule Rule) {
	r.Verdict = worse(r.Verdict, Incomplete)
	for _, l := range r.Layers {
		if l.Layer == rule.Layer {
			return
		}
	}
	r.Layers = append(r.Layers, LayerLine{Layer: rule.Layer, Title: layers.Text{ZH: rule.Layer, EN: rule.Layer}, Outcome: NotChecked,
		Reason: layers.Text{ZH: "规则需要此图层，但图层未加载", EN: "a rule needs this layer and it is not loaded"}})
}

func judgeLayer(l *layers.Layer, site Site, m SiteMeasure, x Measurement, on time.Time) LayerLine {
	line := LayerLine{Layer: l.ID, Title: l.Title, Required: l.Required, Revision: x.Version.Revision, DataDate: l.Source.Date}
	if !x.Measured {
		line.Reason = x.Reason
		if line.Reason == (layers.Text{}) {
			line.Reason = layers.Text{ZH: "未测量", EN: "not measured"}
		}
		return line
	}
	line.NearestM = x.Nearest
	line.Overlap = overlap(x.Union, m.Area)
	line.Outcome, line.Reason = outcome(l, site, x, on)
	return line
}

func outcome(l *layers.Layer, site Site, x Measurement, on time.Time) (Outcome, layers.Text) {
	touches, near := false, ""
	for _, f := range x.Features {
		switch {
		case f.hit():
			return Hit, layers.Text{}
		case f.DistanceM == 0:
			touches = true
		case near == "" && f.DistanceM <= f.number("accuracy_m")+site.AccuracyM:
			near = fmt.Sprintf("%s：%.0f m ≤ ±%.0f m", f.text("name_zh"), f.DistanceM, f.number("accuracy_m")+site.AccuracyM)
		}
	}
	switch {
	case touches:
		return Touches, layers.Text{ZH: "相邻：仅边界相接", EN: "adjoining: only the boundaries meet"}
	case near != "":
		return NoData, layers.Text{ZH: "距离小于位置精度，无法判定（" + near + "）", EN: "nearer than the positional accuracy, cannot be told apart (" + near + ")"}
	case !x.Covered:
		return NoData, layers.Text{ZH: "地块超出图层覆盖范围", EN: "the site is not wholly inside the layer's coverage"}
	case !l.Coverage.Covers(on):
		return NoData, layers.Text{ZH: "检查日期不在图层有效期内", EN: "the day of the check is outside the layer's period"}
	case !l.Coverage.Complete:
		return NoData, layers.Text{ZH: "图层不完整：" + l.Coverage.Note.ZH, EN: "the layer is not complete: " + l.Coverage.Note.EN}
	}
	return Clear, layers.Text{}
}

// judgeRule says whether the rule fires for the feature, and how.
func judgeRule(rule Rule, f FeatureMeasure, site Site, m SiteMeasure) (Finding, bool) {
	accuracy := f.number("accuracy_m") + site.AccuracyM
	out := newFinding(rule, f, m)
	distance := f.DistanceM
	if half := f.number("half_width_m"); rule.MeasuredFrom == "edge" && half > 0 {
		distance = math.Max(0, f.DistanceM-half)
		out.note("centreline", fmt.Sprintf("自中心线估算：中心线距离 %.2f m，减半宽 %.2f m", f.DistanceM, half),
			fmt.Sprintf("estimated from the centreline: %.2f m from it, less %.2f m half width", f.DistanceM, half))
	}
	out.DistanceM = distance
	sure := false // whether the relation holds wherever within its accuracy the feature lies
	switch {
	case rule.Relation == DWithin:
		// A shape moved by its accuracy comes nearer or goes farther by as much.
		sure = distance+accuracy < rule.DistanceM || f.DepthM >= accuracy && f.hit()
		if distance >= rule.DistanceM+accuracy {
			return out, false
		}
		out.Relation = "within_distance"
	case f.hit():
		out.Relation = "overlaps"
		sure = f.DepthM >= accuracy
	case f.DistanceM == 0:
		out.Relation = "touches"
		if sure = accuracy == 0; sure {
			out.Verdict = Advisory // surely no overlap
		}
	case f.DistanceM <= accuracy:
		out.Relation = "within_distance"
	default:
		return out, false
	}
	out.settle(sure, f, accuracy)
	return out, true
}

// settle decides what the finding counts as. Only a finding that is certain
// counts in full.
func (out *Finding) settle(sure bool, f FeatureMeasure, accuracy float64) {
	switch {
	case f.text("legal_effect") != string(layers.Statutory) && f.text("legal_effect") != string(layers.PlanLevel):
		out.Certainty, out.Counts = IndicativeOnly, atMost(out.Verdict, Advisory)
		out.note("indicative", "示意图形，无法律效力", "drawn as an indication, without legal effect")
	case !sure:
		out.Certainty, out.Counts = WithinAccuracy, atMost(out.Verdict, Incomplete)
		out.note("accuracy", fmt.Sprintf("在位置精度 ±%.0f m 之内", accuracy), fmt.Sprintf("within the positional accuracy of ±%.0f m", accuracy))
	default:
		out.Certainty, out.Counts = Certain, out.Verdict
	}
	if out.VerdictBasis == "inferred" {
		out.Counts = atMost(out.Counts, Advisory)
		out.note("inferred", "结论由规划文字推定,规划并未明文禁止或限制", "the verdict is a reading of the plan's words, not a ban or limit that it states")
	}
	if f.sliver() {
		out.Counts = atMost(out.Counts, Incomplete)
		out.note("sliver", fmt.Sprintf("疑似套合误差：%.2f m²，平均宽 %.3f m", float64(f.Overlap), f.WidthM),
			fmt.Sprintf("probably two drawings of one boundary: %.2f m², %.3f m wide on average", float64(f.Overlap), f.WidthM))
	}
}

func newFinding(rule Rule, f FeatureMeasure, m SiteMeasure) Finding {
	out := Finding{
		Rule: rule.ID, Layer: rule.Layer, Feature: f.ID, FeatureRevision: f.Revision,
		FeatureName: layers.Text{ZH: f.text("name_zh"), EN: f.text("name_en")},
		Verdict:     rule.Verdict, Notes: []Notice{},
		Overlap: overlap(f.Overlap, m.Area), LengthM: f.LengthM, DistanceM: f.DistanceM,
		ThresholdM: rule.DistanceM, MeasuredFrom: rule.MeasuredFrom,
		AccuracyM: f.number("accuracy_m"), GeometrySource: f.text("geometry_source"),
		VerdictBasis: rule.VerdictBasis, Basis: rule.Basis, Law: rule.Law, Article: rule.Article, Text: rule.Text, Requires: rule.Requires, Verified: rule.Verified,
		Geometry: f.Geometry,
	}
	if f.text("plan_section") != "" {
		out.Citation = &Citation{Plan: f.text("plan_section"), Quote: f.text("plan_quote")}
	}
	if !rule.Verified {
		out.note("unverified", "条文未经核对原文", "the wording was not verified in the text of the law")
	}
	return out
}

func (out *Finding) note(code, zh, en string) {
	out.Notes = append(out.Notes, Notice{Code: code, ZH: zh, EN: en})
}
