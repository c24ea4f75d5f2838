package store

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"planatlas/geo"
	"planatlas/geo/overlay"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

//go:embed measure.sql
var measureSQL string

// What the statements about a layer have in common: what holds for all sites; whether
// the layer covers what is around a site; and how far the nearest feature is.
const (
	unlocatedSQL = "(select count(*) from {table} where (geom is null or st_isempty(geom)) and valid @> {day})"
	finestSQL    = "(select min(accuracy_m) from {table} where geom is not null)"
	guardedSQL   = "exists (select from pg_constraint where conrelid = '{table}'::regclass and conname = 'sound' and convalidated)"
	factsSQL     = `y.revision _revision, y.changed_at _changed, o.geom _outline, o.accuracy_m _fuzzy,
        $5::float8 + coalesce((select max(accuracy_m) from {table}), 0) + {widest} _reach,
        {unlocated} _unlocated, {finest} _finest, {steady} _steady, {guarded} _guarded`
	coveredSQL = `case when st_covers(_outline, planatlas.reach(_g, %[1]s + _fuzzy)) then true
        else st_covers(_outline, _g) and st_distance(st_boundary(_outline)::geography, _g::geography) >= %[1]s + _fuzzy end`
	nearestOf = `(
            -- However far: of the features that are first by the index, the distance of
            -- each bounds the nearest one's. Where the first one is cut, the parts give
            -- a bound.
            select min(case when st_dwithin(_t, _g, st_xmax(planatlas.reach(_g, _bound)) - st_xmax(_g)) then planatlas.gap_m(_t, _g, _plane) end)
            from (select min(planatlas.gap_m(_t, _g, _plane)) * 1.0001 _bound from (
                (select _p.geom _t from {cut} where _f.valid @> {day} order by _p.geom <-> _g limit 1)
                union all
                select geom from (select * from {table} where valid @> {day} order by geom <#> _g limit 1) _f where {uncut}) _first offset 0) _b
            cross join lateral (
                select _p.geom _t from {cut} where _p.geom && planatlas.reach(_g, _bound) and _f.valid @> {day}
                union all
                select _f.geom from {table} _f where _f.geom && planatlas.reach(_g, _bound) and _f.valid @> {day} and {uncut}) _c)`
)

// Faults of a layer that the database does not report by itself.
var (
	errInvalid  = errors.New("a stored geometry is not valid")
	errNotThere = errors.New("the layer is not declared")
	errUnsteady = errors.New("the table was written anew after the snapshot was taken")
)

// ask is one statement about one layer.
type ask struct {
	sql  string
	args []any
	read func(pgx.Rows) error
}

// asks says what has to be asked about the k-th need, and after that says what more.
func (p *pending) asks(texts *texts, need check.Need, k int, on layers.Day, more *pending) (out []ask) {
	if len(p.around) > 0 {
		out = append(out, ask{texts.of(need.Layer, plainSQL, "$3::text::date"), []any{wkbs(p.around), need.WithinM, string(on)},
			func(rows pgx.Rows) error { return readPlain(rows, p.around, need, k, more) }})
	}
	if len(p.undecided) > 0 {
		out = append(out, ask{texts.of(need.Layer, measureSQL, "$6::text::date"), layerArgs(p.undecided, need, on),
			func(rows pgx.Rows) error { return readLayer(rows, p.undecided, need, k, more) }})
	}
	if len(p.far) > 0 {
		shapes, planes := arrays(p.far)
		out = append(out, ask{texts.of(need.Layer, nearestSQL, "$3::text::date"), []any{shapes, planes, string(on), overlay.Farthest},
			func(rows pgx.Rows) error { return readNearest(rows, p.far, k, more) }})
	}
	for i, of := range need.Picks {
		if sites := p.picks[i]; len(sites) > 0 {
			out = append(out, askPick(sites, need, k, of, on))
		}
	}
	for z := range need.Zones {
		if len(p.zones) > 0 {
			out = append(out, askZone(p.zones, need, k, z, on))
		}
	}
	return out
}

