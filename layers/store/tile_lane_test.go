package store

import (
	"context"
	"errors"
	"testing"

	"planatlas/geo/tile"
)

// A small tile goes on while every place for large ones is taken, and a tile is taken
// for large by what was near it or above it.
func TestSmallTilesDoNotWaitForLargeOnes(t *testing.T) {
	l := newLanes()
	large := func(z, x uint32) tile.ID { return tile.ID{Set: tile.WebMercatorQuad, Z: z, X: x, Y: x} }
	leave, err := l.enter(t.Context(), "a", large(10, 500))
	if err != nil {
		t.Fatal(err)
	}
	leave(muchInTile + 1)
	var leaves []func(int)
	for i := range uint32(heavyTiles) {
		leave, err := l.enter(t.Context(), "a", large(10, 500+i))
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, id := range []tile.ID{large(10, 503), large(11, 1003)} {
		if _, err := l.enter(gone, "a", id); !errors.Is(err, context.Canceled) {
			t.Errorf("%s found a place: %v", id, err)
		}
	}
	for _, small := range []struct {
		layers string
		at     tile.ID
	}{{"b", large(10, 500)}, {"a", large(10, 600)}, {"a", large(14, 8000)}} {
		leave, err := l.enter(t.Context(), small.layers, small.at)
		if err != nil {
			t.Fatal(err)
		}
		leave(1)
	}
	leaves[0](1) // the last tile there was small
	if leave, err = l.enter(t.Context(), "a", large(10, 503)); err != nil {
		t.Fatal(err)
	}
	leave(1)
}
