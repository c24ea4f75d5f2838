package check

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"planatlas/geo"
	"planatlas/layers"
)

// Store is what a check needs of the database.
type Store interface {
	// Measure measures the site and every need in one snapshot. A need that
	// cannot be measured is in the result with the reason; an error means that
	// nothing could be measured or that the site's geometry is not valid.
	Measure(ctx context.Context, site geo.Shape, needs []Need) (Measured, error)
	// Archive keeps a check for ever.
	Archive(ctx context.Context, r Record) error
}

// Measured is the result of Store.Measure.
type Measured struct {
	Site     SiteMeasure
	Layers   []Measurement
	Snapshot time.Time // of the database
}

// Record is an archived check.
type Record struct {
	ID           string
	Created      time.Time
	Site         Site
	Revisions    map[string]int64 // by layer
	RulesSHA256  string
	Software     string
	Answer       []byte // exactly as the client got it
	ResultSHA256 string
}

// Service runs checks. Catalog and Rules give the state of the moment.
type Service struct {
	Store    Store
	Catalog  func() *layers.Catalog
	Rules    func() RuleSet
	Software string
	Now      func() time.Time
	Log      *slog.Logger
}

// Run checks the site, archives the answer and returns it with its id.
func (s *Service) Run(ctx context.Context, site Site) (id string, answer []byte, err error) {
	now := s.Now().UTC().Truncate(time.Millisecond)
	rules, catalog := s.Rules(), s.Catalog()
	needs := Plan(catalog, rules.Rules, now)
	measured, err := s.Store.Measure(ctx, site.Shape, needs)
	if err != nil {
		return "", nil, fmt.Errorf("measure the site: %w", err)
	}
	for _, m := range measured.Layers {
		if m.Err != nil {
			s.Log.ErrorContext(ctx, "a layer was not checked", "layer", m.Layer.ID, "error", m.Err)
		}
	}
	result := Judge(rules.Rules, needs, site, measured.Site, measured.Layers, now)
	a := Answer{
		ID: rand.Text(), Created: now, Verdict: result.Verdict, Summary: result.Summary,
		Site:   siteAnswer(site, measured.Site),
		Layers: result.Layers, Findings: append([]Finding{}, result.Findings...),
		Provenance: Provenance{Snapshot: measured.Snapshot.UTC().Format(time.RFC3339Nano), RulesSHA256: rules.SHA256, Software: s.Software},
	}
	a.Links = []AnswerLink{{Href: "/checks/" + a.ID, Rel: "self", Type: "application/json"}}
	if a.Provenance.ResultSHA256, err = resultHash(a); err != nil {
		return "", nil, err
	}
	answer, err = json.Marshal(a)
	if err != nil {
		return "", nil, fmt.Errorf("write the answer: %w", err)
	}
	record := Record{ID: a.ID, Created: now, Site: site, Revisions: map[string]int64{}, RulesSHA256: rules.SHA256,
		Software: s.Software, Answer: answer, ResultSHA256: a.Provenance.ResultSHA256}
	for _, l := range result.Layers {
		record.Revisions[l.Layer] = l.Revision
	}
	if err := s.Store.Archive(ctx, record); err != nil {
		return "", nil, fmt.Errorf("archive the check: %w", err)
	}
	return a.ID, answer, nil
}

func siteAnswer(site Site, m SiteMeasure) SiteAnswer {
	return SiteAnswer{
		Input:     Input{Name: site.Name, SHA256: site.SHA256, Format: site.Format, CRS: site.CRS, Notices: append([]Notice{}, site.Notices...)},
		Geometry:  m.Geometry,
		Area:      SiteArea{Measure: measure(m.Area), PlaneM2: m.PlaneM2, PlaneCRS: m.PlaneCRS},
		AccuracyM: site.AccuracyM,
	}
}

// resultHash covers what must be the same when a check is repeated.
func resultHash(a Answer) (string, error) {
	b, err := json.Marshal(struct {
		Verdict  Verdict
		Geometry json.RawMessage
		Area     SiteArea
		Layers   []LayerLine
		Findings []Finding
	}{a.Verdict, a.Site.Geometry, a.Site.Area, a.Layers, a.Findings})
	if err != nil {
		return "", fmt.Errorf("hash the result: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
