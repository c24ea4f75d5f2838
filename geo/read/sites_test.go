package read_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"planatlas/geo"
	"planatlas/geo/read"
)

func num(n int) string { return strconv.Itoa(n) + ".0" }

// wholeCorpus is every file, those that only ogr2ogr makes as they lie.
func wholeCorpus(t *testing.T) []made {
	all := slices.Concat(madeTXT(), madeJSON(), madeXML(), madeTables(), madeArchives(), madeParcels())
	if _, err := os.Stat(filepath.Join("..", "testdata", "sites", "good", "geopackage.gpkg")); err != nil && *update {
		return append(all, byOGR(t)...)
	}
	for _, name := range []string{"good/geopackage.gpkg", "good/flatgeobuf.fgb", "good/mapinfo.mif.zip", "good/gml.gml", "good/filegdb.gdb.zip", "good/geopackage-layer.gpkg",
		"broken/geopackage-two-layers.gpkg", "broken/geopackage-cut.gpkg", "broken/flatgeobuf-cut.fgb"} {
		data, err := os.ReadFile(filepath.Join("..", "testdata", "sites", name))
		if err != nil {
			t.Fatal(err)
		}
		m := made{name: name, data: data}
		if name == "good/geopackage-layer.gpkg" {
			m.opt.Layer = "other"
		}
		all = append(all, m)
	}
	return all
}

// rounded writes a geometry with 1e-9 degrees, or a tenth of a millimetre.
func rounded(g orb.Geometry) string {
	g = orb.Clone(g)
	for _, p := range geo.Polygons(g) {
		for _, r := range p {
			for i := range r {
				for k := range 2 {
					r[i][k], _ = strconv.ParseFloat(strconv.FormatFloat(r[i][k], 'f', 9, 64), 64)
				}
			}
		}
	}
	return wkt.MarshalString(g)
}

// describe writes what was read, or why it was refused.
func describe(t *testing.T, r read.Result, err error) string {
	t.Helper()
	var out strings.Builder
	if err != nil {
		var e *read.Error
		if !errors.As(err, &e) {
			t.Fatalf("%T is no *read.Error: %v", err, err)
		}
		if strings.ContainsAny(err.Error()+e.ZH, "\n\r") || e.ZH == "" || strings.Contains(err.Error()+e.ZH, "%!") {
			t.Errorf("no sentence: %q %q", err, e.ZH)
		}
		fmt.Fprintf(&out, "%s: %v\n%s\n", kindOf(t, err), err, e.ZH)
		for _, f := range e.Faults {
			fmt.Fprintf(&out, "%s: %s | %s\n", f.Code, f.ZH, f.EN)
		}
		return out.String()
	}
	fmt.Fprintf(&out, "%s in %s, accuracy %g\n", r.Format, r.CRS, r.AccuracyM)
	for _, b := range r.Beliefs {
		fmt.Fprintf(&out, "believed %s %s: %s | %s\n", b.What, b.Value, b.ZH, b.EN)
	}
	for _, n := range r.Notices {
		fmt.Fprintf(&out, "notice %s: %s | %s\n", n.Code, n.ZH, n.EN)
		if strings.Contains(n.ZH+n.EN, "%!") || n.ZH == "" || n.EN == "" {
			t.Errorf("no notice: %q", n)
		}
	}
	for _, a := range r.Attributes {
		fmt.Fprintf(&out, "%s=%s\n", a.Name, a.Value)
	}
	for _, p := range r.Plots {
		fmt.Fprintf(&out, "plot %q %q, plane %.2f m², ellipsoid %.2f m², declared %g ha\n%s\n", p.Number, p.Name, p.PlaneM2, geo.Area(p.Shape.Geom), p.DeclaredHa, rounded(p.Shape.Geom))
		for _, a := range p.Attributes {
			fmt.Fprintf(&out, "  %s=%s\n", a.Name, a.Value)
		}
		for _, f := range p.Faults {
			fmt.Fprintf(&out, "  %s: %s | %s\n", f.Code, f.ZH, f.EN)
		}
		if p.Repair != nil {
			fmt.Fprintf(&out, "  repaired: %.2f m² before, %.2f m² after\n", p.Repair.BeforeM2, p.Repair.AfterM2)
		}
	}
	return out.String()
}

func TestSitesCorpus(t *testing.T) {
	all := wholeCorpus(t)
	if len(all) < 120 {
		t.Errorf("only %d files", len(all))
	}
	gdal := read.NewGDAL(2)
	seen := map[string]bool{}
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			file := filepath.Join("..", "testdata", "sites", m.name)
			if seen[m.name] {
				t.Fatal("two files of one name")
			}
			seen[m.name] = true
			if *update {
				if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, m.data, 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			data, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(data, m.data) {
				t.Fatalf("the file is not as it is made: %v", err)
			}
			o := m.opt
			o.Name, o.GDAL = filepath.Base(m.name), gdal
			r, err := read.Sites(t.Context(), data, o)
			kind, _, _ := strings.Cut(m.name, "/")
			if (err != nil) != (kind == "broken") || err == nil && (len(r.Notices) > 0) != (kind == "odd") && o.Faults != read.KeepFaults {
				t.Errorf("it is %s, but: %v, %d notices %v", kind, err, len(r.Notices), r.Notices)
			}
			got := describe(t, r, err)
			if *update {
				if err := os.WriteFile(file+".want", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
