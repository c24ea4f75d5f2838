package ingest_test

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"planatlas/layers"
	"planatlas/layers/ingest"
)

const (
	declaration = `id = "parks"
title = { zh = "园区", en = "Parks" }
description = { zh = "园区", en = "Parks" }
geometry = "Point"
legal_effect = "indicative"
access = "public"
source = { name = { zh = "规划", en = "Plan" }, licence = "public", attribution = "the city", date = "2021-04-01" }
coverage = { area = "city", complete = true, from = "2021-01-01" }
style = { order = 1, stroke = "#000000", width = 1.0, zoom = [0, 22] }
[[property]]
name = "kind"
title = { zh = "类", en = "Kind" }
type = "string"
codes = ["a", "b"]
[[property]]
name = "area_km2"
title = { zh = "面积", en = "Area" }
type = "number"
`
	outlines = `{"type":"FeatureCollection","features":[
{"type":"Feature","id":"city","properties":{"name_zh":"市","name_en":"City","geometry_source":"own","accuracy_m":100},"geometry":{"type":"Polygon","coordinates":[[[113,37],[114,37],[114,38],[113,38],[113,37]]]}}
]}
`
	feature  = `{"type":"Feature","id":"p1","properties":{"name_zh":"甲","name_en":"A","status":"planned","geometry_source":"own","accuracy_m":50,"kind":"a","area_km2":1.5},"geometry":{"type":"Point","coordinates":[113.5,37.9]}}`
	features = "{\"type\":\"FeatureCollection\",\"features\":[\n" + feature + "\n]}\n"
)

func small(change map[string]string) fstest.MapFS {
	files := map[string]string{"layers/parks.toml": declaration, "features/parks.geojson": features, "outlines.geojson": outlines}
	maps.Copy(files, change)
	out := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			out[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

func read(folder fstest.MapFS) ([]layers.Feature, error) {
	load, err := ingest.Folder(folder)
	if err != nil {
		return nil, err
	}
	var out []layers.Feature
	for _, set := range load.Sets {
		for f, err := range set.Features {
			if err != nil {
				return out, err
			}
			out = append(out, f)
		}
	}
	return out, nil
}

func TestFolder(t *testing.T) {
	fs, err := read(small(nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(fs) != 1 || fs[0].ID != "p1" || fs[0].Values["area_km2"] != 1.5 || fs[0].Values["legal_effect"] != "indicative" || fs[0].Origin != "features/parks.geojson line 2" {
		t.Errorf("%+v", fs)
	}
}

func TestMistakesNameFileLineAndFeature(t *testing.T) {
	at := "features/parks.geojson line 2: feature p1: "
	edit := func(old, new string) map[string]string {
		return map[string]string{"features/parks.geojson": strings.Replace(features, old, new, 1)}
	}
	for _, tc := range []struct {
		name   string
		change map[string]string
		want   string
	}{
		{"undeclared property", edit(`"kind":"a"`, `"kid":"a"`), at + `property "kid" is not declared in layers/parks.toml`},
		{"revision is ours", edit(`"kind":"a"`, `"revision":5`), at + `property "revision" is not declared`},
		{"number as text", edit(`"area_km2":1.5`, `"area_km2":"1.5"`), at + `property "area_km2": "1.5": want number`},
		{"text as number", edit(`"kind":"a"`, `"kind":5`), at + `property "kind": 5: want string`},
		{"code", edit(`"kind":"a"`, `"kind":"c"`), at + `property "kind": "c": want one of a, b`},
		{"status", edit(`"planned"`, `"plan"`), at + `property "status": "plan": want one of existing`},
		{"no name", edit(`"name_zh":"甲",`, ``), at + `property "name_zh": want a text`},
		{"no accuracy", edit(`"accuracy_m":50,`, ``), at + "accuracy_m: want metres"},
		{"negative accuracy", edit(`"accuracy_m":50`, `"accuracy_m":-1`), at + "accuracy_m: want metres"},
		{"null geometry with a source", edit(`{"type":"Point","coordinates":[113.5,37.9]}`, `null`), at + "without a geometry"},
		{"geometry without a source", edit(`"geometry_source":"own"`, `"geometry_source":"not located"`), at + `geometry_source is "not located" but there is a geometry`},
		{"wrong type", edit(`{"type":"Point","coordinates":[113.5,37.9]}`, `{"type":"LineString","coordinates":[[113.5,37.9],[113.6,37.9]]}`), at + "geometry LineString: the layer holds Point"},
		{"out of range", edit(`[113.5,37.9]`, `[213.5,37.9]`), "features/parks.geojson"},
		{"truncated", map[string]string{"features/parks.geojson": features[:len(features)-20]}, "features/parks.geojson: at file line"},
		{"no features", map[string]string{"features/parks.geojson": ""}, "layers/parks.toml: its features are missing"},
		{"no outlines", map[string]string{"outlines.geojson": ""}, "open the outlines"},
		{"other outline", map[string]string{"outlines.geojson": strings.Replace(outlines, `"id":"city"`, `"id":"town"`, 1)}, `layers/parks.toml: coverage.area "city" is not in outlines.geojson`},
		{"outline without name", map[string]string{"outlines.geojson": strings.Replace(outlines, `"name_zh":"市",`, ``, 1)}, "outlines.geojson line 2: city: name_zh"},
		{"local rule", map[string]string{"rules/local.yaml": "- id: X\n  layer: park\n"}, "rules/local.yaml: rule 1 (X)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := read(small(tc.change))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestAllBadFeaturesAreReported(t *testing.T) {
	second := strings.NewReplacer(`"p1"`, `"p2"`, `"planned"`, `"never"`).Replace(feature)
	third := strings.NewReplacer(`"p1"`, `"p3"`, `"own"`, `""`).Replace(feature)
	text := "{\"type\":\"FeatureCollection\",\"features\":[\n" + second + ",\n" + feature + ",\n" + third + "\n]}\n"
	got, err := read(small(map[string]string{"features/parks.geojson": text}))
	if err == nil || !strings.Contains(err.Error(), "line 2: feature p2") || !strings.Contains(err.Error(), "line 4: feature p3") {
		t.Errorf("got %v", err)
	}
	if len(got) != 0 {
		t.Errorf("%d features came after the first mistake", len(got))
	}
}
