package layers

import (
	"math"
	"slices"

	"planatlas/geo/tile"

	"github.com/paulmach/orb"
)

// Touch says what a commit changed on the map. All without a layer means that
// anything may have changed, and All with one that its whole content may have.
type Touch struct {
	Layer    string
	Revision int64       // the layer's revision now; 0 when it is not known
	Boxes    []orb.Bound // degrees of CGCS2000, east before north; none when nothing with a place changed
	All      bool
	Finest   int // level of the finest cells in which the layer is generalised; 0 for none
}

// CellsPerTile is how many cells across a tile has below a layer's exact zoom: of
// the features in a cell it shows one for all.
const CellsPerTile = 64

// TileBuffer is how far beyond its sides a tile is drawn, as a share of its width.
const TileBuffer = 64.0 / 4096

// CellLevel is the level of the cells of a generalised tile: a cell of level k is a
// square of 360/2^k degrees.
func CellLevel(t tile.ID) int {
	columns, _ := t.Set.Size(t.Z)
	return int(math.Round(math.Log2(float64(columns) * CellsPerTile)))
}

// Covering returns the tiles of matrix z of a set that the change can change: one
// block for each box, none for a change of All.
func (c Touch) Covering(set tile.Set, z uint32) []tile.Range {
	var out []tile.Range
	for _, b := range c.Boxes {
		if r, ok := set.Covering(z, c.grown(b, tile.ID{Set: set, Z: z}), TileBuffer); ok {
			out = append(out, r)
		}
	}
	return out
}

// Meets reports whether the change can change a tile of the layer.
func (c Touch) Meets(t tile.ID) bool {
	return c.All || slices.ContainsFunc(c.Covering(t.Set, t.Z), func(r tile.Range) bool { return r.Contains(t) })
}

// grown is the box in which a tile of that zoom can have changed. A generalised tile
// shows one feature for the others of its cell, so that it may show another one now:
// of the same cell, and no larger than the largest that changed.
func (c Touch) grown(b orb.Bound, t tile.ID) orb.Bound {
	level := CellLevel(t)
	if level > c.Finest {
		return b
	}
	cell := 360 / math.Exp2(float64(level))
	return b.Pad(1.5*cell + max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1])/2)
}
