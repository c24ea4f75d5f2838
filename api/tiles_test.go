package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"planatlas/api"
	"planatlas/geo/mvt"
	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/klauspost/compress/zstd"
	"github.com/paulmach/orb"
)

// tiling counts the tiles that are made.
type tiling struct {
	api.Reader
	made atomic.Int64
}

func (r *tiling) Tile(ctx context.Context, ls []*layers.Layer, at tile.ID) ([]byte, error) {
	r.made.Add(1)
	return r.Reader.Tile(ctx, ls, at)
}

// serveTiles starts the service with a cache of tiles that hears of commits as
// though a watcher told it so.
func serveTiles(t testing.TB, database string) (*service, *tiling, *api.TileCache) {
	t.Helper()
	r, cache := new(tiling), api.NewTileCache(16<<20)
	cache.Hear(nil, nil)
	s := serveOn(t, database, store.Options{}, func(o *api.Options) { r.Reader, o.Reader, o.Tiles = o.Reader, r, cache })
	return s, r, cache
}

// over is the tile of the set at zoom z over a place of Yangquan.
func over(t testing.TB, set tile.Set, z uint32, lon, lat float64) tile.ID {
	t.Helper()
	r, ok := set.Covering(z, orb.Bound{Min: orb.Point{lon, lat}, Max: orb.Point{lon, lat}}, 0)
	if !ok {
		t.Fatalf("no tile of %s over %v, %v", set, lon, lat)
	}
	return tile.ID{Set: set, Z: z, X: r.MinX, Y: r.MinY}
}

func short(layers string, at tile.ID) string {
	return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layers, at.Z, at.X, at.Y)
}

// wantTile decodes a tile.
func wantTile(t testing.TB, a answer) []mvt.Layer {
	t.Helper()
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Fatalf("%s: %d %v %.300s", a.Request.URL, a.StatusCode, a.Header, a.body)
	}
	ls, err := mvt.Decode(a.body)
	if err != nil {
		t.Fatalf("%s: %v", a.Request.URL, err)
	}
	return ls
}

func names(ls []mvt.Layer) (out []string) {
	for _, l := range ls {
		out = append(out, l.Name)
	}
	return out
}

// TestTilesByEveryAddress asks for the same tile in all the ways that there are.
func TestTilesByEveryAddress(t *testing.T) {
	s, made, _ := serveTiles(t, storetest.URL(t))
	at := over(t, tile.WebMercatorQuad, 10, 113.58, 37.86)
	row := fmt.Sprintf("%d/%d/%d", at.Z, at.Y, at.X)
	one := s.get(t, short("river_corridors", at))
	if got := names(wantTile(t, one)); !slices.Equal(got, []string{"river_corridors"}) {
		t.Errorf("layers %v", got)
	}
	for _, path := range []string{"/collections/river_corridors/tiles/WebMercatorQuad/" + row, "/tiles/WebMercatorQuad/" + row + "?collections=river_corridors",
		"/collections/river_corridors/tiles/WebMercatorQuad/" + row + "?f=mvt", short("river_corridors", at)} {
		if a := s.get(t, path); !bytes.Equal(a.body, one.body) || a.Header.Get("ETag") != one.Header.Get("ETag") {
			t.Errorf("%s differs: %d, %d bytes of %d", path, a.StatusCode, len(a.body), len(one.body))
		}
	}
	if n := made.made.Load(); n != 1 {
		t.Errorf("one tile was made %d times", n)
	}
	two := s.get(t, short("river_corridors,development_zones", at))
	other := s.get(t, short("development_zones,river_corridors", at))
	if got := names(wantTile(t, two)); !bytes.Equal(two.body, other.body) || len(got) != 2 || made.made.Load() != 2 {
		t.Errorf("two layers in two orders: %v, made %d", got, made.made.Load())
	}
	plan := wantTile(t, s.get(t, "/tiles/WebMercatorQuad/"+row))
	if len(plan) < 10 {
		t.Errorf("the plan has the layers %v", names(plan))
	}
	for _, l := range plan {
		if i := slices.IndexFunc(s.published(), func(p *layers.Layer) bool { return p.ID == l.Name }); i < 0 || len(l.Features) == 0 {
			t.Errorf("layer %s with %d features", l.Name, len(l.Features))
		}
	}
	for _, set := range []tile.Set{tile.WorldCRS84Quad, tile.CGCS2000Quad} {
		at := over(t, set, 9, 113.58, 37.86)
		if got := wantTile(t, s.get(t, fmt.Sprintf("/tiles/%s/%d/%d/%d", set, at.Z, at.Y, at.X))); len(got) < 10 {
			t.Errorf("%s: %v", set, names(got))
		}
	}
}

