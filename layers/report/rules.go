package report

import (
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"
)

// ruled are the findings of one rule.
type ruled struct {
	rule     check.Finding // the first of them, for what the rule says
	findings []check.Finding
}

// byRule groups the findings by rule, in their order.
func (r *Report) byRule() []ruled {
	var out []ruled
	for _, f := range r.answer.Findings {
		i := slices.IndexFunc(out, func(g ruled) bool {
			return g.rule.Rule == f.Rule && g.rule.Verdict == f.Verdict && g.rule.Text == f.Text
		})
		if i < 0 {
			out = append(out, ruled{rule: f})
			i = len(out) - 1
		}
		out[i].findings = append(out[i].findings, f)
	}
	return out
}

// rules are the rules that fired, one by one: what each says, and where it fired.
func (r *Report) rules() section {
	s := section{Title: r.name("规则逐条核查", "Rules that fired")}
	groups := r.byRule()
	if len(groups) == 0 {
		s.Blocks = []block{noteBlock(plain, r.say("没有规则触发。这不改变未检查和无数据图层的判定。", "No rule fired. That changes nothing for layers that were not checked or have no data."))}
		return s
	}
	for _, g := range groups {
		s.Blocks = append(s.Blocks, tableBlock(r.ruleTable(g.rule)), tableBlock(r.findingTable(g.findings)))
	}
	s.Blocks = append(s.Blocks, noteBlock(plain, r.say("各要素面积可以互相重叠，不相加；图层合计见“图层核查情况”。小于0.01 m²或平均宽小于0.001 m的重叠视为计算误差，小于1 m²且宽小于0.1 m的列为疑似套合误差。",
		"Areas of features may overlap and do not add up; the layer's union is in the table of layers. An overlap under 0.01 m² or 0.001 m wide is noise of arithmetic; under 1 m² and 0.1 m wide it is listed as a probable sliver of two drawings.")))
	return s
}

// ruleTable says what a rule says.
func (r *Report) ruleTable(f check.Finding) table {
	rows := []row{
		{Cells: []cell{strong(r.name("规则结论", "Verdict")), r.verdictCell(f.Verdict)}},
		fact(r.name("法律依据", "Law"), strings.TrimSpace(f.Law+" "+f.Article)+"\n"+r.o.Lang.label(basisWord(f.Basis))+r.basisOf(f)),
		fact(r.name("条文", "Text"), r.o.Lang.text(f.Text)),
	}
	optional := func(name, value string) {
		if value != "" {
			rows = append(rows, fact(name, value))
		}
	}
	optional(r.name("须取得", "Requires"), r.o.Lang.text(f.Requires))
	optional(r.name("例外及批准", "Exemptions"), r.exemptions(f.Exemptions))
	optional(r.name("决定机关", "Authority"), r.o.Lang.text(f.Authority))
	optional(r.name("取决于", "Depends on"), r.dependsOn(f.DependsOn))
	rows = append(rows, fact(r.name("条文核对", "Wording"), r.verified(f)))
	return facts(f.Rule+"  "+r.layerName(f.Layer), rows...)
}

func (r *Report) basisOf(f check.Finding) string {
	switch f.VerdictBasis {
	case "inferred":
		return r.say("；结论由条文推定，最多计为提示", "; the verdict is inferred and counts as advice at most")
	case "stated":
		return r.say("；结论为条文明示", "; the verdict is stated")
	}
	return ""
}

func (r *Report) verified(f check.Finding) string {
	said := r.say("未经核对原文，引用前须查证", "NOT verified in the text of the law; look it up before it is relied on")
	if f.Verified {
		said = r.say("已核对原文", "verified in the text of the law")
	}
	if f.Source != "" {
		said += "\n" + f.Source
	}
	return said
}

func (r *Report) exemptions(all []check.Exemption) string {
	var lines []string
	for _, e := range all {
		parts := []layers.Text{e.For, e.Approval, e.Authority}
		var zh, en []string
		for i, p := range parts {
			if p == (layers.Text{}) {
				continue
			}
			zh = append(zh, []string{"", "批准：", "机关："}[i]+p.ZH)
			en = append(en, []string{"", "approval: ", "by: "}[i]+p.EN)
		}
		lines = append(lines, r.say("· "+strings.Join(zh, "；"), "· "+strings.Join(en, "; ")))
	}
	return strings.Join(lines, "\n")
}

func (r *Report) dependsOn(names []string) string {
	var titles []layers.Text
	for _, n := range names {
		titles = append(titles, attribute(n).Title)
	}
	if len(titles) == 0 {
		return ""
	}
	return r.list(titles)
}

