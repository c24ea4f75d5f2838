package ingest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"planatlas/data"
	"planatlas/geo"
	geofile "planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/ingest"

	"github.com/paulmach/orb"
)

// target returns a layer of Yangquan, or one that rules speak of, and its mapping.
func target(t *testing.T, id string) (*layers.Layer, *ingest.Mapping) {
	t.Helper()
	folder, err := data.Yangquan()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := layers.ReadCatalog(folder)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := data.Rules()
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := check.ReadWanted(rules)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ingest.Target(catalog, wanted, id)
	if err != nil {
		t.Fatal(err)
	}
	files, err := data.Mappings()
	if err != nil {
		t.Fatal(err)
	}
	all, err := ingest.ReadMappings(files)
	if err != nil {
		t.Fatal(err)
	}
	m := ingest.Choose(all, id)
	if m == nil {
		m = ingest.Plain(l)
	}
	divisions, err := data.Divisions()
	if err != nil {
		t.Fatal(err)
	}
	if m.Counties, err = ingest.Divisions(divisions); err != nil {
		t.Fatal(err)
	}
	return l, m
}

// imported reads rows of a table, given by their properties; each is a square of
// 0.01 degrees.
func imported(t *testing.T, layer, table, id string, rows ...string) ([]layers.Feature, ingest.Report) {
	t.Helper()
	var features []string
	for i, properties := range rows {
		x := 113.5 + 0.02*float64(i)
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":%s,"geometry":{"type":"Polygon","coordinates":[[[%[2]v,37.9],[%[3]v,37.9],[%[3]v,37.91],[%[2]v,37.91],[%[2]v,37.9]]]}}`, properties, x, x+0.01))
	}
	path := filepath.Join(t.TempDir(), table+".geojson")
	if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",\n")+"]}"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := ingest.Open(t.Context(), path, geofile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	l, m := target(t, layer)
	declared, err := f.Declare(l, m, ingest.Terms{Version: "2024-06", LegalEffect: layers.Statutory}, "hash")
	if err != nil {
		t.Fatal(err)
	}
	city := geo.Shape{SRID: geo.CGCS2000, Geom: orb.Polygon{{{113.49, 37.8}, {113.525, 37.8}, {113.525, 38}, {113.49, 38}, {113.49, 37.8}}}}
	if err := f.Use(declared, m, id, &city, nil); err != nil {
		t.Fatal(err)
	}
	var out []layers.Feature
	for feature, err := range f.Features(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, feature)
	}
	return out, f.Report()
}

func TestMinistryTables(t *testing.T) {
	for _, tc := range []struct {
		layer, table, row string
		id, name, county  string
		property          string
		value             any
		differs           int64
	}{
		{"ecological_protection_red_line", "STBHHX", `{"BSM":"14","XJXZQDM":"140321","XJXZQMC":"平定县","MJ":976168}`, "14", "生态保护红线平定县 14", "平定县", "valid_from", nil, 0},
		{"ecological_protection_red_line", "STBHHX", `{"BSM":14,"XJXZQHDM":"140322","MC":"藏山","QYMJ":0.976168,"SLSJ":"20221001"}`, "14", "藏山", "盂县", "valid_from", "2022-10-01", 0},
		{"ecological_protection_red_line", "STBHHX", `{"BSM":"14","MC":"藏山","QYMJ":976168,"SLSJ":"00000000"}`, "14", "藏山", "", "valid_from", nil, 1},
		{"permanent_basic_farmland", "YJJBNTTB", `{"bsm":"7","XZQDM":"140303","YJJBNTTBBH":"12","YJJBNTTBMJ":976168,"YJJBNTMJ":900000}`, "7", "永久基本农田 12", "矿区", "accuracy_m", 0.01, 0},
		{"permanent_basic_farmland", "YJJBNTBHTB", `{"BSM":"7","TBBH":"3","TBMJ":"976168.0","ZLDWDM":"1403110010000000000"}`, "7", "永久基本农田 3", "郊区", "legal_effect", "statutory", 0},
		{"urban_development_boundary", "CZKFBJ", `{"BSM":"9","XZQDM":"140302","GHFQMC":"城镇集中建设区","MJ":5}`, "9", "城镇开发边界 城镇集中建设区", "城区", "status", "existing", 1},
		{"land_use", "DLTB", `{"BSM":"8","DLBM":"0101","DLMC":"水田","TBBH":"5","TBMJ":976168}`, "8", "水田 5", "", "dlbm", "0101", 0},
		{"development_zones", "export", `{"id":"x","name_zh":"开发区","name_en":"Zone","status":"planned"}`, "x", "开发区", "", "status", "planned", 0},
	} {
		t.Run(tc.table+" "+tc.id, func(t *testing.T) {
			fs, r := imported(t, tc.layer, tc.table, "", tc.row)
			if len(fs) != 1 {
				t.Fatalf("%+v", r)
			}
			f := fs[0]
			county, _ := f.Values["county"].(string)
			if f.ID != tc.id || f.Values["name_zh"] != tc.name || county != tc.county || f.Values[tc.property] != tc.value || r.DifferCount != tc.differs {
				t.Errorf("%+v, %d areas differ", f, r.DifferCount)
			}
		})
	}
}

