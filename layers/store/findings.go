package store

import (
	"context"
	"errors"
	"fmt"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// The bounds of what is looked for in imported features, and told of it.
const (
	maxOverlapFeatures = 100_000 // beyond it overlaps are looked for on request only
	overlapTime        = "300s"
	maxTold            = 100
	overlapNoiseM2     = 0.01 // what is smaller, or thinner than 1 mm, is the noise of coordinates
)

// findings looks for what is odd but no error: features of the same geometry, and
// such as overlap. Unlike says that
// no two have the same geometry.
func findings(ctx context.Context, tx pgx.Tx, in layers.Import, from string, unlike bool, out *layers.Imported) error {
	if !in.Layer.HasGeometry() {
		return nil
	}
	if !unlike {
		in.Step(layers.Text{ZH: "查找重复图形", EN: "looking for duplicates"})
		if err := findDuplicates(ctx, tx, from, out); err != nil {
			return fmt.Errorf("look for duplicates: %w", err)
		}
	}
	var n int64
	err := tx.QueryRow(ctx, "select count(*) from (select from "+from+" where st_dimension(geom) = 2 limit $1) t", maxOverlapFeatures+1).Scan(&n)
	if err != nil {
		return fmt.Errorf("count the areas: %w", err)
	}
	if n == 0 || n > maxOverlapFeatures && !in.Overlaps {
		out.OverlapsKnown = n == 0
		return nil
	}
	in.Step(layers.Text{ZH: "查找重叠", EN: "looking for overlaps"})
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return overlaps(ctx, tx, in, from, out) })
	if err != nil && tooSlow(err) {
		return nil // not known
	}
	if err != nil {
		return fmt.Errorf("look for overlaps: %w", err)
	}
	out.OverlapsKnown = true
	return nil
}

func findDuplicates(ctx context.Context, tx pgx.Tx, from string, out *layers.Imported) error {
	err := tx.QueryRow(ctx, duplicates(from)+" select count(*) from same").Scan(&out.DuplicateCount)
	if err != nil || out.DuplicateCount == 0 {
		return err
	}
	rows, err := tx.Query(ctx, duplicates(from)+" select ids from same order by ids limit $1", maxTold)
	if err != nil {
		return err
	}
	out.Duplicates, err = pgx.CollectRows(rows, pgx.RowTo[[]string])
	return err
}

// duplicates finds groups of the same geometry: first by numbers that are cheap to
// compare, then by the geometry itself.
func duplicates(from string) string {
	return `with alike as materialized (
			select array_agg(id) ids from ` + from + ` where geom is not null
			group by st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom), st_npoints(geom) having count(*) > 1),
		same as (
			select array_agg(t.id order by t.id) ids from alike a join ` + from + ` t on t.id = any(a.ids)
			group by a.ids, t.geom having count(*) > 1)`
}

// overlaps measures every pair of areas whose insides meet.
func overlaps(ctx context.Context, tx pgx.Tx, in layers.Import, from string, out *layers.Imported) error {
	limit := overlapTime
	if in.Overlaps {
		limit = "0"
	}
	if _, err := tx.Exec(ctx, "select set_config('statement_timeout', $1, true)", limit); err != nil {
		return err
	}
	if from == "pg_temp.stage" {
		if _, err := tx.Exec(ctx, "create index on pg_temp.stage using gist (geom); analyze pg_temp.stage"); err != nil {
			return err
		}
	}
	rows, err := tx.Query(ctx, `with pair as materialized (
			select a.id a, b.id b, st_collectionextract(st_intersection(a.geom, b.geom), 3) g
			from `+from+` a join `+from+` b on a.id < b.id and a.geom && b.geom
			where st_dimension(a.geom) = 2 and st_dimension(b.geom) = 2 and st_isvalid(a.geom) and st_isvalid(b.geom) and st_relate(a.geom, b.geom, '2********')),
		measured as materialized (select a, b, planatlas.area_m2(g) m2, st_perimeter(g::geography) m, st_pointonsurface(g) p from pair where not st_isempty(g))
		select a, b, m2, st_x(p), st_y(p), count(*) over (), sum(m2) over () from measured where m2 >= $1 and 2 * m2 >= 0.001 * m order by m2 desc, a, b limit $2`, overlapNoiseM2, maxTold)
	if err != nil {
		return err
	}
	var o layers.Overlap
	_, err = pgx.ForEachRow(rows, []any{&o.A, &o.B, &o.AreaM2, &o.At[0], &o.At[1], &out.OverlapCount, &out.OverlapM2}, func() error {
		out.Overlaps = append(out.Overlaps, o)
		return nil
	})
	if err == nil {
		_, err = tx.Exec(ctx, "select set_config('statement_timeout', '0', true)")
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return err
}
