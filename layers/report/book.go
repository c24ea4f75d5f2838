package report

import (
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"
)

// sheet is a sheet of the workbook.
type sheet struct {
	Name      string
	Blocks    []block
	Landscape bool
	Across    int       // pages side by side; 1 when zero
	Widths    []float64 // of the columns, in characters
}

// book lays out the workbook. Its tables are those of the other forms; the rules are
// one row a finding, and the boundary points are complete.
func (r *Report) book(points table) []sheet {
	narrow := []float64{22, 13, 13, 13, 13, 10, 26, 15}
	tables := func(sections ...section) []block {
		var out []block
		for _, s := range sections {
			if len(s.Blocks) == 0 {
				continue
			}
			out = append(out, headBlock(s.Title))
			for _, b := range s.Blocks {
				if b.Table != nil || b.Note != nil {
					out = append(out, b)
				}
			}
		}
		return out
	}
	title := func(zh, en string) string { return r.name(zh, en) }
	summary := []block{headBlock(r.title + "\n" + r.subject)}
	if r.warning != "" {
		summary = append(summary, noteBlock(red, r.warning))
	}
	return []sheet{
		{Name: title("概况", "Overview"), Blocks: append(summary, tables(r.project(), r.trace())...), Widths: narrow},
		{Name: title("结论", "Conclusions"), Blocks: tables(r.conclusions(), r.threeLines(), r.questions(), r.remainder()), Widths: narrow},
		{Name: title("规则", "Rules"), Blocks: []block{tableBlock(r.flatRules())}, Landscape: true, Across: 3,
			Widths: []float64{16, 16, 22, 26, 11, 11, 11, 10, 10, 13, 11, 11, 9, 11, 10, 13, 13, 18, 40, 26, 34, 18, 22, 34}},
		{Name: title("图层", "Layers"), Blocks: tables(r.layerTable(), r.distances()), Landscape: true, Widths: []float64{26, 16, 14, 12, 12, 10, 14, 14, 44}},
		{Name: title("规则清单", "All rules"), Blocks: []block{tableBlock(r.ruleList())}, Widths: []float64{24, 30, 10, 14, 14, 12}},
		{Name: title("界址点", "Points"), Blocks: []block{tableBlock(points)}, Widths: []float64{9, 8, 8, 16, 17, 17, 16, 13}},
		{Name: title("数据来源", "Sources"), Blocks: tables(r.sources()), Widths: []float64{34, 16, 14, 60}},
	}
}

func headBlock(text string) block { return block{Note: &note{Text: text, Head: true}} }

// flatRules are the findings, one row each, with all that is said of their rules.
func (r *Report) flatRules() table {
	head := []layers.Text{{ZH: "规则", EN: "Rule"}, {ZH: "图层", EN: "Layer"}, {ZH: "要素", EN: "Feature"}, {ZH: "法律依据", EN: "Law"}, {ZH: "规则结论", EN: "Verdict"},
		{ZH: "计为", EN: "Counts as"}, {ZH: "确定性", EN: "Certainty"}, {ZH: "关系", EN: "Relation"}, {ZH: "基准", EN: "Measured from"}, {ZH: "m²", EN: "m²"}, {ZH: "公顷", EN: "ha"}, {ZH: "亩", EN: "mu"},
		{ZH: "%", EN: "%"}, {ZH: "距离 m", EN: "Distance m"}, {ZH: "限值 m", EN: "Threshold m"}, {ZH: "界内 m²", EN: "Inside m²"}, {ZH: "界外 m²", EN: "Outside m²"},
		{ZH: "条款", EN: "Article"}, {ZH: "条文", EN: "Text"}, {ZH: "须取得", EN: "Requires"}, {ZH: "例外及批准", EN: "Exemptions"}, {ZH: "决定机关", EN: "Authority"}, {ZH: "条文核对", EN: "Wording"}, {ZH: "说明", EN: "Notes"}}
	t := table{Small: true}
	for _, h := range head {
		t.Head = append(t.Head, column{Title: r.o.Lang.label(h), Width: 1 / float64(len(head))})
	}
	for _, f := range r.answer.Findings {
		threshold, inside, outside := words(""), words(""), words("")
		if f.ThresholdM > 0 {
			threshold = metres(f.ThresholdM)
		}
		if f.InsideM2 != nil && f.OutsideM2 != nil {
			parts := balanced([]float64{*f.InsideM2, *f.OutsideM2}, r.answer.Site.Area.M2)
			inside, outside = number(parts[0].M2, decimalsM2), number(parts[1].M2, decimalsM2)
		}
		cells := []cell{words(f.Rule), words(r.layerName(f.Layer)), words(r.o.Lang.label(r.featureName(f))), words(f.Law), r.verdictCell(f.Verdict), r.verdictCell(f.Counts),
			words(r.o.Lang.label(certaintyWord(f.Certainty))), words(r.o.Lang.label(relationWord(f.Relation))), words(r.o.Lang.label(edgeWord(f.MeasuredFrom)))}
		cells = append(append(cells, r.findingAmount(f).cells()...), r.distanceCell(f), threshold, inside, outside, words(f.Article), words(r.o.Lang.text(f.Text)),
			words(r.o.Lang.text(f.Requires)), words(r.exemptions(f.Exemptions)), words(r.o.Lang.text(f.Authority)), words(r.verified(f)), words(r.findingNotes(f)))
		t.Rows = append(t.Rows, row{Cells: cells})
	}
	return t
}

