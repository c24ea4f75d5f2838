package check

import (
	"encoding/json"
	"errors"
	"fmt"

	"planatlas/geo/read"
	"planatlas/layers"
)

// Line is the result of one site of a batch: a short form of its archived answer,
// or the error of the site. A line without a verdict says nothing about the site.
type Line struct {
	Index        int64         `json:"index"`
	Name         string        `json:"name,omitempty"`
	Check        string        `json:"check,omitempty"`
	Verdict      Verdict       `json:"verdict,omitempty"`
	Area         *Measure      `json:"area,omitempty"`
	Prohibited   *Measure      `json:"prohibited,omitempty"` // for certain
	Hit          []string      `json:"hit,omitempty"`        // layers by outcome
	Touches      []string      `json:"touches,omitempty"`
	NoData       []string      `json:"no_data,omitempty"`
	NotChecked   []string      `json:"not_checked,omitempty"`
	Findings     []LineFinding `json:"findings,omitempty"`
	Questions    []string      `json:"questions,omitempty"` // attributes
	ResultSHA256 string        `json:"result_sha256,omitempty"`
	Error        *LineError    `json:"error,omitempty"`
}

// LineFinding is a finding of a site of a batch.
type LineFinding struct {
	Rule      string    `json:"rule"`
	Layer     string    `json:"layer"`
	Feature   string    `json:"feature"`
	Verdict   Verdict   `json:"verdict"`
	Counts    Verdict   `json:"counts_as"`
	Certainty Certainty `json:"certainty"`
	OverlapM2 *float64  `json:"overlap_m2"` // null when it is not told
	DistanceM *float64  `json:"distance_m"` // null when it is not told
}

// LineError says what is wrong with a site of a batch.
type LineError struct {
	Parameter string `json:"parameter,omitempty"`
	Value     string `json:"value,omitempty"`
	Expected  string `json:"expected,omitempty"`
	Hint      string `json:"hint,omitempty"`
	Detail    string `json:"detail"`
	Line      int64  `json:"line,omitempty"` // of the file, on which the site starts; from 1
}

func (l *Line) fill(a Answer) {
	area, taken := a.Site.Area.Measure, measure(prohibited(a))
	l.Name, l.Check, l.Verdict, l.Area, l.Prohibited, l.ResultSHA256 = a.Site.Input.Name, a.ID, a.Verdict, &area, &taken, a.Provenance.ResultSHA256
	for _, line := range a.Layers {
		switch line.Outcome {
		case Hit:
			l.Hit = append(l.Hit, line.Layer)
		case Touches:
			l.Touches = append(l.Touches, line.Layer)
		case NoData:
			l.NoData = append(l.NoData, line.Layer)
		case NotChecked:
			l.NotChecked = append(l.NotChecked, line.Layer)
		}
	}
	for _, f := range a.Findings {
		short := LineFinding{Rule: f.Rule, Layer: f.Layer, Feature: f.Feature, Verdict: f.Verdict, Counts: f.Counts, Certainty: f.Certainty, DistanceM: f.DistanceM}
		if f.Overlap != nil {
			short.OverlapM2 = &f.Overlap.M2
		}
		l.Findings = append(l.Findings, short)
	}
	for _, q := range a.Questions {
		l.Questions = append(l.Questions, q.Attribute)
	}
}

// lineError writes the error of a site for its owner.
func lineError(err error) *LineError {
	var input *layers.InputError
	var wrong *read.Error
	switch {
	case errors.As(err, &input):
		return &LineError{Parameter: input.Param, Value: shorten(input.Value), Expected: input.Want, Hint: input.Hint, Detail: input.Error()}
	case errors.As(err, &wrong):
		return &LineError{Parameter: wrong.Where, Value: shorten(wrong.Value), Expected: wrong.Want, Hint: wrong.Hint, Detail: wrong.Error()}
	}
	return &LineError{Detail: err.Error()}
}

// JSON writes the line as it is kept.
func (l Line) JSON() ([]byte, error) {
	b, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("write the line of site %d: %w", l.Index, err)
	}
	return b, nil
}

// ErrorLine is the line of an item that is no site.
func ErrorLine(item Item) ([]byte, error) {
	return item.fault(item.Err).JSON()
}
