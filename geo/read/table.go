package read

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"
)

// columns says in which column of a table what stands; -1 is nowhere.
type columns struct {
	first, second          int // the two numbers of a point
	name, ring, plot, plan int // of the point, of the ring, number and name of the plot
	order                  order
	degrees, packed        bool
}

// tableReader reads a list of points with a header, row by row.
type tableReader struct {
	*draft
	header columns
	found  bool
	seen   int // rows before the header
	plots  map[string]*rawPlot
	plot   *rawPlot
	key    [2]string
	began  bool // a point was read
}

// headerRows is how many rows a header may have above it.
const headerRows = 20

func newTable(d *draft) *tableReader {
	d.mended = true
	return &tableReader{draft: d, plots: map[string]*rawPlot{}}
}

// plainHeader strips a header of blanks, capitals and what stands in brackets.
func plainHeader(s string) string {
	s = strings.ToLower(strings.Map(halfWidth, s))
	if i := strings.IndexAny(s, "(["); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-\n.*", r) {
			return -1
		}
		return r
	}, s)
}

// headerOf recognises a header; it needs both numbers of a point.
func headerOf(row []string) (c columns, ok bool) {
	c = columns{first: -1, second: -1, name: -1, ring: -1, plot: -1, plan: -1}
	chinese := false
	x, y, north, east, lon, lat := -1, -1, -1, -1, -1, -1
	set := func(to *int, i int) {
		if *to < 0 {
			*to = i
		}
	}
	for i, cell := range row[:min(len(row), 100)] {
		if len(cell) > 100 {
			continue
		}
		low := strings.ToLower(cell)
		c.packed = c.packed || strings.Contains(low, "mmss")
		switch plainHeader(cell) {
		case "点号", "界址点号", "点名", "拐点", "拐点号", "界址点", "点序号", "拐点编号", "界址点编号":
			chinese = true
			c.name = i
		case "序号", "编号", "point", "pointname", "pointno", "pointid", "no", "id", "pt", "vertex", "corner":
			set(&c.name, i)
		case "圈号", "地块圈号", "环号", "ring", "ringno", "part", "partno":
			c.ring = i
		case "地块编号", "地块号", "宗地号", "宗地编号", "图斑编号", "地块", "plot", "plotno", "plotid", "parcel", "parcelid", "site", "siteid":
			set(&c.plot, i)
		case "地块名称", "项目名称", "名称", "plotname", "parcelname", "sitename", "name":
			set(&c.plan, i)
		case "纵坐标", "北坐标", "x坐标北", "纵坐标x", "x纵坐标", "北", "northing", "north", "n", "xnorth":
			set(&north, i)
		case "横坐标", "东坐标", "y坐标东", "横坐标y", "y横坐标", "东", "easting", "east", "e", "yeast":
			set(&east, i)
		case "x坐标", "坐标x":
			chinese = true
			set(&x, i)
		case "y坐标", "坐标y":
			set(&y, i)
		case "x", "coordx", "xcoord", "pointx":
			set(&x, i)
		case "y", "coordy", "ycoord", "pointy":
			set(&y, i)
		case "经度", "东经", "大地经度", "lon", "lng", "long", "longitude":
			set(&lon, i)
			c.packed = c.packed || strings.Contains(low, "度分秒")
		case "纬度", "北纬", "大地纬度", "lat", "latitude":
			set(&lat, i)
		}
	}
	switch {
	case lon >= 0 && lat >= 0:
		c.first, c.second, c.order, c.degrees = lon, lat, orderEast, true
	case north >= 0 && east >= 0:
		c.first, c.second, c.order = north, east, orderNorth
	case x >= 0 && y >= 0 && chinese:
		c.first, c.second, c.order = x, y, orderNorth
	case x >= 0 && y >= 0:
		c.first, c.second = x, y
	}
	return c, c.first >= 0
}

// row takes the next row, header or not.
func (t *tableReader) row(cells []string, mark int32) error {
	if !t.found {
		c, ok := headerOf(cells)
		if !ok {
			if t.seen++; t.seen > headerRows {
				return t.headless()
			}
			return nil
		}
		t.header, t.found = c, true
		t.order = c.order
		return nil
	}
	return t.pointRow(cells, mark)
}

