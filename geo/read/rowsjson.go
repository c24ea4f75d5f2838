package read

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// jsonSource cuts a GeoJSON FeatureCollection, or a sequence of features, into
// batches. It only looks for the braces of each feature, so that what is wrong
// inside one costs no other.
type jsonSource struct {
	r     io.Reader
	owner *Rows
	buf   []byte
	pos   int // of the next byte to be looked at
	ended bool
	array bool // the features stand in the array of a collection
	done  bool
	n     int // rows passed on
	line  int // of buf[0]
}

// The bounds of what stands around the features.
const maxHead = 4 << 20

// openGeoJSON reads what stands before the features. It tells the draft the system
// that the file names.
func openGeoJSON(d *draft, owner *Rows, r io.Reader) (*jsonSource, error) {
	s := &jsonSource{r: r, owner: owner, line: 1}
	d.order, d.degrees = orderEast, true
	for !s.ended && len(s.buf) < maxHead {
		if err := s.fill(batchBytes); err != nil {
			return nil, err
		}
		again, err := s.head(d)
		if !again {
			return s, err
		}
	}
	return nil, refusal(ErrSyntax, text2{}, text2{"JSON without an array of features", "没有features数组的JSON"}, text2{"a GeoJSON FeatureCollection, or one feature a line", "GeoJSON要素集合，或每行一个要素"}, text2{})
}

// head goes through the members of the collection up to its features. It reports
// whether more bytes are wanted.
func (s *jsonSource) head(d *draft) (again bool, err error) {
	c := jsonCursor{b: bytes.TrimPrefix(s.buf, []byte("\ufeff"))}
	skipped := len(s.buf) - len(c.b)
	c.space()
	if c.peek() == '\x1e' || c.peek() != '{' {
		return false, nil
	}
	c.i++
	for c.space(); c.peek() == '"'; c.space() {
		name, ok := c.text()
		c.space()
		if !ok || c.peek() != ':' {
			return true, nil
		}
		c.i++
		c.space()
		from := c.i
		if name == "features" && c.peek() == '[' {
			s.pos, s.array = skipped+c.i+1, true
			return false, nil
		}
		if !c.skip(0) {
			return true, nil
		}
		value := c.b[from:c.i]
		switch {
		case name == "type" && string(value) == `"Feature"`:
			s.pos = skipped // a sequence of features, or one alone
			return false, nil
		case name == "crs":
			d.crs, d.crsReason = crsMember(value), text2{"the member crs names it", "crs成员注明"}
			d.degrees = d.crs == ""
		}
		c.space()
		if c.peek() == ',' {
			c.i++
		}
	}
	return true, nil
}

// crsMember returns the name in a crs member of GeoJSON 2008; "" for null.
func crsMember(value []byte) string {
	c := jsonCursor{b: value}
	var name string
	c.members(nil, func(key string) bool {
		if key != "properties" {
			return c.skip(0)
		}
		return c.members(nil, func(key string) bool {
			if key != "name" {
				return c.skip(0)
			}
			var ok bool
			name, ok = c.text()
			return ok
		})
	})
	return name
}

func (s *jsonSource) fill(n int) error {
	old := len(s.buf)
	if cap(s.buf)-old < n {
		s.buf = append(make([]byte, 0, max(2*old, old+n)), s.buf...)
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

// next implements [rowSource].
func (s *jsonSource) next() (*Batch, error) {
	if s.done {
		return nil, io.EOF
	}
	b := &Batch{rows: s.owner, from: s.pos, first: s.n + 1, line: s.line}
	start := 0
	for !s.done && start < batchBytes {
		from, err := s.begin()
		if err != nil {
			return nil, err
		}
		if s.done {
			break
		}
		end, err := s.end(from)
		if err != nil {
			return nil, err
		}
		s.n++
		s.pos, start = end, end
		b.ends = append(b.ends, end)
		if end-from > maxRowBytes {
			b.ends[len(b.ends)-1] = -end // its bytes are not decoded
		}
	}
	if len(b.ends) == 0 {
		return nil, io.EOF
	}
	rest := append(make([]byte, 0, 2*batchBytes), s.buf[start:]...)
	b.data = s.buf[:start:start]
	s.line += bytes.Count(b.data, []byte("\n"))
	s.buf, s.pos = rest, s.pos-start
	return b, nil
}

// begin finds the brace that opens the next feature, or the end of all.
func (s *jsonSource) begin() (int, error) {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\r', '\n', ',', '\x1e', 0xef, 0xbb, 0xbf:
			case '{':
				return s.pos, nil
			case ']':
				if s.array {
					s.done = true
					return 0, s.tail()
				}
				return 0, s.wrong(s.pos, text2{"]", "]"})
			default:
				return 0, s.wrong(s.pos, quoted(string(s.buf[s.pos:min(s.pos+20, len(s.buf))])))
			}
		}
		if s.ended {
			s.done = true
			if s.array {
				return 0, s.wrong(len(s.buf), text2{"the end of the file inside the features", "要素尚未结束，文件已到末尾"})
			}
			return 0, nil
		}
		if err := s.fill(batchBytes); err != nil {
			return 0, err
		}
	}
}

