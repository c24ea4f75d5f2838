package store

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"time"

	"planatlas/geo"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

// Items sends the rows of one page to sink, in the query's order. Values arrive
// as PostgreSQL sent them and are not copied. One exchange with the database
// brings the layer's revision, the count and the rows; a sink with a method Begin
// is told the revision before the first row, unless the layer is a published
// table, which has none.
func (s *Store) Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error) {
	r := &pageReader{q: q, sink: sink, page: layers.Page{Matched: -1}}
	page := &r.page
	p, err := newPageQuery(l, q, nil)
	if err != nil {
		return *page, err
	}
	if err = errAlone; p.small(q) {
		err = s.together.ask(ctx, r, p)
	}
	if errors.Is(err, errAlone) {
		err = s.inPagePool(ctx, func(conn *pgxpool.Conn) error { return r.ask(ctx, conn, p) })
	}
	if err == nil && r.tied {
		err = s.rest(ctx, l, r)
	}
	if page.Matched < 0 && q.Cursor == nil && !page.More && (page.Returned > 0 || q.Offset == 0) && q.Count == layers.CountCheap {
		page.Matched = int64(q.Offset + page.Returned) // the page holds the last
	}
	return *page, domainError("read "+l.ID, err)
}

// rest reads the rows of a page that the index alone cannot put in order.
func (s *Store) rest(ctx context.Context, l *layers.Layer, r *pageReader) error {
	q := r.q
	q.Limit -= r.page.Returned
	p, err := newPageQuery(l, q, &r.distance)
	if err != nil {
		return err
	}
	r.tied = false
	return s.inPagePool(ctx, func(conn *pgxpool.Conn) error {
		rows, err := conn.Query(ctx, p.sql, p.args...)
		if err != nil {
			return err
		}
		return r.rows(rows, p)
	})
}

func (s *Store) inPagePool(ctx context.Context, f func(*pgxpool.Conn) error) error {
	conn, err := s.pages.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return f(conn)
}

// pageReader gives the rows of a page to a sink.
type pageReader struct {
	q    layers.Query
	sink layers.Sink
	page layers.Page
	last place

	tied     bool    // the rows from the distance on are still to be read, in order
	distance float64 // by which the page is sorted
}

// ask runs the query and takes its results, in one exchange.
func (r *pageReader) ask(ctx context.Context, conn *pgxpool.Conn, p *pageQuery) error {
	if p.head == "" { // one statement takes no batch
		rows, err := conn.Query(ctx, p.sql, p.args...)
		if err != nil {
			return err
		}
		return r.rows(rows, p)
	}
	var batch pgx.Batch
	for _, q := range p.statements() {
		batch.Queue(q.sql, q.args...)
	}
	results := conn.SendBatch(ctx, &batch)
	err := r.results(results, p)
	if closing := results.Close(); err == nil {
		err = closing
	}
	return err
}

// results takes the results of the batch one by one.
func (r *pageReader) results(results pgx.BatchResults, p *pageQuery) error {
	rows, err := results.Query()
	if err == nil {
		err = r.head(rows)
	}
	if err != nil {
		return err
	}
	if r.begin(p); p.alone {
		return nil
	}
	if rows, err = results.Query(); err != nil {
		return err
	}
	return r.rows(rows, p)
}

// head takes what is known before the rows.
func (r *pageReader) head(rows pgx.Rows) error {
	var matched *int64
	v, found := &r.page.Version, false
	_, err := pgx.ForEachRow(rows, []any{&v.Revision, &v.Changed, &matched}, func() error { found = true; return nil })
	switch {
	case err != nil:
		return err
	case !found:
		return pgx.ErrNoRows
	case matched != nil:
		r.page.Matched = *matched
	}
	return nil
}

// begin tells the sink the revision, if the head had one.
func (r *pageReader) begin(p *pageQuery) {
	if b, ok := r.sink.(interface{ Begin(layers.Version) }); ok && p.head != "" {
		b.Begin(r.page.Version)
	}
}

// rowSource is [pgx.Rows] as far as a page needs it.
type rowSource interface {
	FieldDescriptions() []pgconn.FieldDescription
	Next() bool
	RawValues() [][]byte
	Close()
	Err() error
}

