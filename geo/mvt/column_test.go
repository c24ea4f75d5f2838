package mvt

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// numbered is a position with what tells it from others at the same place.
type numbered struct {
	at grid
	n  int
}

// TestByPosition sorts few and many positions in narrow and wide ranges: as any other
// way of sorting does, and each column is found again.
func TestByPosition(t *testing.T) {
	order := func(v, w numbered) int { return cmp.Or(compare(v.at, w.at), cmp.Compare(v.n, w.n)) }
	var c columns
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 6))
		size := []int{1, 5, 300, 5000}[r.IntN(4)]
		in := make([]numbered, r.IntN(400))
		for i := range in {
			in[i] = numbered{grid{int32(r.IntN(size) - size/2), int32(r.IntN(20) - 10)}, r.IntN(3)}
		}
		out := make([]numbered, len(in))
		byPosition(&c, in, out, func(v *numbered) grid { return v.at }, order)
		want := slices.Clone(in)
		slices.SortFunc(want, order)
		if !slices.Equal(out, want) {
			t.Fatalf("seed %d: %v, want %v", seed, out, want)
		}
		for _, v := range in {
			from, to := c.column(v.at.x, len(in))
			for i, w := range out {
				if in := i >= from && i < to; w.at.x == v.at.x && !in || in && len(c.starts) > 0 && w.at.x != v.at.x {
					t.Fatalf("seed %d: x %d stands from %d to %d of %v", seed, v.at.x, from, to, out)
				}
			}
		}
		byPosition(&c, in, out, func(v *numbered) grid { return v.at }, nil)
		if !slices.IsSortedFunc(out, func(v, w numbered) int { return cmp.Compare(v.at.x, w.at.x) }) {
			t.Fatalf("seed %d: by x alone: %v", seed, out)
		}
	}
}

// TestBands compares the pairs that a sweep finds with those of a look at every pair:
// each whose boxes meet, once.
func TestBands(t *testing.T) {
	var b bands
	found := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		size := []int{10, 200, 4000}[r.IntN(3)]
		var edges []edge
		for range r.IntN(80) {
			p := grid{int32(r.IntN(size) - 100), int32(r.IntN(size) - 100)}
			q := grid{p.x + int32(r.IntN(size/5+1)), p.y + int32(r.IntN(size/2+1)-size/4)}
			edges = append(edges, edge{a: p, b: q})
		}
		slices.SortFunc(edges, func(e, f edge) int { return cmp.Compare(e.a.x, f.a.x) })
		south, north := int32(0), int32(0)
		for _, e := range edges {
			south, north = min(south, e.a.y, e.b.y), max(north, e.a.y, e.b.y)
		}
		want := map[[2]int32]int{}
		got := map[[2]int32]int{}
		b.begin(south, north)
		for i, e := range edges {
			for j, f := range edges[:i] {
				if f.b.x >= e.a.x && min(e.a.y, e.b.y) <= max(f.a.y, f.b.y) && min(f.a.y, f.b.y) <= max(e.a.y, e.b.y) {
					want[[2]int32{int32(i), int32(j)}] = 1
				}
			}
			_, stopped := b.meet(reachOf(e.a, e.b, i), e.a.x, func(own, other int32) bool {
				got[[2]int32{own, other}]++
				return false
			})
			if stopped {
				t.Fatalf("seed %d: stopped", seed)
			}
		}
		for pair := range want {
			if got[pair] != 1 {
				t.Fatalf("seed %d: %v was met %d times", seed, pair, got[pair])
			}
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d pairs, want %d", seed, len(got), len(want))
		}
		found += len(got)
	}
	if found < 1000 {
		t.Errorf("only %d pairs", found)
	}
}
