package main

import (
	"bytes"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/export"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// TestTileFile reads tiles from a file, even without a database, until an edit
// changes one of their layers or nobody can tell.
func TestTileFile(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	parks, rivers := storetest.Layer(t, s, "development_zones"), storetest.Layer(t, s, "river_corridors")
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	job := export.Job{Format: export.PMTiles, File: path, Layers: []*layers.Layer{parks, rivers}, MaxZoom: 6, Report: func(export.Progress) {}}
	if err := export.Run(t.Context(), s, job); err != nil {
		t.Fatal(err)
	}
	archive, err := export.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()

	closed, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closed.Close() // what it draws fails
	f := &tileFile{Store: closed, archive: archive, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	at := tile.ID{Set: tile.WebMercatorQuad, Z: 6, X: 52, Y: 24}
	from := func(what string, ls []*layers.Layer, at tile.ID, file bool) {
		t.Helper()
		want, err := s.Tile(t.Context(), ls, at)
		if err != nil || len(want) == 0 {
			t.Fatal(at, len(want), err)
		}
		got, err := f.Tile(t.Context(), ls, at)
		if file != (err == nil) || file && !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v; from the file: want %t", what, len(got), err, file)
		}
	}
	both := []*layers.Layer{rivers, parks}
	from("before the revisions are known", both, at, false)
	f.set(map[string]int64{parks.ID: archive.Revisions()[parks.ID], rivers.ID: archive.Revisions()[rivers.ID]})
	from("known", both, at, true)
	from("beyond the last zoom", both, tile.ID{Set: tile.WebMercatorQuad, Z: 7, X: 104, Y: 49}, false)
	from("a layer that the file has not", []*layers.Layer{storetest.Layer(t, s, "transport_links")}, at, false)
	f.hear(t.Context(), store.Event{Touch: &layers.Touch{Layer: parks.ID, Revision: f.now[parks.ID] + 1}})
	from("edited", both, at, false)
	from("the other layer", both[:1], at, true)
	f.hear(t.Context(), store.Event{Err: layers.ErrUnavailable, Touch: &layers.Touch{All: true}})
	from("nobody can tell", both[:1], at, false)
	f.Store = s
	f.hear(t.Context(), store.Event{Catalog: true, Touch: &layers.Touch{All: true}})
	if f.now[rivers.ID] != archive.Revisions()[rivers.ID] {
		t.Errorf("got %v", f.now)
	}
}
