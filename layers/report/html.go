package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
)

//go:embed report.html
var page string

// HTML writes the report as one page that asks for nothing else and prints on A4.
func (r *Report) HTML() ([]byte, error) {
	t, err := template.New("report").Funcs(template.FuncMap{
		"svg":     func(d *drawing) template.HTML { return template.HTML(svg(d)) }, //nolint:gosec // it is escaped there
		"percent": func(w float64) string { return strconv.FormatFloat(100*w, 'f', 2, 64) + "%" },
		"fill":    func(t tone) string { return t.fill().css() },
		"pale":    func(t tone) string { return t.pale().css() },
	}).Parse(page)
	if err != nil {
		return nil, fmt.Errorf("read the page of a report: %w", err)
	}
	tones := []tone{red, amber, grey, blue, green, ink}
	lang := map[Lang]string{ZH: "zh-CN", EN: "en", Both: "zh-CN"}[r.o.Lang]
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{"Lang": lang, "Title": r.title, "Subject": r.subject, "Verdict": r.verdict, "Summary": r.o.Lang.text(r.answer.Summary),
		"Warning": r.warning, "Sections": r.sections, "Tones": tones, "Answer": r.answer, "Time": china(r.answer.Created).Format("2006-01-02 15:04:05"),
		"Number": r.name("检查编号", "Check"), "Day": r.name("检查时间", "Time")})
	if err != nil {
		return nil, fmt.Errorf("write the page of a report: %w", err)
	}
	return out.Bytes(), nil
}

// svg writes a drawing as a picture in HTML, as large as on paper.
func svg(d *drawing) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%smm" height="%smm" viewBox="0 0 %s %s" role="img">`, mm(d.Width), mm(d.Height), mm(d.Width), mm(d.Height))
	for _, s := range d.Shapes {
		if s.Words != "" {
			svgWords(&b, s)
			continue
		}
		b.WriteString(`<path d="`)
		for _, line := range s.Lines {
			for i, p := range line {
				b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0] + mm(p[0]) + " " + mm(p[1]))
			}
			if s.Closed {
				b.WriteString("Z")
			}
		}
		fmt.Fprintf(&b, `" fill="%s" fill-rule="evenodd" stroke="%s"`, s.Fill.css(), s.Stroke.css())
		if s.Stroke != none {
			fmt.Fprintf(&b, ` stroke-width="%s" stroke-linejoin="round"`, mm(s.Width))
		}
		if len(s.Dash) > 0 {
			var parts []string
			for _, x := range s.Dash {
				parts = append(parts, mm(x))
			}
			fmt.Fprintf(&b, ` stroke-dasharray="%s"`, strings.Join(parts, " "))
		}
		b.WriteString("/>")
	}
	b.WriteString("</svg>")
	return b.String()
}

// letters is how large a font is by the height of its capitals and ideographs.
const letters = 1.37

func svgWords(b *strings.Builder, s shape) {
	fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s" fill="%s" text-anchor="%s"`, mm(s.At[0]), mm(s.At[1]), mm(s.Size*letters), s.Fill.css(),
		[]string{"start", "middle", "end"}[s.Align])
	if s.Bold {
		b.WriteString(` font-weight="bold"`)
	}
	if s.Halo {
		b.WriteString(` stroke="#ffffff" stroke-width="0.7" stroke-linejoin="round" paint-order="stroke"`)
	}
	if s.Turn != 0 {
		fmt.Fprintf(b, ` transform="rotate(%s %s %s)"`, mm(-s.Turn), mm(s.At[0]), mm(s.At[1]))
	}
	b.WriteString(">" + html.EscapeString(s.Words) + "</text>")
}

// mm writes millimetres to the hundredth.
func mm(v float64) string {
	text := strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0")
	text = strings.TrimSuffix(text, ".")
	if text == "-0" {
		return "0"
	}
	return text
}
