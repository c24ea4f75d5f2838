package encode

import (
	"fmt"
	"io"
	"unicode/utf8"

	"planatlas/layers"
)

// KML writes a document of placemarks (OGC 12-007r2) in CRS84. The properties
// and the id are typed data of a schema; the days in force are a time span.
type KML struct {
	output
	view  View
	begun bool
}

// NewKML returns an encoder of the view's features.
func NewKML(w io.Writer, v View) *KML { return &KML{output: newOutput(w, v), view: v} }

func (k *KML) begin() {
	k.begun = true
	l := k.view.Layer
	k.buf = append(k.buf, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<kml xmlns="http://www.opengis.net/kml/2.2"><Document id="root_doc"><Schema name="`...)
	k.buf = append(append(append(append(k.buf, l.ID...), `" id="`...), l.ID...), `">`...)
	k.buf = append(k.buf, `<SimpleField name="id" type="string"/>`...)
	for _, p := range k.view.Properties {
		k.buf = append(append(append(k.buf, `<SimpleField name="`...), xmlText(p.Name)...), `" type="`...)
		k.buf = append(append(append(k.buf, kmlType(p.Type)...), `"><displayName>`...), xmlText(p.Title.ZH+" "+p.Title.EN)...)
		k.buf = append(k.buf, `</displayName></SimpleField>`...)
	}
	k.buf = append(append(append(k.buf, `</Schema><Folder><name>`...), l.ID...), "</name>\n"...)
}

// kmlType is the type of a field of a schema. Whole numbers may have 64 bits,
// which int has not.
func kmlType(t layers.PropertyType) string {
	switch t {
	case layers.Number:
		return "double"
	case layers.Boolean:
		return "bool"
	}
	return "string"
}

// Row writes one feature.
func (k *KML) Row(r layers.Row) (err error) {
	if !k.begun {
		k.begin()
	}
	k.buf = append(k.buf, "<Placemark>"...)
	for i, p := range k.view.Properties {
		if p.Name == "name_zh" && r.Values[i] != nil {
			k.buf = append(appendXML(append(k.buf, "<name>"...), r.Values[i]), "</name>"...)
		}
	}
	k.span(r)
	k.buf = append(append(append(k.buf, `<ExtendedData><SchemaData schemaUrl="#`...), k.view.Layer.ID...), `">`...)
	k.data("id", layers.String, r.ID)
	for i, p := range k.view.Properties {
		if r.Values[i] != nil {
			k.data(p.Name, p.Type, r.Values[i])
		}
	}
	k.buf = append(k.buf, "</SchemaData></ExtendedData>"...)
	if r.Geom != nil {
		g := kmlGeometry{dst: k.buf, decimals: k.view.Decimals}
		if g.wkb, err = openWKB(r.Geom); err != nil {
			return fmt.Errorf("feature %s: %w", r.ID, err)
		}
		g.geometry()
		k.buf = g.dst
	}
	k.buf = append(k.buf, "</Placemark>\n"...)
	return k.flush(flushSize)
}

// span writes the days in force.
func (k *KML) span(r layers.Row) {
	mark := len(k.buf)
	k.buf = append(k.buf, "<TimeSpan>"...)
	empty := len(k.buf)
	for _, end := range [...]struct{ property, tag string }{{"valid_from", "begin"}, {"valid_to", "end"}} {
		for i, p := range k.view.Properties {
			if p.Name == end.property && len(r.Values[i]) == len("2006-01-02") {
				k.buf = append(append(append(k.buf, '<'), end.tag...), '>')
				k.buf = append(appendXML(k.buf, r.Values[i]), "</"...)
				k.buf = append(append(k.buf, end.tag...), '>')
			}
		}
	}
	if len(k.buf) == empty {
		k.buf = k.buf[:mark]
		return
	}
	k.buf = append(k.buf, "</TimeSpan>"...)
}

func (k *KML) data(name string, kind layers.PropertyType, v []byte) {
	k.buf = append(appendXML(append(k.buf, `<SimpleData name="`...), []byte(name)), `">`...)
	if kind == layers.Boolean { // 1 or 0, which every reader of XML Schema's booleans knows
		k.buf = append(k.buf, map[bool]byte{true: '1', false: '0'}[v[0] == 't'])
	} else {
		k.buf = appendXML(k.buf, v)
	}
	k.buf = append(k.buf, "</SimpleData>"...)
}

// Close writes the end of the document.
func (k *KML) Close(End) error {
	if !k.begun {
		k.begin()
	}
	k.buf = append(k.buf, "</Folder></Document></kml>\n"...)
	return k.flush(0)
}

// kmlGeometry writes geometries as KML has them.
type kmlGeometry struct {
	wkb
	dst      []byte
	decimals int
}

func (g *kmlGeometry) geometry() {
	kind, stride := g.head()
	switch kind {
	case point:
		x, y, empty := g.point(stride)
		if empty {
			g.tag("<MultiGeometry></MultiGeometry>")
			return
		}
		g.tag("<Point><coordinates>")
		g.position(x, y)
		g.tag("</coordinates></Point>")
	case lineString:
		g.tag("<LineString>")
		g.line(stride)
		g.tag("</LineString>")
	case polygon:
		g.tag("<Polygon>")
		for i := range g.uint32() {
			name := "innerBoundaryIs>"
			if i == 0 {
				name = "outerBoundaryIs>"
			}
			g.tag("<" + name + "<LinearRing>")
			g.line(stride)
			g.tag("</LinearRing></" + name)
		}
		g.tag("</Polygon>")
	default:
		g.tag("<MultiGeometry>")
		n, big := g.uint32(), g.big
		for range n {
			g.geometry()
			g.big = big
		}
		g.tag("</MultiGeometry>")
	}
}

func (g *kmlGeometry) tag(s string) { g.dst = append(g.dst, s...) }

func (g *kmlGeometry) line(stride int) {
	g.tag("<coordinates>")
	for i := range g.uint32() {
		if i > 0 {
			g.dst = append(g.dst, ' ')
		}
		x, y := g.xy(stride)
		g.position(x, y)
	}
	g.tag("</coordinates>")
}

func (g *kmlGeometry) position(x, y float64) {
	g.dst = coordinate(append(coordinate(g.dst, x, g.decimals), ','), y, g.decimals)
}

func xmlText(s string) []byte { return appendXML(nil, []byte(s)) }

// appendXML appends a text of XML. What XML 1.0 cannot hold is replaced.
func appendXML(dst, s []byte) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		s = s[n:]
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		case r == '\r':
			dst = append(dst, "&#13;"...)
		case r < 0x20 && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff:
			dst = utf8.AppendRune(dst, utf8.RuneError)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
