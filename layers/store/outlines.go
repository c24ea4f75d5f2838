package store

import (
	"context"

	"planatlas/geo/postgis"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// Outlines returns the areas that coverages refer to, the largest first. They are
// not legal boundaries. Those that are more exact than finestM metres are generalised
// to that; 0 leaves all as they are.
func (s *Store) Outlines(ctx context.Context, finestM float64) ([]layers.Outline, error) {
	rows, err := s.pool.Query(ctx, `select id, name_zh, name_en, geometry_source, coalesce(entity, id), case when accuracy_m < $1 then accuracy_m + 2 * $1 else accuracy_m end,
			st_asewkb(case when accuracy_m < $1 then planatlas.generalise(geom, $1) else geom end)
		from planatlas.outline order by st_area(geom) desc, id`, finestM)
	if err != nil {
		return nil, domainError("read the outlines", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o layers.Outline, err error) {
		var shape []byte
		if err := row.Scan(&o.ID, &o.NameZH, &o.NameEN, &o.GeometrySource, &o.Entity, &o.AccuracyM, &shape); err != nil {
			return o, err
		}
		o.Shape, err = postgis.Unmarshal(shape)
		return o, err
	})
	return out, domainError("read the outlines", err)
}
