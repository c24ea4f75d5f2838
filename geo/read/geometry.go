package read

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"planatlas/geo/crs"
)

// builder turns parsed GeoJSON geometries into orb's, checking each number.
// Coordinates are longitude, latitude in degrees on CGCS2000.
type builder struct{}

// refuse returns an error about the value at the path.
func refuse(at *path, v *value, want, hint string) error {
	return &Error{Where: at.String(), Value: v.brief(), Want: want, Hint: hint, Err: ErrGeometry}
}

// typeOf returns the "type" member of an object.
func typeOf(v *value, at *path, want string) (string, error) {
	if v.kind != object {
		return "", refuse(at, v, want, "")
	}
	t, ok := v.member("type")
	if !ok {
		return "", refuse(at, v, `an object with a member "type"`, "a GeoJSON object names its type: "+want)
	}
	if t.kind != text {
		return "", refuse(at.key("type"), t, "a string", "")
	}
	return t.text, nil
}

// geometry builds a geometry of any of the seven types.
func (b *builder) geometry(v *value, at *path) (orb.Geometry, error) {
	const want = "a GeoJSON geometry"
	t, err := typeOf(v, at, want)
	if err != nil {
		return nil, err
	}
	if t == "GeometryCollection" {
		return b.collection(v, at)
	}
	c, ok := v.member("coordinates")
	if !ok {
		return nil, refuse(at, v, `a member "coordinates"`, "a "+printable(shorten(t))+" needs one")
	}
	at = at.key("coordinates")
	switch t {
	case "Point":
		return b.position(c, at)
	case "MultiPoint":
		return orbOf[orb.MultiPoint](b.positions(c, at))
	case "LineString":
		return orbOf[orb.LineString](b.line(c, at))
	case "MultiLineString":
		return orbOf[orb.MultiLineString](list(c, at, "an array of lines", b.line))
	case "Polygon":
		return orbOf[orb.Polygon](b.polygon(c, at))
	case "MultiPolygon":
		return orbOf[orb.MultiPolygon](list(c, at, "an array of polygons", b.polygon))
	default:
		m, _ := v.member("type")
		return nil, refuse(at.up.key("type"), m, want, nearest(t, "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"))
	}
}

// orbOf gives a built list of parts its orb type; on an error there is none.
func orbOf[G interface {
	orb.Geometry
	~[]E
}, E any](parts []E, err error) (orb.Geometry, error) {
	if err != nil {
		return nil, err
	}
	return G(parts), nil
}

// collection builds the members of a GeometryCollection.
func (b *builder) collection(v *value, at *path) (orb.Geometry, error) {
	g, ok := v.member("geometries")
	if !ok {
		return nil, refuse(at, v, `a member "geometries"`, "a GeometryCollection needs one")
	}
	return orbOf[orb.Collection](list(g, at.key("geometries"), "an array of geometries", b.geometry))
}

// list builds every element of an array, which must not be empty.
func list[T any](v *value, at *path, want string, build func(*value, *path) (T, error)) ([]T, error) {
	if v.kind != array {
		return nil, refuse(at, v, want, "")
	}
	if len(v.items) == 0 {
		return nil, refuse(at, v, want, "the array is empty")
	}
	out := make([]T, len(v.items))
	for i := range v.items {
		var err error
		if out[i], err = build(&v.items[i], at.item(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// positions builds a list of positions.
func (b *builder) positions(v *value, at *path) ([]orb.Point, error) {
	return list(v, at, "an array of positions", b.position)
}

// line builds the positions of a line: two or more.
func (b *builder) line(v *value, at *path) (orb.LineString, error) {
	p, err := b.positions(v, at)
	if err == nil && len(p) < 2 {
		return nil, refuse(at, v, "at least 2 positions", "a line with one position has no length")
	}
	return p, err
}

// polygon builds the rings of a polygon: the outer one, then the holes.
func (b *builder) polygon(v *value, at *path) (orb.Polygon, error) {
	return list(v, at, "an array of rings", b.ring)
}

// position builds one position.
func (b *builder) position(v *value, at *path) (orb.Point, error) {
	const want = "[longitude, latitude]"
	if v.kind != array {
		return orb.Point{}, refuse(at, v, want, "")
	}
	n := len(v.items)
	if n != 2 {
		return orb.Point{}, refuse(at, v, want, fmt.Sprintf("a position has two numbers, elements here: %d", n))
	}
	var p orb.Point
	for i := range v.items {
		var err error
		if p[i], err = coordinate(&v.items[i], at.item(i)); err != nil {
			return orb.Point{}, err
		}
	}
	return b.place(p, v, at)
}

// coordinate reads one number of a position.
func coordinate(v *value, at *path) (float64, error) {
	if v.kind != number {
		hint := ""
		if v.kind == text {
			hint = "write the number without quotes"
		}
		return 0, refuse(at, v, "a number", hint)
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil {
		return 0, refuse(at, v, "a number of degrees", "it is out of range")
	}
	return f, nil
}

// place checks that a position is a longitude and a latitude, and says what it
// looks like when it is not.
func (b *builder) place(p orb.Point, v *value, at *path) (orb.Point, error) {
	const want = "[longitude, latitude] in degrees on CGCS2000 (EPSG:4490)"
	if guess, ok := crs.Detect(p[0], p[1]); ok {
		return p, refuse(at, v, want, guess.EN+"; "+guess.ZH)
	}
	if math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
		return p, refuse(at, v, want, "longitude is within ±180 and latitude within ±90")
	}
	return p, nil
}

// nearest names the wanted word that s is when capitals are ignored.
func nearest(s string, words ...string) string {
	for _, w := range words {
		if strings.EqualFold(s, w) {
			return "write " + w + " with these capitals"
		}
	}
	return "known are " + strings.Join(words, ", ")
}
