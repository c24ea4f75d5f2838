package encode_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"planatlas/api/encode"
	"planatlas/geo"
	"planatlas/layers"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/encoding/wkb"
)

// own are the formats that no other program writes.
func own() []encode.Format {
	var out []encode.Format
	for _, f := range encode.Formats(encode.NewGDAL(1)) {
		if f.Name != "gpkg" && f.Name != "shp" && f.Name != "gml" {
			out = append(out, f)
		}
	}
	return out
}

// encoded writes the rows in a format.
func encoded(f encode.Format, rows ...layers.Row) ([]byte, error) {
	var out bytes.Buffer
	v := view(trial())
	v.CRS, v.EPSG = "http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326
	enc, err := f.New(context.Background(), &out, v)
	if err != nil {
		return nil, err
	}
	defer enc.Free()
	for _, r := range rows {
		if err := enc.Row(r); err != nil {
			return nil, err
		}
	}
	err = enc.Close(encode.End{Page: layers.Page{Returned: len(rows), Matched: -1}, Now: time.Unix(0, 0)})
	return out.Bytes(), err
}

func TestFormatsTellThemselvesApart(t *testing.T) {
	names, media, extensions := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, f := range encode.Formats(encode.NewGDAL(1)) {
		if names[f.Name] || media[f.Media] || extensions[f.Extension] || f.Title.ZH == "" || f.Title.EN == "" || !strings.HasPrefix(f.Extension, ".") {
			t.Errorf("%+v", f)
		}
		names[f.Name], media[f.Media], extensions[f.Extension] = true, true, true
	}
}

// TestNoFormatAllocatesForAFeature holds that memory does not grow with a page.
func TestNoFormatAllocatesForAFeature(t *testing.T) {
	r := polygonRow()
	for _, f := range own() {
		count := func(features int) float64 {
			return testing.AllocsPerRun(5, func() {
				enc, err := f.New(t.Context(), io.Discard, view(trial()))
				if err != nil {
					t.Fatal(err)
				}
				for range features {
					if err := enc.Row(r); err != nil {
						t.Fatal(err)
					}
				}
				if err := enc.Close(encode.End{}); err != nil {
					t.Fatal(err)
				}
			})
		}
		if few, many := count(100), count(1100); (many-few)/1000 > 4 {
			t.Errorf("%s: %v allocations for each feature", f.Name, (many-few)/1000)
		}
	}
}

// ring is a square, outer or inner.
func ring(x, y, r float64) orb.Ring {
	return orb.Ring{{x - r, y - r}, {x + r, y - r}, {x + r, y + r}, {x - r, y + r}, {x - r, y - r}}
}

func TestCSVWritesGeometryAsText(t *testing.T) {
	square := "(0 0,2 0,2 2,0 2,0 0)"
	for want, g := range map[string]orb.Geometry{
		"POINT (113.1234568 -37.5)": orb.Point{113.12345678, -37.5},
		"LINESTRING (1 2,3 4)":      orb.LineString{{1, 2}, {3, 4}},
		"LINESTRING EMPTY":          orb.LineString{},
		"POLYGON (" + square + ",(0.5 0.5,1.5 0.5,1.5 1.5,0.5 1.5,0.5 0.5))": orb.Polygon{ring(1, 1, 1), ring(1, 1, 0.5)},
		"MULTIPOINT ((1 2),(3 4))":                              orb.MultiPoint{{1, 2}, {3, 4}},
		"MULTILINESTRING ((1 2,3 4),(5 6,7 8))":                 orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}},
		"MULTIPOLYGON ((" + square + "),(" + square + "))":      orb.MultiPolygon{{ring(1, 1, 1)}, {ring(1, 1, 1)}},
		"GEOMETRYCOLLECTION (POINT (0 0),LINESTRING (1 2,3 4))": orb.Collection{orb.Point{0, 0}, orb.LineString{{1, 2}, {3, 4}}},
		"GEOMETRYCOLLECTION EMPTY":                              orb.Collection{},
		"POINT EMPTY":                                           orb.Point{math.NaN(), math.NaN()},
	} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			plain, err := wkb.Marshal(g, order)
			if err != nil {
				t.Fatal(err)
			}
			extended, err := ewkb.Marshal(g, 4490, order)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range [][]byte{plain, extended} {
				out, err := encoded(own()[4], row("x", b, `\N`, `\N`, `\N`, `\N`, `\N`))
				if err != nil || !strings.HasSuffix(string(out), `,"`+want+"\"\r\n") {
					t.Errorf("%s: got %q, %v", want, out, err)
				}
			}
		}
	}
}

