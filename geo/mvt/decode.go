package mvt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// ErrTile is wrapped by every error about bytes that are not a vector tile.
var ErrTile = errors.New("malformed vector tile")

// Layer is a decoded layer.
type Layer struct {
	Name     string
	Version  int
	Extent   int
	Features []Feature
}

// Feature is a decoded feature. Its geometry is in tile units, y pointing down:
// [orb.Point], [orb.MultiPoint], [orb.LineString], [orb.MultiLineString],
// [orb.Polygon] or [orb.MultiPolygon].
type Feature struct {
	ID         uint64
	Properties map[string]any // string, float64, int64, uint64, bool
	Geometry   orb.Geometry
}

// Decode reads a tile that is not compressed. It is strict: what the standard
// forbids is an error, so that tests can lean on it. Memory grows with the tile.
func Decode(b []byte) ([]Layer, error) {
	var layers []Layer
	err := fields(b, func(number, kind int, n uint64, msg []byte) error {
		if number != 3 || kind != 2 {
			return nil
		}
		l, err := decodeLayer(msg)
		layers = append(layers, l)
		return err
	})
	return layers, err
}

// fields calls each for every field of a message: n is a number, msg the bytes.
func fields(b []byte, each func(number, kind int, n uint64, msg []byte) error) error {
	for len(b) > 0 {
		key, w := binary.Uvarint(b)
		if w <= 0 {
			return fmt.Errorf("%w: field without a number", ErrTile)
		}
		b = b[w:]
		var n uint64
		size := 0
		switch key & 7 {
		case 0, 2:
			if n, w = binary.Uvarint(b); w <= 0 {
				return fmt.Errorf("%w: field %d is cut off", ErrTile, key>>3)
			}
			b = b[w:]
			if key&7 == 2 {
				size = int(min(n, math.MaxInt32))
			}
		case 1:
			size = 8
		case 5:
			size = 4
		default:
			return fmt.Errorf("%w: wire type %d", ErrTile, key&7)
		}
		if size > len(b) {
			return fmt.Errorf("%w: field %d is cut off", ErrTile, key>>3)
		}
		if err := each(int(key>>3), int(key&7), n, b[:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func decodeLayer(b []byte) (Layer, error) {
	l := Layer{Extent: 4096, Version: 1}
	var keys []string
	var values []any
	var features [][]byte
	err := fields(b, func(number, _ int, n uint64, msg []byte) error {
		switch number {
		case 1:
			l.Name = string(msg)
		case 2:
			features = append(features, msg)
		case 3:
			keys = append(keys, string(msg))
		case 4:
			v, err := decodeValue(msg)
			values = append(values, v)
			return err
		case 5:
			l.Extent = int(n)
		case 15:
			l.Version = int(n)
		}
		return nil
	})
	if err != nil {
		return l, err
	}
	if l.Name == "" || l.Version != 2 || len(features) == 0 {
		return l, fmt.Errorf("%w: layer %q of version %d with %d features", ErrTile, l.Name, l.Version, len(features))
	}
	for _, msg := range features {
		f, err := decodeFeature(msg, keys, values)
		if err != nil {
			return l, fmt.Errorf("layer %s, feature %d: %w", l.Name, f.ID, err)
		}
		l.Features = append(l.Features, f)
	}
	return l, nil
}

func decodeValue(b []byte) (any, error) {
	var v any
	kinds := [...]int{1: 2, 2: 5, 3: 1, 4: 0, 5: 0, 6: 0, 7: 0}
	err := fields(b, func(number, kind int, n uint64, msg []byte) error {
		if number >= len(kinds) || kinds[number] != kind {
			return nil
		}
		switch number {
		case 1:
			v = string(msg)
		case 2:
			v = float64(math.Float32frombits(binary.LittleEndian.Uint32(msg)))
		case 3:
			v = math.Float64frombits(binary.LittleEndian.Uint64(msg))
		case 4:
			v = int64(n)
		case 5:
			v = n
		case 6:
			v = int64(n>>1) ^ -int64(n&1)
		case 7:
			v = n != 0
		}
		return nil
	})
	if err == nil && v == nil {
		err = fmt.Errorf("%w: a value of no type", ErrTile)
	}
	return v, err
}

func decodeFeature(b []byte, keys []string, values []any) (Feature, error) {
	f := Feature{Properties: map[string]any{}}
	var tags, commands []uint32
	var kind byte
	err := fields(b, func(number, _ int, n uint64, msg []byte) (err error) {
		switch number {
		case 1:
			f.ID = n
		case 2:
			tags, err = numbers(msg)
		case 3:
			kind = byte(n)
		case 4:
			commands, err = numbers(msg)
		}
		return err
	})
	if err != nil {
		return f, err
	}
	if len(tags)%2 != 0 {
		return f, fmt.Errorf("%w: a key without a value", ErrTile)
	}
	for i := 0; i < len(tags); i += 2 {
		if int(tags[i]) >= len(keys) || int(tags[i+1]) >= len(values) {
			return f, fmt.Errorf("%w: tag %d=%d of %d keys and %d values", ErrTile, tags[i], tags[i+1], len(keys), len(values))
		}
		if _, twice := f.Properties[keys[tags[i]]]; twice {
			return f, fmt.Errorf("%w: key %s stands twice", ErrTile, keys[tags[i]])
		}
		f.Properties[keys[tags[i]]] = values[tags[i+1]]
	}
	f.Geometry, err = decodeGeometry(kind, commands)
	return f, err
}

// numbers reads a packed list.
func numbers(b []byte) ([]uint32, error) {
	var all []uint32
	for len(b) > 0 {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > math.MaxUint32 {
			return nil, fmt.Errorf("%w: a packed number is cut off", ErrTile)
		}
		all, b = append(all, uint32(n)), b[w:]
	}
	return all, nil
}
