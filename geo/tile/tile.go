// Package tile knows the tile matrix sets that planatlas draws in (OGC 17-083r4,
// Two Dimensional Tile Matrix Set): which tile covers which box, and where in a
// tile a position lies. Boxes are degrees of longitude and latitude on CGCS2000,
// east before north; rows are counted from the top.
package tile

import (
	"fmt"

	"github.com/paulmach/orb"
)

// ID is one tile: column X from the west, row Y from the north, in the matrix Z
// of a set. It is comparable and can be the key of a map.
type ID struct {
	Set     Set
	Z, X, Y uint32
}

// String writes set, matrix, row and column as OGC API - Tiles puts them in a
// path: WebMercatorQuad/12/1587/3337.
func (t ID) String() string { return fmt.Sprintf("%s/%d/%d/%d", t.Set, t.Z, t.Y, t.X) }

// Valid tells whether the set has such a tile.
func (t ID) Valid() bool {
	if t.Set.SRID() == 0 || t.Z < t.Set.MinZoom() || t.Z > t.Set.MaxZoom() {
		return false
	}
	w, h := t.Set.Size(t.Z)
	return t.X < w && t.Y < h
}

// Bound returns the box of the tile in degrees.
func (t ID) Bound() orb.Bound { return t.Buffered(0) }

// Buffered returns the box of the tile, grown on each side by a share of its
// width, such as 64.0/4096, and cut off where the set ends.
func (t ID) Buffered(share float64) orb.Bound {
	x, y := float64(t.X), float64(t.Y)
	w, h := t.Set.Size(t.Z)
	west, north := t.Set.lonLat(t.Z, max(x-share, 0), max(y-share, 0))
	east, south := t.Set.lonLat(t.Z, min(x+1+share, float64(w)), min(y+1+share, float64(h)))
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
}

// Position returns where in the tile a longitude and latitude lie: (0, 0) is the
// upper left corner, (1, 1) the lower right one. Outside, the numbers go on; what
// lies beyond the latitudes of the set is drawn at its edge.
func (t ID) Position(lon, lat float64) (x, y float64) {
	x, y = t.Set.at(t.Z, lon, lat)
	return x - float64(t.X), y - float64(t.Y)
}

// Parent returns the tile that holds this one in the matrix above, and false in
// the set's first matrix.
func (t ID) Parent() (ID, bool) {
	if t.Z <= t.Set.MinZoom() {
		return ID{}, false
	}
	return ID{t.Set, t.Z - 1, t.X / 2, t.Y / 2}, true
}
