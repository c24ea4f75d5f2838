package encode

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"planatlas/layers"
)

// FlatGeobuf writes a FlatGeobuf stream of version 3 without an index and without
// a number of features, which is not known when it begins. Coordinates are east
// before north, as the format has them in any CRS. The id is the first column;
// dates are date-times.
type FlatGeobuf struct {
	output
	view      View
	begun     bool
	positions []byte   // of the geometry at hand
	ends      []uint32 // of its lines or rings, in positions
}

// NewFlatGeobuf returns an encoder of the view's features.
func NewFlatGeobuf(w io.Writer, v View) *FlatGeobuf {
	return &FlatGeobuf{output: newOutput(w, v), view: v}
}

// The types of columns that are used.
const (
	fgbBool     = 2
	fgbLong     = 7
	fgbDouble   = 10
	fgbString   = 11
	fgbDateTime = 13
)

func fgbType(t layers.PropertyType) byte {
	switch t {
	case layers.Boolean:
		return fgbBool
	case layers.Integer:
		return fgbLong
	case layers.Number:
		return fgbDouble
	case layers.Date, layers.DateTime:
		return fgbDateTime
	}
	return fgbString
}

// begin writes the magic bytes and the header table: name 0, geometry type 2,
// columns 7, index node size 9, CRS 10.
func (f *FlatGeobuf) begin() {
	f.begun = true
	f.buf = append(f.buf, 'f', 'g', 'b', 3, 'f', 'g', 'b', 0)
	t := newFlat(f.buf)
	head := t.root([]int{4, 0, 1, 0, 0, 0, 0, 4, 0, 2, 4})
	t.text(head[0], f.view.Layer.ID)
	t.b[head[2]] = fgbGeometry(f.view.Layer.Geometry)
	columns := t.vector(head[7], 1+len(f.view.Properties), 4)
	t.column(columns, "id", "", fgbString)
	for i, p := range f.view.Properties {
		t.column(columns+4*(i+1), p.Name, p.Title.ZH+" "+p.Title.EN, fgbType(p.Type))
	}
	crs := t.table(head[10], []int{4, 4}) // org 0, code 1
	t.text(crs[0], "EPSG")
	binary.LittleEndian.PutUint32(t.b[crs[1]:], uint32(f.view.EPSG))
	f.buf = t.end()
}

func fgbGeometry(t layers.GeometryType) byte {
	for i, name := range [...]layers.GeometryType{"", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"} {
		if name == t {
			return byte(i)
		}
	}
	return 0 // any
}

// column writes a table of a column: name 0, type 1, title 2.
func (t *flat) column(slot int, name, title string, kind byte) {
	sizes := []int{4, 1, 0}
	if title != "" {
		sizes[2] = 4
	}
	c := t.table(slot, sizes)
	t.b[c[1]] = kind
	t.text(c[0], name)
	if title != "" {
		t.text(c[2], title)
	}
}

// Row writes one feature: geometry 0, properties 1.
func (f *FlatGeobuf) Row(r layers.Row) error {
	if !f.begun {
		f.begin()
	}
	t := newFlat(f.buf)
	sizes := [...]int{4, 4}
	if r.Geom == nil {
		sizes[0] = 0
	}
	feature := t.root(sizes[:])
	if r.Geom != nil {
		w, err := openWKB(r.Geom)
		if err != nil {
			return fmt.Errorf("feature %s: %w", r.ID, err)
		}
		f.geometry(&t, feature[0], &w)
	}
	start := t.vector(feature[1], 0, 1)
	t.b = appendProperty(t.b, 0, fgbString, r.ID)
	for i, p := range f.view.Properties {
		if v := r.Values[i]; v != nil {
			t.b = appendProperty(t.b, i+1, fgbType(p.Type), v)
		}
	}
	binary.LittleEndian.PutUint32(t.b[start-4:], uint32(len(t.b)-start))
	f.buf = t.end()
	return f.flush(flushSize)
}

// geometry writes a table of a geometry: ends 0, xy 1, type 6, parts 7.
func (f *FlatGeobuf) geometry(t *flat, slot int, w *wkb) {
	kind, stride := w.head()
	if kind == multiPolygon || kind == collection {
		at := t.table(slot, []int{0, 0, 0, 0, 0, 0, 1, 4})
		t.b[at[6]] = byte(kind)
		n, big := int(w.uint32()), w.big
		parts := t.vector(at[7], n, 4)
		for i := range n {
			f.geometry(t, parts+4*i, w)
			w.big = big
		}
		return
	}
	f.positions, f.ends = f.positions[:0], f.ends[:0]
	f.simple(w, kind, stride)
	sizes := [...]int{0, 4, 0, 0, 0, 0, 1}
	if len(f.ends) > 0 && (kind == polygon || kind == multiLineString) {
		sizes[0] = 4
	}
	at := t.table(slot, sizes[:])
	t.b[at[6]] = byte(kind)
	t.doubles(at[1], f.positions)
	if sizes[0] > 0 {
		ends := t.vector(at[0], len(f.ends), 4)
		for i, end := range f.ends {
			binary.LittleEndian.PutUint32(t.b[ends+4*i:], end)
		}
	}
}

// simple gathers the positions of a geometry and where its lines end.
func (f *FlatGeobuf) simple(w *wkb, kind uint32, stride int) {
	add := func(x, y float64) {
		f.positions = binary.LittleEndian.AppendUint64(f.positions, math.Float64bits(x))
		f.positions = binary.LittleEndian.AppendUint64(f.positions, math.Float64bits(y))
	}
	switch kind {
	case point:
		if x, y, empty := w.point(stride); !empty {
			add(x, y)
		}
	case lineString:
		for range w.uint32() {
			add(w.xy(stride))
		}
		f.ends = append(f.ends, uint32(len(f.positions)/16))
	case polygon:
		for range w.uint32() {
			f.simple(w, lineString, stride)
		}
	default:
		n, big := w.uint32(), w.big
		for range n {
			kind, stride := w.head()
			f.simple(w, kind, stride)
			w.big = big
		}
	}
}

// Close writes what is left.
func (f *FlatGeobuf) Close(End) error {
	if !f.begun {
		f.begin()
	}
	return f.flush(0)
}
