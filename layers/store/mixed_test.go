package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/cql"
	"planatlas/layers/store"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	sf "github.com/peterstace/simplefeatures/geom"
)

// mixed is a layer with every property type and every kind of geometry.
func mixed(t testing.TB, s *store.Store) *layers.Layer {
	t.Helper()
	title := layers.Text{ZH: "混合", EN: "Mixed"}
	property := func(name string, of layers.PropertyType) layers.Property {
		return layers.Property{Name: name, Type: of, Title: title}
	}
	l := &layers.Layer{ID: "mixed", Title: title, Description: title, Geometry: "Geometry", LegalEffect: layers.Indicative, Access: layers.Public,
		Source:   layers.Source{Name: title, Licence: "own", Attribution: "own", Date: "2021-01-01"},
		Coverage: layers.Coverage{Area: "yangquan", From: "2021-01-01"},
		Properties: []layers.Property{property("kind", layers.String), property("parts", layers.String), property("size", layers.Number),
			property("count", layers.Integer), property("open", layers.Boolean), property("built", layers.Date)}}
	load := layers.Load{Retire: true, Sets: []layers.FeatureSet{{Layer: l, Features: func(yield func(layers.Feature, error) bool) {
		r := rand.New(rand.NewPCG(7, 7))
		for i := range 60 {
			if !yield(mixedFeature(r, i), nil) {
				return
			}
		}
	}}}}
	if _, err := s.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	return l
}

func mixedTexts() []string {
	return []string{"", "railway", "Railway", "盂县;平定县", "Straße", "København", "kobenhavn", "É", " x ", "it's", "100%", "a_b", "ΟΔΟΣ", "οδος", "甲、乙", `\`}
}

func mixedFeature(r *rand.Rand, i int) layers.Feature {
	values := map[string]any{"name_zh": fmt.Sprintf("第%d", i), "name_en": "n", "status": "existing", "plan_quote": "q", "geometry_source": "own",
		"accuracy_m": 10.0, "legal_effect": "indicative", "valid_from": "2021-01-01"}
	set := func(name string, v any) {
		if r.IntN(5) > 0 {
			values[name] = v
		}
	}
	texts := mixedTexts()
	set("kind", texts[r.IntN(len(texts))])
	set("parts", texts[r.IntN(len(texts))])
	set("size", []float64{0, -1, 2.5, 1e308, 1e-300, 7}[r.IntN(6)])
	set("count", []int64{0, 1, 2, -3, 100, 1 << 52}[r.IntN(6)])
	set("open", r.IntN(2) == 0)
	set("built", []string{"1907-10-01", "2021-01-01", "2021-12-31", "9999-12-31"}[r.IntN(4)])
	set("valid_to", []string{"2021-01-02", "2036-01-01"}[r.IntN(2)])
	f := layers.Feature{ID: fmt.Sprintf("m%02d", i), Values: values}
	if shapes := mixedGeometries(); r.IntN(6) > 0 {
		g, _ := shapes[r.IntN(len(shapes))].(orb.Geometry)
		f.Shape = &geo.Shape{SRID: geo.CGCS2000, Geom: g}
	}
	return f
}

func mixedGeometries() []cql.Value {
	square := func(x, y, side float64) orb.Polygon {
		return orb.Polygon{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}
	}
	return []cql.Value{
		orb.Point{113.5, 37.75}, orb.Point{113.25, 38}, orb.LineString{{113.25, 37.75}, {113.75, 37.75}}, orb.LineString{{113.5, 37.5}, {113.5, 38}},
		square(113.25, 37.75, 0.25), square(113.5, 37.75, 0.25), square(113.25, 37.5, 0.5), square(113, 37, 1),
		orb.MultiPoint{{113.5, 37.75}, {113.25, 38}}, orb.MultiLineString{{{113.25, 37.75}, {113.5, 38}}, {{113, 37}, {113.25, 37.25}}},
		orb.MultiPolygon{square(113.25, 37.75, 0.25), square(113.75, 37.25, 0.125)},
	}
}

// simple computes with geometries in Go, apart from PostGIS.
type simple struct{ t testing.TB }

func (s simple) geom(g orb.Geometry) sf.Geometry {
	b, err := wkb.Marshal(g)
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := sf.UnmarshalWKB(b)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s simple) Relate(op string, a, b orb.Geometry) bool {
	if op == "s_intersects" {
		return sf.Intersects(s.geom(a), s.geom(b))
	}
	f := map[string]func(a, b sf.Geometry) (bool, error){
		"s_equals": sf.Equals, "s_disjoint": sf.Disjoint, "s_touches": sf.Touches, "s_within": sf.Within,
		"s_overlaps": sf.Overlaps, "s_crosses": sf.Crosses, "s_contains": sf.Contains,
	}[op]
	out, err := f(s.geom(a), s.geom(b))
	if err != nil {
		s.t.Fatalf("%s of %v and %v: %v", op, a, b, err)
	}
	return out
}

func (simple) AreaM2(orb.Geometry) float64          { return 0 }
func (simple) LengthM(orb.Geometry) float64         { return 0 }
func (simple) Centroid(g orb.Geometry) orb.Geometry { return g }
