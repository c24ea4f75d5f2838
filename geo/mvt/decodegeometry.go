package mvt

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// decodeGeometry reads the commands of a feature (4.3).
func decodeGeometry(kind byte, commands []uint32) (orb.Geometry, error) {
	paths, closed, err := decodePaths(commands)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 || len(closed) > 0 && kind != polygons {
		return nil, fmt.Errorf("%w: type %d with %d paths", ErrTile, kind, len(paths))
	}
	switch kind {
	case points:
		return decodePoints(paths)
	case lines:
		var ls orb.MultiLineString
		for _, p := range paths {
			if len(p) < 2 {
				return nil, fmt.Errorf("%w: a line of one position", ErrTile)
			}
			ls = append(ls, p)
		}
		if len(ls) == 1 {
			return ls[0], nil
		}
		return ls, nil
	case polygons:
		return decodePolygons(paths, closed)
	}
	return nil, fmt.Errorf("%w: geometry type %d", ErrTile, kind)
}

// decodePaths returns the positions from each MoveTo on, and which paths a
// ClosePath ended.
func decodePaths(commands []uint32) (paths []orb.LineString, closed map[int]bool, err error) {
	closed = map[int]bool{}
	var x, y int32
	for i := 0; i < len(commands); {
		id, count := commands[i]&7, int(commands[i]>>3)
		i++
		if id == 7 && count == 1 && len(paths) > 0 && !closed[len(paths)-1] {
			closed[len(paths)-1] = true
			continue
		}
		if id != 1 && id != 2 || count == 0 || 2*count > len(commands)-i || id == 2 && (len(paths) == 0 || closed[len(paths)-1]) {
			return nil, nil, fmt.Errorf("%w: command %d, count %d", ErrTile, id, count)
		}
		for range count {
			dx, dy := commands[i], commands[i+1]
			i += 2
			if id == 2 && dx == 0 && dy == 0 {
				return nil, nil, fmt.Errorf("%w: a LineTo that goes nowhere", ErrTile)
			}
			x += int32(dx>>1) ^ -int32(dx&1)
			y += int32(dy>>1) ^ -int32(dy&1)
			if id == 1 {
				paths = append(paths, nil)
			}
			last := &paths[len(paths)-1]
			*last = append(*last, orb.Point{float64(x), float64(y)})
		}
	}
	return paths, closed, nil
}

func decodePoints(paths []orb.LineString) (orb.Geometry, error) {
	var ps orb.MultiPoint
	for _, p := range paths {
		if len(p) > 1 {
			return nil, fmt.Errorf("%w: a point with a LineTo", ErrTile)
		}
		ps = append(ps, p[0])
	}
	if len(ps) == 1 {
		return ps[0], nil
	}
	return ps, nil
}

// decodePolygons tells shells from holes by their winding: a shell's area is
// positive when y points down (4.3.4.4).
func decodePolygons(paths []orb.LineString, closed map[int]bool) (orb.Geometry, error) {
	var ps orb.MultiPolygon
	for i, p := range paths {
		if !closed[i] || len(p) < 3 {
			return nil, fmt.Errorf("%w: a ring of %d positions, closed %t", ErrTile, len(p), closed[i])
		}
		ring := orb.Ring(append(p, p[0]))
		switch area := planar.Area(ring); {
		case area == 0:
			return nil, fmt.Errorf("%w: a ring without area", ErrTile)
		case ring.Orientation() == orb.CCW:
			ps = append(ps, orb.Polygon{ring})
		case len(ps) == 0:
			return nil, fmt.Errorf("%w: a hole before the first shell", ErrTile)
		default:
			ps[len(ps)-1] = append(ps[len(ps)-1], ring)
		}
	}
	if len(ps) == 1 {
		return ps[0], nil
	}
	return ps, nil
}
