package api_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

type sitemapDoc struct {
	Maps []struct {
		Loc     string `xml:"loc"`
		Lastmod string `xml:"lastmod"`
	} `xml:"sitemap"`
	URLs []struct {
		Loc string `xml:"loc"`
	} `xml:"url"`
}

func sitemapOf(t *testing.T, s *service, at string) (doc sitemapDoc) {
	t.Helper()
	a := s.get(t, at)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/xml" {
		t.Fatalf("%s: %d %v %.200s", at, a.StatusCode, a.Header, a.body)
	}
	if err := xml.Unmarshal(a.body, &doc); err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	return doc
}

// TestSitemap follows robots.txt to every sitemap: together they name a page for each
// layer and feature, and for none that is not published.
func TestSitemap(t *testing.T) {
	s := serve(t)
	robots := string(s.get(t, "/robots.txt").body)
	_, at, ok := strings.Cut(robots, "Sitemap: ")
	if !ok || !strings.Contains(robots, "Disallow: /checks\n") {
		t.Fatal(robots)
	}
	pages := map[string]bool{}
	for _, part := range sitemapOf(t, s, strings.TrimSpace(at)).Maps {
		if !strings.HasSuffix(part.Loc, "sitemap-layers.xml") && part.Lastmod == "" {
			t.Errorf("%s: no lastmod", part.Loc)
		}
		for _, u := range sitemapOf(t, s, part.Loc).URLs {
			pages[u.Loc] = true
		}
	}
	want := 0
	for _, l := range s.published() {
		c := read[collectionDoc](t, s.get(t, "/collections/"+l.ID), http.StatusOK)
		want += 1 + int(c.FeatureCount)
		if !pages[s.URL+"/collections/"+l.ID+"?f=html"] {
			t.Errorf("no page for %s", l.ID)
		}
	}
	if len(pages) != want+4 || !pages[s.URL+"/collections/industrial_parks/items/nanlou-gongyeyuan?f=html"] {
		t.Errorf("%d pages, want %d", len(pages), want+4)
	}
	for _, l := range s.catalog.Layers {
		if l.Access != "public" && s.get(t, "/collections/"+l.ID+"/sitemap.xml").StatusCode != http.StatusNotFound {
			t.Errorf("a sitemap of %s, which is not public", l.ID)
		}
	}
	if rest := sitemapOf(t, s, "/collections/reference/sitemap.xml?offset=45"); len(rest.URLs) != 1 {
		t.Errorf("%d pages behind the 45th", len(rest.URLs))
	}
	wantProblem(t, s.get(t, "/collections/reference/sitemap.xml?offset=-1"), http.StatusBadRequest)
}

// TestPagesForSearchEngines reads what search engines read: canonical address, both
// languages, a description, and the subject as schema.org has it.
func TestPagesForSearchEngines(t *testing.T) {
	s := serve(t)
	for path, want := range map[string]struct{ kind, zh, en, holds string }{
		"/":                             {"DataCatalog", "规划图集", "planatlas", `"dataset"`},
		"/collections/industrial_parks": {"Dataset", "产业园区与重点产业项目", "Industrial parks and key industrial projects", "/collections/industrial_parks/download?f=geojson"},
		"/collections/industrial_parks/items/nanlou-gongyeyuan": {"Place", "南娄工业园区", "Nanlou Industrial Park", `"GeoShape"`},
		"/collections/reference/items/yangquan-shi":             {"Place", "阳泉市", "Yangquan City", `"GeoCoordinates"`},
		"/collections/plan_indicators/items/forest-cover":       {"CreativeWork", "森林覆盖率", "Forest", `"url"`},
	} {
		for lang, name := range map[string]string{"zh": want.zh, "en": want.en} {
			a := s.get(t, path+"?f=html&lang="+lang, "Accept-Language", map[string]string{"zh": "en", "en": "zh"}[lang])
			body := string(a.body)
			wantPage(t, path, body)
			block, ok := between(body, `<script type="application/ld+json">`, "</script>")
			var schema map[string]any
			if err := json.Unmarshal([]byte(block), &schema); !ok || err != nil {
				t.Fatalf("%s: %v in %.300s", path, err, block)
			}
			if schema["@context"] != "https://schema.org" || schema["@type"] != want.kind || !strings.Contains(schema["name"].(string), name) || schema["description"] == "" {
				t.Errorf("%s in %s: %v", path, lang, schema)
			}
			if !strings.Contains(block, want.holds) {
				t.Errorf("%s in %s: lacks %s: %s", path, lang, want.holds, block)
			}
			canonical, _ := between(body, `<link rel="canonical" href="`, `"`)
			if u, err := url.Parse(strings.ReplaceAll(canonical, "&amp;", "&")); err != nil || u.Path != path || u.Query().Get("f") != "html" || u.Query().Get("lang") != lang || schema["url"] != u.String() {
				t.Errorf("%s: canonical %q, url %v", path, canonical, schema["url"])
			}
			for _, has := range []string{`hreflang="zh-Hans"`, `hreflang="en"`, `hreflang="x-default"`, `<meta name="description" content="`, `property="og:title"`, `property="og:description"`, name} {
				if !strings.Contains(body, has) {
					t.Errorf("%s in %s: lacks %s", path, lang, has)
				}
			}
			if want.kind == "Place" && !strings.Contains(body, `<svg class="sketch"`) {
				t.Errorf("%s: no map", path)
			}
		}
	}
	none := string(s.get(t, "/collections/industrial_parks/items/huabao-qiningjiao?f=html&lang=zh").body)
	if strings.Contains(none, "<svg") || !strings.Contains(none, "没有位置") {
		t.Error("a park without a place has a map, or does not say that it has no place")
	}
	wantProblem(t, s.get(t, "/?f=html&lang=fr"), http.StatusBadRequest)
}

func between(text, before, after string) (string, bool) {
	_, rest, ok := strings.Cut(text, before)
	if !ok {
		return "", false
	}
	found, _, ok := strings.Cut(rest, after)
	return found, ok
}

// TestACheckForPeopleIsItsReport opens an archived check as a browser does.
func TestACheckForPeopleIsItsReport(t *testing.T) {
	s := serve(t)
	doc := read[checkDoc](t, s.post(t, siteAround(113.60, 37.86, 0.01)), http.StatusCreated)
	a := s.get(t, "/checks/"+doc.ID, "Accept", "text/html,*/*;q=0.8")
	to, err := a.Request.URL.Parse(a.Header.Get("Location"))
	if a.StatusCode != http.StatusSeeOther || err != nil {
		t.Fatalf("%d %v %v", a.StatusCode, a.Header, err)
	}
	if page := s.get(t, to.String()); page.StatusCode != http.StatusOK || !strings.Contains(string(page.body), "<html") {
		t.Errorf("%s: %d", to, page.StatusCode)
	}
}
