package read

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"planatlas/geo"
)

// fgbSource reads FlatGeobuf of version 3: magic bytes, a header, an index that is
// passed over, and features one behind the other, each a FlatBuffer with its size in
// front.
type fgbSource struct {
	r       io.Reader
	owner   *Rows
	columns []fgbColumn
	kind    byte // geometry type of all features; 0: each says its own
	third   bool
	count   uint64
	buf     []byte // read and not yet part of a batch
	n       int    // rows passed on
	ended   bool
}

type fgbColumn struct {
	name string
	kind byte
}

// The bounds of a header.
const (
	maxFGBHeader  = 16 << 20
	maxFGBColumns = 4096
)

func badFGB(value text2) error {
	return refusal(ErrSyntax, text2{}, value, text2{"a sound FlatGeobuf file", "完整的FlatGeobuf文件"}, text2{"it is damaged or was cut off; export it again", "文件已损坏或不完整，请重新导出"})
}

// openFGB reads the header. It tells the draft the system that the file names.
func openFGB(d *draft, owner *Rows, r io.Reader) (*fgbSource, error) {
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:3]) != "fgb" || head[3] != 3 {
		return nil, badFGB(text2{"a header that is no FlatGeobuf of version 3", "不是FlatGeobuf第3版的文件头"})
	}
	size := binary.LittleEndian.Uint32(head[8:])
	if size < 8 || size > maxFGBHeader {
		return nil, badFGB(saying("a header of %d bytes", "%d字节的文件头", size))
	}
	header := make([]byte, size)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, badFGB(text2{"a header that was cut off", "文件头不完整"})
	}
	s := &fgbSource{r: r, owner: owner}
	t, ok := flatRoot(header)
	if !ok || !s.header(d, t) {
		return nil, badFGB(text2{"a header that is no valid FlatBuffer", "文件头不是有效的FlatBuffer"})
	}
	owner.Count = max(owner.Count, int64(s.count))
	node := uint64(t.uint(9, 2, 16))
	if s.count > 0 && node > 0 {
		if node < 2 {
			return nil, badFGB(text2{"an index that cannot be", "无效的索引"})
		}
		if n, err := io.CopyN(io.Discard, r, fgbIndexSize(s.count, node)); err != nil {
			return nil, badFGB(saying("an index that ends after %d bytes", "索引在%d字节后中断", n))
		}
	}
	return s, nil
}

// header takes what is wanted from the header: geometry type 2, has_z 3, columns 7,
// features_count 8, crs 10.
func (s *fgbSource) header(d *draft, t flatTable) bool {
	s.kind = byte(t.uint(2, 1, 0))
	s.third = t.uint(3, 1, 0) != 0
	s.count = t.uint(8, 8, 0)
	if s.count > 1<<40 {
		return false
	}
	columns, _ := t.tables(7)
	if len(columns) > maxFGBColumns {
		return false
	}
	for _, c := range columns {
		s.columns = append(s.columns, fgbColumn{strings.ToValidUTF8(string(c.bytes(0)), "\ufffd"), byte(c.uint(1, 1, 0))})
	}
	d.order, d.mustName = orderEast, true
	crs, ok := t.table(10)
	if !ok {
		return true
	}
	why := text2{"the file names it", "文件自身注明"}
	if wkt := crs.bytes(4); len(wkt) > 0 {
		d.crs, d.crsReason = string(wkt), why
	} else if code := int32(crs.uint(1, 4, 0)); code > 0 {
		org := string(crs.bytes(0))
		if org == "" {
			org = "EPSG"
		}
		d.crs, d.crsReason = fmt.Sprintf("%s:%d", org, code), why
	}
	return true
}

// fgbIndexSize returns the bytes of the packed Hilbert R-tree.
func fgbIndexSize(items, node uint64) int64 {
	for n, all := items, items; ; { // one item has a root of its own
		n = (n + node - 1) / node
		all += n
		if n == 1 {
			return int64(all * 40)
		}
	}
}

