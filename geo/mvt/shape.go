package mvt

import (
	"cmp"
	"encoding/binary"
)

// grid is a position in units of the tile.
type grid struct{ x, y int32 }

// less orders positions from the left, those above each other from small y on.
func (a grid) less(b grid) bool { return a.x < b.x || a.x == b.x && a.y < b.y }

// key orders positions as less does.
func (a grid) key() uint64 { return uint64(uint32(a.x)^1<<31)<<32 | uint64(uint32(a.y)^1<<31) }

// compare orders positions as less does.
func compare(a, b grid) int { return cmp.Compare(a.key(), b.key()) }

// turn is twice the area of the triangle a, b, c: positive when c lies to the left
// of a to b in a plane whose y points up.
func turn(a, b, c grid) int64 {
	return int64(b.x-a.x)*int64(c.y-a.y) - int64(b.y-a.y)*int64(c.x-a.x)
}

// path is a run of a shape's positions: a point, a line, or a ring, whose first
// position is not repeated.
type path struct {
	from, to int
	hole     bool
	area     int64 // twice that of a ring; positive for one that winds like a shell
}

// shape holds the paths of one feature. The holes of a shell stand behind it.
type shape struct {
	at    []grid
	paths []path
	start int // of the path being added

	edges, sorted []edge // for looking for contacts
	columns       columns
	bands         bands
	boxes         []box // of the paths, for looking for rings in rings
}

func (s *shape) reset() { s.at, s.paths, s.start = s.at[:0], s.paths[:0], 0 }

// begin starts a path.
func (s *shape) begin() { s.start = len(s.at) }

// add appends a position unless it is the last one again, and forgets the last one
// if it lay on the way: the same positions are covered.
func (s *shape) add(p grid) {
	n := len(s.at)
	if n > s.start && s.at[n-1] == p {
		return
	}
	if n-s.start >= 2 {
		a, b := s.at[n-2], s.at[n-1]
		if turn(a, b, p) == 0 && between(a, b, p) {
			s.at[n-1] = p
			return
		}
	}
	s.at = append(s.at, p)
}

// between tells whether b lies between a and c, the three being in line.
func between(a, b, c grid) bool {
	return int64(b.x-a.x)*int64(c.x-b.x)+int64(b.y-a.y)*int64(c.y-b.y) > 0
}

// end keeps the path as a point or a line; a line of one position is none.
func (s *shape) end(line bool) {
	n := len(s.at) - s.start
	again := !line && len(s.paths) > 0 && n == 1 && s.at[s.paths[len(s.paths)-1].from] == s.at[s.start]
	if n == 0 || line && n < 2 || again {
		s.at = s.at[:s.start]
		return
	}
	s.paths = append(s.paths, path{from: s.start, to: len(s.at)})
}

// endRing keeps the path as a ring, without spikes, and tells whether it has an
// area. One without is dropped.
func (s *shape) endRing(hole bool) bool {
	ring := withoutSpikes(s.at[s.start:])
	area := doubleArea(ring)
	if area == 0 && len(ring) > 3 && s.contact([]path{{from: s.start, to: s.start + len(ring)}}) {
		area = 1 // both lobes of a figure of eight count
	}
	if area == 0 || len(ring) < 3 {
		s.at = s.at[:s.start]
		return false
	}
	s.at = s.at[:s.start+len(ring)]
	s.paths = append(s.paths, path{s.start, len(s.at), hole, area})
	return true
}

// withoutSpikes removes, in place, the positions of a ring at which it neither
// turns left nor right.
func withoutSpikes(ring []grid) []grid {
	kept := ring[:0]
	for _, p := range ring {
		kept = push(kept, p)
	}
	// What is left over may still be in line across the ring's first position.
	for len(kept) >= 3 {
		n := len(kept)
		switch {
		case kept[n-1] == kept[0] || turn(kept[n-2], kept[n-1], kept[0]) == 0:
			kept = kept[:n-1]
		case turn(kept[n-1], kept[0], kept[1]) == 0:
			kept = append(kept[:0], kept[1:]...)
		default:
			return kept
		}
	}
	return kept[:0]
}

// push appends a position of a ring, taking back those that the ring would come
// back over or that lie on its way.
func push(ring []grid, p grid) []grid {
	for n := len(ring); n > 0; n = len(ring) {
		if ring[n-1] != p && (n < 2 || turn(ring[n-2], ring[n-1], p) != 0) {
			break
		}
		ring = ring[:n-1]
	}
	return append(ring, p)
}

// doubleArea is twice the signed area of a ring.
func doubleArea(ring []grid) int64 {
	var sum int64
	for i := 2; i < len(ring); i++ {
		sum += turn(ring[0], ring[i-1], ring[i])
	}
	return sum
}

// appendCommands writes the shape as the standard encodes it (4.3): shells wind so
// that their area is positive where y points down, holes the other way.
func (s *shape) appendCommands(dst []byte, kind byte) []byte {
	if len(s.paths) == 0 {
		return dst
	}
	var at grid
	if kind == points {
		dst = command(dst, 1, len(s.paths))
	}
	for _, p := range s.paths {
		way := s.at[p.from:p.to]
		if kind == points {
			dst = step(dst, &at, way[0])
			continue
		}
		dst = step(command(dst, 1, 1), &at, way[0])
		dst = command(dst, 2, len(way)-1)
		if kind == polygons && (p.area < 0) != p.hole {
			for i := len(way) - 1; i > 0; i-- {
				dst = step(dst, &at, way[i])
			}
		} else {
			for _, q := range way[1:] {
				dst = step(dst, &at, q)
			}
		}
		if kind == polygons {
			dst = command(dst, 7, 1)
		}
	}
	return dst
}

func command(dst []byte, id, count int) []byte {
	return binary.AppendUvarint(dst, uint64(count)<<3|uint64(id))
}

// step writes the way from one position to the next.
func step(dst []byte, at *grid, to grid) []byte {
	dx, dy := to.x-at.x, to.y-at.y
	*at = to
	dst = binary.AppendUvarint(dst, uint64(uint32(dx<<1^dx>>31)))
	return binary.AppendUvarint(dst, uint64(uint32(dy<<1^dy>>31)))
}
