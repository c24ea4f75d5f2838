// Package pmtiles reads and writes the file format PMTiles, version 3: all tiles of
// a map in one file, found by ranges of bytes. Tiles are those of WebMercatorQuad.
// It knows no database and no HTTP.
package pmtiles

import "math/bits"

// maxZoom is the last zoom whose tiles have an id of 63 bits.
const maxZoom = 26

// Count returns how many tiles the zooms before z have: the id of the first tile of
// zoom z.
func Count(z uint32) uint64 { return (1<<(2*z) - 1) / 3 }

// ID returns the number of a tile: zoom after zoom, along a Hilbert curve in each, so
// that neighbours in the file are neighbours on the map.
func ID(z, x, y uint32) uint64 {
	var d uint64
	for s := uint32(1) << z >> 1; s > 0; s >>= 1 {
		right, down := x&s != 0, y&s != 0
		switch {
		case right && !down:
			d += 3 * uint64(s) * uint64(s)
		case right && down:
			d += 2 * uint64(s) * uint64(s)
		case down:
			d += uint64(s) * uint64(s)
		}
		x, y = turned(s, x, y, right, down)
	}
	return Count(z) + d
}

// Tile is the inverse of [ID].
func Tile(id uint64) (z, x, y uint32) {
	z = uint32(bits.Len64(3*id+1)-1) / 2
	d := id - Count(z)
	for s := uint32(1); s < 1<<z; s <<= 1 {
		right := d&2 != 0
		down := (d&1 != 0) != right
		x, y = turned(s, x, y, right, down)
		if right {
			x |= s
		}
		if down {
			y |= s
		}
		d >>= 2
	}
	return z, x, y
}

// turned turns the quadrant of s tiles in which the curve goes on.
func turned(s, x, y uint32, right, down bool) (uint32, uint32) {
	x, y = x&(s-1), y&(s-1)
	if down {
		return x, y
	}
	if right {
		x, y = s-1-x, s-1-y
	}
	return y, x
}
