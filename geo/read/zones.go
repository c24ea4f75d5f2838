package read

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb"

	"planatlas/geo/crs"
)

// fromDegrees decides what degrees are.
func (d *draft) fromDegrees(p orb.Point, r reading, declared crs.System, where text2) (s crs.System, err error) {
	swap := func() (float64, float64) {
		if r.north {
			return p[1], p[0]
		}
		return p[0], p[1]
	}
	x, y := swap()
	switch {
	case declared.Metric():
		return s, refusal(ErrGeometry, where, numbers(p), saying("metres of %s (%[2]s)", "%[1]s（%[3]s）的米制坐标", declared.Code(), declared.EN(), declared.ZH()),
			saying("the numbers are degrees: %[1]v, %[2]v is a longitude and a latitude; declare EPSG:4490 or convert them", "这些数是度：%[1]v，%[2]v是经度和纬度；请声明EPSG:4490或先转换", x, y))
	case r.north && d.degrees && (d.result.Format == FormatGeoJSON || d.result.Format == FormatKML || d.result.Format == FormatKMZ):
		g, _ := crs.Detect(p[0], p[1])
		return s, refusal(ErrGeometry, where, numbers(p), lonLat(), text2{g.EN, g.ZH})
	case declared.Code() != "":
		return declared, nil
	case d.degrees:
		s, err = crs.Named(crs.CodeCRS84)
		d.believe("crs", s.Code(), text2{"the format has longitude and latitude unless it says otherwise", "该格式未另注明时为经纬度"})
		return s, err
	case d.mustName:
		return s, d.unnamed(p, where, text2{"EPSG:4490 (longitude and latitude on CGCS2000)", "EPSG:4490（2000国家大地坐标系经纬度）"}, "EPSG:4490")
	}
	s, err = crs.Named(crs.CodeCGCS2000)
	d.believe("crs", s.Code(), text2{"the numbers are degrees of a place in China", "数值为中国境内的经纬度"})
	if d.zone > 0 || d.width > 0 {
		d.notice("not_projected", text2{"the head names a Gauss-Kruger zone, but the numbers are degrees; they were read as longitude and latitude", "文件头写明高斯-克吕格分带，但数值为度，已按经纬度读取"})
	}
	d.assume()
	return s, err
}

// assume tells that no datum is named.
func (d *draft) assume() {
	if !d.datum {
		d.notice("datum_assumed", text2{"the file names no datum; CGCS2000 was assumed. Coordinates of Xian 1980 or Beijing 1954 look alike and would be some 100 m off", "文件未注明坐标系，已按2000国家大地坐标系读取；西安80或北京54坐标形式相同，误差可达百米左右"})
	}
}

// unnamed refuses a GIS file whose system nobody names.
func (d *draft) unnamed(p orb.Point, where text2, like text2, code string) error {
	return refusal(ErrGeometry, where, text2{pair(p) + " and no coordinate system", pair(p) + "，且没有坐标系"}, text2{"the file's coordinate system: a .prj, or one declared with the file", "文件的坐标系：.prj文件，或随文件声明"},
		text2{"the numbers look like " + like.en + "; if they are, declare the system " + code, "数值像是" + like.zh + "；如是，请声明坐标系" + code})
}

// fromMetres decides which system metres are of.
func (d *draft) fromMetres(p orb.Point, r reading, declared crs.System, where text2) (s crs.System, err error) {
	east, north := p[0], p[1]
	if r.north {
		east, north = north, east
	}
	c, isPlane := declared.Plane()
	switch {
	case declared.Code() == crs.CodeMercator && r.mercator:
		d.notice("mercator", text2{"Web Mercator metres were turned to CGCS2000; areas and lengths in them are not true (1.6 times too large at Yangquan)", "坐标由Web墨卡托转换，其面积和长度失真（在阳泉面积约为1.6倍）"})
		return declared, nil
	case declared.Code() == crs.CodeMercator:
		return s, refusal(ErrGeometry, where, numbers(p), text2{"Web Mercator metres (EPSG:3857)", "Web墨卡托米制坐标（EPSG:3857）"}, d.guess(p))
	case isPlane && r.gauss:
		return d.inZone(east, north, r, c.Width, c.Zone, c.Prefixed, where)
	case declared.Code() != "" && !isPlane, declared.Code() == "" && d.degrees:
		want := lonLat()
		if declared.Code() != "" {
			want = saying("degrees of %s (%[2]s)", "%[1]s（%[3]s）的度", declared.Code(), declared.EN(), declared.ZH())
		}
		return s, refusal(ErrGeometry, where, numbers(p), want, d.guess(p))
	case isPlane:
		return s, refusal(ErrGeometry, where, numbers(p), saying("metres of %s (%[2]s)", "%[1]s（%[3]s）的米制坐标", declared.Code(), declared.EN(), declared.ZH()), d.guess(p))
	}
	return d.undeclared(p, east, north, r, where)
}

