package read

import (
	"strconv"
	"strings"

	"planatlas/geo/crs"
)

// crs accepts the "crs" member of GeoJSON 2008 if it names a system whose
// numbers are read as they stand.
func (s *siteReader) crs(v *value, at *path) error {
	c, ok := v.member("crs")
	if !ok || c.kind == null {
		return nil
	}
	at = at.key("crs")
	const want = "CRS84, EPSG:4326 or EPSG:4490 with longitude before latitude, or no crs member"
	properties, _ := c.member("properties")
	if properties == nil {
		return refuse(at, c, want, `it is written {"type":"name","properties":{"name":"EPSG:4490"}}`)
	}
	name, ok := properties.member("name")
	if !ok || name.kind != text {
		return refuse(at, c, want, `it is written {"type":"name","properties":{"name":"EPSG:4490"}}`)
	}
	code, _ := crs.Parse(name.text)
	switch code {
	case "OGC:CRS84", "EPSG:4326", "EPSG:4490":
		if s.site.CRS == "" {
			s.site.CRS = code
		}
		return nil
	}
	return refuse(at.key("properties").key("name"), name, want, convert(code))
}

// convert says how to come from a system to CGCS2000 longitude and latitude.
func convert(code string) string {
	const run = "convert it first: ogr2ogr -t_srs EPSG:4490 out.geojson in.geojson"
	epsg, _ := strconv.Atoi(strings.TrimPrefix(code, "EPSG:"))
	if datum, ok := crs.OldDatum(epsg); ok {
		return code + " is on " + datum + ", from which no public transformation exists; ask the surveyor for CGCS2000 coordinates"
	}
	if c, ok := crs.ByEPSG(epsg); ok {
		return code + " is " + c.EN() + "; " + run
	}
	if code == "" {
		return "the name is not known; " + run
	}
	return run
}
