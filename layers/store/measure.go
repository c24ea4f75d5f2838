package store

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
)

// Snapshot runs f in one repeatable-read transaction. Each statement in it has the
// time limit of a layer.
func (s *Store) Snapshot(ctx context.Context, f func(check.Snapshot) error) error {
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return domainError("begin a check", err)
	}
	// Nothing was written, so there is nothing to commit.
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, "select set_config('statement_timeout', $1, true)", milliseconds(s.opts.LayerTimeout)); err != nil {
		return domainError("begin a check", err)
	}
	return f(snapshot{tx})
}

type snapshot struct{ tx pgx.Tx }

// Measure implements [check.Snapshot]. Each layer has its own time limit, and a
// layer that fails does not stop the others.
func (s snapshot) Measure(ctx context.Context, sites []geo.Shape, needs []check.Need, on layers.Day) ([]check.Measured, error) {
	var all []check.Measured
	for _, site := range sites {
		out, err := measure(ctx, s.tx, site, needs, on)
		if err != nil {
			return nil, err
		}
		all = append(all, out)
	}
	return all, nil
}

func measure(ctx context.Context, tx pgx.Tx, site geo.Shape, needs []check.Need, on layers.Day) (check.Measured, error) {
	var out check.Measured
	shape, err := postgis.Marshal(site)
	if err != nil {
		return out, fmt.Errorf("encode the site: %w", err)
	}
	if err := measureSite(ctx, tx, site, shape, &out); err != nil {
		var input *layers.InputError
		if errors.As(err, &input) {
			return check.Measured{Err: err}, nil
		}
		return out, err
	}
	for _, need := range needs {
		m := check.Measurement{Layer: need.Layer}
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return measureLayer(ctx, tx, need, shape, on, &m) })
		if ctx.Err() != nil {
			return out, domainError("measure "+need.Layer.ID, ctx.Err())
		}
		if err != nil {
			m = check.Measurement{Layer: need.Layer, Reason: whyNot(err), Err: fmt.Errorf("measure %s: %w", need.Layer.ID, err)}
		}
		out.Layers = append(out.Layers, m)
	}
	return out, nil
}

func measureSite(ctx context.Context, tx pgx.Tx, site geo.Shape, shape []byte, out *check.Measured) error {
	var valid bool
	var reason string
	var x, y *float64
	err := tx.QueryRow(ctx, `select valid, coalesce(reason, ''), st_x(location), st_y(location), now()
		from st_isvaliddetail(st_geomfromewkb($1))`, shape).Scan(&valid, &reason, &x, &y, &out.Snapshot)
	if err != nil {
		return domainError("measure the site", err)
	}
	if !valid {
		e := &layers.InputError{Param: "geometry", Value: reason, Want: "a valid polygon", Geometry: true,
			Hint: "correct the boundary there and hand it in again; nothing was repaired"}
		if x != nil && y != nil {
			e.Value = fmt.Sprintf("%s at longitude %.7f, latitude %.7f", reason, *x, *y)
		}
		return e
	}
	sql := "select planatlas.area_m2(g), st_asgeojson(g, 9, 0) from st_geomfromewkb($1) g"
	if err := tx.QueryRow(ctx, sql, shape).Scan(&out.Site.Area, &out.Site.Geometry); err != nil {
		return domainError("measure the site", err)
	}
	if out.Site.Area < check.NoiseM2 {
		return &layers.InputError{Param: "geometry", Geometry: true, Value: fmt.Sprintf("%.2g m²", float64(out.Site.Area)),
			Want: fmt.Sprintf("a site of at least %g m²", check.NoiseM2)}
	}
	zone, ok := crs.ByZone(3, int(math.Round(site.Geom.Bound().Center().Lon()/3)), false)
	if !ok {
		return nil
	}
	out.Site.PlaneCRS = zone.Code()
	sql = "select st_area(st_transform(planatlas.densify(st_geomfromewkb($1)), $2::int))"
	return domainError("measure the site on the plane", tx.QueryRow(ctx, sql, shape, zone.EPSG).Scan(&out.Site.PlaneM2))
}

//go:embed measure.sql
var measureSQL string

// errInvalid marks a stored geometry that would give wrong measures.
var errInvalid = errors.New("a stored geometry is not valid")

