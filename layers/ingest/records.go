package ingest

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"planatlas/layers"
)

// records reads a layer without geometry from its CSV file: UTF-8 with a head
// row, a column id, and a column for each property, named by the property's
// column: a name, or name:key for one of the key=value pairs in its cells. An
// empty cell is null.
func records(folder fs.FS, l *layers.Layer) iter.Seq2[layers.Feature, error] {
	return func(yield func(layers.Feature, error) bool) {
		f, err := folder.Open(l.Records)
		if err != nil {
			yield(layers.Feature{}, fmt.Errorf("open the records of %s: %w", l.ID, err))
			return
		}
		defer f.Close()
		r := csv.NewReader(f)
		head, err := r.Read()
		if err == nil {
			err = checkHead(l, head)
		}
		for err == nil {
			var row []string
			if row, err = r.Read(); errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				break
			}
			line, _ := r.FieldPos(0)
			var feature layers.Feature
			if feature, err = record(l, head, row); err != nil {
				err = fmt.Errorf("line %d: record %s: %w", line, feature.ID, err)
				break
			}
			feature.Origin = fmt.Sprintf("%s line %d", l.Records, line)
			if !yield(feature, nil) {
				return
			}
		}
		yield(layers.Feature{}, &layers.InputError{Param: l.Records, Value: err.Error(), Err: err})
	}
}

// column is where the file holds the property.
func column(l *layers.Layer, p layers.Property) string {
	return cmp.Or(p.Column, l.Columns[p.Name], p.Name)
}

// fromFile returns the properties of the layer that stand in its file: all but
// the dates, which are the layer's.
func fromFile(l *layers.Layer) []layers.Property {
	return slices.DeleteFunc(append(l.BaseProperties(), l.Properties...), func(p layers.Property) bool { return p.Type == layers.Date })
}

// pick returns a cell, or for column:key the value of that key in a cell of the
// form key=value;key=value.
func pick(cells map[string]string, column string) string {
	name, key, within := strings.Cut(column, ":")
	if !within {
		return cells[name]
	}
	for _, pair := range strings.Split(cells[name], ";") {
		if v, ok := strings.CutPrefix(pair, key+"="); ok {
			return v
		}
	}
	return ""
}

func checkHead(l *layers.Layer, head []string) error {
	if !slices.Contains(head, "id") {
		return errors.New("line 1: want a column id")
	}
	for _, p := range fromFile(l) {
		name, _, _ := strings.Cut(column(l, p), ":")
		if !slices.Contains(head, name) && p.Name != "plan_quote" { // lists of the plan's own have no words of it
			return fmt.Errorf("line 1: want a column %s for property %s", name, p.Name)
		}
	}
	return nil
}

func record(l *layers.Layer, head, row []string) (layers.Feature, error) {
	cells := map[string]string{}
	for i, name := range head {
		cells[name] = strings.TrimSpace(row[i])
	}
	out := layers.Feature{ID: cells["id"], Values: map[string]any{"valid_from": string(l.Coverage.From)}}
	if out.ID == "" {
		return out, errors.New("want an id")
	}
	for _, p := range fromFile(l) {
		cell := pick(cells, column(l, p))
		if cell == "" {
			continue
		}
		v, err := p.Convert(cell)
		if err != nil {
			return out, err
		}
		if len(p.Codes) > 0 && !slices.Contains(p.Codes, cell) {
			return out, fmt.Errorf("property %q: %q: want one of %s", p.Name, cell, strings.Join(p.Codes, ", "))
		}
		out.Values[p.Name] = v
	}
	for _, name := range []string{"name_zh", "name_en", "plan_section"} {
		if out.Values[name] == nil {
			return out, fmt.Errorf("property %q: want a text", name)
		}
	}
	return out, nil
}
