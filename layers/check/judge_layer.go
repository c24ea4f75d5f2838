package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"planatlas/layers"
)

// judgeLayer says what was found in a layer, and whether the layer has a gap: its
// data cannot answer for the whole site, whatever was found.
func judgeLayer(need Need, site Site, m SiteMeasure, x Measurement, on time.Time) LayerLine {
	l := need.Layer
	line := LayerLine{Layer: l.ID, Title: l.Title, Required: l.Required, Revision: x.Version.Revision,
		DataDate: l.Source.Date, Source: l.Source.Name, Credit: l.Source.Attribution}
	if l.Delivery != nil {
		line.Version, line.LegalEffect = l.Delivery.Version, l.LegalEffect
	}
	_, lacks := unmeasured(need, x)
	if x.Measured && lacks {
		x.Measured, x.Reason = false, zoneMissing()
	}
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
	line.gap, line.expired = missing != (layers.Text{}) || line.Outcome == NoData, !l.Coverage.Covers(on)
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
	case l.Required && x.Version.Revision > 0 && x.Nearest == nil && len(x.Features) == 0: // it was emptied, or all of it expired
		return layers.Text{ZH: "图层没有任何有效要素", EN: "the layer holds no feature that is in force"}
	case x.Unlocated > 0:
		return layers.Text{ZH: fmt.Sprintf("图层有 %d 个要素没有位置", x.Unlocated), EN: fmt.Sprintf("%d features of the layer have no place", x.Unlocated)}
	}
	return layers.Text{}
}

// unruled marks a layer about which the rules do not say what the law is on that day:
// the site meets a statutory feature of which no rule in force speaks, or the law's
// distances from such features are not among the rules in force. What a plan asks for
// is no law, unless it is to lie inside.
func (line *LayerLine) unruled(rules []*Rule, l *layers.Layer, x Measurement, on time.Time) {
	var law []*Rule
	for _, r := range rules {
		if r.Layer == l.ID && (r.Basis != "plan" || r.Relation == OutsideOf) && r.InForce(on) {
			law = append(law, r)
		}
	}
	found := slices.ContainsFunc(x.Features, func(f FeatureMeasure) bool {
		return f.hit() && f.statutory(l) && !slices.ContainsFunc(law, func(r *Rule) bool { return r.applies(f) != notAbout })
	})
	var lapsed []*Rule
	if len(law) == 0 {
		for _, r := range rules {
			if r.Layer == l.ID && r.Basis != "plan" {
				lapsed, found = append(lapsed, r), found || r.Relation == DWithin || r.Relation == OutsideOf
			}
		}
	}
	if line.Outcome == NotChecked || !found {
		return
	}
	line.Unruled = true
	missing := layers.Text{ZH: "检查日期没有关于所涉法定要素的现行法律规则", EN: "no rule of law in force on the day of the check speaks of the statutory features here"}
	for _, r := range lapsed {
		missing.ZH += "；规则 " + r.ID + " 自 " + string(r.ValidFrom) + " 起施行"
		missing.EN += "; rule " + r.ID + " holds from " + string(r.ValidFrom)
		if r.ValidTo != "" {
			missing.ZH += "，至 " + string(r.ValidTo) + " 止"
			missing.EN += " until " + string(r.ValidTo)
		}
	}
	line.Reason = join(line.Reason, missing)
}

// statutory reports whether the feature is drawn by law, as it says or else as its
// layer says.
func (f FeatureMeasure) statutory(l *layers.Layer) bool {
	return cmp.Or(layers.LegalEffect(f.text("legal_effect")), l.LegalEffect) == layers.Statutory
}
