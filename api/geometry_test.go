package api_test

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

type checkedDoc struct {
	ID      string
	Verdict string
	Site    struct {
		Input struct{ Name, Format, CRS string }
		Area  struct{ M2 float64 }
	}
	Findings []struct {
		Geometry *struct{ Type string }
	}
	Remainder *struct{ Area struct{ M2 float64 } }
	Links     []struct{ Href, Rel string }
}

// TestWhatIsExportedIsTakenAgain: the site of a check is handed in again in every
// format and many systems, with the same verdict and area.
func TestWhatIsExportedIsTakenAgain(t *testing.T) {
	s := serve(t)
	body, kind := form(t, "good/txt-gbk.txt", nil)
	parcel := read[checkedDoc](t, s.send(t, http.MethodPost, "/checks", body, "Content-Type", kind), http.StatusCreated)
	drawn := read[checkedDoc](t, s.send(t, http.MethodPost, "/checks", `{"type":"Feature","properties":{"name":"白泉一号地块"},"geometry":{"type":"Polygon","coordinates":[[[113.88,37.95],[113.883,37.9502],[113.8829,37.953],[113.8801,37.9529],[113.88,37.95]]]}}`, "Content-Type", "application/geo+json"), http.StatusCreated)
	for _, tc := range []struct {
		site     checkedDoc
		query    string
		declared string // system that the file cannot name
		format   string
		crs      string
		within   float64 // m²
	}{
		{parcel, "", "", "geojson", "OGC:CRS84", 0.01},
		{parcel, "?f=txt", "", "txt", "EPSG:4526", 1e-6},
		{parcel, "?f=txt&charset=utf-8&decimals=4", "", "txt", "EPSG:4526", 1e-6},
		{parcel, "?f=txt&file-crs=EPSG:4547", "", "txt", "EPSG:4547", 1e-6},
		{parcel, "?f=txt&file-crs=4498", "", "txt", "EPSG:4498", 0.01},
		{parcel, "?f=txt&file-crs=EPSG:4525", "", "txt", "EPSG:4525", 0.01},
		{parcel, "?f=shp", "", "shapefile", "EPSG:4526", 1e-6},
		{parcel, "?f=shp&charset=gbk&file-crs=EPSG:4490", "", "shapefile", "EPSG:4490", 0.01},
		{parcel, "?f=dxf", "", "dxf", "EPSG:4526", 1e-6},
		{parcel, "?f=dxf&file-crs=EPSG:4547", "EPSG:4547", "dxf", "EPSG:4547", 1e-6},
		{parcel, "?f=kml", "", "kml", "EPSG:4326", 0.01},
		{parcel, "?f=gpkg&file-crs=EPSG:3857", "", "geopackage", "EPSG:3857", 0.01},
		{parcel, "?f=gml", "", "gml", "EPSG:4526", 1e-6},
		{parcel, "?f=fgb", "", "flatgeobuf", "EPSG:4526", 1e-6},
		{drawn, "", "", "geojson", "OGC:CRS84", 0.01},
		{drawn, "?f=kml", "", "kml", "EPSG:4326", 0.01},
		{drawn, "?f=shp", "", "shapefile", "EPSG:4490", 0.01},
		{drawn, "?f=dxf", "", "dxf", "EPSG:4526", 0.01},
		{drawn, "?f=txt", "", "txt", "EPSG:4526", 0.02}, // of a boundary of 1.2 km to a tenth of a millimetre
	} {
		t.Run(tc.site.Site.Input.Name+tc.query, func(t *testing.T) {
			file := s.get(t, "/checks/"+tc.site.ID+"/geometry"+tc.query)
			if file.StatusCode != http.StatusOK || file.Header.Get("Content-Crs") == "" || !strings.Contains(file.Header.Get("Content-Disposition"), "check-"+tc.site.ID) {
				t.Fatalf("%d %v %.500s", file.StatusCode, file.Header, file.body)
			}
			path := "/checks"
			if tc.declared != "" {
				path += "?site-crs=" + tc.declared
			}
			got := read[checkedDoc](t, s.send(t, http.MethodPost, path, string(file.body), "Content-Type", "application/octet-stream"), http.StatusCreated)
			in := got.Site.Input
			if d := math.Abs(got.Site.Area.M2 - tc.site.Site.Area.M2); got.Verdict != tc.site.Verdict || d > tc.within || in.Format != tc.format || in.CRS != tc.crs {
				t.Errorf("%s, %g m² off, %+v; want %s", got.Verdict, d, in, tc.site.Verdict)
			}
			if in.Name != tc.site.Site.Input.Name && tc.format != "dxf" {
				t.Errorf("name %q", in.Name)
			}
		})
	}
	text := s.get(t, "/checks/"+parcel.ID+"/geometry?f=txt").body
	utf8, err := simplifiedchinese.GBK.NewDecoder().Bytes(text)
	if err != nil || !strings.Contains(string(utf8), "J1,1,4191674.000,38463329.000\r\nJ2,1,4191774.000,38463329.000\r\n") || !strings.Contains(string(utf8), "\r\n10,0.9600,"+parcel.ID[:8]+"-1,地块一,面,,,,@\r\n") {
		t.Errorf("%v %s", err, utf8)
	}
}

