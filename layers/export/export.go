// Package export writes the vector tiles of layers into one file, for a content
// delivery network or for a computer without a network: PMTiles (version 3) or
// MBTiles (1.3). Memory does not grow with the number of tiles.
package export

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
)

// Source is what tiles are read from.
type Source interface {
	// Tile returns a Mapbox Vector Tile 2.1 of the layers, in their order, not
	// compressed; nothing when it is empty.
	Tile(ctx context.Context, ls []*layers.Layer, at tile.ID) ([]byte, error)
	Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error)
	Version(ctx context.Context, l *layers.Layer) (layers.Version, error)
	Summary(ctx context.Context, l *layers.Layer) (layers.Summary, error)
	// Exact reports whether the layer holds features that are more exact than anybody
	// may see.
	Exact(ctx context.Context, l *layers.Layer) (bool, error)
}

// Format is a kind of file.
type Format string

// The kinds of files.
const (
	PMTiles Format = "pmtiles"
	MBTiles Format = "mbtiles"
)

// Job says what to write. Tiles are those of WebMercatorQuad.
type Job struct {
	Format           Format
	File             string
	Layers           []*layers.Layer
	MinZoom, MaxZoom uint32
	Software         string         // its version: another one does not go on with what this one began
	Unchanged        bool           // published tables are as they were when an export was stopped
	Report           func(Progress) // called after each tile, by one goroutine
}

// Progress says how far an export is.
type Progress struct {
	Zoom       uint32
	Done, All  uint64 // tiles that were looked at
	Drawn      uint64 // tiles that are not empty
	Bytes      uint64 // of the tiles, compressed
	Found      uint64 // of Done, those that an earlier run had left
	Began      time.Time
	Completing bool // all tiles are there; the file is being completed
}

// Left estimates how long the rest takes, from the tiles of this run; 0 when that
// cannot be told yet.
func (p Progress) Left(now time.Time) time.Duration {
	if p.Done <= p.Found {
		return 0
	}
	return time.Duration(float64(now.Sub(p.Began)) / float64(p.Done-p.Found) * float64(p.All-p.Done))
}

// Run writes the file. Until it is whole, it has the ending .part; what is there of
// an export of the same layers, at the same revisions, is gone on with. For the
// same data the file has the same bytes. Layers that change meanwhile are
// [layers.ErrConflict].
func Run(ctx context.Context, src Source, job Job) error {
	revisions, err := revisionsOf(ctx, src, job.Layers)
	if err != nil {
		return err
	}
	s, err := openSpool(job.File+".part", job.fingerprint(revisions), job.anew())
	if err != nil {
		return err
	}
	defer s.close()
	r := &run{job: job, src: src, spool: s}
	if err := r.drawAll(ctx); err != nil {
		return err
	}
	generalised, exact, err := exactness(ctx, src, job.Layers)
	if err != nil {
		return err
	}
	described, err := describe(ctx, src, job.Layers)
	if err != nil {
		return err
	}
	after, err := revisionsOf(ctx, src, job.Layers)
	if err != nil {
		return err
	}
	for id, n := range revisions {
		if after[id] != n {
			return fmt.Errorf("layer %s changed while it was exported, from revision %d to %d: %w; run the export again", id, n, after[id], layers.ErrConflict)
		}
	}
	r.progress.Completing = true
	job.Report(r.progress)
	m := r.metadata(revisions)
	m.Generalised, m.Exact, m.Layers = generalised, exact, described
	doc, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if job.Format == MBTiles {
		err = writeMBTiles(ctx, job, s, doc)
	} else {
		err = writePMTiles(job, s, doc)
	}
	return err
}

func revisionsOf(ctx context.Context, src Source, ls []*layers.Layer) (map[string]int64, error) {
	all := map[string]int64{}
	for _, l := range ls {
		v, err := src.Version(ctx, l)
		if err != nil {
			return nil, err
		}
		all[l.ID] = v.Revision
	}
	return all, nil
}

