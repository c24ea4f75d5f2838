package export

import (
	"context"
	"errors"

	"planatlas/geo/pmtiles"
	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// stride is after how many zooms the walk down the tiles asks again whether any
// feature is there: a question for every 64 tiles.
const stride = 3

// walk visits, from the id first on and in the order of their ids, the tiles of the
// wanted zooms near which a feature lies.
func (r *run) walk(ctx context.Context, first uint64, visit func(at tile.ID, id uint64) error) error {
	for z := r.job.MinZoom; z <= r.job.MaxZoom; z++ {
		d := descent{run: r, target: z, first: first, visit: visit}
		if err := d.down(ctx, 0, 0); err != nil {
			return err
		}
	}
	return nil
}

// descent walks to the tiles of one zoom.
type descent struct {
	*run
	target uint32
	first  uint64
	visit  func(at tile.ID, id uint64) error
}

// down visits what lies below the tile that is the i-th of its zoom: on the curve of
// the ids, its four parts are the ones from 4i on.
func (d *descent) down(ctx context.Context, zoom uint32, i uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	below := 2 * (d.target - zoom)
	if last := pmtiles.Count(d.target) + (i+1)<<below - 1; last < d.first {
		return nil
	}
	z, x, y := pmtiles.Tile(pmtiles.Count(zoom) + i)
	at := tile.ID{Set: tile.WebMercatorQuad, Z: z, X: x, Y: y}
	if zoom == d.target {
		return d.visit(at, pmtiles.Count(zoom)+i)
	}
	if (d.target-zoom)%stride == 0 {
		if there, err := d.inhabited(ctx, around(at)); err != nil || !there {
			return err
		}
	}
	for part := range uint64(4) {
		if err := d.down(ctx, zoom+1, 4*i+part); err != nil {
			return err
		}
	}
	return nil
}

// around is the box in which all lies that a tile, or one below it, may show: with
// what the cells of a generalised tile gather.
func around(at tile.ID) orb.Bound {
	return at.Buffered(layers.TileBuffer + 1.5/layers.CellsPerTile)
}

// errFound ends a query that has found something.
var errFound = errors.New("found")

type anything struct{}

func (anything) Row(layers.Row) error { return errFound }

// inhabited tells whether any of the layers has a feature in the box.
func (r *run) inhabited(ctx context.Context, box orb.Bound) (bool, error) {
	for _, l := range r.job.Layers {
		_, err := r.src.Items(ctx, l, layers.Query{BBox: &box, Limit: 1, Properties: []layers.Property{}, Sort: layers.NearSort()}, anything{})
		if errors.Is(err, errFound) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}
