package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"planatlas/geo/read"
	"planatlas/layers"
)

// Problem is an error as clients see it (RFC 9457), with the part of the request
// that is at fault.
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Instance  string `json:"instance,omitempty"` // the request's id, as in the log
	Parameter string `json:"parameter,omitempty"`
	Value     string `json:"value,omitempty"`
	Expected  string `json:"expected,omitempty"`
	Hint      string `json:"hint,omitempty"`

	Faults []read.Fault `json:"faults,omitempty"` // of a site's boundary, with their places
}

// errMethod and errMediaType are errors of HTTP alone.
var (
	errMethod        = errors.New("the method is not allowed here")
	errNotAcceptable = errors.New("no such format")
	errLongURI       = errors.New("the address is too long")
	errMediaType     = errors.New("the media type is not supported")
)

// statusClientGone is written to the log, never to the wire: nobody listens.
const statusClientGone = 499

// status is the one table from errors to HTTP statuses.
func status(err error) int {
	var input *layers.InputError
	var own *exception
	switch {
	case errors.Is(err, context.Canceled):
		return statusClientGone
	case errors.As(err, &own):
		return own.status
	case errors.As(err, &input) && input.Geometry:
		return http.StatusUnprocessableEntity
	case errors.Is(err, layers.ErrTooLarge), errors.Is(err, read.ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &input):
		return http.StatusBadRequest
	case errors.Is(err, layers.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, layers.ErrGone):
		return http.StatusGone
	case errors.Is(err, layers.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, layers.ErrConflict):
		return http.StatusConflict
	case errors.Is(err, layers.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	case errors.Is(err, errMethod):
		return http.StatusMethodNotAllowed
	case errors.Is(err, errNotAcceptable):
		return http.StatusNotAcceptable
	case errors.Is(err, errLongURI):
		return http.StatusRequestURITooLong
	case errors.Is(err, errMediaType):
		return http.StatusUnsupportedMediaType
	}
	return http.StatusInternalServerError
}

// problem describes the error without giving away what is nobody's business.
func problem(err error, requestID string) Problem {
	p := Problem{Type: "about:blank", Status: status(err), Instance: requestID}
	p.Title = http.StatusText(p.Status)
	var input *layers.InputError
	var own *exception
	var file *read.Error
	if errors.As(err, &file) {
		p.Faults = file.Faults
	}
	switch {
	case errors.As(err, &own):
		p.Detail = own.detail
		if own.kind != "" {
			p.Type = own.kind
		}
	case errors.As(err, &input):
		e := *input
		e.Param, e.Value = shorten(e.Param), shorten(e.Value)
		p.Detail, p.Parameter, p.Value, p.Expected, p.Hint = e.Error(), e.Param, e.Value, e.Want, e.Hint
	case p.Status == http.StatusServiceUnavailable:
		p.Detail = "the database does not answer or took too long; nothing was decided"
		p.Hint = "try again in a few seconds"
	case p.Status == http.StatusInternalServerError:
		p.Detail = "something went wrong in the service; the log has it under the instance"
	case p.Status == http.StatusForbidden:
		p.Detail = "you may not read this"
	case p.Status == http.StatusConflict:
		p.Detail = "the request does not fit what is stored now"
	default:
		p.Detail = shorten(err.Error()) // of this package and of layers, which write for clients
	}
	return p
}

// shorten keeps an answer from repeating a very long request.
func shorten(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// writeProblem is the only place that answers with an error, in the language.
func writeProblem(w http.ResponseWriter, lang string, p Problem) {
	h := w.Header()
	for _, name := range []string{"Cache-Control", "Content-Crs", "Content-Disposition", "Content-Encoding", "Content-Length", "ETag", "Last-Modified", "Link", "Location",
		"OGC-NumberMatched", "OGC-NumberReturned"} { // they were meant for the answer
		h.Del(name)
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", cmp.Or(lang, "en"))
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "2")
	}
	body, err := json.Marshal(p)
	if err != nil { // a Problem is only strings
		body = []byte(`{"type":"about:blank","status":500}`)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client may be gone
}

// readError turns a reader's error into the domain's.
func readError(err error) error {
	var e *read.Error
	if !errors.As(err, &e) {
		return err
	}
	param := e.Where
	if param == "" {
		param = "body"
	}
	return &layers.InputError{Param: param, Value: e.Value, Want: e.Want, Hint: e.Hint, Geometry: errors.Is(err, read.ErrGeometry), Err: err}
}
