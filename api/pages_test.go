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
	for len(open) > 0 && len(seen) < 150 {
		at := open[0]
		open = open[1:]
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		kind := strings.Count(u.Path, "/")
		if seen[at] || u.Query().Get("f") != "html" || kind > 3 && kinds["item"] > 25 {
			continue
		}
		seen[at] = true
		if kind > 3 {
			kinds["item"]++
		}
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
	if len(seen) < 60 || kinds["item"] < 20 {
		t.Errorf("%d pages, %d of features", len(seen), kinds["item"])
	}
}

// wantPage holds what every page must have.
func wantPage(t *testing.T, at, body string) {
	t.Helper()
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
	odd := serveTyped(t)
	id := url.PathEscape(`a/b c?d#e%f"\ü`)
	list := string(odd.get(t, "/collections/typed/items?f=html").body)
	m := regexp.MustCompile(`href="(items/a[^"]+)"`).FindStringSubmatch(list)
	if a := odd.get(t, "/collections/typed/items/"+id+"?f=html"); a.StatusCode != http.StatusOK || m == nil || odd.get(t, "/collections/typed/"+strings.ReplaceAll(m[1], "&amp;", "&")).StatusCode != http.StatusOK {
		t.Errorf("an odd id: %d, %v", a.StatusCode, m)
	}
}
