package api_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const madeFiles = "../geo/testdata/sites"

// form is a file and fields as a browser sends them.
func form(t *testing.T, file string, fields map[string]string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != "" {
		data, err := os.ReadFile(filepath.Join(madeFiles, file))
		if err != nil {
			t.Fatal(err)
		}
		part, err := w.CreateFormFile("file", filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

type handedDoc struct {
	Verdict string
	Project map[string]any
	Site    struct {
		Input     struct{ Format, CRS string }
		Area      struct{ M2 float64 }
		AccuracyM float64 `json:"accuracy_m"`
	}
}

// TestTheSameSiteInAnyFile: the plot of the handbook gives one verdict and one area,
// in whatever file it comes.
func TestTheSameSiteInAnyFile(t *testing.T) {
	s := serve(t)
	var first handedDoc
	for i, file := range []string{"txt-gbk.txt", "txt-gbk-crlf.txt", "shp-gbk-no-cpg.zip", "geopackage.gpkg", "flatgeobuf.fgb", "filegdb.gdb.zip", "mapinfo.mif.zip", "gml.gml", "geojson-4526.geojson", "../odd/kml-parcel.kml", "../odd/dxf-parcel.dxf", "../odd/xlsx-parcel.xlsx"} {
		body, kind := form(t, "good/"+file, map[string]string{"project": `{"hazardous":false}`, "accuracy_m": "0.05"})
		got := read[handedDoc](t, s.send(t, http.MethodPost, "/checks", body, "Content-Type", kind), http.StatusCreated)
		if got.Site.Input.CRS != "EPSG:4526" && !strings.HasSuffix(file, ".kml") || got.Site.AccuracyM != 0.05 || got.Project["hazardous"] != false {
			t.Errorf("%s: %+v", file, got)
		}
		if i == 0 {
			first = got
		}
		if got.Verdict != first.Verdict || got.Site.Area.M2-9599.68 > 0.01 || got.Site.Area.M2-9599.68 < -0.01 {
			t.Errorf("%s: %s, %f m²", file, got.Verdict, got.Site.Area.M2)
		}
	}
	raw, err := os.ReadFile(filepath.Join(madeFiles, "good/txt-gbk.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if got := read[handedDoc](t, s.send(t, http.MethodPost, "/checks", string(raw), "Content-Type", "text/plain"), http.StatusCreated); got.Site.Input.Format != "txt" {
		t.Errorf("raw: %+v", got)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	s := serve(t)
	bow := `{"type":"Polygon","coordinates":[[[113.58,37.85],[113.59,37.86],[113.59,37.85],[113.58,37.86],[113.58,37.85]]]}`
	for _, tc := range []struct {
		name, file, path, body string
		fields                 map[string]string
		status                 int
		says                   string
	}{
		{name: "a drawing that needs a program", file: "broken/dwg.dwg", status: http.StatusBadRequest, says: "DXF"},
		{name: "no file", fields: map[string]string{"site-crs": "EPSG:4526"}, status: http.StatusBadRequest, says: "one file"},
		{name: "an unknown field", file: "good/txt-gbk.txt", fields: map[string]string{"colour": "red"}, status: http.StatusBadRequest, says: "colour"},
		{name: "a shape that crosses itself", path: "/checks", body: bow, status: http.StatusUnprocessableEntity},
		{name: "repair that is no answer", path: "/checks?repair=perhaps", body: bow, status: http.StatusBadRequest, says: "true or false"},
		{name: "a shifted system that is none", path: "/checks?site-crs=GCJ-03", body: bow, status: http.StatusUnprocessableEntity, says: "GCJ-03"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			body, kind, path := tc.body, "application/geo+json", tc.path
			if path == "" {
				path = "/checks"
				body, kind = form(t, tc.file, tc.fields)
			}
			if p := wantProblem(t, s.send(t, http.MethodPost, path, body, "Content-Type", kind), tc.status); !strings.Contains(p.Detail, tc.says) {
				t.Errorf("%s", p.Detail)
			}
		})
	}
	mended := read[handedDoc](t, s.send(t, http.MethodPost, "/checks?repair=true", bow, "Content-Type", "application/geo+json"), http.StatusCreated)
	if mended.Site.Area.M2 < 400_000 || mended.Site.Area.M2 > 600_000 {
		t.Errorf("mended: %+v", mended)
	}
	shifted := read[handedDoc](t, s.send(t, http.MethodPost, "/checks?site-crs=GCJ-02", strings.ReplaceAll(bow, "[113.59,37.86],[113.59,37.85],[113.58,37.86]", "[113.59,37.85],[113.59,37.86]"), "Content-Type", "application/geo+json"), http.StatusCreated)
	if shifted.Site.AccuracyM < 2 {
		t.Errorf("shifted: %+v", shifted)
	}
}

// formOf is a form with files.
func formOf(t *testing.T, files ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(madeFiles, file))
		if err != nil {
			t.Fatal(err)
		}
		part, err := w.CreateFormFile("file", filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// TestAlternativesInAnyFile: the plots of a file and several files are compared as the
// features of a collection are.
func TestAlternativesInAnyFile(t *testing.T) {
	s := serve(t)
	type comparison struct {
		Sites []struct {
			Name string
			Area struct{ M2 float64 }
		}
	}
	for name, files := range map[string][]string{"plots": {"good/txt-two-plots.txt"}, "files": {"good/txt-gbk.txt", "good/shp-gbk-no-cpg.zip", "odd/kml.kml"}} {
		body, kind := formOf(t, files...)
		got := read[comparison](t, s.send(t, http.MethodPost, "/checks/compare", body, "Content-Type", kind), http.StatusOK)
		if len(got.Sites) != max(len(files), 2) {
			t.Fatalf("%s: %+v", name, got)
		}
		for _, site := range got.Sites {
			if site.Name == "" || site.Area.M2 < 100 {
				t.Errorf("%s: %+v", name, site)
			}
		}
	}
	for says, files := range map[string][]string{"sites: 1": {"good/txt-gbk.txt"}, "dwg.dwg": {"good/txt-gbk.txt", "broken/dwg.dwg"}} {
		body, kind := formOf(t, files...)
		if p := wantProblem(t, s.send(t, http.MethodPost, "/checks/compare", body, "Content-Type", kind), http.StatusBadRequest); !strings.Contains(p.Detail, says) {
			t.Errorf("%s", p.Detail)
		}
	}
	body, kind := formOf(t, "good/txt-gbk.txt", "odd/kml.kml")
	if p := wantProblem(t, s.send(t, http.MethodPost, "/checks", body, "Content-Type", kind), http.StatusBadRequest); !strings.Contains(p.Detail, "one file") {
		t.Errorf("%s", p.Detail)
	}
}

// TestWhatThePlanSaysOfAFile: /plan takes the files that /checks takes.
func TestWhatThePlanSaysOfAFile(t *testing.T) {
	s := serve(t)
	body, kind := form(t, "good/txt-gbk.txt", nil)
	got := read[struct {
		Place    struct{ Type string }
		Counties []struct{ ID string }
	}](t, s.send(t, http.MethodPost, "/plan?within=100", body, "Content-Type", kind), http.StatusOK)
	if got.Place.Type != "Polygon" || len(got.Counties) == 0 {
		t.Errorf("%+v", got)
	}
}