func wkbs(sites []site) [][]byte {
	out := make([][]byte, len(sites))
	for i, s := range sites {
		out[i] = s.wkb
	}
	return out
}

func layerArgs(sites []site, need check.Need, on layers.Day) []any {
	shapes, planes := arrays(sites)
	return []any{shapes, planes, need.Layer.ID, need.Layer.Coverage.Area, need.WithinM, string(on)}
}

// steady is the expression for whether the tables of a layer are those that the snapshot
// sees: one that was emptied or written anew since shows what it must not.
func steady(l *layers.Layer) string {
	return fmt.Sprintf("(select bool_and(relfilenode = pg_relation_filenode(oid)) from pg_class where oid in (%s::regclass, %s::regclass))",
		literal(table(l)), literal(partsTable(l)))
}

func partsTable(l *layers.Layer) string { return pgx.Identifier{"layers_parts", l.ID}.Sanitize() }

// texts are the statements about layers, which are written once.
type texts struct {
	mu  sync.Mutex
	all map[textKey]string
}

type textKey struct {
	layer *layers.Layer
	sql   string
}

// mostTexts bounds how many are kept: those of a catalogue that was replaced go.
const mostTexts = 4096

// of is a statement about the layer, in which the day is that expression.
func (t *texts) of(l *layers.Layer, sql, day string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := textKey{l, sql}
	text, there := t.all[key]
	if !there {
		text = layerSQL(sql, day, l)
		if t.all == nil || len(t.all) >= mostTexts {
			t.all = map[textKey]string{}
		}
		t.all[key] = text
	}
	return text
}

// layerSQL puts a layer into one of the statements that measure. Properties are read
// as texts, numbers and truth values.
func layerSQL(sql, day string, l *layers.Layer) string {
	columns := []string{"_f.revision"}
	words := map[string]string{"half": "0::float8", "widest": "0", "sliver": strconv.FormatFloat(check.SliverRadiusM, 'g', -1, 64),
		"day": day, "facts": factsSQL, "covered": fmt.Sprintf(coveredSQL, "$5::float8"), "nearest": nearestOf, "unlocated": unlocatedSQL, "finest": finestSQL,
		"steady": steady(l), "guarded": guardedSQL}
	for _, p := range l.AllProperties() {
		column := quote(p.Name)
		switch p.Name {
		case "valid_from":
			column = "lower(_f.valid)"
		case "valid_to":
			column = "upper(_f.valid)"
		default:
			column = "_f." + column
		}
		switch p.Type {
		case layers.Integer:
			column += "::float8"
		case layers.Date:
			column += "::text"
		}
		columns = append(columns, column)
		if p.Name == "half_width_m" {
			words["half"] = "greatest(coalesce(_f.half_width_m, 0), 0)"
			words["widest"] = "greatest(coalesce((select max(half_width_m) from {table}), 0), 0)"
		}
	}
	words["columns"] = strings.Join(columns, ", ")
	return fillTable(sql, l, "", words)
}

// fillTable puts the layer's tables into a statement. Features of many vertices are
// read as parts, if these were cut from the very geometry that is stored now: {cut}
// joins parts _p to their features _f, and {uncut} holds for the features _f that have
// none; small ones are known by the bytes that they take. A filter bounds the features.
func fillTable(sql string, l *layers.Layer, filter string, words map[string]string) string {
	all := map[string]string{
		"table": table(l), "parts": partsTable(l), "features": "{table}",
		"cut": "{parts} _p join {features} _f on _f.id = _p.id and planatlas.print(_f.geom) = _p.print and planatlas.many(_f.geom)",
		"uncut": "case when pg_column_size(_f.geom) < 800 and pg_column_compression(_f.geom) is null then true else (select _h.id from {table} _h " +
			"where _h.id = _f.id and planatlas.print(_h.geom) = (select print from {parts} _p where _p.id = _f.id and _p.n = 1) and planatlas.many(_h.geom)) is null end",
	}
	if filter != "" {
		all["features"] = "(select * from {table} where " + filter + ")"
	}
	maps.Copy(all, words)
	var b strings.Builder
	expand(&b, sql, all)
	return b.String()
}

