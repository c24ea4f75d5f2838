package api

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"

	"planatlas/layers"
)

// sld writes Styled Layer Descriptors: 1.0.0 (OGC 02-070), or 1.1.0 (05-078r4) with
// Symbology Encoding (05-077r4). Both use the names of hatches that QGIS and
// GeoServer know.
func sld(ls []*layers.Layer, symbology bool, lang string) ([]byte, error) {
	d := sldDocument{se: "sld", parameter: "CssParameter"}
	version, namespaces := "1.0.0", ""
	if symbology {
		d.se, d.parameter, version, namespaces = "se", "SvgParameter", "1.1.0", ` xmlns:se="http://www.opengis.net/se"`
	}
	fmt.Fprintf(&d.out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<sld:StyledLayerDescriptor version="%s" xmlns:sld="http://www.opengis.net/sld"%s xmlns:ogc="http://www.opengis.net/ogc" xmlns:xlink="http://www.w3.org/1999/xlink">`+"\n", version, namespaces)
	for _, l := range ls {
		d.layer(l, symbology, lang)
	}
	d.out.WriteString("</sld:StyledLayerDescriptor>\n")
	return []byte(d.out.String()), d.err
}

// sldDocument is a document that is being written.
type sldDocument struct {
	out       strings.Builder
	se        string // prefix of what Symbology Encoding defines
	parameter string // name of the element of a stroke's or a fill's parameter
	err       error
}

// open, shut and text write elements of Symbology Encoding.
func (d *sldDocument) open(names ...string) {
	for _, n := range names {
		fmt.Fprintf(&d.out, "<%s:%s>", d.se, n)
	}
}

func (d *sldDocument) shut(names ...string) {
	for _, n := range names {
		fmt.Fprintf(&d.out, "</%s:%s>", d.se, n)
	}
	d.out.WriteByte('\n')
}

func (d *sldDocument) text(name, value string) {
	fmt.Fprintf(&d.out, "<%s:%s>%s</%s:%s>", d.se, name, d.escape(value), d.se, name)
}

func (d *sldDocument) set(name, value string) {
	fmt.Fprintf(&d.out, `<%s:%s name="%s">%s</%s:%s>`, d.se, d.parameter, name, d.escape(value), d.se, d.parameter)
}

func (d *sldDocument) escape(s string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(s)); err != nil {
		d.err = err
	}
	return out.String()
}

func (d *sldDocument) layer(l *layers.Layer, symbology bool, lang string) {
	name := fmt.Sprintf("<%s:Name>%s</%s:Name>", d.se, d.escape(l.ID), d.se)
	d.out.WriteString("<sld:NamedLayer>" + name + "<sld:UserStyle>" + name)
	title := inLanguage(lang, l.Title)
	if symbology {
		d.open("Description")
		d.text("Title", title)
		d.shut("Description")
	} else {
		d.text("Title", title)
	}
	d.open("FeatureTypeStyle")
	for _, p := range partsOf(l) {
		for _, kind := range []layers.ShapeKind{layers.Areas, layers.Lines, layers.Points} {
			if l.May(kind) {
				d.rule(l, p, kind)
			}
		}
	}
	if l.Style.Label != "" {
		d.label(l)
	}
	d.shut("FeatureTypeStyle")
	d.out.WriteString("</sld:UserStyle></sld:NamedLayer>\n")
}

// rule draws one kind of shape of a part of a layer. A layer that mixes them has a
// rule for each.
func (d *sldDocument) rule(l *layers.Layer, p part, kind layers.ShapeKind) {
	k := p.look
	d.open("Rule")
	d.text("Name", l.ID+p.name+" "+string(kind))
	d.filter(l, p, kind)
	d.scales(l)
	switch kind {
	case layers.Areas:
		if k.fill != "" {
			d.open("PolygonSymbolizer", "Fill")
			d.set("fill", k.fill)
			d.set("fill-opacity", decimal(k.fillOpacity))
			d.shut("Fill", "PolygonSymbolizer")
		}
		d.hatch(k)
		d.open("PolygonSymbolizer")
		d.stroke(k)
		d.shut("PolygonSymbolizer")
	case layers.Lines:
		if k.casing != "" {
			d.open("LineSymbolizer")
			d.stroke(look{stroke: k.casing, width: k.width + casingWidth, strokeOpacity: 1})
			d.shut("LineSymbolizer")
		}
		d.open("LineSymbolizer")
		d.stroke(k)
		d.shut("LineSymbolizer")
	case layers.Points:
		d.open("PointSymbolizer", "Graphic", "Mark")
		d.text("WellKnownName", "circle")
		d.open("Fill")
		d.set("fill", k.point)
		d.shut("Fill")
		d.open("Stroke")
		d.set("stroke", k.pointStroke)
		d.set("stroke-width", decimal(pointStrokeWidth))
		d.shut("Stroke", "Mark")
		d.text("Size", decimal(2*k.radius()))
		d.shut("Graphic", "PointSymbolizer")
	}
	d.shut("Rule")
}

// filter holds a rule to a part of the layer, and to shapes of one kind where it mixes
// them. There is no standard function for these; the names are those of QGIS.
func (d *sldDocument) filter(l *layers.Layer, p part, kind layers.ShapeKind) {
	var all []string
	if l.Geometry == "Geometry" {
		name := map[layers.ShapeKind]string{layers.Points: "Point", layers.Lines: "Line", layers.Areas: "Polygon"}[kind]
		all = append(all, d.equal(`<ogc:Function name="geometry_type"><ogc:Function name="$geometry"/></ogc:Function>`, name))
	}
	if p.in != nil {
		all = append(all, d.oneOf(*p.in))
	}
	for _, c := range p.before {
		all = append(all, "<ogc:Not>"+d.oneOf(c)+"</ogc:Not>")
	}
	if len(all) > 0 {
		d.out.WriteString("<ogc:Filter>" + joined("And", all) + "</ogc:Filter>\n")
	}
}

func (d *sldDocument) equal(expression, value string) string {
	return "<ogc:PropertyIsEqualTo>" + expression + "<ogc:Literal>" + d.escape(value) + "</ogc:Literal></ogc:PropertyIsEqualTo>"
}

func (d *sldDocument) oneOf(c layers.StyleClass) string {
	var some []string
	for _, v := range c.Values {
		some = append(some, d.equal("<ogc:PropertyName>"+d.escape(c.Property)+"</ogc:PropertyName>", v))
	}
	return joined("Or", some)
}

// joined joins conditions by And or Or, which take two or more.
func joined(operator string, conditions []string) string {
	if len(conditions) == 1 {
		return conditions[0]
	}
	return "<ogc:" + operator + ">" + strings.Join(conditions, "") + "</ogc:" + operator + ">"
}

func (d *sldDocument) stroke(k look) {
	d.open("Stroke")
	d.set("stroke", k.stroke)
	d.set("stroke-width", decimal(k.width))
	if k.strokeOpacity < 1 {
		d.set("stroke-opacity", decimal(k.strokeOpacity))
	}
	if len(k.dash) > 0 {
		var lengths []string
		for _, n := range k.dash {
			lengths = append(lengths, decimal(n))
		}
		d.set("stroke-dasharray", strings.Join(lengths, " "))
	}
	d.set("stroke-linejoin", "round")
	d.shut("Stroke")
}

// hatch fills with lines or dots a few pixels apart.
func (d *sldDocument) hatch(k look) {
	name, ok := map[string]string{"diagonal": "slash", "back": "backslash", "horizontal": "horline", "vertical": "line", "cross": "x", "dots": "circle"}[k.hatch]
	if !ok {
		return
	}
	d.open("PolygonSymbolizer", "Fill", "GraphicFill", "Graphic", "Mark")
	d.text("WellKnownName", name)
	d.open("Stroke")
	d.set("stroke", k.stroke)
	d.set("stroke-width", "1")
	d.shut("Stroke", "Mark")
	d.text("Size", decimal(hatchStep))
	d.shut("Graphic", "GraphicFill", "Fill", "PolygonSymbolizer")
}

const hatchStep = 8 // pixels between the lines of a hatch

func (d *sldDocument) label(l *layers.Layer) {
	d.open("Rule")
	d.text("Name", l.ID+" label")
	d.scales(l)
	d.open("TextSymbolizer", "Label")
	d.out.WriteString("<ogc:PropertyName>" + d.escape(l.Style.Label) + "</ogc:PropertyName>")
	d.shut("Label")
	d.open("Font")
	d.set("font-family", "Noto Sans CJK SC")
	d.set("font-size", strconv.Itoa(labelSize))
	d.shut("Font")
	d.open("Halo")
	d.text("Radius", "1.5")
	d.open("Fill")
	d.set("fill", "#ffffff")
	d.shut("Fill", "Halo")
	d.open("Fill")
	d.set("fill", lookOf(l.Style).stroke)
	d.shut("Fill", "TextSymbolizer", "Rule")
}

// scales limits a rule to the zooms of the declaration.
func (d *sldDocument) scales(l *layers.Layer) {
	if to := l.Style.Zoom[1]; to > 0 && to < maxTileZoom {
		d.text("MinScaleDenominator", decimal(scaleOf(to)/math.Sqrt2))
	}
	if from := l.Style.Zoom[0]; from > 0 {
		d.text("MaxScaleDenominator", decimal(scaleOf(from)*math.Sqrt2))
	}
}

// scaleOf is the denominator of the scale of a zoom, for pixels of 0.28 mm.
func scaleOf(zoom int) float64 { return 559082264.0287178 / math.Exp2(float64(zoom)) }

func decimal(v float64) string { return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64) }
