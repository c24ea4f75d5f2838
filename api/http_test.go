package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/klauspost/compress/zstd"
)

func storeExec(t *testing.T, s *service, sql string, args ...any) {
	t.Helper()
	storetest.Exec(t, s.database, sql, args...)
}

// TestCompression reads answers in each coding: the same bytes, fewer on the way.
func TestCompression(t *testing.T) {
	s := serveOn(t, fat(t), store.Options{}, nil)
	for _, path := range []string{"/collections", "/collections/reference/items?limit=20", fatPage, fatPage + "&f=csv", "/collections/reference/download?f=ndjson", "/?f=html"} {
		plain := s.get(t, path, "Accept-Encoding", "identity")
		for coding, open := range map[string]func(io.Reader) (io.Reader, error){
			"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			"zstd": func(r io.Reader) (io.Reader, error) { d, err := zstd.NewReader(r); return d, err },
		} {
			a := s.get(t, path, "Accept-Encoding", coding)
			r, err := open(bytes.NewReader(a.body))
			if err != nil || a.Header.Get("Content-Encoding") != coding {
				t.Fatalf("%s by %s: %v, %v", path, coding, err, a.Header)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(withoutTime(got), withoutTime(plain.body)) || len(a.body) >= len(plain.body) {
				t.Errorf("%s by %s: %d bytes of %d, %v", path, coding, len(a.body), len(plain.body), err)
			}
		}
		if plain.Header.Get("Content-Encoding") != "" || !strings.Contains(plain.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: %v", path, plain.Header)
		}
	}
	for header, want := range map[string]string{"": "", "br": "", "gzip;q=0": "", "gzip, zstd;q=0.5": "gzip", "gzip, deflate, br, zstd": "zstd", "*": ""} {
		if got := s.get(t, "/collections", "Accept-Encoding", header).Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
	if small := s.get(t, "/collections/reference/nowhere", "Accept-Encoding", "gzip"); small.Header.Get("Content-Encoding") != "" {
		t.Errorf("a small answer is compressed: %v", small.Header)
	}
}

// withoutTime takes the time stamp out of a page.
func withoutTime(b []byte) []byte {
	before, after, found := bytes.Cut(b, []byte(`"timeStamp":"`))
	if !found {
		return b
	}
	return append(bytes.Clone(before), after[len("2006-01-02T15:04:05Z"):]...)
}

// TestNotModified asks again for what the client has: 304 until something changes.
func TestNotModified(t *testing.T) {
	s := serve(t)
	id := read[featureCollection](t, s.get(t, "/collections/reference/items?limit=1"), http.StatusOK).Features[0].ID
	for _, path := range []string{"/", "/api", "/conformance", "/collections", "/collections/reference", "/collections/reference/schema", "/collections/reference/queryables",
		"/collections/reference/items?limit=3", "/collections/reference/items?f=csv", "/collections/reference/items?f=html", "/collections/reference/items/" + id, "/collections/reference/download"} {
		first := s.get(t, path)
		etag := first.Header.Get("ETag")
		again := s.get(t, path, "If-None-Match", `"other", `+etag)
		if etag == "" || again.StatusCode != http.StatusNotModified || len(again.body) > 0 || again.Header.Get("ETag") != etag {
			t.Errorf("%s: %q, then %d with %q", path, etag, again.StatusCode, again.Header.Get("ETag"))
		}
		if first.Header.Get("Cache-Control") != "no-cache" || s.get(t, path, "If-None-Match", `W/"other"`).StatusCode != http.StatusOK {
			t.Errorf("%s: %v", path, first.Header)
		}
		if strings.HasPrefix(path, "/collections") && first.Header.Get("Last-Modified") == "" {
			t.Errorf("%s: no Last-Modified", path)
		}
		if strings.Contains(path, "reference/items") || path == "/collections" {
			storeExec(t, s, "update layers.reference set name_en = name_en || 'x' where id = $1", id)
			if changed := s.get(t, path, "If-None-Match", etag); changed.StatusCode != http.StatusOK || changed.Header.Get("ETag") == etag {
				t.Errorf("%s: %d after a change", path, changed.StatusCode)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if h := s.get(t, path).Header; h.Get("Cache-Control") != "no-store" || h.Get("ETag") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if a := s.get(t, "/collections/reference/nowhere"); a.Header.Get("ETag") != "" {
		t.Errorf("a problem has the tag %q", a.Header.Get("ETag"))
	}
}

func TestAcceptWithWeights(t *testing.T) {
	s := serve(t)
	const items = "/collections/reference/items"
	for _, tc := range []struct{ path, accept, want string }{
		{items, "", "application/geo+json"},
		{items, "*/*", "application/geo+json"},
		{items, "application/json", "application/geo+json"},
		{items, "text/csv;q=0.5, application/flatgeobuf;q=0.7", "application/flatgeobuf"},
		{items, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"},
		{items, "text/*", "text/html; charset=utf-8"},
		{items, "text/*;q=0.5, text/html;q=0", "text/csv; charset=utf-8; header=present"},
		{items, "application/geo+json-seq", "application/geo+json-seq"},
		{items + "?f=csv", "text/html", "text/csv; charset=utf-8; header=present"},
		{"/collections/reference/schema", "application/schema+json", "application/schema+json"},
		{"/collections/reference/schema", "application/json", "application/schema+json"},
		{"/api", "application/vnd.oai.openapi+json;version=3.0", "application/vnd.oai.openapi+json;version=3.0"},
		{items, "image/png", ""}, {"/collections", "image/png, text/csv", ""}, {items, "application/geo+json;q=0", ""}, {"/", "application/json;q=0, image/*", ""},
	} {
		a := s.get(t, tc.path, "Accept", tc.accept)
		if tc.want == "" {
			wantProblem(t, a, http.StatusNotAcceptable)
		} else if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != tc.want {
			t.Errorf("%s %q: %d %q, want %q", tc.path, tc.accept, a.StatusCode, a.Header.Get("Content-Type"), tc.want)
		}
	}
}

func TestLanguages(t *testing.T) {
	s := serve(t)
	for header, want := range map[string]string{"": "参照地名 Reference places", "zh-CN,zh;q=0.9,en;q=0.8": "参照地名", "en-GB, zh;q=0.5": "Reference places", "fr, zh;q=0.1": "参照地名", "fr": "参照地名 Reference places"} {
		a := s.get(t, "/collections/reference", "Accept-Language", header)
		if got := read[collectionDoc](t, a, http.StatusOK).Title; got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
	type problem struct{ Title, Detail, Expected, Hint string }
	for path, want := range map[string]problem{
		"/collections/reference/items?limit=x":              {"请求有误", "参数 limit 有误(x);要求:1 到 10000 的整数", "1 到 10000 的整数", ""},
		"/collections/reference/items?filter=conty+IS+NULL": {"请求有误", "参数 filter 有误(conty);要求:reference 的属性", "reference 的属性", `是否指 "county"?`},
		"/collections/nowhere":                              {"没有找到", `没有图层 "nowhere"`, "", ""},
	} {
		a := s.get(t, path, "Accept-Language", "zh")
		var status = a.StatusCode
		if got := read[problem](t, a, status); got != want || a.Header.Get("Content-Language") != "zh" {
			t.Errorf("%s: %+v %v", path, got, a.Header)
		}
	}
}

func TestLinksBehindAProxyWithAPrefix(t *testing.T) {
	s := serve(t)
	for _, tc := range []struct{ host, prefix, want string }{
		{"atlas.example:8443", "/gis/atlas/", "https://atlas.example:8443/gis/atlas/"},
		{"a b", "//evil", "https://" + strings.TrimPrefix(s.URL, "http://") + "/"},
		{"x/y", "/../up", "https://" + strings.TrimPrefix(s.URL, "http://") + "/"},
	} {
		a := s.get(t, "/collections", "X-Forwarded-Proto", "https", "X-Forwarded-Host", tc.host, "X-Forwarded-Prefix", tc.prefix)
		for _, l := range linksIn(any(read[map[string]any](t, a, http.StatusOK))) {
			if !strings.HasPrefix(l, tc.want) {
				t.Errorf("%v: link %q", tc, l)
			}
		}
	}
}

// TestClientsThatLeaveADownload hang up in the middle of downloads: no process and
// no folder stays.
func TestClientsThatLeaveADownload(t *testing.T) {
	s := serveOn(t, fat(t), store.Options{MaxConns: 3}, nil)
	t.Setenv("TMPDIR", t.TempDir())
	for i := range 24 {
		f := []string{"geojson", "gpkg", "csv", "gml"}[i%4]
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET /collections/reference/download?f=%s HTTP/1.1\r\nHost: x\r\n\r\n", f)
		if i%4 != 1 && i%4 != 3 {
			if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
		} else if i%8 > 3 {
			time.Sleep(30 * time.Millisecond) // within the conversion
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.get(t, "/collections/reference/download?f=gpkg"); got.StatusCode != http.StatusOK || !bytes.HasPrefix(got.body, []byte("SQLite format 3")) {
		t.Errorf("afterwards: %d", got.StatusCode)
	}
	s.Close()
	left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "planatlas-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if log := s.log.String(); strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("%.2000s", log)
	}
}

// TestAFailingConversion: without the program the answer is a problem.
func TestAFailingConversion(t *testing.T) {
	s := serve(t)
	t.Setenv("PATH", t.TempDir())
	wantProblem(t, s.get(t, "/collections/reference/download?f=gpkg"), http.StatusInternalServerError)
	if !strings.Contains(s.log.String(), "ogr2ogr") {
		t.Error("the log does not name the program")
	}
}
