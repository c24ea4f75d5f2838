package api

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"
)

// planStyle is the id of the style of the whole plan; those of the layers have the
// ids of their layers.
const planStyle = "plan"

const (
	typeMapLibre = "application/vnd.mapbox.style+json"
	typeSLD10    = "application/vnd.ogc.sld+xml;version=1.0"
	typeSLD11    = "application/vnd.ogc.sld+xml;version=1.1"
)

// styleInfo is a style in the list of styles.
type styleInfo struct {
	ID    string        `json:"id"`
	Title string        `json:"title"`
	Links []encode.Link `json:"links"`

	Text layers.Text `json:"-"`
}

// styleList is the resource /styles (in the form of OGC API - Styles, a draft).
func (s *server) styleList(w *response, req *http.Request) error {
	list := []styleInfo{s.styleInfo(req, planStyle, layers.Text{ZH: "整个规划", EN: "The whole plan"}, nil)}
	for _, l := range s.Catalog().Layers {
		if l.HasGeometry() {
			list = append(list, s.styleInfo(req, l.ID, l.Title, l))
		}
	}
	return s.styleLists(w, req, "/styles", planStyle, list)
}

// collectionStyles lists the styles of a collection.
func (s *server) collectionStyles(w *response, req *http.Request) error {
	l, err := s.drawn(req)
	if err != nil {
		return err
	}
	return s.styleLists(w, req, collectionPath(l)+"/styles", l.ID, []styleInfo{s.styleInfo(req, l.ID, l.Title, l)})
}

func (s *server) styleLists(w *response, req *http.Request, path, byDefault string, list []styleInfo) error {
	if w.format == "html" {
		return s.page(w, req, "styles", list)
	}
	sayLanguage(w.Header(), language(req))
	return w.json(typeJSON, object{"default": byDefault, "styles": list, "links": selfAndPage(req, path)})
}

func (s *server) styleInfo(req *http.Request, id string, title layers.Text, l *layers.Layer) styleInfo {
	at := base(req) + "/styles/" + id
	links := []encode.Link{{Href: at + "?f=mapbox", Rel: "stylesheet", Type: typeMapLibre, Title: "MapLibre"},
		{Href: at + "?f=sld11", Rel: "stylesheet", Type: typeSLD11, Title: "SLD 1.1"},
		{Href: at + "?f=sld10", Rel: "stylesheet", Type: typeSLD10, Title: "SLD 1.0"}}
	if l != nil && s.held == nil {
		links = append(links, encode.Link{Href: base(req) + collectionPath(l), Rel: "collection", Type: typeJSON, Title: l.Title.EN})
	}
	return styleInfo{ID: id, Title: inLanguage(language(req), title), Links: links, Text: title}
}

// style is one style: a MapLibre style document or an SLD.
func (s *server) style(w *response, req *http.Request) error {
	id, err := pathValue(req, "style")
	if err != nil {
		return err
	}
	ls, title := s.planLayers(), layers.Text{ZH: "规划图集", EN: "planatlas"}
	if id != planStyle {
		l, err := s.Catalog().Layer(id)
		if err != nil || !l.HasGeometry() {
			return fmt.Errorf("style %q (they are listed at /styles): %w", id, layers.ErrNotFound)
		}
		ls, title = []*layers.Layer{l}, l.Title
	}
	labels, err := parseBool("labels", req.URL.Query().Get("labels"))
	if err != nil {
		return err
	}
	lang := language(req)
	switch w.format {
	case "sld10", "sld11":
		b, err := sld(ls, w.format == "sld11", lang)
		if err != nil {
			return err
		}
		return w.document(map[string]string{"sld10": typeSLD10, "sld11": typeSLD11}[w.format], b)
	}
	sayLanguage(w.Header(), lang)
	return w.json(typeMapLibre, s.mapLibre(req, ls, inLanguage(lang, title), labels))
}

