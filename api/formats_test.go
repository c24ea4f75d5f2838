package api_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// fileFormats are the values of f whose answers GDAL reads.
func fileFormats() map[string]string {
	return map[string]string{"geojson": ".geojson", "geojsonseq": ".geojsons", "ndjson": ".geojsonl", "csv": ".csv", "kml": ".kml",
		"fgb": ".fgb", "gpkg": ".gpkg", "shp": ".shp.zip", "gml": ".gml", "jsonfg": ".geojson"}
}

// run runs a program and returns what it writes.
func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, said.String())
	}
	return out
}

// gdalRead reads the answer through GDAL as GeoJSON of its own CRS.
func gdalRead(t *testing.T, a answer, extension string, options ...string) []feature {
	t.Helper()
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %.300s", a.Request.URL, a.StatusCode, a.body)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"+extension), filepath.Join(dir, "out.json")
	if err := os.WriteFile(in, a.body, 0o600); err != nil {
		t.Fatal(err)
	}
	if extension == ".shp.zip" {
		in = "/vsizip/" + in
	}
	run(t, "ogr2ogr", slices.Concat([]string{"-f", "GeoJSON", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=9", out, in}, options)...)
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var doc featureCollection
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%v in %.300s", err, text)
	}
	return doc.Features
}

// everyShape is a layer of mixed geometries, with everything that a value can be.
func everyShape() (*layers.Layer, iter.Seq2[layers.Feature, error]) {
	l := typed()
	l.ID, l.Geometry = "shapes", "Geometry"
	square := func(x, y, r float64) orb.Ring {
		return orb.Ring{{x - r, y - r}, {x + r, y - r}, {x + r, y + r}, {x - r, y + r}, {x - r, y - r}}
	}
	hole := square(113.5, 37.9, 0.1)
	hole.Reverse()
	shapes := map[string]orb.Geometry{
		"point": orb.Point{113.1234567, 37.7654321}, "line": orb.LineString{{113, 37}, {113.5, 37.25}, {114, 38}},
		"polygon": orb.Polygon{square(113.5, 37.9, 0.2), hole}, "points": orb.MultiPoint{{113, 37}, {114, 38}},
		"lines":    orb.MultiLineString{{{113, 37}, {114, 38}}, {{113, 38}, {114, 37}, {114.5, 37}}},
		"polygons": orb.MultiPolygon{{square(113.5, 37.9, 0.2), hole}, {square(112.5, 37.9, 0.1)}}, "none": nil,
	}
	texts := []string{"", "阳泉", "a,b", `"quoted"`, "two\nlines", " spaces ", "<&>'", "=1+1", "𠀀"}
	return l, func(yield func(layers.Feature, error) bool) {
		for i, id := range slices.Sorted(maps.Keys(shapes)) {
			f := layers.Feature{ID: id, Origin: "test", Values: map[string]any{"name_zh": "名" + id, "name_en": "name", "status": "existing", "geometry_source": "test",
				"legal_effect": "indicative", "valid_from": "2021-01-01", "accuracy_m": 5.0, "a_string": texts[i%len(texts)], "a_integer": int64(i) - 3, "a_number": float64(i) / 8,
				"a_boolean": i%2 == 0, "a_date": "2024-02-29"}}
			if g := shapes[id]; g != nil {
				f.Shape = &geo.Shape{SRID: geo.CGCS2000, Geom: g}
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// serveShapes serves the layers shapes and, of one type, typed.
func serveShapes(t *testing.T) *service {
	t.Helper()
	database := storetest.URL(t)
	load := storetest.Yangquan(t)
	l, features := everyShape()
	load.Sets = append(load.Sets, layers.FeatureSet{Layer: l, Features: features}, layers.FeatureSet{Layer: typed(), Features: typedFeatures()})
	if _, err := storetest.Open(t, database).Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	return serveOn(t, database, store.Options{}, nil)
}

// TestGDALReadsEveryFormat downloads layers in each format and holds what GDAL
// reads against the GeoJSON of the service: ids, values and geometries.
func TestGDALReadsEveryFormat(t *testing.T) {
	s := serveShapes(t)
	for _, collection := range []string{"shapes", "development_zones", "transport_links", "plan_indicators"} {
		want := read[featureCollection](t, s.get(t, "/collections/"+collection+"/items?limit=10000"), http.StatusOK)
		for f, extension := range fileFormats() {
			t.Run(collection+"/"+f, func(t *testing.T) {
				a := s.get(t, "/collections/"+collection+"/download?f="+f)
				if f == "shp" && (collection == "shapes" || collection == "plan_indicators") {
					wantProblem(t, a, http.StatusBadRequest)
					return
				}
				got := gdalRead(t, a, extension)
				if len(got) != len(want.Features) {
					t.Fatalf("%d features, want %d", len(got), len(want.Features))
				}
				byID := map[string]feature{}
				for _, g := range got {
					id := g.ID
					if text, ok := g.Properties["id"].(string); ok {
						id = text
					}
					byID[id] = g
				}
				for _, w := range want.Features {
					g, ok := byID[w.ID]
					if !ok {
						t.Fatalf("%s is missing in %v", w.ID, slices.Collect(maps.Keys(byID)))
					}
					sameValues(t, f, w, g)
					sameGeometry(t, f, w, g)
				}
			})
		}
	}
}

// sameValues compares what the format can hold: CSV and GML know text alone,
// shapefiles short names and no nulls, KML and FlatGeobuf no missing text.
func sameValues(t *testing.T, format string, want, got feature) {
	t.Helper()
	for name, w := range want.Properties {
		g, there := got.Properties[name]
		if format == "shp" {
			if len(name) > 10 || fmt.Sprint(w) == "" || len(fmt.Sprint(w)) > 250 {
				continue
			}
		}
		if w == nil || w == "" {
			if there && g != nil && g != "" && !(format == "shp" && fmt.Sprint(g) == "0") {
				t.Errorf("%s.%s is %v, want nothing", want.ID, name, g)
			}
			continue
		}
		if format == "csv" || format == "gml" || format == "kml" || format == "shp" || format == "fgb" || format == "gpkg" {
			w, g = loose(w), loose(g)
		}
		if !reflect.DeepEqual(w, g) {
			t.Errorf("%s.%s is %#v, want %#v", want.ID, name, g, w)
		}
	}
}

// loose writes values as text, dates and truth in one way.
func loose(v any) string {
	text := strings.TrimSpace(strings.ReplaceAll(fmt.Sprint(v), "\r\n", "\n"))
	switch text {
	case "true":
		return "1"
	case "false":
		return "0"
	}
	return strings.TrimSuffix(strings.ReplaceAll(text, "/", "-"), "T00:00:00")
}

func sameGeometry(t *testing.T, format string, want, got feature) {
	t.Helper()
	if (want.Geometry == nil) != (got.Geometry == nil) {
		t.Errorf("%s: geometry %v, want %v", want.ID, got.Geometry, want.Geometry)
		return
	}
	if want.Geometry == nil {
		return
	}
	a, b := numbers(t, want.Geometry.Coordinates), numbers(t, got.Geometry.Coordinates)
	if format == "shp" || format == "gml" || format == "kml" { // they order rings or tell one part from many in their own way
		slices.Sort(a)
		slices.Sort(b)
	} else if want.Geometry.Type != got.Geometry.Type {
		t.Errorf("%s: a %s, want a %s", want.ID, got.Geometry.Type, want.Geometry.Type)
	}
	if len(a) != len(b) {
		t.Errorf("%s: %d numbers, want %d", want.ID, len(b), len(a))
		return
	}
	for i := range a {
		if d := a[i] - b[i]; d > 2e-7 || d < -2e-7 {
			t.Errorf("%s: coordinate %d is %v, want %v", want.ID, i, b[i], a[i])
			return
		}
	}
}

// numbers lists all coordinates.
func numbers(t *testing.T, coordinates json.RawMessage) (out []float64) {
	t.Helper()
	var v any
	if err := json.Unmarshal(coordinates, &v); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case float64:
			out = append(out, v)
		}
	}
	walk(v)
	return out
}

// TestADownloadIsTheWholeOfItsItems compares a download, which is read in parts,
// with pages of the same conditions and order.
func TestADownloadIsTheWholeOfItsItems(t *testing.T) {
	s := serveMany(t, 4500)
	for _, query := range []string{"", "sortby=-a_string,a_integer", "bbox=113.1,37,113.3,38", "filter=a_integer%3D1&sortby=a_date", "a_boolean=true&properties=a_string&crs=EPSG:4547", "filter=a_string%3D%27nobody%27"} {
		want := read[featureCollection](t, s.get(t, "/collections/typed/items?limit=10000&"+query), http.StatusOK)
		a := s.get(t, "/collections/typed/download?"+query)
		got := read[featureCollection](t, a, http.StatusOK)
		if !slices.Equal(got.ids(), want.ids()) || got.NumberReturned != len(want.Features) || got.NumberMatched != len(want.Features) || !reflect.DeepEqual(got.Features, want.Features) {
			t.Errorf("%s: %d features, want %d", query, len(got.Features), len(want.Features))
		}
		if a.Header.Get("Content-Disposition") != `attachment; filename="typed.geojson"` {
			t.Errorf("%s: %v", query, a.Header)
		}
		head := do(t, s.request(t, http.MethodHead, "/collections/typed/download?"+query, ""))
		if head.StatusCode != http.StatusOK || head.Header.Get("ETag") != a.Header.Get("ETag") || head.Header.Get("Content-Type") != a.Header.Get("Content-Type") {
			t.Errorf("%s: HEAD %v, GET %v", query, head.Header, a.Header)
		}
	}
	for param, query := range map[string]string{"limit": "limit=1", "cursor": "cursor=x", "offset": "offset=1"} {
		if p := wantProblem(t, s.get(t, "/collections/typed/download?"+query), http.StatusBadRequest); p.Parameter != param {
			t.Errorf("%+v", p)
		}
	}
}
