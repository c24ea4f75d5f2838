package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/cql"
)

// maxDistanceM bounds the distance of a rule.
const maxDistanceM = 10_000

// compile parses filter and conditions and checks everything that needs no
// catalogue. It says the same as data/rules/schema.json, which knows no CQL2 and
// does not compare fields; a test holds them together.
func (r *Rule) compile() error {
	filter, err := cql.ParseText(r.Filter)
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	r.filter = filter
	for _, check := range []func(*Rule) error{(*Rule).checkNames, (*Rule).checkRelation, (*Rule).checkSources, (*Rule).checkCases} {
		if err := check(r); err != nil {
			return err
		}
	}
	return r.compileConditions()
}

func (r *Rule) checkNames() error {
	switch {
	case !isRuleID(r.ID):
		return fmt.Errorf("id: %q: want letters, digits and hyphens, at most 64", r.ID)
	case !layers.IsIdentifier(r.Layer):
		return fmt.Errorf("layer: %q: want the id of a layer", r.Layer)
	case !slices.Contains([]string{"", "stated", "inferred"}, r.VerdictBasis):
		return fmt.Errorf("verdict_basis: %q: want stated or inferred", r.VerdictBasis)
	case !slices.Contains([]string{"statute", "plan", "local"}, r.Basis):
		return fmt.Errorf("basis: %q: want statute, plan or local", r.Basis)
	case r.ValidFrom == "":
		return errors.New("valid_from: want the first day on which the rule holds")
	case r.ValidTo != "" && r.ValidTo <= r.ValidFrom:
		return fmt.Errorf("valid_to: %s: want a day after valid_from; it is the first on which the rule no longer holds", r.ValidTo)
	}
	for name, t := range map[string]layers.Text{"requires": r.Requires, "authority": r.Authority, "open": r.Open} {
		if err := bothLanguages(name, t, false); err != nil {
			return err
		}
	}
	return checkExemptions("", r.Exemptions)
}

func (r *Rule) checkRelation() error {
	distance := r.Relation == DWithin
	switch {
	case !slices.Contains(relations(), r.Relation):
		return fmt.Errorf("relation: %q: want intersects, touches, within, outside or dwithin", r.Relation)
	case distance && !slices.Contains([]string{fromEdge, fromCentreline, fromPolygon}, r.MeasuredFrom):
		return fmt.Errorf("measured_from: %q: want edge, centreline or polygon", r.MeasuredFrom)
	case !distance && r.MeasuredFrom != "":
		return errors.New("measured_from: belongs to dwithin")
	case r.OverHa != 0 && (r.Relation != Intersects || !(r.OverHa > 0)):
		return errors.New("over_ha: want hectares, more than 0, with intersects")
	}
	if len(r.Cases) == 0 || r.DistanceM != 0 {
		if err := r.checkDistance("", r.DistanceM); err != nil {
			return err
		}
	}
	for i, c := range r.Cases {
		d := c.DistanceM
		if d == 0 {
			d = r.DistanceM
		}
		if err := r.checkDistance(fmt.Sprintf("cases[%d].", i), d); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rule) checkDistance(at string, metres float64) error {
	switch {
	case r.Relation != DWithin && metres != 0:
		return errors.New(at + "distance_m: belongs to dwithin")
	case r.Relation == DWithin && !(metres > 0 && metres <= maxDistanceM):
		return fmt.Errorf("%sdistance_m: %g: want metres, more than 0 and at most %d", at, metres, maxDistanceM)
	}
	return nil
}

// checkSources checks where the words stand and how they were read.
func (r *Rule) checkSources() error {
	if r.Law == "" {
		return errors.New("law: want the official name of the law")
	}
	return checkProvision("", r.Text, r.Verified, r.Mark, r.Source)
}

func checkProvision(at string, text layers.Text, verified bool, mark, source string) error {
	if err := bothLanguages(at+"text", text, true); err != nil {
		return err
	}
	switch {
	case !isMark(mark):
		return fmt.Errorf("%smark: %q: want L, W:host, C, gk or plan, with commas between them", at, mark)
	case verified && slices.Contains(strings.Split(mark, ", "), "gk"):
		return errors.New(at + "verified: what is general knowledge (gk) is not verified")
	case source == "":
		return errors.New(at + "source: want where it was read")
	}
	return nil
}

func (r *Rule) checkCases() error {
	if (r.Verdict == "") == (len(r.Cases) == 0) {
		return errors.New("verdict: want a verdict or cases, and not both")
	}
	if r.Verdict != "" {
		return checkVerdict("", r.Verdict)
	}
	for i, c := range r.Cases {
		at := fmt.Sprintf("cases[%d].", i)
		if c.ID != "" && !isRuleID(c.ID) {
			return fmt.Errorf("%sid: %q: want letters, digits and hyphens, at most 64", at, c.ID)
		}
		if err := checkVerdict(at, c.Verdict); err != nil {
			return err
		}
		if c.Needs != "" && c.When == "" {
			return errors.New(at + "when: want the claim that needs are about")
		}
		if c.Needs == "" && c.Unfit != (layers.Text{}) {
			return errors.New(at + "needs: want what the claim has to agree with")
		}
		if err := bothLanguages(at+"unfit", c.Unfit, c.Needs != ""); err != nil {
			return err
		}
		for name, t := range map[string]layers.Text{"text": c.Text, "requires": c.Requires, "authority": c.Authority} {
			if err := bothLanguages(at+name, t, false); err != nil {
				return err
			}
		}
		if err := checkExemptions(at, c.Exemptions); err != nil {
			return err
		}
		if c.Law == "" && (c.Verified != nil || c.Mark != "" || c.Source != "") {
			return errors.New(at + "law: want the law that verified, mark and source are about")
		}
		if c.Law != "" {
			if c.Verified == nil {
				return errors.New(at + "verified: want true or false for a law of the case's own")
			}
			if err := checkProvision(at, c.Text, *c.Verified, c.Mark, c.Source); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkVerdict(at string, v Verdict) error {
	if !slices.Contains([]Verdict{Prohibited, Restricted, Advisory}, v) {
		return fmt.Errorf("%sverdict: %q: want prohibited, restricted or advisory", at, v)
	}
	return nil
}

func checkExemptions(at string, all []Exemption) error {
	for i, e := range all {
		for name, t := range map[string]layers.Text{"for": e.For, "approval": e.Approval} {
			if err := bothLanguages(fmt.Sprintf("%sexemptions[%d].%s", at, i, name), t, true); err != nil {
				return err
			}
		}
		if err := bothLanguages(fmt.Sprintf("%sexemptions[%d].authority", at, i), e.Authority, false); err != nil {
			return err
		}
	}
	return nil
}

// bothLanguages reports a text that is there in one language only, or not at all.
func bothLanguages(at string, t layers.Text, needed bool) error {
	if t.ZH == "" && (t.EN != "" || needed) {
		return errors.New(at + ".zh: want it in Chinese too")
	}
	if t.EN == "" && (t.ZH != "" || needed) {
		return errors.New(at + ".en: want it in English too")
	}
	return nil
}

func isRuleID(s string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"
	return s != "" && len(s) <= 64 && strings.Trim(s, letters) == "" && s[0] != '-'
}

// isMark reports whether s says how a text was read.
func isMark(s string) bool {
	for _, m := range strings.Split(s, ", ") {
		host, web := strings.CutPrefix(m, "W:")
		if web && (host == "" || strings.ContainsAny(host, ", ")) || !web && !slices.Contains([]string{"L", "C", "gk", "plan"}, m) {
			return false
		}
	}
	return true
}