func measureLayer(ctx context.Context, tx pgx.Tx, need check.Need, shape []byte, on layers.Day, m *check.Measurement) error {
	l := need.Layer
	var covered *bool
	err := tx.QueryRow(ctx, `select y.revision, y.changed_at, st_covers(o.geom, g) and st_distance(st_boundary(o.geom)::geography, g::geography) >= $4::float8 + o.accuracy_m
		from st_geomfromewkb($1) g, planatlas.layer y left join planatlas.outline o on o.id = $2 where y.id = $3`,
		shape, l.Coverage.Area, l.ID, need.WithinM).Scan(&m.Version.Revision, &m.Version.Changed, &covered)
	if err != nil {
		return err
	}
	if covered == nil {
		return fmt.Errorf("coverage outline %s is not loaded", l.Coverage.Area)
	}
	m.Covered = *covered
	err = tx.QueryRow(ctx, "select count(*) from "+table(l)+" where (geom is null or st_isempty(geom)) and valid @> $1::text::date", string(on)).Scan(&m.Unlocated)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, layerSQL(l), shape, need.WithinM, string(on), check.NoiseM2, check.NoiseWidthM, check.SliverWidthM)
	if err != nil {
		return err
	}
	m.Features, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (check.FeatureMeasure, error) {
		var f check.FeatureMeasure
		var valid bool
		var values []byte
		err := row.Scan(&f.ID, &f.Revision, &values, &valid, &f.Dimension, &f.Interiors, &f.Overlap, &f.Solid,
			&f.WidthM, &f.LengthM, &f.DepthM, &f.DistanceM, &f.Geometry, &m.Union, &m.Nearest)
		if err == nil && !valid {
			err = fmt.Errorf("feature %s: %w", f.ID, errInvalid)
		}
		if err == nil {
			err = json.Unmarshal(values, &f.Values)
		}
		return f, err
	})
	if err != nil {
		return err
	}
	if m.Nearest == nil {
		err = tx.QueryRow(ctx, strings.ReplaceAll(nearestSQL, "{table}", table(l)), shape, string(on)).Scan(&m.Nearest)
	}
	m.Measured = err == nil
	return err
}

// nearestSQL finds the nearest feature however far: the first one by the index
// gives a distance, and within that the geodesic measure decides.
const nearestSQL = `
with site as materialized (select st_geomfromewkb($1) g),
first as materialized (
	select planatlas.distance_m(f.geom, s.g) d from site s cross join lateral
		(select geom from {table} where valid @> $2::text::date order by geom <-> s.g limit 1) f)
select min(planatlas.distance_m(f.geom, s.g)) from site s, first, {table} f
where f.geom && planatlas.reach(s.g, first.d * 1.01) and f.valid @> $2::text::date`

func layerSQL(l *layers.Layer) string {
	var columns []string
	half := "0"
	for _, p := range l.AllProperties() {
		columns = append(columns, expression(p.Name)+" as "+quote(p.Name))
		if p.Name == "half_width_m" {
			half = "greatest(coalesce(half_width_m, 0), 0)"
		}
	}
	return strings.NewReplacer("{table}", table(l), "{half}", half, "{columns}", strings.Join(columns, ", ")).Replace(measureSQL)
}

// whyNot says in a sentence for planners why a layer was not checked. It tells
// nothing of the database's own words.
func whyNot(err error) layers.Text {
	switch kind := classify(err); {
	case undefined(err):
		return layers.Text{ZH: "图层的数据表不存在", EN: "the layer's table is not there"}
	case errors.Is(err, errInvalid):
		return layers.Text{ZH: "图层含无效图形，无法量算", EN: "the layer holds a geometry that is not valid"}
	case errors.Is(kind, layers.ErrUnavailable):
		return layers.Text{ZH: "图层超时或数据库不可用", EN: "the layer took too long or the database is not available"}
	case errors.Is(kind, layers.ErrForbidden):
		return layers.Text{ZH: "无权读取图层", EN: "no permission to read the layer"}
	case errors.Is(kind, layers.ErrNotFound):
		return layers.Text{ZH: "图层未加载", EN: "the layer is not loaded"}
	}
	return layers.Text{ZH: "图层量算出错", EN: "measuring the layer went wrong"}
}

// Without implements [check.Snapshot].
func (s snapshot) Without(ctx context.Context, site geo.Shape, taken []check.Taken, on layers.Day) (check.Part, error) {
	return check.Part{}, errors.ErrUnsupported
}
