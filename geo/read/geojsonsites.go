package read

import (
	"strings"

	"github.com/paulmach/orb"

	"planatlas/geo/crs"
)

// geojsonReader reads the polygons of a GeoJSON or JSON-FG document.
type geojsonReader struct {
	*draft
	doc   *jsonDoc
	lines bool  // closed lines count as outlines, as drawings need it
	other int   // geometries without an area
	first error // what the first of them would be refused for
	third int   // positions with a third number
	place bool  // geometries came from JSON-FG's place
	ours  bool  // another program wrote the document: its crs is known already
}

// geojson reads a document that is UTF-8 already.
func (d *draft) geojson() error {
	d.result.Format = FormatGeoJSON
	d.order, d.degrees = orderEast, true
	r := geojsonReader{draft: d}
	if err := r.document([]byte(strings.TrimPrefix(d.text, "\ufeff"))); err != nil {
		return err
	}
	if r.place {
		d.result.Format = FormatJSONFG
	}
	if len(d.plots) == 0 && r.first != nil {
		return r.first
	}
	if r.other > 0 && len(d.plots) > 0 {
		d.notice("without_area", saying("points, lines and empty features of the file, which have no area, were left out: %d", "文件中的点、线和空要素没有面积，已略过：%d", r.other))
	}
	return nil
}

func (r *geojsonReader) document(s []byte) (err error) {
	if r.doc, err = parseJSON(s, 8*r.options.Limits.Vertices+100_000); err != nil {
		return err
	}
	r.whereIs = r.doc.pointer
	if err := r.object(0, nil); err != nil {
		return err
	}
	if r.third > 0 {
		r.notice("z_dropped", saying("positions with a third number such as a height, which was left out: %d", "%d个坐标含高程等第三个数值，已舍去", r.third))
	}
	return nil
}

// wrong refuses a node.
func (r *geojsonReader) wrong(i int32, want, hint text2) error {
	value := quoted(r.doc.str(i))
	if r.doc.nodes[i].kind != '"' {
		raw := r.doc.raw(i)
		value = both(shorten(strings.ToValidUTF8(string(raw[:min(len(raw), 8*shown)]), "?")))
	}
	return refusal(ErrGeometry, r.at(i), value, want, hint)
}

// at names a node.
func (r *geojsonReader) at(i int32) text2 { return r.doc.pointer(r.doc.nodes[i].start) }

// without counts a geometry that has no area.
func (r *geojsonReader) without(i int32, kind string) {
	if r.other++; r.first == nil {
		r.first = r.wrong(i, wantedSite(), otherType(kind))
	}
}

// wantedSite says what a site may be.
func wantedSite() text2 {
	return text2{"a GeoJSON Polygon or MultiPolygon, a Feature with one, or a FeatureCollection of such features", "GeoJSON的Polygon或MultiPolygon，或含有它们的Feature、FeatureCollection"}
}

// otherType says what to do about a geometry that bounds no area.
func otherType(t string) text2 {
	switch t {
	case "Point", "MultiPoint":
		return text2{"a point has no area; draw the outline of the site", "点没有面积，请绘制地块边界"}
	case "LineString":
		return text2{"a line has no area; close it and write it as a Polygon", "线没有面积，请闭合后写作Polygon"}
	}
	return text2{}
}

// object reads a collection, a feature or a geometry.
func (r *geojsonReader) object(i int32, plot *rawPlot) error {
	t, ok := r.doc.member(i, "type")
	if !ok || r.doc.nodes[t].kind != '"' {
		if r.doc.nodes[i].kind != '{' {
			return r.wrong(i, wantedSite(), text2{})
		}
		return r.wrong(i, wantedSite(), text2{`a GeoJSON object has a member "type"`, "GeoJSON对象须有type成员"})
	}
	if err := r.system(i); err != nil {
		return err
	}
	start := r.doc.nodes[i].start
	switch name := r.doc.str(t); name {
	case "FeatureCollection":
		f, ok := r.doc.member(i, "features")
		if !ok || r.doc.nodes[f].kind != '[' || plot != nil {
			return r.wrong(i, text2{"an array of features", "features数组"}, text2{})
		}
		if r.doc.nodes[f].count == 0 {
			return r.wrong(f, text2{"an array of at least one polygon feature", "至少含一个面要素的features数组"}, text2{})
		}
		return r.doc.each(f, func(_ int, i int32) error {
			if t, ok := r.doc.member(i, "type"); !ok || r.doc.str(t) != "Feature" {
				return r.wrong(i, text2{"a Feature", "Feature"}, text2{})
			}
			return r.object(i, nil)
		})
	case "Feature":
		if plot != nil {
			return r.wrong(t, text2{"a Polygon or MultiPolygon", "Polygon或MultiPolygon"}, text2{"features do not lie inside features; put the geometry itself here", "Feature不能嵌套，此处应为几何图形"})
		}
		return r.feature(i)
	case "Topology":
		return r.wrong(t, wantedSite(), text2{"TopoJSON is not GeoJSON; export as GeoJSON", "TopoJSON不是GeoJSON，请导出为GeoJSON"})
	default:
		if plot != nil {
			return r.geometry(i, name, plot)
		}
		p := &rawPlot{where: func() text2 { return r.doc.pointer(start) }}
		if err := r.geometry(i, name, p); err != nil {
			return err
		}
		r.finish(p)
		return nil
	}
}

