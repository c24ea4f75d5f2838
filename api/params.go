package api

import (
	"errors"
	"fmt"
	"maps"
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

// checkQuery refuses a query that the resource would not answer in full. Every
// parameter counts: one that is passed over would answer another question.
func (r route) checkQuery(req *http.Request) error {
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return &layers.InputError{Param: "query", Value: req.URL.RawQuery, Want: "percent-encoded parameters, joined by &", Err: err}
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		values := query[name]
		switch {
		case !storable(name):
			return &layers.InputError{Param: "query", Value: strconv.QuoteToASCII(name), Want: wantText}
		case len(values) > 1:
			return &layers.InputError{Param: name, Value: strings.Join(values, ", "), Want: "one value"}
		case !storable(values[0]):
			return &layers.InputError{Param: name, Value: strconv.QuoteToASCII(values[0]), Want: wantText}
		}
	}
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
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if slices.Contains(known, name) {
			continue
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
	return nil
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
