package main

import (
	"context"
	"log/slog"
	"sync"

	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/export"
	"planatlas/layers/store"
)

// tileFile reads tiles from an exported file for as long as their layers are at the
// revisions that the file holds, and all others from the database.
type tileFile struct {
	*store.Store
	archive *export.Archive
	public  bool // the service is open to the public
	log     *slog.Logger

	mu  sync.Mutex
	now map[string]int64 // the layers' revisions; nil while they are not known
}

// Tile implements api.Tiler. A file that cannot be read is no reason to fail.
func (f *tileFile) Tile(ctx context.Context, ls []*layers.Layer, at tile.ID) ([]byte, error) {
	if f.current(ls) {
		b, ok, err := f.archive.Tile(ls, at)
		if err != nil {
			f.log.Error("the tile file cannot be read; the database draws the tile", "error", err)
		} else if ok {
			return b, nil
		}
	}
	return f.Store.Tile(ctx, ls, at)
}

// current tells whether the file holds all the layers as they are.
func (f *tileFile) current(ls []*layers.Layer) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range ls {
		held, ok := f.archive.Revisions()[l.ID]
		if now, known := f.now[l.ID]; !ok || !known || now != held || !f.archive.Fits(l, f.public) {
			return false
		}
	}
	return true
}

// hear takes what the watcher of commits has heard, before anybody else does.
func (f *tileFile) hear(ctx context.Context, e store.Event) {
	if t := e.Touch; e.Err == nil && (t == nil || t.Layer != "") {
		f.mu.Lock()
		defer f.mu.Unlock()
		if t != nil && f.now != nil {
			f.now[t.Layer] = max(f.now[t.Layer], t.Revision)
		}
		return
	}
	f.set(nil)
	if e.Err == nil {
		f.read(ctx)
	}
}

// read asks for all revisions.
func (f *tileFile) read(ctx context.Context) {
	now, err := f.Revisions(ctx)
	if err != nil {
		f.log.Error("the layers' revisions cannot be read; the tile file is not used", "error", err)
		return
	}
	f.set(now)
	for id, held := range f.archive.Revisions() {
		if now[id] != held {
			f.log.Info("the database draws the tiles of a layer that is not as in the tile file", "layer", id, "revision", now[id], "file", held)
		}
	}
}

func (f *tileFile) set(now map[string]int64) {
	f.mu.Lock()
	f.now = now
	f.mu.Unlock()
}
