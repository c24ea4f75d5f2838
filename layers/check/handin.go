package check

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"planatlas/geo"
	"planatlas/geo/read"

	"github.com/paulmach/orb"
)

// File is a site as somebody hands it in, with what is said beside it.
type File struct {
	Bytes     []byte
	Options   read.Options    // its limits are [SiteLimits]
	Project   json.RawMessage // attributes of the project, an object; nil for none
	AccuracyM json.RawMessage // of the site's boundary, metres; nil for none

	collection spoken // that the file is a feature of
}

// Read reads the site, whatever format [read.Sites] knows it has. The plots of a
// file are one site. A system that is less exact than the survey makes the site so.
func (f File) Read(ctx context.Context) (Site, error) {
	_, site, err := f.Plots(ctx)
	return site, err
}

// Plots is [File.Read] that returns the plots one by one too.
func (f File) Plots(ctx context.Context) (read.Result, Site, error) {
	f.Options.Limits = SiteLimits()
	r, err := read.Sites(ctx, f.Bytes, f.Options)
	if err != nil {
		return r, Site{}, err
	}
	site, err := f.site(r)
	return r, site, err
}

// site makes one site of plots of the file.
func (f File) site(r read.Result) (Site, error) {
	site := Site{Site: r.Site(f.Bytes), AccuracyM: r.AccuracyM}
	if r.System.Metric() || r.System.Shifted() || r.System.Datum() != "" {
		var all orb.MultiPolygon
		for _, p := range r.Plots {
			all = append(all, p.Source...)
		}
		site.Source = &geo.Shape{SRID: geo.SRID(r.System.EPSG()), Geom: all}
	}
	document := []byte("{}")
	if r.Format == read.FormatGeoJSON || r.Format == read.FormatJSONFG {
		document = f.Bytes
	}
	return site, site.hear(document, f)
}

// split reads the file as alternatives: each feature of a GeoJSON file, or each plot
// of any other, is a site.
func (f File) split(ctx context.Context) ([]Site, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(f.Bytes, []byte("\ufeff")), " \t\r\n")
	var doc struct {
		Features []json.RawMessage `json:"features"`
		CRS      json.RawMessage   `json:"crs,omitempty"`
		System   json.RawMessage   `json:"coordRefSys,omitempty"`
		spoken
	}
	if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &doc) != nil || doc.Type != "FeatureCollection" {
		return f.plots(ctx)
	}
	if err := enough("/features", len(doc.Features)); err != nil {
		return nil, err
	}
	var sites []Site
	for i, feature := range doc.Features {
		one := f
		one.Bytes, one.collection = feature, doc.spoken
		at, inside := fmt.Sprintf("/features/%d", i), ""
		if doc.CRS != nil || doc.System != nil { // which hold for each feature
			b, err := json.Marshal(map[string]any{"type": doc.Type, "crs": doc.CRS, "coordRefSys": doc.System, "features": []json.RawMessage{feature}})
			if err != nil {
				return nil, fmt.Errorf("take a feature: %w", err)
			}
			one.Bytes, inside = b, "/features/0"
		}
		site, err := one.Read(ctx)
		if err != nil {
			return nil, within(at, inside, err)
		}
		site.at = at
		sites = append(sites, site)
	}
	return sites, nil
}

// plots reads a file of which each plot is a site.
func (f File) plots(ctx context.Context) ([]Site, error) {
	f.Options.Limits = SiteLimits()
	r, err := read.Sites(ctx, f.Bytes, f.Options)
	if err != nil {
		return nil, err
	}
	if err := enough("body", len(r.Plots)); err != nil {
		return nil, err
	}
	var sites []Site
	for i := range r.Plots {
		one := r
		one.Plots = slices.Clone(r.Plots[i : i+1])
		site, err := f.site(one)
		if err != nil {
			return nil, err
		}
		if site.Name == "" {
			site.Name = r.Plots[i].Number
		}
		site.at = fmt.Sprintf("plot %d", i+1)
		sites = append(sites, site)
	}
	return sites, nil
}

// ReadAlternatives reads the sites of a comparison: each of several files is one, and of
// a single file each plot or feature.
func ReadAlternatives(ctx context.Context, files []File) ([]Site, error) {
	if len(files) == 1 {
		return files[0].split(ctx)
	}
	if err := enough("body", len(files)); err != nil {
		return nil, err
	}
	var sites []Site
	for _, f := range files {
		site, err := f.Read(ctx)
		if err != nil {
			return nil, within(f.Options.Name, "", err)
		}
		if site.at = f.Options.Name; site.Name == "" {
			site.Name = strings.TrimSuffix(f.Options.Name, path.Ext(f.Options.Name))
		}
		sites = append(sites, site)
	}
	return sites, nil
}
