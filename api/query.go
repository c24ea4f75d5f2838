package api

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"planatlas/layers"

	"github.com/paulmach/orb"
)

// selectionParams are the parameters of a selection of features that are no
// properties, and pageParams those of a page of it.
func selectionParams() []string {
	return []string{"bbox", "bbox-crs", "crs", "datetime", "sortby", "properties", "filter", "filter-lang", "filter-crs", "intersects-feature"}
}

func pageParams() []string {
	return append(selectionParams(), "near", "limit", "offset", "cursor", "resultType")
}

const maxSortKeys = 8

// itemsQuery is a request for a page, as it was understood.
type itemsQuery struct {
	layers.Query
	crs  crs
	sort string // as given, so that a cursor is used with its own order only

	byOffset bool // the client pages by offset
}

// parseItems reads the parameters of items or of a download: those given, and
// each property of the layer for equality.
func (s *server) parseItems(l *layers.Layer, query url.Values, params []string) (q itemsQuery, err error) {
	if err := knownOnly(query, append(append(params, "f", "id"), propertyNames(l)...)...); err != nil {
		return q, err
	}
	q.Count, q.sort, q.byOffset = layers.CountCheap, query.Get("sortby"), query.Has("offset")
	steps := []func() error{
		func() error { q.Limit, err = parseLimit(query.Get("limit")); return err },
		func() error { q.Offset, err = parseOffset(query.Get("offset")); return err },
		func() error { q.crs, err = parseCRS("crs", query.Get("crs")); return err },
		func() error { return q.parseBox(query) },
		func() error { q.Valid, err = parseDatetime(query.Get("datetime")); return err },
		func() error { q.Sort, err = q.parseSort(l); return err },
		func() error { q.Properties, err = parseProperties(l, query); return err },
		func() error { return q.parseCursor(query.Get("cursor")) },
		func() error {
			q.Meets, err = s.parseReference("intersects-feature", query.Get("intersects-feature"))
			return err
		},
		func() error { return q.parseConditions(l, query) },
		func() error { return q.parseNear(query) },
		func() error { return q.parseResultType(query.Get("resultType")) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return q, err
		}
	}
	q.OutSRID, q.NorthFirst = q.crs.SRID, q.crs.NorthFirst
	if q.Cursor != nil && q.Offset > 0 {
		return q, &layers.InputError{Param: "offset", Value: query.Get("offset"), Want: "offset or cursor, not both"}
	}
	return q, nil
}

// parseNear reads the place that the features are to be near. Their order is that
// of the distance, which no cursor holds: such pages go by offset.
func (q *itemsQuery) parseNear(query url.Values) error {
	if !query.Has("near") {
		return nil
	}
	for _, other := range []string{"sortby", "cursor"} {
		if query.Get(other) != "" {
			return &layers.InputError{Param: other, Value: query.Get(other), Want: "near or " + other + ", not both", Hint: "features near a place come nearest first; page with offset"}
		}
	}
	p, err := parsePoint("near", query.Get("near"), "as in near=113.58,37.86&limit=5")
	q.Near, q.Sort, q.byOffset = &p, nil, true
	return err
}

// parseResultType reads whether the features are wanted or only how many they are.
func (q *itemsQuery) parseResultType(text string) error {
	switch text {
	case "", "results":
	case "hits":
		q.Count = layers.CountAlone
	default:
		return &layers.InputError{Param: "resultType", Value: text, Want: "results or hits"}
	}
	return nil
}

func parseOffset(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, &layers.InputError{Param: "offset", Value: s, Want: "a whole number from 0"}
	}
	return n, nil
}

func (q *itemsQuery) parseBox(query url.Values) error {
	c, err := parseCRS("bbox-crs", query.Get("bbox-crs"))
	if err != nil {
		return err
	}
	q.BBox, err = parseBBox(query.Get("bbox"), c)
	if c.projected() {
		q.BBoxSRID = c.SRID
	}
	return err
}

