package postgis_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	orbewkb "github.com/paulmach/orb/encoding/ewkb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"planatlas/geo"
	"planatlas/geo/postgis"
)

func ExampleMarshal() {
	b, err := postgis.Marshal(geo.Shape{SRID: geo.CGCS2000, Geom: orb.Point{1, 2}})
	fmt.Printf("%X %v\n", b, err)
	s, err := postgis.Unmarshal(b)
	fmt.Println(s.SRID, s.Geom, err)
	// Output:
	// 01010000208A110000000000000000F03F0000000000000040 <nil>
	// EPSG:4490 [1 2] <nil>
}

// shapes lists every geometry type, with and without content.
func shapes() map[string]orb.Geometry {
	ring := orb.Ring{{113.58, 37.85}, {113.59, 37.85}, {113.59, 37.86}, {113.58, 37.85}}
	hole := orb.Ring{{113.585, 37.853}, {113.585, 37.854}, {113.586, 37.854}, {113.585, 37.853}}
	line := orb.LineString{{113.58, 37.85}, {113.59, 37.86}}
	return map[string]orb.Geometry{
		"point":                       orb.Point{113.58, 37.85},
		"multipoint":                  orb.MultiPoint{{1, 2}, {3, 4}},
		"multipoint empty":            orb.MultiPoint{},
		"line":                        line,
		"line empty":                  orb.LineString{},
		"multiline":                   orb.MultiLineString{line, {{1, 2}, {3, 4}, {5, 6}}},
		"multiline with empty line":   orb.MultiLineString{{}, line},
		"multiline empty":             orb.MultiLineString{},
		"polygon":                     orb.Polygon{ring, hole},
		"polygon empty":               orb.Polygon{},
		"multipolygon":                orb.MultiPolygon{{ring, hole}, {ring}},
		"multipolygon, empty polygon": orb.MultiPolygon{{}, {ring}},
		"multipolygon empty":          orb.MultiPolygon{},
		"collection":                  orb.Collection{orb.Point{1, 2}, line, orb.Polygon{ring}, orb.Collection{orb.MultiPoint{{1, 2}}}},
		"collection empty":            orb.Collection{},
		"collection of empty":         orb.Collection{orb.Collection{}, orb.LineString{}},
	}
}

func TestRoundTrip(t *testing.T) {
	for name, g := range shapes() {
		t.Run(name, func(t *testing.T) {
			for _, srid := range []geo.SRID{0, geo.CGCS2000, geo.WGS84, geo.WebMercator} {
				b, err := postgis.Marshal(geo.Shape{SRID: srid, Geom: g})
				if err != nil {
					t.Fatal(err)
				}
				back, err := postgis.Unmarshal(b)
				if err != nil {
					t.Fatal(err)
				}
				if back.SRID != srid || !orb.Equal(back.Geom, g) || back.Geom.GeoJSONType() != g.GeoJSONType() {
					t.Errorf("%d %v came back as %d %v", srid, g, back.SRID, back.Geom)
				}
			}
		})
	}
}

// TestAgainstOrb compares the bytes with those of orb's own encoder, and reads
// orb's big-endian ones.
func TestAgainstOrb(t *testing.T) {
	for name, g := range shapes() {
		want, err := orbewkb.Marshal(g, 4490)
		if err != nil {
			t.Fatal(err)
		}
		got, err := postgis.Marshal(geo.Shape{SRID: 4490, Geom: g})
		if err != nil || hex.EncodeToString(got) != hex.EncodeToString(want) {
			t.Errorf("%s: %v\ngot  %x\nwant %x", name, err, got, want)
		}
		big, err := orbewkb.Marshal(g, 4490, binary.BigEndian)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := postgis.Unmarshal(big); err != nil || s.SRID != 4490 || !orb.Equal(s.Geom, g) {
			t.Errorf("%s, big-endian: %v, %v", name, s, err)
		}
	}
}

func TestEmptyPoint(t *testing.T) {
	nan := orb.Point{math.NaN(), math.NaN()}
	for _, g := range []orb.Geometry{nan, orb.Collection{nan, orb.Point{1, 2}}} {
		b, err := postgis.Marshal(geo.Shape{SRID: 4490, Geom: g})
		if err != nil {
			t.Fatal(err)
		}
		s, err := postgis.Unmarshal(b)
		if err != nil || fmt.Sprint(s.Geom) != fmt.Sprint(g) {
			t.Errorf("%v came back as %v, %v", g, s.Geom, err)
		}
	}
}

