package mvt

import (
	"encoding/binary"
	"math"

	"planatlas/geo"
	"planatlas/geo/tile"
)

// The geometry types of the standard (4.3.4).
const (
	points byte = 1 + iota
	lines
	polygons
)

// drawing turns one geometry into the commands of a feature. Only the parts of the
// highest dimension are drawn: a feature of a tile has one type.
type drawing struct {
	tile  tile.ID
	scale float64 // units across the tile
	kind  byte
	out   []byte
	at    [2]int32
	ring  [][2]int32
}

func (d *drawing) begin() {
	d.kind, d.out, d.at = 0, d.out[:0], [2]int32{}
}

func (d *drawing) part(p geo.Part) {
	kind := [...]byte{points, lines, polygons, polygons}[p.Kind]
	if kind < d.kind || p.Len() == 0 {
		return
	}
	if kind > d.kind {
		d.begin()
		d.kind = kind
	}
	d.ring = d.ring[:0]
	for i := range p.Len() {
		x, y := d.tile.Position(p.XY(i))
		d.ring = append(d.ring, [2]int32{int32(math.Round(x * d.scale)), int32(math.Round(y * d.scale))})
	}
	n := len(d.ring)
	if kind == polygons {
		n--
	}
	d.command(1, 1)
	d.move(d.ring[0])
	if n > 1 {
		d.command(2, n-1)
		for _, q := range d.ring[1:n] {
			d.move(q)
		}
	}
	if kind == polygons {
		d.command(7, 1)
	}
}

func (d *drawing) commands() (byte, []byte) { return d.kind, d.out }

func (d *drawing) command(id, count int) {
	d.out = binary.AppendUvarint(d.out, uint64(count)<<3|uint64(id))
}

// move writes the step to a position.
func (d *drawing) move(to [2]int32) {
	for i := range to {
		step := to[i] - d.at[i]
		d.out = binary.AppendUvarint(d.out, uint64(uint32(step<<1^step>>31)))
	}
	d.at = to
}
