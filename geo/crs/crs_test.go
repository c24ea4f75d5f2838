package crs_test

import (
	"fmt"
	"testing"

	"planatlas/geo/crs"
)

func ExampleByEPSG() {
	c, _ := crs.ByEPSG(4526)
	north, east := c.Forward(113.5833, 37.8567)
	fmt.Printf("%s: X %.3f, Y %.3f\n", c.EN(), north, east)
	// Output:
	// CGCS2000 3-degree zone 38, central meridian 114°E: X 4191674.254, Y 38463329.028
}

func ExampleDetect() {
	g, _ := crs.Detect(463329.028, 4191674.254)
	fmt.Println(g.Code, g.Swapped)
	g, _ = crs.Detect(37.8567, 113.5833)
	fmt.Println(g.EN)
	_, ok := crs.Detect(113.5833, 37.8567)
	fmt.Println(ok)
	// Output:
	// EPSG:4547 false
	// axes swapped: latitude 37.8567 stands before longitude 113.5833; write longitude first
	// false
}

func TestAll(t *testing.T) {
	next := 4491
	for c := range crs.All() {
		if c.EPSG != next {
			t.Fatalf("EPSG %d after %d", c.EPSG, next-1)
		}
		next++
		if got, ok := crs.ByEPSG(c.EPSG); !ok || got != c {
			t.Errorf("ByEPSG(%d) = %v", c.EPSG, got)
		}
		if got, ok := crs.ByZone(c.Width, c.Zone, c.Prefixed); !ok || got != c {
			t.Errorf("ByZone(%d, %d, %v) = %v", c.Width, c.Zone, c.Prefixed, got)
		}
	}
	if next != 4555 {
		t.Errorf("ends before %d", next)
	}
	for _, code := range []int{0, -1, 4326, 4490, 4555} {
		if c, ok := crs.ByEPSG(code); ok {
			t.Errorf("ByEPSG(%d) = %v", code, c)
		}
	}
	for _, zone := range []int{12, 24, 46} {
		if c, ok := crs.ByZone(3, zone, true); ok {
			t.Errorf("zone %d = %v", zone, c)
		}
	}
}

func TestZones(t *testing.T) {
	for _, c := range []struct {
		epsg    int
		want    crs.CRS
		easting float64
		zh      string
	}{
		{4526, crs.CRS{EPSG: 4526, Width: 3, Zone: 38, Meridian: 114, Prefixed: true}, 38500000, "2000国家大地坐标系3度带第38带，中央经线114°E"},
		{4547, crs.CRS{EPSG: 4547, Width: 3, Zone: 38, Meridian: 114}, 500000, "2000国家大地坐标系3度带第38带，中央经线114°E，不带带号"},
		{4525, crs.CRS{EPSG: 4525, Width: 3, Zone: 37, Meridian: 111, Prefixed: true}, 37500000, "2000国家大地坐标系3度带第37带，中央经线111°E"},
		{4546, crs.CRS{EPSG: 4546, Width: 3, Zone: 37, Meridian: 111}, 500000, "2000国家大地坐标系3度带第37带，中央经线111°E，不带带号"},
		{4497, crs.CRS{EPSG: 4497, Width: 6, Zone: 19, Meridian: 111, Prefixed: true}, 19500000, "2000国家大地坐标系6度带第19带，中央经线111°E"},
		{4508, crs.CRS{EPSG: 4508, Width: 6, Zone: 19, Meridian: 111}, 500000, "2000国家大地坐标系6度带第19带，中央经线111°E，不带带号"},
		{4498, crs.CRS{EPSG: 4498, Width: 6, Zone: 20, Meridian: 117, Prefixed: true}, 20500000, "2000国家大地坐标系6度带第20带，中央经线117°E"},
		{4509, crs.CRS{EPSG: 4509, Width: 6, Zone: 20, Meridian: 117}, 500000, "2000国家大地坐标系6度带第20带，中央经线117°E，不带带号"},
	} {
		got, ok := crs.ByEPSG(c.epsg)
		if !ok || got != c.want || got.FalseEasting() != c.easting || got.ZH() != c.zh {
			t.Errorf("%d: got %+v, %v, %s", c.epsg, got, got.FalseEasting(), got.ZH())
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"EPSG:4490", "EPSG:4490"}, {"epsg:4490", "EPSG:4490"}, {" EPSG:4326 ", "EPSG:4326"},
		{"urn:ogc:def:crs:EPSG::4526", "EPSG:4526"}, {"urn:ogc:def:crs:EPSG:9.9.1:4326", "EPSG:4326"},
		{"http://www.opengis.net/def/crs/EPSG/0/4490", "EPSG:4490"}, {"https://www.opengis.net/def/crs/EPSG/0/3857", "EPSG:3857"},
		{"CRS84", "OGC:CRS84"}, {"OGC:CRS84", "OGC:CRS84"}, {"urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"},
		{"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84"}, {"urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84"},
		{"", ""}, {"4490", ""}, {"EPSG:", ""}, {"EPSG:0", ""}, {"EPSG:-1", ""}, {"EPSG:4490x", ""}, {"ESRI:102100", ""},
		{"EPSG:99999999999", ""}, {"XCRS84", ""}, {"阳泉市城建坐标系", ""}, {"CRS84h", ""},
	} {
		if got, ok := crs.Parse(c.name); got != c.want || ok != (c.want != "") {
			t.Errorf("Parse(%q) = %q, %v, want %q", c.name, got, ok, c.want)
		}
	}
}

func TestOldDatum(t *testing.T) {
	for code, want := range map[int]string{
		2327: "Xian 1980", 2362: "Xian 1980", 2383: "Xian 1980", 2390: "Xian 1980", 4610: "Xian 1980",
		2401: "Beijing 1954", 2414: "Beijing 1954", 2435: "Beijing 1954", 2442: "Beijing 1954", 4214: "Beijing 1954", 21418: "Beijing 1954", 21458: "Beijing 1954",
		2326: "", 2391: "", 2400: "", 2443: "", 4490: "", 4526: "", 0: "",
	} {
		if got, ok := crs.OldDatum(code); string(got) != want || ok != (want != "") {
			t.Errorf("OldDatum(%d) = %q, %v, want %q", code, got, ok, want)
		}
	}
}
