package api

import (
	"net/http"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers/check"

	"github.com/paulmach/orb"
)

// sitesAnswer is a file of sites as it was understood: a GeoJSON FeatureCollection
// with a feature for each plot, and what was believed about the file. Its geometries
// are what POST /checks takes them for.
type sitesAnswer struct {
	Type      string        `json:"type"`
	BBox      [4]float64    `json:"bbox"` // west, south, east, north; CRS84
	Features  []siteFeature `json:"features"`
	Format    read.Format   `json:"format"`
	Encoding  string        `json:"encoding,omitempty"` // of a text
	CRS       string        `json:"crs"`                // of the numbers in the file
	AccuracyM float64       `json:"accuracy_m"`
	SHA256    string        `json:"sha256"`
	Sound     bool          `json:"sound"` // no plot has a fault, so that it can be checked as it is
	Project   check.Project `json:"project"`
	Notices   []read.Notice `json:"notices"`
	Beliefs   []read.Belief `json:"beliefs"`
}

type siteFeature struct {
	Type       string         `json:"type"`
	ID         int            `json:"id"` // from 1, in the order of the file
	Properties siteProperties `json:"properties"`
	Geometry   siteGeometry   `json:"geometry"`
}

type siteProperties struct {
	read.Plot
	Area check.Measure `json:"area"` // on the ellipsoid
}

type siteGeometry struct {
	Type        string       `json:"type"`
	Coordinates orb.Geometry `json:"coordinates"` // CRS84
}

// readSites answers with what a file holds. Faults of the boundaries do not refuse
// it: they stand beside the plots, so that they can be shown and mended.
func (s *server) readSites(w *response, req *http.Request) error {
	file, err := s.file(w, req)
	if err != nil {
		return err
	}
	if file.Options.Faults == read.RefuseFaults {
		file.Options.Faults = read.KeepFaults
	}
	r, site, err := file.Plots(req.Context())
	if err != nil {
		return readError(err)
	}
	a := sitesAnswer{Type: "FeatureCollection", Format: r.Format, CRS: r.CRS, AccuracyM: site.AccuracyM, SHA256: r.SHA256, Sound: true,
		Project: site.Project, Notices: append([]read.Notice{}, r.Notices...), Beliefs: r.Beliefs}
	b := site.Shape.Geom.Bound()
	a.BBox = [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	for _, belief := range r.Beliefs {
		if belief.What == "encoding" {
			a.Encoding = belief.Value
		}
	}
	for i, p := range r.Plots {
		area := geo.Area(p.Shape.Geom)
		a.Sound = a.Sound && (len(p.Faults) == 0 || p.Repair != nil)
		a.Features = append(a.Features, siteFeature{Type: "Feature", ID: i + 1, Properties: siteProperties{p, check.Measure{M2: float64(area), Ha: area.Hectares(), Mu: area.Mu()}},
			Geometry: siteGeometry{p.Shape.Geom.GeoJSONType(), p.Shape.Geom}})
	}
	if a.Project == nil {
		a.Project = check.Project{}
	}
	return w.json(typeGeoJSON, a)
}
