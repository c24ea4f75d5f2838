package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
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

// TestTimestampsOfATable: a timestamptz is an instant of RFC 3339 in UTC, in every
// answer, in filters, as a parameter, and as what pages are sorted by.
func TestTimestampsOfATable(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `create table public.readings (gid smallint primary key, at timestamptz, geom geometry(Point, 4326))`)
	storetest.Exec(t, database, `insert into public.readings values (1, '2024-02-29 20:00:00.25+08', 'srid=4326;point(113 37)'), (2, '1999-12-31 23:59:59Z', 'srid=4326;point(113.1 37)'),
		(3, null, 'srid=4326;point(113.2 37)'), (4, 'infinity', 'srid=4326;point(113.3 37)'), (5, '2024-02-29 12:00Z', 'srid=4326;point(113.4 37)')`)
	db := storetest.Open(t, database)
	p, err := db.DescribeTable(t.Context(), "public", "readings", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Publish(t.Context(), p.Layer); err != nil {
		t.Fatal(err)
	}
	s := serveOn(t, database, store.Options{}, nil)
	want := map[string]any{"1": "2024-02-29T12:00:00.25Z", "2": "1999-12-31T23:59:59Z", "3": nil, "4": "infinity", "5": "2024-02-29T12:00:00Z"}
	for query, ids := range map[string]string{
		"":                             "1 2 3 4 5",
		"?bbox=112,36,114,38":          "1 2 3 4 5",
		"?sortby=at":                   "2 5 1 4 3",
		"?sortby=-at":                  "3 4 1 5 2",
		"?at=2024-02-29T12:00:00Z":     "5",
		"?at=2024-02-29T12:00:00.250Z": "1",
		"?filter=" + url.QueryEscape("at > TIMESTAMP('2024-01-01T00:00:00Z')"):                                        "1 4 5",
		"?filter=" + url.QueryEscape("T_INTERSECTS(at, INTERVAL('1999-01-01','2000-01-01'))"):                         "2",
		"?sortby=at&filter=" + url.QueryEscape("at BETWEEN DATE('1999-01-01') AND TIMESTAMP('2024-02-29T12:00:00Z')"): "2 5",
	} {
		var got []string
		for path := "/collections/readings/items" + query + map[bool]string{true: "?", false: "&"}[query == ""] + "limit=2"; path != ""; {
			page := read[featureCollection](t, s.get(t, path), http.StatusOK)
			for _, f := range page.Features {
				got = append(got, f.ID)
				if f.Properties["at"] != want[f.ID] {
					t.Errorf("%s: reading %s at %v, want %v", query, f.ID, f.Properties["at"], want[f.ID])
				}
			}
			path = next(page.Links)
		}
		if strings.Join(got, " ") != ids {
			t.Errorf("%s: %v, want %s", query, got, ids)
		}
	}
	if doc := read[struct {
		Properties map[string]struct{ Type, Format string }
	}](t, s.get(t, "/collections/readings/queryables"), http.StatusOK); doc.Properties["at"].Type != "string" || doc.Properties["at"].Format != "date-time" {
		t.Errorf("%+v", doc)
	}
	if p := wantProblem(t, s.get(t, "/collections/readings/items?at=2024-02-29"), http.StatusBadRequest); p.Parameter != "at" {
		t.Errorf("%+v", p)
	}
	for f, extension := range map[string]string{"fgb": "fgb", "gpkg": "gpkg"} {
		file := filepath.Join(t.TempDir(), "readings."+extension)
		if err := os.WriteFile(file, s.get(t, "/collections/readings/download?f="+f).body, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("ogrinfo", "-so", "-al", file).CombinedOutput(); err != nil || !strings.Contains(string(out), "at: DateTime") {
			t.Errorf("%s: %s %v", f, out, err)
		}
	}
}

// TestEstimatesSaySo: the counts of a table that others write are PostgreSQL's
// estimates, or not known; those of other collections are exact.
func TestEstimatesSaySo(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, "create table public.wells (gid bigint primary key, geom geometry(Point, 4326))")
	storetest.Exec(t, database, "insert into public.wells select i, st_setsrid(st_point(113 + i * 0.001, 37.9), 4326) from generate_series(1, 25) i")
	storetest.Exec(t, database, "create view public.few_wells as select * from public.wells where gid < 5")
	storetest.Exec(t, database, "analyze public.wells")
	db := storetest.Open(t, database)
	for name, key := range map[string]string{"wells": "", "few_wells": "gid"} {
		p, err := db.DescribeTable(t.Context(), "public", name, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Publish(t.Context(), p.Layer); err != nil {
			t.Fatal(err)
		}
	}
	s := serveOn(t, database, store.Options{}, nil)
	var exact int64
	storetest.QueryRow(t, database, "select count(*) from layers.reference", &exact)
	for _, tc := range []struct {
		id        string
		count     any
		estimated any
		zh, en    string
	}{
		{"wells", 25.0, true, "约25(估计)", "about 25 (estimated)"},
		{"few_wells", nil, true, "数量未知", "number not known"},
		{"reference", float64(exact), nil, fmt.Sprint(exact), fmt.Sprint(exact)},
	} {
		doc := read[map[string]any](t, s.get(t, "/collections/"+tc.id), http.StatusOK)
		if doc["featureCount"] != tc.count || doc["countsEstimated"] != tc.estimated || (doc["locatedCount"] == nil) != (tc.count == nil) {
			t.Errorf("%s: %v features, %v located, estimated %v", tc.id, doc["featureCount"], doc["locatedCount"], doc["countsEstimated"])
		}
		for lang, want := range map[string]string{"zh": tc.zh, "en": tc.en} {
			if page := string(s.get(t, "/collections/"+tc.id+"?f=html", "Accept-Language", lang).body); !strings.Contains(page, "("+want+")</a>") {
				t.Errorf("%s in %s: %.2000s", tc.id, lang, page)
			}
			if page := string(s.get(t, "/collections?f=html", "Accept-Language", lang).body); !strings.Contains(page, ">"+want+"</a>") {
				t.Errorf("%s among all in %s", tc.id, lang)
			}
		}
	}
}
