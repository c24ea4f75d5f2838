package read_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"planatlas/geo/read"
)

// collection makes a FeatureCollection of features that stand on lines of their own.
func collection(features ...string) string {
	return "{\"type\":\"FeatureCollection\",\"name\":\"STBHHX\",\"features\":[\n" + strings.Join(features, ",\n") + "\n]}\n"
}

func plotRow(bsm string, x, y, side float64) string {
	return fmt.Sprintf(`{"type":"Feature","id":7,"properties":{"BSM":%q,"MJ":1.5,"n":3,"ok":true,"none":null,"more":{"a":[1]}},"geometry":{"type":"Polygon","coordinates":[[[%[2]v,%[3]v],[%[4]v,%[3]v],[%[4]v,%[5]v],[%[2]v,%[5]v],[%[2]v,%[3]v]]]}}`, bsm, x, y, x+side, y+side)
}

func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// allRows reads all rows of a file.
func allRows(ctx context.Context, path string, o read.Options) (*read.Rows, []read.Row, error) {
	o.GDAL = read.NewGDAL(1)
	r, err := read.OpenRows(ctx, path, o)
	if err != nil {
		return nil, nil, err
	}
	var all []read.Row
	for b, err := range r.Batches() {
		if err != nil {
			_ = r.Close() // the first error counts
			return r, all, err
		}
		for row := range b.Rows() {
			all = append(all, row)
		}
	}
	return r, all, r.Close()
}

func TestRowsOfGeoJSON(t *testing.T) {
	r, rows, err := allRows(t.Context(), file(t, "red.geojson", collection(plotRow("a", 113.5, 37.9, 0.01), plotRow("b", 113.6, 37.9, 0.01))), read.Options{})
	if err != nil || len(rows) != 2 || r.Format != read.FormatGeoJSON || r.System.Code() != "OGC:CRS84" {
		t.Fatalf("%v, %d rows, %+v", err, len(rows), r)
	}
	b := rows[1]
	if b.Number != 2 || b.Line != 3 || b.ID != "7" || b.Err != nil || b.Shape.Geom.Bound() != (orb.Bound{Min: orb.Point{113.6, 37.9}, Max: orb.Point{113.61, 37.91}}) {
		t.Errorf("%+v", b)
	}
	for name, want := range map[string]any{"bsm": "b", "MJ": 1.5, "n": int64(3), "ok": true, "none": nil, "more": `{"a":[1]}`, "other": nil} {
		if got := b.Get(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// TestABadRowCostsNoOther reads files in which one row is wrong in many ways.
func TestABadRowCostsNoOther(t *testing.T) {
	for name, tc := range map[string]struct{ bad, want string }{
		"no JSON":         {`{"type":"Feature","properties":{"BSM":x},"geometry":null}`, "line 3"},
		"no feature":      {`{"type":"Polygon","properties":{},"geometry":null}`, `the type "Feature"`},
		"open ring":       {`{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[113.5,37.9],[113.6,37.9],[113.6,38],[113.5,38]]]}}`, "a closed ring"},
		"short ring":      {`{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[113.5,37.9],[113.6,37.9],[113.5,37.9]]]}}`, "at least four points"},
		"swapped":         {plotRow("x", 37.9, 113.5, 0.01), "numbers like those of the rest"},
		"projected":       {plotRow("x", 38463329, 4191674, 10), "numbers like those of the rest"},
		"unknown type":    {`{"type":"Feature","properties":{},"geometry":{"type":"Triangle","coordinates":[]}}`, "a type of geometry"},
		"text coordinate": {`{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":["113","37"]}}`, "a valid GeoJSON feature"},
		"infinite":        {`{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1e999,37]}}`, "a valid GeoJSON feature"},
		"not UTF-8":       {"{\"type\":\"Feature\",\"properties\":{\"MC\":\"\xd1\xf4\xc8\xaa\"},\"geometry\":null}", "a valid GeoJSON feature"},
	} {
		t.Run(name, func(t *testing.T) {
			_, rows, err := allRows(t.Context(), file(t, "x.geojson", collection(plotRow("a", 113.5, 37.9, 0.01), tc.bad, plotRow("b", 113.6, 37.9, 0.01))), read.Options{})
			if err != nil || len(rows) != 3 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			if rows[0].Err != nil || rows[2].Err != nil || rows[2].Get("BSM") != "b" || rows[2].Line != 4 {
				t.Errorf("the other rows: %+v, %+v", rows[0], rows[2])
			}
			if rows[1].Err == nil || !strings.Contains(rows[1].Err.Error(), tc.want) || rows[1].Number != 2 || rows[1].Shape != nil {
				t.Errorf("got %v, want %s", rows[1].Err, tc.want)
			}
		})
	}
}

func TestRowsOfWholeFilesThatAreWrong(t *testing.T) {
	whole := collection(plotRow("a", 113.5, 37.9, 0.01), plotRow("b", 113.6, 37.9, 0.01))
	for name, tc := range map[string]struct{ text, want string }{
		"cut off in a row":   {whole[:len(whole)-40], "cut off"},
		"cut off behind":     {strings.TrimSuffix(whole, "\n]}\n"), "the end of the file"},
		"cut off at the end": {strings.TrimSuffix(whole, "}\n"), "does not end"},
		"no rows":            {collection(), "without any usable geometry"},
		"no features":        {`{"type":"FeatureCollection"}`, "array of features"},
		"crs behind":         {strings.Replace(whole, "]}\n", `],"crs":{"type":"name","properties":{"name":"EPSG:4526"}}}`, 1), "behind the features"},
		"two datums":         {strings.Replace(whole, `"name":"STBHHX"`, `"crs":{"type":"name","properties":{"name":"EPSG:2362"}}`, 1), "Xi"},
		"rubbish between":    {strings.Replace(whole, ",\n{", ",\nx{", 1), "line 3"},
		"empty":              {"", "an empty file"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, rows, err := allRows(t.Context(), file(t, "x.geojson", tc.text), read.Options{}); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%d rows, %v, want %s", len(rows), err, tc.want)
			}
		})
	}
}

// TestALargeRowNamesItself reads a row with more points than are allowed between two
// others, and rows that fill several batches.
func TestALargeRowNamesItself(t *testing.T) {
	var ring strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&ring, "[%.9f,37.95],", 113.5+float64(i)*1e-7)
	}
	large := `{"type":"Feature","properties":{"BSM":"large"},"geometry":{"type":"Polygon","coordinates":[[` + ring.String() + `[113.5,37.95]]]}}`
	path := file(t, "x.geojson", collection(plotRow("a", 113.5, 37.9, 0.01), large, plotRow("b", 113.6, 37.9, 0.01)))
	_, rows, err := allRows(t.Context(), path, read.Options{Limits: read.Limits{Vertices: 50_000}})
	if err != nil || len(rows) != 3 || rows[1].Err == nil || !strings.Contains(rows[1].Err.Error(), "at most 50000 points") || rows[2].Get("BSM") != "b" {
		t.Fatalf("%d rows, %v: %+v", len(rows), err, rows)
	}
	if _, rows, err = allRows(t.Context(), path, read.Options{}); err != nil || len(rows) != 3 || rows[1].Err != nil || rows[2].Line != 4 || rows[2].Number != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
}

