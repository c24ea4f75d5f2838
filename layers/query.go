package layers

import (
	"iter"
	"time"

	"planatlas/geo"
	"planatlas/geo/tile"
	"planatlas/layers/cql"

	"github.com/paulmach/orb"
)

// Query asks for a page of a layer's features.
type Query struct {
	BBox     *orb.Bound // east before north; nil for everywhere. West > east crosses the antimeridian
	BBoxSRID geo.SRID   // of a projected BBox; 0 for degrees

	Valid      *Interval  // only features in force at some time of it
	Filter     cql.Expr   // nil for no condition
	FilterSRID geo.SRID   // of the geometries in Filter; 0 for CRS84
	Meets      *Reference // only features that have a point in common with this one
	ID         string     // one feature only

	Sort   []SortKey // the id comes last of its own
	Cursor *Cursor   // start behind or before a feature
	Offset int       // pass over so many features
	Limit  int       // at most so many rows; 0 for all

	Properties []Property // to be read; nil for all
	OutSRID    geo.SRID   // of the geometries; 0 for CRS84
	NorthFirst bool       // the CRS's axis order is north, east
	Count      Count      // whether the matches are counted
	Near       *orb.Point // in CRS84: the features come nearest first, with their distance; nil for no such order
}

// Count says how far the matches of a query are counted.
type Count uint8

// The ways to count. A cheap count is one that is known, or that of a small
// layer; one that is alone reads no features.
const (
	NoCount Count = iota
	CountCheap
	CountAlone
)

// Interval is a span of days, half-open; an empty Day is open.
type Interval struct{ From, To Day }

// SortKey is a property to sort by.
type SortKey struct {
	Property   Property
	Descending bool
	Near       bool // instead of a property: the distance of the feature's box from the south-west corner of the query's, in the table's units
}

// NearSort is the order of a page of a box for which the client asked for none:
// one that a spatial index gives without sorting all that is in the box.
func NearSort() []SortKey {
	return []SortKey{{Near: true, Property: Property{Name: "_near", Type: Number}}}
}

// Cursor is a place in the order of a query: the sort keys' values of a feature,
// as PostgreSQL text (nil for null), and its id. A page starts behind it, or ends
// before it.
type Cursor struct {
	Values [](*string)
	ID     string
	Before bool
}

// Reference names a feature.
type Reference struct {
	Layer *Layer
	ID    string
}

// Row is one feature as the database sent it. Its bytes are valid until the
// next row.
type Row struct {
	ID     []byte
	Geom   geo.WKB  // nil for a null geometry; EPSG:4490, lon/lat
	Values [][]byte // as PostgreSQL text, in the order of the query's properties, and with Near the distance behind them; nil for null
}

// Sink takes rows one by one. An error stops the query.
type Sink interface{ Row(Row) error }

// Page says what a query returned.
type Page struct {
	Returned    int
	Matched     int64   // -1 when it was not counted
	First, Last *Cursor // of the rows; nil on an empty page
	More        bool    // there are rows behind the last, or for a page before a cursor, before the first
	Version     Version
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
	Finest   int        // level of the finest cells in which tiles generalise the layer; 0 for none
}

// Exact is the first zoom of a set whose tiles hold every feature of the layer as it
// is, but for the tile's own grid.
func (s Summary) Exact(set tile.Set) uint32 {
	z := set.MinZoom()
	for z < set.MaxZoom() && CellLevel(tile.ID{Set: set, Z: z}) <= s.Finest {
		z++
	}
	return z
}

// Sparse is the first zoom of a set in which a tile of the layer holds few features
// on the average over its extent. Below it a tile of a published table may be refused.
func (s Summary) Sparse(set tile.Set) uint32 {
	const few = 2000
	z := set.MinZoom()
	if s.Extent == nil {
		return z
	}
	for ; z < set.MaxZoom(); z++ {
		if r, ok := set.Covering(z, *s.Extent, 0); ok && float64(s.Located) <= few*float64(r.Len()) {
			break
		}
	}
	return z
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
	Retire      bool // take layers out of the catalogue that are not among the sets
	Discard     bool // replace imported layers too; without it they are kept as they were imported
}

// Diff counts what a load changed in one layer, and how many of the entities that
// the plan's inventory names for the layer have a place in it.
type Diff struct {
	Layer                              string
	Added, Changed, Removed, Unchanged int64
	Named, Located                     int64
	Version                            Version
	Kept                               *Delivery // why an imported layer was kept as it is; nil: it was replaced
}
