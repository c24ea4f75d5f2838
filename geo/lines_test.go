package geo

import (
	"testing"

	"github.com/paulmach/orb"
)

func TestBound(t *testing.T) {
	t.Parallel()
	ring := orb.Ring{{1, 2}, {3, 2}, {3, -4}, {1, 2}}
	for _, g := range []orb.Geometry{
		orb.Point{5, 6}, orb.MultiPoint{{1, 1}, {-1, 7}}, orb.LineString{{0, 9}, {8, -2}}, orb.MultiLineString{{{0, 0}, {1, 1}}, {{9, 9}, {-3, 4}}},
		ring, orb.Polygon{ring}, orb.MultiPolygon{{ring}, {{{10, 10}, {11, 10}, {11, 11}, {10, 10}}}}, orb.Collection{orb.Point{7, 7}, orb.Polygon{ring}},
	} {
		if got := Bound(g); got != g.Bound() {
			t.Errorf("%v: %v, want %v", g, got, g.Bound())
		}
	}
	for _, g := range []orb.Geometry{orb.MultiPoint{}, orb.Polygon{}, orb.MultiPolygon{{}}, orb.Collection{}} {
		if b := Bound(g); !b.IsEmpty() {
			t.Errorf("%T: %v", g, b)
		}
	}
}
