package read_test

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/geo/read"
)

// fuzzSites reads foreign bytes in every way and holds what comes out of it: a
// sentence in both languages, or sound shapes. Nothing asks for more memory than 16
// times the input, with what any reading needs.
func fuzzSites(f *testing.F, prefix string, all ...[]made) {
	for _, list := range all {
		for _, m := range list {
			if strings.HasPrefix(prefix, "zip") == strings.HasPrefix(string(m.data), "PK") {
				f.Add(m.data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		for _, policy := range []read.FaultPolicy{read.RefuseFaults, read.RepairFaults, read.KeepFaults} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := read.Sites(t.Context(), data, read.Options{Limits: read.Limits{Vertices: 1000, Bytes: 1 << 16}, Faults: policy})
			runtime.ReadMemStats(&after)
			if asked := after.TotalAlloc - before.TotalAlloc; !strings.HasPrefix(string(data), "PK") && asked > 16*uint64(len(data))+1<<17 {
				t.Errorf("%d bytes were asked for, of %d", asked, len(data))
			}
			sound(t, r, err, policy)
		}
	})
}

func sound(t *testing.T, r read.Result, err error, policy read.FaultPolicy) {
	t.Helper()
	if err != nil {
		var e *read.Error
		if !errors.As(err, &e) || e.ZH == "" || e.Want == "" || strings.ContainsAny(e.Error()+e.ZH, "\n\r") || strings.Contains(e.Error(), "%!(") {
			t.Fatalf("%T %v", err, err)
		}
		return
	}
	if len(r.Plots) == 0 || r.CRS == "" || r.Format == "" || len(r.SHA256) != 64 {
		t.Fatalf("%+v", r)
	}
	n := 0
	for _, p := range r.Plots {
		polygons := geo.Polygons(p.Shape.Geom)
		if len(polygons) == 0 || p.Shape.SRID != geo.CGCS2000 || len(p.Source) != len(polygons) || len(p.Faults) > 0 && policy != read.KeepFaults {
			t.Fatalf("%+v", p)
		}
		for _, g := range polygons {
			for _, ring := range g {
				n += len(ring)
				if len(ring) < 4 || !ring.Closed() {
					t.Errorf("ring %v", ring)
				}
				for _, q := range ring {
					if !(math.Abs(q[0]) <= 180 && math.Abs(q[1]) <= 90) {
						t.Errorf("%v", q)
					}
				}
			}
		}
		if a := geo.Area(p.Shape.Geom); policy != read.KeepFaults && !(a > -1e-6) {
			t.Errorf("area %v", a)
		}
	}
	if n > 3000 {
		t.Errorf("%d points", n)
	}
}

func FuzzTXT(f *testing.F)        { fuzzSites(f, "", madeTXT()) }
func FuzzJSONAndWKT(f *testing.F) { fuzzSites(f, "", madeJSON()) }
func FuzzXML(f *testing.F)        { fuzzSites(f, "", madeXML()) }
func FuzzTables(f *testing.F)     { fuzzSites(f, "", madeTables()) }
func FuzzArchives(f *testing.F)   { fuzzSites(f, "zip", madeTables(), madeXML(), madeArchives()) }
