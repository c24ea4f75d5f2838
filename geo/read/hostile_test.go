package read_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/read"
)

// zeros is a file of so many zero bytes.
type zeros int64

func (z *zeros) Read(b []byte) (int, error) {
	if *z <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), int64(*z))
	clear(b[:n])
	*z -= zeros(n)
	return int(n), nil
}

// bomb is a ZIP whose one entry unpacks to so many zero bytes.
func bomb(t *testing.T, name string, size int64) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	n := zeros(size)
	if _, err := io.Copy(w, &n); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cpu is the time that the process has worked, which other work on the machine does
// not lengthen.
func cpu(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// lying changes the sizes that a ZIP states of its entries.
func lying(data []byte, size uint32) []byte {
	data = bytes.Clone(data)
	for i := 0; i+46 < len(data); i++ {
		if bytes.HasPrefix(data[i:], []byte("PK\x01\x02")) {
			data[i+24], data[i+25], data[i+26], data[i+27] = byte(size), byte(size>>8), byte(size>>16), byte(size>>24)
		}
	}
	return data
}

// rowsOf is a list of so many points.
func rowsOf(n int, row string) string { return strings.Repeat(row, n) }

func TestHostile(t *testing.T) {
	site := read.Limits{Bytes: 16 << 20, Vertices: 50_000 / smaller}
	deep := strings.Repeat("[", 1<<20)
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprintf("%d.txt", i), "x")
	}
	for _, c := range []struct {
		name string
		r    io.Reader
		lim  read.Limits
	}{
		{"1 GB of zeros", func() io.Reader { z := zeros(1 << 30); return &z }(), site},
		{"zeros that pass the limit", func() io.Reader { z := zeros(8 << 20); return &z }(), site},
		{"zip bomb", bytes.NewReader(bomb(t, "a.txt", (1<<30)/smaller)), site},
		{"zip bomb as a shapefile", bytes.NewReader(bomb(t, "a.shp", (200<<20)/smaller)), site},
		{"zip bomb as a workbook", bytes.NewReader(bomb(t, "xl/workbook.xml", (300<<20)/smaller)), site},
		{"zip bomb that lies about its size", bytes.NewReader(lying(bomb(t, "a.kml", (1<<30)/smaller), 100)), site},
		{"10 million points as TXT", strings.NewReader("[地块坐标]\n5,1,a,b,面,,,,@\n" + rowsOf(10_000_000/smaller, "J,1,4191674,38463329\n")), read.Limits{Bytes: 1 << 30, Vertices: 50_000 / smaller}},
		{"10 million points as GeoJSON", strings.NewReader(`{"type":"Polygon","coordinates":[[` + rowsOf(10_000_000/smaller, "[113.5,37.8],") + `[113.5,37.8]]]}`), read.Limits{Bytes: 1 << 30, Vertices: 50_000 / smaller}},
		{"a million points as WKT", strings.NewReader(`POLYGON((` + rowsOf(1_000_000/smaller, "113.5 37.8,")), read.Limits{Bytes: 1 << 30, Vertices: 50_000 / smaller}},
		{"a million points as CSV", strings.NewReader("x,y\n" + rowsOf(1_000_000/smaller, "463329,4191674\n")), read.Limits{Bytes: 1 << 30, Vertices: 50_000 / smaller}},
		{"a million points as KML", strings.NewReader("<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>" + rowsOf(1_000_000/smaller, "113.5,37.8 ") + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"), read.Limits{Bytes: 1 << 30, Vertices: 50_000 / smaller}},
		{"nested arrays", strings.NewReader(`{"type":"Polygon","coordinates":` + deep), site},
		{"nested elements", strings.NewReader("<kml>" + strings.Repeat("<a>", 1<<20)), site},
		{"nested collections", strings.NewReader(strings.Repeat("GEOMETRYCOLLECTION(", 1<<19)), site},
		{"entities", strings.NewReader(`<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><kml><name>&lol2;</name></kml>`), site},
		{"external entity", strings.NewReader(`<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>`), site},
		{"5000 entries", bytes.NewReader(packed(many...)), site},
		{"one long line", strings.NewReader("[地块坐标]\n" + strings.Repeat("1,", 8<<20)), site},
		{"newlines", strings.NewReader("x,y\n" + strings.Repeat("\n", 15<<20)), site},
		{"brackets in WKT", strings.NewReader("POLYGON(" + strings.Repeat("(", 15<<20)), site},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := int64(0)
			if s, ok := c.r.(interface{ Len() int }); ok {
				data = int64(s.Len())
			}
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpu(t)
			_, err := read.SitesFrom(t.Context(), c.r, read.Options{Limits: c.lim, GDAL: read.NewGDAL(1)})
			took := cpu(t) - start
			runtime.ReadMemStats(&after)
			var e *read.Error
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			if took > 2*time.Second*slow {
				t.Errorf("refused after %v: %v", took, err)
			}
			grew := int64(after.TotalAlloc - before.TotalAlloc)
			if c.lim == site && grew > 256<<20 || grew > 256<<20+6*data {
				t.Errorf("%d MB were asked for", grew>>20)
			}
			t.Logf("%v, %d MB: %.150v", took.Round(time.Millisecond), grew>>20, err)
		})
	}
}

