package crs

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// System is a coordinate system that sites may be handed in in: longitude and
// latitude on CGCS2000 or WGS84, a Gauss-Kruger zone of CGCS2000, Web Mercator,
// and the shifted systems GCJ-02 and BD-09. The zero value is none. Numbers are
// always taken x before y: longitude or easting first.
type System struct {
	code  string
	plane CRS // of a Gauss-Kruger zone
	wgs84 bool
	by    Transformation // from the old datum that it is on
}

// The systems that have no zone, by their codes.
const (
	CodeCRS84    = "OGC:CRS84"
	CodeWGS84    = "EPSG:4326"
	CodeCGCS2000 = "EPSG:4490"
	CodeMercator = "EPSG:3857"
	CodeGCJ02    = "GCJ-02"
	CodeBD09     = "BD-09"
)

// Of returns the system of a Gauss-Kruger zone.
func Of(c CRS) System { return System{code: c.Code(), plane: c} }

// Code returns "EPSG:4526", "OGC:CRS84", "GCJ-02" and the like; "" for none.
func (s System) Code() string { return s.code }

// EPSG returns the number of the code, and 0 for a system without one.
func (s System) EPSG() int {
	n, err := strconv.Atoi(strings.TrimPrefix(s.code, "EPSG:"))
	if err != nil {
		return 0
	}
	return n
}

// Plane returns the Gauss-Kruger zone, and false for any other system.
func (s System) Plane() (CRS, bool) { return s.plane, s.plane.EPSG != 0 }

// Metric tells whether the numbers are metres; they are degrees otherwise.
func (s System) Metric() bool { return s.plane.EPSG != 0 || s.code == CodeMercator }

// Shifted tells whether the system is GCJ-02 or BD-09.
func (s System) Shifted() bool { return s.code == CodeGCJ02 || s.code == CodeBD09 }

// GNSS tells whether the system is that of satellite receivers, whose epoch is
// the day of the measurement and not 2000.0.
func (s System) GNSS() bool { return s.wgs84 || s.code == CodeWGS84 || s.code == CodeMercator }

// EN describes the system in English.
func (s System) EN() string {
	if d := s.Datum(); d != "" {
		return "a system on " + string(d)
	}
	switch s.code {
	case CodeCRS84:
		return "longitude and latitude, CGCS2000 taken as equal to WGS84"
	case CodeWGS84:
		return "WGS84 longitude and latitude"
	case CodeCGCS2000:
		return "CGCS2000 longitude and latitude"
	case CodeMercator:
		return "Web Mercator"
	case CodeGCJ02:
		return "shifted longitude and latitude of Amap and Tencent maps"
	case CodeBD09:
		return "shifted longitude and latitude of Baidu maps"
	}
	return s.plane.EN()
}

// ZH describes the system in Chinese.
func (s System) ZH() string {
	if d := s.Datum(); d != "" {
		return d.ZH()
	}
	switch s.code {
	case CodeCRS84:
		return "经纬度，视2000国家大地坐标系与WGS84相同"
	case CodeWGS84:
		return "WGS84经纬度"
	case CodeCGCS2000:
		return "2000国家大地坐标系经纬度"
	case CodeMercator:
		return "Web墨卡托"
	case CodeGCJ02:
		return "高德、腾讯地图的加偏经纬度"
	case CodeBD09:
		return "百度地图的加偏经纬度"
	}
	return s.plane.ZH()
}

// ToLonLat returns longitude and latitude in degrees on CGCS2000 of numbers in the
// system, x (longitude, easting) before y.
func (s System) ToLonLat(x, y float64) (lon, lat float64) {
	switch {
	case s.by.From != "":
		return s.by.toNew(s, x, y)
	case s.plane.EPSG != 0:
		return s.plane.Inverse(y, x)
	case s.code == CodeMercator:
		return fromWebMercator(x, y)
	case s.code == CodeGCJ02:
		return FromGCJ02(x, y)
	case s.code == CodeBD09:
		return FromBD09(x, y)
	}
	return x, y
}

// FromLonLat is the inverse of [System.ToLonLat].
func (s System) FromLonLat(lon, lat float64) (x, y float64) {
	switch {
	case s.by.From != "":
		return s.by.toOld(s, lon, lat)
	case s.plane.EPSG != 0:
		y, x = s.plane.Forward(lon, lat)
		return x, y
	case s.code == CodeMercator:
		return lon * math.Pi / 180 * semiMajor, math.Asinh(math.Tan(lat*math.Pi/180)) * semiMajor
	case s.code == CodeGCJ02:
		return ToGCJ02(lon, lat)
	case s.code == CodeBD09:
		return ToBD09(lon, lat)
	}
	return lon, lat
}

// NameError says that a system cannot be read, and why.
type NameError struct {
	Name   string
	Datum  Datum  // the old datum that the system is on; empty for any other
	Twin   System // of it: the system of CGCS2000 with the same zone; the zero value where no zone is named
	EN, ZH string // what to do, one clause
}

// Error returns the name and what to do.
func (e *NameError) Error() string { return e.Name + ": " + e.EN }

func unknown(name string) error {
	return &NameError{Name: name, EN: "known are EPSG:4490, EPSG:4491 to EPSG:4554 (CGCS2000 Gauss-Kruger), EPSG:4326, CRS84, EPSG:3857, GCJ-02 and BD-09; convert the file to one of them",
		ZH: "可用的有EPSG:4490、EPSG:4491至EPSG:4554（2000国家大地坐标系高斯-克吕格）、EPSG:4326、CRS84、EPSG:3857、GCJ-02和BD-09；请先转换"}
}

