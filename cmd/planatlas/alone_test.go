package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// runPlanatlas runs a command on a data folder and returns what it says.
func runPlanatlas(t *testing.T, home string, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("planatlas")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append(args, "--home="+home)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GORACE=atexit_sleep_ms=0"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestServeAFileAlone exports the tiles of a service that is open to the public, stops
// that with its database, and serves the file: with the same tiles, to the byte, and
// with what clients need to draw them; all else says why it is not there.
func TestServeAFileAlone(t *testing.T) {
	t.Parallel()
	home, folder := lifeHome(t), t.TempDir()
	config, file := filepath.Join(folder, "map.toml"), filepath.Join(folder, "plan.pmtiles")
	if err := os.WriteFile(config, []byte("public = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	live := serve(t, home, nil, "--load=yangquan", "--map-config="+config)
	const layers = "industrial_parks,river_corridors,transport_links"
	if out, err := runPlanatlas(t, home, "export", "pmtiles", "--layers="+layers, "--zooms=5-10", "--output="+file); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	same := []string{"/styles/industrial_parks?f=sld11", "/tileMatrixSets/WebMercatorQuad", "/tiles/WebMercatorQuad/8/99/209?collections=transport_links"}
	for z, at := range map[int][2]int{5: {26, 12}, 8: {208, 98}, 10: {835, 395}} {
		for _, ids := range []string{layers, "river_corridors", "industrial_parks,river_corridors"} {
			same = append(same, fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", ids, z, at[0], at[1]))
		}
	}
	want := map[string]string{}
	drawn := 0
	for _, path := range same {
		status, body := live.get(t, path)
		if drawn += len(body); status != http.StatusOK && status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", path, status, body)
		}
		want[path] = strings.ReplaceAll(body, live.url, "")
	}
	live.signal(t, syscall.SIGTERM)

	s := serve(t, t.TempDir(), nil, "--tiles="+file, "--tiles-only", "--map-config="+config)
	for _, path := range same {
		if status, body := s.get(t, path); strings.ReplaceAll(body, s.url, "") != want[path] {
			t.Errorf("%s: %d, %d bytes, from the database %d", path, status, len(body), len(want[path]))
		}
	}
	if drawn < 5000 {
		t.Errorf("%d bytes of tiles", drawn)
	}
	var doc struct {
		MinZoom, MaxZoom int
		Bounds           []float64
		Vector           []struct{ ID string } `json:"vector_layers"`
	}
	if _, body := s.get(t, "/tiles/"+layers+".json"); json.Unmarshal([]byte(body), &doc) != nil || doc.MinZoom != 5 || doc.MaxZoom != 10 || len(doc.Bounds) != 4 || len(doc.Vector) != 3 {
		t.Errorf("TileJSON %+v", doc)
	}
	for path, want := range map[string]int{"/": 200, "/?f=html": 200, "/healthz": 200, "/readyz": 200, "/conformance": 200, "/api": 200, "/tiles": 200, "/tiles?f=html": 200, "/styles": 200, "/styles/plan": 200,
		"/tiles/WebMercatorQuad": 200, "/tiles/WebMercatorQuad?f=html": 200, "/tileMatrixSets": 200, "/tiles/WorldCRS84Quad": 404, "/tiles/river_corridors/11/1/1.mvt": 404, "/tiles/reference/8/208/98.mvt": 404,
		"/collections": 501, "/collections/industrial_parks/items": 501, "/rules": 501, "/map/": 501, "/search?q=a": 501, "/nothing": 404} {
		status, body := s.get(t, path)
		if status != want || status == 501 && !strings.Contains(body, "no database") || strings.Contains(body, s.url+"/collections") || strings.Contains(body, `"/collections`) {
			t.Errorf("%s: %d, want %d: %.300s", path, status, want, body)
		}
	}
	if status, _, body := s.post(t, lifeSite); status != http.StatusNotImplemented {
		t.Errorf("a check: %d %s", status, body)
	}
	req, err := http.NewRequest(http.MethodGet, s.url+"/plan?at=113,37", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", "zh")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var p struct{ Detail string }
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil || !strings.Contains(p.Detail, "没有数据库") {
		t.Errorf("%v: %v", p, err)
	}
	out := gdal(t, "ogrinfo", "-al", "-geom=NO", "MVT:"+s.url+"/tiles/river_corridors/8", "-oo", "TILE_EXTENSION=mvt", "-oo", "METADATA_FILE="+s.url+"/tiles/river_corridors.json")
	if found := regexp.MustCompile(`(?m)^  id \(String\) = (.*)$`).FindAllString(out, -1); len(slices.Compact(slices.Sorted(slices.Values(found)))) < 20 {
		t.Errorf("GDAL reads %d rivers of the file: %.500s", len(found), out)
	}
}

// TestServeAFileAloneRefuses: files that say too little, or for the public too much.
func TestServeAFileAloneRefuses(t *testing.T) {
	t.Parallel()
	home, folder := lifeHome(t), t.TempDir()
	config, file := filepath.Join(folder, "map.toml"), filepath.Join(folder, "internal.pmtiles")
	if err := os.WriteFile(config, []byte("public = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"load", "yangquan"}, {"export", "pmtiles", "--layers=permanent_basic_farmland", "--internal", "--zooms=0", "--output=" + file}} {
		if out, err := runPlanatlas(t, home, args...); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	for want, args := range map[string][]string{
		"a file of tiles with it":      {},
		"since the service is open to": {"--tiles=" + file, "--map-config=" + config},
		"no such file":                 {"--tiles=" + file + "x"},
	} {
		out, err := runPlanatlas(t, home, append([]string{"serve", "--listen=127.0.0.1:0", "--tiles-only"}, args...)...)
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
	s := serve(t, t.TempDir(), nil, "--tiles="+file, "--tiles-only")
	if status, _ := s.get(t, "/tiles/permanent_basic_farmland.json"); status != http.StatusOK {
		t.Errorf("the operator's own layer: %d", status)
	}
}
