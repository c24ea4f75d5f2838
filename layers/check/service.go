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
	"planatlas/geo/read"
	"planatlas/layers"
)

// Store is what a check needs of the database.
type Store interface {
	// Snapshot runs f on one state of the database, which nothing changes.
	Snapshot(ctx context.Context, f func(Snapshot) error) error
	// Archive keeps a check for ever.
	Archive(ctx context.Context, r Record) error
}

// Snapshot is one state of the database.
type Snapshot interface {
	// Measure measures each site against every need, with the features that are in
	// force on the day. There is one Measured for each site, in their order. A need
	// that cannot be measured is in it with the reason; an error means that nothing
	// could be measured.
	Measure(ctx context.Context, sites []geo.Shape, needs []Need, on layers.Day) ([]Measured, error)
	// Without returns the site without what is taken from it.
	Without(ctx context.Context, site geo.Shape, taken []Taken, on layers.Day) (Part, error)
}

// Measured is what the database says of one site.
type Measured struct {
	Err      error // the site itself could not be measured: an *layers.InputError when its geometry is not valid
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

// State is the catalogue and the rules that hold together at one moment.
type State struct {
	Catalog       *layers.Catalog
	CatalogSHA256 string // of all declarations and outlines
	Rules         RuleSet
}

// Service runs checks.
type Service struct {
	Store    Store
	State    func() State // of the moment
	Software string
	Now      func() time.Time
	Log      *slog.Logger
}

const (
	// timeout bounds a whole check.
	timeout = 30 * time.Second
	// maxExtent is the largest extent of a site in degrees: larger than any city.
	maxExtent = 3
)

// SiteLimits bound a site that is handed in, wherever that is.
func SiteLimits() read.Limits { return read.Limits{Bytes: 16 << 20, Vertices: 50_000} }

// Run checks the site, archives the answer and returns it with its id. Features
// of layers that are not public are in the answer without name, place and shape.
func (s *Service) Run(ctx context.Context, site Site) (id string, answer []byte, err error) {
	if b := site.Shape.Geom.Bound(); b.Max[0]-b.Min[0] > maxExtent || b.Max[1]-b.Min[1] > maxExtent {
		return "", nil, &layers.InputError{Param: "geometry", Geometry: true,
			Value: fmt.Sprintf("a site of %.1f by %.1f degrees", b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]), Want: fmt.Sprintf("at most %d degrees each way", maxExtent)}
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	now, state := s.Now().UTC().Truncate(time.Millisecond), s.State()
	day := chineseDay(now)
	rules := state.Rules.Rules
	needs := Plan(state.Catalog, rules, site, day.Time())
	var measured Measured
	err = s.Store.Snapshot(ctx, func(snapshot Snapshot) error {
		all, err := snapshot.Measure(ctx, []geo.Shape{site.Shape}, needs, day)
		if err != nil {
			return err
		}
		measured = all[0]
		return measured.Err
	})
	if err != nil {
		return "", nil, fmt.Errorf("measure the site: %w", err)
	}
	for _, m := range measured.Layers {
		if m.Err != nil {
			s.Log.ErrorContext(ctx, "a layer was not checked", "layer", m.Layer.ID, "error", m.Err)
		}
	}
	result := Judge(rules, needs, site, measured.Site, measured.Layers, day.Time())
	result.redact(state.Catalog)
	result.Summary = summarise(result)
	a := Answer{
		ID: rand.Text(), Created: now, Verdict: result.Verdict, Summary: result.Summary,
		Site:   siteAnswer(site, measured.Site),
		Layers: append([]LayerLine{}, result.Layers...), Findings: append([]Finding{}, result.Findings...),
		Provenance: Provenance{Day: day, Snapshot: measured.Snapshot.UTC().Format(time.RFC3339Nano),
			CatalogSHA256: state.CatalogSHA256, RulesSHA256: state.Rules.SHA256, Software: s.Software},
	}
	a.Links = []AnswerLink{{Href: "/checks/" + a.ID, Rel: "self", Type: "application/json"}}
	if a.Provenance.ResultSHA256, err = resultHash(a); err != nil {
		return "", nil, err
	}
	answer, err = json.Marshal(a)
	if err != nil {
		return "", nil, fmt.Errorf("write the answer: %w", err)
	}
	record := Record{ID: a.ID, Created: now, Site: site, Revisions: map[string]int64{}, RulesSHA256: state.Rules.SHA256,
		Software: s.Software, Answer: answer, ResultSHA256: a.Provenance.ResultSHA256}
	for _, l := range result.Layers {
		record.Revisions[l.Layer] = l.Revision
	}
	if err := s.Store.Archive(ctx, record); err != nil {
		return "", nil, fmt.Errorf("archive the check: %w", err)
	}
	return a.ID, answer, nil
}

// chineseDay is the calendar day in China, by which law takes effect.
func chineseDay(t time.Time) layers.Day {
	return layers.Day(t.In(time.FixedZone("China Standard Time", 8*3600)).Format(time.DateOnly))
}

// redact takes out of the result what would show an unpublished layer's features:
// their names, places and shapes. That and by how many square metres they are
// there remains.
func (r *Result) redact(catalog *layers.Catalog) {
	hidden := map[string]bool{}
	for _, l := range catalog.Layers {
		hidden[l.ID] = l.Access != layers.Public
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !hidden[f.Layer] {
			continue
		}
		f.Feature, f.FeatureName, f.GeometrySource, f.Citation, f.Geometry = "", layers.Text{}, "", nil, nil
		f.DistanceM = 0
		f.note("redacted", "图层不公开，不显示要素", "the layer is not public; its features are not shown")
	}
	for i := range r.Layers {
		l := &r.Layers[i]
		if !hidden[l.Layer] {
			continue
		}
		l.NearestM = nil
		if l.Outcome == NoData {
			l.Reason = layers.Text{ZH: "无法判定", EN: "cannot be told"}
		}
	}
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
		Verdict      Verdict
		Geometry     json.RawMessage
		Area         SiteArea
		AccuracyM    float64
		Layers       []LayerLine
		Findings     []Finding
		Day          layers.Day
		Rules, State string
	}{a.Verdict, a.Site.Geometry, a.Site.Area, a.Site.AccuracyM, a.Layers, a.Findings, a.Provenance.Day, a.Provenance.RulesSHA256, a.Provenance.CatalogSHA256})
	if err != nil {
		return "", fmt.Errorf("hash the result: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
