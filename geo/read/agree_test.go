package read_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/read"
)

// TestAgreesWithGeoJSONSite holds Sites against GeoJSONSite over its corpus: what one
// takes the other takes, with the same polygons. Sites takes more: systems that are
// named, and other text than UTF-8.
func TestAgreesWithGeoJSONSite(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "site", "*", "*.geojson"))
	if err != nil || len(files) < 50 {
		t.Fatal(len(files), err)
	}
	more := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		one, err1 := read.GeoJSONSite(data, read.Limits{})
		all, err2 := read.Sites(t.Context(), data, read.Options{Faults: read.KeepFaults})
		if err1 != nil {
			if err2 == nil {
				more++
				t.Logf("only Sites takes %s: %v", file, err1)
			}
			continue
		}
		if err2 != nil {
			t.Errorf("%s: %v", file, err2)
			continue
		}
		var got []orb.Polygon
		for _, p := range all.Plots {
			got = append(got, geo.Polygons(p.Shape.Geom)...)
		}
		if want := geo.Polygons(one.Shape.Geom); !orb.Equal(orb.MultiPolygon(got), orb.MultiPolygon(want)) {
			t.Errorf("%s: got %v, want %v", file, got, want)
		}
	}
	if more > 12 {
		t.Errorf("Sites takes %d files that GeoJSONSite refuses", more)
	}
}
