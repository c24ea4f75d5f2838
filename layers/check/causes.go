package check

import (
	"encoding/json"
	"fmt"
	"maps"

	"planatlas/layers"
)

// causes knows what two checks were made from.
type causes struct {
	before, now           Answer
	rulesBefore, rulesNow RuleSet
}

// of says why a finding is not the same: the causes that apply, nearest first.
func (c causes) of(f Finding, n *Finding) layers.Text {
	var out layers.Text
	add := func(zh, en string) { out = join(out, layers.Text{ZH: zh, EN: en}) }
	was, is := inForce(c.rulesBefore, f.Rule, c.before.Provenance.Day), inForce(c.rulesNow, f.Rule, c.now.Provenance.Day)
	switch {
	case was == nil && is != nil:
		add("规则 "+f.Rule+" 此前不适用", "rule "+f.Rule+" was not in force before")
	case was != nil && is == nil:
		add("规则 "+f.Rule+" 已不适用", "rule "+f.Rule+" is no longer in force")
	case was != nil && is != nil && was.ValidFrom != is.ValidFrom:
		add("规则 "+f.Rule+" 按日期适用另一版本（"+is.Law+"）", "another version of rule "+f.Rule+" holds on the day ("+is.Law+")")
	case was != nil && is != nil && !sameRule(*was, *is):
		add("规则 "+f.Rule+" 已修改", "rule "+f.Rule+" was changed")
	}
	if n != nil && n.FeatureRevision != f.FeatureRevision {
		add(fmt.Sprintf("要素已更新（版本 %d → %d）", f.FeatureRevision, n.FeatureRevision), fmt.Sprintf("the feature was changed (revision %d to %d)", f.FeatureRevision, n.FeatureRevision))
	} else if a, b := revisionOf(c.before, f.Layer), revisionOf(c.now, f.Layer); a != b {
		add(fmt.Sprintf("图层已更新（版本 %d → %d）", a, b), fmt.Sprintf("the layer was changed (revision %d to %d)", a, b))
	}
	if !maps.Equal(c.before.Project, c.now.Project) {
		add("项目属性不同", "the project's attributes differ")
	}
	if out == (layers.Text{}) {
		switch {
		case c.before.Provenance.CatalogSHA256 != c.now.Provenance.CatalogSHA256:
			add("图层声明或覆盖范围已修改", "the declarations of the layers or the outlines were changed")
		case c.before.Provenance.Software != c.now.Provenance.Software:
			add("软件版本不同", "another version of the software")
		case c.before.Provenance.Day != c.now.Provenance.Day:
			add("检查日期不同：另一些要素有效", "another day: other features are in force")
		default:
			add("原因不明", "the cause is not known")
		}
	}
	return out
}

func revisionOf(a Answer, layer string) int64 {
	for _, l := range a.Layers {
		if l.Layer == layer {
			return l.Revision
		}
	}
	return 0
}

func inForce(set RuleSet, id string, on layers.Day) *Rule {
	for i := range set.Rules {
		if r := &set.Rules[i]; r.ID == id && r.InForce(on.Time()) {
			return r
		}
	}
	return nil
}

func sameRule(a, b Rule) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
