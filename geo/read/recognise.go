package read

import (
	"bytes"
	"encoding/json"
	slashes "path"
	"strings"
)

// refused is a kind of file that holds no site that can be read, and what to do.
type refused struct {
	magic  string
	en, zh string // what it is
	do, zo string // what to do
}

// refusedKinds are recognised by their first bytes.
func refusedKinds() []refused {
	const vector, vectorZH = "hand in the file with the coordinates: TXT, XLSX, Shapefile, DXF or GeoJSON", "请提交含坐标的文件：TXT、XLSX、Shapefile、DXF或GeoJSON"
	return []refused{
		{"AC10", "a DWG drawing", "DWG图形", "open it in AutoCAD or a free viewer, choose Save As and the type AutoCAD 2010 DXF, keep the boundary as closed polylines on one layer, and hand in the DXF", "请在AutoCAD等软件中打开，另存为AutoCAD 2010 DXF，边界为同一图层上的闭合多段线，再提交DXF"},
		{"AutoCAD Binary DXF", "a binary DXF", "二进制DXF", "save it as ASCII DXF", "请另存为ASCII格式的DXF"},
		{"\xd0\xcf\x11\xe0", "an old Excel, Word or Access file", "旧版Excel、Word或Access文件", "save the table as XLSX or CSV; turn a personal geodatabase into a file geodatabase", "请将表格另存为XLSX或CSV；个人地理数据库请转换为文件地理数据库"},
		{"%PDF", "a PDF", "PDF文件", vector, vectorZH},
		{"Rar!", "a RAR archive", "RAR压缩包", "pack the files as ZIP", "请改用ZIP压缩"},
		{"7z\xbc\xaf", "a 7z archive", "7z压缩包", "pack the files as ZIP", "请改用ZIP压缩"},
		{"\x1f\x8b", "a gzip file", "gzip压缩文件", "hand in the file itself, or a ZIP", "请提交文件本身或ZIP"},
		{"\x89PNG", "a picture", "图片", vector, vectorZH},
		{"\xff\xd8\xff", "a picture", "图片", vector, vectorZH},
		{"II*\x00", "a TIFF image", "TIFF影像", vector, vectorZH},
		{"\x00\x00\x27\x0a", "a .shp or .shx file alone", "单独的.shp或.shx文件", "pack .shp, .shx, .dbf, .prj and .cpg into one ZIP", "请将.shp、.shx、.dbf、.prj、.cpg打包为一个ZIP"},
	}
}

// recognise finds the format and returns what reads it.
func (d *draft) recognise() (func() error, error) {
	if len(bytes.TrimSpace(bytes.TrimPrefix(d.data, []byte("\ufeff")))) == 0 {
		return nil, refusal(ErrSyntax, text2{}, text2{"an empty file", "空文件"}, text2{"a file with a site", "含有地块的文件"}, text2{"was the upload cut off?", "上传是否中断？"})
	}
	if len(d.data) >= 512 && len(bytes.Trim(d.data[:512], "\x00")) == 0 {
		return nil, refusal(ErrSyntax, text2{}, text2{"zero bytes", "全零字节"}, text2{"a file with a site", "含有地块的文件"}, text2{"the file is damaged; export it again", "文件已损坏，请重新导出"})
	}
	for _, k := range refusedKinds() {
		if bytes.HasPrefix(d.data, []byte(k.magic)) {
			return nil, refusal(ErrSyntax, text2{}, text2{k.en, k.zh}, text2{"a file that holds coordinates", "含有坐标的文件"}, text2{k.do, k.zo})
		}
	}
	switch {
	case bytes.HasPrefix(d.data, []byte("PK\x03\x04")), bytes.HasPrefix(d.data, []byte("PK\x05\x06")):
		return d.found("", d.archive, text2{})
	case bytes.HasPrefix(d.data, []byte("SQLite format 3\x00")):
		return d.found(FormatGeoPackage, d.byGDAL("in.gpkg", "GPKG"), text2{"it is an SQLite database", "文件为SQLite数据库"})
	case bytes.HasPrefix(d.data, []byte("fgb\x03fgb")):
		return d.found(FormatFlatGeobuf, d.byGDAL("in.fgb", "FlatGeobuf"), text2{"its first bytes", "文件头标识"})
	}
	return d.recogniseText()
}

// found notes the format, which the client must not have called another.
func (d *draft) found(f Format, read func() error, why text2) (func() error, error) {
	if f == "" {
		return read, nil
	}
	if want := d.options.Format; want != "" && want != f {
		return nil, refusal(ErrSyntax, text2{"format", "format"}, text2{"a file that is " + string(f), "实为" + string(f) + "的文件"}, both(string(want)), text2{"leave format out: it is found out", "可不指定格式，由系统判定"})
	}
	d.result.Format = f
	d.believe("format", string(f), why)
	return read, nil
}

