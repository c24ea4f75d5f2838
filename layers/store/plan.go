package store

import (
	"context"
	"fmt"
	"strings"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// Mentions returns the records and features of the catalogue that name one of
// the entities, in the order of the layers.
func (s *Store) Mentions(ctx context.Context, catalog *layers.Catalog, entities []string) ([]layers.Mention, error) {
	return mentions(ctx, s.pool, catalog, entities)
}

func mentions(ctx context.Context, db querier, catalog *layers.Catalog, entities []string) ([]layers.Mention, error) {
	sql := mentionsSQL(catalog)
	if sql == "" {
		return nil, nil
	}
	rows, err := db.Query(ctx, sql, entities)
	if err != nil {
		return nil, domainError("look for mentions", err)
	}
	found, err := pgx.CollectRows(rows, scanMention)
	return found, domainError("look for mentions", err)
}

func scanMention(row pgx.CollectableRow) (m layers.Mention, err error) {
	err = row.Scan(&m.Entity, &m.Layer, &m.ID, &m.Role, &m.Name.ZH, &m.Name.EN, &m.Plan, &m.Quote, &m.Properties)
	return m, err
}

// atSQL finds the features of one layer at a place. $1 is the place as EWKB, $2
// the distance in metres within which a feature counts as near.
const atSQL = `select {layer}::text as layer, id, coalesce(entity, '') as entity, name_zh, name_en, d, accuracy_m, legal_effect,
	coalesce(plan_section, '') as plan_section, coalesce(plan_quote, '') as plan_quote
from (select *, planatlas.distance_m(geom, (select g from place)) d from {table}
	where valid @> ` + today + ` and geom && planatlas.reach((select g from place), greatest($2::float8, (select max(accuracy_m) from {table})))) f
where d <= greatest($2::float8, accuracy_m)`

// PlanAt says what the plan says about a place: the features there, nearest
// first, and the records that name them, the county or the city. Features and
// records come from the layers that the client may read; that a required layer
// lacks the place of something is said of all declared layers.
func (s *Store) PlanAt(ctx context.Context, readable, declared *layers.Catalog, place geo.Shape, withinM float64) (layers.PlanHere, error) {
	var here layers.PlanHere
	shape, err := postgis.Marshal(place)
	if err != nil {
		return here, fmt.Errorf("encode the place: %w", err)
	}
	err = s.inTx(ctx, "read the plan", pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if here.Features, err = nearby(ctx, tx, readable, shape, withinM); err != nil {
			return err
		}
		if here.Counties, err = counties(ctx, tx, shape); err != nil {
			return err
		}
		if here.Unknown, err = unknown(ctx, tx, declared); err != nil {
			return err
		}
		seen := map[string]bool{}
		var entities []string
		add := func(id string) {
			if id != "" && !seen[id] {
				seen[id] = true
				entities = append(entities, id)
			}
		}
		for _, f := range here.Features {
			add(f.Entity)
		}
		for _, m := range append(here.Counties, here.Unknown...) {
			add(m.Entity)
		}
		here.Mentions, err = mentions(ctx, tx, records(readable), entities)
		return err
	})
	return here, err
}

// records is the part of the catalogue that has no geometry.
func records(catalog *layers.Catalog) *layers.Catalog {
	var out []*layers.Layer
	for _, l := range catalog.Layers {
		if !l.HasGeometry() {
			out = append(out, l)
		}
	}
	return layers.NewCatalog(out)
}

func nearby(ctx context.Context, tx pgx.Tx, catalog *layers.Catalog, shape []byte, withinM float64) ([]layers.Nearby, error) {
	var parts []string
	for _, l := range catalog.Layers {
		if l.Checked() {
			parts = append(parts, strings.NewReplacer("{layer}", literal(l.ID), "{table}", table(l)).Replace(atSQL))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	sql := "with place as materialized (select st_geomfromewkb($1) g)\n" + strings.Join(parts, "\nunion all ") + "\norder by d, accuracy_m, layer, id"
	rows, err := tx.Query(ctx, sql, shape, withinM)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n layers.Nearby, err error) {
		err = row.Scan(&n.Layer, &n.ID, &n.Entity, &n.Name.ZH, &n.Name.EN, &n.DistanceM, &n.AccuracyM, &n.LegalEffect, &n.Plan, &n.Quote)
		switch {
		case n.DistanceM == 0:
			n.Relation = "here"
		case n.DistanceM <= n.AccuracyM:
			n.Relation = "within_accuracy"
		default:
			n.Relation = "near"
		}
		return n, err
	})
}

