package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"planatlas/layers/check"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// rounded writes a number by exact decimal arithmetic, half away from zero.
func rounded(v float64, decimals int32) string {
	return decimal.NewFromFloat(v).Round(decimals).StringFixed(decimals)
}

// expected are the numbers that every form has to show in a row: worked out here, from
// the answer alone.
func expected(a check.Answer) map[string][]string {
	out := map[string][]string{}
	area := func(m check.Measure) []string { return []string{rounded(m.M2, 2), rounded(m.Ha, 4), rounded(m.Mu, 2)} }
	for _, l := range a.Layers {
		if l.Overlap != nil && l.Layer != boundary {
			row := append(area(l.Overlap.Measure), rounded(100*l.Overlap.Share, 2))
			if l.NearestM != nil {
				row = append(row, rounded(*l.NearestM, 2))
			}
			out["layer "+l.Layer] = row
		}
	}
	for i, f := range a.Findings {
		if f.InsideM2 == nil {
			out[fmt.Sprintf("finding %d %s", i, f.Rule)] = append(area(f.Overlap.Measure), rounded(100*f.Overlap.Share, 2))
		}
		if f.ThresholdM > 0 {
			out[fmt.Sprintf("distance %d %s", i, f.Rule)] = []string{rounded(*f.DistanceM, 2), rounded(f.ThresholdM, 2), rounded(*f.DistanceM-f.ThresholdM, 2)}
		}
	}
	return out
}

// texts are the numbers of a row as each form shows them, with one space between.
func texts(t *testing.T, made map[string][]byte) map[string]string {
	t.Helper()
	tags := regexp.MustCompile(`(?s)<style>.*?</style>|<svg.*?</svg>|<[^>]*>`)
	space := regexp.MustCompile(`\s+`)
	out := map[string]string{"html": space.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(string(made["html"]), " ")), " ")}
	out["pdf"] = space.ReplaceAllString(pdfText(t, made["pdf"], "-layout"), " ")
	var cells strings.Builder
	for _, rows := range sheetRows(t, made["xlsx"]) {
		for _, row := range rows {
			cells.WriteString(strings.Join(row, " ") + "\n")
		}
	}
	out["xlsx"] = space.ReplaceAllString(cells.String(), " ")
	return out
}

func pdfText(t *testing.T, pdf []byte, options ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", append(options, file, "-")...).Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (apt-get install poppler-utils)", err)
	}
	return string(out)
}

func sheetRows(t *testing.T, xlsx []byte) map[string][][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(xlsx))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	out := map[string][][]string{}
	for _, name := range book.GetSheetList() {
		rows, err := book.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			rows[i] = deleteEmpty(rows[i])
		}
		out[name] = rows
	}
	return out
}

func deleteEmpty(row []string) []string {
	var out []string
	for _, c := range row {
		if c != "" {
			out = append(out, c)
		}
	}
	return out
}

// Every measure is the same in every form, and is what exact arithmetic gives.
func TestNumbersAreEqualInEveryForm(t *testing.T) {
	for _, lang := range []Lang{ZH, EN, Both} {
		r := made(t, lang)
		shown := texts(t, forms(t, r))
		want := expected(r.answer)
		if len(want) < 30 {
			t.Fatalf("only %d rows to look for", len(want))
		}
		for form, text := range shown {
			for what, row := range want {
				if !strings.Contains(text, strings.Join(row, " ")) {
					t.Errorf("%s in %s: %s is not there as %q", form, lang, what, row)
				}
			}
			area := r.answer.Site.Area
			for _, number := range []string{rounded(area.M2, 2), rounded(area.Ha, 4), rounded(area.Mu, 2), rounded(area.PlaneM2, 2)} {
				if !strings.Contains(text, number) {
					t.Errorf("%s in %s: the site's area %s is not there", form, lang, number)
				}
			}
		}
	}
}

