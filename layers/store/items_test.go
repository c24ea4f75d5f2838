package store_test

import (
	"errors"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/cql"
	"planatlas/layers/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// idSink keeps the ids of a page.
type idSink []string

func (s *idSink) Row(r layers.Row) error {
	*s = append(*s, string(r.ID))
	return nil
}

func TestItems(t *testing.T) {
	s := storetest.New(t)
	parks := storetest.Layer(t, s, "industrial_parks")
	yuxian := orb.Bound{Min: orb.Point{113.2, 38.0}, Max: orb.Point{113.6, 38.2}}
	for _, tc := range []struct {
		name  string
		query layers.Query
		want  int64
	}{
		{"all", layers.Query{Count: layers.CountCheap}, 40},
		{"by id", layers.Query{ID: "nanlou-gongyeyuan", Count: layers.CountCheap}, 1},
		{"by county", layers.Query{Filter: cql.Equal("county", "盂县"), Count: layers.CountCheap}, 3},
		{"in a box", layers.Query{BBox: &yuxian, Count: layers.CountCheap}, 2},
		{"none", layers.Query{Filter: cql.Equal("name_zh", "x' or 1=1 --"), Count: layers.CountCheap}, 0},
		{"boolean logic", layers.Query{Filter: cql.And{cql.Not{Of: cql.IsNull{Of: cql.Property{Name: "accuracy_m"}}}, cql.Compare{Op: "<", Left: cql.Property{Name: "accuracy_m"}, Right: cql.Literal{Value: 2600.0}}}, Count: layers.CountCheap}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var ids idSink
			page, err := s.Items(t.Context(), parks, tc.query, &ids)
			if err != nil {
				t.Fatal(err)
			}
			if page.Matched != tc.want || int64(len(ids)) != tc.want {
				t.Errorf("matched %d, got %v, want %d", page.Matched, ids, tc.want)
			}
		})
	}
}

func TestPagesReachEveryFeatureOnce(t *testing.T) {
	s := storetest.New(t)
	reference := storetest.Layer(t, s, "reference")
	seen := map[string]bool{}
	var cursor *layers.Cursor
	for pages := 0; pages < 100; pages++ {
		var ids idSink
		page, err := s.Items(t.Context(), reference, layers.Query{Limit: 7, Cursor: cursor}, &ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if seen[id] {
				t.Errorf("%s came twice", id)
			}
			seen[id] = true
		}
		if cursor = page.Last; !page.More {
			break
		}
	}
	if len(seen) != 46 {
		t.Errorf("walked over %d features, want 46", len(seen))
	}
}

func TestUnknownPropertyIsAnInputError(t *testing.T) {
	s := storetest.New(t)
	_, err := s.Items(t.Context(), storetest.Layer(t, s, "reference"),
		layers.Query{Filter: cql.Equal(`name"; drop table x; --`, "a")}, new(idSink))
	var input *layers.InputError
	if !errors.As(err, &input) {
		t.Errorf("got %v, want an input error", err)
	}
}

func sortKeys(t *testing.T, l *layers.Layer, names ...string) []layers.SortKey {
	t.Helper()
	var keys []layers.SortKey
	for _, name := range names {
		plain := strings.TrimPrefix(name, "-")
		p, ok := l.Property(plain)
		if !ok {
			t.Fatalf("no property %s", plain)
		}
		keys = append(keys, layers.SortKey{Property: p, Descending: name != plain})
	}
	return keys
}

