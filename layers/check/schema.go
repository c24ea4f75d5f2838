package check

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"planatlas/data"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// rulesSchema is data/rules/schema.json, ready for use.
type rulesSchema struct{ compiled *jsonschema.Schema }

func ruleSchema() (rulesSchema, error) {
	b, err := data.RulesSchema()
	if err != nil {
		return rulesSchema{}, fmt.Errorf("read the schema of rules: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return rulesSchema{}, fmt.Errorf("read the schema of rules: %w", err)
	}
	const name = "rules.json"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		return rulesSchema{}, fmt.Errorf("read the schema of rules: %w", err)
	}
	compiled, err := c.Compile(name)
	if err != nil {
		return rulesSchema{}, fmt.Errorf("compile the schema of rules: %w", err)
	}
	return rulesSchema{compiled}, nil
}

// validate checks a rules file. The first mistake is named with the rule's id and
// the field.
func (s rulesSchema) validate(document []byte) error {
	var doc any
	if err := yaml.Unmarshal(document, &doc); err != nil {
		return errors.New(yaml.FormatError(err, false, false))
	}
	if doc == nil {
		return nil // an empty file holds no rules
	}
	err := s.compiled.Validate(plain(doc))
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	for len(invalid.Causes) > 0 {
		invalid = invalid.Causes[0]
	}
	where := invalid.InstanceLocation
	id := ""
	if rules, ok := doc.([]any); ok && len(where) > 0 {
		var i int
		if _, err := fmt.Sscan(where[0], &i); err == nil && i < len(rules) {
			rule, _ := rules[i].(map[string]any)
			id = fmt.Sprintf("rule %d (%v): ", i+1, rule["id"])
			where = where[1:]
		}
	}
	return fmt.Errorf("%s%s: %s", id, strings.Join(where, "."), invalid.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
}

// plain turns whole numbers into those that JSON has.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case uint64:
		return float64(v)
	case int64:
		return float64(v)
	}
	return v
}
