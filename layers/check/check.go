// Package check answers the question that planners ask: may this project stand
// on this site, under which rule, by how many square metres, and how sure are
// we? A check is Plan (pure), Measure (one snapshot of the database) and Judge
// (pure).
//
// It fails closed: the zero value of an outcome is "not checked", and nothing
// that was not measured is ever called clear.
package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
)

// Outcome says what a check found in one layer.
type Outcome uint8

// The five outcomes. Only Clear is good news, and it needs complete data, full
// coverage and a distance larger than every uncertainty.
const (
	NotChecked Outcome = iota // the layer could not be measured
	NoData                    // the layer's data cannot answer for this site
	Clear                     // nothing of the layer is here
	Touches                   // a shared boundary, no shared interior
	Hit                       // interiors overlap
)

func outcomeNames() []string { return []string{"not_checked", "no_data", "clear", "touches", "hit"} }

// String returns the outcome's name in answers.
func (o Outcome) String() string {
	names := outcomeNames()
	if int(o) >= len(names) {
		o = NotChecked
	}
	return names[o]
}

// MarshalText writes the name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the name; anything unknown is not checked.
func (o *Outcome) UnmarshalText(b []byte) error {
	*o = Outcome(max(0, slices.Index(outcomeNames(), string(b))))
	return nil
}

// Verdict is the consequence of a rule or of a whole check.
type Verdict string

// The verdicts of a check, worst first. A rule has one of Prohibited, Restricted
// and Advisory.
const (
	Prohibited Verdict = "prohibited"
	Restricted Verdict = "restricted"
	Incomplete Verdict = "incomplete"
	Advisory   Verdict = "advisory"
	AllClear   Verdict = "clear"
)

// Severity orders verdicts: 0 is the worst. An unknown verdict is as bad as the
// worst.
func (v Verdict) Severity() int {
	return max(0, slices.Index([]Verdict{Prohibited, Restricted, Incomplete, Advisory, AllClear}, v))
}

func worse(a, b Verdict) Verdict {
	if a.Severity() <= b.Severity() {
		return a
	}
	return b
}

// atMost softens a verdict to a limit.
func atMost(v, limit Verdict) Verdict {
	if v.Severity() < limit.Severity() {
		return limit
	}
	return v
}

// Certainty says how far a finding can be relied on.
type Certainty string

// The certainties.
const (
	Certain        Certainty = "certain"
	WithinAccuracy Certainty = "within_accuracy" // the boundary may lie on the other side of the site
	IndicativeOnly Certainty = "indicative"      // the feature has no legal effect
)

// Site is a project site as it was handed in, in EPSG:4490, lon/lat.
type Site struct {
	read.Site
	AccuracyM float64 // of the site's own boundary, metres; 0 when the client claimed none
}

// Notice is something that the owner of an input or of a finding should know.
type Notice = read.Notice

// Need says which layer a check has to measure and out to which distance.
type Need struct {
	Layer   *layers.Layer
	WithinM float64 // every feature nearer than this is wanted, metres
}

// SiteMeasure holds the measures of the site itself.
type SiteMeasure struct {
	Area     geo.SquareMetres // on the ellipsoid
	PlaneM2  float64          // on the plane of the site's own 3-degree zone
	PlaneCRS string           // such as EPSG:4547
	Geometry json.RawMessage  // GeoJSON, CRS84
}

// Measurement is what the database says of one layer. The zero value means that
// the layer was not measured.
type Measurement struct {
	Layer    *layers.Layer
	Measured bool
	Reason   layers.Text // why it was not, for clients
	Err      error       // why it was not, for the log
	Version  layers.Version
	Covered  bool // the site lies wholly inside the layer's coverage area
	Union    geo.SquareMetres
	Features []FeatureMeasure // those that meet the site or come near it, nearest first
	Nearest  *float64         // metres to the nearest feature of the layer, however far; nil when it has none
}

// FeatureMeasure is one feature of a layer against the site.
type FeatureMeasure struct {
	ID        string
	Values    map[string]any   // properties by name: string, float64, bool or nil
	Revision  int64            //
	Area      bool             // the feature is an area, so that its overlap is one too
	Interiors bool             // the interiors have points in common
	Boundary  bool             // the boundaries touch
	Overlap   geo.SquareMetres // of the areas
	WidthM    float64          // mean width of the overlap, 2·area/perimeter, metres
	LengthM   float64          // of a line inside the site, metres
	DepthM    float64          // how far inside the feature the overlap surely reaches, metres
	DistanceM float64          // 0 when they meet
	Geometry  json.RawMessage  // the shared part, or the nearest point of the feature; GeoJSON, CRS84
}

func (f FeatureMeasure) text(name string) string {
	s, _ := f.Values[name].(string)
	return s
}

func (f FeatureMeasure) number(name string) float64 {
	n, _ := f.Values[name].(float64)
	return n
}

// noise is the floor below which an overlap comes from arithmetic, and sliver
// the one below which it probably comes from two drawings of one boundary
// (疑似套合误差).
const (
	noiseM2, noiseWidthM   = 0.01, 0.001
	sliverM2, sliverWidthM = 1.0, 0.1
)

func (f FeatureMeasure) hit() bool {
	if !f.Area {
		return f.Interiors && f.LengthM >= noiseWidthM
	}
	return f.Interiors && f.Overlap >= noiseM2 && f.WidthM >= noiseWidthM
}

func (f FeatureMeasure) sliver() bool {
	return f.Area && f.hit() && (f.Overlap < sliverM2 || f.WidthM < sliverWidthM)
}

// Plan says what has to be measured: every layer of the catalogue that has
// shapes, out to the largest distance that a rule in force on that day asks for.
// A rule whose layer is not in the catalogue needs a layer that nobody has; Judge
// reports it.
func Plan(catalog *layers.Catalog, rules []Rule, on time.Time) []Need {
	var needs []Need
	for _, l := range catalog.Layers {
		if !l.HasGeometry() {
			continue
		}
		need := Need{Layer: l}
		for _, r := range rules {
			if r.Layer == l.ID && r.InForce(on) {
				need.WithinM = max(need.WithinM, r.DistanceM)
			}
		}
		needs = append(needs, need)
	}
	return needs
}

// String describes the need in logs.
func (n Need) String() string { return fmt.Sprintf("%s within %g m", n.Layer.ID, n.WithinM) }
