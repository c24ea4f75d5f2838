package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/store/storetest"
)

// The abstract tests of the standards stand here under their own names, without the
// part http://www.opengis.net/spec/ and the version: OGC API - Features, Part 1
// (17-069r4, annex A), Part 2 (18-058r1), Part 3 (19-079r2) and Part 5 (23-058r2).
// Those of CQL2 (21-065r2) need data of their own and are in layers/store, and that
// of JSON-FG (21-045r1) is TestConfJSONFG.

// abstract is one abstract test.
type abstract struct {
	id  string
	run func(*testing.T, *service)
}

func abstractTests() []abstract {
	return slices.Concat(coreTests(), collectionTests(), itemsTests(), timeTests(), featureTests(), encodingTests(), openAPITests(), crsTests(), queryablesTests(), filterTests(),
		schemaTests(), roleTests(), schemaResourceTests())
}

// TestAbstractTests runs them all on one service, some of whose features are in force
// for a part of the time only.
func TestAbstractTests(t *testing.T) {
	s := serve(t)
	for i, span := range []string{"(,)", "[2022-01-01,2023-01-01)", "[2023-01-01,)", "[2021-01-01,2022-06-01)"} {
		storetest.Exec(t, s.database, "update layers.reference set valid = $1::text::daterange where id = (select id from layers.reference order by id offset $2 limit 1)", span, i)
	}
	for _, a := range abstractTests() {
		t.Run(a.id, func(t *testing.T) { a.run(t, s) })
	}
}

// TestEveryClassIsTested: every conformance class of OGC API - Features that the
// service claims has its abstract tests, none of which stands twice.
func TestEveryClassIsTested(t *testing.T) {
	s := serve(t)
	seen := map[string]bool{}
	for _, a := range abstractTests() {
		if seen[a.id] {
			t.Errorf("%s stands twice", a.id)
		}
		seen[a.id] = true
	}
	const spec = "http://www.opengis.net/spec/ogcapi-features-"
	classes := 0
	for _, class := range read[struct{ ConformsTo []string }](t, s.get(t, "/conformance"), http.StatusOK).ConformsTo {
		part, ok := strings.CutPrefix(class, spec)
		if !ok {
			continue
		}
		classes++
		number, name, _ := strings.Cut(part, "/1.0/")
		if !slices.ContainsFunc(abstractTests(), func(a abstract) bool { return strings.HasPrefix(a.id, "features-"+number+"/"+name+"/") }) {
			t.Errorf("%s has no test", class)
		}
	}
	if classes < 14 || len(seen) < 92 {
		t.Errorf("%d classes, %d tests", classes, len(seen))
	}
}

// claims is the abstract test that the service declares a class.
func claims(class string) func(*testing.T, *service) {
	return func(t *testing.T, s *service) {
		a := s.get(t, "/conformance", "Accept", "application/json")
		got := read[struct{ ConformsTo []string }](t, a, http.StatusOK).ConformsTo
		if want := "http://www.opengis.net/spec/" + class; !slices.Contains(got, want) || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s is not among %v", want, got)
		}
	}
}

// collectionsDoc is the document of all collections.
func (s *service) collectionsDoc(t *testing.T) (doc struct {
	Links       []link
	CRS         []string
	Collections []collectionDoc
}) {
	t.Helper()
	a := s.get(t, "/collections", "Accept", "application/json")
	if err := json.Unmarshal(a.body, &doc); err != nil || a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %q, %v", a.StatusCode, a.Header.Get("Content-Type"), err)
	}
	return doc
}

// items asks for the features of a collection, all on one page.
func (s *service) items(t *testing.T, collection string, query ...string) featureCollection {
	t.Helper()
	v := url.Values{"limit": {"10000"}}
	for i := 0; i < len(query); i += 2 {
		v.Set(query[i], query[i+1])
	}
	a := s.get(t, "/collections/"+collection+"/items?"+v.Encode(), "Accept", "application/geo+json")
	if got := a.Header.Get("Content-Type"); got != "application/geo+json" {
		t.Errorf("%s %v: %q", collection, query, got)
	}
	return read[featureCollection](t, a, http.StatusOK)
}

// refused wants the status 400.
func (s *service) refused(t *testing.T, collection string, query ...string) {
	t.Helper()
	v := url.Values{}
	for i := 0; i < len(query); i += 2 {
		v.Set(query[i], query[i+1])
	}
	wantProblem(t, s.get(t, "/collections/"+collection+"/items?"+v.Encode(), "Accept", "application/geo+json"), http.StatusBadRequest)
}

