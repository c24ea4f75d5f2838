package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/export"
)

type exportCmd struct {
	PMTiles pmtilesCmd `cmd:"" name:"pmtiles" help:"Write vector tiles as PMTiles, version 3."`
	MBTiles mbtilesCmd `cmd:"" name:"mbtiles" help:"Write vector tiles as MBTiles 1.3."`
}

type (
	pmtilesCmd struct{ exportFlags }
	mbtilesCmd struct{ exportFlags }
)

// Run writes PMTiles.
func (c *pmtilesCmd) Run(ctx context.Context, g *globals, con console) error {
	return c.export(ctx, g, con, export.PMTiles)
}

// Run writes MBTiles.
func (c *mbtilesCmd) Run(ctx context.Context, g *globals, con console) error {
	return c.export(ctx, g, con, export.MBTiles)
}

type exportFlags struct {
	Layers    []string `help:"Layers to draw, in this order. Default: all public ones." placeholder:"ID"`
	Zooms     string   `help:"First and last zoom of WebMercatorQuad (${default})." default:"0-14"`
	Internal  bool     `help:"Allow layers that are not public."`
	Exact     bool     `help:"Write public layers as they are stored. Default: as a service open to the public shows them, generalised to 50 m or what published_m says."`
	Unchanged bool     `help:"Go on with a stopped export of published tables too: they have not changed since."`
	Output    string   `short:"o" help:"File to write. Default: planatlas and the ending of the format." placeholder:"FILE" type:"path"`
}

// lastExportZoom is the last zoom of which tiles are made, as in the API.
const lastExportZoom = 22

// export writes the tiles.
func (c *exportFlags) export(ctx context.Context, g *globals, con console, format export.Format) error {
	job := export.Job{Format: format, File: c.Output, Software: version, Unchanged: c.Unchanged}
	if job.File == "" {
		job.File = "planatlas." + string(format)
	}
	var err error
	if job.MinZoom, job.MaxZoom, err = zooms(c.Zooms); err != nil {
		return err
	}
	return g.with(ctx, func(db *database) error {
		catalog, err := db.Catalog(ctx)
		if err != nil {
			return err
		}
		if job.Layers, err = c.choose(catalog); err != nil {
			return err
		}
		if !c.Exact {
			if err := db.Generalise(ctx, layers.NewCatalog(job.Layers)); err != nil {
				return err
			}
			for i, l := range job.Layers {
				if l.Access == layers.Public {
					job.Layers[i] = l.ForPublic()
				}
			}
		}
		p := printer{w: con.err, every: 10 * time.Second}
		if f, ok := con.err.(*os.File); ok {
			if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
				p.every, p.terminal = time.Second/4, true
			}
		}
		job.Report = p.report
		if err := g.buildTiles(ctx, db); err != nil {
			return err
		}
		err = export.Run(ctx, db, job)
		p.end()
		if errors.Is(err, context.Canceled) {
			return fmt.Errorf("stopped; the same command goes on from %s.part", job.File)
		}
		if errors.Is(err, layers.ErrTooLarge) {
			return fmt.Errorf("%w; a published table can only be exported from a zoom on at which its tiles are small: --zooms", err)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.out, "%s: %d tiles, %s\n", job.File, p.last.Drawn, megabytes(p.last.Bytes))
		return err
	})
}

// choose returns the layers that the flags name.
func (c *exportFlags) choose(catalog *layers.Catalog) (chosen []*layers.Layer, err error) {
	var drawn []string
	for _, l := range catalog.Layers {
		if l.Geometry == "" {
			continue
		}
		drawn = append(drawn, l.ID)
		if len(c.Layers) == 0 && l.Access == layers.Public && (c.Exact || l.ForPublic() != nil) {
			chosen = append(chosen, l)
		}
	}
	for _, id := range c.Layers {
		l, err := catalog.Layer(id)
		if err != nil || l.Geometry == "" {
			want := "a layer with geometries"
			if near := layers.Nearest(id, drawn); near != "" {
				want += ", such as " + near
			}
			return nil, &layers.InputError{Param: "--layers", Value: id, Want: want}
		}
		if l.Access != layers.Public && !c.Internal {
			return nil, &layers.InputError{Param: "--layers", Value: id, Want: "a public layer", Hint: "--internal allows others; whoever has the file can read them"}
		}
		if l.Access == layers.Public && !c.Exact && l.ForPublic() == nil {
			return nil, &layers.InputError{Param: "--layers", Value: id, Want: fmt.Sprintf("a table whose positions are not more exact than %d m", layers.PublicM),
				Hint: "planatlas layer add --accuracy-m says how exact they are; --exact writes them as they are, for whoever has the file"}
		}
		chosen = append(chosen, l)
	}
	if len(chosen) == 0 {
		return nil, &layers.InputError{Param: "--layers", Want: "at least one layer with geometries"}
	}
	return chosen, nil
}

// zooms reads "0-14" or "12".
func zooms(s string) (from, to uint32, err error) {
	a, b, span := strings.Cut(s, "-")
	if !span {
		b = a
	}
	low, err1 := strconv.ParseUint(a, 10, 8)
	high, err2 := strconv.ParseUint(b, 10, 8)
	if err1 != nil || err2 != nil || low > high || high > lastExportZoom {
		return 0, 0, &layers.InputError{Param: "--zooms", Value: s, Want: fmt.Sprintf("two zooms from %d to %d, such as 0-14", tile.WebMercatorQuad.MinZoom(), lastExportZoom)}
	}
	return uint32(low), uint32(high), nil
}

// printer says on standard error how far an export is.
type printer struct {
	w        io.Writer
	every    time.Duration
	terminal bool // the line is written over
	said     time.Time
	last     export.Progress
}

func (p *printer) report(now export.Progress) {
	p.last = now
	if p.said.IsZero() {
		p.said = now.Began
		if now.Found > 0 {
			fmt.Fprintf(p.w, "going on with an export that was stopped: %d of %d tiles are there\n", now.Found, now.All)
		}
	}
	if time.Since(p.said) < p.every && !now.Completing {
		return
	}
	p.said = time.Now()
	share := 100.0
	if now.All > 0 {
		share = 100 * float64(now.Done) / float64(now.All)
	}
	line := fmt.Sprintf("zoom %d: %d of %d tiles (%.1f %%), %s", now.Zoom, now.Done, now.All, share, megabytes(now.Bytes))
	if left := now.Left(p.said).Round(time.Second); left > 0 {
		line += ", " + left.String() + " left"
	}
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.w, line)
}

// end leaves the line that was written over.
func (p *printer) end() {
	if p.terminal && !p.said.IsZero() {
		fmt.Fprintln(p.w)
	}
}

func megabytes(n uint64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
