package layers

import (
	"errors"
	"fmt"

	"planatlas/geo"
	"planatlas/layers/cql"

	"github.com/paulmach/orb"
)

// FilterType returns the type of what a filter may name: a property of the layer,
// its id, or its geometry as geom or geometry.
func (l *Layer) FilterType(name string) (cql.Type, bool) {
	if p, ok := l.Property(name); ok {
		return cql.Type(p.Type), true
	}
	switch {
	case name == "id":
		return cql.TypeString, true
	case l.HasGeometry() && (name == "geom" || name == "geometry"):
		return cql.TypeGeometry, true
	}
	return "", false
}

// CheckFilter reports, as an *InputError for the parameter filter, the first part of
// the condition that has no meaning for the layer. srid is that of its geometries; 0
// is CRS84. A filter that passes runs without an error.
func (l *Layer) CheckFilter(e cql.Expr, srid geo.SRID) error {
	err := cql.Check(e, l.FilterType)
	if err == nil {
		err = cql.CheckExtent(e, extentOf(srid))
	}
	var wrong *cql.TypeError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &wrong) || wrong.Property == "":
		return &InputError{Param: "filter", Value: cql.Text(e), Want: "a condition that fits " + l.ID, Hint: err.Error(), Err: err}
	}
	input := &InputError{Param: "filter", Value: wrong.Property, Want: "a property of " + l.ID, Err: err}
	if near := Nearest(wrong.Property, l.filterNames()); near != "" {
		input.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return input
}

func (l *Layer) filterNames() []string {
	names := []string{"id"}
	if l.HasGeometry() {
		names = append(names, "geom")
	}
	for _, p := range l.AllProperties() {
		names = append(names, p.Name)
	}
	return names
}

// extentOf returns where coordinates of the reference system can lie at all.
func extentOf(srid geo.SRID) orb.Bound {
	switch srid {
	case 0, geo.CGCS2000, geo.WGS84:
		return orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	case geo.WebMercator:
		return orb.Bound{Min: orb.Point{-20037508.35, -20048966.2}, Max: orb.Point{20037508.35, 20048966.2}}
	}
	return orb.Bound{Min: orb.Point{-1e8, -1e8}, Max: orb.Point{1e8, 1e8}}
}
