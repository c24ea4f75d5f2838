package store

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/cql"

	"github.com/paulmach/orb"
)

// This file writes filters as SQL. Operators, functions and types come from the
// closed lists of package cql, columns from the layer's declaration; every literal
// is a parameter. What [layers.Layer.CheckFilter] lets pass runs without an error:
// arithmetic and transformations that have no result give null.

// filterWriter writes one filter over one layer. srid is that of its geometries.
type filterWriter struct {
	*builder
	layer *layers.Layer
	srid  geo.SRID
	err   error
}

// andFilter adds the filter, if there is one. srid is that of the filter's
// geometries; 0 is CRS84.
func (b *builder) andFilter(l *layers.Layer, e cql.Expr, srid geo.SRID) error {
	if e == nil {
		return nil
	}
	sql, err := b.filter(l, e, srid)
	b.and(sql)
	return err
}

// filter checks the filter and returns it as SQL that is true, false or null.
func (b *builder) filter(l *layers.Layer, e cql.Expr, srid geo.SRID) (string, error) {
	if err := l.CheckFilter(e, srid); err != nil {
		return "", err
	}
	w := &filterWriter{builder: b, layer: l, srid: cmp.Or(srid, geo.CGCS2000)}
	sql := w.condition(e)
	if w.err != nil {
		return "", fmt.Errorf("write the filter: %w", w.err)
	}
	return "(" + sql + ")", nil
}

func (w *filterWriter) unexpected(e cql.Expr) string {
	if w.err == nil {
		w.err = fmt.Errorf("unexpected %T", e)
	}
	return "null"
}

func (w *filterWriter) condition(e cql.Expr) string {
	switch e := e.(type) {
	case cql.And:
		return w.joined(e, " and ", "true")
	case cql.Or:
		return w.joined(e, " or ", "false")
	case cql.Not:
		return "not (" + w.condition(e.Of) + ")"
	case cql.Compare:
		t := w.common(e.Left, e.Right)
		return w.as(e.Left, t) + collated(t, e.Op) + " " + e.Op + " " + w.as(e.Right, t)
	case cql.Between:
		t := w.common(e.Of, e.Low, e.High)
		return w.as(e.Of, t) + collated(t, "<") + " between " + w.as(e.Low, t) + " and " + w.as(e.High, t)
	case cql.In:
		return w.in(e)
	case cql.Like:
		return w.as(e.Of, cql.TypeString) + " like " + w.as(e.Pattern, cql.TypeString)
	case cql.IsNull:
		return w.isNull(e.Of)
	case cql.Relation:
		return w.relation(e)
	}
	return w.as(e, cql.TypeBoolean)
}

func (w *filterWriter) joined(es []cql.Expr, word, none string) string {
	if len(es) == 0 {
		return none
	}
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = "(" + w.condition(e) + ")"
	}
	return strings.Join(parts, word)
}

// collated makes texts compare by their code points in every database.
func collated(t cql.Type, op string) string {
	if t == cql.TypeString && op != "=" && op != "<>" {
		return ` collate "C"`
	}
	return ""
}

// common returns the type to compare in: whole numbers as such, so that an index
// can be used.
func (w *filterWriter) common(es ...cql.Expr) cql.Type {
	t := cql.CommonType(w.layer.FilterType, es...)
	if t != cql.TypeNumber {
		return t
	}
	for _, e := range es {
		l, isLiteral := e.(cql.Literal)
		if f, ok := l.Value.(float64); isLiteral && ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			continue
		}
		if isLiteral || cql.TypeOf(e, w.layer.FilterType) != cql.TypeInteger {
			return t
		}
	}
	return cql.TypeInteger
}

func (w *filterWriter) isNull(e cql.Expr) string {
	if i, ok := e.(cql.Interval); ok {
		sql := "false"
		for _, end := range []cql.Expr{i.Start, i.End} {
			if end != nil {
				sql += " or " + w.isNull(end)
			}
		}
		return sql
	}
	return w.as(e, cql.TypeOf(e, w.layer.FilterType)) + " is null"
}

// in writes a list of texts or numbers as one parameter.
func (w *filterWriter) in(e cql.In) string {
	t := w.common(append([]cql.Expr{e.Of}, e.List...)...)
	of := w.as(e.Of, t)
	var texts []string
	var numbers []float64
	for _, item := range e.List {
		l, _ := item.(cql.Literal)
		switch v := l.Value.(type) {
		case string:
			texts = append(texts, v)
		case float64:
			numbers = append(numbers, v)
		}
	}
	switch {
	case t == cql.TypeString && len(texts) == len(e.List):
		return of + " = any(" + w.param(texts) + "::text[])"
	case (t == cql.TypeNumber || t == cql.TypeInteger) && len(numbers) == len(e.List):
		return of + " = any(" + w.param(numbers) + "::double precision[]" + map[bool]string{true: "::bigint[]"}[t == cql.TypeInteger] + ")"
	}
	parts := make([]string, len(e.List))
	for i, item := range e.List {
		parts[i] = w.as(item, t)
	}
	return of + " in (" + strings.Join(parts, ", ") + ")"
}

// sqlType is the PostgreSQL type of values.
func sqlType(t cql.Type) string {
	return columnType(layers.PropertyType(t))
}

