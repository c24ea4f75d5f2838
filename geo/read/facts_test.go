package read_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"planatlas/geo"
	"planatlas/geo/read"
)

// The facts of this file are those of the handbook, by their numbers.

// sites reads text, which must be possible.
func sites(t *testing.T, data []byte, o read.Options) read.Result {
	t.Helper()
	r, err := read.Sites(t.Context(), data, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refused reads what must be refused and returns both sentences.
func refused(t *testing.T, data []byte, o read.Options) string {
	t.Helper()
	r, err := read.Sites(t.Context(), data, o)
	var e *read.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v, %+v", err, r.Plots)
	}
	return e.Error() + "\n" + e.ZH
}

// codes lists the notices.
func codes(r read.Result) string {
	var out []string
	for _, n := range r.Notices {
		out = append(out, n.Code)
	}
	return strings.Join(out, " ")
}

// polygon returns the one polygon of a result.
func polygon(t *testing.T, r read.Result) orb.Polygon {
	t.Helper()
	p, ok := r.Plots[0].Shape.Geom.(orb.Polygon)
	if !ok || len(r.Plots) != 1 || r.Plots[0].Shape.SRID != geo.CGCS2000 {
		t.Fatalf("%d plots, %v", len(r.Plots), r.Plots[0].Shape)
	}
	return p
}

// within holds two polygons against each other, in metres.
func within(t *testing.T, got, want orb.Polygon, m float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rings, want %d", len(got), len(want))
	}
	for i := range got {
		if len(got[i]) != len(want[i]) {
			t.Fatalf("%d points, want %d", len(got[i]), len(want[i]))
		}
		for k := range got[i] {
			if d := geo.Length(orb.LineString{got[i][k], want[i][k]}); d > m {
				t.Errorf("%v is %.6f m from %v", got[i][k], d, want[i][k])
			}
		}
	}
}

func TestFact1(t *testing.T) {
	r := sites(t, []byte(parcel), read.Options{})
	p := polygon(t, r)
	if len(p) != 2 || len(r.Notices) > 0 || r.CRS != "EPSG:4526" || r.Plots[0].Number != "YQ-2026-001" || r.Plots[0].Name != "地块一" {
		t.Fatalf("%+v", r)
	}
	want := orb.Polygon{
		{{113.583299690, 37.856697707}, {113.584435984, 37.856701722}, {113.584430926, 37.857602650}, {113.583294618, 37.857598634}, {113.583299690, 37.856697707}},
	}
	within(t, p[:1], want, 0.001)
	if d := geo.Length(orb.LineString{p[1][0], {113.583752181, 37.857059685}}); d > 0.001 {
		t.Errorf("the hole starts %.4f m off", d)
	}
}

func TestFact2(t *testing.T) {
	want := polygon(t, sites(t, []byte(parcel), read.Options{}))
	r := sites(t, []byte(noZone(parcel)), read.Options{})
	if within(t, polygon(t, r), want, 0.001); len(r.Notices) > 0 {
		t.Errorf("%v", r.Notices)
	}
	r = sites(t, []byte(edit(noZone(parcel), "带号=38", "带号=")), read.Options{})
	within(t, polygon(t, r), want, 0.001)
	if codes(r) != "zone_inferred" || !strings.Contains(r.Notices[0].EN, "zone inferred 38") || !strings.Contains(r.Notices[0].ZH, "38") {
		t.Errorf("%v", r.Notices)
	}
}

func TestFact3(t *testing.T) {
	want := polygon(t, sites(t, []byte(parcel), read.Options{}))
	for _, text := range []string{swapColumns(parcel), swapColumns(noZone(parcel))} {
		r := sites(t, []byte(text), read.Options{})
		within(t, polygon(t, r), want, 0.001)
		if codes(r) != "axes_swapped" || !strings.Contains(r.Notices[0].EN, "axes swapped") {
			t.Errorf("%v", r.Notices)
		}
	}
}

