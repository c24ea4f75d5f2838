package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/cql"

	"github.com/jackc/pgx/v5"
)

// Union implements [check.Finder].
func (s snapshot) Union(ctx context.Context, l *layers.Layer, filter cql.Expr, on layers.Day) (geo.Shape, error) {
	b := &builder{}
	where, err := b.picked(l, filter, on)
	if err != nil {
		return geo.Shape{}, err
	}
	var union []byte
	sql := "select st_asewkb(st_multi(st_collectionextract(st_union(geom order by id), 3))) from " + table(l) + " _f where st_dimension(geom) = 2 and " + where
	if err := s.tx.QueryRow(ctx, sql, b.args...).Scan(&union); err != nil || union == nil {
		return geo.Shape{}, domainError("unite the zones", err)
	}
	return postgis.Unmarshal(union)
}

// picked is the condition for features in force that the filter picks.
func (b *builder) picked(l *layers.Layer, filter cql.Expr, on layers.Day) (string, error) {
	where := "valid @> " + b.param(string(on)) + "::text::date"
	if filter == nil {
		return where, nil
	}
	condition, err := b.filter(l, filter, 0)
	return where + " and " + condition, err
}

// Plane distances in the zone of the ground differ from geodesic ones by less than
// a thousandth, and buffers of circles of 128 sides are too small by less than
// that. Candidates are measured again on the ellipsoid.
const nearFactor, awayFactor, areaFactor = 0.999, 1.002, 1.001

// Rooms implements [check.Finder].
func (s snapshot) Rooms(ctx context.Context, free json.RawMessage, g check.Ground, on layers.Day) ([]check.Room, error) {
	zone, ok := crs.ByZone(3, int(math.Round(g.Zone.Geom.Bound().Center().Lon()/3)), false)
	if !ok {
		return nil, &layers.InputError{Param: "zone", Want: "a zone in China", Geometry: true}
	}
	sql, args, err := s.roomsSQL(free, g, zone.EPSG, on)
	if err != nil {
		return nil, err
	}
	rows, err := s.tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, domainError("look for room", err)
	}
	var rooms []check.Room
	var room check.Room
	var shape []byte
	var near, away [][]byte
	_, err = pgx.ForEachRow(rows, []any{&shape, &room.RadiusM, &room.Kind, &near, &away}, func() error {
		r := check.Room{Geometry: append(json.RawMessage{}, shape...), RadiusM: room.RadiusM, Kind: room.Kind}
		var fits bool
		if r.Near, fits, err = closest(near, g.Near, func(d, limit float64) bool { return d <= limit }); err != nil || !fits {
			return err
		}
		if r.Away, fits, err = closest(away, g.Away, func(d, limit float64) bool { return d >= limit }); err != nil || !fits {
			return err
		}
		rooms = append(rooms, r)
		return nil
	})
	return rooms, domainError("look for room", err)
}

// closest reads the nearest feature of each reach, and whether all keep their
// distance.
func closest(found [][]byte, reaches []check.Reach, keeps func(d, limit float64) bool) (out []check.Close, fits bool, err error) {
	for i, r := range reaches {
		c := check.Close{Layer: r.Layer.ID}
		if i < len(found) && found[i] != nil {
			if err := json.Unmarshal(found[i], &c); err != nil {
				return nil, false, fmt.Errorf("read the nearest of %s: %w", r.Layer.ID, err)
			}
			if !keeps(c.DistanceM, r.MetresM) {
				return nil, false, nil
			}
		}
		out = append(out, c)
	}
	return out, true, nil
}

func (s snapshot) roomsSQL(free json.RawMessage, g check.Ground, epsg int, on layers.Day) (string, []any, error) {
	b := &builder{}
	ground := b.param(string(free))
	plane := b.param(epsg) + "::int"
	with := []string{"_free as materialized (select st_setsrid(st_geomfromgeojson(" + ground + "::text), 4490) _g)"}
	room := "(select st_transform(planatlas.densify(_g), " + plane + ") from _free)"
	for i, r := range append(g.Near[:len(g.Near):len(g.Near)], g.Away...) {
		away := i >= len(g.Near)
		where, err := b.picked(r.Layer, r.Filter, on)
		if err != nil {
			return "", nil, err
		}
		reach := r.MetresM*nearFactor - 0.01
		if away {
			reach = r.MetresM*awayFactor + 0.01
		}
		name := fmt.Sprintf("_reach%d", i)
		with = append(with, fmt.Sprintf(`%s as materialized (select st_union(st_buffer(st_transform(planatlas.densify(geom), %s), greatest(0, %s) + %s, 32)) _g
			from %s _f, _free where geom && planatlas.reach(_free._g, %s + %s) and %s)`,
			name, plane, b.param(reach)+"::float8", half(r.Layer), table(r.Layer), b.param(r.MetresM*1.01+1)+"::float8", mostHalf(table(r.Layer), r.Layer), where))
		if away {
			room = fmt.Sprintf("st_difference(%s, coalesce((select _g from %s), 'POLYGON EMPTY'::geometry))", room, name)
			room = strings.ReplaceAll(room, "'POLYGON EMPTY'::geometry", "st_setsrid('POLYGON EMPTY'::geometry, "+plane+")")
		} else {
			room = fmt.Sprintf("st_intersection(%s, (select _g from %s))", room, name)
		}
	}
	with = append(with, fmt.Sprintf("_rooms as materialized (select _n, st_asgeojson(st_transform(shape, 4490), 9, 0) _shape, radius, kind from planatlas.rooms(%s, %s::float8, %s::int, %s::boolean) with ordinality r (shape, radius, kind, _n))",
		room, b.param(g.AreaM2*areaFactor), b.param(g.Most), b.param(g.Clip)))
	near, err := s.nearestJSON(b, g.Near, on)
	if err != nil {
		return "", nil, err
	}
	away, err := s.nearestJSON(b, g.Away, on)
	if err != nil {
		return "", nil, err
	}
	return "with " + strings.Join(with, ",\n") + "\nselect _shape, radius, kind, " + near + ", " + away +
		"\nfrom (select *, st_setsrid(st_geomfromgeojson(_shape), 4490) _g from _rooms) _r order by _n", b.args, nil
}

// half is the half width of a layer's lines in metres.
func half(l *layers.Layer) string {
	if _, ok := l.Property("half_width_m"); ok {
		return "greatest(coalesce(half_width_m, 0), 0)"
	}
	return "0"
}

func mostHalf(source string, l *layers.Layer) string {
	return "(select coalesce(max(" + half(l) + "), 0) from " + source + " _m)"
}

// nearestJSON is an array with the nearest feature of each reach to the room _g.
func (s snapshot) nearestJSON(b *builder, reaches []check.Reach, on layers.Day) (string, error) {
	var parts []string
	for _, r := range reaches {
		where, err := b.picked(r.Layer, r.Filter, on)
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf(`(select convert_to(json_build_object('layer', %s, 'feature', id, 'name', json_build_object('zh', name_zh, 'en', name_en), 'distance_m', _d)::text, 'UTF8')
			from (select id, name_zh, name_en, greatest(0, planatlas.distance_m(geom, _r._g) - %s) _d
				from (select * from %s _f where geom is not null and %s order by geom <-> _r._g limit 20) _k) _q order by _d, id limit 1)`,
			literal(r.Layer.ID), half(r.Layer), table(r.Layer), where))
	}
	if len(parts) == 0 {
		return "array[]::bytea[]", nil
	}
	return "array[" + strings.Join(parts, ", ") + "]", nil
}
