package report

import (
	"cmp"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"
)

// layerTable is what was found in every layer. What was not checked comes first,
// as loud as a hit.
func (r *Report) layerTable() section {
	t := table{Small: true, BelowTitle: r.say("说明", "Why"), Head: append(append([]column{r.column("图层", "Layer", 0.28, false), r.column("结果", "Outcome", 0.11, false)}, r.areaColumns(0.34)...),
		r.column("最近 m", "Nearest m", 0.11, true), r.column("数据", "Data", 0.16, false))}
	for _, l := range r.loudFirst() {
		area := r.layerAmount(l)
		nearest := noNumber()
		if l.NearestM != nil {
			nearest = metres(*l.NearestM)
		}
		title := r.o.Lang.text(l.Title)
		if l.Required {
			title += "  *" + r.name("必需", "required")
		}
		cells := append([]cell{words(title), r.outcomeCell(l)}, area.cells()...)
		t.Rows = append(t.Rows, row{Cells: append(cells, nearest, words(r.version(l, " "))), Below: r.o.Lang.text(l.Reason), Tone: r.outcomeTone(l)})
	}
	return section{Title: r.name("图层核查情况", "Layers"), Blocks: []block{tableBlock(t), noteBlock(plain, r.say(
		"面积为图层全部要素合并后与地块的重叠，不重复计算；“—”表示不知道，不是零。未检查、无数据均不等于不涉及。",
		"Areas are those of all features of the layer together, nothing counted twice; — is not known, which is not zero. Not checked and no data do not mean not affected."))}}
}

// loudFirst are the layers: not checked, hit, no data, touching, clear.
func (r *Report) loudFirst() []check.LayerLine {
	order := []check.Outcome{check.NotChecked, check.Hit, check.NoData, check.Touches, check.Clear}
	lines := slices.Clone(r.answer.Layers)
	slices.SortStableFunc(lines, func(a, b check.LayerLine) int { return slices.Index(order, a.Outcome) - slices.Index(order, b.Outcome) })
	return lines
}

// questions are what was not said of the project, and what each reply would mean.
func (r *Report) questions() section {
	s := section{Title: r.name("待答问题", "Open questions")}
	for _, q := range r.answer.Questions {
		t := table{Title: r.o.Lang.text(q.Text), Head: []column{{r.name("回答", "Reply"), 0.46, false}, {r.name("所涉规则的最重结论", "Worst verdict"), 0.27, false}, {r.name("计为", "Counts as"), 0.27, false}}}
		for _, reply := range q.Replies {
			title := r.o.Lang.text(reply.Title)
			if title == "" {
				title = r.value(attribute(q.Attribute), reply.Value)
			}
			t.Rows = append(t.Rows, row{Cells: []cell{words(title), r.verdictCell(reply.Verdict), r.verdictCell(cmp.Or(reply.Counts, reply.Verdict))}})
		}
		s.Blocks = append(s.Blocks, tableBlock(t), noteBlock(plain, r.name("相关规则", "Rules that ask")+"："+strings.Join(q.Rules, "、")))
	}
	return s
}

// remainder is what is left of the site when all that is prohibited for certain is
// taken away.
func (r *Report) remainder() section {
	s := section{Title: r.name("可用余地", "Remainder of the site")}
	left := r.answer.Remainder
	if left == nil {
		return section{}
	}
	whole := r.answer.Site.Area.M2
	parts := balanced([]float64{max(0, whole-left.Area.M2), left.Area.M2}, whole)
	t := table{Head: append([]column{{"", 0.34, false}}, r.areaColumns(0.66)...)}
	for i, name := range []string{r.name("确定禁止的部分", "Prohibited for certain"), r.name("余下部分", "Remainder")} {
		t.Rows = append(t.Rows, row{Cells: append([]cell{strong(name)}, parts[i].cells()...), Tone: []tone{red, green}[i]})
	}
	total := amount(r.answer.Site.Area.Measure, 1)
	t.Rows = append(t.Rows, row{Cells: append([]cell{strong(r.name("合计（已调平）", "Total (balanced)"))}, total.cells()...)})
	s.Blocks = []block{tableBlock(t), noteBlock(plain, r.say("余下部分只扣除了确定禁止的范围，不表示其余规则已经满足。",
		"Only what is prohibited for certain was taken away; the other rules still hold for the remainder."))}
	return s
}