// headless says that the table has no header.
func (t *tableReader) headless() error {
	return refusal(ErrSyntax, text2{}, text2{"a table without a header that names the coordinates", "没有坐标列标题的表格"}, text2{"a header such as 点号,X,Y or 经度,纬度", "标题行，如“点号,X,Y”或“经度,纬度”"},
		text2{"put the header in one of the first rows, one column for each coordinate", "请在前几行写明列标题，每个坐标一列"})
}

func (t *tableReader) pointRow(cells []string, mark int32) error {
	get := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	h := t.header
	one, two := strings.Map(halfWidth, get(h.first)), strings.Map(halfWidth, get(h.second))
	if one == "" && two == "" {
		return nil
	}
	a, _, ok1 := t.value(one)
	b, _, ok2 := t.value(two)
	if !ok1 || !ok2 {
		if _, again := headerOf(cells); again {
			return nil // the header of the next page
		}
		if !t.began && !strings.ContainsAny(one+two, "0123456789") {
			return nil // a row of units
		}
		bad := one
		if ok1 {
			bad = two
		}
		return refusal(ErrSyntax, t.whereIs(mark), quoted(bad), text2{"a coordinate", "坐标数值"}, text2{"write it as 4191674.000, 113.5833 or 113°35′00″", "请写成4191674.000、113.5833或113°35′00″"})
	}
	t.began = true
	if err := t.draft.count(1, func() text2 { return t.whereIs(mark) }); err != nil {
		return err
	}
	t.choose(get(h.plot), get(h.plan), mark)
	t.add(get(h.ring), orb.Point{a, b}, mark)
	return nil
}

// value reads one coordinate.
func (t *tableReader) value(s string) (v float64, dms, ok bool) {
	v, dms, ok = parseAngle(s)
	if ok && !dms && (t.header.packed || t.options.Packed) && v >= -180 && v <= 180 {
		v, ok = unpack(v)
	}
	return v, dms, ok
}

// choose finds the plot of a row; empty cells repeat the row above.
func (t *tableReader) choose(number, name string, mark int32) {
	if number == "" && name == "" || t.header.plot >= 0 && number == "" {
		number, name = t.key[0], t.key[1]
	}
	key := number
	if t.header.plot < 0 {
		key = name
	}
	if p := t.plots[key]; p != nil {
		t.plot, t.key = p, [2]string{number, name}
		return
	}
	p := &rawPlot{where: func() text2 { return t.whereIs(mark) }, Plot: Plot{Number: shorten2(number), Name: shorten2(name)}}
	t.plots[key], t.plot, t.key = p, p, [2]string{number, name}
	t.draft.plots = append(t.draft.plots, p)
}

// add puts a point on the plot at hand.
func (t *tableReader) add(number string, at orb.Point, mark int32) {
	p := t.plot
	n := len(p.rings)
	if n == 0 || number != "" && number != p.rings[n-1].number || p.rings[n-1].closed && at != p.rings[n-1].points[0] {
		if n > 0 && number == "" {
			number = p.rings[n-1].number
		}
		p.rings = append(p.rings, rawRing{number: number})
		n++
	}
	ring := &p.rings[n-1]
	grow(&ring.points, at)
	grow(&ring.marks, mark)
	ring.closed = ring.closed || len(ring.points) >= 4 && at == ring.points[0]
}

// close ends the table.
func (t *tableReader) close() error {
	if !t.found {
		return t.headless()
	}
	open := 0
	for _, p := range t.draft.plots {
		for _, ring := range p.rings {
			if len(ring.points) < 3 {
				return refusal(ErrGeometry, t.whereIs(ring.marks[0]), saying("a ring with %d points", "一个圈只有%d个点", len(ring.points)),
					text2{"at least three points", "至少三个点"}, text2{"a ring needs three corners", "一个圈至少要有三个角点"})
			}
			if !ring.closed {
				open++
			}
		}
	}
	if open > 0 {
		t.notice("closing_point", text2{fmt.Sprintf("the first point is not repeated at the end, rings: %d; they were closed", open), fmt.Sprintf("有%d个圈末尾没有重复起点，已按闭合读取", open)})
	}
	return nil
}
