package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"planatlas/geo/postgis"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"
)

// errDryRun ends a transaction that must leave nothing behind.
var errDryRun = errors.New("dry run")

// Replace makes the layers hold exactly the given features, all in one
// transaction: unchanged features keep their revision, what changed or went is
// kept in the history. With dryRun it only says what would change. Features that
// cannot be stored are reported together, each with its origin.
func (s *Store) Replace(ctx context.Context, load layers.Load, dryRun bool) ([]layers.Diff, error) {
	var diffs []layers.Diff
	load.Sets = slices.Clone(load.Sets)
	err := s.inTx(ctx, "load", pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := alone(ctx, tx); err != nil {
			return err
		}
		imported, err := deliveries(ctx, tx)
		if err != nil {
			return err
		}
		if err := retire(ctx, tx, load, imported); err != nil {
			return err
		}
		for _, o := range load.Outlines {
			if err := putOutline(ctx, tx, o); err != nil {
				return fmt.Errorf("outline %s: %w", o.ID, err)
			}
		}
		for i, set := range load.Sets {
			var d layers.Diff
			if was := imported[set.Layer.ID]; was != nil && !load.Discard {
				d, err = keepImported(ctx, tx, &load.Sets[i], was)
			} else {
				d, err = replaceLayer(ctx, tx, set)
			}
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

// alone waits for other loads and imports: one at a time. Statements may take as long
// as the files are large.
func alone(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtext('planatlas load')), set_config('statement_timeout', '0', true)")
	return err
}

// retire takes layers out of the catalogue that the load does not bring. Their
// tables and history stay. Without the load's consent it is an error, since
// their rules would go while they stayed.
func retire(ctx context.Context, tx pgx.Tx, load layers.Load, imported map[string]*layers.Layer) error {
	var ids []string
	for _, set := range load.Sets {
		ids = append(ids, set.Layer.ID)
	}
	if !load.Discard { // a layer that was imported needs no folder
		ids = slices.AppendSeq(ids, maps.Keys(imported))
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

// applied is what becomes of a layer's features.
type applied struct {
	layers.Diff
	problems []layers.Problem // the first of them; the layer is as it was then
	count    int64
	unlike   bool // no two features have the same geometry
}

func replaceLayer(ctx context.Context, tx pgx.Tx, set layers.FeatureSet) (layers.Diff, error) {
	if err := syncLayer(ctx, tx, set.Layer); err != nil {
		return layers.Diff{Layer: set.Layer.ID}, err
	}
	a, err := apply(ctx, tx, set, nil)
	if err == nil && a.count > 0 {
		var all []error
		for _, p := range a.problems {
			all = append(all, &layers.InputError{Param: p.Origin + ": feature " + p.ID, Value: p.Text.EN})
		}
		err = errors.Join(all...)
	}
	return a.Diff, err
}

// apply makes a declared layer hold exactly the given features by way of a stage:
// what is as it was keeps its revision. Features that cannot be stored are returned as
// problems, and then the layer stays as it was, unless leftOut, which is told their
// number, agrees to go on without them.
func apply(ctx context.Context, tx pgx.Tx, set layers.FeatureSet, leftOut func(int64) bool) (applied, error) {
	l, a := set.Layer, applied{Diff: layers.Diff{Layer: set.Layer.ID}}
	if err := stage(ctx, tx, set); err != nil {
		return a, err
	}
	err := findProblems(ctx, tx, &a)
	if err != nil {
		return a, fmt.Errorf("%s: %w", l.ID, err)
	}
	goOn := a.count == 0
	if leftOut != nil {
		goOn = leftOut(a.count)
	}
	if !goOn {
		return a, nil
	}
	d := &a.Diff
	steps := []struct {
		n   *int64
		sql string
	}{
		{new(int64), "delete from pg_temp.stage where ctid in (select at from pg_temp.problem)"},
		{&d.Removed, "delete from " + table(l) + " t where not exists (select from pg_temp.stage s where s.id = t.id)"},
		{&d.Changed, fmt.Sprintf("update %s t set (%s) = (select %s) from pg_temp.stage s where s.id = t.id and (%s) is distinct from (%s)",
			table(l), names(l, ""), names(l, "s."), names(l, "t."), names(l, "s."))},
		{&d.Added, fmt.Sprintf("insert into %s (id, %s) select id, %s from pg_temp.stage s where not exists (select from %s t where t.id = s.id)",
			table(l), names(l, ""), names(l, "s."), table(l))},
	}
	for _, step := range steps {
		tag, err := tx.Exec(ctx, step.sql)
		if err != nil {
			return a, fmt.Errorf("%s: %w", l.ID, err)
		}
		*step.n = tag.RowsAffected()
	}
	if err := tx.QueryRow(ctx, "select count(*) from pg_temp.stage").Scan(&d.Unchanged); err != nil {
		return a, err
	}
	d.Unchanged -= d.Added + d.Changed
	return a, settle(ctx, tx, l, d)
}

// settle looks at a layer anew after its features changed, and reads its version.
func settle(ctx context.Context, tx pgx.Tx, l *layers.Layer, d *layers.Diff) (err error) {
	if d.Removed+d.Changed+d.Added > 0 && l.HasGeometry() { // or plans that checks made for an empty layer stay in use
		if _, err := tx.Exec(ctx, "analyze "+table(l)+", "+partsTable(l)+", "+tilesTable(l)); err != nil {
			return fmt.Errorf("%s: %w", l.ID, err)
		}
	}
	d.Version, err = version(ctx, tx, l.ID)
	return err
}

// stage copies the features into a table that lives as long as the transaction.
func stage(ctx context.Context, tx pgx.Tx, set layers.FeatureSet) error {
	l := set.Layer
	ddl := "drop table if exists pg_temp.stage; create temp table stage on commit drop as select id, " + names(l, "") +
		", ''::text as origin from " + table(l) + " with no data"
	if _, err := tx.Exec(ctx, ddl); err != nil {
		return fmt.Errorf("stage %s: %w", l.ID, err)
	}
	_, err := copyFeatures(ctx, tx, "pg_temp.stage", l, set.Features, nil)
	var pg *pgconn.PgError
	if errors.As(err, &pg) || err != nil && ctx.Err() != nil {
		return fmt.Errorf("stage %s: %w", l.ID, err)
	}
	return err
}

// maxProblems is how many problems of a file are told one by one.
const maxProblems = 100

// findProblems looks for features of the stage that cannot be stored.
func findProblems(ctx context.Context, tx pgx.Tx, a *applied) error {
	_, err := tx.Exec(ctx, `drop table if exists pg_temp.problem; create temp table problem on commit drop as
		select ctid at, origin, id, 'duplicate_id' code, 'the id is used more than once' en, '标识重复' zh, null::geometry place
			from pg_temp.stage where id in (select id from pg_temp.stage group by id having count(*) > 1)
		union all
		select ctid, origin, id, 'geometry', 'invalid geometry: '||st_isvalidreason(geom), '图形无效：'||st_isvalidreason(geom), location(st_isvaliddetail(geom))
			from pg_temp.stage where not st_isvalid(geom)
		union all
		select ctid, origin, id, 'geometry', 'want points, lines or areas, not an empty geometry or a collection', '应为点、线或面，不得为空或集合', null
			from pg_temp.stage where st_isempty(geom) or geometrytype(geom) = 'GEOMETRYCOLLECTION'
		union all
		select ctid, origin, id, 'property', 'valid_to must be later than valid_from', '失效日期须晚于生效日期', null from pg_temp.stage where isempty(valid)`)
	if err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, "select count(*) from pg_temp.problem").Scan(&a.count); err != nil || a.count == 0 {
		return err
	}
	rows, err := tx.Query(ctx, `select origin, id, code, en, zh, st_x(place), st_y(place) from pg_temp.problem order by at, code limit $1`, maxProblems)
	if err != nil {
		return err
	}
	a.problems, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p layers.Problem, err error) {
		var x, y *float64
		err = row.Scan(&p.Origin, &p.ID, &p.Code, &p.Text.EN, &p.Text.ZH, &x, &y)
		if x != nil && y != nil {
			p.At = &orb.Point{*x, *y}
		}
		return p, err
	})
	return err
}
