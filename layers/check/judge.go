package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"planatlas/layers"
	"planatlas/layers/cql"
)

// Result is what Judge says: the part of an answer that depends on nothing but
// rules, site and measurements.
type Result struct {
	Verdict  Verdict
	Summary  layers.Text
	Layers   []LayerLine
	Findings []Finding
	Outside  bool // the site is not wholly inside the coverage of any layer
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
	if len(needs) == 0 || !slices.ContainsFunc(rules, func(r Rule) bool { return r.InForce(on) }) {
		r.Verdict = Incomplete // nothing was looked at
	}
	for _, need := range needs {
		x := byLayer[need.Layer.ID]
		line := judgeLayer(need.Layer, site, m, x, on)
		r.Layers = append(r.Layers, line)
		if line.Outcome == NotChecked || line.gap && line.Required {
			r.Verdict = worse(r.Verdict, Incomplete)
		}
		if line.Outcome == Hit {
			r.Verdict = worse(r.Verdict, Advisory) // worth a look, whether or not a rule speaks of it
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
			applies := rule.applies(f)
			if applies == notAbout {
				continue
			}
			finding, fires := judgeRule(rule, f, site, m)
			if !fires {
				continue
			}
			if applies == mayBe {
				finding.doubt(rule, f)
			}
			r.Findings = append(r.Findings, finding)
			r.Verdict = worse(r.Verdict, finding.Counts)
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Counts.Severity(), b.Counts.Severity()), cmp.Compare(a.Verdict.Severity(), b.Verdict.Severity()),
			cmp.Compare(b.Overlap.M2, a.Overlap.M2), cmp.Compare(a.DistanceM, b.DistanceM), cmp.Compare(a.Rule+a.Feature, b.Rule+b.Feature))
	})
	r.Outside = len(measured) > 0 && !slices.ContainsFunc(measured, func(x Measurement) bool { return !x.Measured || x.Covered })
	r.Summary = summarise(r)
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

// judgeLayer says what was found in a layer, and whether the layer has a gap: its
// data cannot answer for the whole site, whatever was found.
func judgeLayer(l *layers.Layer, site Site, m SiteMeasure, x Measurement, on time.Time) LayerLine {
	line := LayerLine{Layer: l.ID, Title: l.Title, Required: l.Required, Revision: x.Version.Revision, DataDate: l.Source.Date}
	if !x.Measured {
		line.Reason = x.Reason
		if line.Reason == (layers.Text{}) {
			line.Reason = layers.Text{ZH: "未测量", EN: "not measured"}
		}
		line.gap = true
		return line
	}
	line.NearestM = x.Nearest
	line.Outcome, line.Reason = met(site, x)
	missing := gap(l, x, on)
	switch {
	case missing == (layers.Text{}):
	case line.Outcome == Clear:
		line.Outcome, line.Reason = NoData, missing
	default:
		line.Reason = join(line.Reason, missing)
	}
	if line.Outcome != NoData { // 0 m² would say more than is known
		o := overlap(x.Union, m.Area)
		line.Overlap = &o
	}
	line.gap = missing != (layers.Text{}) || line.Outcome == NoData
	return line
}

func join(a, b layers.Text) layers.Text {
	if a == (layers.Text{}) {
		return b
	}
	return layers.Text{ZH: a.ZH + "；" + b.ZH, EN: a.EN + "; " + b.EN}
}

// met says how the site lies to the features that are drawn. Clear means only
// that none of them is here.
func met(site Site, x Measurement) (Outcome, layers.Text) {
	var touches bool
	var near layers.Text
	for _, f := range x.Features {
		reach := f.accuracy() + site.AccuracyM
		switch {
		case f.hit():
			return Hit, layers.Text{}
		case f.DistanceM == 0:
			touches = true
		case near.ZH == "" && f.edgeM() <= reach:
			near.ZH = fmt.Sprintf("%s：%.0f m，%s", f.text("name_zh"), f.edgeM(), plusMinus(reach))
			near.EN = fmt.Sprintf("%s: %.0f m, %s", f.text("name_en"), f.edgeM(), plusMinus(reach))
		}
	}
	switch {
	case touches:
		return Touches, layers.Text{ZH: "相邻：仅边界相接", EN: "adjoining: only the boundaries meet"}
	case near.ZH != "":
		return NoData, layers.Text{ZH: "距离小于位置精度，无法判定（" + near.ZH + "）", EN: "nearer than the positional accuracy, cannot be told apart (" + near.EN + ")"}
	}
	return Clear, layers.Text{}
}