// undeclared decides which system metres are of that neither client nor format name.
func (d *draft) undeclared(p orb.Point, east, north float64, r reading, where text2) (s crs.System, err error) {
	if r.mercator {
		m, err := crs.Named(crs.CodeMercator)
		if err != nil {
			return s, err
		}
		lon, lat := m.ToLonLat(east, north)
		if d.options.Home.Contains(orb.Point{lon, lat}) && !d.mustName && d.zone == 0 {
			d.believe("crs", m.Code(), saying("as Web Mercator the numbers lie in the city, at %.4f, %.4f", "按Web墨卡托读取位于本市（%.4f，%.4f）", lon, lat))
			d.notice("mercator", text2{"the numbers are Web Mercator metres, whose areas are not true; they were turned to CGCS2000", "数值为Web墨卡托米制坐标，面积失真，已转换为2000国家大地坐标系"})
			return m, nil
		}
		if !r.gauss {
			return s, refusal(ErrGeometry, where, numbers(p), text2{"a declared coordinate system", "声明坐标系"}, text2{"if they are Web Mercator, declare the system EPSG:3857", "如为Web墨卡托坐标，请声明坐标系EPSG:3857"})
		}
	}
	if d.zone > 0 {
		width := d.width
		if width == 0 {
			width = widthOf(d.zone)
		}
		d.assume()
		return d.inZone(east, north, r, width, d.zone, r.zone > 0, where)
	}
	var c crs.CRS
	if r.zone > 0 {
		c, _ = crs.ByZone(widthOf(r.zone), r.zone, true)
		d.believe("zone", strconv.Itoa(r.zone), saying("the eastings start with %d", "横坐标以%d开头", r.zone))
		if d.width != 0 && d.width != c.Width {
			d.notice("zone_width", saying("the head says %d-degree zones, but zone %d is one of %d degrees; it was read so", "文件头写明%d度带，但第%d带属于%d度带，已按后者读取", d.width, r.zone, c.Width))
		}
	} else {
		var found bool
		if c, found = d.infer(east, north); !found {
			return s, refusal(ErrGeometry, where, numbers(p), text2{"eastings with their zone number, or the zone named (带号)", "带带号的横坐标，或注明带号"},
				text2{"metres without zone number, and in no zone do they lie in the city; declare the system, such as EPSG:4547", "坐标不带带号，按任何带号都不在本市；请声明坐标系，如EPSG:4547"})
		}
		if !d.mustName {
			d.believe("zone", strconv.Itoa(c.Zone), text2{"only there do the numbers lie in the city", "仅按此带号位于本市"})
			d.notice("zone_inferred", saying("zone inferred %d: no zone is named, and only in %[2]s do the numbers lie in the city", "推断带号为%[1]d：文件未注明带号，仅按%[3]s位于本市", c.Zone, c.EN(), c.ZH()))
		}
	}
	if d.mustName {
		return s, d.unnamed(p, where, text2{c.Code() + " (" + c.EN() + ")", c.Code() + "（" + c.ZH() + "）"}, c.Code())
	}
	s = crs.Of(c)
	d.believe("crs", s.Code(), text2{"by the size of the numbers", "依数值大小判定"})
	d.assume()
	return s, nil
}

// widthOf returns the width in degrees of the zones that a number belongs to.
func widthOf(zone int) int {
	if zone <= 23 {
		return 6
	}
	return 3
}

