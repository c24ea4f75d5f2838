package report

import (
	"slices"

	"planatlas/layers"

	"github.com/paulmach/orb"
)

// lineStyle is how a class of lines is drawn.
type lineStyle struct {
	class  string
	zh, en string
	colour colour
	width  float64
	dash   []float64
	over   colour // drawn narrower over the line; none for nothing
}

func lineStyles() []lineStyle {
	return []lineStyle{
		{layers.BaseRiver, "河流", "River", 0x338ec0, 0.5, nil, none},
		{layers.BaseRoad, "公路", "Road", 0xb08a6a, 0.45, nil, none},
		{layers.BaseExpressway, "高速公路", "Expressway", 0xd98c1f, 0.9, nil, 0xffe9b8},
		{layers.BaseRailway, "铁路", "Railway", 0x3a3a3a, 0.7, nil, white},
	}
}

// location shows where the site is: rivers, roads, railways and places around it.
func (a atlas) location() *drawing {
	d := &drawing{Width: mapWidth, Height: locationHeight + 2*mapMargin}
	north, east := a.plane.middle(a.site)
	f := newFrame(mapFrame(locationHeight), north, east, contextScale(a.size()))
	d.box(f.box.Min[0], f.box.Min[1], f.box.Max[0]-f.box.Min[0], f.box.Max[1]-f.box.Min[1], none, 0xfbfaf6, 0)
	drawn := a.baseLines(d, f, 1)
	middle := f.paper(north, east)
	taken := append(a.furniture(f), orb.Bound{Min: orb.Point{middle[0] - 4, middle[1] - 4}, Max: orb.Point{middle[0] + 4, middle[1] + 4}},
		orb.Bound{Min: orb.Point{middle[0] + 4, middle[1] - 3}, Max: orb.Point{middle[0] + 5 + width(shorten(a.subject, 60, 2.8), 2.8), middle[1] + 2}})
	a.baseNames(d, f, &taken)
	a.siteOutline(d, f, 0.4)
	d.circle(middle, 3.2, 0xc4161c, none, 0.6)
	d.Shapes = append(d.Shapes, shape{Words: shorten(a.subject, 60, 2.8), At: orb.Point{middle[0] + 4.2, middle[1] + 1}, Size: 2.8, Fill: 0xc4161c, Stroke: none, Bold: true, Halo: true})
	a.grid(d, f)
	a.north(d, f)
	a.scaleBar(d, f)
	a.mark(d, f)
	l := &legend{d: d, top: f.box.Max[1] + 8, cols: map[bool]int{true: 3, false: 5}[a.o.Lang == Both]}
	l.entry(a.name("项目用地", "Site"), func(x, y float64) { d.circle(orb.Point{x + 5, y}, 1.8, 0xc4161c, none, 0.6) })
	for _, s := range lineStyles() {
		if slices.Contains(drawn, s.class) {
			l.entry(a.name(s.zh, s.en), func(x, y float64) { s.draw(d, []orb.Point{{x, y}, {x + 9, y}}, 1) })
		}
	}
	l.entry(a.name("地名", "Place"), func(x, y float64) { d.circle(orb.Point{x + 5, y}, 0.7, black, white, 0.25) })
	return d
}

// size is the site's width and height on the plane, metres.
func (a atlas) size() (width, height float64) {
	low, high := a.plane.extent(a.site)
	return high[0] - low[0], high[1] - low[1]
}

func (s lineStyle) draw(d *drawing, line []orb.Point, by float64) {
	d.Shapes = append(d.Shapes, shape{Lines: [][]orb.Point{line}, Stroke: s.colour, Fill: none, Width: s.width * by, Dash: s.dash})
	if s.over != none {
		over := shape{Lines: [][]orb.Point{line}, Stroke: s.over, Fill: none, Width: s.width * by * 0.55}
		if s.class == layers.BaseRailway {
			over.Dash = []float64{2, 2}
		}
		d.Shapes = append(d.Shapes, over)
	}
}

// baseLines draws the lines of the base map and returns which classes there were.
func (a atlas) baseLines(d *drawing, f frame, by float64) []string {
	var drawn []string
	for _, s := range lineStyles() {
		for _, b := range a.o.Base {
			if b.Class != s.class {
				continue
			}
			for _, line := range lineStrings(b.Geometry) {
				for _, part := range f.clipLine(a.plane.onPaper(f, line)) {
					s.draw(d, part, by)
					drawn = append(drawn, s.class)
				}
			}
		}
	}
	return drawn
}

