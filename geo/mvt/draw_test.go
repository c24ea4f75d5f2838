package mvt

import (
	"errors"
	"math"
	"testing"

	"planatlas/geo"
	"planatlas/geo/tile"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// units turns a geometry in units of the grid of flat into degrees.
func units(g orb.Geometry) orb.Geometry {
	ring := func(ps []orb.Point) (out []orb.Point) {
		for _, p := range ps {
			out = append(out, lonLat(p[0], p[1]))
		}
		return out
	}
	switch g := g.(type) {
	case orb.Point:
		return lonLat(g[0], g[1])
	case orb.MultiPoint:
		return orb.MultiPoint(ring(g))
	case orb.LineString:
		return orb.LineString(ring(g))
	case orb.MultiLineString:
		var out orb.MultiLineString
		for _, l := range g {
			out = append(out, ring(l))
		}
		return out
	case orb.Polygon:
		var out orb.Polygon
		for _, r := range g {
			out = append(out, ring(r))
		}
		return out
	case orb.MultiPolygon:
		var out orb.MultiPolygon
		for _, p := range g {
			poly, _ := units(p).(orb.Polygon)
			out = append(out, poly)
		}
		return out
	case orb.Collection:
		var out orb.Collection
		for _, m := range g {
			out = append(out, units(m))
		}
		return out
	}
	return nil
}

func TestDraw(t *testing.T) {
	square := orb.Ring{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}
	for _, c := range []struct {
		name     string
		in, want orb.Geometry
	}{
		{"a point goes to the nearest position", orb.Point{10.4, 20.6}, orb.Point{10, 21}},
		{"a point in the buffer", orb.Point{100, 4159.9}, nil}, // flat ends at the south pole
		{"a point beyond the buffer", orb.Point{-65, 0}, nil},
		{"a point on the buffer's border", orb.Point{-64, 10}, orb.Point{-64, 10}},
		{"the same point again", orb.MultiPoint{{1, 1}, {1.2, 1}, {3, 3}, {9999, 1}}, orb.MultiPoint{{1, 1}, {3, 3}}},

		{"a line without what lies on the way", orb.LineString{{0, 0}, {10, 0}, {20, 0}, {20, 5}}, orb.LineString{{0, 0}, {20, 0}, {20, 5}}},
		{"a line that comes back", orb.LineString{{0, 0}, {10, 0}, {5, 0}}, orb.LineString{{0, 0}, {10, 0}, {5, 0}}},
		{"a line too short to be seen", orb.LineString{{0, 0}, {0.3, 0.3}}, nil},
		{"a line through the tile", orb.LineString{{-1000, 5}, {3000, 5}, {3000, -500}}, orb.LineString{{-64, 5}, {3000, 5}, {3000, 0}}},
		{"a line in and out", orb.LineString{{-100, 10}, {50, 10}, {50, 20}, {-100, 20}, {-100, 30}, {50, 30}},
			orb.MultiLineString{{{-64, 10}, {50, 10}, {50, 20}, {-64, 20}}, {{-64, 30}, {50, 30}}}},
		{"a line past a corner", orb.LineString{{-200, 10}, {10, 5000}}, orb.LineString{{-64, 3242}, {-28, 4096}}},
		{"a line that misses a corner", orb.LineString{{-400, 3900}, {100, 5000}}, nil},

		{"a shell wound the other way", orb.Polygon{{{0, 0}, {0, 100}, {100, 100}, {100, 0}, {0, 0}}}, orb.Polygon{{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}}},
		{"a hole wound like its shell", orb.Polygon{square, {{10, 10}, {20, 10}, {20, 20}, {10, 20}, {10, 10}}},
			orb.Polygon{square, {{10, 10}, {10, 20}, {20, 20}, {20, 10}, {10, 10}}}},
		{"a hole too small to be seen", orb.Polygon{square, {{10, 10}, {10.3, 10}, {10.3, 10.3}, {10, 10}}}, orb.Polygon{square}},
		{"a polygon too small to be seen", orb.Polygon{{{0, 0}, {0.4, 0}, {0.4, 0.4}, {0, 0}}, {{0.1, 0.1}, {0.2, 0.1}, {0.2, 0.2}, {0.1, 0.1}}}, nil},
		{"a sliver", orb.Polygon{{{0, 0}, {100, 0.2}, {100, 0.4}, {0, 0.3}, {0, 0}}}, nil},
		{"a polygon around the tile", orb.Polygon{{{-1500, -50}, {6000, -50}, {6000, 4500}, {-1500, 4500}, {-1500, -50}}},
			orb.Polygon{{{-64, 4096}, {-64, 0}, {4096, 0}, {4096, 4096}, {-64, 4096}}}},
		{"a tile in a hole", orb.Polygon{{{-1500, -50}, {6000, -50}, {6000, 4500}, {-1500, 4500}, {-1500, -50}}, {{-100, -20}, {5000, -20}, {5000, 4400}, {-100, 4400}, {-100, -20}}}, nil},
		{"cut in two at the border", orb.Polygon{{{-200, 0}, {100, 0}, {100, 50}, {-100, 50}, {-100, 60}, {100, 60}, {100, 110}, {-200, 110}, {-200, 0}}},
			orb.MultiPolygon{{{{-64, 0}, {100, 0}, {100, 50}, {-64, 50}, {-64, 0}}}, {{{-64, 60}, {100, 60}, {100, 110}, {-64, 110}, {-64, 60}}}}},
		{"both lobes of a figure of eight", orb.Polygon{{{0, 0}, {100, 100}, {100, 0}, {0, 100}, {0, 0}}},
			orb.MultiPolygon{{{{0, 0}, {50, 50}, {0, 100}, {0, 0}}}, {{{50, 50}, {100, 0}, {100, 100}, {50, 50}}}}},
		{"a neck that snapping closes", orb.Polygon{{{0, 0}, {40, 0}, {40, 49.8}, {60, 49.8}, {60, 0}, {100, 0}, {100, 100}, {60, 100}, {60, 50.2}, {40, 50.2}, {40, 100}, {0, 100}, {0, 0}}},
			orb.MultiPolygon{{{{0, 0}, {40, 0}, {40, 100}, {0, 100}, {0, 0}}}, {{{60, 0}, {100, 0}, {100, 100}, {60, 100}, {60, 0}}}}},
		{"a hole that touches its shell", orb.Polygon{square, {{0, 50}, {20, 40}, {20, 60}, {0, 50}}},
			orb.Polygon{square, {{0, 50}, {20, 60}, {20, 40}, {0, 50}}}},
		{"a hole that snapping moves out of its shell", orb.Polygon{square, {{99.7, 50}, {80, 40}, {80, 60}, {99.7, 50}}},
			orb.Polygon{square, {{100, 50}, {80, 40}, {80, 60}, {100, 50}}}},
		{"an island in a hole", orb.MultiPolygon{{square, {{10, 10}, {90, 10}, {90, 90}, {10, 90}, {10, 10}}}, {{{20, 20}, {30, 20}, {30, 30}, {20, 30}, {20, 20}}}},
			orb.MultiPolygon{{square, {{10, 10}, {10, 90}, {90, 90}, {90, 10}, {10, 10}}}, {{{20, 20}, {30, 20}, {30, 30}, {20, 30}, {20, 20}}}}},
		{"members with a common side", orb.MultiPolygon{{square}, {{{100, 0}, {200, 0}, {200, 100}, {100, 100}, {100, 0}}}},
			orb.Polygon{{{0, 0}, {200, 0}, {200, 100}, {0, 100}, {0, 0}}}},
		{"one member within another", orb.MultiPolygon{{square}, {{{10, 10}, {20, 10}, {20, 20}, {10, 10}}}}, orb.Polygon{square}},

		{"the highest dimension of a collection", orb.Collection{orb.Point{1, 1}, orb.Collection{orb.LineString{{0, 0}, {5, 5}}, orb.Point{2, 2}}, orb.LineString{{9, 9}, {9, 19}}},
			orb.MultiLineString{{{0, 0}, {5, 5}}, {{9, 9}, {9, 19}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := draw(t, NewEncoder(flat(), Options{}), units(c.in))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestStraightInDegrees draws an edge that spans a tile of Web Mercator where the
// database has it, which the chord would miss.
func TestStraightInDegrees(t *testing.T) {
	id := tile.ID{Set: tile.WebMercatorQuad, Z: 6, X: 52, Y: 24}
	b := id.Bound()
	g, err := wkb.Marshal(orb.LineString{b.Min, b.Max})
	if err != nil {
		t.Fatal(err)
	}
	e := NewEncoder(id, Options{})
	e.Layer("a", nil)
	if err := e.Feature(1, g, nil); err != nil {
		t.Fatal(err)
	}
	layers, err := Decode(e.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	line, _ := layers[0].Features[0].Geometry.(orb.LineString)
	x, y := id.Position(b.Center()[0], b.Center()[1])
	bent := false
	for i := 1; i < len(line); i++ {
		bent = bent || math.Abs(line[i][1]-(4096-line[i][0])) > 10
		if p, q := line[i-1], line[i]; p[0] <= 4096*x && q[0] >= 4096*x {
			at := p[1] + (q[1]-p[1])*(4096*x-p[0])/(q[0]-p[0])
			if math.Abs(at-4096*y) > 1.5 {
				t.Errorf("the middle is drawn at %.1f, want %.1f", at, 4096*y)
			}
		}
	}
	if !bent || len(line) < 5 {
		t.Errorf("got %v", line)
	}
}

// TestFaults draws nothing of a geometry that is none, and goes on.
func TestFaults(t *testing.T) {
	e := NewEncoder(flat(), Options{})
	e.Layer("a", nil)
	whole, err := wkb.Marshal(orb.LineString{{1, 1}, {9, 9}})
	if err != nil {
		t.Fatal(err)
	}
	metres, err := wkb.Marshal(orb.LineString{{12600000, 4500000}, {12600001, 4500000}})
	if err != nil {
		t.Fatal(err)
	}
	endless, err := wkb.Marshal(orb.LineString{{1, math.Inf(1)}, {1, math.NaN()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []geo.WKB{nil, whole[:20], append(whole[:len(whole):len(whole)], 0), metres, endless} {
		if err := e.Feature(1, g, nil); !errors.Is(err, geo.ErrWKB) {
			t.Errorf("%x: got %v", g, err)
		}
	}
	if e.Features() != 0 || len(e.Bytes()) != 0 {
		t.Errorf("%d features, %d bytes", e.Features(), len(e.Bytes()))
	}
	if err := e.Feature(1, whole, nil); err != nil || e.Features() != 1 || len(e.Bytes()) == 0 {
		t.Error(err, e.Features())
	}
}

// TestPick takes layers out of a tile.
func TestPick(t *testing.T) {
	e := NewEncoder(flat(), Options{})
	g, err := wkb.Marshal(orb.Point{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		e.Layer(name, []string{"k"})
		if err := e.Feature(1, g, []Value{String(name)}); err != nil {
			t.Fatal(err)
		}
	}
	all := e.Bytes()
	if b, err := Pick(all, []string{"a", "b", "c"}); err != nil || !cmp.Equal(b, all) {
		t.Error(err, b)
	}
	b, err := Pick(all, []string{"c", "x", "a"})
	if err != nil {
		t.Fatal(err)
	}
	layers, err := Decode(b)
	if err != nil || len(layers) != 2 || layers[0].Name != "c" || layers[1].Name != "a" || layers[1].Features[0].Properties["k"] != "a" {
		t.Errorf("got %v, %v", layers, err)
	}
	if _, err := Pick(all[:len(all)-1], []string{"a"}); !errors.Is(err, ErrTile) {
		t.Errorf("got %v", err)
	}
}
