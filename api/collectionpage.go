package api

import (
	"html/template"
	"net/http"

	"planatlas/layers"

	"github.com/paulmach/orb"
)

// collectionPage is the page of a collection. Others are the collections to whose
// features its own have a distance.
type collectionPage struct {
	collection
	Others []*layers.Layer
	Map    template.HTML
	More   bool // the map shows the first features alone
}

// collectionPage draws the first features of the layer over the city.
func (s *server) collectionPage(req *http.Request, l *layers.Layer, c collection) (collectionPage, error) {
	page := collectionPage{collection: c, Others: s.others(l)}
	if !l.HasGeometry() {
		return page, nil
	}
	var properties []layers.Property
	if p, ok := l.Property("accuracy_m"); ok {
		properties = append(properties, p)
	}
	shown := newShapes(properties)
	got, err := s.Reader.Items(req.Context(), l, layers.Query{Properties: properties, Limit: maxSketched}, shown)
	if err != nil {
		return page, err
	}
	page.More = got.More
	page.Map = s.mapOf(req.Context(), l, shown, language(req), layers.Text{ZH: "图层范围图:" + l.Title.ZH, EN: "Map of the layer: " + l.Title.EN})
	return page, nil
}

// Describe implements about.
func (p collectionPage) Describe() layers.Text {
	return layers.Text{ZH: p.Titles.ZH + ":" + p.Texts.ZH, EN: p.Titles.EN + ": " + p.Texts.EN}
}

// Schema implements about: a data set with its downloads.
func (p collectionPage) Schema(say func(layers.Text) string, at string) map[string]any {
	files := []map[string]any{}
	for _, l := range p.Links {
		if l.Rel == "enclosure" {
			files = append(files, map[string]any{"@type": "DataDownload", "contentUrl": l.Href, "encodingFormat": l.Type, "name": l.Title})
		}
	}
	to := string(p.Coverage.To)
	if to == "" {
		to = ".."
	}
	m := map[string]any{"@type": "Dataset", "name": say(p.Titles), "description": say(p.Texts), "url": at, "identifier": p.ID,
		"license": p.Source.Licence, "creditText": p.Source.Attribution, "isBasedOn": say(p.Source.Name), "isAccessibleForFree": true,
		"dateModified": p.Changed.Format("2006-01-02"), "temporalCoverage": string(p.Coverage.From) + "/" + to, "distribution": files}
	if e := p.Extent.Spatial; e != nil {
		b := e.BBox[0]
		m["spatialCoverage"] = map[string]any{"@type": "Place", "geo": schemaBox(orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}})}
	}
	return m
}

// Describe implements about.
func (p landingPage) Describe() layers.Text { return p.Text }

// Schema implements about: a catalogue of the layers.
func (p landingPage) Schema(say func(layers.Text) string, at string) map[string]any {
	sets := []map[string]any{}
	for _, l := range p.Layers {
		sets = append(sets, map[string]any{"@type": "Dataset", "name": say(l.Title), "description": say(l.Description), "identifier": l.ID, "license": l.Source.Licence})
	}
	return map[string]any{"@type": "DataCatalog", "name": say(layers.Text{ZH: "规划图集", EN: "planatlas"}), "description": say(p.Text), "url": at, "dataset": sets}
}
