package store

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"planatlas/geo"
	"planatlas/geo/overlay"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

//go:embed measure_plain.sql
var plainSQL string

//go:embed measure_nearest.sql
var nearestSQL string

// pending are the sites that the database has to be asked more about in one layer.
type pending struct {
	undecided []site // not plain: measured by the database alone
	far       []site // with nothing in reach: how far the nearest feature is
}

// plainRow is one row of measure_plain.sql.
type plainRow struct {
	layerRow
	sound       *bool
	reach, half *float64
	n           *int
	wkb         geo.WKB
}

func (r *plainRow) scan(rows pgx.Rows) error {
	into := []any{&r.site, &r.revision, &r.changed, &r.steady, &r.unlocated, &r.finest, &r.covered, &r.reach,
		&r.id, &r.n, &r.sound, (*[]byte)(&r.wkb), &r.half, &r.featureRevision}
	for i := range r.values {
		into = append(into, &r.values[i])
	}
	return rows.Scan(into...)
}

// readPlain measures what measure_plain.sql returns of a layer, site after site, and
// says of which sites more has to be asked. Until that is answered the layer counts as
// not measured for them.
func readPlain(rows pgx.Rows, sites []site, need check.Need, k int, more *pending) error {
	defer rows.Close()
	properties := need.Layer.AllProperties()
	done := make([]bool, len(sites))
	var of []*plainRow // the site at hand
	finish := func() error {
		if len(of) == 0 {
			return nil
		}
		at := of[0].site - 1
		if done[at] {
			return errors.New("the rows of a site came apart")
		}
		done[at] = true
		return measurePlain(sites[at], of, plainNeed{need, k, properties}, more)
	}
	for rows.Next() {
		r := &plainRow{layerRow: layerRow{values: make([]any, len(properties))}}
		if err := r.scan(rows); err != nil {
			return err
		}
		if len(of) > 0 && of[0].site != r.site {
			if err := finish(); err != nil {
				return err
			}
			of = of[:0]
		}
		of = append(of, r)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	if slices.Contains(done, false) {
		return fmt.Errorf("%w", errNotThere)
	}
	return nil
}

// plainNeed is the k-th need, and the properties of its layer.
type plainNeed struct {
	check.Need
	k          int
	properties []layers.Property
}

// measurePlain measures one site against the features whose rows these are.
func measurePlain(s site, rows []*plainRow, need plainNeed, more *pending) error {
	m := &s.out.Layers[need.k]
	maps.DeleteFunc(s.slivers, func(at [2]int, _ orb.Geometry) bool { return at[0] == need.k }) // of an attempt that failed
	zones := m.Zones
	if err := rows[0].head(need.Need, m); err != nil {
		return err
	}
	err := plainFeatures(s, rows, need, m)
	if err != nil { // whatever it is: the database looks at it more closely
		*m = check.Measurement{Layer: need.Layer, Zones: zones}
		more.undecided = append(more.undecided, s)
		return nil
	}
	if m.Nearest == nil {
		m.Measured = false
		more.far = append(more.far, s)
	}
	return nil
}

// errPlain is why a site is left to the database.
var errPlain = errors.New("not plain")

func plainFeatures(s site, rows []*plainRow, need plainNeed, m *check.Measurement) error {
	switch {
	case rows[0].reach == nil:
		return errPlain
	case rows[0].id == nil:
		return nil
	}
	slices.SortFunc(rows, func(a, b *plainRow) int { return cmp.Or(cmp.Compare(*a.id, *b.id), cmp.Compare(*a.n, *b.n)) })
	region := overlay.NewRegion(s.Geom)
	shared := map[string]orb.Geometry{} // by feature, of the areas
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && *rows[n].id == *rows[0].id {
			n++
		}
		f, parts, err := plainFeature(s, region, rows[:n], need)
		if err != nil {
			return err
		}
		if rows = rows[n:]; math.IsInf(f.DistanceM, 1) {
			continue
		}
		if m.Nearest == nil || f.DistanceM < *m.Nearest {
			m.Nearest = &f.DistanceM
		}
		if f.Values == nil { // in reach of other features, whose place is less well known
			continue
		}
		m.Features = append(m.Features, f)
		if parts != nil {
			shared[f.ID] = parts
		}
	}
	slices.SortStableFunc(m.Features, func(a, b check.FeatureMeasure) int { return cmp.Compare(a.DistanceM, b.DistanceM) })
	var all []orb.Geometry
	for i, f := range m.Features {
		parts, there := shared[f.ID]
		if !there {
			continue
		}
		if all = append(all, parts); f.Sliver() {
			s.slivers[[2]int{need.k, i}] = parts
		}
	}
	m.Union = union(m.Features, all, s.out.Site.Area)
	return nil
}

