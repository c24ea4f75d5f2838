package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/cql"

	"github.com/paulmach/orb"
)

// value reads an input that is plain JSON; one that was not given is left alone.
func (in processInputs) value(name, want string, into any) error {
	raw, given := in[name]
	if !given || string(raw) == "null" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return &layers.InputError{Param: "inputs." + name, Value: shorten(string(raw)), Want: want, Err: err}
	}
	return nil
}

func (in processInputs) day() (layers.Day, error) {
	var text string
	if err := in.value("on", "a day as 2006-01-02", &text); err != nil {
		return "", err
	}
	return check.ParseDay(text)
}

// withProject puts the inputs about the project into the document, where the short
// way has them.
func (in processInputs) withProject(name string) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(in[name], &members); err != nil || members == nil {
		return nil, &layers.InputError{Param: "inputs." + name, Value: shorten(string(in[name])), Want: "GeoJSON"}
	}
	whole := true
	for _, extra := range []string{"project", "accuracy_m"} {
		if raw, given := in[extra]; given {
			members[extra], whole = raw, false
		}
	}
	if whole {
		return in[name], nil
	}
	b, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("join the inputs: %w", err)
	}
	return b, nil
}

func (s *server) prepareSiteCheck(_ string, in processInputs) (execute, error) {
	on, err := in.day()
	if err != nil {
		return nil, err
	}
	document, err := in.withProject("site")
	if err != nil {
		return nil, err
	}
	site, err := check.ReadSite(document)
	if err == nil {
		err = site.CheckExtent()
	}
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) {
		_, answer, err := s.Checker.RunOn(ctx, site, on)
		return json.RawMessage(answer), err
	}, nil
}

func (s *server) prepareCompare(_ string, in processInputs) (execute, error) {
	on, err := in.day()
	if err != nil {
		return nil, err
	}
	document, err := in.withProject("sites")
	if err != nil {
		return nil, err
	}
	sites, err := check.ReadSites(document)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) { return s.Checker.Compare(ctx, sites, on) }, nil
}

const defaultCandidates = 5

// picked names features of a collection.
type picked struct {
	Collection string   `json:"collection"`
	Filter     string   `json:"filter"`
	WithinM    *float64 `json:"within_m"`
	AtLeastM   *float64 `json:"at_least_m"`
}

// selection finds the collection among those that everybody may read.
func (s *server) selection(param string, p picked) (*layers.Layer, cql.Expr, error) {
	l, err := s.Catalog().Layer(p.Collection)
	if err != nil || !l.Checked() {
		return nil, nil, &layers.InputError{Param: "inputs." + param, Value: p.Collection, Want: "a collection with a geometry and its accuracy", Err: err}
	}
	filter, err := cql.ParseText(p.Filter)
	if err == nil && filter != nil {
		err = l.CheckFilter(filter, geo.CGCS2000)
	}
	if err != nil {
		return nil, nil, &layers.InputError{Param: "inputs." + param + ".filter", Value: shorten(err.Error()), Want: "a condition in CQL2 over the properties of " + l.ID, Err: err}
	}
	return l, filter, nil
}

func (s *server) reaches(in processInputs, name string, metres func(picked) *float64) ([]check.Reach, error) {
	var all []picked
	if err := in.value(name, "an array of objects with a collection and a distance", &all); err != nil {
		return nil, err
	}
	var out []check.Reach
	for i, p := range all {
		param := fmt.Sprintf("%s[%d]", name, i)
		m := metres(p)
		if m == nil || p.WithinM != nil && p.AtLeastM != nil {
			return nil, &layers.InputError{Param: "inputs." + param, Want: "within_m of what is to be near, at_least_m of what is to be away"}
		}
		l, filter, err := s.selection(param, p)
		if err != nil {
			return nil, err
		}
		out = append(out, check.Reach{Layer: l, Filter: filter, MetresM: *m})
	}
	return out, nil
}

