package cluster

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrLocked says that another Start holds the folder. The message of the
	// error that wraps it names the folder and the process.
	ErrLocked = errors.New("the folder is in use by another planatlas")

	// ErrNotRunning says that no PostgreSQL runs in the folder given to Attach.
	ErrNotRunning = errors.New("no PostgreSQL is running in the folder")
)

// MissingError says that PostgreSQL or PostGIS is not installed, or not in the
// version needed, and which command installs it.
type MissingError struct {
	What    string // "PostgreSQL" or "PostGIS"
	Version int    // major version of PostgreSQL it must be; 0: any from 15 on
	Found   string // what was found instead and where it was looked for
	Install string // command for this system; for an unknown one, those of the known ones
	Err     error  // why programs that are there could not be used; may be nil
}

// Error names what is missing, what was found and the command to type.
func (e *MissingError) Error() string {
	var b strings.Builder
	switch {
	case e.What == "PostGIS":
		fmt.Fprintf(&b, "PostGIS for PostgreSQL %d is not installed", e.Version)
	case e.Version > 0:
		fmt.Fprintf(&b, "PostgreSQL %d is not installed", e.Version)
	default:
		fmt.Fprintf(&b, "PostgreSQL %d or newer is not installed", minVersion)
	}
	fmt.Fprintf(&b, " (%s)", e.Found)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	fmt.Fprintf(&b, "; install it with: %s", e.Install)
	return b.String()
}

// Unwrap gives the reason why programs that are there could not be used.
func (e *MissingError) Unwrap() error { return e.Err }

// exitError is a PostgreSQL program that ended when it should not have.
type exitError struct {
	program string
	err     error  // how it ended
	output  string // its last lines
}

// Error tells how the program ended and repeats its own last lines.
func (e *exitError) Error() string {
	if e.output == "" {
		return fmt.Sprintf("%s ended without a word: %v", e.program, e.err)
	}
	return fmt.Sprintf("%s ended: %v; it said:\n%s", e.program, e.err, e.output)
}

// Unwrap gives how the program ended.
func (e *exitError) Unwrap() error { return e.err }

// lastLines gives the last n lines of text, without blank ends.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
