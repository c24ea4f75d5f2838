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

// TestTileFileFits: a service that is open to the public takes no exact tiles from a
// file, and one of one's own none that show less than there is.
func TestTileFileFits(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	own := storetest.Layer(t, s, "industrial_parks")
	if err := s.Generalise(t.Context(), layers.NewCatalog([]*layers.Layer{own})); err != nil {
		t.Fatal(err)
	}
	public := own.ForPublic()
	archive := func(l *layers.Layer) *export.Archive {
		t.Helper()
		path := filepath.Join(t.TempDir(), "a.pmtiles")
		if err := export.Run(t.Context(), s, export.Job{Format: export.PMTiles, File: path, Layers: []*layers.Layer{l}, MaxZoom: 1, Report: func(export.Progress) {}}); err != nil {
			t.Fatal(err)
		}
		a, err := export.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.Close() })
		return a
	}
	fits := func(when string, want [4]bool) {
		t.Helper()
		e, g := archive(own), archive(public)
		if got := [4]bool{e.Fits(own, false), e.Fits(public, true), g.Fits(own, false), g.Fits(public, true)}; got != want {
			t.Errorf("%s: %v", when, got)
		}
		wider := *public
		wider.PublishedM = 100
		if g.Fits(&wider, true) {
			t.Errorf("%s: the limit is another one", when)
		}
	}
	fits("nothing is exact", [4]bool{true, true, true, true})
	storetest.Exec(t, url, "update layers.industrial_parks set accuracy_m = 49.9 where geom is not null")
	fits("something is exact", [4]bool{true, false, false, true})
}
