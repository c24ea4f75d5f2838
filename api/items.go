package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"

	"planatlas/api/encode"
	"planatlas/layers"
	"planatlas/layers/cql"
)

// items is the resource /collections/{collection}/items, OGC API - Features,
// section 7.15.
func (s *server) items(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	query := req.URL.Query()
	q, err := parseQuery(l, query)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", typeGeoJSON)
	w.Header().Set("Content-Crs", "<"+crs84+">")
	enc := encode.NewGeoJSON(w, l)
	page, err := s.Reader.Items(req.Context(), l, q, enc)
	if err != nil {
		return err
	}
	self := base(req) + "/collections/" + l.ID
	links := []encode.Link{
		{Href: self + "/items" + queryString(query), Rel: "self", Type: typeGeoJSON},
		{Href: self, Rel: "collection", Type: typeJSON},
	}
	if page.Next != "" {
		query.Set("cursor", base64.RawURLEncoding.EncodeToString([]byte(page.Next)))
		links = append(links, encode.Link{Href: self + "/items" + queryString(query), Rel: "next", Type: typeGeoJSON})
	}
	return enc.Close(page, s.Now(), links)
}

func queryString(query url.Values) string {
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// pageParams are the parameters of items that are no properties.
func pageParams() []string { return []string{"bbox", "limit", "cursor"} }

// parseQuery reads the parameters of items: the fixed ones, and each property of
// the layer for equality.
func parseQuery(l *layers.Layer, query url.Values) (layers.Query, error) {
	q := layers.Query{Count: true}
	known := append(pageParams(), "f")
	for _, p := range l.AllProperties() {
		known = append(known, p.Name)
	}
	if err := knownOnly(query, known...); err != nil {
		return q, err
	}
	var err error
	if q.Limit, err = parseLimit(query.Get("limit")); err != nil {
		return q, err
	}
	if q.BBox, err = parseBBox(query.Get("bbox")); err != nil {
		return q, err
	}
	if q.After, err = parseCursor(query.Get("cursor")); err != nil {
		return q, err
	}
	q.Filter, err = parseEquals(l, query)
	return q, err
}

func parseCursor(s string) (layers.Cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || !storable(string(b)) {
		return "", &layers.InputError{Param: "cursor", Value: s, Want: "the cursor of a next link", Err: err}
	}
	return layers.Cursor(b), nil
}

// parseEquals joins the parameters that are properties into one condition.
func parseEquals(l *layers.Layer, query url.Values) (cql.Expr, error) {
	var all cql.And
	for _, p := range l.AllProperties() {
		if !query.Has(p.Name) {
			continue
		}
		v := query.Get(p.Name)
		if _, err := p.Convert(v); err != nil {
			return nil, err
		}
		all = append(all, cql.Equal(p.Name, v))
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// item is the resource /collections/{collection}/items/{feature}, section 7.16.
func (s *server) item(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	id, err := pathValue(req, "feature")
	if err != nil {
		return err
	}
	one := &oneFeature{enc: encode.NewGeoJSON(w, l)}
	if _, err := s.Reader.Items(req.Context(), l, layers.Query{ID: id, Limit: 1}, one); err != nil {
		return err
	}
	if one.doc == nil {
		return fmt.Errorf("feature %q of %s: %w", id, l.ID, layers.ErrNotFound)
	}
	self := base(req) + "/collections/" + l.ID
	doc := append(one.doc, `,"links":`...)
	doc = encode.AppendLinks(doc, []encode.Link{
		{Href: self + "/items/" + url.PathEscape(id), Rel: "self", Type: typeGeoJSON},
		{Href: self, Rel: "collection", Type: typeJSON},
	})
	w.Header().Set("Content-Type", typeGeoJSON)
	w.Header().Set("Content-Crs", "<"+crs84+">")
	_, err = w.Write(append(doc, '}', '\n'))
	return err
}

// oneFeature keeps a single feature as an open document.
type oneFeature struct {
	enc *encode.GeoJSON
	doc []byte
}

func (o *oneFeature) Row(r layers.Row) (err error) {
	o.doc, err = o.enc.AppendFeature(nil, r)
	return err
}
