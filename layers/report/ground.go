package report

import (
	"encoding/json"
	"fmt"
	"math"

	"planatlas/geo/crs"
	"planatlas/layers/check"

	"github.com/paulmach/orb"
)

// areas reads the polygons of a GeoJSON geometry.
func areas(raw json.RawMessage) (orb.MultiPolygon, error) {
	g, err := geometry(raw)
	if err != nil {
		return nil, err
	}
	out := polygons(g)
	if len(out) == 0 {
		return nil, fmt.Errorf("it has no area")
	}
	return out, nil
}

// geometry reads a GeoJSON geometry; nil for none.
func geometry(raw json.RawMessage) (orb.Geometry, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var doc struct {
		Type        string            `json:"type"`
		Coordinates json.RawMessage   `json:"coordinates"`
		Geometries  []json.RawMessage `json:"geometries"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read a geometry: %w", err)
	}
	switch doc.Type {
	case "Point":
		return coordinates[orb.Point](doc.Coordinates)
	case "MultiPoint":
		return coordinates[orb.MultiPoint](doc.Coordinates)
	case "LineString":
		return coordinates[orb.LineString](doc.Coordinates)
	case "MultiLineString":
		return coordinates[orb.MultiLineString](doc.Coordinates)
	case "Polygon":
		return coordinates[orb.Polygon](doc.Coordinates)
	case "MultiPolygon":
		return coordinates[orb.MultiPolygon](doc.Coordinates)
	case "GeometryCollection":
		var all orb.Collection
		for _, part := range doc.Geometries {
			g, err := geometry(part)
			if err != nil {
				return nil, err
			}
			if g != nil {
				all = append(all, g)
			}
		}
		return all, nil
	}
	return nil, fmt.Errorf("read a geometry: type %q", doc.Type)
}

func coordinates[T orb.Geometry](raw json.RawMessage) (orb.Geometry, error) {
	var g T
	if err := json.Unmarshal(raw, &g); err != nil {
		return nil, fmt.Errorf("read coordinates: %w", err)
	}
	return g, nil
}

func polygons(g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		return g
	case orb.Collection:
		var out orb.MultiPolygon
		for _, part := range g {
			out = append(out, polygons(part)...)
		}
		return out
	}
	return nil
}

func lineStrings(g orb.Geometry) []orb.LineString {
	switch g := g.(type) {
	case orb.LineString:
		return []orb.LineString{g}
	case orb.MultiLineString:
		return g
	case orb.Collection:
		var out []orb.LineString
		for _, part := range g {
			out = append(out, lineStrings(part)...)
		}
		return out
	}
	return nil
}

func pointsOf(g orb.Geometry) []orb.Point {
	switch g := g.(type) {
	case orb.Point:
		return []orb.Point{g}
	case orb.MultiPoint:
		return g
	case orb.Collection:
		var out []orb.Point
		for _, part := range g {
			out = append(out, pointsOf(part)...)
		}
		return out
	}
	return nil
}

// plane is the site's own zone of 3 degrees, eastings with the zone number.
type plane struct{ crs crs.CRS }

// newPlane takes the zone in which the answer measured the plane area; without one,
// the zone of the site's middle.
func newPlane(a check.Answer, site orb.MultiPolygon) plane {
	if c, ok := system(a.Site.Area.PlaneCRS); ok {
		if prefixed, ok := crs.ByZone(c.Width, c.Zone, true); ok {
			return plane{prefixed}
		}
	}
	zone := int(math.Round(site.Bound().Center()[0] / 3))
	c, ok := crs.ByZone(3, min(45, max(25, zone)), true)
	if !ok {
		return plane{}
	}
	return plane{c}
}

// locationScale is the scale of the map that shows where the site is.
const locationScale = 400_000

// around is the ground that the maps show, in degrees.
func (p plane) around(site orb.MultiPolygon) orb.Bound {
	low, high := p.extent(site)
	most := mapWidth / 2000 * contextScale(high[0]-low[0], high[1]-low[1]) // metres from the middle
	north, east := p.middle(site)
	box := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
	for _, d := range [][2]float64{{-most, -most}, {-most, most}, {most, -most}, {most, most}} {
		lon, lat := p.crs.Inverse(north+d[0], east+d[1])
		box = box.Extend(orb.Point{lon, lat})
	}
	return box.Union(site.Bound())
}

// contextScale is the scale of the location map: smaller for a site that would fill it.
func contextScale(width, height float64) float64 {
	return max(locationScale, 4*siteScale(width, height))
}

func (p plane) middle(site orb.MultiPolygon) (north, east float64) {
	centre := site.Bound().Center()
	return p.crs.Forward(centre[0], centre[1])
}

// extent is the site's extent on the plane.
func (p plane) extent(site orb.MultiPolygon) (low, high orb.Point) {
	low, high = orb.Point{math.Inf(1), math.Inf(1)}, orb.Point{math.Inf(-1), math.Inf(-1)}
	for _, polygon := range site {
		for _, ring := range polygon {
			for _, q := range ring {
				north, east := p.crs.Forward(q[0], q[1])
				low = orb.Point{min(low[0], east), min(low[1], north)}
				high = orb.Point{max(high[0], east), max(high[1], north)}
			}
		}
	}
	return low, high
}

// onPaper puts points of the ground on paper.
func (p plane) onPaper(f frame, points []orb.Point) []orb.Point {
	out := make([]orb.Point, len(points))
	for i, q := range points {
		out[i] = f.paper(p.crs.Forward(q[0], q[1]))
	}
	return out
}

func (p plane) ringsOnPaper(f frame, areas orb.MultiPolygon) [][]orb.Point {
	var out [][]orb.Point
	for _, polygon := range areas {
		for _, ring := range polygon {
			out = append(out, p.onPaper(f, open(ring)))
		}
	}
	return out
}
