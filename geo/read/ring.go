package read

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// ring builds a closed ring that encloses an area.
func (b *builder) ring(v *value, at *path) (orb.Ring, error) {
	p, err := b.positions(v, at)
	if err != nil {
		return nil, err
	}
	first, last := p[0], p[len(p)-1]
	switch {
	case len(p) < 4:
		return nil, &Error{Where: at.String(), Value: "a ring with " + strconv.Itoa(len(p)) + " positions", Err: ErrGeometry,
			Want: "at least 4 positions, the last equal to the first", Hint: "a triangle has 4: three corners and the first again"}
	case first != last:
		return nil, &Error{Where: at.String(), Value: "a ring from " + pair(first) + " to " + pair(last), Err: ErrGeometry,
			Want: "a closed ring", Hint: "repeat the first position at the end"}
	case flat(p):
		return nil, &Error{Where: at.String(), Value: "a ring that encloses no area", Err: ErrGeometry,
			Want: "a ring around an area", Hint: "its points lie on one line, or its halves cancel each other like a figure of eight"}
	}
	return p, nil
}

// pair writes a position as JSON.
func pair(p orb.Point) string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	return "[" + f(p[0]) + "," + f(p[1]) + "]"
}

// twiceArea returns twice the signed plane area of a ring in square degrees,
// positive when it runs counter-clockwise. It measures from the first point, so
// that small rings far from the origin keep their digits.
func twiceArea(ring []orb.Point) float64 {
	sum := 0.0
	for i := 2; i < len(ring); i++ {
		a, b, o := ring[i-1], ring[i], ring[0]
		sum += (a[0]-o[0])*(b[1]-o[1]) - (b[0]-o[0])*(a[1]-o[1])
	}
	return sum
}

// flat tells whether a ring's area is nothing but rounding of its coordinates.
func flat(ring []orb.Point) bool {
	b := orb.Ring(ring).Bound()
	extent := math.Max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1])
	const rounding = 180 * 0x1p-52
	return math.Abs(twiceArea(ring)) <= 4*rounding*extent
}
