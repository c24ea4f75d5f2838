package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/check"
)

// printAnswer writes a check's answer for people: the summary, the site's area,
// a line per layer, a line per finding, and what the answer came from.
func printAnswer(w io.Writer, lang string, a check.Answer) error {
	say := func(t layers.Text) string {
		if lang == "en" {
			return t.EN
		}
		return t.ZH
	}
	area := geo.SquareMetres(a.Site.Area.M2)
	fmt.Fprintf(w, "%s\n\n%s m²  %s %s  %s %s  (%s: %.2f m²)\n\n", say(a.Summary), area.FormatM2(),
		area.FormatHectares(), say(layers.Text{ZH: "公顷", EN: "ha"}), area.FormatMu(), say(layers.Text{ZH: "亩", EN: "mu"}),
		a.Site.Area.PlaneCRS, a.Site.Area.PlaneM2)
	if _, err := layerTable(say, a.Layers).WriteTo(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if len(a.Findings) == 0 {
		fmt.Fprintln(w, say(layers.Text{ZH: "没有发现事项。", EN: "No findings."}))
	} else if _, err := findingTable(say, a.Findings).WriteTo(w); err != nil {
		return err
	}
	printQuestions(w, say, a.Questions)
	_, err := fmt.Fprintf(w, "\n%s %s  %s  %s %.12s  %s %.12s\n", say(layers.Text{ZH: "检查", EN: "check"}), a.ID,
		a.Created.Format("2006-01-02 15:04:05Z"), say(layers.Text{ZH: "结果", EN: "result"}), a.Provenance.ResultSHA256,
		say(layers.Text{ZH: "规则", EN: "rules"}), a.Provenance.RulesSHA256)
	return err
}

// printQuestions says what was not said of the project, and what each reply would
// mean.
func printQuestions(w io.Writer, say func(layers.Text) string, questions []check.Question) {
	for _, q := range questions {
		fmt.Fprintf(w, "\n%s (--project %s=…; %s)\n", say(q.Text), q.Attribute, strings.Join(q.Rules, ", "))
		var order []string
		values := map[string][]string{}
		for _, r := range q.Replies {
			means := say(word(string(r.Verdict)))
			if r.AtBest != r.Verdict {
				means = say(word(string(r.AtBest))) + " – " + means
			}
			if values[means] == nil {
				order = append(order, means)
			}
			values[means] = append(values[means], fmt.Sprint(r.Value))
		}
		for _, means := range order {
			fmt.Fprintf(w, "  %s: %s\n", means, strings.Join(values[means], ", "))
		}
	}
}

func layerTable(say func(layers.Text) string, lines []check.LayerLine) *table {
	t := &table{right: map[int]bool{2: true, 3: true, 4: true, 5: true, 6: true}}
	t.row(say(layers.Text{ZH: "图层", EN: "layer"}), say(layers.Text{ZH: "结果", EN: "outcome"}), "m²", say(layers.Text{ZH: "公顷", EN: "ha"}),
		say(layers.Text{ZH: "亩", EN: "mu"}), "%", say(layers.Text{ZH: "最近距离 m", EN: "nearest m"}), say(layers.Text{ZH: "说明", EN: "why"}))
	for _, l := range lines {
		if l.Absent { // the summary counts them
			continue
		}
		m2, ha, mu, share, nearest := "-", "-", "-", "-", "-" // not known is not zero
		if o := l.Overlap; o != nil {
			a := geo.SquareMetres(o.M2)
			m2, ha, mu, share = a.FormatM2(), a.FormatHectares(), a.FormatMu(), strconv.FormatFloat(100*o.Share, 'f', 2, 64)
		}
		if l.NearestM != nil {
			nearest = metres(*l.NearestM)
		}
		t.row(say(l.Title), say(word(l.Outcome.String())), m2, ha, mu, share, nearest, say(l.Reason))
	}
	return t
}

func findingTable(say func(layers.Text) string, findings []check.Finding) *table {
	t := &table{right: map[int]bool{4: true, 5: true}}
	t.row(say(layers.Text{ZH: "规则", EN: "rule"}), say(layers.Text{ZH: "后果", EN: "verdict"}), say(layers.Text{ZH: "确定性", EN: "certainty"}),
		say(layers.Text{ZH: "计为", EN: "counts as"}), "m²", say(layers.Text{ZH: "距离 m", EN: "distance m"}),
		say(layers.Text{ZH: "要素", EN: "feature"}), say(layers.Text{ZH: "依据", EN: "law"}))
	for _, f := range findings {
		rule := f.Rule
		if f.Case != "" {
			rule += "/" + f.Case
		}
		m2, distance := "-", "-" // not told is not zero
		if f.Overlap != nil {
			m2 = geo.SquareMetres(f.Overlap.M2).FormatM2()
		}
		if f.DistanceM != nil {
			distance = metres(*f.DistanceM)
		}
		t.row(rule, say(word(string(f.Verdict))), say(word(string(f.Certainty))), say(word(string(f.Counts))),
			m2, distance, say(f.FeatureName), f.Law+" "+f.Article)
	}
	return t
}

func metres(m float64) string { return strconv.FormatFloat(m, 'f', 1, 64) }

// word names a code of an answer as the map does; in English it is the code.
func word(code string) layers.Text {
	zh := map[string]string{
		"hit": "涉及", "touches": "相接", "clear": "未涉及", "no_data": "无数据", "not_checked": "未检查",
		"prohibited": "禁止", "restricted": "受限", "incomplete": "不完整", "advisory": "提示",
		"certain": "确定", "within_accuracy": "精度之内", "indicative": "示意",
	}[code]
	return layers.Text{ZH: cmp.Or(zh, code), EN: code}
}
