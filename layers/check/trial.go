package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/read"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// Bench is a database of which nothing is kept: it is migrated and holds nothing.
type Bench interface {
	Snapshot(ctx context.Context, f func(Snapshot) error) error
	Replace(ctx context.Context, load layers.Load, dryRun bool) ([]layers.Diff, error)
}

// Trial is one example of one rule, laid out on the ground.
type Trial struct {
	Rule    Rule
	Example Example
	Err     error // what is not as it should be; nil when all is

	layer    *layers.Layer
	site     Site
	features []layers.Feature
	round    int
}

// RunExamples lays the examples of all rules into the database, each at a place of
// its own, measures them as every site is measured, and judges each under its rule
// alone. Layers are taken from the catalogue, or else from what the folders of rules
// want; they count as complete. Examples that name their place are laid in rounds,
// so that no two meet.
func RunExamples(ctx context.Context, bench Bench, catalog *layers.Catalog, rules RuleSet, folders ...fs.FS) ([]Trial, error) {
	wanted, err := ReadWanted(folders...)
	if err != nil {
		return nil, err
	}
	trials, err := layOut(known{catalog, wanted}, rules)
	if err != nil {
		return nil, err
	}
	rounds := 0
	for _, t := range trials {
		rounds = max(rounds, t.round+1)
	}
	for round := range rounds {
		if _, err := bench.Replace(ctx, load(trials, round), false); err != nil {
			return nil, fmt.Errorf("lay the examples: %w", err)
		}
		err := bench.Snapshot(ctx, func(s Snapshot) error {
			for i := range trials {
				if trials[i].round == round {
					trials[i].Err = trials[i].run(ctx, s)
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, fmt.Errorf("measure the examples: %w", err)
		}
	}
	return trials, nil
}

// Places of examples that name none: a grid in the middle of zone 38.
const (
	gridEast, gridNorth = 460_000.0, 4_100_000.0
	gridStepM           = 6_000.0
	gridColumns         = 14
)

func layOut(k known, rules RuleSet) ([]Trial, error) {
	var out []Trial
	scratch := map[string]*layers.Layer{}
	placed := map[string]int{} // examples with a place of their own, by layer
	for _, rule := range rules.Rules {
		if scratch[rule.Layer] == nil {
			l, err := k.layer(rule.Layer)
			if err != nil {
				return nil, err
			}
			copied := *l
			copied.Geometry, copied.LegalEffect, copied.Required = "Geometry", layers.Statutory, false
			copied.Coverage = layers.Coverage{Area: "anywhere", Complete: true, From: "1900-01-01"}
			scratch[rule.Layer] = &copied
		}
		for _, e := range rule.Examples {
			t := Trial{Rule: rule, Example: e, layer: scratch[rule.Layer]}
			if e.placed() {
				t.round = placed[rule.Layer]
				placed[rule.Layer]++
			}
			n := len(out)
			if err := t.lay(n); err != nil {
				return nil, fmt.Errorf("rule %s: example %q: %w", rule.ID, e.Name, err)
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// placed reports whether the example says where it is.
func (e Example) placed() bool {
	return len(e.At) > 0 || e.Site != nil && e.Site.GeoJSON != nil ||
		slices.ContainsFunc(e.Features, func(f ExampleFeature) bool { return f.GeoJSON != nil })
}

// lay turns the figures of the n-th example into shapes.
func (t *Trial) lay(n int) error {
	p := plane{east: gridEast + gridStepM*float64(n%gridColumns), north: gridNorth + gridStepM*float64(n/gridColumns)}
	zone := 38
	if len(t.Example.At) == 2 {
		zone = int(math.Round(t.Example.At[0] / 3))
	}
	var ok bool
	if p.zone, ok = crs.ByZone(3, zone, false); !ok {
		return errors.New("at: want a place in China")
	}
	if len(t.Example.At) == 2 {
		p.north, p.east = p.zone.Forward(t.Example.At[0], t.Example.At[1])
	}
	site := Figure{Box: []float64{0, 0, 100, 100}}
	if t.Example.Site != nil {
		site = *t.Example.Site
	}
	g, err := site.geometry(p)
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	t.site = Site{Site: read.Site{Shape: geo.Shape{SRID: geo.CGCS2000, Geom: g}}, AccuracyM: t.Example.AccuracyM}
	if t.site.Project, err = ParseProject(t.Example.Project); err != nil {
		return err
	}
	for i, f := range t.Example.Features {
		feature, err := f.feature(p, t.layer)
		if err != nil {
			return fmt.Errorf("features[%d]: %w", i, err)
		}
		feature.ID = fmt.Sprintf("example-%d-%d", n, i)
		feature.Origin = fmt.Sprintf("rule %s, example %q", t.Rule.ID, t.Example.Name)
		t.features = append(t.features, feature)
	}
	return nil
}

// load is the content of every layer in a round.
func load(trials []Trial, round int) layers.Load {
	byLayer := map[string][]layers.Feature{}
	declared := map[string]*layers.Layer{}
	for _, t := range trials {
		declared[t.layer.ID] = t.layer
		if t.round == round {
			byLayer[t.layer.ID] = append(byLayer[t.layer.ID], t.features...)
		}
	}
	out := layers.Load{Outlines: []layers.Outline{{ID: "anywhere", NameZH: "任何地方", NameEN: "Anywhere", GeometrySource: "example", AccuracyM: 1,
		Shape: geo.Shape{SRID: geo.CGCS2000, Geom: orb.Bound{Min: orb.Point{70, 15}, Max: orb.Point{140, 55}}.ToPolygon()}}}}
	for _, id := range slices.Sorted(maps.Keys(declared)) {
		features := byLayer[id]
		out.Sets = append(out.Sets, layers.FeatureSet{Layer: declared[id], Features: func(yield func(layers.Feature, error) bool) {
			for _, f := range features {
				if !yield(f, nil) {
					return
				}
			}
		}})
	}
	return out
}

// run measures and judges the example, and compares.
func (t Trial) run(ctx context.Context, s Snapshot) error {
	day := t.Example.On
	if day == "" {
		day = t.Rule.ValidFrom
	}
	rules := []Rule{t.Rule}
	needs := Plan(layers.NewCatalog([]*layers.Layer{t.layer}), rules, t.site, day.Time())
	all, err := s.Measure(ctx, []geo.Shape{t.site.Shape}, needs, day)
	if err != nil {
		return err
	}
	if all[0].Err != nil {
		return all[0].Err
	}
	for _, m := range all[0].Layers {
		if m.Err != nil {
			return m.Err
		}
	}
	return t.Example.Want.compare(Judge(rules, needs, t.site, all[0].Site, all[0].Layers, day.Time()))
}

func (w Expectation) compare(r Result) error {
	if len(r.Rules) != 1 || r.Rules[0].Outcome == NotChecked {
		return fmt.Errorf("the rule was not checked: %s", r.Summary.EN)
	}
	got := Finding{Verdict: none}
	if len(r.Findings) > 0 {
		got = r.Findings[0]
	}
	var wrong []string
	for _, c := range []struct{ what, want, got string }{
		{"verdict", w.Verdict, string(got.Verdict)}, {"case", w.Case, got.Case}, {"counts_as", string(w.CountsAs), string(got.Counts)},
		{"certainty", string(w.Certainty), string(got.Certainty)}, {"relation", w.Relation, got.Relation},
		{"law", w.Law, got.Law}, {"article", w.Article, got.Article}, {"overall", string(w.Overall), string(r.Verdict)},
	} {
		if c.want != "" && c.want != c.got {
			wrong = append(wrong, fmt.Sprintf("%s is %s, want %s", c.what, c.got, c.want))
		}
	}
	if asks := strings.Join(got.DependsOn, ", "); asks != strings.Join(w.Asks, ", ") {
		wrong = append(wrong, fmt.Sprintf("it asks for [%s], want [%s]", asks, strings.Join(w.Asks, ", ")))
	}
	for _, code := range w.Notes {
		if !slices.ContainsFunc(got.Notes, func(n Notice) bool { return n.Code == code }) {
			wrong = append(wrong, "it lacks the note "+code)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	detail := ""
	if len(r.Findings) > 0 {
		detail = fmt.Sprintf(" (%.2f m² overlap, %.3f m away, %s)", got.overlapM2(), *got.DistanceM, got.Certainty)
	}
	return errors.New(strings.Join(wrong, "; ") + detail)
}
