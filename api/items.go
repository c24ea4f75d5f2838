package api

import (
	"net/http"
	"slices"

	"planatlas/api/encode"
	"planatlas/layers"
)

// items is the resource /collections/{collection}/items, OGC API - Features,
// section 7.15.
func (s *server) items(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	q, err := s.parseItems(l, w.query, pageParams())
	if err != nil {
		return err
	}
	format := s.featureFormat(w.format)
	if w.format == "html" {
		format = s.pageFormat(req, l)
		q.Limit = min(q.Limit, maxRowsHTML)
	}
	if done, err := s.notModified(w, req, l); done || err != nil {
		return err
	}
	w.waits = !format.InBody
	if !l.Managed() {
		setTag(w.Header(), req, l, layers.Version{})
	}
	linkQueryables(w.Header(), req, l)
	enc, err := s.encoder(w, req, l, &q, format)
	if err != nil {
		return err
	}
	defer enc.Free()
	if req.Method == http.MethodHead {
		return s.head(w, req, l)
	}
	page, err := s.Reader.Items(req.Context(), l, q.Query, tagged{enc, w, req, l})
	if err != nil {
		return err
	}
	links, err := s.pageLinks(req, w.query, l, &q, format, page)
	if err != nil {
		return err
	}
	if !format.InBody {
		linkHeaders(w.Header(), links, page)
	}
	return enc.Close(encode.End{Page: page, Now: s.Now(), Links: links})
}

// encoder makes the encoder for the query and says in the headers what it writes.
func (s *server) encoder(w *response, req *http.Request, l *layers.Layer, q *itemsQuery, format encode.Format) (encode.Encoder, error) {
	if !format.Fits(l) {
		return nil, &layers.InputError{Param: "f", Value: format.Name, Want: "another format", Hint: "it holds geometries of one type, which " + l.ID + " has not"}
	}
	if format.OnlyCRS84 && q.crs.URI != crs84 {
		return nil, &layers.InputError{Param: "crs", Value: w.query.Get("crs"), Want: crs84 + " for " + format.Name}
	}
	if format.XFirst {
		q.NorthFirst = false
	}
	h := w.Header()
	h.Set("Content-Type", format.Media)
	h.Set("Content-Crs", "<"+q.crs.URI+">")
	properties := q.Properties
	if properties == nil {
		properties = l.AllProperties()
	}
	if q.Near != nil {
		properties = append(slices.Clip(properties), layers.Distance())
	}
	return format.New(req.Context(), w, encode.View{Layer: l, Properties: properties, CRS: q.crs.URI, EPSG: int(q.crs.SRID), Decimals: q.crs.Decimals, Buffer: w.borrow()})
}

// tagged sets the entity tag as soon as the revision is known.
type tagged struct {
	encode.Encoder
	w     *response
	req   *http.Request
	layer *layers.Layer
}

// Begin takes the revision that the rows are of.
func (t tagged) Begin(v layers.Version) {
	if !t.w.sent {
		setTag(t.w.Header(), t.req, t.layer, v)
	}
}
