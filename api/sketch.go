package api

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"planatlas/layers"

	"github.com/paulmach/orb"
)

const (
	sketchWidth  = 640 // px
	sketchHeight = 480
	sketchMargin = 14
	sketchFrom   = 0.02 // degrees: the least that a map shows of the world
)

// sketch is a small map, drawn as SVG: no more than what helps to see where
// something lies.
type sketch struct {
	box   orb.Bound // lon/lat
	scale float64   // px per degree of latitude
	east  float64   // of a degree of longitude to one of latitude
	out   strings.Builder
}

// newSketch makes a map that shows the box with some of what lies around.
func newSketch(box orb.Bound) *sketch {
	s := &sketch{box: box}
	s.east = math.Cos(box.Center()[1] * math.Pi / 180)
	w, h := max((box.Max[0]-box.Min[0])*s.east, sketchFrom), max(box.Max[1]-box.Min[1], sketchFrom)
	s.scale = min((sketchWidth-2*sketchMargin)/w, (sketchHeight-2*sketchMargin)/h)
	return s
}

func (s *sketch) at(p orb.Point) (x, y float64) {
	c := s.box.Center()
	return sketchWidth/2 + (p[0]-c[0])*s.east*s.scale, sketchHeight/2 - (p[1]-c[1])*s.scale
}

// draw adds a geometry in the style of its layer. A point known less well than a
// few pixels has the circle within which it lies.
func (s *sketch) draw(g orb.Geometry, style layers.Style, accuracyM float64) {
	switch g := g.(type) {
	case orb.Point:
		s.point(g, style, accuracyM)
	case orb.MultiPoint:
		for _, p := range g {
			s.point(p, style, accuracyM)
		}
	case orb.LineString:
		s.path([][]orb.Point{g}, false, style)
	case orb.MultiLineString:
		for _, l := range g {
			s.path([][]orb.Point{l}, false, style)
		}
	case orb.Polygon:
		s.polygon(g, style)
	case orb.MultiPolygon:
		for _, p := range g {
			s.polygon(p, style)
		}
	case orb.Collection:
		for _, one := range g {
			s.draw(one, style, accuracyM)
		}
	}
}

func (s *sketch) polygon(p orb.Polygon, style layers.Style) {
	rings := make([][]orb.Point, len(p))
	for i, r := range p {
		rings[i] = r
	}
	s.path(rings, true, style)
}

