package encode

import (
	"io"
	"time"

	"planatlas/layers"
)

// View says how rows are to be written: which properties, in which CRS.
type View struct {
	Layer      *layers.Layer
	Properties []layers.Property // in the order of Row.Values
	CRS        string            // URI of the CRS; the rows' coordinates are already in its axis order
	Decimals   int               // of a coordinate
}

// End is what is known at the end of a page.
type End struct {
	Page  layers.Page
	Now   time.Time
	Links []Link
}

// Encoder writes the rows of one page and then its end. Its bytes are complete
// only after Close.
type Encoder interface {
	layers.Sink
	Close(End) error
}

// Format is one output format of features.
type Format struct {
	Name      string // value of the query parameter f
	Media     string // media type
	Extension string // of a file, with the dot
	InBody    bool   // links and counts stand in the body; else in HTTP headers
	OnlyCRS84 bool   // the format knows no other CRS
	New       func(io.Writer, View) Encoder
}

// Formats returns all formats. The first is the default.
func Formats() []Format {
	return []Format{
		{Name: "geojson", Media: "application/geo+json", Extension: ".geojson", InBody: true, New: func(w io.Writer, v View) Encoder { return NewGeoJSON(w, v) }},
	}
}
