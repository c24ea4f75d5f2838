package api

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// hearing returns a cache that hears of commits.
func hearing(bytes int64) *TileCache {
	c := NewTileCache(bytes)
	c.Hear(nil, nil)
	return c
}

// plain is a tile of layers by their ids.
func plain(catalog *layers.Catalog, at tile.ID, ids ...string) *warmTile {
	var ls []*layers.Layer
	for _, id := range ids {
		ls = append(ls, &layers.Layer{ID: id, Geometry: "Point"})
	}
	return newTile(catalog, ls, at)
}

// content makes a tile of the text.
func content(text string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return []byte(text), nil }
}

func at(z, x, y uint32) tile.ID { return tile.ID{Set: tile.WebMercatorQuad, Z: z, X: x, Y: y} }

func middle(t tile.ID) []orb.Bound {
	c := t.Bound().Center()
	return []orb.Bound{{Min: c, Max: c}}
}

// TestATouchDropsWhatItReaches compares what is dropped with what the touch says, over
// random boxes and tiles of all sets and zooms.
func TestATouchDropsWhatItReaches(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		c := hearing(64 << 20)
		box := orb.Bound{Min: orb.Point{r.Float64()*360 - 180, r.Float64()*160 - 80}}
		width := 0.0001 * float64(uint(1)<<r.IntN(22))
		box.Max = orb.Point{min(box.Min[0]+width, 180), min(box.Min[1]+width*r.Float64(), 90)}
		var all []*warmTile
		for _, set := range tile.Sets() {
			for range 100 {
				z := set.MinZoom() + r.Uint32N(lastZoom(set)-set.MinZoom()+1)
				near, ok := set.Covering(z, box.Pad(0.001), 1.2)
				if !ok {
					continue
				}
				id := tile.ID{Set: set, Z: z, X: near.MinX + r.Uint32N(min(near.MaxX-near.MinX, 5)+1), Y: near.MinY + r.Uint32N(min(near.MaxY-near.MinY, 5)+1)}
				made, err := c.get(t.Context(), plain(nil, id, [][]string{{"a"}, {"a", "b"}, {"b"}}[r.IntN(3)]...), content("x"))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, made)
			}
		}
		touch := layers.Touch{Layer: "a", Boxes: []orb.Bound{box, {Min: orb.Point{-170, -70}, Max: orb.Point{-170, -70}}}, Finest: r.IntN(24)}
		c.Hear(&touch, nil)
		for _, w := range all {
			gone := slices.Contains(w.ids, "a") && touch.Meets(w.key.at)
			if kept := c.warm(w.key, nil) != nil; kept == gone {
				t.Fatalf("round %d: %s of %v: kept is %t after a touch of %v", round, w.key.at, w.ids, kept, box)
			}
		}
		checkPlaces(t, c)
	}
}

// checkPlaces holds that each kept tile is found by its place, and nothing else is.
func checkPlaces(t *testing.T, c *TileCache) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	placed := map[*warmTile]bool{}
	for _, tiles := range c.places {
		for _, here := range tiles {
			for _, w := range here {
				placed[w] = true
			}
		}
	}
	for _, w := range c.tiles.All() {
		if !placed[w] {
			t.Errorf("%v is kept and has no place: no touch would drop it", w.key)
		}
	}
}

