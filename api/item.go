package api

import (
	"fmt"
	"io"
	"net/http"
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
	one := &oneFeature{layer: l, enc: encode.NewGeoJSON(io.Discard, encode.View{Layer: l, Properties: l.AllProperties(), CRS: c.URI, Decimals: c.Decimals})}
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
			return s.page(w, req, "item", itemPage{Layer: l, ID: id, Facts: one.facts, Geometry: one.geometry, Related: related, JSON: self + "?f=json"})
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
	o.doc, err = o.enc.AppendFeature(nil, r)
	return err
}