// baseNames writes the names of places and lines where there is room, important
// ones first.
func (a atlas) baseNames(d *drawing, f frame, taken *[]orb.Bound) {
	for _, class := range []string{layers.BaseSeat, layers.BaseTown, layers.BaseVillage, layers.BaseMountain} {
		for _, b := range a.o.Base {
			if b.Class != class {
				continue
			}
			for _, p := range a.plane.onPaper(f, pointsOf(b.Geometry)) {
				if f.box.Contains(p) {
					a.place(d, f, b, p, taken)
				}
			}
		}
	}
	for _, s := range lineStyles() {
		for _, b := range a.o.Base {
			if b.Class == s.class {
				a.lineName(d, f, b, s, taken)
			}
		}
	}
}

// place draws a place with its name on the first side where nothing is yet.
func (a atlas) place(d *drawing, f frame, b layers.BaseFeature, p orb.Point, taken *[]orb.Bound) {
	size, name := 2.3, a.short(b.Name)
	if b.Class == layers.BaseSeat {
		size = 3
	}
	w := width(name, size)
	for _, side := range []struct{ dx, dy float64 }{{1.4, 0.9}, {-1.4 - w, 0.9}, {-w / 2, -1.6}, {-w / 2, 1.4 + size}} {
		at := orb.Point{p[0] + side.dx, p[1] + side.dy}
		box := orb.Bound{Min: orb.Point{at[0], at[1] - size}, Max: orb.Point{at[0] + w, at[1] + 0.5}}
		if free(f, box, *taken) {
			*taken = append(*taken, box)
			switch b.Class {
			case layers.BaseSeat:
				d.circle(p, 1.1, black, white, 0.3)
				d.circle(p, 0.5, black, black, 0.1)
			case layers.BaseMountain:
				d.Shapes = append(d.Shapes, shape{Lines: [][]orb.Point{{{p[0] - 1, p[1] + 0.8}, {p[0] + 1, p[1] + 0.8}, {p[0], p[1] - 1}}}, Closed: true, Stroke: none, Fill: 0x6b5a45})
			default:
				d.circle(p, 0.7, black, white, 0.25)
			}
			d.Shapes = append(d.Shapes, shape{Words: name, At: at, Size: size, Fill: black, Stroke: none, Halo: true, Bold: b.Class == layers.BaseSeat})
			return
		}
	}
}

// lineName writes the name of a line on it, once, at the first of several places
// that is free.
func (a atlas) lineName(d *drawing, f frame, b layers.BaseFeature, s lineStyle, taken *[]orb.Bound) {
	const size = 2.2
	name := a.short(b.Name)
	w := width(name, size)
	for _, line := range lineStrings(b.Geometry) {
		for _, part := range f.clipLine(a.plane.onPaper(f, line)) {
			for _, share := range []float64{0.5, 0.3, 0.7, 0.15, 0.85} {
				p := along(part, share)
				box := orb.Bound{Min: orb.Point{p[0] - w/2, p[1] - size}, Max: orb.Point{p[0] + w/2, p[1] + 0.6}}
				if free(f, box, *taken) {
					*taken = append(*taken, box)
					d.Shapes = append(d.Shapes, shape{Words: name, At: orb.Point{p[0], p[1]}, Size: size, Fill: darker(s.colour), Stroke: none, Halo: true, Align: centre})
					return
				}
			}
		}
	}
}

func darker(c colour) colour {
	r, g, b := c.rgb()
	return colour(r*6/10<<16 | g*6/10<<8 | b*6/10)
}

// width is about how wide words are.
func width(text string, size float64) float64 {
	w := 0.0
	for _, c := range text {
		w += size * map[bool]float64{true: 1.37, false: 0.78}[c > 0x2e7f]
	}
	return w
}

func free(f frame, box orb.Bound, taken []orb.Bound) bool {
	if !f.box.Contains(box.Min) || !f.box.Contains(box.Max) {
		return false
	}
	return !slices.ContainsFunc(taken, box.Intersects)
}

// along is the point at that share of the line's length.
func along(line []orb.Point, share float64) orb.Point {
	total := 0.0
	for i := 1; i < len(line); i++ {
		total += distance(line[i-1], line[i])
	}
	rest := total * share
	for i := 1; i < len(line); i++ {
		step := distance(line[i-1], line[i])
		if step > 0 && rest <= step {
			t := rest / step
			return orb.Point{line[i-1][0] + t*(line[i][0]-line[i-1][0]), line[i-1][1] + t*(line[i][1]-line[i-1][1])}
		}
		rest -= step
	}
	return line[len(line)-1]
}