func (s *server) prepareFind(_ string, in processInputs) (execute, error) {
	var q check.Search
	var err error
	if q.On, err = in.day(); err != nil {
		return nil, err
	}
	var ha float64
	limit := defaultCandidates
	var project map[string]any
	for name, into := range map[string]any{"area_ha": &ha, "limit": &limit, "project": &project} {
		if err := in.value(name, "a "+map[string]string{"area_ha": "number of hectares", "limit": "whole number", "project": "list of attributes as an object"}[name], into); err != nil {
			return nil, err
		}
	}
	q.AreaM2, q.Most = ha*10_000, limit
	if q.Project, err = check.ParseProject(project); err != nil {
		return nil, err
	}
	if q.Near, err = s.reaches(in, "near", func(p picked) *float64 { return p.WithinM }); err != nil {
		return nil, err
	}
	if q.Away, err = s.reaches(in, "away", func(p picked) *float64 { return p.AtLeastM }); err != nil {
		return nil, err
	}
	var zone struct {
		Type       string `json:"type"`
		Collection string `json:"collection"`
		Filter     string `json:"filter"`
	}
	if json.Unmarshal(in["zone"], &zone) == nil && zone.Type == "" {
		q.In, q.InFilter, err = s.selection("zone", picked{Collection: zone.Collection, Filter: zone.Filter})
	} else {
		var site check.Site
		if site, err = check.ReadSite(in["zone"]); err == nil {
			err = site.CheckExtent()
		}
		q.Zone = site.Shape
	}
	if err == nil {
		err = q.Validate()
	}
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) { return s.Checker.Find(ctx, q) }, nil
}

// preparePlan runs the resource /plan and takes its answer.
func (s *server) preparePlan(at string, in processInputs) (execute, error) {
	shape, err := readPlace(in["place"])
	if err != nil {
		return nil, err
	}
	query := url.Values{}
	var within *float64
	if err := in.value("within", "metres", &within); err != nil {
		return nil, err
	}
	if within != nil {
		query.Set("within", fmt.Sprint(*within))
	}
	if within != nil && !(*within >= 0 && *within <= maxWithinM) {
		return nil, &layers.InputError{Param: "inputs.within", Value: fmt.Sprint(*within), Want: fmt.Sprintf("metres, 0 to %d", maxWithinM)}
	}
	return func(ctx context.Context) (any, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/plan?"+query.Encode(), nil)
		if err != nil {
			return nil, fmt.Errorf("ask the plan: %w", err)
		}
		out := &response{w: &sink{header: http.Header{}}, req: req, coders: s.coders}
		defer out.free()
		if err := s.planAt(out, req, shape); err != nil {
			return nil, err
		}
		if err := out.finish(); err != nil {
			return nil, err
		}
		return json.RawMessage(out.w.(*sink).body.Bytes()), nil
	}, nil
}

// readPlace reads a point, or a site.
func readPlace(document []byte) (geo.Shape, error) {
	var point struct {
		Type        string    `json:"type"`
		Coordinates []float64 `json:"coordinates"`
	}
	if json.Unmarshal(document, &point) == nil && point.Type == "Point" {
		c := point.Coordinates
		if len(c) < 2 || !(c[0] >= -180 && c[0] <= 180 && c[1] >= -90 && c[1] <= 90) {
			return geo.Shape{}, &layers.InputError{Param: "inputs.place", Want: "a point as [longitude, latitude]", Geometry: true}
		}
		return geo.Shape{SRID: geo.CGCS2000, Geom: orb.Point{c[0], c[1]}}, nil
	}
	site, err := check.ReadSite(document)
	return site.Shape, err
}

// sink is a client that keeps what it is sent.
type sink struct {
	header http.Header
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (s *sink) Header() http.Header { return s.header }

// Write implements [http.ResponseWriter].
func (s *sink) Write(p []byte) (int, error) { return s.body.Write(p) }

// WriteHeader implements [http.ResponseWriter].
func (s *sink) WriteHeader(int) {}
