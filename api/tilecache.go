package api

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/maypok86/otter/v2"
)

// tileKey names a tile and what is in it: the ids of its layers, sorted and with a
// comma between them.
type tileKey struct {
	layers string
	at     tile.ID
}

// overhead is about what a tile costs beside its bytes.
const overhead = 512

// retries is how often a tile is made again because its features changed while it
// was made.
const retries = 3

// TileCache keeps tiles in memory until a commit touches them. It serves and keeps
// tiles only while it hears of commits; a tile whose making began before a touch of
// its box was heard is made again, and never kept. One tile is made once at a time,
// however many ask for it. It is safe for concurrent use.
type TileCache struct {
	tiles *otter.Cache[tileKey, *warmTile]
	heard atomic.Bool
	made  atomic.Int64

	mu      sync.Mutex // held while tiles are kept or dropped, and for what follows
	places  map[level]map[place][]*warmTile
	flights map[tileKey]*flight
}

// level is one matrix of one set, and place a tile of it.
type (
	level struct {
		set tile.Set
		z   uint32
	}
	place struct{ x, y uint32 }
)

// flight is a tile that is being made, and those who wait for it.
type flight struct {
	catalog *layers.Catalog
	ids     []string
	waiting int
	cancel  context.CancelFunc
	touched bool // since the making began
	tries   int
	done    chan struct{}
	tile    *warmTile
	err     error
}

// NewTileCache returns a cache that holds about so many bytes. It begins to keep
// tiles when commits are heard of.
func NewTileCache(bytes int64) *TileCache {
	c := &TileCache{places: map[level]map[place][]*warmTile{}, flights: map[tileKey]*flight{}}
	c.tiles = otter.Must(&otter.Options[tileKey, *warmTile]{MaximumWeight: uint64(max(bytes, 1)),
		Weigher:    func(_ tileKey, t *warmTile) uint32 { return uint32(min(t.size(), 1<<31)) },
		OnDeletion: func(e otter.DeletionEvent[tileKey, *warmTile]) { c.forget(e) }})
	return c
}

// Hear takes what the watcher of commits has heard: a touch, nil for a commit that
// touched nothing, or why it hears nothing until the next call. It drops the tiles
// that were touched, in all sets and matrices; all of them when commits were not
// heard of before, or no longer are.
func (c *TileCache) Hear(t *layers.Touch, deaf error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if was := c.heard.Swap(deaf == nil); !was || deaf != nil {
		c.dropAll()
		return
	}
	if t != nil {
		c.touch(*t)
	}
}

func (c *TileCache) touch(t layers.Touch) {
	switch {
	case t.All && t.Layer == "":
		c.dropAll()
	case t.All:
		c.dropLayer(t.Layer)
	default:
		for at, tiles := range c.places {
			for _, block := range t.Covering(at.set, at.z) {
				c.dropIn(t.Layer, tiles, block)
			}
		}
		for key, f := range c.flights {
			if slices.Contains(f.ids, t.Layer) && t.Meets(key.at) {
				c.retry(key, f)
			}
		}
	}
}

func (c *TileCache) dropAll() {
	c.tiles.InvalidateAll()
	clear(c.places)
	for key, f := range c.flights {
		c.retry(key, f)
	}
}

func (c *TileCache) dropLayer(id string) {
	for _, tiles := range c.places {
		for at, here := range tiles {
			c.dropAt(id, tiles, at, here)
		}
	}
	for key, f := range c.flights {
		if slices.Contains(f.ids, id) {
			c.retry(key, f)
		}
	}
}

// dropIn drops the layer's tiles of a block, by the shorter of two ways.
func (c *TileCache) dropIn(id string, tiles map[place][]*warmTile, block tile.Range) {
	if block.Len() <= uint64(len(tiles)) {
		for t := range block.All() {
			at := place{t.X, t.Y}
			c.dropAt(id, tiles, at, tiles[at])
		}
		return
	}
	for at, here := range tiles {
		if block.Contains(tile.ID{Set: block.Set, Z: block.Z, X: at.x, Y: at.y}) {
			c.dropAt(id, tiles, at, here)
		}
	}
}

// dropAt drops what shows the layer among the tiles of one place.
func (c *TileCache) dropAt(id string, tiles map[place][]*warmTile, at place, here []*warmTile) {
	stay := slices.DeleteFunc(here, func(t *warmTile) bool {
		gone := slices.Contains(t.ids, id)
		if gone {
			c.tiles.Invalidate(t.key)
		}
		return gone
	})
	if len(stay) == 0 {
		delete(tiles, at)
		return
	}
	tiles[at] = stay
}