// recogniseText finds the format of a text.
func (d *draft) recogniseText() (func() error, error) {
	head := d.data[:min(len(d.data), 4096)]
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(trimmed, []byte("<")) {
		return d.recogniseXML()
	}
	if isDXF(trimmed) {
		return d.found(FormatDXF, d.byGDAL("in.dxf", "DXF"), text2{"it starts with a DXF section", "以DXF段开头"})
	}
	if err := d.decode(d.data); err != nil {
		return nil, err
	}
	d.data = nil
	text := strings.TrimSpace(strings.TrimPrefix(d.text, "\ufeff"))
	want := d.options.Format
	switch {
	case want == FormatGeoJSON || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[{") || strings.HasPrefix(text, "[") && json.Valid([]byte(text)):
		f := FormatGeoJSON
		if want == FormatJSONFG || strings.Contains(text[:min(len(text), 2000)], "json-fg") {
			f = FormatJSONFG
		}
		return d.found(f, d.geojson, text2{"it is a JSON object", "内容为JSON对象"})
	case isWKT(text):
		return d.found(FormatWKT, d.wkt, text2{"it starts with a WKT keyword", "以WKT关键字开头"})
	case isTXT(d.text) && want != FormatCSV:
		return d.found(FormatTXT, d.txt, text2{"it has the section [地块坐标] or a plot head that ends in @", "含[地块坐标]段或以@结尾的地块行"})
	case isTable(d.text):
		return d.found(FormatCSV, d.csv, text2{"its header names two coordinates", "列标题注明了坐标列"})
	case strings.HasPrefix(strings.ToUpper(text), "VERSION ") && strings.Contains(strings.ToUpper(text[:min(len(text), 500)]), "DELIMITER"):
		return nil, refusal(ErrSyntax, text2{}, text2{"a MIF file alone", "单独的MIF文件"}, text2{"MIF and MID in one ZIP", "MIF和MID打包的ZIP"}, text2{"pack both files", "请将两个文件打包"})
	case (want == FormatCSV || ending(d.options.Name) == ".csv") && !looksLikePoints(text):
		return nil, newTable(d).headless()
	case want == FormatTXT:
		return d.found(FormatTXT, d.txt, text2{"it was declared", "随文件声明"})
	}
	if looksLikePoints(text) {
		return d.found(FormatPoints, d.bare, text2{"its lines are coordinates without a header", "各行为不带标题的坐标"})
	}
	return nil, refusal(ErrSyntax, saying("line %d", "第%d行", 1), quoted(firstLineOf(text)), text2{"a 界址点 TXT, GeoJSON, WKT, KML, CSV, XLSX, Shapefile (zip), GeoPackage, FileGDB (zip), DXF, FlatGeobuf, MapInfo (zip) or GML", "界址点TXT、GeoJSON、WKT、KML、CSV、XLSX、Shapefile（zip）、GeoPackage、FileGDB（zip）、DXF、FlatGeobuf、MapInfo（zip）或GML"},
		text2{"a list of points has one point a line, such as J1,1,4191674.000,38463329.000", "点位列表每行一个点，如J1,1,4191674.000,38463329.000"})
}

func firstLineOf(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.TrimSpace(s)
}

// isDXF tells whether text starts with a group of DXF: 0 and SECTION, or a comment.
func isDXF(head []byte) bool {
	fields := bytes.Fields(head[:min(len(head), 400)])
	if len(fields) < 2 {
		return false
	}
	return string(fields[0]) == "0" && string(fields[1]) == "SECTION" || string(fields[0]) == "999" && bytes.Contains(head, []byte("SECTION"))
}

// looksLikePoints tells whether the first line is one of coordinates.
func looksLikePoints(text string) bool {
	_, ok := rowOf(splitRow(strings.Map(halfWidth, firstLineOf(text)), nil))
	return ok
}

// recogniseXML tells KML from GML by the root element.
func (d *draft) recogniseXML() (func() error, error) {
	if err := d.decodeXML(); err != nil {
		return nil, err
	}
	x := xmlScanner{s: d.text}
	for {
		kind, err := x.next()
		if err != nil {
			return nil, err
		}
		if kind == xmlOpen {
			break
		}
		if kind == xmlEnd {
			return nil, x.fault(text2{"no element", "没有元素"})
		}
	}
	name := x.name
	switch {
	case name == "kml" || name == "Document" || name == "Placemark":
		return d.found(FormatKML, d.kml, text2{"its root element is kml", "根元素为kml"})
	case name == "FeatureCollection" || ending(d.options.Name) == ".gml" || d.options.Format == FormatGML || strings.Contains(string(d.data[:min(len(d.data), 4096)]), "opengis.net/gml"):
		return d.found(FormatGML, d.gml, text2{"it names the namespace of GML", "声明了GML命名空间"})
	case strings.EqualFold(name, "html"):
		return nil, refusal(ErrSyntax, text2{}, text2{"a web page", "网页"}, text2{"a file that holds coordinates", "含有坐标的文件"}, text2{"was an error page saved instead of the file?", "是否误将错误页面当作文件保存？"})
	}
	return nil, refusal(ErrSyntax, text2{}, quoted("<"+name+">"), text2{"KML or GML", "KML或GML"}, text2{"export the site as KML, GML or GeoJSON", "请导出为KML、GML或GeoJSON"})
}

// decodeXML decodes XML; the encoding that it names is what it is read by, when the
// bytes are no UTF-8.
func (d *draft) decodeXML() error {
	if err := d.decode(d.data); err != nil {
		return err
	}
	d.text = strings.TrimPrefix(d.text, "\ufeff")
	return nil
}

// gml reads GML by GDAL, after its entities were looked for.
func (d *draft) gml() error {
	x := xmlScanner{s: d.text}
	for {
		kind, err := x.next()
		if err != nil {
			return err
		}
		if kind == xmlEnd {
			break
		}
	}
	return d.byGDAL("in.gml", "GML")()
}

// ending returns the ending of a name, in small letters.
func ending(name string) string { return strings.ToLower(slashes.Ext(name)) }
