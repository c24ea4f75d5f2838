package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"planatlas/layers"
)

// Difference says what is not the same in two answers for one site, and why.
type Difference struct {
	Same      bool            `json:"same"` // the results have the same hash
	Verdict   *Change         `json:"verdict,omitempty"`
	Area      *Change         `json:"area_m2,omitempty"`
	Project   *Change         `json:"project,omitempty"`
	Day       *Change         `json:"day,omitempty"`
	Rules     *Change         `json:"rules_sha256,omitempty"`
	Catalog   *Change         `json:"catalog_sha256,omitempty"`
	Software  *Change         `json:"software,omitempty"`
	Remainder *Change         `json:"remainder_m2,omitempty"`
	Layers    []LayerChange   `json:"layers"`
	Findings  []FindingChange `json:"findings"`
	Questions []Change        `json:"questions"` // attributes asked for before and now
}

// Change is a value before and now.
type Change struct {
	Before any `json:"before"`
	Now    any `json:"now"`
}

// LayerChange is a layer whose line differs, or whose features changed somewhere.
type LayerChange struct {
	Layer     string  `json:"layer"`
	Revision  *Change `json:"revision,omitempty"`
	Outcome   *Change `json:"outcome,omitempty"`
	OverlapM2 *Change `json:"overlap_m2,omitempty"`
	NearestM  *Change `json:"nearest_m,omitempty"`
}

// FindingChange is a finding that is only in one of the answers, or differs.
type FindingChange struct {
	Kind    string      `json:"kind"` // added, removed or changed
	Rule    string      `json:"rule"`
	Layer   string      `json:"layer"`
	Feature string      `json:"feature"`
	Verdict *Change     `json:"verdict,omitempty"`
	Counts  *Change     `json:"counts_as,omitempty"`
	Overlap *Change     `json:"overlap_m2,omitempty"`
	Dist    *Change     `json:"distance_m,omitempty"`
	Law     *Change     `json:"law,omitempty"`
	Why     layers.Text `json:"why"`
}

func change[T any](before, now T) *Change {
	if reflect.DeepEqual(before, now) {
		return nil
	}
	return &Change{Before: before, Now: now}
}

// Compare says what differs between an answer and a later one for the same site.
func Compare(before, now Answer, rulesBefore, rulesNow RuleSet) Difference {
	d := Difference{
		Same:    before.Provenance.ResultSHA256 == now.Provenance.ResultSHA256,
		Verdict: change(before.Verdict, now.Verdict), Area: change(before.Site.Area.M2, now.Site.Area.M2),
		Day: change(before.Provenance.Day, now.Provenance.Day), Rules: change(before.Provenance.RulesSHA256, now.Provenance.RulesSHA256),
		Catalog: change(before.Provenance.CatalogSHA256, now.Provenance.CatalogSHA256), Software: change(before.Provenance.Software, now.Provenance.Software),
		Remainder: change(before.Remainder.m2(), now.Remainder.m2()),
		Layers:    []LayerChange{}, Findings: []FindingChange{}, Questions: []Change{},
	}
	if !maps.Equal(before.Project, now.Project) {
		d.Project = &Change{before.Project, now.Project}
	}
	d.layers(before, now)
	d.findings(before, now, rulesBefore, rulesNow)
	asked := func(a Answer) (names []string) {
		for _, q := range a.Questions {
			names = append(names, q.Attribute)
		}
		return names
	}
	was, is := asked(before), asked(now)
	for _, name := range was {
		if !slices.Contains(is, name) {
			d.Questions = append(d.Questions, Change{Before: name})
		}
	}
	for _, name := range is {
		if !slices.Contains(was, name) {
			d.Questions = append(d.Questions, Change{Now: name})
		}
	}
	return d
}

func (r *Remainder) m2() any {
	if r == nil {
		return nil
	}
	return r.Area.M2
}

// told is an overlap in square metres; nil when it is not told.
func told(o *Overlap) any {
	if o == nil {
		return nil
	}
	return o.M2
}

func (d *Difference) layers(before, now Answer) {
	was := map[string]LayerLine{}
	for _, l := range before.Layers {
		was[l.Layer] = l
	}
	nearest := func(l LayerLine) any {
		if l.NearestM == nil {
			return nil
		}
		return *l.NearestM
	}
	for _, l := range now.Layers {
		b, there := was[l.Layer]
		delete(was, l.Layer)
		c := LayerChange{Layer: l.Layer, Revision: change(b.Revision, l.Revision), OverlapM2: change(told(b.Overlap), told(l.Overlap)), NearestM: change(nearest(b), nearest(l))}
		if there {
			c.Outcome = change(b.Outcome.String(), l.Outcome.String())
		} else {
			c.Outcome = &Change{nil, l.Outcome.String()}
		}
		if c != (LayerChange{Layer: l.Layer}) {
			d.Layers = append(d.Layers, c)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(was)) {
		d.Layers = append(d.Layers, LayerChange{Layer: id, Outcome: &Change{was[id].Outcome.String(), nil}})
	}
}

// findingKeys names findings: by rule, layer and feature, and where the feature is
// not shown by their order.
func findingKeys(findings []Finding) map[string]Finding {
	out := map[string]Finding{}
	for _, f := range findings {
		key := f.Rule + "\x00" + f.Layer + "\x00" + f.Feature
		for n := 1; ; n++ {
			if _, taken := out[key]; !taken {
				break
			}
			key = fmt.Sprintf("%s\x00%s\x00%s\x00%d", f.Rule, f.Layer, f.Feature, n)
		}
		out[key] = f
	}
	return out
}

func (d *Difference) findings(before, now Answer, rulesBefore, rulesNow RuleSet) {
	was, is := findingKeys(before.Findings), findingKeys(now.Findings)
	why := causes{before: before, now: now, rulesBefore: rulesBefore, rulesNow: rulesNow}
	for _, key := range slices.Sorted(maps.Keys(was)) {
		f := was[key]
		n, there := is[key]
		c := FindingChange{Kind: "changed", Rule: f.Rule, Layer: f.Layer, Feature: f.Feature}
		if !there {
			c.Kind, c.Verdict, c.Counts = "removed", &Change{f.Verdict, nil}, &Change{f.Counts, nil}
			c.Why = why.of(f, nil)
			d.Findings = append(d.Findings, c)
			continue
		}
		c.Verdict, c.Counts, c.Law = change(f.Verdict, n.Verdict), change(f.Counts, n.Counts), change(f.Law+" "+f.Article, n.Law+" "+n.Article)
		c.Overlap, c.Dist = change(told(f.Overlap), told(n.Overlap)), change(f.DistanceM, n.DistanceM)
		if f.FeatureRevision != n.FeatureRevision || !sameFinding(f, n) {
			c.Why = why.of(f, &n)
			d.Findings = append(d.Findings, c)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(is)) {
		if _, there := was[key]; !there {
			f := is[key]
			d.Findings = append(d.Findings, FindingChange{Kind: "added", Rule: f.Rule, Layer: f.Layer, Feature: f.Feature,
				Verdict: &Change{nil, f.Verdict}, Counts: &Change{nil, f.Counts}, Why: why.of(f, &f)})
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b FindingChange) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Feature, b.Feature))
	})
}

// sameFinding compares all that an answer says of two findings.
func sameFinding(a, b Finding) bool {
	a.FeatureRevision, b.FeatureRevision = 0, 0
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
