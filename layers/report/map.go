package report

import (
	"fmt"
	"math"
	"strconv"

	"planatlas/layers"

	"github.com/paulmach/orb"
)

// The measures of a map on paper, mm.
const (
	mapWidth       = 178.0
	locationHeight = 140.0 // of the frame
	siteHeight     = 150.0
	mapMargin      = 5.0 // around the frame, for the numbers of the grid
	legendLine     = 5.0
)

// atlas draws the maps of one report.
type atlas struct {
	*Report
	plane plane
}

// maps are the location map and the map of the site.
func (r *Report) maps() (section, error) {
	a := atlas{r, newPlane(r.answer, r.site)}
	shapes, err := r.conflicts()
	if err != nil {
		return section{}, err
	}
	warning := r.say("示意图，不表示行政区划界线；未经地图审核，不得公开（地图管理条例第十五条）。", "A sketch without administrative boundaries; not reviewed for publication (Regulation on Map Management, article 15).")
	site, others := a.siteMap(shapes)
	return section{Title: r.name("附图", "Maps"), Fresh: true, Blocks: []block{
		{Figure: &figure{Caption: r.name("区位图", "Location"), Drawing: a.location(), Notes: []string{warning}}},
		{Figure: &figure{Caption: r.name("地块与冲突图", "Site and conflicts"), Drawing: site, Notes: append(others, warning)}},
	}}, nil
}

func mapFrame(height float64) orb.Bound {
	return orb.Bound{Min: orb.Point{mapMargin, mapMargin}, Max: orb.Point{mapWidth - mapMargin, mapMargin + height}}
}

// siteScale is the largest round scale at which the site fits, with a margin.
func siteScale(width, height float64) float64 {
	frame := mapFrame(siteHeight)
	for _, scale := range []float64{200, 500, 1000, 2000, 2500, 5000, 10_000, 15_000, 20_000, 25_000, 50_000, 100_000, 200_000, 250_000, 500_000, 1_000_000} {
		if width*1.3*1000/scale <= frame.Max[0]-frame.Min[0] && height*1.3*1000/scale <= frame.Max[1]-frame.Min[1] {
			return scale
		}
	}
	return 2_000_000
}

// grid draws the frame with the coordinates of the plane: ticks and crosses at round
// metres, and longitude and latitude at two corners.
func (a atlas) grid(d *drawing, f frame) {
	step := 1_000_000.0
	for _, s := range []float64{10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000} {
		if s*f.mmPerMetre >= 24 {
			step = s
			break
		}
	}
	const size, pale = 2.0, colour(0x8a8a8a)
	for east := math.Ceil(f.east0/step) * step; east <= f.eastTo(); east += step {
		x := f.paper(f.north0, east)[0]
		d.line(black, 0.15, orb.Point{x, f.box.Min[1]}, orb.Point{x, f.box.Min[1] - 1})
		d.line(black, 0.15, orb.Point{x, f.box.Max[1]}, orb.Point{x, f.box.Max[1] + 1})
		if x < f.box.Max[0]-40 { // where the corner has no room
			d.words(strconv.FormatFloat(east, 'f', 0, 64), x, f.box.Min[1]-1.5, size, black, centre)
		}
		for north := math.Ceil(f.north0/step) * step; north <= f.northTo(); north += step {
			at := f.paper(north, east)
			d.line(pale, 0.1, orb.Point{at[0] - 1, at[1]}, orb.Point{at[0] + 1, at[1]})
			d.line(pale, 0.1, orb.Point{at[0], at[1] - 1}, orb.Point{at[0], at[1] + 1})
		}
	}
	for north := math.Ceil(f.north0/step) * step; north <= f.northTo(); north += step {
		y := f.paper(north, f.east0)[1]
		for _, x := range []float64{f.box.Min[0] - 1, f.box.Max[0]} {
			d.line(black, 0.15, orb.Point{x, y}, orb.Point{x + 1, y})
		}
		d.Shapes = append(d.Shapes, shape{Words: strconv.FormatFloat(north, 'f', 0, 64), At: orb.Point{f.box.Min[0] - 1.5, y}, Size: size, Fill: black, Stroke: none, Align: centre, Turn: 90})
	}
	d.box(f.box.Min[0], f.box.Min[1], f.box.Max[0]-f.box.Min[0], f.box.Max[1]-f.box.Min[1], black, none, 0.35)
	lon, lat := a.plane.crs.Inverse(f.north0, f.east0)
	d.words(degrees(lon)+"E  "+degrees(lat)+"N", f.box.Min[0], f.box.Max[1]+3.2, size, black, left)
	lon, lat = a.plane.crs.Inverse(f.northTo(), f.eastTo())
	d.words(degrees(lon)+"E  "+degrees(lat)+"N", f.box.Max[0], f.box.Min[1]-1.5, size, black, right)
}

