package read

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// isTable tells whether one of the first lines of a text names coordinates.
func isTable(text string) bool {
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > headerRows || len(line) > 4096 {
			return false
		}
		if _, ok := headerOf(splitCells(line, delimiter(line))); ok {
			return true
		}
	}
	return false
}

// delimiter returns what separates the cells of a header, 0 for blanks.
func delimiter(line string) rune {
	for _, c := range [4]rune{'\t', ',', ';', '，'} {
		if strings.ContainsRune(line, c) {
			return c
		}
	}
	return 0
}

func splitCells(line string, by rune) []string {
	if by == 0 {
		return strings.Fields(line)
	}
	cells := strings.Split(strings.TrimSpace(line), string(by))
	for i := range cells {
		cells[i] = strings.Trim(cells[i], `" `)
	}
	return cells
}

// csv reads a list of points with a header.
func (d *draft) csv() error {
	d.result.Format = FormatCSV
	d.whereIs = func(mark int32) text2 { return saying("line %d", "第%d行", mark) }
	by := rune(',')
	for line := range strings.Lines(d.text) {
		by = delimiter(line)
		if _, ok := headerOf(splitCells(line, by)); ok {
			break
		}
	}
	t := newTable(d)
	if by == 0 {
		n := int32(0)
		for line := range strings.Lines(d.text) {
			n++
			if err := t.row(strings.Fields(line), n); err != nil {
				return err
			}
		}
		return t.close()
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(d.text, "\ufeff")))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = by, -1, true, true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.close()
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return refusal(ErrSyntax, saying("line %d", "第%d行", broken.Line), both(broken.Err.Error()), text2{"a table in CSV", "CSV表格"}, text2{"save the table as CSV again", "请重新另存为CSV"})
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		if err := t.row(cells, int32(line)); err != nil {
			return err
		}
	}
}

// bare reads coordinates without any head: a row is a point.
func (d *draft) bare() error {
	if err := d.txt(); err != nil {
		return err
	}
	d.result.Format, d.order = FormatPoints, orderUnknown
	return nil
}
