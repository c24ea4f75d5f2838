package export

import (
	"context"
	"fmt"
	"slices"

	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// Alone is an archive that is served without a database.
type Alone struct{ *Archive }

// Alone returns the archive to be served by itself. On a service that is open to the
// public an archive that shows more than anybody may see is a [layers.InputError], and
// so is one that does not say what its layers are.
func (a *Archive) Alone(public bool) (Alone, error) {
	switch {
	case len(a.meta.Layers) == 0:
		return Alone{}, &layers.InputError{Param: "--tiles", Value: a.file.Name(), Want: "a file that says what its layers are", Hint: "export it again with this planatlas"}
	case public && (a.meta.Exact == nil || len(a.meta.Exact) > 0):
		return Alone{}, &layers.InputError{Param: "--tiles", Value: a.file.Name(), Want: "a file that was exported without --exact and --internal, since the service is open to the public"}
	}
	return Alone{a}, nil
}

// Layers returns the layers in the archive, in drawing order.
func (a Alone) Layers() (ls []*layers.Layer) {
	for _, d := range a.meta.Layers {
		ls = append(ls, d.Declaration)
	}
	return ls
}

// Zooms returns the first and the last zoom of WebMercatorQuad.
func (a Alone) Zooms() (first, last uint32) { return a.reader.MinZoom, a.reader.MaxZoom }

// Tile returns a tile of the layers, in their order and not compressed. An error wraps
// [layers.ErrNotFound] when the archive does not hold it.
func (a Alone) Tile(_ context.Context, ls []*layers.Layer, at tile.ID) ([]byte, error) {
	b, ok, err := a.Archive.Tile(ls, at)
	if err == nil && !ok {
		err = fmt.Errorf("tile %s is not in the file: %w", at, layers.ErrNotFound)
	}
	return b, err
}

// Summary returns the counts, the extent and the revision of a layer, as they were when
// the file was written.
func (a Alone) Summary(_ context.Context, l *layers.Layer) (sum layers.Summary, err error) {
	i := slices.IndexFunc(a.meta.Layers, func(d Described) bool { return d.Declaration.ID == l.ID })
	if i < 0 {
		return sum, fmt.Errorf("layer %s is not in the file: %w", l.ID, layers.ErrNotFound)
	}
	d := a.meta.Layers[i]
	sum.Revision, sum.Features, sum.Located, sum.Finest = a.meta.Revisions[l.ID], d.Features, d.Located, d.Finest
	if e := d.Extent; e != nil {
		sum.Extent = &orb.Bound{Min: orb.Point{e[0], e[1]}, Max: orb.Point{e[2], e[3]}}
	}
	return sum, nil
}

// Ping reports whether the file can be read.
func (a Alone) Ping(context.Context) error {
	_, err := a.reader.Tile(a.reader.MinZoom, 0, 0)
	return err
}
