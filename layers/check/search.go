package check

import (
	"context"
	"encoding/json"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/cql"
)

// Ground says where to look for a site.
type Ground struct {
	Zone   geo.Shape // inside which; areas
	AreaM2 float64   // that is wanted
	Near   []Reach   // each within its distance of one of its features
	Away   []Reach   // each at least its distance from all of its features
	Clip   bool      // candidates may follow the edges of the ground
	Most   int       // candidates
}

// Reach is a distance from the features of a layer that a filter picks. From lines
// with a half width it counts from their edge.
type Reach struct {
	Layer   *layers.Layer
	Filter  cql.Expr
	MetresM float64
}

// Room is a place that is large enough, and how far it is from what was asked for.
type Room struct {
	Geometry json.RawMessage // GeoJSON, CRS84
	RadiusM  float64         // of the largest circle that fits into the free ground there
	Kind     string          // square, or clipped circle
	Near     []Close         // in the order of the ground's
	Away     []Close
}

// Close is the nearest feature of a reach.
type Close struct {
	Layer     string      `json:"layer"`
	Feature   string      `json:"feature"`
	Name      layers.Text `json:"name"`
	DistanceM float64     `json:"distance_m"` // from its edge; 0 when they meet
}

// Finder is what looking for sites needs of a snapshot beside measuring.
type Finder interface {
	// Union returns the areas of the layer's features in force that the filter picks.
	Union(ctx context.Context, l *layers.Layer, filter cql.Expr, on layers.Day) (geo.Shape, error)
	// Rooms returns the roomiest places of the ground, in which everything but free is
	// left out; free is GeoJSON.
	Rooms(ctx context.Context, free json.RawMessage, g Ground, on layers.Day) ([]Room, error)
}

// Search asks for sites.
type Search struct {
	Ground
	In       *layers.Layer // the zones, instead of Ground.Zone
	InFilter cql.Expr
	Project  Project
	On       layers.Day
}

// Candidates are places where a site of the wanted area may be.
type Candidates struct {
	Wanted     Measure       `json:"wanted"`
	Zone       Measure       `json:"zone"`           // that was looked at
	Prohibited *Measure      `json:"prohibited"`     // of it, for certain; null when that could not be worked out
	NotChecked []string      `json:"not_checked"`    // layers that could not be looked at as a whole
	Refused    int           `json:"refused"`        // candidates that did not pass their own check
	Candidates []Candidate   `json:"candidates"`     // best first
	Notes      []layers.Text `json:"notes"`          //
	Links      []AnswerLink  `json:"links"`          //
	Snapshot   string        `json:"snapshot"`       // time of the database
	Day        layers.Day    `json:"day"`            // of the law
	Software   string        `json:"software"`       //
	Rules      string        `json:"rules_sha256"`   //
	Catalog    string        `json:"catalog_sha256"` //

	squares bool // nothing but squares was tried
}

// Candidate is one place, with its own check.
type Candidate struct {
	Rank             int             `json:"rank"`
	Geometry         json.RawMessage `json:"geometry"`
	Area             Measure         `json:"area"`
	InscribedRadiusM float64         `json:"inscribed_radius_m,omitempty"` // left out where it would tell the distance to a layer that is not public
	Shape            string          `json:"shape"`
	Verdict          Verdict         `json:"verdict"`
	Summary          layers.Text     `json:"summary"`
	Check            string          `json:"check"`
	Near             []Close         `json:"near"`
	Away             []Close         `json:"away"`
	Reasons          []layers.Text   `json:"reasons"`
	ResultSHA256     string          `json:"result_sha256"`
}

// The bounds of a search.
const (
	MaxCandidates = 20
	MaxWantedHa   = 10_000
	MinWantedHa   = 0.01
	MaxReachM     = 50_000
	// spare is how many more places are checked than are asked for, since some may not
	// pass.
	spare = 10
)
