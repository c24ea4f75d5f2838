package check

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"

	"planatlas/layers"
	"planatlas/layers/cql"

	"github.com/goccy/go-yaml"
)

// Relation is how a site has to lie to a feature for a rule to fire.
type Relation string

// The relations that rules may name.
const (
	Intersects Relation = "intersects" // interiors overlap; a shared edge is not enough
	DWithin    Relation = "dwithin"    // nearer than the rule's distance, from the edge that it names
)

// Rule is one entry of a rules file. Law changes by date, so a rule is data: it
// has a period, and its law and article.
type Rule struct {
	ID           string      `yaml:"id" json:"id"`
	Layer        string      `yaml:"layer" json:"layer"`
	Filter       string      `yaml:"filter" json:"filter,omitempty"` // CQL2 text over the layer's properties
	Relation     Relation    `yaml:"relation" json:"relation"`
	DistanceM    float64     `yaml:"distance_m" json:"distance_m,omitempty"`
	MeasuredFrom string      `yaml:"measured_from" json:"measured_from,omitempty"` // edge or polygon
	Verdict      Verdict     `yaml:"verdict" json:"verdict"`
	VerdictBasis string      `yaml:"verdict_basis" json:"verdict_basis,omitempty"` // stated, or inferred: the verdict is a reading of the words
	Basis        string      `yaml:"basis" json:"basis"`                           // statute, plan or local
	Law          string      `yaml:"law" json:"law"`
	Article      string      `yaml:"article" json:"article"`
	Text         layers.Text `yaml:"text" json:"text"`
	Requires     layers.Text `yaml:"requires" json:"requires"` // the approval that lifts it, if there is one
	Verified     bool        `yaml:"verified" json:"verified"` // read in the text of the law
	Source       string      `yaml:"source" json:"source"`     // where it was read
	ValidFrom    layers.Day  `yaml:"valid_from" json:"valid_from"`
	ValidTo      layers.Day  `yaml:"valid_to" json:"valid_to,omitempty"` // exclusive

	filter cql.Expr
}

// InForce reports whether the rule holds on that day.
func (r Rule) InForce(on time.Time) bool {
	return !on.Before(r.ValidFrom.Time()) && (r.ValidTo == "" || on.Before(r.ValidTo.Time()))
}

// defaultHalfM is how wide half of an unknown right-of-way may be, metres: that of
// an expressway with its land. Inside it an unknown edge is never passed.
const defaultHalfM = 30

