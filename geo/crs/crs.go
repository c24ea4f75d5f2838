// Package crs holds the projected coordinate systems of CGCS2000 that EPSG
// defines for China, their projection in closed form, and the rules by which
// numbers that are no longitude and latitude are recognised. Its functions are
// pure: no data files, no PROJ.
package crs

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// CRS is one projected system: CGCS2000 / Gauss-Kruger in zones of 3 or 6
// degrees (GB/T 33184-2016 and the EPSG registry, codes 4491 to 4554).
type CRS struct {
	EPSG     int     // such as 4526
	Width    int     // degrees of longitude of a zone: 3 or 6
	Zone     int     // zone number: 13-23 for 6 degrees, 25-45 for 3 degrees
	Meridian float64 // central meridian, degrees east
	Prefixed bool    // the easting carries the zone number in front: 38 463 329 m
}

// family is a run of consecutive EPSG codes.
type family struct {
	epsg, zone, count int
	width             int
	prefixed          bool
}

// families is the one table that all systems come from. The central meridian of
// zone n is 3n degrees in zones of 3 degrees and 6n-3 in zones of 6.
func families() [4]family {
	return [4]family{
		{epsg: 4491, zone: 13, count: 11, width: 6, prefixed: true},
		{epsg: 4502, zone: 13, count: 11, width: 6},
		{epsg: 4513, zone: 25, count: 21, width: 3, prefixed: true},
		{epsg: 4534, zone: 25, count: 21, width: 3},
	}
}

// at returns the i-th system of the family.
func (f family) at(i int) CRS {
	c := CRS{EPSG: f.epsg + i, Width: f.width, Zone: f.zone + i, Prefixed: f.prefixed}
	if f.width == 6 {
		c.Meridian = float64(6*c.Zone - 3)
	} else {
		c.Meridian = float64(3 * c.Zone)
	}
	return c
}

// All yields every system in the order of its EPSG code, 4491 to 4554.
func All() iter.Seq[CRS] {
	return func(yield func(CRS) bool) {
		for _, f := range families() {
			for i := range f.count {
				if !yield(f.at(i)) {
					return
				}
			}
		}
	}
}

// ByEPSG returns the system with the given EPSG code, and false for a code that
// is none of them.
func ByEPSG(code int) (CRS, bool) {
	for _, f := range families() {
		if i := code - f.epsg; i >= 0 && i < f.count {
			return f.at(i), true
		}
	}
	return CRS{}, false
}

// ByZone returns the system of a zone by its width in degrees (3 or 6), its
// number, and whether eastings carry the number in front; false when China has
// no such zone.
func ByZone(width, zone int, prefixed bool) (CRS, bool) {
	for _, f := range families() {
		if i := zone - f.zone; f.width == width && f.prefixed == prefixed && i >= 0 && i < f.count {
			return f.at(i), true
		}
	}
	return CRS{}, false
}

// Code returns the code as EPSG writes it, such as "EPSG:4526".
func (c CRS) Code() string { return "EPSG:" + strconv.Itoa(c.EPSG) }

// FalseEasting returns the easting of the central meridian in metres: 500 000,
// with the zone number in front when the system carries it.
func (c CRS) FalseEasting() float64 {
	if c.Prefixed {
		return float64(c.Zone)*1e6 + 500000
	}
	return 500000
}

// EN describes the system in English: "CGCS2000 3-degree zone 38, central meridian 114°E".
func (c CRS) EN() string {
	s := fmt.Sprintf("CGCS2000 %d-degree zone %d, central meridian %g°E", c.Width, c.Zone, c.Meridian)
	if !c.Prefixed {
		s += ", no zone prefix"
	}
	return s
}

// ZH describes the system in Chinese: "2000国家大地坐标系3度带第38带，中央经线114°E".
func (c CRS) ZH() string {
	s := fmt.Sprintf("2000国家大地坐标系%d度带第%d带，中央经线%g°E", c.Width, c.Zone, c.Meridian)
	if !c.Prefixed {
		s += "，不带带号"
	}
	return s
}

// Parse returns the code of a coordinate system named as "EPSG:4490",
// "urn:ogc:def:crs:EPSG::4490" or "http://www.opengis.net/def/crs/EPSG/0/4490"
// in one spelling, "EPSG:4490", and any name of CRS84 as "OGC:CRS84". It reports
// false for any other name; a code need not be one that planatlas can read.
func Parse(name string) (string, bool) {
	s := strings.ToUpper(strings.TrimSpace(name))
	if strings.HasSuffix(s, "CRS84") && (s == "CRS84" || strings.ContainsAny(s[:len(s)-5], ":/")) {
		return "OGC:CRS84", true
	}
	i := strings.LastIndexAny(s, ":/")
	if i < 0 || !strings.Contains(s[:i+1], "EPSG") {
		return "", false
	}
	n, err := strconv.ParseUint(s[i+1:], 10, 31)
	if err != nil || n == 0 {
		return "", false
	}
	return "EPSG:" + strconv.FormatUint(n, 10), true
}

// OldDatum returns Xian80 or Beijing54 for the EPSG codes of those
// datums in China, and false for every other code. No transformation between
// them and CGCS2000 is public, and PROJ silently takes the numbers as they are,
// about 100 m off: coordinates in them have to be refused.
func OldDatum(epsg int) (Datum, bool) {
	in := func(from, to int) bool { return epsg >= from && epsg <= to }
	switch {
	case epsg == 4610, in(2327, 2390):
		return Xian80, true
	case epsg == 4214, in(2401, 2442), in(21413, 21423), in(21453, 21463):
		return Beijing54, true
	default:
		return "", false
	}
}
