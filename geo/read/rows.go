package read

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/crs"
)

// Field is one attribute of a row: nil, bool, int64, float64 or string.
type Field struct {
	Name  string
	Value any
}

// Row is one feature of a file of many.
type Row struct {
	Number int        // in the file, from 1
	Line   int        // of a text file, from 1; 0 for any other
	ID     string     // that the format itself gives; may be empty
	Fields []Field    // in the order of the file
	Shape  *geo.Shape // EPSG:4490, longitude before latitude; nil when the row has no geometry
	Err    error      // an *Error: why the row cannot be used; the other rows can

	Heights int // positions whose third number was left out
	Between int // points put on long edges of a plane, so that they stay where they are
}

// Get returns the value of a field, whatever the case of its name; nil when there
// is none.
func (r *Row) Get(name string) any {
	for i := range r.Fields {
		if strings.EqualFold(r.Fields[i].Name, name) {
			return r.Fields[i].Value
		}
	}
	return nil
}

// Rows is an open file of many features: what was found out about it, and its rows
// as a stream. Memory does not grow with the file.
type Rows struct {
	Format  Format
	Layer   string     // its name in the file, or the file's own name
	System  crs.System // of the numbers in the file
	Beliefs []Belief
	Notices []Notice
	Size    int64 // bytes of the file, where these are what is read; 0: unknown
	Count   int64 // rows, where the file tells; 0: unknown

	lim    Limits
	places places
	source rowSource
	first  []*Batch // read to find the system
	read   atomic.Int64
	files  []string // that make up the whole, for its hash
	close  func() error
}

// rowSource cuts a file into batches of rows and decodes them.
type rowSource interface {
	next() (*Batch, error)                    // io.EOF after the last
	decode(b *Batch, yield func(rawRow) bool) // safe in several goroutines at once
}

// rawRow is a row whose geometry has the numbers of the file.
type rawRow struct {
	Row
	geom  orb.Geometry
	third bool // its positions have a third number
}

// Batch is a piece of the file with some of its rows.
type Batch struct {
	rows  *Rows
	data  []byte
	from  int   // where its first row starts in data
	ends  []int // of the rows in data; negative for a row that is too large to be decoded
	first int   // number of its first row
	line  int   // on which data starts
	plots []Plot
}

// The bounds of one row: what a national layer may have, and no more.
const (
	maxRowBytes    = 64 << 20
	maxRowVertices = 4_000_000
	batchBytes     = 512 << 10
)

// OpenRows opens a file with features: GeoJSON (a collection or a sequence) and
// FlatGeobuf are read as they are, Shapefile, GeoPackage, file geodatabase and
// MapInfo by GDAL, and what planners hand in otherwise as [Sites] does. Of options
// it takes CRS, Layer, Home, GDAL, and Limits.Vertices for one row. Mistakes of the
// whole file are [*Error]s; those of a row are in the row.
func OpenRows(ctx context.Context, path string, o Options) (*Rows, error) {
	if o.Limits.Vertices <= 0 {
		o.Limits.Vertices = maxRowVertices
	}
	o.Limits = o.Limits.withDefaults()
	if o.Home.IsZero() {
		o.Home.Min[0], o.Home.Min[1], o.Home.Max[0], o.Home.Max[1] = crs.City()
	}
	r := &Rows{lim: o.Limits, close: func() error { return nil }, Layer: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))}
	d := &draft{ctx: ctx, options: o}
	d.options.Name = filepath.Base(path)
	if err := r.open(d, path); err != nil {
		return nil, errors.Join(d.complete(err), r.close())
	}
	if r.places.ready { // the file was read as a whole
		return r, nil
	}
	if err := r.locate(d); err != nil {
		return nil, errors.Join(d.complete(err), r.close())
	}
	r.Beliefs, r.Notices = d.result.Beliefs, append(r.Notices, d.result.Notices...)
	return r, nil
}

// open finds the format and opens the source.
func (r *Rows) open(d *draft, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	if info.IsDir() {
		return r.openFolder(d, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	r.close, r.Size, r.files = f.Close, info.Size(), []string{path}
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the file: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	head = head[:n]
	text := strings.TrimSpace(strings.TrimPrefix(string(head), "\ufeff"))
	switch {
	case strings.HasPrefix(string(head), "fgb\x03fgb"):
		r.believe(d, FormatFlatGeobuf, text2{"its first bytes", "文件头标识"})
		r.source, err = openFGB(d, r, &counted{f, &r.read})
		return err
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "\x1e"):
		r.believe(d, FormatGeoJSON, text2{"it is JSON", "内容为JSON"})
		r.source, err = openGeoJSON(d, r, &counted{f, &r.read})
		return err
	}
	return r.openByGDAL(d, path, head)
}

func (r *Rows) believe(d *draft, f Format, why text2) {
	r.Format, d.result.Format = f, f
	d.believe("format", string(f), why)
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n *atomic.Int64
}

// Read implements [io.Reader].
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// Read returns how many bytes of Size were read so far. It may be called while
// others read.
func (r *Rows) Read() int64 { return r.read.Load() }

// Close frees what the file holds. The rows must not be read after it.
func (r *Rows) Close() error { return r.close() }

// SHA256 returns the hash of the file's bytes in lower-case hex; of a Shapefile or
// a folder, of its parts in the order of their names.
func (r *Rows) SHA256() (string, error) {
	h := sha256.New()
	for _, name := range r.files {
		f, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("hash the file: %w", err)
		}
		_, err = io.Copy(h, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return "", fmt.Errorf("hash the file: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Batches returns the pieces of the file in order, once. The sequence ends after the
// first error, which is one of the whole file: what came before it is no whole.
func (r *Rows) Batches() iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		for _, b := range r.first {
			if !yield(b, nil) {
				return
			}
		}
		r.first = nil
		for {
			b, err := r.source.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// Rows returns the rows of the batch in order. Different batches may be decoded at
// the same time.
func (b *Batch) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		number := b.first
		b.rows.source.decode(b, func(raw rawRow) bool {
			raw.Number = number
			number++
			b.rows.finish(&raw)
			return yield(raw.Row)
		})
	}
}
