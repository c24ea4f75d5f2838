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
	around    []site         // what lies around them
	undecided []site         // not plain: measured by the database alone
	far       []site         // with nothing in reach: how far the nearest feature is
	zones     []site         // that have to lie in or out of zones
	picks     map[int][]site // by pick of the need: how far the nearest such feature is
}

// pick notes the picks of which none of the features is.
func (p *pending) pick(s site, need check.Need, fs []check.FeatureMeasure) {
	for _, i := range need.Unfound(fs) {
		if p.picks == nil {
			p.picks = map[int][]site{}
		}
		p.picks[i] = append(p.picks[i], s)
	}
}

// plainRow is a feature, or a part of one, of a row of measure_plain.sql.
type plainRow struct {
	id       string
	n        int32
	sound    bool
	wkb      geo.WKB
	half     float64
	revision int64
	values   []any
}

// plainSite are the rows of a site.
type plainSite struct {
	number int // from 1
	m      check.Measurement
	reach  float64
	rows   []plainRow
}

// of is whether a row belongs to the site at hand.
func (p *plainSite) of(raw [][]byte) bool { return p.number == int(integer(raw[0])) }

// begin takes what a row says of the layer.
func (p *plainSite) begin(raw [][]byte, l *layers.Layer) {
	*p = plainSite{number: int(integer(raw[0])), reach: float(raw[1]), rows: p.rows[:0],
		m: check.Measurement{Layer: l, Measured: true, Unlocated: int(integer(raw[2]))}}
	if raw[3] != nil {
		finest := float(raw[3])
		p.m.FinestM = &finest
	}
}

// add takes what a row says of a feature.
func (p *plainSite) add(raw [][]byte, properties []layers.Property) {
	raw = raw[4:]
	if raw[0] == nil {
		return
	}
	r := plainRow{id: string(raw[0]), n: int32(integer(raw[1])), sound: len(raw[2]) == 1 && raw[2][0] == 1, wkb: slices.Clone(raw[3]),
		half: float(raw[4]), revision: integer(raw[5]), values: make([]any, len(properties))}
	for i, b := range raw[6:] {
		r.values[i] = value(b, properties[i].Type)
	}
	p.rows = append(p.rows, r)
}

// value is a property as [layerSQL] reads it.
func value(b []byte, t layers.PropertyType) any {
	switch {
	case b == nil:
		return nil
	case t == layers.Boolean:
		return b[0] == 1
	case t == layers.Integer || t == layers.Number:
		return float(b)
	}
	return string(b)
}

// readPlain measures what measure_plain.sql returns of a layer, site after site, and
// says of which sites more has to be asked. Until that is answered the layer counts as
// not measured for them.
func readPlain(rows pgx.Rows, sites []site, need check.Need, k int, more *pending) error {
	defer rows.Close()
	properties := need.Layer.AllProperties()
	done := make([]bool, len(sites))
	var at plainSite
	finish := func() error {
		if at.number == 0 {
			return nil
		}
		if done[at.number-1] {
			return errors.New("the rows of a site came apart")
		}
		done[at.number-1] = true
		measurePlain(sites[at.number-1], &at, plainNeed{need, k, properties}, more)
		return nil
	}
	for rows.Next() {
		raw := rows.RawValues()
		if !at.of(raw) {
			if err := finish(); err != nil {
				return err
			}
			at.begin(raw, need.Layer)
		}
		at.add(raw, properties)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	if slices.Contains(done, false) {
		return errNotThere
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
func measurePlain(s site, p *plainSite, need plainNeed, more *pending) {
	m := &s.out.Layers[need.k]
	maps.DeleteFunc(s.slivers, func(at [2]int, _ orb.Geometry) bool { return at[0] == need.k }) // of an attempt that failed
	*m = p.m
	if len(need.Zones) > 0 {
		more.zones = append(more.zones, s)
	}
	if err := plainFeatures(s, p, need, m); err != nil { // whatever it is: the database looks at it more closely
		*m = check.Measurement{Layer: need.Layer}
		more.undecided = append(more.undecided, s)
		return
	}
	if m.Nearest == nil {
		m.Measured = false
		more.far = append(more.far, s)
	}
	more.pick(s, need.Need, m.Features)
}

// errPlain is why a site is left to the database.
var errPlain = errors.New("not plain")

func plainFeatures(s site, p *plainSite, need plainNeed, m *check.Measurement) error {
	rows := p.rows
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b plainRow) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.n, b.n)) })
	region := overlay.NewRegion(s.Geom)
	shared := map[string]orb.Geometry{} // by feature, of the areas
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].id == rows[0].id {
			n++
		}
		f, parts, err := plainFeature(s, region, rows[:n], p.reach, need)
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
func plainFeature(s site, region *overlay.Region, rows []plainRow, reach float64, need plainNeed) (f check.FeatureMeasure, parts orb.Geometry, err error) {
	pieces := make([]geo.WKB, len(rows))
	for i, r := range rows {
		if !r.sound {
			return f, nil, errPlain
		}
		pieces[i] = r.wkb
	}
	shape, err := region.Shape(pieces...)
	if err != nil {
		return f, nil, err
	}
	r := &rows[0]
	accuracy := r.number(need.properties, "accuracy_m")
	f = check.FeatureMeasure{ID: r.id, Revision: r.revision, Dimension: shape.Dimension}
	cut, err := shape.Cut()
	if err != nil {
		return f, nil, err
	}
	if !cut.Meets {
		var p orb.Point
		if f.DistanceM, p, err = shape.Distance(reach); err != nil {
			return f, nil, err
		}
		if !(f.DistanceM <= need.WithinM+accuracy+r.half) {
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

// readNearest completes the measures of sites that have nothing in reach, by what
// measure_nearest.sql returns.
func readNearest(rows pgx.Rows, sites []site, k int, more *pending) error {
	defer rows.Close()
	regions := make([]*overlay.Region, len(sites))
	var undecided []int
	for rows.Next() {
		raw := rows.RawValues()
		i := int(integer(raw[0])) - 1
		m := &sites[i].out.Layers[k]
		m.Measured = true
		if raw[2] == nil {
			if raw[3] != nil {
				gap := float(raw[3])
				m.Nearest = &gap
			}
			continue
		}
		if regions[i] == nil {
			regions[i] = overlay.NewRegion(sites[i].Geom)
		}
		reach := float(raw[1])
		if m.Nearest != nil {
			reach = min(reach, *m.Nearest)
		}
		d, err := distance(regions[i], raw[2], reach)
		switch {
		case err != nil:
			undecided = append(undecided, i)
		case m.Nearest == nil || d < *m.Nearest:
			m.Nearest = &d
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i, s := range sites {
		m := &s.out.Layers[k]
		if !m.Measured {
			return fmt.Errorf("the nearest feature was not looked for from site %d of %d", i+1, len(sites))
		}
		if m.Nearest != nil && math.IsInf(*m.Nearest, 1) || slices.Contains(undecided, i) {
			*m = check.Measurement{Layer: m.Layer}
			more.undecided = append(more.undecided, s)
		}
	}
	return nil
}

// distance is how many metres a shape that does not meet the region is away; infinity
// when it is farther than reach.
func distance(r *overlay.Region, b geo.WKB, reach float64) (float64, error) {
	shape, err := r.Shape(b)
	if err != nil {
		return 0, err
	}
	d, _, err := shape.Distance(reach)
	return d, err
}