// finish takes a plot that has an area.
func (r *geojsonReader) finish(p *rawPlot) {
	if len(p.polygons)+len(p.rings) > 0 {
		r.plots = append(r.plots, p)
	}
}

// feature reads the geometry and the properties of a feature.
func (r *geojsonReader) feature(i int32) error {
	start := r.doc.nodes[i].start
	p := &rawPlot{where: func() text2 { return r.doc.pointer(start) }}
	if id, ok := r.doc.member(i, "id"); ok {
		p.Number = shorten2(r.plain(id))
	}
	if props, ok := r.doc.member(i, "properties"); ok && r.doc.nodes[props].kind == '{' {
		for k, n := props+1, r.doc.nodes[props].count; n > 0; n-- {
			v := r.doc.nodes[k].next
			p.attribute(r.doc.str(k), r.plain(v))
			k = r.doc.nodes[v].next
		}
	}
	g, ok := r.doc.member(i, "place")
	if ok {
		r.place, r.order = true, orderNorth
		if r.crs == "" || r.crs == crs.CodeCRS84 {
			r.order = orderEast
		}
	} else if g, ok = r.doc.member(i, "geometry"); !ok {
		if r.other++; r.first == nil && g == 0 {
			r.first = r.wrong(i, text2{`a member "geometry"`, "geometry成员"}, text2{"a Feature needs one", "Feature须有该成员"})
		} else if r.first == nil {
			r.first = r.wrong(g, text2{"a Polygon or MultiPolygon", "Polygon或MultiPolygon"}, text2{})
		}
		return nil
	}
	if err := r.object(g, p); err != nil {
		return err
	}
	r.finish(p)
	return nil
}

// plain writes a value as an attribute has it.
func (r *geojsonReader) plain(i int32) string {
	switch r.doc.nodes[i].kind {
	case '"':
		return r.doc.str(i)
	case 'n':
		return ""
	}
	return shorten2(string(r.doc.raw(i)))
}

// system takes the crs of GeoJSON 2008 or the coordRefSys of JSON-FG.
func (r *geojsonReader) system(i int32) error {
	if r.ours {
		return nil
	}
	name, why := int32(0), text2{"the member crs names it", "crs成员注明"}
	if c, ok := r.doc.member(i, "crs"); ok {
		props, ok1 := r.doc.member(c, "properties")
		n, ok2 := int32(0), false
		if ok1 {
			n, ok2 = r.doc.member(props, "name")
		}
		if !ok2 || r.doc.nodes[n].kind != '"' {
			return r.wrong(c, text2{`{"type":"name","properties":{"name":"EPSG:4490"}}`, `{"type":"name","properties":{"name":"EPSG:4490"}}`}, text2{})
		}
		name = n
	}
	if c, ok := r.doc.member(i, "coordRefSys"); ok {
		r.place = true
		name, why = c, text2{"the member coordRefSys names it", "coordRefSys成员注明"}
		if r.doc.nodes[c].kind != '"' {
			return r.wrong(c, text2{"the URI of a coordinate system", "坐标系的URI"}, text2{"http://www.opengis.net/def/crs/EPSG/0/4490", "http://www.opengis.net/def/crs/EPSG/0/4490"})
		}
		if strings.HasPrefix(r.doc.str(c), "[") && strings.HasSuffix(r.doc.str(c), "]") {
			return r.wrong(c, text2{"the URI of a coordinate system", "坐标系的URI"}, text2{})
		}
	}
	if name == 0 {
		return nil
	}
	s := r.doc.str(name)
	named, _, err := r.installed(crs.Named(s))
	if err != nil {
		return r.nameRefused(err, r.at(name), s)
	}
	if before, err := crs.Named(r.crs); err == nil && before != named {
		return r.wrong(name, quoted(r.crs), text2{"one file has one coordinate system", "一个文件只能有一个坐标系"})
	}
	r.crs, r.crsReason = s, why
	return nil
}

