package store_test

import (
	"fmt"
	"slices"
	"testing"

	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// tiedTables hold points of which many are as far from the corner of a box as others:
// on a grid, and one upon the other with more text than is kept in memory.
const tiedTables = `create schema city;
create table city.numbers (id bigint primary key, text text, geom geometry(Point, 4490));
insert into city.numbers select (i * 37) % 211 - 100, repeat('x', case when i > 180 then 9000 else 10 end),
	st_setsrid(st_point(113 + case when i > 180 then 0.02 else i % 12 * 0.01 end, 38 + case when i > 180 then 0.02 else i / 12 * 0.01 end), 4490) from generate_series(0, 210) i;
create index on city.numbers using gist (geom);
create table city.names (id text primary key, text text, geom geometry(Point, 4490));
insert into city.names select (array['a', 'B', '中', '-', 'é', 'Z'])[1 + (id + 100) % 6] || id, text, geom from city.numbers;
create index on city.names using gist (geom);`

// tiedWalk walks over a box by distance, and calls between with the number of each page
// and its ids. It gives up after 500 pages.
func tiedWalk(t *testing.T, s *store.Store, l *layers.Layer, limit int, between func(int, []string)) (pages [][]string, ends []layers.Page) {
	t.Helper()
	box := orb.Bound{Min: orb.Point{112.999, 37.999}, Max: orb.Point{114, 39}}
	var cursor *layers.Cursor
	for range 500 {
		var ids idSink
		page, err := s.Items(t.Context(), l, layers.Query{BBox: &box, Sort: layers.NearSort(), Limit: limit, Cursor: cursor}, &ids)
		if err != nil || page.Returned != len(ids) {
			t.Fatal(page, err)
		}
		pages, ends = append(pages, ids), append(ends, page)
		between(len(pages), ids)
		if cursor = page.Last; !page.More {
			return pages, ends
		}
	}
	t.Fatal("the walk does not end")
	return nil, nil
}

// Features of one distance come in the order of their ids, wherever pages end among
// them, and the way back gives the same pages.
func TestTiesComeByTheirIDs(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, tiedTables)
	for table, order := range map[string]string{"numbers": "id", "names": "convert_to(id, 'UTF8')"} {
		p, err := s.DescribeTable(t.Context(), "city", table, "id")
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		storetest.QueryRow(t, url, "select array_agg(id::text order by geom <#> st_setsrid(st_point(112.999, 37.999), 4490), "+order+") from city."+table, &want)
		for _, limit := range []int{1, 3, 7, 40, 210, 211} {
			pages, ends := tiedWalk(t, s, p.Layer, limit, func(int, []string) {})
			if diff := cmp.Diff(want, slices.Concat(pages...)); diff != "" {
				t.Fatalf("%s by %d: %s", table, limit, diff)
			}
			box := orb.Bound{Min: orb.Point{112.999, 37.999}, Max: orb.Point{114, 39}}
			for i := len(ends) - 1; i > 0; i-- {
				first := *ends[i].First
				first.Before = true
				var ids idSink
				page, err := s.Items(t.Context(), p.Layer, layers.Query{BBox: &box, Sort: layers.NearSort(), Limit: limit, Cursor: &first}, &ids)
				if err != nil || page.More != (i > 1) || !slices.Equal(ids, pages[i-1]) {
					t.Fatalf("%s by %d: before page %d: %v, want %v, %v", table, limit, i, ids, pages[i-1], err)
				}
			}
			var ids idSink
			if _, err := s.Items(t.Context(), p.Layer, layers.Query{BBox: &box, Sort: layers.NearSort(), Limit: limit, Offset: 5}, &ids); err != nil || !slices.Equal(ids, want[5:min(5+limit, len(want))]) {
				t.Fatalf("%s from the sixth by %d: %v, %v", table, limit, ids, err)
			}
		}
	}
}

// While others insert and delete among features of one distance, a walk meets each
// that nobody touched exactly once.
func TestTiesWhileOthersWrite(t *testing.T) {
	for _, limit := range []int{1, 4, 9, 25} {
		url := storetest.URL(t)
		s := storetest.Open(t, url)
		storetest.Exec(t, url, tiedTables)
		p, err := s.DescribeTable(t.Context(), "city", "numbers", "id")
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		storetest.QueryRow(t, url, "select array_agg(id::text) from city.numbers", &all)
		seen, touched := map[string]int{}, map[string]bool{}
		tiedWalk(t, s, p.Layer, limit, func(n int, ids []string) {
			for _, id := range ids {
				seen[id]++
			}
			if n > 40 {
				return
			}
			gone := []string{fmt.Sprint(n*5 - 100)}
			if n%3 > 0 && len(ids) > 0 { // the one that the cursor names
				gone = append(gone, ids[len(ids)-1])
			}
			for _, id := range gone {
				touched[id] = true
			}
			storetest.Exec(t, url, "with gone as (delete from city.numbers where id::text = any($1)) insert into city.numbers select $2::int + i * 1000, 'new', geom from generate_series(-1, 1) i, (select geom from city.numbers order by id limit 1 offset $2::int) g where i <> 0", gone, n)
		})
		for _, id := range all {
			if seen[id] > 1 || seen[id] == 0 && !touched[id] {
				t.Errorf("by %d: %s came %d times", limit, id, seen[id])
			}
		}
	}
}