func TestRowsThatAreRefused(t *testing.T) {
	good := `{"BSM":"1"}`
	for name, tc := range map[string]struct{ layer, row, code, want string }{
		"no id":           {"ecological_protection_red_line", `{"MC":"x"}`, "id", "none of the fields BSM"},
		"date":            {"ecological_protection_red_line", `{"BSM":"2","SLSJ":"20221301"}`, "property", "SLSJ"},
		"village by code": {"urban_development_boundary", `{"BSM":"2","XZQDM":"140321100201"}`, "trap", "村庄开发边界"},
		"village by zone": {"urban_development_boundary", `{"BSM":"2","GHFQDM":"0301"}`, "trap", "zones of a village"},
	} {
		t.Run(name, func(t *testing.T) {
			fs, r := imported(t, tc.layer, "T", "", good, tc.row, `{"BSM":"3"}`)
			if len(fs) != 2 || fs[1].ID != "3" || r.ProblemCount != 1 {
				t.Fatalf("%+v, %+v", fs, r)
			}
			p := r.Problems[0]
			if p.Code != tc.code || !strings.Contains(p.Text.EN, tc.want) || p.Origin != "T row 2, line 2" || p.Text.ZH == "" {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestIDsAndPlaces(t *testing.T) {
	fs, r := imported(t, "ecological_protection_red_line", "STBHHX", "row", `{"BSM":"1"}`, `{"BSM":"1"}`, `{"BSM":"1"}`)
	if len(fs) != 3 || fs[2].ID != "3" {
		t.Errorf("%+v", fs)
	}
	// The area ends at 113.525: the second square lies across, the third outside.
	if r.OutsideCount != 1 || r.PartlyCount != 1 || !r.Outside[0].Partly || r.Outside[1].ID != "3" || r.Vertices != 15 {
		t.Errorf("%+v", r)
	}
	if fs, _ = imported(t, "ecological_protection_red_line", "STBHHX", "MC", `{"BSM":"1","MC":"a"}`); fs[0].ID != "a" {
		t.Errorf("%+v", fs)
	}
}

func TestMistakesOfMappings(t *testing.T) {
	const good = "layer = \"rural\"\naccuracy_m = 1.0\nid = [\"BSM\"]\n[name]\nzh = \"乡\"\nen = \"r\"\n"
	for name, tc := range map[string]struct{ text, want string }{
		"good":     {good, ""},
		"key":      {"lair = \"x\"\n" + good, "line 1"},
		"no id":    {strings.Replace(good, `id = ["BSM"]`, "", 1), "id: want"},
		"accuracy": {strings.Replace(good, "1.0", "0.0", 1), "accuracy_m"},
		"unit":     {good + "[[area]]\nfield = \"MJ\"\nunit = \"acre\"\n", "acre"},
		"trap":     {good + "[[trap]]\nfields = [\"MC\"]\nmatches = \"(\"\nzh = \"a\"\nen = \"b\"\n", "trap"},
		"name":     {strings.Replace(good, "rural", "urban", 1), "the file's name"},
	} {
		_, err := ingest.ReadMappings(fstest.MapFS{"rural.toml": {Data: []byte(tc.text)}})
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTermsOfADelivery(t *testing.T) {
	path := filepath.Join(t.TempDir(), "STBHHX.geojson")
	if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"BSM":"1"},"geometry":{"type":"Point","coordinates":[113.5,37.9]}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := ingest.Open(t.Context(), path, geofile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, m := target(t, "ecological_protection_red_line")
	for version, want := range map[string]string{"2024": "2024-01-01", "2024-06": "2024-06-01", "202406": "2024-06-01", "20240630": "2024-06-30", "2024年6月": "", "first": "", "2024-13": ""} {
		d, err := f.Declare(l, m, ingest.Terms{Version: version, LegalEffect: layers.Statutory}, "hash")
		if (err == nil) != (want != "") || err == nil && (string(d.Coverage.From) != want || string(d.Source.Date) != want || !d.Coverage.Complete || d.Delivery.Table != "STBHHX") {
			t.Errorf("%s: %+v, %v", version, d, err)
		}
	}
	d, err := f.Declare(l, m, ingest.Terms{Version: "first", Date: "2024-06-30", From: "2024-07-01", Partial: "one county", LegalEffect: layers.PlanLevel, Area: "yuxian"}, "hash")
	if err != nil || d.Coverage.Complete || d.Coverage.From != "2024-07-01" || d.Coverage.Area != "yuxian" || d.LegalEffect != layers.PlanLevel || !strings.Contains(d.Coverage.Note.EN, "one county") || l.Delivery != nil {
		t.Errorf("%+v, %v", d, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
