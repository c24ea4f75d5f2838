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

// allProcesses are the processes. Each is the same code as the resource that is the
// short way to it.
func (s *server) allProcesses() []process {
	on := processInput{name: "on", title: layers.Text{ZH: "适用哪一天的法规，默认今天", EN: "Day whose law is applied; today by default"}, schema: object{"type": "string", "format": "date"}}
	project := processInput{name: "project", title: layers.Text{ZH: "项目属性", EN: "Attributes of the project"}, schema: projectSchema()}
	accuracy := processInput{name: "accuracy_m", title: layers.Text{ZH: "地块边界的精度，米", EN: "Accuracy of the site's boundary, metres"}, schema: object{"type": "number", "minimum": 0}}
	reach := func(distance string) object {
		return object{"type": "array", "items": object{"type": "object", "required": []string{"collection", distance},
			"properties": object{"collection": str(), "filter": object{"type": "string", "description": "CQL2"}, distance: object{"type": "number", "minimum": 0, "maximum": check.MaxReachM}}}}
	}
	return []process{
		{id: "site-check", title: layers.Text{ZH: "地块检查", EN: "Site check"},
			description: layers.Text{ZH: "对照全部图层和规则检查一个项目地块并存档；POST /checks 是捷径", EN: "Check a project site against every layer and rule, and archive the answer; POST /checks is the short way"},
			inputs: []processInput{{name: "site", title: layers.Text{ZH: "地块边界", EN: "Boundary of the site"}, schema: geoJSONSchema("Polygon, MultiPolygon, Feature or FeatureCollection"), required: true},
				project, accuracy, on},
			output: "check", outputTitle: layers.Text{ZH: "检查结果", EN: "The answer of the check"}, run: s.runSiteCheck},
		{id: "compare-sites", title: layers.Text{ZH: "地块比选", EN: "Compare sites"},
			description: layers.Text{ZH: "在同一数据状态下检查2至20个备选地块并排序；POST /checks/compare 是捷径", EN: "Check 2 to 20 alternative sites on one state of the data and rank them; POST /checks/compare is the short way"},
			inputs: []processInput{{name: "sites", title: layers.Text{ZH: "备选地块，每个要素一块", EN: "The alternatives, a feature each"}, schema: geoJSONSchema("FeatureCollection"), required: true},
				project, accuracy, on},
			output: "comparison", outputTitle: layers.Text{ZH: "比选结果", EN: "The comparison"}, run: s.runCompare},
		{id: "find-sites", title: layers.Text{ZH: "选址", EN: "Find sites"},
			description: layers.Text{ZH: "在给定范围内、确定禁止区之外寻找足够大的地块，可要求靠近某些要素、远离某些要素；每个候选地块都经过检查", EN: "Where, inside the zone and outside of everything prohibited for certain, there is room for the wanted area, near some features and away from others; every candidate has passed its own check"},
			inputs: []processInput{
				{name: "zone", title: layers.Text{ZH: "范围：多边形，或图层及条件", EN: "The zone: a polygon, or a collection with a filter"}, required: true,
					schema: object{"oneOf": []object{geoJSONSchema("Polygon, MultiPolygon, Feature or FeatureCollection"),
						{"type": "object", "required": []string{"collection"}, "properties": object{"collection": str(), "filter": object{"type": "string", "description": "CQL2"}}}}}},
				{name: "area_ha", title: layers.Text{ZH: "所需面积，公顷", EN: "Wanted area, hectares"}, required: true, schema: object{"type": "number", "minimum": check.MinWantedHa, "maximum": check.MaxWantedHa}},
				{name: "near", title: layers.Text{ZH: "须在这些要素的距离之内", EN: "To be within a distance of these features"}, schema: reach("within_m")},
				{name: "away", title: layers.Text{ZH: "须与这些要素保持距离", EN: "To keep a distance from these features"}, schema: reach("at_least_m")},
				{name: "limit", title: layers.Text{ZH: "候选地块数", EN: "Number of candidates"}, schema: object{"type": "integer", "minimum": 1, "maximum": check.MaxCandidates, "default": defaultCandidates}},
				project, on},
			output: "candidates", outputTitle: layers.Text{ZH: "候选地块，优者在前", EN: "Candidates, best first"}, run: s.runFind},
		{id: "plan-at-place", title: layers.Text{ZH: "规划对此处怎么说", EN: "What the plan says here"},
			description: layers.Text{ZH: "规划对某一点或某一地块怎么说，附出处；/plan 是捷径", EN: "What the plan says at a point or of a site, with citations; /plan is the short way"},
			inputs: []processInput{{name: "place", title: layers.Text{ZH: "点或地块", EN: "A point or a site"}, schema: geoJSONSchema("Point, Polygon, MultiPolygon, Feature or FeatureCollection"), required: true},
				{name: "within", title: layers.Text{ZH: "多近算附近，米", EN: "How near counts as near, metres"}, schema: object{"type": "number", "minimum": 0, "maximum": maxWithinM, "default": defaultWithinM}}},
			output: "plan", outputTitle: layers.Text{ZH: "规划内容", EN: "What the plan says"}, run: s.runPlan},
	}
}

