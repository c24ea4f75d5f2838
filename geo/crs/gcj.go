package crs

import "math"

// GCJ-02 and BD-09 are shifts of longitude and latitude that Chinese web maps
// put on their maps: GCJ-02 on those of Amap and Tencent, BD-09 on those of
// Baidu. They are no datums and cannot be told from the numbers. The formulas are
// not official but widely published; against official plug-ins they hold to 1 or
// 2 m, which is why what comes from them is never better than [ShiftAccuracyM].

// ShiftAccuracyM is the accuracy in metres of coordinates that were derived from
// GCJ-02 or BD-09.
const ShiftAccuracyM = 2

// The ellipsoid of the published GCJ-02 formula: that of Krasovsky 1940.
const (
	gcjSemiMajor    = 6378245.0
	gcjEccentricity = 0.00669342162296594323 // squared
)

// ToGCJ02 returns the GCJ-02 longitude and latitude in degrees of a longitude and
// latitude on WGS84 or CGCS2000. No box is cut out: a place abroad is shifted too.
func ToGCJ02(lon, lat float64) (float64, float64) {
	x, y := lon-105, lat-35
	wave := func(a, b, c, scale, v, w float64) float64 {
		return (a*math.Sin(v*math.Pi) + b*math.Sin(v/3*math.Pi) + c*math.Sin(w*math.Pi)) * 2 / 3 * scale
	}
	root := math.Sqrt(math.Abs(x))
	short := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + short +
		wave(20, 40, 0, 1, y, 0) + (160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + short +
		wave(20, 40, 0, 1, x, 0) + (150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(lat * math.Pi / 180)
	w := 1 - gcjEccentricity*sin*sin
	root = math.Sqrt(w)
	return lon + east*180/(gcjSemiMajor/root*cos*math.Pi),
		lat + north*180/(gcjSemiMajor*(1-gcjEccentricity)/(w*root)*math.Pi)
}

// FromGCJ02 inverts [ToGCJ02] by fixed-point iteration, to less than a micrometre.
func FromGCJ02(lon, lat float64) (float64, float64) { return invert(ToGCJ02, lon, lat) }

// ToBD09 returns the BD-09 longitude and latitude of one on WGS84 or CGCS2000.
func ToBD09(lon, lat float64) (float64, float64) { return bdOfGCJ(ToGCJ02(lon, lat)) }

// FromBD09 inverts [ToBD09], to less than a micrometre.
func FromBD09(lon, lat float64) (float64, float64) { return invert(ToBD09, lon, lat) }

func bdOfGCJ(lon, lat float64) (float64, float64) {
	const turn = math.Pi * 3000 / 180
	z := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*turn)
	sin, cos := math.Sincos(math.Atan2(lat, lon) + 0.000003*math.Cos(lon*turn))
	return z*cos + 0.0065, z*sin + 0.006
}

// invert finds what a shift brings to a place: each step takes off what is left.
func invert(shift func(lon, lat float64) (float64, float64), lon, lat float64) (float64, float64) {
	x, y := lon, lat
	for range 20 {
		a, b := shift(x, y)
		dx, dy := lon-a, lat-b
		x, y = x+dx, y+dy
		if math.Abs(dx)+math.Abs(dy) < 1e-13 {
			break
		}
	}
	return x, y
}
