package layers

import (
	"iter"
	"time"

	"planatlas/geo"
	"planatlas/layers/cql"

	"github.com/paulmach/orb"
)

// Query asks for a page of a layer's features, in the order of their ids.
type Query struct {
	BBox   *orb.Bound // CRS84, lon/lat; nil for everywhere
	Filter cql.Expr   // nil for no condition
	Meets  *Reference // only features that have a point in common with this one
	ID     string     // one feature only
	After  Cursor     // start behind this feature
	Limit  int        // at most so many rows; 0 for all
	Count  bool       // count the matches, as far as that is cheap
}

// Reference names a feature.
type Reference struct {
	Layer *Layer
	ID    string
}

// Cursor is the id of the last feature of a page; empty before the first.
type Cursor string

// Row is one feature as the database sent it. Its bytes are valid until the
// next row.
type Row struct {
	ID     []byte
	Geom   geo.WKB  // nil for a null geometry; EPSG:4490, lon/lat
	Values [][]byte // as PostgreSQL text, in the order of AllProperties; nil for null
}

// Sink takes rows one by one. An error stops the query.
type Sink interface{ Row(Row) error }

// Page says what a query returned.
type Page struct {
	Returned int
	Matched  int64 // -1 when it was not counted
	Next     Cursor
	Version  Version
}

// Version is the state of a layer that an answer was read from.
type Version struct {
	Revision int64
	Changed  time.Time
}

// Summary is what the catalogue says of a layer's content.
type Summary struct {
	Version
	Features int64
	Located  int64      // features with a geometry
	Extent   *orb.Bound // CRS84, lon/lat; nil when nothing is located
}

// Feature is a feature to be stored. Values are keyed by property name and hold
// nil, string, int64, float64 or bool; dates are strings.
type Feature struct {
	ID     string
	Values map[string]any
	Shape  *geo.Shape // nil for a null geometry
	Origin string     // file and line, for messages
}

// Outline is an area that coverages refer to. It is not a legal boundary.
type Outline struct {
	ID, NameZH, NameEN, GeometrySource string
	Entity                             string // of the plan; the outline's id when empty
	AccuracyM                          float64
	Shape                              geo.Shape
}

// FeatureSet is the whole content of one layer.
type FeatureSet struct {
	Layer    *Layer
	Features iter.Seq2[Feature, error]
}

// Load is what a data folder brings: outlines, layers with all their features,
// and the rules that hold from now on.
type Load struct {
	Outlines    []Outline
	Sets        []FeatureSet
	Rules       []byte // JSON; left as they are when RulesSHA256 is empty
	RulesSHA256 string
}

// Diff counts what a load changed in one layer, and how many of the entities that
// the plan's inventory names for the layer have a place in it.
type Diff struct {
	Layer                              string
	Added, Changed, Removed, Unchanged int64
	Named, Located                     int64
	Version                            Version
}
