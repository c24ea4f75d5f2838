package check

import (
	"crypto/rand"
	"strings"
)

// toldPrefix begins the ids of the checks and jobs of a service that is open to the
// public. What others have asked on the same database may tell more than anybody may
// know, and has ids without it.
const toldPrefix = "public-"

// NewID returns an id for a check or a job, by which nobody finds it who does not know
// it.
func NewID(public bool) string {
	if public {
		return toldPrefix + rand.Text()
	}
	return rand.Text()
}

// Told reports whether a check or a job was made by a service that is open to the
// public, and may be shown there.
func Told(id string) bool { return strings.HasPrefix(id, toldPrefix) }
