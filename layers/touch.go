package layers

import (
	"math"

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
}

// CellsPerTile is how many cells across a tile has below a layer's exact zoom. Of
// the features that are smaller than a cell, a cell shows one for all.
const CellsPerTile = 64

// CellLevel is the level of the cells of tile t: a cell of level k is a square of
// 360/2^k degrees.
func CellLevel(t tile.ID) int {
	columns, _ := t.Set.Size(t.Z)
	return int(math.Round(math.Log2(float64(columns) * CellsPerTile)))
}

// Reach returns the box in degrees in which a change can change the tile, at any
// zoom: the tile with its buffer, and around it what the cells of a generalised
// tile gather and draw.
func Reach(t tile.ID) orb.Bound {
	const buffer = 64.0 / 4096
	b := t.Buffered(buffer)
	cell := 360 / math.Exp2(float64(CellLevel(t)))
	return b.Pad(1.5 * cell)
}