func geoJSONSchema(what string) object {
	return object{"type": "object", "format": "geojson-geometry", "contentMediaType": typeGeoJSON, "description": "GeoJSON, CRS84: " + what}
}

func projectSchema() object {
	properties := object{}
	for _, a := range check.Attributes() {
		schema := object{"type": string(a.Type), "title": inLanguage("", a.Title), "description": inLanguage("", a.Question)}
		if len(a.Codes) > 0 {
			var codes []string
			for _, c := range a.Codes {
				codes = append(codes, c.Value)
			}
			schema["enum"] = codes
		}
		properties[a.Name] = schema
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}

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

func (s *server) runSiteCheck(ctx context.Context, _ string, in processInputs) (any, error) {
	on, err := in.day()
	if err != nil {
		return nil, err
	}
	document, err := in.withProject("site")
	if err != nil {
		return nil, err
	}
	site, err := check.ReadSite(document)
	if err != nil {
		return nil, err
	}
	_, answer, err := s.Checker.RunOn(ctx, site, on)
	return json.RawMessage(answer), err
}

func (s *server) runCompare(ctx context.Context, _ string, in processInputs) (any, error) {
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
	return s.Checker.Compare(ctx, sites, on)
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

func (s *server) runFind(ctx context.Context, _ string, in processInputs) (any, error) {
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
		if q.In, q.InFilter, err = s.selection("zone", picked{Collection: zone.Collection, Filter: zone.Filter}); err != nil {
			return nil, err
		}
		return s.Checker.Find(ctx, q)
	}
	site, err := check.ReadSite(in["zone"])
	if err != nil {
		return nil, err
	}
	q.Zone = site.Shape
	return s.Checker.Find(ctx, q)
}

// runPlan runs the resource /plan and takes its answer.
func (s *server) runPlan(ctx context.Context, at string, in processInputs) (any, error) {
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

// requestBody describes what is to be posted to a route; nil for nothing.
func requestBody(route string) object {
	body := func(text string, media ...string) object {
		content := object{}
		for _, m := range media {
			kind := "object"
			if m != typeGeoJSON && m != typeJSON {
				kind = "string"
			}
			content[m] = object{"schema": object{"type": kind}}
		}
		return object{"required": true, "description": text, "content": content}
	}
	switch route {
	case "rerun-check":
		return nil
	case "check-site":
		return body("A Polygon or MultiPolygon, a Feature or a FeatureCollection of them; CRS84. What is known of the project stands in the properties of the features or in a member project", typeGeoJSON)
	case "compare-sites":
		return body("A FeatureCollection of 2 to 20 features, each a site; CRS84", typeGeoJSON)
	case "check-batch":
		return body("GeoJSON texts, one on each line or behind each record separator (RFC 8142), or CSV with a column wkt; longitude before latitude", "application/x-ndjson", "application/geo+json-seq", "text/csv")
	case "execute":
		return body("The inputs of the process", typeJSON)
	}
	return body("A Polygon or MultiPolygon, a Feature or a FeatureCollection of them; CRS84", typeGeoJSON)
}
