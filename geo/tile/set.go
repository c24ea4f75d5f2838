package tile

import (
	"math"
	"strconv"

	"planatlas/geo"
)

// Set is a tile matrix set. The zero value is none.
type Set uint8

// The sets that planatlas draws in.
const (
	// WebMercatorQuad is the square of the web maps, EPSG:3857 (17-083r4, D.1).
	WebMercatorQuad Set = 1 + iota
	// WorldCRS84Quad halves longitude and latitude, OGC:CRS84; its matrix 0 is
	// two tiles beside each other (17-083r4, D.2).
	WorldCRS84Quad
	// CGCS2000Quad is the same grid on EPSG:4490 as Tianditu's set "c" numbers
	// it: the two tiles are its matrix 1, and there is no matrix 0.
	CGCS2000Quad
)

// Sets returns all sets, the usual one first.
func Sets() []Set { return []Set{WebMercatorQuad, WorldCRS84Quad, CGCS2000Quad} }

// Named returns the set of that identifier, such as "WebMercatorQuad".
func Named(id string) (Set, bool) {
	for _, s := range Sets() {
		if s.String() == id {
			return s, true
		}
	}
	return 0, false
}

// String returns the identifier of the set.
func (s Set) String() string {
	switch s {
	case WebMercatorQuad:
		return "WebMercatorQuad"
	case WorldCRS84Quad:
		return "WorldCRS84Quad"
	case CGCS2000Quad:
		return "CGCS2000Quad"
	}
	return ""
}

// Title says in English what the set is.
func (s Set) Title() string {
	switch s {
	case WebMercatorQuad:
		return "Google Maps Compatible for the World"
	case WorldCRS84Quad:
		return "CRS84 for the World"
	case CGCS2000Quad:
		return "CGCS2000 longitude and latitude, numbered as in Tianditu's set c"
	}
	return ""
}

// URI returns the name under which OGC registered the set, "" for none.
func (s Set) URI() string {
	if s == WebMercatorQuad || s == WorldCRS84Quad {
		return "http://www.opengis.net/def/tilematrixset/OGC/1.0/" + s.String()
	}
	return ""
}

// CRS returns the URI of the set's coordinate reference system.
func (s Set) CRS() string {
	switch s {
	case WebMercatorQuad:
		return "http://www.opengis.net/def/crs/EPSG/0/3857"
	case WorldCRS84Quad:
		return "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	case CGCS2000Quad:
		return "http://www.opengis.net/def/crs/EPSG/0/4490"
	}
	return ""
}

// SRID returns the EPSG number of the set's system; CRS84 counts as 4326.
func (s Set) SRID() geo.SRID {
	switch s {
	case WebMercatorQuad:
		return geo.WebMercator
	case WorldCRS84Quad:
		return geo.WGS84
	case CGCS2000Quad:
		return geo.CGCS2000
	}
	return 0
}

// MinZoom returns the number of the first matrix.
func (s Set) MinZoom() uint32 {
	if s == CGCS2000Quad {
		return 1
	}
	return 0
}

// MaxZoom returns the number of the last matrix: the last one that the standard
// lists, or Tianditu.
func (s Set) MaxZoom() uint32 {
	switch s {
	case WorldCRS84Quad:
		return 17
	case CGCS2000Quad:
		return 18
	}
	return 24
}

// Size returns how many columns and rows the matrix z has.
func (s Set) Size(z uint32) (columns, rows uint32) {
	switch s {
	case WebMercatorQuad:
		return 1 << z, 1 << z
	case WorldCRS84Quad:
		return 2 << z, 1 << z
	case CGCS2000Quad:
		return 1 << z, 1 << z >> 1
	}
	return 0, 0
}

// at returns a position in tiles from the upper left corner of the matrix.
func (s Set) at(z uint32, lon, lat float64) (x, y float64) {
	columns, rows := s.Size(z)
	x = (lon/360 + 0.5) * float64(columns)
	if s == WebMercatorQuad {
		sin := math.Sin(min(max(lat, -maxLat), maxLat) * (math.Pi / 180))
		return x, (0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * float64(rows)
	}
	return x, (0.5 - lat/180) * float64(rows)
}

// lonLat is the inverse of at.
func (s Set) lonLat(z uint32, x, y float64) (lon, lat float64) {
	columns, rows := s.Size(z)
	lon = (x/float64(columns) - 0.5) * 360
	if s == WebMercatorQuad {
		return lon, math.Atan(math.Sinh((1-2*y/float64(rows))*math.Pi)) * (180 / math.Pi)
	}
	return lon, (0.5 - y/float64(rows)) * 180
}

// maxLat is where the square of Web Mercator ends.
const maxLat = 85.0511287798066

// Matrix is one zoom of a set in the words of 17-083r4, clause 7.
type Matrix struct {
	ID               string     // the zoom as text
	ScaleDenominator float64    // for pixels of 0.28 mm
	CellSize         float64    // units of the CRS for a pixel
	PointOfOrigin    [2]float64 // the upper left corner, in the CRS's axis order
	TileSize         int        // pixels, across and down
	Columns, Rows    uint32
}

// Matrix describes the matrix z.
func (s Set) Matrix(z uint32) Matrix {
	const pixels, radius = 256, 6378137.0
	m := Matrix{ID: strconv.Itoa(int(z)), TileSize: pixels}
	m.Columns, m.Rows = s.Size(z)
	width, metres := 360.0, radius*math.Pi/180
	m.PointOfOrigin = [2]float64{-180, 90}
	switch s {
	case WebMercatorQuad:
		width, metres = 2*math.Pi*radius, 1
		m.PointOfOrigin = [2]float64{-width / 2, width / 2}
	case CGCS2000Quad:
		m.PointOfOrigin = [2]float64{90, -180}
	}
	m.CellSize = width / float64(m.Columns) / pixels
	m.ScaleDenominator = m.CellSize * metres / 0.00028
	return m
}
