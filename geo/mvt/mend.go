package mvt

import (
	"cmp"
	"slices"
)

// mender makes valid polygons of rings that touch or cross, themselves or each
// other, on the grid: the plane is cut along all edges, with crossings moved to the
// grid, and the faces that the rings wind around are put together again. What comes
// out is valid in the sense of OGC 06-103r4, 6.1.11: simple rings, holes in their
// shells, connected interiors. It keeps its memory.
type mender struct {
	ways []way
	next []way
	cuts []cutAt
	near bands
	byX  columns
	sweep
	tracer
	one, mended shape
	cover
	effort  int // spent on the feature, in pairs that were looked at
	limit   int // of that
	left    int // of what the features of the tile may take together
	repairs int // features that were mended, and of them those that are shown as cells, for tests
	coarse  int
}

// way is an edge of the arrangement, from the lesser position to the greater one,
// with how often rings pass along it, those in the other direction counted negative.
type way struct {
	a, b grid
	net  int
}

// cutAt says that a way must be cut at a position.
type cutAt struct {
	way int32
	at  grid
}

// rounds bounds how often crossings are moved to the grid. Each round leaves
// shorter ways; most shapes need two or three, and the most tangled random one that
// was met needed 40.
const rounds = 1000

// mostEffort bounds what mending one feature costs: a tenth of a second or so. A shape
// that takes more, or more rounds, is shown as the cells that it covers.
const mostEffort = 20_000_000

// tileEffort bounds the same for all features of a tile.
const tileEffort = 10 * mostEffort

// perCut is what a cut costs, which has to be sorted and makes one more way.
const perCut = 50

// mend returns valid polygons that cover what the shape covers. The result is valid
// until the next call.
func (m *mender) mend(s *shape) *shape {
	m.repairs++
	m.effort, m.limit = 0, min(mostEffort, m.left)
	if !m.polygons(s) {
		m.coarse++
		m.cells(&m.mended, s)
	}
	m.left = max(0, m.left-m.effort)
	return &m.mended
}

// polygons makes the polygons, and returns false when that takes too much.
func (m *mender) polygons(s *shape) bool {
	m.ways = m.ways[:0]
	fill := func(wind int) bool { return wind > 0 }
	if len(s.paths) == 1 { // whichever way its lobes wind
		fill = func(wind int) bool { return wind != 0 }
		m.addRing(s.at[s.paths[0].from:s.paths[0].to], true)
		return m.finish(fill)
	}
	for i, p := range s.paths {
		ring := s.at[p.from:p.to]
		if !s.contact(s.paths[i : i+1]) {
			m.addRing(ring, p.area < 0 == p.hole)
			continue
		}
		// Alone first, whichever way its lobes wind.
		kept := len(m.ways)
		if !m.alone(ring, p.hole, kept) {
			return false
		}
	}
	return m.finish(fill)
}

// finish cuts the ways where they meet, and traces the faces to be filled.
func (m *mender) finish(fill func(wind int) bool) bool {
	m.mended.reset()
	return m.node() && m.trace(&m.mended, m.ways, fill)
}

// alone adds the rings that bound what one ring winds around, in either direction.
func (m *mender) alone(ring []grid, hole bool, kept int) bool {
	others := slices.Clone(m.ways[:kept])
	m.ways = m.ways[:0]
	m.addRing(ring, true)
	m.one.reset()
	if !m.node() || !m.trace(&m.one, m.ways, func(wind int) bool { return wind != 0 }) {
		return false
	}
	m.ways = append(m.ways[:0], others...)
	for _, p := range m.one.paths {
		m.addRing(m.one.at[p.from:p.to], !hole)
	}
	return true
}

// addRing adds the edges of a ring, in the other direction if not forward.
func (m *mender) addRing(ring []grid, forward bool) {
	a := ring[len(ring)-1]
	for _, b := range ring {
		net := 1
		if !forward {
			net = -1
		}
		m.ways = append(m.ways, canonical(a, b, net))
		a = b
	}
}

func canonical(a, b grid, net int) way {
	if b.less(a) {
		return way{b, a, -net}
	}
	return way{a, b, net}
}

// node cuts the ways where they meet until they meet at their ends only; false when
// that takes too much.
func (m *mender) node() bool {
	for range rounds {
		m.merge()
		if !m.findCuts() {
			return false
		}
		if len(m.cuts) == 0 {
			return true
		}
		m.applyCuts()
	}
	return false
}

