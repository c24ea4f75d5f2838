package check

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"time"

	"planatlas/geo"
	"planatlas/layers"
)

// Store is what checks need of the database.
type Store interface {
	// Snapshot runs f on one state of the database, which nothing changes.
	Snapshot(ctx context.Context, f func(Snapshot) error) error
	// SnapshotAt runs f on an earlier state.
	SnapshotAt(ctx context.Context, at Moment, f func(Snapshot) error) error
	// Archive keeps checks for ever, all or none.
	Archive(ctx context.Context, records ...Record) error
	// Archived returns an archived check.
	Archived(ctx context.Context, id string) (Record, error)
	// StateOf returns the catalogue and the rules of those hashes.
	StateOf(ctx context.Context, catalogSHA256, rulesSHA256 string) (State, error)
	// Revisions returns the present revision of each layer.
	Revisions(ctx context.Context) (map[string]int64, error)
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
	Public   bool // anybody may ask: nothing is told that is more exact than anybody may see, and areas of such layers are upper bounds in steps
}

const (
	// timeout bounds one check, and perSite what each further site of several adds.
	timeout = 30 * time.Second
	perSite = 3 * time.Second
	// snapshotTime is how the time of a snapshot is written.
	snapshotTime = time.RFC3339Nano
	// maxExtent is the largest extent of a site in degrees: larger than any city.
	maxExtent = 3
)

// Run checks the site by the law of today, archives the answer and returns it with
// its id. Features of layers that are not public are in the answer without name,
// place and shape.
func (s *Service) Run(ctx context.Context, site Site) (id string, answer []byte, err error) {
	return s.RunOn(ctx, site, "")
}

// RunOn checks the site by the law and with the features in force on a day; an
// empty day is today in China.
func (s *Service) RunOn(ctx context.Context, site Site, on layers.Day) (id string, answer []byte, err error) {
	done, err := s.RunAll(ctx, []Site{site}, on)
	if err != nil {
		return "", nil, err
	}
	return done[0].Answer.ID, done[0].Document, done[0].Err
}

// Done is one finished check.
type Done struct {
	Err      error // why there is no answer: an *layers.InputError when the site is at fault
	Answer   Answer
	Document []byte // the answer as clients get it

	record     Record
	restricted geo.SquareMetres // of the site, under restrictions that count; nothing twice
}

// RunAll checks the sites on one state of the database, archives their answers
// together and returns them in order. The error of one site is no error of the
// others.
func (s *Service) RunAll(ctx context.Context, sites []Site, on layers.Day) ([]Done, error) {
	done, err := s.runAll(ctx, sites, on, false)
	if err != nil {
		return nil, err
	}
	return done, s.archive(ctx, done)
}

func (s *Service) runAll(ctx context.Context, sites []Site, on layers.Day, sums bool) ([]Done, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout+perSite*time.Duration(len(sites)-1))
	defer cancel()
	e := s.examination(on)
	e.sums = sums
	var done []Done
	err := s.Store.Snapshot(ctx, func(snapshot Snapshot) (err error) {
		done, err = s.examine(ctx, snapshot, e, sites)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measure the site: %w", err)
	}
	return done, nil
}

func (s *Service) archive(ctx context.Context, done []Done) error {
	var records []Record
	for _, d := range done {
		if d.Err == nil {
			records = append(records, d.record)
		}
	}
	if err := s.Store.Archive(ctx, records...); err != nil {
		return fmt.Errorf("archive the check: %w", err)
	}
	return nil
}

// examination is what the checks of one call have in common.
type examination struct {
	State
	day  layers.Day
	now  time.Time
	skip map[string]layers.Text // layers that are not to be measured, with the reason
	sums bool                   // what is restricted is measured too
}

func (s *Service) examination(on layers.Day) examination {
	e := examination{State: s.State(), now: s.Now().UTC().Truncate(time.Millisecond), day: on}
	if on == "" {
		e.day = chineseDay(e.now)
	}
	return e
}

// answer judges the measures of one site.
func (s *Service) answer(ctx context.Context, snapshot Snapshot, e examination, needs []Need, site Site, m Measured) (d Done) {
	if m.Err != nil {
		return Done{Err: m.Err}
	}
	for _, x := range m.Layers {
		if x.Err != nil {
			s.Log.ErrorContext(ctx, "a layer was not checked", "layer", x.Layer.ID, "error", x.Err)
		}
	}
	result := Judge(e.Rules.Rules, needs, site, m.Site, m.Layers, e.day.Time())
	remainder := s.remainder(ctx, snapshot, e, result, site, m)
	if e.sums {
		d.restricted = s.restricted(ctx, snapshot, e, result, site, m)
	}
	var err error
	if d.Answer, d.Document, d.record, err = s.written(e, site, m, result, remainder); err != nil {
		return Done{Err: err}
	}
	return d
}

