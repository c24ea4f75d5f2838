package store

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"planatlas/geo"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// pageQuery is the SQL of one page. Its columns are the id, the geometry, the
// properties, the sort keys and, for a page before a cursor, the number of rows.
type pageQuery struct {
	sql        string
	args       []any
	count      string
	countArgs  []any
	countLimit int64
	properties int
	backward   bool
}

// countFactor bounds the cost of counting by that of the page: matches are
// counted up to so many pages.
const countFactor = 10

func newPageQuery(l *layers.Layer, q layers.Query) (*pageQuery, error) {
	b := &builder{}
	from := table(l) + " t"
	if q.BBox != nil {
		box, plain := b.box(*q.BBox, q.BBoxSRID, srid(l))
		from += ", " + box
		condition := "{g} && _box and st_intersects({g}, _box)"
		if plain { // inside the box of a box is inside it
			condition = "{g} && _box and case when {g} @ _box then true else st_intersects({g}, _box) end"
		}
		b.and(strings.ReplaceAll(condition, "{g}", shape(l)))
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
	if err := b.andFilter(l, q.Filter); err != nil {
		return nil, err
	}
	p := &pageQuery{backward: q.Cursor != nil && q.Cursor.Before, countLimit: int64(max(countFactor*q.Limit, 1000))}
	p.count = fmt.Sprintf("select count(*) from (select from %s%s limit %d) m", from, b.clause(), p.countLimit+1)
	p.countArgs = append([]any{}, b.args...)
	p.build(l, from, b, q)
	return p, nil
}

// box is a table of one row with the box, bound once for the whole query, and
// whether it is one rectangle in the table's system. A box across the antimeridian
// is two; the edges of a box in another system are straight there.
func (b *builder) box(box orb.Bound, given, stored geo.SRID) (sql string, plain bool) {
	envelope := func(west, east float64, srid geo.SRID) string {
		return fmt.Sprintf("st_makeenvelope(%s::float8, %s::float8, %s::float8, %s::float8, %d)",
			b.param(west), b.param(box.Min[1]), b.param(east), b.param(box.Max[1]), srid)
	}
	given = cmp.Or(given, geo.CGCS2000)
	plain = sameDatum(given, stored) || given == stored
	if plain {
		given = stored
	}
	g := envelope(box.Min[0], box.Max[0], given)
	if box.Min[0] > box.Max[0] {
		plain = false
		g = "st_collect(" + envelope(box.Min[0], 180, given) + ", " + envelope(-180, box.Max[0], given) + ")"
	}
	if given != stored {
		width := max(math.Abs(box.Max[0]-box.Min[0]), box.Max[1]-box.Min[1], 1e-9)
		g = fmt.Sprintf("st_transform(st_segmentize(%s, %s::float8), %d)", g, b.param(width/32), stored)
	}
	return "(select " + g + " _box offset 0) _b", plain
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
	keyColumn, _ := key(l)
	columns := []string{keyColumn + "::text", geometryColumn(l, q)}
	for _, prop := range properties {
		columns = append(columns, asText(l, prop))
	}
	var order, turned []string
	for i, k := range q.Sort {
		columns = append(columns, asText(l, k.Property)+" _k"+strconv.Itoa(i))
		order = append(order, orderBy(l, k.Property.Name)+direction(k.Descending != p.backward))
		turned = append(turned, "_s"+strconv.Itoa(i)+direction(k.Descending))
	}
	order = append(order, keyColumn+direction(p.backward))
	if q.Cursor != nil {
		b.and(b.beyond(l, q))
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
			columns = append(columns, orderBy(l, k.Property.Name)+" _s"+strconv.Itoa(i))
		}
		p.sql = turn(append(columns, keyColumn+" _id"), len(q.Sort), from+tail, append(turned, "_id"))
	} else {
		p.sql = "select " + strings.Join(columns, ", ") + " from " + from + tail
	}
	p.args = b.args
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

// asText reads a property as PostgreSQL writes it.
func asText(l *layers.Layer, p layers.Property) string { return named(l, p.Name) + "::text" }

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
func (b *builder) beyond(l *layers.Layer, q layers.Query) string {
	column, kind := key(l)
	var branches []string
	equal := ""
	for i, k := range q.Sort {
		name, v := orderBy(l, k.Property.Name), q.Cursor.Values[i]
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
	return "(" + strings.Join(append(branches, equal+column+op+b.param(q.Cursor.ID)+"::text::"+columnType(kind)), " or ") + ")"
}
