package api

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/cql"
)

// filterLanguages are the values of filter-lang, the default first. The last is the
// name that CQL2 text had in drafts; GDAL up to 3.8 asks for no other.
func filterLanguages() []string { return []string{"cql2-text", "cql2-json", "cql-text"} }

// parseConditions joins filter and the parameters that are properties (OGC API -
// Features, Part 3, 19-079r2, sections 6.4 and 7).
func (q *itemsQuery) parseConditions(l *layers.Layer, query url.Values) error {
	c, err := parseCRS("filter-crs", query.Get("filter-crs"))
	if err != nil {
		return err
	}
	if c.projected() {
		q.FilterSRID = c.SRID
	}
	filter, err := parseFilter("filter", l, query.Get("filter"), query.Get("filter-lang"), c)
	if err != nil {
		return err
	}
	equals, err := parseEquals(l, query)
	switch {
	case filter == nil:
		q.Filter = equals
	case equals == nil:
		q.Filter = filter
	default:
		q.Filter = cql.And{filter, equals}
	}
	if _, is := l.Property("id"); !is {
		q.ID = query.Get("id")
	}
	return err
}

// parseFilter reads a condition in a language of filterLanguages, CQL2 text when it
// is empty, whose geometries are in a CRS with the order of its axes.
func parseFilter(param string, l *layers.Layer, text, lang string, c crs) (e cql.Expr, err error) {
	if text == "" {
		return nil, nil
	}
	want := "CQL2 text"
	switch lang {
	case "", "cql2-text", "cql-text":
		e, err = cql.ParseText(text)
	case "cql2-json":
		want = "CQL2 JSON"
		e, err = cql.ParseJSON([]byte(text))
	default:
		return nil, &layers.InputError{Param: "filter-lang", Value: lang, Want: strings.Join(filterLanguages(), " or ")}
	}
	if err != nil {
		return nil, &layers.InputError{Param: param, Value: text, Want: want, Hint: err.Error(), Err: err}
	}
	if c.NorthFirst {
		e = cql.SwapAxes(e)
	}
	var srid geo.SRID
	if c.projected() {
		srid = c.SRID
	}
	var input *layers.InputError
	if err := l.CheckFilter(e, srid); errors.As(err, &input) {
		input.Param = param
		return nil, input
	}
	return e, nil
}

// parseEquals joins the parameters that are properties into one condition. A column
// of a published table that has the name of a parameter can be asked by filter.
func parseEquals(l *layers.Layer, query url.Values) (cql.Expr, error) {
	var all cql.And
	for _, p := range l.AllProperties() {
		if !query.Has(p.Name) || p.Name == "f" || slices.Contains(pageParams(), p.Name) {
			continue
		}
		v, err := p.Convert(query.Get(p.Name))
		if err != nil {
			return nil, err
		}
		all = append(all, cql.Equal(p.Name, v))
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// parseReference reads collection/feature.
func (s *server) parseReference(param, text string) (*layers.Reference, error) {
	if text == "" {
		return nil, nil
	}
	collection, id, ok := strings.Cut(text, "/")
	l, err := s.Catalog().Layer(collection)
	if !ok || err != nil {
		return nil, &layers.InputError{Param: param, Value: text, Want: "a feature as collection/id, such as transport_links/g307", Err: err}
	}
	return &layers.Reference{Layer: l, ID: id}, nil
}