// TestRowsAreTheSameInEveryFormat writes the same rows by GDAL in all formats that
// officials deliver, in three systems, and reads them back.
func TestRowsAreTheSameInEveryFormat(t *testing.T) {
	src := file(t, "STBHHX.geojson", collection(strings.Replace(plotRow("1403", 113.5, 37.9, 0.001), `"BSM"`, `"MC":"藏山红线","BSM"`, 1), strings.Replace(plotRow("1404", 113.6, 38, 0.001), `"BSM"`, `"MC":"阳泉","BSM"`, 1)))
	for _, tc := range []struct{ driver, name, crs string }{
		{"ESRI Shapefile", "STBHHX.shp", "EPSG:4526"}, {"ESRI Shapefile", "STBHHX.shp", "EPSG:4547"}, {"GPKG", "STBHHX.gpkg", "EPSG:4526"},
		{"GPKG", "STBHHX.gpkg", "EPSG:4490"}, {"OpenFileGDB", "STBHHX.gdb", "EPSG:4547"}, {"FlatGeobuf", "STBHHX.fgb", "EPSG:4526"}, {"FlatGeobuf", "STBHHX.fgb", "EPSG:4490"},
		{"GeoJSON", "again.geojson", "EPSG:4526"}, {"GeoJSONSeq", "seq.geojson", "EPSG:4326"}, {"MapInfo File", "STBHHX.tab", "EPSG:4490"},
	} {
		t.Run(tc.driver+" "+tc.crs, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), tc.name)
			args := []string{"-q", "-f", tc.driver, "-t_srs", tc.crs, "-nln", "STBHHX", out, src}
			if tc.driver == "ESRI Shapefile" {
				args = append(args, "-lco", "ENCODING=GBK")
			}
			if said, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			if tc.driver == "ESRI Shapefile" {
				if err := os.Remove(strings.TrimSuffix(out, ".shp") + ".cpg"); err != nil {
					t.Fatal(err)
				}
			}
			r, rows, err := allRows(t.Context(), out, read.Options{})
			if err != nil || len(rows) != 2 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			// FlatGeobuf with an index is ordered by place.
			slices.SortFunc(rows, func(a, b read.Row) int { return cmp.Compare(fmt.Sprint(a.Get("BSM")), fmt.Sprint(b.Get("BSM"))) })
			for i, x := range []float64{113.5, 113.6} {
				b := rows[i].Shape.Geom.Bound()
				if rows[i].Err != nil || math.Abs(b.Min[0]-x) > 2e-9 || math.Abs(b.Max[0]-x-0.001) > 2e-9 {
					t.Errorf("row %d of %s: %+v at %v", i+1, r.System, rows[i], b)
				}
			}
			if rows[0].Get("MC") != "藏山红线" || rows[1].Get("BSM") != "1404" || rows[1].Get("MJ") != 1.5 {
				t.Errorf("%+v", rows)
			}
			if hash, err := r.SHA256(); err != nil || len(hash) != 64 {
				t.Errorf("hash %s, %v", hash, err)
			}
		})
	}
}

