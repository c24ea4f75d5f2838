package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
)

// File is an official file on its way to a layer.
type File struct {
	Rows *read.Rows // as it was opened; what it says of the file stays true

	path     string
	options  read.Options
	used     bool // Rows was gone through
	layer    *layers.Layer
	mapping  *Mapping
	id       string // field, or "row"
	area     *area
	source   string // of every geometry
	progress func(rows int64, bytes int64)
	report   Report
}

// Open opens a file and finds its format, encoding and coordinate system.
func Open(ctx context.Context, path string, o read.Options) (*File, error) {
	rows, err := read.OpenRows(ctx, path, o)
	if err != nil {
		return nil, err
	}
	return &File{Rows: rows, path: path, options: o}, nil
}

// Close frees what the file holds.
func (f *File) Close() error { return f.Rows.Close() }

// Choose finds how a file becomes a layer. The layer may be called by the name of one
// that the statutory lines are often taken for; then the mapping says which layer is
// meant. Without a mapping for the layer, or when the file has none of the mapping's id
// fields, it is nil.
func Choose(all []*Mapping, layer string) *Mapping {
	for _, m := range all {
		if m.Layer == layer || slices.Contains(m.InsteadOf, layer) {
			return m
		}
	}
	return nil
}

// Use says what the file's rows become: features of a declared layer, by a mapping, with
// ids from a field ("" for the mapping's, "row" for the row's number), held against the
// area that the layer covers. The area's shape may be nil.
func (f *File) Use(l *layers.Layer, m *Mapping, id string, covered *geo.Shape, progress func(rows, bytes int64)) error {
	if err := m.check(l); err != nil {
		return err
	}
	f.layer, f.mapping, f.id, f.progress = l, m, id, progress
	if covered != nil {
		f.area = newArea(covered.Geom)
	}
	f.source = m.Authority.EN
	if slices.Contains(m.Tables, f.Table()) || f.source == "" { // what does not change from file to file
		f.source = strings.TrimPrefix(f.source+", "+f.Table(), ", ")
	}
	return nil
}

// Table is the name by which the table is known to the mapping, or by which the file has it.
func (f *File) Table() string {
	if f.mapping != nil {
		for _, name := range []string{f.Rows.Layer, filepath.Base(f.path)} {
			for _, t := range f.mapping.Tables {
				if strings.Contains(strings.ToUpper(name), strings.ToUpper(t)) {
					return t
				}
			}
		}
	}
	return f.Rows.Layer
}

// LeftOut returns how many rows the last pass over the features left out.
func (f *File) LeftOut() int64 { return f.report.ProblemCount }

// Report returns what the last pass over the features found.
func (f *File) Report() Report { return f.report }

// Features returns the features of the file in its order, read and converted on all
// cores. Rows that cannot be used are left out and told in the report; the sequence
// ends with an error only when the file as a whole cannot be read. It may be gone
// through again.
func (f *File) Features(ctx context.Context) iter.Seq2[layers.Feature, error] {
	return func(yield func(layers.Feature, error) bool) {
		f.report = Report{Counties: map[string]int64{}}
		if f.used {
			rows, err := read.OpenRows(ctx, f.path, f.options)
			if err != nil {
				yield(layers.Feature{}, err)
				return
			}
			err = errors.Join(f.Rows.Close())
			f.Rows = rows
			if err != nil {
				yield(layers.Feature{}, err)
				return
			}
		}
		f.used = true
		for result, err := range f.results(ctx) {
			if err != nil {
				var bad *read.Error
				if errors.As(err, &bad) {
					err = &layers.InputError{Param: filepath.Base(f.path), Value: err.Error(), Err: err}
				}
				yield(layers.Feature{}, err)
				return
			}
			f.report.add(result.report)
			if f.progress != nil {
				f.progress(f.report.Rows, f.Rows.Read())
			}
			for _, feature := range result.features {
				if !yield(feature, nil) {
					return
				}
			}
		}
	}
}

// result is what became of one batch.
type result struct {
	features []layers.Feature
	report   Report
}

// results converts batches on all cores and returns them in order.
func (f *File) results(ctx context.Context) iter.Seq2[result, error] {
	return func(yield func(result, error) bool) {
		type job struct {
			batch *read.Batch
			err   error
			done  chan result
		}
		ctx, stop := context.WithCancel(ctx)
		workers := runtime.GOMAXPROCS(0)
		queue, work := make(chan job, 2*workers), make(chan job)
		var all sync.WaitGroup
		all.Go(func() {
			defer close(queue)
			defer close(work)
			for b, err := range f.Rows.Batches() {
				j := job{b, err, make(chan result, 1)}
				select {
				case queue <- j:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
				select {
				case work <- j:
				case <-ctx.Done():
					return
				}
			}
		})
		for range workers {
			all.Go(func() {
				for j := range work {
					j.done <- f.batch(j.batch)
				}
			})
		}
		defer all.Wait()
		defer stop()
		for j := range queue {
			if j.err != nil {
				yield(result{}, j.err)
				return
			}
			select {
			case r := <-j.done:
				if !yield(r, nil) {
					return
				}
			case <-ctx.Done():
				yield(result{}, fmt.Errorf("read the file: %w", ctx.Err()))
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(result{}, fmt.Errorf("read the file: %w", err))
		}
	}
}

// batch converts the rows of one batch.
func (f *File) batch(b *read.Batch) result {
	out := result{report: Report{Counties: map[string]int64{}}}
	c := converter{file: f, report: &out.report}
	for row := range b.Rows() {
		feature, problem := c.convert(&row)
		out.report.Rows++
		if problem != nil {
			out.report.problem(*problem)
			continue
		}
		out.features = append(out.features, feature)
	}
	out.report.Fields = c.names
	return out
}
