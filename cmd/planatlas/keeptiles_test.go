package main

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"planatlas/layers/store/storetest"
)

// TestAServiceMakesTheTilesThatAnImportLeft: one that was left before the service came,
// and one of an import while it runs.
func TestAServiceMakesTheTilesThatAnImportLeft(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	leave := func() {
		storetest.Exec(t, url, "update planatlas.tile_layer set exact = -1 where layer = 'reference'")
	}
	wait := func() {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			var left int
			storetest.QueryRow(t, url, "select count(*) from planatlas.tile_layer where exact < 0", &left)
			if left == 0 {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("the tiles were not made")
			}
		}
	}
	leave()
	g := &globals{log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	ctx, cancel := context.WithCancel(t.Context())
	changed, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(ended)
		g.keepTiles(ctx, &database{Store: storetest.Open(t, url)}, changed)
	}()
	wait()
	leave()
	changed <- struct{}{}
	wait()
	cancel()
	<-ended
}
