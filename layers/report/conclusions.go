package report

import (
	"fmt"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"
)

// conclusions are 综合结论 and the conclusions that lead to it: of the three lines,
// of other control lines and distances of the law, and of plans.
func (r *Report) conclusions() section {
	all := table{Head: []column{{r.name("结论", "Conclusion"), 0.24, false}, {r.name("判定", "Verdict"), 0.15, false}, {r.name("依据", "Because"), 0.61, false}}}
	lines := func(l check.LayerLine) bool { return slices.Contains(threeLineLayers(), l.Layer) }
	group := func(zh, en string, of func(check.Finding) bool, layer func(check.LayerLine) bool) {
		verdict, why := r.conclude(of, layer)
		all.Rows = append(all.Rows, row{Cells: []cell{strong(r.name(zh, en)), r.verdictCell(verdict), words(why)}})
	}
	isLine := func(f check.Finding) bool { return slices.Contains(threeLineLayers(), f.Layer) }
	group("三线结论", "Three lines", func(f check.Finding) bool { return isLine(f) && f.Basis == "statute" }, lines)
	group("其他控制线结论", "Other control lines", func(f check.Finding) bool { return !isLine(f) && f.Basis == "statute" },
		func(l check.LayerLine) bool { return !lines(l) && (l.Required || l.Outcome == check.NotChecked) })
	group("专项规划结论", "Plans and local rules", func(f check.Finding) bool { return f.Basis != "statute" },
		func(check.LayerLine) bool { return false })
	all.Rows = append(all.Rows, row{Cells: []cell{strong(r.name("综合结论", "Overall")), r.verdictCell(r.answer.Verdict), words(r.o.Lang.text(r.answer.Summary))}})
	return section{Title: r.name("综合结论", "Conclusions"), Blocks: []block{tableBlock(all), noteBlock(plain, r.say(
		"判定由重到轻：禁止、受限、不完整、提示、未见冲突。位置精度之内的发现最多计为不完整，示意图形最多计为提示；“不完整”不是符合。",
		"Verdicts, worst first: prohibited, restricted, incomplete, advisory, clear. What lies within the positional accuracy counts as incomplete at most, an indicative outline as advisory at most; incomplete is not a clearance."))}}
}

// conclude draws the conclusion of a group of findings and layers: the worst that a
// finding counts as, and at best incomplete when a layer that is needed cannot answer.
func (r *Report) conclude(of func(check.Finding) bool, layer func(check.LayerLine) bool) (check.Verdict, string) {
	verdict := check.AllClear
	worse := func(v check.Verdict) {
		if v.Severity() < verdict.Severity() {
			verdict = v
		}
	}
	counted := map[check.Verdict][]layers.Text{}
	for _, f := range r.answer.Findings {
		if !of(f) {
			continue
		}
		worse(f.Counts)
		name := r.featureName(f)
		label := layers.Text{ZH: name.ZH + "（" + f.Rule + "）", EN: name.EN + " (" + f.Rule + ")"}
		if !slices.Contains(counted[f.Counts], label) {
			counted[f.Counts] = append(counted[f.Counts], label)
		}
	}
	var unchecked, gaps []layers.Text
	for _, l := range r.answer.Layers {
		switch {
		case !layer(l):
		case l.Outcome == check.NotChecked:
			unchecked = append(unchecked, l.Title)
			worse(check.Incomplete)
		case l.Required && hasGap(l):
			gaps = append(gaps, l.Title)
			worse(check.Incomplete)
		}
	}
	var lines []string
	add := func(lead layers.Text, names []layers.Text) {
		if len(names) > 0 {
			lines = append(lines, r.listed(lead, names))
		}
	}
	for _, v := range []check.Verdict{check.Prohibited, check.Restricted, check.Incomplete, check.Advisory} {
		word, _ := verdictWord(v)
		add(word, counted[v])
	}
	add(layers.Text{ZH: "未检查", EN: "NOT CHECKED"}, unchecked)
	add(layers.Text{ZH: "必需数据缺失或不完整，不得视为不涉及", EN: "Required data are missing or not complete, not a clearance"}, gaps)
	if len(lines) == 0 {
		lines = []string{r.say("所查规则和图层均未见冲突", "no rule and no layer that was looked at is in conflict")}
	}
	return verdict, strings.Join(lines, "\n")
}

// hasGap tells whether the layer's data cannot answer for the whole site. Of a layer
// in which something was found, the reason says no more than that.
func hasGap(l check.LayerLine) bool {
	switch l.Outcome {
	case check.Clear:
		return false
	case check.Hit:
		return l.Reason != layers.Text{}
	case check.Touches:
		return strings.Contains(l.Reason.ZH, "；") // behind that the boundaries meet
	}
	return true
}

// listed writes a lead and names behind it. Many names are counted.
func (r *Report) listed(lead layers.Text, names []layers.Text) string {
	const most = 6
	var zh, en []string
	for _, n := range names[:min(most, len(names))] {
		zh, en = append(zh, n.ZH), append(en, n.EN)
	}
	tail := layers.Text{ZH: "。", EN: "."}
	if len(names) > most {
		tail = layers.Text{ZH: fmt.Sprintf("等%d项。", len(names)), EN: fmt.Sprintf(" and others, %d in all.", len(names))}
	}
	return r.say(lead.ZH+"："+strings.Join(zh, "、")+tail.ZH, lead.EN+": "+strings.Join(en, ", ")+tail.EN)
}

// featureName names a finding's feature. That of a layer that is not public has no
// name here.
func (r *Report) featureName(f check.Finding) layers.Text {
	if f.FeatureName != (layers.Text{}) {
		return f.FeatureName
	}
	for _, l := range r.answer.Layers {
		if l.Layer == f.Layer {
			return l.Title
		}
	}
	return layers.Text{ZH: f.Layer, EN: f.Layer}
}
