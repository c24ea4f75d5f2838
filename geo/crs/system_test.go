package crs_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"planatlas/geo/crs"
)

func TestNamed(t *testing.T) {
	for name, want := range map[string]string{
		"EPSG:4526": "EPSG:4526", "4547": "EPSG:4547", " epsg:4490 ": "EPSG:4490", "urn:ogc:def:crs:EPSG::4498": "EPSG:4498",
		"CRS84": "OGC:CRS84", "http://www.opengis.net/def/crs/EPSG/0/3857": "EPSG:3857", "EPSG:900913": "EPSG:3857",
		"CGCS2000": "EPSG:4490", "2000国家大地坐标系": "EPSG:4490", "GCS_China_Geodetic_Coordinate_System_2000": "EPSG:4490",
		"CGCS2000_3_Degree_GK_Zone_38": "EPSG:4526", "CGCS2000_3_Degree_GK_CM_114E": "EPSG:4547", "CGCS2000 / 3-degree Gauss-Kruger CM 114E": "EPSG:4547",
		"CGCS2000_GK_Zone_19": "EPSG:4497", "CGCS2000_GK_CM_111E": "EPSG:4508", "CGCS2000 3度带 带号38": "EPSG:4526",
		"WGS84": "EPSG:4326", "WGS 84": "EPSG:4326", "GCJ02": "GCJ-02", "gcj-02": "GCJ-02", "火星坐标系": "GCJ-02", "高德": "GCJ-02",
		"BD09": "BD-09", "bd-09": "BD-09", "百度坐标": "BD-09",
	} {
		s, err := crs.Named(name)
		if err != nil || s.Code() != want {
			t.Errorf("%s: %v, %v, want %s", name, s, err, want)
		}
	}
	for name, isOld := range map[string]bool{"1980西安坐标系": true, "80国家大地坐标系": true, "Xian_1980_3_Degree_GK_Zone_38": true, "EPSG:2362": true, "EPSG:4610": true,
		"1954年北京坐标系": true, "Beijing 1954": true, "EPSG:2435": true, "": false, "EPSG:32649": false, "mine": false, "CGCS2000 Gauss-Kruger": false, "CGCS2000_3_Degree_GK_Zone_99": false} {
		_, err := crs.Named(name)
		var e *crs.NameError
		if !errors.As(err, &e) || (e.Datum != "") != isOld || e.EN == "" || e.ZH == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const prj4526 = `PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`

func TestFromWKT(t *testing.T) {
	wkt2 := `PROJCRS["CGCS2000 / 3-degree Gauss-Kruger CM 114E",BASEGEOGCRS["China Geodetic Coordinate System 2000",DATUM["China 2000",ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]]]],CONVERSION["x",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0],PARAMETER["Longitude of natural origin",114],PARAMETER["Scale factor at natural origin",1],PARAMETER["False easting",500000],PARAMETER["False northing",0]],CS[Cartesian,2],AXIS["northing (X)",north,ORDER[1]],ID["EPSG",4547]]`
	for text, want := range map[string]string{
		prj4526: "EPSG:4526", wkt2: "EPSG:4547",
		`GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`:                                                                                                                   "EPSG:4490",
		`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]`:                                                                                                                                                    "EPSG:4326",
		`PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],UNIT["Meter",1.0]]`:        "EPSG:3857",
		`PROJCS["unnamed",GEOGCS["unnamed",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",111],PARAMETER["scale_factor",1],PARAMETER["false_easting",19500000],PARAMETER["false_northing",0]]`: "EPSG:4497",
	} {
		s, err := crs.FromWKT(text)
		if err != nil || s.Code() != want {
			t.Errorf("%.40s: %v, %v, want %s", text, s, err, want)
		}
	}
	for text, isOld := range map[string]bool{
		`PROJCS["Xian_1980_3_Degree_GK_Zone_38",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]]],PROJECTION["Gauss_Kruger"]]`: true,
		`GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]]]`:                                                           true,
		`LOCAL_CS["mine"]`: false, "": false, "[": false, "PROJCS[": false, `PROJCS["a`: false, `PROJCS["a",1e`: false, `A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[A[`: false,
		`PROJCS["UTM",GEOGCS["WGS 84",DATUM["WGS_1984"]],PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",111],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000]]`: false,
	} {
		_, err := crs.FromWKT(text)
		var e *crs.NameError
		if !errors.As(err, &e) || (e.Datum != "") != isOld {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzFromWKT(f *testing.F) {
	f.Add(prj4526)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := crs.FromWKT(text); (err == nil) != (s.Code() != "") {
			t.Errorf("%v %v", s, err)
		}
	})
}

// TestSystemsAgainstPROJ compares every CGCS2000 system, and Web Mercator, with
// PROJ over its whole zone and the whole of China's latitudes, both ways, to 1 mm.
func TestSystemsAgainstPROJ(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	names := []string{"EPSG:3857"}
	for c := range crs.All() {
		names = append(names, c.Code())
	}
	const n, degree = 60, 111_320.0
	for _, name := range names {
		s, err := crs.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		middle, half := 105.0, 30.0
		if c, ok := s.Plane(); ok {
			middle, half = c.Meridian, float64(c.Width)/2
		}
		degrees, plane := make([][2]float64, n), make([][2]float64, n)
		for i := range degrees {
			degrees[i] = [2]float64{middle + half*(2*rnd.Float64()-1), 3 + rnd.Float64()*51}
			plane[i][0], plane[i][1] = s.FromLonLat(degrees[i][0], degrees[i][1])
		}
		// EPSG:3857 goes from WGS84, to which PROJ knows no shift from CGCS2000.
		worst := 0.0
		for i, p := range proj(t, "EPSG:4490", name, degrees) {
			worst = math.Max(worst, math.Hypot(p[0]-plane[i][0], p[1]-plane[i][1]))
		}
		for i, p := range proj(t, name, "EPSG:4490", plane) {
			lon, lat := s.ToLonLat(plane[i][0], plane[i][1])
			worst = math.Max(worst, math.Hypot(lon-p[0], lat-p[1])*degree)
		}
		if worst > 0.001 {
			t.Errorf("%s differs from PROJ by %.6f m", name, worst)
		}
	}
}
