package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"planatlas/layers"
	"planatlas/layers/cql"
)

// Relation is how a site has to lie to a feature, or to the zone of all features
// that a rule is about, for the rule to fire.
type Relation string

// The relations that rules may name.
const (
	Intersects Relation = "intersects" // interiors overlap; a shared edge is not enough
	TouchesIt  Relation = "touches"    // only the boundaries meet
	DWithin    Relation = "dwithin"    // nearer than the rule's distance, from the edge that it names
	Within     Relation = "within"     // wholly inside the zone
	OutsideOf  Relation = "outside"    // a part lies outside the zone
)

func relations() []Relation { return []Relation{Intersects, TouchesIt, Within, OutsideOf, DWithin} }

// zonal reports whether the relation is to the zone of all features together.
func (r Relation) zonal() bool { return r == Within || r == OutsideOf }

// Where a distance is measured from.
const (
	fromEdge       = "edge"       // the edge of what a centreline stands for
	fromCentreline = "centreline" // the centreline itself
	fromPolygon    = "polygon"    // the shape as it is drawn
)

// Rule is one entry of a rules file. Law changes by date, so a rule is data: it
// has a period, and its law and article.
type Rule struct {
	ID           string      `yaml:"id" json:"id"`
	Layer        string      `yaml:"layer" json:"layer"`
	Filter       string      `yaml:"filter" json:"filter,omitempty"` // CQL2 text over the layer's properties
	Relation     Relation    `yaml:"relation" json:"relation"`
	DistanceM    float64     `yaml:"distance_m" json:"distance_m,omitempty"`
	MeasuredFrom string      `yaml:"measured_from" json:"measured_from,omitempty"` // edge, centreline or polygon
	OverHa       float64     `yaml:"over_ha" json:"over_ha,omitempty"`             // fires when its features take more of the site than so many hectares
	When         string      `yaml:"when" json:"when,omitempty"`                   // CQL2 text over project attributes: which projects it is about
	Verdict      Verdict     `yaml:"verdict" json:"verdict,omitempty"`             // of a rule without cases
	Cases        []Case      `yaml:"cases" json:"cases,omitempty"`                 // the first that holds decides; without one nothing fires
	Exemptions   []Exemption `yaml:"exemptions" json:"exemptions,omitempty"`       // ways out
	Authority    layers.Text `yaml:"authority" json:"authority,omitzero"`          // who decides
	VerdictBasis string      `yaml:"verdict_basis" json:"verdict_basis,omitempty"` // stated, or inferred: the verdict is a reading of the words
	Basis        string      `yaml:"basis" json:"basis"`                           // statute, plan or local
	Law          string      `yaml:"law" json:"law"`
	Article      string      `yaml:"article" json:"article"`
	Text         layers.Text `yaml:"text" json:"text"`
	Open         layers.Text `yaml:"open" json:"open,omitzero"`         // what has to be found out of the feature before the rule surely holds: its findings are incomplete
	Requires     layers.Text `yaml:"requires" json:"requires,omitzero"` // the approval that lifts it, if there is one
	Verified     bool        `yaml:"verified" json:"verified"`          // read in the text of the law
	Mark         string      `yaml:"mark" json:"mark"`                  // how it was read: L the law's text, W a web page, C public code, gk general knowledge, plan the plan's text
	Source       string      `yaml:"source" json:"source"`              // where it was read
	ValidFrom    layers.Day  `yaml:"valid_from" json:"valid_from"`
	ValidTo      layers.Day  `yaml:"valid_to" json:"valid_to,omitempty"` // exclusive
	LayerTitle   layers.Text `yaml:"-" json:"layer_titles"`              // of the layer, which a city may not have
	Examples     []Example   `yaml:"examples" json:"-"`

	filter     cql.Expr
	conditions conditions
	chosen     string // id of the case that this is the rule under
}

