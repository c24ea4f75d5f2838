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
// the table's own constraint, and indexes are built when all rows are there. What the
// triggers would have kept is kept here in one go, but for what tiles show at small
// scales, which BuildTiles makes once the import stands. When the table refuses a row,
// nothing was done and the stage has to tell which rows are wrong.
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
		seen, err := copyFeatures(ctx, tx, table(l), l, in.Features, &s)
		if err != nil {
			return err
		}
		a.Added = seen.n
		if a.Added == 0 || !in.Skip && in.LeftOut() > 0 {
			return errRefused
		}
		in.Step(layers.Text{ZH: "建立索引", EN: "building the indexes"})
		for _, sql := range rebuild {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		a.unlike = !seen.alike()
		return keepPoured(ctx, tx, l, &seen)
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

// strip takes the indexes that most rows would stand in, and the triggers that stamp
// rows and keep what follows from them, off a layer's table and returns the statements
// that put them back. A trigger that is only disabled still costs: COPY goes row by row
// when one could see each, and keeps the rows for one that could see them all.
func strip(ctx context.Context, tx pgx.Tx, l *layers.Layer) (rebuild []string, err error) {
	if _, err := tx.Exec(ctx, "lock table "+table(l)+" in access exclusive mode"); err != nil {
		return nil, err
	}
	// The generalised table, if there is one, follows by its trigger, and its pyramid later.
	if _, err := tx.Exec(ctx, "update planatlas.tile_layer set exact = -1 where layer = $1", l.ID+generalSuffix); err != nil {
		return nil, err
	}
	// What is written is written once: to pack it for the log costs more than it saves.
	const unpacked = "select set_config('wal_compression', 'off', true) where current_setting('is_superuser') = 'on'"
	rebuild = []string{unpacked, "select set_config('maintenance_work_mem', '512MB', true)"}
	rows, err := tx.Query(ctx, `
		select format('alter table %s drop constraint %I', conrelid::regclass, conname), format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
			from pg_constraint where conrelid = $1::regclass and contype in ('p', 'u')
		union all
		select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid) from pg_index
			where indrelid = $1::regclass and indpred is null and not exists (select from pg_constraint where conindid = indexrelid)
		union all
		select format('drop trigger %I on %s', tgname, tgrelid::regclass), pg_get_triggerdef(oid) || format('; alter table %s %s trigger %I', tgrelid::regclass,
				case tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' when 'D' then 'disable' else 'enable' end, tgname)
			from pg_trigger where tgrelid = $1::regclass and tgname in ('stamp_row', 'history_insert', 'parts_insert', 'tiles_insert')`, table(l))
	if err != nil {
		return nil, err
	}
	var off []string
	var down, up string
	if _, err := pgx.ForEachRow(rows, []any{&down, &up}, func() error {
		off, rebuild = append(off, down), append(rebuild, up)
		return nil
	}); err != nil {
		return nil, err
	}
	for _, sql := range off {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return nil, err
		}
	}
	return rebuild, nil
}

// keepPoured does what the triggers of an empty layer would have done for the rows that
// it holds now, and leaves its pyramid to be made. Nobody is told what changed, so that
// all did.
func keepPoured(ctx context.Context, tx pgx.Tx, l *layers.Layer, seen *copied) error {
	box, at := "null", seen.bound
	args := []any{l.ID, seen.n, seen.located}
	if seen.located > 0 {
		box = "st_makebox2d(st_makepoint($4, $5), st_makepoint($6, $7))"
		args = append(args, at.Min[0], at.Min[1], at.Max[0], at.Max[1])
	}
	if _, err := tx.Exec(ctx, "select planatlas.account($1, 0, 0, null, $2, $3, "+box+")", args...); err != nil {
		return fmt.Errorf("keep the account: %w", err)
	}
	if seen.many { // makes the parts anew, since their table is gone
		if _, err := tx.Exec(ctx, "drop table "+partsTable(l)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "select planatlas.watch_parts($1)", l.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "update planatlas.tile_layer set exact = -1 where layer = $1", l.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "select pg_notify('planatlas', json_build_object('layer', id, 'all', true, 'revision', revision)::text) from planatlas.layer where id = $1", l.ID)
	return err
}

// tilesLater reports whether the pyramid of a layer is still to be made.
func tilesLater(ctx context.Context, tx pgx.Tx, l *layers.Layer) (later bool, err error) {
	err = tx.QueryRow(ctx, "select exists (select from planatlas.tile_layer where layer = $1 and exact < 0)", l.ID).Scan(&later)
	return later, err
}

// BuildTiles makes what tiles show at small scales for the layers that a large import
// filled, where that was not done yet, and says before which layer that is. Tiles are
// right meanwhile, and slower.
func (s *Store) BuildTiles(ctx context.Context, begins func(layer string)) error {
	for {
		var more bool
		err := s.inTx(ctx, "make the tiles", pgx.TxOptions{}, func(tx pgx.Tx) error {
			var layer string
			err := tx.QueryRow(ctx, "select layer from planatlas.tile_layer where exact < 0 order by layer limit 1").Scan(&layer)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			more = err == nil
			if err == nil {
				_, err = tx.Exec(ctx, "select set_config('statement_timeout', '0', true), set_config('work_mem', '128MB', true)")
			}
			if err == nil {
				begins(layer)
				_, err = tx.Exec(ctx, "select planatlas.build_tiles($1)", layer)
			}
			if err == nil {
				_, err = tx.Exec(ctx, "analyze "+pgx.Identifier{"layers_tiles", layer}.Sanitize())
			}
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}
