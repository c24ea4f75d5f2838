package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// serveMany serves the layer typed with so many features whose values repeat, are
// null, or are as large as they can be.
func serveMany(t *testing.T, n int) *service {
	t.Helper()
	database := storetest.URL(t)
	load := storetest.Yangquan(t)
	load.Sets = append(load.Sets, layers.FeatureSet{Layer: typed(), Features: func(func(layers.Feature, error) bool) {}})
	if _, err := storetest.Open(t, database).Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	storetest.Exec(t, database, `insert into layers.typed (id, name_zh, name_en, status, geometry_source, legal_effect, accuracy_m, geom, a_string, a_integer, a_number, a_boolean, a_date)
		select 'f' || lpad(i::text, 6, '0'), '名', 'name', 'existing', 'test', 'indicative', 1, st_setsrid(st_point(113 + i * 1e-4, 37.9), 4490),
			case when i % 7 > 0 then 'text ' || i % 5 end,
			case i % 6 when 0 then null when 1 then 9223372036854775807 when 2 then -9223372036854775808 else i % 4 end,
			case i % 6 when 0 then null when 1 then 'NaN' when 2 then 'Infinity' when 3 then '-Infinity' else i::float8 / 3 end,
			case when i % 3 > 0 then i % 2 = 0 end, case when i % 5 > 0 then date '2024-02-29' + i % 3 end from generate_series(1, `+strconv.Itoa(n)+`) i`)
	return serveOn(t, database, store.Options{}, nil)
}