// rows takes the rows of the page.
func (r *pageReader) rows(rows rowSource, p *pageQuery) error {
	defer rows.Close()
	values := newPlain(rows.FieldDescriptions())
	_, values.keeps = rows.(*keptRows)
	limit, page := r.q.Limit, &r.page
	var ties *tieBreaker
	if p.loose {
		ties = &tieBreaker{reader: r, query: p, lasting: values.keeps}
	}
	for rows.Next() {
		raw := rows.RawValues()
		values.write(raw)
		if p.backward && limit > 0 && page.First == nil && string(raw[len(raw)-1]) == strconv.Itoa(limit+1) && !page.More {
			page.More = true // this row is before the page
			continue
		}
		var err error
		if ties != nil {
			err = ties.take(raw)
		} else {
			err = r.row(raw, p)
		}
		if err != nil {
			return err
		}
		if page.More && !p.backward || r.tied {
			break
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	if ties != nil && !r.tied {
		if err := ties.give(); err != nil {
			return err
		}
	}
	if page.Returned > 0 {
		page.Last = r.last.cursor(p.distances)
	}
	return nil
}

// row gives a row to the sink. One that is too many says that there are more.
func (r *pageReader) row(raw [][]byte, p *pageQuery) error {
	page := &r.page
	if r.q.Limit > 0 && page.Returned == r.q.Limit {
		page.More = true
		return nil
	}
	if err := r.sink.Row(layers.Row{ID: raw[0], Geom: geo.WKB(raw[1]), Values: raw[2 : 2+p.properties]}); err != nil {
		return err
	}
	r.last.take(raw[0], raw[2+p.properties:][:len(r.q.Sort)])
	if page.First == nil {
		page.First = r.last.cursor(p.distances)
	}
	page.Returned++
	return nil
}

// place keeps where a row stands in the order. Its memory serves row after row.
type place struct {
	id     []byte
	values [][]byte // nil for null
}

// take copies the id and the sort keys of a row.
func (l *place) take(id []byte, values [][]byte) {
	l.id = append(l.id[:0], id...)
	if l.values == nil {
		l.values = make([][]byte, len(values))
	}
	for i, v := range values {
		if v == nil {
			l.values[i] = nil
			continue
		}
		l.values[i] = append(l.values[i][:0], v...)
		if l.values[i] == nil {
			l.values[i] = []byte{} // an empty text is not null
		}
	}
}

// cursor writes the place. Its one value may be a float8 as PostgreSQL sends it.
func (l *place) cursor(distance bool) *layers.Cursor {
	c := &layers.Cursor{ID: string(l.id), Values: make([]*string, len(l.values))}
	for i, v := range l.values {
		if v == nil {
			continue
		}
		text := string(v)
		if distance {
			text = strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(v)), 'g', -1, 64)
		}
		c.Values[i] = &text
	}
	return c
}

// plain turns the values of a row that come in PostgreSQL's binary form, whole
// numbers and timestamps, into text. Its memory serves row after row.
type plain struct {
	columns []binaryColumn
	text    []byte
	keeps   bool // the texts of earlier rows are still needed
}

type binaryColumn struct {
	at, size int
	instant  bool
}

func newPlain(fields []pgconn.FieldDescription) *plain {
	p := new(plain)
	for i, f := range fields {
		if f.Format != pgx.BinaryFormatCode {
			continue
		}
		switch f.DataTypeOID {
		case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID:
			p.columns = append(p.columns, binaryColumn{i, int(f.DataTypeSize), false})
		case pgtype.TimestamptzOID:
			p.columns = append(p.columns, binaryColumn{i, 8, true})
		}
	}
	return p
}

func (p *plain) write(raw [][]byte) {
	if !p.keeps {
		p.text = p.text[:0]
	}
	for _, c := range p.columns {
		b := raw[c.at]
		if len(b) != c.size { // null
			continue
		}
		v := integer(b)
		from := len(p.text)
		if c.instant {
			p.text = appendInstant(p.text, v)
		} else {
			p.text = strconv.AppendInt(p.text, v, 10)
		}
		raw[c.at] = p.text[from:len(p.text):len(p.text)]
	}
}

