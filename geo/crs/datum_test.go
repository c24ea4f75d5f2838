package crs_test

import (
	"errors"
	"math"
	"strconv"
	"testing"

	"planatlas/geo/crs"
)

// invented is no parameter set of anybody: its numbers are made up.
func invented(from crs.Datum) crs.Transformation {
	return crs.Transformation{From: from, AccuracyM: 0.5, Seven: true, DX: 12.5, DY: -30.25, DZ: 8.75, RotX: 0.8, RotY: -1.2, RotZ: 2.1, ScalePPM3: -3.4}
}

// TestSevenParameters holds places against PROJ 9.1.1 (+towgs84 with rotations of the
// other sign), to a hundredth of a millimetre, both ways.
func TestSevenParameters(t *testing.T) {
	zone, _ := crs.ByEPSG(4526)
	degrees, err := crs.Named("EPSG:4490")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		s              crs.System
		code           string
		x, y, lon, lat float64
	}{
		{crs.Of(zone).On(invented(crs.Xian80)), "EPSG:2362", 38463329, 4191674, 113.582419492141, 37.856853261251},
		{degrees.On(invented(crs.Beijing54)), "EPSG:4214", 113.5, 37.8, 113.499119660645, 37.800196217285},
	} {
		lon, lat := tc.s.ToLonLat(tc.x, tc.y)
		if tc.s.Code() != tc.code || math.Abs(lon-tc.lon) > 1e-10 || math.Abs(lat-tc.lat) > 1e-10 {
			t.Errorf("%s: %.12f %.12f", tc.s.Code(), lon, lat)
		}
		if x, y := tc.s.FromLonLat(lon, lat); math.Abs(x-tc.x) > 1e-5 || math.Abs(y-tc.y) > 1e-5 {
			t.Errorf("%s and back: %f %f", tc.s.Code(), x, y)
		}
	}
}

// TestFourParameters: with and without the zone number, and in degrees, the same place
// comes out, and from a zone of another meridian nothing is known.
func TestFourParameters(t *testing.T) {
	by := crs.Transformation{From: crs.Xian80, AccuracyM: 0.1, Four: true, Meridian: 114, North: 100, East: -50, Rotation: 1, ScalePPM: 2}
	zone, _ := crs.ByEPSG(4547)
	rad := math.Pi / 180 / 3600
	north := 100 + 1.000002*(math.Cos(rad)*4191674-math.Sin(rad)*463329)
	east := -50 + 1.000002*(math.Sin(rad)*4191674+math.Cos(rad)*463329)
	wantLon, wantLat := zone.Inverse(north, east)
	for code, x := range map[int]float64{4526: 38463329, 4547: 463329} {
		c, _ := crs.ByEPSG(code)
		s := crs.Of(c).On(by)
		if lon, lat := s.ToLonLat(x, 4191674); math.Abs(lon-wantLon) > 1e-11 || math.Abs(lat-wantLat) > 1e-11 || !by.Fits(s) {
			t.Errorf("%s: %.12f %.12f, want %.12f %.12f", s.Code(), lon, lat, wantLon, wantLat)
		}
		if x2, y2 := s.FromLonLat(wantLon, wantLat); math.Abs(x2-x) > 1e-5 || math.Abs(y2-4191674) > 1e-5 {
			t.Errorf("%s and back: %f %f", s.Code(), x2, y2)
		}
	}
	other, _ := crs.ByEPSG(4527)
	if by.Fits(crs.Of(other)) {
		t.Error("the zone of another meridian is taken")
	}
}

// TestTwins: every code of an old datum leads to the zone of CGCS2000 and back.
func TestTwins(t *testing.T) {
	n := 0
	for code := range 22000 {
		datum, ok := crs.OldDatum(code)
		if !ok {
			continue
		}
		n++
		_, err := crs.Named("EPSG:" + strconv.Itoa(code))
		var e *crs.NameError
		if !errors.As(err, &e) || e.Datum != datum || e.Twin.On(invented(datum)).Code() != "EPSG:"+strconv.Itoa(code) {
			t.Errorf("%d: %v", code, err)
		}
	}
	if n != 2+64+42+22 {
		t.Errorf("%d codes", n)
	}
}
