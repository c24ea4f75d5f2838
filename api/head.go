package api

import (
	"fmt"
	"net/http"

	"planatlas/layers"
)

// head answers HEAD for features with the headers that the layer's version gives,
// and leaves out those that only the content would tell (RFC 9110, section 9.3.2).
func (s *server) head(w *response, req *http.Request, l *layers.Layer) error {
	w.held.Reset() // of what the encoder began with
	v, err := s.Reader.Version(req.Context(), l)
	if err != nil {
		return err
	}
	setTag(w.Header(), req, l, v)
	return nil
}

// headItem answers HEAD for one feature, of which it reads no more than that it is
// there. The entity tag is made of the content; who asks with one gets all of GET.
func (s *server) headItem(w *response, req *http.Request, l *layers.Layer, id string, c crs) error {
	page, err := s.Reader.Items(req.Context(), l, layers.Query{ID: id, Limit: 1, Properties: []layers.Property{}}, nobody{})
	if err != nil {
		return err
	}
	if page.Returned == 0 {
		return noFeature(l, id)
	}
	h := w.Header()
	itemHeaders(h, page.Version, c)
	h.Set("Content-Type", typeGeoJSON)
	if w.format == "html" {
		h.Set("Content-Type", typePage)
	}
	return keep(w, l, func() error { h.Set("Cache-Control", "no-cache"); return nil })
}

// nobody takes rows and does nothing with them.
type nobody struct{}

// Row implements layers.Sink.
func (nobody) Row(layers.Row) error { return nil }

// linkCollection leads from a file of features to its collection.
func linkCollection(h http.Header, req *http.Request, l *layers.Layer) {
	h.Add("Link", fmt.Sprintf("<%s>; rel=%q; type=%q", base(req)+collectionPath(l), "collection", typeJSON))
}

// linkQueryables leads from features to what a filter may name (OGC API - Features,
// Part 3, 19-079r2, /req/queryables/queryables-link).
func linkQueryables(h http.Header, req *http.Request, l *layers.Layer) {
	h.Add("Link", "<"+base(req)+collectionPath(l)+"/queryables>; rel=\""+relOGC+"queryables\"; type=\""+typeSchema+"\"")
}
