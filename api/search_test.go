package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"planatlas/api"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

type foundDoc struct {
	NumberMatched int
	Results       []struct {
		Layer, ID, County, Href string
		Name                    layers.Text
		Located                 bool
	}
}

func TestSearch(t *testing.T) {
	s := serve(t)
	for text, want := range map[string]string{
		"南娄工业":           "industrial_parks/nanlou-gongyeyuan",
		"nanlou gongye":  "industrial_parks/nanlou-gongyeyuan",
		"nlgyy":          "industrial_parks/nanlou-gongyeyuan",
		"Nanlou Industr": "industrial_parks/nanlou-gongyeyuan",
		"藏山":             "reference/cangshan",
		"qdlsyqy":        "",
		"森林覆盖率":          "plan_indicators/forest-cover",
	} {
		a := s.get(t, "/search?q="+url.QueryEscape(text))
		doc := read[foundDoc](t, a, http.StatusOK)
		got := ""
		if len(doc.Results) > 0 {
			got = doc.Results[0].Layer + "/" + doc.Results[0].ID
			if one := read[feature](t, s.get(t, doc.Results[0].Href), http.StatusOK); one.ID != doc.Results[0].ID || (one.Geometry != nil) != doc.Results[0].Located {
				t.Errorf("%q leads to %+v", text, one)
			}
		}
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
	doc := read[foundDoc](t, s.get(t, "/search?q=yuan&limit=3"), http.StatusOK)
	if len(doc.Results) != 3 || doc.NumberMatched <= 3 {
		t.Errorf("%d of %d", len(doc.Results), doc.NumberMatched)
	}
	for _, q := range []string{"", "%20", strings.Repeat("a", 101)} {
		wantProblem(t, s.get(t, "/search?q="+q), http.StatusBadRequest)
	}
	page := string(s.get(t, "/search?q=nlgyy&f=html").body)
	wantPage(t, "/search", page)
	if !strings.Contains(page, "南娄工业园区") || !strings.Contains(page, "/collections/industrial_parks/items/nanlou-gongyeyuan?f=html") {
		t.Error("the page does not lead to the park")
	}
}

// TestSearchSeesChanges renames a feature: the names kept in memory follow.
func TestSearchSeesChanges(t *testing.T) {
	s := serve(t)
	count := func(text string) int {
		return read[foundDoc](t, s.get(t, "/search?q="+url.QueryEscape(text)), http.StatusOK).NumberMatched
	}
	if count("改名之镇") != 0 || count("南娄镇") == 0 {
		t.Fatal("the names are not those of the data")
	}
	storetest.Exec(t, s.database, "update layers.reference set name_zh = '改名之镇' where id = 'nanlou-zhen'")
	if count("改名之镇") != 1 || count("gmzz") != 1 {
		t.Error("the new name is not found")
	}
}

// TestSearchKeepsSecrets hides a layer: its names are found by nobody.
func TestSearchKeepsSecrets(t *testing.T) {
	s := serveOn(t, storetest.URL(t), store.Options{}, func(o *api.Options) {
		all := o.Catalog
		o.Catalog = func() *layers.Catalog {
			var changed []*layers.Layer
			for _, l := range all().Layers {
				one := *l
				if l.ID == "reference" {
					one.Access = layers.Internal
				}
				changed = append(changed, &one)
			}
			return layers.NewCatalog(changed)
		}
	})
	for _, r := range read[foundDoc](t, s.get(t, "/search?q=zhen&limit=100"), http.StatusOK).Results {
		if r.Layer == "reference" {
			t.Errorf("found %s of a layer that is not public", r.ID)
		}
	}
}

// TestSearchInPublishedTables finds names in a table of the database's own by their
// words; the signs that LIKE knows are letters there.
func TestSearchInPublishedTables(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, "create table public.wells (gid bigint primary key, name_zh text, geom geometry(Point, 4326))")
	storetest.Exec(t, database, "insert into public.wells values (1, '甲50%井_a', null), (2, '乙井', st_setsrid(st_point(113.5, 37.9), 4326)), (3, null, null)")
	db := storetest.Open(t, database)
	p, err := db.DescribeTable(t.Context(), "public", "wells", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Publish(t.Context(), p.Layer); err != nil {
		t.Fatal(err)
	}
	s := serveOn(t, database, store.Options{}, nil)
	for text, want := range map[string]string{"乙井": "2", "50%": "1", "井_A": "1", "井%a": "", "'": ""} {
		got := ""
		for _, r := range read[foundDoc](t, s.get(t, "/search?q="+url.QueryEscape(text)), http.StatusOK).Results {
			if r.Layer == "wells" {
				got += r.ID
			}
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
}

func TestOutlines(t *testing.T) {
	s := serve(t)
	doc := read[featureCollection](t, s.get(t, "/outlines"), http.StatusOK)
	if len(doc.Features) != 6 || doc.Features[0].ID != "yangquan" || doc.Features[0].Properties["entity"] != "yangquan-shi" {
		t.Fatalf("%v", doc.ids())
	}
	for _, f := range doc.Features {
		if f.Geometry == nil || f.Properties["name_zh"] == "" || f.Properties["geometry_source"] == "" || f.Properties["accuracy_m"].(float64) <= 0 || f.Properties["legal_effect"] != "indicative" {
			t.Errorf("%s: %v", f.ID, f.Properties)
		}
	}
}
