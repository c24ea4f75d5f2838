package layers

import (
	"errors"
	"strings"
)

// The ways in which a request can end other than well. The API gives each one
// status; everything else is an internal error.
var (
	ErrNotFound    = errors.New("not found")
	ErrGone        = errors.New("gone")
	ErrConflict    = errors.New("conflict with the stored state")
	ErrTooLarge    = errors.New("too large")
	ErrForbidden   = errors.New("not allowed")
	ErrUnavailable = errors.New("the database is not available")
)

// InputError says which part of a request is wrong, what it was, what would
// have been right and what to do. Geometry marks a site's geometry as the part
// at fault.
type InputError struct {
	Param    string // query parameter, header or JSON pointer
	Value    string // as given, shortened
	Want     string // what was expected
	Hint     string // what to do about it
	Geometry bool   // the input was understood but its geometry cannot be used
	Err      error
}

// Error joins the parts into one sentence.
func (e *InputError) Error() string {
	var b strings.Builder
	b.WriteString(e.Param)
	if e.Value != "" {
		b.WriteString(": " + e.Value)
	}
	if e.Want != "" {
		b.WriteString(": want " + e.Want)
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Unwrap returns the cause, if there is one.
func (e *InputError) Unwrap() error { return e.Err }

// Nearest returns the known name that is the fewest edits away from name, or
// "" when none is closer than half of its length.
func Nearest(name string, known []string) string {
	best, least := "", len(name)/2+1
	for _, k := range known {
		if d := editDistance(name, k); d < least {
			best, least = k, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