// expand writes a statement with its words in braces replaced, and those in them.
func expand(b *strings.Builder, sql string, words map[string]string) {
	for {
		before, rest, found := strings.Cut(sql, "{")
		b.WriteString(before)
		if !found {
			return
		}
		var word string
		word, sql, _ = strings.Cut(rest, "}")
		expand(b, words[word], words)
	}
}

// layerRow is one row of measure.sql.
type layerRow struct {
	site                int
	revision            *int64
	changed             *time.Time
	steady, covered     *bool
	unlocated           int
	finest, nearest     *float64
	id                  *string
	valid, whole, along bool
	dimension           *int
	distance, depth     *float64
	shared, point       []byte
	interiors           bool
	featureRevision     *int64
	values              []any
}

func (r *layerRow) scan(rows pgx.Rows) error {
	var valid, whole, along, interiors *bool
	into := []any{&r.site, &r.revision, &r.changed, &r.steady, &r.unlocated, &r.finest, &r.covered, &r.nearest,
		&r.id, &valid, &r.dimension, &r.distance, &whole, &along, &r.shared, &r.point, &interiors, &r.depth, &r.featureRevision}
	for i := range r.values {
		into = append(into, &r.values[i])
	}
	err := rows.Scan(into...)
	is := func(b *bool) bool { return b != nil && *b }
	r.valid, r.whole, r.along, r.interiors = is(valid), is(whole), is(along), is(interiors)
	return err
}