func TestFact4(t *testing.T) {
	got := refused(t, []byte(edit(parcel, "带号=38", "带号=37")), read.Options{})
	for _, want := range []string{"line 14", "38463329", "带号=37", "113.5833", "110.5833", "contradiction", "第14行", "相互矛盾"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

func TestFact5(t *testing.T) {
	for _, o := range []read.Options{{}, {CRS: "EPSG:4546"}} {
		text := edit(noZone(parcel), "带号=38", "带号=37")
		if o.CRS != "" {
			text = noZone(parcel)
		}
		got := refused(t, []byte(text), o)
		for _, want := range []string{"110.5833", "outside the city", "113.5833", "不在本市"} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in %s", want, got)
			}
		}
	}
}

func TestFact6(t *testing.T) {
	var first []byte
	for _, data := range [][]byte{[]byte(parcel), gbk(parcel), []byte("\ufeff" + parcel), []byte(edit(parcel, "\n", "\r\n")), gbk(edit(parcel, "\n", "\r\n")), utf16(parcel)} {
		r := sites(t, data, read.Options{})
		out, err := json.Marshal(struct {
			Plots    []read.Plot
			Head     []read.Attribute
			Notices  []read.Notice
			Geometry string
		}{r.Plots, r.Attributes, r.Notices, wkt.MarshalString(r.Plots[0].Shape.Geom)})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = out
		}
		if !bytes.Equal(out, first) || !bytes.Contains(out, []byte("工业用地")) || !bytes.Contains(out, []byte("阳泉市自然资源局")) {
			t.Errorf("got\n%s\nwant\n%s", out, first)
		}
	}
}

func TestFact7(t *testing.T) {
	want := polygon(t, sites(t, []byte(parcel), read.Options{}))
	for text, code := range map[string]string{unclosed(parcel): "closing_point", edit(parcel, "10,0.96", "8,0.96"): "count_differs", edit(unclosed(parcel), "10,0.96", "9,0.96"): "closing_point count_differs"} {
		r := sites(t, []byte(text), read.Options{})
		within(t, polygon(t, r), want, 0)
		if codes(r) != code {
			t.Errorf("%v, want %s", r.Notices, code)
		}
	}
}

func TestFact8(t *testing.T) {
	p := sites(t, []byte(parcel), read.Options{}).Plots[0]
	area := geo.Area(p.Shape.Geom)
	if math.Abs(p.PlaneM2-9600) > 0.005 || math.Abs(float64(area)-9599.68) > 0.01 || area.FormatHectares() != "0.9600" || area.FormatMu() != "14.40" {
		t.Errorf("plane %v, ellipsoid %v", p.PlaneM2, area)
	}
}

func TestFact9(t *testing.T) {
	square := func(e, n, size int) geo.SquareMetres {
		text := "x,y\n" + num(e) + "," + num(n) + "\n" + num(e+size) + "," + num(n) + "\n" + num(e+size) + "," + num(n+size) + "\n" + num(e) + "," + num(n+size) + "\n"
		return geo.Area(polygon(t, sites(t, []byte(text), read.Options{CRS: "EPSG:4547"})))
	}
	for _, c := range []struct {
		e, n, size int
		want, most float64
	}{{463329, 4191674, 1000, 999967.78, 0.05}, {412047, 4196869, 1000, 999811.71, 0.05}} {
		if got := float64(square(c.e, c.n, c.size)); math.Abs(got-c.want) > c.most {
			t.Errorf("%v: %.3f m²", c, got)
		}
	}
}

func TestFact10(t *testing.T) {
	text := "x,y\n463329,4191674\n473329,4191674\n473329,4201674\n463329,4201674\n"
	r := sites(t, []byte(text), read.Options{CRS: "EPSG:4547"})
	if got := float64(geo.Area(polygon(t, r))); math.Abs(got-99997509.8) > 1 || len(r.Plots[0].Source[0][0]) != 5 {
		t.Errorf("%.1f m²", got)
	}
}

func TestFact11(t *testing.T) {
	for _, name := range []string{"1980西安坐标系", "80国家大地坐标系", "1954年北京坐标系"} {
		got := refused(t, []byte(edit(parcel, "2000国家大地坐标系", name)), read.Options{})
		if !strings.Contains(got, "no transformation installed") || !strings.Contains(got, "line 5") || !strings.Contains(got, "没有安装转换参数") {
			t.Error(got)
		}
		// To declare another system does not help.
		if got := refused(t, []byte(edit(parcel, "2000国家大地坐标系", name)), read.Options{CRS: "EPSG:4526"}); !strings.Contains(got, "no transformation installed") {
			t.Error(got)
		}
	}
}