// ruleList is what every rule in force came to, whether or not it fired.
func (r *Report) ruleList() table {
	t := table{Small: true, Head: []column{r.column("规则", "Rule", 0.24, false), r.column("图层", "Layer", 0.24, false),
		r.column("适用", "Applies", 0.13, false), r.column("结果", "Outcome", 0.13, false), r.column("最近 m", "Nearest m", 0.14, true), r.column("限值 m", "Threshold m", 0.12, true)}}
	for _, l := range r.answer.Rules {
		nearest, threshold := noNumber(), noNumber()
		switch {
		case l.NearestM != nil:
			nearest = metres(*l.NearestM)
		case l.FartherThanM > 0:
			nearest = cell{Text: "> " + printed(l.FartherThanM, decimalsM), Right: true}
		}
		if l.ThresholdM > 0 {
			threshold = metres(l.ThresholdM)
		}
		outcome, tone := r.ruleOutcome(l), plain
		if l.Applies == check.AppliesNo {
			outcome = words(dash)
		} else if l.Outcome == check.NotChecked || l.Outcome == check.NoData {
			tone = grey
		}
		t.Rows = append(t.Rows, row{Tone: tone, Cells: []cell{words(l.Rule), words(strings.ReplaceAll(r.layerName(l.Layer), "\n", " ")), words(r.o.Lang.label(appliesWord(l.Applies))), outcome, nearest, threshold}})
	}
	return t
}

// ruleOutcome is what a rule came to, in the colour of the worst that its findings
// count as.
func (r *Report) ruleOutcome(l check.RuleLine) cell {
	word, t := r.outcomeWord(check.LayerLine{Outcome: l.Outcome})
	for _, f := range r.answer.Findings {
		if _, loud := verdictWord(f.Counts); l.Outcome == check.Hit && f.Rule == l.Rule {
			return badge(r.o.Lang.text(word), loud) // the worst comes first
		}
	}
	return badge(r.o.Lang.text(word), t)
}

func appliesWord(a check.Applies) layers.Text {
	switch a {
	case check.AppliesYes:
		return layers.Text{ZH: "是", EN: "yes"}
	case check.AppliesNo:
		return layers.Text{ZH: "否", EN: "no"}
	case check.AppliesDepends:
		return layers.Text{ZH: "待定", EN: "depends"}
	}
	return layers.Text{ZH: string(a), EN: string(a)}
}

// inForce is the section of every rule in force.
func (r *Report) inForce() section {
	if len(r.answer.Rules) == 0 {
		return section{}
	}
	return section{Title: r.name("当日有效的全部规则", "Every rule in force that day"), Blocks: []block{tableBlock(r.ruleList())}}
}
