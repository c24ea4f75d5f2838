package store

import (
	"math"
	"strconv"
	"strings"

	"planatlas/geo"
	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// tileQuery is the SQL for one layer of a tile. Its columns are the key as text, the
// geometry, the number of features that the row stands for, the middle and the side
// of the square that it is drawn as when the geometry is null, and the properties.
type tileQuery struct {
	sql  string
	args []any
}

// farCells is how many cells a feature of a generalised tile may reach beyond its cell
// and still be found by it; put_tiles keeps the box of those that reach farther.
const farCells = 3

func tilesTable(l *layers.Layer) string { return pgx.Identifier{"layers_tiles", l.ID}.Sanitize() }

func newTileQuery(l *layers.Layer, t tile.ID, share float64) tileQuery {
	b := &builder{}
	box, _ := b.box(t.Buffered(share), geo.CGCS2000, srid(l))
	keyColumn, _ := key(l)
	shown := shape(l)
	if !sameDatum(srid(l), geo.CGCS2000) {
		shown = inSystem(shown, srid(l), geo.CGCS2000)
	}
	columns := []string{keyColumn + "::text", shown + "::geometry", "null::int", "null::float8", "null::float8", "null::float8"}
	for _, p := range l.TileProperties() {
		columns = append(columns, tileColumn(l, p))
	}
	b.and(shape(l) + " && " + box.name)
	if !l.Managed() {
		return tileQuery{"select " + strings.Join(columns, ", ") + " from " + table(l) + " t" + box.from + b.clause() + " limit " + strconv.Itoa(tableFeatures+1), b.args}
	}
	// The database knows from which zoom on the layer is exact; of the two halves only
	// one is read.
	level := b.param(layers.CellLevel(t)) + "::int"
	exact := "(select planatlas.tile_finest(exact) < " + level + " from planatlas.tile_layer where layer = " + literal(l.ID) + ")"
	b.and("coalesce(" + exact + ", true)")
	sql := "select " + strings.Join(columns, ", ") + " from " + table(l) + " t" + b.clause()
	return tileQuery{sql + " union all " + b.generalised(l, t, share, level, "not "+exact), b.args}
}

// generalised reads what the cells of a layer show: those in the box and around it
// row by row, and those whose feature reaches far by its box.
func (b *builder) generalised(l *layers.Layer, t tile.ID, share float64, level, condition string) string {
	box := t.Buffered(share)
	scale := math.Exp2(float64(layers.CellLevel(t))) / 360
	at := func(degrees float64, reach int) string {
		return b.param(int64(math.Floor((degrees+180)*scale))+int64(reach)) + "::bigint"
	}
	rows := at(box.Min[1], -farCells) + ", " + at(box.Max[1], farCells)
	first, last := at(box.Min[0], -farCells), at(box.Max[0], farCells)
	number := func(v float64) string { return b.param(v) + "::float8" }
	place := "box(point(" + number(box.Min[0]) + " + 1000 * " + level + ", " + number(box.Min[1]) + "), point(" + number(box.Max[0]) + " + 1000 * " + level + ", " + number(box.Max[1]) + "))"
	size := number(1 / scale) // of a cell

	columns := []string{"t.id", `case when w.own then coalesce(w.geom, t.geom) when st_dimension(t.geom) = 1
		then st_setsrid(st_makeline(st_makepoint(x - w.side / 2, y), st_makepoint(x + w.side / 2, y)), 4490)
		when st_dimension(t.geom) = 0 then t.geom end`, "nullif(w.n, 1)", "x", "y", "w.side"}
	inner := []string{"t.id", "t.geom", "(st_xmin(t.geom) + st_xmax(t.geom)) / 2 x", "(st_ymin(t.geom) + st_ymax(t.geom)) / 2 y"}
	general := map[string]bool{}
	for _, p := range generalProperties(l) {
		general[p.Name] = true
	}
	for i, p := range l.TileProperties() {
		name := "p" + strconv.Itoa(i)
		if !general[p.Name] {
			columns = append(columns, "null::"+columnType(tileType(p.Type)))
			continue
		}
		columns = append(columns, "t."+name)
		inner = append(inner, tileColumn(l, p)+" "+name)
	}
	return "select " + strings.Join(columns, ", ") + ` from (
		select id, n, geom, size >= ` + size + " or (n = 1 and size >= " + size + " / 2) own, greatest(" + size + " / 2, least(" + size + ", case when n > 1 then sqrt(area / 1e10) else 0 end)) side from (select w.* from generate_series(" + rows + `) y
			cross join lateral (select * from ` + tilesTable(l) + " w where level = " + level + " and cell between (y << 32) | " + first + " and (y << 32) | " + last + ` and place is null offset 0) w
		union all select * from ` + tilesTable(l) + " w where place && " + place + " and level = " + level + `) w) w
		cross join lateral (select ` + strings.Join(inner, ", ") + " from " + table(l) + " t where t.id = w.id offset 0) t where " + condition
}

// tileColumn reads a property so that its binary form is the one that
// [tileValue] knows.
func tileColumn(l *layers.Layer, p layers.Property) string {
	if t := tileType(p.Type); t != layers.String {
		return named(l, p.Name) + "::" + columnType(t)
	}
	return asText(l, p)
}

// tileType is the type of a property in a tile, which has no dates.
func tileType(t layers.PropertyType) layers.PropertyType {
	if t == layers.Date {
		return layers.String
	}
	return t
}
