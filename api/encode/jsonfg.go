package encode

import (
	"io"
	"slices"
	"strings"
	"time"

	"planatlas/layers"
)

// JSONFG writes a feature collection in JSON-FG (OGC 21-045r1). In CRS84 the
// geometry stands in geometry, so that readers of GeoJSON see it; in any other CRS
// it stands in place, with the axis order of that CRS. Time is the span in which
// the feature is in force.
type JSONFG struct {
	GeoJSON
	view     View
	from, to int // where the dates stand in a row; -1 when they are not read
}

// NewJSONFG returns an encoder of the view's features.
func NewJSONFG(w io.Writer, v View) *JSONFG {
	at := func(name string) int {
		return slices.IndexFunc(v.Properties, func(p layers.Property) bool { return p.Name == name })
	}
	return &JSONFG{*NewGeoJSON(w, v), v, at("valid_from"), at("valid_to")}
}

// JSONFGConformance lists the conformance classes of JSON-FG that the documents
// follow.
func JSONFGConformance() []string {
	return []string{"http://www.opengis.net/spec/json-fg-1/1.0/conf/core", "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas"}
}

func (j *JSONFG) begin() {
	j.buf = append(j.buf, `{"type":"FeatureCollection","conformsTo":["`...)
	j.buf = append(j.buf, strings.Join(JSONFGConformance(), `","`)...)
	j.buf = append(j.buf, `"],"featureType":`...)
	j.buf = appendString(j.buf, []byte(j.view.Layer.ID))
	j.buf = append(j.buf, `,"coordRefSys":`...)
	j.buf = appendString(j.buf, []byte(j.view.CRS))
	j.buf = append(j.buf, `,"features":[`...)
}

// Row writes one feature.
func (j *JSONFG) Row(r layers.Row) (err error) {
	if j.n == 0 {
		j.begin()
	} else {
		j.buf = append(j.buf, ',')
	}
	j.n++
	j.buf = j.appendTime(append(j.appendProperties(append(j.buf, '\n'), r), `,"time":`...), r)
	member := `,"place":null,"geometry":`
	if !strings.HasSuffix(j.view.CRS, "/CRS84") {
		member = `,"geometry":null,"place":`
	}
	if j.buf, err = j.appendGeometry(append(j.buf, member...), r); err != nil {
		return err
	}
	j.buf = append(j.buf, '}')
	return j.flush(flushSize)
}

// appendTime writes the days in force, both ends included as ISO 8601 has it.
func (j *JSONFG) appendTime(dst []byte, r layers.Row) []byte {
	day := func(i, plus int) string {
		if i < 0 || r.Values[i] == nil {
			return ".."
		}
		t, err := time.Parse(time.DateOnly, string(r.Values[i]))
		if err != nil { // infinity
			return ".."
		}
		return t.AddDate(0, 0, plus).Format(time.DateOnly)
	}
	from, to := day(j.from, 0), day(j.to, -1)
	if from == ".." && to == ".." {
		return append(dst, "null"...)
	}
	return append(append(append(append(append(dst, `{"interval":["`...), from...), `","`...), to...), `"]}`...)
}

// Close writes the end of the collection.
func (j *JSONFG) Close(end End) error {
	if j.n == 0 {
		j.begin()
	}
	j.buf = appendEnd(append(j.buf, '\n'), end)
	return j.flush(0)
}
