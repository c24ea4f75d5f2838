package pmtiles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"testing"
)

func TestIDs(t *testing.T) {
	// The curve begins in the upper left corner and ends in the upper right one
	// (specification 3, section 4.1.2).
	for _, c := range []struct {
		z, x, y uint32
		id      uint64
	}{{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {12, 3423, 1763, 19078479}} {
		if id := ID(c.z, c.x, c.y); id != c.id {
			t.Errorf("%d/%d/%d: got %d, want %d", c.z, c.x, c.y, id, c.id)
		}
	}
	for id := range Count(8) {
		if z, x, y := Tile(id); ID(z, x, y) != id || x>>z > 0 || y>>z > 0 {
			t.Fatalf("%d is %d/%d/%d", id, z, x, y)
		}
	}
	if z, x, y := Tile(ID(26, 1<<26-1, 5)); z != 26 || x != 1<<26-1 || y != 5 {
		t.Error(z, x, y)
	}
}

// memory is a file.
type memory []byte

func (m *memory) WriteAt(b []byte, at int64) (int, error) {
	for int64(len(*m)) < at+int64(len(b)) {
		*m = append(*m, make([]byte, at+int64(len(b))-int64(len(*m)))...)
	}
	return copy((*m)[at:], b), nil
}

// TestFinish writes files with and without leaves and reads every tile again.
func TestFinish(t *testing.T) {
	for _, z := range []uint32{2, 8} {
		var file memory
		var all []Entry
		contents := map[uint64]string{}
		end := uint64(0)
		for id := Count(z); id < Count(z+1); id++ {
			switch {
			case id%7 == 0: // empty
			case id%7 < 3 && len(all) > 0: // as the first
				all = append(all, Entry{ID: id, Offset: 0, Length: all[0].Length})
				contents[id] = contents[all[0].ID]
			default:
				content := fmt.Sprint("tile ", id*id%1000003)
				if _, err := file.WriteAt([]byte(content), int64(Start+end)); err != nil {
					t.Fatal(err)
				}
				all = append(all, Entry{ID: id, Offset: end, Length: uint32(len(content))})
				contents[id] = content
				end += uint64(len(content))
			}
		}
		size, err := Finish(&file, int64(Start+end), Header{MinZoom: z, MaxZoom: z}, []byte(`{"a":1}`), func() iter.Seq2[Entry, error] {
			return func(yield func(Entry, error) bool) {
				for _, e := range all {
					if !yield(e, nil) {
						return
					}
				}
			}
		})
		if err != nil || size > int64(len(file)) {
			t.Fatal(size, len(file), err)
		}
		r, err := NewReader(bytes.NewReader(file[:size]))
		if err != nil {
			t.Fatal(err)
		}
		if meta, err := r.Metadata(); err != nil || string(meta) != `{"a":1}` {
			t.Errorf("got %q, %v", meta, err)
		}
		if r.Addressed != uint64(len(all)) || (r.Leaves.Length > 0) != (z == 8) || !r.Clustered {
			t.Errorf("got %+v", r.Header)
		}
		for id := Count(z); id < Count(z+1); id++ {
			_, x, y := Tile(id)
			b, err := r.Tile(z, x, y)
			if err != nil || string(b) != contents[id] {
				t.Fatalf("%d: got %q, %v, want %q", id, b, err, contents[id])
			}
		}
	}
}

func FuzzReader(f *testing.F) {
	var file memory
	size, err := Finish(&file, Start+1, Header{}, []byte(`{}`), func() iter.Seq2[Entry, error] {
		return func(yield func(Entry, error) bool) { yield(Entry{Length: 1}, nil) }
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(file[:size]))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b))
		if err == nil {
			_, err = r.Metadata()
		}
		if err == nil {
			_, err = r.Tile(r.MinZoom, 0, 0)
		}
		if err != nil && !errors.Is(err, ErrFile) && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
}
