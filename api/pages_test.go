package api_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestConfHTML opens every page from the landing page on, as a reader without a
// mouse or scripts would: the links lead on, the marks match, and nothing is
// fetched from elsewhere.
func TestConfHTML(t *testing.T) {
	s := serve(t)
	open, seen := []string{s.URL + "/?f=html"}, map[string]bool{}
	kinds := map[string]int{}
	for len(open) > 0 && len(seen) < 250 {
		at := open[0]
		open = open[1:]
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		kind := pageKind(u.Path)
		if seen[at] || u.Query().Get("f") != "html" || kinds[kind] > 25 {
			continue
		}
		seen[at] = true
		kinds[kind]++
		a := s.get(t, at)
		body := string(a.body)
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Fatalf("%s: %d %q %.200s", at, a.StatusCode, a.Header.Get("Content-Type"), body)
		}
		wantPage(t, at, body)
		for _, m := range regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(body, -1) {
			to, err := u.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil {
				t.Fatalf("%s: %q: %v", at, m[1], err)
			}
			if to.Host != u.Host {
				t.Errorf("%s leads away to %s", at, to)
			}
			open = append(open, to.String())
		}
	}
	if len(seen) < 120 || kinds["/collections/*/items/*"] < 20 || kinds["/collections/*/schema"] < 15 || kinds["/api"] == 0 || kinds["/functions"] == 0 {
		t.Errorf("%d pages: %v", len(seen), kinds)
	}
}

// pageKind is the path with a star for each name in it.
func pageKind(path string) string {
	parts := strings.Split(path, "/")
	for i := 2; i < len(parts); i += 2 {
		parts[i] = "*"
	}
	return strings.Join(parts, "/")
}

// wantPage holds what every page must have.
func wantPage(t *testing.T, at, body string) {
	t.Helper()
	if data, ok := between(body, `<script type="application/ld+json">`, "</script>"); ok { // which is not run
		body = strings.Replace(body, `<script type="application/ld+json">`+data+"</script>", "", 1)
	}
	for _, never := range []string{"<script", "onclick", "src=", "@import", "url(", "<no value>", "ZgotmplZ"} {
		if strings.Contains(body, never) {
			t.Errorf("%s: has %s", at, never)
		}
	}
	for _, want := range []string{"<!doctype html>", `<html lang="`, "<title>", "<h1>", `<main id="main">`, `href="#main"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s: lacks %s", at, want)
		}
	}
	d := xml.NewDecoder(strings.NewReader(strings.Replace(body, "<!doctype html>", "", 1)))
	d.Strict, d.AutoClose, d.Entity = false, slices.Concat(xml.HTMLAutoClose, []string{"input"}), xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", at, err)
			return
		}
	}
}

func TestPagesAreInTheReadersLanguage(t *testing.T) {
	s := serve(t)
	for lang, want := range map[string][3]string{"zh-CN": {`<html lang="zh">`, "参照地名", "Reference places"}, "en": {`<html lang="en">`, "Reference places", "参照地名"}} {
		for _, path := range []string{"/?f=html", "/collections?f=html", "/collections/reference?f=html", "/collections/reference/items?f=html"} {
			a := s.get(t, path, "Accept-Language", lang)
			if body := string(a.body); !strings.Contains(body, want[0]) || !strings.Contains(body, want[1]) || strings.Contains(body, want[2]) || !strings.HasPrefix(lang, a.Header.Get("Content-Language")) {
				t.Errorf("%s in %s: %.300s", path, lang, body)
			}
		}
	}
}

// TestAPageOfAFeatureHasAllFacts compares the page with the JSON.
func TestAPageOfAFeatureHasAllFacts(t *testing.T) {
	s := serve(t)
	f := read[featureCollection](t, s.get(t, "/collections/development_zones/items?limit=1"), http.StatusOK).Features[0]
	one := read[feature](t, s.get(t, "/collections/development_zones/items/"+f.ID), http.StatusOK)
	page := string(s.get(t, "/collections/development_zones/items/"+f.ID+"?f=html").body)
	for name, v := range one.Properties {
		if text, ok := v.(string); ok && !strings.Contains(page, strings.NewReplacer("&", "&amp;", "'", "&#39;", `"`, "&#34;", "+", "&#43;", "<", "&lt;", ">", "&gt;").Replace(text)) {
			t.Errorf("%s is not on the page: %s", name, text)
		}
	}
	for _, l := range one.Links {
		if l.Rel == "related" && !strings.Contains(page, `href="`+l.Href+`?f=html"`) {
			t.Errorf("the page does not lead to %s", l.Href)
		}
	}
	for lang, word := range map[string]string{"zh": "数据中心", "en": "Data centre"} {
		if list := string(s.get(t, "/collections/industrial_parks/items?f=html&limit=50", "Accept-Language", lang).body); !strings.Contains(list, "<td>"+word+"</td>") || strings.Contains(list, "<td>data_centre</td>") {
			t.Errorf("codes are not read as words in %s", lang)
		}
	}
	odd := serveTyped(t)
	id := url.PathEscape(`a/b c?d#e%f"\ü`)
	list := string(odd.get(t, "/collections/typed/items?f=html").body)
	m := regexp.MustCompile(`href="(items/a[^"]+)"`).FindStringSubmatch(list)
	if a := odd.get(t, "/collections/typed/items/"+id+"?f=html"); a.StatusCode != http.StatusOK || m == nil || odd.get(t, "/collections/typed/"+strings.ReplaceAll(m[1], "&amp;", "&")).StatusCode != http.StatusOK {
		t.Errorf("an odd id: %d, %v", a.StatusCode, m)
	}
}

