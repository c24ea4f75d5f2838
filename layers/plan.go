package layers

import (
	"encoding/json"

	"planatlas/layers/cql"
)

// Mention is a record or feature that names an entity of the plan.
type Mention struct {
	Entity string `json:"entity"` // of the plan, that is named
	Layer  string `json:"layer"`
	ID     string `json:"id"`
	Role   string `json:"role"` // the property that names it
	Name   Text   `json:"name"`
	Plan   string `json:"plan"` // chapter.section
	Quote  string `json:"quote,omitempty"`

	Properties json.RawMessage `json:"properties,omitempty"` // of a record, as a JSON object
}

// Nearby is a feature of the plan at or near a place.
type Nearby struct {
	Layer       string      `json:"layer"`
	ID          string      `json:"id"`
	Entity      string      `json:"entity"`
	Name        Text        `json:"name"`
	Relation    string      `json:"relation"` // here, within_accuracy or near
	DistanceM   float64     `json:"distance_m"`
	AccuracyM   float64     `json:"accuracy_m"`
	LegalEffect LegalEffect `json:"legal_effect"`
	Plan        string      `json:"plan"`
	Quote       string      `json:"quote"`
}

// PlanHere is what the plan says about a place.
type PlanHere struct {
	Counties []Mention // counties and city whose outline holds the place, or nearly does
	Features []Nearby  // nearest first
	Unknown  []Mention // control lines whose boundary is not loaded: they may be here
	Mentions []Mention // records of the plan that name one of all these
}

// Pair is a feature and the nearest one of another layer.
type Pair struct {
	Feature   Named   `json:"feature"`
	Nearest   Named   `json:"nearest"`
	DistanceM float64 `json:"distance_m"` // geodesic; 0 when they meet
	AccuracyM float64 `json:"accuracy_m"` // of both positions together
}

// Named is a feature by its names.
type Named struct {
	Layer string `json:"layer"`
	ID    string `json:"id"`
	Name  Text   `json:"name"`
}

// Selection is the part of a layer that a filter leaves.
type Selection struct {
	Layer  *Layer
	Filter cql.Expr // geometries in CRS84
}
