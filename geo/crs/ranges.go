package crs

import "math"

// Numbers of Chinese sites are told apart by size alone: northings of Gauss-Kruger
// zones lie between 1 000 and 6 000 km, eastings without zone number between 100
// and 900 km, eastings with it from 13 100 km on.

// IsNorthing tells whether a number in metres can be the northing of a place in
// China.
func IsNorthing(v float64) bool { return v >= 1e6 && v <= 6e6 }

// IsEasting tells whether a number in metres can be an easting without zone number.
func IsEasting(v float64) bool { return v >= 1e5 && v <= 9e5 }

// ZoneOf returns the zone number in front of an easting in metres, 13 to 23 of 6
// degrees and 25 to 45 of 3 degrees, and false for a number that is no such easting.
func ZoneOf(east float64) (zone int, ok bool) {
	c, ok := prefixed(east)
	return c.Zone, ok
}

// IsMercator tells whether an easting and a northing in metres can be Web Mercator
// of a place in China.
func IsMercator(east, north float64) bool {
	if math.Abs(east) > 2e7 || math.Abs(north) > 2e7 {
		return false
	}
	lon, lat := fromWebMercator(east, north)
	return china().holds(lon, lat)
}

// City returns the box of Yangquan in degrees: west, south, east, north. It is
// where sites are expected unless another city is named.
func City() (west, south, east, north float64) {
	c := city()
	return c.west, c.south, c.east, c.north
}

// WithPrefix returns the zone of the same meridian and width whose eastings carry
// the zone number, or do not.
func (c CRS) WithPrefix(prefixed bool) CRS {
	other, _ := ByZone(c.Width, c.Zone, prefixed)
	return other
}
