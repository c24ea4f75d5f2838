package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"planatlas/geo"
	"planatlas/layers"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
)

// pageQuery is the SQL of one page. Its columns are the id, the geometry, the
// properties, the sort keys and, for a page before a cursor, the number of rows.
type pageQuery struct {
	sql        string
	args       []any
	head       string // what is known before the rows: the revision and the count
	headArgs   []any
	alone      bool // the rows are not wanted
	properties int  // and the distance, if the page has one
	backward   bool
	near       string   // the distance by which the page is sorted, if it is
	distances  bool     // the sort key is that distance as float8
	loose      bool     // rows of one distance come in any order
	number     bool     // the ids are whole numbers
	from       *float64 // the least distance, if there is one
}

// statement is SQL with its parameters.
type statement struct {
	sql  string
	args []any
}

// statements are what is to be asked: the head, if there is one, and the rows, if they
// are wanted.
func (p *pageQuery) statements() []statement {
	head, rows := statement{p.head, p.headArgs}, statement{p.sql, p.args}
	switch {
	case p.head == "":
		return []statement{rows}
	case p.alone:
		return []statement{head}
	}
	return []statement{head, rows}
}

// smallLayer is how many features a layer has in which the matches of any query
// are counted: no more than a page reads.
const smallLayer = 10_000

// newPageQuery writes the query. A page by distance may begin at one, as what is left
// of a page does whose first rows were given.
func newPageQuery(l *layers.Layer, q layers.Query, from *float64) (*pageQuery, error) {
	b := &builder{}
	source := table(l) + " t"
	if q.BBox != nil {
		box, plain := b.box(*q.BBox, q.BBoxSRID, srid(l))
		source += box.from
		g := shape(l)
		meets := "st_intersects(" + g + ", " + box.name + ")"
		if plain { // inside the box of a box is inside it
			meets = "case when " + g + " @ " + box.name + " then true else " + meets + " end"
		}
		b.and(g + " && " + box.name + " and " + meets)
	}
	if q.ID != "" {
		b.and(b.hasKey(l, q.ID))
	}
	if q.Valid != nil {
		b.and("t.valid && daterange(nullif(" + b.param(string(q.Valid.From)) + "::text, '')::date, nullif(" + b.param(string(q.Valid.To)) + "::text, '')::date)")
	}
	if q.Meets != nil {
		other := "(select " + inSystem(shape(q.Meets.Layer), srid(q.Meets.Layer), srid(l)) + " from " + table(q.Meets.Layer) + " t where " + b.hasKey(q.Meets.Layer, q.Meets.ID) + ")"
		b.and("st_intersects(" + shape(l) + ", " + other + ")")
	}
	if err := b.andFilter(l, q.Filter, q.FilterSRID); err != nil {
		return nil, err
	}
	p := &pageQuery{backward: q.Cursor != nil && q.Cursor.Before, from: from, alone: q.Count == layers.CountAlone}
	p.writeHead(l, source, b, q.Count)
	switch {
	case q.Near != nil:
		p.buildNear(l, source, b, q)
		return p, nil
	case len(q.Sort) == 1 && q.Sort[0].Near && q.BBox != nil:
		p.near = shape(l) + " <#> " + b.point(q.BBox.Min, srid(l))
	}
	p.build(l, source, b, q)
	return p, nil
}

func (b *builder) point(p orb.Point, srid geo.SRID) string {
	return b.param(geom.NewPointFlat(geom.XY, p[:]).SetSRID(int(srid))) + "::geometry"
}

// writeHead writes the query for the layer's revision and the number of matches:
// null when that is not cheap. A published table has no revision, and of its size
// there is an estimate; a view's is not known, and is taken for large.
func (p *pageQuery) writeHead(l *layers.Layer, from string, b *builder, mode layers.Count) {
	matches := "(select count(*) from " + from + b.clause() + ")"
	count := "null::bigint"
	switch {
	case mode == layers.CountAlone:
		count, p.headArgs = matches, slices.Clone(b.args)
	case mode == layers.CountCheap && l.Managed() && len(b.where) == 0:
		count = "y.features"
	case mode == layers.CountCheap && l.Managed():
		count, p.headArgs = "case when y.features <= "+strconv.Itoa(smallLayer)+" then "+matches+" end", slices.Clone(b.args)
	}
	switch {
	case l.Managed():
		p.head = "select y.revision, y.changed_at, " + count + " from planatlas.layer y where y.id = " + literal(l.ID)
	case mode == layers.CountAlone:
		p.head = "select 0::bigint, now(), " + count
	}
}

