package api

import (
	"net/http"
	"net/url"

	"planatlas/api/encode"
	"planatlas/layers"
)

// nearest is GET /collections/{collection}/nearest: for each feature of the
// collection the nearest one of the collection to.
func (s *server) nearest(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	query := req.URL.Query()
	to, err := s.Catalog().Layer(query.Get("to"))
	if err != nil {
		return &layers.InputError{Param: "to", Value: query.Get("to"), Want: "the id of a collection", Err: err}
	}
	limit, err := parseLimit(query.Get("limit"))
	if err != nil {
		return err
	}
	from, other := layers.Selection{Layer: l}, layers.Selection{Layer: to}
	if from.Filter, err = parseFilter("filter", l, query.Get("filter"), "", systems()[0]); err != nil {
		return err
	}
	if other.Filter, err = parseFilter("to-filter", to, query.Get("to-filter"), "", systems()[0]); err != nil {
		return err
	}
	if !l.HasGeometry() || !to.HasGeometry() {
		return &layers.InputError{Param: "to", Value: to.ID, Want: "collections with a geometry on both sides"}
	}
	pairs, err := s.Reader.Nearest(req.Context(), from, other, limit)
	if err != nil {
		return err
	}
	if w.format == "html" {
		return s.page(w, req, "nearest", s.nearestPage(query, l, to, pairs))
	}
	return w.json(typeJSON, map[string]any{"pairs": append([]layers.Pair{}, pairs...),
		"links": []encode.Link{{Href: base(req) + req.URL.RequestURI(), Rel: "self", Type: typeJSON}}})
}

// nearestPage is the page of pairs.
type nearestPage struct {
	From, To                *layers.Layer
	Others                  []*layers.Layer
	Filter, ToFilter, Limit string
	Pairs                   []nearestPair
}

// nearestPair is a pair with the ways to both of its features.
type nearestPair struct {
	layers.Pair
	FromHref, ToHref string
}

func (s *server) nearestPage(query url.Values, from, to *layers.Layer, pairs []layers.Pair) nearestPage {
	page := nearestPage{From: from, To: to, Others: s.others(from), Filter: query.Get("filter"), ToFilter: query.Get("to-filter"), Limit: query.Get("limit")}
	for _, p := range pairs {
		page.Pairs = append(page.Pairs, nearestPair{p, "items/" + url.PathEscape(p.Feature.ID) + "?f=html", "../" + to.ID + "/items/" + url.PathEscape(p.Nearest.ID) + "?f=html"})
	}
	return page
}
