package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"planatlas/layers"
)

// Rerun is what repeating an archived check gave.
type Rerun struct {
	Check      string       `json:"check"`
	State      string       `json:"state"` // recorded or today
	Same       bool         `json:"same"`  // the result has the recorded hash
	Recorded   string       `json:"recorded_sha256"`
	Result     string       `json:"result_sha256"`
	Newer      Newer        `json:"newer"` // what has changed since the check
	Difference Difference   `json:"difference"`
	Answer     Answer       `json:"answer"` // as it is now worked out
	Links      []AnswerLink `json:"links"`
}

// Newer says whether the database holds a newer state than a check was made on.
type Newer struct {
	Any     bool         `json:"any"`
	Layers  []LayerNewer `json:"layers"`
	Rules   bool         `json:"rules"`
	Catalog bool         `json:"catalog"`
}

// LayerNewer is a layer that changed since a check.
type LayerNewer struct {
	Layer    string `json:"layer"`
	Recorded int64  `json:"recorded"` // revision
	Now      int64  `json:"now"`
}

// Rerun repeats an archived check on the state that it was made on: the features
// as they were known, the catalogue, the rules and the day. The result must be the
// recorded one; Same says whether it is.
func (s *Service) Rerun(ctx context.Context, id string) (Rerun, error) {
	record, before, err := s.recorded(ctx, id)
	if err != nil {
		return Rerun{}, err
	}
	state, err := s.Store.StateOf(ctx, record.CatalogSHA256, record.RulesSHA256)
	if errors.Is(err, layers.ErrNotFound) {
		return Rerun{}, fmt.Errorf("check %s was made before its state was kept: %w: %w", id, layers.ErrConflict, err)
	}
	if err != nil {
		return Rerun{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*timeout) // without what is derived from the layers of today
	defer cancel()
	e := examination{State: state, day: record.Day, now: record.Created, skip: notChecked(before)}
	var done []Done
	at := Moment{CatalogSHA256: record.CatalogSHA256, Revisions: record.Revisions, Known: record.Known}
	err = s.Store.SnapshotAt(ctx, at, func(snapshot Snapshot) (err error) {
		done, err = s.examine(ctx, snapshot, e, []Site{record.Site})
		return err
	})
	if err == nil {
		err = done[0].Err
	}
	if err != nil {
		return Rerun{}, fmt.Errorf("repeat check %s: %w", id, err)
	}
	now := done[0].Answer
	now.ID, now.Links = before.ID, before.Links
	return s.rerun(ctx, "recorded", before, now, state.Rules, state.Rules)
}

// RerunToday checks the site of an archived check again, on the state and by the
// law of today, archives that as a check of its own and says what changed.
func (s *Service) RerunToday(ctx context.Context, id string) (Rerun, error) {
	record, before, err := s.recorded(ctx, id)
	if err != nil {
		return Rerun{}, err
	}
	// Rules that were not kept can only be told apart by their hash.
	old, err := s.Store.StateOf(ctx, record.CatalogSHA256, record.RulesSHA256)
	if err != nil && !errors.Is(err, layers.ErrNotFound) {
		return Rerun{}, err
	}
	rules := s.State().Rules
	done, err := s.RunAll(ctx, []Site{record.Site}, "")
	if err == nil {
		err = done[0].Err
	}
	if err != nil {
		return Rerun{}, fmt.Errorf("check %s again: %w", id, err)
	}
	return s.rerun(ctx, "today", before, done[0].Answer, old.Rules, rules)
}

// recorded reads an archived check: its record, with what the answer says of the
// input, and its answer.
func (s *Service) recorded(ctx context.Context, id string) (Record, Answer, error) {
	var a Answer
	if s.Public && !Told(id) {
		return Record{}, a, layers.ErrNotFound
	}
	record, err := s.Store.Archived(ctx, id)
	if err != nil {
		return record, a, err
	}
	if err := json.Unmarshal(record.Answer, &a); err != nil {
		return record, a, fmt.Errorf("read the answer of check %s: %w", id, err)
	}
	in := a.Site.Input
	record.Site.Name, record.Site.Format, record.Site.Notices = in.Name, in.Format, in.Notices
	return record, a, nil
}

// notChecked are the layers that a check could not look at. What stopped it is no
// part of the recorded state, so that they are not looked at again.
func notChecked(a Answer) map[string]layers.Text {
	out := map[string]layers.Text{}
	for _, l := range a.Layers {
		if l.Outcome == NotChecked {
			out[l.Layer] = l.Reason
		}
	}
	return out
}

func (s *Service) rerun(ctx context.Context, state string, before, now Answer, rulesBefore, rulesNow RuleSet) (Rerun, error) {
	r := Rerun{Check: before.ID, State: state, Recorded: before.Provenance.ResultSHA256, Result: now.Provenance.ResultSHA256,
		Difference: Compare(before, now, rulesBefore, rulesNow), Answer: now}
	r.Same = r.Recorded == r.Result
	if state == "recorded" && !r.Same {
		s.Log.ErrorContext(ctx, "a check that was repeated on its recorded state has another result", "check", before.ID,
			"recorded", r.Recorded, "result", r.Result, "software", before.Provenance.Software)
	}
	revisions, err := s.Store.Revisions(ctx)
	if err != nil {
		return r, err
	}
	r.Newer.Layers = []LayerNewer{}
	for _, l := range before.Layers {
		if is, there := revisions[l.Layer]; l.Outcome != NotChecked && (!there || is != l.Revision) {
			r.Newer.Layers = append(r.Newer.Layers, LayerNewer{Layer: l.Layer, Recorded: l.Revision, Now: is})
		}
	}
	present := s.State()
	r.Newer.Rules = present.Rules.SHA256 != before.Provenance.RulesSHA256
	r.Newer.Catalog = present.CatalogSHA256 != before.Provenance.CatalogSHA256
	r.Newer.Any = r.Newer.Rules || r.Newer.Catalog || len(r.Newer.Layers) > 0
	r.Links = slices.Concat([]AnswerLink{{Href: "/checks/" + before.ID, Rel: "original", Type: "application/json"}}, now.Links)
	return r, nil
}
