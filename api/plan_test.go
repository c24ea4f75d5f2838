package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"planatlas/layers/store/storetest"
)

type planHere struct {
	Place    json.RawMessage `json:"place"`
	Counties []planRecord    `json:"counties"`
	Features []struct {
		Layer, ID, Entity, Relation, Plan, Quote, Href string
		DistanceM                                      float64 `json:"distance_m"`
		AccuracyM                                      float64 `json:"accuracy_m"`
	} `json:"features"`
	Unknown []planRecord `json:"unknown"`
	Records []planRecord `json:"records"`
}

type planRecord struct {
	Layer, ID, Plan, Quote, Href string
	Names                        []string
	DistanceM                    *float64 `json:"distance_m"`
	Properties                   map[string]any
}

func ids(rs []planRecord) []string {
	var out []string
	for _, r := range rs {
		out = append(out, r.Layer+"/"+r.ID)
	}
	return out
}

func TestPlanAtAPlace(t *testing.T) {
	s := serve(t)
	got := read[planHere](t, s.get(t, "/plan?at=113.88,37.96&within=500"), http.StatusOK)
	if len(got.Features) == 0 || got.Features[0].Relation != "here" {
		t.Fatalf("features %+v", got.Features)
	}
	last := -1.0
	for _, f := range got.Features {
		if f.DistanceM < last || f.Plan == "" || f.DistanceM > max(500, f.AccuracyM) {
			t.Errorf("%+v behind %g m", f, last)
		}
		last = f.DistanceM
		if a := s.get(t, strings.TrimPrefix(f.Href, s.URL)); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", f.Href, a.StatusCode)
		}
	}
	if c := ids(got.Counties); !slices.Equal(c, []string{"outline/pingding-xian", "outline/yangquan"}) {
		t.Errorf("counties %v", c)
	}
	// What has no boundary yet may be here: the control lines, hidden layers too.
	for _, want := range []string{"ecological_protection_red_line/shengtai-baohu-hongxian", "permanent_basic_farmland/yongjiu-jiben-nongtian-hongxian"} {
		if !slices.Contains(ids(got.Unknown), want) {
			t.Errorf("%s is not among the unknown %v", want, ids(got.Unknown))
		}
	}
	if r := ids(got.Records); !slices.Contains(r, "plan_rules/r-karst-strict-control") || !slices.Contains(r, "plan_indicators/karst-abstraction") {
		t.Errorf("records %v", r)
	}
	for i, r := range got.Records {
		if len(r.Names) == 0 || r.Properties == nil || i > 0 && r.DistanceM != nil && (got.Records[i-1].DistanceM == nil || *r.DistanceM < *got.Records[i-1].DistanceM) {
			t.Errorf("record %d: %+v", i, r)
		}
	}
}

func TestPlanOfASite(t *testing.T) {
	s := serve(t)
	site := `{"type":"Polygon","coordinates":[[[113.88,37.95],[113.89,37.95],[113.89,37.96],[113.88,37.96],[113.88,37.95]]]}`
	a := read[planHere](t, do(t, s.request(t, http.MethodPost, "/plan?within=0", site)), http.StatusOK)
	if !strings.Contains(string(a.Place), `"Polygon"`) || len(a.Features) == 0 || a.Features[0].DistanceM != 0 {
		t.Errorf("%s %+v", a.Place, a.Features)
	}
	outside := read[planHere](t, s.get(t, "/plan?at=121.5,31.2"), http.StatusOK)
	if len(outside.Counties) != 0 || slices.ContainsFunc(outside.Records, func(r planRecord) bool { return r.DistanceM != nil && *r.DistanceM == 0 }) {
		t.Errorf("Shanghai: %+v", outside.Counties)
	}
}

func TestPlanOfAnEntity(t *testing.T) {
	s := serve(t)
	got := read[planHere](t, s.get(t, "/plan?entity=nanlou-gongyeyuan"), http.StatusOK)
	for _, want := range []string{"industrial_parks/nanlou-gongyeyuan", "plan_entities/nanlou-gongyeyuan", "plan_systems/kaifaqu-buju"} {
		if !slices.Contains(ids(got.Records), want) {
			t.Errorf("%s is not in %v", want, ids(got.Records))
		}
	}
}

// From a feature to the systems, indicators and rules that name it, and back.
func TestRelatedLinksGoBothWays(t *testing.T) {
	s := serve(t)
	related := func(path string) []string {
		doc := read[struct{ Links []struct{ Href, Rel string } }](t, s.get(t, path), http.StatusOK)
		var out []string
		for _, l := range doc.Links {
			if l.Rel == "related" {
				out = append(out, strings.TrimPrefix(l.Href, s.URL))
			}
		}
		return out
	}
	const feature, system = "/collections/industrial_parks/items/nanlou-gongyeyuan", "/collections/plan_systems/items/kaifaqu-buju"
	if r := related(feature); !slices.Contains(r, system) || slices.Contains(r, feature) {
		t.Errorf("related to the park: %v", r)
	}
	if r := related(system); !slices.Contains(r, feature) {
		t.Errorf("related to the system: %v", r)
	}
	if r := related("/collections/plan_rules/items/r-karst-strict-control"); !slices.Contains(r, "/collections/water_sources/items/niangziguan-quanyu") {
		t.Errorf("related to the rule: %v", r)
	}
}

