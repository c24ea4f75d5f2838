package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"planatlas/layers"
)

// encoder writes answers as encoding/json does, byte for byte. Every check writes its
// answer twice, for its hash and for its client; to look at each field by reflection,
// and at each byte of each shape, took longer than to judge. A value that is not plain
// is left to encoding/json.
type encoder struct {
	b         []byte
	questions json.RawMessage
	err       error
}

// newEncoder has room for answers with so many findings and with these questions, which
// all forms of an answer share.
func newEncoder(findings int, questions []Question) *encoder {
	e := &encoder{b: make([]byte, 0, 4<<10+findings*1200), questions: json.RawMessage("[]")}
	if len(questions) > 0 {
		e.questions, e.err = json.Marshal(questions)
	}
	return e
}

// document writes the answer as clients get it. It is good until the next call.
func (e *encoder) document(a *Answer) ([]byte, error) {
	e.b = append(e.b[:0], '{')
	e.text("id", a.ID)
	e.value("created", a.Created)
	e.text("verdict", string(a.Verdict))
	e.both("summary", a.Summary)
	e.open("site")
	e.value("input", a.Site.Input)
	e.shape("geometry", a.Site.Geometry)
	e.siteArea("area", a.Site.Area)
	e.number("accuracy_m", a.Site.AccuracyM)
	e.b = append(e.b, '}')
	e.value("project", a.Project)
	e.lines("layers", a.Layers, false)
	e.findings("findings", a.Findings, false)
	e.rules("rules", a.Rules)
	e.written("questions", e.questions)
	e.remainder("remainder", a.Remainder)
	e.value("provenance", a.Provenance)
	e.value("links", a.Links)
	e.b = append(e.b, '}')
	if e.err != nil {
		return nil, fmt.Errorf("write the answer: %w", e.err)
	}
	return e.b, nil
}

// hash covers what must be the same when a check is repeated on the same state, on any
// cluster: not the numbers by which one database counts its changes, nor what the
// catalogue says of sources.
func (e *encoder) hash(a *Answer) (string, error) {
	e.b = append(e.b[:0], '{')
	e.text("Verdict", string(a.Verdict))
	e.shape("Geometry", a.Site.Geometry)
	e.siteArea("Area", a.Site.Area)
	e.number("AccuracyM", a.Site.AccuracyM)
	e.value("Project", a.Project)
	e.lines("Layers", a.Layers, true)
	e.findings("Findings", a.Findings, true)
	e.rules("RuleLines", a.Rules)
	e.written("Questions", e.questions)
	e.remainder("Remainder", a.Remainder)
	e.text("Day", string(a.Provenance.Day))
	e.text("Rules", a.Provenance.RulesSHA256)
	e.text("State", a.Provenance.CatalogSHA256)
	e.b = append(e.b, '}')
	if e.err != nil {
		return "", fmt.Errorf("hash the result: %w", e.err)
	}
	return sha256Hex(e.b), nil
}

func (e *encoder) lines(name string, all []LayerLine, repeatable bool) {
	e.name(name)
	e.b = append(e.b, '[')
	for i := range all {
		l := &all[i]
		e.begin(i)
		e.text("layer", l.Layer)
		e.both("titles", l.Title)
		e.text("outcome", l.Outcome.String())
		e.both("reason", l.Reason)
		e.flagIf("absent", l.Absent)
		e.flagIf("unruled", l.Unruled)
		e.flag("required", l.Required)
		if repeatable {
			e.integer("revision", 0)
		} else {
			e.integer("revision", l.Revision)
		}
		e.text("data_date", string(l.DataDate))
		if !repeatable {
			if l.Source != (layers.Text{}) {
				e.both("source", l.Source)
			}
			e.textIf("attribution", l.Credit)
		}
		e.textIf("version", l.Version)
		e.textIf("legal_effect", string(l.LegalEffect))
		e.overlap("overlap", l.Overlap)
		e.optional("nearest_m", l.NearestM)
		e.b = append(e.b, '}')
	}
	e.b = append(e.b, ']')
}

func (e *encoder) findings(name string, all []Finding, repeatable bool) {
	e.name(name)
	e.b = append(e.b, '[')
	for i := range all {
		e.begin(i)
		e.finding(&all[i], repeatable)
		e.b = append(e.b, '}')
	}
	e.b = append(e.b, ']')
}

func (e *encoder) finding(f *Finding, repeatable bool) {
	e.text("rule", f.Rule)
	e.textIf("case", f.Case)
	e.text("layer", f.Layer)
	e.text("feature", f.Feature)
	e.both("feature_name", f.FeatureName)
	if repeatable {
		e.integer("feature_revision", 0)
	} else {
		e.integer("feature_revision", f.FeatureRevision)
	}
	e.text("relation", f.Relation)
	e.text("verdict", string(f.Verdict))
	e.text("counts_as", string(f.Counts))
	e.text("certainty", string(f.Certainty))
	if f.Notes != nil && len(f.Notes) == 0 {
		e.name("notes")
		e.b = append(e.b, "[]"...)
	} else {
		e.value("notes", f.Notes)
	}
	e.overlap("overlap", f.Overlap)
	e.numberIf("length_m", f.LengthM)
	if repeatable && f.DistanceM == nil { // as it was written before it could be null
		e.number("distance_m", 0)
	} else {
		e.optional("distance_m", f.DistanceM)
	}
	e.numberIf("threshold_m", f.ThresholdM)
	e.textIf("measured_from", f.MeasuredFrom)
	e.optional("accuracy_m", f.AccuracyM)
	e.text("geometry_source", f.GeometrySource)
	e.optionalIf("inside_m2", f.InsideM2)
	e.optionalIf("outside_m2", f.OutsideM2)
	if len(f.DependsOn) > 0 {
		e.value("depends_on", f.DependsOn)
	}
	if len(f.Exemptions) > 0 {
		e.value("exemptions", f.Exemptions)
	}
	e.both("authority", f.Authority)
	e.textIf("verdict_basis", f.VerdictBasis)
	e.text("basis", f.Basis)
	e.text("law", f.Law)
	e.text("article", f.Article)
	e.both("text", f.Text)
	e.both("requires", f.Requires)
	e.flag("verified", f.Verified)
	e.text("mark", f.Mark)
	e.text("source", f.Source)
	if c := f.Citation; c == nil {
		e.null("citation")
	} else {
		e.open("citation")
		e.text("plan", c.Plan)
		e.text("quote", c.Quote)
		e.b = append(e.b, '}')
	}
	e.shape("geometry", f.Geometry)
}

