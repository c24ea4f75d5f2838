package store

import (
	"context"
	"strconv"
	"time"

	"planatlas/geo"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

// Items sends the rows of one page to sink, in the query's order. Values arrive
// as PostgreSQL sent them and are not copied. One exchange with the database
// brings the layer's revision, the count and the rows; a sink with a method Begin
// is told the revision before the first row.
func (s *Store) Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error) {
	page := layers.Page{Matched: -1}
	p, err := newPageQuery(l, q)
	if err != nil {
		return page, err
	}
	var batch pgx.Batch
	batch.Queue(versionSQL, l.ID)
	if q.Count {
		batch.Queue(p.count, p.countArgs...)
	}
	batch.Queue(p.sql, p.args...)
	err = s.inPagePool(ctx, func(conn *pgxpool.Conn) error {
		results := conn.SendBatch(ctx, &batch)
		err := p.read(results, q, sink, &page)
		if closing := results.Close(); err == nil {
			err = closing
		}
		return err
	})
	return page, domainError("read "+l.ID, err)
}

func (s *Store) inPagePool(ctx context.Context, f func(*pgxpool.Conn) error) error {
	conn, err := s.pages.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return f(conn)
}

// read takes the results of the batch one by one.
func (p *pageQuery) read(results pgx.BatchResults, q layers.Query, sink layers.Sink, page *layers.Page) error {
	if err := results.QueryRow().Scan(&page.Version.Revision, &page.Version.Changed); err != nil {
		return err
	}
	if b, ok := sink.(interface{ Begin(layers.Version) }); ok {
		b.Begin(page.Version)
	}
	if q.Count {
		if err := results.QueryRow().Scan(&page.Matched); err != nil {
			return err
		}
		if page.Matched > p.countLimit {
			page.Matched = -1
		}
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		raw := rows.RawValues()
		if q.Limit > 0 && page.Returned == q.Limit {
			page.More = true
			break
		}
		if p.backward && q.Limit > 0 && page.First == nil && string(raw[len(raw)-1]) == strconv.Itoa(q.Limit+1) && !page.More {
			page.More = true // this row is before the page
			continue
		}
		if err := sink.Row(layers.Row{ID: raw[0], Geom: geo.WKB(raw[1]), Values: raw[2 : 2+p.properties]}); err != nil {
			return err
		}
		page.Last = p.cursor(q, raw, page.Last)
		if page.First == nil {
			page.First = p.cursor(q, raw, nil)
		}
		page.Returned++
	}
	rows.Close()
	return rows.Err()
}

// cursor copies the place of a row into c, which is made when it is nil.
func (p *pageQuery) cursor(q layers.Query, raw [][]byte, c *layers.Cursor) *layers.Cursor {
	if c == nil {
		c = &layers.Cursor{Values: make([]*string, len(q.Sort))}
	}
	c.ID = string(raw[0])
	for i := range q.Sort {
		c.Values[i] = nil
		if v := raw[2+p.properties+i]; v != nil {
			text := string(v)
			c.Values[i] = &text
		}
	}
	return c
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
	content := "(select count(*) n, count(geom) located, st_extent(geom)::geometry box from " + table(l) + ")"
	args := []any{l.ID}
	if t := l.Table; t != nil {
		content = "(select greatest(reltuples, 0)::bigint n, greatest(reltuples, 0)::bigint located, " +
			inSystem("st_setsrid(st_estimatedextent($2, $3, $4)::geometry, "+strconv.Itoa(t.SRID)+")", srid(l), geo.CGCS2000) +
			" box from pg_class where oid = format('%I.%I', $2::text, $3::text)::regclass and relkind <> 'v' union all select 0, 0, null limit 1)"
		args = append(args, t.Schema, t.Name, t.Geometry)
	}
	sql := `select y.revision, y.changed_at, f.n, f.located, st_xmin(f.box), st_ymin(f.box), st_xmax(f.box), st_ymax(f.box)
		from planatlas.layer y, ` + content + ` f where y.id = $1`
	err := s.pool.QueryRow(ctx, sql, args...).Scan(&sum.Revision, &sum.Changed, &sum.Features, &sum.Located, &west, &south, &east, &north)
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
