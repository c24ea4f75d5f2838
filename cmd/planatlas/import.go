package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"planatlas/data"
	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/ingest"
)

type importCmd struct {
	Layer       string             `arg:"" help:"Layer to fill, such as ecological_protection_red_line."`
	File        string             `arg:"" help:"Official file: Shapefile (.shp or zip), GeoPackage, file geodatabase (.gdb or zip), GeoJSON, FlatGeobuf, MapInfo; also DXF, KML and coordinate lists." type:"path"`
	Version     string             `required:"" help:"Version, as the authority names it." placeholder:"2024-06"`
	LegalEffect layers.LegalEffect `required:"" help:"What the outlines can prove: ${enum}." enum:"statutory,plan,indicative" placeholder:"EFFECT"`
	SourceDate  layers.Day         `help:"Day of the data. Default: what the version names." placeholder:"2024-06-30"`
	From        layers.Day         `help:"First day for which checks may rely on it. Default: the day of the data." placeholder:"DAY"`
	Area        string             `help:"Outline inside which the file holds everything, such as pingding-xian. Default: the layer's." placeholder:"OUTLINE"`
	Partial     string             `help:"Why the file does not hold everything in the area: then nothing is ever clear of this layer." placeholder:"WHY"`
	Authority   string             `help:"Who delivered it. Default: what the mapping says." placeholder:"NAME"`
	Licence     string             `help:"Terms of use." placeholder:"TEXT"`
	CRS         string             `help:"Coordinate system of the file, such as EPSG:4526. Default: what the file says." placeholder:"CODE"`
	LayerInFile string             `help:"Layer of the file. Default: the one with the table's name, or the only one." placeholder:"NAME"`
	Mapping     string             `help:"Mapping of fields to properties, a TOML file. Default: the built-in one of the layer." type:"existingfile" placeholder:"FILE"`
	ID          string             `name:"id" help:"Field with the id of each feature, or row for the row's number. Default: what the mapping says." placeholder:"FIELD"`
	OnInvalid   string             `help:"Rows that cannot be stored: refuse the whole file, or skip them, whereby the layer is not complete." enum:"refuse,skip" default:"refuse"`
	Overlaps    bool               `help:"Look for overlaps in files of any size."`
	DryRun      bool               `help:"Only report; store nothing."`
	JSON        bool               `help:"Print the report as JSON."`
	Lang        string             `help:"Language of the report." enum:"zh,en" default:"zh" env:"PLANATLAS_LANG"`
}

// importLarge is the size from which the indexes of an empty table are rebuilt.
const importLarge = 16 << 20

// Run imports the file in one transaction and prints what was found in it.
func (c *importCmd) Run(ctx context.Context, g *globals, con console) error {
	began := time.Now()
	return g.with(ctx, func(db *database) (err error) {
		job, err := c.prepare(ctx, db)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, job.file.Close()) }()
		p := newProgress(con.err, c.Lang, job.file.Rows)
		defer p.stop()
		var covered *geo.Shape
		o, err := db.Outline(ctx, job.declared.Coverage.Area)
		switch {
		case errors.Is(err, layers.ErrNotFound):
			return &layers.InputError{Param: "--area", Value: job.declared.Coverage.Area, Want: "the id of an outline of the data folder", Err: err}
		case err != nil:
			return err
		}
		covered = &o.Shape
		if err := job.file.Use(job.declared, job.mapping, c.ID, covered, p.rows); err != nil {
			return err
		}
		done, err := db.Import(ctx, layers.Import{Layer: job.declared, Partial: ingest.Without(job.declared), Features: job.file.Features(ctx), LeftOut: job.file.LeftOut,
			Skip: c.OnInvalid == "skip", Large: job.file.Rows.Size == 0 && job.file.Rows.Count > 50_000 || job.file.Rows.Size > importLarge,
			DryRun: c.DryRun, Overlaps: c.Overlaps, Step: p.step})
		if err != nil {
			p.stop()
			return fmt.Errorf("%s: nothing was changed: %w", c.File, err)
		}
		r := c.report(job, done, time.Since(began))
		p.stop()
		if c.JSON {
			e := json.NewEncoder(con.out)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			err = e.Encode(r)
		} else {
			err = printImport(con.out, c.Lang, r)
		}
		if err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
		if !done.Stored && !c.DryRun || done.ProblemCount+r.Found.ProblemCount > 0 && c.OnInvalid == "refuse" {
			return exitError(exitUsage)
		}
		return nil
	})
}

