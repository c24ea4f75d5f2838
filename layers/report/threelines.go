package report

import (
	"fmt"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"
)

// threeLines is 三线结论: whether and by how much the site meets the ecological
// protection red line, permanent basic farmland and the urban development boundary.
func (r *Report) threeLines() section {
	t := table{Small: true, Head: append(append([]column{r.column("控制线", "Line", 0.17, false), r.column("是否涉及", "Affected?", 0.11, false)},
		r.areaColumns(0.40)...), r.column("条款", "Clause", 0.20, false), r.column("数据版本", "Data", 0.12, false))}
	var sentences []string
	adjusted := false
	for _, id := range threeLineLayers() {
		line := r.layer(id)
		if id == boundary {
			rows, split := r.boundaryRows(line)
			adjusted = adjusted || split
			t.Rows = append(t.Rows, rows...)
		} else {
			t.Rows = append(t.Rows, r.lineRow(line))
		}
		sentences = append(sentences, r.sentence(line))
	}
	blocks := []block{tableBlock(t), noteBlock(plain, strings.Join(sentences, "\n"))}
	if adjusted {
		blocks = append(blocks, noteBlock(plain, r.say("已调平：城镇开发边界界内、界外面积与用地总面积在印出的位数上相等（最大余数法）；逐条规则的数各自四舍五入，末位可能相差1。",
			"Balanced: the areas inside and outside the urban development boundary add up, as printed, to the site's area (largest remainders); the numbers of single rules are rounded each on its own and may differ by one in the last digit.")))
	}
	return section{Title: r.name("三线结论", "The three lines"), Blocks: blocks}
}

// layer is the line of a layer; one that the answer does not know was not checked.
func (r *Report) layer(id string) check.LayerLine {
	for _, l := range r.answer.Layers {
		if l.Layer == id {
			l.Title = lineTitle(id)
			return l
		}
	}
	return check.LayerLine{Layer: id, Title: lineTitle(id), Reason: layers.Text{ZH: "图层未加载", EN: "the layer is not loaded"}}
}

func (r *Report) lineRow(l check.LayerLine) row {
	area := r.layerAmount(l)
	cells := append([]cell{strong(r.o.Lang.text(l.Title)), r.outcomeCell(l)}, area.cells()...)
	return row{Cells: append(cells, words(r.clauses(l.Layer)), words(r.version(l, "\n"))), Tone: r.outcomeTone(l)}
}

// outcomeTone is the colour of a layer's row.
func (r *Report) outcomeTone(l check.LayerLine) tone {
	_, t := r.outcomeWord(l)
	if t == blue || t == green {
		return plain
	}
	return t
}

func (r *Report) outcomeCell(l check.LayerLine) cell {
	word, t := r.outcomeWord(l)
	return badge(r.o.Lang.text(word), t)
}

// layerAmount is the area of a layer inside the site. Of the urban development
// boundary it is the part inside, as it is balanced with the part outside.
func (r *Report) layerAmount(l check.LayerLine) amounts {
	if l.Layer == boundary {
		if inside, outside, known := r.insideOutside(l); known {
			return balanced([]float64{inside, outside}, r.answer.Site.Area.M2)[0]
		}
	}
	if l.Overlap == nil {
		return unknownAmount()
	}
	return overlapAmount(*l.Overlap)
}

// boundaryRows are the parts of the site inside and outside the urban development
// boundary, which add up to the site.
func (r *Report) boundaryRows(l check.LayerLine) ([]row, bool) {
	inside, outside, known := r.insideOutside(l)
	areas := []amounts{unknownAmount(), unknownAmount()}
	if known {
		areas = balanced([]float64{inside, outside}, r.answer.Site.Area.M2)
	}
	mark := func(part float64, t tone) cell {
		switch {
		case !known:
			return r.outcomeCell(l)
		case part > 0:
			return badge(r.name("有", "yes"), t)
		}
		return words(r.name("无", "no"))
	}
	first := append([]cell{strong(r.o.Lang.text(l.Title) + "\n" + r.name("界内", "inside")), mark(inside, green)}, areas[0].cells()...)
	second := append([]cell{strong(r.o.Lang.text(l.Title) + "\n" + r.name("界外", "outside")), mark(outside, red)}, areas[1].cells()...)
	of := [2]tone{r.outcomeTone(l), r.outcomeTone(l)}
	if known {
		of = [2]tone{plain, map[bool]tone{true: red}[outside > 0]}
	}
	return []row{{Cells: append(first, words(r.clauses(l.Layer)), words(r.version(l, "\n"))), Tone: of[0]},
		{Cells: append(second, words(r.clauses(l.Layer)), words(r.version(l, "\n"))), Tone: of[1]}}, known
}

