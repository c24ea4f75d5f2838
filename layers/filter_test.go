package layers_test

import (
	"errors"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/cql"
)

func TestCheckFilter(t *testing.T) {
	l := &layers.Layer{ID: "roads", Geometry: "LineString", Properties: []layers.Property{{Name: "half_width_m", Type: layers.Number}}}
	records := &layers.Layer{ID: "rules"}
	for _, tc := range []struct {
		layer             *layers.Layer
		srid              geo.SRID
		text, value, hint string
	}{
		{l, 0, "half_width_m > 5 and id = 'a' and s_intersects(geom, POINT(113 37)) and geometry is not null", "", ""},
		{l, 0, "half_width > 5", "half_width", `did you mean "half_width_m"?`},
		{l, 0, "half_width_m = 'wide'", "half_width_m = 'wide'", "column 16: got a string, want a number"},
		{l, 0, "s_intersects(geom, POINT(37 113))", "S_INTERSECTS(geom, POINT(37 113))", "column 20: got a coordinate outside of the reference system, want x from -180 to 180 and y from -90 to 90"},
		{l, geo.WebMercator, "s_intersects(geom, POINT(12612498 4551211))", "", ""},
		{l, 4547, "s_intersects(geom, BBOX(2, 1, 1, 2))", "S_INTERSECTS(geom, BBOX(2, 1, 1, 2))", "column 20: got a box whose west lies beyond its east, want the lower corner first"},
		{records, 0, "geom is null", "geom", ""},
	} {
		e, err := cql.ParseText(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		err = tc.layer.CheckFilter(e, tc.srid)
		var input *layers.InputError
		if tc.value == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.text, err)
			}
			continue
		}
		if !errors.As(err, &input) || input.Param != "filter" || input.Value != tc.value || input.Hint != tc.hint {
			t.Errorf("%s: %v", tc.text, err)
		}
	}
}
