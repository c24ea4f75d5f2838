package api

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"
)

// item is the resource /collections/{collection}/items/{feature}, OGC API -
// Features, section 7.16.
func (s *server) item(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	id, err := pathValue(req, "feature")
	if err != nil {
		return err
	}
	c, err := parseCRS("crs", req.URL.Query().Get("crs"))
	if err != nil {
		return err
	}
	if req.Method == http.MethodHead && req.Header.Get("If-None-Match") == "" {
		return s.headItem(w, req, l, id, c)
	}
	one := &oneFeature{layer: l, shapes: newShapes(l.AllProperties()), enc: encode.NewGeoJSON(io.Discard, encode.View{Layer: l, Properties: l.AllProperties(), CRS: c.URI, Decimals: c.Decimals})}
	page, err := s.Reader.Items(req.Context(), l, layers.Query{ID: id, Limit: 1, OutSRID: c.SRID, NorthFirst: c.NorthFirst}, one)
	if err != nil {
		return err
	}
	if one.doc == nil {
		return noFeature(l, id)
	}
	related, err := s.related(req, l, id, one.entities)
	if err != nil {
		return err
	}
	self := itemHref(req, l.ID, id)
	itemHeaders(w.Header(), page.Version, c)
	if w.format == "html" {
		return keep(w, l, func() error {
			p := itemPage{Layer: l, ID: id, Facts: one.facts, Geometry: one.geometry, Related: related, Files: itemFiles(self)}
			if len(one.shapes.geoms) > 0 && c.URI == crs84 {
				b := one.shapes.bound()
				p.Bound = &b
				p.Map = s.mapOf(req.Context(), l, one.shapes, language(req), layers.Text{ZH: "位置图:" + p.Name().ZH, EN: "Map: " + p.Name().EN})
			}
			return s.page(w, req, "item", p)
		})
	}
	doc := append(one.doc, `,"links":`...)
	doc = encode.AppendLinks(doc, append([]encode.Link{
		{Href: self, Rel: "self", Type: typeGeoJSON},
		{Href: self + "?f=html", Rel: "alternate", Type: typeHTML, Title: "HTML"},
		{Href: base(req) + collectionPath(l), Rel: "collection", Type: typeJSON},
	}, related...))
	return keep(w, l, func() error { return w.document(typeGeoJSON, append(doc, '}', '\n')) })
}

// itemFiles are the forms of a feature that programs read.
func itemFiles(self string) []encode.Link {
	links := []encode.Link{{Href: self, Type: typeGeoJSON, Title: "GeoJSON"}}
	for _, c := range systems()[1:] {
		links = append(links, encode.Link{Href: self + "?crs=" + url.QueryEscape(c.URI), Type: typeGeoJSON, Title: "GeoJSON, EPSG:" + strconv.Itoa(int(c.SRID))})
	}
	return links
}

func noFeature(l *layers.Layer, id string) error {
	return fmt.Errorf("feature %q of %s: %w", id, l.ID, layers.ErrNotFound)
}

func itemHeaders(h http.Header, v layers.Version, c crs) {
	h.Set("Last-Modified", v.Changed.UTC().Format(http.TimeFormat))
	h.Set("Content-Crs", "<"+c.URI+">")
}

// oneFeature keeps a single feature: as an open document, as facts for a page, and
// the entities of the plan that it names.
type oneFeature struct {
	layer    *layers.Layer
	enc      *encode.GeoJSON
	doc      []byte
	facts    []fact
	geometry string
	entities []string
	shapes   *shapes // for a map
}

// Row takes the feature.
func (o *oneFeature) Row(r layers.Row) (err error) {
	if o.layer.Inventory {
		o.entities = append(o.entities, string(r.ID))
	}
	for i, p := range o.layer.AllProperties() {
		if p.Names && len(r.Values[i]) > 0 {
			o.entities = append(o.entities, strings.Split(string(r.Values[i]), ";")...)
		}
	}
	o.facts = facts(o.layer.AllProperties(), r)
	if o.geometry, err = summary(r.Geom); err != nil {
		return fmt.Errorf("feature %s: %w", r.ID, err)
	}
	if o.doc, err = o.enc.AppendFeature(nil, r); err != nil {
		return err
	}
	return o.shapes.Row(r)
}
