package crs

import (
	"fmt"
	"math"
)

// Datum is one of the old datums of China.
type Datum string

// The old datums.
const (
	Xian80    Datum = "Xian 1980"
	Beijing54 Datum = "Beijing 1954"
)

// ZH is the Chinese name of the datum.
func (d Datum) ZH() string {
	if d == Beijing54 {
		return "1954北京坐标系"
	}
	return "1980西安坐标系"
}

// ellipsoid is that of the datum: IAG 1975, or Krassovsky 1940.
func (d Datum) ellipsoid() ellipsoid {
	switch d {
	case Xian80:
		return ellipsoid{6378140, 298.257}
	case Beijing54:
		return ellipsoid{6378245, 298.3}
	}
	return cgcs2000()
}

// ellipsoid is given by its semi-major axis in metres and its inverse flattening.
type ellipsoid struct{ a, inverseFlattening float64 }

func cgcs2000() ellipsoid { return ellipsoid{semiMajor, inverseFlattening} }

// Transformation leads from an old datum to CGCS2000, by parameters that the operator
// of a service has installed. They are secret: nothing here writes them. The zero
// value is none.
type Transformation struct {
	From      Datum
	AccuracyM float64 // of the result, as the operator states it

	// Seven parameters of Bursa and Wolf, from the old geocentric coordinates to the new
	// ones: metres, seconds of arc as rotations of the coordinate frame, and parts per
	// million. Heights are taken as zero.
	Seven                                   bool
	DX, DY, DZ, RotX, RotY, RotZ, ScalePPM3 float64

	// Four parameters in the plane of the zones with this central meridian, from the old
	// northing and easting (500 km at the meridian) to the new ones: metres, seconds of
	// arc from north to east, and parts per million. Without seven parameters only these
	// zones can be read.
	Four                            bool
	Meridian                        float64
	North, East, Rotation, ScalePPM float64
}

// Fits tells whether the parameters lead from the system.
func (t Transformation) Fits(s System) bool {
	return t.Seven || t.Four && s.plane.Meridian == t.Meridian
}

// On returns the system of the old datum that has the zone of this system of CGCS2000.
func (s System) On(t Transformation) System {
	s.by, s.code = t, oldCode(t.From, s.plane)
	return s
}

// Datum returns the old datum that the system is on; empty for CGCS2000 and WGS84.
func (s System) Datum() Datum { return s.by.From }

// oldFamily is a run of consecutive EPSG codes of an old datum, whose zones are those
// of CGCS2000.
type oldFamily struct {
	datum Datum
	family
}

func oldFamilies() [8]oldFamily {
	return [8]oldFamily{
		{Xian80, family{epsg: 2327, zone: 13, count: 11, width: 6, prefixed: true}},
		{Xian80, family{epsg: 2338, zone: 13, count: 11, width: 6}},
		{Xian80, family{epsg: 2349, zone: 25, count: 21, width: 3, prefixed: true}},
		{Xian80, family{epsg: 2370, zone: 25, count: 21, width: 3}},
		{Beijing54, family{epsg: 2401, zone: 25, count: 21, width: 3, prefixed: true}},
		{Beijing54, family{epsg: 2422, zone: 25, count: 21, width: 3}},
		{Beijing54, family{epsg: 21413, zone: 13, count: 11, width: 6, prefixed: true}},
		{Beijing54, family{epsg: 21453, zone: 13, count: 11, width: 6}},
	}
}

// oldCode is the EPSG code of the zone, or of longitude and latitude, on the datum.
func oldCode(d Datum, c CRS) string {
	for _, f := range oldFamilies() {
		if i := c.Zone - f.zone; f.datum == d && f.width == c.Width && f.prefixed == c.Prefixed && i >= 0 && i < f.count {
			return fmt.Sprintf("EPSG:%d", f.epsg+i)
		}
	}
	if d == Beijing54 {
		return "EPSG:4214"
	}
	return "EPSG:4610"
}

// twin is the system of CGCS2000 that has the zone of an old system.
func twin(epsg int) System {
	for _, f := range oldFamilies() {
		if i := epsg - f.epsg; i >= 0 && i < f.count {
			if c, ok := ByZone(f.width, f.zone+i, f.prefixed); ok {
				return Of(c)
			}
		}
	}
	return System{code: CodeCGCS2000}
}

// toNew turns numbers of a system of the old datum into longitude and latitude on
// CGCS2000.
func (t Transformation) toNew(s System, x, y float64) (lon, lat float64) {
	if c := s.plane; c.EPSG != 0 {
		if t.Four && c.Meridian == t.Meridian {
			offset := c.FalseEasting() - 500_000
			north, east := t.inPlane(y, x-offset)
			return c.Inverse(north, east+offset)
		}
		x, y = c.inverse(t.From.ellipsoid(), y, x)
	} else if !t.Seven { // degrees on the old datum, through the plane
		c := CRS{Width: 3, Meridian: t.Meridian}
		return c.Inverse(t.inPlane(c.forward(t.From.ellipsoid(), x, y)))
	}
	return cgcs2000().geographic(t.rotated(t.From.ellipsoid().geocentric(x, y)))
}

// toOld is the inverse of toNew, which it nears step by step.
func (t Transformation) toOld(s System, lon, lat float64) (x, y float64) {
	goal := s
	goal.by = Transformation{}
	x, y = goal.FromLonLat(lon, lat)
	for range 8 {
		lon2, lat2 := t.toNew(s, x, y)
		x2, y2 := goal.FromLonLat(lon2, lat2)
		x1, y1 := goal.FromLonLat(lon, lat)
		x, y = x+x1-x2, y+y1-y2
	}
	return x, y
}

const arcSecond = math.Pi / 180 / 3600

func (t Transformation) inPlane(north, east float64) (float64, float64) {
	sin, cos := math.Sincos(t.Rotation * arcSecond)
	m := 1 + t.ScalePPM*1e-6
	return t.North + m*(cos*north-sin*east), t.East + m*(sin*north+cos*east)
}

func (t Transformation) rotated(p [3]float64) [3]float64 {
	m, rx, ry, rz := 1+t.ScalePPM3*1e-6, t.RotX*arcSecond, t.RotY*arcSecond, t.RotZ*arcSecond
	return [3]float64{t.DX + m*(p[0]+rz*p[1]-ry*p[2]), t.DY + m*(p[1]-rz*p[0]+rx*p[2]), t.DZ + m*(p[2]+ry*p[0]-rx*p[1])}
}

// geocentric returns the place on the ellipsoid, metres.
func (e ellipsoid) geocentric(lon, lat float64) [3]float64 {
	f := 1 / e.inverseFlattening
	e2 := f * (2 - f)
	sinB, cosB := math.Sincos(lat * math.Pi / 180)
	sinL, cosL := math.Sincos(lon * math.Pi / 180)
	n := e.a / math.Sqrt(1-e2*sinB*sinB)
	return [3]float64{n * cosB * cosL, n * cosB * sinL, n * (1 - e2) * sinB}
}

// geographic returns longitude and latitude of a place near the ellipsoid.
func (e ellipsoid) geographic(p [3]float64) (lon, lat float64) {
	f := 1 / e.inverseFlattening
	e2 := f * (2 - f)
	r := math.Hypot(p[0], p[1])
	b := math.Atan2(p[2], r*(1-e2))
	for range 8 {
		sin := math.Sin(b)
		b = math.Atan2(p[2]+e2*e.a/math.Sqrt(1-e2*sin*sin)*sin, r)
	}
	return math.Atan2(p[1], p[0]) * 180 / math.Pi, b * 180 / math.Pi
}
