package read

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"planatlas/geo/crs"
)

// reading is what the two numbers of a point look like by their size.
type reading struct {
	degrees, gauss, mercator bool
	north                    bool // the first number is the northing or the latitude
	abroad                   bool // degrees outside China, whose order cannot be told
	zone                     int  // in front of the easting, or 0
}

// look judges a point as it is written.
func look(p orb.Point) (r reading) {
	a, b := p[0], p[1]
	if math.Abs(a) <= 180 && math.Abs(b) <= 180 {
		r.degrees, r.north = true, crs.InChina(b, a)
		r.abroad = !r.north && !crs.InChina(a, b)
		return r
	}
	for _, north := range [2]bool{false, true} {
		e, n := a, b
		if north {
			e, n = b, a
		}
		zone, prefixed := crs.ZoneOf(e)
		gauss := crs.IsNorthing(n) && (prefixed || crs.IsEasting(e))
		if mercator := crs.IsMercator(e, n); gauss || mercator {
			return reading{gauss: gauss, mercator: mercator, north: north, zone: zone}
		}
	}
	return r
}

// nameRefused words that a system cannot be read.
func (d *draft) nameRefused(err error, where text2, value string) error {
	var e *crs.NameError
	if !errors.As(err, &e) {
		return err
	}
	return refusal(ErrGeometry, where, quoted(value), text2{"coordinates on CGCS2000 (EPSG:4490 or a Gauss-Kruger zone of it)", "2000国家大地坐标系坐标（EPSG:4490或其高斯-克吕格带）"}, text2{e.EN, e.ZH})
}

