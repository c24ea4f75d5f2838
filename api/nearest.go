package api

import (
	"net/http"

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
	return w.json(typeJSON, map[string]any{"pairs": append([]layers.Pair{}, pairs...),
		"links": []encode.Link{{Href: base(req) + req.URL.RequestURI(), Rel: "self", Type: typeJSON}}})
}
