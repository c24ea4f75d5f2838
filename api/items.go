package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

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
	q, err := s.parseQuery(l, query)
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
func pageParams() []string {
	return []string{"bbox", "limit", "cursor", "filter", "intersects-feature"}
}

// parseQuery reads the parameters of items: the fixed ones, and each property of
// the layer for equality.
func (s *server) parseQuery(l *layers.Layer, query url.Values) (layers.Query, error) {
	q := layers.Query{Count: true}
	known := append(append(pageParams(), "f"), propertyNames(l)...)
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
	if q.Meets, err = s.parseReference("intersects-feature", query.Get("intersects-feature")); err != nil {
		return q, err
	}
	if q.Filter, err = parseFilter("filter", l, query.Get("filter")); err != nil {
		return q, err
	}
	equals, err := parseEquals(l, query)
	if equals != nil {
		q.Filter = both(q.Filter, equals)
	}
	return q, err
}

// both joins two conditions, of which the first may be missing.
func both(a, b cql.Expr) cql.Expr {
	if a == nil {
		return b
	}
	return cql.And{a, b}
}

// parseFilter reads a condition in CQL2 text over the layer's properties.
func parseFilter(param string, l *layers.Layer, text string) (cql.Expr, error) {
	e, err := cql.ParseText(text)
	if err != nil {
		return nil, &layers.InputError{Param: param, Value: text, Want: "CQL2 text", Hint: err.Error(), Err: err}
	}
	for _, name := range cql.Properties(e) {
		if _, ok := l.Property(name); ok {
			continue
		}
		input := &layers.InputError{Param: param, Value: name, Want: "a property of " + l.ID}
		if near := layers.Nearest(name, propertyNames(l)); near != "" {
			input.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, input
	}
	return e, nil
}

func propertyNames(l *layers.Layer) []string {
	var names []string
	for _, p := range l.AllProperties() {
		names = append(names, p.Name)
	}
	return names
}

// parseReference reads collection/feature.
func (s *server) parseReference(param, text string) (*layers.Reference, error) {
	if text == "" {
		return nil, nil
	}
	collection, id, ok := strings.Cut(text, "/")
	l, err := s.Catalog().Layer(collection)
	if !ok || err != nil {
		return nil, &layers.InputError{Param: param, Value: text, Want: "a feature as collection/id, such as transport_links/g307", Err: err}
	}
	return &layers.Reference{Layer: l, ID: id}, nil
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
	one := &oneFeature{layer: l, enc: encode.NewGeoJSON(w, l)}
	if _, err := s.Reader.Items(req.Context(), l, layers.Query{ID: id, Limit: 1}, one); err != nil {
		return err
	}
	if one.doc == nil {
		return fmt.Errorf("feature %q of %s: %w", id, l.ID, layers.ErrNotFound)
	}
	related, err := s.related(req, l, id, one.entities)
	if err != nil {
		return err
	}
	doc := append(one.doc, `,"links":`...)
	doc = encode.AppendLinks(doc, append([]encode.Link{
		{Href: itemHref(req, l.ID, id), Rel: "self", Type: typeGeoJSON},
		{Href: base(req) + "/collections/" + l.ID, Rel: "collection", Type: typeJSON},
	}, related...))
	w.Header().Set("Content-Type", typeGeoJSON)
	w.Header().Set("Content-Crs", "<"+crs84+">")
	_, err = w.Write(append(doc, '}', '\n'))
	return err
}

// oneFeature keeps a single feature as an open document, and the entities of the
// plan that it names.
type oneFeature struct {
	layer    *layers.Layer
	enc      *encode.GeoJSON
	doc      []byte
	entities []string
}

func (o *oneFeature) Row(r layers.Row) (err error) {
	if o.layer.Inventory {
		o.entities = append(o.entities, string(r.ID))
	}
	for i, p := range o.layer.AllProperties() {
		if p.Names && len(r.Values[i]) > 0 {
			o.entities = append(o.entities, strings.Split(string(r.Values[i]), ";")...)
		}
	}
	o.doc, err = o.enc.AppendFeature(nil, r)
	return err
}
