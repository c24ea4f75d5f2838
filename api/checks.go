package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
)

// postCheck takes a site as GeoJSON and answers with the archived check.
func (s *server) postCheck(w *response, req *http.Request) error {
	site, err := readSite(w, req)
	if err != nil {
		return err
	}
	id, answer, err := s.Checker.Run(req.Context(), check.Site{Site: site})
	if err != nil {
		return err
	}
	w.Header().Set("Location", base(req)+"/checks/"+id)
	w.Header().Set("Content-Type", typeJSON)
	w.status = http.StatusCreated
	_, err = w.Write(answer)
	return err
}

// readSite reads the site in the body of a request.
func readSite(w *response, req *http.Request) (read.Site, error) {
	body, err := readBody(w, req)
	if err != nil {
		return read.Site{}, err
	}
	site, err := read.GeoJSONSite(body, check.SiteLimits())
	if err != nil {
		return site, readError(err)
	}
	return site, nil
}

func readBody(w *response, req *http.Request) ([]byte, error) {
	if t := req.Header.Get("Content-Type"); t != "" {
		kind, _, err := mime.ParseMediaType(t)
		// Clients that know no better send a form's type with a raw body.
		if err != nil || kind != typeGeoJSON && kind != typeJSON && kind != "application/x-www-form-urlencoded" && kind != "application/octet-stream" {
			return nil, fmt.Errorf("%s (want application/geo+json): %w", t, errMediaType)
		}
	}
	limit := check.SiteLimits().Bytes
	body, err := io.ReadAll(http.MaxBytesReader(w.w, req.Body, limit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, fmt.Errorf("the body is larger than %d MiB; hand in the site's boundary alone: %w", limit>>20, layers.ErrTooLarge)
	}
	if err != nil {
		return nil, &layers.InputError{Param: "body", Want: "the whole site", Hint: "the body ended early", Err: err}
	}
	return body, nil
}

// getCheck returns an archived answer byte for byte.
func (s *server) getCheck(w *response, req *http.Request) error {
	id, err := pathValue(req, "check")
	if err != nil {
		return err
	}
	answer, err := s.Reader.ArchivedAnswer(req.Context(), id)
	if errors.Is(err, layers.ErrNotFound) {
		return fmt.Errorf("check %q: %w", id, layers.ErrNotFound)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", typeJSON)
	_, err = w.Write(answer)
	return err
}
