package store

import (
	"context"
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

// Snapshot runs f in one repeatable-read transaction. Each statement in it has the
// time limit of a layer.
func (s *Store) Snapshot(ctx context.Context, f func(check.Snapshot) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return domainError("begin a check", err)
	}
	o := &opening{conn: conn, limit: s.opts.LayerTimeout}
	defer o.end(ctx)
	return f(s.newSnapshot(o))
}

type snapshot struct {
	tx    session
	texts *texts
	sites map[string]site // that were measured last, by their EWKB
}

func (s *Store) newSnapshot(tx session) snapshot { return snapshot{tx, &s.texts, map[string]site{}} }

// Measure implements [check.Snapshot]. Each layer has its own time limit, and a
// layer that fails does not stop the others.
func (s snapshot) Measure(ctx context.Context, shapes []geo.Shape, needs []check.Need, on layers.Day) ([]check.Measured, error) {
	out := make([]check.Measured, len(shapes))
	sites, err := newSites(shapes, out)
	if err != nil || len(sites) == 0 {
		return out, err
	}
	if err := measureSites(ctx, s.tx, sites); err != nil {
		return out, err
	}
	valid := sound(sites)
	clear(s.sites)
	for _, site := range valid {
		s.sites[string(site.wkb)] = site
		site.out.Layers = make([]check.Measurement, len(needs))
		for k, need := range needs {
			site.out.Layers[k].Layer = need.Layer
		}
	}
	if len(valid) == 0 || len(needs) == 0 {
		return out, nil
	}
	if err := s.measureAtOnce(ctx, valid, needs, on); err != nil {
		return out, err
	}
	return out, joinSlivers(ctx, s.tx, valid, needs)
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

// sound are the sites that can be measured.
func sound(sites []site) (valid []site) {
	for _, s := range sites {
		if s.out.Err == nil {
			valid = append(valid, s)
		}
	}
	return valid
}

// measureAtOnce asks for what lies around the sites in all layers in one exchange, and in
// further ones for what could not be measured by that. A layer that fails is asked about
// by itself.
func (s snapshot) measureAtOnce(ctx context.Context, sites []site, needs []check.Need, on layers.Day) error {
	more := make([]pending, len(needs))
	left := make([]int, len(needs))
	for k := range needs {
		left[k], more[k].around = k, sites
	}
	asks := askCommon(sites, needs, left)
	for {
		var of []ask
		left = slices.DeleteFunc(left, func(k int) bool {
			now := more[k]
			more[k] = pending{}
			n := len(of)
			of = append(of, now.asks(s.texts, needs[k], k, on, &more[k])...)
			return len(of) == n
		})
		if len(left) == 0 {
			return nil
		}
		if exchange(ctx, s.tx, append(of, asks...)) != nil {
			break
		}
		asks = nil
	}
	if _, err := s.tx.Exec(ctx, "rollback to savepoint layers"); err != nil {
		return domainError("measure", errors.Join(ctx.Err(), err))
	}
	for _, k := range left {
		if err := s.measureAlone(ctx, sites, needs, k, on); err != nil {
			return err
		}
	}
	return nil
}

// exchange asks at once. After a failure all that were asked count as not answered.
func exchange(ctx context.Context, tx session, asks []ask) error {
	b := &pgx.Batch{}
	for _, a := range asks {
		b.Queue(a.sql, a.args...).Query(a.read)
	}
	return tx.SendBatch(ctx, b).Close()
}

// measureAlone asks for one layer. When it takes too long for all sites it is asked
// for each.
func (s snapshot) measureAlone(ctx context.Context, sites []site, needs []check.Need, k int, on layers.Day) error {
	need := needs[k]
	for _, at := range sites {
		at.out.Layers[k] = check.Measurement{Layer: need.Layer} // nothing of an attempt that failed
	}
	err := apart(ctx, s.tx, func() error {
		var more pending
		asks := append((&pending{around: sites}).asks(s.texts, need, k, on, &more), askCommon(sites, needs, []int{k})...)
		for len(asks) > 0 {
			if err := inTurn(ctx, s.tx, asks); err != nil {
				return err
			}
			now := more
			more = pending{}
			asks = now.asks(s.texts, need, k, on, &more)
		}
		return nil
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || s.tx.Conn().IsClosed():
		return domainError("measure "+need.Layer.ID, errors.Join(ctx.Err(), err))
	case len(sites) > 1 && tooSlow(err):
		for i := range sites {
			if err := s.measureAlone(ctx, sites[i:i+1], needs, k, on); err != nil {
				return err
			}
		}
		return nil
	}
	for _, at := range sites {
		at.out.Layers[k] = notMeasured(need.Layer, err)
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

// newSites prepares the sites to be measured.
func newSites(shapes []geo.Shape, out []check.Measured) (sites []site, err error) {
	sites = make([]site, len(shapes))
	for i, shape := range shapes {
		s := site{Shape: shape, out: &out[i], slivers: map[[2]int]orb.Geometry{}, plain: map[[2]string][]geo.WKB{}}
		if s.wkb, err = postgis.Marshal(shape); err != nil {
			return nil, fmt.Errorf("encode the site: %w", err)
		}
		if zone, ok := zoneOf(shape); ok {
			s.zone = zone.EPSG
		}
		sites[i] = s
	}
	return sites, nil
}

// measureSites measures the sites themselves. One that is not valid or too small has an
// error of its own.
func measureSites(ctx context.Context, tx session, sites []site) error {
	zones := make([]int, len(sites))
	for i, s := range sites {
		zones[i] = s.zone
	}
	b := &pgx.Batch{}
	b.Queue(siteSQL, wkbs(sites), zones).Query(func(rows pgx.Rows) (err error) {
		i := 0
		for ; rows.Next() && err == nil; i++ {
			err = sites[i].measure(rows)
		}
		rows.Close()
		if err = errors.Join(err, rows.Err()); err == nil && i != len(sites) {
			err = errors.New("the database left out a site")
		}
		return err
	})
	b.Queue("savepoint layers")
	return domainError("measure the site", tx.SendBatch(ctx, b).Close())
}

func (s *site) measure(row pgx.Rows) error {
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
		m.Site.PlaneM2, m.Site.PlaneCRS = *planeM2, fmt.Sprintf("EPSG:%d", s.zone)
	}
	var err error
	m.Site.Geometry, err = geoJSON(s.wkb)
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
