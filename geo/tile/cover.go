package tile

import (
	"iter"
	"math"

	"github.com/paulmach/orb"
)

// Range is a block of tiles of one matrix; columns and rows are both inclusive.
type Range struct {
	Set                    Set
	Z                      uint32
	MinX, MinY, MaxX, MaxY uint32
}

// Covering returns the tiles of matrix z whose box, grown by a share of a tile's
// width as in [ID.Buffered], has a point in common with a box in degrees; false
// when there is none, or the box has no order (west > east).
func (s Set) Covering(z uint32, b orb.Bound, share float64) (Range, bool) {
	columns, rows := s.Size(z)
	if columns == 0 || rows == 0 || !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return Range{}, false
	}
	left, top := s.at(z, b.Min[0], b.Max[1])
	right, bottom := s.at(z, b.Max[0], b.Min[1])
	r := Range{Set: s, Z: z}
	var across, down bool
	r.MinX, r.MaxX, across = span(left-share, right+share, columns)
	r.MinY, r.MaxY, down = span(top-share, bottom+share, rows)
	return r, across && down
}

// span returns the whole steps from..to touches of n. What ends exactly on a
// border touches both sides.
func span(from, to float64, n uint32) (first, last uint32, ok bool) {
	if to < 0 || from > float64(n) {
		return 0, 0, false
	}
	return uint32(max(math.Ceil(from)-1, 0)), uint32(min(math.Floor(to), float64(n-1))), true
}

// Contains tells whether the tile is in the block.
func (r Range) Contains(t ID) bool {
	return t.Set == r.Set && t.Z == r.Z && t.X >= r.MinX && t.X <= r.MaxX && t.Y >= r.MinY && t.Y <= r.MaxY
}

// Len returns how many tiles the block has.
func (r Range) Len() uint64 {
	return (uint64(r.MaxX-r.MinX) + 1) * (uint64(r.MaxY-r.MinY) + 1)
}

// All yields the tiles row by row.
func (r Range) All() iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for y := r.MinY; y <= r.MaxY; y++ {
			for x := r.MinX; x <= r.MaxX; x++ {
				if !yield(ID{r.Set, r.Z, x, y}) {
					return
				}
			}
		}
	}
}