// written makes the answer of a result: as clients get it, and as it is archived.
func (s *Service) written(e examination, site Site, m Measured, result Result, remainder *Remainder) (a Answer, document []byte, r Record, err error) {
	hidden, c := hidden(e.Catalog), s.coarse(site, m.Site)
	closed := s.closed(hidden, m.Layers)
	shown, secret := result, result.about(closed)
	if secret {
		shown = result.redacted(hidden)
	}
	a = s.newAnswer(e, site, m).with(shown, remainder.redacted(result.taken, hidden))
	w := newEncoder(len(result.Findings), result.Questions)
	if a.Provenance.ResultSHA256, err = w.hash(&a); err != nil {
		return a, nil, r, err
	}
	var full []byte
	if result.secret(closed) {
		all := a.with(result, remainder)
		if full, err = w.document(&all); err != nil {
			return a, nil, r, err
		}
		full = bytes.Clone(full)
	}
	if secret {
		shown.generalise(closed, hidden)
		shown.coarsen(closed, c)
		shown.Summary = summarise(shown)
		a = a.with(shown, remainder.coarsen(result.taken, closed, c))
	}
	document, err = w.document(&a)
	return a, document, newRecord(site, a, document, full, m.Layers), err
}

// newAnswer makes the part of an answer that is no result.
func (s *Service) newAnswer(e examination, site Site, m Measured) Answer {
	project := site.Project
	if project == nil {
		project = Project{}
	}
	a := Answer{ID: NewID(s.Public), Created: e.now, Site: siteAnswer(site, m.Site), Project: project,
		Provenance: Provenance{Day: e.day, Snapshot: m.Snapshot.UTC().Format(snapshotTime),
			CatalogSHA256: e.CatalogSHA256, RulesSHA256: e.Rules.SHA256, Software: s.Software}}
	a.Links = answerLinks(a.ID)
	return a
}

// with returns the answer with that result.
func (a Answer) with(r Result, remainder *Remainder) Answer {
	a.Verdict, a.Summary, a.Remainder = r.Verdict, r.Summary, remainder
	a.Layers, a.Findings, a.Rules, a.Questions = list(r.Layers), list(r.Findings), list(r.Rules), list(r.Questions)
	return a
}

// list is never nil, which JSON has as null.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// answerLinks lead to the answer and to its reports.
func answerLinks(id string) []AnswerLink {
	at := "/checks/" + id
	return []AnswerLink{
		{Href: at, Rel: "self", Type: "application/json"},
		{Href: at + "/report", Rel: "alternate", Type: "text/html"},
		{Href: at + "/report?f=pdf", Rel: "alternate", Type: "application/pdf"},
		{Href: at + "/report?f=xlsx", Rel: "alternate", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{Href: at + "/geometry", Rel: "enclosure", Type: "application/geo+json"},
		{Href: at + "/geometry?f=txt", Rel: "enclosure", Type: "text/plain"},
		{Href: at + "/geometry?f=shp", Rel: "enclosure", Type: "application/x-shapefile"},
		{Href: at + "/geometry?f=dxf", Rel: "enclosure", Type: "image/vnd.dxf"},
		{Href: at + "/report?f=geojson", Rel: "alternate", Type: "application/geo+json"},
	}
}

// chineseDay is the calendar day in China, by which law takes effect.
func chineseDay(t time.Time) layers.Day {
	return layers.Day(t.In(time.FixedZone("China Standard Time", 8*3600)).Format(time.DateOnly))
}

func siteAnswer(site Site, m SiteMeasure) SiteAnswer {
	return SiteAnswer{
		Input:     Input{Name: site.Name, SHA256: site.SHA256, Format: site.Format, CRS: site.CRS, Notices: append([]Notice{}, site.Notices...)},
		Geometry:  m.Geometry,
		Area:      SiteArea{Measure: measure(m.Area), PlaneM2: m.PlaneM2, PlaneCRS: m.PlaneCRS},
		AccuracyM: site.AccuracyM,
	}
}
