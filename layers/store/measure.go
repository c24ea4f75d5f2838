package store

import (
	"context"
	"errors"
	"fmt"
	"math"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// Snapshot runs f in one repeatable-read transaction. Each statement in it has the
// time limit of a layer.
func (s *Store) Snapshot(ctx context.Context, f func(check.Snapshot) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return domainError("begin a check", err)
	}
	o := &opening{conn: conn, limit: s.opts.LayerTimeout}
	defer o.end(ctx)
	return f(newSnapshot(o))
}

type snapshot struct {
	tx    session
	sites map[string]site // that were measured last, by their EWKB
}

func newSnapshot(tx session) snapshot { return snapshot{tx, map[string]site{}} }

// Measure implements [check.Snapshot]. Each layer has its own time limit, and a
// layer that fails does not stop the others.
func (s snapshot) Measure(ctx context.Context, sites []geo.Shape, needs []check.Need, on layers.Day) ([]check.Measured, error) {
	out := make([]check.Measured, len(sites))
	valid, err := measureSites(ctx, s.tx, sites, out)
	if err != nil || len(valid) == 0 {
		return out, err
	}
	clear(s.sites)
	for _, site := range valid {
		s.sites[string(site.wkb)] = site
		site.out.Layers = make([]check.Measurement, len(needs))
		for k, need := range needs {
			site.out.Layers[k].Layer = need.Layer
		}
	}
	if err := measureAtOnce(ctx, s.tx, valid, needs, on); err != nil {
		return out, err
	}
	err = joinSlivers(ctx, s.tx, valid, needs)
	return out, err
}

// site is a site that can be measured.
type site struct {
	geo.Shape
	wkb   []byte // EWKB
	plane []byte // the same on the plane of its zone, densified; nil outside all zones
	zone  int    // EPSG code of that plane; 0 outside all zones
	out   *check.Measured

	slivers map[[2]int]orb.Geometry // by need and feature: what it shares with the site
	plain   map[[2]string][]geo.WKB // by layer and feature: the parts of an area that meets the site and was plain
}

func arrays(sites []site) (shapes, planes [][]byte) {
	for _, s := range sites {
		shapes, planes = append(shapes, s.wkb), append(planes, s.plane)
	}
	return shapes, planes
}

// measureAtOnce asks for what lies around the sites in all layers in one exchange, and
// in another one for what could not be measured by that. A layer that fails in either
// is asked about by itself.
func measureAtOnce(ctx context.Context, tx session, sites []site, needs []check.Need, on layers.Day) error {
	more := make([]pending, len(needs))
	var all, rest []int
	for k := range needs {
		all = append(all, k)
	}
	done, err := exchange(ctx, tx, all, func(k int) []ask { return asks(sites, needs[k], k, on, &more[k]) })
	if err != nil {
		return err
	}
	for _, k := range all[:done] {
		if len(more[k].undecided)+len(more[k].far) > 0 {
			rest = append(rest, k)
		}
	}
	again, err := exchange(ctx, tx, rest, func(k int) []ask { return more[k].asks(needs[k], k, on) })
	if err != nil {
		return err
	}
	for _, k := range append(all[done:], rest[again:]...) {
		if err := measureAlone(ctx, tx, sites, needs[k], k, on); err != nil {
			return err
		}
	}
	return nil
}

// exchange asks about layers at once and returns how many of them are answered. After
// a failure the transaction is as measureSites left it.
func exchange(ctx context.Context, tx session, ks []int, asks func(k int) []ask) (done int, err error) {
	if len(ks) == 0 {
		return 0, nil
	}
	b := &pgx.Batch{}
	for _, k := range ks {
		of := asks(k)
		for i, a := range of {
			b.Queue(a.sql, a.args...).Query(func(rows pgx.Rows) error {
				err := a.read(rows)
				if err == nil && i == len(of)-1 {
					done++
				}
				return err
			})
		}
	}
	if err := tx.SendBatch(ctx, b).Close(); err == nil {
		return done, nil
	}
	if _, err := tx.Exec(ctx, "rollback to savepoint layers"); err != nil {
		return 0, domainError("measure", errors.Join(ctx.Err(), err))
	}
	return done, nil
}

