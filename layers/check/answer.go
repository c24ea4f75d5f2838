package check

import (
	"encoding/json"
	"math"
	"time"

	"planatlas/geo"
	"planatlas/layers"
)

// Answer is the result of a check, as clients get it.
type Answer struct {
	ID         string       `json:"id"`
	Created    time.Time    `json:"created"`
	Verdict    Verdict      `json:"verdict"`
	Summary    layers.Text  `json:"summary"`
	Site       SiteAnswer   `json:"site"`
	Project    Project      `json:"project"` // attributes as they were given
	Layers     []LayerLine  `json:"layers"`
	Findings   []Finding    `json:"findings"`
	Rules      []RuleLine   `json:"rules"`     // every rule in force that day, whether or not it fired
	Questions  []Question   `json:"questions"` // what was not said of the project and would change the answer
	Remainder  *Remainder   `json:"remainder"` // null when nothing is prohibited for certain, or it could not be worked out
	Provenance Provenance   `json:"provenance"`
	Links      []AnswerLink `json:"links"`
}

// SiteAnswer repeats the site as it was understood.
type SiteAnswer struct {
	Input     Input           `json:"input"`
	Geometry  json.RawMessage `json:"geometry"` // GeoJSON, CRS84
	Area      SiteArea        `json:"area"`
	AccuracyM float64         `json:"accuracy_m"`
}

// Input says what was handed in.
type Input struct {
	Name    string   `json:"name,omitempty"`
	SHA256  string   `json:"sha256"`
	Format  string   `json:"format"`
	CRS     string   `json:"crs"`
	Notices []Notice `json:"notices"`
}

// Measure is an area on the CGCS2000 ellipsoid in the units that planners need.
type Measure struct {
	M2 float64 `json:"m2"`
	Ha float64 `json:"ha"`
	Mu float64 `json:"mu"`
}

// SiteArea is the area of the site, with the plane area that surveyors print.
type SiteArea struct {
	Measure
	PlaneM2  float64 `json:"plane_m2"`
	PlaneCRS string  `json:"plane_crs"`
}

// Overlap is the shared area and its share of the site's area, 0 to 1.
type Overlap struct {
	Measure
	Share float64 `json:"share"`
}

// LayerLine is what the check found in one layer.
type LayerLine struct {
	Layer       string             `json:"layer"`
	Title       layers.Text        `json:"titles"`
	Outcome     Outcome            `json:"outcome"`
	Reason      layers.Text        `json:"reason"`
	Absent      bool               `json:"absent,omitempty"`  // the service has no such layer; rules speak of it
	Unruled     bool               `json:"unruled,omitempty"` // no rule of law in force that day speaks of what was found
	Required    bool               `json:"required"`
	Revision    int64              `json:"revision"`
	DataDate    layers.Day         `json:"data_date"`
	Source      layers.Text        `json:"source,omitzero"`        // of the data
	Credit      string             `json:"attribution,omitempty"`  // whom to name beside them
	Version     string             `json:"version,omitempty"`      // of the official file that the layer was imported from
	LegalEffect layers.LegalEffect `json:"legal_effect,omitempty"` // of that file
	Overlap     *Overlap           `json:"overlap"`                // of all features together, nothing counted twice; null where that is not known
	NearestM    *float64           `json:"nearest_m"`              // null when the layer was not checked or holds nothing

	gap     bool // the layer's data cannot answer for the whole site
	expired bool // the day is outside the layer's period
}

// RuleLine is what one rule came to.
type RuleLine struct {
	Rule         string   `json:"rule"`
	Layer        string   `json:"layer"`
	Applies      Applies  `json:"applies"`
	Outcome      Outcome  `json:"outcome"`
	NearestM     *float64 `json:"nearest_m"`                // to the nearest feature that it is about; null when that is not known
	FartherThanM float64  `json:"farther_than_m,omitempty"` // none of them is nearer
	ThresholdM   float64  `json:"threshold_m,omitempty"`    // the largest distance that it may ask for
}

// Applies says whether a rule is about a project.
type Applies string

// The answers to that.
const (
	AppliesYes     Applies = "yes"
	AppliesNo      Applies = "no"
	AppliesDepends Applies = "depends" // on what was not said
)

// Citation is where the plan names the feature.
type Citation struct {
	Plan  string `json:"plan"` // chapter.section
	Quote string `json:"quote"`
}