// TestHostileGeometry reads outlines that are made to take long.
func TestHostileGeometry(t *testing.T) {
	var comb, nest, spikes strings.Builder
	comb.WriteString("x,y\n")
	for i := range 12_000 / smaller { // all edges as long as the whole
		fmt.Fprintf(&comb, "400000,%d\n500000,%d\n", 4191674+2*i, 4191675+2*i)
	}
	nest.WriteString("ring,x,y\n")
	for i := range 10_000 / smaller {
		e, n, s := 400000+i, 4191674+i, 50000-2*i
		fmt.Fprintf(&nest, "%d,%d,%d\n%d,%d,%d\n%d,%d,%d\n%d,%d,%d\n", i, e, n, i, e+s, n, i, e+s, n+s, i, e, n+s)
	}
	spikes.WriteString("x,y\n")
	for i := range 20_000 / smaller {
		fmt.Fprintf(&spikes, "%d,4191674\n%d,4191774\n", 400000+i, 400000+i)
	}
	for name, text := range map[string]string{"comb": comb.String(), "nest": nest.String(), "spikes": spikes.String()} {
		for _, policy := range []read.FaultPolicy{read.RefuseFaults, read.RepairFaults} {
			start := cpu(t)
			_, err := read.Sites(t.Context(), []byte(text), read.Options{Limits: read.Limits{Vertices: 50_000 / smaller}, Faults: policy})
			if took := cpu(t) - start; took > 3*time.Second*slow {
				t.Errorf("%s took %v: %v", name, took, err)
			} else {
				t.Logf("%s %v %.100v", name, took, err)
			}
		}
	}
}

// TestAllocation holds what is asked for against the size of sound input.
func TestAllocation(t *testing.T) {
	rows := 40_000 / smaller
	ring := func(f func(b *strings.Builder, e, n float64)) string {
		var b strings.Builder
		for i := range rows {
			x := float64(i) / float64(rows) * 4
			e, n := x, 0.0
			switch {
			case x > 3:
				e, n = 0, 4-x
			case x > 2:
				e, n = 3-x, 1
			case x > 1:
				e, n = 1, x-1
			}
			f(&b, e, n)
		}
		return b.String()
	}
	txt := "[地块坐标]\n40000,1,1,x,面,,,,@\n" + ring(func(b *strings.Builder, e, n float64) {
		fmt.Fprintf(b, "J,1,%.3f,%.3f\n", 4191674+n*10000, 38463329+e*10000)
	})
	degrees := func(format string) string {
		return ring(func(b *strings.Builder, e, n float64) { fmt.Fprintf(b, format, 113.58+e/10, 37.85+n/10) })
	}
	for name, text := range map[string]string{
		"txt": txt, "gbk": string(gbk(strings.ReplaceAll(txt, "J,", "点,"))),
		"geojson": `{"type":"Polygon","coordinates":[[` + degrees("[%.7f,%.7f],") + `[113.58,37.85]]]}`,
		"wkt":     "POLYGON((" + degrees("%.7f %.7f,") + "113.58 37.85))",
		"kml":     kml(kmlPolygon(degrees("%.7f,%.7f ")+"113.58,37.85", "")),
		"csv":     "lon,lat\n" + degrees("%.7f,%.7f\n"),
	} {
		data := []byte(text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read.Sites(t.Context(), data, read.Options{})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		times := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(data))
		if t.Logf("%s: %.1f times", name, times); smaller == 1 && times > 16 {
			t.Errorf("%s asks for %.1f times its %d bytes", name, times, len(data))
		}
	}
}

// mender stands for the database.
type mender struct{ asked int }

func (m *mender) MakeValid(_ context.Context, s geo.Shape) (geo.Shape, error) {
	m.asked++
	p := s.Geom.(orb.Polygon)[0]
	c := orb.Point{(p[0][0] + p[1][0]) / 2, (p[0][1] + p[1][1]) / 2}
	return geo.Shape{SRID: s.SRID, Geom: orb.MultiPolygon{{{p[0], c, p[3], p[0]}}, {{c, p[1], p[2], c}}}}, nil
}

func TestRepairByTheDatabase(t *testing.T) {
	bowTie := []byte("x,y\n463329,4191674\n463429,4191774\n463429,4191674\n463329,4191774\n463329,4191674\n")
	m := &mender{}
	r, err := read.Sites(t.Context(), bowTie, read.Options{Faults: read.RepairFaults, Repairer: m, CRS: "4547"})
	if err != nil || m.asked != 1 || r.Plots[0].Repair == nil || len(r.Plots[0].Source) != 2 || r.Plots[0].PlaneM2 < 4000 || codes(r) != "repaired" {
		t.Errorf("%v %+v", err, r)
	}
	_, err = read.Sites(t.Context(), bowTie, read.Options{Faults: read.RepairFaults})
	var e *read.Error
	if !errors.As(err, &e) || len(e.Faults) != 1 || e.Faults[0].Code != "self_crossing" || len(e.Faults[0].LonLat) != 1 {
		t.Errorf("%v", err)
	}
}

func TestNoGDAL(t *testing.T) {
	for _, o := range []read.Options{{}, {GDAL: read.NewGDAL(1)}} {
		if o.GDAL != nil {
			t.Setenv("PATH", t.TempDir())
		}
		got := refused(t, []byte(dxf("0", true)), o)
		if !strings.Contains(got, "apt-get install gdal-bin") {
			t.Error(got)
		}
	}
}

// TestCancelled ends the child process with its caller.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := read.Sites(ctx, []byte(dxf("0", true)), read.Options{GDAL: read.NewGDAL(1)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