// importJob is an opened file and what is to become of it.
type importJob struct {
	file     *ingest.File
	mapping  *ingest.Mapping
	declared *layers.Layer
	redirect layers.Text // why another layer is filled than was named
}

// prepare finds the layer, opens the file and makes the declaration.
func (c *importCmd) prepare(ctx context.Context, db *database) (job importJob, err error) {
	catalog, err := db.Catalog(ctx)
	if err != nil {
		return job, err
	}
	if len(catalog.Layers) == 0 {
		return job, fmt.Errorf("no layers are declared: run planatlas load first: %w", layers.ErrNotFound)
	}
	if job.mapping, err = c.mapping(); err != nil {
		return job, err
	}
	target := c.Layer
	if m := job.mapping; m != nil && m.Layer != target && c.Mapping == "" {
		if c.LegalEffect != layers.Statutory { // the layer itself is meant
			job.mapping = nil
		} else if target = m.Layer; true {
			job.redirect = layers.Text{ZH: c.Layer + " 只含规划文字的示意范围；法定界线属于图层 " + target + "，已导入该图层",
				EN: c.Layer + " holds indicative areas of the plan's words; the statutory line is the layer " + target + ", which was filled"}
		}
	}
	rules, err := data.Rules()
	if err != nil {
		return job, err
	}
	wanted, err := check.ReadWanted(rules)
	if err != nil {
		return job, err
	}
	layer, err := ingest.Target(catalog, wanted, target)
	if err != nil {
		return job, err
	}
	if job.mapping == nil {
		job.mapping = ingest.Plain(layer)
	}
	if job.mapping.Counties == nil {
		b, err := data.Divisions()
		if err != nil {
			return job, err
		}
		if job.mapping.Counties, err = ingest.Divisions(b); err != nil {
			return job, err
		}
	}
	job.file, err = ingest.Open(ctx, c.File, read.Options{CRS: c.CRS, Layer: c.LayerInFile, Tables: job.mapping.Tables, GDAL: read.NewGDAL(2)})
	if err != nil {
		var bad *read.Error
		if errors.As(err, &bad) || errors.Is(err, os.ErrNotExist) {
			text := err.Error()
			if bad != nil && c.Lang == "zh" && bad.ZH != "" {
				text = bad.ZH
			}
			err = &layers.InputError{Param: filepath.Base(c.File), Value: text, Err: err}
		}
		return job, err
	}
	hash, err := job.file.Rows.SHA256()
	if err == nil {
		job.declared, err = job.file.Declare(layer, job.mapping, ingest.Terms{Version: c.Version, LegalEffect: c.LegalEffect, Date: c.SourceDate, From: c.From, Area: c.Area,
			Authority: layers.Text{ZH: c.Authority, EN: c.Authority}, Licence: c.Licence, Partial: c.Partial}, hash)
	}
	if err != nil {
		return job, errors.Join(err, job.file.Close())
	}
	return job, nil
}

// mapping reads the mapping that is named, or the built-in one of the layer.
func (c *importCmd) mapping() (*ingest.Mapping, error) {
	if c.Mapping != "" {
		m, err := ingest.ReadMapping(os.DirFS(filepath.Dir(c.Mapping)), filepath.Base(c.Mapping))
		if err == nil && m.Layer != c.Layer {
			err = fmt.Errorf("it is a mapping for the layer %s", m.Layer)
		}
		if err != nil {
			return nil, &layers.InputError{Param: "--mapping", Value: err.Error(), Err: err}
		}
		return m, nil
	}
	folder, err := data.Mappings()
	if err != nil {
		return nil, err
	}
	all, err := ingest.ReadMappings(folder)
	if err != nil {
		return nil, err
	}
	return ingest.Choose(all, c.Layer), nil
}
