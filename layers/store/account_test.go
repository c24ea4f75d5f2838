package store_test

import (
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// TestNumbersOfALayer: whatever changes a layer, its numbers are those that
// counting gives.
func TestNumbersOfALayer(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	check := func(doing string) {
		t.Helper()
		var kept, counted string
		const numbers = "%s::text || ' ' || %s::text || ' ' || coalesce(%s::text, 'nowhere')"
		form := func(a, b, c string) string {
			return strings.Replace(strings.Replace(strings.Replace(numbers, "%s", a, 1), "%s", b, 1), "%s", c, 1)
		}
		storetest.QueryRow(t, url, "select "+form("features", "located", "extent")+" from planatlas.layer where id = 'reference'", &kept)
		storetest.QueryRow(t, url, "select "+form("count(*)", "count(geom)", "st_extent(geom)")+" from layers.reference", &counted)
		if kept != counted {
			t.Errorf("after %s: kept %s, counted %s", doing, kept, counted)
		}
	}
	check("the load")
	columns := "name_zh, name_en, status, geometry_source, legal_effect, accuracy_m"
	for _, sql := range []string{
		"insert into layers.reference (id, " + columns + ", geom) select 'x' || i, " + columns + ", case when i > 1 then st_translate(geom, i, i / 10.0) end from layers.reference, generate_series(1, 3) i where id = 'yangquan'",
		"update layers.reference set name_en = name_en || '!' where id like 'x%'",
		"update layers.reference set geom = st_translate(geom, -0.001, 0)",
		"update layers.reference set geom = null where id = 'x3'", // which was the farthest
		"update layers.reference set name_en = name_en",
		"delete from layers.reference where id = 'x2'",
		"begin; delete from layers.reference where id < 'm'; insert into layers.reference (id, " + columns + ", geom) select 'a', " + columns + ", geom from layers.reference limit 1; commit",
		"delete from layers.reference where false",
		"truncate layers.reference",
	} {
		storetest.Exec(t, url, sql)
		check(sql)
	}
	load := storetest.Yangquan(t)
	if _, err := s.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	check("a reload")
	all := load.Sets
	for i, set := range load.Sets {
		if set.Layer.ID == "reference" {
			load.Sets = append(append([]layers.FeatureSet{}, all[:i]...), all[i+1:]...)
		}
	}
	load.Retire, load.Rules, load.RulesSHA256 = true, nil, ""
	if _, err := s.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	load.Sets = all
	if _, err := s.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	check("its return")
}

// TestNearestFirst compares the page of a place with the order of all features.
func TestNearestFirst(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, foreignTables)
	metres := storetest.Layer(t, s, "transport_links")
	parcels, err := s.DescribeTable(t.Context(), "city", "large", "gid") // in EPSG:4547
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		layer *layers.Layer
		all   string
	}{
		{metres, "select string_agg(id, ' ' order by planatlas.distance_m(geom, p), id) from layers.transport_links, st_setsrid(st_point(113.6, 38.2), 4490) p where geom is not null"},
		{parcels.Layer, "select string_agg(gid::text, ' ' order by planatlas.distance_m(st_transform(shape, 4490), p), gid) from city.large, st_setsrid(st_point(113.6, 38.2), 4490) p"},
	} {
		var all string
		storetest.QueryRow(t, url, tc.all, &all)
		want := strings.Fields(all)
		if len(want) < 8 {
			t.Fatalf("%d features", len(want))
		}
		for _, q := range []layers.Query{{Limit: 1}, {Limit: 3, Offset: 2}, {Limit: 1000}, {Limit: 2, Offset: 5, Properties: []layers.Property{}}} {
			q.Near = &orb.Point{113.6, 38.2}
			var ids idSink
			page, err := s.Items(t.Context(), tc.layer, q, &ids)
			end := min(q.Offset+q.Limit, len(want))
			if diff := cmp.Diff(want[q.Offset:end], []string(ids)); diff != "" || err != nil || page.More != (end < len(want)) {
				t.Errorf("%s %+v: %s %+v, %v", tc.layer.ID, q, diff, page, err)
			}
		}
	}
}

// TestCounts: what is known is counted, and a large layer is not read for it.
func TestCounts(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	parks := storetest.Layer(t, s, "industrial_parks")
	box := orb.Bound{Min: orb.Point{113.2, 37.7}, Max: orb.Point{113.9, 38.4}}
	count := func(q layers.Query) (int64, int) {
		t.Helper()
		var ids idSink
		page, err := s.Items(t.Context(), parks, q, &ids)
		if err != nil {
			t.Fatal(err)
		}
		return page.Matched, len(ids)
	}
	all, _ := count(layers.Query{BBox: &box, Limit: 1000, Count: layers.CountCheap})
	if all < 10 || all == 40 {
		t.Fatalf("%d in the box", all)
	}
	if n, rows := count(layers.Query{BBox: &box, Limit: 2, Count: layers.CountCheap}); n != all || rows != 2 {
		t.Errorf("small layer: %d matched, %d rows", n, rows)
	}
	storetest.Exec(t, url, "update planatlas.layer set features = 1000000 where id = 'industrial_parks'")
	if n, rows := count(layers.Query{BBox: &box, Limit: 2, Count: layers.CountCheap}); n != -1 || rows != 2 {
		t.Errorf("large layer: %d matched, %d rows", n, rows)
	}
	if n, rows := count(layers.Query{BBox: &box, Limit: 2, Count: layers.CountAlone}); n != all || rows != 0 {
		t.Errorf("count alone: %d matched, %d rows", n, rows)
	}
	if n, _ := count(layers.Query{BBox: &box, Limit: 1000, Count: layers.CountCheap}); n != all {
		t.Errorf("a page that holds all: %d matched", n)
	}
	if n, _ := count(layers.Query{Limit: 2, Count: layers.CountCheap}); n != 1000000 {
		t.Errorf("whole layer: %d matched", n)
	}
}