func (r *Report) layerName(id string) string {
	for _, l := range r.answer.Layers {
		if l.Layer == id {
			return r.o.Lang.label(l.Title)
		}
	}
	return id
}

// findingTable says where a rule fired.
func (r *Report) findingTable(findings []check.Finding) table {
	t := table{Small: true, Head: append(append([]column{r.column("要素", "Feature", 0.19, false), r.column("关系", "Relation", 0.09, false),
		r.column("计为", "Counts as", 0.11, false)}, r.areaColumns(0.33)...),
		r.column("距离 m", "Distance m", 0.09, true), r.column("说明", "Notes", 0.19, false))}
	for _, f := range findings {
		_, loud := verdictWord(f.Counts)
		if loud == blue || loud == green {
			loud = plain
		}
		cells := []cell{words(r.o.Lang.text(r.featureName(f))), words(r.o.Lang.text(relationWord(f.Relation)) + "\n" + r.o.Lang.text(certaintyWord(f.Certainty))), r.verdictCell(f.Counts)}
		cells = append(append(cells, r.findingAmount(f).cells()...), r.distanceCell(f), words(r.findingNotes(f)))
		t.Rows = append(t.Rows, row{Cells: cells, Tone: loud})
	}
	return t
}

// findingAmount is the area that a finding is about: of a rule on being inside, the
// part outside.
func (r *Report) findingAmount(f check.Finding) amounts {
	if f.InsideM2 != nil && f.OutsideM2 != nil {
		return balanced([]float64{*f.InsideM2, *f.OutsideM2}, r.answer.Site.Area.M2)[1]
	}
	if f.Overlap == nil {
		return unknownAmount()
	}
	return overlapAmount(*f.Overlap)
}

// distance is the distance of a finding; nil for a layer that is not public, of which
// earlier answers said 0.
func (r *Report) distance(f check.Finding) *float64 {
	if r.redacted(f) {
		return nil
	}
	return f.DistanceM
}

func (r *Report) distanceCell(f check.Finding) cell {
	if d := r.distance(f); d != nil {
		return metres(*d)
	}
	return noNumber()
}

func (r *Report) redacted(f check.Finding) bool {
	return slices.ContainsFunc(f.Notes, func(n check.Notice) bool { return n.Code == "redacted" })
}

func (r *Report) findingNotes(f check.Finding) string {
	var lines []string
	if f.LengthM > 0 {
		lines = append(lines, r.say("线在地块内长 "+printed(f.LengthM, decimalsM)+" m", printed(f.LengthM, decimalsM)+" m of the line inside the site"))
	}
	for _, n := range f.Notes {
		if n.Code != "unverified" && n.Code != "inferred" { // said of the rule
			lines = append(lines, r.say(n.ZH, n.EN))
		}
	}
	if f.Citation != nil {
		lines = append(lines, r.name("规划", "Plan")+" "+f.Citation.Plan+"："+f.Citation.Quote)
	}
	return strings.Join(lines, "\n")
}

// distances are the findings of rules on a distance.
func (r *Report) distances() section {
	t := table{Small: true, Head: []column{r.column("规则", "Rule", 0.15, false), r.column("设施", "Facility", 0.22, false), r.column("距离 m", "Distance m", 0.12, true),
		r.column("限值 m", "Threshold m", 0.12, true), r.column("余量 m", "Margin m", 0.12, true), r.column("量测基准", "Measured from", 0.12, false), r.column("计为", "Counts as", 0.15, false)}}
	for _, f := range r.answer.Findings {
		if f.ThresholdM <= 0 {
			continue
		}
		margin := noNumber()
		if d := r.distance(f); d != nil {
			margin = metres(*d - f.ThresholdM)
		}
		_, loud := verdictWord(f.Counts)
		if loud == blue {
			loud = plain
		}
		t.Rows = append(t.Rows, row{Tone: loud, Cells: []cell{words(f.Rule), words(r.o.Lang.text(r.featureName(f))), r.distanceCell(f), metres(f.ThresholdM), margin,
			words(r.o.Lang.text(edgeWord(f.MeasuredFrom))), r.verdictCell(f.Counts)}})
	}
	if len(t.Rows) == 0 {
		return section{}
	}
	return section{Title: r.name("距离规则", "Distance rules"), Blocks: []block{tableBlock(t), noteBlock(plain, r.say(
		"距离为椭球面上的测地距离，自所注基准量起；负余量表示小于法定距离。只有中心线的设施按中心线减半宽估算。",
		"Distances are geodesic, from the edge that is named; a negative margin is nearer than the law allows. Of a facility with only a centreline, its half width is taken off."))}}
}
