package geo_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"planatlas/geo"
)

// text is WKB in hex as PostGIS prints it.
func text(t testing.TB, s string) geo.WKB {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGolden holds geometries in both byte orders and in both ways of writing Z,
// M and SRID: the flags of EWKB and the codes of ISO.
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
