package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"planatlas/api"
	"planatlas/api/encode"
	"planatlas/layers"
	reports "planatlas/layers/report"
)

// reportFlags say how reports are written.
type reportFlags struct {
	ReportLang string `help:"Language of reports." enum:"zh,en,both" default:"zh" env:"PLANATLAS_REPORT_LANG"`
	What       string `help:"Areas in files of GIS, CAD and land registration." enum:"site,conflicts,remainder,all" default:"site"`
	FileCRS    string `help:"Coordinate system of these files, such as EPSG:4547. Default: that of the file that was handed in, where the format has it." placeholder:"CODE"`
	Charset    string `help:"Encoding of names in these files. Default: gbk in TXT, utf-8 in shapefiles." enum:",gbk,utf-8" default:""`
	Address    string `help:"Public address of the service, for the QR code of reports." placeholder:"URL" env:"PLANATLAS_ADDRESS"`
}

type reportCmd struct {
	reportFlags
	ID     string   `arg:"" help:"Id of the check."`
	Output []string `short:"o" required:"" help:"File to write: its ending (.html, .pdf, .xlsx, .geojson) is the format; areas alone go into .txt, .dxf, .shp.zip, .gpkg, .kml, .gml and .fgb. May be repeated." placeholder:"FILE" type:"path"`
}

// Run writes reports of an archived check.
func (c *reportCmd) Run(ctx context.Context, g *globals) error {
	if err := reportFiles(g, c.Output); err != nil {
		return err
	}
	return g.with(ctx, func(db *database) error {
		answer, err := db.ArchivedAnswer(ctx, c.ID)
		if err != nil {
			return err
		}
		return c.write(ctx, g, db, c.ID, answer, c.Output)
	})
}

// reportFiles says before any work when a file has no known ending, or when there
// is no font for it.
func reportFiles(g *globals, files []string) error {
	for _, f := range files {
		if strings.HasSuffix(f, ".pdf") {
			if _, err := reports.LoadFont(g.Font); err != nil {
				return err
			}
		}
		if !slices.Contains(reports.Formats(), ending(f)) && !isGeometry(f) {
			return &layers.InputError{Param: "report", Value: f, Want: "a file that ends in ." + strings.Join(reports.Formats(), ", .") + ", .txt, .dxf, .shp.zip, .gpkg, .kml, .gml or .fgb"}
		}
	}
	return nil
}

// ending is the format that the name of a file says.
func ending(file string) string {
	if strings.HasSuffix(file, ".shp.zip") {
		return "shp"
	}
	return strings.TrimPrefix(filepath.Ext(file), ".")
}

// isGeometry tells the files that hold areas of a check and no report.
func isGeometry(file string) bool {
	return ending(file) != "geojson" && slices.Contains(api.GeometryFormats(), ending(file))
}

// geometry writes areas of an archived check.
func (c reportFlags) geometry(ctx context.Context, db *database, id, file string) error {
	r, err := db.Archived(ctx, id)
	if err != nil {
		return err
	}
	f, err := api.Geometry(ctx, encode.Formats(encode.NewGDAL(1)), r, api.GeometryOptions{Format: ending(file), What: reports.Role(c.What), CRS: c.FileCRS,
		GBK: c.Charset == "gbk", UTF8: c.Charset == "utf-8"})
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, f.Bytes, 0o644); err != nil {
		return fmt.Errorf("write the areas: %w", err)
	}
	return nil
}

// write writes the reports of an archived answer.
func (c reportFlags) write(ctx context.Context, g *globals, db *database, id string, answer []byte, files []string) error {
	for _, f := range files {
		if isGeometry(f) {
			if err := c.geometry(ctx, db, id, f); err != nil {
				return err
			}
		}
	}
	files = slices.DeleteFunc(slices.Clone(files), isGeometry)
	if len(files) == 0 {
		return nil
	}
	a, err := reports.Read(answer)
	if err != nil {
		return err
	}
	box, err := reports.Area(a)
	if err != nil {
		return err
	}
	catalog, err := db.Catalog(ctx)
	if err != nil {
		return err
	}
	around, err := db.BaseMap(ctx, catalog, box, reports.Known(a))
	if err != nil {
		return err
	}
	address := ""
	if c.Address != "" {
		address = strings.TrimRight(c.Address, "/") + "/checks/" + a.ID
	}
	r, err := reports.New(a, reports.Options{Lang: reports.Lang(c.ReportLang), Address: address, Base: around})
	if err != nil {
		return err
	}
	for _, f := range files {
		b, err := form(g, r, ending(f))
		if err != nil {
			return err
		}
		if err := os.WriteFile(f, b, 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

func form(g *globals, r *reports.Report, format string) ([]byte, error) {
	switch format {
	case "pdf":
		font, err := reports.LoadFont(g.Font)
		if err != nil {
			return nil, err
		}
		return r.PDF(font)
	case "xlsx":
		return r.XLSX()
	case "geojson":
		return r.GeoJSON()
	}
	return r.HTML()
}