// next implements [rowSource].
func (s *fgbSource) next() (*Batch, error) {
	b := &Batch{rows: s.owner, first: s.n + 1}
	for {
		at := 0
		if len(b.ends) > 0 {
			at = b.ends[len(b.ends)-1]
		}
		have := len(s.buf) - at
		need := 4
		if have >= 4 {
			need += int(binary.LittleEndian.Uint32(s.buf[at:]))
		}
		switch {
		case need > maxRowBytes:
			return nil, badFGB(saying("row %d of %d bytes", "第%d行共%d字节", s.n+1, need))
		case have >= need && have >= 4:
			b.ends = append(b.ends, at+need)
			s.n++
			if at+need < batchBytes {
				continue
			}
			return s.cut(b), nil
		case s.ended && have > 0:
			return nil, badFGB(saying("row %d, which is cut off", "第%d行不完整", s.n+1))
		case s.ended && len(b.ends) > 0:
			return s.cut(b), nil
		case s.ended && s.count > 0 && uint64(s.n) != s.count:
			return nil, badFGB(saying("%d rows of the %d that the header announces", "文件头注明%[2]d行，实有%[1]d行", s.n, s.count))
		case s.ended:
			return nil, io.EOF
		}
		if err := s.fill(max(batchBytes, need-have)); err != nil {
			return nil, err
		}
	}
}

// cut gives the batch its bytes and keeps the rest.
func (s *fgbSource) cut(b *Batch) *Batch {
	end := b.ends[len(b.ends)-1]
	rest := append(make([]byte, 0, 2*batchBytes), s.buf[end:]...)
	b.data, s.buf = s.buf[:end:end], rest
	return b
}

func (s *fgbSource) fill(n int) error {
	old := len(s.buf)
	if cap(s.buf)-old < n {
		s.buf = append(make([]byte, 0, old+n), s.buf...)
	}
	got, err := io.ReadFull(s.r, s.buf[old:old+n])
	s.buf = s.buf[:old+got]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.ended, err = true, nil
	}
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	return nil
}

// decode implements [rowSource].
func (s *fgbSource) decode(b *Batch, yield func(rawRow) bool) {
	at := 0
	for _, end := range b.ends {
		var row rawRow
		if t, ok := flatRoot(b.data[at+4 : end]); !ok || !s.row(t, &row) {
			row.Err = badFGB(text2{"a row that is no valid FlatBuffer", "该行不是有效的FlatBuffer"})
		}
		at = end
		if !yield(row) {
			return
		}
	}
}

// row reads one feature: geometry 0, properties 1.
func (s *fgbSource) row(t flatTable, row *rawRow) bool {
	row.third = s.third
	ok := s.properties(t.bytes(1), row)
	g, has := t.table(0)
	if !has || !ok {
		return ok
	}
	left := s.owner.lim.Vertices
	row.geom, ok = fgbGeometry(g, s.kind, 0, &left)
	if left < 0 {
		row.Err = tooManyVertices(s.owner.lim.Vertices)
		return true
	}
	return ok
}

func tooManyVertices(most int) error {
	return refusal(ErrTooLarge, text2{}, saying("a row of more than %d points", "一行超过%d个点", most), saying("at most %d points in a row", "一行不超过%d个点", most), text2{"split it into parts", "请拆分"})
}

// properties reads the values: the number of the column, then the value.
func (s *fgbSource) properties(b []byte, row *rawRow) bool {
	take := func(n int) []byte {
		if n > len(b) {
			return nil
		}
		v := b[:n]
		b = b[n:]
		return v
	}
	row.Fields = make([]Field, 0, len(s.columns))
	for len(b) > 0 {
		head := take(2)
		if head == nil || int(binary.LittleEndian.Uint16(head)) >= len(s.columns) {
			return false
		}
		c := s.columns[binary.LittleEndian.Uint16(head)]
		var v any
		if size := fgbSize(c.kind); size > 0 {
			raw := take(size)
			if raw == nil {
				return false
			}
			v = fgbNumber(c.kind, raw)
		} else {
			raw := take(4)
			if raw == nil {
				return false
			}
			if raw = take(int(binary.LittleEndian.Uint32(raw))); raw == nil {
				return false
			}
			v = strings.ToValidUTF8(string(raw), "\ufffd")
		}
		row.Fields = append(row.Fields, Field{c.name, v})
	}
	return true
}

// fgbSize returns the bytes of a value of a column's type; 0 for those that have
// their length in front.
func fgbSize(kind byte) int {
	return [...]int{1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 0, 0, 0, 0}[min(kind, 14)]
}

