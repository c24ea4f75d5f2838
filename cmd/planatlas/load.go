package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"planatlas/layers"
)

type loadCmd struct {
	Folder  string `arg:"" optional:"" default:"yangquan" help:"Data folder, such as data/yangquan; yangquan is built in."`
	DryRun  bool   `help:"Only say what would change."`
	Retire  bool   `help:"Take layers out of the catalogue that the folder does not have; their tables stay."`
	Discard bool   `name:"discard-imports" help:"Bring imported layers back to the folder's state, too. Without it they stay as they were imported."`
}

// Run loads the folder in one transaction and prints what changed.
func (c *loadCmd) Run(ctx context.Context, g *globals, con console) error {
	return g.with(ctx, func(db *database) error {
		diffs, err := g.load(ctx, db, c.Folder, c.DryRun, c.Retire, c.Discard)
		if err != nil {
			return err
		}
		printDiffs(con.out, diffs)
		if c.DryRun {
			fmt.Fprintln(con.out, "dry run: nothing was changed")
			return nil
		}
		return g.buildTiles(ctx, db)
	})
}

func printDiffs(w io.Writer, diffs []layers.Diff) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	var named, located int64
	fmt.Fprintln(t, "added\tchanged\tremoved\tunchanged\trevision\tnamed\tlocated\t  layer")
	for _, d := range diffs {
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t  %s\n", d.Added, d.Changed, d.Removed, d.Unchanged, d.Version.Revision, d.Named, d.Located, d.Layer)
		named, located = named+d.Named, located+d.Located
	}
	_ = t.Flush() // a closed terminal is no reason to undo a load
	for _, d := range diffs {
		if k := d.Kept; k != nil {
			fmt.Fprintf(w, "%s is as it was imported: %s, version %s, from %s; --discard-imports replaces it\n", d.Layer, k.Table, k.Version, k.File)
		}
	}
	if named > 0 {
		fmt.Fprintf(w, "%d named entities of the plan, %d located, %d not located; 0 errors\n", named, located, named-located)
	}
}

type migrateCmd struct{}

// Run migrates the database.
func (migrateCmd) Run(ctx context.Context, g *globals, con console) error {
	db, err := g.open(ctx, false)
	if err != nil {
		return err
	}
	from, to, err := db.Migrate(ctx)
	if err == nil {
		fmt.Fprintf(con.out, "schema version %d (was %d)\n", to, from)
	}
	if closing := db.close(); err == nil {
		err = closing
	}
	return err
}