// readLayer reads what measure.sql says of a layer. A feature that is not valid
// costs only the sites that it is near to.
func readLayer(rows pgx.Rows, sites []site, need check.Need, k int, more *pending) error {
	defer rows.Close()
	properties := need.Layer.AllProperties()
	seen := make([]bool, len(sites))
	shared := make([][]orb.Geometry, len(sites)) // by site, of the areas
	for rows.Next() {
		r := layerRow{values: make([]any, len(properties))}
		if err := r.scan(rows); err != nil {
			return err
		}
		s := sites[r.site-1]
		m := &s.out.Layers[k]
		if m.Err != nil { // by a zone
			seen[r.site-1] = true
			continue
		}
		if !seen[r.site-1] {
			seen[r.site-1] = true
			maps.DeleteFunc(s.slivers, func(at [2]int, _ orb.Geometry) bool { return at[0] == k }) // of an attempt that failed
			if err := r.head(need, m); err != nil {
				return err
			}
		}
		if r.id == nil {
			continue
		}
		f, parts, err := r.feature(s, properties)
		if errors.Is(err, errInvalid) {
			*m = notMeasured(need.Layer, err)
			continue
		}
		if err != nil {
			return err
		}
		m.Features = append(m.Features, f)
		if parts != nil {
			if f.Sliver() {
				s.slivers[[2]int{k, len(m.Features) - 1}] = parts
			}
			shared[r.site-1] = append(shared[r.site-1], parts)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i, s := range sites {
		if !seen[i] {
			return fmt.Errorf("%w: %w", errNotThere, layers.ErrNotFound)
		}
		if m := &s.out.Layers[k]; m.Measured {
			more.pick(s, need, m.Features)
			m.Union = union(m.Features, shared[i], s.out.Site.Area)
		}
	}
	return nil
}

// head fills in what holds for the layer and the site, whatever features there are.
func (r *layerRow) head(need check.Need, m *check.Measurement) error {
	switch {
	case r.covered == nil:
		return fmt.Errorf("coverage outline %s is not loaded", need.Layer.Coverage.Area)
	case r.steady == nil || !*r.steady:
		return errUnsteady
	}
	*m = check.Measurement{Layer: need.Layer, Measured: true, Zones: m.Zones, Covered: *r.covered, Unlocated: r.unlocated, Nearest: r.nearest, FinestM: r.finest,
		Version: layers.Version{Revision: *r.revision, Changed: *r.changed}}
	return nil
}

// feature reads one feature, and of an area the pieces that it shares with the site.
func (r *layerRow) feature(s site, properties []layers.Property) (f check.FeatureMeasure, parts orb.Geometry, err error) {
	f.ID = *r.id
	if !r.valid || r.distance == nil || r.dimension == nil {
		return f, nil, fmt.Errorf("feature %s: %w", f.ID, errInvalid)
	}
	f.Revision, f.Dimension, f.DistanceM, f.Edge = *r.featureRevision, *r.dimension, *r.distance, r.along
	f.Values = make(map[string]any, len(properties))
	for i, p := range properties {
		f.Values[p.Name] = r.values[i]
	}
	if r.depth != nil {
		f.DepthM = *r.depth
	}
	if r.whole {
		f.Interiors, f.Overlap, f.Solid, f.Geometry = true, s.out.Site.Area, s.out.Site.Area, s.out.Site.Geometry
		f.WidthM = widest(s.Geom)
		return f, s.Geom, nil
	}
	shape := geo.Shape{}
	if r.shared != nil {
		if shape, err = postgis.Unmarshal(r.shared); err != nil {
			return f, nil, err
		}
	}
	wkb := r.shared
	if f.Dimension == 2 {
		kept, all := overlap(&f, shape.Geom)
		if parts = kept; !all {
			wkb, err = encode(kept)
		}
	} else {
		f.Interiors, f.LengthM = r.interiors, geo.Length(shape.Geom)
	}
	if len(wkb) == 0 || f.Dimension < 2 && empty(shape.Geom) {
		wkb = r.point
	}
	if wkb == nil && err == nil { // the shapes meet in less than arithmetic can tell
		wkb, err = encode(first(shape.Geom))
	}
	if err == nil && wkb != nil {
		f.Geometry, err = geoJSON(wkb)
	}
	return f, parts, err
}

// encode writes a geometry as EWKB; nothing for nothing.
func encode(g orb.Geometry) ([]byte, error) {
	if g == nil {
		return nil, nil
	}
	return postgis.Marshal(geo.Shape{SRID: geo.CGCS2000, Geom: g})
}

// overlap measures the pieces that an area shares with the site, but for those that
// are no more than arithmetic, and returns the others; all says that nothing else is
// shared. A shared line, or a piece thinner than the noise floor, is a shared edge.
func overlap(f *check.FeatureMeasure, shared orb.Geometry) (kept orb.Geometry, all bool) {
	pieces := geo.Polygons(shared)
	var more orb.MultiPolygon
	for _, p := range pieces {
		a, length := geo.Area(p), geo.Length(p)
		w := 2 * float64(a) / length
		if noise(p, a, w) {
			f.Edge = f.Edge || length/2 >= check.NoiseWidthM
			continue
		}
		more = append(more, p)
		f.Interiors, f.Overlap, f.WidthM = true, f.Overlap+a, max(f.WidthM, w)
		if w >= check.SliverWidthM {
			f.Solid += a
		}
	}
	f.Edge = !f.Interiors && (f.Edge || hasLines(shared))
	switch len(more) {
	case 0:
		return nil, false
	case 1:
		kept = more[0]
	default:
		kept = more
	}
	_, mixed := shared.(orb.Collection)
	return kept, len(more) == len(pieces) && !mixed
}

func width(a geo.SquareMetres, g orb.Geometry) float64 { return 2 * float64(a) / geo.Length(g) }

// widest is the mean width of the widest piece.
func widest(g orb.Geometry) (w float64) {
	for _, p := range geo.Polygons(g) {
		w = max(w, width(geo.Area(p), p))
	}
	return w
}

func hasLines(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.LineString, orb.MultiLineString:
		return !empty(g)
	case orb.Collection:
		for _, member := range g {
			if hasLines(member) {
				return true
			}
		}
	}
	return false
}

func empty(g orb.Geometry) bool { return first(g) == nil }

// first returns a point of the geometry; nil when it has none.
func first(g orb.Geometry) orb.Geometry {
	var p orb.Geometry
	switch g := g.(type) {
	case orb.Point:
		return g
	case orb.MultiPoint:
		if len(g) > 0 {
			return g[0]
		}
	case orb.LineString:
		if len(g) > 0 {
			return g[0]
		}
	case orb.MultiLineString:
		for _, l := range g {
			if p = first(l); p != nil {
				return p
			}
		}
	case orb.Polygon:
		if len(g) > 0 && len(g[0]) > 0 {
			return g[0][0]
		}
	case orb.MultiPolygon:
		for _, l := range g {
			if p = first(l); p != nil {
				return p
			}
		}
	case orb.Collection:
		for _, l := range g {
			if p = first(l); p != nil {
				return p
			}
		}
	}
	return nil
}

// union is the area that the features cover together.
func union(fs []check.FeatureMeasure, parts []orb.Geometry, site geo.SquareMetres) geo.SquareMetres {
	var largest geo.SquareMetres
	for _, f := range fs {
		largest = max(largest, f.Overlap)
	}
	if len(parts) < 2 || largest >= site {
		return largest
	}
	return min(max(largest, geo.UnionArea(parts)), site)
}

// whyNot says in a sentence for planners why a layer was not checked. It tells
// nothing of the database's own words.
func whyNot(err error) layers.Text {
	switch kind := classify(err); {
	case undefined(err):
		return layers.Text{ZH: "图层的数据表不存在", EN: "the layer's table is not there"}
	case errors.Is(err, errInvalid):
		return layers.Text{ZH: "图层含无效图形，无法量算", EN: "the layer holds a geometry that is not valid"}
	case errors.Is(err, errUnsteady):
		return layers.Text{ZH: "图层数据表在检查期间被重写，请重新检查", EN: "the layer's table was written anew during the check; check again"}
	case errors.Is(kind, layers.ErrUnavailable):
		return layers.Text{ZH: "图层超时或数据库不可用", EN: "the layer took too long or the database is not available"}
	case errors.Is(kind, layers.ErrForbidden):
		return layers.Text{ZH: "无权读取图层", EN: "no permission to read the layer"}
	case errors.Is(err, errNotThere):
		return layers.Text{ZH: "图层未加载", EN: "the layer is not loaded"}
	}
	return layers.Text{ZH: "图层量算出错", EN: "measuring the layer went wrong"}
}

// noise reports whether a piece of so many square metres and so many metres of mean
// width comes from arithmetic: it is small, or a hairline all along. A hairline
// along a shared edge may join a piece that is wide.
func noise(p orb.Polygon, a geo.SquareMetres, w float64) bool {
	return a < check.NoiseM2 || w < check.NoiseWidthM && thickness(p) < check.NoiseWidthM
}

// thickness is how far, in metres, the middle of an edge of the piece is from the
// nearest other edge, where that is farthest.
func thickness(p orb.Polygon) (most float64) {
	var edges [][2]orb.Point
	c := p.Bound().Center()
	x, y := geo.Degree(c.Lat())
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			plane := func(q orb.Point) orb.Point { return orb.Point{(q[0] - c[0]) * x, (q[1] - c[1]) * y} }
			edges = append(edges, [2]orb.Point{plane(ring[i-1]), plane(ring[i])})
		}
	}
	for i, e := range edges {
		middle := orb.Point{(e[0][0] + e[1][0]) / 2, (e[0][1] + e[1][1]) / 2}
		nearest := math.Inf(1)
		for k, other := range edges {
			if k != i {
				nearest = min(nearest, planar.DistanceFromSegment(other[0], other[1], middle))
			}
		}
		if !math.IsInf(nearest, 1) {
			most = max(most, nearest)
		}
	}
	return most
}