// TestHeightsAreLeftOut reads the codes of ISO and the flags of EWKB for Z and M.
func TestHeightsAreLeftOut(t *testing.T) {
	for word, extra := range map[uint32]int{1001: 1, 2001: 1, 3001: 2, 0x80000001: 1, 0x40000001: 1, 0xc0000001: 2} {
		b := binary.LittleEndian.AppendUint32([]byte{1}, word)
		for i := range 2 + extra {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(i+1)))
		}
		for _, f := range own() {
			out, err := encoded(f, row("x", b, `\N`, `\N`, `\N`, `\N`, `\N`))
			if err != nil || f.Name == "csv" && !strings.Contains(string(out), "POINT (1 2)") {
				t.Errorf("%s of type %d: %v, %q", f.Name, word, err, out)
			}
		}
	}
}

// FuzzFormats gives each format any geometry and any text. A page is refused, or
// it is well-formed and holds the text.
func FuzzFormats(f *testing.F) {
	for _, g := range []orb.Geometry{orb.Point{1, 2}, orb.Polygon{ring(1, 1, 1)}, orb.MultiPolygon{{ring(1, 1, 1)}}, orb.Collection{orb.Point{1, 2}}} {
		b, err := wkb.Marshal(g)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, "阳泉")
		f.Add(b[:len(b)-1], `a,"b"`+"\r\n")
	}
	f.Add([]byte{}, "\x00\x1e\xff")
	f.Add([]byte{1, 7, 0, 0, 0, 255, 255, 255, 255}, "]]>&<")
	f.Fuzz(func(t *testing.T, g []byte, text string) {
		for _, format := range own() {
			r := row(text, geo.WKB(g), text, "1", "0.5", "t", "2021-01-01")
			out, err := encoded(format, r, r)
			if err != nil {
				continue
			}
			if err := wellFormed(format.Name, out, text); err != nil {
				t.Errorf("%s: %v in %q", format.Name, err, out)
			}
		}
	})
}

func wellFormed(format string, b []byte, text string) error {
	switch format {
	case "csv":
		records, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err == nil && (len(records) != 3 || records[1][0] != strings.ReplaceAll(text, "\r\n", "\n")) {
			err = errors.New("the id is another")
		}
		return err
	case "kml":
		for d := xml.NewDecoder(bytes.NewReader(b)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
	case "fgb":
		return fgbFeatures(b, 2)
	case "geojsonseq", "ndjson":
		lines := bufio.NewScanner(bytes.NewReader(b))
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			if !json.Valid(bytes.TrimPrefix(lines.Bytes(), []byte("\x1e"))) {
				return errors.New("a line is not JSON")
			}
		}
		return lines.Err()
	}
	if !json.Valid(b) {
		return errors.New("not JSON")
	}
	return nil
}

// fgbFeatures walks the sizes of a FlatGeobuf file.
func fgbFeatures(b []byte, want int) error {
	if !bytes.HasPrefix(b, []byte("fgb\x03fgb")) {
		return errors.New("no magic bytes")
	}
	b = b[8:]
	for n := 0; ; n++ {
		if len(b) == 0 {
			if n != want+1 {
				return errors.New("another number of features")
			}
			return nil
		}
		size := int(binary.LittleEndian.Uint32(b)) + 4
		if size > len(b) || size%8 != 0 {
			return errors.New("a size is wrong")
		}
		b = b[size:]
	}
}