func TestFact12(t *testing.T) {
	got := refused(t, []byte(`{"type":"Polygon","coordinates":[[[38463329,4191674],[38463429,4191674],[38463429,4191774],[38463329,4191674]]]}`), read.Options{})
	if !strings.Contains(got, "projected numbers; looks like EPSG:4526") || !strings.Contains(got, "投影坐标") {
		t.Error(got)
	}
	got = refused(t, []byte(`{"type":"Polygon","coordinates":[[[37.8567,113.5833],[37.8567,113.5845],[37.8577,113.5845],[37.8567,113.5833]]]}`), read.Options{})
	if !strings.Contains(got, "axes swapped") || !strings.Contains(got, "经纬度颠倒") {
		t.Error(got)
	}
}

func TestFact13(t *testing.T) {
	text := `{"type":"Polygon","coordinates":[[[113.589698,37.857201],[113.590698,37.857201],[113.590698,37.858201],[113.589698,37.857201]]]}`
	r := sites(t, []byte(text), read.Options{CRS: "GCJ02"})
	got := polygon(t, r)[0][0]
	if d := geo.Length(orb.LineString{got, {113.583300, 37.856700}}); d > 0.1 || r.AccuracyM < 2 {
		t.Errorf("%v is %.3f m off, accuracy %v", got, d, r.AccuracyM)
	}
	if d := geo.Length(orb.LineString{got, {113.589698, 37.857201}}); math.Abs(d-565) > 1 {
		t.Errorf("shifted by %.2f m", d)
	}
	if r := sites(t, []byte(text), read.Options{CRS: "BD-09", AccuracyM: 5}); r.AccuracyM != 5 {
		t.Errorf("accuracy %v", r.AccuracyM)
	}
}

func TestFact27(t *testing.T) {
	main, index := shp(parcelRings()...)
	set := func(cpg string) []byte {
		parts := []string{"a.shp", main, "a.shx", index, "a.dbf", dbf(0, string(gbk("名称")), string(gbk("阳泉高新区"))), "a.prj", prj4526}
		if cpg != "" {
			parts = append(parts, "a.cpg", cpg)
		}
		return packed(parts...)
	}
	gdal := read.NewGDAL(1)
	r := sites(t, set(""), read.Options{GDAL: gdal})
	if len(r.Notices) > 0 || r.Plots[0].Name != "阳泉高新区" || r.Plots[0].Attributes[0] != (read.Attribute{Name: "名称", Value: "阳泉高新区"}) {
		t.Errorf("%+v", r)
	}
	r = sites(t, set("UTF-8"), read.Options{GDAL: gdal})
	if codes(r) != "encoding_wrong" || r.Plots[0].Name != "阳泉高新区" {
		t.Errorf("%+v", r)
	}
}

// TestOneSiteInAllFormats reads one plot in every format: the same areas.
func TestOneSiteInAllFormats(t *testing.T) {
	want := geo.Area(polygon(t, sites(t, []byte(parcel), read.Options{})))
	gdal := read.NewGDAL(2)
	n := 0
	for _, m := range wholeCorpus(t) {
		for _, name := range []string{"shp-gbk-no-cpg.zip", "geopackage.gpkg", "flatgeobuf.fgb", "mapinfo.mif.zip", "gml.gml", "filegdb.gdb.zip", "geojson-4526.geojson", "zip-txt.zip"} {
			if m.name != "good/"+name {
				continue
			}
			o := m.opt
			o.GDAL = gdal
			r := sites(t, m.data, o)
			if d := math.Abs(float64(geo.Area(polygon(t, r)) - want)); d > 0.01 {
				t.Errorf("%s differs by %.4f m²", name, d)
			}
			n++
		}
	}
	if n != 8 {
		t.Errorf("%d formats", n)
	}
}
