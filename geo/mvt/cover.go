package mvt

import (
	"math"
	"slices"
)

// cellsAcross is about how many cells a shape has across that is too tangled to be
// mended, and shown as the cells that it covers.
const cellsAcross = 64

// cover turns a shape into the cells whose middles it covers. It keeps its memory.
type cover struct {
	size          int32 // of a cell, in units of the tile
	west, south   int32 // of the first cell, in cells
	columns, rows int32
	filled, group []bool
	crossings     []passing
}

// passing is where a ring passes the middle of a row of cells: the first cell behind
// it, and whether the ring goes up or down there.
type passing struct {
	column int32
	wind   int8
}

// cells writes the cells that the shape covers, as valid polygons. What it costs grows
// with the edges and not with how often these cross.
func (m *mender) cells(dst *shape, s *shape) {
	c := &m.cover
	c.begin(s)
	for i := 0; i < len(s.paths); {
		c.group = append(c.group[:0], make([]bool, len(c.filled))...)
		c.ring(s.at[s.paths[i].from:s.paths[i].to], true)
		for i++; i < len(s.paths) && s.paths[i].hole; i++ {
			c.ring(s.at[s.paths[i].from:s.paths[i].to], false)
		}
		for k, in := range c.group {
			c.filled[k] = c.filled[k] || in
		}
	}
	m.sides = m.sides[:0]
	for y := range c.rows {
		for x := range c.columns {
			if c.in(x, y) {
				m.border(x, y)
			}
		}
	}
	dst.reset()
	m.rings(dst)
	var effort int // so few cells cannot take too much
	dst.assemble(&effort, math.MaxInt)
}

// begin makes room for the cells that the shape may cover.
func (c *cover) begin(s *shape) {
	low, high := s.at[0], s.at[0]
	for _, p := range s.at {
		low, high = grid{min(low.x, p.x), min(low.y, p.y)}, grid{max(high.x, p.x), max(high.y, p.y)}
	}
	for c.size = 1; c.size*cellsAcross < max(high.x-low.x, high.y-low.y); {
		c.size *= 2
	}
	c.west, c.south = c.cell(low.x), c.cell(low.y)
	c.columns, c.rows = c.cell(high.x)-c.west+1, c.cell(high.y)-c.south+1
	c.filled = append(c.filled[:0], make([]bool, c.columns*c.rows)...)
}

// cell is the column or row of a unit.
func (c *cover) cell(v int32) int32 { return (v - (v%c.size+c.size)%c.size) / c.size }

func (c *cover) in(x, y int32) bool {
	return x >= 0 && y >= 0 && x < c.columns && y < c.rows && c.filled[y*c.columns+x]
}

// ring sets the cells of the group that the ring winds around.
func (c *cover) ring(ring []grid, to bool) {
	south, north := ring[0].y, ring[0].y
	for _, p := range ring {
		south, north = min(south, p.y), max(north, p.y)
	}
	for y := c.cell(south) - c.south; y <= c.cell(north)-c.south; y++ {
		middle := (c.south+y)*c.size + c.size/2
		c.crossings = c.crossings[:0]
		a := ring[len(ring)-1]
		for _, b := range ring {
			if (a.y > middle) != (b.y > middle) {
				x := float64(a.x) + float64(b.x-a.x)*float64(middle-a.y)/float64(b.y-a.y)
				wind := int8(1)
				if b.y < a.y {
					wind = -1
				}
				c.crossings = append(c.crossings, passing{c.cell(floor(x)+c.size/2) - c.west, wind})
			}
			a = b
		}
		slices.SortFunc(c.crossings, func(p, q passing) int { return int(p.column - q.column) })
		wind := 0
		for k, p := range c.crossings {
			if wind += int(p.wind); wind == 0 {
				continue
			}
			for x := max(p.column, 0); x < min(c.crossings[k+1].column, c.columns); x++ {
				c.group[y*c.columns+x] = to
			}
		}
	}
}

// border adds the sides of a cell behind which nothing is filled, the cell to their
// left.
func (m *mender) border(x, y int32) {
	c := &m.cover
	west, south := (c.west+x)*c.size, (c.south+y)*c.size
	corners := [5]grid{{west, south}, {west + c.size, south}, {west + c.size, south + c.size}, {west, south + c.size}, {west, south}}
	for k, next := range [4][2]int32{{0, -1}, {1, 0}, {0, 1}, {-1, 0}} {
		if !c.in(x+next[0], y+next[1]) {
			m.sides = append(m.sides, side{corners[k], corners[k+1]})
		}
	}
}
