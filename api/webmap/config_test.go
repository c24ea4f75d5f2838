package webmap_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planatlas/api/webmap"

	"github.com/google/go-cmp/cmp"
)

const background = `
[[background]]
title = { zh = "底图", en = "Background" }
tiles = ["https://t{0-7}.tiles.example/vec/{z}/{x}/{y}?key=1", "https://labels.example/{z}/{y}/{x}"]
crs = "GCJ02"
attribution = "Example"
max_zoom = 18
`

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "map.toml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadConfig(t *testing.T) {
	got, err := webmap.ReadConfig(file(t, "public = true\napproval = \"晋S(2026)012号\"\n"+background))
	want := webmap.Config{Public: true, Approval: "晋S(2026)012号", Backgrounds: []webmap.Background{{Title: webmap.Title{ZH: "底图", EN: "Background"},
		Tiles: []string{"https://t{0-7}.tiles.example/vec/{z}/{x}/{y}?key=1", "https://labels.example/{z}/{y}/{x}"}, CRS: "GCJ02", Attribution: "Example", MaxZoom: 18}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if none, err := webmap.ReadConfig(""); err != nil || !cmp.Equal(none, webmap.Config{}) {
		t.Error(none, err)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"an unknown key":       {"publik = true", "publik"},
		"no TOML":              {"public =", "map.toml"},
		"no title":             {strings.Replace(background, `zh = "底图"`, `zh = ""`, 1), "title: want zh and en"},
		"a CRS":                {strings.Replace(background, "GCJ02", "EPSG:4214", 1), `crs "EPSG:4214": want`},
		"no tiles":             {"[[background]]\ntitle = { zh = \"a\", en = \"b\" }\ncrs = \"GCJ02\"", "tiles: want"},
		"no row":               {strings.Replace(background, "/{z}/{x}/{y}", "/{z}/{x}", 1), "want {z}, {x} and {y}"},
		"another scheme":       {strings.Replace(background, "https://labels", "ftp://labels", 1), "https://"},
		"a host with a policy": {strings.Replace(background, "labels.example", "labels.example; script-src *", 1), "https://"},
		"zooms":                {strings.Replace(background, "max_zoom = 18", "max_zoom = 3\nmin_zoom = 5", 1), "min_zoom 5"},
	} {
		if _, err := webmap.ReadConfig(file(t, tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	if _, err := webmap.ReadConfig(filepath.Join(t.TempDir(), "none.toml")); err == nil {
		t.Error("a missing file is none")
	}
}

// TestConfiguredPage: what is configured stands in the page as data, and pictures may
// come from the backgrounds' hosts and from nowhere else.
func TestConfiguredPage(t *testing.T) {
	c, err := webmap.ReadConfig(file(t, "approval = \"</script>晋S\"\n"+background))
	if err != nil {
		t.Fatal(err)
	}
	files := built()
	files["index.html"].Data = []byte("<!doctype html><head><title>map</title></head>")
	res, body := get(t, webmap.New(files, c), "GET", "/", nil)
	checkSecure(t, res.Header)
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self' https://*.tiles.example https://labels.example data: blob:;") {
		t.Error(policy)
	}
	if !strings.Contains(body, `<script type="application/json" id="config">{"approval":"\u003c/script\u003e晋S","backgrounds":[{`) || strings.Count(body, "</script>") != 1 {
		t.Error(body)
	}
	_, plain := get(t, webmap.New(files, webmap.Config{}), "GET", "/", nil)
	if strings.Contains(plain, "config") {
		t.Errorf("a page without configuration: %s", plain)
	}
}

// TestPublicNeedsApproval: a map for the public without the number of its approval
// is not served, and says why.
func TestPublicNeedsApproval(t *testing.T) {
	for _, approval := range []string{"", "  "} {
		res, body := get(t, webmap.New(built(), webmap.Config{Public: true, Approval: approval}), "GET", "/assets/index-abc123.js", nil)
		checkSecure(t, res.Header)
		if res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "审图号") || !strings.Contains(body, "approval") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %s", res.StatusCode, body)
		}
	}
	if res, _ := get(t, webmap.New(built(), webmap.Config{Public: true, Approval: "晋S(2026)012号"}), "GET", "/", nil); res.StatusCode != http.StatusOK {
		t.Errorf("with its number: %d", res.StatusCode)
	}
}
