package mvt

// bands holds the edges that a sweep from west to east has met and not left behind, by
// bands of rows, so that each edge is compared with those near it alone. It keeps its
// memory.
type bands struct {
	south int32
	rows  [][]reach
}

// bandRows is two to how many rows of the grid make a band.
const bandRows = 6

// reach is how far an edge goes, and its place among the edges.
type reach struct{ east, south, north, at int32 }

func reachOf(a, b grid, at int) reach { return reach{b.x, min(a.y, b.y), max(a.y, b.y), int32(at)} }

// begin forgets all edges; those of the sweep to come lie between south and north.
func (b *bands) begin(south, north int32) {
	b.south = south
	for n := b.of(north) + 1; len(b.rows) < n; {
		b.rows = append(b.rows, nil)
	}
	for i := range b.rows {
		b.rows[i] = b.rows[i][:0]
	}
}

func (b *bands) of(y int32) int { return int((y - b.south) >> bandRows) }

// meet calls each, until it returns true, for every edge whose box meets that of one
// which begins at west, and then adds that one. It returns how many edges it looked at,
// and whether each has returned true.
func (b *bands) meet(own reach, west int32, each func(own, other int32) bool) (looked int, stopped bool) {
	for band := b.of(own.south); band <= b.of(own.north); band++ {
		row := b.rows[band]
		looked += len(row)
		kept := 0
		for _, r := range row {
			if r.east < west {
				continue
			}
			row[kept] = r
			kept++
			if r.north < own.south || r.south > own.north || b.of(max(r.south, own.south)) != band { // once for a pair
				continue
			}
			if each(own.at, r.at) {
				return looked, true
			}
		}
		b.rows[band] = append(row[:kept], own)
	}
	return looked, false
}
