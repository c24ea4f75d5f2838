package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"planatlas/api"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// TestCacheControlOfALayer: answers of a layer may be kept as long as its
// declaration says, and not used after that without asking.
func TestCacheControlOfALayer(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `update planatlas.layer set declaration = declaration || '{"maxAge": 300}' where id = 'reference'`)
	s := serveOn(t, database, store.Options{}, nil)
	id := read[featureCollection](t, s.get(t, "/collections/reference/items?limit=1"), http.StatusOK).Features[0].ID
	const kept, forwarded = "public, max-age=300, must-revalidate", "X-Forwarded-Host, X-Forwarded-Prefix, X-Forwarded-Proto"
	for _, path := range []string{"", "?f=html", "/schema", "/schema?f=html", "/queryables", "/sortables", "/items", "/items?f=csv", "/items?f=html", "/items/" + id, "/items/" + id + "?f=html", "/download"} {
		path = "/collections/reference" + path
		first := s.get(t, path)
		again := s.get(t, path, "If-None-Match", first.Header.Get("ETag"))
		head := do(t, s.request(t, http.MethodHead, path, ""))
		if again.StatusCode != http.StatusNotModified || first.StatusCode != http.StatusOK || len(first.body) == 0 {
			t.Errorf("%s: %d, then %d", path, first.StatusCode, again.StatusCode)
		}
		for _, a := range []answer{first, again, head} {
			if got := a.Header.Get("Cache-Control"); got != kept || strings.Join(a.Header.Values("Vary"), ", ") != "Accept, Accept-Encoding, Accept-Language, "+forwarded {
				t.Errorf("%s %s: Cache-Control %q, Vary %q", a.Request.Method, path, got, a.Header.Values("Vary"))
			}
		}
	}
	if h := s.get(t, "/collections/reference/items?limit=x").Header; h.Get("Cache-Control") != "" {
		t.Errorf("a problem is kept: %v", h)
	}
	for _, path := range []string{"/collections", "/collections/rural", "/collections/rural/items"} {
		if h := s.get(t, path).Header; h.Get("Cache-Control") != "no-cache" || strings.Contains(strings.Join(h.Values("Vary"), ", "), "Forwarded") {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// TestInternalLayersAreNeverKept: also when a declaration says so, which the
// validation of a folder would refuse, nobody gets an answer to keep.
func TestInternalLayersAreNeverKept(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `update planatlas.layer set declaration = declaration || '{"maxAge": 300, "access": "internal"}' where id = 'reference'`)
	s := serveOn(t, database, store.Options{}, nil)
	for _, path := range []string{"", "/items", "/schema", "/download"} {
		if a := s.get(t, "/collections/reference"+path); a.StatusCode != http.StatusNotFound || a.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: %d, %v", path, a.StatusCode, a.Header)
		}
	}
}

// counting counts what is read of features.
type counting struct {
	api.Reader
	pages, rows, mentions atomic.Int64
}

func (c *counting) Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error) {
	if q.ID == "" {
		c.pages.Add(1)
	}
	return c.Reader.Items(ctx, l, q, countingSink{sink, c})
}

type countingSink struct {
	layers.Sink
	*counting
}

// Row counts the rows whose properties were read.
func (s countingSink) Row(r layers.Row) error {
	if len(r.Values) > 0 {
		s.rows.Add(1)
	}
	return s.Sink.Row(r)
}

func (s countingSink) Begin(v layers.Version) {
	if b, ok := s.Sink.(interface{ Begin(layers.Version) }); ok {
		b.Begin(v)
	}
}

func (c *counting) Mentions(ctx context.Context, catalog *layers.Catalog, entities []string) ([]layers.Mention, error) {
	c.mentions.Add(1)
	return c.Reader.Mentions(ctx, catalog, entities)
}

// TestHeadReadsNoFeatures: HEAD tells what the version of the layer tells, and runs
// no query for the features. What it says is what GET says.
func TestHeadReadsNoFeatures(t *testing.T) {
	reader := new(counting)
	s := serveOn(t, storetest.URL(t), store.Options{}, func(o *api.Options) { reader.Reader, o.Reader = o.Reader, reader })
	const reference = "/collections/reference/"
	for _, path := range []string{"items", "items?f=csv&limit=3", "items?f=gpkg", "items?f=html", "items?crs=EPSG:4547&filter=status='existing'", "items?bbox=113,37,114,38&sortby=-name_zh",
		"download", "download?f=fgb", "items/chengqu", "items/chengqu?f=html", "items/chengqu?crs=EPSG:4326"} {
		path = reference + strings.ReplaceAll(path, "'", "%27")
		before := fmt.Sprint(reader.pages.Load(), reader.rows.Load(), reader.mentions.Load())
		head := do(t, s.request(t, http.MethodHead, path, ""))
		if after := fmt.Sprint(reader.pages.Load(), reader.rows.Load(), reader.mentions.Load()); after != before {
			t.Errorf("HEAD %s: pages, rows and mentions read were %s, are %s", path, before, after)
		}
		get := s.get(t, path)
		if head.StatusCode != http.StatusOK || len(head.body) > 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.StatusCode, len(head.body))
		}
		for _, name := range []string{"Content-Type", "Content-Crs", "Content-Disposition", "Last-Modified", "Cache-Control", "Vary"} {
			if head.Header.Get(name) != get.Header.Get(name) {
				t.Errorf("%s: %s is %q for HEAD, %q for GET", path, name, head.Header.Get(name), get.Header.Get(name))
			}
		}
		if tag := head.Header.Get("ETag"); tag != get.Header.Get("ETag") && !strings.Contains(path, "/items/") || head.Header.Get("Content-Length") != "" {
			t.Errorf("%s: HEAD %v, GET %v", path, head.Header, get.Header)
		}
		for _, l := range head.Header.Values("Link") {
			if !strings.Contains(strings.Join(get.Header.Values("Link"), "\n"), l) {
				t.Errorf("%s: HEAD has the link %s, GET has %q", path, l, get.Header.Values("Link"))
			}
		}
		if again := do(t, s.request(t, http.MethodHead, path, "", "If-None-Match", get.Header.Get("ETag"))); again.StatusCode != http.StatusNotModified {
			t.Errorf("HEAD %s with its tag: %d", path, again.StatusCode)
		}
	}
	if reader.pages.Load() == 0 || reader.mentions.Load() == 0 {
		t.Error("GET was not counted")
	}
	for path, want := range map[string]int{"items/nobody": http.StatusNotFound, "items?limit=x": http.StatusBadRequest, "items/chengqu?crs=x": http.StatusBadRequest} {
		if a := do(t, s.request(t, http.MethodHead, reference+path, "")); a.StatusCode != want || s.get(t, reference+path).StatusCode != want {
			t.Errorf("HEAD %s: %d, want %d", path, a.StatusCode, want)
		}
	}
}