// sameIDs compares features without regard to their order.
func sameIDs(t *testing.T, what string, got, want []string) {
	t.Helper()
	if a, b := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)); !slices.Equal(a, b) {
		t.Errorf("%s: %v, want %v", what, a, b)
	}
}

// selected asks the database for the ids that meet a condition.
func (s *service) selected(t *testing.T, layer, where string) (ids []string) {
	t.Helper()
	storetest.QueryRow(t, s.database, "select coalesce(array_agg(id order by id), '{}') from layers."+layer+" where "+where, &ids)
	return ids
}

// located are the collections that have an extent.
func (s *service) located(t *testing.T) (out []collectionDoc) {
	t.Helper()
	for _, c := range s.collectionsDoc(t).Collections {
		if len(c.Extent.Spatial.BBox) > 0 {
			out = append(out, c)
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d collections have an extent", len(out))
	}
	return out
}

func layerOf(s *service, id string) *layers.Layer {
	for _, l := range s.catalog.Layers {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// TestConfFilter: Part 3, filter with its language and CRS, joined with other
// parameters by AND.
func TestConfFilter(t *testing.T) {
	s := serve(t)
	ids := func(query ...string) []string {
		t.Helper()
		v := url.Values{"limit": {"1000"}}
		for i := 0; i < len(query); i += 2 {
			v.Set(query[i], query[i+1])
		}
		return read[featureCollection](t, s.get(t, "/collections/reference/items?"+v.Encode()), http.StatusOK).ids()
	}
	text := ids("filter", "S_INTERSECTS(geometry, BBOX(113.4,37.8,113.8,38.2)) AND status = 'existing'")
	document, err := json.Marshal(map[string]any{"op": "and", "args": []any{
		map[string]any{"op": "s_intersects", "args": []any{map[string]any{"property": "geometry"}, map[string]any{"bbox": []float64{113.4, 37.8, 113.8, 38.2}}}},
		map[string]any{"op": "=", "args": []any{map[string]any{"property": "status"}, "existing"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]string{
		"JSON":           ids("filter-lang", "cql2-json", "filter", string(document)),
		"named language": ids("filter-lang", "cql2-text", "filter", "S_INTERSECTS(geometry, BBOX(113.4,37.8,113.8,38.2)) AND status = 'existing'"),
		"bbox":           ids("bbox", "113.4,37.8,113.8,38.2", "filter", "status = 'existing'"),
		"parameter":      ids("status", "existing", "filter", "S_INTERSECTS(geom, BBOX(113.4,37.8,113.8,38.2))"),
		"latitude first": ids("status", "existing", "filter-crs", opengisCRS+"EPSG/0/4326", "filter", "S_INTERSECTS(geom, POLYGON((37.8 113.4,37.8 113.8,38.2 113.8,38.2 113.4,37.8 113.4)))"),
	} {
		if slices.Sort(got); len(got) < 2 || !slices.Equal(got, slices.Sorted(slices.Values(text))) {
			t.Errorf("%s: %v, want %v", name, got, text)
		}
	}
	near := read[featureCollection](t, s.get(t, "/collections/reference/items?limit=1&crs=EPSG:4547&filter=S_INTERSECTS(geom,BBOX(113.4,37.8,113.8,38.2))"), http.StatusOK).Features[0]
	p := numbers(t, near.Geometry.Coordinates)
	box, err := json.Marshal([]float64{p[0] - 50, p[1] - 50, p[0] + 50, p[1] + 50})
	if err != nil {
		t.Fatal(err)
	}
	if got := ids("filter-crs", opengisCRS+"EPSG/0/4547", "filter", "S_INTERSECTS(geom, BBOX("+strings.Trim(string(box), "[]")+"))"); !slices.Contains(got, near.ID) || len(got) > 3 {
		t.Errorf("in EPSG:4547: %v, want %s", got, near.ID)
	}
	for param, query := range map[string]string{"filter-lang": "filter-lang=sql&filter=a", "filter-crs": "filter-crs=x&filter=status%3D%27a%27", "filter": "filter-lang=cql2-json&filter=status%3D%27a%27"} {
		if p := wantProblem(t, s.get(t, "/collections/reference/items?"+query), http.StatusBadRequest); p.Parameter != param {
			t.Errorf("%s: %+v", query, p)
		}
	}
}