// TestConflictsAndRemainderAsFiles holds what is exported against the answer.
func TestConflictsAndRemainderAsFiles(t *testing.T) {
	s := serve(t)
	a := read[checkedDoc](t, s.post(t, siteAround(113.88, 37.95, 0.01)), http.StatusCreated)
	areas := 0
	for _, f := range a.Findings {
		if f.Geometry != nil && strings.HasSuffix(f.Geometry.Type, "Polygon") {
			areas++
		}
	}
	got := read[featureCollection](t, s.get(t, "/checks/"+a.ID+"/geometry?what=conflicts"), http.StatusOK)
	if areas == 0 || len(got.Features) != areas {
		t.Fatalf("%d conflicts, %d findings with an area", len(got.Features), areas)
	}
	for _, f := range got.Features {
		if f.Properties["role"] != "conflicts" || f.Properties["rule"] == nil || f.Properties["area_m2"].(float64) <= 0 {
			t.Errorf("%+v", f.Properties)
		}
	}
	drawing := string(s.get(t, "/checks/"+a.ID+"/geometry?what=all&f=dxf").body)
	if !strings.Contains(drawing, "\r\n8\r\nsite\r\n") || !strings.Contains(drawing, "\r\n8\r\nconflict-") {
		t.Errorf("%.2000s", drawing)
	}
	whole := s.get(t, "/checks/"+a.ID+"/geometry?what=remainder")
	if (a.Remainder == nil) != (whole.StatusCode == http.StatusNotFound) {
		t.Errorf("remainder %+v, status %d", a.Remainder, whole.StatusCode)
	}
	for query, says := range map[string]string{"?f=txt&file-crs=EPSG:4490": "metres of a zone", "?f=kml&file-crs=EPSG:4526": "knows nothing else", "?file-crs=GCJ-02": "EPSG:4490", "?what=rest": "remainder",
		"?f=txt&decimals=5": "3 or 4", "?charset=big5": "utf-8", "?f=txt&file-crs=EPSG:2383": "EPSG:4490"} {
		if p := wantProblem(t, s.get(t, "/checks/"+a.ID+"/geometry"+query), http.StatusBadRequest); !strings.Contains(p.Detail, says) {
			t.Errorf("%s: %s", query, p.Detail)
		}
	}
	wantProblem(t, s.get(t, "/checks/AAAA/geometry"), http.StatusNotFound)
	links := 0
	for _, l := range a.Links {
		if l.Rel == "enclosure" {
			if r := s.get(t, l.Href); r.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", l.Href, r.StatusCode)
			}
			links++
		}
	}
	if links != 4 {
		t.Errorf("%+v", a.Links)
	}
}
