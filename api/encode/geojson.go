package encode

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"planatlas/layers"
)

// GeoJSON writes a feature collection (RFC 7946 with the members of OGC API -
// Features). Coordinates are in the view's CRS and axis order; RFC 7946 itself
// knows CRS84 alone.
type GeoJSON struct {
	output
	keys     []key
	decimals int
	n        int
}

// key is a property's name as it stands in the output, and how to write values.
type key struct {
	text []byte // ,"name":
	kind layers.PropertyType
}

// NewGeoJSON returns an encoder of the view's features.
func NewGeoJSON(w io.Writer, v View) *GeoJSON {
	g := &GeoJSON{output: newOutput(w, v), decimals: v.Decimals}
	g.keys = make([]key, len(v.Properties))
	texts := make([]byte, 0, 16*len(v.Properties)) // one piece of memory for most
	for i, p := range v.Properties {
		from := len(texts)
		if i > 0 {
			texts = append(texts, ',')
		}
		texts = append(appendString(texts, p.Name), ':')
		g.keys[i] = key{texts[from:len(texts):len(texts)], p.Type}
	}
	return g
}

// Row writes one feature.
func (g *GeoJSON) Row(r layers.Row) error {
	if g.n == 0 {
		g.buf = append(g.buf, `{"type":"FeatureCollection","features":[`...)
	} else {
		g.buf = append(g.buf, ',')
	}
	g.n++
	g.buf = append(g.buf, '\n')
	var err error
	if g.buf, err = g.AppendFeature(g.buf, r); err != nil {
		return err
	}
	g.buf = append(g.buf, '}')
	return g.flush(flushSize)
}

// AppendFeature appends a feature that is still open for more members.
func (g *GeoJSON) AppendFeature(dst []byte, r layers.Row) ([]byte, error) {
	return g.appendGeometry(append(g.appendProperties(dst, r), `,"geometry":`...), r)
}

// appendProperties appends a feature up to the end of its properties.
func (g *GeoJSON) appendProperties(dst []byte, r layers.Row) []byte {
	dst = append(dst, `{"type":"Feature","id":`...)
	dst = appendString(dst, r.ID)
	dst = append(dst, `,"properties":{`...)
	for i, k := range g.keys {
		dst = appendValue(append(dst, k.text...), k.kind, r.Values[i])
	}
	return append(dst, '}')
}

func (g *GeoJSON) appendGeometry(dst []byte, r layers.Row) ([]byte, error) {
	if r.Geom == nil {
		return append(dst, "null"...), nil
	}
	dst, err := r.Geom.AppendGeoJSON(dst, g.decimals)
	if err != nil {
		return dst, fmt.Errorf("feature %s: %w", r.ID, err)
	}
	return dst, nil
}

// Close writes the end of the collection.
func (g *GeoJSON) Close(end End) error {
	if g.n == 0 {
		g.buf = append(g.buf, `{"type":"FeatureCollection","features":[`...)
	}
	g.buf = appendEnd(append(g.buf, '\n'), end)
	return g.flush(0)
}

// appendEnd closes the features of a collection and tells about its page.
func appendEnd(dst []byte, end End) []byte {
	dst = append(dst, "],"...)
	if end.Page.Matched >= 0 {
		dst = append(dst, `"numberMatched":`...)
		dst = append(strconv.AppendInt(dst, end.Page.Matched, 10), ',')
	}
	dst = append(dst, `"numberReturned":`...)
	dst = strconv.AppendInt(dst, int64(end.Page.Returned), 10)
	dst = append(dst, `,"timeStamp":"`...)
	dst = end.Now.UTC().AppendFormat(dst, time.RFC3339)
	dst = append(dst, `","links":`...)
	return append(AppendLinks(dst, end.Links), '}', '\n')
}