// reachM is how far from a feature as drawn the rule can look, beside accuracy
// and known half width, metres.
func (r Rule) reachM() float64 {
	if r.Relation == DWithin && r.MeasuredFrom == "edge" {
		return r.DistanceM + defaultHalfM
	}
	return r.DistanceM
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
func (r Rule) applies(f FeatureMeasure) application {
	get := func(name string) cql.Value { return f.Values[name] }
	switch {
	case r.filter == nil || cql.Match(r.filter, get):
		return about
	case cql.Match(cql.Not{Of: r.filter}, get):
		return notAbout
	}
	return mayBe
}

// compile parses the filter and checks everything that needs no catalogue.
func (r *Rule) compile() error {
	filter, err := cql.ParseText(r.Filter)
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	r.filter = filter
	switch {
	case r.ID == "" || r.Layer == "":
		return errors.New("want id and layer")
	case r.Relation != Intersects && r.Relation != DWithin:
		return fmt.Errorf("relation %q: want intersects or dwithin", r.Relation)
	case r.Relation == DWithin && !(r.DistanceM > 0 && r.DistanceM <= 10_000):
		return fmt.Errorf("distance_m %g: want metres, more than 0 and at most 10000", r.DistanceM)
	case r.Relation == DWithin && !slices.Contains([]string{"edge", "polygon"}, r.MeasuredFrom):
		return fmt.Errorf("measured_from %q: want edge or polygon", r.MeasuredFrom)
	case r.Relation == Intersects && (r.DistanceM != 0 || r.MeasuredFrom != ""):
		return errors.New("distance_m and measured_from belong to dwithin")
	case !slices.Contains([]Verdict{Prohibited, Restricted, Advisory}, r.Verdict):
		return fmt.Errorf("verdict %q: want prohibited, restricted or advisory", r.Verdict)
	case !slices.Contains([]string{"", "stated", "inferred"}, r.VerdictBasis):
		return fmt.Errorf("verdict_basis %q: want stated or inferred", r.VerdictBasis)
	case !slices.Contains([]string{"statute", "plan", "local"}, r.Basis):
		return fmt.Errorf("basis %q: want statute, plan or local", r.Basis)
	case r.Law == "" || r.Text.ZH == "" || r.Text.EN == "" || r.Source == "":
		return errors.New("want law, text.zh, text.en and source")
	case r.ValidFrom == "" || math.IsNaN(r.DistanceM):
		return errors.New("want valid_from")
	}
	return nil
}

// RuleSet is all rules that were loaded together. Its hash names it in answers.
type RuleSet struct {
	Rules  []Rule
	SHA256 string
}

// ReadRules reads every *.yaml of the folders and checks the rules against the
// catalogue. A mistake is reported with its file and the rule's id.
func ReadRules(catalog *layers.Catalog, folders ...fs.FS) (RuleSet, error) {
	var rules []Rule
	for _, folder := range folders {
		names, err := fs.Glob(folder, "*.yaml")
		if err != nil {
			return RuleSet{}, fmt.Errorf("list rules: %w", err)
		}
		for _, name := range names {
			b, err := fs.ReadFile(folder, name)
			if err != nil {
				return RuleSet{}, fmt.Errorf("rules: %w", err)
			}
			var file []Rule
			if err := yaml.UnmarshalWithOptions(b, &file, yaml.Strict()); err != nil {
				return RuleSet{}, fmt.Errorf("rules/%s: %s", name, yaml.FormatError(err, false, false))
			}
			for i := range file {
				if err := checkRule(catalog, &file[i]); err != nil {
					return RuleSet{}, fmt.Errorf("rules/%s: rule %d (%s): %w", name, i+1, file[i].ID, err)
				}
			}
			rules = append(rules, file...)
		}
	}
	return newRuleSet(rules)
}

func newRuleSet(rules []Rule) (RuleSet, error) {
	slices.SortFunc(rules, func(a, b Rule) int {
		return strings.Compare(a.ID+"\x00"+string(a.ValidFrom), b.ID+"\x00"+string(b.ValidFrom))
	})
	for i := 1; i < len(rules); i++ {
		a, b := rules[i-1], rules[i]
		if a.ID == b.ID && (a.ValidTo == "" || a.ValidTo > b.ValidFrom) {
			return RuleSet{}, fmt.Errorf("rule %s: two versions are in force on %s", b.ID, b.ValidFrom)
		}
	}
	document, err := json.Marshal(rules)
	if err != nil {
		return RuleSet{}, fmt.Errorf("write the rules: %w", err)
	}
	sum := sha256.Sum256(document)
	return RuleSet{Rules: rules, SHA256: hex.EncodeToString(sum[:])}, nil
}

// JSON returns the document that DecodeRules reads.
func (s RuleSet) JSON() ([]byte, error) { return json.Marshal(s.Rules) }

// DecodeRules reads a stored rule set.
func DecodeRules(document []byte) (RuleSet, error) {
	var rules []Rule
	if err := json.Unmarshal(document, &rules); err != nil {
		return RuleSet{}, fmt.Errorf("read the stored rules: %w", err)
	}
	for i := range rules {
		if err := rules[i].compile(); err != nil {
			return RuleSet{}, fmt.Errorf("stored rule %s: %w", rules[i].ID, err)
		}
	}
	return newRuleSet(rules)
}

func checkRule(catalog *layers.Catalog, r *Rule) error {
	if err := r.compile(); err != nil {
		return err
	}
	l, err := catalog.Layer(r.Layer)
	if err != nil {
		return err
	}
	if cql.HasGeometry(r.filter) {
		return errors.New("filter: want conditions on properties; relation says how a site lies")
	}
	err = cql.Check(r.filter, func(name string) (cql.Type, bool) {
		p, ok := l.Property(name)
		return cql.Type(p.Type), ok
	})
	var wrong *cql.TypeError
	if errors.As(err, &wrong) && wrong.Property != "" {
		return fmt.Errorf("filter: layer %s has no property %q", r.Layer, wrong.Property)
	}
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	return nil
}
