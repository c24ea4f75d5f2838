package api

import (
	"fmt"
	"net/http"

	"planatlas/api/encode"
	"planatlas/layers"
)

// downloadPage is how many features of a download one query reads. A client that
// is slow to take them holds a connection of the database no longer than that.
const downloadPage = 2_000

// download is the resource /collections/{collection}/download: all features that
// meet the conditions, in one file. The store is walked by cursor, so that memory
// does not grow and every feature that nobody touches meanwhile is in it once.
func (s *server) download(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	q, err := s.parseItems(l, req.URL.Query(), selectionParams())
	if err != nil {
		return err
	}
	if done, err := s.notModified(w, req, l); done || err != nil {
		return err
	}
	format := s.featureFormat(w.format)
	enc, err := s.encoder(w, req, l, &q, format)
	if err != nil {
		return err
	}
	defer enc.Free()
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", l.ID+format.Extension))
	linkCollection(w.Header(), req, l)
	if req.Method == http.MethodHead {
		return s.head(w, req, l)
	}
	q.Limit, q.Count = downloadPage, layers.NoCount
	all := layers.Page{Matched: -1}
	for more := true; more; {
		page, err := s.Reader.Items(req.Context(), l, q.Query, tagged{enc, w, req, l})
		if err != nil {
			return err
		}
		all.Returned += page.Returned
		q.Cursor, more = page.Last, page.More && page.Last != nil
	}
	all.Matched = int64(all.Returned)
	links := []encode.Link{
		{Href: changed(req, collectionPath(l)+"/download"), Rel: "self", Type: format.Media},
		{Href: base(req) + collectionPath(l), Rel: "collection", Type: typeJSON},
	}
	return enc.Close(encode.End{Page: all, Now: s.Now(), Links: links})
}
