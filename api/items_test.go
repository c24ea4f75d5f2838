package api_test

import (
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// typed is a layer with a property of each type.
func typed() *layers.Layer {
	text := layers.Text{ZH: "试验", EN: "Trial"}
	l := &layers.Layer{ID: "typed", Title: text, Description: text, Geometry: "Point", LegalEffect: layers.Indicative, Access: layers.Public,
		Source:   layers.Source{Name: text, Licence: "own", Attribution: "own", Date: "2021-04-01"},
		Coverage: layers.Coverage{Area: "yangquan", From: "2021-01-01"}, Style: layers.Style{Stroke: "#000000"}}
	for _, kind := range []layers.PropertyType{layers.String, layers.Integer, layers.Number, layers.Boolean, layers.Date} {
		l.Properties = append(l.Properties, layers.Property{Name: "a_" + string(kind), Title: text, Type: kind})
	}
	return l
}

// typedFeatures are one with every value, one with none, and one whose id and
// values need care.
func typedFeatures() iter.Seq2[layers.Feature, error] {
	base := func(id string, own map[string]any) layers.Feature {
		f := layers.Feature{ID: id, Origin: "test", Values: map[string]any{"name_zh": "名", "name_en": "name", "status": "existing",
			"geometry_source": "test", "legal_effect": "indicative", "valid_from": "2021-01-01"}}
		for k, v := range own {
			f.Values[k] = v
		}
		return f
	}
	full := base("full", map[string]any{"a_string": "一", "a_integer": int64(-7), "a_number": 0.1, "a_boolean": true, "a_date": "2024-02-29", "accuracy_m": 5.0})
	full.Shape = &geo.Shape{SRID: geo.CGCS2000, Geom: orb.Point{113.5, 37.9}}
	odd := base(`a/b c?d#e%f"\ü`, map[string]any{"a_string": "\"\\\t\u2028<&>", "a_integer": int64(1) << 60, "a_number": 1e300, "a_boolean": false})
	return func(yield func(layers.Feature, error) bool) {
		_ = yield(full, nil) && yield(base("none", nil), nil) && yield(odd, nil)
	}
}

func serveTyped(t *testing.T) *service {
	t.Helper()
	database := storetest.URL(t)
	load := storetest.Yangquan(t)
	load.Sets = append(load.Sets, layers.FeatureSet{Layer: typed(), Features: typedFeatures()})
	if _, err := storetest.Open(t, database).Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	return serveOn(t, database, store.Options{}, nil)
}

func TestPropertiesOfEachTypeAndEquality(t *testing.T) {
	s := serveTyped(t)
	f := read[feature](t, s.get(t, "/collections/typed/items/full"), http.StatusOK)
	for name, want := range map[string]any{"a_string": "一", "a_integer": -7.0, "a_number": 0.1, "a_boolean": true, "a_date": "2024-02-29",
		"valid_from": "2021-01-01", "valid_to": nil, "accuracy_m": 5.0, "county": nil} {
		if got, there := f.Properties[name]; got != want || !there {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, tc := range []struct {
		query string
		want  []string
	}{
		{"a_string=一", []string{"full"}},
		{"a_string=%22%5C%09%E2%80%A8%3C%26%3E", []string{`a/b c?d#e%f"\ü`}},
		{"a_integer=-7", []string{"full"}}, {"a_integer=-7.0", []string{"full"}}, {"a_integer=8", nil},
		{"a_number=0.1", []string{"full"}}, {"a_number=1e300", []string{`a/b c?d#e%f"\ü`}},
		{"a_boolean=true", []string{"full"}}, {"a_boolean=false", []string{`a/b c?d#e%f"\ü`}},
		{"a_date=2024-02-29", []string{"full"}}, {"a_date=2024-02-28", nil},
		{"valid_from=2021-01-01", []string{`a/b c?d#e%f"\ü`, "full", "none"}},
		{"a_boolean=true&a_integer=-7", []string{"full"}}, {"a_boolean=true&a_integer=1", nil},
	} {
		got := read[featureCollection](t, s.get(t, "/collections/typed/items?"+tc.query), http.StatusOK)
		if ids := got.ids(); !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(tc.want))) || got.NumberMatched != len(tc.want) {
			t.Errorf("%s: %q (%d matched), want %q", tc.query, ids, got.NumberMatched, tc.want)
		}
	}
	for query, want := range map[string]string{"a_integer=1.5": "a whole number", "a_integer=x": "a whole number", "a_integer=99999999999999999999": "a whole number",
		"a_number=NaN": "a number", "a_number=1e400": "a number", "a_boolean=yes": "true or false", "a_date=2023-02-29": "a date such as 2021-01-01"} {
		name, _, _ := strings.Cut(query, "=")
		if p := wantProblem(t, s.get(t, "/collections/typed/items?"+query), http.StatusBadRequest); p.Parameter != name || p.Expected != want {
			t.Errorf("%s: %+v", query, p)
		}
	}
}

func TestItem(t *testing.T) {
	s := serveTyped(t)
	odd := `a/b c?d#e%f"\ü`
	f := read[feature](t, s.get(t, "/collections/typed/items/"+url.PathEscape(odd)), http.StatusOK)
	if f.ID != odd || f.Geometry != nil || f.Properties["a_string"] != "\"\\\t\u2028<&>" {
		t.Errorf("got %+v", f)
	}
	again := read[feature](t, s.get(t, f.Links[0].Href), http.StatusOK)
	if f.Links[0].Rel != "self" || again.ID != odd {
		t.Errorf("self link %v leads to %q", f.Links[0], again.ID)
	}
	full := s.get(t, "/collections/typed/items/full")
	if got := string(read[feature](t, full, http.StatusOK).Geometry.Coordinates); got != "[113.5,37.9]" {
		t.Errorf("coordinates %s", got)
	}
	if full.Header.Get("Content-Type") != "application/geo+json" || full.Header.Get("Content-Crs") != "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>" {
		t.Errorf("headers %v", full.Header)
	}
	p := wantProblem(t, s.get(t, "/collections/typed/items/nobody"), http.StatusNotFound)
	if want := `feature "nobody" of typed: not found`; p.Detail != want {
		t.Errorf("detail %q, want %q", p.Detail, want)
	}
}

func TestPagesReachAllFeaturesOnce(t *testing.T) {
	s := serve(t)
	for _, path := range []string{"/collections/reference/items?limit=7", "/collections/river_corridors/items?limit=1",
		"/collections/industrial_parks/items?limit=40", "/collections/transport_links/items?status=existing&limit=3"} {
		whole := read[featureCollection](t, s.get(t, path+"0000"), http.StatusOK)
		var ids []string
		for at := path; at != ""; {
			page := read[featureCollection](t, s.get(t, at), http.StatusOK)
			if page.NumberMatched != whole.NumberMatched || page.NumberReturned != len(page.Features) {
				t.Errorf("%s: matched %d, returned %d of %d", at, page.NumberMatched, page.NumberReturned, len(page.Features))
			}
			ids = append(ids, page.ids()...)
			if at = next(page.Links); len(ids) > len(whole.Features) {
				t.Fatalf("%s: the pages go on", path)
			}
		}
		if !slices.Equal(ids, whole.ids()) || len(ids) == 0 {
			t.Errorf("%s: pages give %v, want %v", path, ids, whole.ids())
		}
	}
}

func TestItemsMembers(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.FixedZone("", 8*3600))
	s := serveOn(t, storetest.URL(t), store.Options{}, atTime(at))
	a := s.get(t, "/collections/reference/items?limit=2&bbox=113,37,114,39")
	page := read[featureCollection](t, a, http.StatusOK)
	if page.Type != "FeatureCollection" || page.NumberReturned != 2 || page.NumberMatched < 3 || !page.TimeStamp.Equal(at) {
		t.Errorf("page %+v", page)
	}
	rels := map[string]string{}
	for _, l := range page.Links {
		rels[l.Rel] = l.Href
	}
	if rels["collection"] != s.URL+"/collections/reference" || rels["self"] != s.URL+"/collections/reference/items?bbox=113%2C37%2C114%2C39&limit=2" {
		t.Errorf("links %v", rels)
	}
	next, err := url.Parse(rels["next"])
	if err != nil || next.Query().Get("bbox") != "113,37,114,39" || next.Query().Get("limit") != "2" {
		t.Errorf("the next page asks for something else: %s, %v", rels["next"], err)
	}
}

