package api

import (
	"net/http"
	"slices"
	"strings"

	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// tileJSON is a TileJSON 3.0.0 document.
type tileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Description  string        `json:"description,omitempty"`
	Version      string        `json:"version"`
	Attribution  string        `json:"attribution,omitempty"`
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      uint32        `json:"minzoom"`
	MaxZoom      uint32        `json:"maxzoom"`
	Bounds       *[4]float64   `json:"bounds,omitempty"`
	Center       *[3]float64   `json:"center,omitempty"`
	VectorLayers []vectorLayer `json:"vector_layers"`
}

type vectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"`
	MaxZoom     uint32            `json:"maxzoom"`
	ExactZoom   uint32            `json:"exactzoom"` // from which every feature is there as it is
	Fields      map[string]string `json:"fields"`
}

// tileJSONOfLayers is the TileJSON of the layers of a short address.
func (s *server) tileJSONOfLayers(w *response, req *http.Request) error {
	list, err := pathValue(req, "layers")
	if err != nil {
		return err
	}
	ls, err := s.tileLayers("layers", list)
	if err != nil {
		return err
	}
	names := idList(ls)
	from := source{layers: ls, title: layers.Text{ZH: names, EN: names}}
	if len(ls) == 1 {
		from.title = ls[0].Title
	}
	return s.tileJSON(w, req, from, base(req)+"/tiles/"+names+"/{z}/{x}/{y}.mvt", typeJSON)
}

// tileJSON answers with the TileJSON of tiles at the addresses of the template.
func (s *server) tileJSON(w *response, req *http.Request, from source, template, media string) error {
	lang := language(req)
	doc := tileJSON{TileJSON: "3.0.0", Name: inLanguage(lang, from.title), Version: "1.0.0", Scheme: "xyz", Tiles: []string{template},
		VectorLayers: []vectorLayer{}}
	doc.MinZoom, doc.MaxZoom = s.zooms(tile.WebMercatorQuad)
	var bound *orb.Bound
	var credits []string
	for _, l := range from.layers {
		sum, err := s.Reader.Summary(req.Context(), l)
		if err != nil {
			return err
		}
		if sum.Extent != nil {
			bound = union(bound, *sum.Extent)
		}
		if !slices.Contains(credits, l.Source.Attribution) && l.Source.Attribution != "" {
			credits = append(credits, l.Source.Attribution)
		}
		one := vectorLayer{ID: l.ID, Description: inLanguage(lang, l.Title), MinZoom: doc.MinZoom, MaxZoom: doc.MaxZoom, ExactZoom: sum.Exact(tile.WebMercatorQuad), Fields: map[string]string{"id": "String", l.TileCount(): "Number"}}
		if !l.Managed() {
			one.MinZoom = max(one.MinZoom, sum.Sparse(tile.WebMercatorQuad))
		}
		for _, p := range l.TileProperties() {
			one.Fields[p.Name] = inLanguage(lang, p.Title)
		}
		doc.VectorLayers = append(doc.VectorLayers, one)
	}
	doc.Attribution = strings.Join(credits, "; ")
	if bound != nil {
		doc.Bounds = &[4]float64{bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]}
		doc.Center = &[3]float64{bound.Center()[0], bound.Center()[1], float64(min(max(zoomOf(*bound), doc.MinZoom), doc.MaxZoom))}
	}
	sayLanguage(w.Header(), lang)
	return w.json(media, doc)
}

// zoomOf is the zoom at which a map of a few hundred pixels shows the box.
func zoomOf(b orb.Bound) uint32 {
	z := uint32(0)
	for width := 360.0; z < advertisedZoom && width/2 > max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]); width /= 2 {
		z++
	}
	return z
}

// idList names layers in the order of an address.
func idList(ls []*layers.Layer) string {
	var ids []string
	for _, l := range ls {
		ids = append(ids, l.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, ",")
}
