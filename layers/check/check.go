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
	"math"
	"slices"
	"time"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/cql"
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
	Source    *geo.Shape // in the system in which it was handed in; nil when that is longitude and latitude
	Project   Project
	AccuracyM float64 // of the site's own boundary, metres; 0 when the client claimed none

	at string // where it stands in what was handed in, of several
}

// Notice is something that the owner of an input or of a finding should know.
type Notice = read.Notice

// Need says which layer a check has to measure and out to which distance.
type Need struct {
	Layer     *layers.Layer
	WithinM   float64    // every feature nearer than this, beside its own accuracy and half width, is wanted; metres
	AccuracyM float64    // of the site's own boundary, which is in WithinM
	Zones     []Zone     // that the site has to lie in or out of as a whole
	Filters   []cql.Expr // of the rules that look at features one by one: each once, nil for all features
	Picks     []Pick     // of rules that look at some features of the layer, each once: how far the nearest of these is
}

// Pick are those features of a layer that a filter picks, or may pick where one has no
// value for what it reads.
type Pick struct {
	Filter string   // CQL2 text
	Expr   cql.Expr // the same, parsed
}

// Unfound returns the places of those picks of which no feature is among fs.
func (n Need) Unfound(fs []FeatureMeasure) (out []int) {
	for i, p := range n.Picks {
		rule := Rule{filter: p.Expr}
		if !slices.ContainsFunc(fs, func(f FeatureMeasure) bool { return rule.applies(f) != notAbout }) {
			out = append(out, i)
		}
	}
	return out
}

// Zone is the union of those features of a layer that a filter picks.
type Zone struct {
	Filter string   // CQL2 text, by which the zone is named; empty for all features
	Expr   cql.Expr // the same, parsed; nil for all
}

// ZoneMeasure is a site against a zone. Inside and outside areas add up to the
// site's area.
type ZoneMeasure struct {
	Filter          string
	Features        int // in the zone that meet the site
	Inside, Outside geo.SquareMetres
	WidthM          float64         // mean width of the widest piece outside, 2·area/perimeter, metres
	DepthM          float64         // by so much the zone's edge can move and surely a part of the site is still outside, metres
	MarginM         float64         // by so much it can move and surely all of the site is still inside, metres; 0 when a part is outside
	Geometry        json.RawMessage // the part outside; GeoJSON, CRS84; null when nothing is
}

// Taken is what a rule takes from a site: the part nearer to a feature than a
// distance, or the part outside a zone.
type Taken struct {
	Layer   *layers.Layer
	Feature string  // id
	WithinM float64 // from the feature as it is drawn, metres; 0 for what it covers
	Zone    *Zone   // instead of a feature: what lies outside
}

// Part is a part of a site.
type Part struct {
	Area     geo.SquareMetres
	Geometry json.RawMessage // GeoJSON, CRS84; null when nothing is left
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
	Layer     *layers.Layer
	Measured  bool
	Reason    layers.Text // why it was not, for clients
	Err       error       // why it was not, for the log
	Version   layers.Version
	Covered   bool // the site lies inside the layer's coverage area, farther from its edge than any need and accuracy
	Unlocated int  // features in force that have no geometry: they may be anywhere
	Union     geo.SquareMetres
	Features  []FeatureMeasure  // those that meet the site or come near it, nearest first
	Zones     []ZoneMeasure     // in the order of the need's
	Joined    []Joined          // what slivers make together, for each of [Need.Slivers]
	Picked    map[string]Picked // by the filters of the need's picks of which no feature is in Features
	Nearest   *float64          // metres to the nearest feature of the layer, however far; nil when it has none
	FinestM   *float64          // accuracy in metres of its most exact feature that has a place; nil when it has none
}

// Picked is how far the nearest feature is that a filter picks or may pick.
type Picked struct {
	Nearest *float64 // metres, as it is drawn; nil when none was found
	LeastM  float64  // none that was not looked at is nearer; metres, 0 when all were looked at
}

// FeatureMeasure is one feature of a layer against the site. Pieces of an overlap
// under the noise floor are left out of all its measures.
type FeatureMeasure struct {
	ID        string
	Values    map[string]any   // properties by name: string, float64, bool or nil
	Revision  int64            //
	Dimension int              // 0 for points, 1 for lines, 2 for areas
	Interiors bool             // the interiors have points in common
	Edge      bool             // the boundaries have more than single points in common; of an area only where no interior is shared
	Overlap   geo.SquareMetres // of the areas
	Solid     geo.SquareMetres // the part of it in pieces that are no slivers
	WidthM    float64          // mean width of the widest piece, 2·area/perimeter, metres
	LengthM   float64          // of a line inside the site, metres
	DepthM    float64          // by so much the feature can move and surely still meets the site, metres: a lower bound, 0 where they do not meet
	DistanceM float64          // from the feature as it is drawn; 0 when they meet
	Geometry  json.RawMessage  // the shared part, or the nearest point of the feature; GeoJSON, CRS84
}

