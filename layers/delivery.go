package layers

import (
	"iter"

	"github.com/paulmach/orb"
)

// Delivery says from which file of its authority a layer's features were imported. A
// layer that has one is not replaced by what a data folder brings.
type Delivery struct {
	Version string `json:"version"` // as the authority names it, such as 2024-06
	File    string `json:"file"`    // its name, without folder
	Table   string `json:"table"`   // its layer in the file
	SHA256  string `json:"sha256"`
	CRS     string `json:"crs"` // of the numbers in the file
}

// Import is what an official file brings: the declaration that its layer has from
// now on, and all features of it.
type Import struct {
	Layer    *Layer
	Partial  *Layer                    // instead of Layer, when rows were left out
	Features iter.Seq2[Feature, error] // may be gone through again from the start
	LeftOut  func() int64              // rows that the last pass over Features left out as unusable
	Skip     bool                      // what cannot be stored is left out; without it nothing is stored then
	Large    bool                      // worth to rebuild the indexes of an empty table rather than to keep them up
	DryRun   bool
	Overlaps bool             // look for features that overlap, however many there are
	Step     func(doing Text) // told when a step begins
}

// Problem is why a row of a file cannot be stored.
type Problem struct {
	Origin string     `json:"origin"` // file, row and key
	ID     string     `json:"id,omitempty"`
	Code   string     `json:"code"` // unreadable, geometry, id, duplicate_id, property, place
	Text   Text       `json:"text"`
	At     *orb.Point `json:"at,omitempty"` // longitude, latitude
}

// Overlap is a place that two features cover.
type Overlap struct {
	A      string    `json:"a"` // ids
	B      string    `json:"b"`
	AreaM2 float64   `json:"area_m2"` // on the ellipsoid
	At     orb.Point `json:"at"`      // longitude, latitude of a point in it
}

// Imported is what became of an import.
type Imported struct {
	Diff
	Stored       bool      // false: a dry run, or there are problems
	TilesLater   bool      // what tiles show at small scales is still to be made
	Problems     []Problem // the first of them, found in the database
	ProblemCount int64

	Duplicates     [][]string // ids of features of the same geometry, the first groups
	DuplicateCount int64      // groups

	Overlaps      []Overlap // the largest
	OverlapCount  int64
	OverlapM2     float64 // of all pairs together
	OverlapsKnown bool    // false: nobody looked, since the features are too many, or it took too long
}
