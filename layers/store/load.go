package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"planatlas/geo/postgis"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// errDryRun ends a transaction that must leave nothing behind.
var errDryRun = errors.New("dry run")

// Replace makes the layers hold exactly the given features, all in one
// transaction: unchanged features keep their revision, what changed or went is
// kept in the history. With dryRun it only says what would change. Features that
// cannot be stored are reported together, each with its origin.
func (s *Store) Replace(ctx context.Context, load layers.Load, dryRun bool) ([]layers.Diff, error) {
	var diffs []layers.Diff
	err := s.inTx(ctx, "load", pgx.TxOptions{}, func(tx pgx.Tx) error {
		// One load at a time; statements may take as long as the files are large.
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtext('planatlas load')), set_config('statement_timeout', '0', true)"); err != nil {
			return err
		}
		if err := retire(ctx, tx, load); err != nil {
			return err
		}
		for _, o := range load.Outlines {
			if err := putOutline(ctx, tx, o); err != nil {
				return fmt.Errorf("outline %s: %w", o.ID, err)
			}
		}
		for _, set := range load.Sets {
			d, err := replaceLayer(ctx, tx, set)
			if err != nil {
				return err
			}
			diffs = append(diffs, d)
		}
		if err := refuseUncited(ctx, tx, load.Sets); err != nil {
			return err
		}
		if err := countNamed(ctx, tx, load.Sets, diffs); err != nil {
			return fmt.Errorf("count the named entities: %w", err)
		}
		if err := putRules(ctx, tx, load); err != nil {
			return fmt.Errorf("rules: %w", err)
		}
		if dryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return diffs, err
}

// retire takes layers out of the catalogue that the load does not bring. Their
// tables and history stay. Without the load's consent it is an error, since
// their rules would go while they stayed.
func retire(ctx context.Context, tx pgx.Tx, load layers.Load) error {
	var ids []string
	for _, set := range load.Sets {
		ids = append(ids, set.Layer.ID)
	}
	rows, err := tx.Query(ctx, "select id from planatlas.layer where id <> all($1) and not declaration ? 'table' order by id", ids)
	if err != nil {
		return err
	}
	gone, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(gone) == 0 {
		return err
	}
	if !load.Retire {
		return &layers.InputError{Param: "folder", Value: "it lacks the layers " + strings.Join(gone, ", ") + ", which the database holds",
			Hint: "load a folder that has them, or retire them with --retire"}
	}
	_, err = tx.Exec(ctx, "delete from planatlas.layer where id = any($1)", gone)
	return err
}

func putOutline(ctx context.Context, tx pgx.Tx, o layers.Outline) error {
	shape, err := postgis.Marshal(o.Shape)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into planatlas.outline (id, name_zh, name_en, geometry_source, accuracy_m, geom, entity)
		values ($1, $2, $3, $4, $5, st_geomfromewkb($6), nullif($7, ''))
		on conflict (id) do update set entity = excluded.entity, name_zh = excluded.name_zh, name_en = excluded.name_en,
			geometry_source = excluded.geometry_source, accuracy_m = excluded.accuracy_m, geom = excluded.geom`,
		o.ID, o.NameZH, o.NameEN, o.GeometrySource, o.AccuracyM, shape, o.Entity)
	return err
}

func putRules(ctx context.Context, tx pgx.Tx, load layers.Load) error {
	if load.RulesSHA256 == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into planatlas.rule_set (sha256, rules, loaded_at)
		values ($1, $2, greatest(clock_timestamp(), (select max(loaded_at) + interval '1 microsecond' from planatlas.rule_set)))
		on conflict (sha256) do update set loaded_at = excluded.loaded_at
		where planatlas.rule_set.loaded_at < (select max(loaded_at) from planatlas.rule_set)`, load.RulesSHA256, load.Rules)
	return err
}

// refuseUncited reports up to twenty features that cite the plan otherwise than
// its inventory does, or an entity that it does not have.
func refuseUncited(ctx context.Context, tx pgx.Tx, sets []layers.FeatureSet) error {
	sql := uncitedSQL(sets)
	if sql == "" {
		return nil
	}
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("compare citations: %w", err)
	}
	var problems []error
	var layer, id, what string
	_, err = pgx.ForEachRow(rows, []any{&layer, &id, &what}, func() error {
		problems = append(problems, &layers.InputError{Param: "layer " + layer + ": feature " + id, Value: what})
		return nil
	})
	return errors.Join(err, errors.Join(problems...))
}

// countNamed fills in how many entities of the inventory are named places of each
// layer, and how many of these the layer has a geometry for.
func countNamed(ctx context.Context, tx pgx.Tx, sets []layers.FeatureSet, diffs []layers.Diff) error {
	sql := namedSQL(sets)
	if sql == "" {
		return nil
	}
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return err
	}
	var layer string
	var named, located int64
	_, err = pgx.ForEachRow(rows, []any{&layer, &named, &located}, func() error {
		for i := range diffs {
			if diffs[i].Layer == layer {
				diffs[i].Named, diffs[i].Located = named, located
			}
		}
		return nil
	})
	return err
}