func TestLimit(t *testing.T) {
	s := serve(t)
	var all int
	storetest.QueryRow(t, s.database, "select count(*) from layers.reference", &all)
	for limit, want := range map[string]int{"": min(all, 100), "1": 1, strconv.Itoa(all): all, "10000": all, "10001": all, "100000000000000000000": all} {
		got := read[featureCollection](t, s.get(t, "/collections/reference/items?limit="+limit), http.StatusOK)
		if got.NumberReturned != want || got.NumberMatched != all || (next(got.Links) != "") != (want < all) {
			t.Errorf("limit=%s: %d of %d returned, next %q", limit, got.NumberReturned, got.NumberMatched, next(got.Links))
		}
	}
}

func TestBBoxAgreesWithPostGIS(t *testing.T) {
	s := serve(t)
	for _, box := range []string{"113.2,38,113.6,38.2", "113.55,37.85,113.56,37.86", "-180,-90,180,90", "0,0,1,1", "113.5,37.9,113.5,37.9"} {
		for _, l := range s.published() {
			var want int
			storetest.QueryRow(t, s.database, fmt.Sprintf("select count(*) from layers.%s where st_intersects(geom, st_makeenvelope(%s, 4490))", l.ID, box), &want)
			for _, query := range []string{box, withHeights(box)} {
				got := read[featureCollection](t, s.get(t, "/collections/"+l.ID+"/items?bbox="+query), http.StatusOK)
				if got.NumberMatched != want || got.NumberReturned != want {
					t.Errorf("%s in %s: %d matched, %d returned, want %d", l.ID, query, got.NumberMatched, got.NumberReturned, want)
				}
			}
		}
	}
}

