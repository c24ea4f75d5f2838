package api

import (
	"fmt"
	"html/template"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// itemPage is the page of one feature.
type itemPage struct {
	Layer    *layers.Layer
	ID       string
	Facts    []fact
	Geometry string
	Related  []encode.Link
	Files    []encode.Link
	Map      template.HTML
	Bound    *orb.Bound // nil without a place
}

// Value is the value of a property; empty when it has none.
func (p itemPage) Value(property string) string {
	for _, f := range p.Facts {
		if f.Name == property {
			return f.Value
		}
	}
	return ""
}

// Quote is what the plan says of the feature, in its words.
func (p itemPage) Quote() string { return p.Value("plan_quote") }

// Entity is the entity of the plan that the feature is.
func (p itemPage) Entity() string {
	if p.Layer.Inventory {
		return p.ID
	}
	return p.Value("entity")
}

// Name is the feature's name in both languages; its id when it has none.
func (p itemPage) Name() layers.Text {
	name := layers.Text{ZH: p.ID, EN: p.ID}
	if v := p.Value("name_zh"); v != "" {
		name.ZH = v
	}
	if v := p.Value("name_en"); v != "" {
		name.EN = v
	}
	return name
}

// Lead says in a sentence what the feature is, where, and how sure that is.
func (p itemPage) Lead() layers.Text {
	zh, en := []string{p.Layer.Title.ZH}, []string{p.Layer.Title.EN}
	if county := p.Value("county"); county != "" && county != "outside" {
		zh, en = append(zh, county), append(en, county)
	}
	if status, ok := map[string]layers.Text{"existing": {ZH: "现状", EN: "existing"}, "planned": {ZH: "规划", EN: "planned"}, "preliminary": {ZH: "前期研究", EN: "in preliminary study"},
		"upgrade": {ZH: "改造提升", EN: "to be upgraded"}}[p.Value("status")]; ok {
		zh, en = append(zh, status.ZH), append(en, status.EN)
	}
	if industries := p.Value("leading_industries"); industries != "" {
		zh = append(zh, "主导产业:"+industries)
		en = append(en, "leading industries: "+strings.ReplaceAll(p.Value("leading_industries_en"), ";", ","))
	}
	if accuracy := p.Value("accuracy_m"); accuracy != "" {
		zh, en = append(zh, "位置精度约±"+accuracy+"米"), append(en, "position accurate to about ±"+accuracy+" m")
	}
	return layers.Text{ZH: strings.Join(zh, ",") + "。", EN: strings.Join(en, ", ") + "."}
}

// Describe implements about.
func (p itemPage) Describe() layers.Text {
	lead := p.Lead()
	if q := p.Quote(); q != "" {
		lead.ZH += "规划:“" + q + "”"
		lead.EN += " The plan: “" + q + "”"
	}
	return layers.Text{ZH: p.Name().ZH + ":" + lead.ZH, EN: p.Name().EN + ": " + lead.EN}
}

// Schema implements about: a place, or for records a thing that was written.
func (p itemPage) Schema(say func(layers.Text) string, at string) map[string]any {
	m := map[string]any{"@type": "CreativeWork", "name": say(p.Name()), "description": say(p.Describe()), "url": at, "identifier": p.Layer.ID + "/" + p.ID}
	if p.Layer.HasGeometry() {
		m["@type"] = "Place"
		m["alternateName"] = []string{p.Name().ZH, p.Name().EN}
	}
	if b := p.Bound; b != nil {
		m["geo"] = schemaBox(*b)
		if b.Min == b.Max {
			m["geo"] = map[string]any{"@type": "GeoCoordinates", "latitude": fmt.Sprintf("%.6f", b.Min[1]), "longitude": fmt.Sprintf("%.6f", b.Min[0])}
		}
	}
	return m
}