func plusMinus(metres float64) string {
	if math.IsInf(metres, 1) {
		return "±?"
	}
	return fmt.Sprintf("±%.0f m", metres)
}

// gap says why the layer cannot answer for the whole site; the zero Text when it
// can.
func gap(l *layers.Layer, x Measurement, on time.Time) layers.Text {
	switch {
	case !x.Covered:
		return layers.Text{ZH: "地块及其周边不完全在图层覆盖范围内", EN: "the site and its surroundings are not wholly inside the layer's coverage"}
	case !l.Coverage.Covers(on):
		return layers.Text{ZH: "检查日期不在图层有效期内", EN: "the day of the check is outside the layer's period"}
	case !l.Coverage.Complete:
		return layers.Text{ZH: "图层不完整：" + l.Coverage.Note.ZH, EN: "the layer is not complete: " + l.Coverage.Note.EN}
	case x.Unlocated > 0:
		return layers.Text{ZH: fmt.Sprintf("图层有 %d 个要素没有位置", x.Unlocated), EN: fmt.Sprintf("%d features of the layer have no place", x.Unlocated)}
	}
	return layers.Text{}
}

// indicative reports whether the feature's outline has no legal effect. Anything
// but a known effect is none.
func (f FeatureMeasure) indicative() bool {
	effect := layers.LegalEffect(f.text("legal_effect"))
	return effect != layers.Statutory && effect != layers.PlanLevel
}

// judgeRule says whether the rule fires for the feature, and how.
func judgeRule(rule Rule, f FeatureMeasure, site Site, m SiteMeasure) (Finding, bool) {
	accuracy := f.accuracy() + site.AccuracyM
	band := accuracy // around the shape as drawn in which the rule may still fire
	if f.indicative() {
		band = 0 // that an indication may lie elsewhere is said by its layer, once
	}
	out := newFinding(rule, f, m)
	out.DistanceM = f.edgeM()
	half, known := f.halfWidth()
	if known && half > 0 {
		out.note("centreline", fmt.Sprintf("自中心线估算：中心线距离 %.2f m，减半宽 %.2f m", f.DistanceM, half),
			fmt.Sprintf("estimated from the centreline: %.2f m from it, less %.2f m half width", f.DistanceM, half))
	}
	sure := false // whether the relation holds wherever within its accuracy the feature lies
	switch {
	case rule.Relation == DWithin && rule.MeasuredFrom == "edge" && !known:
		// Wherever its edge is, a line is no narrower than its centreline.
		out.note("no-width", "中心线没有半宽，边缘位置未知", "the centreline has no half width, so that its edge is not known")
		sure = out.DistanceM+accuracy < rule.DistanceM
		out.Relation = "within_distance"
		if out.DistanceM >= rule.DistanceM+defaultHalfM+band {
			return out, false
		}
	case rule.Relation == DWithin:
		// A shape moved by its accuracy comes nearer or goes farther by as much.
		sure = out.DistanceM+accuracy < rule.DistanceM || f.hit() && f.DepthM >= accuracy
		out.Relation = "within_distance"
		if out.DistanceM >= rule.DistanceM+band {
			return out, false
		}
	case f.hit():
		out.Relation = "overlaps"
		sure = f.DepthM >= accuracy
	case f.DistanceM == 0:
		out.Relation = "touches"
		if sure = accuracy == 0; sure {
			out.Verdict = Advisory // surely no overlap
		}
	case out.DistanceM <= band:
		out.Relation = "within_accuracy"
	default:
		return out, false
	}
	out.settle(sure, f, accuracy)
	return out, true
}

// doubt marks a finding of a rule of which it is not known whether it is about
// the feature.
func (out *Finding) doubt(rule Rule, f FeatureMeasure) {
	out.Counts = atMost(out.Counts, Incomplete)
	for _, name := range cql.Properties(rule.filter) {
		if f.Values[name] == nil {
			out.note("unknown-property", "要素缺少属性 "+name+"，不能确定规则是否适用", "the feature has no value for "+name+", so that it is not known whether the rule applies")
		}
	}
}

// settle decides what the finding counts as. Only a finding that is certain
// counts in full.
func (out *Finding) settle(sure bool, f FeatureMeasure, accuracy float64) {
	switch {
	case f.indicative():
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
		AccuracyM: f.finiteAccuracy(), GeometrySource: f.text("geometry_source"),
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