func TestNullGeometryStaysVisible(t *testing.T) {
	s := serve(t)
	var want int
	storetest.QueryRow(t, s.database, "select count(*) from layers.industrial_parks where geom is null", &want)
	n := 0
	for _, f := range read[featureCollection](t, s.get(t, "/collections/industrial_parks/items"), http.StatusOK).Features {
		if f.Geometry == nil {
			n++
			if f.Properties["geometry_source"] != "not located" {
				t.Errorf("%s has no geometry and the source %v", f.ID, f.Properties["geometry_source"])
			}
		}
	}
	if n != want || n == 0 {
		t.Errorf("%d features without geometry, want %d", n, want)
	}
}

func TestNear(t *testing.T) {
	s := serve(t)
	type page struct {
		featureCollection
		Features []struct {
			ID         string
			Properties struct {
				Distance float64 `json:"distance_m"`
			}
		}
	}
	const path = "/collections/industrial_parks/items?near=113.57,37.87&limit=4"
	first := read[page](t, s.get(t, path), http.StatusOK)
	if len(first.Features) != 4 || first.NumberMatched != 40 {
		t.Fatalf("%d features of %d", len(first.Features), first.NumberMatched)
	}
	second := read[page](t, s.get(t, linkOf(first.Links, "next")), http.StatusOK)
	last := 0.0
	for _, f := range append(first.Features, second.Features...) {
		if f.Properties.Distance < last {
			t.Errorf("%s at %g m after %g m", f.ID, f.Properties.Distance, last)
		}
		last = f.Properties.Distance
	}
	if last == 0 || second.Features[0].ID == first.Features[3].ID {
		t.Errorf("%+v", second.Features)
	}
	if got := read[featureCollection](t, s.get(t, linkOf(second.Links, "prev")), http.StatusOK); got.ids()[0] != first.Features[0].ID {
		t.Errorf("back at %v", got.ids())
	}
	csv := string(s.get(t, path+"&f=csv&properties=name_en").body)
	if head, _, _ := strings.Cut(csv, "\n"); !strings.Contains(head, "distance_m") {
		t.Errorf("csv: %s", head)
	}
	for query, parameter := range map[string]string{"near=113.57": "near", "near=213,37": "near", "near=a,b": "near", "near=113,37&sortby=name_en": "sortby", "near=113,37&cursor=eyJpIjoieCJ9": "cursor"} {
		if p := wantProblem(t, s.get(t, "/collections/industrial_parks/items?"+query), http.StatusBadRequest); p.Parameter != parameter {
			t.Errorf("%s: %+v", query, p)
		}
	}
}

func TestHits(t *testing.T) {
	s := serve(t)
	got := read[featureCollection](t, s.get(t, "/collections/industrial_parks/items?resultType=hits&county=%E7%9B%82%E5%8E%BF"), http.StatusOK)
	if len(got.Features) != 0 || got.NumberMatched != 3 || linkOf(got.Links, "next") != "" {
		t.Errorf("%+v", got)
	}
	if p := wantProblem(t, s.get(t, "/collections/industrial_parks/items?resultType=x"), http.StatusBadRequest); p.Parameter != "resultType" {
		t.Errorf("%+v", p)
	}
}