func linkOf(links []link, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func sortOrders() []string {
	return []string{"", "a_string", "-a_string", "a_integer", "-a_integer", "a_number", "-a_number", "a_boolean,-a_date", "-a_date,a_string,-a_integer", "%2Bname_zh"}
}

// TestWalkForwardAndBackward walks all pages in each order to the end and back
// again: each page is itself, and every feature comes once.
func TestWalkForwardAndBackward(t *testing.T) {
	s := serveMany(t, 57)
	for _, order := range sortOrders() {
		path := "/collections/typed/items?sortby=" + order
		whole := read[featureCollection](t, s.get(t, path+"&limit=1000"), http.StatusOK).ids()
		if len(whole) != 57 {
			t.Fatalf("%s: %d features", order, len(whole))
		}
		var forward [][]string
		last := ""
		for at := path + "&limit=10"; at != ""; {
			page := read[featureCollection](t, s.get(t, at), http.StatusOK)
			forward = append(forward, page.ids())
			if page.NumberMatched != 57 || page.NumberReturned != len(page.Features) || len(forward) > 6 {
				t.Fatalf("%s: page %d has %d of %d", order, len(forward), page.NumberReturned, page.NumberMatched)
			}
			again := read[featureCollection](t, s.get(t, linkOf(page.Links, "self")), http.StatusOK)
			if !slices.Equal(again.ids(), page.ids()) {
				t.Errorf("%s: page %d is not itself", order, len(forward))
			}
			if (linkOf(page.Links, "prev") != "") != (len(forward) > 1) {
				t.Errorf("%s: page %d: prev %q", order, len(forward), linkOf(page.Links, "prev"))
			}
			last, at = linkOf(page.Links, "prev"), next(page.Links)
		}
		if !slices.Equal(slices.Concat(forward...), whole) {
			t.Errorf("%s: the walk gives %v, want %v", order, forward, whole)
		}
		back := [][]string{forward[len(forward)-1]}
		for at := last; at != ""; {
			page := read[featureCollection](t, s.get(t, at), http.StatusOK)
			back = append([][]string{page.ids()}, back...)
			if next(page.Links) == "" {
				t.Errorf("%s: no way forward from a page before", order)
			}
			at = linkOf(page.Links, "prev")
		}
		if fmt.Sprint(back) != fmt.Sprint(forward) {
			t.Errorf("%s: backward %v, forward %v", order, back, forward)
		}
	}
}

// TestWalkWhileOthersWrite inserts and deletes between the pages, also the
// features at which pages end: every untouched one comes exactly once.
func TestWalkWhileOthersWrite(t *testing.T) {
	for _, order := range []string{"", "-a_string", "a_number,-a_integer"} {
		for _, rel := range []string{"next", "prev"} {
			s := serveMany(t, 120)
			path := "/collections/typed/items?limit=10&sortby=" + order
			if rel == "prev" { // from the end
				for at := path; at != ""; {
					page := read[featureCollection](t, s.get(t, at), http.StatusOK)
					path, at = at, next(page.Links)
				}
			}
			seen, deleted := map[string]int{}, map[string]bool{}
			for i, at := 0, path; at != ""; i++ {
				page := read[featureCollection](t, s.get(t, at), http.StatusOK)
				for _, id := range page.ids() {
					seen[id]++
				}
				gone := append(page.ids()[len(page.Features)/2:], fmt.Sprintf("f%06d", 7*i+3)) // those that the cursor names too
				for _, id := range gone {
					deleted[id] = true
				}
				storetest.Exec(t, s.database, `with gone as (delete from layers.typed where id = any($2))
					insert into layers.typed (id, name_zh, name_en, status, geometry_source, legal_effect, a_string, a_number)
					select 'new' || $1 || '-' || i, '新', 'new', 'existing', 'test', 'indicative', 'text ' || i % 5, i from generate_series(1, 3) i`, strconv.Itoa(i), gone)
				if at = linkOf(page.Links, rel); i > 60 {
					t.Fatal("the walk does not end")
				}
			}
			for i := 1; i <= 120; i++ {
				id := fmt.Sprintf("f%06d", i)
				if seen[id] > 1 || seen[id] == 0 && !deleted[id] {
					t.Errorf("%s by %s: %s came %d times", order, rel, id, seen[id])
				}
			}
		}
	}
}

func TestPagesByOffset(t *testing.T) {
	s := serveMany(t, 25)
	const path = "/collections/typed/items?limit=10&offset="
	var ids []string
	for at := path + "0"; at != ""; {
		page := read[featureCollection](t, s.get(t, at), http.StatusOK)
		ids = append(ids, page.ids()...)
		at = next(page.Links)
		if at != "" && (!strings.Contains(at, "offset=") || strings.Contains(at, "cursor")) {
			t.Errorf("next is %q", at)
		}
	}
	if len(ids) != 25 || !slices.IsSorted(ids) {
		t.Errorf("by offset: %v", ids)
	}
	middle := read[featureCollection](t, s.get(t, path+"4"), http.StatusOK)
	before := read[featureCollection](t, s.get(t, linkOf(middle.Links, "prev")), http.StatusOK)
	if !slices.Equal(before.ids(), ids[:4]) {
		t.Errorf("before the fifth come %v", before.ids())
	}
	beyond := read[featureCollection](t, s.get(t, path+"1000"), http.StatusOK)
	if len(beyond.Features) != 0 || beyond.NumberMatched != 25 || next(beyond.Links) != "" || linkOf(beyond.Links, "prev") == "" {
		t.Errorf("beyond the end: %+v", beyond)
	}
	for _, bad := range []string{"-1", "x", "1e3"} {
		if p := wantProblem(t, s.get(t, path+bad), http.StatusBadRequest); p.Parameter != "offset" {
			t.Errorf("offset=%s: %+v", bad, p)
		}
	}
}

// TestPagesWithoutABody walks formats whose links stand in headers, also over
// pages that are larger than what is kept in memory.
func TestPagesWithoutABody(t *testing.T) {
	s := serveMany(t, 25)
	storetest.Exec(t, s.database, "update layers.typed set plan_quote = repeat('阳泉', 30000)") // 25 rows of 180 kB
	for _, f := range []string{"csv", "ndjson", "geojsonseq", "kml", "fgb"} {
		n, pages := 0, 0
		for at := "/collections/typed/items?limit=10&f=" + f; at != ""; pages++ {
			a := s.get(t, at)
			returned, err := strconv.Atoi(a.Header.Get("OGC-NumberReturned"))
			if err != nil || a.StatusCode != http.StatusOK || a.Header.Get("OGC-NumberMatched") != "25" || len(a.body) < returned*180_000 {
				t.Fatalf("%s: %d, %v, %d bytes", at, a.StatusCode, a.Header, len(a.body))
			}
			n += returned
			at = ""
			for _, l := range a.Header.Values("Link") {
				if m := regexp.MustCompile(`^<([^>]+)>; rel="next"`).FindStringSubmatch(l); m != nil {
					at = m[1]
				}
			}
		}
		if n != 25 || pages != 3 {
			t.Errorf("%s: %d features on %d pages", f, n, pages)
		}
	}
}

func TestDatetime(t *testing.T) {
	s := serveMany(t, 4)
	for i, span := range []string{"[,)", "[2021-01-01,)", "[2022-01-01,2023-01-01)", "[,2021-07-01)"} {
		storetest.Exec(t, s.database, "update layers.typed set valid = $1::text::daterange where id = $2", span, fmt.Sprintf("f%06d", i+1))
	}
	for datetime, want := range map[string]string{"": "1234", "../..": "1234", "2022-06-01": "123", "2022-12-31T23:59:59Z": "123", "2023-01-01": "12", "../2020-01-01": "14",
		"2023-01-01/..": "12", "/2020-12-31": "14", "2021-06-30/2021-07-01": "124", "2021-07-01T00:00:00Z/2021-07-01T00:00:00Z": "12", "2022-06-01T00:00:00+08:00": "123"} {
		got := ""
		for _, id := range read[featureCollection](t, s.get(t, "/collections/typed/items?datetime="+url.QueryEscape(datetime)), http.StatusOK).ids() {
			got += strings.TrimLeft(id, "f0")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", datetime, got, want)
		}
	}
	for _, bad := range []string{"x", "..", "2022", "2023-01-01/2022-01-01", "2022-13-01", "2022-01-01/x", "2022-01-01/2022-01-02/2022-01-03"} {
		if p := wantProblem(t, s.get(t, "/collections/typed/items?datetime="+url.QueryEscape(bad)), http.StatusBadRequest); p.Parameter != "datetime" {
			t.Errorf("%s: %+v", bad, p)
		}
	}
}

func TestBoxAcrossTheAntimeridian(t *testing.T) {
	s := serveMany(t, 3)
	for i, x := range []float64{179.9, -179.9, 113} {
		storetest.Exec(t, s.database, "update layers.typed set geom = st_setsrid(st_point($1, 10), 4490) where id = $2", x, fmt.Sprintf("f%06d", i+1))
	}
	for box, want := range map[string]int{"179,0,-179,20": 2, "179,0,-5,-179,20,5": 2, "-180,0,180,20": 3, "100,0,120,20": 1} {
		if got := read[featureCollection](t, s.get(t, "/collections/typed/items?bbox="+box), http.StatusOK); got.NumberMatched != want || len(got.Features) != want {
			t.Errorf("%s: %d of %d, want %d", box, len(got.Features), got.NumberMatched, want)
		}
	}
	got := read[featureCollection](t, s.get(t, "/collections/typed/items?bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326&bbox=0,179,20,-179"), http.StatusOK)
	if got.NumberMatched != 2 {
		t.Errorf("latitude first: %d", got.NumberMatched)
	}
}

func TestPropertiesParameter(t *testing.T) {
	s := serveMany(t, 1)
	f := read[featureCollection](t, s.get(t, "/collections/typed/items?properties=a_date,name_zh"), http.StatusOK).Features[0]
	if len(f.Properties) != 2 || f.Properties["a_date"] != "2024-03-01" || f.Properties["name_zh"] != "名" || f.Geometry == nil {
		t.Errorf("%+v", f)
	}
	if f := read[featureCollection](t, s.get(t, "/collections/typed/items?properties="), http.StatusOK).Features[0]; len(f.Properties) != 0 {
		t.Errorf("%+v", f)
	}
	for param, path := range map[string]string{"properties": "properties=nme_zh", "sortby": "sortby=-nme_zh"} {
		if p := wantProblem(t, s.get(t, "/collections/typed/items?"+path), http.StatusBadRequest); p.Parameter != param || p.Hint != `did you mean "name_zh"?` {
			t.Errorf("%+v", p)
		}
	}
}
