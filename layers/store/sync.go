package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// syncLayer makes the layer's table if it is not there, adds columns that the
// declaration has and the table has not, and stores the declaration. It never
// drops or retypes a column.
func syncLayer(ctx context.Context, tx pgx.Tx, l *layers.Layer) error {
	declaration, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write the declaration of %s: %w", l.ID, err)
	}
	var there bool
	if err := tx.QueryRow(ctx, "select to_regclass($1) is not null", table(l)).Scan(&there); err != nil {
		return err
	}
	if !there {
		if err := createLayer(ctx, tx, l); err != nil {
			return fmt.Errorf("make the table of %s: %w", l.ID, err)
		}
	} else if err := extendLayer(ctx, tx, l); err != nil {
		return err
	}
	if l.HasGeometry() {
		if _, err := tx.Exec(ctx, "select planatlas.watch_parts($1)", l.ID); err != nil {
			return fmt.Errorf("make the parts of %s: %w", l.ID, err)
		}
	}
	// A layer that was retired goes on counting its revisions where it stopped.
	_, err = tx.Exec(ctx, `insert into planatlas.layer (id, declaration, revision, features, located, extent)
		select $1, $2, greatest(f.revision, (select coalesce(max(revision), 0) from `+historyTable(l)+`)), f.n, f.located, f.extent
		from (select coalesce(max(revision), 0) revision, count(*) n, count(geom) located, st_extent(geom) extent from `+table(l)+`
			where not exists (select from planatlas.layer where id = $1)) f
		on conflict (id) do update set declaration = excluded.declaration
		where planatlas.layer.declaration is distinct from excluded.declaration`, l.ID, declaration)
	if err == nil && l.HasGeometry() { // after its declaration, which names what tiles show
		if _, err = tx.Exec(ctx, "select planatlas.watch_tiles($1)", l.ID); err != nil {
			return fmt.Errorf("make the tiles of %s: %w", l.ID, err)
		}
		err = keepGeneral(ctx, tx, l, false)
	}
	return err
}

func createLayer(ctx context.Context, tx pgx.Tx, l *layers.Layer) error {
	columns := []string{"id text primary key"}
	for _, p := range stored(l) {
		columns = append(columns, quote(p.Name)+" "+columnType(p.Type)+constraint(p.Name))
	}
	check := "check (geom is null)"
	if l.HasGeometry() {
		check = "check (geom is null or accuracy_m is not null)"
	}
	columns = append(columns,
		"valid daterange not null default '[,)' check (not isempty(valid))",
		"revision bigint not null",
		"recorded tstzrange not null",
		"geom "+geometryType(l), check)
	ddl := []string{
		"create table " + table(l) + " (" + strings.Join(columns, ", ") + ")",
		"create index on " + table(l) + " using gist (geom)",
		"create table " + historyTable(l) + " (like " + table(l) + ")",
		"create index on " + historyTable(l) + " (id)",
	}
	if l.HasGeometry() {
		ddl = append(ddl, "create index on "+table(l)+" (entity) where entity is not null", "create index on "+table(l)+" (accuracy_m)")
	}
	for _, sql := range ddl {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "select planatlas.watch_layer($1)", l.ID)
	return err
}

// geometryType is the type of the layer's geometry column, which records have
// too and leave empty, so that one way through the code serves both.
func geometryType(l *layers.Layer) string {
	if !l.HasGeometry() {
		return "geometry(Geometry,4490)"
	}
	return fmt.Sprintf("geometry(%s,4490)", l.Geometry)
}

// constraint guards the columns that checks rely on against every client. In
// PostgreSQL NaN is larger than infinity.
func constraint(column string) string {
	switch column {
	case "name_zh", "name_en", "status", "geometry_source":
		return " not null"
	case "legal_effect":
		return " not null default 'indicative' check (legal_effect in ('statutory', 'plan', 'indicative'))"
	case "accuracy_m":
		return " check (accuracy_m > 0 and accuracy_m < 'infinity')"
	case "half_width_m":
		return " check (half_width_m >= 0 and half_width_m < 'infinity')"
	}
	return ""
}

func extendLayer(ctx context.Context, tx pgx.Tx, l *layers.Layer) error {
	rows, err := tx.Query(ctx, `select attname, format_type(atttypid, atttypmod) from pg_attribute
		where attrelid = $1::regclass and attnum > 0 and not attisdropped`, table(l))
	if err != nil {
		return err
	}
	have := map[string]string{}
	var name, kind string
	if _, err := pgx.ForEachRow(rows, []any{&name, &kind}, func() error { have[name] = kind; return nil }); err != nil {
		return err
	}
	if want := geometryType(l); have["geom"] != want {
		return fmt.Errorf("layer %s: its table holds %s and its declaration says %s: %w", l.ID, have["geom"], want, layers.ErrConflict)
	}
	for _, p := range stored(l) {
		switch have[p.Name] {
		case columnType(p.Type):
		case "":
			for _, t := range []string{table(l), historyTable(l)} {
				if _, err := tx.Exec(ctx, "alter table "+t+" add column "+quote(p.Name)+" "+columnType(p.Type)); err != nil {
					return fmt.Errorf("add %s to %s: %w", p.Name, l.ID, err)
				}
			}
		default:
			return fmt.Errorf("layer %s: property %s is stored as %s and declared as %s: %w", l.ID, p.Name, have[p.Name], p.Type, layers.ErrConflict)
		}
	}
	return nil
}