// measureAlone asks for one layer. When it takes too long for all sites it is asked
// for each.
func measureAlone(ctx context.Context, tx session, sites []site, need check.Need, k int, on layers.Day) error {
	for _, s := range sites {
		s.out.Layers[k] = check.Measurement{Layer: need.Layer} // nothing of an attempt that failed
	}
	err := apart(ctx, tx, func() error {
		var more pending
		if err := inTurn(ctx, tx, asks(sites, need, k, on, &more)); err != nil {
			return err
		}
		return inTurn(ctx, tx, more.asks(need, k, on))
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || tx.Conn().IsClosed():
		return domainError("measure "+need.Layer.ID, errors.Join(ctx.Err(), err))
	case len(sites) > 1 && tooSlow(err):
		for i := range sites {
			if err := measureAlone(ctx, tx, sites[i:i+1], need, k, on); err != nil {
				return err
			}
		}
		return nil
	}
	for _, s := range sites {
		s.out.Layers[k] = notMeasured(need.Layer, err)
	}
	return nil
}

func inTurn(ctx context.Context, tx session, asks []ask) error {
	for _, a := range asks {
		rows, err := tx.Query(ctx, a.sql, a.args...)
		if err != nil {
			return err
		}
		if err := a.read(rows); err != nil {
			return err
		}
	}
	return nil
}

func notMeasured(l *layers.Layer, err error) check.Measurement {
	return check.Measurement{Layer: l, Reason: whyNot(err), Err: fmt.Errorf("measure %s: %w", l.ID, err)}
}

const siteSQL = `select valid, coalesce(reason, ''), st_x(location), st_y(location), now(), st_asewkb(p), st_area(p)
	from unnest($1::bytea[], $2::int[]) with ordinality u (b, zone, i)
	cross join lateral (select st_geomfromewkb(b) g offset 0) s
	cross join lateral st_isvaliddetail(g)
	cross join lateral (select case when valid and zone > 0 then st_transform(planatlas.densify(g), zone) end p offset 0) t order by i`

// measureSites measures the sites themselves and returns those that can be measured
// further. A site that is not valid or too small has an error of its own.
func measureSites(ctx context.Context, tx session, shapes []geo.Shape, out []check.Measured) (valid []site, err error) {
	wkb, zones, codes := make([][]byte, len(shapes)), make([]int, len(shapes)), make([]string, len(shapes))
	for i, shape := range shapes {
		if wkb[i], err = postgis.Marshal(shape); err != nil {
			return nil, fmt.Errorf("encode the site: %w", err)
		}
		if zone, ok := zoneOf(shape); ok {
			zones[i], codes[i] = zone.EPSG, zone.Code()
		}
	}
	b := &pgx.Batch{}
	b.Queue(siteSQL, wkb, zones).Query(func(rows pgx.Rows) (err error) {
		i := 0
		for ; rows.Next() && err == nil; i++ {
			err = measureSite(rows, site{Shape: shapes[i], wkb: wkb[i], zone: zones[i], out: &out[i], slivers: map[[2]int]orb.Geometry{}, plain: map[[2]string][]geo.WKB{}}, codes[i], &valid)
		}
		rows.Close()
		if err = errors.Join(err, rows.Err()); err == nil && i != len(shapes) {
			err = errors.New("the database left out a site")
		}
		return err
	})
	b.Queue("savepoint layers")
	return valid, domainError("measure the site", tx.SendBatch(ctx, b).Close())
}

func measureSite(row pgx.Rows, s site, code string, valid *[]site) error {
	var sound bool
	var reason string
	var x, y, planeM2 *float64
	m := s.out
	if err := row.Scan(&sound, &reason, &x, &y, &m.Snapshot, &s.plane, &planeM2); err != nil {
		return err
	}
	if !sound {
		e := &layers.InputError{Param: "geometry", Value: reason, Want: "a valid polygon", Geometry: true,
			Hint: "correct the boundary there and hand it in again; nothing was repaired"}
		if x != nil && y != nil {
			e.Value = fmt.Sprintf("%s at longitude %.7f, latitude %.7f", reason, *x, *y)
		}
		m.Err = e
		return nil
	}
	if m.Site.Area = geo.Area(s.Geom); m.Site.Area < check.NoiseM2 {
		m.Err = &layers.InputError{Param: "geometry", Geometry: true, Value: fmt.Sprintf("%.2g m²", float64(m.Site.Area)),
			Want: fmt.Sprintf("a site of at least %g m²", check.NoiseM2)}
		return nil
	}
	if planeM2 != nil {
		m.Site.PlaneM2, m.Site.PlaneCRS = *planeM2, code
	}
	var err error
	m.Site.Geometry, err = geoJSON(s.wkb)
	*valid = append(*valid, s)
	return err
}

// zoneOf is the 3-degree zone in which a shape lies.
func zoneOf(s geo.Shape) (crs.CRS, bool) {
	return crs.ByZone(3, int(math.Round(s.Geom.Bound().Center().Lon()/3)), false)
}

// geoJSON writes EWKB as an answer has it.
func geoJSON(ewkb []byte) ([]byte, error) { return geo.WKB(ewkb).AppendGeoJSON(nil, 9) }

// MakeValid implements [read.Repairer] by ST_MakeValid, of which the areas are
// kept.
func (s *Store) MakeValid(ctx context.Context, shape geo.Shape) (geo.Shape, error) {
	b, err := postgis.Marshal(shape)
	if err != nil {
		return geo.Shape{}, fmt.Errorf("encode the site: %w", err)
	}
	var valid []byte
	err = s.pool.QueryRow(ctx, "select st_asewkb(st_collectionextract(st_makevalid(st_geomfromewkb($1)), 3))", b).Scan(&valid)
	if err != nil {
		return geo.Shape{}, domainError("repair the site", err)
	}
	return postgis.Unmarshal(valid)
}
