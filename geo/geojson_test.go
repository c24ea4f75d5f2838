package geo_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/encoding/wkb"

	"planatlas/geo"
)

func ExampleWKB_AppendGeoJSON() {
	b, _ := wkb.Marshal(orb.Point{113.58330000000001, 37.8567})
	out, err := geo.WKB(b).AppendGeoJSON(nil, 6)
	fmt.Println(string(out), err)
	// Output: {"type":"Point","coordinates":[113.5833,37.8567]} <nil>
}

func TestNotFinite(t *testing.T) {
	for _, p := range []orb.Point{{math.NaN(), 1}, {1, math.NaN()}, {math.Inf(1), 1}, {1, math.Inf(-1)}, {math.Inf(1), math.NaN()}} {
		for _, g := range []orb.Geometry{p, orb.LineString{{1, 1}, p}, orb.MultiPoint{p}, orb.Collection{p}} {
			b, err := wkb.Marshal(g)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := geo.WKB(b).AppendGeoJSON(nil, 6); !errors.Is(err, geo.ErrWKB) || got != nil {
				t.Errorf("%v: got %s, %v", g, got, err)
			}
		}
	}
	b, err := wkb.Marshal(orb.LineString{{math.NaN(), math.NaN()}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := geo.WKB(b).AppendGeoJSON(nil, 6); !errors.Is(err, geo.ErrWKB) {
		t.Errorf("NaN in a line: got %s, %v", got, err)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		want     string
	}{
		{113.5833, 6, "113.5833"}, {113.58330000000001, 6, "113.5833"}, {113.58330000000001, -1, "113.58330000000001"},
		{113.1234565, 6, "113.123457"}, {113.1234564999, 6, "113.123456"}, {-113.1234565, 6, "-113.123457"},
		{0.0000004, 6, "0"}, {-0.0000004, 6, "0"}, {0.0000005, 6, "0.000001"}, {-0.0000005, 6, "-0.000001"},
		{math.Copysign(0, -1), 6, "0"}, {100, 0, "100"}, {99.5, 0, "100"}, {99.4, 0, "99"}, {-9.5, 0, "-10"}, {0.4, 0, "0"}, {1200, 2, "1200"},
		{9.9999999, 6, "10"}, {179.9999999, 6, "180"}, {1e21, 6, "1000000000000000000000"}, {1e-9, 9, "0.000000001"}, {5e-324, 15, "0"},
	} {
		b, err := wkb.Marshal(orb.Point{c.v, 1})
		if err != nil {
			t.Fatal(err)
		}
		got, err := geo.WKB(b).AppendGeoJSON(nil, c.decimals)
		if want := `{"type":"Point","coordinates":[` + c.want + `,1]}`; err != nil || string(got) != want {
			t.Errorf("%v with %d decimals: got %s, %v", c.v, c.decimals, got, err)
		}
	}
}

// random returns a geometry of any type with coordinates of up to 9 decimals.
func random(r *rand.Rand, depth int) orb.Geometry {
	point := func() orb.Point {
		return orb.Point{math.Round((r.Float64()*360-180)*1e9) / 1e9, math.Round((r.Float64()*180-90)*1e9) / 1e9}
	}
	line := func() orb.LineString {
		l := orb.LineString{}
		for range r.IntN(6) {
			l = append(l, point())
		}
		return l
	}
	polygon := func() orb.Polygon {
		p := orb.Polygon{}
		for range r.IntN(4) {
			p = append(p, orb.Ring(line()))
		}
		return p
	}
	switch r.IntN(7) {
	case 0:
		return point()
	case 1:
		return orb.MultiPoint(line())
	case 2:
		return line()
	case 3:
		m := orb.MultiLineString{}
		for range r.IntN(4) {
			m = append(m, line())
		}
		return m
	case 4:
		return polygon()
	case 5:
		m := orb.MultiPolygon{}
		for range r.IntN(4) {
			m = append(m, polygon())
		}
		return m
	default:
		c := orb.Collection{}
		for depth < 3 && len(c) < r.IntN(4) {
			c = append(c, random(r, depth+1))
		}
		return c
	}
}

// parse reads a GeoJSON geometry with encoding/json.
func parse(data []byte) (orb.Geometry, error) {
	var g struct {
		Type        string
		Coordinates json.RawMessage
		Geometries  []json.RawMessage
	}
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, err
	}
	switch g.Type {
	case "Point":
		return into[orb.Point](g.Coordinates)
	case "MultiPoint":
		return into[orb.MultiPoint](g.Coordinates)
	case "LineString":
		return into[orb.LineString](g.Coordinates)
	case "MultiLineString":
		return into[orb.MultiLineString](g.Coordinates)
	case "Polygon":
		return into[orb.Polygon](g.Coordinates)
	case "MultiPolygon":
		return into[orb.MultiPolygon](g.Coordinates)
	}
	c := orb.Collection{}
	for _, member := range g.Geometries {
		m, err := parse(member)
		if err != nil {
			return nil, err
		}
		c = append(c, m)
	}
	return c, nil
}

// into reads coordinates as one of orb's types, which are arrays of numbers.
func into[G orb.Geometry](coordinates []byte) (orb.Geometry, error) {
	var g G
	err := json.Unmarshal(coordinates, &g)
	return g, err
}

// TestAgainstOrb compares what is written, read back by encoding/json, with what
// orb decodes from the same bytes.
func TestAgainstOrb(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 24))
	for i := range 2000 {
		g := random(r, 0)
		order := [2]binary.ByteOrder{binary.LittleEndian, binary.BigEndian}[i%2]
		plain, err := wkb.Marshal(g, order)
		if err != nil {
			t.Fatal(err)
		}
		extended, err := ewkb.Marshal(g, 4490, order)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := wkb.Unmarshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [2]geo.WKB{plain, extended} {
			out, err := b.AppendGeoJSON(nil, 9)
			if err != nil {
				t.Fatalf("%v: %v", g, err)
			}
			back, err := parse(out)
			if err != nil {
				t.Fatalf("%s: %v", out, err)
			}
			if !orb.Equal(back, decoded) {
				t.Fatalf("%s\nis not %v", out, decoded)
			}
			if n, err := b.Positions(); err != nil || n != strings.Count(string(out), ",")-separators(string(out)) {
				t.Fatalf("%d positions, %v in %s", n, err, out)
			}
		}
	}
}