func (f FeatureMeasure) text(name string) string {
	s, _ := f.Values[name].(string)
	return s
}

// accuracy is the positional accuracy in metres; infinite when it is not known.
func (f FeatureMeasure) accuracy() float64 {
	if a, ok := f.Values["accuracy_m"].(float64); ok && a >= 0 {
		return a
	}
	return math.Inf(1)
}

// finiteAccuracy is the accuracy for an answer: nil when it is not known.
func (f FeatureMeasure) finiteAccuracy() *float64 {
	if a := f.accuracy(); !math.IsInf(a, 1) {
		return &a
	}
	return nil
}

// halfWidth is half the width of what a centreline stands for, metres, and
// whether it is known. Areas have their width.
func (f FeatureMeasure) halfWidth() (float64, bool) {
	if f.Dimension == 2 {
		return 0, true
	}
	half, ok := f.Values["half_width_m"].(float64)
	return max(0, half), ok && half > 0
}

// edgeM is the distance from the edge: from a centreline less its half width.
func (f FeatureMeasure) edgeM() float64 {
	half, _ := f.halfWidth()
	return max(0, f.DistanceM-half)
}

// The noise floor, below which a piece of an overlap comes from arithmetic, and
// the bounds below which it is a sliver that probably comes from two drawings of
// one boundary (疑似套合误差). Square metres, and metres of mean width.
const (
	NoiseM2, NoiseWidthM   = 0.01, 0.001
	SliverM2, SliverWidthM = 1.0, 0.1
)

// SliverRadiusM is the radius of a circle of [SliverM2]. What is deeper in a feature
// than that is no sliver.
const SliverRadiusM = 0.5641895835477563

// hit reports whether the site and what the feature stands for have interior
// points in common.
func (f FeatureMeasure) hit() bool {
	switch f.Dimension {
	case 2:
		return f.Interiors && f.Overlap >= NoiseM2
	case 1:
		half, _ := f.halfWidth()
		return f.Interiors && f.LengthM >= NoiseWidthM || f.DistanceM < half
	}
	return f.Interiors
}

// Sliver reports whether the overlap is in slivers alone: small, or narrow
// everywhere. A circle of as many square metres has a radius of 0.56 m: what can
// move farther and still meets the site lies deep in it, and is small but no sliver.
// The mean width alone says nothing where a hairline joins what is wide.
func (f FeatureMeasure) Sliver() bool {
	small := f.Overlap < SliverM2 && f.DepthM < SliverRadiusM
	return f.Dimension == 2 && f.hit() && (small || f.Solid < SliverM2 && f.DepthM < SliverWidthM)
}

// noise reports whether the part outside comes from arithmetic.
func (z ZoneMeasure) noise() bool {
	return z.Outside < NoiseM2 || z.WidthM < NoiseWidthM && z.DepthM < NoiseWidthM
}

// sliver reports whether the part outside is in slivers alone.
func (z ZoneMeasure) sliver() bool {
	return z.Outside < SliverM2 && z.DepthM < SliverRadiusM || z.WidthM < SliverWidthM && z.DepthM < SliverWidthM
}

// Plan says what has to be measured: every layer of the catalogue that has
// shapes, out to the largest distance that a rule in force on that day asks for
// and the site's own accuracy, and the zones that rules ask about. Rules that are
// not about such a project need nothing. A rule whose layer is not in the catalogue
// needs a layer that nobody has; Judge reports it.
func Plan(catalog *layers.Catalog, rules []Rule, site Site, on time.Time) []Need {
	var needs []Need
	given := implied(site.Project)
	of := map[string][]*Rule{} // by layer
	for i := range rules {
		if r := &rules[i]; r.InForce(on) && applies(r.conditions.possible(given)) != AppliesNo {
			of[r.Layer] = append(of[r.Layer], r)
		}
	}
	for _, l := range catalog.Layers {
		if !l.Checked() {
			continue
		}
		need := Need{Layer: l}
		var filters []string
		for _, r := range of[l.ID] {
			need.WithinM = max(need.WithinM, r.reachM())
			if !r.Relation.zonal() && !slices.Contains(filters, r.Filter) {
				need.Filters, filters = append(need.Filters, r.filter), append(filters, r.Filter)
			}
			if r.filter != nil && l.Access != layers.Internal && !slices.ContainsFunc(need.Picks, func(p Pick) bool { return p.Filter == r.Filter }) {
				need.Picks = append(need.Picks, Pick{Filter: r.Filter, Expr: r.filter})
			}
			if r.Relation.zonal() && !slices.ContainsFunc(need.Zones, func(z Zone) bool { return z.Filter == r.Filter }) {
				need.Zones = append(need.Zones, Zone{Filter: r.Filter, Expr: r.filter})
			}
		}
		need.WithinM, need.AccuracyM = need.WithinM+site.AccuracyM, site.AccuracyM
		needs = append(needs, need)
	}
	return needs
}
