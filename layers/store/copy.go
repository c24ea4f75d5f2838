package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// copier writes features as rows of COPY in PostgreSQL's binary format. It is the one
// way by which features reach the database.
type copier struct {
	layer   *layers.Layer
	columns []layers.Property
	origin  bool   // the table has a column for it
	stamp   *stamp // of every row; nil: a trigger stamps them
	next    func() (layers.Feature, error, bool)

	buf   []byte
	at    int // of what was passed on
	fault error
	ended bool
	copied
}

// copied is what was seen of features while they were copied.
type copied struct {
	n, located int64
	bound      orb.Bound // of those with a place
	many       bool      // one may have many vertices, see planatlas.many
	seed       maphash.Seed
	prints     []uint64 // of their geometries, when rows are stamped
}

// stamp is what a change of a layer writes on its rows.
type stamp struct {
	revision int64
	at       time.Time
}

// The epoch of PostgreSQL's binary dates and times, and the head of the format.
const (
	copyHead     = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	copyChunk    = 256 << 10
	microseconds = int64(time.Second / time.Microsecond)
)

func epoch() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// copyFeatures copies features into a table and returns what was seen of them. Errors
// of the features are returned as they are.
func copyFeatures(ctx context.Context, tx pgx.Tx, into string, l *layers.Layer, features iter.Seq2[layers.Feature, error], s *stamp) (copied, error) {
	next, stop := iter.Pull2(features)
	defer stop()
	c := &copier{layer: l, columns: stored(l), next: next, stamp: s, origin: s == nil, buf: []byte(copyHead)}
	c.seed = maphash.MakeSeed()
	columns := []string{"id"}
	for _, p := range c.columns {
		columns = append(columns, quote(p.Name))
	}
	columns = append(columns, "valid", "geom")
	if s != nil {
		columns = append(columns, "revision", "recorded")
	}
	if c.origin {
		columns = append(columns, "origin")
	}
	_, err := tx.Conn().PgConn().CopyFrom(ctx, c, "copy "+into+" ("+strings.Join(columns, ", ")+") from stdin (format binary)")
	if c.fault != nil {
		return c.copied, c.fault
	}
	return c.copied, err
}

// Read implements [io.Reader].
func (c *copier) Read(b []byte) (int, error) {
	for c.at == len(c.buf) {
		if c.fault != nil {
			return 0, c.fault
		}
		if c.ended {
			return 0, io.EOF
		}
		c.buf, c.at = c.buf[:0], 0
		c.fill()
	}
	n := copy(b, c.buf[c.at:])
	c.at += n
	return n, nil
}

// fill writes the next rows.
func (c *copier) fill() {
	for len(c.buf) < copyChunk {
		f, err, more := c.next()
		if err != nil {
			c.fault = err
			return
		}
		if !more {
			c.ended = true
			c.buf = binary.BigEndian.AppendUint16(c.buf, 0xffff)
			return
		}
		if err := c.row(f); err != nil {
			c.fault = fmt.Errorf("%s: feature %s: %w", f.Origin, f.ID, err)
			return
		}
		c.n++
	}
}

// row appends one row.
func (c *copier) row(f layers.Feature) error {
	n := 3 + len(c.columns)
	if c.stamp != nil {
		n += 2
	}
	if c.origin {
		n++
	}
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(n))
	c.text(f.ID)
	for _, p := range c.columns {
		if err := c.value(p.Type, f.Values[p.Name]); err != nil {
			return fmt.Errorf("property %q: %w", p.Name, err)
		}
	}
	c.period(f.Values["valid_from"], f.Values["valid_to"])
	if f.Shape == nil {
		c.null()
	} else {
		at := c.length()
		b, err := postgis.Append(c.buf, *f.Shape)
		if err != nil {
			return err
		}
		c.buf = b
		c.close(at)
		c.see(f.Shape.Geom, b[at:])
	}
	if c.stamp != nil {
		c.fixed(8, uint64(c.stamp.revision))
		at := c.length()
		c.buf = append(c.buf, lowerIncluded|upperOpen)
		c.fixed(8, uint64(c.stamp.at.Sub(epoch()).Microseconds()))
		c.close(at)
	}
	if c.origin {
		c.text(f.Origin)
	}
	return nil
}

