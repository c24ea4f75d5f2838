package mvt

import "slices"

// columns sorts by position in counting along x: a tile has few, and what is drawn of a
// large area has many vertices. It keeps its memory.
type columns struct {
	west   int32
	starts []int32 // where each column begins, and where the last one ends; none when all is one
}

// scattered is how many columns there may be for one position, for counting to be worth
// its time.
const scattered = 4

// byPosition sorts in into out, which has as many places; order compares, first by the
// position that at gives. Without it they are sorted by x alone.
func byPosition[T any](c *columns, in, out []T, at func(*T) grid, order func(v, w T) int) {
	c.starts = c.starts[:0]
	if len(in) == 0 {
		return
	}
	east := at(&in[0]).x
	c.west = east
	for i := range in {
		x := at(&in[i]).x
		c.west, east = min(c.west, x), max(east, x)
	}
	if order != nil && int(east-c.west) > scattered*len(in) {
		copy(out, in)
		slices.SortFunc(out, order)
		return
	}
	c.starts = slices.Grow(c.starts, int(east-c.west)+3)[:east-c.west+3]
	clear(c.starts)
	for i := range in { // two places on: placing moves each start to the next
		c.starts[at(&in[i]).x-c.west+2]++
	}
	for i := 1; i < len(c.starts); i++ {
		c.starts[i] += c.starts[i-1]
	}
	for i := range in {
		place := &c.starts[at(&in[i]).x-c.west+1]
		out[*place] = in[i]
		*place++
	}
	c.starts = c.starts[:len(c.starts)-1]
	if order == nil {
		return
	}
	for i, to := range c.starts[1:] {
		if column := out[c.starts[i]:to]; len(column) > 1 {
			slices.SortFunc(column, order)
		}
	}
}

// column returns where those of an x stand among n that were sorted.
func (c *columns) column(x int32, n int) (from, to int) {
	if len(c.starts) == 0 {
		return 0, n
	}
	return int(c.starts[x-c.west]), int(c.starts[x-c.west+1])
}