// counties finds the outlines that hold the place, within their accuracy, as the
// entities that they stand for.
func counties(ctx context.Context, tx pgx.Tx, shape []byte) ([]layers.Mention, error) {
	rows, err := tx.Query(ctx, `select coalesce(entity, id), 'outline', id, 'county', name_zh, name_en, '', '', null::jsonb
		from planatlas.outline, st_geomfromewkb($1) g where planatlas.distance_m(geom, g) <= accuracy_m
		order by planatlas.distance_m(geom, g), st_area(geom)`, shape)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanMention)
}

// unknown finds the entities of the plan that required layers hold without a
// place.
func unknown(ctx context.Context, tx pgx.Tx, catalog *layers.Catalog) ([]layers.Mention, error) {
	var parts []string
	for _, l := range catalog.Layers {
		if l.Checked() && l.Required {
			parts = append(parts, "select coalesce(entity, ''), "+literal(l.ID)+", id, 'entity', name_zh, name_en, coalesce(plan_section, ''), coalesce(plan_quote, ''), null::jsonb from "+
				table(l)+" where geom is null and entity is not null and valid @> "+today)
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, strings.Join(parts, " union all ")+" order by 2, 3")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanMention)
}

// nearestPairSQL finds, for each feature of one selection, the nearest of another:
// the first one by the index gives a distance, and within that the geodesic
// measure decides.
const nearestPairSQL = `select f.id, f.name_zh, f.name_en, n.id, n.name_zh, n.name_en, n.d, f.accuracy_m + n.accuracy_m
from (select * from {from} where geom is not null and {fromwhere} order by id limit {limit}) f
cross join lateral (select planatlas.distance_m(geom, f.geom) d from (select * from {to} where geom is not null and {towhere}) t order by geom <-> f.geom limit 1) k
cross join lateral (select id, name_zh, name_en, accuracy_m, planatlas.distance_m(geom, f.geom) d
	from (select * from {to} where geom && planatlas.reach(f.geom, k.d * 1.01) and {towhere}) t order by d, id limit 1) n
order by n.d, f.id`

// Nearest returns for each of up to limit features of one selection the nearest
// feature of another, nearest pairs first. Features without a place are left out.
func (s *Store) Nearest(ctx context.Context, from, to layers.Selection, limit int) ([]layers.Pair, error) {
	for _, l := range []*layers.Layer{from.Layer, to.Layer} {
		if !l.Checked() {
			return nil, &layers.InputError{Param: "to", Value: l.ID, Want: "collections with a geometry and its accuracy on both sides"}
		}
	}
	b := &builder{}
	where := func(sel layers.Selection) (string, error) {
		if sel.Filter == nil {
			return "true", nil
		}
		return b.filter(sel.Layer, sel.Filter, 0)
	}
	fromWhere, err := where(from)
	if err != nil {
		return nil, err
	}
	toWhere, err := where(to)
	if err != nil {
		return nil, err
	}
	sql := strings.NewReplacer("{from}", table(from.Layer), "{fromwhere}", fromWhere, "{to}", table(to.Layer), "{towhere}", toWhere,
		"{limit}", b.param(limit)).Replace(nearestPairSQL)
	rows, err := s.pool.Query(ctx, sql, b.args...)
	if err != nil {
		return nil, domainError("look for the nearest", err)
	}
	pairs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (layers.Pair, error) {
		p := layers.Pair{Feature: layers.Named{Layer: from.Layer.ID}, Nearest: layers.Named{Layer: to.Layer.ID}}
		err := row.Scan(&p.Feature.ID, &p.Feature.Name.ZH, &p.Feature.Name.EN, &p.Nearest.ID, &p.Nearest.Name.ZH, &p.Nearest.Name.EN, &p.DistanceM, &p.AccuracyM)
		return p, err
	})
	return pairs, domainError("look for the nearest", err)
}
