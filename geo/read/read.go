// Package read turns what people hand in into shapes with notices. It accepts
// or refuses; it never repairs silently.
package read

import (
	"errors"
	"strings"

	"planatlas/geo"
)

// The kinds of error: every [*Error] wraps one of them.
var (
	ErrSyntax   = errors.New("not readable")        // the bytes are no such document
	ErrGeometry = errors.New("not usable")          // the document holds no usable geometry
	ErrTooLarge = errors.New("larger than allowed") // a limit is passed
)

// Limits bounds what is read. A field that is 0 or less takes its default.
type Limits struct {
	Bytes    int64 // of the whole input; default 64 MiB
	Vertices int   // of one site or of one feature; default 200 000
}

// withDefaults fills in the fields that were left out.
func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	if l.Vertices <= 0 {
		l.Vertices = 200_000
	}
	return l
}

// Error says what is wrong with the input, where, and what to do about it.
type Error struct {
	Where string // JSON pointer (RFC 6901) such as "/coordinates/0", "line 3:14" or "file line 12"; empty for the whole input
	Value string // what stands there, shortened
	Want  string // what should stand there
	Hint  string // how to mend it; may be empty
	Err   error  // the kind of error: wraps ErrSyntax, ErrGeometry or ErrTooLarge

	ZH     string // the whole sentence in Chinese; empty where feature files are read
	WantZH string // Want and Hint in Chinese, where ZH is
	HintZH string
	Faults []Fault // of a geometry that was refused for them: every one that was found
}

// Error returns one sentence: where, what stands there, what is wanted, and how to mend it.
func (e *Error) Error() string {
	var s strings.Builder
	if e.Where != "" {
		s.WriteString("at " + e.Where + ": ")
	}
	if e.Value != "" {
		s.WriteString("got " + e.Value + ", ")
	}
	s.WriteString("want " + e.Want)
	if e.Hint != "" {
		s.WriteString(" (" + e.Hint + ")")
	}
	return s.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Notice tells a planner, in two languages, what was read otherwise than it was
// written. Code is stable and meant for programs.
type Notice struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// Site is a planner's site as it was handed in.
type Site struct {
	Shape   geo.Shape // SRID 4490, longitude before latitude; orb.Polygon or orb.MultiPolygon
	Name    string    // from the file, may be empty
	Format  string    // a [Format]
	CRS     string    // of the numbers in the file, such as "EPSG:4526" or "OGC:CRS84"
	Notices []Notice  // what was read otherwise than it was written
	SHA256  string    // of Bytes, in lower-case hex
	Bytes   []byte    // the input itself, not a copy
}