func fgbNumber(kind byte, b []byte) any {
	switch kind {
	case 0:
		return int64(int8(b[0]))
	case 1:
		return int64(b[0])
	case 2:
		return b[0] != 0
	case 3:
		return int64(int16(binary.LittleEndian.Uint16(b)))
	case 4:
		return int64(binary.LittleEndian.Uint16(b))
	case 5:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	case 6:
		return int64(binary.LittleEndian.Uint32(b))
	case 7:
		return int64(binary.LittleEndian.Uint64(b))
	case 8:
		return float64(binary.LittleEndian.Uint64(b))
	case 9:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// fgbGeometry reads a geometry: ends 0, xy 1, type 6, parts 7.
func fgbGeometry(t flatTable, kind byte, depth int, left *int) (orb.Geometry, bool) {
	if own := byte(t.uint(6, 1, 0)); own != 0 {
		kind = own
	}
	if kind < 4 || kind == 4 || kind == 5 {
		return fgbSimple(t, kind, left)
	}
	parts, ok := t.tables(7)
	if !ok || depth > 8 {
		return nil, false
	}
	var polygons orb.MultiPolygon
	var all orb.Collection
	for _, part := range parts {
		inner := byte(3)
		if kind == 7 {
			inner = 0
		}
		g, ok := fgbGeometry(part, inner, depth+1, left)
		if !ok || g == nil {
			return nil, false
		}
		if p, is := g.(orb.Polygon); is {
			polygons = append(polygons, p)
		}
		all = append(all, g)
	}
	switch {
	case kind == 6 && len(polygons) == len(all):
		return polygons, true
	case kind == 7:
		return all, true
	}
	return nil, false
}

// fgbSimple reads a geometry of positions: 1 to 5.
func fgbSimple(t flatTable, kind byte, left *int) (orb.Geometry, bool) {
	xy := t.vector(1, 8)
	n := len(xy) / 16
	if *left -= n; *left < 0 {
		return nil, false
	}
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = orb.Point{math.Float64frombits(binary.LittleEndian.Uint64(xy[16*i:])), math.Float64frombits(binary.LittleEndian.Uint64(xy[16*i+8:]))}
	}
	var parts [][]orb.Point
	if ends := t.vector(0, 4); len(ends) > 0 {
		from := 0
		for i := 0; i < len(ends); i += 4 {
			to := int(binary.LittleEndian.Uint32(ends[i:]))
			if to < from || to > n {
				return nil, false
			}
			parts = append(parts, points[from:to:to])
			from = to
		}
	} else if n > 0 {
		parts = [][]orb.Point{points}
	}
	switch {
	case kind == 1 && n == 1:
		return points[0], true
	case kind == 2:
		return orb.LineString(points), true
	case kind == 4:
		return orb.MultiPoint(points), true
	case kind == 3:
		out := make(orb.Polygon, len(parts))
		for i, p := range parts {
			out[i] = p
		}
		return out, true
	case kind == 5:
		out := make(orb.MultiLineString, len(parts))
		for i, p := range parts {
			out[i] = p
		}
		return out, true
	}
	return nil, false
}

// sitesSource passes on what was read as a whole.
type sitesSource struct{ batches []*Batch }

// next implements [rowSource].
func (s *sitesSource) next() (*Batch, error) {
	if len(s.batches) == 0 {
		return nil, io.EOF
	}
	b := s.batches[0]
	s.batches = s.batches[1:]
	return b, nil
}

// decode implements [rowSource].
func (s *sitesSource) decode(b *Batch, yield func(rawRow) bool) {
	for i := range b.plots {
		p := &b.plots[i]
		row := rawRow{Row: Row{Shape: &geo.Shape{SRID: geo.CGCS2000, Geom: p.Shape.Geom}, ID: p.Number}}
		if p.Name != "" {
			row.Fields = append(row.Fields, Field{"name", p.Name})
		}
		for _, a := range p.Attributes {
			row.Fields = append(row.Fields, Field{a.Name, a.Value})
		}
		if p.DeclaredHa > 0 {
			row.Fields = append(row.Fields, Field{"地块面积", p.DeclaredHa})
		}
		if !yield(row) {
			return
		}
	}
}
