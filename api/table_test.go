package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// TestPublishedTable serves a table of somebody else's in every format: its names
// are its own, some of them those of parameters, and since it has no revision
// nothing of it is kept.
func TestPublishedTable(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `create table public.wells (gid bigint primary key, "Name ""x""" text, "limit" int, depth numeric, at timestamptz, geom geometry(Point, 4326))`)
	storetest.Exec(t, database, `insert into public.wells select i, 'well ' || i, i % 3, i / 4.0, '2024-02-29 12:00Z', st_setsrid(st_point(113 + i * 0.001, 37.9), 4326) from generate_series(1, 25) i`)
	storetest.Exec(t, database, "analyze public.wells") // what the catalogue knows of a table is from there
	db := storetest.Open(t, database)
	p, err := db.DescribeTable(t.Context(), "public", "wells", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Publish(t.Context(), p.Layer); err != nil {
		t.Fatal(err)
	}
	s := serveOn(t, database, store.Options{}, nil)
	c := read[collectionDoc](t, s.get(t, "/collections/wells"), http.StatusOK)
	if c.StorageCRS != opengisCRS+"EPSG/0/4326" || !slices.Contains(c.CRS, c.StorageCRS) || c.FeatureCount != 25 {
		t.Errorf("%+v", c)
	}
	a := s.get(t, "/collections/wells/items?limit=10")
	page := read[featureCollection](t, a, http.StatusOK)
	if len(page.Features) != 10 || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("ETag") != "" {
		t.Errorf("%d features, %v", len(page.Features), a.Header)
	}
	for f, extension := range fileFormats() {
		if got := gdalRead(t, s.get(t, "/collections/wells/download?f="+f), extension); len(got) != 25 {
			t.Errorf("%s: %d features", f, len(got))
		}
	}
	filter := "\"limit\" = 1 AND depth > 1"
	for _, f := range read[featureCollection](t, s.get(t, "/collections/wells/items?limit=5&filter="+url.QueryEscape(filter)), http.StatusOK).Features {
		if f.Properties["limit"] != 1.0 {
			t.Errorf("%+v", f)
		}
	}
	for _, path := range []string{"/collections/wells/schema", "/collections/wells/queryables", "/api", "/collections/wells?f=html", "/collections/wells/items?f=html", "/collections/wells/items/7", "/collections/wells/items/7?f=html"} {
		if a := s.get(t, path); a.StatusCode != http.StatusOK || strings.Contains(path, "/items/7") && !strings.Contains(string(a.body), "well 7") {
			t.Errorf("%s: %d %.300s", path, a.StatusCode, a.body)
		}
	}
}
