package encode_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"planatlas/api/encode"
	"planatlas/geo"
	"planatlas/layers"
)

var update = flag.Bool("update", false, "write the golden files anew")

// trial is a layer with a property of each type behind the base ones.
func trial() *layers.Layer {
	l := &layers.Layer{ID: "trial", Geometry: "Point"}
	for _, kind := range []layers.PropertyType{layers.String, layers.Integer, layers.Number, layers.Boolean, layers.Date} {
		l.Properties = append(l.Properties, layers.Property{Name: "a_" + string(kind), Type: kind})
	}
	return l
}

// view shows all properties of a layer in CRS84 with seven decimals.
func view(l *layers.Layer) encode.View {
	return encode.View{Layer: l, Properties: l.AllProperties(), Decimals: 7}
}

// row makes a row of the trial layer: NULL for each base property, then the
// values in PostgreSQL's text form ("\\N" for NULL), then the revision.
func row(id string, geom geo.WKB, values ...string) layers.Row {
	r := layers.Row{ID: []byte(id), Geom: geom}
	for range trial().BaseProperties() {
		r.Values = append(r.Values, nil)
	}
	for _, v := range append(values, "12") {
		if v == `\N` {
			r.Values = append(r.Values, nil)
		} else {
			r.Values = append(r.Values, []byte(v))
		}
	}
	return r
}

// point is a point as PostGIS sends it: EWKB, little endian, EPSG:4490.
func point(lon, lat float64) geo.WKB {
	b := binary.LittleEndian.AppendUint32([]byte{1}, 0x20000001)
	b = binary.LittleEndian.AppendUint32(b, 4490)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(lon))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(lat))
}

// collection encodes the rows as one page.
func collection(t testing.TB, page layers.Page, rows ...layers.Row) []byte {
	t.Helper()
	var out bytes.Buffer
	enc := encode.NewGeoJSON(&out, view(trial()))
	for _, r := range rows {
		if err := enc.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 11, 24, 8, 0, 0, 5, time.FixedZone("", 8*3600))
	links := []encode.Link{{Href: `http://x/a?b="c"&d=<é>`, Rel: "self", Type: "application/geo+json"}, {Href: "/", Rel: "next", Title: "阳泉", HrefLang: "zh"}}
	if err := enc.Close(encode.End{Page: page, Now: at, Links: links}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGeoJSONGolden(t *testing.T) {
	none := row("none", nil, `\N`, `\N`, `\N`, `\N`, `\N`)
	for name, rows := range map[string][]layers.Row{
		"empty": nil,
		"values": {
			row("every-type", point(113.5, 37.9), "阳泉", "-7", "0.1", "t", "2024-02-29"),
			none,
			row("extremes", point(-180, 90), "", "9223372036854775807", "1.7976931348623157e+308", "f", "infinity"),
			row("small", point(1e-9, -1e-9), " ", "0", "5e-324", "f", "0001-01-01 BC"),
			row("nan", nil, "NaN", "0", "NaN", "t", "2021-01-01"),
			row("infinite", nil, "null", "0", "Infinity", "t", "2021-01-01"),
			row("minus-infinite", nil, "1", "0", "-Infinity", "t", "2021-01-01"),
		},
		"strings": {
			row(`quote " and \ and /`, nil, "\"\\\"", "1", "1", "t", "2021-01-01"),
			row("controls", nil, "\x01\b\t\n\v\f\r\x1f\x7f", "1", "1", "t", "2021-01-01"),
			row("not-utf-8 \xff", nil, "\xd1\xf4\xc8\xaa a\xc3", "1", "1", "t", "2021-01-01"),
			row("separators", nil, "\u2028\u2029\u0085\ufeff", "1", "1", "t", "2021-01-01"),
			row("beyond the plane", nil, "𠀀😀", "1", "1", "t", "2021-01-01"),
			row("html", nil, "</script><!--", "1", "1", "t", "2021-01-01"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := collection(t, layers.Page{Returned: len(rows), Matched: int64(len(rows)) + 5}, rows...)
			if !json.Valid(got) || !utf8.Valid(got) {
				t.Errorf("not JSON: %q", got)
			}
			file := filepath.Join("testdata", name+".geojson")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestMatchesThatWereNotCountedAreLeftOut(t *testing.T) {
	got := string(collection(t, layers.Page{Matched: -1}))
	if strings.Contains(got, "numberMatched") || !strings.Contains(got, `"numberReturned":0`) || !strings.Contains(got, `"timeStamp":"2026-11-24T00:00:00Z"`) {
		t.Error(got)
	}
}

func TestLargePagesAreWrittenInParts(t *testing.T) {
	w := &parts{}
	enc := encode.NewGeoJSON(w, view(trial()))
	long := strings.Repeat("阳泉", 1000)
	for i := range 100 {
		if err := enc.Row(row(fmt.Sprint(i), nil, long, `\N`, `\N`, `\N`, `\N`)); err != nil {
			t.Fatal(err)
		}
	}
	if err := enc.Close(encode.End{Page: layers.Page{Returned: 100}, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if w.n < 10 || !json.Valid(w.all) {
		t.Errorf("%d parts, valid %v", w.n, json.Valid(w.all))
	}
	broken := errors.New("no listener")
	w = &parts{err: broken}
	enc = encode.NewGeoJSON(w, view(trial()))
	var err error
	for i := 0; i < 100 && err == nil; i++ {
		err = enc.Row(row("x", nil, long, `\N`, `\N`, `\N`, `\N`))
	}
	if !errors.Is(err, broken) {
		t.Errorf("the writer's error is lost: %v", err)
	}
}

// parts counts writes.
type parts struct {
	n   int
	all []byte
	err error
}

func (p *parts) Write(b []byte) (int, error) {
	p.n++
	p.all = append(p.all, b...)
	return len(b), p.err
}

func TestBrokenGeometryIsAnErrorWithTheFeature(t *testing.T) {
	for _, g := range []geo.WKB{{}, {1}, point(1, 2)[:12], {9, 9, 9, 9, 9}} {
		err := encode.NewGeoJSON(&parts{}, view(trial())).Row(row("f1", g, `\N`, `\N`, `\N`, `\N`, `\N`))
		if !errors.Is(err, geo.ErrWKB) || !strings.Contains(err.Error(), "feature f1") {
			t.Errorf("%v: %v", g, err)
		}
	}
}

func ExampleGeoJSON() {
	l := &layers.Layer{ID: "places", Geometry: "Point"}
	enc := encode.NewGeoJSON(os.Stdout, view(l))
	r := layers.Row{ID: []byte("niangziguan"), Values: make([][]byte, len(l.AllProperties()))}
	r.Values[1] = []byte("娘子关")
	if err := enc.Row(r); err != nil {
		fmt.Println(err)
	}
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	if err := enc.Close(encode.End{Page: layers.Page{Returned: 1, Matched: 1}, Now: at}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"type":"FeatureCollection","features":[
	// {"type":"Feature","id":"niangziguan","properties":{"entity":null,"name_zh":"娘子关","name_en":null,"status":null,"county":null,"plan_section":null,"plan_quote":null,"geometry_source":null,"accuracy_m":null,"legal_effect":null,"valid_from":null,"valid_to":null,"revision":null},"geometry":null}
	// ],"numberMatched":1,"numberReturned":1,"timeStamp":"2026-11-24T00:00:00Z","links":[]}
}
