package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/paulmach/orb"
)

// conflict is the shape of a finding, once for all rules that fired for it.
type conflict struct {
	layer, feature string
	name           layers.Text
	counts         check.Verdict // the worst of its findings
	share          float64
	outside        bool // of the urban development boundary
	shape          orb.Geometry
}

// conflicts are the shapes of the findings, worst first.
func (r *Report) conflicts() ([]conflict, error) {
	var out []conflict
	seen := map[string]bool{}
	for _, f := range r.answer.Findings {
		g, err := geometry(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("read the shape of finding %s of %s: %w", f.Rule, f.Feature, err)
		}
		key := f.Layer + "/" + f.Feature + "/" + string(f.Geometry)
		if g == nil || seen[key] {
			continue
		}
		seen[key] = true
		c := conflict{layer: f.Layer, feature: f.Feature, name: r.featureName(f), counts: f.Counts, shape: g}
		if f.Overlap != nil {
			c.share = f.Overlap.Share
		}
		if f.Layer == boundary && f.OutsideM2 != nil && f.InsideM2 != nil {
			c.name = layers.Text{ZH: lineTitle(boundary).ZH + "界外", EN: "outside the " + lineTitle(boundary).EN}
			c.outside = true
			c.share = *f.OutsideM2 / (*f.InsideM2 + *f.OutsideM2)
		}
		out = append(out, c)
	}
	return out, nil
}

// sign is the outline and the hatching of a conflict.
type sign struct {
	colour colour
	angle  float64
	every  float64
}

// signOf gives the three lines the colours of published plans (green red-line fill,
// orange farmland, brown-red boundary), and the others colours in turn.
func signOf(layer string, n int) sign {
	switch layer {
	case redLine:
		return sign{0x1a7f37, 45, 2.2}
	case farmland:
		return sign{0xd9730d, -45, 2.2}
	case boundary:
		return sign{0x8c2f39, 0, 2.2}
	}
	all := []sign{{0x1f5f99, 90, 2.6}, {0x7b2d8e, 22, 2.8}, {0x00798c, -22, 2.8}, {0x6b705c, 68, 3}, {0xa4133c, -68, 3}}
	return all[n%len(all)]
}

// mostHatched is how many conflicts are hatched; the others are named.
const mostHatched = 6

// siteMap shows the site, what is in conflict with it, and what is left, and says
// what it does not show.
func (a atlas) siteMap(conflicts []conflict) (*drawing, []string) {
	d := &drawing{Width: mapWidth, Height: siteHeight + 2*mapMargin}
	low, high := a.plane.extent(a.site)
	f := newFrame(mapFrame(siteHeight), (low[1]+high[1])/2, (low[0]+high[0])/2, siteScale(a.size()))
	d.box(f.box.Min[0], f.box.Min[1], f.box.Max[0]-f.box.Min[0], f.box.Max[1]-f.box.Min[1], none, 0xfdfdfb, 0)
	drawn := a.baseLines(d, f, 1.6)
	remains := a.remainderOnPaper(d, f)
	signs, others := a.drawConflicts(d, f, conflicts)
	taken := a.furniture(f)
	a.baseNames(d, f, &taken)
	a.siteOutline(d, f, 0.8)
	a.pointNames(d, f)
	a.grid(d, f)
	a.north(d, f)
	a.scaleBar(d, f)
	a.mark(d, f)
	l := &legend{d: d, top: f.box.Max[1] + 8, cols: 2}
	l.entry(a.name("项目用地界线与界址点", "Site boundary and points"), func(x, y float64) {
		d.line(0xc4161c, 0.8, orb.Point{x, y}, orb.Point{x + 9, y})
		d.circle(orb.Point{x + 4.5, y}, 0.7, 0xc4161c, white, 0.25)
	})
	if remains {
		l.entry(a.name("余下部分（扣除确定禁止）", "Remainder without what is prohibited"), func(x, y float64) { d.box(x, y-1.6, 9, 3.2, 0x7fb58a, 0xdff1e3, 0.2) })
	}
	for _, s := range signs {
		l.entry(a.signText(s), func(x, y float64) {
			box := [][]orb.Point{{{x, y - 1.6}, {x + 9, y - 1.6}, {x + 9, y + 1.6}, {x, y + 1.6}}}
			if s.point {
				d.circle(orb.Point{x + 4.5, y}, 1, s.sign.colour, white, 0.5)
				return
			}
			s.of.hatch(d, box, s.sign, 0.7)
			d.Shapes = append(d.Shapes, shape{Lines: box, Closed: true, Stroke: s.sign.colour, Fill: none, Width: 0.4})
		})
	}
	for _, s := range lineStyles() {
		if slices.Contains(drawn, s.class) {
			l.entry(a.name(s.zh, s.en), func(x, y float64) { s.draw(d, []orb.Point{{x, y}, {x + 9, y}}, 1.6) })
		}
	}
	return d, others
}

// siteOutline draws the site's boundary.
func (a atlas) siteOutline(d *drawing, f frame, width float64) {
	for _, ring := range a.plane.ringsOnPaper(f, a.site) {
		for _, part := range f.clipLine(append(slices.Clone(ring), ring[0])) {
			d.line(0xc4161c, width, part...)
		}
	}
}

// remainderOnPaper fills what is left of the site.
func (a atlas) remainderOnPaper(d *drawing, f frame) bool {
	if a.answer.Remainder == nil {
		return false
	}
	g, err := geometry(a.answer.Remainder.Geometry)
	if err != nil || g == nil {
		return false
	}
	rings := f.clipRings(a.plane.ringsOnPaper(f, polygons(g)))
	d.Shapes = append(d.Shapes, shape{Lines: rings, Closed: true, Stroke: none, Fill: 0xdff1e3})
	return len(rings) > 0
}