// as writes a value in a type.
func (w *filterWriter) as(e cql.Expr, t cql.Type) string {
	switch e := e.(type) {
	case cql.Literal:
		return w.literal(e.Value, t)
	case cql.Property:
		return w.column(e.Name, t)
	case cql.Arithmetic:
		return "planatlas.calculate('" + e.Op + "', " + w.as(e.Left, cql.TypeNumber) + ", " + w.as(e.Right, cql.TypeNumber) + ")"
	case cql.Casei:
		return "lower(upper(" + w.as(e.Of, cql.TypeString) + "))"
	case cql.Accenti:
		return "unaccent(" + w.as(e.Of, cql.TypeString) + ")"
	case cql.Call:
		return w.call(e)
	case cql.Array:
		return w.array(e)
	case cql.Interval:
		return w.unexpected(e)
	}
	return "(" + w.condition(e) + ")"
}

// column reads a property. A date that meets a timestamp is the start of its day
// in UTC.
func (w *filterWriter) column(name string, t cql.Type) string {
	p, isProperty := w.layer.Property(name)
	switch {
	case !isProperty && t == cql.TypeGeometry && w.layer.Managed():
		return "geom"
	case !isProperty && t == cql.TypeGeometry:
		return inSystem(shape(w.layer), srid(w.layer), geo.CGCS2000)
	case !isProperty && name == "id" && w.layer.Managed():
		return "id"
	case !isProperty && name == "id":
		return "t." + quote(w.layer.Table.Key) + "::text" // ids are texts for clients
	case !isProperty:
		return w.unexpected(cql.Property{Name: name})
	case cql.Type(p.Type) == t:
		return named(w.layer, name)
	case t == cql.TypeTimestamp:
		return "(" + named(w.layer, name) + "::timestamp at time zone 'UTC')"
	}
	return named(w.layer, name) + "::" + sqlType(t)
}

func (w *filterWriter) literal(v cql.Value, t cql.Type) string {
	switch v := v.(type) {
	case bool:
		return map[bool]string{true: "true", false: "false"}[v]
	case float64:
		if t == cql.TypeInteger {
			return w.param(int64(v)) + "::bigint"
		}
		return w.param(v) + "::double precision"
	case cql.BBox:
		return w.geometry(v.Geometry())
	case orb.Geometry:
		return w.geometry(v)
	case cql.Date:
		return w.instant(string(v), t)
	case cql.Timestamp:
		return w.instant(string(v), t)
	case string:
		if t == cql.TypeDate || t == cql.TypeTimestamp {
			return w.instant(v, t)
		}
		return w.param(v) + "::text"
	}
	return w.unexpected(cql.Literal{Value: v})
}

func (w *filterWriter) instant(s string, t cql.Type) string {
	if t == cql.TypeTimestamp && !strings.Contains(s, "T") {
		s += "T00:00:00Z"
	}
	return w.param(s) + "::" + sqlType(t)
}

// geometry binds a geometry and brings it to the layer's reference system. CGCS2000
// and WGS 84 are taken as equal. Sides of another system are straight there, so they
// get more positions. Areas are repaired where their sides touch themselves or their
// parts overlap.
func (w *filterWriter) geometry(g orb.Geometry) string {
	srid := w.srid
	if srid == geo.WGS84 {
		srid = geo.CGCS2000
	}
	b, err := postgis.Marshal(geo.Shape{SRID: srid, Geom: g})
	if err != nil && w.err == nil {
		w.err = err
	}
	sql := "st_geomfromewkb(" + w.param(b) + "::bytea)"
	if srid != geo.CGCS2000 {
		size := max(g.Bound().Max[0]-g.Bound().Min[0], g.Bound().Max[1]-g.Bound().Min[1], 1)
		sql = "planatlas.to_degrees(st_segmentize(" + sql + ", " + w.param(size/32) + "::double precision))"
	}
	_, isCollection := g.(orb.Collection)
	if isCollection || g.Dimensions() == 2 {
		sql = "st_makevalid(" + sql + ", 'method=structure keepcollapsed=true')"
	}
	if isCollection { // its members may overlap, which no relation takes
		sql = "st_unaryunion(" + sql + ")"
	}
	return sql
}

// call writes a function of [cql.Functions].
func (w *filterWriter) call(e cql.Call) string {
	var args []string
	for i, a := range e.Args {
		t := cql.TypeString
		for _, f := range cql.Functions() {
			if f.Name == e.Name {
				t = f.Args[i].Type
			}
		}
		args = append(args, w.as(a, t))
	}
	list := strings.Join(args, ", ")
	switch e.Name {
	case "abs", "ceil", "floor", "lower", "round", "starts_with", "upper":
		return e.Name + "(" + list + ")"
	case "area_m2", "length_m":
		return "planatlas." + e.Name + "(" + list + ")"
	case "centroid":
		return "st_centroid(" + list + ")"
	case "char_length":
		return "char_length(" + list + ")::double precision"
	case "trim":
		return "btrim(" + list + ")"
	case "split":
		return fmt.Sprintf("case when %s is not null and %s is not null then array(select 's' || i from unnest(string_to_array(%s)) i) end", args[0], args[1], list)
	}
	return w.unexpected(e)
}