// Each printed cell of the layout stands in HTML, PDF and workbook.
func TestEveryCellIsInEveryForm(t *testing.T) {
	r := made(t, ZH)
	shown := texts(t, forms(t, r))
	n := 0
	for _, s := range r.sections {
		for _, b := range s.Blocks {
			if b.Table == nil {
				continue
			}
			for _, row := range b.Table.Rows {
				for _, c := range row.Cells {
					if !c.Number {
						continue
					}
					n++
					for form, text := range shown {
						if !strings.Contains(text, c.Text) {
							t.Errorf("%s: section %s: %s is not there", form, s.Title, c.Text)
						}
					}
				}
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d numbers were compared", n)
	}
}

// What is printed of parts adds up to what is printed of the whole.
func TestPartsAreBalanced(t *testing.T) {
	r := made(t, ZH)
	whole := amount(r.answer.Site.Area.Measure, 1)
	inside, outside, known := r.insideOutside(r.layer(boundary))
	if !known {
		t.Fatal("the parts are not known")
	}
	left := r.answer.Remainder.Area.M2
	for what, parts := range map[string][]float64{"boundary": {inside, outside}, "remainder": {whole2(r) - left, left}} {
		b := balanced(parts, whole2(r))
		for unit, sum := range map[string][3]string{"m2": {b[0].M2, b[1].M2, whole.M2}, "ha": {b[0].Ha, b[1].Ha, whole.Ha}, "mu": {b[0].Mu, b[1].Mu, whole.Mu}, "%": {b[0].Percent, b[1].Percent, "100.00"}} {
			if got := decimal.RequireFromString(sum[0]).Add(decimal.RequireFromString(sum[1])); !got.Equal(decimal.RequireFromString(sum[2])) {
				t.Errorf("%s: %s + %s %s are %s, want %s", what, sum[0], sum[1], unit, got, sum[2])
			}
		}
	}
	// Rounded each on its own they would not: the fixture can fail.
	if rounded(inside, 2) == balanced([]float64{inside, outside}, whole2(r))[0].M2 {
		t.Error("the fixture's parts need no balancing")
	}
}

func whole2(r *Report) float64 { return r.answer.Site.Area.M2 }

// The GeoJSON holds the numbers in full.
func TestGeoJSONKeepsFullNumbers(t *testing.T) {
	r := made(t, Both)
	var got struct {
		Features []struct {
			ID         string
			Geometry   json.RawMessage
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(forms(t, r)["geojson"], &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Features) != len(r.answer.Findings)+2 {
		t.Fatalf("%d features of %d findings", len(got.Features), len(r.answer.Findings))
	}
	if m2 := got.Features[0].Properties["area_m2"]; m2 != r.answer.Site.Area.M2 {
		t.Errorf("the site has %v m²", m2)
	}
	hidden := 0
	for i, f := range r.answer.Findings {
		p := got.Features[i+1].Properties
		if p["rule"] != f.Rule || p["overlap_m2"] != f.Overlap.M2 || p["overlap_share"] != f.Overlap.Share || p["counts_as"] != string(f.Counts) || p["text_zh"] != f.Text.ZH {
			t.Errorf("finding %d of %s: %v", i, f.Rule, p)
		}
		if f.Geometry == nil || string(f.Geometry) == "null" {
			hidden++
			if string(got.Features[i+1].Geometry) != "null" || p["distance_m"] != nil {
				t.Errorf("finding %d of %s shows %s, %v m", i, f.Rule, got.Features[i+1].Geometry, p["distance_m"])
			}
		}
	}
	if hidden == 0 {
		t.Error("no finding of the fixture is hidden")
	}
	last := got.Features[len(got.Features)-1]
	if last.ID != "remainder" || math.Abs(last.Properties["area_m2"].(float64)-r.answer.Remainder.Area.M2) > 0 {
		t.Errorf("the last feature is %s with %v", last.ID, last.Properties)
	}
}