// TestRowsOfAZIP reads a Shapefile from a ZIP with a folder in it, and refuses two.
func TestRowsOfAZIP(t *testing.T) {
	dir := t.TempDir()
	src := file(t, "a.geojson", collection(plotRow("1", 113.5, 37.9, 0.001)))
	for _, name := range []string{"STBHHX", "CZKFBJ"} {
		if said, err := exec.Command("ogr2ogr", "-q", "-t_srs", "EPSG:4526", filepath.Join(dir, name+".shp"), src).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	pack := func(names ...string) string {
		path := filepath.Join(t.TempDir(), "red.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		for _, name := range names {
			for _, end := range []string{".shp", ".shx", ".dbf", ".prj"} {
				b, err := os.ReadFile(filepath.Join(dir, name+end))
				if err != nil {
					t.Fatal(err)
				}
				w, err := z.Create("红线/" + name + end)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(b); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	r, rows, err := allRows(t.Context(), pack("STBHHX"), read.Options{})
	if err != nil || len(rows) != 1 || r.Layer != "STBHHX" || r.System.Code() != "EPSG:4526" {
		t.Errorf("%d rows, %v, %+v", len(rows), err, r)
	}
	if _, _, err := allRows(t.Context(), pack("STBHHX", "CZKFBJ"), read.Options{}); err == nil || !strings.Contains(err.Error(), "one layer of: STBHHX, CZKFBJ") {
		t.Errorf("got %v", err)
	}
	if r, _, err = allRows(t.Context(), pack("STBHHX", "CZKFBJ"), read.Options{Layer: "CZKFBJ"}); err != nil || r.Layer != "CZKFBJ" {
		t.Errorf("got %v", err)
	}
}

// TestLongEdgesStayWhereTheyAre reads an edge of 10 km in a plane.
func TestLongEdgesStayWhereTheyAre(t *testing.T) {
	text := strings.Replace(collection(plotRow("a", 38463329, 4191674, 10_000)), `"name":"STBHHX"`, `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4526"}}`, 1)
	_, rows, err := allRows(t.Context(), file(t, "x.geojson", text), read.Options{})
	if err != nil || len(rows) != 1 || rows[0].Err != nil || rows[0].Between != 4*49 {
		t.Errorf("%v: %+v", err, rows)
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte(collection(plotRow("a", 113.5, 37.9, 0.01))))
	f.Add([]byte(plotRow("a", 113.5, 37.9, 0.01) + "\n\x1e" + plotRow("b", 38463329, 4191674, 10)))
	f.Add([]byte(`{"crs":{"type":"name","properties":{"name":"EPSG:4526"}},"features":[{"geometry":{"coordinates":[[[1,2]]],"type":"MultiLineString"},"type":"Feature","properties":{"a\u00e9":"\ud83d\ude00\n"}}]}`))
	src := filepath.Join(f.TempDir(), "s.geojson")
	if err := os.WriteFile(src, []byte(collection(plotRow("a", 113.5, 37.9, 0.01))), 0o600); err != nil {
		f.Fatal(err)
	}
	for _, index := range []string{"YES", "NO"} {
		out := filepath.Join(f.TempDir(), index+".fgb")
		if said, err := exec.Command("ogr2ogr", "-q", "-lco", "SPATIAL_INDEX="+index, out, src).CombinedOutput(); err != nil {
			f.Fatalf("%v: %s", err, said)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	path := filepath.Join(f.TempDir(), "x")
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || data[0] != '{' && data[0] != '\x1e' && !bytes.HasPrefix(data, []byte("fgb\x03fgb")) {
			return // the other readers have targets of their own
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := read.OpenRows(t.Context(), path, read.Options{})
		if err != nil {
			return
		}
		n := 0
		for b, err := range r.Batches() {
			if err != nil {
				break
			}
			for row := range b.Rows() {
				if n++; row.Number != n || row.Err != nil && row.Shape != nil {
					t.Fatalf("row %d: %+v", n, row)
				}
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
