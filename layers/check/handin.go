package check

import (
	"bytes"
	"context"
	"encoding/json"

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
}

// Read reads the site, whatever format [read.Sites] knows it has. The plots of a
// file are one site. A system that is less exact than the survey makes the site so.
func (f File) Read(ctx context.Context) (Site, error) {
	if f.plain() {
		return readShared(f.Bytes, f.Project, f.AccuracyM)
	}
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
	site := Site{Site: r.Site(f.Bytes), AccuracyM: r.AccuracyM}
	var all orb.MultiPolygon
	for _, p := range r.Plots {
		all = append(all, p.Source...)
	}
	site.Source = &geo.Shape{SRID: geo.SRID(r.System.EPSG()), Geom: all}
	document := []byte("{}")
	if r.Format == read.FormatGeoJSON || r.Format == read.FormatJSONFG {
		document = f.Bytes
	}
	return r, site, site.hear(document, f.Project, f.AccuracyM)
}

// plain tells GeoJSON in longitude and latitude, of which nothing has to be found
// out.
func (f File) plain() bool {
	if f.Options.CRS != "" || f.Options.Format != "" || f.Options.Faults != read.RefuseFaults {
		return false
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(f.Bytes, []byte("\ufeff")), " \t\r\n")
	if len(text) == 0 || text[0] != '{' { // a TXT of land registration begins with a bracket too
		return len(text) == 0 || text[0] == '[' && json.Valid(text)
	}
	var doc struct {
		CRS        json.RawMessage `json:"crs"`
		CoordRefer json.RawMessage `json:"coordRefSys"`
		Place      json.RawMessage `json:"place"`
	}
	return json.Unmarshal(text, &doc) != nil || doc.CRS == nil && doc.CoordRefer == nil && doc.Place == nil
}
