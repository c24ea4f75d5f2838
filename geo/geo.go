// Package geo knows what a geometry, a coordinate system and an area are. It
// knows no database and no HTTP; of other modules it imports orb alone.
package geo

import (
	"strconv"

	"github.com/paulmach/orb"
)

// SRID is the EPSG number of a coordinate reference system. Coordinates are
// always kept in the order x, y: longitude before latitude, easting before
// northing, whatever axis order EPSG declares for the code.
type SRID int32

// The systems that planatlas stores, answers in and draws in.
const (
	CGCS2000    SRID = 4490 // geographic, degrees: what is stored
	WGS84       SRID = 4326 // geographic, degrees: taken as equal to CGCS2000
	WebMercator SRID = 3857 // metres on a sphere: map tiles only, never areas
)

// String returns the code as EPSG writes it, such as "EPSG:4490".
func (s SRID) String() string {
	return "EPSG:" + strconv.Itoa(int(s))
}

// Shape is a decoded geometry and the system its numbers belong to. It is the
// only decoded geometry that crosses packages. A nil Geom means no geometry.
type Shape struct {
	SRID SRID
	Geom orb.Geometry
}
