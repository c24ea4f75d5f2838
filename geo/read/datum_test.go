package read_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"planatlas/geo/crs"
	"planatlas/geo/read"
)

// TestInstalledParameters: with the operator's parameters files on an old datum are
// read, said to be so, and no more exact than he states; without them they are refused.
func TestInstalledParameters(t *testing.T) {
	seven := crs.Transformation{From: crs.Xian80, AccuracyM: 0.5, Seven: true, DX: 12.5, DY: -30.25, DZ: 8.75, RotX: 0.8, RotY: -1.2, RotZ: 2.1, ScalePPM3: -3.4}
	four := crs.Transformation{From: crs.Xian80, AccuracyM: 0.1, Four: true, Meridian: 114, North: 10, East: -20}
	xian := strings.Replace(parcel, "坐标系=2000国家大地坐标系", "坐标系=1980西安坐标系", 1)
	geojson := `{"type":"Polygon","crs":{"type":"name","properties":{"name":"EPSG:2383"}},"coordinates":[[[463329,4191674],[463429,4191674],[463429,4191774],[463329,4191674]]]}`
	csv := "X,Y\n4191674,38463329\n4191774,38463329\n4191774,38463429\n"
	for _, tc := range []struct {
		name, data, declared, code string
		by                         crs.Transformation
		lon, lat                   float64 // of the first corner; 0: not looked at
	}{
		{"TXT by its head", xian, "", "EPSG:2362", seven, 113.582419492141, 37.856853261251},
		{"TXT by four", xian, "", "EPSG:2362", four, 0, 0},
		{"TXT without number", strings.ReplaceAll(xian, ",384", ",4"), "", "EPSG:2383", four, 0, 0},
		{"GeoJSON by its crs", geojson, "", "EPSG:2383", four, 0, 0},
		{"CSV as declared", csv, "EPSG:2362", "EPSG:2362", seven, 113.582419492141, 37.856853261251},
		{"CSV by the name of the datum", csv, "西安80坐标系", "EPSG:2362", seven, 113.582419492141, 37.856853261251},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := read.Sites(t.Context(), []byte(tc.data), read.Options{CRS: tc.declared, Datums: []crs.Transformation{tc.by}})
			if err != nil {
				t.Fatal(err)
			}
			if r.CRS != tc.code || r.AccuracyM != tc.by.AccuracyM || !strings.Contains(codes(r), "old_datum") || strings.Contains(codes(r), "datum_assumed") {
				t.Errorf("%s, %g m, %s", r.CRS, r.AccuracyM, codes(r))
			}
			first := r.Plots[0].Shape.Geom.Bound()
			if tc.lon != 0 && (math.Abs(first.Min[0]-tc.lon) > 2e-5 || math.Abs(first.Min[1]-tc.lat) > 1e-5) {
				t.Errorf("%v, want %v %v", first, tc.lon, tc.lat)
			}
			plain, _ := crs.ByEPSG(4547)
			if lon, _ := plain.Inverse(4191674, 463329); math.Abs(first.Min[0]-lon) < 1e-5 {
				t.Errorf("taken as CGCS2000: %v", first)
			}
			var wrong *read.Error
			if _, err := read.Sites(t.Context(), []byte(tc.data), read.Options{CRS: tc.declared}); !errors.As(err, &wrong) || !strings.Contains(wrong.Hint, "no transformation installed") {
				t.Errorf("without parameters: %v", err)
			}
		})
	}
	for name, tc := range map[string]struct {
		data, declared string
		by             crs.Transformation
	}{
		"the zone of another meridian":     {strings.NewReplacer("带号=38", "带号=39", ",384", ",392").Replace(xian), "", four},
		"another old datum":                {strings.Replace(xian, "1980西安", "1954北京", 1), "", seven},
		"declared otherwise than the head": {xian, "EPSG:4526", seven},
		"declared old, and the head new":   {parcel, "EPSG:2362", seven},
	} {
		var wrong *read.Error
		if _, err := read.Sites(t.Context(), []byte(tc.data), read.Options{CRS: tc.declared, Datums: []crs.Transformation{tc.by}}); !errors.As(err, &wrong) || wrong.ZH == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