// sources are the data that the answer and its maps rest on.
func (r *Report) sources() section {
	t := table{Title: r.name("图层", "Layers"), Head: []column{{r.name("图层", "Layer"), 0.40, false}, {r.name("数据日期", "Data of"), 0.2, false}, {r.name("版本", "Revision"), 0.15, true}, {r.name("必需", "Required"), 0.25, false}}}
	for _, l := range r.answer.Layers {
		date := string(l.DataDate)
		if date == "" {
			date = dash
		}
		t.Rows = append(t.Rows, row{Cells: []cell{words(r.o.Lang.label(l.Title)), words(date), number(printed(float64(l.Revision), 0), 0),
			words(map[bool]string{true: r.name("是", "yes"), false: r.name("否", "no")}[l.Required])}})
	}
	g := table{Title: r.name("所涉要素的图形来源", "Where the shapes of the features come from"),
		Head: []column{{r.name("要素", "Feature"), 0.26, false}, {r.name("精度", "Accuracy"), 0.14, true}, {r.name("来源", "Source"), 0.60, false}}}
	var seen []string
	for _, f := range r.answer.Findings {
		if key := f.Layer + "/" + f.Feature; f.GeometrySource != "" && !slices.Contains(seen, key) {
			seen = append(seen, key)
			accuracy := r.say("未知", "not known")
			if f.AccuracyM != nil {
				accuracy = r.accuracy(*f.AccuracyM)
			}
			g.Rows = append(g.Rows, row{Cells: []cell{words(r.o.Lang.label(r.featureName(f))), words(accuracy), words(f.GeometrySource)}})
		}
	}
	s := section{Title: r.name("数据来源", "Sources of the data"), Blocks: []block{tableBlock(t)}}
	if len(g.Rows) > 0 {
		s.Blocks = append(s.Blocks, tableBlock(g))
	}
	if len(r.o.Base) > 0 {
		s.Blocks = append(s.Blocks, noteBlock(plain, r.baseSources()))
	}
	return s
}

// baseSources says from where the base map comes.
func (r *Report) baseSources() string {
	var all []string
	for _, b := range r.o.Base {
		if b.Source != "" && !slices.Contains(all, b.Source) {
			all = append(all, b.Source)
		}
	}
	slices.Sort(all)
	const most = 12
	tail := ""
	if len(all) > most {
		tail = r.say("；其余从略", "; and others")
		all = all[:most]
	}
	return r.name("底图要素（检查时的状态）来源", "Base map, as it was known at the time of the check") + "：" + strings.Join(all, "; ") + tail
}

// trace is by what the check can be found and repeated.
func (r *Report) trace() section {
	p := r.answer.Provenance
	rows := []row{
		fact(r.name("检查编号", "Check"), r.answer.ID),
		fact(r.name("检查时间", "Time"), china(r.answer.Created).Format("2006-01-02 15:04:05")+" "+r.say("（北京时间 UTC+8）", "(Beijing, UTC+8)")),
		fact(r.name("数据快照", "Snapshot"), p.Snapshot),
		fact(r.name("结果摘要", "Result SHA-256"), p.ResultSHA256),
		fact(r.name("规则集摘要", "Rules SHA-256"), p.RulesSHA256),
		fact(r.name("目录摘要", "Catalogue SHA-256"), p.CatalogSHA256),
		fact(r.name("软件", "Software"), p.Software),
	}
	if r.o.Address != "" {
		rows = append(rows, fact(r.name("存档地址", "Address"), r.o.Address))
	}
	t := facts("", rows...)
	t.Aside = r.qr
	return section{Title: r.name("可追溯信息", "How to find and repeat this check"), Blocks: []block{tableBlock(t)}}
}

// signatures is where people sign.
func (r *Report) signatures() section {
	fields := []layers.Text{{ZH: "编制", EN: "Prepared by"}, {ZH: "审核", EN: "Reviewed by"}, {ZH: "盖章", EN: "Stamp"}, {ZH: "日期", EN: "Date"}}
	var names []string
	for _, f := range fields {
		names = append(names, r.o.Lang.label(f))
	}
	return section{Title: r.name("签署", "Signatures"), Blocks: []block{{Sign: &signature{names}}}}
}
