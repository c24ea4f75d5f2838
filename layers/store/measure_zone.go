package store

import (
	_ "embed"
	"fmt"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

//go:embed measure_zone.sql
var zoneSQL string

// askZone asks about the z-th zone of the k-th need.
func askZone(sites []site, need check.Need, k, z int, on layers.Day) ask {
	sql, args, err := zoneQuery(sites, need.Layer, need.Zones[z], need.WithinM, on)
	if err != nil { // a filter over properties that the layer has not
		return ask{"select", nil, func(rows pgx.Rows) error { rows.Close(); return err }}
	}
	return ask{sql, args, func(rows pgx.Rows) error {
		return readZone(rows, sites, func(s site, r zoneRow) error {
			m := &s.out.Layers[k]
			if !r.valid && m.Err == nil {
				*m = notMeasured(need.Layer, fmt.Errorf("zone %q: %w", need.Zones[z].Filter, errInvalid))
			}
			if m.Err == nil {
				zone, err := r.measure(s.out.Site.Area)
				zone.Filter = need.Zones[z].Filter
				m.Zones = append(m.Zones, zone)
				return err
			}
			return nil
		})
	}}
}

func zoneQuery(sites []site, l *layers.Layer, zone check.Zone, withinM float64, on layers.Day) (string, []any, error) {
	shapes, planes := arrays(sites)
	b := builder{args: []any{shapes, planes, withinM, string(on)}}
	filter := ""
	if zone.Expr != nil {
		var err error
		if filter, err = b.filter(l, zone.Expr, geo.CGCS2000); err != nil {
			return "", nil, fmt.Errorf("zone %q: %w", zone.Filter, err)
		}
	}
	return fillTable(zoneSQL, l, filter, nil), b.args, nil
}

// zoneRow is one row of measure_zone.sql.
type zoneRow struct {
	site          int
	features      int
	valid         bool
	outside       []byte
	margin, depth float64
}

func readZone(rows pgx.Rows, sites []site, f func(site, zoneRow) error) error {
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var r zoneRow
		if err := rows.Scan(&r.site, &r.features, &r.valid, &r.outside, &r.margin, &r.depth); err != nil {
			return err
		}
		if err := f(sites[r.site-1], r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(sites) {
		return fmt.Errorf("a zone was measured for %d of %d sites", n, len(sites))
	}
	return nil
}

// measure drops what is outside by arithmetic alone and takes the rest off the site.
func (r zoneRow) measure(site geo.SquareMetres) (z check.ZoneMeasure, err error) {
	shape, err := postgis.Unmarshal(r.outside)
	if err != nil {
		return z, err
	}
	z.Features = r.features
	kept := solid(shape.Geom, func(a geo.SquareMetres, w float64) {
		z.Outside, z.WidthM = z.Outside+a, max(z.WidthM, w)
	})
	z.Outside = min(z.Outside, site)
	z.Inside = site - z.Outside
	if kept == nil {
		z.MarginM = r.margin
		return z, nil
	}
	z.DepthM = r.depth
	wkb, err := encode(kept)
	if err != nil {
		return z, err
	}
	z.Geometry, err = geoJSON(wkb)
	return z, err
}

// solid returns the polygons that are more than arithmetic, and calls f with the area
// and the mean width of each.
func solid(g orb.Geometry, f func(geo.SquareMetres, float64)) orb.Geometry {
	var kept orb.MultiPolygon
	for _, p := range geo.Polygons(g) {
		a := geo.Area(p)
		w := width(a, p)
		if !noise(p, a, w) {
			kept = append(kept, p)
			f(a, w)
		}
	}
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	}
	return kept
}
