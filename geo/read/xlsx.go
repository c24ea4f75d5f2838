package read

import (
	"fmt"
	slashes "path"
	"slices"
	"strconv"
	"strings"
)

// workbook reads the cells of an XLSX file. Only values are read, never formulas.
type workbook struct {
	*draft
	entries []entry
	strings []string
}

// maxColumns is how many columns of a sheet are looked at.
const maxColumns = 64

// xlsx reads a list of points from the first sheet that has one.
func (d *draft) xlsx(entries []entry) error {
	w := workbook{draft: d, entries: entries}
	if err := w.shared(); err != nil {
		return err
	}
	sheets, err := w.sheets()
	if err != nil {
		return err
	}
	for _, s := range sheets {
		table := newTable(d)
		d.whereIs = func(mark int32) text2 { return saying("sheet %q, row %d", "工作表“%s”第%d行", s.name, mark) }
		err := w.read(s.file, table)
		if err == nil && table.found || err != nil && table.found {
			d.believe("layer", s.name, text2{"the first sheet with a header that names coordinates", "第一个含坐标列标题的工作表"})
			if len(sheets) > 1 {
				d.notice("sheets_ignored", saying("of %d sheets only %q was read", "共%d个工作表，仅读取“%s”", len(sheets), s.name))
			}
			if err != nil {
				return err
			}
			return table.close()
		}
	}
	return newTable(d).headless()
}

// part unpacks a part of the workbook and decodes it.
func (w *workbook) part(name string) (*xmlScanner, bool, error) {
	i := slices.IndexFunc(w.entries, func(e entry) bool { return strings.EqualFold(e.name, name) })
	if i < 0 {
		return nil, false, nil
	}
	data, err := w.unpack(w.entries[i])
	return &xmlScanner{s: strings.TrimPrefix(string(data), "\ufeff")}, true, err
}

// each calls f for every element that opens and every text.
func (x *xmlScanner) each(f func(kind xmlKind) error) error {
	for {
		kind, err := x.next()
		if err != nil || kind == xmlEnd {
			return err
		}
		if err := f(kind); err != nil {
			return err
		}
	}
}

// shared reads the table of strings.
func (w *workbook) shared() error {
	x, ok, err := w.part("xl/sharedStrings.xml")
	if err != nil || !ok {
		return err
	}
	var item strings.Builder
	inText, phonetic := false, false
	return x.each(func(kind xmlKind) error {
		name := x.name
		switch {
		case kind == xmlOpen && name == "si":
			item.Reset()
		case kind == xmlOpen && name == "rPh", kind == xmlClose && name == "rPh":
			phonetic = kind == xmlOpen
		case name == "t" && kind != xmlText:
			inText = kind == xmlOpen
		case kind == xmlText && inText && !phonetic && item.Len() < 1000:
			item.WriteString(x.content())
		case kind == xmlClose && name == "si":
			grow(&w.strings, strings.Clone(item.String()))
		}
		return nil
	})
}

// sheet is a sheet of the workbook and the part that holds it.
type sheet struct{ name, file string }

// sheets lists the sheets in their order.
func (w *workbook) sheets() (out []sheet, err error) {
	target := map[string]string{}
	if x, ok, err := w.part("xl/_rels/workbook.xml.rels"); err != nil {
		return nil, err
	} else if ok {
		err := x.each(func(kind xmlKind) error {
			if kind == xmlOpen && x.name == "Relationship" && len(target) < maxEntries {
				t := x.attribute("Target")
				if !strings.HasPrefix(t, "/") {
					t = "/xl/" + t
				}
				target[x.attribute("Id")] = strings.TrimPrefix(slashes.Clean(t), "/")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	x, _, err := w.part("xl/workbook.xml")
	if err != nil {
		return nil, err
	}
	err = x.each(func(kind xmlKind) error {
		if kind == xmlOpen && x.name == "sheet" && len(out) < maxEntries {
			s := sheet{name: shorten(x.attribute("name")), file: target[x.attribute("id")]}
			if s.file == "" {
				s.file = fmt.Sprintf("xl/worksheets/sheet%d.xml", len(out)+1)
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// read gives the rows of a sheet to a table.
func (w *workbook) read(file string, to *tableReader) error {
	x, ok, err := w.part(file)
	if err != nil || !ok {
		return err
	}
	var cells [maxColumns]string
	var value strings.Builder
	width, column, row := 0, 0, 0
	kindOf, inside := "", false
	return x.each(func(kind xmlKind) error {
		switch name := x.name; {
		case kind == xmlText:
			if inside && value.Len() < 1000 {
				value.WriteString(x.content())
			}
		case name == "row" && kind == xmlOpen:
			row++
			if n, err := strconv.ParseUint(x.attribute("r"), 10, 31); err == nil {
				row = int(n)
			}
			cells, width, column = [maxColumns]string{}, 0, 0
		case name == "row":
			return to.row(cells[:width], int32(row))
		case name == "c" && kind == xmlOpen:
			kindOf = x.attribute("t")
			if r := x.attribute("r"); r != "" {
				column = columnOf(r)
			}
			value.Reset()
		case name == "c":
			if column < maxColumns {
				cells[column] = w.cell(kindOf, value.String())
				width = max(width, column+1)
			}
			column++
		case name == "v" || name == "t":
			inside = kind == xmlOpen
		}
		return nil
	})
}

// cell returns the text of a cell by its type.
func (w *workbook) cell(kind, value string) string {
	if kind != "s" {
		return value
	}
	if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < len(w.strings) {
		return w.strings[n]
	}
	return ""
}

// columnOf returns the number of a column from a reference such as "AB12", from 0.
func columnOf(ref string) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > maxColumns {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return max(n-1, 0)
}