// Finding is one rule that fired for one feature.
type Finding struct {
	Rule            string          `json:"rule"`
	Case            string          `json:"case,omitempty"` // of the rule, where it has a name of its own
	Layer           string          `json:"layer"`
	Feature         string          `json:"feature"`
	FeatureName     layers.Text     `json:"feature_name"`
	FeatureRevision int64           `json:"feature_revision"`
	Relation        string          `json:"relation"` // overlaps, touches, within, outside, within_distance, within_accuracy
	Verdict         Verdict         `json:"verdict"`  // that the rule gives
	Counts          Verdict         `json:"counts_as"`
	Certainty       Certainty       `json:"certainty"`
	Notes           []Notice        `json:"notes"`
	Overlap         *Overlap        `json:"overlap"`            // null when it is not told
	LengthM         float64         `json:"length_m,omitempty"` // of a line inside the site
	DistanceM       *float64        `json:"distance_m"`         // null when it is not told
	ThresholdM      float64         `json:"threshold_m,omitempty"`
	MeasuredFrom    string          `json:"measured_from,omitempty"`
	AccuracyM       *float64        `json:"accuracy_m"` // null when it is not known
	GeometrySource  string          `json:"geometry_source"`
	InsideM2        *float64        `json:"inside_m2,omitempty"` // of a rule on being inside: parts of the site, which add up to it
	OutsideM2       *float64        `json:"outside_m2,omitempty"`
	DependsOn       []string        `json:"depends_on,omitempty"` // attributes of the project that were not given and decide
	Exemptions      []Exemption     `json:"exemptions,omitempty"`
	Authority       layers.Text     `json:"authority"` // who decides
	VerdictBasis    string          `json:"verdict_basis,omitempty"`
	Basis           string          `json:"basis"`
	Law             string          `json:"law"`
	Article         string          `json:"article"`
	Text            layers.Text     `json:"text"`
	Requires        layers.Text     `json:"requires"`
	Verified        bool            `json:"verified"`
	Mark            string          `json:"mark"`   // how the words were read: L, W:host, C, gk or plan
	Source          string          `json:"source"` // where they were read
	Citation        *Citation       `json:"citation"`
	Geometry        json.RawMessage `json:"geometry"`
}

// Question is an attribute of the project that was not given, and what each reply
// would mean.
type Question struct {
	Attribute string      `json:"attribute"`
	Text      layers.Text `json:"text"`
	Rules     []string    `json:"rules"` // that ask
	Replies   []Reply     `json:"replies"`
}

// Reply is one possible reply, and what the rules that it bears on could then still
// come to: the worst, and at best; clear when none of them would fire. The two are
// the same unless something else was not said either.
type Reply struct {
	Value   any         `json:"value"` // true, false or a code
	Title   layers.Text `json:"titles"`
	Verdict Verdict     `json:"verdict"`
	Counts  Verdict     `json:"counts_as"`
	AtBest  Verdict     `json:"at_best"`
}

// Remainder is the site without what is prohibited for certain.
type Remainder struct {
	Geometry json.RawMessage `json:"geometry"` // GeoJSON, CRS84; null when nothing is left
	Area     Overlap         `json:"area"`
}

// Exemption is a way out of a rule: for what, by which approval, and by whom.
type Exemption struct {
	For       layers.Text `yaml:"for" json:"for"`
	Approval  layers.Text `yaml:"approval" json:"approval"`
	Authority layers.Text `yaml:"authority" json:"authority"`
}

// Provenance says from which data, rules and program the answer came.
type Provenance struct {
	Day           layers.Day `json:"day"`      // of the check, in China: rules and coverages of that day hold
	Snapshot      string     `json:"snapshot"` // time of the database's snapshot
	CatalogSHA256 string     `json:"catalog_sha256"`
	RulesSHA256   string     `json:"rules_sha256"`
	Software      string     `json:"software"`
	ResultSHA256  string     `json:"result_sha256"` // of verdict, site, layers and findings
}

// AnswerLink is a typed link of the answer.
type AnswerLink struct {
	Href string `json:"href"`
	Rel  string `json:"rel"`
	Type string `json:"type"`
}

func measure(a geo.SquareMetres) Measure {
	return Measure{M2: float64(a), Ha: a.Hectares(), Mu: a.Mu()}
}

// overlapM2 is the overlap in square metres; 0 when it is not told.
func (f Finding) overlapM2() float64 {
	if f.Overlap == nil {
		return 0
	}
	return f.Overlap.M2
}

func overlap(part, whole geo.SquareMetres) Overlap {
	o := Overlap{Measure: measure(part)}
	if whole > 0 {
		o.Share = math.Min(1, float64(part/whole))
	}
	return o
}
