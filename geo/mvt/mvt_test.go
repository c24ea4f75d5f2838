package mvt

import (
	"testing"

	"planatlas/geo/tile"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

func TestValues(t *testing.T) {
	e := NewEncoder(tile.ID{Set: tile.WorldCRS84Quad}, Options{})
	e.Layer("a", []string{"s", "n", "f", "b", "none"})
	g, err := wkb.Marshal(orb.Point{-90, 0})
	if err != nil {
		t.Fatal(err)
	}
	for id := range uint64(2) {
		if err := e.Feature(id, g, []Value{String("甲"), Int(-3), Float(0.5), Bool(true), {}}); err != nil {
			t.Fatal(err)
		}
	}
	layers, err := Decode(e.Bytes())
	if err != nil || len(layers) != 1 || layers[0].Name != "a" || len(layers[0].Features) != 2 {
		t.Fatal(layers, err)
	}
	for i, f := range layers[0].Features {
		want := map[string]any{"s": "甲", "n": int64(-3), "f": 0.5, "b": true}
		for k, v := range want {
			if f.Properties[k] != v {
				t.Errorf("%s: got %v (%T), want %v", k, f.Properties[k], f.Properties[k], v)
			}
		}
		if len(f.Properties) != len(want) || f.ID != uint64(i) || f.Geometry != orb.Geometry(orb.Point{2048, 2048}) {
			t.Errorf("got %v", f)
		}
	}
}

// What a tile that was given up left behind is not in the next one.
func TestResetForgets(t *testing.T) {
	at := tile.ID{Set: tile.WorldCRS84Quad}
	e := NewEncoder(at, Options{})
	e.Layer("a", nil)
	g, err := wkb.Marshal(orb.Point{-90, 0})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Feature(1, g, nil); err != nil {
		t.Fatal(err)
	}
	if e.Reset(at); len(e.Bytes()) != 0 || e.Features() != 0 {
		t.Errorf("%d bytes, %d features", len(e.Bytes()), e.Features())
	}
}