// merge sorts the ways and makes one of those that are the same; one that is passed
// as often in both directions bounds nothing and goes.
func (m *mender) merge() {
	m.next = slices.Grow(m.next[:0], len(m.ways))[:len(m.ways)]
	byPosition(&m.byX, m.ways, m.next, func(w *way) grid { return w.a }, func(v, w way) int {
		if v.a != w.a {
			return compare(v.a, w.a)
		}
		return compare(v.b, w.b)
	})
	m.ways, m.next = m.next, m.ways
	kept := m.ways[:0]
	for i := 0; i < len(m.ways); {
		w := m.ways[i]
		for i++; i < len(m.ways) && m.ways[i].a == w.a && m.ways[i].b == w.b; i++ {
			w.net += m.ways[i].net
		}
		if w.net != 0 {
			kept = append(kept, w)
		}
	}
	m.ways = kept
}

// findCuts looks at the pairs of ways whose boxes meet, from left to right; false when
// these are too many.
func (m *mender) findCuts() bool {
	m.cuts = m.cuts[:0]
	if len(m.ways) == 0 {
		return true
	}
	south, north := m.ways[0].a.y, m.ways[0].a.y
	for _, w := range m.ways {
		south, north = min(south, w.a.y, w.b.y), max(north, w.a.y, w.b.y)
	}
	m.near.begin(south, north)
	for i, v := range m.ways {
		looked, _ := m.near.meet(reachOf(v.a, v.b, i), v.a.x, m.pair)
		if m.effort += 1 + looked; m.effort+perCut*len(m.cuts) > m.limit {
			return false
		}
	}
	m.effort += perCut * len(m.cuts)
	return true
}

// pair notes where two ways must be cut: at ends that lie within the other, and
// both where they cross, at the nearest position of the grid. It never stops a sweep.
func (m *mender) pair(i, j int32) (stop bool) {
	v, w := m.ways[i], m.ways[j]
	c, d := turn(v.a, v.b, w.a), turn(v.a, v.b, w.b)
	a, b := turn(w.a, w.b, v.a), turn(w.a, w.b, v.b)
	if c > 0 && d < 0 || c < 0 && d > 0 {
		if a > 0 && b < 0 || a < 0 && b > 0 {
			at := crossing(v, c, d, w)
			m.cut(i, at)
			m.cut(j, at)
			return false
		}
	}
	if c == 0 && within(v, w.a) {
		m.cut(i, w.a)
	}
	if d == 0 && within(v, w.b) {
		m.cut(i, w.b)
	}
	if a == 0 && within(w, v.a) {
		m.cut(j, v.a)
	}
	if b == 0 && within(w, v.b) {
		m.cut(j, v.b)
	}
	return false
}

// within tells whether a position in line with a way lies on it, not at its ends.
func within(w way, p grid) bool { return w.a.less(p) && p.less(w.b) }

// crossing returns the position nearest to where w passes v; c and d are how far
// the ends of w lie from v.
func crossing(v way, c, d int64, w way) grid {
	t := float64(c) / float64(c-d)
	x := float64(w.a.x) + t*float64(w.b.x-w.a.x)
	y := float64(w.a.y) + t*float64(w.b.y-w.a.y)
	return grid{floor(x + 0.5), floor(y + 0.5)}
}

func (m *mender) cut(i int32, at grid) {
	if w := m.ways[i]; at != w.a && at != w.b {
		m.cuts = append(m.cuts, cutAt{i, at})
	}
}

// applyCuts replaces each way that is cut by its pieces.
func (m *mender) applyCuts() {
	slices.SortFunc(m.cuts, func(p, q cutAt) int {
		if p.way != q.way {
			return cmp.Compare(p.way, q.way)
		}
		w := m.ways[p.way]
		return cmp.Or(cmp.Compare(along(w, p.at), along(w, q.at)), compare(p.at, q.at))
	})
	m.next = m.next[:0]
	cuts := m.cuts
	for i, w := range m.ways {
		a := w.a
		for ; len(cuts) > 0 && cuts[0].way == int32(i); cuts = cuts[1:] {
			if at := cuts[0].at; at != a {
				m.next = append(m.next, canonical(a, at, w.net))
				a = at
			}
		}
		if a != w.b {
			m.next = append(m.next, canonical(a, w.b, w.net))
		}
	}
	m.ways, m.next = m.next, m.ways
}

// along orders positions along a way.
func along(w way, p grid) int64 {
	return int64(p.x-w.a.x)*int64(w.b.x-w.a.x) + int64(p.y-w.a.y)*int64(w.b.y-w.a.y)
}
