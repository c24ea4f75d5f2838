package read_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/read"
)

func ExampleResult_Site() {
	data := []byte(`{"type":"Feature","properties":{"name":"白泉一号地块"},"geometry":{
		"type":"Polygon","coordinates":[[[113.58,37.85],[113.59,37.85],[113.59,37.86],[113.58,37.85]]]}}`)
	r, err := read.Sites(context.Background(), data, read.Options{})
	site := r.Site(data)
	fmt.Println(site.Name, site.Shape.SRID, site.CRS, err)

	_, err = read.Sites(context.Background(), []byte(`{"type":"Point","coordinates":[113.58,37.85]}`), read.Options{})
	fmt.Println(err)
	// Output:
	// 白泉一号地块 EPSG:4490 OGC:CRS84 <nil>
	// at /type: got "Point", want a GeoJSON Polygon or MultiPolygon, a Feature with one, or a FeatureCollection of such features (a point has no area; draw the outline of the site)
}

// square is a closed ring of n positions along a square of 0.01 degrees.
func square(n int) string {
	var s strings.Builder
	s.WriteString(`{"type":"Polygon","coordinates":[[`)
	for i := range n - 1 {
		t := 4 * float64(i) / float64(n-1)
		x, y := t, 0.0
		switch {
		case t > 3:
			x, y = 0, 4-t
		case t > 2:
			x, y = 3-t, 1
		case t > 1:
			x, y = 1, t-1
		}
		fmt.Fprintf(&s, "[%.7f,%.7f],", 113.58+x/100, 37.85+y/100)
	}
	s.WriteString("[113.5800000,37.8500000]]]}")
	return s.String()
}

func TestSiteLimits(t *testing.T) {
	for _, c := range []struct {
		name string
		data string
		lim  read.Limits
		ok   bool
		text string
	}{
		{"vertices at the limit", square(100), read.Limits{Vertices: 100}, true, ""},
		{"one vertex more", square(101), read.Limits{Vertices: 100}, false, "at /coordinates/0: got more than 100 points, want at most 100 points (simplify the outline or split the file)"},
		{"bytes at the limit", square(5), read.Limits{Bytes: int64(len(square(5)))}, true, ""},
		{"one byte more", square(5) + " ", read.Limits{Bytes: int64(len(square(5)))}, false, fmt.Sprintf("got a file of more than %[1]d B, want at most %[1]d B (hand in the boundary of the site alone, without drawings or other layers)", len(square(5)))},
		{"many small values", "[" + strings.Repeat("{},", 200_000) + "{}]", read.Limits{Vertices: 10}, false, "at line 1:300239: got more than 100080 JSON values, want a document with fewer positions (simplify the outline or split the file)"},
		{"many members", `{"a` + strings.Join(numbers(1001), `":0,"a`) + `":0}`, read.Limits{}, false, "at line 1:8892: got more than 1000 members, want an object with fewer members"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read.Sites(t.Context(), []byte(c.data), read.Options{Limits: c.lim, Format: read.FormatGeoJSON})
			if c.ok {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, read.ErrTooLarge) || err.Error() != c.text {
				t.Errorf("got  %v\nwant %s", err, c.text)
			}
		})
	}
}

// numbers returns "0" to "n-1".
func numbers(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return out
}

func TestSiteKeepsPositions(t *testing.T) {
	ring := orb.Ring{{113.58123456789012, 37.85}, {113.59, 37.85}, {113.59, 37.85}, {113.59, 37.86}, {113.58123456789012, 37.85}}
	r, err := read.Sites(t.Context(), []byte(`{"type":"Polygon","coordinates":[[[113.58123456789012,37.85],[113.59,37.85],[113.59,37.85],[113.59,37.86],[113.58123456789012,37.85]]]}`), read.Options{})
	if err != nil {
		t.Fatal(err)
	}
	site := r.Site(nil)
	if want := (geo.Shape{SRID: geo.CGCS2000, Geom: orb.Polygon{ring}}); !orb.Equal(site.Shape.Geom, want.Geom) || site.Shape.SRID != want.SRID {
		t.Errorf("got %v, want %v", site.Shape, want)
	}
	if len(site.Notices) != 1 || site.Notices[0].Code != "duplicate_point" {
		t.Errorf("notices %v", site.Notices)
	}
}

func TestSiteNotices(t *testing.T) {
	r, err := read.Sites(t.Context(), []byte("\ufeff"+`{"type":"Polygon","coordinates":[[[2.3,48.8,1],[2.4,48.9,1],[2.4,48.8,1],[2.3,48.8,1]]]}`), read.Options{})
	if err != nil {
		t.Fatal(err)
	}
	site := r.Site(nil)
	var codes []string
	for _, n := range site.Notices {
		if n.ZH == "" || n.EN == "" {
			t.Errorf("%s has no text", n.Code)
		}
		codes = append(codes, n.Code)
	}
	if got := strings.Join(codes, " "); got != "z_dropped outside_china winding" {
		t.Errorf("got %s", got)
	}
}

func TestErrorZeroValue(t *testing.T) {
	if got := (&read.Error{}).Error(); got != "want " {
		t.Errorf("got %q", got)
	}
	if (&read.Error{}).Unwrap() != nil {
		t.Error("wraps something")
	}
}

func BenchmarkGeoJSON(b *testing.B) {
	data := []byte(square(10_000))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := read.Sites(b.Context(), data, read.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
