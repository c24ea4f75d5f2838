package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"planatlas/geo/read"
	"planatlas/layers"

	"golang.org/x/sync/errgroup"
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
	OverlapM2 float64   `json:"overlap_m2"`
	DistanceM float64   `json:"distance_m"`
}

// LineError says what is wrong with a site of a batch.
type LineError struct {
	Parameter string `json:"parameter,omitempty"`
	Value     string `json:"value,omitempty"`
	Expected  string `json:"expected,omitempty"`
	Hint      string `json:"hint,omitempty"`
	Detail    string `json:"detail"`
}

const (
	// chunkSites and chunkBytes bound what is measured together.
	chunkSites = 64
	chunkBytes = 4 << 20
	// batchWorkers is how many chunks of a batch are worked on at once.
	batchWorkers = 2
)

// Batch checks the sites, archives each answer and gives the lines in order. The
// error of a site is in its line; an error that is returned says that the lines so
// far are not the whole.
func (s *Service) Batch(ctx context.Context, items iter.Seq2[Item, error], on layers.Day, out func(Line) error) error {
	if on == "" {
		on = chineseDay(s.Now()) // one day for all, however long it takes
	}
	type work struct {
		items []Item
		lines chan []Line // of one chunk
	}
	group, ctx := errgroup.WithContext(ctx)
	todo, order := make(chan work), make(chan work, batchWorkers)
	group.Go(func() error {
		defer close(todo)
		defer close(order)
		return chunks(items, func(chunk []Item) error {
			w := work{chunk, make(chan []Line, 1)}
			for _, to := range []chan work{order, todo} {
				select {
				case to <- w:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	})
	for range batchWorkers {
		group.Go(func() error {
			for w := range todo {
				lines, done, err := s.lines(ctx, w.items, on)
				if err == nil {
					err = s.archive(ctx, done)
				}
				if err != nil {
					return err
				}
				w.lines <- lines
			}
			return nil
		})
	}
	group.Go(func() error {
		for w := range order {
			select {
			case lines := <-w.lines:
				for _, l := range lines {
					if err := out(l); err != nil {
						return err
					}
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

// chunks gathers items that are measured together.
func chunks(items iter.Seq2[Item, error], f func([]Item) error) error {
	var chunk []Item
	size := 0
	for item, err := range items {
		if err != nil {
			return err
		}
		chunk, size = append(chunk, item), size+len(item.Raw)+len(item.Site)
		if len(chunk) < chunkSites && size < chunkBytes {
			continue
		}
		if err := f(chunk); err != nil {
			return err
		}
		chunk, size = nil, 0
	}
	if len(chunk) == 0 {
		return nil
	}
	return f(chunk)
}

// lines checks the sites of one chunk. What it returns beside the lines is to be
// archived.
func (s *Service) lines(ctx context.Context, items []Item, on layers.Day) ([]Line, []Done, error) {
	lines := make([]Line, len(items))
	var sites []Site
	var at []int
	for i, item := range items {
		lines[i].Index = item.Index
		site, err := item.site()
		if err != nil {
			lines[i].Error = lineError(err)
			continue
		}
		sites, at = append(sites, site), append(at, i)
	}
	if len(sites) == 0 {
		return lines, nil, nil
	}
	done, err := s.runAll(ctx, sites, on, false)
	if err != nil {
		return nil, nil, err
	}
	for j, d := range done {
		l := &lines[at[j]]
		if d.Err == nil {
			l.fill(d.Answer)
			continue
		}
		var input *layers.InputError
		if !errors.As(d.Err, &input) {
			return nil, nil, d.Err // not the site's fault
		}
		l.Name, l.Error = sites[j].Name, lineError(d.Err)
	}
	return lines, done, nil
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
		l.Findings = append(l.Findings, LineFinding{f.Rule, f.Layer, f.Feature, f.Verdict, f.Counts, f.Certainty, f.Overlap.M2, f.DistanceM})
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
	return Line{Index: item.Index, Error: lineError(item.Err)}.JSON()
}