// Case is what a rule says of some projects. What it leaves out is the rule's.
type Case struct {
	ID         string      `yaml:"id" json:"id,omitempty"`       // under which findings name it, beside the rule
	When       string      `yaml:"when" json:"when,omitempty"`   // CQL2 text over project attributes; empty for all others
	Needs      string      `yaml:"needs" json:"needs,omitempty"` // CQL2 text over project attributes: what the claim in When has to agree with to count
	Unfit      layers.Text `yaml:"unfit" json:"unfit,omitzero"`  // why a claim does not count that does not agree
	Verdict    Verdict     `yaml:"verdict" json:"verdict"`
	DistanceM  float64     `yaml:"distance_m" json:"distance_m,omitempty"`
	Exemptions []Exemption `yaml:"exemptions" json:"exemptions,omitempty"`
	Authority  layers.Text `yaml:"authority" json:"authority,omitzero"`
	Law        string      `yaml:"law" json:"law,omitempty"` // of its own; then article, text, verified, mark and source are its own too
	Article    string      `yaml:"article" json:"article,omitempty"`
	Text       layers.Text `yaml:"text" json:"text,omitzero"`
	Requires   layers.Text `yaml:"requires" json:"requires,omitzero"`
	Verified   *bool       `yaml:"verified" json:"verified,omitempty"`
	Mark       string      `yaml:"mark" json:"mark,omitempty"`
	Source     string      `yaml:"source" json:"source,omitempty"`
}

// InForce reports whether the rule holds on that day.
func (r *Rule) InForce(on time.Time) bool {
	return !on.Before(r.ValidFrom.Time()) && (r.ValidTo == "" || on.Before(r.ValidTo.Time()))
}

// under returns the rule as one of its cases makes it.
func (r Rule) under(chosen int) Rule {
	if chosen >= len(r.Cases) {
		return r // a rule without cases
	}
	c := r.Cases[chosen]
	r.Verdict, r.chosen = c.Verdict, c.ID
	if c.DistanceM > 0 {
		r.DistanceM = c.DistanceM
	}
	if c.Exemptions != nil {
		r.Exemptions = c.Exemptions
	}
	none := layers.Text{}
	if c.Law != "" {
		r.Law, r.Article, r.Mark, r.Source = c.Law, c.Article, c.Mark, c.Source
		r.Verified = c.Verified != nil && *c.Verified
	}
	if c.Article != "" {
		r.Article = c.Article
	}
	for _, pair := range []struct{ to, from *layers.Text }{{&r.Text, &c.Text}, {&r.Requires, &c.Requires}, {&r.Authority, &c.Authority}} {
		if *pair.from != none {
			*pair.to = *pair.from
		}
	}
	return r
}

// distances are those that the rule may ask for.
func (r *Rule) distances() []float64 {
	out := []float64{r.DistanceM}
	for _, c := range r.Cases {
		out = append(out, cmp.Or(max(0, c.DistanceM), r.DistanceM))
	}
	return out
}

// Distances writes the distances that the rule may ask for: 20 m, or 8-15 m.
func (r Rule) Distances() string {
	var least, most float64
	for _, d := range r.distances() {
		if d > 0 {
			most = max(most, d)
			if least == 0 || d < least {
				least = d
			}
		}
	}
	switch {
	case most == 0:
		return ""
	case least == most:
		return fmt.Sprintf("%g m", most)
	}
	return fmt.Sprintf("%g-%g m", least, most)
}

// Verdicts writes the verdicts that the rule may give, in the order of its cases.
func (r Rule) Verdicts() string {
	all := []string{string(r.Verdict)}
	for i, c := range r.Cases {
		if i == 0 {
			all = nil
		}
		if v := string(c.Verdict); !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return strings.Join(all, ", ")
}

// defaultHalfM is how wide half of an unknown right-of-way may be, metres: that of
// an expressway with its land. Inside it an unknown edge is never passed.
const defaultHalfM = 30

// reachM is how far from a feature as drawn the rule can look, beside accuracy
// and known half width, metres.
func (r *Rule) reachM() float64 {
	var most float64
	for _, d := range r.distances() {
		most = max(most, d)
	}
	if r.Relation == DWithin && r.MeasuredFrom == fromEdge {
		return most + defaultHalfM
	}
	return most
}

// application says whether a rule is about a feature.
type application int

const (
	notAbout application = iota
	mayBe                // a property that the filter reads has no value
	about
)

// applies reports whether the rule is about the feature. As in SQL, a filter over
// a missing value is neither true nor false.
func (r *Rule) applies(f FeatureMeasure) application {
	if r.filter == nil {
		return about
	}
	values := f.Values
	get := func(name string) cql.Value { return values[name] }
	switch {
	case cql.Match(r.filter, get):
		return about
	case cql.Match(cql.Not{Of: r.filter}, get):
		return notAbout
	}
	return mayBe
}