// parseDatetime reads an instant or an interval with .. or nothing for an open
// end (OGC API - Features, section 7.15.4). Features are in force by days: those
// that overlap any day touched are meant.
func parseDatetime(text string) (*layers.Interval, error) {
	if text == "" {
		return nil, nil
	}
	from, to, isInterval := strings.Cut(text, "/")
	wrong := &layers.InputError{Param: "datetime", Value: text, Want: "an instant or an interval such as 2021-01-01T00:00:00Z/.."}
	first, ok := parseInstant(from)
	if !ok || !isInterval && first.IsZero() {
		return nil, wrong
	}
	last := first
	if isInterval {
		if last, ok = parseInstant(to); !ok || !first.IsZero() && !last.IsZero() && last.Before(first) {
			return nil, wrong
		}
	}
	var out layers.Interval
	if !first.IsZero() {
		out.From = layers.Day(first.Format(time.DateOnly))
	}
	if !last.IsZero() {
		out.To = layers.Day(last.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	return &out, nil
}

// parseInstant returns the zero time for an open end.
func parseInstant(text string) (time.Time, bool) {
	if text == "" || text == ".." {
		return time.Time{}, true
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 0 && t.Year() < 9999 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseSort reads sortby. A page of a box without it comes in the order of its
// spatial index.
func (q *itemsQuery) parseSort(l *layers.Layer) ([]layers.SortKey, error) {
	var keys []layers.SortKey
	text := q.sort
	switch {
	case text != "":
	case q.BBox != nil && q.BBoxSRID == 0 && q.BBox.Min[0] <= q.BBox.Max[0]:
		return layers.NearSort(), nil
	default:
		return nil, nil
	}
	for _, part := range strings.Split(text, ",") {
		name := strings.TrimLeft(part, "+- ")
		p, ok := l.Property(name)
		if !ok {
			return nil, unknownProperty("sortby", l, name)
		}
		keys = append(keys, layers.SortKey{Property: p, Descending: strings.HasPrefix(strings.TrimSpace(part), "-")})
	}
	if len(keys) > maxSortKeys {
		return nil, &layers.InputError{Param: "sortby", Value: text, Want: fmt.Sprintf("at most %d properties", maxSortKeys)}
	}
	return keys, nil
}

// parseProperties reads the selection of properties; nil means all.
func parseProperties(l *layers.Layer, query url.Values) ([]layers.Property, error) {
	if !query.Has("properties") {
		return nil, nil
	}
	out := []layers.Property{}
	for _, name := range strings.Split(query.Get("properties"), ",") {
		if name == "" {
			continue
		}
		p, ok := l.Property(name)
		if !ok {
			return nil, unknownProperty("properties", l, name)
		}
		out = append(out, p)
	}
	return out, nil
}

func unknownProperty(param string, l *layers.Layer, name string) error {
	e := &layers.InputError{Param: param, Value: name, Want: "a property of " + l.ID}
	if near := layers.Nearest(name, propertyNames(l)); near != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return e
}

func propertyNames(l *layers.Layer) []string {
	var names []string
	for _, p := range l.AllProperties() {
		names = append(names, p.Name)
	}
	return names
}

// parseBBox reads west,south,east,north, or in a CRS with the north axis first
// south,west,north,east; six numbers have heights, which are ignored. The result
// has east before north. In degrees west may lie beyond east: the box then
// crosses the antimeridian.
func parseBBox(s string, c crs) (*orb.Bound, error) {
	if s == "" {
		return nil, nil
	}
	wrong := func(want string) error {
		return &layers.InputError{Param: "bbox", Value: s, Want: want, Hint: "longitude before latitude, as in bbox=113.2,37.7,113.9,38.2, unless bbox-crs says otherwise"}
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
	if c.NorthFirst {
		b.Min[0], b.Min[1], b.Max[0], b.Max[1] = b.Min[1], b.Min[0], b.Max[1], b.Max[0]
	}
	degrees := !c.projected()
	switch {
	case degrees && (math.Abs(b.Min[0]) > 180 || math.Abs(b.Max[0]) > 180 || math.Abs(b.Min[1]) > 90 || math.Abs(b.Max[1]) > 90):
		return nil, wrong("degrees: longitude -180..180, latitude -90..90")
	case !degrees && (max(math.Abs(b.Min[0]), math.Abs(b.Max[0]), math.Abs(b.Min[1]), math.Abs(b.Max[1])) > 1e8):
		return nil, wrong("metres in the order of the axes of " + c.URI)
	case b.Min[1] > b.Max[1]:
		return nil, wrong("south not above north")
	case !degrees && b.Min[0] > b.Max[0]:
		return nil, wrong("west not beyond east")
	}
	return b, nil
}
