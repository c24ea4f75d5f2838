package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

type ruleVersion struct {
	ID        string
	Layer     string
	Law       string
	Verified  bool
	ValidFrom string `json:"valid_from"`
	Cases     []struct{ ID, When, Verdict string }
	Links     []link
}

type ruleList struct {
	SHA256        string
	NumberMatched int
	Rules         []ruleVersion
	Attributes    []struct {
		Name, Type string
		Question   struct{ ZH, EN string }
		Codes      []struct{ Value string }
	}
}

func TestRules(t *testing.T) {
	s := serve(t)
	all := read[ruleList](t, s.get(t, "/rules"), http.StatusOK)
	if all.NumberMatched != len(all.Rules) || len(all.Rules) < 140 || len(all.SHA256) != 64 {
		t.Fatalf("%d of %d rules, hash %q", len(all.Rules), all.NumberMatched, all.SHA256)
	}
	if i := slices.IndexFunc(all.Attributes, func(a struct {
		Name, Type string
		Question   struct{ ZH, EN string }
		Codes      []struct{ Value string }
	}) bool {
		return a.Name == "area_class"
	}); i < 0 || len(all.Attributes[i].Codes) != 4 || all.Attributes[i].Question.ZH == "" {
		t.Errorf("attributes %+v", all.Attributes)
	}
	of := func(path string) (out []string) {
		for _, r := range read[ruleList](t, s.get(t, path), http.StatusOK).Rules {
			out = append(out, r.ID+" "+r.ValidFrom)
		}
		return out
	}
	if on := of("/rules?layer=protected_area_zones&datetime=2026-03-14"); !slices.Contains(on, "N1 2017-10-07") || slices.Contains(on, "N1 2026-03-15") {
		t.Errorf("on the last day of the old text: %v", on)
	}
	if on := of("/rules?layer=protected_area_zones&datetime=2026-03-15"); slices.Contains(on, "N1 2017-10-07") || !slices.Contains(on, "N1 2026-03-15") {
		t.Errorf("on the first day of the new text: %v", on)
	}
	if none := of("/rules?layer=nothing"); len(none) != 0 {
		t.Errorf("%v", none)
	}
	wantProblem(t, s.get(t, "/rules?datetime=yesterday"), http.StatusBadRequest)
}

func TestRule(t *testing.T) {
	s := serve(t)
	type page struct {
		ID       string
		Versions []ruleVersion
	}
	n1 := read[page](t, s.get(t, "/rules/N1"), http.StatusOK)
	if len(n1.Versions) != 2 || n1.Versions[0].ValidFrom != "2017-10-07" || n1.Versions[1].Verified {
		t.Errorf("%+v", n1)
	}
	if one := read[page](t, s.get(t, "/rules/N1?datetime=2026-03-15"), http.StatusOK); len(one.Versions) != 1 || !strings.Contains(one.Versions[0].Law, "830") {
		t.Errorf("%+v", one)
	}
	if e3 := read[page](t, s.get(t, "/rules/E3"), http.StatusOK); len(e3.Versions) != 1 || e3.Versions[0].ID != "E2" || e3.Versions[0].Cases[0].ID != "E3" {
		t.Errorf("%+v", e3)
	}
	if p := wantProblem(t, s.get(t, "/rules/RD11"), http.StatusNotFound); !strings.Contains(p.Detail, "did you mean") {
		t.Errorf("%+v", p)
	}
	for lang, want := range map[string]string{"zh": "铁路线路安全保护区", "en": "safety protection zone"} {
		a := s.get(t, "/rules/RL1-railway?f=html", "Accept-Language", lang)
		if a.StatusCode != http.StatusOK || !strings.Contains(string(a.body), want) || !strings.Contains(string(a.body), "area_class = &#39;urban&#39;") {
			t.Errorf("%s: %d %.600s", lang, a.StatusCode, a.body)
		}
		wantPage(t, "/rules/RL1-railway", string(a.body))
		list := s.get(t, "/rules?f=html&layer=transport_links", "Accept-Language", lang)
		if list.StatusCode != http.StatusOK || !strings.Contains(string(list.body), "RL1-railway") {
			t.Errorf("%s: %d", lang, list.StatusCode)
		}
		wantPage(t, "/rules", string(list.body))
	}
}
