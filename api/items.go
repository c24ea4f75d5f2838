package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

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
	query := req.URL.Query()
	q, err := s.parseItems(l, query)
	if err != nil {
		return err
	}
	format, err := featureFormat(req)
	if err != nil {
		return err
	}
	if format.OnlyCRS84 && q.crs.URI != crs84 {
		return &layers.InputError{Param: "crs", Value: query.Get("crs"), Want: crs84 + " for " + format.Name}
	}
	if done, err := s.notModified(w, req, l); done || err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", format.Media)
	h.Set("Content-Crs", "<"+q.crs.URI+">")
	properties := q.Properties
	if properties == nil {
		properties = l.AllProperties()
	}
	enc := format.New(w, encode.View{Layer: l, Properties: properties, CRS: q.crs.URI, Decimals: q.crs.Decimals})
	page, err := s.Reader.Items(req.Context(), l, q.Query, tagged{enc, w, req})
	if err != nil {
		return err
	}
	links, err := pageLinks(req, l, q, format, page)
	if err != nil {
		return err
	}
	if !format.InBody && !w.sent {
		linkHeaders(h, links, page)
	}
	return enc.Close(encode.End{Page: page, Now: s.Now(), Links: links})
}

// tagged sets the entity tag as soon as the revision is known.
type tagged struct {
	encode.Encoder
	w   *response
	req *http.Request
}

// Begin takes the revision that the rows are of.
func (t tagged) Begin(v layers.Version) { setTag(t.w.Header(), t.req, v) }

// pageLinks are the links of a page: itself, its other formats, the collection,
// and the pages around it.
func pageLinks(req *http.Request, l *layers.Layer, q itemsQuery, format encode.Format, page layers.Page) ([]encode.Link, error) {
	self := base(req) + "/collections/" + l.ID
	query := req.URL.Query()
	at := func(change map[string]string) string {
		next := url.Values{}
		for name, values := range query {
			next[name] = values
		}
		for name, value := range change {
			next.Del(name)
			if value != "" {
				next.Set(name, value)
			}
		}
		if len(next) == 0 {
			return self + "/items"
		}
		return self + "/items?" + next.Encode()
	}
	links := []encode.Link{{Href: at(nil), Rel: "self", Type: format.Media}}
	for _, f := range encode.Formats() {
		if f.Name != format.Name {
			links = append(links, encode.Link{Href: at(map[string]string{"f": f.Name}), Rel: "alternate", Type: f.Media, Title: f.Name})
		}
	}
	links = append(links, encode.Link{Href: self, Rel: "collection", Type: typeJSON})
	around, err := neighbours(q, page)
	for _, n := range around {
		links = append(links, encode.Link{Href: at(n.change), Rel: n.rel, Type: format.Media})
	}
	return links, err
}

type neighbour struct {
	rel    string
	change map[string]string
}

// neighbours are the next and the previous page: by offset when the client pages
// so, by cursor otherwise.
func neighbours(q itemsQuery, page layers.Page) ([]neighbour, error) {
	var out []neighbour
	if q.Offset > 0 {
		if page.More {
			out = append(out, neighbour{"next", map[string]string{"offset": strconv.Itoa(q.Offset + q.Limit)}})
		}
		previous := ""
		if q.Offset > q.Limit {
			previous = strconv.Itoa(q.Offset - q.Limit)
		}
		return append(out, neighbour{"prev", map[string]string{"offset": previous}}), nil
	}
	backward := q.Cursor != nil && q.Cursor.Before
	if page.Last != nil && (page.More || backward) {
		token, err := cursorParam(q, *page.Last, false)
		if err != nil {
			return nil, err
		}
		out = append(out, neighbour{"next", map[string]string{"cursor": token, "offset": ""}})
	}
	if page.First != nil && q.Cursor != nil && (page.More || !backward) {
		token, err := cursorParam(q, *page.First, true)
		if err != nil {
			return nil, err
		}
		out = append(out, neighbour{"prev", map[string]string{"cursor": token, "offset": ""}})
	}
	return out, nil
}

// linkHeaders says in headers what the body of the format has no place for (RFC
// 8288; OGC API - Features, Part 1, section 7.15.7 for the numbers).
func linkHeaders(h http.Header, links []encode.Link, page layers.Page) {
	for _, l := range links {
		h.Add("Link", fmt.Sprintf("<%s>; rel=%q; type=%q", l.Href, l.Rel, l.Type))
	}
	h.Set("OGC-NumberReturned", strconv.Itoa(page.Returned))
	if page.Matched >= 0 {
		h.Set("OGC-NumberMatched", strconv.FormatInt(page.Matched, 10))
	}
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
	c, err := parseCRS("crs", req.URL.Query().Get("crs"))
	if err != nil {
		return err
	}
	enc := encode.NewGeoJSON(w, encode.View{Layer: l, Properties: l.AllProperties(), CRS: c.URI, Decimals: c.Decimals})
	one := &oneFeature{layer: l, enc: enc}
	_, err = s.Reader.Items(req.Context(), l, layers.Query{ID: id, Limit: 1, OutSRID: c.SRID, NorthFirst: c.NorthFirst}, one)
	if err != nil {
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
	w.Header().Set("Content-Crs", "<"+c.URI+">")
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