// end returns where the feature ends that starts at a brace.
func (s *jsonSource) end(from int) (int, error) {
	depth, inText := 0, false
	for i := from; ; {
		for ; i < len(s.buf); i++ {
			c := s.buf[i]
			switch {
			case inText && c == '\\':
				i++
			case c == '"':
				inText = !inText
			case inText:
			case c == '{':
				depth++
			case c == '}':
				if depth--; depth == 0 {
					return i + 1, nil
				}
			}
		}
		if s.ended {
			return 0, s.wrong(from, saying("feature %d, which is cut off", "第%d个要素不完整", s.n+1))
		}
		if len(s.buf)-from > 2*maxRowBytes {
			return 0, refusal(ErrTooLarge, text2{}, saying("feature %d of more than %d MiB", "第%d个要素超过%d MiB", s.n+1, 2*maxRowBytes>>20), text2{"smaller features", "更小的要素"}, text2{"is a brace missing?", "是否缺少括号？"})
		}
		if err := s.fill(max(batchBytes, len(s.buf)-from)); err != nil {
			return 0, err
		}
	}
}

// tail looks at what follows the features: a system that is named too late to be
// read by, or a file that was cut off.
func (s *jsonSource) tail() error {
	for !s.ended && len(s.buf)-s.pos < maxHead {
		if err := s.fill(batchBytes); err != nil {
			return err
		}
	}
	rest := bytes.TrimSpace(s.buf[s.pos+1:])
	switch {
	case bytes.Contains(rest, []byte(`"crs"`)):
		return refusal(ErrSyntax, text2{"crs", "crs"}, text2{"a member behind the features", "成员位于要素之后"}, text2{"crs before the features", "crs位于要素之前"}, text2{"declare the system with the file", "请随文件声明坐标系"})
	case !bytes.HasSuffix(rest, []byte("}")):
		return s.wrong(len(s.buf), text2{"a file that does not end with a brace", "文件未以括号结束"})
	}
	return nil
}

func (s *jsonSource) wrong(at int, value text2) error {
	n := s.line + bytes.Count(s.buf[:min(at, len(s.buf))], []byte("\n"))
	return refusal(ErrSyntax, saying("line %d", "第%d行", n), value, text2{"features of GeoJSON, one behind the other", "依次排列的GeoJSON要素"}, text2{"the file was cut off or damaged; export it again", "文件不完整或已损坏，请重新导出"})
}

// decode implements [rowSource].
func (s *jsonSource) decode(b *Batch, yield func(rawRow) bool) {
	f := jsonFeature{names: map[string]string{}}
	at, line := b.from, b.line+bytes.Count(b.data[:b.from], []byte("\n"))
	for _, end := range b.ends {
		large := end < 0
		end = max(end, -end)
		data := b.data[at:end]
		open := bytes.IndexByte(data, '{')
		row := rawRow{Row: Row{Line: line + bytes.Count(data[:open], []byte("\n"))}}
		line += bytes.Count(data, []byte("\n"))
		at = end
		if large {
			row.Err = refusal(ErrTooLarge, text2{}, saying("a row of %d MiB", "一行共%d MiB", len(data)>>20), saying("at most %d MiB", "不超过%d MiB", maxRowBytes>>20), text2{"split it into parts", "请拆分"})
		} else {
			s.feature(&f, data[open:], &row)
		}
		if !yield(row) {
			return
		}
	}
}

// feature decodes one feature.
func (s *jsonSource) feature(f *jsonFeature, data []byte, row *rawRow) {
	f.cursor, f.row, f.left, f.err = jsonCursor{b: data}, row, s.owner.lim.Vertices, nil
	ok := f.read()
	switch {
	case f.left < 0:
		row.Err = tooManyVertices(s.owner.lim.Vertices)
	case f.err != nil:
		row.Err = f.err
	case !ok:
		at := min(f.cursor.i, len(data))
		n := row.Line + bytes.Count(data[:at], []byte("\n"))
		row.Err = refusal(ErrSyntax, saying("line %d", "第%d行", n), quoted(string(data[at:min(at+30, len(data))])), text2{"a valid GeoJSON feature", "有效的GeoJSON要素"}, text2{})
	}
	if row.Err != nil {
		row.geom = nil
	}
}
