package store

import (
	_ "embed"
	"fmt"
	"strconv"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
)

//go:embed measure_pick.sql
var pickSQL string

// mostPicked bounds how many features a filter is tried on, so that one that picks
// nothing in a layer of millions costs no more than others.
const mostPicked = 2000

// askPick asks how far the nearest feature is that the pick is about.
func askPick(sites []site, need check.Need, k int, of check.Pick, on layers.Day) ask {
	shapes, planes := arrays(sites)
	b := builder{args: []any{shapes, planes, string(on)}}
	filter, err := b.filter(need.Layer, of.Expr, geo.CGCS2000)
	if err != nil { // a filter over properties that the layer has not
		return ask{"select", nil, func(rows pgx.Rows) error { rows.Close(); return fmt.Errorf("filter %q: %w", of.Filter, err) }}
	}
	sql := fillTable(pickSQL, need.Layer, "", map[string]string{"filter": filter, "day": "$3::text::date", "most": strconv.Itoa(mostPicked)})
	return ask{sql, b.args, func(rows pgx.Rows) error {
		var i int
		var nearest, least *float64
		n := 0
		_, err := pgx.ForEachRow(rows, []any{&i, &nearest, &least}, func() error {
			n++
			m := &sites[i-1].out.Layers[k]
			if m.Picked == nil {
				m.Picked = map[string]check.Picked{}
			}
			picked := check.Picked{Nearest: nearest}
			if least != nil {
				picked.LeastM = *least
			}
			m.Picked[of.Filter] = picked
			return nil
		})
		if err == nil && n != len(sites) {
			err = fmt.Errorf("the nearest of %q was looked for from %d of %d sites", of.Filter, n, len(sites))
		}
		return err
	}}
}