// TestPagesOfOtherResources opens those that the walk of TestConfHTML reaches only
// by a form, and the schemas, in both languages.
func TestPagesOfOtherResources(t *testing.T) {
	s := serve(t)
	for path, want := range map[string][3]string{ // Chinese, English, both
		"/processes":                        {"处理过程", "Processes", "processes/site-check?f=html"},
		"/processes/site-check":             {"全部处理过程", "All processes", "/processes/site-check/execution"},
		"/jobs":                             {"没有任务", "No jobs", "<h1>"},
		"/conformance":                      {"遵循的标准", "Standards that the service follows", "conf/core"},
		"/api":                              {"图层的要素,分页给出", "The features of a collection, a page at a time", "/collections/{collection}/items"},
		"/functions":                        {"绝对值", "The number without its sign", "area_m2"},
		"/collections/reference/schema":     {"结构", "Schema", "primary-geometry"},
		"/collections/reference/queryables": {"可查询属性", "Positional accuracy", "accuracy_m"},
		"/collections/reference/sortables":  {"位置精度", "Sortables", "accuracy_m"},
		"/collections/industrial_parks/nearest?to=reference": {"最近的要素", "Nearest features", "±"},
		"/plan?at=113.88,37.96&within=500":                   {"在此处", "Features here and near", "娘子关"},
		"/plan?entity=niangziguan-quanyu":                    {"规划条目", "Entity of the plan", "不超过2.0立方米/秒"},
		"/collections/industrial_parks":                      {"最近的要素", "To the collection", `action="industrial_parks/nearest"`},
		"/":                                                  {"规划怎么说", "What the plan says", `action="./plan"`},
	} {
		for i, lang := range []string{"zh-CN", "en"} {
			a := s.get(t, path, "Accept", "text/html", "Accept-Language", lang)
			body := string(a.body)
			if a.StatusCode != http.StatusOK || !strings.Contains(body, want[i]) || strings.Contains(body, want[1-i]) || !strings.Contains(body, want[2]) || a.Header.Get("Content-Language") != lang[:2] {
				t.Errorf("%s in %s: %d, %v %.3000s", path, lang, a.StatusCode, a.Header, body)
			}
			wantPage(t, path, body)
			if a := s.get(t, path, "Accept", "application/json, application/schema+json"); strings.Contains(a.Header.Get("Content-Type"), "html") {
				t.Errorf("%s: HTML for a program", path)
			}
		}
	}
	page := string(s.get(t, "/collections/industrial_parks/nearest?to=reference&limit=3&f=html").body)
	at, err := url.Parse(s.URL + "/collections/industrial_parks/nearest")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`href="((?:items|../reference/items)/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		if to, err := at.Parse(m[1]); err != nil || s.get(t, to.String()).StatusCode != http.StatusOK {
			t.Errorf("%s leads nowhere, %v", m[1], err)
		}
	}
}
