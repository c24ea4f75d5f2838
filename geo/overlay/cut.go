package overlay

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// Cut is what a shape and the region share.
type Cut struct {
	Meets  bool // they have interior points in common
	Whole  bool // the shape, an area, covers the region
	Inside bool // the region covers the shape

	Areas []orb.Polygon    // that an area shares, unless it is whole; shells run anticlockwise
	Lines []orb.LineString // that a line shares
	Point orb.Point        // that a point shares
}

// Cut cuts the shape with its region.
func (s *Shape) Cut() (Cut, error) {
	switch s.Dimension {
	case 2:
		return s.cutArea()
	case 1:
		return s.cutLines()
	}
	inside, err := within(s.lines[0][0], s.region.rings)
	return Cut{Meets: inside, Inside: inside, Point: s.region.back(s.lines[0][0])}, err
}

func (s *Shape) cutArea() (c Cut, err error) {
	rings, own, other, err := s.around(s.rings)
	if err != nil {
		return c, err
	}
	a, err := uncrossed(own, s.rings, true)
	if err != nil {
		return c, err
	}
	b, err := uncrossed(other, s.region.rings, true)
	if err != nil {
		return c, err
	}
	switch {
	case len(own.cs) == 0 && len(a) == len(s.region.rings) && len(b) == 0:
		return Cut{Meets: true, Whole: true}, nil
	case len(rings)+len(a)+len(b) == 0:
		return c, nil
	}
	c = Cut{Meets: true, Inside: len(own.cs) == 0 && len(a) == 0 && len(b) == len(s.rings)}
	c.Areas, err = s.region.polygonsOf(slices.Concat(rings, a, b))
	return c, err
}

// Left is what is left of the region without the shape, an area.
func (s *Shape) Left() ([]orb.Polygon, error) {
	outside := make([]ring, len(s.rings)) // what is outside of the shape is on their left
	for i, r := range s.rings {
		outside[i] = slices.Clone(r)
		slices.Reverse(outside[i])
	}
	rings, own, other, err := s.around(outside)
	if err != nil {
		return nil, err
	}
	a, err := uncrossed(own, s.rings, false)
	if err != nil {
		return nil, err
	}
	b, err := uncrossed(other, s.region.rings, true)
	if err != nil {
		return nil, err
	}
	return s.region.polygonsOf(slices.Concat(rings, a, b))
}

// around walks round what the region shares with what is on the left of the rings.
func (s *Shape) around(of []ring) (rings []ring, own, other *walk, err error) {
	cs, err := s.crossings(of)
	if err != nil {
		return nil, nil, nil, err
	}
	if own, err = newWalk(s.region.rings, cs, func(c crossing) place { return c.own }); err != nil {
		return nil, nil, nil, err
	}
	if other, err = newWalk(of, cs, func(c crossing) place { return c.other }); err != nil {
		return nil, nil, nil, err
	}
	rings, err = trace(own, other)
	return rings, own, other, err
}

// uncrossed returns the rings that nothing crosses and that lie within the others, or
// without.
func uncrossed(w *walk, others []ring, inner bool) (out []ring, err error) {
	for k, r := range w.rings {
		if w.crossed(k) {
			continue
		}
		inside, err := within(r[0], others)
		if err != nil {
			return nil, err
		}
		if inside == inner {
			out = append(out, r)
		}
	}
	return out, nil
}

// trace walks along what is shared: on a ring of the region while it is in the shape,
// and then on one of the shape while it is in the region.
func trace(own, other *walk) (rings []ring, err error) {
	done := make([]bool, len(own.cs))
	for _, start := range own.order {
		if done[start] || own.cs[start].leaves {
			continue
		}
		var r ring
		for i := start; ; {
			if done[i] || own.cs[i].leaves {
				return nil, ErrClose
			}
			done[i] = true
			var turn int
			if r, turn = own.on(r, i); done[turn] || !own.cs[turn].leaves {
				return nil, ErrClose
			}
			done[turn] = true
			if r, i = other.on(r, turn); i == start {
				break
			}
		}
		rings = append(rings, append(r, r[0]))
	}
	if slices.Contains(done, false) {
		return nil, ErrClose
	}
	return rings, nil
}

// polygonsOf puts holes into their shells.
func (r *Region) polygonsOf(rings []ring) ([]orb.Polygon, error) {
	var shells, holes []ring
	for _, one := range rings {
		if area(one) > 0 {
			shells = append(shells, one)
		} else {
			holes = append(holes, one)
		}
	}
	slices.SortStableFunc(shells, func(a, b ring) int { return cmp.Compare(area(a), area(b)) })
	out := make([]orb.Polygon, len(shells))
	for i, one := range shells {
		out[i] = orb.Polygon{orb.Ring(r.global(one))}
	}
	for _, hole := range holes {
		at := 0
		for ; at < len(shells); at++ {
			inside, err := within(hole[0], shells[at:at+1])
			if err != nil {
				return nil, err
			}
			if inside {
				break
			}
		}
		if at == len(shells) {
			return nil, ErrClose
		}
		out[at] = append(out[at], orb.Ring(r.global(hole)))
	}
	return out, nil
}

// cutLines keeps what of the lines is in the region.
func (s *Shape) cutLines() (c Cut, err error) {
	cs, err := s.crossings(s.lines)
	if err != nil {
		return c, err
	}
	order, err := sorted(cs, func(c crossing) place { return c.other })
	if err != nil {
		return c, err
	}
	c.Inside = true
	for k, line := range s.lines {
		inside, err := within(line[0], s.region.rings)
		if err != nil {
			return c, err
		}
		c.Inside = c.Inside && inside
		var piece []orb.Point
		if inside {
			piece = append(piece, line[0])
		}
		for i := 1; i < len(line); i++ {
			for ; len(order) > 0 && cs[order[0]].other.ring == k && cs[order[0]].other.edge == i-1; order = order[1:] {
				x := cs[order[0]]
				if x.leaves == inside { // out and in take turns
					return c, ErrClose
				}
				if piece = append(piece, x.at); inside {
					c.Lines, piece = append(c.Lines, orb.LineString(s.region.global(piece))), nil
				}
				inside, c.Inside = !inside, false
			}
			if inside {
				piece = append(piece, line[i])
			}
		}
		if len(piece) > 1 {
			c.Lines = append(c.Lines, orb.LineString(s.region.global(piece)))
		}
	}
	c.Meets = len(c.Lines) > 0
	c.Inside = c.Inside && c.Meets
	return c, nil
}