// infer finds the zone that puts metres without zone number into the city.
func (d *draft) infer(east, north float64) (crs.CRS, bool) {
	for _, width := range [2]int{3, 6} {
		if d.width != 0 && d.width != width {
			continue
		}
		for c := range crs.All() {
			if c.Width == width && !c.Prefixed {
				if lon, lat := c.Inverse(north, east); d.options.Home.Contains(orb.Point{lon, lat}) {
					return c, true
				}
			}
		}
	}
	return crs.CRS{}, false
}

// inZone holds numbers against the zone that is named for them.
func (d *draft) inZone(east, north float64, r reading, width, zone int, prefixed bool, where text2) (s crs.System, err error) {
	named, ok := crs.ByZone(width, zone, r.zone > 0)
	if !ok {
		return s, refusal(ErrGeometry, where, saying("zone %d of %d degrees", "%[2]d度带第%[1]d带", zone, width), text2{"zones 25 to 45 of 3 degrees or 13 to 23 of 6", "3度带25至45带，或6度带13至23带"}, text2{"correct 几度分带 or 带号 in the head", "请更正文件头中的几度分带或带号"})
	}
	value := text2{fmt.Sprintf("easting %.3f", east), fmt.Sprintf("横坐标%.3f", east)}
	if r.zone > 0 && r.zone != zone {
		c, _ := crs.ByZone(widthOf(r.zone), r.zone, true)
		lon, lat := c.Inverse(north, east)
		lon2, lat2 := named.WithPrefix(false).Inverse(north, east-float64(r.zone)*1e6)
		return s, refusal(ErrGeometry, where, text2{value.en + fmt.Sprintf(", which starts with zone %d", r.zone), value.zh + fmt.Sprintf("（以%d开头）", r.zone)}, saying("an easting of zone %d, which is named (带号=%[1]d)", "带号%d的横坐标（注明带号=%[1]d）", zone),
			saying("contradiction: read by its prefix %d the point is at %.4f, %.4f, read in zone %d at %.4f, %.4f; correct the zone or the coordinates", "相互矛盾：按前缀%d带读取位于%.4f，%.4f，按%d带读取位于%.4f，%.4f；请更正带号或坐标", r.zone, lon, lat, zone, lon2, lat2))
	}
	lon, lat := named.Inverse(north, east)
	if other, found := d.infer(east, north); r.zone == 0 && found && other.Meridian != named.Meridian && !d.options.Home.Contains(orb.Point{lon, lat}) {
		lon2, lat2 := other.Inverse(north, east)
		return s, refusal(ErrGeometry, where, value, saying("an easting that lies in the city in zone %d, which is named", "按注明的%d带位于本市的横坐标", zone),
			saying("in zone %[1]d (central meridian %[2]g°E) the point is at %.4[3]f, %.4[4]f, outside the city; in zone %[5]d at %.4[6]f, %.4[7]f inside it; correct the zone (带号)", "按%[1]d带（中央经线%[2]g°E）位于%.4[3]f，%.4[4]f，不在本市；按%[5]d带位于%.4[6]f，%.4[7]f，在本市；请更正带号", zone, named.Meridian, lon, lat, other.Zone, lon2, lat2))
	}
	if prefixed != (r.zone > 0) {
		d.notice("zone_prefix", saying("%s was named, and the eastings are those of %s: they differ by the zone number in front; they were read so", "注明为%s，而横坐标属于%s（仅带号前缀不同），已按后者读取", named.WithPrefix(prefixed).Code(), named.Code()))
	}
	s = crs.Of(named)
	d.believe("zone", strconv.Itoa(zone), text2{"it is named", "文件或声明已注明"})
	d.believe("crs", s.Code(), text2{"by the named zone and the size of the numbers", "依注明的带号和数值大小判定"})
	return s, nil
}

// guess words what numbers look like.
func (d *draft) guess(p orb.Point) text2 {
	if g, ok := crs.Detect(p[0], p[1]); ok {
		return text2{g.EN, g.ZH}
	}
	return text2{"longitude is within ±180 and latitude within ±90", "经度在±180以内，纬度在±90以内"}
}
