package read

import (
	"strconv"
	"strings"

	"planatlas/geo/crs"
)

// txtReader reads 界址点坐标 TXT files (国土报备格式): sections in brackets, lines of
// key=value, and in the section of the plots a head that ends in @ followed by the
// points: name, ring, X (north), Y (east). Rings are told apart by their number
// and by their closing points; which of them are holes is told by where they lie.
type txtReader struct {
	*draft
	section string
	plot    *rawPlot
	rows    int // points of the plot
	count   int // that its head names, or 0
	skipped string
	told    map[string]bool
	fields  [maxFields]string
	first   string // name of the first point of the ring
}

// plotSection is the section that holds points.
const plotSection = "地块坐标"

// isTXT tells whether text is a file of this kind.
func isTXT(text string) bool {
	head := text[:min(len(text), 1<<16)]
	if strings.Contains(head, "["+plotSection) || strings.Contains(head, "[属性描述") || strings.Contains(head, "【地块坐标") || strings.Contains(head, "［地块坐标") {
		return true
	}
	for line := range strings.Lines(head) {
		if line = strings.TrimRight(line, " \t\r\n,，"); (strings.HasSuffix(line, "@") || strings.HasSuffix(line, "＠")) && strings.ContainsAny(line, ",，") {
			return true
		}
	}
	return false
}

// txt reads the file.
func (d *draft) txt() error {
	d.result.Format = FormatTXT
	d.order, d.whereIs, d.mended = orderNorth, d.line, true
	r := txtReader{draft: d, told: map[string]bool{}}
	offset := int32(0)
	for line := range strings.Lines(d.text) {
		if err := r.line(strings.TrimSpace(strings.TrimPrefix(line, "\ufeff")), offset); err != nil {
			return err
		}
		offset += int32(len(line))
	}
	if err := r.finish(); err != nil {
		return err
	}
	if r.skipped != "" && len(d.plots) == 0 {
		return refusal(ErrGeometry, text2{}, both(r.skipped), text2{"at least one plot of the kind 面", "至少一个图形属性为“面”的地块"},
			text2{"a line or a point has no area; hand in the outline", "线和点没有面积，请提交地块边界"})
	}
	return nil
}

// once tells something the first time only.
func (r *txtReader) once(code string, t text2) {
	if !r.told[code] {
		r.told[code] = true
		r.notice(code, t)
	}
}

func (r *txtReader) line(line string, offset int32) error {
	if line == "" {
		return nil
	}
	if strings.HasPrefix(line, "//") || strings.HasPrefix(line, "#") {
		if _, point := rowOf(splitRow(line, r.fields[:0])); !point {
			return nil // a remark
		}
	}
	if name, ok := sectionName(line); ok {
		r.section = name
		return nil
	}
	if isHead(line) {
		return r.head(line, offset)
	}
	if r.section == "" || r.section == plotSection || r.plot != nil && r.section == "" {
		if !strings.ContainsAny(line, ",，") && strings.ContainsAny(line, "=＝:：") {
			if key, value, ok := keyValue(line); ok {
				return r.key(key, value, offset)
			}
		}
		return r.point(line, offset)
	}
	if key, value, ok := keyValue(line); ok {
		return r.key(key, value, offset)
	}
	return nil
}

// sectionName returns the name of a section in brackets of any width.
func sectionName(line string) (string, bool) {
	s := strings.Map(halfWidth, line[:min(len(line), 200)])
	if !strings.HasPrefix(s, "[") {
		return "", false
	}
	name, _, ok := strings.Cut(s[1:], "]")
	name = strings.TrimSpace(name)
	if strings.Contains(name, "坐标") && strings.Contains(name, "地块") || name == "界址点坐标" {
		name = plotSection
	}
	return name, ok
}

func isHead(line string) bool { return strings.Contains(line, "@") || strings.Contains(line, "＠") }

