package api_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"planatlas/layers"
)

// TestMapLibreStyles: every layer of a style draws a layer of the tiles, in a colour
// of its declaration; nothing is fetched from elsewhere, and labels only on request.
func TestMapLibreStyles(t *testing.T) {
	s := serve(t)
	type doc struct {
		Version int
		Sources map[string]struct{ Type, URL string }
		Layers  []struct {
			ID, Type, Source string
			SourceLayer      string `json:"source-layer"`
			Paint            map[string]any
		}
		Glyphs, Sprite string
	}
	plan := read[doc](t, s.get(t, "/styles/plan"), http.StatusOK)
	labelled := read[doc](t, s.get(t, "/styles/plan?labels=true"), http.StatusOK)
	if plan.Version != 8 || plan.Glyphs != "" || plan.Sprite != "" || len(labelled.Layers) <= len(plan.Layers) {
		t.Errorf("%d layers, %d with labels", len(plan.Layers), len(labelled.Layers))
	}
	tiles := read[tileJSONDoc](t, s.get(t, plan.Sources["planatlas"].URL), http.StatusOK)
	known, ids := map[string]bool{}, map[string]bool{}
	for _, l := range tiles.VectorLayers {
		known[l.ID] = true
	}
	for _, l := range plan.Layers {
		if ids[l.ID] || l.Type != "background" && !known[l.SourceLayer] || l.Type == "symbol" {
			t.Errorf("%+v", l)
		}
		ids[l.ID] = true
		for name, v := range l.Paint {
			if text, ok := v.(string); strings.HasSuffix(name, "color") && (!ok || !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(text)) {
				t.Errorf("%s: %s is %v", l.ID, name, v)
			}
		}
	}
	for _, l := range s.published() {
		for i := range len(l.Style.Classes) + 1 {
			class := ""
			if i > 0 {
				class = "-" + strconv.Itoa(i)
			}
			if l.HasGeometry() && !ids[l.ID+"-line"+class] && !ids[l.ID+"-circle"+class] {
				t.Errorf("class %d of %s is not drawn", i, l.ID)
			}
		}
	}
	one := read[doc](t, s.get(t, "/styles/ecological_red_lines", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "atlas.example"), http.StatusOK)
	if at := one.Sources["planatlas"].URL; at != "https://atlas.example/tiles/ecological_red_lines.json" {
		t.Errorf("behind a proxy: %s", at)
	}
}

// TestSLD: both versions are well-formed, name every layer and hold its colour.
func TestSLD(t *testing.T) {
	s := serve(t)
	for f, version := range map[string]string{"sld10": "1.0.0", "sld11": "1.1.0"} {
		plan := s.get(t, "/styles/plan?f="+f)
		if got := plan.Header.Get("Content-Type"); got != "application/vnd.ogc.sld+xml;version="+strings.TrimSuffix(version, ".0") {
			t.Errorf("%s: %s", f, got)
		}
		for _, l := range s.published() {
			if !l.HasGeometry() {
				continue
			}
			text := string(s.get(t, "/styles/"+l.ID+"?f="+f).body)
			dashed, stroked := len(l.Style.Dash) > 0, l.May(layers.Lines) || l.May(layers.Areas)
			for _, c := range l.Style.Classes {
				dashed = dashed || len(c.Dash) > 0
				if !strings.Contains(text, "<ogc:PropertyName>"+c.Property+"</ogc:PropertyName><ogc:Literal>"+c.Values[0]+"<") || !strings.Contains(text, c.Casing) || !strings.Contains(text, c.Stroke) {
					t.Errorf("%s as %s does not draw the class %v", l.ID, f, c)
				}
			}
			for d := xml.NewDecoder(strings.NewReader(text)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s %s: %v", l.ID, f, err)
				}
			}
			if !strings.Contains(text, `version="`+version+`"`) || !strings.Contains(text, ">"+l.ID+"<") || !strings.Contains(text, l.Style.Stroke[:7]) || !strings.Contains(string(plan.body), ">"+l.ID+"<") ||
				(l.Style.Hatch != "") != strings.Contains(text, "GraphicFill") || (dashed && stroked) != strings.Contains(text, "stroke-dasharray") || (l.Style.Label != "") != strings.Contains(text, "TextSymbolizer") {
				t.Errorf("%s as %s: style %+v: %s", l.ID, f, l.Style, text)
			}
		}
	}
}
