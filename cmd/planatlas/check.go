package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
)

type checkCmd struct {
	reportFlags
	Site     string            `arg:"" help:"The site's boundary: 界址点 TXT, shapefile (zip), GeoJSON, KML, DXF, GeoPackage, CSV, XLSX, WKT and more; - reads it from standard input. The properties of GeoJSON may say what project it is."`
	Project  map[string]string `help:"What is said of the project, such as area_class=urban; goes before the file. May be repeated." placeholder:"NAME=VALUE" mapsep:"none"`
	Accuracy float64           `help:"Accuracy of the site's boundary in metres, when it is worse than the file says." placeholder:"METRES"`
	CRS      string            `help:"Coordinate system of the file, such as EPSG:4526, GCJ-02 or BD-09. Default: what the file or its numbers say." placeholder:"CODE"`
	Layer    string            `help:"Layer of the file, when several have areas." placeholder:"NAME"`
	On       string            `help:"Day whose law is applied and whose features are in force. Default: today in China." placeholder:"2026-03-15"`
	JSON     bool              `help:"Print the whole answer as JSON."`
	Report   []string          `help:"Also write a report: the ending .html, .pdf, .xlsx or .geojson is the format, or the site as .txt, .dxf, .shp.zip, .gpkg, .kml, .gml or .fgb. May be repeated." placeholder:"FILE" type:"path"`
	Lang     string            `help:"Language of the table." enum:"zh,en" default:"zh" env:"PLANATLAS_LANG"`
}

// Run checks the site, archives the answer, prints it and ends with the exit
// code of its verdict.
func (c *checkCmd) Run(ctx context.Context, g *globals, con console) error {
	site, err := c.read(ctx, g, con.in)
	if err != nil {
		return err
	}
	on, err := check.ParseDay(c.On)
	if err != nil {
		return err
	}
	if err := reportFiles(g, c.Report); err != nil {
		return err
	}
	return g.with(ctx, func(db *database) error {
		var now state
		if err := now.refresh(ctx, db.Store); err != nil {
			return err
		}
		if len(now.catalog().Layers) == 0 {
			return fmt.Errorf("no layers are loaded, so there is nothing to check against: run planatlas load: %w", layers.ErrNotFound)
		}
		_, answer, err := now.checker(db.Store, g.log).RunOn(ctx, site, on)
		if err != nil {
			return err
		}
		var a check.Answer
		if err := json.Unmarshal(answer, &a); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		if c.JSON {
			_, err = con.out.Write(append(answer, '\n'))
		} else {
			err = printAnswer(con.out, c.Lang, a)
		}
		if err == nil && len(c.Report) > 0 {
			err = c.write(ctx, g, db, a.ID, answer, c.Report)
		}
		if err != nil {
			return err
		}
		return verdictCode(a.Verdict)
	})
}

func (c *checkCmd) read(ctx context.Context, g *globals, in io.Reader) (check.Site, error) {
	datums, err := g.datums()
	if err != nil {
		return check.Site{}, err
	}
	var b []byte
	if c.Site == "-" {
		b, err = io.ReadAll(in)
	} else {
		b, err = os.ReadFile(c.Site)
	}
	if err != nil {
		return check.Site{}, &layers.InputError{Param: "site", Value: err.Error(), Err: err}
	}
	file := check.File{Bytes: b, Options: read.Options{Name: filepath.Base(c.Site), CRS: c.CRS, Layer: c.Layer, GDAL: read.NewGDAL(1), Datums: datums}}
	site, err := file.Read(ctx)
	if err != nil {
		return site, &layers.InputError{Param: c.Site, Value: err.Error(), Err: err}
	}
	said := map[string]any{}
	for name, v := range site.Project {
		said[name] = v
	}
	for name, v := range c.Project {
		said[name] = v
	}
	if !(c.Accuracy >= 0 && c.Accuracy <= check.MaxAccuracyM) {
		return site, &layers.InputError{Param: "--accuracy", Value: fmt.Sprint(c.Accuracy), Want: fmt.Sprintf("metres, 0 to %d", check.MaxAccuracyM)}
	}
	site.AccuracyM = max(site.AccuracyM, c.Accuracy)
	site.Project, err = check.ParseProject(said)
	return site, err
}

func verdictCode(v check.Verdict) error {
	switch v {
	case check.Advisory, check.AllClear:
		return nil
	case check.Incomplete:
		return exitError(exitIncomplete)
	}
	return exitError(exitConflict)
}
