package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
)

//go:embed measure_joined.sql
var joinedSQL string

// group is a set of slivers to be joined: those of the features at these places of the
// k-th need.
type group struct {
	site
	k  int
	of []int
}

// joinSlivers finds out what slivers of adjoining features make together. It asks the
// database only where there are several in one layer; when that fails, the layers are
// not measured.
func joinSlivers(ctx context.Context, tx session, sites []site, needs []check.Need) error {
	var groups []group
	for _, s := range sites {
		if len(s.slivers) < 2 {
			continue
		}
		for k, need := range needs {
			for _, of := range need.Slivers(s.out.Layers[k].Features) {
				groups = append(groups, group{s, k, of})
			}
		}
	}
	if len(groups) == 0 {
		return nil
	}
	err := apart(ctx, tx, func() error { return join(ctx, tx, groups) })
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || tx.Conn().IsClosed():
		return domainError("join slivers", errors.Join(ctx.Err(), err))
	}
	for _, g := range groups {
		g.out.Layers[g.k] = notMeasured(needs[g.k].Layer, err)
	}
	return nil
}

func join(ctx context.Context, tx session, groups []group) error {
	var numbers, members, zones []int
	var shapes [][]byte
	joined := make([]check.Joined, len(groups))
	for n, g := range groups {
		fs := g.out.Layers[g.k].Features
		for _, i := range g.of {
			joined[n].Of = append(joined[n].Of, fs[i].ID)
			if g.zone == 0 { // no plane to join them on
				continue
			}
			b, err := encode(g.slivers[[2]int{g.k, i}])
			if err != nil {
				return err
			}
			numbers, members, zones, shapes = append(numbers, n), append(members, i), append(zones, g.zone), append(shapes, b)
		}
		if g.zone == 0 {
			joined[n].Pieces = []check.JoinedPiece{{Features: joined[n].Of, Area: sum(fs, g.of), WidthM: math.Inf(1)}}
		}
	}
	rows, err := tx.Query(ctx, joinedSQL, numbers, members, shapes, zones)
	if err != nil {
		return err
	}
	var n int
	var b []byte
	var radius float64
	var in []int
	_, err = pgx.ForEachRow(rows, []any{&n, &b, &radius, &in}, func() error {
		shape, err := postgis.Unmarshal(b)
		if err != nil {
			return fmt.Errorf("decode joined slivers: %w", err)
		}
		area := geo.Area(shape.Geom)
		piece := check.JoinedPiece{Area: area, WidthM: width(area, shape.Geom), RadiusM: radius}
		for _, i := range in {
			piece.Features = append(piece.Features, groups[n].out.Layers[groups[n].k].Features[i].ID)
		}
		joined[n].Pieces = append(joined[n].Pieces, piece)
		return nil
	})
	for n, g := range groups {
		m := &g.out.Layers[g.k]
		m.Joined = append(m.Joined, joined[n])
	}
	return err
}

func sum(fs []check.FeatureMeasure, of []int) (area geo.SquareMetres) {
	for _, i := range of {
		area += fs[i].Overlap
	}
	return area
}
