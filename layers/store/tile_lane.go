package store

import (
	"context"
	"sync"

	"planatlas/geo/tile"
)

// The lanes of tiles: so many at once with little in them, and with much. What is
// much is told by the rows that a tile nearby had, which the load of the machine does
// not change.
const (
	lightTiles = 4
	heavyTiles = 2
	muchInTile = 1000 // rows
	knownTiles = 16384
)

// region is a block of 4 × 4 tiles of some layers.
type region struct {
	layers string
	at     tile.ID
}

// lanes let tiles to the database. A small one never waits for a large one.
type lanes struct {
	light, heavy chan struct{}

	mu   sync.Mutex
	rows map[region]int // of the last tile drawn there
}

func newLanes() *lanes {
	return &lanes{light: make(chan struct{}, lightTiles), heavy: make(chan struct{}, heavyTiles), rows: map[region]int{}}
}

// enter waits for a place in the lane of a tile. Who got one calls leave, with the
// rows that there were.
func (l *lanes) enter(ctx context.Context, ids string, t tile.ID) (leave func(rows int), err error) {
	at := region{ids, tile.ID{Set: t.Set, Z: t.Z, X: t.X >> 2, Y: t.Y >> 2}}
	lane := l.light
	l.mu.Lock()
	if l.expected(at) > muchInTile {
		lane = l.heavy
	}
	l.mu.Unlock()
	select {
	case lane <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return func(rows int) {
		<-lane
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.rows) >= knownTiles {
			clear(l.rows)
		}
		l.rows[at] = rows
	}, nil
}

// expected is how many rows the last tile of the region had; of one never seen, what
// the last one above it had, up to three zooms.
func (l *lanes) expected(at region) int {
	for range 3 {
		if n, ok := l.rows[at]; ok {
			return n
		}
		if at.at.Z == 0 {
			break
		}
		at.at = tile.ID{Set: at.at.Set, Z: at.at.Z - 1, X: at.at.X / 2, Y: at.at.Y / 2}
	}
	return 0
}
