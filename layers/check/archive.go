package check

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"planatlas/geo"
	"planatlas/layers"
)

// Record is an archived check: everything that is needed to repeat it, and the
// answer as it was given.
type Record struct {
	ID            string
	Created       time.Time
	Site          Site
	Source        geo.Shape            // as it was handed in, in its own system
	Day           layers.Day           // whose law was applied
	Revisions     map[string]int64     // by layer
	Known         map[string]time.Time // by layer that was measured: since when its features are the known ones
	CatalogSHA256 string
	RulesSHA256   string
	Software      string
	Answer        []byte // exactly as the client got it
	Full          []byte // the same with what the client was not told of layers that are not public; nil when it was told everything
	ResultSHA256  string
}

// Tombstone is what is left of a check that an administrator deleted.
type Tombstone struct {
	ID           string    `json:"id"`
	DeletedAt    time.Time `json:"deleted_at"`
	DeletedBy    string    `json:"deleted_by"`
	Reason       string    `json:"reason"`
	Created      time.Time `json:"created"`
	InputSHA256  string    `json:"input_sha256"`
	AnswerSHA256 string    `json:"answer_sha256"`
	ResultSHA256 string    `json:"result_sha256"`
}

// Moment is a state of the database that checks were made on.
type Moment struct {
	CatalogSHA256 string
	Revisions     map[string]int64     // by layer
	Known         map[string]time.Time // by layer; a layer that is not in it was not measured
}

// source is the site in the system in which it was handed in. The geographic ones
// share their numbers.
func source(site Site) geo.Shape {
	if site.Source != nil {
		return *site.Source
	}
	if site.CRS == geo.CGCS2000.String() {
		return site.Shape
	}
	return geo.Shape{SRID: geo.WGS84, Geom: site.Shape.Geom}
}

// newRecord makes the archive's record of an answer.
func newRecord(site Site, a Answer, document, full []byte, measured []Measurement) Record {
	r := Record{ID: a.ID, Created: a.Created, Site: site, Source: source(site), Day: a.Provenance.Day,
		Revisions: map[string]int64{}, Known: map[string]time.Time{}, CatalogSHA256: a.Provenance.CatalogSHA256, RulesSHA256: a.Provenance.RulesSHA256,
		Software: a.Provenance.Software, Answer: document, Full: full, ResultSHA256: a.Provenance.ResultSHA256}
	for _, l := range a.Layers {
		r.Revisions[l.Layer] = l.Revision
	}
	for _, m := range measured {
		if m.Measured {
			r.Known[m.Layer.ID] = m.Version.Changed
		}
	}
	return r
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