func keyValue(line string) (key, value string, ok bool) {
	line = strings.Replace(line, "＝", "=", 1)
	key, value, ok = strings.Cut(line, "=")
	if !ok {
		key, value, ok = strings.Cut(strings.Replace(line, "：", ":", 1), ":")
	}
	key = strings.TrimSpace(key)
	return key, strings.TrimSpace(value), ok && key != "" && len(key) <= 100
}

// key takes one line of the head.
func (r *txtReader) key(key, value string, offset int32) error {
	if len(r.result.Attributes) < 100 {
		r.result.Attributes = append(r.result.Attributes, Attribute{Name: key, Value: shorten2(value)})
	}
	plain := strings.ReplaceAll(strings.Map(halfWidth, value), " ", "")
	if plain == "" {
		return nil
	}
	switch key {
	case "坐标系", "坐标系统", "坐标系名称":
		return r.datum(value, offset)
	case "几度分带", "分带", "度带":
		switch strings.NewReplacer("度", "", "带", "", "分", "", "三", "3", "六", "6").Replace(plain) {
		case "3":
			r.width = 3
		case "6":
			r.width = 6
		default:
			return refusal(ErrSyntax, r.draft.line(offset), quoted(value), text2{"3 or 6 degrees", "3或6"}, text2{"", ""})
		}
	case "带号", "中央经线", "中央子午线", "中央子午线经度":
		return r.zoneKey(key, plain, value, offset)
	case "计量单位", "单位":
		if plain != "米" && plain != "m" && plain != "M" && !strings.Contains(plain, "度") {
			return refusal(ErrSyntax, r.draft.line(offset), quoted(value), text2{"metres (米)", "米"}, text2{"convert the coordinates to metres", "请将坐标换算为米"})
		}
	case "投影类型", "投影":
		if !strings.Contains(plain, "高斯") && !strings.Contains(strings.ToLower(plain), "gauss") {
			return refusal(ErrSyntax, r.draft.line(offset), quoted(value), text2{"高斯克吕格 (Gauss-Kruger)", "高斯克吕格"}, text2{"convert the coordinates to CGCS2000 Gauss-Kruger", "请转换为2000国家大地坐标系高斯-克吕格投影"})
		}
	case "转换参数":
		if strings.Trim(plain, ",0.") != "" {
			r.once("parameters_unused", text2{"the head gives transformation parameters (转换参数), which are not applied: the coordinates are taken as they stand", "文件头中的转换参数未被使用，坐标按原值读取"})
		}
	}
	return nil
}

// datum takes the coordinate system of the head.
func (r *txtReader) datum(value string, offset int32) error {
	s, datum, err := r.installed(crs.Named(value))
	r.headDatum = datum
	if err != nil {
		return r.nameRefused(err, r.draft.line(offset), value)
	}
	r.draft.datum = true
	if c, ok := s.Plane(); ok {
		r.width, r.zone = c.Width, c.Zone
		return nil
	}
	if s.GNSS() { // its zones have the numbers of CGCS2000
		r.notice("epoch", epoch())
	}
	if s.Shifted() {
		r.crs, r.crsReason = s.Code(), saying("the head says 坐标系=%s", "文件头写明坐标系=%s", value)
	}
	return nil
}

// zoneKey takes the zone number or the central meridian of the head.
func (r *txtReader) zoneKey(key, plain, value string, offset int32) error {
	n, err := strconv.Atoi(strings.Trim(plain, "第带号度°E东经"))
	switch {
	case err == nil && key != "带号" && n >= 75 && n <= 135 && n%3 == 0:
		if r.zone = n / 3; r.width == 6 {
			r.zone = (n + 3) / 6
		}
	case err == nil && key == "带号" && n >= 13 && n <= 45:
		r.zone = n
	default:
		return refusal(ErrSyntax, r.draft.line(offset), quoted(value), text2{"a zone number: 25 to 45 of 3 degrees, 13 to 23 of 6", "带号：3度带25至45，6度带13至23"},
			text2{"the city lies in zone 38 of 3 degrees", "本市位于3度带第38带"})
	}
	return nil
}