// buildNear writes a page of the features nearest to a point. Those that are
// nearest in the table's own units give a distance, and within that the geodesic
// measure decides.
func (p *pageQuery) buildNear(l *layers.Layer, from string, b *builder, q layers.Query) {
	properties := q.Properties
	if properties == nil {
		properties = l.AllProperties()
	}
	p.properties = len(properties) + 1
	b.and(shape(l) + " is not null")
	here := b.point(*q.Near, geo.CGCS2000)
	distance := "planatlas.distance_m(" + inSystem(shape(l), srid(l), geo.CGCS2000) + ", " + here + ")"
	many := b.param(q.Limit + 1 + q.Offset)
	first := "select planatlas.reach(" + here + ", max(d) * 1.01 + 1) _reach from (select " + distance + " d from " + from + b.clause() +
		" order by " + shape(l) + " <-> " + inSystem(here, geo.CGCS2000, srid(l)) + " limit " + many + "::bigint) _f"
	reach := "_reach"
	if !sameDatum(srid(l), geo.CGCS2000) {
		reach = "st_envelope(" + inSystem("st_segmentize(_reach, 0.05)", geo.CGCS2000, srid(l)) + ")"
	} else if srid(l) != geo.CGCS2000 {
		reach = inSystem(reach, geo.CGCS2000, srid(l))
	}
	keyColumn, _ := key(l)
	columns := []string{keyColumn + "::text", geometryColumn(l, q)}
	for _, prop := range properties {
		columns = append(columns, asText(l, prop))
	}
	columns = append(columns, "round(t._distance::numeric, 3)::text")
	b.and(shape(l) + " && (select " + reach + " from _first)")
	p.sql = "with _first as materialized (" + first + ") select " + strings.Join(columns, ", ") + " from (select t.*, " + distance + " _distance from " + from + b.clause() +
		") t order by t._distance, " + keyColumn + " limit " + b.param(q.Limit+1)
	if q.Offset > 0 {
		p.sql += " offset " + b.param(q.Offset)
	}
	p.args = b.args
}

// boxed is how a query names its box, and the table that holds it if it has to be
// worked out first.
type boxed struct{ name, from string }

// box binds the box of a query, and says whether it is one rectangle in the
// table's system. That is a parameter of its own. A box across the antimeridian is
// two, and the edges of a box in another system are straight there: these are
// worked out once, in a table of one row.
func (b *builder) box(box orb.Bound, given, stored geo.SRID) (out boxed, plain bool) {
	given = cmp.Or(given, geo.CGCS2000)
	if sameDatum(given, stored) {
		given = stored
	}
	if given == stored && box.Min[0] <= box.Max[0] {
		return boxed{name: b.param(rectangle(box, stored)) + "::geometry"}, true
	}
	envelope := func(west, east float64) string {
		return fmt.Sprintf("st_makeenvelope(%s::float8, %s::float8, %s::float8, %s::float8, %d)",
			b.param(west), b.param(box.Min[1]), b.param(east), b.param(box.Max[1]), given)
	}
	var g string // each parameter stands in it, or the database would not know its type
	if box.Min[0] > box.Max[0] {
		g = "st_collect(" + envelope(box.Min[0], 180) + ", " + envelope(-180, box.Max[0]) + ")"
	} else {
		g = envelope(box.Min[0], box.Max[0])
	}
	if given != stored {
		width := max(math.Abs(box.Max[0]-box.Min[0]), box.Max[1]-box.Min[1], 1e-9)
		g = fmt.Sprintf("st_transform(st_segmentize(%s, %s::float8), %d)", g, b.param(width/32), stored)
	}
	return boxed{name: "_box", from: ", (select " + g + " _box offset 0) _b"}, false
}

// rectangle is the box as a polygon, or as a line or a point when it has no area:
// a polygon without area is not valid, and answers depend on how it is read.
func rectangle(box orb.Bound, srid geo.SRID) geom.T {
	west, south, east, north := box.Min[0], box.Min[1], box.Max[0], box.Max[1]
	switch {
	case west == east && south == north:
		return geom.NewPointFlat(geom.XY, []float64{west, south}).SetSRID(int(srid))
	case west == east || south == north:
		return geom.NewLineStringFlat(geom.XY, []float64{west, south, east, north}).SetSRID(int(srid))
	}
	ring := []float64{west, south, east, south, east, north, west, north, west, south}
	return geom.NewPolygonFlat(geom.XY, ring, []int{len(ring)}).SetSRID(int(srid))
}