// TestTilesThatAreNotThere: empty is 204, outside 404, nonsense 400.
func TestTilesThatAreNotThere(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `update planatlas.layer set declaration = declaration || '{"access": "internal"}' where id = 'reference'`)
	s, _, _ := serveTiles(t, database)
	for path, want := range map[string]int{
		"/tiles/river_corridors/10/0/0.mvt":                      http.StatusNoContent,
		"/tiles/WebMercatorQuad/10/0/0":                          http.StatusNoContent,
		"/tiles/river_corridors/3/8/0.mvt":                       http.StatusNotFound,
		"/tiles/river_corridors/23/0/0.mvt":                      http.StatusNotFound,
		"/tiles/river_corridors/99999999999/0/0.mvt":             http.StatusNotFound,
		"/tiles/nowhere/3/0/0.mvt":                               http.StatusNotFound,
		"/tiles/reference/3/0/0.mvt":                             http.StatusNotFound,
		"/tiles/reference,river_corridors/3/0/0.mvt":             http.StatusNotFound,
		"/tiles/river_corridors/3/0/0.png":                       http.StatusNotFound,
		"/tiles/NoSuchSet/3/0/0":                                 http.StatusNotFound,
		"/tiles/CGCS2000Quad/0/0/0":                              http.StatusNotFound,
		"/collections/reference/tiles":                           http.StatusNotFound,
		"/collections/plan_rules/tiles":                          http.StatusNotFound,
		"/styles/reference":                                      http.StatusNotFound,
		"/styles/plan_rules":                                     http.StatusNotFound,
		"/tiles/reference.json":                                  http.StatusNotFound,
		"/tiles/WebMercatorQuad/3/0/0?collections=reference":     http.StatusNotFound,
		"/tiles/WebMercatorQuad/3/0/0?collections=plan_rules":    http.StatusBadRequest,
		"/tiles/plan_rules/3/0/0.mvt":                            http.StatusBadRequest,
		"/tiles/river_corridors,river_corridors/3/0/0.mvt":       http.StatusBadRequest,
		"/tiles/river_corridors/a/0/0.mvt":                       http.StatusBadRequest,
		"/tiles/river_corridors/03/0/0.mvt":                      http.StatusBadRequest,
		"/tiles/river_corridors/3/-1/0.mvt":                      http.StatusBadRequest,
		"/tiles/river_corridors/3/0/0.mvt?f=png":                 http.StatusBadRequest,
		"/tiles/WorldCRS84Quad?f=tilejson":                       http.StatusBadRequest,
		"/styles/plan?labels=perhaps":                            http.StatusBadRequest,
		"/tiles/" + strings.Repeat("a,", 64) + "a/3/0/0.mvt":     http.StatusBadRequest,
		"/tiles/river_corridors/3/0/0.mvt?collections=reference": http.StatusBadRequest,
	} {
		for range 2 { // the second time from the cache, if at all
			a := s.get(t, path)
			if a.StatusCode != want || want == http.StatusNoContent && (len(a.body) > 0 || a.Header.Get("Content-Type") != "") {
				t.Errorf("%s: %d %v, want %d", path, a.StatusCode, a.Header, want)
			}
			if want >= 400 {
				wantProblem(t, a, want)
			}
		}
	}
	for _, l := range wantTile(t, s.get(t, "/tiles/WebMercatorQuad/5/12/26")) {
		if l.Name == "reference" {
			t.Error("the tile of the plan shows a layer that is not public")
		}
	}
}

