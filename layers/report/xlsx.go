package report

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbook writes one report as XLSX. It keeps the first error.
type workbook struct {
	*excelize.File
	styles map[string]int
	err    error
}

// XLSX writes the report as a workbook. Numbers are numbers: those that are printed,
// so that every form says the same.
func (r *Report) XLSX() ([]byte, error) {
	w := &workbook{File: excelize.NewFile(), styles: map[string]int{}}
	defer w.Close() // it holds no file
	for i, s := range r.sheets {
		if i == 0 {
			w.keep(w.SetSheetName(w.GetSheetName(0), s.Name))
		} else {
			_, err := w.NewSheet(s.Name)
			w.keep(err)
		}
		w.sheet(s, r.answer.ID)
	}
	made := r.answer.Created.UTC().Format(time.RFC3339)
	w.keep(w.SetDocProps(&excelize.DocProperties{Created: made, Modified: made, Creator: r.answer.Provenance.Software, LastModifiedBy: r.answer.Provenance.Software,
		Title: r.title + " " + r.subject, Identifier: r.answer.ID}))
	var b bytes.Buffer
	if w.err == nil {
		w.keep(w.Write(&b))
	}
	if w.err != nil {
		return nil, fmt.Errorf("write the workbook of check %s: %w", r.answer.ID, w.err)
	}
	return b.Bytes(), nil
}

func (w *workbook) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

