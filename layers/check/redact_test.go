package check

import (
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// rectangular is a site of that many metres each way, about.
func rectangular(width, height float64) Site {
	x, y := geo.Degree(37.8)
	b := orb.Bound{Min: orb.Point{113.5, 37.8}, Max: orb.Point{113.5 + width/x, 37.8 + height/y}}
	return Site{Site: read.Site{Shape: geo.Shape{SRID: geo.CGCS2000, Geom: b.ToPolygon()}}}
}

// told is what anybody is told of a site whose one finding is of a layer that is not
// public.
func toldOf(site Site, rules []Rule, f FeatureMeasure) (r Result) {
	l := redline()
	l.Access = layers.Internal
	m := SiteMeasure{Area: geo.Area(site.Shape.Geom)}
	needs := Plan(layers.NewCatalog([]*layers.Layer{l}), rules, site, day)
	full := Judge(rules, needs, site, m, []Measurement{{Layer: l, Measured: true, Covered: true, Union: f.Overlap, Features: []FeatureMeasure{f}}}, day)
	r = full.redacted(hidden(layers.NewCatalog([]*layers.Layer{l})))
	r.coarsen(map[string]bool{l.ID: true}, newCoarse(site, m))
	r.Summary = summarise(r)
	return r
}

func TestRedaction(t *testing.T) {
	r := toldOf(rectangular(100, 100), []Rule{rule(nil)}, deep(func(f *FeatureMeasure) { f.Geometry, f.Overlap = []byte("{}"), 2010 }))
	f := r.Findings[0]
	if f.Feature != "" || f.FeatureName.ZH != "" || f.Geometry != nil || f.Citation != nil || f.GeometrySource != "" || f.DistanceM != nil {
		t.Errorf("%+v", f)
	}
	if r.Verdict != Prohibited || f.Verdict != Prohibited || f.Overlap == nil || r.Layers[0].Overlap == nil || *f.Overlap != *r.Layers[0].Overlap {
		t.Fatalf("the verdict and an area remain: %+v", r)
	}
	if share := f.Overlap.Share; share < 0.2499 || share > 0.2501 {
		t.Errorf("a share of %g is told, want the next step above", share)
	}
}

// TestProbesTellNoBoundary: a strip that is moved across a boundary tells one of few
// figures, each at least the truth; a thin one tells none, and the verdict stays.
func TestProbesTellNoBoundary(t *testing.T) {
	figures := map[float64]bool{}
	wide := rectangular(100, 100)
	for shared := 1.0; shared <= 9999; shared += 7 {
		r := toldOf(wide, []Rule{rule(nil)}, deep(func(f *FeatureMeasure) { f.Overlap, f.Solid = geo.SquareMetres(shared), geo.SquareMetres(shared) }))
		o := r.Findings[0].Overlap
		if o == nil || o.M2 < shared {
			t.Fatalf("%g m² are told as %+v", shared, o)
		}
		figures[o.M2] = true
	}
	if len(figures) != 20 {
		t.Errorf("%d figures are told", len(figures))
	}
	for _, site := range []Site{rectangular(1, 2000), rectangular(15, 500), rectangular(5, 5)} {
		r := toldOf(site, []Rule{rule(nil)}, deep(func(f *FeatureMeasure) { f.Overlap, f.Solid = 20, 20 }))
		f := r.Findings[0]
		if f.Overlap != nil || r.Layers[0].Overlap != nil || r.Verdict != Prohibited || f.DistanceM != nil || f.LengthM != 0 {
			t.Errorf("of a thin site are told %+v %+v %s", f.Overlap, r.Layers[0].Overlap, r.Verdict)
		}
	}
}

// TestWhatHasNoNameIsNamedByItsLayer: a summary has no gap where a name was taken out,
// and notes have no figures.
func TestWhatHasNoNameIsNamedByItsLayer(t *testing.T) {
	r := toldOf(rectangular(100, 100), []Rule{rule(nil)}, deep(away(5)))
	if !strings.Contains(r.Summary.EN, "surveyed: Red line (E2).") || !strings.Contains(r.Summary.ZH, "红线（E2）") || r.Findings[0].DistanceM != nil {
		t.Errorf("%s %s %+v", r.Summary.EN, r.Summary.ZH, r.Findings)
	}
	r = toldOf(rectangular(100, 100), []Rule{rule(nil)}, deep(func(f *FeatureMeasure) {
		f.Overlap, f.Solid, f.DepthM, f.Values["accuracy_m"] = 0.53, 0.53, 0.05, 0.0
	}))
	for _, n := range r.Findings[0].Notes {
		if strings.Contains(n.ZH+n.EN, "0.53") {
			t.Errorf("%+v", n)
		}
	}
}

// TestRemainderTellsNoMore: what is left of a site is told as coarsely as what is taken.
func TestRemainderTellsNoMore(t *testing.T) {
	taken, c := []Taken{{Layer: &layers.Layer{ID: "red"}}}, coarse{site: 10_000}
	exact := &Remainder{Geometry: []byte("{}"), Area: overlap(7990, 10_000)}
	if got := exact.coarsen(taken, map[string]bool{"red": true}, c); got.Geometry != nil || got.Area.M2 != 7500 {
		t.Errorf("%+v", got)
	}
	if got := exact.coarsen(taken, map[string]bool{}, c); got != exact {
		t.Errorf("of public layers: %+v", got)
	}
	c.none = true
	if got := exact.coarsen(taken, map[string]bool{"red": true}, c); got != nil {
		t.Errorf("of a thin site: %+v", got)
	}
}