// see notes a geometry, and how it is written.
func (c *copier) see(g orb.Geometry, written []byte) {
	if c.stamp == nil {
		return
	}
	c.prints = append(c.prints, maphash.Bytes(c.seed, written))
	b := geo.Bound(g)
	if c.located == 0 {
		c.bound = b
	}
	c.located++
	c.bound = c.bound.Union(b)
	most := 256
	if g.Dimensions() == 1 {
		most = 48
	}
	c.many = c.many || len(written)/16 > most
}

// alike reports whether two of the geometries may be the same.
func (c *copied) alike() bool {
	slices.Sort(c.prints)
	return len(slices.Compact(c.prints)) < int(c.located)
}

// value appends a value of a property; nil is null.
func (c *copier) value(t layers.PropertyType, v any) error {
	switch v := v.(type) {
	case nil:
		c.null()
		return nil
	case string:
		if t == layers.Date {
			day, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return err
			}
			c.day(day)
			return nil
		}
		if t == layers.String {
			if strings.IndexByte(v, 0) >= 0 {
				return fmt.Errorf("%q holds a zero byte", v)
			}
			c.text(v)
			return nil
		}
	case bool:
		if t == layers.Boolean {
			at := c.length()
			b := byte(0)
			if v {
				b = 1
			}
			c.buf = append(c.buf, b)
			c.close(at)
			return nil
		}
	case int64:
		switch t {
		case layers.Integer:
			c.fixed(8, uint64(v))
			return nil
		case layers.Number:
			c.fixed(8, math.Float64bits(float64(v)))
			return nil
		}
	case float64:
		if t == layers.Number {
			c.fixed(8, math.Float64bits(v))
			return nil
		}
	}
	return fmt.Errorf("%v (%T) is no %s", v, v, t)
}

// The flags of a range.
const (
	rangeEmpty    = 0x01
	lowerIncluded = 0x02
	lowerOpen     = 0x08
	upperOpen     = 0x10
)

// period appends the time in which a feature is in force, as a range of days without
// its end. One that ends before it begins is empty, which no layer takes.
func (c *copier) period(from, to any) {
	a, b := day(from), day(to)
	at := c.length()
	switch {
	case a != nil && b != nil && !a.Before(*b):
		c.buf = append(c.buf, rangeEmpty)
	case a == nil && b == nil:
		c.buf = append(c.buf, lowerOpen|upperOpen)
	case a == nil:
		c.buf = append(c.buf, lowerOpen)
		c.day(*b)
	case b == nil:
		c.buf = append(c.buf, lowerIncluded|upperOpen)
		c.day(*a)
	default:
		c.buf = append(c.buf, lowerIncluded)
		c.day(*a)
		c.day(*b)
	}
	c.close(at)
}

func day(v any) *time.Time {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return nil
	}
	return &t
}

func (c *copier) day(t time.Time) {
	days := int32(t.Sub(epoch()) / (24 * time.Hour))
	c.buf = binary.BigEndian.AppendUint32(c.buf, 4)
	c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(days))
}

func (c *copier) null() { c.buf = binary.BigEndian.AppendUint32(c.buf, math.MaxUint32) }

func (c *copier) text(s string) {
	c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(len(s)))
	c.buf = append(c.buf, s...)
}

func (c *copier) fixed(size uint32, v uint64) {
	c.buf = binary.BigEndian.AppendUint32(c.buf, size)
	c.buf = binary.BigEndian.AppendUint64(c.buf, v)
}

// length leaves room for the length of what follows, which close fills in.
func (c *copier) length() int {
	c.buf = append(c.buf, 0, 0, 0, 0)
	return len(c.buf)
}

func (c *copier) close(at int) {
	binary.BigEndian.PutUint32(c.buf[at-4:], uint32(len(c.buf)-at))
}