// geometry adds the areas of a geometry to a plot.
func (r *geojsonReader) geometry(i int32, kind string, p *rawPlot) error {
	key := "coordinates"
	if kind == "GeometryCollection" {
		key = "geometries"
	}
	t, _ := r.doc.member(i, "type")
	c, ok := r.doc.member(i, key)
	if !ok || r.doc.nodes[c].kind != '[' {
		return r.wrong(i, text2{`a member "` + key + `"`, key + "成员"}, text2{"a " + printable(shorten(kind)) + " needs one", printable(shorten(kind)) + "须有该成员"})
	}
	switch kind {
	case "Polygon":
		return r.polygon(c, p)
	case "MultiPolygon":
		if r.doc.nodes[c].count == 0 {
			return r.wrong(c, text2{"an array of polygons", "多边形的数组"}, text2{"the array is empty", "数组为空"})
		}
		return r.doc.each(c, func(_ int, i int32) error { return r.polygon(i, p) })
	case "GeometryCollection":
		return r.doc.each(c, func(_ int, i int32) error { return r.object(i, p) })
	case "LineString":
		return r.line(c, t, p)
	case "MultiLineString":
		return r.doc.each(c, func(_ int, i int32) error { return r.line(i, t, p) })
	case "Point", "MultiPoint":
		r.without(t, kind)
		return nil
	}
	return r.wrong(t, wantedSite(), text2{nearest(kind, "Polygon", "MultiPolygon", "Feature", "FeatureCollection"), "类型名区分大小写"})
}

// line takes a closed line as an outline where that is wanted.
func (r *geojsonReader) line(i, kind int32, p *rawPlot) error {
	if !r.lines {
		r.without(kind, "LineString")
		return nil
	}
	ring, err := r.positions(i)
	if err != nil {
		return err
	}
	if n := len(ring.points); n < 4 || ring.points[0] != ring.points[n-1] {
		r.without(kind, "LineString")
		return nil
	}
	ring.closed = true
	p.rings = append(p.rings, ring)
	return nil
}

func (r *geojsonReader) polygon(i int32, p *rawPlot) error {
	if r.doc.nodes[i].kind != '[' || r.doc.nodes[i].count == 0 {
		return r.wrong(i, text2{"an array of rings", "环的数组"}, text2{"the array is empty", "数组为空"})
	}
	var rings []rawRing
	err := r.doc.each(i, func(_ int, i int32) error {
		ring, err := r.positions(i)
		if err == nil && len(ring.points) == 0 {
			err = r.wrong(i, text2{"an array of positions", "坐标数组"}, text2{"the array is empty", "数组为空"})
		}
		if err == nil && len(ring.points) < 3 {
			err = r.wrong(i, text2{"at least 4 positions, the last equal to the first", "至少4个坐标，首尾相同"}, text2{"a triangle has 4: three corners and the first again", "三角形有4个：三个角点加起点"})
		}
		rings = append(rings, ring)
		return err
	})
	p.polygons = append(p.polygons, rings)
	return err
}

// positions reads an array of positions.
func (r *geojsonReader) positions(i int32) (ring rawRing, err error) {
	if r.doc.nodes[i].kind != '[' {
		return ring, r.wrong(i, text2{"an array of positions", "坐标数组"}, text2{})
	}
	n := int(r.doc.nodes[i].count)
	if err := r.draft.count(n, func() text2 { return r.at(i) }); err != nil {
		return ring, err
	}
	ring.points, ring.marks = make([]orb.Point, n), make([]int32, n)
	err = r.doc.each(i, func(k int, i int32) error {
		node := r.doc.nodes[i]
		if node.kind != '[' {
			return r.wrong(i, text2{"[longitude, latitude]", "[经度, 纬度]"}, text2{})
		}
		if node.count < 2 || node.count > 4 {
			return r.wrong(i, text2{"[longitude, latitude]", "[经度, 纬度]"}, saying("a position has two numbers, elements here: %d", "每个坐标有两个数值，此处有%d个", node.count))
		}
		if node.count > 2 {
			r.third++
		}
		ring.marks[k] = node.start
		return r.doc.each(i, func(axis int, i int32) error {
			v, ok := r.doc.float(i)
			if !ok {
				var hint text2
				switch r.doc.nodes[i].kind {
				case '0':
					hint = text2{"it is out of range", "超出范围"}
				case '"':
					hint = text2{"write the number without quotes", "数值不要加引号"}
				}
				return r.wrong(i, text2{"a number", "数值"}, hint)
			}
			if axis < 2 {
				ring.points[k][axis] = v
			}
			return nil
		})
	})
	return ring, err
}