// exactness tells the layers of which the file shows less than there is from those of
// which it shows more than anybody may see.
func exactness(ctx context.Context, src Source, ls []*layers.Layer) (generalised, exact []string, err error) {
	generalised, exact = []string{}, []string{}
	for _, l := range ls {
		is, err := src.Exact(ctx, l)
		switch {
		case err != nil:
			return nil, nil, err
		case is && l.General:
			generalised = append(generalised, l.ID)
		case is || l.Access != layers.Public:
			exact = append(exact, l.ID)
		}
	}
	return generalised, exact, nil
}

// anew tells whether an export must not go on with what another run has left: nobody
// says when a published table changes.
func (j Job) anew() bool {
	return !j.Unchanged && slices.ContainsFunc(j.Layers, func(l *layers.Layer) bool { return !l.Managed() })
}

// fingerprint names all that decides about the bytes.
func (j Job) fingerprint(revisions map[string]int64) string {
	print := map[string]any{"revisions": revisions, "zooms": []uint32{j.MinZoom, j.MaxZoom}, "software": j.Software}
	var order, general []string
	for _, l := range j.Layers {
		if order = append(order, l.ID); l.General {
			general = append(general, fmt.Sprintf("%s: %g m", l.ID, l.FinestM()))
		}
	}
	print["layers"], print["generalised"] = order, general
	b, _ := json.Marshal(print) // of maps, texts and numbers
	return string(b)
}

// run is one run of an export.
type run struct {
	job      Job
	src      Source
	spool    *spool
	progress Progress
	writers  sync.Pool // of *gzip.Writer
}

// drawn is a tile on its way to the file; it is empty when it has no bytes.
type drawn struct {
	id    uint64
	zoom  uint32
	bytes []byte
	err   error
}

// drawAll brings all tiles that are missing into the spool, in the order of their
// ids, several being drawn at a time.
func (r *run) drawAll(ctx context.Context) error {
	r.progress = Progress{Began: time.Now(), Drawn: r.spool.records, Bytes: uint64(r.spool.end)}
	count := func(_ tile.ID, id uint64) error {
		r.progress.All++
		if r.spool.has(id) {
			r.progress.Done++
		}
		return nil
	}
	if err := r.walk(ctx, 0, count); err != nil {
		return err
	}
	r.progress.Found = r.progress.Done
	r.progress.Began = time.Now()
	workers := runtime.GOMAXPROCS(0) + 2 // the database works too
	slots := make(chan chan drawn, 4*workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.collect(ctx, slots) })
	group.Go(func() error {
		defer close(slots)
		limit, ctx := errgroup.WithContext(ctx)
		limit.SetLimit(workers)
		err := r.walk(ctx, r.spool.next, func(at tile.ID, id uint64) error {
			slot := make(chan drawn, 1)
			select {
			case slots <- slot:
			case <-ctx.Done():
				return ctx.Err()
			}
			limit.Go(func() error {
				b, err := r.draw(ctx, at)
				slot <- drawn{id, at.Z, b, err}
				return err
			})
			return nil
		})
		return cmp.Or(limit.Wait(), err)
	})
	return errors.Join(group.Wait(), r.spool.flush())
}

// collect takes the tiles in their order.
func (r *run) collect(ctx context.Context, slots chan chan drawn) error {
	for slot := range slots {
		var d drawn
		select {
		case d = <-slot:
		case <-ctx.Done():
			return ctx.Err()
		}
		if d.err != nil {
			return d.err
		}
		if len(d.bytes) > 0 {
			if err := r.spool.add(d.id, d.bytes); err != nil {
				return err
			}
			r.progress.Drawn++
		}
		r.progress.Zoom, r.progress.Bytes = d.zoom, uint64(r.spool.end)
		r.progress.Done++
		r.job.Report(r.progress)
	}
	return nil
}

// draw returns a tile as it is kept.
func (r *run) draw(ctx context.Context, at tile.ID) ([]byte, error) {
	b, err := r.src.Tile(ctx, r.job.Layers, at)
	if err != nil || len(b) == 0 {
		return nil, err
	}
	var out bytes.Buffer
	w, ok := r.writers.Get().(*gzip.Writer)
	if !ok {
		w = gzip.NewWriter(nil)
	}
	defer r.writers.Put(w)
	w.Reset(&out)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// remove takes a file away that may not be there.
func remove(file string) error {
	err := os.Remove(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