func old(name string, d Datum, twin System) error {
	en, zh := string(d), d.ZH()
	return &NameError{Name: name, Datum: d, Twin: twin,
		EN: "it is on " + en + ": no transformation installed, since none to CGCS2000 is public; ask the surveyor or the natural resources bureau for CGCS2000 coordinates",
		ZH: "属于" + zh + "，系统没有安装转换参数（该参数不公开）；请向测绘单位或自然资源部门索取2000国家大地坐标系成果"}
}

// datumNames finds the datum in a name that was squeezed to its letters and digits.
func oldByName(squeezed string) (Datum, bool) {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(squeezed, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("XIAN", "西安", "1980", "80国家", "80坐标", "80系"):
		return Xian80, true
	case has("BEIJING", "北京", "1954", "54坐标", "54系"):
		return Beijing54, true
	}
	return "", false
}

// squeeze keeps the letters, in capitals, and digits of a name.
func squeeze(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -_/\\()（）:：.,'\"’`", r) {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(name)))
}

// Named returns the system that a code or a name in English or Chinese stands
// for: "EPSG:4526", "4526", a URN or URI of EPSG, "CRS84", "CGCS2000",
// "2000国家大地坐标系", "WGS84", "GCJ02", "BD-09", "CGCS2000_3_Degree_GK_Zone_38",
// "CGCS2000_3_Degree_GK_CM_114E" and the like. Every error is a [*NameError].
func Named(name string) (System, error) {
	code, ok := Parse(name)
	if !ok {
		if n, err := strconv.ParseUint(strings.TrimSpace(name), 10, 20); err == nil {
			code = "EPSG:" + strconv.FormatUint(n, 10)
		}
	}
	if code != "" {
		return byCode(code)
	}
	s := squeeze(name)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(s, w) {
				return true
			}
		}
		return false
	}
	if datum, ok := oldByName(s); ok {
		zone, _ := zoneByName(name, s) // without one it is found out by the numbers
		return System{}, old(name, datum, zone)
	}
	switch {
	case has("GCJ02", "火星", "国测局", "高德", "腾讯"):
		return System{code: CodeGCJ02}, nil
	case has("BD09", "百度"):
		return System{code: CodeBD09}, nil
	case has("WEBMERCATOR", "PSEUDOMERCATOR", "MERCATORAUXILIARY", "WEB墨卡托"):
		return System{code: CodeMercator}, nil
	case has("CGCS2000", "2000国家大地", "国家2000", "大地2000", "CHINA2000", "CHINAGEODETICCOORDINATESYSTEM2000"):
		return zoneByName(name, s)
	case s == "WGS84" || s == "WGS1984" || s == "GCSWGS1984" || s == "WGS84坐标系":
		return System{code: CodeWGS84}, nil
	}
	return System{}, unknown(name)
}

func byCode(code string) (System, error) {
	switch code {
	case CodeCRS84, CodeWGS84, CodeCGCS2000, CodeMercator:
		return System{code: code}, nil
	case "EPSG:900913", "EPSG:102100", "EPSG:102113", "EPSG:3785":
		return System{code: CodeMercator}, nil
	case "EPSG:4479", "EPSG:4480", "EPSG:1043":
		return System{}, unknown(code)
	}
	n, err := strconv.Atoi(strings.TrimPrefix(code, "EPSG:"))
	if err != nil {
		return System{}, unknown(code)
	}
	if c, ok := ByEPSG(n); ok {
		return Of(c), nil
	}
	if datum, ok := OldDatum(n); ok {
		return System{}, old(code, datum, twin(n))
	}
	return System{}, unknown(code)
}

// zoneByName finds the zone in a name of CGCS2000 that was squeezed.
func zoneByName(name, s string) (System, error) {
	find := func(pattern string) int {
		m := regexp.MustCompile(pattern).FindStringSubmatch(s)
		if m == nil {
			return 0
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return 0
		}
		return n
	}
	width, zone, meridian := 3, find(`(?:ZONE|带号|第)(\d{2})`), find(`(?:CM|中央经线|中央子午线)(\d{2,3})`)
	three := strings.Contains(s, "3DEGREE") || strings.Contains(s, "3度") || strings.Contains(s, "三度")
	if !three && (zone > 0 && zone <= 23 || meridian > 0) {
		width = 6
	}
	switch {
	case zone > 0:
		if c, ok := ByZone(width, zone, true); ok {
			return Of(c), nil
		}
		return System{}, unknown(name)
	case meridian > 0:
		for c := range All() {
			if c.Width == width && !c.Prefixed && int(c.Meridian) == meridian {
				return Of(c), nil
			}
		}
		return System{}, unknown(name)
	case three || strings.Contains(s, "GK") || strings.Contains(s, "GAUSS"):
		return System{}, &NameError{Name: name, EN: "the name gives no zone; name it as EPSG:4526 or the like",
			ZH: "名称中没有带号；请写成EPSG:4526这样的代码"}
	}
	return System{code: CodeCGCS2000}, nil
}

// String returns the code and what it means.
func (s System) String() string { return fmt.Sprintf("%s (%s)", s.code, s.EN()) }