// TestATileMadeAcrossATouchIsMadeAgain touches a tile while it is made: who waits
// gets the new one, and the old one is never kept.
func TestATileMadeAcrossATouchIsMadeAgain(t *testing.T) {
	for name, touch := range map[string]func(*TileCache){
		"box":    func(c *TileCache) { c.Hear(&layers.Touch{Layer: "a", Boxes: middle(at(5, 3, 3))}, nil) },
		"layer":  func(c *TileCache) { c.Hear(&layers.Touch{Layer: "a", All: true}, nil) },
		"all":    func(c *TileCache) { c.Hear(&layers.Touch{All: true}, nil) },
		"deaf":   func(c *TileCache) { c.Hear(nil, errors.New("lost")) },
		"missed": func(c *TileCache) { c.Hear(nil, errors.New("lost")); c.Hear(&layers.Touch{All: true}, nil) },
	} {
		c, n := hearing(1<<20), 0
		got, err := c.get(t.Context(), plain(nil, at(5, 3, 3), "a"), func(context.Context) ([]byte, error) {
			if n++; n == 1 {
				touch(c)
			}
			return fmt.Append(nil, n), nil
		})
		if err != nil || string(got.plain) != "2" {
			t.Errorf("%s: %q, %v", name, got.plain, err)
		}
		if kept := c.warm(got.key, nil); (kept != nil) == (name == "deaf") || kept != nil && string(kept.plain) != "2" {
			t.Errorf("%s: kept is %v", name, kept)
		}
		checkPlaces(t, c)
	}
	for name, touch := range map[string]*layers.Touch{"another layer": {Layer: "b", All: true}, "another place": {Layer: "a", Boxes: middle(at(5, 20, 20))}, "nothing": nil} {
		c, n := hearing(1<<20), 0
		got, err := c.get(t.Context(), plain(nil, at(5, 3, 3), "a"), func(context.Context) ([]byte, error) {
			n++
			c.Hear(touch, nil)
			return []byte("x"), nil
		})
		if err != nil || n != 1 || c.warm(got.key, nil) == nil {
			t.Errorf("%s: made %d times, %v", name, n, err)
		}
	}
}

// TestATileThatChangesAllTheTimeIsGivenInTheEnd, and not kept.
func TestATileThatChangesAllTheTimeIsGivenInTheEnd(t *testing.T) {
	c, n := hearing(1<<20), 0
	got, err := c.get(t.Context(), plain(nil, at(5, 3, 3), "a"), func(context.Context) ([]byte, error) {
		n++
		c.Hear(&layers.Touch{Layer: "a", Boxes: middle(at(5, 3, 3))}, nil)
		return []byte("x"), nil
	})
	if err != nil || n != retries+1 || c.warm(got.key, nil) != nil || len(c.flights) != 0 {
		t.Errorf("made %d times, %v, %d under way", n, err, len(c.flights))
	}
}

// TestADeafCacheKeepsNothing, and makes each tile for each who asks.
func TestADeafCacheKeepsNothing(t *testing.T) {
	c := NewTileCache(1 << 20)
	for range 2 {
		for n := range 3 {
			got, err := c.get(t.Context(), plain(nil, at(1, 1, 1), "a"), content(fmt.Sprint(n)))
			if err != nil || string(got.plain) != fmt.Sprint(n) {
				t.Errorf("%q, %v", got.plain, err)
			}
		}
		if c.tiles.EstimatedSize() != 0 || len(c.flights) != 0 {
			t.Errorf("%d kept, %d under way", c.tiles.EstimatedSize(), len(c.flights))
		}
		c.Hear(nil, nil)
		if _, err := c.get(t.Context(), plain(nil, at(1, 1, 1), "a"), content("x")); err != nil {
			t.Fatal(err)
		}
		c.Hear(nil, errors.New("lost"))
	}
}

// TestATileOfAnotherCatalogueIsNotGiven: a layer may show other properties now, or
// be nobody's business.
func TestATileOfAnotherCatalogueIsNotGiven(t *testing.T) {
	c, old, now := hearing(1<<20), layers.NewCatalog(nil), layers.NewCatalog(nil)
	got, err := c.get(t.Context(), plain(old, at(1, 1, 1), "a"), content("old"))
	if err != nil || c.warm(got.key, old) == nil || c.warm(got.key, now) != nil {
		t.Errorf("%v", err)
	}
	got, err = c.get(t.Context(), plain(now, at(1, 1, 1), "a"), content("new"))
	if err != nil || string(got.plain) != "new" || c.warm(got.key, old) != nil {
		t.Errorf("%q %v", got.plain, err)
	}
	checkPlaces(t, c)
}

