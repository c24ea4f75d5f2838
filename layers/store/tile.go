package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"planatlas/geo"
	"planatlas/geo/mvt"
	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// What a tile may hold of a published table, which has nothing that stands for many
// features: more is refused, since a part of them would be a wrong map.
const (
	tableFeatures  = 20_000
	tableTileBytes = 2 << 20
)

// Tile draws layers into one vector tile (Mapbox Vector Tile 2.1), each under its
// id and in the order given. It is not compressed, and empty where nothing is. One
// exchange with the database brings all layers; when one fails there is no tile.
//
// The feature's id is a number that stays the same: an integer key itself, and for
// other keys a hash, with the key as property id. Below the zoom from which a layer
// is exact ([layers.Summary.Exact]) features are simplified to half a pixel, and of
// those in a cell of 1/64 of the tile the largest is there with their number as
// property count: in its own shape, or when it is smaller than the cell as a square of
// the area of them all.
//
// An error wraps [layers.ErrTooLarge] when a published table has too much in the
// tile, [layers.ErrUnavailable] when it took too long.
func (s *Store) Tile(ctx context.Context, ls []*layers.Layer, t tile.ID) ([]byte, error) {
	if !t.Valid() {
		return nil, fmt.Errorf("tile %s: %w", t, layers.ErrNotFound)
	}
	d, _ := s.drawers.Get().(*drawer)
	if d == nil {
		d = &drawer{encoder: mvt.NewEncoder(t, mvt.Options{})}
	}
	defer s.drawers.Put(d)
	d.encoder.Reset(t)
	d.rows = 0
	var ids strings.Builder
	for _, l := range ls {
		ids.WriteString(l.ID + ",")
	}
	leave, err := s.lanes.enter(ctx, ids.String(), t)
	if err == nil {
		err = s.drawAll(ctx, d, ls, t)
		leave(d.rows)
	}
	if err != nil {
		return nil, domainError("draw tile "+t.String(), err)
	}
	return slices.Clone(d.encoder.Bytes()), nil
}

func (s *Store) drawAll(ctx context.Context, d *drawer, ls []*layers.Layer, t tile.ID) error {
	conn, err := s.tiles.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var batch pgx.Batch
	for _, l := range ls {
		q := newTileQuery(l, t, d.encoder.Share())
		batch.Queue(q.sql, q.args...)
	}
	results := conn.SendBatch(ctx, &batch)
	for _, l := range ls {
		if err = d.draw(results, l); err != nil {
			err = fmt.Errorf("%s: %w", l.ID, err)
			break
		}
	}
	if closing := results.Close(); err == nil {
		err = closing
	}
	return err
}

// drawer turns rows into features. Its memory serves tile after tile.
type drawer struct {
	encoder *mvt.Encoder
	values  []mvt.Value
	shape   geo.WKB
	rows    int // of the tile so far
}

// draw takes the rows of one layer, as [tileQuery] has them.
func (d *drawer) draw(results pgx.BatchResults, l *layers.Layer) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	properties := l.TileProperties()
	keys := make([]string, 0, len(properties)+2)
	named := keyIsProperty(l)
	if named {
		keys = append(keys, "id")
	}
	keys = append(keys, l.TileCount())
	for _, p := range properties {
		keys = append(keys, p.Name)
	}
	d.encoder.Layer(l.ID, keys)
	_, kind := key(l)
	before := d.rows
	for ; rows.Next(); d.rows++ {
		if !l.Managed() && d.rows-before == tableFeatures {
			return fmt.Errorf("more than %d features: ask for a larger zoom: %w", tableFeatures, layers.ErrTooLarge)
		}
		raw := rows.RawValues()
		d.values = d.values[:0]
		if named {
			d.values = append(d.values, mvt.Text(raw[0]))
		}
		d.values = append(d.values, tileCount(raw[3]))
		for i, p := range properties {
			d.values = append(d.values, tileValue(p.Type, raw[7+i]))
		}
		shape, err := d.shapeOf(raw)
		if err != nil {
			return fmt.Errorf("feature %s: %w", raw[0], err)
		}
		if err := d.encoder.Feature(featureID(kind, raw[0]), shape, d.values); err != nil {
			return fmt.Errorf("feature %s: %w", raw[0], err)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if size := len(d.encoder.Bytes()); !l.Managed() && size > tableTileBytes {
		return fmt.Errorf("the tile has %d kB: ask for a larger zoom: %w", size>>10, layers.ErrTooLarge)
	}
	return nil
}

// shapeOf is what is drawn of a row.
func (d *drawer) shapeOf(raw [][]byte) (_ geo.WKB, err error) {
	switch {
	case raw[1] != nil:
		return raw[1], nil
	case raw[2] != nil:
		d.shape, err = geo.TWKB(raw[2]).AppendWKB(d.shape[:0])
	default:
		d.shape = appendSquare(d.shape[:0], float(raw[4]), float(raw[5]), float(raw[6])/2)
	}
	return d.shape, err
}

// tileValue reads a value as the database sent it in binary; see [tileColumn].
func tileValue(t layers.PropertyType, raw []byte) mvt.Value {
	switch {
	case raw == nil:
		return mvt.Value{}
	case t == layers.Integer:
		return mvt.Int(integer(raw))
	case t == layers.Number:
		return mvt.Float(float(raw))
	case t == layers.Boolean:
		return mvt.Bool(raw[0] != 0)
	}
	return mvt.Text(raw)
}

func tileCount(raw []byte) mvt.Value {
	if raw == nil {
		return mvt.Value{}
	}
	return mvt.Int(integer(raw))
}

// integer reads a number of two, four or eight bytes as PostgreSQL sends it.
func integer(raw []byte) int64 {
	switch len(raw) {
	case 8:
		return int64(binary.BigEndian.Uint64(raw))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(raw)))
	}
	return int64(int16(binary.BigEndian.Uint16(raw)))
}

func float(raw []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(raw)) }

// appendSquare writes the square around a point as well-known binary.
func appendSquare(dst geo.WKB, x, y, half float64) geo.WKB {
	dst = append(dst, 1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0)
	for _, corner := range [5][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}} {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(x+corner[0]*half))
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(y+corner[1]*half))
	}
	return dst
}

// featureID is the number of a feature: below 2^53, which every client can hold.
func featureID(kind layers.PropertyType, key []byte) uint64 {
	const most = 1<<53 - 1
	if kind == layers.Integer {
		if n, err := strconv.ParseUint(string(key), 10, 64); err == nil && n <= most {
			return n
		}
	}
	h := fnv.New64a()
	h.Write(key)
	return h.Sum64() & most
}

// keyIsProperty reports whether the key stands among the properties of a tile: not
// when the feature's number is the key, nor when a property has the name.
func keyIsProperty(l *layers.Layer) bool {
	_, kind := key(l)
	_, taken := l.Property("id")
	return kind != layers.Integer && !taken
}
