package ingest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// converter turns rows into features. It remembers where fields stand, since the rows
// of a file have the same.
type converter struct {
	file   *File
	report *Report
	names  []string // of the row's fields
	at     map[string]int
	row    *read.Row
}

// convert returns the feature of a row, or why there is none.
func (c *converter) convert(row *read.Row) (layers.Feature, *layers.Problem) {
	c.see(row)
	m, l := c.file.mapping, c.file.layer
	out := layers.Feature{ID: c.id(), Origin: c.origin()}
	fail := func(code, en, zh string) (layers.Feature, *layers.Problem) {
		return out, &layers.Problem{Origin: out.Origin, ID: out.ID, Code: code, Text: layers.Text{EN: en, ZH: zh}}
	}
	if row.Err != nil {
		text := layers.Text{EN: row.Err.Error(), ZH: row.Err.Error()}
		code := "unreadable"
		if e := (*read.Error)(nil); errors.As(row.Err, &e) {
			if e.ZH != "" {
				text.ZH = e.ZH
			}
			if errors.Is(e, read.ErrGeometry) {
				code = "geometry"
			}
		}
		return fail(code, text.EN, text.ZH)
	}
	for _, t := range m.Traps {
		for _, field := range t.Fields {
			if v := c.text(field); v != "" && t.re.MatchString(v) {
				return fail("trap", field+" "+v+": "+t.EN, field+" "+v+"："+t.ZH)
			}
		}
	}
	if out.ID == "" {
		fields := strings.Join(m.ID, ", ")
		return fail("id", "no id: none of the fields "+fields+" is filled (--id takes another field, or row for the row's number)", "没有标识：字段"+fields+"均为空（可用--id另指定字段，或以row取行号）")
	}
	out.Values = make(map[string]any, 8+len(m.Properties))
	if p, err := c.values(out.Values); err != nil {
		return fail("property", p+": "+err.Error(), p+"："+err.Error())
	}
	shape, en, zh := fit(l.Geometry, row.Shape)
	if en != "" {
		return fail("geometry", en, zh)
	}
	out.Shape = shape
	bound := geo.Bound(shape.Geom)
	if bound.IsEmpty() {
		return fail("geometry", "an empty geometry", "空图形")
	}
	if err := checkShape(l, out, bound); err != nil {
		return fail("geometry", err.Error(), err.Error())
	}
	c.measure(&out, bound)
	return out, nil
}

// see finds where the fields of a row stand, unless they stand as in the last one.
func (c *converter) see(row *read.Row) {
	c.row = row
	same := len(row.Fields) == len(c.names)
	for i := 0; same && i < len(c.names); i++ {
		same = c.names[i] == row.Fields[i].Name
	}
	if same && c.at != nil {
		return
	}
	c.names, c.at = c.names[:0:0], make(map[string]int, len(row.Fields))
	for i, f := range row.Fields {
		c.names = append(c.names, f.Name)
		if name := strings.ToUpper(f.Name); name != "" {
			if _, twice := c.at[name]; !twice {
				c.at[name] = i
			}
		}
	}
}

// value returns the value of a field, nil when it is not filled. Field names have no
// case; those of mappings are written in capitals or as they are.
func (c *converter) value(field string) any {
	i, ok := c.at[field]
	if !ok {
		if i, ok = c.at[strings.ToUpper(field)]; !ok {
			return nil
		}
	}
	v := c.row.Fields[i].Value
	if s, ok := v.(string); ok {
		if s = strings.TrimSpace(s); s == "" {
			return nil
		}
		return s
	}
	return v
}

// text returns the value of a field as text.
func (c *converter) text(field string) string { return textOf(c.value(field)) }

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// first returns the first of the fields that is filled.
func (c *converter) first(fields []string) string {
	for _, f := range fields {
		if v := c.text(f); v != "" {
			return v
		}
	}
	return ""
}

func (c *converter) id() string {
	switch c.file.id {
	case "":
		if v := c.first(c.file.mapping.ID); v != "" {
			return v
		}
		return c.row.ID
	case "row":
		return strconv.Itoa(c.row.Number)
	}
	return c.text(c.file.id)
}

// origin names the row.
func (c *converter) origin() string {
	b := make([]byte, 0, 48)
	b = append(append(b, c.file.Rows.Layer...), " row "...)
	b = strconv.AppendInt(b, int64(c.row.Number), 10)
	if c.row.Line > 0 {
		b = strconv.AppendInt(append(b, ", line "...), int64(c.row.Line), 10)
	}
	return string(b)
}

// values fills in the properties. An error names the property.
func (c *converter) values(out map[string]any) (string, error) {
	m, l := c.file.mapping, c.file.layer
	for name, from := range m.Properties {
		p, _ := l.Property(name)
		for _, field := range from.Fields {
			v := c.value(field)
			if v == nil {
				continue
			}
			if code, ok := from.Codes[textOf(v)]; ok {
				v = code
			}
			v, err := convertValue(p, v)
			if err != nil {
				return name + " (" + field + ")", err
			}
			if v != nil {
				out[name] = v
				break
			}
		}
	}
	zh := c.first(m.Name.Fields)
	if zh == "" {
		zh = c.fill(m.Name.ZH)
	}
	out["name_zh"] = zh
	if out["name_en"] == nil {
		out["name_en"] = c.fill(m.Name.EN)
	}
	if out["status"] == nil {
		out["status"] = m.Status
	}
	if county := c.county(); county != "" {
		out["county"] = county
		c.report.Counties[county]++
	}
	out["legal_effect"] = string(l.LegalEffect)
	out["geometry_source"] = c.file.source
	out["accuracy_m"] = m.AccuracyM
	return "", nil
}

