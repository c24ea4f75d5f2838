package read_test

import (
	"strings"

	"planatlas/geo/read"
)

// noZone strips the zone number from the eastings of the parcel.
func noZone(s string) string { return edit(s, ",38463", ",463") }

// swapColumns puts the last column of every point before the one in front of it.
func swapColumns(s string) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		if f := strings.Split(strings.TrimSpace(line), ","); len(f) == 4 {
			line = f[0] + "," + f[1] + "," + f[3] + "," + f[2] + "\n"
		}
		out.WriteString(line)
	}
	return out.String()
}

// second is another plot, 200 m to the north.
const second = `5,1.0000,YQ-2026-002,地块二,面,J49G052090,工业用地,1001,@
J1,1,4191874.000,38463329.000
J2,1,4191974.000,38463329.000
J3,1,4191974.000,38463429.000
J4,1,4191874.000,38463429.000
J1,1,4191874.000,38463329.000
`

func unclosed(s string) string {
	return edit(s, "J4,1,4191674.000,38463429.000\nJ1,1,4191674.000,38463329.000\n", "J4,1,4191674.000,38463429.000\n", "J8,2,4191734.000,38463369.000\nJ5,2,4191714.000,38463369.000\n", "J8,2,4191734.000,38463369.000\n")
}

func points() string { return parcel[strings.Index(parcel, "J1,"):] }

