package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"text/tabwriter"
	"time"

	"planatlas/api/webmap"
	reports "planatlas/layers/report"
	"planatlas/layers/store/cluster"
)

type doctorCmd struct{}

// findings collects the lines of the report and whether one is bad.
type findings struct {
	t   *tabwriter.Writer
	bad bool
}

func (f *findings) line(ok bool, what, text string) {
	mark := "ok"
	if !ok {
		mark, f.bad = "BAD", true
	}
	fmt.Fprintf(f.t, "%s\t%s\t%s\n", mark, what, text)
}

// Run prints one line for each thing that planatlas stands on.
func (doctorCmd) Run(ctx context.Context, g *globals, con console) error {
	f := &findings{t: tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)}
	f.line(true, "planatlas", version)
	f.line(webmap.Built(webmap.FS()), "map page", map[bool]string{true: "built", false: "not built: run make webmap, then build again"}[webmap.Built(webmap.FS())])
	usable := g.DatabaseURL != "" || f.programs(g)
	f.tool(ctx, "ogr2ogr", "GDAL, for files in other formats (Debian: gdal-bin)")
	f.font(g)
	if usable {
		f.database(ctx, g)
	}
	if err := f.t.Flush(); err != nil {
		return err
	}
	if f.bad {
		return exitError(exitFailed)
	}
	return nil
}

// programs tells whether the private database can run at all.
func (f *findings) programs(g *globals) bool {
	p, err := cluster.Find(g.PGBin)
	if err != nil {
		f.line(false, "PostgreSQL", err.Error())
		return false
	}
	f.line(p.PostGIS, "PostgreSQL", fmt.Sprintf("%d in %s, PostGIS %s", p.Version, p.Bin, map[bool]string{true: "installed", false: "missing"}[p.PostGIS]))
	dir, err := g.home()
	if err != nil {
		f.line(false, "data folder", err.Error())
		return false
	}
	f.line(true, "data folder", dir)
	return true
}

func (f *findings) tool(ctx context.Context, name, purpose string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, "--version").Output()
	if err != nil {
		f.line(false, name, "missing: "+purpose)
		return
	}
	f.line(true, name, strings.TrimSpace(string(out)))
}

// font tells whether reports can be written as PDF.
func (f *findings) font(g *globals) {
	path, err := reports.FindFont(g.Font)
	if err == nil {
		_, err = reports.LoadFont(g.Font)
	}
	if err != nil {
		f.line(false, "font", err.Error())
		return
	}
	f.line(true, "font", path+", for PDF reports")
}

func (f *findings) database(ctx context.Context, g *globals) {
	db, err := g.open(ctx, false)
	if err != nil {
		f.line(false, "database", err.Error())
		return
	}
	defer func() {
		if err := db.close(); err != nil {
			f.line(false, "database", err.Error())
		}
	}()
	info, err := db.Inspect(ctx)
	if err != nil {
		f.line(false, "database", err.Error())
		return
	}
	f.line(true, "database", "PostgreSQL "+info.Server)
	f.line(info.PostGIS != "" || g.DatabaseURL == "", "PostGIS", orElse(info.PostGIS, "not yet in this database"))
	have, want, err := db.SchemaVersion(ctx)
	if err != nil {
		f.line(false, "schema", err.Error())
		return
	}
	f.line(have == want, "schema", fmt.Sprintf("version %d of %d%s", have, want, map[bool]string{false: ": run planatlas migrate"}[have == want]))
	if have == want {
		f.layers(ctx, db, info.MissingIndexes)
	}
}

func (f *findings) layers(ctx context.Context, db *database, missing []string) {
	catalog, err := db.Catalog(ctx)
	if err != nil {
		f.line(false, "catalogue", err.Error())
		return
	}
	f.line(len(catalog.Layers) > 0, "layers", fmt.Sprintf("%d%s", len(catalog.Layers), map[bool]string{false: ": run planatlas load"}[len(catalog.Layers) > 0]))
	for _, l := range catalog.Layers {
		sum, err := db.Summary(ctx, l)
		if err != nil {
			f.line(false, l.ID, err.Error())
			continue
		}
		f.line(true, l.ID, fmt.Sprintf("%d features, %d located, revision %d", sum.Features, sum.Located, sum.Revision))
	}
	f.line(len(missing) == 0, "spatial indexes", orElse(strings.Join(missing, ", "), "all there"))
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
