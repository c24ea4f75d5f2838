package read

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"planatlas/geo"
)

// ring is a ring of a plot on its way to a shape.
type ring struct {
	source orb.Ring    // closed, in the system of the file
	local  []orb.Point // the same in metres from a point near by, without the closing point
	kept   []int32     // indices of the points that differ from the one before
	number string
	open   bool // it was not closed where it has to be
	plot   int
	part   int // index of its polygon in the plot
	hole   bool
	area   float64 // without sign, m² in the local plane
	bound  orb.Bound
}

// site is a plot whose rings are polygons.
type site struct {
	polygons [][]*ring
}

// scale turns points of the file into metres near its first point, for tests of
// touching and crossing only.
type scale struct {
	origin orb.Point
	x, y   float64
}

func (d *draft) scale() (s scale) {
	s.x, s.y = 1, 1
	_ = d.each(func(p *orb.Point, _ int32) error {
		if s.origin == (orb.Point{}) {
			s.origin = *p
		}
		return nil
	})
	if !d.result.System.Metric() {
		s.x, s.y = geo.Degree(s.origin[1])
	}
	return s
}

func (s scale) local(p orb.Point) orb.Point {
	return orb.Point{(p[0] - s.origin[0]) * s.x, (p[1] - s.origin[1]) * s.y}
}

// newRing makes a ring of raw points; number tells its place.
func (d *draft) newRing(raw rawRing, s scale, plot int) *ring {
	r := &ring{number: raw.number, plot: plot}
	n := len(raw.points)
	closed := n > 1 && raw.points[0] == raw.points[n-1]
	r.source = raw.points
	if !closed {
		r.open = !d.mended
		r.source = append(r.source, raw.points[0])
		n++
	}
	r.local = make([]orb.Point, n-1)
	for i, p := range r.source[:n-1] {
		r.local[i] = s.local(p)
	}
	r.kept = r.distinct()
	r.area = math.Abs(twiceArea(r.local)) / 2
	r.bound = orb.MultiPoint(r.local).Bound()
	return r
}

// assemble makes polygons of the rings of every plot.
func (d *draft) assemble() error {
	s := d.scale()
	for i, raw := range d.plots {
		if err := d.corners(raw); err != nil {
			return err
		}
		var all [][]*ring
		for _, p := range raw.polygons {
			var rings []*ring
			for k, r := range p {
				made := d.newRing(r, s, i)
				made.hole = k > 0
				rings = append(rings, made)
			}
			all = append(all, rings)
		}
		if len(raw.rings) > 0 {
			var rings []*ring
			for _, r := range raw.rings {
				rings = append(rings, d.newRing(r, s, i))
			}
			all = append(all, d.contain(raw, rings)...)
		}
		raw.site = site{all}
		raw.rings, raw.polygons = nil, nil
		for n, p := range all {
			for _, r := range p {
				r.part = n
			}
		}
	}
	return nil
}

// corners refuses rings that have too few points to be one.
func (d *draft) corners(raw *rawPlot) error {
	for _, part := range append([][]rawRing{raw.rings}, raw.polygons...) {
		for _, r := range part {
			n := len(r.points)
			if n > 1 && r.points[0] == r.points[n-1] {
				n--
			}
			if n < 3 {
				return refusal(ErrGeometry, raw.where(), saying("a ring with %d corners", "一个环只有%d个角点", n), text2{"at least three corners", "至少三个角点"}, text2{"the first point is repeated at the end and does not count", "末尾重复的起点不计"})
			}
		}
	}
	return nil
}

// contain makes polygons of rings by where they lie: a ring inside an odd number of
// others is a hole of the smallest of these. Numbers and order do not count.
func (d *draft) contain(raw *rawPlot, rings []*ring) (out [][]*ring) {
	byArea := slices.Clone(rings)
	slices.SortStableFunc(byArea, func(a, b *ring) int {
		switch {
		case a.area > b.area:
			return -1
		case a.area < b.area:
			return 1
		}
		return 0
	})
	depth := make(map[*ring]int, len(rings))
	polygon := map[*ring]int{}
	for i, r := range byArea {
		var inside *ring
		for k := i - 1; k >= 0; k-- {
			if within(r, byArea[k]) {
				inside = byArea[k]
				break
			}
		}
		if inside != nil {
			depth[r] = depth[inside] + 1
		}
		if r.hole = depth[r]%2 == 1; r.hole {
			n := polygon[inside]
			out[n] = append(out[n], r)
		} else {
			polygon[r] = len(out)
			out = append(out, []*ring{r})
		}
	}
	if len(rings) > 1 {
		holes := len(rings) - len(out)
		d.believe("rings", fmt.Sprintf("%d", len(rings)), saying("parts: %d, holes: %d, told by which ring lies in which", "部分：%d，孔洞：%d，依各圈的包含关系判定", len(out), holes))
		if d.result.Format == FormatTXT && len(out) > 1 && d.room() {
			at := raw.where()
			d.notice("several_parts", text2{fmt.Sprintf("%s: the plot has %d parts that lie apart; none of them is a hole", at.en, len(out)), fmt.Sprintf("%s：地块由%d个分离的部分组成，均非孔洞", at.zh, len(out))})
		}
	}
	return out
}

// within tells whether a ring lies inside another: the first of its points that is
// not on the other's line decides.
func within(r, outer *ring) bool {
	if !outer.bound.Contains(r.bound.Min) || !outer.bound.Contains(r.bound.Max) {
		return false
	}
	for _, p := range r.local {
		if s := outer.side(p); s != 0 {
			return s > 0
		}
	}
	for i, p := range r.local { // all points lie on the line: the middles of edges decide
		q := r.local[(i+1)%len(r.local)]
		if s := outer.side(orb.Point{(p[0] + q[0]) / 2, (p[1] + q[1]) / 2}); s != 0 {
			return s > 0
		}
	}
	return false
}

// touching is the distance in metres under which points count as one line.
const touching = 1e-6

// side is 1 for a point inside the ring, -1 outside and 0 on its line.
func (r *ring) side(p orb.Point) int {
	if p[0] < r.bound.Min[0]-touching || p[0] > r.bound.Max[0]+touching || p[1] < r.bound.Min[1]-touching || p[1] > r.bound.Max[1]+touching {
		return -1
	}
	in := -1
	a := r.local[len(r.local)-1]
	for _, b := range r.local {
		if onSegment(p, a, b) {
			return 0
		}
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(b[0]-a[0])*((p[1]-a[1])/(b[1]-a[1])) {
			in = -in
		}
		a = b
	}
	return in
}

// onSegment tells whether a point lies on a segment.
func onSegment(p, a, b orb.Point) bool {
	if p[0] < min(a[0], b[0])-touching || p[0] > max(a[0], b[0])+touching || p[1] < min(a[1], b[1])-touching || p[1] > max(a[1], b[1])+touching {
		return false
	}
	dx, dy := b[0]-a[0], b[1]-a[1]
	l := math.Hypot(dx, dy)
	if l == 0 {
		return math.Hypot(p[0]-a[0], p[1]-a[1]) <= touching
	}
	return math.Abs(dx*(p[1]-a[1])-dy*(p[0]-a[0]))/l <= touching
}