// county reads the name of a county: by the first six digits of a code, or as it
// is written.
func (c *converter) county() string {
	for _, field := range c.file.mapping.County {
		v := c.text(field)
		if name, ok := c.file.mapping.Counties[v[:min(len(v), 6)]]; ok {
			return name
		}
		if v != "" && strings.Trim(v, "0123456789") != "" {
			return v
		}
	}
	return ""
}

// fill puts the values of fields into a text; {#} is the number of the row.
func (c *converter) fill(text string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		out.WriteString(before)
		field, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			break
		}
		if field == "#" {
			out.WriteString(strconv.Itoa(c.row.Number))
		} else {
			out.WriteString(c.text(field))
		}
		text = after
	}
	return strings.TrimSpace(out.String())
}

// convertValue turns the value of a field into one of the property's type.
func convertValue(p layers.Property, v any) (any, error) {
	switch p.Type {
	case layers.String:
		s := textOf(v)
		if len(p.Codes) > 0 && !slices.Contains(p.Codes, s) {
			return nil, fmt.Errorf("%q: want one of %s", s, strings.Join(p.Codes, ", "))
		}
		return s, nil
	case layers.Date:
		return dateOf(textOf(v))
	case layers.Boolean:
		switch textOf(v) {
		case "true", "1", "是", "Y":
			return true, nil
		case "false", "0", "否", "N":
			return false, nil
		}
		return nil, fmt.Errorf("%q: want true or false", textOf(v))
	}
	f, ok := numberOf(v)
	switch {
	case !ok:
		return nil, fmt.Errorf("%q: want a number", textOf(v))
	case p.Type == layers.Number:
		return f, nil
	case f != math.Trunc(f) || math.Abs(f) >= 1<<53:
		return nil, fmt.Errorf("%q: want a whole number", textOf(v))
	}
	return int64(f), nil
}

// dateOf reads a date as the ministry writes it (20240601) or as programs do. Zeros are
// no date.
func dateOf(s string) (any, error) {
	if strings.Trim(s, "0-/: T") == "" {
		return nil, nil
	}
	for _, form := range [...]string{"20060102", time.DateOnly, "2006/1/2", "2006/01/02", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006/01/02 15:04:05", time.RFC3339, "2006年1月2日"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly), nil
		}
	}
	return nil, fmt.Errorf("%q: want a date such as 20240601", s)
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case string:
		f, err := strconv.ParseFloat(strings.ReplaceAll(v, ",", ""), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// fit gives a shape the type that the layer holds, where that changes nothing else.
func fit(want layers.GeometryType, s *geo.Shape) (out *geo.Shape, en, zh string) {
	if s == nil {
		return nil, "the row has no geometry", "该行没有图形"
	}
	g := s.Geom
	switch v := g.(type) {
	case orb.Polygon:
		if want == "MultiPolygon" {
			g = orb.MultiPolygon{v}
		}
	case orb.MultiPolygon:
		if want == "Polygon" && len(v) == 1 {
			g = v[0]
		}
	case orb.LineString:
		if want == "MultiLineString" {
			g = orb.MultiLineString{v}
		}
	case orb.MultiLineString:
		if want == "LineString" && len(v) == 1 {
			g = v[0]
		}
	case orb.Point:
		if want == "MultiPoint" {
			g = orb.MultiPoint{v}
		}
	case orb.MultiPoint:
		if want == "Point" && len(v) == 1 {
			g = v[0]
		}
	case orb.Collection:
		return nil, "a collection of geometries; the layer holds " + string(want), "图形集合；该图层为" + string(want)
	}
	return &geo.Shape{SRID: s.SRID, Geom: g}, "", ""
}

// measure holds the area that a row states, and where it lies, against its geometry.
func (c *converter) measure(f *layers.Feature, bound orb.Bound) {
	r, g := c.report, f.Shape.Geom
	if c.row.Heights > 0 {
		r.Heights++
	}
	r.Between += int64(c.row.Between)
	geo.EachLine(g, func(line []orb.Point) { r.Vertices += int64(len(line)) })
	if a := c.file.area; a != nil {
		if p := a.place(g, bound); p != placeInside {
			if p == placePartly {
				r.PartlyCount++
			} else {
				r.OutsideCount++
			}
			if len(r.Outside) < maxTold {
				r.Outside = append(r.Outside, Position{Origin: f.Origin, ID: f.ID, Partly: p == placePartly})
			}
		}
	}
	for _, field := range c.file.mapping.Areas {
		stated, ok := numberOf(c.value(field.Field))
		if !ok || stated <= 0 {
			continue
		}
		stated *= squareMetres(field.Unit)
		computed := float64(geo.Area(g))
		if computed == 0 { // a point or a line
			return
		}
		r.Stating++
		r.StatedM2 += stated
		r.ComputedM2 += computed
		if differs(stated, computed) {
			r.DifferCount++
			if len(r.Differ) < maxTold {
				r.Differ = append(r.Differ, Difference{f.Origin, f.ID, stated, computed})
			}
		}
		return
	}
}
