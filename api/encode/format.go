// Package encode turns rows into the bytes of a format, row by row: nothing is
// collected and no geometry tree is built.
package encode

import (
	"context"
	"io"
	"time"

	"planatlas/layers"
)

// flushSize is how much an encoder gathers before it writes.
const flushSize = 60 << 10

// View says how rows are to be written: which properties, in which CRS.
type View struct {
	Layer      *layers.Layer
	Properties []layers.Property // in the order of Row.Values
	CRS        string            // URI of the CRS; the rows' coordinates are already in its axis order
	EPSG       int               // code of the CRS, for formats that name it so
	Decimals   int               // of a coordinate
	Charset    string            // of the texts in a shapefile, as GDAL names it; UTF-8 when empty
	Buffer     []byte            // memory to gather bytes in, for as long as the encoder lives; made when nil
}

// BufferSize is how much memory an encoder gathers in when no feature is larger.
const BufferSize = flushSize + 4<<10

// End is what is known at the end of a page.
type End struct {
	Page  layers.Page
	Now   time.Time
	Links []Link
}

// Encoder writes the rows of one page and then its end. Its bytes are complete
// only after Close. Free gives back what it holds, after Close or in its stead.
type Encoder interface {
	layers.Sink
	Close(End) error
	Free()
}

// Format is one output format of features.
type Format struct {
	Name      string // value of the query parameter f
	Media     string // media type
	Extension string // of a file, with the dot
	Title     layers.Text
	InBody    bool // links and counts stand in the body; else in HTTP headers
	OnlyCRS84 bool // the format knows no other CRS
	XFirst    bool // it has east before north whatever the CRS says
	OneType   bool // it needs a geometry, and all of one type
	New       func(context.Context, io.Writer, View) (Encoder, error)
}

// Fits tells whether the format can hold the layer.
func (f *Format) Fits(l *layers.Layer) bool {
	return !f.OneType || l.HasGeometry() && l.Geometry != "Geometry"
}

// Formats returns all formats. The first is the default. Those that GDAL writes
// come last.
func Formats(gdal *GDAL) []Format {
	plain := func(f func(io.Writer, View) Encoder) func(context.Context, io.Writer, View) (Encoder, error) {
		return func(_ context.Context, w io.Writer, v View) (Encoder, error) { return f(w, v), nil }
	}
	return append([]Format{
		{Name: "geojson", Media: "application/geo+json", Extension: ".geojson", Title: layers.Text{ZH: "GeoJSON", EN: "GeoJSON"}, InBody: true,
			New: plain(func(w io.Writer, v View) Encoder { return NewGeoJSON(w, v) })},
		{Name: "jsonfg", Media: "application/fg+json", Extension: ".fg.json", Title: layers.Text{ZH: "JSON-FG", EN: "JSON-FG"}, InBody: true,
			New: plain(func(w io.Writer, v View) Encoder { return NewJSONFG(w, v) })},
		{Name: "geojsonseq", Media: "application/geo+json-seq", Extension: ".geojsons", Title: layers.Text{ZH: "GeoJSON 文本序列", EN: "GeoJSON text sequence"},
			New: plain(func(w io.Writer, v View) Encoder { return NewSequence(w, v) })},
		{Name: "ndjson", Media: "application/x-ndjson", Extension: ".ndjson", Title: layers.Text{ZH: "逐行 GeoJSON", EN: "GeoJSON by lines"},
			New: plain(func(w io.Writer, v View) Encoder { return NewLines(w, v) })},
		{Name: "csv", Media: "text/csv; charset=utf-8; header=present", Extension: ".csv", Title: layers.Text{ZH: "CSV(几何为 WKT)", EN: "CSV with WKT"},
			New: plain(func(w io.Writer, v View) Encoder { return NewCSV(w, v) })},
		{Name: "kml", Media: "application/vnd.google-earth.kml+xml", Extension: ".kml", Title: layers.Text{ZH: "KML", EN: "KML"}, OnlyCRS84: true,
			New: plain(func(w io.Writer, v View) Encoder { return NewKML(w, v) })},
		{Name: "fgb", Media: "application/flatgeobuf", Extension: ".fgb", Title: layers.Text{ZH: "FlatGeobuf", EN: "FlatGeobuf"}, XFirst: true,
			New: plain(func(w io.Writer, v View) Encoder { return NewFlatGeobuf(w, v) })},
	}, gdal.formats()...)
}

// output gathers bytes for a writer.
type output struct {
	w   io.Writer
	buf []byte
}

func newOutput(w io.Writer, v View) output { return output{w, v.Buffer[:0]} }

// flush writes what was gathered when it is more than so many bytes.
func (o *output) flush(above int) error {
	if len(o.buf) <= above {
		return nil
	}
	_, err := o.w.Write(o.buf)
	o.buf = o.buf[:0]
	return err
}

// Free does nothing: memory alone is held.
func (o *output) Free() {}
