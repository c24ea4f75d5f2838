package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

type collectionDoc struct {
	ID, Title, Description, Attribution, ItemType, StorageCRS, GeometryType string
	CRS                                                                     []string
	FeatureCount, LocatedCount, Revision                                    int64
	Extent                                                                  struct {
		Spatial struct {
			BBox [][4]float64
			CRS  string
		}
		Temporal struct{ Interval [][2]*string }
	}
	Properties []struct{ Name, Type string }
	Links      []link
}

func TestCollectionsEqualTheDatabase(t *testing.T) {
	s := serve(t)
	got := read[struct{ Collections []collectionDoc }](t, s.get(t, "/collections"), http.StatusOK).Collections
	want := s.published()
	if len(got) != len(want) {
		t.Fatalf("%d collections, want %d", len(got), len(want))
	}
	for i, l := range want {
		c := got[i]
		if c.ID != l.ID {
			t.Fatalf("collection %d is %s, want %s in the order of drawing", i, c.ID, l.ID)
		}
		var n, located, revision int64
		var west, south, east, north *float64
		storetest.QueryRow(t, s.database, `select count(*), count(geom), (select revision from planatlas.layer where id = '`+l.ID+`'),
			st_xmin(st_extent(geom)), st_ymin(st_extent(geom)), st_xmax(st_extent(geom)), st_ymax(st_extent(geom)) from layers.`+l.ID,
			&n, &located, &revision, &west, &south, &east, &north)
		if c.FeatureCount != n || c.LocatedCount != located || c.Revision != revision {
			t.Errorf("%s: %d features, %d located, revision %d; the database has %d, %d, %d", l.ID, c.FeatureCount, c.LocatedCount, c.Revision, n, located, revision)
		}
		var box [][4]float64
		if west != nil {
			box = [][4]float64{{*west, *south, *east, *north}}
		}
		if !slices.Equal(c.Extent.Spatial.BBox, box) {
			t.Errorf("%s: extent %v, want %v", l.ID, c.Extent.Spatial.BBox, box)
		}
		if from := c.Extent.Temporal.Interval[0][0]; from == nil || *from != string(l.Coverage.From)+"T00:00:00Z" {
			t.Errorf("%s: interval %v", l.ID, c.Extent.Temporal.Interval)
		}
		checkDescription(t, l, c)
		one := read[collectionDoc](t, s.get(t, "/collections/"+l.ID), http.StatusOK)
		if one.ID != c.ID || one.FeatureCount != c.FeatureCount || len(one.Links) != len(c.Links) {
			t.Errorf("%s: its own document differs from its entry in the list", l.ID)
		}
	}
}

func checkDescription(t *testing.T, l *layers.Layer, c collectionDoc) {
	t.Helper()
	if !strings.Contains(c.Title, l.Title.ZH) || !strings.Contains(c.Title, l.Title.EN) || c.Description == "" || c.Attribution == "" {
		t.Errorf("%s: title %q, description %q, attribution %q", l.ID, c.Title, c.Description, c.Attribution)
	}
	if c.ItemType != "feature" || c.GeometryType != string(l.Geometry) || !strings.HasSuffix(c.StorageCRS, "/4490") ||
		len(c.CRS) != 6 || c.CRS[0] != "http://www.opengis.net/def/crs/OGC/1.3/CRS84" || !slices.Contains(c.CRS, c.StorageCRS) {
		t.Errorf("%s: %+v", l.ID, c)
	}
	var names []string
	for _, p := range c.Properties {
		names = append(names, p.Name)
	}
	if slices.Contains(names, "entity") != l.HasGeometry() || !slices.Contains(names, "revision") || len(names) != len(l.AllProperties()) {
		t.Errorf("%s: properties %v", l.ID, names)
	}
	rels := map[string]bool{}
	for _, x := range c.Links {
		rels[x.Rel] = true
	}
	if !rels["self"] || !rels["items"] {
		t.Errorf("%s: links %v", l.ID, slices.Collect(maps.Keys(rels)))
	}
}

// TestInternalLayersAreNotPublished: they are checked, but nobody reads them
// here. One of them is given a name that no other text holds.
func TestInternalLayersAreNotPublished(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, `update planatlas.layer set declaration = declaration || '{"access":"internal","titles":{"zh":"绝密图层","en":"Hidden"}}' where id = 'reference'`)
	s := serveOn(t, database, store.Options{}, nil)
	for _, path := range []string{"/collections/reference", "/collections/reference/items", "/collections/reference/items/yangquan"} {
		if p := wantProblem(t, s.get(t, path), http.StatusNotFound); strings.Contains(p.Detail, `did you mean "reference"`) {
			t.Errorf("%s: %s", path, p.Detail)
		}
	}
	for _, path := range []string{"/?f=html", "/collections", "/api"} {
		body := string(s.get(t, path).body)
		for _, l := range s.catalog.Layers {
			if l.Access == layers.Internal && (strings.Contains(body, l.Title.ZH+"<") || strings.Contains(body, `"id":"`+l.ID+`"`) || strings.Contains(body, "collections/"+l.ID)) {
				t.Errorf("%s tells of the internal layer %s", path, l.ID)
			}
		}
	}
	doc := read[checkDoc](t, s.post(t, siteAround(113.6, 37.86, 0.01)), http.StatusCreated)
	if doc.outcomes()["reference"] == "" {
		t.Error("a check passes over the internal layer")
	}
}

func TestEmptyAndUnlocatedLayers(t *testing.T) {
	s := serve(t)
	var all int64
	storetest.QueryRow(t, s.database, "select count(*) from layers.reference", &all)
	storetest.Exec(t, s.database, "update layers.reference set geom = null")
	storetest.Exec(t, s.database, "delete from layers.river_corridors")
	for id, want := range map[string]int64{"reference": all, "river_corridors": 0} {
		c := read[map[string]any](t, s.get(t, "/collections/"+id), http.StatusOK)
		if c["featureCount"] != float64(want) || c["locatedCount"] != 0.0 {
			t.Errorf("%s: %v features, %v located", id, c["featureCount"], c["locatedCount"])
		}
		if extent := c["extent"].(map[string]any); extent["spatial"] != nil {
			t.Errorf("%s: a spatial extent %v without any place", id, extent["spatial"])
		}
	}
	got := read[featureCollection](t, s.get(t, "/collections/river_corridors/items"), http.StatusOK)
	if got.Features == nil || len(got.Features) != 0 || got.NumberMatched != 0 {
		t.Errorf("an empty layer gives %+v", got)
	}
}
