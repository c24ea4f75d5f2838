package api

import (
	"fmt"
	"net/http"
	"slices"

	"planatlas/layers"
)

// forwarded are the headers that change the links of an answer. A cache must not
// give what one client asked for with them to another.
const forwarded = "X-Forwarded-Host, X-Forwarded-Prefix, X-Forwarded-Proto"

// sayHowLong says how long anybody may keep an answer of the layer: as long as its
// declaration says, and from then on only after asking again (RFC 9111, section
// 5.2.2). A table that others write has no revision, so that it is read anew.
func sayHowLong(h http.Header, l *layers.Layer) {
	switch {
	case !l.Managed(), l.Access != layers.Public:
		h.Set("Cache-Control", "no-store")
	case l.MaxAge == 0:
		h.Set("Cache-Control", "no-cache")
	default:
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d, must-revalidate", l.MaxAge))
		if !slices.Contains(h.Values("Vary"), forwarded) {
			h.Add("Vary", forwarded)
		}
	}
}

// keep sends a document about the layer, which may be kept as long as the layer's
// features.
func keep(w *response, l *layers.Layer, send func() error) error {
	if l.MaxAge == 0 || !l.Managed() {
		return send()
	}
	w.waits = true // for the header that is set next
	err := send()
	sayHowLong(w.Header(), l)
	return err
}
