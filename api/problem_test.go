package api

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"planatlas/geo/read"
	"planatlas/layers"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestStatusOfEachError(t *testing.T) {
	const secret = "password of the database"
	cause := errors.New(secret)
	wrap := func(kind error) error { return fmt.Errorf("read x: %w: %w", kind, cause) }
	for _, tc := range []struct {
		name string
		err  error
		want int
		tell bool // the cause may be told
	}{
		{"input", &layers.InputError{Param: "limit", Value: "x", Want: "a number", Err: cause}, 400, false},
		{"wrapped input", fmt.Errorf("measure: %w", &layers.InputError{Param: "limit"}), 400, false},
		{"geometry", &layers.InputError{Param: "geometry", Geometry: true, Err: cause}, 422, false},
		{"site of the reader", readError(&read.Error{Where: "/coordinates", Err: read.ErrGeometry}), 422, false},
		{"syntax of the reader", readError(&read.Error{Where: "line 1:1", Err: read.ErrSyntax}), 400, false},
		{"large site", readError(&read.Error{Err: read.ErrTooLarge}), 413, false},
		{"unreadable site", readError(cause), 500, false},
		{"not found", fmt.Errorf("collection x: %w", layers.ErrNotFound), 404, true},
		{"forbidden", wrap(layers.ErrForbidden), 403, false},
		{"conflict", wrap(layers.ErrConflict), 409, false},
		{"too large", fmt.Errorf("body: %w", layers.ErrTooLarge), 413, true},
		{"unavailable", wrap(layers.ErrUnavailable), 503, false},
		{"deadline", wrap(context.DeadlineExceeded), 503, false},
		{"client gone", wrap(context.Canceled), 499, true},
		{"client gone in an outage", fmt.Errorf("%w: %w", layers.ErrUnavailable, context.Canceled), 499, true},
		{"method", fmt.Errorf("PUT: %w", errMethod), 405, true},
		{"media type", fmt.Errorf("text/plain: %w", errMediaType), 415, true},
		{"panic", wrap(errPanic), 500, false},
		{"anything else", cause, 500, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := problem(tc.err, "urn:request:1")
			if got := status(tc.err); got != tc.want || p.Status != tc.want {
				t.Errorf("status %d, in the document %d, want %d", got, p.Status, tc.want)
			}
			if !tc.tell && strings.Contains(fmt.Sprint(p), secret) {
				t.Errorf("the document tells the cause: %+v", p)
			}
			if p.Detail == "" || p.Instance != "urn:request:1" || p.Title != http.StatusText(tc.want) {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestProblemNamesTheInput(t *testing.T) {
	p := problem(&layers.InputError{Param: "bbox", Value: "1", Want: "four numbers", Hint: "as in x"}, "urn:request:1")
	want := Problem{"about:blank", "Bad Request", 400, "bbox: 1: want four numbers (as in x)", "urn:request:1", "bbox", "1", "four numbers", "as in x", nil}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("%+v, want %+v", p, want)
	}
}

func TestReadErrorWithoutAPlaceMeansTheBody(t *testing.T) {
	var input *layers.InputError
	if err := readError(&read.Error{Want: "x", Err: read.ErrSyntax}); !errors.As(err, &input) || input.Param != "body" || !errors.Is(err, read.ErrSyntax) {
		t.Errorf("got %v", err)
	}
}

func TestShorten(t *testing.T) {
	for _, s := range []string{strings.Repeat("阳", 1000), strings.Repeat("x", 301)} {
		if got := shorten(s); len(got) > 304 || !strings.HasSuffix(got, "…") || strings.Contains(got, "\ufffd") {
			t.Errorf("%q", got)
		}
	}
	if got := shorten("short"); got != "short" {
		t.Errorf("%q", got)
	}
}
