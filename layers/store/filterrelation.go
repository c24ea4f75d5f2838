package store

import (
	"fmt"
	"strings"

	"planatlas/geo"
	"planatlas/layers/cql"

	"github.com/paulmach/orb"
)

// relation writes a spatial, temporal or array function.
func (w *filterWriter) relation(e cql.Relation) string {
	switch e.Op[0] {
	case 't':
		return w.temporal(e)
	case 'a':
		return w.sets(e)
	}
	a, b := w.as(e.Left, cql.TypeGeometry), w.as(e.Right, cql.TypeGeometry)
	switch e.Op {
	case "s_disjoint":
		return "not (" + a + " && " + b + " and st_intersects(" + a + ", " + b + "))"
	case "s_intersects", "s_equals", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains":
		return w.indexed(e) + a + " && " + b + " and st_" + strings.TrimPrefix(e.Op, "s_") + "(" + a + ", " + b + ")"
	}
	return w.unexpected(e)
}

// indexed is what lets a relation between a geometry of a published table, which is
// stored in a system of its own, and one of the filter be found by index: it holds
// wherever that does.
func (w *filterWriter) indexed(e cql.Relation) string {
	stored := srid(w.layer)
	if w.layer.Managed() || stored == geo.CGCS2000 || !sameDatum(w.srid, geo.CGCS2000) {
		return ""
	}
	column, other := e.Left, e.Right
	if _, isColumn := column.(cql.Property); !isColumn {
		column, other = other, column
	}
	_, isColumn := column.(cql.Property)
	literal, isLiteral := other.(cql.Literal)
	if !isColumn || !isLiteral {
		return ""
	}
	var box orb.Bound
	switch v := literal.Value.(type) {
	case cql.BBox:
		box = v.Geometry().Bound()
	case orb.Geometry:
		box = v.Bound()
	}
	width := max(box.Max[0]-box.Min[0], box.Max[1]-box.Min[1], 1e-5)
	if width > 20 { // what is far from a projection's zone has no place in it
		return ""
	}
	of := w.as(literal, cql.TypeGeometry)
	if sameDatum(stored, geo.CGCS2000) {
		of = inSystem(of, geo.CGCS2000, stored)
	} else { // the edges of the box are straight in degrees: a hundredth of its width is more than they bend
		of = fmt.Sprintf("st_expand(st_transform(st_segmentize(st_envelope(%s), %s::float8), %d), %s::float8)", of, w.param(width/32), stored, w.param(1113*width))
	}
	return shape(w.layer) + " && " + of + " and "
}

// temporal compares the ends of two times, as days when both have days.
func (w *filterWriter) temporal(e cql.Relation) string {
	var ends []cql.Expr
	for _, side := range []cql.Expr{e.Left, e.Right} {
		start, finish := cql.Ends(side)
		ends = append(ends, start, finish)
	}
	t := cql.TypeDate
	for _, end := range ends {
		if end != nil && w.instantType(end) == cql.TypeTimestamp {
			t = cql.TypeTimestamp
		}
	}
	all, not := cql.Bounds(e.Op)
	parts := make([]string, len(all))
	for i, b := range all {
		parts[i] = w.bound(ends, int(b.Left), t) + " " + b.Op + " " + w.bound(ends, 2+int(b.Right), t)
	}
	sql := strings.Join(parts, " and ")
	if not {
		sql = "not (" + sql + ")"
	}
	return sql
}

// bound writes one end of a time; those of even index are starts.
func (w *filterWriter) bound(ends []cql.Expr, i int, t cql.Type) string {
	switch {
	case ends[i] != nil:
		return w.as(ends[i], t)
	case i%2 == 0:
		return "'-infinity'::" + sqlType(t)
	}
	return "'infinity'::" + sqlType(t)
}

// instantType is the type of an instant; a text literal has that of what it says.
func (w *filterWriter) instantType(e cql.Expr) cql.Type {
	t := cql.TypeOf(e, w.layer.FilterType)
	if t == cql.TypeString {
		t = cql.CommonType(w.layer.FilterType, cql.Literal{Value: cql.Date("0001-01-01")}, e)
	}
	return t
}

// sets compares two arrays. Their items are texts that start with the type.
func (w *filterWriter) sets(e cql.Relation) string {
	a, b := "planatlas.as_set("+w.as(e.Left, cql.TypeArray)+")", "planatlas.as_set("+w.as(e.Right, cql.TypeArray)+")"
	switch e.Op {
	case "a_equals":
		return a + " = " + b
	case "a_contains":
		return a + " @> " + b
	case "a_containedby":
		return a + " <@ " + b
	case "a_overlaps":
		return a + " && " + b
	}
	return w.unexpected(e)
}

func (w *filterWriter) array(e cql.Array) string {
	items := make([]string, len(e.Items))
	for i, item := range e.Items {
		items[i] = w.item(item)
	}
	return "array[" + strings.Join(items, ", ") + "]::text[]"
}

func (w *filterWriter) item(e cql.Expr) string {
	switch t := cql.TypeOf(e, w.layer.FilterType); t {
	case cql.TypeString:
		return "'s' || " + w.as(e, t)
	case cql.TypeNumber, cql.TypeInteger:
		return "'n' || (" + w.as(e, cql.TypeNumber) + " + 0)::text"
	case cql.TypeBoolean:
		return "'b' || " + w.as(e, t) + "::text"
	case cql.TypeDate, cql.TypeTimestamp:
		return "'t' || " + w.utc(e)
	case cql.TypeInterval:
		start, finish := cql.Ends(e)
		return "'i' || " + w.end(start, "-infinity") + " || '/' || " + w.end(finish, "infinity")
	case cql.TypeGeometry:
		return "'g' || encode(st_asbinary(st_normalize(" + w.as(e, t) + ")), 'hex')"
	case cql.TypeArray:
		return "'a' || planatlas.as_set(" + w.as(e, t) + ")::text"
	}
	return w.unexpected(e)
}

func (w *filterWriter) end(e cql.Expr, open string) string {
	if e == nil {
		return "'" + open + "'"
	}
	return w.utc(e)
}

func (w *filterWriter) utc(e cql.Expr) string {
	return "(" + w.as(e, cql.TypeTimestamp) + " at time zone 'UTC')::text"
}