// TestTilesOnTheWire: a tile that is made and one that is kept have the same
// headers and bytes in each coding; conditional requests and HEAD follow.
func TestTilesOnTheWire(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `update planatlas.layer set declaration = declaration || '{"maxAge": 300}' where id in ('river_corridors', 'rural')`)
	s, made, cache := serveTiles(t, database)
	at := over(t, tile.WebMercatorQuad, 9, 113.58, 37.86)
	control := map[string]string{"river_corridors": "public, max-age=300, must-revalidate", "reference,river_corridors": "no-cache", "river_corridors,rural": "public, max-age=300, must-revalidate"}
	for list, kept := range control {
		path := short(list, at)
		plain := s.get(t, path, "Accept-Encoding", "identity")
		for coding, open := range map[string]func(io.Reader) (io.Reader, error){
			"identity": func(r io.Reader) (io.Reader, error) { return r, nil },
			"gzip":     func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			"zstd":     func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
		} {
			cache.Hear(&layers.Touch{All: true}, nil)
			before := made.made.Load()
			cold, warm := s.get(t, path, "Accept-Encoding", coding), s.get(t, path, "Accept-Encoding", coding)
			head := do(t, s.request(t, http.MethodHead, path, "", "Accept-Encoding", coding))
			if made.made.Load() != before+1 {
				t.Errorf("%s by %s was made %d times", path, coding, made.made.Load()-before)
			}
			r, err := open(bytes.NewReader(warm.body))
			if err != nil {
				t.Fatalf("%s by %s: %v", path, coding, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain.body) || !bytes.Equal(cold.body, warm.body) || coding != "identity" && len(warm.body) >= len(got) {
				t.Errorf("%s by %s: %d bytes, then %d, for %d of %d: %v", path, coding, len(cold.body), len(warm.body), len(got), len(plain.body), err)
			}
			for _, a := range []answer{cold, warm, head} {
				for name := range cold.Header {
					if name != "X-Request-Id" && name != "Date" && a.Header.Get(name) != cold.Header.Get(name) {
						t.Errorf("%s %s by %s: %s is %q, and %q when it is made", a.Request.Method, path, coding, name, a.Header.Get(name), cold.Header.Get(name))
					}
				}
				if a.Header.Get("Cache-Control") != kept || a.Header.Get("Vary") != "Accept-Encoding" || a.Header.Get("X-Request-Id") == "" || a.Header.Get("Access-Control-Allow-Origin") != "*" || len(a.Header) != len(cold.Header) {
					t.Errorf("%s by %s: %v", path, coding, a.Header)
				}
			}
			tag := warm.Header.Get("ETag")
			for _, ask := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
				if a := s.get(t, path, "Accept-Encoding", coding, "If-None-Match", ask); a.StatusCode != http.StatusNotModified || len(a.body) > 0 || a.Header.Get("ETag") != tag || a.Header.Get("Content-Encoding") != "" {
					t.Errorf("%s by %s with %s: %d %v", path, coding, ask, a.StatusCode, a.Header)
				}
			}
			if a := s.get(t, path, "Accept-Encoding", coding, "If-None-Match", `"other"`); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %d for another tag", path, a.StatusCode)
			}
		}
	}
	if a := do(t, s.request(t, http.MethodOptions, short("reference", at), "")); a.StatusCode != http.StatusNoContent || !strings.Contains(a.Header.Get("Access-Control-Allow-Methods"), "GET") {
		t.Errorf("OPTIONS: %d %v", a.StatusCode, a.Header)
	}
}

// TestTilesOfATable: what others write without telling is made anew each time, and
// kept by nobody without asking.
func TestTilesOfATable(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `create table public.wells (gid bigint primary key, depth numeric, geom geometry(Point, 4326));
		insert into public.wells select i, i / 4.0, st_setsrid(st_point(113 + i * 0.001, 37.9), 4326) from generate_series(1, 25) i; analyze public.wells`)
	db := storetest.Open(t, database)
	p, err := db.DescribeTable(t.Context(), "public", "wells", "")
	if err == nil {
		err = db.Publish(t.Context(), p.Layer)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, made, _ := serveTiles(t, database)
	path := short("wells", over(t, tile.WebMercatorQuad, 8, 113.01, 37.9))
	first := s.get(t, path)
	if ls := wantTile(t, first); len(ls) != 1 || len(ls[0].Features) == 0 || first.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("%v %v", names(ls), first.Header)
	}
	storetest.Exec(t, database, "delete from public.wells where gid > 1")
	again := s.get(t, path, "If-None-Match", first.Header.Get("ETag"))
	if ls := wantTile(t, again); len(ls[0].Features) != 1 || made.made.Load() != 2 {
		t.Errorf("after an edit there are %d features, made %d times", len(ls[0].Features), made.made.Load())
	}
	if a := s.get(t, path, "If-None-Match", again.Header.Get("ETag")); a.StatusCode != http.StatusNotModified {
		t.Errorf("%d for the tag of the tile", a.StatusCode)
	}
	for _, l := range wantTile(t, s.get(t, "/tiles/WebMercatorQuad/5/12/26")) {
		if l.Name == "wells" {
			t.Error("the plan holds somebody else's table")
		}
	}
}

type tileJSONDoc struct {
	TileJSON     string
	Tiles        []string
	MinZoom      int
	MaxZoom      int
	Bounds       []float64
	Attribution  string
	VectorLayers []struct {
		ID        string
		ExactZoom *int
		Fields    map[string]string
	} `json:"vector_layers"`
}

