package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"planatlas/geo"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// countLimit is the number of matches up to which a page counts them.
const countLimit = 10_000

// Items sends the rows of one page to sink, in the order of their ids. Values
// arrive as PostgreSQL sent them and are not copied.
func (s *Store) Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error) {
	page := layers.Page{Matched: -1}
	b, err := conditions(l, q)
	if err != nil {
		return page, err
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return page, domainError("read "+l.ID, err)
	}
	defer conn.Release()
	if page.Version, err = version(ctx, conn, l.ID); err != nil {
		return page, err
	}
	if q.Count {
		if page.Matched, err = count(ctx, conn, l, b); err != nil {
			return page, err
		}
	}
	err = read(ctx, conn, l, q, b, sink, &page)
	return page, domainError("read "+l.ID, err)
}

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func version(ctx context.Context, db querier, layer string) (layers.Version, error) {
	var v layers.Version
	err := db.QueryRow(ctx, "select revision, changed_at from planatlas.layer where id = $1", layer).Scan(&v.Revision, &v.Changed)
	return v, domainError("read the revision of "+layer, err)
}

func count(ctx context.Context, db querier, l *layers.Layer, b *builder) (int64, error) {
	var n int64
	sql := fmt.Sprintf("select count(*) from (select from %s%s limit %d) m", table(l), b.clause(), countLimit+1)
	err := db.QueryRow(ctx, sql, b.args...).Scan(&n)
	if n > countLimit {
		n = -1
	}
	return n, domainError("count "+l.ID, err)
}

// read asks for one row more than the page holds, which tells whether there is
// a next page.
func read(ctx context.Context, db querier, l *layers.Layer, q layers.Query, b *builder, sink layers.Sink, p *layers.Page) error {
	columns := []string{"id", "geom"}
	formats := pgx.QueryResultFormats{pgx.TextFormatCode, pgx.BinaryFormatCode}
	for _, prop := range l.AllProperties() {
		columns = append(columns, expression(prop.Name))
		formats = append(formats, pgx.TextFormatCode)
	}
	if q.After != "" {
		b.and("id > " + b.param(string(q.After)))
	}
	sql := "select " + strings.Join(columns, ", ") + " from " + table(l) + b.clause() + " order by id"
	if q.Limit > 0 {
		sql += " limit " + b.param(q.Limit+1)
	}
	rows, err := db.Query(ctx, sql, append([]any{formats}, b.args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var last []byte
	for rows.Next() {
		if q.Limit > 0 && p.Returned == q.Limit {
			p.Next = layers.Cursor(last)
			break
		}
		raw := rows.RawValues()
		if err := sink.Row(layers.Row{ID: raw[0], Geom: geo.WKB(raw[1]), Values: raw[2:]}); err != nil {
			return err
		}
		last = append(last[:0], raw[0]...)
		p.Returned++
	}
	rows.Close()
	return rows.Err()
}

// Summary returns the layer's revision, counts and extent.
func (s *Store) Summary(ctx context.Context, l *layers.Layer) (layers.Summary, error) {
	var sum layers.Summary
	var west, south, east, north *float64
	sql := `select y.revision, y.changed_at, f.n, f.located, st_xmin(f.box), st_ymin(f.box), st_xmax(f.box), st_ymax(f.box)
		from planatlas.layer y, (select count(*) n, count(geom) located, st_extent(geom) box from ` + table(l) + `) f where y.id = $1`
	err := s.pool.QueryRow(ctx, sql, l.ID).Scan(&sum.Revision, &sum.Changed, &sum.Features, &sum.Located, &west, &south, &east, &north)
	if west != nil {
		sum.Extent = &orb.Bound{Min: orb.Point{*west, *south}, Max: orb.Point{*east, *north}}
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
