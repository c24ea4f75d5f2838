package api

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"planatlas/layers"

	"github.com/paulmach/orb"
)

// TestSketch draws every kind of geometry, near and far, with hostile colours and
// names: what comes out is well-formed and holds no more than was drawn.
func TestSketch(t *testing.T) {
	ring := orb.Ring{{113, 37}, {114, 37}, {114, 38}, {113, 37}}
	s := newSketch(orb.Bound{Min: orb.Point{113, 37}, Max: orb.Point{114, 38}})
	bad := layers.Style{Stroke: `#12"><script>`, Fill: "url(x)", Dash: []float64{1, 2}}
	for _, g := range orb.AllGeometries {
		s.draw(g, bad, 1e6)
	}
	s.draw(orb.Collection{orb.Point{113.5, 37.5}, orb.MultiPoint{{113.2, 37.2}}, orb.MultiLineString{{{-180, -90}, {180, 90}}}, orb.MultiPolygon{{ring}}}, layers.Style{Stroke: "#102030", Fill: "#40506080"}, 5000)
	s.around([]layers.Outline{{}}, []layers.BaseFeature{{Class: layers.BaseRiver, Geometry: orb.LineString{{113, 37}, {114, 38}}}})
	names := []layers.BaseFeature{{Class: layers.BaseTown, Name: layers.Text{ZH: "远"}, Geometry: orb.Point{99, 10}},
		{Class: layers.BaseTown, Name: layers.Text{ZH: "<镇>"}, Geometry: orb.Point{113.5, 37.5}}, {Class: layers.BaseTown, Name: layers.Text{ZH: "挤"}, Geometry: orb.Point{113.501, 37.5}}}
	s.places(names, func(t layers.Text) string { return t.ZH })
	out := string(s.html(`"&<`))
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, out)
		}
	}
	for _, never := range []string{"<script", "url(", "NaN", "Inf", "远", "挤"} {
		if strings.Contains(out, never) {
			t.Errorf("holds %s: %s", never, out)
		}
	}
	for _, want := range []string{"&lt;镇&gt;", `fill="#405060" fill-opacity="0.50"`, "km</text>", `stroke="#102030"`} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %s: %s", want, out)
		}
	}
}