// madeTXT are files of 界址点 TXT.
func madeTXT() []made {
	head, rows, _ := strings.Cut(parcel, "[地块坐标]\n")
	bare := "4191674.000,38463329.000\n4191774.000,38463329.000\n4191774.000,38463429.000\n4191674.000,38463429.000\n"
	txt := func(name, text string) made { return made{name: name, data: []byte(text)} }
	return append([]made{
		txt("good/txt-utf8.txt", parcel),
		{name: "good/txt-gbk.txt", data: gbk(parcel)},
		txt("good/txt-bom.txt", "\ufeff"+parcel),
		{name: "good/txt-utf16.txt", data: utf16(parcel)},
		{name: "good/txt-gbk-crlf.txt", data: gbk(edit(parcel, "\n", "\r\n"))},
		txt("good/txt-cr.txt", edit(parcel, "\n", "\r")),
		txt("good/txt-no-prefix.txt", noZone(parcel)),
		txt("good/txt-meridian.txt", edit(noZone(parcel), "带号=38", "中央子午线=114")),
		txt("good/txt-two-plots.txt", parcel+second),
		txt("good/txt-spaces.txt", edit(parcel, "[", "  [", ",1,", " , 1 , ", "\n", " \n", "=", " = ")),
		txt("good/txt-old-head.txt", edit(parcel, "格式版本号=1.01版本\n数据产生单位=阳泉市自然资源局\n数据产生日期=2026-11-24\n", "", "2000国家大地坐标系", "CGCS2000", "精度=0.001", "精度=", ",,,,,,", "0,0,0,0,0,0,0")),
		txt("good/txt-area-unit.txt", edit(parcel, "0.9600", "0.9600公顷")),
		txt("good/txt-area-missing.txt", edit(parcel, "0.9600", "")),
		txt("good/txt-count-missing.txt", edit(parcel, "10,0.96", ",0.96")),
		txt("good/txt-13-fields.txt", edit(parcel, "1001,@", "1001,耕地,旱地,9,8,整理,@")),
		txt("good/txt-project.txt", "[项目信息]\n项目名称=阳泉高新区扩区\n项目编号=YQ26\n"+parcel),
		txt("good/txt-no-names.txt", edit(parcel, "J1,", ",", "J2,", ",", "J3,", ",", "J4,", ",", "J5,", ",", "J6,", ",", "J7,", ",", "J8,", ",")),
		txt("good/txt-numbers.txt", edit(parcel, "J", "", "49G", "J49G")),
		txt("good/txt-ring-zero.txt", edit(parcel, ",1,4", ",0,4", ",2,4", ",1,4")),
		txt("good/txt-ring-skips.txt", edit(parcel, ",1,4", ",3,4", ",2,4", ",7,4")),
		txt("good/txt-ring-same.txt", edit(parcel, ",2,4", ",1,4")),
		txt("good/txt-hole-first.txt", parcel[:strings.Index(parcel, "J1,")]+edit(points()[strings.Index(points(), "J5,"):], ",2,", ",1,")+edit(points()[:strings.Index(points(), "J5,")], ",1,", ",2,")),
		txt("good/txt-name-comma.txt", edit(parcel, "地块一", "地块一,东区,北侧")),
		txt("good/txt-name-wide-comma.txt", edit(parcel, "地块一", "地块一，东区")),
		txt("good/txt-tabs.txt", head+"[地块坐标]\n"+strings.ReplaceAll(rows[:strings.Index(rows, "J1")], "\t", ",")+strings.ReplaceAll(points(), ",", "\t")),
		txt("good/txt-six-degrees.txt", edit(parcel, "几度分带=3", "几度分带=6", "带号=38", "带号=19", "38463329", "19727258", "38463429", "19727358", "38463369", "19727298", "38463389", "19727318")),
		txt("good/txt-section-wide.txt", edit(parcel, "[地块坐标]", "【地块坐标】", "=", "＝")),
		txt("good/txt-line-by-meridian.txt", edit(parcel, "2000国家大地坐标系", "CGCS2000_3_Degree_GK_Zone_38", "带号=38", "带号=")),
		txt("odd/txt-zone-empty.txt", edit(noZone(parcel), "带号=38", "带号=")),
		txt("odd/txt-zone-empty-prefix.txt", edit(parcel, "带号=38", "带号=", "2000国家大地坐标系", "")),
		txt("odd/txt-unclosed.txt", unclosed(parcel)),
		txt("odd/txt-count-8.txt", edit(parcel, "10,0.96", "8,0.96")),
		txt("odd/txt-unclosed-count-8.txt", edit(unclosed(parcel), "10,0.96", "8,0.96")),
		txt("odd/txt-wgs84.txt", edit(parcel, "2000国家大地坐标系", "WGS84")),
		{name: "good/txt-crs-cgcs2000.txt", data: []byte(edit(parcel, "坐标系=2000国家大地坐标系\n", "")), opt: read.Options{CRS: "CGCS2000"}},
		txt("odd/txt-remarks.txt", edit(unclosed(parcel), "[地块坐标]", "# 界址点\n// 2026\n[地块坐标]", "J2,", "#2,")),
		txt("odd/txt-swapped.txt", swapColumns(parcel)),
		txt("odd/txt-swapped-no-prefix.txt", swapColumns(noZone(parcel))),
		txt("odd/txt-full-width.txt", edit(parcel, "J1,1,4191674.000,38463329.000", "Ｊ１，１，４１９１６７４．０００，３８４６３３２９．０００", "10,0.9600,YQ-2026-001,地块一,面,J49G052090,工业用地,1001,@", "１０，０.９６００，YQ-2026-001，地块一，面，J49G052090，工业用地，1001，＠")),
		txt("odd/txt-wide-comma.txt", edit(points(), ",", "，")+"@"[:0]),
		txt("odd/txt-section-no-head.txt", "[地块坐标]\n"+points()),
		txt("odd/txt-bare.txt", bare),
		txt("odd/txt-bare-east-first.txt", "463329 4191674\n463429 4191674\n463429 4191774\n463329 4191774\n463329 4191674\n"),
		txt("odd/txt-bare-named.txt", "J1 4191674 463329\nJ2 4191774 463329\nJ3 4191774 463429\n"),
		txt("odd/txt-bare-degrees.txt", "113.5833,37.8566\n113.5845,37.8566\n113.5845,37.8577\n113.5833,37.8577\n"),
		txt("odd/txt-bare-dms.txt", "37°51′24″,113°34′59.9″\n37°52′00″,113°34′59.9″\n37°52′00″,113°36′00″\n"),
		txt("odd/txt-heights.txt", edit(parcel, "38463329.000\n", "38463329.000,812.5\n")),
		txt("odd/txt-two-parts.txt", edit(parcel, "J5,2,4191714.000,38463369.000\nJ6,2,4191714.000,38463389.000\nJ7,2,4191734.000,38463389.000\nJ8,2,4191734.000,38463369.000\nJ5,2,4191714.000,38463369.000\n", "J5,2,4191874,38463329\nJ6,2,4191874,38463349\nJ7,2,4191894,38463349\nJ8,2,4191894,38463329\nJ5,2,4191874,38463329\n", "0.9600", "1.0400")),
		txt("odd/txt-area-mu.txt", edit(parcel, "0.9600", "14.4")),
		txt("odd/txt-area-m2.txt", edit(parcel, "0.9600", "9600")),
		txt("odd/txt-area-wrong.txt", edit(parcel, "0.9600", "1.9600")),
		txt("odd/txt-parameters.txt", edit(parcel, ",,,,,,", "12.5,33,1,0,0,0,1")),
		txt("odd/txt-line-plot.txt", parcel+edit(second, "面", "线")),
		txt("odd/txt-plots-overlap.txt", parcel+edit(second, "4191874", "4191724", "4191974", "4191824")),
		txt("odd/txt-zone-37.txt", edit(parcel, "带号=38", "带号=37", "38463329", "37727258", "38463429", "37727358", "38463369", "37727298", "38463389", "37727318")),
		txt("odd/txt-elsewhere.txt", edit(parcel, "带号=38", "带号=39", "38463329", "39463329", "38463429", "39463429", "38463369", "39463369", "38463389", "39463389")),
		txt("odd/txt-width-wrong.txt", edit(parcel, "带号=38", "带号=", "几度分带=3", "几度分带=6")),
		{name: "odd/txt-crs-4547.txt", data: []byte(parcel), opt: read.Options{CRS: "EPSG:4547"}},
		{name: "odd/txt-repaired.txt", data: []byte(edit(parcel, "J2,1,4191774.000,38463329.000\n", "J2,1,4191774.000,38463329.000\nJ2,1,4191774.000,38463329.000\nJ9,1,4191790.000,38463329.000\nJ2,1,4191774.000,38463329.000\n")), opt: read.Options{Faults: read.RepairFaults}},
	}, brokenTXT(txt, head, bare)...)
}