// degrees writes an angle in degrees, minutes and seconds.
func degrees(v float64) string {
	seconds := int(math.Round(v * 3600))
	return fmt.Sprintf("%d°%02d′%02d″", seconds/3600, seconds/60%60, seconds%60)
}

// north draws the arrow of grid north.
func (a atlas) north(d *drawing, f frame) {
	x, y := f.box.Max[0]-8, f.box.Min[1]+4
	d.box(x-5, y-2.5, 10, 19, none, white, 0)
	d.Shapes = append(d.Shapes,
		shape{Lines: [][]orb.Point{{{x, y + 2}, {x, y + 11}, {x - 3.2, y + 13.5}}}, Closed: true, Stroke: black, Fill: black, Width: 0.2},
		shape{Lines: [][]orb.Point{{{x, y + 2}, {x, y + 11}, {x + 3.2, y + 13.5}}}, Closed: true, Stroke: black, Fill: white, Width: 0.2})
	d.words(map[bool]string{true: "N", false: "北"}[a.o.Lang == EN], x, y+1, 2.8, black, centre)
}

// scaleBar draws a bar of about 40 mm with four fields, and the scale.
func (a atlas) scaleBar(d *drawing, f frame) {
	unit := 1.0
	for _, s := range []float64{1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000, 20_000} {
		if s*f.mmPerMetre <= 12 {
			unit = s
		}
	}
	w := unit * f.mmPerMetre
	x, y := f.box.Min[0]+5, f.box.Max[1]-5
	d.box(x-3, y-8.5, 4*w+18, 12, none, white, 0)
	for i := range 4 {
		d.box(x+float64(i)*w, y, w, 1.4, black, []colour{black, white}[i%2], 0.15)
	}
	for _, i := range []int{0, 1, 2, 4} {
		text := strconv.FormatFloat(float64(i)*unit, 'f', -1, 64)
		if unit >= 500 {
			text = strconv.FormatFloat(float64(i)*unit/1000, 'f', -1, 64)
		}
		d.words(text, x+float64(i)*w, y-0.8, 2, black, centre)
	}
	d.words(map[bool]string{true: "km", false: "m"}[unit >= 500], x+4*w+3, y+1.4, 2.2, black, left)
	d.words("1:"+grouped(int(f.scale)), x, y-4.2, 2.8, black, left)
}

// grouped writes a number in groups of three digits.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}

// mark writes the check's number and time on the map, so that a copy of the map
// alone still says where it comes from.
func (a atlas) mark(d *drawing, f frame) {
	d.words(a.answer.ID+"  "+china(a.answer.Created).Format("2006-01-02 15:04:05")+"  "+a.plane.crs.Code(), f.box.Max[0], f.box.Max[1]+3.2, 2, black, right)
}

// furniture is the ground that the north arrow and the scale bar cover.
func (a atlas) furniture(f frame) []orb.Bound {
	return []orb.Bound{{Min: orb.Point{f.box.Max[0] - 14, f.box.Min[1]}, Max: orb.Point{f.box.Max[0], f.box.Min[1] + 21}},
		{Min: orb.Point{f.box.Min[0], f.box.Max[1] - 15}, Max: orb.Point{f.box.Min[0] + 68, f.box.Max[1]}}}
}

// legend is the list of signs below a map, in columns.
type legend struct {
	d    *drawing
	top  float64
	n    int
	cols int
}

// entry draws a sign and says what it means.
func (l *legend) entry(text string, sign func(x, y float64)) {
	column := mapWidth / float64(l.cols)
	room, wide := column-14, false
	if width(text, 2.3) > room && l.cols > 1 { // a line of its own
		wide, room = true, mapWidth-14-mapMargin
		l.n = (l.n + l.cols - 1) / l.cols * l.cols
	}
	x, y := mapMargin+float64(l.n%l.cols)*column, l.top+float64(l.n/l.cols)*legendLine
	l.n++
	if wide {
		l.n += l.cols - 1
	}
	sign(x, y)
	l.d.words(shorten(text, room, 2.3), x+11, y+1, 2.3, black, left)
	l.d.Height = y + legendLine
}

// shorten cuts words that are wider than so many millimetres.
func shorten(text string, width, size float64) string {
	used := 0.0
	for i, c := range text {
		used += size * map[bool]float64{true: 1.35, false: 0.75}[c > 0x2e7f]
		if used > width {
			return text[:i] + "…"
		}
	}
	return text
}

func (r *Report) short(t layers.Text) string {
	if r.o.Lang == EN {
		return t.EN
	}
	if t.ZH == "" {
		return t.EN
	}
	return t.ZH
}