func (s *sketch) point(p orb.Point, style layers.Style, accuracyM float64) {
	x, y := s.at(p)
	fill := opaque(style.Fill)
	if fill == "" {
		fill = opaque(style.Stroke)
	}
	if r := accuracyM / 111_320 * s.scale; r > 8 {
		fmt.Fprintf(&s.out, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="none" stroke="%s" stroke-dasharray="4 4"/>`, x, y, r, opaque(style.Stroke))
	}
	fmt.Fprintf(&s.out, `<circle cx="%.1f" cy="%.1f" r="5" fill="%s" stroke="#fff" stroke-width="1.5"/>`, x, y, fill)
}

// path adds lines or rings, without the vertices that nobody would see.
func (s *sketch) path(lines [][]orb.Point, closed bool, style layers.Style) {
	var d strings.Builder
	for _, line := range lines {
		lastX, lastY := math.Inf(1), math.Inf(1)
		for i, p := range line {
			x, y := s.at(p)
			x, y = min(max(x, -2000), 2000+sketchWidth), min(max(y, -2000), 2000+sketchHeight) // far away is far enough
			if i > 0 && i < len(line)-1 && math.Abs(x-lastX) < 0.8 && math.Abs(y-lastY) < 0.8 {
				continue
			}
			fmt.Fprintf(&d, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[i == 0], x, y)
			lastX, lastY = x, y
		}
		if closed {
			d.WriteByte('Z')
		}
	}
	fill, opacity := "none", 1.0
	if closed && style.Fill != "" {
		fill, opacity = opaque(style.Fill), alpha(style.Fill)
	}
	dash := make([]string, len(style.Dash))
	for i, v := range style.Dash {
		dash[i] = strconv.FormatFloat(v, 'f', -1, 64)
	}
	fmt.Fprintf(&s.out, `<path d="%s" fill="%s" fill-opacity="%.2f" stroke="%s" stroke-width="%.1f"`, d.String(), fill, opacity, opaque(style.Stroke), max(style.Width, 1))
	if len(dash) > 0 {
		fmt.Fprintf(&s.out, ` stroke-dasharray="%s"`, strings.Join(dash, " "))
	}
	s.out.WriteString(` stroke-linejoin="round"/>`)
}

// html is the finished map with its label and a scale bar.
func (s *sketch) html(label string) template.HTML {
	metres, px := s.bar()
	bar := fmt.Sprintf(`<g stroke="#3b3a35" fill="none"><path d="M16 %d v6 h%.1f v-6"/></g><text x="20" y="%d" font-size="12" fill="#3b3a35">%s</text>`, sketchHeight-20, px, sketchHeight-20, metres)
	return template.HTML(fmt.Sprintf(`<svg class="sketch" viewBox="0 0 %d %d" role="img" aria-label="%s" xmlns="http://www.w3.org/2000/svg"><rect width="%d" height="%d" fill="#faf7ef"/>%s%s</svg>`,
		sketchWidth, sketchHeight, template.HTMLEscapeString(label), sketchWidth, sketchHeight, s.out.String(), bar))
}

// bar is a round length and its pixels.
func (s *sketch) bar() (text string, px float64) {
	perMetre := s.scale / 111_195
	length := 1.0
	for i := 0; length*perMetre < 70; i++ {
		length *= []float64{2, 2.5, 2}[i%3]
	}
	if length >= 1000 {
		return strconv.FormatFloat(length/1000, 'f', -1, 64) + " km", length * perMetre
	}
	return strconv.FormatFloat(length, 'f', -1, 64) + " m", length * perMetre
}

// opaque is a colour without its transparency; grey for what is none.
func opaque(colour string) string {
	if len(colour) < 7 || colour[0] != '#' || strings.Trim(colour[1:7], "0123456789abcdefABCDEF") != "" {
		if colour == "" {
			return ""
		}
		return "#5b5f63"
	}
	return colour[:7]
}

// alpha is the opacity of a colour, 0 to 1.
func alpha(colour string) float64 {
	if len(colour) != 9 {
		return 1
	}
	v, err := strconv.ParseUint(colour[7:], 16, 8)
	if err != nil {
		return 1
	}
	return float64(v) / 255
}

// around draws the city with its counties, and the features for orientation, below
// what the map is about.
func (s *sketch) around(outlines []layers.Outline, base []layers.BaseFeature) {
	for i, o := range outlines {
		style := layers.Style{Stroke: "#927a96", Width: 1, Dash: []float64{6, 3, 1.5, 3}}
		if i == 0 {
			style.Width, style.Fill = 2, "#ffffffff"
		}
		s.draw(o.Shape.Geom, style, 0)
	}
	styles := map[string]layers.Style{
		layers.BaseRiver: {Stroke: "#8fc0dd", Width: 1.4}, layers.BaseExpressway: {Stroke: "#e0a870", Width: 2},
		layers.BaseRoad: {Stroke: "#d8b9a0", Width: 1}, layers.BaseRailway: {Stroke: "#8a8a8a", Width: 1.2, Dash: []float64{5, 3}},
	}
	for _, f := range base {
		if style, ok := styles[f.Class]; ok {
			s.draw(f.Geometry, style, 0)
		}
	}
}

// places writes the names of towns, above all else, those of counties first, where
// there is room for them.
func (s *sketch) places(base []layers.BaseFeature, say func(layers.Text) string) {
	var taken []orb.Bound // px
	for _, class := range []string{layers.BaseSeat, layers.BaseTown} {
		for _, f := range base {
			p, ok := f.Geometry.(orb.Point)
			if !ok || f.Class != class {
				continue
			}
			size := map[bool]float64{true: 14, false: 12}[class == layers.BaseSeat]
			x, y := s.at(p)
			name := say(f.Name)
			box := orb.Bound{Min: orb.Point{x - 4, y - size}, Max: orb.Point{x + 10 + size*width(name), y + size/2}}
			if slices.ContainsFunc(taken, box.Intersects) || x < 0 || box.Max[0] > sketchWidth || y < size || y > sketchHeight-30 {
				continue
			}
			taken = append(taken, box)
			fmt.Fprintf(&s.out, `<circle cx="%.1f" cy="%.1f" r="2.5" fill="#fff" stroke="#5a5348"/><text x="%.1f" y="%.1f" font-size="%.0f" fill="#5a5348" stroke="#faf7ef" stroke-width="3" paint-order="stroke">%s</text>`,
				x, y, x+7, y+size/3, size, template.HTMLEscapeString(name))
		}
	}
}

// width is about the width of a text, in heights of its letters.
func width(text string) (w float64) {
	for _, r := range text {
		w += map[bool]float64{true: 0.55, false: 1}[r < 0x2e80]
	}
	return w
}
