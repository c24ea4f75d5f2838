package store

import (
	"fmt"
	"strconv"
	"strings"

	"planatlas/geo"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// This file, page.go and the filter files are the only places that join SQL
// strings. Names come from the declarations of layers and are quoted; values are
// always parameters.

// today is the calendar day in China, by which plans and laws take effect.
const today = "(now() at time zone 'Asia/Shanghai')::date"

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

func table(l *layers.Layer) string {
	if t := l.Table; t != nil {
		return pgx.Identifier{t.Schema, t.Name}.Sanitize()
	}
	return pgx.Identifier{"layers", stem(l)}.Sanitize()
}

// generalSuffix ends the name of a layer's generalised table.
const generalSuffix = ".public"

// stem names the table that is read for a layer, in the schema of layers and in that
// of their tiles.
func stem(l *layers.Layer) string {
	if l.General {
		return l.ID + generalSuffix
	}
	return l.ID
}

// key and shape are the columns of a layer's table t that hold the id and the
// geometry, and srid is the geometry's system.
func key(l *layers.Layer) (column string, kind layers.PropertyType) {
	if t := l.Table; t != nil {
		return clientText("t."+quote(t.Key), t.KeyType), t.KeyType
	}
	return "t.id", layers.String
}

func shape(l *layers.Layer) string {
	if t := l.Table; t != nil {
		return "t." + quote(t.Geometry)
	}
	return "t.geom"
}

func srid(l *layers.Layer) geo.SRID {
	if t := l.Table; t != nil {
		return geo.SRID(t.SRID)
	}
	return geo.CGCS2000
}

// named is a column expression of a property in a query over one layer alone.
func named(l *layers.Layer, name string) string {
	if !l.Managed() {
		p, _ := l.Property(name)
		return clientText("t."+quote(name), p.Type)
	}
	return expression(name)
}

// clientText reads a column that is text for clients as text, whatever it is in its table: an
// enumeration, a UUID or an address is compared with the text that clients see.
func clientText(column string, t layers.PropertyType) string {
	if t == layers.String {
		return column + "::text"
	}
	return column
}

func historyTable(l *layers.Layer) string {
	return pgx.Identifier{"layers_history", l.ID}.Sanitize()
}

// columnType is the PostgreSQL type of a property.
func columnType(t layers.PropertyType) string {
	switch t {
	case layers.Integer:
		return "bigint"
	case layers.Number:
		return "double precision"
	case layers.Boolean:
		return "boolean"
	case layers.Date:
		return "date"
	case layers.DateTime:
		return "timestamptz"
	}
	return "text"
}

// expression reads a property from the layer's table. The two dates of a
// feature are stored as one range.
func expression(name string) string {
	switch name {
	case "valid_from":
		return "lower(valid)"
	case "valid_to":
		return "upper(valid)"
	}
	return quote(name)
}

// stored returns the columns of a layer's table that a client writes, without
// id, valid and geom.
func stored(l *layers.Layer) []layers.Property {
	var out []layers.Property
	for _, p := range append(l.BaseProperties(), l.Properties...) {
		if p.Name != "valid_from" && p.Name != "valid_to" {
			out = append(out, p)
		}
	}
	return out
}

// names returns the quoted names of columns that a client writes, each behind
// the prefix, such as t.
func names(l *layers.Layer, prefix string) string {
	var out []string
	for _, p := range stored(l) {
		out = append(out, prefix+quote(p.Name))
	}
	return strings.Join(append(out, prefix+"valid", prefix+"geom"), ", ")
}

// builder collects conditions and their parameters.
type builder struct {
	where []string
	args  []any
}

func (b *builder) param(v any) string {
	b.args = append(b.args, v)
	return "$" + strconv.Itoa(len(b.args))
}

func (b *builder) and(condition string) { b.where = append(b.where, condition) }

func (b *builder) clause() string {
	if len(b.where) == 0 {
		return ""
	}
	return " where " + strings.Join(b.where, " and ")
}

// literal quotes a text for SQL. It is used for the ids of layers alone, which
// are lower-case names.
func literal(id string) string { return "'" + strings.ReplaceAll(id, "'", "''") + "'" }

// mentionsSQL finds who names one of the entities $1: one part for each property
// of the catalogue that holds ids of entities.
func mentionsSQL(catalog *layers.Catalog) string {
	var parts []string
	part := func(l *layers.Layer, role, from, condition string) {
		parts = append(parts, fmt.Sprintf(`select e, %s, id, %s, name_zh, name_en, coalesce(plan_section, ''), coalesce(plan_quote, ''), %s, %d
			from %s, %s e where %s and valid @> `+today,
			literal(l.ID), literal(role), ownProperties(l), l.Style.Order, table(l), from, condition))
	}
	for _, l := range catalog.Layers {
		if l.Inventory {
			part(l, "id", "unnest(array[id])", "id = any($1)")
		}
		for _, p := range l.AllProperties() {
			if p.Names {
				part(l, p.Name, "unnest(string_to_array("+expression(p.Name)+", ';'))", "e = any($1)")
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "select e, layer, id, role, zh, en, plan, quote, own from (" + strings.Join(parts, "\nunion all ") +
		") m (e, layer, id, role, zh, en, plan, quote, own, place) order by place, layer, id, e, role"
}

// ownProperties reads the properties that a record's layer declares as one JSON
// object; null for a feature, which has a page of its own.
func ownProperties(l *layers.Layer) string {
	if l.HasGeometry() {
		return "null::jsonb"
	}
	var columns []string
	for _, p := range l.Properties {
		columns = append(columns, expression(p.Name))
	}
	return "(select to_jsonb(_p) from (select " + strings.Join(columns, ", ") + ") _p)"
}

// namedSQL counts the inventory's named entities by layer, if there is an
// inventory that tells them from the others.
func namedSQL(sets []layers.FeatureSet) string {
	var inventory *layers.Layer
	located := []string{"select null::text as layer, null::text as entity where false"}
	for _, set := range sets {
		l := set.Layer
		_, tells := l.Property("specificity")
		if _, says := l.Property("layer"); l.Inventory && tells && says {
			inventory = l
		}
		if l.HasGeometry() {
			located = append(located, "select "+literal(l.ID)+", entity from "+table(l)+" where geom is not null")
		}
	}
	if inventory == nil {
		return ""
	}
	return "with located as (" + strings.Join(located, " union ") + `)
		select layer, count(*), count(*) filter (where (layer, id) in (select layer, entity from located))
		from ` + table(inventory) + " where specificity = 'named' group by layer"
}

// uncitedSQL finds features whose entity or citation is not the inventory's.
func uncitedSQL(sets []layers.FeatureSet) string {
	var inventory *layers.Layer
	for _, set := range sets {
		if set.Layer.Inventory {
			inventory = set.Layer
		}
	}
	if inventory == nil {
		return ""
	}
	var parts []string
	for _, set := range sets {
		if l := set.Layer; l.HasGeometry() {
			parts = append(parts, "select "+literal(l.ID)+", t.id, case when i.id is null then 'entity '||t.entity||' is not in the inventory' "+
				"else 'the plan is cited otherwise than in the inventory: '||i.plan_section||' '||i.plan_quote end from "+table(l)+" t left join "+table(inventory)+
				" i on i.id = t.entity where t.entity is not null and (i.id is null or (t.plan_section, t.plan_quote) is distinct from (i.plan_section, i.plan_quote))")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " union all ") + " order by 1, 2 limit 20"
}