// plainFeature measures one feature. One that is farther than all that is asked about
// has an infinite distance, and one that is only farther than itself is asked about
// has no values.
func plainFeature(s site, region *overlay.Region, rows []*plainRow, need plainNeed) (f check.FeatureMeasure, parts orb.Geometry, err error) {
	pieces := make([]geo.WKB, len(rows))
	for i, r := range rows {
		if r.sound == nil || !*r.sound {
			return f, nil, errPlain
		}
		pieces[i] = r.wkb
	}
	shape, err := region.Shape(pieces...)
	if err != nil {
		return f, nil, err
	}
	r := rows[0]
	accuracy := r.number(need.properties, "accuracy_m")
	f = check.FeatureMeasure{ID: *r.id, Revision: *r.featureRevision, Dimension: shape.Dimension}
	cut, err := shape.Cut()
	if err != nil {
		return f, nil, err
	}
	if !cut.Meets {
		var p orb.Point
		if f.DistanceM, p, err = shape.Distance(*r.reach); err != nil {
			return f, nil, err
		}
		if !(f.DistanceM <= need.WithinM+accuracy+*r.half) {
			return f, nil, nil
		}
		f.Values = r.named(need.properties)
		f.Geometry, err = geoJSONOf(p)
		return f, nil, err
	}
	if f.DepthM, err = shape.Depth(cut, max(accuracy+need.AccuracyM, check.SliverRadiusM)); err != nil {
		return f, nil, err
	}
	f.Interiors, f.Values = true, r.named(need.properties)
	if f.Dimension == 2 {
		s.plain[[2]string{need.Layer.ID, f.ID}] = pieces
	}
	switch {
	case cut.Whole:
		f.Overlap, f.Solid, f.Geometry = s.out.Site.Area, s.out.Site.Area, s.out.Site.Geometry
		f.WidthM = widest(s.Geom)
		return f, s.Geom, nil
	case f.Dimension == 2:
		f.Interiors = false
		if parts, _ = overlap(&f, several(cut.Areas)); !f.Interiors {
			return f, nil, errPlain
		}
		f.Geometry, err = geoJSONOf(parts)
		return f, parts, err
	case f.Dimension == 1:
		lines := orb.MultiLineString(cut.Lines)
		if f.LengthM = geo.Length(lines); len(lines) == 1 {
			f.Geometry, err = geoJSONOf(lines[0])
		} else {
			f.Geometry, err = geoJSONOf(lines)
		}
		return f, nil, err
	}
	f.Geometry, err = geoJSONOf(cut.Point)
	return f, nil, err
}

// named are the values of a feature by the names of the properties.
func (r *plainRow) named(properties []layers.Property) map[string]any {
	values := make(map[string]any, len(properties))
	for i, p := range properties {
		values[p.Name] = r.values[i]
	}
	return values
}

// number is a value, or 0 where there is none.
func (r *plainRow) number(properties []layers.Property, name string) float64 {
	for i, p := range properties {
		if p.Name == name {
			v, _ := r.values[i].(float64)
			return v
		}
	}
	return 0
}

// left takes areas that were measured here off the site, one after the other; false when
// one was not, or when it is not plain what is left.
func (s site) left(taken []check.Taken) (orb.Geometry, bool) {
	rest := s.Geom
	for _, t := range taken {
		parts, there := s.plain[[2]string{t.Layer.ID, t.Feature}]
		if !there || t.Zone != nil || t.WithinM > 0 {
			return nil, false
		}
		shape, err := overlay.NewRegion(rest).Shape(parts...)
		if err != nil {
			return nil, false
		}
		polygons, err := shape.Left()
		if err != nil {
			return nil, false
		}
		if len(polygons) == 0 {
			return orb.MultiPolygon{}, true
		}
		rest = several(polygons)
	}
	return rest, true
}

func several(ps []orb.Polygon) orb.Geometry {
	if len(ps) == 1 {
		return ps[0]
	}
	return orb.MultiPolygon(ps)
}

func geoJSONOf(g orb.Geometry) ([]byte, error) {
	wkb, err := encode(g)
	if err != nil {
		return nil, err
	}
	return geoJSON(wkb)
}

// readNearest completes the measures of sites that have nothing in reach.
func readNearest(rows pgx.Rows, sites []site, k int) error {
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var i int
		var nearest *float64
		if err := rows.Scan(&i, &nearest); err != nil {
			return err
		}
		m := &sites[i-1].out.Layers[k]
		m.Nearest, m.Measured = nearest, true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(sites) {
		return fmt.Errorf("the nearest feature was looked for from %d of %d sites", n, len(sites))
	}
	return nil
}
