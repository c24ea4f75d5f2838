package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"planatlas/api"
	"planatlas/api/webmap"
	"planatlas/layers/store/storetest"
)

// inProcess serves Yangquan from a database of the test's own.
func inProcess(t *testing.T) (address, database string) {
	t.Helper()
	address, database, _ = inProcessWithLog(t)
	return address, database
}

// requests is the log of a service, which a test may read while it is written.
type requests struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (r *requests) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// of returns the queries for the features of a collection.
func (r *requests) of(collection string) (queries []url.Values) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range regexp.MustCompile(`uri="?/collections/`+collection+`/items\?([^ "]+)`).FindAllStringSubmatch(r.text.String(), -1) {
		query, err := url.ParseQuery(m[1])
		if err == nil {
			queries = append(queries, query)
		}
	}
	return queries
}

// pushed reports whether a query for features had the parameter with that value;
// any value when it is empty.
func pushed(queries []url.Values, name, value string) bool {
	return slices.ContainsFunc(queries, func(q url.Values) bool { return q.Has(name) && (value == "" || q.Get(name) == value) })
}

func inProcessWithLog(t *testing.T) (address, database string, seen *requests) {
	t.Helper()
	seen = &requests{}
	database = storetest.URL(t)
	s := storetest.Open(t, database)
	var now state
	if err := now.refresh(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(seen, nil))
	server := httptest.NewServer(api.New(api.Options{Reader: s, Checker: now.checker(s, log), Catalog: now.catalog,
		Map: webmap.Handler(webmap.Config{}), Log: log, Version: version}))
	t.Cleanup(server.Close)
	return server.URL, database, seen
}

// client runs a program of others; one that is not installed fails with the line
// that installs it.
func client(t *testing.T, install, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is not installed: %s", name, install)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func gdal(t *testing.T, name string, args ...string) string {
	t.Helper()
	return client(t, "apt-get install gdal-bin", name, args...)
}

// stored counts the features of each public layer in the database.
func stored(t *testing.T, database string) map[string]int {
	t.Helper()
	var names []string
	storetest.QueryRow(t, database, "select array_agg(id order by id) from planatlas.layer where declaration->>'access' = 'public'", &names)
	n := map[string]int{}
	for _, name := range names {
		var count int
		storetest.QueryRow(t, database, "select count(*) from layers."+name, &count)
		n[name] = count
	}
	return n
}

// TestGDALReadsEveryLayer opens the service as QGIS and GDAL users do, and counts.
func TestGDALReadsEveryLayer(t *testing.T) {
	t.Parallel()
	address, database := inProcess(t)
	out := gdal(t, "ogrinfo", "-al", "-so", "OAPIF:"+address)
	shown := map[string]int{}
	for _, m := range regexp.MustCompile(`(?s)Layer name: (\S+)\n.*?Feature Count: (\d+)`).FindAllStringSubmatch(out, -1) {
		shown[m[1]], _ = strconv.Atoi(m[2])
	}
	if want := stored(t, database); !maps.Equal(shown, want) {
		t.Errorf("ogrinfo counts %v, the database has %v\n%s", shown, want, out)
	}
}

// TestOWSLibWalksEveryLayer follows the next links of every collection.
func TestOWSLibWalksEveryLayer(t *testing.T) {
	t.Parallel()
	address, database := inProcess(t)
	script, err := filepath.Abs("testdata/owslib_walk.py")
	if err != nil {
		t.Fatal(err)
	}
	out := client(t, "apt-get install python3-owslib", "/usr/bin/python3", script, address)
	walked := map[string]int{}
	if err := json.Unmarshal([]byte(out), &walked); err != nil {
		t.Fatalf("%v (is python3-owslib installed?)\n%s", err, out)
	}
	if want := stored(t, database); !maps.Equal(walked, want) {
		t.Errorf("OWSLib walked over %v, the database has %v", walked, want)
	}
}

// TestGDALFilters asks for a part of a layer, by place and by property, and
// compares with SQL.
func TestGDALFilters(t *testing.T) {
	t.Parallel()
	address, database, seen := inProcessWithLog(t)
	file := filepath.Join(t.TempDir(), "part.geojson")
	gdal(t, "ogr2ogr", "-f", "GeoJSON", file, "OAPIF:"+address, "reference",
		"-spat", "113.4", "37.8", "113.8", "38.2", "-where", "status = 'existing'")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var part struct {
		Features []struct {
			Properties struct{ ID string } // where GDAL puts an id that is a text
		}
	}
	if err := json.Unmarshal(text, &part); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var got, want []string
	for _, f := range part.Features {
		got = append(got, f.Properties.ID)
	}
	slices.Sort(got)
	storetest.QueryRow(t, database, `select array_agg(id order by id collate "C") from layers.reference
		where status = 'existing' and st_intersects(geom, st_makeenvelope(113.4, 37.8, 113.8, 38.2, 4490))`, &want)
	if len(want) < 2 || !slices.Equal(got, want) {
		t.Errorf("GDAL got %q, the database has %q", got, want)
	}
	if queries := seen.of("reference"); !pushed(queries, "bbox", "") || !pushed(queries, "filter", "status = 'existing'") {
		t.Errorf("GDAL filtered for itself: %v", queries)
	}
}