// sameDatum reports whether two geographic systems coincide for our purpose:
// CGCS2000 and WGS84 differ by less than a metre, and PROJ has the null transformation between them.
func sameDatum(a, b geo.SRID) bool {
	geographic := func(s geo.SRID) bool { return s == geo.CGCS2000 || s == geo.WGS84 }
	return geographic(a) && geographic(b)
}

// inSystem reads a geometry in another system. Between systems that coincide only
// the label changes.
func inSystem(g string, from, to geo.SRID) string {
	switch {
	case from == to:
		return g
	case sameDatum(from, to):
		return fmt.Sprintf("st_setsrid(%s, %d)", g, to)
	}
	return fmt.Sprintf("st_transform(%s, %d)", g, to)
}

// hasKey is the condition for one feature. An id that the key's type cannot hold
// is nobody's.
func (b *builder) hasKey(l *layers.Layer, id string) string {
	column, kind := key(l)
	if _, err := (layers.Property{Type: kind}).Convert(id); err != nil {
		return "false"
	}
	return column + " = " + b.param(id) + "::text::" + columnType(kind)
}

// build writes the page: forward from a cursor or the start, or, for a page
// before a cursor, backward and then turned round.
func (p *pageQuery) build(l *layers.Layer, from string, b *builder, q layers.Query) {
	properties := q.Properties
	if properties == nil {
		properties = l.AllProperties()
	}
	p.properties = len(properties)
	keyColumn, kind := key(l)
	columns := []string{sent(keyColumn, kind), geometryColumn(l, q)}
	for _, prop := range properties {
		columns = append(columns, sent(named(l, prop.Name), prop.Type))
	}
	var order, turned []string
	for i, k := range q.Sort {
		columns = append(columns, "("+p.sortKey(l, k)+")::text _k"+strconv.Itoa(i))
		order = append(order, p.sortKey(l, k)+direction(k.Descending != p.backward))
		turned = append(turned, "_s"+strconv.Itoa(i)+direction(k.Descending))
	}
	id := p.sortID(l)
	order = append(order, id+direction(p.backward))
	if q.Cursor != nil {
		b.and(p.beyond(l, b, q))
	}
	if p.near != "" && !p.backward && q.Limit > 0 {
		p.nearest(l, columns, from, b, q)
		p.args = b.args
		return
	}
	tail := b.clause() + " order by " + strings.Join(order, ", ")
	if q.Limit > 0 {
		tail += " limit " + b.param(q.Limit+1)
	}
	if q.Offset > 0 {
		tail += " offset " + b.param(q.Offset)
	}
	if p.backward {
		for i, k := range q.Sort {
			columns = append(columns, p.sortKey(l, k)+" _s"+strconv.Itoa(i))
		}
		p.sql = turn(append(columns, id+" _id"), len(q.Sort), from+tail, append(turned, "_id"))
	} else {
		p.sql = "select " + strings.Join(columns, ", ") + " from " + from + tail
	}
	p.args = b.args
}

// sortKey reads what a key sorts by.
func (p *pageQuery) sortKey(l *layers.Layer, k layers.SortKey) string {
	if k.Near {
		return p.near
	}
	return orderBy(l, k.Property.Name)
}

// sortID reads what rows sort by whose sort keys are equal: the id, and in a page by
// distance a text's bytes, so that Go and every database agree on the order.
func (p *pageQuery) sortID(l *layers.Layer) string {
	column, kind := key(l)
	if p.near != "" && kind == layers.String {
		return bytesOf(column)
	}
	return column
}

func bytesOf(text string) string { return "convert_to(" + text + "::text, 'UTF8')" }

