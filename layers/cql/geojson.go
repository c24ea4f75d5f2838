package cql

import "github.com/paulmach/orb"

// geometryOf reads a GeoJSON geometry (RFC 7946, 3.1). Heights are passed over.
func geometryOf(v map[string]any, at string) (Expr, error) {
	g, err := shapeOf(v, at)
	if err != nil {
		return nil, err
	}
	if want := mistake(g); want != "" {
		return nil, &SyntaxError{Pointer: at, Got: "this " + g.GeoJSONType(), Want: want}
	}
	return Literal{g, Pos{Pointer: at}}, nil
}

func shapeOf(v map[string]any, at string) (orb.Geometry, error) {
	kind, _ := v["type"].(string)
	c, inside := v["coordinates"], at+"/coordinates"
	switch kind {
	case "Point":
		return positionOf(c, inside)
	case "MultiPoint":
		list, err := several(c, inside, positionOf)
		return orb.MultiPoint(list), err
	case "LineString":
		return lineOf(c, inside)
	case "MultiLineString":
		list, err := several(c, inside, lineOf)
		return orb.MultiLineString(list), err
	case "Polygon":
		return areaOf(c, inside)
	case "MultiPolygon":
		list, err := several(c, inside, areaOf)
		return orb.MultiPolygon(list), err
	case "GeometryCollection":
		list, err := several(v["geometries"], at+"/geometries", func(m any, at string) (orb.Geometry, error) {
			member, ok := m.(map[string]any)
			if !ok || member["type"] == "GeometryCollection" {
				return nil, wrong(m, at, "a geometry that is no collection")
			}
			return shapeOf(member, at)
		})
		return orb.Collection(list), err
	}
	return nil, wrong(v["type"], at+"/type", "a type of GeoJSON geometry")
}

// several reads a list of one or more.
func several[T any](v any, at string, one func(any, string) (T, error)) ([]T, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, wrong(v, at, "an array of one or more")
	}
	return each(list, at, one)
}

func positionOf(v any, at string) (orb.Point, error) {
	list, ok := v.([]any)
	if !ok || len(list) < 2 || len(list) > 4 {
		return orb.Point{}, wrong(v, at, "a position of two or three numbers")
	}
	n, err := each(list, at, float)
	if err != nil {
		return orb.Point{}, err
	}
	return orb.Point{n[0], n[1]}, nil
}

func lineOf(v any, at string) (orb.LineString, error) {
	list, err := several(v, at, positionOf)
	return list, err
}

func areaOf(v any, at string) (orb.Polygon, error) {
	list, err := several(v, at, func(v any, at string) (orb.Ring, error) {
		ring, err := several(v, at, positionOf)
		return ring, err
	})
	return list, err
}
