package encode_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"planatlas/api/encode"
	"planatlas/layers"
)

// postgresFloat writes a number as PostgreSQL does.
func postgresFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// FuzzGeoJSON encodes any values and reads them back: the page is JSON whatever
// the strings hold, and no value changes on the way.
func FuzzGeoJSON(f *testing.F) {
	for _, s := range []string{"", `"\`, "\x00\x1f\x7f", "\xff\xfe", "阳泉", "\u2028", "😀", "</script>"} {
		f.Add(s, s, int64(-1), 0.5, true, 113.5, 37.9)
	}
	f.Add("a", "b", int64(math.MaxInt64), math.NaN(), false, math.Inf(1), math.NaN())
	f.Add("a", "b", int64(math.MinInt64), math.MaxFloat64, false, 1e300, -1e-300)
	f.Fuzz(func(t *testing.T, id, text string, integer int64, number float64, boolean bool, lon, lat float64) {
		var out bytes.Buffer
		enc := encode.NewGeoJSON(&out, view(trial()))
		pg := map[bool]string{true: "t", false: "f"}[boolean]
		r := row(id, nil, text, strconv.FormatInt(integer, 10), postgresFloat(number), pg, text)
		if err := enc.Row(r); err != nil {
			t.Fatal(err)
		}
		r.Geom = point(lon, lat)
		if enc.Row(r) != nil {
			return // a position that is no number has no form in JSON
		}
		if err := enc.Close(encode.End{Page: layers.Page{Returned: 2}, Links: []encode.Link{{Href: text, Rel: id, Title: text}}}); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Features []struct {
				ID         string
				Properties map[string]any
			}
			Links []encode.Link
		}
		d := json.NewDecoder(&out)
		d.UseNumber()
		if err := d.Decode(&doc); err != nil {
			t.Fatalf("%v in %q", err, out.Bytes())
		}
		want := toUTF8(text)
		if p := doc.Features[0].Properties; doc.Features[0].ID != toUTF8(id) || p["a_string"] != want || p["a_date"] != want ||
			p["a_boolean"] != boolean || p["a_integer"] != json.Number(strconv.FormatInt(integer, 10)) || !sameNumber(p["a_number"], number) {
			t.Errorf("read back %q %v, wrote %q %q %d %g %t", doc.Features[0].ID, p, id, text, integer, number, boolean)
		}
		if doc.Links[0].Href != want {
			t.Errorf("link %q, want %q", doc.Links[0].Href, want)
		}
	})
}

// toUTF8 replaces each byte that is not UTF-8.
func toUTF8(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

func sameNumber(got any, want float64) bool {
	if math.IsNaN(want) || math.IsInf(want, 0) {
		return got == nil
	}
	n, ok := got.(json.Number)
	if !ok {
		return false
	}
	f, err := n.Float64()
	return err == nil && f == want
}