// retry makes a tile again whose features changed while it was made. One that
// changes all the time is given to those who wait, but to nobody who comes later.
func (c *TileCache) retry(key tileKey, f *flight) {
	f.touched = true
	if f.tries >= retries && c.flights[key] == f {
		delete(c.flights, key)
	}
}

// forget takes a tile for which there was no room out of the places. It runs some
// time later, when another may be kept under the same key.
func (c *TileCache) forget(e otter.DeletionEvent[tileKey, *warmTile]) {
	if !e.WasEvicted() {
		return // whoever dropped or replaced it has done so
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.misplace(e.Value)
}

func (c *TileCache) misplace(t *warmTile) {
	tiles, at := c.places[level{t.key.at.Set, t.key.at.Z}], place{t.key.at.X, t.key.at.Y}
	if stay := slices.DeleteFunc(tiles[at], func(o *warmTile) bool { return o == t }); len(stay) > 0 {
		tiles[at] = stay
	} else {
		delete(tiles, at)
	}
}

// keep puts a tile where it is found.
func (c *TileCache) keep(t *warmTile) {
	on, at := level{t.key.at.Set, t.key.at.Z}, place{t.key.at.X, t.key.at.Y}
	if c.places[on] == nil {
		c.places[on] = map[place][]*warmTile{}
	}
	if old, ok := c.tiles.GetEntryQuietly(t.key); ok {
		c.misplace(old.Value)
	}
	c.places[on][at] = append(c.places[on][at], t)
	c.tiles.Set(t.key, t)
}

// weigh counts a tile anew that has another form now, if it is still kept.
func (c *TileCache) weigh(t *warmTile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tiles.ComputeIfPresent(t.key, func(kept *warmTile) (*warmTile, otter.ComputeOp) {
		if kept != t {
			return kept, otter.CancelOp
		}
		return t, otter.WriteOp
	})
}

// warm returns a tile that is kept, made by the catalogue at hand.
func (c *TileCache) warm(key tileKey, catalog *layers.Catalog) *warmTile {
	if !c.heard.Load() {
		return nil
	}
	if t, ok := c.tiles.GetIfPresent(key); ok && t.catalog == catalog {
		return t
	}
	return nil
}

// get returns the tile: a kept one, or one that compute gives and that is shared with
// all who ask meanwhile. The making goes on for as long as anybody waits.
func (c *TileCache) get(ctx context.Context, t *warmTile, compute func(context.Context) ([]byte, error)) (*warmTile, error) {
	c.mu.Lock()
	if found := c.warm(t.key, t.catalog); found != nil {
		c.mu.Unlock()
		return found, nil
	}
	f := c.flights[t.key]
	if f == nil || f.catalog != t.catalog || !c.heard.Load() {
		f = &flight{catalog: t.catalog, ids: t.ids, done: make(chan struct{}), tile: t}
		if c.heard.Load() {
			c.flights[t.key] = f
		} else {
			f.tries, f.touched = retries, true // so that it is not kept
		}
		var own context.Context
		own, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
		go c.fly(own, f, compute)
	}
	f.waiting++
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.tile, f.err
	case <-ctx.Done():
		c.leave(t.key, f)
		return nil, ctx.Err()
	}
}

// leave stops the making of a tile that nobody waits for any more.
func (c *TileCache) leave(key tileKey, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		if c.flights[key] == f {
			delete(c.flights, key)
		}
	}
}

// fly makes a tile until nothing has touched it meanwhile, and keeps it.
func (c *TileCache) fly(ctx context.Context, f *flight, compute func(context.Context) ([]byte, error)) {
	defer f.cancel()
	for again := true; again; {
		c.made.Add(1)
		body, err := safely(ctx, compute)
		again = c.land(f, body, err)
	}
}

// land takes what was made. It returns whether it must be made again.
func (c *TileCache) land(f *flight, body []byte, err error) (again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.touched && f.tries < retries && err == nil {
		f.tries++
		f.touched = false
		return true
	}
	key := f.tile.key
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	if f.err = err; err == nil {
		f.tile.fill(body)
		if !f.touched && c.heard.Load() {
			c.keep(f.tile)
		}
	}
	close(f.done)
	return false
}

// safely turns a panic into an error: the making runs beside the request.
func safely(ctx context.Context, compute func(context.Context) ([]byte, error)) (body []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return compute(ctx)
}
