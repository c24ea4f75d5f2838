package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/xuri/excelize/v2"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files")
	look   = flag.String("look", "", "write every form of the report into this folder, to be looked at")
)

const address = "https://atlas.example.org/checks/DEMOAZOVQD3KNGP5PV257HUUF2"

// base is the base map of the fixture.
func base(t *testing.T) []layers.BaseFeature {
	t.Helper()
	b, err := os.ReadFile("testdata/base.json")
	if err != nil {
		t.Fatal(err)
	}
	var features []struct {
		Class    string
		Name     layers.Text
		Geometry json.RawMessage
		Source   string
	}
	if err := json.Unmarshal(b, &features); err != nil {
		t.Fatal(err)
	}
	var out []layers.BaseFeature
	for _, f := range features {
		g, err := geometry(f.Geometry)
		if err != nil {
			t.Fatal(err)
		}
		if g != nil {
			out = append(out, layers.BaseFeature{Class: f.Class, Name: f.Name, Geometry: g, Source: f.Source})
		}
	}
	return out
}

// made is the report of the fixture.
func made(t *testing.T, lang Lang) *Report {
	t.Helper()
	b, err := os.ReadFile("testdata/answer.json")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(a, Options{Lang: lang, Address: address, Base: base(t)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// forms writes the report in every form.
func forms(t *testing.T, r *Report) map[string][]byte {
	t.Helper()
	font, err := LoadFont("")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for name, write := range map[string]func() ([]byte, error){"html": r.HTML, "xlsx": r.XLSX, "geojson": r.GeoJSON, "pdf": func() ([]byte, error) { return r.PDF(font) }} {
		if out[name], err = write(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestLook writes every form in every language, for people to look at with -look.
func TestLook(t *testing.T) {
	for _, lang := range []Lang{ZH, EN, Both} {
		for name, b := range forms(t, made(t, lang)) {
			if len(b) < 1000 {
				t.Errorf("%s in %s has %d bytes", name, lang, len(b))
			}
			if *look == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(*look, string(lang)+"."+name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestGolden(t *testing.T) {
	all := forms(t, made(t, ZH))
	for _, form := range []string{"html", "geojson"} {
		file := "testdata/report." + form
		if *update {
			if err := os.WriteFile(file, all[form], 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, old := strings.Split(string(all[form]), "\n"), strings.Split(string(want), "\n")
		for i := range max(len(got), len(old)) {
			if i >= len(got) || i >= len(old) || got[i] != old[i] {
				t.Errorf("%s differs at line %d; run go test ./layers/report -update and read the diff", file, i+1)
				break
			}
		}
	}
}

// An archived report is always the same, byte for byte.
func TestSameBytes(t *testing.T) {
	first := forms(t, made(t, Both))
	for range 3 {
		for name, b := range forms(t, made(t, Both)) {
			if !bytes.Equal(b, first[name]) {
				t.Errorf("%s differs from one time to the next", name)
			}
		}
	}
}

// Chinese text can be selected and searched, the font is embedded, pages are
// numbered, and the file has an identifier.
func TestPDFText(t *testing.T) {
	pdf := forms(t, made(t, ZH))["pdf"]
	text := strings.Join(strings.Fields(pdfText(t, pdf)), "")
	for _, want := range []string{"建设项目用地合规性检查报告", "娘子关新材料产业园一期", "未检查的图层：架空电力线路", "永久基本农田经依法划定后,任何单位和个人不得擅自占用或者改变其用途。",
		"中华人民共和国土地管理法第三十五条", "界址点成果表", "编制", "审核", "盖章", "自中心线估算", "DEMOAZOVQD3KNGP5PV257HUUF2", "1:10000", "38489452.951"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q cannot be found in the PDF", want)
		}
	}
	pages := bytes.Count(pdf, []byte("/Type /Page\n"))
	if want := fmt.Sprintf("%d/%d", pages, pages); pages < 8 || !strings.Contains(text, want) {
		t.Errorf("no page is numbered %s", want)
	}
	for _, want := range []string{"/FontFile2", "/ToUnicode", "/ID [<", "/Outlines"} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("the PDF has no %s", want)
		}
	}
}

// What was not checked is as loud as a hit, in every form.
func TestNotCheckedIsLoud(t *testing.T) {
	for lang, want := range map[Lang]string{ZH: "未检查的图层：架空电力线路", EN: "NOT CHECKED: Overhead power lines"} {
		r := made(t, lang)
		first := r.layerTable().Blocks[0].Table.Rows[0]
		if first.Tone != ink || first.Cells[1].Tone != ink {
			t.Errorf("the first layer is %q in %q", first.Cells[0].Text, first.Tone)
		}
		for form, text := range texts(t, forms(t, r)) {
			if !strings.Contains(strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(want, " ", "")) {
				t.Errorf("%s in %s does not say %q", form, lang, want)
			}
		}
	}
	r := made(t, ZH)
	l := r.layer("no_such_layer")
	if l.Outcome != check.NotChecked || !strings.Contains(r.sentence(l), "未检查") {
		t.Errorf("a layer that the answer does not know: %s", r.sentence(l))
	}
}

// The page asks nobody for anything.
func TestHTMLIsSelfContained(t *testing.T) {
	page := string(forms(t, made(t, Both))["html"])
	page = strings.ReplaceAll(strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, ""), address, "")
	for _, bad := range []string{"http:", "https:", "<script", "<link", "<img", "<iframe", "url(", "@import", "src="} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if n := strings.Count(page, "<svg"); n != 3 {
		t.Errorf("the page has %d drawings, want 2 maps and a code", n)
	}
}

// The workbook has the sheets of a review, with numbers that are numbers.
func TestWorkbook(t *testing.T) {
	r := made(t, ZH)
	book, err := excelize.OpenReader(bytes.NewReader(forms(t, r)["xlsx"]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got, want := strings.Join(book.GetSheetList(), " "), "概况 结论 规则 图层 规则清单 界址点 数据来源"; got != want {
		t.Errorf("sheets %s, want %s", got, want)
	}
	for cell, want := range map[string]string{"A2": "J1", "D2": "4201955.011", "E2": "38489452.951", "F2": "113.880000000", "H2": "368.64"} {
		if got, err := book.GetCellValue("界址点", cell); err != nil || got != want {
			t.Errorf("界址点 %s: %q, %v; want %q", cell, got, err, want)
		}
	}
	if kind, err := book.GetCellType("界址点", "D2"); err != nil || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
		t.Errorf("a coordinate is of type %v, %v", kind, err)
	}
	rows, err := book.GetRows("规则")
	if err != nil || len(rows) != len(r.answer.Findings)+1 {
		t.Errorf("%d rows of rules, %v; want %d", len(rows), err, len(r.answer.Findings)+1)
	}
	for _, name := range book.GetSheetList() {
		if layout, err := book.GetPageLayout(name); err != nil || *layout.Size != 9 {
			t.Errorf("%s is not laid out for A4: %v, %v", name, layout.Size, err)
		}
	}
}

// Names that were made to break a page or a file break nothing.
func TestHostileNames(t *testing.T) {
	r := made(t, Both)
	a := r.answer
	name := "<script>alert(1)</script>&\"'=1+1\x00\x07𬭎" + strings.Repeat("很长的名字", 60)
	a.Site.Input.Name = name
	a.Findings[0].FeatureName = layers.Text{ZH: name, EN: name}
	a.Layers[0].Title = layers.Text{ZH: name, EN: name}
	hostile, err := New(a, r.o)
	if err != nil {
		t.Fatal(err)
	}
	all := forms(t, hostile)
	if strings.Contains(string(all["html"]), "<script") {
		t.Error("a name became a script")
	}
	if !strings.Contains(pdfText(t, all["pdf"]), "〓") {
		t.Error("a letter that the PDF cannot hold is not marked")
	}
	if rows := sheetRows(t, all["xlsx"]); len(rows) != 7 {
		t.Errorf("%d sheets", len(rows))
	}
}

// An answer that says little still makes a report, which clears nothing.
func TestBareAnswer(t *testing.T) {
	a := check.Answer{ID: "BARE", Verdict: check.Incomplete, Site: check.SiteAnswer{Geometry: json.RawMessage(`{"type":"Polygon","coordinates":[[[113,38],[113.001,38],[113.001,38.001],[113,38]]]}`)}}
	r, err := New(a, Options{Lang: ZH})
	if err != nil {
		t.Fatal(err)
	}
	for form, text := range texts(t, forms(t, r)) {
		if !strings.Contains(text, "生态保护红线：未检查（图层未加载），不得视为不涉及。") {
			t.Errorf("%s does not say that nothing was checked", form)
		}
	}
	if _, err := New(check.Answer{}, Options{Lang: ZH}); err == nil {
		t.Error("an answer without a site made a report")
	}
}

// Without a font the error says what to install.
func TestNoFont(t *testing.T) {
	_, err := LoadFont(filepath.Join(t.TempDir(), "none.ttf"))
	if !errors.Is(err, ErrNoFont) || !strings.Contains(err.Error(), "apt-get install fonts-wqy-microhei") {
		t.Error(err)
	}
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("not a font at all, but long enough"), "collection": []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\xff\xff\xff\x00"),
		"table": append([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"), "cmap\x00\x00\x00\x00\xff\xff\xff\xf0\xff\xff\xff\xff"...), "OTTO": []byte("OTTO000000000000")} {
		if face, err := firstFace(b); err == nil {
			t.Errorf("%s: read as a font of %d bytes", name, len(face))
		}
	}
	if _, err := made(t, ZH).PDF([]byte("\x00\x01\x00\x00 this is no font, whatever it says")); !errors.Is(err, ErrNoFont) {
		t.Error(err)
	}
}
