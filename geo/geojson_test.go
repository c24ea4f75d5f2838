package geo_test

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
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

// text is WKB in hex as PostGIS prints it.
func text(t testing.TB, s string) geo.WKB {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGolden holds geometries as PostGIS 3.3 sends them, of both byte orders and
// both ways of writing Z, M and SRID.
func TestGolden(t *testing.T) {
	for _, c := range []struct{ name, wkb, want string }{
		{"point", "01 01000000 000000000000F03F 0000000000000040", `{"type":"Point","coordinates":[1,2]}`},
		{"point, big-endian", "00 00000001 3FF0000000000000 4000000000000000", `{"type":"Point","coordinates":[1,2]}`},
		{"point with srid", "01 01000020 8A110000 000000000000F03F 0000000000000040", `{"type":"Point","coordinates":[1,2]}`},
		{"point with srid, big-endian", "00 20000001 0000118A 3FF0000000000000 4000000000000000", `{"type":"Point","coordinates":[1,2]}`},
		{"point z, ewkb", "01 01000080 000000000000F03F 0000000000000040 0000000000000840", `{"type":"Point","coordinates":[1,2]}`},
		{"point m, ewkb", "01 01000040 000000000000F03F 0000000000000040 0000000000000840", `{"type":"Point","coordinates":[1,2]}`},
		{"point zm with srid, ewkb", "01 010000E0 8A110000 000000000000F03F 0000000000000040 0000000000000840 0000000000001040", `{"type":"Point","coordinates":[1,2]}`},
		{"point z, iso", "01 E9030000 000000000000F03F 0000000000000040 0000000000000840", `{"type":"Point","coordinates":[1,2]}`},
		{"point m, iso", "01 D1070000 000000000000F03F 0000000000000040 0000000000000840", `{"type":"Point","coordinates":[1,2]}`},
		{"point zm, iso", "01 B90B0000 000000000000F03F 0000000000000040 0000000000000840 0000000000001040", `{"type":"Point","coordinates":[1,2]}`},
		{"point empty", "01 01000000 000000000000F87F 000000000000F87F", `{"type":"Point","coordinates":[]}`},
		{"line z", "01 02000080 02000000 000000000000F03F 0000000000000040 0000000000000840 0000000000000040 000000000000F03F 000000000000F87F", `{"type":"LineString","coordinates":[[1,2],[2,1]]}`},
		{"line empty", "01 02000000 00000000", `{"type":"LineString","coordinates":[]}`},
		{"polygon empty", "01 03000000 00000000", `{"type":"Polygon","coordinates":[]}`},
		{"polygon with an empty ring", "01 03000000 01000000 00000000", `{"type":"Polygon","coordinates":[[]]}`},
		{"multipoint", "01 04000000 02000000 01 01000000 000000000000F03F 0000000000000040 00 00000001 4000000000000000 3FF0000000000000", `{"type":"MultiPoint","coordinates":[[1,2],[2,1]]}`},
		{"multipoint with empty points", "01 04000000 03000000 01 01000000 000000000000F87F 000000000000F87F 01 01000000 000000000000F03F 0000000000000040 01 01000000 000000000000F87F 000000000000F87F", `{"type":"MultiPoint","coordinates":[[1,2]]}`},
		{"multipoint empty", "01 04000000 00000000", `{"type":"MultiPoint","coordinates":[]}`},
		{"multiline", "01 05000000 02000000 01 02000000 00000000 01 02000000 02000000 000000000000F03F 0000000000000040 0000000000000040 000000000000F03F", `{"type":"MultiLineString","coordinates":[[],[[1,2],[2,1]]]}`},
		{"multipolygon empty", "01 06000000 00000000", `{"type":"MultiPolygon","coordinates":[]}`},
		{"multipolygon with an empty polygon", "01 06000000 01000000 01 03000000 00000000", `{"type":"MultiPolygon","coordinates":[[]]}`},
		{"collection empty", "01 07000000 00000000", `{"type":"GeometryCollection","geometries":[]}`},
		{"collection, nested, mixed orders", "00 00000007 00000002 01 07000000 01000000 00 00000001 3FF0000000000000 4000000000000000 00 00000002 00000000",
			`{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]},{"type":"LineString","coordinates":[]}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := text(t, c.wkb).AppendGeoJSON([]byte("x"), 6)
			if err != nil || string(got) != "x"+c.want {
				t.Errorf("got  %s, %v\nwant x%s", got, err, c.want)
			}
			if _, err := text(t, c.wkb).Positions(); err != nil {
				t.Errorf("positions: %v", err)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	nested := strings.Repeat("0107000000 01000000", 33) + "0107000000 00000000"
	for _, c := range []struct{ name, wkb, want string }{
		{"nothing", "", "ends at byte 0, 1 more expected"},
		{"byte order", "02 01000000", "byte order 2 at byte 0, want 0 or 1"},
		{"no type", "01 0100", "ends at byte 3, 2 more expected"},
		{"no srid", "01 01000020 8A11", "ends at byte 7, 2 more expected"},
		{"type 0", "01 00000000", "unknown geometry type 0 at byte 0"},
		{"type 8", "01 08000000 00000000", "unknown geometry type 8 at byte 0"},
		{"curve", "01 11000000 00000000", "unknown geometry type 17 at byte 0"},
		{"iso 4001", "01 A10F0000", "unknown geometry type 4001 at byte 0"},
		{"unknown flag", "01 01000010 00000000", "unknown geometry type 268435457 at byte 0"},
		{"short point", "01 01000000 000000000000F03F", "ends at byte 13, 8 more expected"},
		{"huge line", "01 02000000 FFFFFFFF 000000000000F03F", "4294967295 elements announced at byte 5, but only 8 bytes follow"},
		{"huge polygon", "01 03000000 FFFFFFFF", "4294967295 elements announced"},
		{"huge multipoint", "01 04000000 00000080 00000000", "2147483648 elements announced"},
		{"huge collection", "01 07000000 FFFFFF7F 00000000", "2147483647 elements announced"},
		{"short line z", "01 02000080 01000000 000000000000F03F 0000000000000040", "1 elements announced at byte 5, but only 16 bytes follow"},
		{"line in a multipolygon", "01 06000000 01000000 01 02000000 00000000", "member of type 2 at byte 9, want 3"},
		{"multipoint in a multipoint", "01 04000000 01000000 01 04000000 00000000 000000000000F03F000000000000F03F", "member of type 4 at byte 9, want 1"},
		{"more bytes", "01 02000000 00000000 00", "1 bytes after the end"},
		{"too deep", nested, "more than 32 nested collections"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := []byte("kept")
			got, err := text(t, c.wkb).AppendGeoJSON(dst, 6)
			if !errors.Is(err, geo.ErrWKB) || !strings.Contains(err.Error(), c.want) || string(got) != "kept" {
				t.Errorf("got %q, %v\nwant %s", got, err, c.want)
			}
			if _, err := text(t, c.wkb).Positions(); !errors.Is(err, geo.ErrWKB) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("positions: %v, want %s", err, c.want)
			}
		})
	}
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

// page is a multipolygon as it comes from a layer, about 700 positions with 6
// decimals.
func page(tb testing.TB) geo.WKB {
	var m orb.MultiPolygon
	for i := range 7 {
		var ring orb.Ring
		for k := range 100 {
			a := 2 * math.Pi * float64(k) / 99
			x, _ := strconv.ParseFloat(strconv.FormatFloat(113.5+float64(i)/10+0.04*math.Cos(a), 'f', 6, 64), 64)
			y, _ := strconv.ParseFloat(strconv.FormatFloat(37.8+0.04*math.Sin(a), 'f', 6, 64), 64)
			ring = append(ring, orb.Point{x, y})
		}
		m = append(m, orb.Polygon{ring})
	}
	b, err := wkb.Marshal(m)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestNoAllocation(t *testing.T) {
	b := page(t)
	dst := make([]byte, 0, 64<<10)
	if n := testing.AllocsPerRun(20, func() { dst, _ = b.AppendGeoJSON(dst[:0], 6) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if len(dst) < 10_000 {
		t.Errorf("%d bytes", len(dst))
	}
}

func BenchmarkAppendGeoJSON(b *testing.B) {
	data := page(b)
	for _, decimals := range []int{6, 4} {
		b.Run(strconv.Itoa(decimals), func(b *testing.B) {
			var dst []byte
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = data.AppendGeoJSON(dst[:0], decimals); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkThroughOrb(b *testing.B) {
	data := page(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		g, err := wkb.Unmarshal(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(g); err != nil {
			b.Fatal(err)
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
