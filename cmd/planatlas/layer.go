package main

import (
	"context"
	"fmt"
	"strings"

	"planatlas/layers"
)

type layerCmd struct {
	Add layerAddCmd `cmd:"" help:"Publish a table or view of the database as it is."`
}

type layerAddCmd struct {
	Table   string `required:"" help:"Table, partitioned table or view, as schema.table." placeholder:"SCHEMA.TABLE"`
	Key     string `help:"Column whose values are unique. Default: the primary key."`
	ID      string `help:"Id of the collection. Default: the table's name." name:"id"`
	TitleZH string `help:"Title in Chinese." name:"title-zh"`
	TitleEN string `help:"Title in English." name:"title-en"`

	Accuracy float64 `help:"How exact its positions are, in metres. A service that is open to the public shows tables of 50 m and more alone." placeholder:"METRES" name:"accuracy-m"`
}

// Run writes the declaration from the database's catalogue and stores it.
func (c *layerAddCmd) Run(ctx context.Context, g *globals, con console) error {
	schema, table, ok := strings.Cut(c.Table, ".")
	if !ok {
		schema, table = "public", c.Table
	}
	return g.with(ctx, func(db *database) error {
		p, err := db.DescribeTable(ctx, schema, table, c.Key)
		if err != nil {
			return err
		}
		l := p.Layer
		for _, given := range []struct{ from, to *string }{{&c.ID, &l.ID}, {&c.TitleZH, &l.Title.ZH}, {&c.TitleEN, &l.Title.EN}} {
			if *given.from != "" {
				*given.to = *given.from
			}
		}
		if c.Accuracy < 0 {
			return &layers.InputError{Param: "--accuracy-m", Value: fmt.Sprint(c.Accuracy), Want: "metres, 0 or more"}
		}
		l.Table.AccuracyM = c.Accuracy
		if !layers.IsIdentifier(l.ID) {
			return &layers.InputError{Param: "id", Value: l.ID, Want: "a lower-case name such as industrial_parks", Hint: "give it with --id"}
		}
		if err := db.Publish(ctx, l); err != nil {
			return err
		}
		for _, w := range p.Warnings {
			fmt.Fprintln(con.err, "planatlas: warning:", w)
		}
		fmt.Fprintf(con.out, "%s: %s, key %s, %d properties, EPSG:%d\n", l.ID, l.Geometry, l.Table.Key, len(l.Properties), l.Table.SRID)
		return nil
	})
}
