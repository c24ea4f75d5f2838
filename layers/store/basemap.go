package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"planatlas/geo/postgis"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// baseSQL reads the features of one layer that were known at $1, in force on that
// day in China, built or being built, and inside the box $2 to $5; $6 are the values
// of the property that are shown.
const baseSQL = `select {property}, name_zh, name_en, geometry_source, st_asewkb({shown})
from (select id, {property}, name_zh, name_en, geometry_source, accuracy_m, status, valid, recorded, geom from {table}
	union all select id, {property}, name_zh, name_en, geometry_source, accuracy_m, status, valid, recorded, geom from {history}) f
where recorded @> $1::timestamptz and valid @> ($1::timestamptz at time zone 'Asia/Shanghai')::date and geom && st_makeenvelope($2, $3, $4, $5, 4490)
	and {property} = any($6) and status not in ('planned', 'preliminary')
order by {property}, id`

// BaseMap returns the features that maps on paper show for orientation, as they were
// known at that time, of those layers of the catalogue that are public.
func (s *Store) BaseMap(ctx context.Context, catalog *layers.Catalog, box orb.Bound, at time.Time) ([]layers.BaseFeature, error) {
	var out []layers.BaseFeature
	for _, b := range layers.BaseLayers() {
		l, err := catalog.Layer(b.Layer)
		if err != nil || l.Access != layers.Public || !l.Checked() {
			continue // this place has no such layer
		}
		if _, ok := l.Property(b.Property); !ok {
			continue
		}
		now, shown := *l, "geom"
		if now.General { // there is no generalised table of what was
			now.General = false
			shown = fmt.Sprintf("case when accuracy_m >= %[1]g then geom else planatlas.generalise(geom, %[1]g) end", l.FinestM())
		}
		sql := strings.NewReplacer("{property}", quote(b.Property), "{shown}", shown, "{table}", table(&now), "{history}", historyTable(l)).Replace(baseSQL)
		rows, err := s.pool.Query(ctx, sql, at, box.Min[0], box.Min[1], box.Max[0], box.Max[1], slices.Sorted(maps.Keys(b.Classes)))
		if err != nil {
			return nil, domainError("read the base map", err)
		}
		features, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f layers.BaseFeature, err error) {
			var value string
			var shape []byte
			if err := row.Scan(&value, &f.Name.ZH, &f.Name.EN, &f.Source, &shape); err != nil {
				return f, err
			}
			f.Class = b.Classes[value]
			decoded, err := postgis.Unmarshal(shape)
			f.Geometry = decoded.Geom
			return f, err
		})
		if err != nil {
			return nil, domainError("read the base map", err)
		}
		out = append(out, features...)
	}
	return out, nil
}
