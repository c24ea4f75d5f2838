package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"planatlas/geo/mvt"
	"planatlas/geo/pmtiles"
	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/klauspost/compress/gzip"
)

// Archive is a PMTiles file that [Run] wrote, to be read from. It is safe for
// concurrent use.
type Archive struct {
	file   *os.File
	reader *pmtiles.Reader
	meta   Metadata
	has    map[string]VectorLayer
}

// Open opens an archive. A file that is none of ours is a [layers.InputError].
func Open(path string) (*Archive, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	a := &Archive{file: file, has: map[string]VectorLayer{}}
	var doc []byte
	if a.reader, err = pmtiles.NewReader(file); err == nil {
		doc, err = a.reader.Metadata()
	}
	if err == nil {
		a.meta, err = parse(doc)
	}
	if err == nil && a.meta.Revisions == nil {
		err = errors.New("it does not say which revisions of the layers it holds")
	}
	if err != nil {
		return nil, errors.Join(&layers.InputError{Param: "--tiles", Value: path, Want: "a file that planatlas export pmtiles wrote", Err: err}, file.Close())
	}
	for _, l := range a.meta.VectorLayers {
		a.has[l.ID] = l
	}
	return a, nil
}

// Close closes the file.
func (a *Archive) Close() error { return a.file.Close() }

// Revisions returns the revisions of the layers in the archive. A published table
// has none.
func (a *Archive) Revisions() map[string]int64 { return a.meta.Revisions }

// Fits reports whether the archive shows a layer as a service does: one that is open
// to the public shows nothing exact, and another one everything.
func (a *Archive) Fits(l *layers.Layer, public bool) bool {
	if public {
		return a.meta.Limits[l.ID] == l.FinestM() && !slices.Contains(a.meta.Exact, l.ID)
	}
	return !slices.Contains(a.meta.Generalised, l.ID)
}

// mostTile bounds what a tile may become when it is unpacked.
const mostTile = 256 << 20

// Tile returns a tile of the layers, in their order and not compressed, as the
// database would have drawn it at the archive's revisions; false when the archive
// does not hold it.
func (a *Archive) Tile(ls []*layers.Layer, at tile.ID) ([]byte, bool, error) {
	if at.Set != tile.WebMercatorQuad || at.Z < a.reader.MinZoom || at.Z > a.reader.MaxZoom || !at.Valid() {
		return nil, false, nil
	}
	var names []string
	for _, l := range ls {
		if v, ok := a.has[l.ID]; !ok || !maps.Equal(v.Fields, fieldsOf(l)) { // it may have been declared anew
			return nil, false, nil
		}
		names = append(names, l.ID)
	}
	b, err := a.reader.Tile(at.Z, at.X, at.Y)
	if err != nil || b == nil {
		return nil, err == nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err == nil {
		b, err = io.ReadAll(io.LimitReader(r, mostTile))
	}
	if err == nil {
		b, err = mvt.Pick(b, names)
	}
	if err != nil {
		return nil, false, fmt.Errorf("tile %s of %s: %w", at, a.file.Name(), err)
	}
	return b, true, nil
}
