package encode

import (
	"io"

	"planatlas/layers"
)

// Sequence writes one GeoJSON feature after the other without anything around
// them.
type Sequence struct {
	GeoJSON
	mark string // before each feature
}

// NewSequence returns an encoder of a GeoJSON text sequence (RFC 8142): each
// feature stands between a record separator and a line feed.
func NewSequence(w io.Writer, v View) *Sequence { return &Sequence{*NewGeoJSON(w, v), "\x1e"} }

// NewLines returns an encoder of newline-delimited GeoJSON: a feature on each
// line.
func NewLines(w io.Writer, v View) *Sequence { return &Sequence{*NewGeoJSON(w, v), ""} }

// Row writes one feature.
func (s *Sequence) Row(r layers.Row) (err error) {
	if s.buf, err = s.AppendFeature(append(s.buf, s.mark...), r); err != nil {
		return err
	}
	s.buf = append(s.buf, '}', '\n')
	return s.flush(flushSize)
}

// Close writes what is left.
func (s *Sequence) Close(End) error { return s.flush(0) }