func parseBool(param, text string) (bool, error) {
	if text == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil || text != "true" && text != "false" {
		return false, &layers.InputError{Param: param, Value: text, Want: "true or false"}
	}
	return b, nil
}

// mapLibre writes a style document of the MapLibre Style Specification, version 8.
// It fetches nothing but the tiles of the service. Labels need glyphs, which the
// service has not: they are written when they are asked for, for clients that draw
// them with fonts of their own (QGIS, OpenLayers, MapLibre with local glyphs).
func (s *server) mapLibre(req *http.Request, ls []*layers.Layer, name string, labels bool) object {
	source, drawn := object{"type": "vector", "tiles": []string{}}, []object{{"id": "background", "type": "background", "paint": object{"background-color": "#faf7ef"}}}
	if len(ls) > 0 {
		source = object{"type": "vector", "url": base(req) + "/tiles/" + idList(ls) + ".json"}
	}
	for _, l := range ls {
		for _, p := range partsOf(l) {
			drawn = append(drawn, shapeLayers(l, p)...)
		}
	}
	for _, l := range ls {
		if labels && l.Style.Label != "" {
			drawn = append(drawn, labelLayer(l))
		}
	}
	return object{"version": 8, "name": name, "sources": object{"planatlas": source}, "layers": drawn}
}

// part is the part of a layer that is drawn in one way: the features of a class of
// its style, or those of no class.
type part struct {
	name   string // added to the names of what draws it
	title  layers.Text
	look   look
	in     *layers.StyleClass
	before []layers.StyleClass // whose features are not in it
}

// partsOf parts a layer by the classes of its style, of which the first that fits
// counts; the rest is drawn first.
func partsOf(l *layers.Layer) []part {
	out := []part{{title: l.Title, look: lookOf(l.Style), before: l.Style.Classes}}
	for i, c := range l.Style.Classes {
		st := l.Style
		st.Stroke, st.Fill, st.Width = cmp.Or(c.Stroke, st.Stroke), cmp.Or(c.Fill, st.Fill), cmp.Or(c.Width, st.Width)
		if c.Dash != nil {
			st.Dash = c.Dash
		}
		k := lookOf(st)
		k.casing, _ = colour(c.Casing)
		out = append(out, part{name: "-" + strconv.Itoa(i+1), title: c.Title, look: k, in: &c, before: l.Style.Classes[:i]})
	}
	return out
}

// filter is the condition of a part on shapes of a type, in expressions that QGIS
// knows too.
func (p part) filter(shape []any) []any {
	all := []any{"all", shape}
	if p.in != nil {
		some := []any{"any"}
		for _, v := range p.in.Values {
			some = append(some, []any{"==", []any{"get", p.in.Property}, v})
		}
		all = append(all, some)
	}
	for _, c := range p.before {
		for _, v := range c.Values {
			all = append(all, []any{"!=", []any{"get", c.Property}, v})
		}
	}
	if len(all) == 2 {
		return shape
	}
	return all
}

// shapeLayers draw the areas, lines and points of a part of a layer, as far as it can
// have them.
func shapeLayers(l *layers.Layer, p part) (out []object) {
	st := p.look
	add := func(kind, name string, shape []any, paint object, layout object) {
		one := object{"id": l.ID + "-" + name + p.name, "type": kind, "source": "planatlas", "source-layer": l.ID, "paint": paint,
			"filter": p.filter(shape), "metadata": object{"planatlas:title": p.title, "planatlas:hatch": l.Style.Hatch}}
		if len(layout) > 0 {
			one["layout"] = layout
		}
		zoomRange(one, l)
		out = append(out, one)
	}
	if l.May(layers.Areas) && st.fill != "" {
		add("fill", "fill", []any{"==", []any{"geometry-type"}, "Polygon"}, object{"fill-color": st.fill, "fill-opacity": st.fillOpacity}, nil)
	}
	if l.May(layers.Areas) || l.May(layers.Lines) {
		paint := object{"line-color": st.stroke, "line-opacity": st.strokeOpacity, "line-width": st.width}
		if dash := st.dashInWidths(); dash != nil {
			paint["line-dasharray"] = dash
		}
		shape := []any{"==", []any{"geometry-type"}, "LineString"}
		if l.May(layers.Areas) { // an outline is a line too
			shape = []any{"!=", []any{"geometry-type"}, "Point"}
		}
		if st.casing != "" {
			add("line", "casing", shape, object{"line-color": st.casing, "line-width": st.width + casingWidth}, object{"line-join": "round"})
		}
		add("line", "line", shape, paint, object{"line-join": "round"})
	}
	if l.May(layers.Points) {
		add("circle", "circle", []any{"==", []any{"geometry-type"}, "Point"}, object{"circle-color": st.point, "circle-radius": st.radius(), "circle-stroke-color": st.pointStroke, "circle-stroke-width": pointStrokeWidth}, nil)
	}
	return out
}

