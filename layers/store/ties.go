package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
)

// tieBreaker puts the rows of a page that comes by distance in order, where the
// database gives those of one distance in any. It keeps the rows of one distance
// until it sees a farther one. When the row behind the page is as far as the last of
// it, or too many are, they are given to nobody: which of them come first is then for
// the database to say, and the reader is told from which distance on.
type tieBreaker struct {
	reader *pageReader
	query  *pageQuery
	held   []heldRow
	n      int // rows that are held
	size   int // of them, bytes
	seen   int // rows of the page and behind it

	lasting bool // rows stay as they are, and need no copy
}

// heldRow is a copy of a row. Its memory serves row after row.
type heldRow struct {
	raw  [][]byte
	text []byte
}

// holdAtMost is how many bytes of rows of one distance are kept.
const holdAtMost = 256 << 10

// distanceOf reads the sort key, which is the last value.
func distanceOf(raw [][]byte) float64 {
	return math.Float64frombits(binary.BigEndian.Uint64(raw[len(raw)-1]))
}

// take takes the next row.
func (t *tieBreaker) take(raw [][]byte) error {
	d := distanceOf(raw)
	if t.n > 0 && d != t.reader.distance {
		if err := t.give(); err != nil {
			return err
		}
	}
	t.reader.distance = d
	t.hold(raw)
	t.seen++
	t.reader.tied = t.n > 1 && (t.seen > t.reader.q.Limit || t.size > holdAtMost)
	return nil
}

func (t *tieBreaker) hold(raw [][]byte) {
	if t.n == len(t.held) {
		t.held = append(t.held, heldRow{raw: make([][]byte, len(raw))})
	}
	h := &t.held[t.n]
	t.n++
	size := 0
	for _, v := range raw {
		size += len(v)
	}
	t.size += size
	if t.lasting {
		copy(h.raw, raw)
		return
	}
	h.text = slices.Grow(h.text[:0], size)
	for i, v := range raw {
		if v == nil {
			h.raw[i] = nil
			continue
		}
		from := len(h.text)
		h.text = append(h.text, v...)
		h.raw[i] = h.text[from:len(h.text):len(h.text)]
	}
}

// give sends the rows that are held, in the order of their ids.
func (t *tieBreaker) give() error {
	rows := t.held[:t.n]
	if len(rows) > 1 {
		slices.SortFunc(rows, t.compare)
	}
	for i := range rows {
		if err := t.reader.row(rows[i].raw, t.query); err != nil {
			return err
		}
	}
	t.n, t.size = 0, 0
	return nil
}

func (t *tieBreaker) compare(a, b heldRow) int {
	if !t.query.number {
		return bytes.Compare(a.raw[0], b.raw[0])
	}
	x, _ := strconv.ParseInt(string(a.raw[0]), 10, 64) // the text was made of a number
	y, _ := strconv.ParseInt(string(b.raw[0]), 10, 64)
	return cmp.Compare(x, y)
}
