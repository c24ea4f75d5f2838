package check

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/cql"

	"github.com/goccy/go-yaml"
)

// RuleSet is all rules that were loaded together. Its hash names it in answers.
type RuleSet struct {
	Rules  []Rule
	SHA256 string
}

// Wanted is a layer that rules speak of, whether or not a city has it. A city that
// gets the data declares a layer of that id with at least these properties.
type Wanted struct {
	ID         string           `yaml:"id"`
	Title      layers.Text      `yaml:"title"`
	Geometry   string           `yaml:"geometry"`
	From       layers.Text      `yaml:"from"` // who has the data
	Properties []WantedProperty `yaml:"properties"`
}

// WantedProperty is a property that rules read.
type WantedProperty struct {
	Name  string              `yaml:"name"`
	Title layers.Text         `yaml:"title"`
	Type  layers.PropertyType `yaml:"type"`
	Unit  string              `yaml:"unit"`
	Codes []string            `yaml:"codes"`
}

// wantedFile lists them, in a folder of rules.
const wantedFile = "layers/wanted.yaml"

// ReadRules reads every *.yaml of the folders and checks the rules against the
// catalogue and, for layers that it does not have, against what the folders want. A
// mistake is reported with its file, the rule's id and the field.
func ReadRules(catalog *layers.Catalog, folders ...fs.FS) (RuleSet, error) {
	wanted, err := ReadWanted(folders...)
	if err != nil {
		return RuleSet{}, err
	}
	schema, err := ruleSchema()
	if err != nil {
		return RuleSet{}, err
	}
	known := known{catalog, wanted}
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
			file, err := parseRules(b)
			for i := range file {
				if err != nil {
					break
				}
				if err = file[i].check(known); err != nil {
					err = fmt.Errorf("rule %d (%s): %w", i+1, file[i].ID, err)
				}
			}
			if err == nil {
				err = schema.validate(b)
			}
			if err != nil {
				return RuleSet{}, fmt.Errorf("rules/%s: %w", name, err)
			}
			rules = append(rules, file...)
		}
	}
	return newRuleSet(rules)
}

func parseRules(b []byte) ([]Rule, error) {
	var rules []Rule
	if err := yaml.UnmarshalWithOptions(b, &rules, yaml.Strict()); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, false))
	}
	return rules, nil
}

// ReadWanted reads what layers the rules of the folders speak of.
func ReadWanted(folders ...fs.FS) ([]Wanted, error) {
	var all []Wanted
	for _, folder := range folders {
		b, err := fs.ReadFile(folder, wantedFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("rules/%s: %w", wantedFile, err)
		}
		var file []Wanted
		if err := yaml.UnmarshalWithOptions(b, &file, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("rules/%s: %s", wantedFile, yaml.FormatError(err, false, false))
		}
		for _, w := range file {
			if err := w.Layer().Validate(); err != nil {
				return nil, fmt.Errorf("rules/%s: layer %s: %w", wantedFile, w.ID, err)
			}
		}
		all = append(all, file...)
	}
	return all, nil
}

// Layer returns a declaration of the layer as examples use it: complete, and
// wherever they are.
func (w Wanted) Layer() *layers.Layer {
	var properties []layers.Property
	for _, p := range w.Properties {
		properties = append(properties, layers.Property{Name: p.Name, Title: p.Title, Type: p.Type, Unit: p.Unit, Codes: p.Codes})
	}
	return &layers.Layer{ID: w.ID, Title: w.Title, Geometry: layers.GeometryType(w.Geometry), LegalEffect: layers.Statutory, Access: layers.Internal,
		Source:   layers.Source{Licence: "none", Attribution: w.From.EN, Date: "2000-01-01"},
		Coverage: layers.Coverage{Area: "anywhere", Complete: true, From: "1900-01-01"}, Properties: properties}
}

// known are the layers that rules may name.
type known struct {
	catalog *layers.Catalog
	wanted  []Wanted
}

func (k known) layer(id string) (*layers.Layer, error) {
	l, err := k.catalog.Layer(id)
	if err == nil {
		return l, nil
	}
	ids := k.catalog.IDs()
	for _, w := range k.wanted {
		if w.ID == id {
			return w.Layer(), nil
		}
		ids = append(ids, w.ID)
	}
	if near := layers.Nearest(id, ids); near != "" {
		return nil, fmt.Errorf("layer: %q is neither in the catalogue nor in %s (did you mean %q?)", id, wantedFile, near)
	}
	return nil, fmt.Errorf("layer: %q is neither in the catalogue nor in %s", id, wantedFile)
}

// check compiles the rule and checks it against the layer that it is about.
func (r *Rule) check(k known) error {
	if err := r.compile(); err != nil {
		return err
	}
	l, err := k.layer(r.Layer)
	if err != nil {
		return err
	}
	if !l.Checked() {
		return fmt.Errorf("layer: %s holds no features that a check looks at", r.Layer)
	}
	r.LayerTitle = l.Title
	if err := checkFilter(l, r.filter); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	for i, e := range r.Examples {
		if err := e.validate(l); err != nil {
			return fmt.Errorf("examples[%d]: %w", i, err)
		}
	}
	return nil
}

func checkFilter(l *layers.Layer, filter cql.Expr) error {
	if cql.HasGeometry(filter) {
		return errors.New("want conditions on properties; relation says how a site lies")
	}
	err := cql.Check(filter, func(name string) (cql.Type, bool) {
		p, ok := l.Property(name)
		return cql.Type(p.Type), ok
	})
	var wrong *cql.TypeError
	if errors.As(err, &wrong) && wrong.Property != "" {
		return fmt.Errorf("layer %s has no property %q", l.ID, wrong.Property)
	}
	return err
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

// RuleSet returns the rules of the moment.
func (s *Service) RuleSet() RuleSet { return s.State().Rules }
