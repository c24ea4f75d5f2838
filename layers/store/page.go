package store

import (
	"cmp"
	"fmt"
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
		from += ", " + b.box(*q.BBox, q.BBoxSRID)
		if q.BBoxSRID == 0 && q.BBox.Min[0] <= q.BBox.Max[0] {
			b.and("t.geom && _box and case when t.geom @ _box then true else st_intersects(t.geom, _box) end")
		} else {
			b.and("t.geom && _box and st_intersects(t.geom, _box)")
		}
	}
	if q.ID != "" {
		b.and("t.id = " + b.param(q.ID))
	}
	if q.Valid != nil {
		b.and("t.valid && daterange(nullif(" + b.param(string(q.Valid.From)) + "::text, '')::date, nullif(" + b.param(string(q.Valid.To)) + "::text, '')::date)")
	}
	if q.Meets != nil {
		b.and(fmt.Sprintf("st_intersects(t.geom, (select geom from %s where id = %s))", table(q.Meets.Layer), b.param(q.Meets.ID)))
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

// box is a table of one row with the box, bound once for the whole query. A box
// across the antimeridian is two; the edges of a projected box are straight in
// its own plane.
func (b *builder) box(box orb.Bound, srid geo.SRID) string {
	envelope := func(west, east float64) string {
		return fmt.Sprintf("st_makeenvelope(%s::float8, %s::float8, %s::float8, %s::float8, %d)",
			b.param(west), b.param(box.Min[1]), b.param(east), b.param(box.Max[1]), cmp.Or(srid, geo.CGCS2000))
	}
	g := envelope(box.Min[0], box.Max[0])
	switch {
	case srid != 0:
		width := max(box.Max[0]-box.Min[0], box.Max[1]-box.Min[1], 1)
		g = "st_transform(st_segmentize(" + g + ", " + b.param(width/32) + "::float8), 4490)"
	case box.Min[0] > box.Max[0]:
		g = "st_collect(" + envelope(box.Min[0], 180) + ", " + envelope(-180, box.Max[0]) + ")"
	}
	return "(select " + g + " _box offset 0) _b"
}

// build writes the page: forward from a cursor or the start, or, for a page
// before a cursor, backward and then turned round.
func (p *pageQuery) build(l *layers.Layer, from string, b *builder, q layers.Query) {
	properties := q.Properties
	if properties == nil {
		properties = l.AllProperties()
	}
	p.properties = len(properties)
	columns := []string{"t.id", geometryColumn(q)}
	for _, prop := range properties {
		columns = append(columns, asText(prop))
	}
	var order, turned []string
	for i, k := range q.Sort {
		columns = append(columns, asText(k.Property)+" _k"+strconv.Itoa(i))
		order = append(order, orderBy(k.Property.Name)+direction(k.Descending != p.backward))
		turned = append(turned, "_s"+strconv.Itoa(i)+direction(k.Descending))
	}
	order = append(order, "t.id"+direction(p.backward))
	if q.Cursor != nil {
		b.and(b.beyond(q))
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
			columns = append(columns, expression(k.Property.Name)+" _s"+strconv.Itoa(i))
		}
		p.sql = turn(columns, len(q.Sort), from+tail, append(turned, "_c0"))
	} else {
		p.sql = "select " + strings.Join(columns, ", ") + " from " + from + tail
	}
	p.args = b.args
}

// turn wraps a backward query so that its rows come in the forward order, with
// their number behind each.
func turn(columns []string, keys int, rest string, order []string) string {
	inner := make([]string, len(columns))
	outer := make([]string, 0, len(columns))
	for i, c := range columns {
		inner[i] = c
		switch {
		case i >= len(columns)-keys: // a sort key as such, for the order alone
			continue
		case i >= len(columns)-2*keys: // a sort key as text
			outer = append(outer, "_k"+strconv.Itoa(i-(len(columns)-2*keys)))
			continue
		}
		inner[i] = c + " _c" + strconv.Itoa(i)
		outer = append(outer, "_c"+strconv.Itoa(i))
	}
	return "select " + strings.Join(outer, ", ") + ", (count(*) over ())::text from (select " + strings.Join(inner, ", ") +
		" from " + rest + ") _r order by " + strings.Join(order, ", ")
}

// orderBy reads a property for an order by clause, in which a bare name would
// mean the column of the result, which is text.
func orderBy(name string) string {
	if e := expression(name); e != quote(name) {
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
func asText(p layers.Property) string {
	if p.Type == layers.String {
		return expression(p.Name)
	}
	return expression(p.Name) + "::text"
}

// geometryColumn reads the geometry in the query's CRS and axis order. The
// geographic systems in use coincide, so that they are not transformed.
func geometryColumn(q layers.Query) string {
	g := "t.geom"
	if q.OutSRID != 0 && q.OutSRID != geo.CGCS2000 && q.OutSRID != geo.WGS84 {
		g = "st_transform(" + g + ", " + strconv.Itoa(int(q.OutSRID)) + ")"
	}
	if q.NorthFirst {
		g = "st_flipcoordinates(" + g + ")"
	}
	return g
}

// beyond is the condition for the rows behind the cursor in the order of the
// query, or before it. In an ascending order null comes last, in a descending one
// first, as PostgreSQL has it.
func (b *builder) beyond(q layers.Query) string {
	var branches []string
	equal := ""
	for i, k := range q.Sort {
		name, v := expression(k.Property.Name), q.Cursor.Values[i]
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
	return "(" + strings.Join(append(branches, equal+"t.id"+op+b.param(q.Cursor.ID)), " or ") + ")"
}