// insideOutside are the parts of the site inside and outside the urban development
// boundary: of a rule on it, or else by the layer's overlap.
func (r *Report) insideOutside(l check.LayerLine) (inside, outside float64, known bool) {
	for _, f := range r.answer.Findings {
		if f.Layer == l.Layer && f.InsideM2 != nil && f.OutsideM2 != nil {
			return *f.InsideM2, *f.OutsideM2, true
		}
	}
	if l.Overlap == nil || hasGap(l) { // what is not known to be inside need not be outside
		return 0, 0, false
	}
	return l.Overlap.M2, max(0, r.answer.Site.Area.M2-l.Overlap.M2), true
}

// clauses are where the rules stand that fired in a layer.
func (r *Report) clauses(layer string) string {
	var out []string
	for _, f := range r.answer.Findings {
		clause := f.Law + " " + f.Article
		if f.Layer == layer && f.Basis == "statute" && !slices.Contains(out, clause) {
			out = append(out, clause)
		}
	}
	if len(out) == 0 {
		return dash
	}
	return strings.Join(out, "\n")
}

func (r *Report) version(l check.LayerLine, between string) string {
	if l.DataDate == "" {
		return dash
	}
	return fmt.Sprintf("%s"+between+"%s %d", l.DataDate, r.name("版本", "rev."), l.Revision)
}

// sentence says in words how the site lies to a line, as reviews of land use put it.
func (r *Report) sentence(l check.LayerLine) string {
	zh, en := l.Title.ZH, l.Title.EN
	reason := func(before, after, text string) string {
		if text == "" {
			return ""
		}
		return before + text + after
	}
	switch l.Outcome {
	case check.NotChecked:
		return r.say(zh+"：未检查"+reason("（", "）", l.Reason.ZH)+"，不得视为不涉及。", en+": NOT CHECKED"+reason(" (", ")", l.Reason.EN)+"; this is not a clearance.")
	case check.NoData:
		return r.say(zh+"：现有数据不能判定"+reason("（", "）", l.Reason.ZH)+"，不得视为不涉及，须向主管部门核对。",
			en+": cannot be told from the data at hand"+reason(" (", ")", l.Reason.EN)+"; not a clearance, ask the authority.")
	}
	if l.Layer == boundary {
		inside, outside, known := r.insideOutside(l)
		if !known {
			return r.say(zh+"：界内、界外面积不明。", en+": areas inside and outside are not known.")
		}
		parts := balanced([]float64{inside, outside}, r.answer.Site.Area.M2)
		return r.say(fmt.Sprintf("%s：界内 %s 公顷（%s%%），界外 %s 公顷（%s%%）。", zh, parts[0].Ha, parts[0].Percent, parts[1].Ha, parts[1].Percent),
			fmt.Sprintf("%s: %s ha inside (%s %%), %s ha outside (%s %%).", en, parts[0].Ha, parts[0].Percent, parts[1].Ha, parts[1].Percent))
	}
	switch {
	case l.Outcome == check.Touches:
		return r.say("与"+zh+"相邻，仅边界相接，重叠面积 0.0000 公顷。", "Adjoins the "+en+"; only the boundaries meet, overlap 0.0000 ha.")
	case l.Outcome == check.Hit && l.Overlap != nil:
		area := overlapAmount(*l.Overlap)
		return r.say(fmt.Sprintf("涉及%s，占用面积 %s 公顷（%s 亩），占用地面积的 %s%%%s。", zh, area.Ha, area.Mu, area.Percent, reason("；", "", l.Reason.ZH)),
			fmt.Sprintf("Meets the %s: %s ha (%s mu), %s %% of the site%s.", en, area.Ha, area.Mu, area.Percent, reason("; ", "", l.Reason.EN)))
	case l.Outcome == check.Hit:
		return r.say("涉及"+zh+"，面积不明"+reason("；", "", l.Reason.ZH)+"。", "Meets the "+en+"; the area is not known"+reason("; ", "", l.Reason.EN)+".")
	}
	return r.say("不位于"+zh+"范围内。", "Outside the "+en+".")
}
