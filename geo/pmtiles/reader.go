package pmtiles

import (
	"fmt"
	"io"
	"slices"
	"sync"
)

// Reader finds tiles in a file. It is safe for concurrent use.
type Reader struct {
	Header
	file io.ReaderAt
	root []Entry

	mu     sync.Mutex
	leaves map[uint64][]Entry // by offset: those read last
}

// keptLeaves bounds the leaf directories that stay in memory.
const keptLeaves = 32

// NewReader reads the header and the root directory of a file.
func NewReader(file io.ReaderAt) (*Reader, error) {
	front := make([]byte, headerSize)
	if _, err := file.ReadAt(front, 0); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	h, err := parseHeader(front)
	if err != nil {
		return nil, err
	}
	r := &Reader{Header: h, file: file, leaves: map[uint64][]Entry{}}
	r.root, err = r.directory(h.Root)
	return r, err
}

// Metadata returns the JSON document of the file.
func (r *Reader) Metadata() ([]byte, error) {
	b, err := r.section(r.Header.Metadata)
	if err != nil {
		return nil, err
	}
	return unsqueeze(b)
}

// Tile returns a tile as it lies in the file, compressed with gzip; nil when the
// file has none there.
func (r *Reader) Tile(z, x, y uint32) ([]byte, error) {
	if z < r.MinZoom || z > r.MaxZoom || x>>z > 0 || y>>z > 0 {
		return nil, nil
	}
	id := ID(z, x, y)
	entries := r.root
	for range 4 { // the specification wants two levels, and allows a few
		i, exact := slices.BinarySearchFunc(entries, id, func(e Entry, id uint64) int {
			if e.ID <= id && (e.Run == 0 || id < e.ID+uint64(e.Run)) {
				if e.Run > 0 {
					return 0
				}
				return -1
			}
			if e.ID > id {
				return 1
			}
			return -1
		})
		if exact {
			return r.section(Section{r.Data.Offset + entries[i].Offset, uint64(entries[i].Length)})
		}
		if i == 0 || entries[i-1].Run != 0 {
			return nil, nil
		}
		var err error
		if entries, err = r.leaf(entries[i-1]); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: directories lie too deep", ErrFile)
}

// leaf returns a leaf directory, which it may have in memory.
func (r *Reader) leaf(e Entry) ([]Entry, error) {
	r.mu.Lock()
	found, ok := r.leaves[e.Offset]
	r.mu.Unlock()
	if ok {
		return found, nil
	}
	entries, err := r.directory(Section{r.Leaves.Offset + e.Offset, uint64(e.Length)})
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for at := range r.leaves {
		if len(r.leaves) < keptLeaves {
			break
		}
		delete(r.leaves, at)
	}
	r.leaves[e.Offset] = entries
	return entries, nil
}

func (r *Reader) directory(s Section) ([]Entry, error) {
	b, err := r.section(s)
	if err != nil {
		return nil, err
	}
	if b, err = unsqueeze(b); err != nil {
		return nil, err
	}
	return parseDirectory(b)
}

// section reads a range of bytes.
func (r *Reader) section(s Section) ([]byte, error) {
	if s.Length > mostDirectory || s.Offset > 1<<62 {
		return nil, fmt.Errorf("%w: %d bytes at %d", ErrFile, s.Length, s.Offset)
	}
	b := make([]byte, s.Length)
	if n, err := r.file.ReadAt(b, int64(s.Offset)); n < len(b) {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return b, nil
}