// each calls f for every point of the file.
func (d *draft) each(f func(p *orb.Point, mark int32) error) error {
	for _, plot := range d.plots {
		for _, part := range append([][]rawRing{plot.rings}, plot.polygons...) {
			for _, ring := range part {
				for i := range ring.points {
					mark := int32(-1)
					if i < len(ring.marks) {
						mark = ring.marks[i]
					}
					if err := f(&ring.points[i], mark); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// placeOf names where a point stands.
func (d *draft) placeOf(mark int32) text2 {
	if mark < 0 || d.whereIs == nil {
		return text2{}
	}
	return d.whereIs(mark)
}

// locate finds the system of the numbers, puts easting or longitude first in every
// point, and refuses what contradicts itself.
func (d *draft) locate() error {
	first, all, firstMark, err := d.lookAtAll()
	if err != nil {
		return err
	}
	declared, err := d.declared()
	if err != nil {
		return err
	}
	var s crs.System
	if all.degrees {
		s, err = d.fromDegrees(first, all, declared, d.placeOf(firstMark))
	} else {
		s, err = d.fromMetres(first, all, declared, d.placeOf(firstMark))
	}
	if err != nil {
		return err
	}
	d.result.AccuracyM = d.options.AccuracyM
	if s, err = d.onOld(s, d.placeOf(firstMark)); err != nil {
		return err
	}
	d.result.System, d.result.CRS = s, s.Code()
	d.orient(all)
	if s.Shifted() {
		d.result.AccuracyM = math.Max(d.result.AccuracyM, crs.ShiftAccuracyM)
		d.notice("shifted", saying("coordinates were turned from %s to CGCS2000 by an unofficial formula; they are not exact to better than %d m", "坐标由%s经非官方公式转换为2000国家大地坐标系，精度不优于%d米", s.Code(), crs.ShiftAccuracyM))
	}
	if s.GNSS() {
		d.notice("epoch", epoch())
	}
	return d.place(s)
}

// epoch tells that coordinates of satellite receivers are not those of the year 2000.
func epoch() text2 {
	return text2{"WGS84 coordinates of satellite receivers were taken as CGCS2000 without epoch correction (GNSS 坐标未做历元改正), which is about 0.8 m in 2026; do not use them where less matters",
		"GNSS（WGS84）坐标未做历元改正，直接视为2000国家大地坐标系，2026年约差0.8米，不适用于更高精度要求"}
}

// lookAtAll judges every point; all must look alike.
func (d *draft) lookAtAll() (first orb.Point, all reading, firstMark int32, err error) {
	begun := false
	plain := d.plain()
	err = d.each(func(p *orb.Point, mark int32) error {
		r := look(*p)
		if plain && (!r.degrees || r.north || math.Abs(p[1]) > 90) {
			return refusal(ErrGeometry, d.placeOf(mark), numbers(*p), lonLat(), d.guess(*p))
		}
		if !begun {
			begun, first, all, firstMark = true, *p, r, mark
		}
		switch {
		case !r.degrees && !r.gauss && !r.mercator:
			return refusal(ErrGeometry, d.placeOf(mark), numbers(*p), text2{"coordinates of a place in China: degrees, or metres of CGCS2000 Gauss-Kruger", "中国境内的坐标：度，或2000国家大地坐标系高斯-克吕格投影的米"},
				text2{"a local origin, millimetres or missing digits? hand in CGCS2000 coordinates", "是否为独立坐标、毫米或缺位？请提交2000国家大地坐标系坐标"})
		case r.degrees && all.degrees && (r.abroad || all.abroad):
			all.north, all.abroad = all.north || r.north, all.abroad && r.abroad
		case r.degrees != all.degrees || r.zone != all.zone || r.north != all.north || r.gauss != all.gauss:
			return refusal(ErrGeometry, d.placeOf(mark), numbers(*p), text2{"numbers of the same kind in every point: " + all.describe().en, "各点坐标形式一致：" + all.describe().zh},
				text2{"this one is " + r.describe().en + "; zone prefixes, axes or systems are mixed in the file", "该点为" + r.describe().zh + "；文件中带号、坐标轴或坐标系混用"})
		case !r.mercator:
			all.mercator = false
		}
		return nil
	})
	return first, all, firstMark, err
}

// plain tells a file whose format has longitude before latitude and that names no
// other system.
func (d *draft) plain() bool {
	f := d.result.Format
	return d.degrees && d.crs == "" && d.options.CRS == "" && (f == FormatGeoJSON || f == FormatKML || f == FormatKMZ)
}

// lonLat is what such a file has to hold.
func lonLat() text2 {
	return text2{"[longitude, latitude] in degrees on CGCS2000 (EPSG:4490)", "2000国家大地坐标系（EPSG:4490）的“经度,纬度”，单位度"}
}

// numbers shows a point as it is written.
func numbers(p orb.Point) text2 { return both(pair(p)) }

// describe words a reading.
func (r reading) describe() (t text2) {
	switch {
	case r.degrees:
		t = text2{"degrees", "度"}
	case r.zone > 0:
		t = saying("metres with zone number %d", "带带号%d的米制坐标", r.zone)
	default:
		t = text2{"metres without zone number", "不带带号的米制坐标"}
	}
	if r.north {
		return text2{t.en + ", north first", t.zh + "，纵坐标（北）在前"}
	}
	return text2{t.en + ", east first", t.zh + "，横坐标（东）在前"}
}

// installed takes the operator's parameters where a name was refused for its old
// datum: the system of CGCS2000 with the same zone then stands for it, until the zone
// is known.
func (d *draft) installed(s crs.System, err error) (crs.System, crs.Datum, error) {
	var e *crs.NameError
	if !errors.As(err, &e) || e.Datum == "" {
		return s, "", err
	}
	for _, t := range d.options.Datums {
		if t.From == e.Datum {
			d.old = append(d.old, t)
		}
	}
	if len(d.old) == 0 {
		return s, "", err
	}
	return e.Twin, e.Datum, nil
}

// declared returns the system that the client or the file names, if any.
func (d *draft) declared() (s crs.System, err error) {
	var file crs.System
	inFile := d.headDatum
	if d.crs != "" {
		if strings.Contains(d.crs, "[") {
			file, err = crs.FromWKT(d.crs)
		} else {
			file, err = crs.Named(d.crs)
		}
		file, inFile, err = d.installed(file, err)
		var e *crs.NameError
		if err != nil && (d.options.CRS == "" || errors.As(err, &e) && e.Datum != "") {
			name := d.crs
			if errors.As(err, &e) && e.Name != "" {
				name = e.Name
			}
			return s, d.nameRefused(err, text2{}, name)
		}
	}
	if d.options.CRS == "" {
		if file.Code() != "" {
			d.believe("crs", file.Code(), d.crsReason)
		}
		return file, nil
	}
	s, datum, err := d.installed(crs.Named(d.options.CRS))
	if err != nil {
		return s, d.nameRefused(err, text2{"crs", "crs"}, d.options.CRS)
	}
	if (d.datum || file.Code() != "") && datum != inFile {
		return s, refusal(ErrGeometry, text2{"crs", "crs"}, quoted(d.options.CRS), text2{"the datum that the file itself names", "文件自身注明的坐标系"},
			text2{"leave crs out, or correct the file", "请去掉crs声明，或更正文件"})
	}
	if s.Code() == crs.CodeCGCS2000 && !strings.Contains(d.options.CRS, "4490") {
		d.datum, d.mustName = true, false // the datum is named, and no system on it
		d.believe("datum", cmp.Or(string(datum), "CGCS2000"), text2{"it was declared with the file", "随文件声明"})
		return file, nil
	}
	if file.Code() != "" && !agree(s, file) {
		return s, refusal(ErrGeometry, text2{"crs", "crs"}, saying("%s (%s) declared with the file", "声明的%[1]s", s.Code(), s.EN()), saying("%s (%s), which the file itself names", "文件自身注明的%[1]s", file.Code(), file.EN()),
			text2{"leave crs out, or correct the file", "请去掉crs声明，或更正文件"})
	}
	d.believe("crs", s.Code(), text2{"it was declared with the file", "随文件声明"})
	return s, nil
}

// onOld puts the system that was found on the old datum that was named, by the first
// parameters that lead from there.
func (d *draft) onOld(s crs.System, where text2) (crs.System, error) {
	if len(d.old) == 0 {
		return s, nil
	}
	i := slices.IndexFunc(d.old, func(t crs.Transformation) bool { return t.Fits(s) })
	datum := d.old[0].From
	if i < 0 || s.Metric() && s.Code() == crs.CodeMercator {
		return s, refusal(ErrGeometry, where, text2{"coordinates on " + string(datum), datum.ZH() + "坐标"}, text2{"a zone for which the operator has installed parameters", "管理员已安装转换参数的带"},
			text2{"no transformation installed for this zone; ask the surveyor for CGCS2000 coordinates", "该带没有安装转换参数；请向测绘单位索取2000国家大地坐标系成果"})
	}
	t := d.old[i]
	code := s.Code()
	s = s.On(t)
	for i := range d.result.Beliefs {
		if b := &d.result.Beliefs[i]; b.What == "crs" && b.Value == code {
			b.Value = s.Code()
		}
	}
	d.result.AccuracyM = math.Max(d.result.AccuracyM, t.AccuracyM)
	d.notice("old_datum", text2{fmt.Sprintf("coordinates were turned from %s to CGCS2000 by parameters that the operator of the service installed; he states that they are exact to %g m", datum, t.AccuracyM),
		fmt.Sprintf("坐标由%s按服务管理员安装的参数转换为2000国家大地坐标系，管理员注明精度为%g米", datum.ZH(), t.AccuracyM)})
	return s, nil
}

// agree tells whether a declared system may stand against the one of the file.
func agree(declared, file crs.System) bool {
	a, ok1 := declared.Plane()
	b, ok2 := file.Plane()
	if ok1 || ok2 {
		return ok1 && ok2 && a.Meridian == b.Meridian
	}
	return declared.Metric() == file.Metric()
}

// orient puts easting or longitude first and tells when that is not what the
// format or the header says.
func (d *draft) orient(all reading) {
	north := all.north || all.abroad && d.order == orderNorth
	value := "east first"
	if north {
		value = "north first"
		_ = d.each(func(p *orb.Point, _ int32) error {
			p[0], p[1] = p[1], p[0]
			return nil
		})
		for _, plot := range d.plots {
			for i := range plot.Faults {
				for k, p := range plot.Faults[i].Source {
					plot.Faults[i].Source[k] = orb.Point{p[1], p[0]}
				}
			}
		}
	}
	d.believe("axis_order", value, text2{"by the size of the numbers", "依数值大小判定"})
	if d.order == orderNorth && !north && !all.abroad {
		d.notice("axes_swapped", text2{"axes swapped: the numbers stand east before north (Y before X) where the format has north before east; they were read by their size", "坐标轴颠倒：格式规定X（北）在前，文件中Y（东）在前；已按数值大小读取"})
	}
	if d.order == orderEast && north {
		d.notice("axes_swapped", text2{"axes swapped: the numbers stand north before east where the format has east before north; they were read by their size", "坐标轴颠倒：格式规定东（经度）在前，文件中北（纬度）在前；已按数值大小读取"})
	}
}

// place checks where the site comes to lie.
func (d *draft) place(s crs.System) error {
	abroad, home, first := 0, false, []orb.Point(nil)
	far := 0.0
	c, plane := s.Plane()
	err := d.each(func(p *orb.Point, mark int32) error {
		lon, lat := s.ToLonLat(p[0], p[1])
		if s.Metric() && !crs.InChina(lon, lat) || math.Abs(lon) > 180 || math.Abs(lat) > 90 {
			return refusal(ErrGeometry, d.placeOf(mark), numbers(*p), text2{"a place in China", "中国境内的位置"}, saying("in %[1]s it is at %.4[3]f, %.4[4]f", "按%[1]s（%[2]s）为%.4[3]f，%.4[4]f", s.Code(), s.ZH(), lon, lat))
		}
		if !crs.InChina(lon, lat) {
			abroad++
		}
		if first == nil {
			first = []orb.Point{{lon, lat}}
		}
		home = home || d.options.Home.Contains(orb.Point{lon, lat})
		if plane {
			far = math.Max(far, math.Abs(lon-c.Meridian)-float64(c.Width)/2)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case abroad > 0:
		d.notice("outside_china", saying("positions outside China, please check them: %d", "%d个坐标位于中国范围之外，请核对", abroad))
	case !home:
		d.notice("outside_city", saying("the site lies outside the city, at %.4f, %.4f; please check it", "地块位于本市之外（%.4f，%.4f），请核对", first[0][0], first[0][1]))
	}
	if far > 0.5 {
		d.notice("outside_zone", text2{fmt.Sprintf("the site lies %.1f degrees outside %s; plane areas in it are too large", far, c.EN()), fmt.Sprintf("地块超出%s范围%.1f度，其平面面积偏大", c.ZH(), far)})
	}
	return nil
}
