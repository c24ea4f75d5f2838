package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// Publication is a table or view of the database's own, ready to be published.
type Publication struct {
	Layer    *layers.Layer
	Warnings []string // what makes it slow or strange
}

// DescribeTable writes the declaration of a table, partitioned table, view or
// materialised view from the database's catalogue. key names the column whose
// values are unique; empty takes the primary key or a unique one.
func (s *Store) DescribeTable(ctx context.Context, schema, name, key string) (Publication, error) {
	t := &layers.Table{Schema: schema, Name: name, Key: key}
	l := &layers.Layer{ID: strings.ToLower(name), Table: t, LegalEffect: layers.Indicative, Access: layers.Public}
	l.Title = layers.Text{ZH: name, EN: name}
	l.Style = layers.Style{Order: 500, Stroke: "#555555", Width: 1, Zoom: [2]int{0, 22}}
	p := Publication{Layer: l}
	err := s.pool.QueryRow(ctx, `select f_geometry_column, srid, type from geometry_columns
		where f_table_schema = $1 and f_table_name = $2 order by f_geometry_column <> 'geom', 1 limit 1`, schema, name).Scan(&t.Geometry, &t.SRID, &l.Geometry)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, &layers.InputError{Param: "table", Value: schema + "." + name, Want: "a table or view with a geometry column"}
	}
	if err != nil {
		return p, domainError("describe the table", err)
	}
	l.Geometry = geometryName(string(l.Geometry))
	if t.SRID == 0 {
		return p, &layers.InputError{Param: "table", Value: schema + "." + name, Want: "a geometry column with an SRID", Hint: "alter table … alter column … type geometry(…, 4490)"}
	}
	if t.Key == "" {
		if t.Key, err = s.uniqueKey(ctx, schema, name); err != nil {
			return p, err
		}
	}
	if err := s.columns(ctx, &p); err != nil {
		return p, err
	}
	return p, s.warnings(ctx, &p)
}

// geometryName turns PostGIS's upper-case name into that of the Simple Features.
func geometryName(postgis string) layers.GeometryType {
	for _, g := range []layers.GeometryType{"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"} {
		if strings.EqualFold(string(g), strings.TrimRight(postgis, "ZMzm")) {
			return g
		}
	}
	return "Geometry"
}

func (s *Store) uniqueKey(ctx context.Context, schema, name string) (string, error) {
	var column string
	err := s.pool.QueryRow(ctx, `select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
		where i.indrelid = format('%I.%I', $1::text, $2::text)::regclass and i.indisunique and i.indnkeyatts = 1 and i.indpred is null and i.indexprs is null
			and (i.indisprimary or a.attnotnull)
		order by i.indisprimary desc, a.attnum limit 1`, schema, name).Scan(&column)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", &layers.InputError{Param: "key", Value: schema + "." + name + " has no primary or unique key", Want: "the name of a column whose values are unique", Hint: "give it with --key"}
	}
	return column, domainError("look for the key", err)
}

// columns turns the columns into properties. Types that have no form in GeoJSON
// are given as text.
func (s *Store) columns(ctx context.Context, p *Publication) error {
	t := p.Layer.Table
	rows, err := s.pool.Query(ctx, `select a.attname, format_type(a.atttypid, a.atttypmod), coalesce(col_description(a.attrelid, a.attnum), '')
		from pg_attribute a where a.attrelid = format('%I.%I', $1::text, $2::text)::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`, t.Schema, t.Name)
	if err != nil {
		return domainError("read the columns", err)
	}
	found := false
	var name, kind, comment string
	_, err = pgx.ForEachRow(rows, []any{&name, &kind, &comment}, func() error {
		prop := layers.Property{Name: name, Type: propertyType(kind), Title: layers.Text{ZH: name, EN: name}}
		if comment != "" {
			prop.Title = layers.Text{ZH: comment, EN: comment}
		}
		if name == t.Key {
			found, t.KeyType = true, prop.Type
			if prop.Type == layers.String && !textual(kind) {
				p.Warnings = append(p.Warnings, fmt.Sprintf("the key is read as text; for pages of a large table: create index on %s ((%s::text))", pgx.Identifier{t.Schema, t.Name}.Sanitize(), quote(name)))
			}
		}
		if !strings.HasPrefix(kind, "geometry") && !strings.HasPrefix(kind, "geography") && name != t.Key {
			p.Layer.Properties = append(p.Layer.Properties, prop)
		}
		return nil
	})
	if err == nil && !found {
		err = &layers.InputError{Param: "key", Value: t.Key, Want: "a column of " + t.Schema + "." + t.Name}
	}
	return domainError("read the columns", err)
}

// textual reports whether a type is text in the database too.
func textual(kind string) bool {
	return kind == "text" || strings.HasPrefix(kind, "character")
}

func propertyType(kind string) layers.PropertyType {
	switch {
	case kind == "smallint" || kind == "integer" || kind == "bigint":
		return layers.Integer
	case kind == "real" || kind == "double precision" || strings.HasPrefix(kind, "numeric"):
		return layers.Number
	case kind == "boolean":
		return layers.Boolean
	case kind == "date":
		return layers.Date
	case kind == "timestamp with time zone" || strings.HasPrefix(kind, "timestamp(") && strings.HasSuffix(kind, "with time zone"):
		return layers.DateTime
	}
	return layers.String
}

func (s *Store) warnings(ctx context.Context, p *Publication) error {
	t := p.Layer.Table
	var isView, indexed bool
	err := s.pool.QueryRow(ctx, `select c.relkind = 'v', exists (select from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_am m on m.oid = ic.relam
			join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indrelid = c.oid and m.amname = 'gist' and a.attname = $3)
		from pg_class c where c.oid = format('%I.%I', $1::text, $2::text)::regclass`, t.Schema, t.Name, t.Geometry).Scan(&isView, &indexed)
	if !isView && !indexed {
		p.Warnings = append(p.Warnings, fmt.Sprintf("no spatial index: create index on %s using gist (%s)", pgx.Identifier{t.Schema, t.Name}.Sanitize(), quote(t.Geometry)))
	}
	return domainError("look for a spatial index", err)
}

// Publish stores the declaration of a published table; running services show it
// at once.
func (s *Store) Publish(ctx context.Context, l *layers.Layer) error {
	if l.Managed() {
		return fmt.Errorf("publish %s: it is no table of the database's own: %w", l.ID, layers.ErrConflict)
	}
	declaration, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write the declaration of %s: %w", l.ID, err)
	}
	tag, err := s.pool.Exec(ctx, `insert into planatlas.layer (id, declaration) values ($1, $2)
		on conflict (id) do update set declaration = excluded.declaration where planatlas.layer.declaration ? 'table'`, l.ID, declaration)
	if err == nil && tag.RowsAffected() == 0 {
		err = fmt.Errorf("the id is a layer of planatlas: choose another with --id: %w", layers.ErrConflict)
	}
	return domainError("publish "+l.ID, err)
}
