package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SnapshotAt runs f on an earlier state of the database: each layer as it was known
// at its moment, and the outlines as the catalogue had them. What has changed since
// is laid out in temporary tables, from the layer and its history, and cut into
// parts as the layer is; then the same statements measure it. The transaction is
// rolled back and leaves nothing behind.
func (s *Store) SnapshotAt(ctx context.Context, at check.Moment, f func(check.Snapshot) error) error {
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		return domainError("begin a check", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	names, err := layOut(ctx, tx, at)
	if err != nil {
		return domainError("lay out the recorded state", err)
	}
	if _, err := tx.Exec(ctx, settingsSQL, settings(s.opts.LayerTimeout)...); err != nil {
		return domainError("begin a check", err)
	}
	return f(s.newSnapshot(pastTx{tx, strings.NewReplacer(names...)}))
}

// layOut makes the temporary tables. It returns pairs: the name of a table in
// statements, and what stands for it.
func layOut(ctx context.Context, tx pgx.Tx, at check.Moment) (names []string, err error) {
	ids, revisions, moments := []string{}, []int64{}, []time.Time{}
	for id, moment := range at.Known {
		ids, revisions, moments = append(ids, id), append(revisions, at.Revisions[id]), append(moments, moment)
	}
	const layerTable, outlineTable = `pg_temp."planatlas.layer"`, `pg_temp."planatlas.outline"`
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{"select set_config('statement_timeout', '0', true)", nil}, // the whole has the limit of its context
		{"create temp table " + strings.TrimPrefix(layerTable, "pg_temp.") + " (id text primary key, revision bigint, changed_at timestamptz) on commit drop", nil},
		{"insert into " + layerTable + " select * from unnest($1::text[], $2::bigint[], $3::timestamptz[])", []any{ids, revisions, moments}},
		{"create temp table " + strings.TrimPrefix(outlineTable, "pg_temp.") + " (id text primary key, accuracy_m double precision, geom geometry) on commit drop", nil},
		{"insert into " + outlineTable + ` select x ->> 'id', (x ->> 'accuracy_m')::float8, st_geomfromewkb(decode(x ->> 'geom', 'hex'))
			from planatlas.catalogue c, jsonb_array_elements(c.outlines) x where c.sha256 = $1`, []any{at.CatalogSHA256}},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, `select k.id, k.changed_at from `+layerTable+` k
		where not exists (select from planatlas.layer l where l.id = k.id and l.changed_at = k.changed_at) order by k.id`)
	if err != nil {
		return nil, err
	}
	type changed struct {
		id string
		at time.Time
	}
	older, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c changed, err error) {
		err = row.Scan(&c.id, &c.at)
		return c, err
	})
	if err != nil {
		return nil, err
	}
	names = []string{"planatlas.layer", layerTable, "planatlas.outline", outlineTable}
	for _, c := range older {
		pairs, err := layOutLayer(ctx, tx, &layers.Layer{ID: c.id}, c.at)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", c.id, err)
		}
		names = append(names, pairs...)
	}
	return names, nil
}

// layOutLayer makes the tables of one layer: its features as they were known at the
// moment, and their parts.
func layOutLayer(ctx context.Context, tx pgx.Tx, l *layers.Layer, at time.Time) ([]string, error) {
	var columns string
	err := tx.QueryRow(ctx, `select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
		where attrelid = $1::regclass and attnum > 0 and not attisdropped`, table(l)).Scan(&columns)
	if err != nil {
		return nil, err
	}
	features, parts := quote(l.ID), quote(l.ID+".parts")
	sql := strings.NewReplacer("{columns}", columns, "{now}", table(l), "{then}", historyTable(l), "{features}", features, "{parts}", parts,
		"{moment}", literal(at.UTC().Format("2006-01-02 15:04:05.999999Z"))+"::timestamptz").Replace(`
		create temp table {features} on commit drop as
			select {columns} from {now} where recorded @> {moment} union all select {columns} from {then} where recorded @> {moment};
		create index on pg_temp.{features} (id);
		create index on pg_temp.{features} using gist (geom);
		create unique index on pg_temp.{features} (id, planatlas.print(geom)) where planatlas.many(geom);
		create temp table {parts} on commit drop as
			select r.id, p.n::int n, planatlas.print(r.geom) print, p.geom from pg_temp.{features} r
			cross join lateral planatlas.parts(r.geom) with ordinality p (geom, n) where planatlas.many(r.geom) and st_isvalid(r.geom);
		create index on pg_temp.{parts} (id, n);
		create index on pg_temp.{parts} using gist (geom);
		analyze pg_temp.{features}, pg_temp.{parts}`)
	if _, err := tx.Conn().PgConn().Exec(ctx, sql).ReadAll(); err != nil { // several statements
		return nil, err
	}
	return []string{table(l), "pg_temp." + features, partsTable(l), "pg_temp." + parts}, nil
}

// pastTx is a transaction whose statements read other tables than they name.
type pastTx struct {
	session
	names *strings.Replacer
}

// Exec implements session.
func (t pastTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return t.session.Exec(ctx, t.names.Replace(sql), args...)
}

// Query implements session.
func (t pastTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.session.Query(ctx, t.names.Replace(sql), args...)
}

// QueryRow implements session.
func (t pastTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return t.session.QueryRow(ctx, t.names.Replace(sql), args...)
}

// SendBatch implements session.
func (t pastTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	for _, q := range b.QueuedQueries {
		q.SQL = t.names.Replace(q.SQL)
	}
	return t.session.SendBatch(ctx, b)
}
