package api

import (
	"strings"

	"planatlas/geo"
	"planatlas/layers"
)

const (
	crs84     = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	crsEPSG   = "http://www.opengis.net/def/crs/EPSG/0/"
	crsStored = crsEPSG + "4490"
)

// crs is a coordinate reference system in which features are given.
type crs struct {
	URI        string
	SRID       geo.SRID
	NorthFirst bool // axis order latitude, longitude or north, east
	Decimals   int  // of a coordinate: about a centimetre or better
}

// systems are the coordinate reference systems that the service offers, CRS84
// first. Any system of the database may be added here and nowhere else; its axis
// order is that of its definition (OGC API - Features, Part 2, 18-058r1).
func systems() []crs {
	return []crs{
		{URI: crs84, SRID: geo.WGS84, Decimals: 7},
		{URI: crsEPSG + "4326", SRID: geo.WGS84, NorthFirst: true, Decimals: 7},
		{URI: crsStored, SRID: geo.CGCS2000, NorthFirst: true, Decimals: 7},
		{URI: crsEPSG + "3857", SRID: geo.WebMercator, Decimals: 3},
		{URI: crsEPSG + "4547", SRID: 4547, NorthFirst: true, Decimals: 3}, // CGCS2000, 3-degree, CM 114° E
		{URI: crsEPSG + "4526", SRID: 4526, NorthFirst: true, Decimals: 3}, // the same with zone 38 in front of the easting
	}
}

// projected tells systems in metres from those in degrees.
func (c crs) projected() bool { return c.SRID != geo.WGS84 && c.SRID != geo.CGCS2000 }

func crsURIs() []string {
	var out []string
	for _, c := range systems() {
		out = append(out, c.URI)
	}
	return out
}

// parseCRS reads a crs parameter: a URI, or EPSG:n or its URN for short. Empty is
// CRS84.
func parseCRS(param, text string) (crs, error) {
	name := strings.Trim(text, "[]")
	for _, c := range systems() {
		code := strings.TrimPrefix(c.URI, crsEPSG)
		if name == c.URI || c.URI != crs84 && (strings.EqualFold(name, "EPSG:"+code) || strings.EqualFold(name, "urn:ogc:def:crs:EPSG::"+code)) {
			return c, nil
		}
		if c.URI == crs84 && (name == "" || strings.EqualFold(name, "OGC:CRS84") || strings.EqualFold(name, "CRS84")) {
			return c, nil
		}
	}
	return crs{}, &layers.InputError{Param: param, Value: text, Want: "one of " + strings.Join(crsURIs(), ", ")}
}
