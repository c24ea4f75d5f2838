package read_test

import (
	"archive/zip"
	"bytes"
	"os"
	"strings"

	"planatlas/geo/read"
)

const (
	ringDegrees = `[[113.5833,37.8566],[113.5845,37.8566],[113.5845,37.8577],[113.5833,37.8577],[113.5833,37.8566]]`
	kmlRing     = `113.5833,37.8566,0 113.5845,37.8566,0 113.5845,37.8577,0 113.5833,37.8577,0 113.5833,37.8566,0`
	wktRing     = `(113.5833 37.8566, 113.5845 37.8566, 113.5845 37.8577, 113.5833 37.8577, 113.5833 37.8566)`
	wktParcel   = `POLYGON((38463329 4191674,38463429 4191674,38463429 4191774,38463329 4191774,38463329 4191674))`
)

func kml(inside string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>白泉一号地块</name><ExtendedData><Data name="dkbh"><value>YQ-7</value></Data></ExtendedData>` + inside + `</Placemark></Document></kml>`
}

func kmlPolygon(outer, inner string) string {
	s := `<Polygon><outerBoundaryIs><LinearRing><coordinates>` + outer + `</coordinates></LinearRing></outerBoundaryIs>`
	if inner != "" {
		s += `<innerBoundaryIs><LinearRing><coordinates>` + inner + `</coordinates></LinearRing></innerBoundaryIs>`
	}
	return s + `</Polygon>`
}

func feature(geometry string) string {
	return `{"type":"Feature","properties":{"name":"阳泉高新区","area":1.5,"ok":true,"none":null},"geometry":` + geometry + `}`
}

// madeJSON are GeoJSON, JSON-FG and WKT.
func madeJSON() []made {
	polygon := `{"type":"Polygon","coordinates":[` + ringDegrees + `]}`
	plane := func(crs string) string {
		return `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"` + crs + `"}},"features":[` + feature(`{"type":"Polygon","coordinates":`+coordinates()+`}`) + `]}`
	}
	txt := func(name, text string) made { return made{name: name, data: []byte(text)} }
	return []made{
		txt("good/geojson-polygon.geojson", polygon),
		txt("good/geojson-feature.geojson", feature(polygon)),
		txt("good/geojson-4526.geojson", plane("urn:ogc:def:crs:EPSG::4526")),
		txt("good/geojson-collection.geojson", `{"type":"FeatureCollection","features":[`+feature(polygon)+`,`+feature(`{"type":"MultiPolygon","coordinates":[[`+strings.ReplaceAll(ringDegrees, "37.85", "37.95")+`]]}`)+`]}`),
		txt("odd/geojson-4547-prefix.geojson", plane("EPSG:4547")),
		txt("odd/geojson-4326.geojson", `{"type":"Feature","crs":{"type":"name","properties":{"name":"EPSG:4326"}},"properties":{},"geometry":`+polygon+`}`),
		txt("odd/geojson-point-too.geojson", `{"type":"FeatureCollection","features":[`+feature(polygon)+`,`+feature(`{"type":"Point","coordinates":[113.5,37.8]}`)+`]}`),
		txt("odd/geojson-heights.geojson", strings.ReplaceAll(polygon, "37.8577]", "37.8577,800]")),
		{name: "odd/geojson-gcj.geojson", data: []byte(polygon), opt: read.Options{CRS: "GCJ02"}},
		{name: "odd/geojson-bd.geojson", data: []byte(polygon), opt: read.Options{CRS: "BD-09"}},
		{name: "odd/geojson-repair.geojson", data: []byte(`{"type":"Polygon","coordinates":[[[113.58,37.85],[113.58,37.85],[113.59,37.85],[113.59,37.86],[113.59,37.87],[113.59,37.86],[113.58,37.86]]]}`), opt: read.Options{Faults: read.RepairFaults}},
		{name: "odd/geojson-kept.geojson", data: []byte(`{"type":"Polygon","coordinates":[[[113.58,37.85],[113.59,37.85],[113.59,37.86],[113.58,37.86]]]}`), opt: read.Options{Faults: read.KeepFaults}},
		txt("odd/geojson-outside-city.geojson", strings.ReplaceAll(polygon, "113.", "116.")),
		txt("odd/geojson-abroad.geojson", `{"type":"Polygon","coordinates":[[[2.3,48.8],[2.4,48.8],[2.4,48.9],[2.3,48.8]]]}`),
		txt("good/jsonfg-4526.json", `{"type":"Feature","conformsTo":["http://www.opengis.net/spec/json-fg-1/0.2/conf/core"],"coordRefSys":"http://www.opengis.net/def/crs/EPSG/0/4526","geometry":null,"place":{"type":"Polygon","coordinates":[[[4191674,38463329],[4191674,38463429],[4191774,38463429],[4191774,38463329],[4191674,38463329]]]},"properties":{"name":"地块一"}}`),
		txt("broken/geojson-projected.geojson", strings.ReplaceAll(strings.ReplaceAll(polygon, "113.58", "38463329."), "37.85", "4191674.")),
		txt("broken/geojson-swapped.geojson", `{"type":"Polygon","coordinates":[[[37.8566,113.5833],[37.8566,113.5845],[37.8577,113.5845],[37.8566,113.5833]]]}`),
		txt("broken/geojson-crs-2362.geojson", plane("EPSG:2362")),
		txt("broken/geojson-crs-32649.geojson", plane("EPSG:32649")),
		txt("broken/geojson-crs-4525.geojson", plane("EPSG:4525")),
		txt("broken/geojson-crs-4490-metres.geojson", plane("EPSG:4490")),
		txt("broken/geojson-crs-3857.geojson", plane("EPSG:3857")),
		txt("broken/geojson-unclosed.geojson", `{"type":"Polygon","coordinates":[[[113.58,37.85],[113.59,37.85],[113.59,37.86],[113.58,37.86]]]}`),
		txt("broken/geojson-bow-tie.geojson", `{"type":"Polygon","coordinates":[[[113.58,37.85],[113.59,37.86],[113.59,37.85],[113.58,37.86],[113.58,37.85]]]}`),
		txt("broken/geojson-parts-overlap.geojson", `{"type":"MultiPolygon","coordinates":[[`+ringDegrees+`],[`+strings.NewReplacer("113.5833", "113.5839", "113.5845", "113.5850").Replace(ringDegrees)+`]]}`),
		txt("broken/geojson-hole-outside.geojson", `{"type":"Polygon","coordinates":[`+ringDegrees+`,`+strings.ReplaceAll(ringDegrees, "37.85", "37.95")+`]}`),
		txt("broken/geojson-point.geojson", `{"type":"Point","coordinates":[113.58,37.85]}`),
		txt("broken/geojson-cut.geojson", polygon[:60]),
		txt("broken/geojson-comma.geojson", strings.Replace(polygon, "]]]}", "],]]}", 1)),
		txt("broken/geojson-wide.geojson", strings.ReplaceAll(polygon, ",37", "，37")),
		txt("broken/geojson-text-number.geojson", strings.Replace(polygon, "113.5833", `"113.5833"`, 1)),
		txt("broken/geojson-nan.geojson", strings.Replace(polygon, "113.5833", `NaN`, 1)),
		txt("broken/geojson-empty.geojson", `{"type":"FeatureCollection","features":[]}`),
		txt("broken/topojson.json", `{"type":"Topology","objects":{}}`),
		txt("good/wkt.wkt", "POLYGON("+wktRing+")"),
		txt("good/wkt-multi.wkt", "MULTIPOLYGON(("+wktRing+"),("+strings.ReplaceAll(wktRing, "37.85", "37.95")+"))"),
		txt("good/ewkt-4526.wkt", "SRID=4526;"+wktParcel),
		{name: "good/wkt-crs.wkt", data: []byte(wktParcel), opt: read.Options{CRS: "EPSG:4526"}},
		txt("odd/wkt-z.wkt", "POLYGON Z ((113.58 37.85 1, 113.59 37.85 1, 113.59 37.86 1, 113.58 37.85 1))"),
		txt("odd/wkt-swapped.wkt", "SRID=4490;POLYGON((37.85 113.58, 37.85 113.59, 37.86 113.59, 37.85 113.58))"),
		txt("broken/wkt-metres.wkt", wktParcel),
		txt("broken/wkt-line.wkt", "LINESTRING(113.58 37.85, 113.59 37.85)"),
		txt("broken/wkt-cut.wkt", "POLYGON((113.58 37.85, 113.59"),
		txt("broken/wkt-comma.wkt", "POLYGON((113.58,37.85, 113.59,37.85))"),
	}
}

// madeXML are KML, KMZ and documents that mean harm.
func madeXML() []made {
	txt := func(name, text string) made { return made{name: name, data: []byte(text)} }
	entities := `<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>`
	return []made{
		txt("odd/kml.kml", kml(kmlPolygon(kmlRing, ""))),
		txt("odd/kml-hole.kml", kml(kmlPolygon(kmlRing, "113.5835,37.8568 113.5840,37.8568 113.5840,37.8572 113.5835,37.8568"))),
		txt("odd/kml-multi.kml", kml("<MultiGeometry>"+kmlPolygon(kmlRing, "")+kmlPolygon(strings.ReplaceAll(kmlRing, "37.85", "37.95"), "")+"<Point><coordinates>113.58,37.85</coordinates></Point></MultiGeometry>")),
		txt("odd/kml-ovital.kml", strings.Replace(kml(kmlPolygon(kmlRing, "")), "<Document>", "<Document><name>奥维互动地图</name>", 1)),
		{name: "odd/kml-gbk.kml", data: gbk(strings.Replace(kml(kmlPolygon(kmlRing, "")), "UTF-8", "GBK", 1))},
		{name: "odd/kml-gcj.kml", data: []byte(kml(kmlPolygon(kmlRing, ""))), opt: read.Options{CRS: "GCJ-02"}},
		{name: "odd/kmz.kmz", data: packed("doc.kml", kml(kmlPolygon(kmlRing, "")), "files/icon.png", "x")},
		txt("broken/kml-unclosed.kml", kml(kmlPolygon(strings.TrimSuffix(kmlRing, " 113.5833,37.8566,0"), ""))),
		txt("broken/kml-line.kml", kml("<LineString><coordinates>"+kmlRing+"</coordinates></LineString>")),
		txt("broken/kml-swapped.kml", kml(kmlPolygon("37.8566,113.5833 37.8566,113.5845 37.8577,113.5845 37.8566,113.5833", ""))),
		txt("broken/kml-semicolons.kml", kml(kmlPolygon(strings.ReplaceAll(kmlRing, ",", ";"), ""))),
		txt("broken/kml-entities.kml", entities),
		txt("broken/kml-cut.kml", kml(kmlPolygon(kmlRing, ""))[:250]),
		txt("broken/gml-entities.gml", strings.ReplaceAll(entities, "kml", "FeatureCollection")),
		txt("broken/xml-other.xml", "<project><site/></project>"),
		txt("broken/html.html", "<!doctype html><html><body>404</body></html>"),
		txt("broken/html-2.html", "<html><body>404</body></html>"),
	}
}

// madeTables are CSV and XLSX lists of points.
func madeTables() []made {
	txt := func(name, text string) made { return made{name: name, data: []byte(text)} }
	csv := "点号,圈号,X,Y\nJ1,1,4191674,38463329\nJ2,1,4191774,38463329\nJ3,1,4191774,38463429\nJ4,1,4191674,38463429\nJ1,1,4191674,38463329\n"
	degrees := "Point,Longitude,Latitude\n1,113.5833,37.8566\n2,113.5845,37.8566\n3,113.5845,37.8577\n1,113.5833,37.8566\n"
	rows := [][]string{{"项目界址点成果表"}, {"地块编号", "点号", "X坐标(m)", "Y坐标(m)"}, {"YQ-1", "J1", "4191674", "38463329"}, {"", "J2", "4191774", "38463329"}, {"", "J3", "4191774", "38463429"}, {"", "J1", "4191674", "38463329"},
		{"YQ-2", "J1", "4191874", "38463329"}, {"", "J2", "4191974", "38463329"}, {"", "J3", "4191974", "38463429"}, {"", "J1", "4191874", "38463329"}}
	return []made{
		txt("odd/csv.csv", csv),
		{name: "good/csv-declared.csv", data: []byte(csv), opt: read.Options{CRS: "EPSG:4526"}},
		{name: "odd/csv-gbk.csv", data: gbk(csv)},
		txt("odd/csv-english.csv", degrees),
		txt("odd/csv-semicolon-bom.csv", "\ufeff"+strings.ReplaceAll(csv, ",", ";")),
		txt("odd/csv-tab.csv", strings.ReplaceAll(csv, ",", "\t")),
		txt("odd/csv-blank.csv", strings.ReplaceAll(csv, ",", "  ")),
		txt("odd/csv-wide-comma.csv", strings.ReplaceAll(csv, ",", "，")),
		txt("odd/csv-title-units.csv", "阳泉市某地块界址点坐标表,,,\n点号,圈号,纵坐标,横坐标\n,,米,米\n"+strings.SplitN(csv, "\n", 2)[1]),
		txt("odd/csv-dms.csv", "点号,经度,纬度\n1,113°35′00″,37°51′24″\n2,113°36′00″,37°51′24″\n3,\"113°36'00\"\"\",\"37°52'00\"\"\"\n"),
		txt("odd/csv-dms-letters.csv", "No,Lon,Lat\n1,E113d35m00s,N37d51m24s\n2,E113d36m00s,N37d51m24s\n3,E113d36m00s,N37d52m00s\n"),
		txt("odd/csv-packed.csv", "点号,经度(ddd.mmss),纬度(ddd.mmss)\n1,113.3500,37.5124\n2,113.3600,37.5124\n3,113.3600,37.5200\n"),
		{name: "odd/csv-packed-declared.csv", data: []byte("点号,经度,纬度\n1,113.3500,37.5124\n2,113.3600,37.5124\n3,113.3600,37.5200\n"), opt: read.Options{Packed: true}},
		txt("odd/csv-plots.csv", "parcel,name,x,y\n1,东区,463329,4191674\n1,东区,463429,4191674\n1,东区,463429,4191774\n2,西区,463129,4191674\n2,西区,463229,4191674\n2,西区,463229,4191774\n"),
		txt("odd/csv-rings.csv", "ring,northing,easting\n1,4191674,463329\n1,4191774,463329\n1,4191774,463429\n1,4191674,463429\n2,4191714,463369\n2,4191734,463369\n2,4191734,463389\n"),
		txt("odd/csv-mercator.csv", "x,y\n12644000,4558000\n12644200,4558000\n12644200,4558200\n"),
		txt("odd/csv-swapped-header.csv", "点号,纵坐标,横坐标\n1,38463329,4191674\n2,38463429,4191674\n3,38463429,4191774\n"),
		txt("broken/csv-letters.csv", strings.Replace(csv, "4191774,38463429", "n/a,38463429", 1)),
		txt("broken/csv-two-points.csv", "x,y\n463329,4191674\n463429,4191674\n"),
		txt("broken/csv-no-header.csv", "a,b\nc,d\n"),
		txt("broken/csv-packed-minutes.csv", "点号,经度(ddd.mmss),纬度(ddd.mmss)\n1,113.6500,37.5124\n2,113.3600,37.5124\n3,113.3600,37.5200\n"),
		{name: "odd/xlsx.xlsx", data: workbook(rows...)},
		{name: "good/xlsx-declared.xlsx", data: workbook(rows...), opt: read.Options{CRS: "CGCS2000_3_Degree_GK_Zone_38"}},
		{name: "odd/xlsx-degrees.xlsx", data: workbook([]string{"点号", "经度", "纬度"}, []string{"1", "113.5833", "37.8566"}, []string{"2", "113.5845", "37.8566"}, []string{"3", "113°35′04.2″", "37°51′28″"})},
		{name: "broken/xlsx-no-points.xlsx", data: workbook([]string{"姓名", "电话"}, []string{"张三", "123"})},
		{name: "broken/xlsx-text.xlsx", data: workbook([]string{"点号", "X", "Y"}, []string{"1", "见附图", "38463329"}, []string{"2", "见附图", "38463329"})},
	}
}

// madeArchives are Shapefiles, drawings and archives.
func madeArchives() []made {
	main, index := shp(parcelRings()...)
	name := "阳泉高新区"
	gbkName := string(gbk(name))
	set := func(dbf, cpg, prj string) []byte {
		parts := []string{"地块.shp", main, "地块.shx", index, "地块.dbf", dbf}
		if cpg != "" {
			parts = append(parts, "地块.cpg", cpg)
		}
		if prj != "" {
			parts = append(parts, "地块.prj", prj)
		}
		return packed(parts...)
	}
	stem := string(gbk("地块"))
	link := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		h := &zip.FileHeader{Name: "site.shp"}
		h.SetMode(os.ModeSymlink | 0o777)
		w, _ := z.CreateHeader(h)
		_, _ = w.Write([]byte("/etc/passwd"))
		_ = z.Close()
		return b.Bytes()
	}
	xian := strings.NewReplacer("CGCS2000_3_Degree_GK_Zone_38", "Xian_1980_3_Degree_GK_Zone_38", "GCS_China_Geodetic_Coordinate_System_2000", "GCS_Xian_1980", "D_China_2000", "D_Xian_1980").Replace(prj4526)
	return []made{
		{name: "good/shp-gbk-no-cpg.zip", data: set(dbf(0, "DKMC", gbkName, "DKBH", "YQ-1"), "", prj4526)},
		{name: "good/shp-gbk-ldid.zip", data: set(dbf(0x4d, "DKMC", gbkName), "", prj4526)},
		{name: "good/shp-gbk-cpg.zip", data: set(dbf(0, string(gbk("名称")), gbkName), "GBK", prj4526)},
		{name: "good/shp-utf8-cpg.zip", data: set(dbf(0, "name", name), "UTF-8", prj4526)},
		{name: "good/shp-utf8-no-cpg.zip", data: set(dbf(0x57, "name", name), "", prj4526)},
		{name: "odd/shp-gbk-cpg-utf8.zip", data: set(dbf(0, "DKMC", gbkName), "UTF-8", prj4526)},
		{name: "odd/shp-utf8-cpg-gbk.zip", data: set(dbf(0, "DKMC", name), "GBK", prj4526)},
		{name: "odd/shp-question-marks.zip", data: set(dbf(0, "DKMC", "?????"), "", prj4526)},
		{name: "good/shp-gbk-file-names.zip", data: packed(stem+"/"+stem+".shp", main, stem+"/"+stem+".shx", index, stem+"/"+stem+".dbf", dbf(0, "DKMC", gbkName), stem+"/"+stem+".prj", prj4526)},
		{name: "good/shp-no-prj-declared.zip", data: set(dbf(0, "DKMC", gbkName), "", ""), opt: read.Options{CRS: "EPSG:4526"}},
		{name: "odd/shp-no-dbf.zip", data: packed("a.shp", main, "a.shx", index, "a.prj", prj4526)},
		{name: "broken/shp-no-prj.zip", data: set(dbf(0, "DKMC", gbkName), "", "")},
		{name: "broken/shp-xian.zip", data: set(dbf(0, "DKMC", gbkName), "", xian)},
		{name: "broken/shp-prj-clash.zip", data: set(dbf(0, "DKMC", gbkName), "", strings.NewReplacer("38500000", "37500000", "114.0", "111.0", "Zone_38", "Zone_37").Replace(prj4526))},
		{name: "broken/shp-two.zip", data: packed("a.shp", main, "a.shx", index, "b.shp", main, "b.shx", index)},
		{name: "broken/shp-cut.zip", data: packed("a.shp", main[:60], "a.shx", index)},
		{name: "broken/shp-alone.shp", data: []byte(main)},
		{name: "odd/dxf.dxf", data: []byte(dxf("BOUNDARY", true))},
		{name: "good/dxf-declared.dxf", data: []byte(dxf("0", true)), opt: read.Options{CRS: "4526"}},
		{name: "broken/dxf-open.dxf", data: []byte(dxf("BOUNDARY", false))},
		{name: "broken/dxf-two-layers.dxf", data: []byte(strings.Replace(dxf("A", true), "0\nENDSEC\n0\nEOF\n", entity("B", 4191974, true)+"0\nENDSEC\n0\nEOF\n", 1))},
		{name: "odd/dxf-layer.dxf", data: []byte(strings.Replace(dxf("A", true), "0\nENDSEC\n0\nEOF\n", entity("B", 4191974, true)+"0\nENDSEC\n0\nEOF\n", 1)), opt: read.Options{Layer: "B"}},
		{name: "broken/dwg.dwg", data: []byte("AC1032\x00\x00\x00\x00")},
		{name: "broken/dxf-binary.dxf", data: []byte("AutoCAD Binary DXF\r\n\x1a\x00")},
		{name: "broken/excel-old.xls", data: []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
		{name: "broken/pdf.pdf", data: []byte("%PDF-1.7\n")},
		{name: "broken/rar.rar", data: []byte("Rar!\x1a\x07\x00")},
		{name: "broken/mif-alone.mif", data: []byte("VERSION 300\nCharset \"WindowsSimpChinese\"\nDelimiter \",\"\n")},
		{name: "broken/empty.txt", data: nil},
		{name: "broken/zeros.bin", data: make([]byte, 4096)},
		{name: "broken/prose.txt", data: []byte("请审查附件中的地块。\n")},
		{name: "good/zip-txt.zip", data: packed(stem+".txt", string(gbk(parcel)))},
		{name: "broken/zip-two.zip", data: packed("a.txt", parcel, "b.txt", parcel)},
		{name: "broken/zip-traversal.zip", data: packed("../../a.shp", main)},
		{name: "broken/zip-absolute.zip", data: packed("/tmp/a.shp", main)},
		{name: "broken/zip-backslash.zip", data: packed(`..\a.shp`, main)},
		{name: "broken/zip-nested.zip", data: packed("a.zip", string(packed("a.txt", parcel)))},
		{name: "broken/zip-nested-hidden.zip", data: packed("a.txt", string(packed("a.txt", parcel)))},
		{name: "broken/zip-link.zip", data: link()},
		{name: "broken/zip-cut.zip", data: set(dbf(0, "DKMC", gbkName), "", prj4526)[:200]},
		{name: "broken/zip-word.docx", data: packed("word/document.xml", "<w/>")},
	}
}

// entity writes a polyline of DXF, a square of 100 m.
func entity(layer string, north int, closed bool) string {
	flag := "0"
	if closed {
		flag = "1"
	}
	s := "0\nLWPOLYLINE\n8\n" + layer + "\n100\nAcDbPolyline\n90\n4\n70\n" + flag + "\n"
	for _, p := range [4][2]int{{0, 0}, {100, 0}, {100, 100}, {0, 100}} {
		s += "10\n" + num(38463329+p[0]) + "\n20\n" + num(north+p[1]) + "\n"
	}
	return s
}

func dxf(layer string, closed bool) string {
	return "0\nSECTION\n2\nHEADER\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n" + entity(layer, 4191674, closed) + "0\nENDSEC\n0\nEOF\n"
}
