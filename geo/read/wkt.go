package read

import (
	"strings"

	"github.com/paulmach/orb"
)

// wktReader reads polygons in WKT and EWKT, one or several after each other.
type wktReader struct {
	*draft
	at int
}

// isWKT tells whether text starts like WKT.
func isWKT(text string) bool {
	s := strings.ToUpper(strings.TrimSpace(text[:min(len(text), 200)]))
	for _, w := range [...]string{"SRID=", "POLYGON", "MULTIPOLYGON", "GEOMETRYCOLLECTION", "POINT", "LINESTRING", "MULTIPOINT", "MULTILINESTRING", "CURVEPOLYGON", "MULTISURFACE"} {
		if rest, ok := strings.CutPrefix(s, w); ok && (w == "SRID=" || rest != "" && strings.ContainsRune(" (ZME", rune(rest[0]))) {
			return true
		}
	}
	return false
}

func (d *draft) wkt() error {
	d.result.Format = FormatWKT
	d.order, d.degrees, d.whereIs = orderEast, true, d.column
	w := wktReader{draft: d}
	for {
		w.skip(" \t\r\n;")
		if w.at >= len(d.text) {
			return nil
		}
		at := int32(w.at)
		p := &rawPlot{where: func() text2 { return d.column(at) }}
		if err := w.geometry(p, 0); err != nil {
			return err
		}
		if len(p.polygons) > 0 {
			d.plots = append(d.plots, p)
		}
	}
}

// column names a byte of the text by line and column.
func (d *draft) column(offset int32) text2 {
	doc := jsonDoc{s: []byte(d.text[:offset])}
	return doc.where(offset)
}

func (w *wktReader) skip(chars string) {
	for w.at < len(w.text) && strings.IndexByte(chars, w.text[w.at]) >= 0 {
		w.at++
	}
}

func (w *wktReader) wrong(want, hint text2) error {
	value := text2{"the end of the text", "文本结尾"}
	if w.at < len(w.text) {
		value = quoted(w.text[w.at:min(len(w.text), w.at+40)])
	}
	return refusal(ErrSyntax, w.column(int32(w.at)), value, want, hint)
}

// word reads letters.
func (w *wktReader) word() string {
	w.skip(" \t\r\n")
	from := w.at
	for w.at < len(w.text) && (w.text[w.at]|0x20 >= 'a' && w.text[w.at]|0x20 <= 'z') {
		w.at++
	}
	return strings.ToUpper(w.text[from:w.at])
}

func (w *wktReader) geometry(p *rawPlot, depth int) error {
	if depth > 16 {
		return w.wrong(text2{"fewer nested collections", "嵌套更少的集合"}, text2{})
	}
	kind := w.word()
	if kind == "SRID" && depth == 0 {
		code, rest, ok := strings.Cut(w.text[w.at:], ";")
		if code, ok2 := strings.CutPrefix(strings.TrimSpace(code), "="); ok && ok2 && len(code) < 20 {
			if code = strings.TrimSpace(code); w.crs != "" && w.crs != code {
				return w.wrong(quoted("SRID="+w.crs), text2{"one file has one coordinate system", "一个文件只能有一个坐标系"})
			}
			w.crs, w.crsReason = code, text2{"SRID names it", "SRID注明"}
			w.at = len(w.text) - len(rest)
			return w.geometry(p, 1)
		}
		return w.wrong(text2{"SRID=4490;POLYGON((…))", "SRID=4490;POLYGON((…))"}, text2{})
	}
	want := text2{"POLYGON((x y, …)) or MULTIPOLYGON(((x y, …)))", "POLYGON((x y, …))或MULTIPOLYGON(((x y, …)))"}
	for _, suffix := range [3]string{"ZM", "Z", "M"} { // POLYGONZ
		if k, ok := strings.CutSuffix(kind, suffix); ok && (k == "POLYGON" || k == "MULTIPOLYGON") {
			kind = k
			w.notice("z_dropped", text2{"heights or measures (Z, M) were left out", "高程或度量值（Z、M）已舍去"})
		}
	}
	save := w.at
	switch w.word() {
	case "":
	case "Z", "M", "ZM":
		w.notice("z_dropped", text2{"heights or measures (Z, M) were left out", "高程或度量值（Z、M）已舍去"})
	case "EMPTY":
		return nil
	default:
		w.at = save
		return w.wrong(want, text2{})
	}
	switch kind {
	case "POLYGON":
		return w.polygon(p)
	case "MULTIPOLYGON":
		return w.list(func() error { return w.polygon(p) })
	case "GEOMETRYCOLLECTION":
		return w.list(func() error { return w.geometry(p, depth+2) })
	case "POINT", "LINESTRING", "MULTIPOINT", "MULTILINESTRING":
		return w.wrong(want, text2{"a point or a line has no area; draw the outline of the site", "点和线没有面积，请绘制地块边界"})
	case "CURVEPOLYGON", "MULTISURFACE":
		return w.wrong(want, text2{"turn curves into lines (ST_CurveToLine) first", "请先将曲线转为折线（ST_CurveToLine）"})
	}
	return w.wrong(want, text2{})
}

// list reads (item, item, …).
func (w *wktReader) list(item func() error) error {
	w.skip(" \t\r\n")
	if w.at >= len(w.text) || w.text[w.at] != '(' {
		return w.wrong(text2{"an opening bracket", "左括号"}, text2{})
	}
	w.at++
	for {
		if err := item(); err != nil {
			return err
		}
		w.skip(" \t\r\n")
		switch {
		case w.at < len(w.text) && w.text[w.at] == ',':
			w.at++
		case w.at < len(w.text) && w.text[w.at] == ')':
			w.at++
			return nil
		default:
			return w.wrong(text2{"a comma or a closing bracket", "逗号或右括号"}, text2{})
		}
	}
}

func (w *wktReader) polygon(p *rawPlot) error {
	var rings []rawRing
	err := w.list(func() error {
		var ring rawRing
		start := int32(w.at)
		err := w.list(func() error { return w.position(&ring) })
		if err == nil && len(ring.points) < 3 {
			w.at = int(start)
			err = w.wrong(text2{"a ring of at least 4 positions, the last equal to the first", "至少4个坐标、首尾相同的环"}, text2{})
		}
		rings = append(rings, ring)
		return err
	})
	p.polygons = append(p.polygons, rings)
	return err
}

// position reads x y, and passes over what follows them.
func (w *wktReader) position(ring *rawRing) error {
	var p orb.Point
	w.skip(" \t\r\n")
	start := int32(w.at)
	for n := 0; ; n++ {
		w.skip(" \t\r\n")
		from := w.at
		for w.at < len(w.text) && strings.IndexByte("+-.eE0123456789", w.text[w.at]) >= 0 {
			w.at++
		}
		if from == w.at && n >= 2 {
			break
		}
		v, ok := parseNumber(w.text[from:w.at])
		if !ok || n > 3 {
			w.at = from
			return w.wrong(text2{"a number", "数值"}, text2{"a position is written as x y", "坐标写作“x y”"})
		}
		if n < 2 {
			p[n] = v
		}
	}
	if err := w.draft.count(1, func() text2 { return w.column(start) }); err != nil {
		return err
	}
	grow(&ring.points, p)
	grow(&ring.marks, start)
	return nil
}
