// Package mvt writes Mapbox Vector Tiles 2.1 from geometries as the database sends
// them. It knows no database and no HTTP.
package mvt

import (
	"planatlas/geo"
	"planatlas/geo/tile"
)

// Options say how fine a tile is. The zero value means the usual ones.
type Options struct {
	Extent int // units across the tile; 0 for 4096
	Buffer int // units beyond each side that are kept; 0 for 64, negative for none
}

// Encoder writes one tile at a time. It keeps its memory between tiles and
// allocates nothing for a feature in the steady state; it is not safe for
// concurrent use.
type Encoder struct {
	writer
	drawing
	extent float64
	buffer float64
	visit  func(geo.Part) // the method part, bound once
}

// NewEncoder returns an encoder that has begun the tile t.
func NewEncoder(t tile.ID, o Options) *Encoder {
	e := &Encoder{extent: 4096, buffer: 64}
	if o.Extent > 0 {
		e.extent = float64(o.Extent)
	}
	if o.Buffer != 0 {
		e.buffer = float64(max(o.Buffer, 0))
	}
	e.visit = e.part
	e.Reset(t)
	return e
}

// Reset forgets what was written and begins the tile t.
func (e *Encoder) Reset(t tile.ID) {
	e.project, e.box = t.Projector(e.extent), t.Buffered(e.Share())
	e.left = tileEffort
	e.writer.reset()
}

// Share returns the buffer as a share of the tile's width, for [tile.ID.Buffered].
func (e *Encoder) Share() float64 { return e.buffer / e.extent }

// Layer begins a layer. Features hold their values in the order of the keys. A
// layer in which no feature was drawn is left out of the tile.
func (e *Encoder) Layer(name string, keys []string) {
	e.writer.layer(name, keys, uint32(e.extent))
}

// Feature draws a geometry in longitude and latitude (EPSG:4490; Z and M are
// passed over) with one value for each key of the layer. What lies outside the
// buffered tile, or is too small for its grid, is left out, and so is a feature of
// which nothing remains. The geometry and the values are read only during the
// call. An error wraps [geo.ErrWKB]; nothing of the feature is in the tile then.
func (e *Encoder) Feature(id uint64, g geo.WKB, values []Value) error {
	e.drawing.begin()
	if err := g.Parts(e.visit); err != nil {
		return err
	}
	if e.fault != nil {
		return e.fault
	}
	if kind, commands := e.commands(); len(commands) > 0 {
		e.writer.feature(id, kind, commands, values)
	}
	return nil
}

// Features returns how many features the tile holds so far, in all its layers.
func (e *Encoder) Features() int { return e.writer.total }

// Bytes ends the last layer and returns the tile, not compressed; it is empty when
// nothing was drawn. The bytes are the encoder's own, valid until [Encoder.Reset].
func (e *Encoder) Bytes() []byte { return e.writer.close() }
