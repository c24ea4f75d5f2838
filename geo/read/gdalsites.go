package read

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// gdalLayer is a layer as ogrinfo describes it.
type gdalLayer struct {
	name, geometry, wkt string
	count               int64 // of its features; 0: not told
}

// hasAreas tells whether a layer can hold areas.
func (l gdalLayer) hasAreas(lines bool) bool {
	for _, word := range [3]string{"Polygon", "Surface", "Unknown"} {
		if strings.Contains(l.geometry, word) {
			return true
		}
	}
	return strings.Contains(l.geometry, "Collection") || lines && strings.Contains(l.geometry, "Line")
}

// maxLayers bounds the layers of a file that are looked at.
const maxLayers = 200

// byGDAL returns a reader of a single file by a driver.
func (d *draft) byGDAL(name, driver string) func() error {
	return func() error {
		data := d.data
		d.data = nil
		return d.inScratch(driver, name, func(s scratch) error { return s.write(name, data) })
	}
}

// inScratch writes the parts of a file to a private folder and reads it there.
func (d *draft) inScratch(driver, name string, write func(scratch) error, open ...string) error {
	if d.options.GDAL == nil {
		return d.noGDAL()
	}
	s, err := newScratch()
	if err != nil {
		return err
	}
	defer s.free()
	if err := write(s); err != nil {
		return err
	}
	d.order = orderEast
	d.mustName = driver != "DXF"
	err = d.readLayers(s, driver, name, open)
	return d.failed(driver, err)
}

// failed words why GDAL could not read the file.
func (d *draft) failed(driver string, err error) error {
	var child *childError
	switch {
	case errors.Is(err, errGDALMissing):
		return d.noGDAL()
	case errors.Is(err, context.DeadlineExceeded) && d.ctx.Err() == nil:
		return refusal(ErrTooLarge, text2{}, saying("a file that takes longer than %g s to read", "读取超过%g秒的文件", gdalTime.Seconds()), text2{"a smaller file", "更小的文件"}, text2{"hand in the boundary of the site alone", "请只提交地块边界"})
	case errors.As(err, &child):
		return refusal(ErrSyntax, text2{}, text2{"a file that the driver " + driver + " of GDAL cannot read: " + child.reason(), "GDAL的" + driver + "驱动无法读取的文件：" + child.reason()}, text2{"a sound file of this format", "有效的该格式文件"},
			text2{"open it in QGIS and export it again, or hand in GeoJSON", "请在QGIS中打开并重新导出，或提交GeoJSON"})
	}
	return err
}

func (d *draft) noGDAL() error {
	return refusal(ErrSyntax, text2{}, text2{"a file of the format " + string(d.result.Format), string(d.result.Format) + "格式的文件"}, text2{"a format that is read here without GDAL: TXT, GeoJSON, WKT, KML, CSV or XLSX", "无需GDAL的格式：TXT、GeoJSON、WKT、KML、CSV或XLSX"},
		text2{"the operator installs GDAL by: apt-get install gdal-bin", "由管理员安装GDAL：apt-get install gdal-bin"})
}

// readLayers lists the layers and reads the one that is wanted.
func (d *draft) readLayers(s scratch, driver, name string, open []string) error {
	args := append([]string{"-ro", "-so", "-al", "-nocount", "-noextent", "-wkt_format", "WKT1"}, open...)
	said, err := d.options.GDAL.run(d.ctx, s.folder, driver, 1<<20, "ogrinfo", append(args, name)...)
	if err != nil {
		return err
	}
	if !strings.Contains(said, "using driver `"+driver+"' successful") {
		return &childError{"ogrinfo", "the file is of another format", errors.New("wrong driver")}
	}
	layer, err := d.choose(parseLayers(said), driver == "DXF")
	if err != nil {
		return err
	}
	if layer.wkt != "" {
		d.crs, d.crsReason = layer.wkt, text2{"the file names it", "文件自身注明"}
	}
	most := max(4<<20, 16*d.options.Limits.Bytes)
	limit := strconv.Itoa(d.options.Limits.Vertices/3 + 1)
	args = append([]string{"-q"}, open...)
	args = append(args, "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=12", "-lco", "WRITE_NAME=NO", "-dim", "XY", "-nlt", "CONVERT_TO_LINEAR", "-limit", limit, "out.geojson", name, layer.name)
	if _, err := d.options.GDAL.run(d.ctx, s.folder, driver, most, "ogr2ogr", args...); err != nil {
		return err
	}
	out, err := os.ReadFile(filepath.Join(s.folder, "out.geojson"))
	if err != nil {
		return fmt.Errorf("read what ogr2ogr wrote: %w", err)
	}
	return d.features(out, driver)
}

// parseLayers takes apart what ogrinfo says.
func parseLayers(said string) (out []gdalLayer) {
	inWKT := false
	for line := range strings.Lines(said) {
		line = strings.TrimRight(line, "\r\n")
		last := len(out) - 1
		switch {
		case strings.HasPrefix(line, "Layer name: ") && len(out) < maxLayers:
			out = append(out, gdalLayer{name: strings.TrimPrefix(line, "Layer name: ")})
			inWKT = false
		case last < 0:
		case strings.HasPrefix(line, "Geometry: "):
			out[last].geometry = strings.TrimPrefix(line, "Geometry: ")
		case strings.HasPrefix(line, "Feature Count: "):
			out[last].count, _ = strconv.ParseInt(strings.TrimSpace(line[len("Feature Count: "):]), 10, 64) // what is no number is not told
		case strings.HasPrefix(line, "Geometry (") && out[last].geometry == "":
			out[last].geometry = line
		case strings.HasPrefix(line, "Layer SRS WKT:") || strings.HasPrefix(line, "SRS WKT ("):
			inWKT = out[last].wkt == ""
		case strings.HasPrefix(line, "Data axis to CRS axis") || strings.HasPrefix(line, "(unknown)"):
			inWKT = false
		case inWKT && len(out[last].wkt) < 16<<10:
			out[last].wkt += line + "\n"
		}
	}
	for i := range out {
		if !strings.Contains(out[i].wkt, "[") {
			out[i].wkt = ""
		}
	}
	return out
}