// A walk by cursor in any order, forward and back again, meets every feature
// once, in the order that PostgreSQL gives.
func TestCursorWalksAnyOrder(t *testing.T) {
	s := storetest.New(t)
	parks := storetest.Layer(t, s, "industrial_parks")
	for _, names := range [][]string{nil, {"accuracy_m"}, {"-accuracy_m"}, {"county", "-accuracy_m"}, {"-status", "name_zh"}, {"valid_to", "-valid_from"}, {"-leading_industries", "accuracy_m", "county"}, {"revision"}} {
		t.Run(strings.Join(names, ","), func(t *testing.T) {
			keys := sortKeys(t, parks, names...)
			var whole idSink
			if _, err := s.Items(t.Context(), parks, layers.Query{Sort: keys}, &whole); err != nil {
				t.Fatal(err)
			}
			var forward []string
			var pages []layers.Page
			var cursor *layers.Cursor
			for {
				var ids idSink
				page, err := s.Items(t.Context(), parks, layers.Query{Sort: keys, Limit: 7, Cursor: cursor}, &ids)
				if err != nil {
					t.Fatal(err)
				}
				forward, pages = append(forward, ids...), append(pages, page)
				if !page.More {
					break
				}
				cursor = page.Last
			}
			if diff := cmp.Diff([]string(whole), forward); diff != "" {
				t.Fatalf("forward: %s", diff)
			}
			var backward []string
			first := *pages[len(pages)-1].First
			for {
				first.Before = true
				var ids idSink
				page, err := s.Items(t.Context(), parks, layers.Query{Sort: keys, Limit: 7, Cursor: &first}, &ids)
				if err != nil {
					t.Fatal(err)
				}
				backward = append(append([]string{}, ids...), backward...)
				if !page.More {
					break
				}
				first = *page.First
			}
			if diff := cmp.Diff([]string(whole)[:len(backward)], backward); diff != "" || len(backward) != len(whole)-pages[len(pages)-1].Returned {
				t.Errorf("backward: %s", diff)
			}
		})
	}
}

// A page of a box without an order of the client's own comes from the spatial
// index: nearest to the box's corner first, each feature once, ties too.
func TestBoxIsWalkedByDistance(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	// Many features that hold the corner, so that their distance is the same.
	storetest.Exec(t, url, `insert into layers.industrial_parks (id, name_zh, name_en, status, geometry_source, accuracy_m, geom)
		select 'tie-'||i, '甲', 'A', 'planned', 'test', 10, st_makeenvelope(113.1, 37.9, 113.3 + i / 1000.0, 38.1, 4490) from generate_series(1, 20) i`)
	box := orb.Bound{Min: orb.Point{113.2, 37.95}, Max: orb.Point{113.7, 38.2}}
	parks := storetest.Layer(t, s, "industrial_parks")
	var whole idSink
	if _, err := s.Items(t.Context(), parks, layers.Query{BBox: &box}, &whole); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var cursor *layers.Cursor
	var pages []layers.Page
	for range 50 {
		var ids idSink
		page, err := s.Items(t.Context(), parks, layers.Query{BBox: &box, Sort: layers.NearSort(), Limit: 3, Cursor: cursor}, &ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if seen[id] {
				t.Errorf("%s came twice", id)
			}
			seen[id] = true
		}
		pages = append(pages, page)
		if cursor = page.Last; !page.More {
			break
		}
	}
	if len(seen) != len(whole) || len(whole) < 22 {
		t.Errorf("walked over %d of %d", len(seen), len(whole))
	}
	back := *pages[2].First
	back.Before = true
	var ids idSink
	page, err := s.Items(t.Context(), parks, layers.Query{BBox: &box, Sort: layers.NearSort(), Limit: 3, Cursor: &back}, &ids)
	if err != nil || len(ids) != 3 || !page.More || page.Last.ID != pages[1].Last.ID {
		t.Errorf("back: %v, %+v, %v", ids, page, err)
	}
}

func TestOffsetAndValidity(t *testing.T) {
	s := storetest.New(t)
	parks := storetest.Layer(t, s, "industrial_parks")
	var all, rest idSink
	if _, err := s.Items(t.Context(), parks, layers.Query{}, &all); err != nil {
		t.Fatal(err)
	}
	page, err := s.Items(t.Context(), parks, layers.Query{Offset: 35, Limit: 10, Count: layers.CountCheap}, &rest)
	if err != nil || page.More || page.Matched != 40 {
		t.Fatalf("%+v, %v", page, err)
	}
	if diff := cmp.Diff([]string(all)[35:], []string(rest)); diff != "" {
		t.Error(diff)
	}
	for _, tc := range []struct {
		valid layers.Interval
		want  int
	}{
		{layers.Interval{From: "2020-01-01", To: "2021-01-01"}, 0}, {layers.Interval{From: "2020-12-31", To: "2021-01-02"}, 40},
		{layers.Interval{To: "2021-01-01"}, 0}, {layers.Interval{From: "2030-01-01"}, 40}, {layers.Interval{}, 40},
	} {
		var ids idSink
		if _, err := s.Items(t.Context(), parks, layers.Query{Valid: &tc.valid}, &ids); err != nil || len(ids) != tc.want {
			t.Errorf("%+v: %d features, want %d, %v", tc.valid, len(ids), tc.want, err)
		}
	}
}
