package export

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"planatlas/geo/pmtiles"
	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// Metadata is the document in the file. Its vector_layers are those of TileJSON 3.
type Metadata struct {
	Name         string           `json:"name"`
	Description  string           `json:"description"`
	Attribution  string           `json:"attribution"`
	Type         string           `json:"type"`
	VectorLayers []VectorLayer    `json:"vector_layers"`
	Revisions    map[string]int64 `json:"planatlas_revisions"` // of the layers whose revisions are counted

	// Generalised names the layers of which the file shows less than the database
	// holds, and Exact those of which it shows more than anybody may see, by the limits
	// of that time in metres.
	Generalised []string           `json:"planatlas_generalised"`
	Exact       []string           `json:"planatlas_exact"`
	Limits      map[string]float64 `json:"planatlas_limits_m"`

	// Layers is what a service without a database needs to know, in drawing order.
	Layers []Described `json:"planatlas_layers"`
}

// Described is a layer as it was when the file was written.
type Described struct {
	Declaration *layers.Layer `json:"declaration"`
	Features    int64         `json:"features"`
	Located     int64         `json:"located"`
	Extent      *[4]float64   `json:"extent"` // west, south, east, north in degrees; null when nothing has a place
	Finest      int           `json:"finest"` // as in [layers.Summary]
}

// describe says what the layers are.
func describe(ctx context.Context, src Source, ls []*layers.Layer) (out []Described, err error) {
	for _, l := range layers.NewCatalog(ls).Layers {
		sum, err := src.Summary(ctx, l)
		if err != nil {
			return nil, err
		}
		d := Described{Declaration: l, Features: sum.Features, Located: sum.Located, Finest: sum.Finest}
		if b := sum.Extent; b != nil {
			d.Extent = &[4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
		}
		out = append(out, d)
	}
	return out, nil
}

// VectorLayer describes one layer of the tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"`
	MaxZoom     uint32            `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// metadata describes the file. Nothing in it depends on when it was written.
func (r *run) metadata(revisions map[string]int64) Metadata {
	m := Metadata{Type: "overlay", Revisions: map[string]int64{}, Limits: map[string]float64{}}
	var titles, credits []string
	for _, l := range r.job.Layers {
		titles = append(titles, l.Title.ZH+" "+l.Title.EN)
		if a := l.Source.Attribution; a != "" && !slices.Contains(credits, a) {
			credits = append(credits, a)
		}
		v := VectorLayer{ID: l.ID, Description: l.Title.ZH + " " + l.Title.EN, MinZoom: r.job.MinZoom, MaxZoom: r.job.MaxZoom, Fields: fieldsOf(l)}
		m.VectorLayers = append(m.VectorLayers, v)
		m.Limits[l.ID] = l.FinestM()
		if l.Managed() {
			m.Revisions[l.ID] = revisions[l.ID]
		}
	}
	m.Name, m.Description, m.Attribution = "planatlas", strings.Join(titles, "; "), strings.Join(credits, "; ")
	if len(titles) == 1 {
		m.Name = r.job.Layers[0].ID
	}
	return m
}

// fieldsOf names the properties in a layer's tiles.
func fieldsOf(l *layers.Layer) map[string]string {
	fields := map[string]string{"id": "String", l.TileCount(): "Number"}
	for _, p := range l.TileProperties() {
		switch p.Type {
		case layers.Integer, layers.Number:
			fields[p.Name] = "Number"
		case layers.Boolean:
			fields[p.Name] = "Boolean"
		default:
			fields[p.Name] = "String"
		}
	}
	return fields
}

// place says where on the map the tiles of the last zoom lie, and where a map begins.
func (j Job) place(s *spool) (bound orb.Bound, center orb.Point, zoom uint32, err error) {
	bound = orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
	for e, err := range s.entries() {
		if err != nil {
			return bound, center, zoom, err
		}
		if z, x, y := pmtiles.Tile(e.ID); z == j.MaxZoom {
			bound = bound.Union(tile.ID{Set: tile.WebMercatorQuad, Z: z, X: x, Y: y}.Bound())
		}
	}
	if bound.IsEmpty() {
		bound = tile.ID{Set: tile.WebMercatorQuad}.Bound()
	}
	width := max(bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1])
	zoom = min(max(uint32(max(math.Log2(360/width), 0)), j.MinZoom), j.MaxZoom)
	return bound, bound.Center(), zoom, nil
}

// parse reads the document of a file that planatlas wrote.
func parse(b []byte) (Metadata, error) {
	var m Metadata
	err := json.Unmarshal(b, &m)
	return m, err
}
