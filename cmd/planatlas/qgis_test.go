//go:build qgis

package main

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"planatlas/layers/store/storetest"
)

// TestQGISLoadsEveryLayer loads every collection with QGIS and filters one, and
// compares with the database. make test-qgis runs it.
func TestQGISLoadsEveryLayer(t *testing.T) {
	address, database, seen := inProcessWithLog(t)
	script, err := filepath.Abs("testdata/qgis_load.py")
	if err != nil {
		t.Fatal(err)
	}
	out := client(t, "apt-get install python3-qgis", "/usr/bin/python3", script, address)
	var got struct {
		Version     int
		Counts      map[string]int
		Wrong       []string
		Named, Near int
	}
	if err := json.Unmarshal([]byte(out[max(0, strings.Index(out, "{")):]), &got); err != nil {
		t.Fatalf("%v (is python3-qgis installed?)\n%s", err, out)
	}
	if want := stored(t, database); !maps.Equal(got.Counts, want) || len(got.Wrong) > 0 {
		t.Errorf("QGIS read %v, the database has %v; %v", got.Counts, want, got.Wrong)
	}
	var named, near int
	storetest.QueryRow(t, database, "select count(*) from layers.reference where status = 'existing'", &named)
	storetest.QueryRow(t, database, "select count(*) from layers.reference where st_intersects(geom, st_makeenvelope(113.4, 37.8, 113.8, 38.2, 4490))", &near)
	if got.Named != named || got.Near != near {
		t.Errorf("QGIS filtered %d and %d, the database %d and %d", got.Named, got.Near, named, near)
	}
	queries := seen.of("reference")
	if !pushed(queries, "bbox", "") {
		t.Errorf("QGIS looked for a place itself: %v", queries)
	}
	const filters = 33600 // the first QGIS that knows filters; those before read all and choose
	if got.Version >= filters && !pushed(queries, "filter", "") && !pushed(queries, "status", "existing") {
		t.Errorf("QGIS %d filtered for itself: %v", got.Version, queries)
	}
}

// TestQGISDrawsTiles opens the vector tiles of the whole plan in the style of the
// service, and reads the SLD of every collection.
func TestQGISDrawsTiles(t *testing.T) {
	address, _ := inProcess(t)
	script, err := filepath.Abs("testdata/qgis_tiles.py")
	if err != nil {
		t.Fatal(err)
	}
	out := client(t, "apt-get install python3-qgis", "/usr/bin/python3", script, address, "113.58", "37.86")
	var got struct {
		Valid   bool
		Error   string
		Colours int
		SLD     map[string]struct {
			OK       bool
			Message  string
			Renderer string
			Colours  []string
		}
	}
	if err := json.Unmarshal([]byte(out[max(0, strings.Index(out, "{")):]), &got); err != nil {
		t.Fatalf("%v (is python3-qgis installed?)\n%s", err, out)
	}
	if !got.Valid || got.Error != "" || got.Colours < 20 {
		t.Errorf("tiles: valid %t, %q, %d colours", got.Valid, got.Error, got.Colours)
	}
	for name, s := range got.SLD {
		if !s.OK || s.Message != "" || len(s.Colours) == 0 || s.Renderer == "nullSymbol" {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if len(got.SLD) < 30 {
		t.Errorf("%d styles", len(got.SLD))
	}
}
