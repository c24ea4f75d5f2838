package crs

import (
	"fmt"
	"math"
)

// Guess is what a pair of numbers looks like.
type Guess struct {
	Code    string // such as "EPSG:4526"; empty when the zone cannot be told
	Swapped bool   // the numbers stand as north, east or as lat, lon
	ZH, EN  string // one sentence each: what it looks like and what to do
}

// box is a range of longitude and latitude in degrees.
type box struct{ west, south, east, north float64 }

// china holds the land and the islands of China with some margin.
func china() box { return box{west: 73, south: 3, east: 136, north: 54} }

// city holds Yangquan, the box whose projected ranges lie 140 km apart between
// neighbouring zones, with 0.1 degrees of margin.
func city() box { return box{west: 112.75, south: 37.5, east: 114.35, north: 38.65} }

func (b box) holds(lon, lat float64) bool {
	return lon >= b.west && lon <= b.east && lat >= b.south && lat <= b.north
}

// Detect tells what two numbers look like that stand where GeoJSON wants
// longitude and latitude of a place in China, x before y. It reports false when
// they are such a longitude and latitude, or nothing that it knows. It knows,
// each also with the two numbers exchanged: latitude before longitude,
// Gauss-Kruger metres of CGCS2000 with and without zone number, and Web
// Mercator metres. Without a zone number the zone is told by the one central
// meridian that puts the point into Yangquan: 114, 111 or 117 degrees.
func Detect(x, y float64) (Guess, bool) {
	if !finite(x) || !finite(y) || china().holds(x, y) {
		return Guess{}, false
	}
	if china().holds(y, x) {
		return Guess{Code: "EPSG:4490", Swapped: true,
			EN: fmt.Sprintf("axes swapped: latitude %v stands before longitude %v; write longitude first", x, y),
			ZH: fmt.Sprintf("经纬度颠倒：纬度%v写在了经度%v之前；请按“经度,纬度”的顺序书写", x, y),
		}, true
	}
	if g, ok := projected(x, y); ok {
		return g, true
	}
	g, ok := projected(y, x)
	if !ok {
		return Guess{}, false
	}
	g.Swapped = true
	g.EN += "; the axes are swapped as well: the northing stands before the easting"
	g.ZH += "；且坐标轴颠倒：纵坐标（北）写在了横坐标（东）之前"
	return g, true
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// projected recognises an easting and a northing in metres.
func projected(east, north float64) (Guess, bool) {
	if lon, lat := fromWebMercator(east, north); china().holds(lon, lat) {
		return mercator(east, lon, lat), true
	}
	// Northings of mainland China and Hainan: 3 to 54 degrees would start at
	// 332 km, where northings and eastings could no longer be told apart.
	if north < 1e6 || north > 6e6 {
		return Guess{}, false
	}
	if c, ok := prefixed(east); ok {
		lon, lat := c.Inverse(north, east)
		return Guess{Code: c.Code(),
			EN: fmt.Sprintf("projected numbers; looks like %s (%s), which is %.4f, %.4f in longitude and latitude; %s", c.Code(), c.EN(), lon, lat, convertEN),
			ZH: fmt.Sprintf("这是投影坐标，像是%s（%s），对应经纬度%.4f，%.4f；%s", c.Code(), c.ZH(), lon, lat, convertZH),
		}, true
	}
	if east < 1e5 || east > 9e5 {
		return Guess{}, false
	}
	return unprefixed(east, north), true
}

// What to do about projected numbers.
const (
	convertEN = "convert them to longitude and latitude on CGCS2000 (EPSG:4490)"
	convertZH = "请先转换为2000国家大地坐标系经纬度（EPSG:4490）"
)

// prefixed returns the system whose zone number stands in front of the easting.
func prefixed(east float64) (CRS, bool) {
	zone := math.Floor(east / 1e6)
	if rest := east - zone*1e6; zone < 13 || zone > 45 || rest < 1e5 || rest > 9e5 {
		return CRS{}, false
	}
	width := 3
	if zone <= 23 {
		width = 6
	}
	return ByZone(width, int(zone), true)
}

// unprefixed names the zone that puts the point into the city, if one does.
func unprefixed(east, north float64) Guess {
	for _, zone := range [3]int{38, 37, 39} {
		c, _ := ByZone(3, zone, false)
		lon, lat := c.Inverse(north, east)
		if !city().holds(lon, lat) {
			continue
		}
		g := Guess{Code: c.Code(),
			EN: fmt.Sprintf("projected numbers without zone prefix; looks like %s (%s), which is %.4f, %.4f in longitude and latitude; %s", c.Code(), c.EN(), lon, lat, convertEN),
			ZH: fmt.Sprintf("这是不带带号的投影坐标，像是%s（%s），对应经纬度%.4f，%.4f；%s", c.Code(), c.ZH(), lon, lat, convertZH),
		}
		if six, ok := sameMeridian(c); ok {
			g.EN += fmt.Sprintf("; %s (%s) gives the same numbers; the city's own zone is EPSG:4547, central meridian 114°E", six.Code(), six.EN())
			g.ZH += fmt.Sprintf("；%s（%s）数值相同；本市应采用EPSG:4547，中央经线114°E", six.Code(), six.ZH())
		}
		return g
	}
	return Guess{
		EN: "projected numbers of a 3-degree or 6-degree zone without prefix, whose zone cannot be told; not in Yangquan by central meridian 111, 114 or 117°E; " + convertEN,
		ZH: "这是不带带号的3度带或6度带投影坐标，无法判断带号；按中央经线111°、114°、117°E均不在阳泉市；" + convertZH,
	}
}

// sameMeridian returns the 6-degree system that shares the central meridian of a
// 3-degree one; both then give the same numbers.
func sameMeridian(c CRS) (CRS, bool) {
	for other := range All() {
		if other.Width == 6 && !other.Prefixed && other.Meridian == c.Meridian {
			return other, true
		}
	}
	return CRS{}, false
}

// mercator words the guess of Web Mercator metres. Zones 13 to 15 of 6 degrees,
// in the far west, have eastings in the same range; the far more frequent Web
// Mercator is named first.
func mercator(east, lon, lat float64) Guess {
	g := Guess{Code: "EPSG:3857",
		EN: fmt.Sprintf("Web Mercator metres (EPSG:3857), which are %.4f, %.4f in longitude and latitude; areas in them are too large, 1.6 times at Yangquan; %s", lon, lat, convertEN),
		ZH: fmt.Sprintf("这是Web墨卡托米制坐标（EPSG:3857），对应经纬度%.4f，%.4f；其面积偏大，在阳泉约为1.6倍；%s", lon, lat, convertZH),
	}
	if c, ok := prefixed(east); ok {
		g.EN += fmt.Sprintf("; if the site lies in the far west, they may be %s (%s)", c.Code(), c.EN())
		g.ZH += fmt.Sprintf("；若地块位于西部，也可能是%s（%s）", c.Code(), c.ZH())
	}
	return g
}

// fromWebMercator returns the longitude and latitude of Web Mercator metres
// (EPSG:3857: a sphere with the semi-major axis as radius).
func fromWebMercator(x, y float64) (lon, lat float64) {
	return x / semiMajor * 180 / math.Pi, math.Atan(math.Sinh(y/semiMajor)) * 180 / math.Pi
}

// InChina tells whether a longitude and latitude in degrees lie in the box of
// China that [Detect] judges by: 73 to 136 degrees east, 3 to 54 north.
func InChina(lon, lat float64) bool { return china().holds(lon, lat) }
