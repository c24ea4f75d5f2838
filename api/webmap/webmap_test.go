package webmap_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"planatlas/api/webmap"
)

const immutable = "public, max-age=31536000, immutable"

func built() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":               {},
		"index.html":             {Data: []byte("<!doctype html><title>map</title>")},
		"assets/index-abc123.js": {Data: []byte("export {};")},
		"assets/index-def456.css": {
			Data: []byte("body{}"),
		},
	}
}

func get(t *testing.T, h http.Handler, method, target string, header http.Header) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for k, v := range header {
		r.Header[k] = v
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	res := rec.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestBuiltPage(t *testing.T) {
	h := http.StripPrefix("/map", webmap.New(built(), webmap.Config{}))
	tests := []struct {
		method, target   string
		status           int
		kind, cache, has string
	}{
		{"GET", "/map/", 200, "text/html; charset=utf-8", "no-cache", "<title>map</title>"},
		{"GET", "/map/index.html", 200, "text/html; charset=utf-8", "no-cache", "<title>map</title>"},
		{"GET", "/map/assets/index-abc123.js", 200, "text/javascript; charset=utf-8", immutable, "export {};"},
		{"GET", "/map/assets/index-def456.css", 200, "text/css; charset=utf-8", immutable, "body{}"},
		{"HEAD", "/map/", 200, "text/html; charset=utf-8", "no-cache", ""},
		{"GET", "/map/assets/", 404, "text/plain; charset=utf-8", "", ""},
		{"GET", "/map/assets/old-000000.js", 404, "text/plain; charset=utf-8", "", ""},
		{"GET", "/map/.gitkeep", 404, "text/plain; charset=utf-8", "", ""},
		{"GET", "/map/../webmap.go", 404, "text/plain; charset=utf-8", "", ""},
		{"POST", "/map/", 405, "text/plain; charset=utf-8", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			res, body := get(t, h, tt.method, tt.target, nil)
			if res.StatusCode != tt.status {
				t.Fatalf("status %d, want %d", res.StatusCode, tt.status)
			}
			if got := res.Header.Get("Content-Type"); got != tt.kind {
				t.Errorf("Content-Type %q, want %q", got, tt.kind)
			}
			if got := res.Header.Get("Cache-Control"); got != tt.cache {
				t.Errorf("Cache-Control %q, want %q", got, tt.cache)
			}
			if !strings.Contains(body, tt.has) {
				t.Errorf("body %q lacks %q", body, tt.has)
			}
			checkSecure(t, res.Header)
		})
	}
}

func TestRevalidation(t *testing.T) {
	h := webmap.New(built(), webmap.Config{})
	first, _ := get(t, h, "GET", "/", nil)
	tag := first.Header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	again, body := get(t, h, "GET", "/", http.Header{"If-None-Match": {tag}})
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("status %d with %d bytes, want 304 with none", again.StatusCode, len(body))
	}
}

func TestNotBuilt(t *testing.T) {
	files := fstest.MapFS{".gitkeep": {}}
	if webmap.Built(files) {
		t.Fatal("an empty build counts as built")
	}
	res, body := get(t, webmap.New(files, webmap.Config{}), "GET", "/", nil)
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", res.StatusCode)
	}
	for _, want := range []string{"make webmap", "尚未构建", "has not been built"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", got)
	}
	checkSecure(t, res.Header)
}

// The embedded build is either whole or absent: the handler answers accordingly and never with anything else.
func TestEmbedded(t *testing.T) {
	want := http.StatusServiceUnavailable
	if webmap.Built(webmap.FS()) {
		want = http.StatusOK
	}
	res, _ := get(t, webmap.Handler(webmap.Config{}), "GET", "/", nil)
	if res.StatusCode != want {
		t.Errorf("status %d, want %d", res.StatusCode, want)
	}
}

func checkSecure(t *testing.T, h http.Header) {
	t.Helper()
	policy := h.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'self'; ") || strings.Contains(policy, "unsafe") {
		t.Errorf("Content-Security-Policy %q is not strict", policy)
	}
	if got := h.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options %q, want nosniff", got)
	}
}

// TestCompressed: the script travels as gzip to who takes it, under a tag of its own.
func TestCompressed(t *testing.T) {
	script := strings.Repeat("export const a = 1;\n", 1000)
	h := webmap.New(fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "assets/a-1.js": {Data: []byte(script)}}, webmap.Config{})
	get := func(headers ...string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "/assets/a-1.js", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	plain, packed := get(), get("Accept-Encoding", "gzip, deflate, br")
	if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%v, %v", plain.Header, packed.Header)
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || string(body) != script {
		t.Errorf("%d bytes: %v", len(body), err)
	}
	tag := packed.Header.Get("ETag")
	if tag == plain.Header.Get("ETag") {
		t.Errorf("both forms have the tag %s", tag)
	}
	for _, known := range []string{tag, plain.Header.Get("ETag")} {
		if a := get("Accept-Encoding", "gzip", "If-None-Match", known); a.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %d", known, a.StatusCode)
		}
	}
}
