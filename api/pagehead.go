package api

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"planatlas/layers"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
)

// about is a page that people find by a search: it says what it is about, in words
// and as schema.org has it.
type about interface {
	// Describe says in a sentence or two what the page is about.
	Describe() layers.Text
	// Schema is the page's subject as JSON-LD; at is the page's address.
	Schema(say func(layers.Text) string, at string) map[string]any
}

// Canonical is the address of the page in a language, without what only says how it
// was asked for; in the reader's own language when none is given.
func (v view) Canonical(lang string) string {
	query := url.Values{}
	for name, values := range v.query {
		if name != "f" && name != "lang" {
			query[name] = values
		}
	}
	query.Set("f", "html")
	if lang == "" {
		lang = v.query.Get("lang")
	}
	if lang != "" && lang != "default" {
		query.Set("lang", lang)
	}
	return v.at + "?" + query.Encode()
}

// About is what the page is about, or nil.
func (v view) About() about {
	a, _ := v.Data.(about)
	return a
}

// Summary is the description of the page, short enough for a list of results.
func (v view) Summary() string {
	text := []rune(strings.Join(strings.Fields(v.Text(v.About().Describe())), " "))
	if len(text) > 300 {
		return string(text[:299]) + "…"
	}
	return string(text)
}

// Schema is the page's subject as JSON-LD.
func (v view) Schema() map[string]any {
	m := v.About().Schema(v.Text, v.Canonical(""))
	m["@context"] = "https://schema.org"
	m["inLanguage"] = map[string]any{"zh": "zh-Hans", "en": "en", "": []string{"zh-Hans", "en"}}[v.Lang]
	return m
}

// maxSketched is how many features the map of a layer's page shows, at most.
const maxSketched = 500

// shapes collects what a map shows.
type shapes struct {
	accuracyAt int // place of accuracy_m among the properties; -1 for none
	geoms      []orb.Geometry
	accuracyM  []float64
}

// newShapes makes a sink for rows with these properties.
func newShapes(properties []layers.Property) *shapes {
	return &shapes{accuracyAt: slices.IndexFunc(properties, func(p layers.Property) bool { return p.Name == "accuracy_m" })}
}

// Row takes a feature's shape. What orb cannot hold, such as heights, is left out: the
// page says in words where the feature is.
func (s *shapes) Row(r layers.Row) error {
	if r.Geom == nil {
		return nil
	}
	g, _, err := ewkb.Unmarshal(r.Geom)
	if err != nil || g == nil || g.Bound().IsEmpty() {
		return nil
	}
	accuracy := 0.0
	if s.accuracyAt >= 0 {
		accuracy, _ = strconv.ParseFloat(string(r.Values[s.accuracyAt]), 64) // none is none
	}
	s.geoms = append(s.geoms, g)
	s.accuracyM = append(s.accuracyM, accuracy)
	return nil
}

// bound is the box of all shapes.
func (s *shapes) bound() orb.Bound {
	b := s.geoms[0].Bound()
	for _, g := range s.geoms[1:] {
		b = b.Union(g.Bound())
	}
	return b
}

// mapOf draws shapes of a layer over the city: one feature with what lies around it,
// several with the whole city. It is empty when nothing has a place. What lies around
// is left out when it cannot be read; the log says so.
func (s *server) mapOf(ctx context.Context, l *layers.Layer, shown *shapes, lang string, label layers.Text) template.HTML {
	if len(shown.geoms) == 0 {
		return ""
	}
	outlines, err := s.Reader.Outlines(ctx, s.finestM())
	if err != nil {
		s.Log.WarnContext(ctx, "a map was drawn without the outlines", "error", err)
	}
	box := shown.bound()
	if len(shown.geoms) == 1 {
		box = box.Pad(max(0.05, (box.Max[1]-box.Min[1])*0.4))
	} else if len(outlines) > 0 {
		box = outlines[0].Shape.Geom.Bound()
	}
	base, err := s.Reader.BaseMap(ctx, s.Catalog(), box.Pad(0.3), s.Now())
	if err != nil {
		s.Log.WarnContext(ctx, "a map was drawn without what lies around", "error", err)
	}
	m := newSketch(box)
	m.around(outlines, base)
	for i, g := range shown.geoms {
		accuracy := shown.accuracyM[i]
		if len(shown.geoms) > 1 {
			accuracy = 0 // many circles hide each other
		}
		m.draw(g, l.Style, accuracy)
	}
	m.places(base, func(t layers.Text) string { return oneLanguage(lang, t) })
	return m.html(inLanguage(lang, label))
}

// oneLanguage returns the text in the language, in Chinese when none was asked for.
func oneLanguage(lang string, t layers.Text) string {
	if lang == "en" && t.EN != "" || t.ZH == "" {
		return t.EN
	}
	return t.ZH
}

// schemaBox is an extent as schema.org has it: latitude before longitude.
func schemaBox(b orb.Bound) map[string]any {
	return map[string]any{"@type": "GeoShape", "box": fmt.Sprintf("%.6f %.6f %.6f %.6f", b.Min[1], b.Min[0], b.Max[1], b.Max[0])}
}
