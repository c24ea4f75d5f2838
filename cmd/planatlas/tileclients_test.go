package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"planatlas/geo/tile"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// TestGDALReadsTiles opens single tiles, and a whole zoom by its TileJSON, with GDAL's
// driver for vector tiles, and compares with the database.
func TestGDALReadsTiles(t *testing.T) {
	t.Parallel()
	address, database := inProcess(t)
	ids := func(source string, options ...string) []string {
		out := gdal(t, "ogrinfo", slices.Concat([]string{"-al", "-geom=NO", source}, options)...)
		var got []string
		for _, m := range regexp.MustCompile(`(?m)^  id \(String\) = (.*)$`).FindAllStringSubmatch(out, -1) {
			got = append(got, m[1])
		}
		slices.Sort(got)
		return slices.Compact(got)
	}
	var lon, lat float64
	storetest.QueryRow(t, database, "select st_x(geom), st_y(geom) from layers.reference where geom is not null and status = 'existing' order by id limit 1", &lon, &lat)
	place := orb.Bound{Min: orb.Point{lon, lat}, Max: orb.Point{lon, lat}}
	for _, z := range []uint32{8, 12} {
		block, _ := tile.WebMercatorQuad.Covering(z, place, 0)
		at := tile.ID{Set: tile.WebMercatorQuad, Z: z, X: block.MinX, Y: block.MinY}
		var want []string
		b := at.Buffered(64.0 / 4096)
		storetest.QueryRow(t, database, fmt.Sprintf(`select array_agg(id order by id collate "C") from layers.reference where geom && st_makeenvelope(%v, %v, %v, %v, 4490)`, b.Min[0], b.Min[1], b.Max[0], b.Max[1]), &want)
		if got := ids(fmt.Sprintf("MVT:%s/tiles/reference/%d/%d/%d.mvt", address, at.Z, at.X, at.Y)); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("GDAL reads %q of tile %s, the database has %q", got, at, want)
		}
	}
	var all []string
	storetest.QueryRow(t, database, `select array_agg(id order by id collate "C") from layers.reference where geom is not null`, &all)
	if got := ids("MVT:"+address+"/tiles/reference/8", "-oo", "TILE_EXTENSION=mvt", "-oo", "METADATA_FILE="+address+"/tiles/reference.json"); !slices.Equal(got, all) {
		t.Errorf("GDAL reads %q of a zoom, the database has %q", got, all)
	}
}

// TestOpenLayersReadsTiles draws the tiles of all layers in Chromium.
func TestOpenLayersReadsTiles(t *testing.T) {
	t.Parallel()
	address := mapPage(t)
	out := browse(t, "tiles.mjs", address, "113.58,37.86")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var found map[string][]string
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &found); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(found) < 10 || !slices.Contains(found["reference"], "chengqu") || len(found["river_corridors"]) < 5 {
		t.Errorf("OpenLayers found %v", found)
	}
	t.Log(lines[0], strconv.Itoa(len(found)), "layers")
}
