package store_test

import (
	"errors"
	"testing"

	"planatlas/layers"
	"planatlas/layers/cql"
	"planatlas/layers/store/storetest"

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
		{"all", layers.Query{Count: true}, 40},
		{"by id", layers.Query{ID: "nanlou-gongyeyuan", Count: true}, 1},
		{"by county", layers.Query{Filter: cql.Equal("county", "盂县"), Count: true}, 3},
		{"in a box", layers.Query{BBox: &yuxian, Count: true}, 2},
		{"none", layers.Query{Filter: cql.Equal("name_zh", "x' or 1=1 --"), Count: true}, 0},
		{"boolean logic", layers.Query{Filter: cql.And{cql.Not{Of: cql.IsNull{Property: "accuracy_m"}}, cql.Compare{Property: "accuracy_m", Op: "<", Value: 2600.0}}, Count: true}, 3},
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
	var cursor layers.Cursor
	for pages := 0; pages < 100; pages++ {
		var ids idSink
		page, err := s.Items(t.Context(), reference, layers.Query{Limit: 7, After: cursor}, &ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if seen[id] {
				t.Errorf("%s came twice", id)
			}
			seen[id] = true
		}
		if cursor = page.Next; cursor == "" {
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
