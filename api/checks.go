package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"
)

// Checker runs site checks.
type Checker interface {
	RuleBook
	RunOn(ctx context.Context, site check.Site, on layers.Day) (id string, answer []byte, err error)
	Rerun(ctx context.Context, id string) (check.Rerun, error)
	RerunToday(ctx context.Context, id string) (check.Rerun, error)
	Compare(ctx context.Context, sites []check.Site, on layers.Day) (check.Alternatives, error)
	Batch(ctx context.Context, items iter.Seq2[check.Item, error], on layers.Day, out func(check.Line) error) error
	Find(ctx context.Context, q check.Search) (check.Candidates, error)
}

// postCheck takes a site in any form that planners have, with what it says of the
// project, and answers with the archived check.
func (s *server) postCheck(w *response, req *http.Request) error {
	on, err := check.ParseDay(req.URL.Query().Get("on"))
	if err != nil {
		return err
	}
	site, err := s.handedIn(w, req)
	if err != nil {
		return err
	}
	id, answer, err := s.Checker.RunOn(req.Context(), site, on)
	if err != nil {
		return err
	}
	w.Header().Set("Location", base(req)+"/checks/"+id)
	w.Header().Set("Content-Type", typeJSON)
	w.status = http.StatusCreated
	_, err = w.Write(answer)
	return err
}

// compareSites takes alternatives: the features or plots of a file, or several files.
func (s *server) compareSites(w *response, req *http.Request) error {
	on, err := check.ParseDay(req.URL.Query().Get("on"))
	if err != nil {
		return err
	}
	files, err := s.files(w, req)
	if err != nil {
		return err
	}
	sites, err := check.ReadAlternatives(req.Context(), files)
	if err != nil {
		return readError(err)
	}
	out, err := s.Checker.Compare(req.Context(), sites, on)
	if err != nil {
		return readError(err)
	}
	return w.json(typeJSON, out)
}

// rerunCheck repeats an archived check: on the state that it was made on, or on
// today's as a new check. A result that is not the recorded one is a conflict.
func (s *server) rerunCheck(w *response, req *http.Request) error {
	id, err := pathValue(req, "check")
	if err != nil {
		return err
	}
	if req.URL.Query().Get("state") == "today" {
		out, err := s.Checker.RerunToday(req.Context(), id)
		if err != nil {
			return unknownCheck(id, err)
		}
		w.Header().Set("Location", base(req)+"/checks/"+out.Answer.ID)
		w.status = http.StatusCreated
		return w.json(typeJSON, out)
	}
	if state := req.URL.Query().Get("state"); state != "" && state != "recorded" {
		return &layers.InputError{Param: "state", Value: state, Want: "recorded or today"}
	}
	out, err := s.Checker.Rerun(req.Context(), id)
	if err != nil {
		return unknownCheck(id, err)
	}
	if out.Same {
		return w.json(typeJSON, out)
	}
	w.status = http.StatusConflict
	return w.json("application/problem+json", struct {
		Problem
		check.Rerun
	}{Problem{Type: "about:blank", Title: http.StatusText(http.StatusConflict), Status: http.StatusConflict,
		Detail: "the check was repeated on its recorded state and gave another result: see difference"}, out})
}

func unknownCheck(id string, err error) error {
	if errors.Is(err, layers.ErrNotFound) && !errors.Is(err, layers.ErrConflict) {
		return fmt.Errorf("check %q: %w", id, layers.ErrNotFound)
	}
	if errors.Is(err, layers.ErrConflict) {
		return &exception{status: http.StatusConflict, detail: "the state on which the check was made is not kept, so that it cannot be repeated; state=today checks the site again"}
	}
	return err
}

// readBody reads a body that is GeoJSON. Clients that know no better send a form's
// type with a raw body.
func readBody(w *response, req *http.Request) ([]byte, error) {
	if t := req.Header.Get("Content-Type"); !isOf(t, typeGeoJSON, typeJSON, "application/x-www-form-urlencoded", "application/octet-stream") {
		return nil, fmt.Errorf("%s (want application/geo+json): %w", t, errMediaType)
	}
	return readAll(w, req)
}

// isOf reports whether a Content-Type is one of the media types, or is not said.
func isOf(contentType string, kinds ...string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && slices.Contains(kinds, kind)
}

// readAll reads a body as far as a site may be large.
func readAll(w *response, req *http.Request) ([]byte, error) {
	limit := check.SiteLimits().Bytes
	body, err := io.ReadAll(http.MaxBytesReader(w.w, req.Body, limit))
	return body, bodyError(err, limit)
}

// untold reports whether a check or a job must not be shown: on a service that is open
// to the public, those of others on the same database.
func (s *server) untold(id string) bool { return s.Public && !check.Told(id) }

// archivedAnswer reads an archived answer that may be shown.
func (s *server) archivedAnswer(ctx context.Context, id string) ([]byte, error) {
	if s.untold(id) {
		return nil, layers.ErrNotFound
	}
	return s.Reader.ArchivedAnswer(ctx, id)
}

// getCheck returns an archived answer byte for byte.
func (s *server) getCheck(w *response, req *http.Request) error {
	id, err := pathValue(req, "check")
	if err != nil {
		return err
	}
	answer, err := s.archivedAnswer(req.Context(), id)
	if err != nil {
		return unknownCheck(id, err)
	}
	if w.format == "html" {
		w.Header().Set("Location", req.URL.EscapedPath()[strings.LastIndexByte(req.URL.EscapedPath(), '/')+1:]+"/report?f=html")
		w.status = http.StatusSeeOther
		return nil
	}
	w.Header().Set("Content-Type", typeJSON)
	_, err = w.Write(answer)
	return err
}
