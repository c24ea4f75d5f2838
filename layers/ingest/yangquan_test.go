package ingest_test

import (
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"

	"planatlas/data"
	"planatlas/geo/crs"
	"planatlas/layers"
	"planatlas/layers/ingest"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// yangquan reads the embedded plan.
func yangquan(t *testing.T) (fs.FS, layers.Load) {
	t.Helper()
	folder, err := data.Yangquan()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := data.Rules()
	if err != nil {
		t.Fatal(err)
	}
	load, err := ingest.Folder(folder, rules)
	if err != nil {
		t.Fatal(err)
	}
	return folder, load
}

// each calls f for every feature of the plan's layers.
func each(t *testing.T, load layers.Load, f func(*testing.T, *layers.Layer, layers.Feature)) {
	t.Helper()
	for _, set := range load.Sets {
		if !set.Layer.HasGeometry() {
			continue
		}
		t.Run(set.Layer.ID, func(t *testing.T) {
			for feature, err := range set.Features {
				if err != nil {
					t.Fatal(err)
				}
				f(t, set.Layer, feature)
			}
		})
	}
}

// inventory is the table of what the plan names, by id.
func inventory(t *testing.T, folder fs.FS) map[string]map[string]string {
	t.Helper()
	f, err := folder.Open("plan/inventory.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		out[row["id"]] = row
	}
	return out
}

func TestCitationsAreThoseOfTheInventory(t *testing.T) {
	folder, load := yangquan(t)
	rows := inventory(t, folder)
	if len(rows) != 530 {
		t.Fatalf("the inventory has %d rows, want 530", len(rows))
	}
	located := 0
	each(t, load, func(t *testing.T, l *layers.Layer, f layers.Feature) {
		entity, _ := f.Values["entity"].(string)
		row, ok := rows[entity]
		if !ok {
			t.Errorf("%s: %s: entity %q is not in the inventory", f.Origin, f.ID, entity)
			return
		}
		if f.ID != entity && !strings.HasPrefix(f.ID, entity+"-") {
			t.Errorf("%s: id %s does not start with its entity %s", f.Origin, f.ID, entity)
		}
		for property, column := range map[string]string{"plan_section": "section", "plan_quote": "quote", "status": "status", "county": "county"} {
			if f.Values[property] != row[column] {
				t.Errorf("%s: %s: %s is %v and in the inventory %q", f.Origin, f.ID, property, f.Values[property], row[column])
			}
		}
		if f.ID == entity && f.Values["name_zh"] != row["name_zh"] {
			t.Errorf("%s: %s: name %v, in the inventory %q", f.Origin, f.ID, f.Values["name_zh"], row["name_zh"])
		}
		if f.Shape != nil {
			located++
		}
	})
	if located < 60 {
		t.Errorf("%d features are located, want at least 60", located)
	}
}

func TestEveryNamedEntityOfALayerIsThere(t *testing.T) {
	folder, load := yangquan(t)
	have := map[string]bool{}
	seen := map[string]string{}
	each(t, load, func(t *testing.T, l *layers.Layer, f layers.Feature) {
		entity, _ := f.Values["entity"].(string)
		have[l.ID+"/"+entity] = true
		if other, twice := seen[f.ID]; twice {
			t.Errorf("%s: id %s stands in %s too", f.Origin, f.ID, other)
		}
		seen[f.ID] = f.Origin
	})
	loaded := map[string]bool{}
	for _, set := range load.Sets {
		loaded[set.Layer.ID] = true
	}
	for id, row := range inventory(t, folder) {
		if loaded[row["layer"]] && strings.Contains(row["attributes"], "specificity=named") && !have[row["layer"]+"/"+id] {
			t.Errorf("%s: named entity %s (%s) is not there", row["layer"], id, row["name_zh"])
		}
	}
}

// The records of the plan are all there, and every id that they name is one of
// the inventory.
func TestRecordsOfThePlan(t *testing.T) {
	folder, load := yangquan(t)
	rows := inventory(t, folder)
	want := map[string]int{"plan_entities": 530, "plan_systems": 56, "plan_indicators": 77, "plan_rules": 110}
	for _, set := range load.Sets {
		if set.Layer.HasGeometry() {
			continue
		}
		n := 0
		for record, err := range set.Features {
			if err != nil {
				t.Fatal(err)
			}
			n++
			for _, p := range set.Layer.Properties {
				text, _ := record.Values[p.Name].(string)
				if !p.Names || text == "" {
					continue
				}
				for _, id := range strings.Split(text, ";") {
					if rows[id] == nil {
						t.Errorf("%s: %s: %s names %q, which is not in the inventory", record.Origin, record.ID, p.Name, id)
					}
				}
			}
		}
		if n != want[set.Layer.ID] {
			t.Errorf("%s has %d records, want %d", set.Layer.ID, n, want[set.Layer.ID])
		}
		delete(want, set.Layer.ID)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// counties maps the inventory's words to outlines.
func counties() map[string]string {
	return map[string]string{"城区": "chengqu", "矿区": "kuangqu", "郊区": "jiaoqu", "平定县": "pingding-xian", "盂县": "yuxian", "市域": "yangquan"}
}

func TestShapesLieInTheCountyThatTheyClaim(t *testing.T) {
	_, load := yangquan(t)
	outlines := map[string]layers.Outline{}
	for _, o := range load.Outlines {
		outlines[o.ID] = o
	}
	each(t, load, func(t *testing.T, l *layers.Layer, f layers.Feature) {
		county, _ := f.Values["county"].(string)
		outline, inside := outlines[counties()[county]]
		if f.Shape == nil || !inside {
			return
		}
		allowed := f.Values["accuracy_m"].(float64) + outline.AccuracyM
		// A point or zone lies in its county; a line or corridor passes through it.
		if d := farthest(f, outline.Shape.Geom); d > allowed {
			t.Errorf("%s: %s lies %.0f m outside %s, more than %.0f m", f.Origin, f.ID, d, county, allowed)
		}
	})
}

// farthest returns how far outside the outline the feature reaches, in metres;
// for lines and corridors, how far its nearest vertex is.
func farthest(f layers.Feature, outline orb.Geometry) float64 {
	passes := f.Values["part"] == "corridor"
	most, least := 0.0, math.Inf(1)
	vertices(f.Shape.Geom, func(p orb.Point) {
		d := distance(p, outline)
		most, least = max(most, d), min(least, d)
	})
	switch f.Shape.Geom.(type) {
	case orb.LineString, orb.MultiLineString:
		passes = true
	}
	if passes {
		return least
	}
	return most
}

func distance(p orb.Point, outline orb.Geometry) float64 {
	inside := false
	switch o := outline.(type) {
	case orb.Polygon:
		inside = planar.PolygonContains(o, p)
	case orb.MultiPolygon:
		inside = planar.MultiPolygonContains(o, p)
	}
	if inside {
		return 0
	}
	zone, _ := crs.ByZone(3, 38, false)
	north, east := zone.Forward(p[0], p[1])
	least := math.Inf(1)
	var last *orb.Point
	vertices(outline, func(v orb.Point) {
		n, e := zone.Forward(v[0], v[1])
		at := orb.Point{e, n}
		if last != nil {
			least = min(least, planar.DistanceFromSegment(*last, at, orb.Point{east, north}))
		}
		last = &at
	})
	return least
}

func vertices(g orb.Geometry, f func(orb.Point)) {
	switch g := g.(type) {
	case orb.Point:
		f(g)
	case orb.MultiPoint:
		for _, p := range g {
			f(p)
		}
	case orb.LineString:
		for _, p := range g {
			f(p)
		}
	case orb.MultiLineString:
		for _, l := range g {
			vertices(l, f)
		}
	case orb.Polygon:
		for _, r := range g {
			vertices(orb.LineString(r), f)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			vertices(p, f)
		}
	case orb.Collection:
		for _, m := range g {
			vertices(m, f)
		}
	}
}

func TestShapesAreRightHandedAndDoNotJump(t *testing.T) {
	_, load := yangquan(t)
	each(t, load, func(t *testing.T, l *layers.Layer, f layers.Feature) {
		if f.Shape == nil {
			return
		}
		polygons(f.Shape.Geom, func(p orb.Polygon) {
			for i, ring := range p {
				if want := map[bool]orb.Orientation{true: orb.CCW, false: orb.CW}[i == 0]; ring.Orientation() != want {
					t.Errorf("%s: %s: ring %d turns the wrong way", f.Origin, f.ID, i)
				}
			}
		})
		lines(f.Shape.Geom, func(line orb.LineString) {
			for i := 1; i < len(line); i++ {
				a, b := line[i-1], line[i]
				if d := math.Hypot((a[0]-b[0])*87_900, (a[1]-b[1])*111_000); d > 30_000 {
					t.Errorf("%s: %s: %.0f m between vertices %d and %d", f.Origin, f.ID, d, i-1, i)
				}
			}
		})
	})
}

func polygons(g orb.Geometry, f func(orb.Polygon)) {
	switch g := g.(type) {
	case orb.Polygon:
		f(g)
	case orb.MultiPolygon:
		for _, p := range g {
			f(p)
		}
	}
}

func lines(g orb.Geometry, f func(orb.LineString)) {
	switch g := g.(type) {
	case orb.LineString:
		f(g)
	case orb.MultiLineString:
		for _, l := range g {
			f(l)
		}
	}
}

// The files are read in diffs by people: one feature a line, sorted by id, at
// most six decimals.
func TestFeatureFilesCanBeReadInDiffs(t *testing.T) {
	folder, load := yangquan(t)
	for _, set := range load.Sets {
		if !set.Layer.HasGeometry() {
			continue
		}
		b, err := fs.ReadFile(folder, "features/"+set.Layer.ID+".geojson")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
		if lines[0] != `{"type":"FeatureCollection","features":[` || lines[len(lines)-1] != "]}" {
			t.Errorf("%s: the first and the last line are not the frame", set.Layer.ID)
		}
		last := ""
		for i, line := range lines[1 : len(lines)-1] {
			var f struct {
				ID       string          `json:"id"`
				Geometry json.RawMessage `json:"geometry"`
			}
			if err := json.Unmarshal([]byte(strings.TrimSuffix(line, ",")), &f); err != nil {
				t.Errorf("%s line %d is not one feature: %v", set.Layer.ID, i+2, err)
				continue
			}
			if f.ID <= last {
				t.Errorf("%s line %d: %s stands behind %s", set.Layer.ID, i+2, f.ID, last)
			}
			last = f.ID
			for _, number := range strings.FieldsFunc(string(f.Geometry), func(r rune) bool { return !strings.ContainsRune("-.0123456789", r) }) {
				if _, decimals, _ := strings.Cut(number, "."); len(decimals) > 6 {
					t.Errorf("%s line %d: %s has more than six decimals", set.Layer.ID, i+2, number)
				}
			}
		}
	}
}

func TestEmbeddedFolderIsTheOneOnDisk(t *testing.T) {
	folder, _ := yangquan(t)
	disk := os.DirFS("../../data/yangquan")
	err := fs.WalkDir(disk, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = fs.Stat(folder, path)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