// zoomRange limits a layer of a style to the zooms of its declaration. Those of a
// style end before its maxzoom.
func zoomRange(one object, l *layers.Layer) {
	if from := l.Style.Zoom[0]; from > 0 {
		one["minzoom"] = from
	}
	if to := l.Style.Zoom[1]; to > 0 && to < maxTileZoom {
		one["maxzoom"] = to + 1
	}
}

func labelLayer(l *layers.Layer) object {
	one := object{"id": l.ID + "-label", "type": "symbol", "source": "planatlas", "source-layer": l.ID,
		"layout": object{"text-field": []any{"get", l.Style.Label}, "text-size": labelSize, "text-font": []string{"Noto Sans CJK SC Regular"}, "text-offset": []float64{0, -1}},
		"paint":  object{"text-color": lookOf(l.Style).stroke, "text-halo-color": "#ffffff", "text-halo-width": 1.5}}
	if !l.May(layers.Areas) && !l.May(layers.Points) {
		one["layout"].(object)["symbol-placement"] = "line"
	}
	zoomRange(one, l)
	return one
}

// How points and labels look, in pixels.
const (
	pointStrokeWidth = 1.5
	casingWidth      = 2 // both sides together
	labelSize        = 12
)

// look is the style of a layer with colours and opacities apart.
type look struct {
	stroke, fill               string // #rrggbb; fill is empty when there is none
	strokeOpacity, fillOpacity float64
	width                      float64
	dash                       []float64 // pixels
	hatch, casing              string
	point, pointStroke         string
}

// lookOf reads a style of a declaration, as the web map does.
func lookOf(st layers.Style) look {
	k := look{width: st.Width, dash: st.Dash, hatch: st.Hatch}
	if k.width == 0 {
		k.width = 1.5
	}
	k.stroke, k.strokeOpacity = colour(st.Stroke)
	if k.stroke == "" {
		k.stroke, k.strokeOpacity = "#5b5f63", 1
	}
	k.fill, k.fillOpacity = colour(st.Fill)
	k.point, k.pointStroke = k.stroke, "#ffffff"
	if k.fill != "" {
		k.point, k.pointStroke = k.fill, k.stroke
	}
	return k
}

func (k look) radius() float64 { return 4 + k.width/2 }

// dashInWidths gives dashes in widths of the line, as MapLibre counts them.
func (k look) dashInWidths() (out []float64) {
	for _, d := range k.dash {
		out = append(out, math.Round(d/k.width*100)/100)
	}
	return out
}

// colour parts #rrggbb or #rrggbbaa into colour and opacity; "" for anything else.
func colour(text string) (rgb string, opacity float64) {
	digits, ok := strings.CutPrefix(text, "#")
	if !ok || len(digits) != 6 && len(digits) != 8 {
		return "", 0
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return "", 0
	}
	if len(digits) == 6 {
		return text, 1
	}
	return text[:7], math.Round(float64(n&255)/255*1000) / 1000
}
