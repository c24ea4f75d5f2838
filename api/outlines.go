package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"planatlas/api/encode"
	"planatlas/geo"
	"planatlas/layers"

	"github.com/paulmach/orb/encoding/wkb"
)

// outline is an area that coverages refer to, as a GeoJSON feature.
type outline struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Properties outlineFacts    `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"` // CRS84
}

type outlineFacts struct {
	Entity    string  `json:"entity"`
	NameZH    string  `json:"name_zh"`
	NameEN    string  `json:"name_en"`
	Source    string  `json:"geometry_source"`
	AccuracyM float64 `json:"accuracy_m"`
	Effect    string  `json:"legal_effect"`
}

// outlines is GET /outlines: the city and its counties as the layers' coverages
// refer to them, the largest first.
func (s *server) outlines(w *response, req *http.Request) error {
	all, err := s.Reader.Outlines(req.Context(), s.finestM())
	if err != nil {
		return err
	}
	features := []outline{}
	for _, o := range all {
		binary, err := wkb.Marshal(o.Shape.Geom)
		if err != nil {
			return fmt.Errorf("outline %s: %w", o.ID, err)
		}
		shape, err := geo.WKB(binary).AppendGeoJSON(nil, 6)
		if err != nil {
			return fmt.Errorf("outline %s: %w", o.ID, err)
		}
		features = append(features, outline{"Feature", o.ID, outlineFacts{o.Entity, o.NameZH, o.NameEN, o.GeometrySource, o.AccuracyM, string(layers.Indicative)}, shape})
	}
	return w.json(typeGeoJSON, map[string]any{"type": "FeatureCollection", "features": features,
		"links": []encode.Link{{Href: base(req) + "/outlines", Rel: "self", Type: typeGeoJSON}}})
}
