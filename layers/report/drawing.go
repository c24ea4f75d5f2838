package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
)

// colour is 0xrrggbb; none draws nothing.
type colour int32

const (
	none  colour = -1
	black colour = 0x000000
	white colour = 0xffffff
)

// css writes the colour for HTML and SVG.
func (c colour) css() string {
	if c == none {
		return "none"
	}
	return fmt.Sprintf("#%06x", int32(c))
}

// rgb parts the colour for PDF.
func (c colour) rgb() (r, g, b int) { return int(c>>16) & 255, int(c>>8) & 255, int(c) & 255 }

// drawing is a picture on paper: millimetres, y downward. SVG and PDF are written
// from the same one.
type drawing struct {
	Width, Height float64
	Shapes        []shape
}

// shape is one mark: lines, areas or words.
type shape struct {
	Lines  [][]orb.Point
	Closed bool
	Stroke colour
	Fill   colour // of closed lines, by the even-odd rule
	Width  float64
	Dash   []float64

	Words string
	At    orb.Point // of the baseline
	Size  float64   // height of the letters, mm
	Align align
	Turn  float64 // degrees counter-clockwise
	Bold  bool
	Halo  bool // on a white ground
}

// align says where the point of words is.
type align uint8

const (
	left align = iota
	centre
	right
)

func (d *drawing) line(stroke colour, width float64, points ...orb.Point) {
	d.Shapes = append(d.Shapes, shape{Lines: [][]orb.Point{points}, Stroke: stroke, Fill: none, Width: width})
}

func (d *drawing) box(x, y, w, h float64, stroke, fill colour, width float64) {
	d.Shapes = append(d.Shapes, shape{Lines: [][]orb.Point{{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}}, Closed: true, Stroke: stroke, Fill: fill, Width: width})
}

func (d *drawing) words(text string, x, y, size float64, c colour, a align) {
	d.Shapes = append(d.Shapes, shape{Words: text, At: orb.Point{x, y}, Size: size, Fill: c, Stroke: none, Align: a})
}

// circle is a small round mark.
func (d *drawing) circle(at orb.Point, radius float64, stroke, fill colour, width float64) {
	var ring []orb.Point
	for i := range 24 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 12)
		ring = append(ring, orb.Point{at[0] + radius*cos, at[1] + radius*sin})
	}
	d.Shapes = append(d.Shapes, shape{Lines: [][]orb.Point{ring}, Closed: true, Stroke: stroke, Fill: fill, Width: width})
}

// hatch draws parallel lines through areas, by the even-odd rule. Areas with other
// angles stay readable where they overlap.
func (d *drawing) hatch(rings [][]orb.Point, angle, every, width float64, c colour) {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	turn := func(p orb.Point) orb.Point { return orb.Point{p[0]*cos + p[1]*sin, p[1]*cos - p[0]*sin} }
	back := func(p orb.Point) orb.Point { return orb.Point{p[0]*cos - p[1]*sin, p[1]*cos + p[0]*sin} }
	var turned [][]orb.Point
	low, high := math.Inf(1), math.Inf(-1)
	for _, ring := range rings {
		var t []orb.Point
		for _, p := range ring {
			q := turn(p)
			t = append(t, q)
			low, high = min(low, q[1]), max(high, q[1])
		}
		turned = append(turned, t)
	}
	var lines [][]orb.Point
	for k := math.Ceil(low / every); k*every <= high; k++ {
		cuts := crossings(turned, k*every)
		for i := 0; i+1 < len(cuts); i += 2 {
			lines = append(lines, []orb.Point{back(orb.Point{cuts[i], k * every}), back(orb.Point{cuts[i+1], k * every})})
		}
	}
	if len(lines) > 0 {
		d.Shapes = append(d.Shapes, shape{Lines: lines, Stroke: c, Fill: none, Width: width})
	}
}

// crossings are where rings cross the height y, from left to right.
func crossings(rings [][]orb.Point, y float64) []float64 {
	var cuts []float64
	for _, ring := range rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a[1] <= y) != (b[1] <= y) {
				cuts = append(cuts, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
			}
		}
	}
	slices.SortFunc(cuts, func(a, b float64) int { return cmp.Compare(a, b) })
	return cuts
}

// frame is the part of the paper that shows the ground, and the piece of ground.
type frame struct {
	box          orb.Bound // on paper, mm
	scale        float64   // the denominator
	north0       float64   // of the frame's lower edge, m
	east0        float64   // of its left edge, m
	mmPerMetre   float64
	upperOnPaper float64
}

// newFrame shows the ground around the middle at the scale.
func newFrame(box orb.Bound, north, east, scale float64) frame {
	f := frame{box: box, scale: scale, mmPerMetre: 1000 / scale, upperOnPaper: box.Max[1]}
	f.east0 = east - (box.Max[0]-box.Min[0])/2/f.mmPerMetre
	f.north0 = north - (box.Max[1]-box.Min[1])/2/f.mmPerMetre
	return f
}

func (f frame) paper(north, east float64) orb.Point {
	return orb.Point{f.box.Min[0] + (east-f.east0)*f.mmPerMetre, f.upperOnPaper - (north-f.north0)*f.mmPerMetre}
}

// northTo and eastTo are the ground's far edges.
func (f frame) northTo() float64 { return f.north0 + (f.box.Max[1]-f.box.Min[1])/f.mmPerMetre }
func (f frame) eastTo() float64  { return f.east0 + (f.box.Max[0]-f.box.Min[0])/f.mmPerMetre }

// clipLine cuts a line on paper to the frame.
func (f frame) clipLine(line []orb.Point) [][]orb.Point {
	var out [][]orb.Point
	for _, part := range clip.LineString(f.box, slices.Clone(orb.LineString(line))) {
		out = append(out, part)
	}
	return out
}

// clipRings cuts areas on paper to the frame, ring by ring.
func (f frame) clipRings(rings [][]orb.Point) [][]orb.Point {
	var out [][]orb.Point
	for _, ring := range rings {
		closed := orb.Ring(slices.Clone(ring))
		if len(closed) > 0 && closed[0] != closed[len(closed)-1] {
			closed = append(closed, closed[0])
		}
		if cut := clip.Ring(f.box, closed); len(cut) > 3 {
			out = append(out, cut)
		}
	}
	return out
}
