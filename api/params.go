package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"planatlas/layers"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"
)

const (
	defaultLimit = 100
	maxLimit     = 10_000
)

// parseQuery reads the query of a request, each parameter once.
func parseQuery(req *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return nil, &layers.InputError{Param: "query", Value: req.URL.RawQuery, Want: "percent-encoded parameters, joined by &", Err: err}
	}
	name := first(query, func(name string, values []string) bool {
		return !storable(name) || len(values) > 1 || !storable(values[0])
	})
	switch values := query[name]; {
	case values == nil:
		return query, nil
	case !storable(name):
		err = &layers.InputError{Param: "query", Value: strconv.QuoteToASCII(name), Want: wantText}
	case len(values) > 1:
		err = &layers.InputError{Param: name, Value: strings.Join(values, ", "), Want: "one value"}
	default:
		err = &layers.InputError{Param: name, Value: strconv.QuoteToASCII(values[0]), Want: wantText}
	}
	return query, err
}

// first returns the first name, in their order, of a parameter of which something is
// so; otherwise one that no parameter has.
func first(query url.Values, so func(name string, values []string) bool) string {
	least, found := "", false
	for name, values := range query {
		if (!found || name < least) && so(name, values) {
			least, found = name, true
		}
	}
	if !found {
		return "\x00"
	}
	return least
}

// checkQuery refuses a query that the resource would not answer in full. Every
// parameter counts: one that is passed over would answer another question.
func (r route) checkQuery(query url.Values) (err error) {
	if !r.filters {
		err = knownOnly(query, r.known()...)
	}
	if lang := query.Get("lang"); err == nil && lang != "" && !r.filters && !slices.Contains(reportLanguages(), lang) {
		err = &layers.InputError{Param: "lang", Value: lang, Want: "zh, en or both"}
	}
	if f := query.Get("f"); err == nil && f != "" && !slices.Contains(r.formats, f) {
		err = &layers.InputError{Param: "f", Value: f, Want: strings.Join(r.formats, " or ")}
	}
	return err
}

// known returns the names of the route's own query parameters.
func (r route) known() []string {
	if r.formats == nil {
		return r.params
	}
	return append(slices.Clone(r.params), "f")
}

// knownOnly refuses a query parameter that the resource does not have.
func knownOnly(query url.Values, known ...string) error {
	name := first(query, func(name string, _ []string) bool { return !slices.Contains(known, name) })
	if query[name] == nil {
		return nil
	}
	e := &layers.InputError{Param: name, Want: "no parameters"}
	if len(known) > 0 {
		e.Want = "one of the parameters " + strings.Join(known, ", ")
	}
	if near := layers.Nearest(name, known); near != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return e
}

const wantText = "UTF-8 text without NUL"

// storable reports whether PostgreSQL can hold the text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// pathValue returns a decoded id of the path. It may hold a slash, written %2F.
// One that the database could not even hold is the id of nothing.
func pathValue(req *http.Request, name string) (string, error) {
	id, err := url.PathUnescape(mux.Vars(req)[name])
	if err != nil || !storable(id) {
		return "", fmt.Errorf("%s %q: %w", name, id, layers.ErrNotFound)
	}
	return id, nil
}

// parseLimit reads limit. Numbers above the maximum are cut to it, as OGC API -
// Features, Requirement 22, wants.
func parseLimit(s string) (int, error) {
	if s == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(s)
	if errors.Is(err, strconv.ErrRange) && strings.Trim(s, "0123456789") == "" {
		return maxLimit, nil
	}
	if err != nil || n < 1 {
		return 0, &layers.InputError{Param: "limit", Value: s, Want: fmt.Sprintf("a whole number from 1 to %d", maxLimit)}
	}
	return min(n, maxLimit), nil
}

// parsePoint reads longitude,latitude in CRS84.
func parsePoint(param, text, hint string) (p orb.Point, err error) {
	lon, lat, ok := strings.Cut(text, ",")
	x, errX := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	if !ok || errX != nil || errY != nil || !(x >= -180 && x <= 180 && y >= -90 && y <= 90) {
		return p, &layers.InputError{Param: param, Value: text, Want: "a point as longitude,latitude", Hint: hint}
	}
	return orb.Point{x, y}, nil
}