func brokenTXT(txt func(name, text string) made, head, bare string) []made {
	return []made{
		txt("broken/txt-zone-clash.txt", edit(parcel, "带号=38", "带号=37")),
		txt("broken/txt-wrong-zone.txt", edit(noZone(parcel), "带号=38", "带号=37")),
		txt("broken/txt-no-such-zone.txt", edit(parcel, "带号=38", "带号=99")),
		txt("broken/txt-zone-and-width.txt", edit(noZone(parcel), "几度分带=3", "几度分带=6")),
		txt("broken/txt-xian.txt", edit(parcel, "2000国家大地坐标系", "1980西安坐标系")),
		txt("broken/txt-xian-80.txt", edit(parcel, "2000国家大地坐标系", "80国家大地坐标系")),
		txt("broken/txt-beijing.txt", edit(parcel, "2000国家大地坐标系", "1954年北京坐标系")),
		txt("broken/txt-local.txt", edit(parcel, "2000国家大地坐标系", "阳泉市独立坐标系")),
		txt("broken/txt-mixed-prefix.txt", edit(parcel, "J3,1,4191774.000,38463429", "J3,1,4191774.000,463429")),
		txt("broken/txt-mixed-zones.txt", edit(parcel, "J3,1,4191774.000,38463429", "J3,1,4191774.000,39463429")),
		txt("broken/txt-mixed-axes.txt", edit(parcel, "J3,1,4191774.000,38463429.000", "J3,1,38463429.000,4191774.000")),
		txt("broken/txt-missing-digit.txt", edit(parcel, "J3,1,4191774.000", "J3,1,419177.000")),
		txt("broken/txt-letter.txt", edit(parcel, "J3,1,4191774.000", "J3,1,41917O4.000")),
		txt("broken/txt-empty-coordinate.txt", edit(parcel, "J3,1,4191774.000", "J3,1,")),
		txt("broken/txt-two-points.txt", edit(parcel, "J5,2,4191714.000,38463369.000\nJ6,2,4191714.000,38463389.000\nJ7,2,4191734.000,38463389.000\nJ8,2,4191734.000,38463369.000\nJ5,2,4191714.000,38463369.000\n", "J5,2,4191714.000,38463369.000\nJ6,2,4191714.000,38463389.000\n")),
		txt("broken/txt-no-points.txt", head+"[地块坐标]\n10,0.9600,YQ-2026-001,地块一,面,,,,@\n"),
		txt("broken/txt-no-plots.txt", head+"[地块坐标]\n"),
		txt("broken/txt-all-lines.txt", edit(parcel, ",面,", ",线,")),
		txt("broken/txt-millimetres.txt", edit(parcel, "计量单位=米", "计量单位=毫米")),
		txt("broken/txt-utm.txt", edit(parcel, "高斯克吕格", "UTM")),
		txt("broken/txt-width-5.txt", edit(parcel, "几度分带=3", "几度分带=5")),
		txt("broken/txt-self-crossing.txt", edit(parcel, "J2,1,4191774.000,38463329.000\nJ3,1,4191774.000,38463429.000\n", "J3,1,4191774.000,38463429.000\nJ2,1,4191774.000,38463329.000\n")),
		txt("broken/txt-spike.txt", edit(parcel, "J2,1,4191774.000,38463329.000\n", "J2,1,4191774.000,38463329.000\nJ9,1,4191790.000,38463329.000\nJ2,1,4191774.000,38463329.000\n")),
		txt("odd/txt-duplicate.txt", edit(parcel, "J2,1,4191774.000,38463329.000\n", "J2,1,4191774.000,38463329.000\nJ2b,1,4191774.000,38463329.000\n")),
		txt("broken/txt-closing-differs.txt", edit(parcel, "J1,1,4191674.000,38463329.000\nJ5", "J1,1,4191674.000,38463329.500\nJ5")),
		txt("broken/txt-hole-crosses.txt", edit(parcel, "4191734.000,38463389.000", "4191794.000,38463389.000")),
		txt("broken/txt-same-ring-twice.txt", edit(parcel, "J5,2,4191714.000,38463369.000\nJ6,2,4191714.000,38463389.000\nJ7,2,4191734.000,38463389.000\nJ8,2,4191734.000,38463369.000\nJ5,2,4191714.000,38463369.000\n", "J1,2,4191674.000,38463329.000\nJ2,2,4191774.000,38463329.000\nJ3,2,4191774.000,38463429.000\nJ4,2,4191674.000,38463429.000\nJ1,2,4191674.000,38463329.000\n")),
		txt("broken/txt-flat.txt", "4191674,38463329\n4191774,38463329\n4191874,38463329\n"),
		txt("broken/txt-not-in-city-bare.txt", edit(bare, "38463", "800")),
		{name: "broken/txt-crs-clash.txt", data: []byte(parcel), opt: read.Options{CRS: "EPSG:4525"}},
		{name: "broken/txt-crs-degrees.txt", data: []byte(parcel), opt: read.Options{CRS: "EPSG:4490"}},
		{name: "broken/txt-crs-unknown.txt", data: []byte(parcel), opt: read.Options{CRS: "EPSG:32649"}},
		{name: "broken/txt-crs-xian.txt", data: []byte(parcel), opt: read.Options{CRS: "EPSG:2362"}},
		{name: "broken/txt-not-text.txt", data: append([]byte(parcel), 0xff, 0xfe, 0x80, '\n')},
		{name: "broken/txt-nul.txt", data: []byte(edit(parcel, "J3", "J\x003"))},
	}
}
