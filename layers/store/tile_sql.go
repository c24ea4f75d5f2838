package store

import (
	"strings"

	"planatlas/geo"
	"planatlas/geo/tile"
	"planatlas/layers"
)

// tileQuery is the SQL for one layer of a tile.
type tileQuery struct {
	sql  string
	args []any
}

func newTileQuery(l *layers.Layer, t tile.ID, share float64) tileQuery {
	b := &builder{}
	box, _ := b.box(t.Buffered(share), geo.CGCS2000, srid(l))
	b.and(shape(l) + " && " + box.name)
	keyColumn, _ := key(l)
	shown := shape(l)
	if !sameDatum(srid(l), geo.CGCS2000) {
		shown = inSystem(shown, srid(l), geo.CGCS2000)
	}
	columns := []string{keyColumn + "::text", shown}
	for _, p := range l.TileProperties() {
		columns = append(columns, tileColumn(l, p))
	}
	return tileQuery{"select " + strings.Join(columns, ", ") + " from " + table(l) + " t" + box.from + b.clause(), b.args}
}

// tileColumn reads a property so that its binary form is the one that
// [tileValue] knows.
func tileColumn(l *layers.Layer, p layers.Property) string {
	switch p.Type {
	case layers.Integer:
		return named(l, p.Name) + "::bigint"
	case layers.Number:
		return named(l, p.Name) + "::float8"
	case layers.Boolean:
		return named(l, p.Name) + "::boolean"
	}
	return asText(l, p)
}
