package api

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"planatlas/layers"

	"github.com/paulmach/orb"
)

const (
	defaultLimit = 100
	maxLimit     = 10_000
)

// knownOnly refuses a query parameter that the resource does not have.
func knownOnly(query url.Values, known ...string) error {
	var names []string
	for name := range query {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if len(query[name]) > 1 {
			return &layers.InputError{Param: name, Value: strings.Join(query[name], ", "), Want: "one value"}
		}
		if slices.Contains(known, name) {
			continue
		}
		e := &layers.InputError{Param: name, Want: "one of the parameters " + strings.Join(known, ", ")}
		if near := layers.Nearest(name, known); near != "" {
			e.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		return e
	}
	return nil
}

// parseLimit reads limit. Numbers above the maximum are cut to it, as OGC API -
// Features, Requirement 22, wants.
func parseLimit(s string) (int, error) {
	if s == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(s)
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