// appendInstant writes a timestamptz, microseconds since the year 2000, as RFC 3339
// does, in UTC.
func appendInstant(dst []byte, v int64) []byte {
	const epoch = 946_684_800
	switch v {
	case math.MaxInt64:
		return append(dst, "infinity"...)
	case math.MinInt64:
		return append(dst, "-infinity"...)
	}
	return time.UnixMicro(epoch*1e6+v).UTC().AppendFormat(dst, time.RFC3339Nano)
}

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

const versionSQL = "select revision, changed_at from planatlas.layer where id = $1"

func version(ctx context.Context, db querier, layer string) (layers.Version, error) {
	var v layers.Version
	err := db.QueryRow(ctx, versionSQL, layer).Scan(&v.Revision, &v.Changed)
	return v, domainError("read the revision of "+layer, err)
}

// Version returns the layer's revision.
func (s *Store) Version(ctx context.Context, l *layers.Layer) (layers.Version, error) {
	return version(ctx, s.pool, l.ID)
}

// Summary returns the layer's revision, counts and extent. Those of a published
// table are PostgreSQL's estimates.
func (s *Store) Summary(ctx context.Context, l *layers.Layer) (layers.Summary, error) {
	var sum layers.Summary
	var west, south, east, north *float64
	from, args := "planatlas.layer y cross join lateral (select y.features, y.located, y.extent) f", []any{l.ID}
	if t := l.Table; t != nil {
		from = "planatlas.layer y, (select greatest(reltuples, 0)::bigint features, greatest(reltuples, 0)::bigint located, " +
			inSystem("st_setsrid(st_estimatedextent($2, $3, $4)::geometry, "+strconv.Itoa(t.SRID)+")", srid(l), geo.CGCS2000) +
			" extent from pg_class where oid = format('%I.%I', $2::text, $3::text)::regclass and relkind <> 'v' union all select 0, 0, null limit 1) f"
		args = append(args, t.Schema, t.Name, t.Geometry)
	}
	sql := "select coalesce((select planatlas.tile_finest(exact) from planatlas.tile_layer where layer = " + literal(stem(l)) + "), 0), y.revision, y.changed_at, f.features, f.located, st_xmin(f.extent), st_ymin(f.extent), st_xmax(f.extent), st_ymax(f.extent) from " + from + " where y.id = $1"
	err := s.pool.QueryRow(ctx, sql, args...).Scan(&sum.Finest, &sum.Revision, &sum.Changed, &sum.Features, &sum.Located, &west, &south, &east, &north)
	if west != nil {
		sum.Extent = &orb.Bound{Min: orb.Point{*west, *south}, Max: orb.Point{*east, *north}}
		if l.General { // the sides of the box are places of features
			coarse := *sum.Extent
			sum.Extent = &orb.Bound{Min: orb.Point{math.Floor(coarse.Min[0]*100) / 100, math.Floor(coarse.Min[1]*100) / 100},
				Max: orb.Point{math.Ceil(coarse.Max[0]*100) / 100, math.Ceil(coarse.Max[1]*100) / 100}}
		}
	}
	return sum, domainError("summarise "+l.ID, err)
}

// Database says what doctor needs to know of a database.
type Database struct {
	Server, PostGIS string
	Now             time.Time
	MissingIndexes  []string // layers whose table has no spatial index
}

// Inspect reads the database's versions and looks for missing indexes.
func (s *Store) Inspect(ctx context.Context) (Database, error) {
	var d Database
	err := s.pool.QueryRow(ctx, `select current_setting('server_version'), now(),
			coalesce((select extversion from pg_extension where extname = 'postgis'), '')`).Scan(&d.Server, &d.Now, &d.PostGIS)
	if err != nil {
		return d, domainError("inspect the database", err)
	}
	rows, err := s.pool.Query(ctx, `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'layers' and c.relkind in ('r', 'p') and not exists (
			select from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_am a on a.oid = ic.relam
			where i.indrelid = c.oid and a.amname = 'gist' and i.indisvalid) order by 1`)
	if err != nil {
		return d, domainError("inspect the indexes", err)
	}
	d.MissingIndexes, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return d, domainError("inspect the indexes", err)
}