// separators counts the commas of a GeoJSON geometry that are not the one inside
// a position.
func separators(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] == ',' && (s[i-1] < '0' || s[i-1] > '9') {
			n++
		}
	}
	return n
}

// TestAllTypes checks that every geometry type of orb that has a WKB form is
// written, so that a new one is noticed.
func TestAllTypes(t *testing.T) {
	for _, g := range orb.AllGeometries {
		if g == nil {
			continue
		}
		b, err := wkb.Marshal(g)
		if err != nil || len(b) == 0 {
			continue
		}
		out, err := geo.WKB(b).AppendGeoJSON(nil, 6)
		if err != nil || !json.Valid(out) {
			t.Errorf("%T: %s, %v", g, out, err)
		}
	}
}

func FuzzAppendGeoJSON(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 9))
	for range 40 {
		g := random(r, 0)
		if b, err := wkb.Marshal(g, binary.BigEndian); err == nil {
			f.Add(b, 6)
		}
		if b, err := ewkb.Marshal(g, 4490); err == nil {
			f.Add(b, -1)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, decimals int) {
		decimals %= 20
		out, err := geo.WKB(data).AppendGeoJSON(nil, decimals)
		n, walkErr := geo.WKB(data).Positions()
		if err != nil {
			if !errors.Is(err, geo.ErrWKB) || out != nil {
				t.Errorf("%q, %v", out, err)
			}
			return
		}
		if walkErr != nil || n > len(data)/16 {
			t.Errorf("%d positions, %v", n, walkErr)
		}
		if !json.Valid(out) {
			t.Errorf("no JSON: %s", out)
		}
	})
}
