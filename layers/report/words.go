package report

import (
	"planatlas/layers"
	"planatlas/layers/check"
)

// verdictWord names a verdict and says how loud it is.
func verdictWord(v check.Verdict) (layers.Text, tone) {
	switch v {
	case check.Prohibited:
		return layers.Text{ZH: "禁止", EN: "Prohibited"}, red
	case check.Restricted:
		return layers.Text{ZH: "受限", EN: "Restricted"}, amber
	case check.Incomplete:
		return layers.Text{ZH: "不完整", EN: "Incomplete"}, grey
	case check.Advisory:
		return layers.Text{ZH: "提示", EN: "Advisory"}, blue
	case check.AllClear:
		return layers.Text{ZH: "未见冲突", EN: "Clear"}, green
	}
	return layers.Text{ZH: "不明（" + string(v) + "）", EN: "Unknown (" + string(v) + ")"}, grey
}

func (r *Report) verdictCell(v check.Verdict) cell {
	word, t := verdictWord(v)
	return badge(r.o.Lang.text(word), t)
}

// outcomeWord names what was found in a layer. A hit has the colour of the worst that
// a finding there counts as; what was not checked is no quieter.
func (r *Report) outcomeWord(l check.LayerLine) (layers.Text, tone) {
	switch l.Outcome {
	case check.Hit:
		worst := check.Advisory
		for _, f := range r.answer.Findings {
			if f.Layer == l.Layer && f.Counts.Severity() < worst.Severity() {
				worst = f.Counts
			}
		}
		_, t := verdictWord(worst)
		return layers.Text{ZH: "涉及", EN: "Hit"}, t
	case check.Touches:
		return layers.Text{ZH: "相邻", EN: "Touches"}, blue
	case check.Clear:
		return layers.Text{ZH: "不涉及", EN: "Clear"}, green
	case check.NoData:
		return layers.Text{ZH: "无数据", EN: "No data"}, grey
	}
	return layers.Text{ZH: "未检查", EN: "NOT CHECKED"}, ink
}

func certaintyWord(c check.Certainty) layers.Text {
	switch c {
	case check.Certain:
		return layers.Text{ZH: "确定", EN: "certain"}
	case check.WithinAccuracy:
		return layers.Text{ZH: "精度之内", EN: "within accuracy"}
	case check.IndicativeOnly:
		return layers.Text{ZH: "示意", EN: "indicative"}
	}
	return layers.Text{ZH: string(c), EN: string(c)}
}

func relationWord(relation string) layers.Text {
	zh, ok := map[string]string{"overlaps": "重叠", "touches": "相邻", "within": "位于其内", "outside": "位于其外",
		"within_distance": "距离内", "within_accuracy": "精度之内"}[relation]
	if !ok {
		zh = relation
	}
	en, ok := map[string]string{"within_distance": "within distance", "within_accuracy": "within accuracy"}[relation]
	if !ok {
		en = relation
	}
	return layers.Text{ZH: zh, EN: en}
}

func edgeWord(from string) layers.Text {
	switch from {
	case "edge":
		return layers.Text{ZH: "外缘", EN: "edge"}
	case "centreline":
		return layers.Text{ZH: "中心线", EN: "centreline"}
	case "polygon":
		return layers.Text{ZH: "范围线", EN: "outline"}
	}
	return layers.Text{ZH: from, EN: from}
}

func basisWord(basis string) layers.Text {
	switch basis {
	case "statute":
		return layers.Text{ZH: "法律法规", EN: "statute"}
	case "plan":
		return layers.Text{ZH: "规划", EN: "plan"}
	case "local":
		return layers.Text{ZH: "地方规定", EN: "local rule"}
	}
	return layers.Text{ZH: basis, EN: basis}
}

// The layers of the three lines (三区三线).
const (
	redLine  = "ecological_protection_red_line"
	farmland = "permanent_basic_farmland"
	boundary = "urban_development_boundary"
)

func threeLineLayers() []string { return []string{redLine, farmland, boundary} }

func lineTitle(layer string) layers.Text {
	return map[string]layers.Text{
		redLine:  {ZH: "生态保护红线", EN: "Ecological protection red line"},
		farmland: {ZH: "永久基本农田", EN: "Permanent basic farmland"},
		boundary: {ZH: "城镇开发边界", EN: "Urban development boundary"},
	}[layer]
}