func (e *encoder) rules(name string, all []RuleLine) {
	e.name(name)
	e.b = append(e.b, '[')
	for i := range all {
		l := &all[i]
		e.begin(i)
		e.text("rule", l.Rule)
		e.text("layer", l.Layer)
		e.text("applies", string(l.Applies))
		e.text("outcome", l.Outcome.String())
		e.optional("nearest_m", l.NearestM)
		e.numberIf("farther_than_m", l.FartherThanM)
		e.numberIf("threshold_m", l.ThresholdM)
		e.b = append(e.b, '}')
	}
	e.b = append(e.b, ']')
}

func (e *encoder) remainder(name string, r *Remainder) {
	if r == nil {
		e.null(name)
		return
	}
	e.open(name)
	e.shape("geometry", r.Geometry)
	e.overlap("area", &r.Area)
	e.b = append(e.b, '}')
}

func (e *encoder) siteArea(name string, a SiteArea) {
	e.open(name)
	e.measure(a.Measure)
	e.number("plane_m2", a.PlaneM2)
	e.text("plane_crs", a.PlaneCRS)
	e.b = append(e.b, '}')
}

func (e *encoder) overlap(name string, o *Overlap) {
	if o == nil {
		e.null(name)
		return
	}
	e.open(name)
	e.measure(o.Measure)
	e.number("share", o.Share)
	e.b = append(e.b, '}')
}

func (e *encoder) measure(m Measure) {
	e.number("m2", m.M2)
	e.number("ha", m.Ha)
	e.number("mu", m.Mu)
}

// begin opens the i-th object of a list.
func (e *encoder) begin(i int) {
	if i > 0 {
		e.b = append(e.b, ',')
	}
	e.b = append(e.b, '{')
}

// name begins a member of an object.
func (e *encoder) name(name string) {
	if e.b[len(e.b)-1] != '{' {
		e.b = append(e.b, ',')
	}
	e.b = append(e.b, '"')
	e.b = append(e.b, name...)
	e.b = append(e.b, '"', ':')
}

func (e *encoder) open(name string) {
	e.name(name)
	e.b = append(e.b, '{')
}

func (e *encoder) null(name string) {
	e.name(name)
	e.b = append(e.b, "null"...)
}

func (e *encoder) text(name, s string) {
	if !asItIs(s) {
		e.value(name, s)
		return
	}
	e.name(name)
	e.b = append(e.b, '"')
	e.b = append(e.b, s...)
	e.b = append(e.b, '"')
}

func (e *encoder) textIf(name, s string) {
	if s != "" {
		e.text(name, s)
	}
}

// asItIs reports whether a text is written without escapes.
func asItIs(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		case c == 0xe2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8: // line and paragraph separator
			return false
		}
	}
	return utf8.ValidString(s)
}

func (e *encoder) both(name string, t layers.Text) {
	e.open(name)
	e.text("zh", t.ZH)
	e.text("en", t.EN)
	e.b = append(e.b, '}')
}

func (e *encoder) flag(name string, v bool) {
	e.name(name)
	e.b = strconv.AppendBool(e.b, v)
}

func (e *encoder) flagIf(name string, v bool) {
	if v {
		e.flag(name, v)
	}
}

func (e *encoder) integer(name string, v int64) {
	e.name(name)
	e.b = strconv.AppendInt(e.b, v, 10)
}

func (e *encoder) number(name string, v float64) {
	if a := math.Abs(v); v != 0 && !(a >= 1e-6 && a < 1e21) { // with an exponent, or not a number at all
		e.value(name, v)
		return
	}
	e.name(name)
	e.b = strconv.AppendFloat(e.b, v, 'f', -1, 64)
}

func (e *encoder) numberIf(name string, v float64) {
	if v != 0 {
		e.number(name, v)
	}
}

func (e *encoder) optional(name string, v *float64) {
	if v == nil {
		e.null(name)
		return
	}
	e.number(name, *v)
}

func (e *encoder) optionalIf(name string, v *float64) {
	if v != nil {
		e.number(name, *v)
	}
}

// shape writes JSON that planatlas wrote: as it is, unless it may have blanks or signs
// that encoding/json writes otherwise.
func (e *encoder) shape(name string, v json.RawMessage) {
	compact := len(v) > 1 && v[0] == '{' && v[len(v)-1] == '}'
	for _, c := range []byte(" \t\r\n<>&\xe2") {
		compact = compact && bytes.IndexByte(v, c) < 0
	}
	if !compact {
		e.value(name, v)
		return
	}
	e.written(name, v)
}

// written takes what encoding/json wrote before.
func (e *encoder) written(name string, v json.RawMessage) {
	e.name(name)
	e.b = append(e.b, v...)
}

func (e *encoder) value(name string, v any) {
	b, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.written(name, b)
}
