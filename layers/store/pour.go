package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pour copies many features straight into their empty table, which is locked
// meanwhile: no stage is written and read again, every geometry is looked at once, by
// the table's own constraint, and indexes are built when all rows are there. When the
// table refuses a row, nothing was done and the stage has to tell which rows are wrong.
func pour(ctx context.Context, tx pgx.Tx, in layers.Import) (a applied, done bool, err error) {
	l := in.Layer
	a.Layer = l.ID
	var used bool
	empty := func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "select exists (select from "+table(l)+")").Scan(&used)
	}
	if err := empty(tx); err != nil || used {
		return a, false, err
	}
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		rebuild, err := strip(ctx, tx, l)
		if err != nil {
			return err
		}
		if err := empty(tx); err != nil || used { // nobody else writes from now on
			return errors.Join(err, errRefused)
		}
		var s stamp
		if err := tx.QueryRow(ctx, "select revision, at from planatlas.stamp($1)", l.ID).Scan(&s.revision, &s.at); err != nil {
			return err
		}
		if a.Added, err = copyFeatures(ctx, tx, table(l), l, in.Features, &s); err != nil {
			return err
		}
		if a.Added == 0 || !in.Skip && in.LeftOut() > 0 {
			return errRefused
		}
		in.Step(layers.Text{ZH: "建立索引", EN: "building the indexes"})
		for _, sql := range rebuild {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	var pg *pgconn.PgError
	if errors.Is(err, errRefused) || errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23")) {
		return applied{Diff: layers.Diff{Layer: l.ID}}, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("%s: %w", l.ID, err)
	}
	return a, true, settle(ctx, tx, l, &a.Diff)
}

// errRefused says that rows of the file are wrong, which the stage has to tell.
var errRefused = errors.New("rows of the file are refused")

// strip takes the indexes, and the triggers that stamp rows and keep derived tables, off
// a layer's table and returns the statements that put them back. The history stays.
func strip(ctx context.Context, tx pgx.Tx, l *layers.Layer) (rebuild []string, err error) {
	if _, err := tx.Exec(ctx, "lock table "+table(l)+" in access exclusive mode"); err != nil {
		return nil, err
	}
	rebuild = []string{"select set_config('maintenance_work_mem', '512MB', true)"}
	rows, err := tx.Query(ctx, `
		select format('alter table %s drop constraint %I', conrelid::regclass, conname), format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
			from pg_constraint where conrelid = $1::regclass and contype in ('p', 'u')
		union all
		select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid) from pg_index
			where indrelid = $1::regclass and not exists (select from pg_constraint where conindid = indexrelid)
		union all
		select format('alter table %s disable trigger %I', tgrelid::regclass, tgname), format('alter table %s enable %s trigger %I', tgrelid::regclass, case tgenabled when 'A' then 'always' end, tgname)
			from pg_trigger where tgrelid = $1::regclass and tgname = 'stamp_row' and tgenabled <> 'D'
		union all
		select format('drop trigger %I on %s', tgname, tgrelid::regclass), null from pg_trigger where tgrelid = $1::regclass and tgname in ('parts_insert', 'tiles_insert')`, table(l))
	if err != nil {
		return nil, err
	}
	var off []string
	var down string
	var up *string
	if _, err := pgx.ForEachRow(rows, []any{&down, &up}, func() error {
		off = append(off, down)
		if up != nil {
			rebuild = append(rebuild, *up)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	// Derived tables are made anew from the whole table, once it has its indexes; then
	// nobody tells who listens what changed, so that all did.
	rebuild = append(rebuild, "select planatlas.watch_parts("+literal(l.ID)+")", "select planatlas.watch_tiles("+literal(l.ID)+")",
		"select pg_notify('planatlas', json_build_object('layer', id, 'all', true, 'revision', revision)::text) from planatlas.layer where id = "+literal(l.ID))
	for _, sql := range off {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return nil, err
		}
	}
	return rebuild, nil
}
