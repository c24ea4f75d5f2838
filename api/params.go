package api

import (
	"errors"
	"fmt"
	"maps"
	"math"
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

// parseBBox reads west,south,east,north in CRS84; six numbers have heights,
// which are ignored.
func parseBBox(s string) (*orb.Bound, error) {
	if s == "" {
		return nil, nil
	}
	wrong := func(want string) error {
		return &layers.InputError{Param: "bbox", Value: s, Want: want, Hint: "longitude before latitude, as in bbox=113.2,37.7,113.9,38.2"}
	}
	parts := strings.Split(s, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return nil, wrong("four numbers: west,south,east,north")
	}
	v := make([]float64, len(parts))
	for i, p := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, wrong(fmt.Sprintf("a number at place %d, not %q", i+1, p))
		}
		v[i] = f
	}
	half := len(v) / 2
	b := &orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[half], v[half+1]}}
	switch {
	case math.Abs(b.Min[0]) > 180 || math.Abs(b.Max[0]) > 180 || math.Abs(b.Min[1]) > 90 || math.Abs(b.Max[1]) > 90:
		return nil, wrong("degrees: longitude -180..180, latitude -90..90")
	case b.Min[1] > b.Max[1]:
		return nil, wrong("south not above north")
	case b.Min[0] > b.Max[0]:
		return nil, wrong("west not beyond east; a box across the antimeridian is not supported")
	}
	return b, nil
}