// choose finds the layer: the one that is named, or the only one with areas.
func (d *draft) choose(all []gdalLayer, lines bool) (gdalLayer, error) {
	var with []gdalLayer
	var names []string
	for _, l := range all {
		if l.hasAreas(lines) {
			with = append(with, l)
			names = append(names, l.name)
		}
	}
	if d.options.Layer != "" && !lines {
		if i := slices.IndexFunc(with, func(l gdalLayer) bool { return l.name == d.options.Layer }); i >= 0 {
			return with[i], nil
		}
		return gdalLayer{}, d.wantLayer(both(strconv.Quote(d.options.Layer)), names)
	}
	if len(all) == 0 {
		return gdalLayer{}, refusal(ErrSyntax, text2{}, text2{"a file without any layer", "没有任何图层的文件"}, text2{"a layer of polygons", "面图层"}, text2{"it is empty or was cut off; export it again", "文件为空或不完整，请重新导出"})
	}
	switch len(with) {
	case 0:
		return gdalLayer{}, refusal(ErrGeometry, text2{}, text2{"a file without a layer of areas", "没有面图层的文件"}, text2{"a layer of polygons", "面图层"}, text2{"a point or a line has no area; draw the outline of the site", "点和线没有面积，请绘制地块边界"})
	case 1:
		if !lines && with[0].name != "in" {
			d.believe("layer", with[0].name, text2{"the only layer with areas", "唯一的面图层"})
		}
		return with[0], nil
	}
	return gdalLayer{}, d.wantLayer(saying("%d layers with areas", "%d个面图层", len(names)), names)
}

func (d *draft) wantLayer(value text2, names []string) error {
	list := strings.Join(names[:min(len(names), 10)], ", ")
	return refusal(ErrGeometry, text2{"layer", "图层"}, value, text2{"one layer of: " + list, "以下图层之一：" + list}, text2{"name the layer of the site boundary", "请指明地块边界所在图层"})
}

// features reads what ogr2ogr wrote.
func (d *draft) features(out []byte, driver string) error {
	r := geojsonReader{draft: d, lines: driver == "DXF", ours: true}
	if invalidUTF8(out) >= 0 {
		out = []byte(strings.ToValidUTF8(string(out), "\ufffd"))
		d.notice("encoding_doubt", text2{"some names are no valid text and were shown with �", "部分文字无法解码，以�表示"})
	}
	where := d.whereIs
	err := r.document(out)
	d.whereIs = where // a line of the converted file says nothing to anybody
	for i, p := range d.plots {
		p.where = func() text2 { return saying("feature %d", "第%d个要素", i+1) }
		for _, part := range append([][]rawRing{p.rings}, p.polygons...) {
			for k := range part {
				part[k].marks = nil
			}
		}
	}
	if err != nil {
		return err
	}
	if driver == "DXF" {
		return d.drawing(r.other)
	}
	if r.other > 0 && len(d.plots) > 0 {
		d.notice("without_area", saying("points, lines and empty features of the file, which have no area, were left out: %d", "文件中的点、线和空要素没有面积，已略过：%d", r.other))
	}
	return nil
}

// drawing makes one plot of the closed lines on one layer of a drawing.
func (d *draft) drawing(open int) error {
	layers := map[string]*rawPlot{}
	var names []string
	for _, p := range d.plots {
		name := ""
		for _, a := range p.Attributes {
			if a.Name == "Layer" {
				name = a.Value
			}
		}
		if layers[name] == nil {
			layers[name] = &rawPlot{where: func() text2 { return saying("layer %s", "图层%s", name) }, Plot: Plot{Attributes: []Attribute{{"Layer", name}}}}
			if name != "0" {
				layers[name].Name = name
			}
			names = append(names, name)
		}
		all := layers[name]
		all.rings = append(all.rings, p.rings...)
		for _, part := range p.polygons {
			all.rings = append(all.rings, part...)
		}
	}
	want := d.options.Layer
	switch {
	case len(names) == 0:
		return refusal(ErrGeometry, text2{}, saying("a drawing without closed polylines (open lines and points: %d)", "没有闭合多段线的图形（未闭合的线和点：%d）", open), text2{"the boundary as a closed polyline on a layer of its own", "单独图层上的闭合多段线边界"},
			text2{"close the polyline (PEDIT, Close) and save the DXF again", "请闭合多段线（PEDIT，闭合）后重新保存DXF"})
	case want != "" && layers[want] == nil:
		return d.wantLayer(both(strconv.Quote(want)), names)
	case want == "" && len(names) > 1:
		return d.wantLayer(saying("closed polylines on %d layers", "%d个图层上有闭合多段线", len(names)), names)
	case want == "":
		want = names[0]
		d.believe("layer", want, text2{"the only layer with closed polylines", "唯一含闭合多段线的图层"})
	}
	d.plots = []*rawPlot{layers[want]}
	if open > 0 {
		d.notice("open_lines", saying("open lines, points and texts of the drawing were left out: %d", "图形中未闭合的线、点和文字已略过：%d", open))
	}
	return nil
}