// TestTileJSON: its addresses lead to tiles behind a proxy too, and its fields are
// those that tiles have.
func TestTileJSON(t *testing.T) {
	s, _, _ := serveTiles(t, storetest.URL(t))
	at := over(t, tile.WebMercatorQuad, 9, 113.58, 37.86)
	fill := strings.NewReplacer("{z}", fmt.Sprint(at.Z), "{x}", fmt.Sprint(at.X), "{y}", fmt.Sprint(at.Y))
	for path, want := range map[string][]string{"/tiles/reference,river_corridors.json": {"river_corridors", "reference"}, "/tiles/river_corridors.json": {"river_corridors"},
		"/collections/reference/tiles/WebMercatorQuad?f=tilejson": {"reference"}, "/tiles/WebMercatorQuad?f=tilejson&collections=reference": {"reference"}, "/tiles/WebMercatorQuad?f=tilejson": nil} {
		doc := read[tileJSONDoc](t, s.get(t, path), http.StatusOK)
		if doc.TileJSON != "3.0.0" || len(doc.Tiles) != 1 || doc.MinZoom != 0 || doc.MaxZoom < 14 || len(doc.Bounds) != 4 || doc.Attribution == "" || want != nil && len(doc.VectorLayers) != len(want) {
			t.Errorf("%s: %+v", path, doc)
		}
		for i, l := range doc.VectorLayers {
			if want != nil && l.ID != want[i] || l.ExactZoom == nil || l.Fields["name_zh"] == "" {
				t.Errorf("%s: %+v", path, l)
			}
		}
		for _, l := range wantTile(t, s.get(t, fill.Replace(doc.Tiles[0]))) {
			i := slices.IndexFunc(doc.VectorLayers, func(v struct {
				ID        string
				ExactZoom *int
				Fields    map[string]string
			}) bool {
				return v.ID == l.Name
			})
			for _, f := range l.Features {
				for name := range f.Properties {
					if i < 0 || doc.VectorLayers[i].Fields[name] == "" {
						t.Fatalf("%s: the tile has %s of %s, which is not declared", path, name, l.Name)
					}
				}
			}
		}
		forwarded := read[tileJSONDoc](t, s.get(t, path, "X-Forwarded-Proto", "https", "X-Forwarded-Host", "atlas.example", "X-Forwarded-Prefix", "/gis"), http.StatusOK)
		if !strings.HasPrefix(forwarded.Tiles[0], "https://atlas.example/gis/") {
			t.Errorf("%s behind a proxy: %s", path, forwarded.Tiles[0])
		}
	}
}

// TestTilesetsDescribeTheirTiles holds the documents to what OGC 17-083r4 and
// 20-057 ask: limits, layers, templates that lead to tiles.
func TestTilesetsDescribeTheirTiles(t *testing.T) {
	s, _, _ := serveTiles(t, storetest.URL(t))
	sets := read[struct {
		TileMatrixSets []struct {
			ID    string
			Links []link
		}
	}](t, s.get(t, "/tileMatrixSets"), http.StatusOK)
	if len(sets.TileMatrixSets) != 3 {
		t.Fatalf("%+v", sets)
	}
	for _, set := range sets.TileMatrixSets {
		m := read[struct {
			ID, CRS      string
			TileMatrices []struct {
				ID                        string
				MatrixWidth, MatrixHeight int
				PointOfOrigin             []float64
				CellSize                  float64
			}
		}](t, s.get(t, set.Links[0].Href), http.StatusOK)
		if m.ID != set.ID || len(m.TileMatrices) < 15 || m.TileMatrices[0].MatrixWidth < 1 || m.CRS == "" {
			t.Errorf("%+v", m)
		}
		for _, path := range []string{"/tiles/" + set.ID, "/collections/river_corridors/tiles/" + set.ID} {
			doc := read[struct {
				DataType, CRS, TileMatrixSetID string
				TileMatrixSetLimits            []struct {
					TileMatrix                                     string
					MinTileRow, MaxTileRow, MinTileCol, MaxTileCol int
				}
				Layers []struct {
					ID, ExactTileMatrix string
					PropertiesSchema    struct{ Properties map[string]any }
				}
				Links []struct {
					link
					Templated bool
				}
			}](t, s.get(t, path), http.StatusOK)
			if doc.DataType != "vector" || doc.CRS != m.CRS || doc.TileMatrixSetID != set.ID || len(doc.TileMatrixSetLimits) < 15 || len(doc.Layers) == 0 || doc.Layers[0].PropertiesSchema.Properties["name_zh"] == nil || doc.Layers[0].ExactTileMatrix == "" {
				t.Errorf("%s: %+v", path, doc)
			}
			limits := doc.TileMatrixSetLimits[9]
			found := false
			for _, l := range doc.Links {
				if l.Rel != "item" {
					continue
				}
				found = l.Templated
				some := false
				for row := limits.MinTileRow; row <= limits.MaxTileRow; row++ {
					for col := limits.MinTileCol; col <= limits.MaxTileCol; col++ {
						a := s.get(t, strings.NewReplacer("{tileMatrix}", limits.TileMatrix, "{tileRow}", fmt.Sprint(row), "{tileCol}", fmt.Sprint(col)).Replace(l.Href))
						some = some || a.StatusCode == http.StatusOK
					}
				}
				if !some {
					t.Errorf("%s: %s leads to no tile within %+v", path, l.Href, limits)
				}
			}
			if !found {
				t.Errorf("%s has no template of its tiles: %+v", path, doc.Links)
			}
		}
	}
}
