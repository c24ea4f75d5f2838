package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"planatlas/layers/store/storetest"
)

// siteAround is a square of that half width in degrees.
func siteAround(lon, lat, half float64) string {
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]g,%[3]g],[%[2]g,%[3]g],[%[2]g,%[4]g],[%[1]g,%[4]g],[%[1]g,%[3]g]]]}`,
		lon-half, lon+half, lat-half, lat+half)
}

type area struct{ M2, Ha, Mu, Share float64 }

type checkDoc struct {
	ID, Verdict string
	Summary     struct{ ZH, EN string }
	Project     map[string]any
	Provenance  struct {
		Day          string
		ResultSHA256 string `json:"result_sha256"`
	}
	Site struct {
		AccuracyM float64 `json:"accuracy_m"`
		Area      area
		Input     struct{ Name, SHA256, Format, CRS string }
	}
	Layers []struct {
		Layer, Outcome string
		Reason         struct{ ZH, EN string }
		Overlap        area
	}
	Findings []struct {
		Rule, Layer, Feature, Verdict, Certainty string
		CountsAs                                 string `json:"counts_as"`
		Overlap                                  area
	}
	Links []link
}

func (c checkDoc) outcomes() map[string]string {
	out := map[string]string{}
	for _, l := range c.Layers {
		out[l.Layer] = l.Outcome
	}
	return out
}

func TestCheckIsArchivedByteForByte(t *testing.T) {
	s := serve(t)
	for name, site := range map[string]string{
		"geometry":   siteAround(113.59, 37.80, 0.01),
		"feature":    `{"type":"Feature","properties":{"name":"冠山 \"新\" 厂"},"geometry":` + siteAround(113.59, 37.80, 0.01) + `}`,
		"collection": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":null,"geometry":` + siteAround(113.59, 37.80, 0.01) + `}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			posted := s.post(t, site)
			doc := read[checkDoc](t, posted, http.StatusCreated)
			if doc.ID == "" || len(doc.Findings) == 0 || doc.Summary.ZH == "" || doc.Summary.EN == "" {
				t.Errorf("answer %+v", doc)
			}
			for _, l := range s.catalog.Layers {
				if _, ok := doc.outcomes()[l.ID]; ok != l.HasGeometry() {
					t.Errorf("%s is in the answer: %t", l.ID, ok)
				}
			}
			location := posted.Header.Get("Location")
			if location != s.URL+"/checks/"+doc.ID {
				t.Errorf("location %q", location)
			}
			again := s.get(t, location)
			if again.StatusCode != http.StatusOK || !bytes.Equal(again.body, posted.body) || again.Header.Get("Content-Type") != "application/json" {
				t.Errorf("the archived answer differs: %d %.200s", again.StatusCode, again.body)
			}
			var stored []byte
			storetest.QueryRow(t, s.database, "select input from planatlas.site_check where id = '"+doc.ID+"'", &stored)
			if string(stored) != site {
				t.Errorf("the archive keeps %.100q", stored)
			}
		})
	}
}

func TestUnknownCheck(t *testing.T) {
	s := serve(t)
	for _, id := range []string{"none", "a%2Fb", "%00", "%ff", "';--"} {
		if p := wantProblem(t, s.get(t, "/checks/"+id), http.StatusNotFound); len(p.Detail) > 60 {
			t.Errorf("%s: detail %q", id, p.Detail)
		}
	}
}

// TestSitesWithoutFindings holds the line between what is clear and what the
// data cannot tell: the built-in layers never clear a site, since the statutory
// red line is not among them.
func TestSitesWithoutFindings(t *testing.T) {
	s := serve(t)
	for name, site := range map[string]string{"in Yangquan": siteAround(113.45, 38.0, 0.001), "abroad": siteAround(10, 50, 0.001)} {
		doc := read[checkDoc](t, s.post(t, site), http.StatusCreated)
		if doc.Verdict == "clear" || doc.outcomes()["ecological_red_lines"] != "no_data" {
			t.Errorf("%s: verdict %s, layers %v", name, doc.Verdict, doc.outcomes())
		}
	}
}

func TestMediaTypesOfSites(t *testing.T) {
	s := serve(t)
	for kind, want := range map[string]int{
		"application/geo+json": 201, "application/json; charset=utf-8": 201, "": 201,
		"application/x-www-form-urlencoded": 201, "application/octet-stream": 201,
		"text/plain": 201, "application/gml+xml": 201, // what it holds counts
		"multipart/form-data; boundary=x": 400, "text/html": 415, "nonsense;;": 415,
	} {
		req := s.request(t, http.MethodPost, "/checks", siteAround(113.45, 38.0, 0.001))
		if kind != "" {
			req.Header.Set("Content-Type", kind)
		}
		if a := do(t, req); a.StatusCode != want {
			t.Errorf("%q: status %d, want %d", kind, a.StatusCode, want)
		}
	}
}
