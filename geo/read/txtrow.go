package read

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// headFields are the names of the fields of a plot head after 记录图形属性; the
// shorter form ends after 地类编码.
func headFields() []string {
	return []string{"图幅号", "地块用途", "地类编码", "图斑类型", "地类", "等别(前)", "等别(后)", "备注"}
}

// head begins a plot: 界址点数,地块面积,地块编号,地块名称,图形属性,…,@.
func (r *txtReader) head(line string, offset int32) error {
	if err := r.finish(); err != nil {
		return err
	}
	line = strings.ReplaceAll(line, "＠", "@")
	if strings.Count(line, ",") < 4 {
		if wide := strings.ReplaceAll(line, "，", ","); wide != line {
			line = wide
			r.once("full_width", text2{"full-width digits or punctuation were read as half-width ones", "全角数字或标点已按半角读取"})
		}
	}
	line, _, _ = strings.Cut(line, "@")
	fields := strings.Split(strings.TrimRight(line, ", \t"), ",")
	if len(fields) > 50 {
		return refusal(ErrSyntax, r.draft.line(offset), quoted(line), text2{"a plot head of 9 or 13 fields that ends in @", "以@结尾、9个或13个字段的地块行"}, text2{"", ""})
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	p := &rawPlot{where: func() text2 { return r.draft.line(offset) }}
	kind := slices.IndexFunc(fields, func(f string) bool { return f == "面" || f == "线" || f == "点" })
	if kind > 4 { // the name itself holds commas
		fields = append(append(fields[:3:3], strings.Join(fields[3:kind], ",")), fields[kind:]...)
		kind = 4
	}
	get := func(i int) string {
		if i < len(fields) {
			return fields[i]
		}
		return ""
	}
	if kind >= 0 && kind < 4 { // fields are missing: what can be told is kept
		fields = slices.Insert(fields, kind, make([]string, 4-kind)...)
	}
	r.count, _ = strconv.Atoi(strings.Map(halfWidth, get(0))) // an unreadable count is as good as none
	p.DeclaredHa = declaredArea(get(1))
	p.Number, p.Name = get(2), get(3)
	for i, name := range headFields() {
		if v := get(5 + i); v != "" {
			p.Attributes = append(p.Attributes, Attribute{name, shorten2(v)})
		}
	}
	r.plot, r.rows = p, 0
	if k := get(4); k == "线" || k == "点" {
		r.skipped = fmt.Sprintf("图形属性=%s", k)
		at := p.where()
		r.notice("plot_without_area", text2{at.en + ": the plot " + strconv.Quote(p.Name) + " is a " + map[string]string{"线": "line", "点": "point"}[k] + " (" + k + ") and was left out", at.zh + "：地块“" + p.Name + "”的图形属性为“" + k + "”，没有面积，已略过"})
		p.skip = true
	}
	return nil
}

// declaredArea reads an area in hectares, with or without its unit; 0 is none.
func declaredArea(s string) float64 {
	s = strings.Map(halfWidth, s)
	scale := 1.0
	for _, u := range []struct {
		name  string
		scale float64
	}{{"平方米", 1e-4}, {"公顷", 1}, {"hm2", 1}, {"hm²", 1}, {"ha", 1}, {"m2", 1e-4}, {"m²", 1e-4}, {"㎡", 1e-4}, {"亩", 1. / 15}} {
		if t, ok := strings.CutSuffix(strings.TrimSpace(s), u.name); ok {
			s, scale = t, u.scale
			break
		}
	}
	v, ok := parseNumber(s)
	if !ok || v < 0 {
		return 0
	}
	return v * scale
}

// point takes one row of a plot.
func (r *txtReader) point(line string, offset int32) error {
	plain := strings.Map(halfWidth, line)
	if plain != line && strings.ContainsAny(line, "，０１２３４５６７８９．－") {
		r.once("full_width", text2{"full-width digits or punctuation were read as half-width ones", "全角数字或标点已按半角读取"})
	}
	fields := splitRow(plain, r.fields[:0])
	where := func() text2 { return r.draft.line(offset) }
	row, ok := rowOf(fields)
	if !ok {
		return refusal(ErrSyntax, where(), quoted(line), text2{"a point as name,ring,X,Y, or the head of a plot that ends in @", "界址点行“点号,圈号,X,Y”，或以@结尾的地块行"},
			text2{"write X (north) and Y (east) as plain numbers", "X（纵坐标，北）和Y（横坐标，东）请写成普通数字"})
	}
	if row.third {
		r.once("z_dropped", text2{where().en + " and others give more than two coordinates; only X and Y were read", where().zh + "等行的坐标多于两个，仅读取X和Y"})
	}
	if err := r.draft.count(1, where); err != nil {
		return err
	}
	if r.plot == nil {
		r.plot, r.rows, r.count = &rawPlot{where: where}, 0, 0
	}
	r.rows++
	p := r.plot
	n := len(p.rings)
	last := func() *rawRing { return &p.rings[n-1] }
	if n == 0 || row.ring != "" && row.ring != last().number || last().closed && row.at != last().points[0] {
		if n > 0 && row.ring == "" {
			row.ring = last().number
		}
		p.rings = append(p.rings, rawRing{number: row.ring})
		n++
		r.first = row.name
	}
	ring := last()
	if len(ring.points) >= 2 && row.name != "" && row.name == r.first && row.at != ring.points[0] && distinctNames(row.name) {
		p.Faults = append(p.Faults, Fault{Code: "closing_point_differs", Source: []orb.Point{ring.points[0], row.at},
			EN: fmt.Sprintf("%s: the point %s closes ring %s elsewhere than where it began", where().en, row.name, ring.number),
			ZH: fmt.Sprintf("%s：第%s圈的闭合点%s与起点坐标不同", where().zh, ring.number, row.name)})
	}
	grow(&ring.points, row.at)
	grow(&ring.marks, offset)
	ring.closed = ring.closed || len(ring.points) >= 4 && row.at == ring.points[0]
	return nil
}

// distinctNames tells whether a point name is one that is not given to all points.
func distinctNames(name string) bool { return strings.ContainsAny(name, "0123456789") }

// grow appends by doubling, so that no more than twice the result is ever asked for.
func grow[T any](list *[]T, v T) {
	if len(*list) == cap(*list) {
		*list = slices.Grow(*list, max(8, len(*list)))
	}
	*list = append(*list, v)
}

// maxFields is how many fields of a row are looked at.
const maxFields = 16

// splitRow splits a row at commas, else at semicolons, tabs or blanks, into fields
// that are put behind those of out.
func splitRow(line string, out []string) []string {
	by := " "
	for _, c := range [3]string{",", ";", "\t"} {
		if strings.Contains(line, c) {
			by = c
			break
		}
	}
	for more := true; more && len(out) < maxFields; {
		var field string
		field, line, more = strings.Cut(line, by)
		if field = strings.TrimSpace(field); field != "" || by != " " {
			out = append(out, field)
		}
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// pointRow is one point as a row gives it.
type pointRow struct {
	name, ring string
	at         orb.Point
	third      bool
}

// rowOf takes name,ring,X,Y or name,X,Y or X,Y, each with or without a height.
func rowOf(f []string) (row pointRow, ok bool) {
	coordinate := func(i int) bool {
		v, _, ok := parseAngle(f[i])
		return ok && (v >= 1000 || v <= -1000 || strings.ContainsAny(f[i], ".°度′'"))
	}
	n := len(f)
	var x int
	switch {
	case n == 2, n == 3 && coordinate(0) && coordinate(1):
		x = 0
	case n == 3, n >= 4 && coordinate(1) && coordinate(2):
		row.name, x = f[0], 1
	case n >= 4:
		row.name, row.ring, x = f[0], f[1], 2
	default:
		return row, false
	}
	a, _, ok1 := parseAngle(f[x])
	b, _, ok2 := parseAngle(f[x+1])
	row.at, row.third = orb.Point{a, b}, n > x+2
	return row, ok1 && ok2
}

// finish ends a plot: its rings must be rings, its counts are compared.
func (r *txtReader) finish() error {
	p := r.plot
	r.plot = nil
	if p == nil || p.skip {
		return nil
	}
	if len(p.rings) == 0 {
		return refusal(ErrGeometry, p.where(), text2{"a plot without points", "没有界址点的地块"}, text2{"its points on the lines below", "下方应有界址点行"}, text2{"", ""})
	}
	open := 0
	for _, ring := range p.rings {
		if len(ring.points) < 3 {
			return refusal(ErrGeometry, r.draft.line(ring.marks[0]), saying("ring %s with %d points", "第%s圈只有%d个点", ring.number, len(ring.points)),
				text2{"at least three points", "至少三个点"}, text2{"a ring needs three corners", "一个圈至少要有三个角点"})
		}
		if !ring.closed {
			open++
		}
	}
	if open > 0 && r.room() {
		r.notice("closing_point", text2{fmt.Sprintf("%s: the first point is not repeated at the end, rings: %d; they were closed", p.where().en, open),
			fmt.Sprintf("%s：有%d个圈末尾没有重复起点，已按闭合读取", p.where().zh, open)})
	}
	if r.count > 0 && r.count != r.rows && r.count != r.rows+open && r.room() {
		r.notice("count_differs", text2{fmt.Sprintf("%s: the head counts %d points, %d rows follow; the rows were taken", p.where().en, r.count, r.rows),
			fmt.Sprintf("%s：地块行写明%d个界址点，实有%d行，以实有行为准", p.where().zh, r.count, r.rows)})
	}
	r.draft.plots = append(r.draft.plots, p)
	return nil
}
