package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestLandingByAcceptAndFormat(t *testing.T) {
	s := serve(t)
	for _, tc := range []struct{ name, path, accept, want string }{
		{"no wish", "/", "", "application/json"},
		{"a program", "/", "application/json", "application/json"},
		{"a browser", "/", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"},
		{"json first", "/", "application/json, text/html", "application/json"},
		{"f over Accept", "/?f=json", "text/html", "application/json"},
		{"f without Accept", "/?f=html", "application/json", "text/html; charset=utf-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := s.get(t, tc.path, "Accept", tc.accept)
			if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != tc.want {
				t.Errorf("status %d, type %q, want %q", a.StatusCode, a.Header.Get("Content-Type"), tc.want)
			}
			if vary := a.Header.Get("Vary"); vary != "Accept, Accept-Encoding, Accept-Language" {
				t.Errorf("Vary %q", vary)
			}
		})
	}
	page := string(s.get(t, "/?f=html").body)
	for _, l := range s.published() {
		if !strings.Contains(page, `href="collections/`+l.ID+`?f=html"`) || !strings.Contains(page, l.Title.ZH) {
			t.Errorf("the page does not lead to %s", l.ID)
		}
	}
}

func TestConformance(t *testing.T) {
	s := serve(t)
	classes := read[struct{ ConformsTo []string }](t, s.get(t, "/conformance"), http.StatusOK).ConformsTo
	for _, want := range []string{"core", "geojson", "oas30"} {
		if !strings.Contains(strings.Join(classes, " "), "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"+want) {
			t.Errorf("%s is not in %v", want, classes)
		}
	}
}

func TestEveryAnswerHasTheCommonHeaders(t *testing.T) {
	s := serve(t)
	seen := map[string]bool{}
	for _, path := range []string{"/", "/collections", "/collections/reference/items", "/healthz", "/readyz", "/nowhere", "/collections/nowhere"} {
		h := s.get(t, path).Header
		for name, want := range map[string]string{"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
			"Access-Control-Expose-Headers": "Content-Crs, Content-Disposition, ETag, Link, Location, OGC-NumberMatched, OGC-NumberReturned, X-Request-Id"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
		id := h.Get("X-Request-Id")
		if len(id) < 16 || seen[id] {
			t.Errorf("%s: request id %q is short or not new", path, id)
		}
		seen[id] = true
		if !strings.Contains(s.log.String(), id) {
			t.Errorf("%s: the log does not know %s", path, id)
		}
	}
}

// TestEveryLinkLeadsSomewhere follows all links of all JSON documents from the
// landing page on.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	s := serve(t)
	check := read[struct{ Links []link }](t, s.post(t, siteAround(113.60, 37.86, 0.01)), http.StatusCreated)
	open, seen := []string{s.URL + "/", s.URL + check.Links[0].Href}, map[string]bool{}
	for _, l := range s.published() {
		open = append(open, s.URL+"/collections/"+l.ID+"/items?limit=7")
	}
	for len(open) > 0 {
		at := open[0]
		open = open[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if strings.HasSuffix(at, "/execution") { // to be posted to
			continue
		}
		a := s.get(t, at)
		if strings.HasSuffix(at, "/map/") { // 503 with instructions when the page was not built
			continue
		}
		if a.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", at, a.StatusCode)
		}
		if media := a.Header.Get("Content-Type"); !strings.Contains(media, "json") || strings.HasSuffix(media, "-seq") || strings.HasSuffix(media, "ndjson") {
			continue
		}
		var doc any
		if err := json.Unmarshal(a.body, &doc); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		for _, l := range linksIn(doc) {
			if to := absolute(t, at, l); !strings.Contains(to, "limit=") || !strings.Contains(to, "f=") { // each form once is enough
				open = append(open, to)
			}
		}
	}
	// 6 documents on top, 2 for each layer and some pages more.
	if len(seen) < 30 {
		t.Errorf("only %d documents are linked", len(seen))
	}
}

// absolute checks a link. Only an archived check has one without a host, since
// it is kept for ever.
func absolute(t *testing.T, at, href string) string {
	t.Helper()
	base, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u, err := base.Parse(href)
	if err != nil {
		t.Fatalf("%s: link %q: %v", at, href, err)
	}
	if href != u.String() && !strings.HasPrefix(href, "/checks/") {
		t.Errorf("%s: link %q is not absolute", at, href)
	}
	return u.String()
}

func linksIn(v any) (out []string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			out = append(out, linksIn(x)...)
		}
	case map[string]any:
		if href, ok := v["href"].(string); ok && v["templated"] != true {
			out = append(out, href)
		}
		for _, x := range v {
			out = append(out, linksIn(x)...)
		}
	}
	return out
}

func TestLinksFollowTheProxy(t *testing.T) {
	s := serve(t)
	req := s.request(t, http.MethodGet, "/collections", "", "X-Forwarded-Proto", "https")
	req.Host = "atlas.example"
	for _, l := range linksIn(any(read[map[string]any](t, do(t, req), http.StatusOK))) {
		if !strings.HasPrefix(l, "https://atlas.example/") {
			t.Errorf("link %q does not lead through the proxy", l)
		}
	}
}

func TestHead(t *testing.T) {
	s := serve(t)
	for _, path := range []string{"/", "/conformance", "/collections", "/collections/reference", "/collections/reference/items",
		"/collections/reference/items/none", "/collections/river_corridors/items?limit=10000", "/healthz", "/readyz", "/api", "/nowhere"} {
		get, head := s.get(t, path), do(t, s.request(t, http.MethodHead, path, ""))
		if head.StatusCode != get.StatusCode || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") || len(head.body) > 0 {
			t.Errorf("%s: HEAD %d %q %d bytes, GET %d %q", path, head.StatusCode, head.Header.Get("Content-Type"), len(head.body),
				get.StatusCode, get.Header.Get("Content-Type"))
		}
	}
}

func TestMapIsMounted(t *testing.T) {
	s := serve(t)
	if a := s.get(t, "/map"); a.StatusCode != http.StatusPermanentRedirect || a.Header.Get("Location") != "/map/" {
		t.Errorf("/map: status %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if a := s.get(t, "/map/"); !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Errorf("/map/: type %q", a.Header.Get("Content-Type"))
	}
}

func TestHealth(t *testing.T) {
	s := serve(t)
	if got := read[map[string]any](t, s.get(t, "/healthz"), http.StatusOK); got["status"] != "alive" || got["version"] != "test" {
		t.Errorf("healthz: %v", got)
	}
	if got := read[map[string]any](t, s.get(t, "/readyz"), http.StatusOK); got["status"] != "ready" || got["collections"] != float64(len(s.published())) {
		t.Errorf("readyz: %v", got)
	}
}
