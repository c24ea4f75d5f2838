package check

import (
	"fmt"
	"slices"
	"strings"

	"planatlas/layers"
)

// Project is what a client says of a project: values by the names of
// [Attributes], bool or string. What is not in it was not said.
type Project map[string]any

// Attribute is something that a rule may ask of a project.
type Attribute struct {
	Name     string
	Type     layers.PropertyType // Boolean, or String with codes
	Title    layers.Text
	Question layers.Text
	Codes    []Code
	Of       string // the boolean attribute that has to be true for this one to have a meaning; empty for none
}

// Code is one value that an attribute may have.
type Code struct {
	Value string
	Title layers.Text
}

// values returns every value that the attribute may have.
func (a Attribute) values() []any {
	if a.Type == layers.Boolean {
		return []any{true, false}
	}
	var out []any
	for _, c := range a.Codes {
		out = append(out, c.Value)
	}
	return out
}

// title returns the title of a value.
func (a Attribute) title(v any) layers.Text {
	switch v {
	case true:
		return layers.Text{ZH: "是", EN: "yes"}
	case false:
		return layers.Text{ZH: "否", EN: "no"}
	}
	for _, c := range a.Codes {
		if c.Value == v {
			return c.Title
		}
	}
	return layers.Text{}
}

// allowed lists the values for a message.
func (a Attribute) allowed() string {
	if a.Type == layers.Boolean {
		return "true or false"
	}
	var out []string
	for _, c := range a.Codes {
		out = append(out, c.Value)
	}
	return "one of " + strings.Join(out, ", ")
}

// attribute returns the attribute of that name.
func attribute(name string) (Attribute, bool) {
	all := Attributes()
	i := slices.IndexFunc(all, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return Attribute{}, false
	}
	return all[i], true
}

// ParseProject checks what a client says of a project and returns it: a value that
// is null was not said, and a boolean may be the text true or false. What is wrong
// is an *layers.InputError that names the attribute, the value and what is allowed.
func ParseProject(values map[string]any) (Project, error) {
	out := Project{}
	for name, v := range values {
		a, ok := attribute(name)
		if !ok {
			return nil, unknownAttribute(name)
		}
		if v == nil || v == "" {
			continue
		}
		if text, isText := v.(string); isText && a.Type == layers.Boolean {
			switch strings.ToLower(text) {
			case "true":
				v = true
			case "false":
				v = false
			}
		}
		if !slices.Contains(a.values(), v) {
			e := &layers.InputError{Param: "project." + name, Value: shorten(fmt.Sprint(v)), Want: a.allowed()}
			if text, isText := v.(string); isText && a.Type == layers.String {
				var known []string
				for _, c := range a.Codes {
					known = append(known, c.Value)
				}
				if near := layers.Nearest(text, known); near != "" {
					e.Hint = fmt.Sprintf("did you mean %q?", near)
				}
			}
			return nil, e
		}
		out[name] = v
	}
	return out, contradiction(out)
}

func unknownAttribute(name string) error {
	var known []string
	for _, a := range Attributes() {
		known = append(known, a.Name)
	}
	e := &layers.InputError{Param: "project", Value: shorten(name), Want: "attributes among " + strings.Join(known, ", ")}
	if near := layers.Nearest(name, known); near != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return e
}

func shorten(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// implication says what the value of one attribute means for another.
type implication struct {
	of    string
	is    []any
	then  string
	value any
}

// implications are the bonds between attributes. No other two depend on each other.
func implications() []implication {
	var notLinear []any
	for _, v := range projectType().values() {
		if v != "linear" && v != "other" {
			notLinear = append(notLinear, v)
		}
	}
	return []implication{
		{"project_type", []any{"linear"}, "linear", true},
		{"project_type", notLinear, "linear", false},
		{"project_type", []any{"hazardous_store"}, "hazardous", true},
	}
}

// contradiction reports two attributes that cannot both be what they are.
func contradiction(p Project) error { return newBonds().contradiction(p) }

// bonds are what attributes mean for each other.
type bonds struct {
	attributes   []Attribute
	implications []implication
}

func newBonds() bonds { return bonds{Attributes(), implications()} }

func (b bonds) contradiction(p Project) error {
	for _, i := range b.implications {
		v, given := p[i.then]
		if given && v != i.value && slices.Contains(i.is, p[i.of]) {
			return &layers.InputError{Param: "project." + i.then, Value: fmt.Sprint(v),
				Want: fmt.Sprintf("%v, since %s is %v", i.value, i.of, p[i.of])}
		}
	}
	for _, a := range b.attributes {
		if v, given := p[a.Name]; given && a.Of != "" && p[a.Of] == false {
			return &layers.InputError{Param: "project." + a.Name, Value: fmt.Sprint(v), Want: "nothing, since " + a.Of + " is false"}
		}
	}
	return nil
}

// said is what is known of a project: what was said of it, what follows from that,
// and what it therefore cannot be.
type said struct {
	values Project
	not    map[string][]any
}

// implied is what is known of a project of which so much was said.
func implied(p Project) said {
	if len(p) == 0 {
		return said{}
	}
	return newBonds().implied(p)
}

// implied adds to what was said of a project what follows from it. Values that no
// attribute can have count as not said.
func (b bonds) implied(p Project) said {
	out := said{values: Project{}, not: map[string][]any{}}
	for _, a := range b.attributes {
		if v, given := p[a.Name]; given && slices.Contains(a.values(), v) {
			out.values[a.Name] = v
		}
	}
	for _, a := range b.attributes {
		if out.values[a.Name] != nil && a.Of != "" && out.values[a.Of] == nil {
			out.values[a.Of] = true
		}
	}
	for _, i := range b.implications {
		v := out.values[i.then]
		switch {
		case v == nil && slices.Contains(i.is, out.values[i.of]):
			out.values[i.then] = i.value
		case v != nil && v != i.value:
			out.not[i.of] = append(out.not[i.of], i.is...)
		}
	}
	return out
}