func replaceLayer(ctx context.Context, tx pgx.Tx, set layers.FeatureSet) (layers.Diff, error) {
	l, d := set.Layer, layers.Diff{Layer: set.Layer.ID}
	if err := syncLayer(ctx, tx, l); err != nil {
		return d, err
	}
	if err := stage(ctx, tx, set); err != nil {
		return d, err
	}
	if err := refuseInvalid(ctx, tx, l); err != nil {
		return d, err
	}
	steps := []struct {
		n   *int64
		sql string
	}{
		{&d.Removed, "delete from " + table(l) + " t where not exists (select from pg_temp.stage s where s.id = t.id)"},
		{&d.Changed, fmt.Sprintf("update %s t set (%s) = (select %s) from pg_temp.stage s where s.id = t.id and (%s) is distinct from (%s)",
			table(l), names(l, ""), names(l, "s."), names(l, "t."), names(l, "s."))},
		{&d.Added, fmt.Sprintf("insert into %s (id, %s) select id, %s from pg_temp.stage s where not exists (select from %s t where t.id = s.id)",
			table(l), names(l, ""), names(l, "s."), table(l))},
	}
	for _, step := range steps {
		tag, err := tx.Exec(ctx, step.sql)
		if err != nil {
			return d, fmt.Errorf("%s: %w", l.ID, err)
		}
		*step.n = tag.RowsAffected()
	}
	if d.Removed+d.Changed+d.Added > 0 && l.HasGeometry() { // or plans that checks made for an empty layer stay in use
		if _, err := tx.Exec(ctx, "analyze "+table(l)+", "+partsTable(l)+", "+tilesTable(l)); err != nil {
			return d, fmt.Errorf("%s: %w", l.ID, err)
		}
	}
	err := tx.QueryRow(ctx, "select count(*) from pg_temp.stage").Scan(&d.Unchanged)
	if err != nil {
		return d, err
	}
	d.Unchanged -= d.Added + d.Changed
	d.Version, err = version(ctx, tx, l.ID)
	return d, err
}

// stage copies the features into a table that lives as long as the transaction.
func stage(ctx context.Context, tx pgx.Tx, set layers.FeatureSet) error {
	l := set.Layer
	ddl := "drop table if exists pg_temp.stage; create temp table stage on commit drop as select id, " + names(l, "") +
		", null::date as valid_from, null::date as valid_to, ''::text as origin from " + table(l) + " with no data"
	if _, err := tx.Exec(ctx, ddl); err != nil {
		return fmt.Errorf("stage %s: %w", l.ID, err)
	}
	columns := []string{"id", "geom", "valid_from", "valid_to", "origin"}
	for _, p := range stored(l) {
		columns = append(columns, p.Name)
	}
	next, stop := iter.Pull2(set.Features)
	defer stop()
	var fault error // of the features; the database would wrap it in a failure of its own
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "stage"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		f, err, more := next()
		if err != nil || !more {
			fault = err
			return nil, err
		}
		row, err := stageRow(l, f)
		fault = err
		return row, err
	}))
	if fault != nil {
		return fault
	}
	if err != nil {
		return fmt.Errorf("stage %s: %w", l.ID, err)
	}
	_, err = tx.Exec(ctx, "update pg_temp.stage set valid = daterange(valid_from, valid_to)")
	return err
}

func stageRow(l *layers.Layer, f layers.Feature) ([]any, error) {
	row := []any{f.ID, nil, date(f.Values["valid_from"]), date(f.Values["valid_to"]), f.Origin}
	if f.Shape != nil {
		g, err := postgis.Geom(*f.Shape)
		if err != nil {
			return nil, fmt.Errorf("%s: feature %s: %w", f.Origin, f.ID, err)
		}
		row[1] = g
	}
	for _, p := range stored(l) {
		v := f.Values[p.Name]
		if p.Type == layers.Date {
			v = date(v)
		}
		row = append(row, v)
	}
	return row, nil
}

func date(v any) any {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return nil
	}
	return t
}

// refuseInvalid reports up to twenty features of the stage that cannot be
// stored.
func refuseInvalid(ctx context.Context, tx pgx.Tx, l *layers.Layer) error {
	rows, err := tx.Query(ctx, `
		select origin, id, 'the id is used more than once' from pg_temp.stage where id in (select id from pg_temp.stage group by id having count(*) > 1)
		union all
		select origin, id, 'invalid geometry: '||st_isvalidreason(geom) from pg_temp.stage where not st_isvalid(geom)
		union all
		select origin, id, 'want points, lines or areas, not an empty geometry or a collection' from pg_temp.stage where st_isempty(geom) or geometrytype(geom) = 'GEOMETRYCOLLECTION'
		union all
		select origin, id, 'valid_to must be later than valid_from' from pg_temp.stage where isempty(valid)
		order by 1 limit 20`)
	if err != nil {
		return err
	}
	var problems []error
	var origin, id, what string
	_, err = pgx.ForEachRow(rows, []any{&origin, &id, &what}, func() error {
		problems = append(problems, &layers.InputError{Param: origin + ": feature " + id, Value: what})
		return nil
	})
	return errors.Join(err, errors.Join(problems...))
}