// Every one of the 56 systems answers its members by id.
func TestEverySystemReachesItsMembers(t *testing.T) {
	s := serve(t)
	systems := read[struct {
		Features []struct {
			ID         string
			Properties struct{ Members string }
		}
	}](t, s.get(t, "/collections/plan_systems/items?limit=100"), http.StatusOK)
	if len(systems.Features) != 56 {
		t.Fatalf("%d systems", len(systems.Features))
	}
	for _, system := range systems.Features {
		if system.Properties.Members == "" {
			continue // the plan lists none
		}
		doc := string(s.get(t, "/collections/plan_systems/items/"+system.ID).body)
		for _, id := range strings.Split(system.Properties.Members, ";") {
			if !strings.Contains(doc, "/collections/plan_entities/items/"+id+`"`) {
				t.Errorf("%s does not link to its member %s", system.ID, id)
			}
		}
	}
}

func TestNearestAndFilter(t *testing.T) {
	s := serve(t)
	type pairs struct {
		Pairs []struct {
			Feature, Nearest struct{ ID string }
			DistanceM        float64 `json:"distance_m"`
		}
	}
	got := read[pairs](t, s.get(t, "/collections/development_zones/nearest?to=transport_links&to-filter="+url.QueryEscape("class = 'expressway'")), http.StatusOK)
	if len(got.Pairs) != 5 || !slices.IsSortedFunc(got.Pairs, func(a, b struct {
		Feature, Nearest struct{ ID string }
		DistanceM        float64 `json:"distance_m"`
	}) int {
		return int(a.DistanceM - b.DistanceM)
	}) {
		t.Errorf("%+v", got)
	}
	type page struct{ NumberMatched int }
	var unlocated int
	storetest.QueryRow(t, s.database, "select count(*) from layers.industrial_parks where geom is null", &unlocated)
	for filter, want := range map[string]int{
		"county = '盂县' AND accuracy_m < 5000":                    3,
		"name_zh LIKE '南娄%'":                                     1,
		"NOT (county = '盂县') AND plan_section IN ('3.6', '2.2')": 9,
		"accuracy_m IS NULL":                                     unlocated,
	} {
		if n := read[page](t, s.get(t, "/collections/industrial_parks/items?filter="+url.QueryEscape(filter)), http.StatusOK); n.NumberMatched != want {
			t.Errorf("%s matches %d, want %d", filter, n.NumberMatched, want)
		}
	}
	both := read[page](t, s.get(t, "/collections/industrial_parks/items?status=planned&filter="+url.QueryEscape("county = '盂县'")), http.StatusOK)
	if both.NumberMatched != 3 {
		t.Errorf("filter and property match %d", both.NumberMatched)
	}
}

func TestPlanMistakesAreNamed(t *testing.T) {
	s := serve(t)
	for _, b := range []bad{
		{path: "/plan", status: 400, parameter: "at", detail: "longitude,latitude"},
		{path: "/plan?at=113.88", status: 400, parameter: "at"},
		{path: "/plan?at=NaN,37", status: 400, parameter: "at"},
		{path: "/plan?at=200,37", status: 400, parameter: "at"},
		{path: "/plan?at=113.88,37.96&within=-1", status: 400, parameter: "within", detail: "0 to 50000"},
		{path: "/plan?at=113.88,37.96&within=NaN", status: 400, parameter: "within"},
		{path: "/plan?entity=nobody", status: 404, detail: "plan_entities"},
		{path: "/plan?entity=x&at=1,2", status: 400, parameter: "entity"},
		{path: "/collections/reference/nearest", status: 400, parameter: "to"},
		{path: "/collections/reference/nearest?to=plan_rules", status: 400, parameter: "to", detail: "geometry"},
		{path: "/collections/reference/nearest?to=permanent_basic_farmland", status: 400, parameter: "to"},
		{path: "/collections/reference/nearest?to=river_corridors&to-filter=clas%3D1", status: 400, parameter: "to-filter"},
		{path: "/collections/reference/items?filter=kind%20%3D%3D%201", status: 400, parameter: "filter", hint: "column 7"},
		{path: "/collections/reference/items?filter=kin%20%3D%20%27a%27", status: 400, parameter: "filter", hint: `did you mean "kind"?`},
		{path: "/collections/reference/items?filter=accuracy_m%20%3D%20%27a%27", status: 400, parameter: "filter", detail: "want a number"},
		{path: "/collections/reference/items?filter=accuracy_m%20LIKE%20%27a%27", status: 400, parameter: "filter", detail: "want a string"},
		{path: "/collections/reference/items?intersects-feature=x", status: 400, parameter: "intersects-feature"},
		{path: "/collections/reference/items?intersects-feature=permanent_basic_farmland/x", status: 400, parameter: "intersects-feature"},
	} {
		a := s.get(t, b.path)
		p := read[struct{ Parameter, Detail, Hint string }](t, a, b.status)
		if p.Parameter != b.parameter || !strings.Contains(p.Detail, b.detail) || !strings.Contains(p.Hint, b.hint) {
			t.Errorf("%s: %+v", b.path, p)
		}
	}
}
