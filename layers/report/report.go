// Package report lays out one archived check for a planner's file: as HTML, PDF,
// XLSX and GeoJSON, in Chinese, in English or in both.
//
// A report is made of the archived answer alone and of a base map that is read as
// it was at that time, so that it is the same whenever it is made. All forms are
// written from one layout, in which every number is already written out.
package report

import (
	"encoding/json"
	"fmt"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/paulmach/orb"
)

// Lang is the language of a report.
type Lang string

// The languages.
const (
	ZH   Lang = "zh"
	EN   Lang = "en"
	Both Lang = "both"
)

// Formats names the forms of a report.
func Formats() []string { return []string{"html", "pdf", "xlsx", "geojson"} }

// Options say how a report is written.
type Options struct {
	Lang    Lang
	Address string               // of the archived check, for the code that cameras read; empty when it has none
	Base    []layers.BaseFeature // what the maps show around the site
}

// Report is a check that is laid out.
type Report struct {
	o        Options
	answer   check.Answer
	site     orb.MultiPolygon
	title    string
	subject  string
	verdict  cell
	warning  string // what was not checked; empty when all was
	qr       *drawing
	sections []section
	sheets   []sheet
}

// Read reads an archived answer.
func Read(answer []byte) (check.Answer, error) {
	var a check.Answer
	if err := json.Unmarshal(answer, &a); err != nil {
		return a, fmt.Errorf("read the archived answer: %w", err)
	}
	return a, nil
}

// New lays out an answer.
func New(a check.Answer, o Options) (*Report, error) {
	site, err := areas(a.Site.Geometry)
	if err != nil {
		return nil, fmt.Errorf("read the site of check %s: %w", a.ID, err)
	}
	r := &Report{o: o, answer: a, site: site}
	r.title = o.Lang.label(layers.Text{ZH: "建设项目用地合规性检查报告", EN: "Site compliance report"})
	r.subject = r.projectName()
	r.verdict = r.verdictCell(a.Verdict)
	r.warning = r.notChecked()
	if err := r.layOut(); err != nil {
		return nil, fmt.Errorf("lay out check %s: %w", a.ID, err)
	}
	return r, nil
}

// layOut makes the sections in their order, and the sheets of the workbook.
func (r *Report) layOut() error {
	maps, err := r.maps()
	if err != nil {
		return err
	}
	if r.qr, err = r.code(); err != nil {
		return err
	}
	rules := r.rules()
	points, all := r.points()
	r.sections = r.number([]section{
		r.project(), r.conclusions(), r.threeLines(), r.layerTable(), rules, r.distances(), r.questions(), r.remainder(), r.trace(), r.signatures(),
		maps, points, r.inForce(), r.sources(),
	})
	r.sheets = r.book(all)
	return nil
}

// number leaves out empty sections and numbers the others.
func (r *Report) number(all []section) []section {
	var out []section
	for _, s := range all {
		if len(s.Blocks) == 0 {
			continue
		}
		s.Number = len(out) + 1
		out = append(out, s)
	}
	return out
}

// Area is the part of the world that the maps of a report on the answer show.
func Area(a check.Answer) (orb.Bound, error) {
	site, err := areas(a.Site.Geometry)
	if err != nil {
		return orb.Bound{}, fmt.Errorf("read the site of check %s: %w", a.ID, err)
	}
	p := newPlane(a, site)
	return p.around(site), nil
}

// Known is the time whose state of the base map a report on the answer shows: that
// of the check's snapshot of the database.
func Known(a check.Answer) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, a.Provenance.Snapshot); err == nil {
		return t
	}
	return a.Created
}

// china is the time as it is read in China.
func china(t time.Time) time.Time { return t.In(time.FixedZone("UTC+8", 8*3600)) }
