package cql

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// maxPositions bounds one geometry, because looking for crossings costs.
const maxPositions = 10_000

// mistake says what a geometry or box should be, or "".
func mistake(v Value) (want string) {
	switch g := v.(type) {
	case BBox:
		half := len(g) / 2
		switch {
		case len(g) != 4 && len(g) != 6:
			return "four or six numbers"
		case g[1] > g[half+1]:
			return "the lower corner first"
		case len(g) == 6 && g[2] > g[5]:
			return "the lower height first"
		}
	case orb.LineString:
		if len(g) < 2 {
			return "a line of two positions or more"
		}
	case orb.MultiLineString:
		for _, l := range g {
			if want := mistake(l); want != "" {
				return want
			}
		}
	case orb.Polygon:
		return areaMistake(g)
	case orb.MultiPolygon:
		for _, p := range g {
			if want := areaMistake(p); want != "" {
				return want
			}
		}
	case orb.Collection:
		for _, m := range g {
			if want := mistake(m); want != "" {
				return want
			}
		}
	}
	return ""
}

func areaMistake(p orb.Polygon) (want string) {
	n := 0
	for _, r := range p {
		n += len(r)
		switch {
		case len(r) < 4:
			return "rings of four positions or more"
		case r[0] != r[len(r)-1]:
			return fmt.Sprintf("closed rings: the last position is the first, %g %g", r[0][0], r[0][1])
		}
	}
	if n > maxPositions {
		return fmt.Sprintf("at most %d positions", maxPositions)
	}
	if at, crosses := crossing(p); crosses {
		return fmt.Sprintf("rings that do not cross: they do near %g %g", at[0], at[1])
	}
	return ""
}

type segment struct{ a, b orb.Point }

// crossing looks for two sides of the polygon that cross, not only touch.
func crossing(p orb.Polygon) (orb.Point, bool) {
	var sides []segment
	for _, r := range p {
		for i := 1; i < len(r); i++ {
			if r[i] != r[i-1] {
				sides = append(sides, segment{r[i-1], r[i]})
			}
		}
	}
	west := func(s segment) float64 { return min(s.a[0], s.b[0]) }
	slices.SortFunc(sides, func(a, b segment) int { return cmp.Compare(west(a), west(b)) })
	for i, s := range sides {
		east := max(s.a[0], s.b[0])
		for _, t := range sides[i+1:] {
			if west(t) > east {
				break
			}
			if side(s, t.a)*side(s, t.b) < 0 && side(t, s.a)*side(t, s.b) < 0 {
				return t.a, true
			}
		}
	}
	return orb.Point{}, false
}

// side tells on which side of the segment's line the point lies: -1, 0 or 1. Near
// the line it is 0, so that rounding never makes a crossing.
func side(s segment, p orb.Point) int {
	l, r := (s.b[0]-s.a[0])*(p[1]-s.a[1]), (s.b[1]-s.a[1])*(p[0]-s.a[0])
	d := l - r
	switch {
	case math.IsNaN(d) || math.Abs(d) <= 1e-14*(math.Abs(l)+math.Abs(r)):
		return 0
	case d < 0:
		return -1
	}
	return 1
}

// extent returns the extreme coordinates of a geometry or box.
func extent(v Value) (orb.Bound, bool) {
	if b, ok := v.(BBox); ok {
		half := len(b) / 2
		return orb.Bound{Min: orb.Point{min(b[0], b[half]), b[1]}, Max: orb.Point{max(b[0], b[half]), b[half+1]}}, true
	}
	if g, ok := v.(orb.Geometry); ok {
		return g.Bound(), true
	}
	return orb.Bound{}, false
}
