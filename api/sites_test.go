package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

type sitesDoc struct {
	Type     string
	BBox     [4]float64
	Format   string
	Encoding string
	CRS      string
	Sound    bool
	Project  map[string]any
	Notices  []struct{ Code, ZH, EN string }
	Features []struct {
		ID         int
		Properties struct {
			Number, Name string
			Area         struct{ M2, Ha, Mu float64 }
			PlaneM2      float64 `json:"plane_m2"`
			DeclaredHa   float64 `json:"declared_ha"`
			Faults       []struct {
				Code, ZH, EN string
				LonLat       [][2]float64
			}
			Repair *struct {
				BeforeM2 float64 `json:"before_m2"`
				AfterM2  float64 `json:"after_m2"`
			}
		}
		Geometry json.RawMessage
	}
}

const bowTie = `{"type":"Polygon","coordinates":[[[113.58,37.85],[113.59,37.86],[113.59,37.85],[113.58,37.86],[113.58,37.85]]]}`

// TestSitesAreReadAndNotChecked: a file is shown as it is understood, its geometry is
// what a check takes, and nothing of it stays.
func TestSitesAreReadAndNotChecked(t *testing.T) {
	s := serve(t)
	body, kind := form(t, "good/txt-gbk.txt", map[string]string{"project": `{"hazardous":false}`})
	a := s.send(t, http.MethodPost, "/sites", body, "Content-Type", kind)
	got := read[sitesDoc](t, a, http.StatusOK)
	if got.Type != "FeatureCollection" || len(got.Features) != 1 || got.Format != "txt" || got.Encoding != "GB18030" || got.CRS != "EPSG:4526" || !got.Sound || got.Project["hazardous"] != false {
		t.Fatalf("%.2000s", a.body)
	}
	f := got.Features[0]
	if p := f.Properties; f.ID != 1 || p.Number != "YQ-2026-001" || p.Name != "地块一" || p.DeclaredHa != 0.96 || p.PlaneM2 != 9600 || p.Area.M2-9599.68 > 0.01 || p.Area.M2-9599.68 < -0.01 {
		t.Errorf("%+v", p)
	}
	if !(got.BBox[0] > 113.58 && got.BBox[1] > 37.85 && got.BBox[2] < 113.59 && got.BBox[3] < 37.86) {
		t.Errorf("%v", got.BBox)
	}
	if a.Header.Get("Location") != "" {
		t.Errorf("something was kept at %s", a.Header.Get("Location"))
	}
	checked := read[handedDoc](t, s.send(t, http.MethodPost, "/checks", string(f.Geometry), "Content-Type", "application/geo+json"), http.StatusCreated)
	if d := checked.Site.Area.M2 - f.Properties.Area.M2; d > 0.01 || d < -0.01 {
		t.Errorf("checked %f m², read %f m²", checked.Site.Area.M2, f.Properties.Area.M2)
	}
}

// TestFaultsAreShownWhereTheyAre: what a check refuses can be seen, and mended.
func TestFaultsAreShownWhereTheyAre(t *testing.T) {
	s := serve(t)
	got := read[sitesDoc](t, s.send(t, http.MethodPost, "/sites", bowTie, "Content-Type", "application/geo+json"), http.StatusOK)
	if got.Sound || len(got.Features) != 1 || len(got.Features[0].Properties.Faults) != 1 {
		t.Fatalf("%+v", got)
	}
	fault := got.Features[0].Properties.Faults[0]
	if fault.Code != "self_crossing" || fault.ZH == "" || fault.EN == "" || fmt.Sprintf("%.3f", fault.LonLat) != "[[113.585 37.855]]" {
		t.Errorf("%+v", fault)
	}
	mended := read[sitesDoc](t, s.send(t, http.MethodPost, "/sites?repair=true", bowTie, "Content-Type", "application/geo+json"), http.StatusOK)
	if p := mended.Features[0].Properties; !mended.Sound || p.Repair == nil || p.Repair.AfterM2 < 400_000 || !slices.ContainsFunc(mended.Notices, func(n struct{ Code, ZH, EN string }) bool { return n.Code == "repaired" && n.ZH != "" && n.EN != "" }) {
		t.Errorf("%+v", mended)
	}
	var problem struct {
		Faults []struct{ LonLat [][2]float64 }
	}
	a := s.send(t, http.MethodPost, "/checks?repair=false&site-crs=EPSG:4490", bowTie, "Content-Type", "application/geo+json")
	if err := json.Unmarshal(a.body, &problem); err != nil || a.StatusCode != http.StatusUnprocessableEntity || len(problem.Faults) != 1 || len(problem.Faults[0].LonLat) != 1 {
		t.Errorf("%d %s %v", a.StatusCode, a.body, err)
	}
	a = s.send(t, http.MethodPost, "/sites", "no site", "Content-Type", "text/plain", "Accept-Language", "zh")
	if a.StatusCode != http.StatusBadRequest || !strings.Contains(string(a.body), "界址点") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}
