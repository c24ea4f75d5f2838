package read

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Fault is one thing that is wrong with the geometry of a plot.
type Fault struct {
	Code   string      `json:"code"` // stable: unclosed, duplicate_point (only where it is mended), spike, no_area, self_crossing, self_touch, rings_cross, hole_outside, parts_overlap, parts_share_edge, closing_point_differs
	ZH     string      `json:"zh"`
	EN     string      `json:"en"`
	Source []orb.Point `json:"source"` // where, in the system of the file, easting or longitude first
	LonLat []orb.Point `json:"lonlat"` // the same on CGCS2000
}

// The measures of faults.
const (
	maxParts   = 3000   // of one plot that are held against each other; the database judges more
	maxFaults  = 100    // of one plot
	duplicate  = 0.0001 // metres within which two points are one
	spikeWidth = 0.001  // metres within which a line that comes back is on itself
)

// fault notes what is wrong with a plot, and at which points of the file.
func (d *draft) fault(plot int, code string, what text2, points ...orb.Point) {
	raw := d.plots[plot]
	if len(raw.Faults) < maxFaults {
		raw.Faults = append(raw.Faults, Fault{Code: code, EN: what.en, ZH: what.zh, Source: points})
	}
}

// at writes a point of the file for a sentence.
func at(p orb.Point) string { return fmt.Sprintf("%s, %s", trim(p[0]), trim(p[1])) }

func trim(v float64) string {
	if math.Abs(v) > 1000 {
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.9f", v)
}

// ringFaults finds what is wrong with single rings.
func (d *draft) ringFaults(r *ring) {
	n := len(r.local)
	if r.open {
		d.fault(r.plot, "unclosed", text2{fmt.Sprintf("the ring that starts at %s ends at %s and is not closed", at(r.source[0]), at(r.source[n-1])), fmt.Sprintf("起点为%s的环终止于%s，没有闭合", at(r.source[0]), at(r.source[n-1]))}, r.source[0], r.source[n-1])
	}
	distinct := r.kept
	if len(distinct) < n {
		for i := range n {
			k := (i + 1) % n
			if near(r.local[i], r.local[k], duplicate) && n > 1 {
				d.fault(r.plot, "duplicate_point", text2{fmt.Sprintf("the point %s stands twice in a row", at(r.source[i])), fmt.Sprintf("点%s连续重复", at(r.source[i]))}, r.source[i])
			}
		}
	}
	for i, b := range distinct {
		a, c := distinct[(i+len(distinct)-1)%len(distinct)], distinct[(i+1)%len(distinct)]
		if len(distinct) > 2 && isSpike(r.local[a], r.local[b], r.local[c]) {
			d.fault(r.plot, "spike", text2{fmt.Sprintf("the line runs out to %s and back on itself (spike)", at(r.source[b])), fmt.Sprintf("边界在%s处形成尖刺（原路折返）", at(r.source[b]))}, r.source[b])
		}
	}
	if flatRing(r) {
		d.fault(r.plot, "no_area", text2{fmt.Sprintf("the ring that starts at %s encloses no area", at(r.source[0])), fmt.Sprintf("起点为%s的环没有面积", at(r.source[0]))}, r.source[0])
	}
}

// flatRing tells whether all points of a ring lie on one line.
func flatRing(r *ring) bool {
	first, far, most := r.local[0], r.local[0], 0.0
	for _, p := range r.local {
		if d := math.Hypot(p[0]-first[0], p[1]-first[1]); d > most {
			far, most = p, d
		}
	}
	if most <= duplicate {
		return true
	}
	for _, p := range r.local {
		if math.Abs(distance(p, first, far)) > duplicate {
			return false
		}
	}
	return true
}

// distinct returns the indices of points that differ from the one before.
func (r *ring) distinct() []int32 {
	n := len(r.local)
	out := make([]int32, 0, n)
	for i := range n {
		if k := (i + n - 1) % n; !near(r.local[i], r.local[k], duplicate) {
			out = append(out, int32(i))
		}
	}
	return out
}

func near(a, b orb.Point, d float64) bool {
	return math.Abs(a[0]-b[0]) <= d && math.Abs(a[1]-b[1]) <= d
}

// isSpike tells whether the line a, b, c comes back on itself at b.
func isSpike(a, b, c orb.Point) bool {
	ux, uy, vx, vy := a[0]-b[0], a[1]-b[1], c[0]-b[0], c[1]-b[1]
	dot, cross := ux*vx+uy*vy, math.Abs(ux*vy-uy*vx)
	long := math.Max(math.Hypot(ux, uy), math.Hypot(vx, vy))
	return dot > 0 && cross <= spikeWidth*long
}

// holeFaults finds holes outside their part, and parts inside others.
func (d *draft) holeFaults(s site) {
	for i, p := range s.polygons {
		for _, hole := range p[1:] {
			if !within(hole, p[0]) {
				d.fault(hole.plot, "hole_outside", text2{fmt.Sprintf("the hole that starts at %s does not lie inside its outer ring", at(hole.source[0])), fmt.Sprintf("起点为%s的内环不在外环之内", at(hole.source[0]))}, hole.source[0])
			}
		}
		for k, q := range s.polygons {
			if len(s.polygons) > maxParts {
				break
			}
			if k != i && partIn(q, p) && (k > i || !partIn(p, q)) {
				d.fault(p[0].plot, "parts_overlap", text2{fmt.Sprintf("the part that starts at %s lies inside another part", at(q[0].source[0])), fmt.Sprintf("起点为%s的部分位于另一部分之内", at(q[0].source[0]))}, q[0].source[0])
			}
		}
	}
}

// partIn tells whether a polygon lies inside another one and in none of its holes.
func partIn(q, p []*ring) bool {
	if !within(q[0], p[0]) && !same(q[0], p[0]) {
		return false
	}
	for _, hole := range p[1:] {
		if within(q[0], hole) || same(q[0], hole) {
			return false
		}
	}
	return true
}

// same tells whether two rings cover each other.
func same(a, b *ring) bool {
	if !near(a.bound.Min, b.bound.Min, duplicate) || !near(a.bound.Max, b.bound.Max, duplicate) || math.Abs(a.area-b.area) > duplicate*math.Max(1, math.Sqrt(a.area)) {
		return false
	}
	for _, p := range a.local {
		if b.side(p) != 0 {
			return false
		}
	}
	return true
}