// TestManyAskForOneTile: it is made once, until the last of them has left.
func TestManyAskForOneTile(t *testing.T) {
	c, begun, goOn, n := hearing(1<<20), make(chan struct{}), make(chan struct{}), 0
	compute := func(ctx context.Context) ([]byte, error) {
		n++
		close(begun)
		select {
		case <-goOn:
			return []byte("x"), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	var all sync.WaitGroup
	impatient, leave := context.WithCancel(t.Context())
	all.Go(func() {
		if _, err := c.get(impatient, plain(nil, at(1, 1, 1), "a"), compute); !errors.Is(err, context.Canceled) {
			t.Errorf("who leaves gets %v", err)
		}
	})
	<-begun
	for range 20 {
		all.Go(func() {
			if got, err := c.get(t.Context(), plain(nil, at(1, 1, 1), "a"), compute); err != nil || string(got.plain) != "x" {
				t.Errorf("%v", err)
			}
		})
	}
	for waiting := 0; waiting < 21; {
		c.mu.Lock()
		if f := c.flights[tileKey{"a", at(1, 1, 1)}]; f != nil {
			waiting = f.waiting
		}
		c.mu.Unlock()
	}
	leave()
	for waiting := 21; waiting > 20; {
		c.mu.Lock()
		waiting = c.flights[tileKey{"a", at(1, 1, 1)}].waiting
		c.mu.Unlock()
	}
	close(goOn)
	all.Wait()
	if n != 1 {
		t.Errorf("made %d times", n)
	}
	alone, leaveAlone := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	_, err := c.get(alone, plain(nil, at(2, 1, 1), "a"), func(ctx context.Context) ([]byte, error) {
		leaveAlone()
		<-ctx.Done() // since nobody waits any more
		stopped <- ctx.Err()
		return nil, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) || <-stopped == nil {
		t.Errorf("%v", err)
	}
}

// TestFailuresAreNotKept: neither errors nor panics.
func TestFailuresAreNotKept(t *testing.T) {
	c := hearing(1 << 20)
	for _, compute := range []func(context.Context) ([]byte, error){
		func(context.Context) ([]byte, error) { return nil, layers.ErrUnavailable },
		func(context.Context) ([]byte, error) { panic("x") },
	} {
		got, err := c.get(t.Context(), plain(nil, at(1, 1, 1), "a"), compute)
		if err == nil || c.tiles.EstimatedSize() != 0 || len(c.flights) != 0 {
			t.Errorf("%v %v", got, err)
		}
	}
}

// TestTheCacheStaysWithinItsBytes fills it many times over, while touches drop and
// readers ask for other codings.
func TestTheCacheStaysWithinItsBytes(t *testing.T) {
	const most = 4 << 20
	c, coders, text := hearing(most), newCoders(), strings.Repeat("tile ", 4000)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(g)))
			for i := range 600 {
				id := at(10, r.Uint32N(64), r.Uint32N(64))
				got, err := c.get(t.Context(), plain(nil, id, "a"), content(text))
				if err != nil {
					t.Error(err)
					return
				}
				if _, fresh := got.in([]string{"gzip", "zstd", ""}[r.IntN(3)], coders); fresh {
					c.weigh(got)
				}
				if i%50 == 0 {
					c.Hear(&layers.Touch{Layer: "a", Boxes: middle(id)}, nil)
				}
			}
		})
	}
	all.Wait()
	c.tiles.CleanUp()
	total := 0
	for _, w := range c.tiles.All() {
		total += w.size()
	}
	if n := c.tiles.EstimatedSize(); n < 20 || total > most {
		t.Errorf("%d tiles of %d bytes", n, total)
	}
	checkPlaces(t, c)
}

// BenchmarkTouch drops by place from a cache of many tiles.
func BenchmarkTouch(b *testing.B) {
	c := hearing(256 << 20)
	for x := range uint32(200) {
		for y := range uint32(200) {
			if _, err := c.get(b.Context(), plain(nil, at(15, x, y), "a"), content("x")); err != nil {
				b.Fatal(err)
			}
		}
	}
	touch := &layers.Touch{Layer: "a", Boxes: middle(at(15, 1000, 1000))}
	for b.Loop() {
		c.Hear(touch, nil)
	}
}