// TestGDALReadsTheDatabase opens a layer's own table, as a GIS with a database
// connection does.
func TestGDALReadsTheDatabase(t *testing.T) {
	t.Parallel()
	database := storetest.URL(t)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	source := fmt.Sprintf("PG:host='%s' port=%s user=%s dbname=%s", u.Query().Get("host"), u.Query().Get("port"), u.User, strings.TrimPrefix(u.Path, "/"))
	out := gdal(t, "ogrinfo", "-so", source, "layers.river_corridors")
	for _, want := range []string{
		fmt.Sprintf("Feature Count: %d\n", stored(t, database)["river_corridors"]),
		`ID["EPSG",4490]`, "Geometry Column = geom", "name_zh: String", "accuracy_m: Real", "revision: Integer64",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, out)
		}
	}
}

// TestMapInChromium reads and checks on the map page in a real browser.
func TestMapInChromium(t *testing.T) {
	t.Parallel()
	t.Log(browse(t, "map.mjs", mapPage(t)))
}

// TestMapChecksASite goes through all of "Check a site", on a desktop and on a phone.
func TestMapChecksASite(t *testing.T) {
	t.Parallel()
	t.Log(browse(t, "check.mjs", mapPage(t)))
}

// TestMapForEverybody searches, looks for parks and asks the plan, on a desktop and on
// a phone, and once more with each answer failing.
func TestMapForEverybody(t *testing.T) {
	t.Parallel()
	t.Log(browse(t, "atlas.mjs", mapPage(t), t.TempDir()))
}

// TestMapWorksForEverybody looks at access, keyboard, theme, weight and stillness of
// the page.
func TestMapWorksForEverybody(t *testing.T) {
	t.Parallel()
	t.Log(browse(t, "work.mjs", mapPage(t)))
}

// TestMapPrints lays the map on each paper.
func TestMapPrints(t *testing.T) {
	t.Parallel()
	t.Log(browse(t, "print.mjs", mapPage(t), t.TempDir()))
}

// TestMapPictures takes the pictures of the main views; with -update they are kept
// for the README.
func TestMapPictures(t *testing.T) {
	t.Parallel()
	pictures := t.TempDir()
	t.Log(browse(t, "pictures.mjs", mapPage(t), pictures))
	taken, err := filepath.Glob(filepath.Join(pictures, "*.png"))
	if err != nil || len(taken) < 10 {
		t.Fatalf("%d pictures, want at least 10 (%v)", len(taken), err)
	}
	if !*update {
		return
	}
	if err := os.RemoveAll(webmapFolder + "/screenshots"); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(webmapFolder+"/screenshots", os.DirFS(pictures)); err != nil {
		t.Fatal(err)
	}
}

// TestMapWhenTheServiceFails breaks answers on their way to the page.
func TestMapWhenTheServiceFails(t *testing.T) {
	t.Parallel()
	t.Log(browse(t, "failures.mjs", mapPage(t)))
}

// TestMapWithBackgrounds serves the map with what an operator may configure.
func TestMapWithBackgrounds(t *testing.T) {
	t.Parallel()
	service, err := url.Parse(mapPage(t))
	if err != nil {
		t.Fatal(err)
	}
	tiles := func(name string) []string { return []string{"https://" + name + ".tiles.example/{z}/{x}/{y}.png"} }
	title := func(s string) webmap.Title { return webmap.Title{ZH: s, EN: s} }
	page := webmap.Handler(webmap.Config{Public: true, Approval: "晋S(2026)012号", Backgrounds: []webmap.Background{
		{Title: title("plain"), Tiles: tiles("plain"), CRS: "EPSG:3857", Attribution: "Example Tiles"},
		{Title: title("degrees"), Tiles: tiles("degrees"), CRS: "EPSG:4490"},
		{Title: title("shifted"), Tiles: tiles("shifted"), CRS: "GCJ02"},
	}})
	rest := httputil.NewSingleHostReverseProxy(service)
	mux := http.NewServeMux()
	mux.Handle("/map/", http.StripPrefix("/map", page))
	mux.Handle("/", rest)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Log(browse(t, "background.mjs", server.URL))
}

const webmapFolder = root + "/api/webmap"

// mapPage serves the map; the page must have been built.
func mapPage(t *testing.T) (address string) {
	t.Helper()
	if !webmap.Built(webmap.FS()) {
		t.Fatal("the map page is not built: run make webmap")
	}
	if _, err := exec.LookPath("chromium"); err != nil && os.Getenv("CHROMIUM") == "" {
		t.Fatal("chromium is not installed: apt-get install chromium fonts-noto-cjk, or name one in CHROMIUM")
	}
	address, _ = inProcess(t)
	return address
}

func browse(t *testing.T, script string, args ...string) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(webmapFolder, "e2e", script))
	if err != nil {
		t.Fatal(err)
	}
	return client(t, "apt-get install nodejs npm", "node", append([]string{file}, args...)...)
}
