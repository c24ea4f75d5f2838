package store

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

//go:embed measure_taken.sql
var takenSQL string

const remainderSQL = `select st_asewkb(st_normalize(st_collectionextract(st_difference(g, t), 3)))
	from st_geomfromewkb($1) g, (select st_union(array_agg(st_geomfromewkb(b) order by i)) t from unnest($2::bytea[]) with ordinality u (b, i)) u`

// Without implements [check.Snapshot]. What is near a feature is a circle's part for
// every corner, drawn on the plane of the site's own 3-degree zone at the scale that
// the plane has there, with so many sides that no distance is short, nor
// more than a few millimetres too long. The order of what is taken does not matter.
func (s snapshot) Without(ctx context.Context, shape geo.Shape, taken []check.Taken, on layers.Day) (check.Part, error) {
	part, err := s.without(ctx, shape, taken, on)
	return part, domainError("take from the site what is forbidden", err)
}

func (s snapshot) without(ctx context.Context, shape geo.Shape, taken []check.Taken, on layers.Day) (part check.Part, err error) {
	at, err := s.site(ctx, shape)
	if err != nil {
		return part, err
	}
	taken = inOrder(taken)
	if len(taken) == 0 {
		return check.Part{Area: at.out.Site.Area, Geometry: at.out.Site.Geometry}, nil
	}
	left, plain := at.left(taken)
	if !plain {
		if left, err = s.leftOf(ctx, at, taken, on); err != nil {
			return part, err
		}
	}
	kept := solid(left, func(a geo.SquareMetres, _ float64) { part.Area += a })
	if kept == nil {
		return check.Part{}, nil
	}
	part.Area = min(part.Area, at.out.Site.Area)
	part.Geometry, err = geoJSONOf(kept)
	return part, err
}

// leftOf asks the database for what is left of the site.
func (s snapshot) leftOf(ctx context.Context, at site, taken []check.Taken, on layers.Day) (orb.Geometry, error) {
	shapes := make([][]byte, len(taken))
	b := &pgx.Batch{}
	for i, t := range taken {
		if err := take(b, at, t, on, &shapes[i]); err != nil {
			return nil, fmt.Errorf("layer %s: %w", t.Layer.ID, err)
		}
	}
	if err := s.tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	var rest []byte
	if err := s.tx.QueryRow(ctx, remainderSQL, at.wkb, shapes).Scan(&rest); err != nil {
		return nil, err
	}
	left, err := postgis.Unmarshal(rest)
	return left.Geom, err
}

// inOrder sorts what is taken, and drops what is taken twice.
func inOrder(taken []check.Taken) []check.Taken {
	filter := func(t check.Taken) string {
		if t.Zone == nil {
			return ""
		}
		return " " + t.Zone.Filter
	}
	compare := func(a, b check.Taken) int {
		return cmp.Or(cmp.Compare(a.Layer.ID, b.Layer.ID), cmp.Compare(filter(a), filter(b)), cmp.Compare(a.Feature, b.Feature), cmp.Compare(a.WithinM, b.WithinM))
	}
	taken = slices.SortedFunc(slices.Values(taken), compare)
	return slices.CompactFunc(taken, func(a, b check.Taken) bool { return compare(a, b) == 0 })
}

// site returns the site as it was measured, or measures it.
func (s snapshot) site(ctx context.Context, shape geo.Shape) (site, error) {
	out := make([]check.Measured, 1)
	sites, err := newSites([]geo.Shape{shape}, out)
	if err != nil {
		return site{}, err
	}
	if known, ok := s.sites[string(sites[0].wkb)]; ok {
		return known, nil
	}
	err = measureSites(ctx, s.tx, sites)
	return sites[0], errors.Join(err, out[0].Err)
}

// take asks for what is taken from the site, as EWKB.
func take(b *pgx.Batch, at site, t check.Taken, on layers.Day, into *[]byte) error {
	if t.Zone != nil {
		sql, args, err := zoneQuery([]site{at}, t.Layer, *t.Zone, 0, on)
		if err != nil {
			return err
		}
		b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
			return readZone(rows, []site{at}, func(_ site, r zoneRow) error {
				if *into = r.outside; !r.valid {
					return errInvalid
				}
				return nil
			})
		})
		return nil
	}
	zone, ok := zoneOf(at.Shape)
	if !ok && t.WithinM > 0 {
		return fmt.Errorf("the site lies in no zone of CGCS2000, longitude %.1f", at.Geom.Bound().Center().Lon())
	}
	args := []any{at.wkb, t.Feature, t.WithinM, string(on), zone.EPSG, wide(t.WithinM) * scale(zone, at), sides(t.WithinM)}
	b.Queue(fillTable(takenSQL, t.Layer, "", nil), args...).QueryRow(func(row pgx.Row) error {
		var there, valid bool
		err := row.Scan(&there, &valid, into)
		switch {
		case errors.Is(err, pgx.ErrNoRows) || err == nil && !there:
			err = layers.ErrNotFound
		case err == nil && !valid:
			err = errInvalid
		}
		if err != nil {
			return fmt.Errorf("feature %s: %w", t.Feature, err)
		}
		return nil
	})
	return nil
}

// shortM is by how much an edge of a buffer may lie inside the circle, metres. A
// buffer is that much wider, so that what is left is as far as the rule asks.
const shortM = 0.001

func wide(metres float64) float64 {
	if metres == 0 {
		return 0
	}
	return metres + shortM
}

// scale is how many metres of the plane are one on the ellipsoid at the site.
func scale(zone crs.CRS, at site) float64 {
	if zone.EPSG == 0 {
		return 1
	}
	c := at.Geom.Bound().Center()
	x, y := geo.Degree(c.Lat())
	r2 := x * y / math.Cos(c.Lat()*math.Pi/180) * math.Pow(180/math.Pi, 2) // product of the two radii of curvature
	_, east := zone.Forward(c.Lon(), c.Lat())
	d := east - zone.FalseEasting()
	return 1 + d*d/(2*r2)
}

// sides is into how many edges a quarter of a circle is cut so that none is more than
// 1 mm inside the circle.
func sides(radius float64) int {
	return int(min(1000, max(16, math.Ceil(math.Pi/4*math.Sqrt(radius/2/shortM)))))
}