// drawnSign is a sign of the legend.
type drawnSign struct {
	names []string
	sign  sign
	of    conflict
	point bool
}

// drawConflicts draws the conflicts and returns their signs, and what is named only:
// what covers the whole site without being a ban, lies outside the frame, or is one
// too many.
func (a atlas) drawConflicts(d *drawing, f frame, conflicts []conflict) (signs []drawnSign, others []string) {
	var whole, more []layers.Text
	used, own := map[string]sign{}, 0
	for _, c := range conflicts {
		area := polygons(c.shape)
		mild := c.counts.Severity() >= check.Incomplete.Severity()
		switch s, again := used[c.layer]; {
		case len(area) > 0 && mild && c.share > 0.9995:
			whole = append(whole, c.name)
		case !again && len(used) >= mostHatched:
			more = append(more, c.name)
		default:
			if !again {
				s = signOf(c.layer, own)
			}
			if !a.drawConflict(d, f, c, s) {
				more = append(more, c.name)
				continue
			}
			if !again && !slices.Contains(threeLineLayers(), c.layer) {
				own++
			}
			used[c.layer] = s
			signs = a.addSign(signs, drawnSign{[]string{a.short(c.name)}, s, c, len(area) == 0 && len(lineStrings(c.shape)) == 0})
		}
	}
	for _, o := range []struct {
		lead  layers.Text
		names []layers.Text
	}{{layers.Text{ZH: "覆盖整个地块，未绘晕线", EN: "Covers the whole site, not hatched"}, whole}, {layers.Text{ZH: "图外或未绘", EN: "Outside the map or not drawn"}, more}} {
		if len(o.names) == 0 {
			continue
		}
		others = append(others, a.listed(o.lead, o.names))
	}
	return signs, others
}

// addSign adds a sign, or a name to the same sign.
func (a atlas) addSign(signs []drawnSign, s drawnSign) []drawnSign {
	for i, have := range signs {
		if have.of.layer == s.of.layer && have.of.counts == s.of.counts && have.of.outside == s.of.outside && have.point == s.point {
			if !slices.Contains(have.names, s.names[0]) {
				signs[i].names = append(signs[i].names, s.names[0])
			}
			return signs
		}
	}
	return append(signs, s)
}

// signText names what a sign stands for, the verdict first.
func (a atlas) signText(s drawnSign) string {
	word, _ := verdictWord(s.of.counts)
	return a.short(word) + map[bool]string{true: ": ", false: "："}[a.o.Lang == EN] + strings.Join(s.names, map[bool]string{true: ", ", false: "、"}[a.o.Lang == EN])
}

// drawConflict draws the part of a conflict that is inside the frame.
func (a atlas) drawConflict(d *drawing, f frame, c conflict, s sign) bool {
	seen := false
	if rings := f.clipRings(a.plane.ringsOnPaper(f, polygons(c.shape))); len(rings) > 0 {
		c.hatch(d, rings, s, 1)
		for _, ring := range a.plane.ringsOnPaper(f, polygons(c.shape)) {
			for _, part := range f.clipLine(append(slices.Clone(ring), ring[0])) {
				d.line(s.colour, 0.45, part...)
			}
		}
		seen = true
	}
	for _, line := range lineStrings(c.shape) {
		for _, part := range f.clipLine(a.plane.onPaper(f, line)) {
			d.line(s.colour, 0.9, part...)
			seen = true
		}
	}
	for _, p := range a.plane.onPaper(f, pointsOf(c.shape)) {
		if f.box.Contains(p) {
			d.circle(p, 1, s.colour, white, 0.5)
			seen = true
		}
	}
	return seen
}

// hatch draws the hatching of a conflict: widely when it is advice, and none for the
// ground inside the urban development boundary.
func (c conflict) hatch(d *drawing, rings [][]orb.Point, s sign, by float64) {
	switch {
	case c.layer == boundary && !c.outside:
	case c.counts.Severity() > check.Incomplete.Severity():
		d.hatch(rings, s.angle, 2.2*s.every*by, 0.14, s.colour)
	default:
		d.hatch(rings, s.angle, s.every*by, 0.28, s.colour)
	}
}

// mostNamed is how many boundary points are named on the map.
const mostNamed = 60

// pointNames marks the boundary points. Their names lead away from the site's
// middle; where the edges are short only the first point of each ring has one.
func (a atlas) pointNames(d *drawing, f frame) {
	rings := boundaryPoints(a.site, a.plane.crs)
	total := 0
	for _, ring := range rings {
		total += len(ring) - 1
	}
	for _, ring := range rings {
		middle := orb.Point{}
		for _, p := range ring[1:] {
			at := f.paper(p.north, p.east)
			middle[0] += at[0] / float64(len(ring)-1)
			middle[1] += at[1] / float64(len(ring)-1)
		}
		last := orb.Point{math.Inf(1), math.Inf(1)}
		for i, p := range ring[:len(ring)-1] {
			at := f.paper(p.north, p.east)
			if total <= mostNamed || i == 0 {
				d.circle(at, 0.7, 0xc4161c, white, 0.25)
			}
			if total > mostNamed && i > 0 || distance(at, last) < 4 {
				continue
			}
			last = at
			away := distance(at, middle)
			if away == 0 {
				continue
			}
			dx, dy := (at[0]-middle[0])/away, (at[1]-middle[1])/away
			d.Shapes = append(d.Shapes, shape{Words: p.name, At: orb.Point{at[0] + 2.8*dx, at[1] + 2.8*dy + 0.8}, Size: 2.2, Fill: black, Stroke: none, Align: centre, Halo: true})
		}
	}
}

func distance(a, b orb.Point) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