// sheet writes the tables of a sheet one below the other, ready to be printed on A4.
func (w *workbook) sheet(s sheet, id string) {
	const a4 = 9
	orientation, across, any := "portrait", max(1, s.Across), 0
	if s.Landscape {
		orientation = "landscape"
	}
	size, fit := a4, true
	w.keep(w.SetPageLayout(s.Name, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &across, FitToHeight: &any}))
	w.keep(w.SetSheetProps(s.Name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	w.keep(w.SetHeaderFooter(s.Name, &excelize.HeaderFooterOptions{OddFooter: "&L" + id + "&R&P / &N"}))
	for i, width := range s.Widths {
		name, err := excelize.ColumnNumberToName(i + 1)
		w.keep(err)
		w.keep(w.SetColWidth(s.Name, name, name, width))
	}
	at := 1
	for _, b := range s.Blocks {
		switch {
		case b.Table != nil:
			at = w.table(s, *b.Table, at) + 1
		case b.Note != nil:
			w.row(s, []cell{{Text: b.Note.Text, Tone: b.Note.Tone}}, []int{len(s.Widths)}, at, map[bool]string{true: "part", false: "note"}[b.Note.Head])
			at++
		}
	}
	if len(s.Blocks) == 1 && s.Blocks[0].Table != nil { // a long table: its head stays in sight and is printed on every page
		w.keep(w.SetPanes(s.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
		w.keep(w.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + s.Name + "'!$A:$A,'" + s.Name + "'!$1:$1", Scope: s.Name}))
	}
}

// table writes a table and returns the row behind it.
func (w *workbook) table(s sheet, t table, at int) int {
	if t.below() { // a sheet is wide enough for a column
		t.Head = append(slices.Clone(t.Head), column{Title: t.BelowTitle, Width: 0.3})
	}
	spans := t.spans(s.Widths)
	if t.Title != "" {
		w.row(s, []cell{strong(t.Title)}, []int{len(s.Widths)}, at, "title")
		at++
	}
	if !t.Facts {
		var head []cell
		for _, c := range t.Head {
			head = append(head, cell{Text: c.Title, Strong: true, Right: c.Right})
		}
		w.row(s, head, spans, at, "head")
		at++
	}
	for _, r := range t.Rows {
		if t.below() {
			r.Cells = append(slices.Clone(r.Cells), words(r.Below))
		}
		kind := "cell"
		if t.Facts {
			kind = "fact"
		}
		w.row(s, r.Cells, spans, at, kind)
		at++
	}
	return at
}

func (t table) below() bool { return t.BelowTitle != "" }

// spans says over how many columns of the sheet each column of the table goes: the
// sheet's columns are dealt out by the widths of the table's.
func (t table) spans(widths []float64) []int {
	n, total := len(t.Head), 0.0
	for _, w := range widths {
		total += w
	}
	spans, used, at := make([]int, n), 0.0, 0
	if n >= len(widths) || len(t.Rows) > 0 && !t.Facts && n > len(widths)/2 {
		for i := range spans {
			spans[i] = 1
		}
		widest := 0
		for i, c := range t.Head {
			if c.Width > t.Head[widest].Width {
				widest = i
			}
		}
		spans[widest] += max(0, len(widths)-n)
		return spans
	}
	for i, c := range t.Head {
		want := used + c.Width*total
		for spans[i] == 0 || at < len(widths)-(n-1-i) && used+widths[at]/2 <= want {
			used += widths[at]
			spans[i]++
			at++
		}
		if i == n-1 {
			spans[i] += len(widths) - at
		}
	}
	return spans
}

// row writes the cells of one row, each over so many columns, as high as the words
// need.
func (w *workbook) row(s sheet, cells []cell, spans []int, at int, kind string) {
	column, lines := 1, 1
	for i, c := range cells {
		from, err := excelize.CoordinatesToCellName(column, at)
		w.keep(err)
		to, err := excelize.CoordinatesToCellName(column+spans[i]-1, at)
		w.keep(err)
		width := 0.0
		for k := column; k < column+spans[i] && k <= len(s.Widths); k++ {
			width += s.Widths[k-1]
		}
		lines = max(lines, linesOf(c.Text, width))
		if v, err := strconv.ParseFloat(c.Text, 64); c.Number && err == nil {
			w.keep(w.SetCellFloat(s.Name, from, v, -1, 64))
		} else {
			w.keep(w.SetCellStr(s.Name, from, c.Text))
		}
		if spans[i] > 1 {
			w.keep(w.MergeCell(s.Name, from, to))
		}
		of := kind
		if kind == "fact" {
			of = map[bool]string{true: "head", false: "cell"}[i == 0]
		}
		w.keep(w.SetCellStyle(s.Name, from, to, w.style(of, c)))
		column += spans[i]
	}
	w.keep(w.SetRowHeight(s.Name, at, math.Min(409, 14*float64(lines)+3)))
}

// linesOf is about how many lines words need in a column of so many characters.
func linesOf(text string, width float64) int {
	n := 0
	for _, line := range strings.Split(text, "\n") {
		used := 0.0
		for _, c := range line {
			used += map[bool]float64{true: 2, false: 1.05}[c > 0x2e7f]
		}
		n += max(1, int(math.Ceil(used/max(1, width-1))))
	}
	return n
}

// style makes the style of a cell once.
func (w *workbook) style(kind string, c cell) int {
	key := fmt.Sprint(kind, c.Tone, c.Number, c.Right, c.Decimal, c.Strong)
	if id, ok := w.styles[key]; ok {
		return id
	}
	s := &excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 10, Bold: c.Strong || kind == "head"}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}
	if kind != "note" && kind != "title" && kind != "part" {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			s.Border = append(s.Border, excelize.Border{Type: side, Color: "9A9A9A", Style: 1})
		}
	}
	switch {
	case kind == "part":
		s.Fill = solid(dark)
		s.Font.Color, s.Font.Bold, s.Font.Size = "FFFFFF", true, 11
	case c.Tone != plain:
		s.Fill = solid(c.Tone.fill())
		s.Font.Color, s.Font.Bold = "FFFFFF", true
	case kind == "head":
		s.Fill = solid(headFill)
	}
	if c.Number {
		format := "0"
		if c.Decimal > 0 {
			format += "." + strings.Repeat("0", c.Decimal)
		}
		s.CustomNumFmt = &format
	}
	if c.Right {
		s.Alignment.Horizontal = "right"
	}
	id, err := w.NewStyle(s)
	w.keep(err)
	w.styles[key] = id
	return id
}

func solid(c colour) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{strings.ToUpper(strings.TrimPrefix(c.css(), "#"))}}
}
