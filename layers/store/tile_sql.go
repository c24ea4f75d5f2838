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
// geometry, or else the shape of a cell as TWKB, or else nothing; the number of features
// that the row stands for, the middle and the side of the square by which nothing is
// drawn, and the properties.
type tileQuery struct {
	sql  string
	args []any
}

// farCells is how many cells a feature of a generalised tile may reach beyond its cell
// and still be found by it; put_tiles keeps the box of those that reach farther.
const farCells = 3

func tilesTable(l *layers.Layer) string { return pgx.Identifier{"layers_tiles", stem(l)}.Sanitize() }

func newTileQuery(l *layers.Layer, t tile.ID, share float64) tileQuery {
	b := &builder{}
	box, _ := b.box(t.Buffered(share), geo.CGCS2000, srid(l))
	keyColumn, _ := key(l)
	shown := shape(l)
	if !sameDatum(srid(l), geo.CGCS2000) {
		shown = inSystem(shown, srid(l), geo.CGCS2000)
	}
	columns := []string{keyColumn + "::text", shown + "::geometry", "null::bytea", "null::int", "null::float8", "null::float8", "null::float8"}
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
	exact := "(select planatlas.tile_finest(exact) < " + level + " from planatlas.tile_layer where layer = " + literal(stem(l)) + ")"
	b.and("coalesce(" + exact + ", true)")
	sql := "select " + strings.Join(columns, ", ") + " from " + table(l) + " t" + b.clause()
	return tileQuery{sql + " union all " + b.generalised(l, t, share, level, "not "+exact), b.args}
}

// generalised reads what the cells of a layer show: those in the box and around it
// row by row, and those whose feature reaches far by its box. While the layer's pyramid
// is still to be made they are found out for this one tile.
func (b *builder) generalised(l *layers.Layer, t tile.ID, share float64, level, condition string) string {
	box := t.Buffered(share)
	scale := math.Exp2(float64(layers.CellLevel(t))) / 360
	at := func(degrees float64, reach int) string {
		return b.param(int64(math.Floor((degrees+180)*scale))+int64(reach)) + "::bigint"
	}
	rows := at(box.Min[1], -farCells) + ", " + at(box.Max[1], farCells)
	first, last := at(box.Min[0], -farCells), at(box.Max[0], farCells)
	number := func(v float64) string { return b.param(v) + "::float8" }
	corners := [4]string{number(box.Min[0]), number(box.Min[1]), number(box.Max[0]), number(box.Max[1])}
	place := "box(point(" + corners[0] + " + 1000 * " + level + ", " + corners[1] + "), point(" + corners[2] + " + 1000 * " + level + ", " + corners[3] + "))"
	size := number(1 / scale) // of a cell

	columns := []string{"id", "null::geometry", "shape", "nullif(n, 1)", "x", "y", "greatest(" + size + " / 2, least(" + size + ", case when n > 1 then sqrt(area / 1e10) else 0 end))"}
	for _, p := range l.TileProperties() {
		if !isGeneral(l, p) {
			columns = append(columns, "null::"+columnType(tileType(p.Type)))
			continue
		}
		columns = append(columns, "props[(select array_position(columns, "+literal(p.Name)+") from planatlas.tile_layer where layer = "+literal(stem(l))+")]")
	}
	return "select " + strings.Join(columns, ", ") + " from (select w.* from generate_series(" + rows + `) line
			cross join lateral (select * from ` + tilesTable(l) + " w where level = " + level + " and cell between (line << 32) | " + first + " and (line << 32) | " + last + ` and place is null offset 0) w
		union all select * from ` + tilesTable(l) + " w where place && " + place + " and level = " + level + `
		union all select w.* from planatlas.tile_now(` + literal(stem(l)) + ", " + level + ", st_expand(st_makeenvelope(" + strings.Join(corners[:], ", ") + ", 4490), " + strconv.Itoa(farCells) + " * " + size + `)) w
			where (select exact < 0 from planatlas.tile_layer where layer = ` + literal(stem(l)) + ")) w where " + condition
}

// isGeneral tells the properties that a generalised tile has: those by which the
// features are told apart, and their label. planatlas.tile_columns names them too.
func isGeneral(l *layers.Layer, p layers.Property) bool {
	return p.Type == layers.String && (len(p.Codes) > 0 || p.Name == l.Style.Label)
}

// tileColumn reads a property so that its binary form is the one that
// [tileValue] knows.
func tileColumn(l *layers.Layer, p layers.Property) string {
	if t := tileType(p.Type); t != layers.String {
		return named(l, p.Name) + "::" + columnType(t)
	}
	return asText(l, p)
}

// tileType is the type of a property in a tile, which has no dates and times.
func tileType(t layers.PropertyType) layers.PropertyType {
	if t == layers.Date || t == layers.DateTime {
		return layers.String
	}
	return t
}
