package check

import (
	"errors"
	"strings"
	"testing"

	"planatlas/layers"

	"github.com/google/go-cmp/cmp"
)

func TestParseProject(t *testing.T) {
	p, err := ParseProject(map[string]any{"linear": "TRUE", "hazardous": false, "project_type": "linear", "area_class": nil, "temporary": ""})
	if diff := cmp.Diff(Project{"linear": true, "hazardous": false, "project_type": "linear"}, p); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, tc := range []struct {
		given              map[string]any
		param, value, want string
		hint               string
	}{
		{map[string]any{"area_class": "urbn"}, "project.area_class", "urbn", "one of urban, suburban_residential, village_residential, other", `did you mean "urban"?`},
		{map[string]any{"linear": "maybe"}, "project.linear", "maybe", "true or false", ""},
		{map[string]any{"linear": 1.0}, "project.linear", "1", "true or false", ""},
		{map[string]any{"lineer": true}, "project", "lineer", "attributes among project_type", `did you mean "linear"?`},
		{map[string]any{"project_type": "school", "linear": true}, "project.linear", "true", "false, since project_type is school", ""},
		{map[string]any{"national_major": false, "national_major_kind": "military"}, "project.national_major_kind", "military", "nothing, since national_major is false", ""},
		{map[string]any{"project_type": strings.Repeat("学", 200)}, "project.project_type", strings.Repeat("学", 80) + "…", "one of building", ""},
	} {
		_, err := ParseProject(tc.given)
		var input *layers.InputError
		if !errors.As(err, &input) || input.Param != tc.param || input.Value != tc.value || !strings.HasPrefix(input.Want, tc.want) || input.Hint != tc.hint {
			t.Errorf("%v: %+v", tc.given, err)
		}
	}
}

func TestAttributesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Attributes() {
		if seen[a.Name] || !layers.IsIdentifier(a.Name) || a.Title.ZH == "" || a.Title.EN == "" || a.Question.ZH == "" || a.Question.EN == "" {
			t.Errorf("%+v", a)
		}
		seen[a.Name] = true
		if (a.Type == layers.Boolean) == (len(a.Codes) > 0) {
			t.Errorf("%s: %s with %d codes", a.Name, a.Type, len(a.Codes))
		}
		for _, v := range a.values() {
			if title := a.title(v); title.ZH == "" || title.EN == "" {
				t.Errorf("%s = %v has no title", a.Name, v)
			}
		}
		if a.Of != "" && !seen[a.Of] {
			t.Errorf("%s comes before %s", a.Name, a.Of)
		}
	}
}

func TestWhenMistakesAreNamed(t *testing.T) {
	for when, want := range map[string]string{
		"project_typ = 'mining'":             `did you mean "project_type"?`,
		"project_type = 'minning'":           "one of building",
		"linear = 'yes'":                     "when:",
		"project_type LIKE 'm%'":             "joined by AND, OR and NOT",
		"project_type IS NULL":               "joined by AND, OR and NOT",
		"'mining' = project_type":            "the attribute first",
		"project_type = 'mining' AND":        "when:",
		"area_class IN ('urban', 'country')": "one of urban",
	} {
		r := Rule{ID: "x", Layer: "red", Relation: Intersects, Verdict: Advisory, Basis: "statute", Law: "l", Text: layers.Text{ZH: "文", EN: "t"}, Source: "s", Mark: "L", ValidFrom: "2020-01-01", When: when}
		if err := r.compile(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", when, err, want)
		}
	}
	r := Rule{ID: "x", Layer: "red", Relation: Intersects, Basis: "statute", Law: "l", Text: layers.Text{ZH: "文", EN: "t"}, Source: "s", Mark: "L", ValidFrom: "2020-01-01",
		Cases: []Case{{Verdict: Advisory}, {When: "linear = true", Verdict: Restricted}}}
	if err := r.compile(); err == nil || !strings.Contains(err.Error(), "cases[0].when") {
		t.Errorf("a case that hides the next: %v", err)
	}
}