func TestRingAndBoundArePolygons(t *testing.T) {
	ring := orb.Ring{{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}}
	want, err := postgis.Marshal(geo.Shape{Geom: orb.Polygon{ring}})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []orb.Geometry{ring, ring.Bound()} {
		got, err := postgis.Append([]byte("before"), geo.Shape{Geom: g})
		if err != nil || string(got) != "before"+string(want) {
			t.Errorf("%T gives %x, %v", g, got, err)
		}
	}
}

func TestRefused(t *testing.T) {
	deep := orb.Collection{}
	for range 40 {
		deep = orb.Collection{deep}
	}
	for _, g := range []orb.Geometry{nil, deep, orb.Point{math.Inf(1), 0}, orb.Point{math.NaN(), 0}, orb.LineString{{1, 2}, {math.NaN(), math.NaN()}},
		orb.MultiPoint{{0, math.Inf(-1)}}, orb.Polygon{{{1, math.NaN()}}}, orb.MultiPolygon{{{{math.Inf(1), 1}}}}, orb.MultiLineString{{{math.Inf(1), 1}}}, orb.Collection{orb.Point{math.NaN(), 1}}, orb.Collection{nil}} {
		if b, err := postgis.Marshal(geo.Shape{SRID: 4490, Geom: g}); !errors.Is(err, postgis.ErrGeometry) {
			t.Errorf("%v: %x, %v", g, b, err)
		}
	}
}

func TestUnmarshalZM(t *testing.T) {
	for _, layout := range []geom.Layout{geom.XYZ, geom.XYM, geom.XYZM} {
		flat := make([]float64, 3*layout.Stride())
		for i := range flat {
			flat[i] = float64(i)
		}
		n := float64(layout.Stride())
		want := orb.LineString{{0, 1}, {n, n + 1}, {2 * n, 2*n + 1}}
		b, err := ewkb.Marshal(geom.NewLineStringFlat(layout, flat).SetSRID(4490), ewkb.XDR)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := postgis.Unmarshal(b); err != nil || s.SRID != 4490 || !orb.Equal(s.Geom, want) {
			t.Errorf("%v: %v, %v, want %v", layout, s, err, want)
		}
	}
}

func TestUnmarshalBroken(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "order": "0501000000", "short": "0101000000000000000000F03F", "type": "010F00000000000000",
		"huge line": "0102000000FFFFFFFF", "huge ring": "010300000001000000FFFFFF7F", "huge polygon": "0103000000FFFFFFFF", "huge collection": "0107000000FFFFFFFF",
		"infinite":                    "0101000000000000000000F07F0000000000000040",
		"NaN in line":                 "010200000001000000000000000000F87F000000000000F87F",
		"iso z":                       "01E9030000000000000000F03F00000000000000400000000000000840",
		"more":                        "010200000000000000FF",
		"srid":                        "0101000020FFFFFFFF000000000000F03F0000000000000040",
		"mixed z":                     "010700000002000000" + "0101000080000000000000F03F00000000000000400000000000000840" + "0101000000000000000000F03F0000000000000040" + "00",
		"empty point in a multipoint": "010400000001000000" + "0101000000000000000000F87F000000000000F87F",
		"too deep":                    strings.Repeat("010700000001000000", 40) + "010700000000000000",
	} {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(name, err)
		}
		if s, err := postgis.Unmarshal(b); err == nil || s.Geom != nil || !strings.HasPrefix(err.Error(), "decode ewkb: ") {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, g := range shapes() {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			b, err := orbewkb.Marshal(g, 4490, order)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Add([]byte{1, 3, 0, 0, 0x20, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := postgis.Unmarshal(data)
		if err != nil {
			return
		}
		b, err := postgis.Marshal(s)
		if err != nil {
			t.Fatalf("%v: %v", s, err)
		}
		back, err := postgis.Unmarshal(b)
		if err != nil || back.SRID != s.SRID || fmt.Sprint(back.Geom) != fmt.Sprint(s.Geom) {
			t.Fatalf("%v came back as %v, %v", s, back, err)
		}
	})
}