// nearest takes the rows of the page from the spatial index, in the order of their
// distance. Those of one distance come in any order, and a [tieBreaker] puts them in
// theirs, which it cannot do when the page ends among them or begins at an offset:
// then all that are as far as the last are read, and the database sorts these few.
func (p *pageQuery) nearest(l *layers.Layer, columns []string, from string, b *builder, q layers.Query) {
	p.distances = true
	_, kind := key(l)
	p.number = kind == layers.Integer
	if p.loose = q.Offset == 0 && p.from == nil && (p.number || kind == layers.String); p.loose {
		columns[len(columns)-1] = p.near
		p.sql = "select " + strings.Join(columns, ", ") + " from " + from + b.clause() + " order by " + p.near + " limit " + b.param(q.Limit+1)
		return
	}
	if p.from != nil {
		b.and(p.near + " >= " + b.param(*p.from))
	}
	columns[len(columns)-1] = "t._near"
	p.sql = "select " + strings.Join(columns, ", ") + " from (select t.*, " + p.near + " _near from " + from + b.clause() + " order by " + p.near +
		" fetch first (" + b.param(q.Limit+1+q.Offset) + "::bigint) rows with ties) t order by t._near, " + p.sortID(l) + " limit " + b.param(q.Limit+1)
	if q.Offset > 0 {
		p.sql += " offset " + b.param(q.Offset)
	}
}

// turn wraps a backward query so that its rows come in the forward order, with
// their number behind each. The last columns are the sort keys as text, the sort
// keys as such and the key, of which only the first are in the result.
func turn(columns []string, keys int, rest string, order []string) string {
	plain := len(columns) - 2*keys - 1
	inner, outer := make([]string, len(columns)), []string{}
	for i, c := range columns {
		inner[i] = c
		if i < plain {
			inner[i] = c + " _c" + strconv.Itoa(i)
			outer = append(outer, "_c"+strconv.Itoa(i))
		} else if i < plain+keys {
			outer = append(outer, "_k"+strconv.Itoa(i-plain))
		}
	}
	return "select " + strings.Join(outer, ", ") + ", (count(*) over ())::text from (select " + strings.Join(inner, ", ") +
		" from " + rest + ") _r order by " + strings.Join(order, ", ")
}

// orderBy reads a property for an order by clause, in which a bare name would
// mean the column of the result, which is text.
func orderBy(l *layers.Layer, name string) string {
	if e := named(l, name); e != quote(name) {
		return e
	}
	return "t." + quote(name)
}

func direction(descending bool) string {
	if descending {
		return " desc"
	}
	return " asc"
}

// sent reads a column as text, or a whole number or a timestamp in the form in
// which it costs PostgreSQL nothing to send, and [plain] makes the text.
func sent(column string, t layers.PropertyType) string {
	if t == layers.Integer || t == layers.DateTime {
		return column
	}
	return column + "::text"
}

// asText reads a property as PostgreSQL writes it, and a timestamp as RFC 3339 does.
func asText(l *layers.Layer, p layers.Property) string {
	text := named(l, p.Name) + "::text"
	if p.Type == layers.DateTime {
		text = "replace(replace(" + text + ", ' ', 'T'), '+00', 'Z')"
	}
	return text
}

// geometryColumn reads the geometry in the query's CRS and axis order.
func geometryColumn(l *layers.Layer, q layers.Query) string {
	g := shape(l)
	if out := cmp.Or(q.OutSRID, geo.WGS84); !sameDatum(srid(l), out) {
		g = inSystem(g, srid(l), out)
	}
	if q.NorthFirst {
		g = "st_flipcoordinates(" + g + ")"
	}
	return g
}

// beyond is the condition for the rows behind the cursor in the order of the
// query, or before it. In an ascending order null comes last, in a descending one
// first, as PostgreSQL has it.
func (p *pageQuery) beyond(l *layers.Layer, b *builder, q layers.Query) string {
	column, kind := key(l)
	id := b.param(q.Cursor.ID) + "::text::" + columnType(kind)
	if p.near != "" && kind == layers.String {
		column, id = bytesOf(column), bytesOf(id)
	}
	var branches []string
	equal := ""
	for i, k := range q.Sort {
		name, v := p.sortKey(l, k), q.Cursor.Values[i]
		ascending := k.Descending == q.Cursor.Before
		same := name + " is null"
		farther := "" // nothing lies beyond null in an ascending order
		if !ascending {
			farther = name + " is not null"
		}
		if v != nil {
			value := b.param(*v) + "::text::" + columnType(k.Property.Type)
			same = name + " = " + value
			farther = name + " < " + value
			if ascending {
				farther = "(" + name + " > " + value + " or " + name + " is null)"
			}
		}
		if farther != "" {
			branches = append(branches, equal+farther)
		}
		equal += same + " and "
	}
	op := " > "
	if q.Cursor.Before {
		op = " < "
	}
	return "(" + strings.Join(append(branches, equal+column+op+id), " or ") + ")"
}
