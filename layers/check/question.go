package check

import (
	"cmp"
	"slices"
	"strings"
)

// outcome is what a rule would come to under one of its cases.
type outcome struct {
	finding Finding
	fires   bool
}

// verdicts are the verdict of the outcome and what it counts as.
func (o outcome) verdicts() [2]Verdict {
	if !o.fires {
		return [2]Verdict{AllClear, AllClear}
	}
	return [2]Verdict{o.finding.Verdict, o.finding.Counts}
}

// ask is what one finding has to know of the project.
type ask struct {
	rule       string
	conditions                 // of the rule
	needed     []string        // those that were not said and decide
	possible   []possibility   // that are left
	outcomes   map[int]outcome // by case
}

// decide looks at every case that is still possible. When they all come to the
// same, that is the finding. Otherwise it is the mildest, at most advice when
// nothing may come of it, and what decides is asked; the check cannot pass while a
// reply could make it worse.
func (j *judgement) decide(rule *Rule, possible []possibility, judge func(under *Rule) (Finding, bool)) (Finding, bool) {
	if len(possible) == 0 {
		return Finding{}, false
	}
	if one := possible[0].chosen; !slices.ContainsFunc(possible, func(p possibility) bool { return p.chosen != one }) {
		if one == nothing {
			return Finding{}, false
		}
		out, fires := judge(j.under(rule, one))
		if fires {
			out.refuse(rule, possible)
		}
		return out, fires
	}
	a := ask{rule: rule.ID, conditions: rule.conditions, possible: possible, outcomes: map[int]outcome{}}
	var mildest *outcome
	verdicts := map[[2]Verdict]bool{}
	worst := AllClear
	for _, p := range possible {
		if _, done := a.outcomes[p.chosen]; done {
			continue
		}
		var o outcome
		if p.chosen != nothing {
			o.finding, o.fires = judge(j.under(rule, p.chosen))
		}
		a.outcomes[p.chosen] = o
		verdicts[o.verdicts()] = true
		if !o.fires {
			continue
		}
		worst = worse(worst, o.finding.Counts)
		if mildest == nil || milder(o.finding, mildest.finding) {
			mildest = &o
		}
	}
	if mildest == nil {
		return Finding{}, false
	}
	out := mildest.finding
	out.refuse(rule, possible)
	if len(verdicts) == 1 {
		return out, true
	}
	if verdicts[outcome{}.verdicts()] {
		out.Verdict, out.Counts = Advisory, atMost(out.Counts, Advisory)
	}
	if worst.Severity() < out.Counts.Severity() && worst.Severity() <= Incomplete.Severity() {
		j.Verdict = worse(j.Verdict, Incomplete)
	}
	a.needed = a.decisive()
	out.DependsOn = a.needed
	var zh, en []string
	for _, name := range a.needed {
		attribute, _ := attribute(name)
		zh, en = append(zh, attribute.Title.ZH), append(en, attribute.Title.EN)
	}
	out.note("depends", "结论取决于未说明的项目情况："+strings.Join(zh, "、"), "it depends on what was not said of the project: "+strings.Join(en, ", "))
	j.asks = append(j.asks, a)
	return out, true
}

// refuse says of each claim that would have softened the verdict, and lacks what it
// needs whatever else is replied, why it does not count.
func (out *Finding) refuse(rule *Rule, possible []possibility) {
	for i, c := range rule.Cases {
		if c.Needs != "" && !slices.ContainsFunc(possible, func(p possibility) bool { return !slices.Contains(p.refused, i) }) {
			out.note("claim", c.Unfit.ZH, c.Unfit.EN)
		}
	}
}

// milder orders findings of one rule: what counts for less, then the lesser
// verdict, then the smaller distance, which all cases share.
func milder(a, b Finding) bool {
	return cmp.Or(cmp.Compare(b.Counts.Severity(), a.Counts.Severity()), cmp.Compare(b.Verdict.Severity(), a.Verdict.Severity()),
		cmp.Compare(a.ThresholdM, b.ThresholdM)) < 0
}

// decisive returns the attributes that make a difference: two sets of replies that
// agree in all others come to different things.
func (a ask) decisive() []string {
	kinds, bit := map[[2]Verdict]uint64{}, map[int]uint64{} // a bit for what each case comes to
	for chosen, o := range a.outcomes {
		v := o.verdicts()
		if kinds[v] == 0 {
			kinds[v] = 1 << len(kinds)
		}
		bit[chosen] = kinds[v]
	}
	var out []string
	for i, name := range a.attributes {
		comes := map[[2]int]uint64{} // by the other replies and the reply, what comes of it
		for _, p := range a.possible {
			comes[[2]int{a.others(i, p), p.at[i]}] |= bit[p.chosen]
		}
		first := map[int]uint64{}
		for key, what := range comes {
			if was, seen := first[key[0]]; seen && was != what {
				out = append(out, name)
				break
			}
			first[key[0]] = what
		}
	}
	return out
}

// others names the replies but that of attribute i and of those that have no
// meaning without it.
func (a ask) others(i int, p possibility) (sum int) {
	for k, at := range p.at {
		if k != i && a.of[k] != a.attributes[i] {
			sum += at
		}
	}
	return sum
}

// questions gathers what findings ask, in their order. A reply may
// say more than it was asked for: a linear project is no building.
func questions(asks []ask, b bonds) []Question {
	var out []Question
	for _, attribute := range b.attributes {
		q := Question{Attribute: attribute.Name, Text: attribute.Question}
		for _, a := range asks {
			if slices.Contains(a.needed, attribute.Name) && !slices.Contains(q.Rules, a.rule) {
				q.Rules = append(q.Rules, a.rule)
			}
		}
		if len(q.Rules) == 0 {
			continue
		}
		slices.Sort(q.Rules)
		for _, v := range attribute.values() {
			if reply, possible := whatThen(asks, attribute, v, b); possible {
				q.Replies = append(q.Replies, reply)
			}
		}
		out = append(out, q)
	}
	return out
}

// whatThen says what a reply would mean, and whether it is possible.
func whatThen(asks []ask, attribute Attribute, v any, b bonds) (Reply, bool) {
	reply := Reply{Value: v, Title: attribute.title(v), Verdict: AllClear, Counts: AllClear, AtBest: AllClear}
	said, possible := b.implied(Project{attribute.Name: v}), false
	for _, a := range asks {
		left := a.after(said)
		asked := slices.Contains(a.needed, attribute.Name)
		if len(left) == 0 || !asked && len(left) == len(a.comesTo(a.possible)) {
			continue // it does not bear on it
		}
		possible = possible || asked
		best := left[0][0]
		for _, o := range left {
			reply.Verdict, reply.Counts = worse(reply.Verdict, o[0]), worse(reply.Counts, o[1])
			best = atMost(best, o[0])
		}
		reply.AtBest = worse(reply.AtBest, best)
	}
	return reply, possible
}

// after returns what can come of it once that was said.
func (a ask) after(reply said) [][2]Verdict {
	var left []possibility
	for _, p := range a.possible {
		agrees := true
		for i, name := range a.attributes {
			v := reply.values[name]
			agrees = agrees && (v == nil || a.same[i][v] == p.replies[i]) && !slices.Contains(reply.not[name], p.replies[i])
		}
		if agrees {
			left = append(left, p)
		}
	}
	return a.comesTo(left)
}

// comesTo returns what the sets of replies come to, each once.
func (a ask) comesTo(possible []possibility) (out [][2]Verdict) {
	for _, p := range possible {
		if v := a.outcomes[p.chosen].verdicts(); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
