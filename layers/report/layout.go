package report

import (
	"strings"

	"planatlas/layers"
)

// section is a numbered part of a report.
type section struct {
	Number int
	Title  string
	Blocks []block
	Fresh  bool // begins on a new page
}

// block is one thing of a section: exactly one of its fields is set.
type block struct {
	Table  *table
	Note   *note
	Figure *figure
	Sign   *signature
}

// table is a table. Of facts, the first column names what the second says.
type table struct {
	Title      string
	Facts      bool
	Small      bool     // many columns
	Aside      *drawing // on its right
	Head       []column
	BelowTitle string // of what stands below the rows
	Rows       []row
}

// column is a column of a table; the widths of a table's columns add up to 1.
type column struct {
	Title string
	Width float64
	Right bool // aligned right, for numbers
}

type row struct {
	Cells []cell
	Tone  tone   // of the whole row
	Below string // over the whole width below the cells
}

// cell is what stands in a table, already written out.
type cell struct {
	Text    string // lines are parted by \n
	Number  bool   // the text is one
	Right   bool   // aligned right: a number, or that there is none
	Tone    tone   // drawn as a badge
	Strong  bool
	Decimal int // of a number
}

// note is a paragraph.
type note struct {
	Text string
	Tone tone
	Head bool // of a part of a sheet
}

// figure is a drawing with its caption.
type figure struct {
	Caption string
	Drawing *drawing
	Notes   []string
}

// signature is the block where people sign.
type signature struct{ Fields []string }

// tone is the colour of a verdict or an outcome.
type tone string

// The tones. Loud ones are drawn as filled badges.
const (
	plain tone = ""
	red   tone = "red"
	amber tone = "amber"
	grey  tone = "grey" // an answer that is missing
	blue  tone = "blue"
	green tone = "green"
	ink   tone = "ink" // nobody looked
)

// fill is the colour behind the white words of a badge, and pale that of a row.
func (t tone) fill() colour {
	return map[tone]colour{red: 0xb3261e, amber: 0xb25b00, grey: 0x4a4a4a, blue: 0x1f5f99, green: 0x2b6b3a, ink: 0x000000}[t]
}

func (t tone) pale() colour {
	return map[tone]colour{red: 0xfbe9e7, amber: 0xfdf0dd, grey: 0xe9e9e9, blue: 0xe8f1fa, green: 0xe7f3ea, ink: 0xd2d2d2}[t]
}

func words(s string) cell { return cell{Text: s} }

func strong(s string) cell { return cell{Text: s, Strong: true} }

func badge(s string, t tone) cell { return cell{Text: s, Tone: t} }

func tableBlock(t table) block { return block{Table: &t} }

func noteBlock(t tone, text string) block { return block{Note: &note{Text: text, Tone: t}} }

// fact is a row of a table of facts.
func fact(name string, value string) row { return row{Cells: []cell{strong(name), words(value)}} }

func facts(title string, rows ...row) table {
	return table{Title: title, Facts: true, Head: []column{{Width: 0.24}, {Width: 0.76}}, Rows: rows}
}

// label writes a short text: in both languages on one line.
func (l Lang) label(t layers.Text) string { return l.join(t, " ") }

// text writes a sentence: in both languages on two lines.
func (l Lang) text(t layers.Text) string { return l.join(t, "\n") }

func (l Lang) join(t layers.Text, between string) string {
	switch {
	case l == ZH || t.EN == "" || t.EN == t.ZH:
		if t.ZH != "" {
			return t.ZH
		}
		return t.EN
	case l == EN || t.ZH == "":
		return t.EN
	}
	return t.ZH + between + t.EN
}

// say writes a sentence given in both languages.
func (r *Report) say(zh, en string) string { return r.o.Lang.text(layers.Text{ZH: zh, EN: en}) }

// name writes a label given in both languages.
func (r *Report) name(zh, en string) string { return r.o.Lang.label(layers.Text{ZH: zh, EN: en}) }

// column makes a column. Its title is on two lines in both languages.
func (r *Report) column(zh, en string, width float64, right bool) column {
	return column{r.say(zh, en), width, right}
}

// list joins the names with the comma of the language.
func (r *Report) list(all []layers.Text) string {
	var zh, en []string
	for _, t := range all {
		zh, en = append(zh, t.ZH), append(en, t.EN)
	}
	return r.say(strings.Join(zh, "、"), strings.Join(en, ", "))
}
