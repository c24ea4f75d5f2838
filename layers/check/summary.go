package check

import (
	"fmt"
	"strings"

	"planatlas/layers"
)

// summary is a sentence in the making.
type summary struct{ zh, en strings.Builder }

// add appends a lead and the names behind it, if there are any.
func (s *summary) add(lead layers.Text, names []layers.Text) {
	if len(names) == 0 {
		return
	}
	var zh, en []string
	for _, n := range names {
		zh, en = append(zh, n.ZH), append(en, n.EN)
	}
	s.zh.WriteString(lead.ZH + strings.Join(zh, "、") + "。")
	s.en.WriteString(lead.EN + strings.Join(en, ", ") + ".")
}

func (s *summary) say(t layers.Text) {
	s.zh.WriteString(t.ZH)
	s.en.WriteString(t.EN)
}

// summarise says in a few sentences what a result comes to and what it lacks.
func summarise(r Result) layers.Text {
	var s summary
	s.say(map[Verdict]layers.Text{
		Prohibited: {ZH: "禁止：至少一条规则禁止在此建设。", EN: "Prohibited: at least one rule forbids building here."},
		Restricted: {ZH: "受限：须取得批准或同意。", EN: "Restricted: an approval or consent is needed."},
		Incomplete: {ZH: "不完整：现有数据不足以作出结论，不得视为符合。", EN: "Incomplete: the data at hand do not allow a conclusion; this is not a clearance."},
		Advisory:   {ZH: "提示：没有确定的禁止或限制，但有需要注意的事项。", EN: "Advisory: no ban or restriction is certain, but there is something to consider."},
		AllClear:   {ZH: "未见冲突：没有违反所检查的规则。", EN: "Clear: no rule that was checked is violated."},
	}[r.Verdict])
	if r.Outside {
		s.say(layers.Text{ZH: "地块及其周边不完全在任何图层的覆盖范围内。", EN: " The site and its surroundings are not wholly inside the coverage of any layer."})
	}
	titles := func(want func(LayerLine) bool) (out []layers.Text) {
		for _, l := range r.Layers {
			if want(l) {
				out = append(out, l.Title)
			}
		}
		return out
	}
	s.add(layers.Text{ZH: "未检查：", EN: " Not checked: "}, titles(func(l LayerLine) bool { return l.Outcome == NotChecked && !l.Absent }))
	s.add(layers.Text{ZH: "必需数据缺失或不完整：", EN: " Required data are missing or not complete: "}, titles(func(l LayerLine) bool { return l.gap && l.Required && !l.Absent }))
	s.add(layers.Text{ZH: "无数据：", EN: " No data: "}, titles(func(l LayerLine) bool { return l.Outcome == NoData && !l.Required }))
	s.add(layers.Text{ZH: "检查日期没有现行规则：", EN: " No rule in force on that day: "}, titles(func(l LayerLine) bool { return l.Unruled }))
	s.absent(r, titles(func(l LayerLine) bool { return l.Absent }))
	var near []layers.Text
	for _, f := range r.Findings {
		if f.Certainty == WithinAccuracy && f.Counts == Incomplete {
			name := f.FeatureName
			if name == (layers.Text{}) { // it is not shown
				name = r.title(f.Layer)
			}
			near = append(near, layers.Text{ZH: name.ZH + "（" + f.Rule + "）", EN: name.EN + " (" + f.Rule + ")"})
		}
	}
	s.add(layers.Text{ZH: "位置精度不足，实测后可能为禁止或受限：", EN: " Within positional accuracy; may be prohibited or restricted once surveyed: "}, near)
	var open []layers.Text
	for _, q := range r.Questions {
		a, _ := attribute(q.Attribute)
		open = append(open, a.Title)
	}
	s.add(layers.Text{ZH: "结论取决于未说明的项目情况：", EN: " It depends on what was not said of the project: "}, open)
	return layers.Text{ZH: s.zh.String(), EN: s.en.String()}
}

// title is the title of a layer of the result.
func (r Result) title(layer string) layers.Text {
	for _, l := range r.Layers {
		if l.Layer == layer {
			return l.Title
		}
	}
	return layers.Text{}
}

// absent counts the layers that rules speak of and the city does not have, and
// names the first of them; the rest are among the layers of the answer.
func (s *summary) absent(r Result, all []layers.Text) {
	const named = 3
	if len(all) == 0 {
		return
	}
	rules := 0
	for _, line := range r.Rules {
		if line.Outcome == NotChecked && line.Applies != AppliesNo {
			rules++
		}
	}
	first := all[:min(named, len(all))]
	more := layers.Text{}
	if rest := len(all) - len(first); rest > 0 {
		more = layers.Text{ZH: fmt.Sprintf("等 %d 个图层", len(all)), EN: fmt.Sprintf(" and %d more layers", rest)}
	}
	var zh, en []string
	for _, t := range first {
		zh, en = append(zh, t.ZH), append(en, t.EN)
	}
	s.zh.WriteString(fmt.Sprintf("未载入%s%s，%d 条规则未检查。", strings.Join(zh, "、"), more.ZH, rules))
	s.en.WriteString(fmt.Sprintf(" Not loaded: %s%s; %d rules were not checked.", strings.Join(en, ", "), more.EN, rules))
}
