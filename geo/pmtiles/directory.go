package pmtiles

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/gzip"
)

// ErrFile is wrapped by every error about a file that is not PMTiles as read here.
var ErrFile = errors.New("not a PMTiles archive of version 3")

// Entry says where the bytes of a run of tiles lie, or, with a run of 0, a leaf
// directory that begins with the tile.
type Entry struct {
	ID     uint64
	Offset uint64
	Length uint32
	Run    uint32
}

// appendDirectory encodes entries that are sorted by id.
func appendDirectory(dst []byte, entries []Entry) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		dst = binary.AppendUvarint(dst, e.ID-last)
		last = e.ID
	}
	for _, e := range entries {
		dst = binary.AppendUvarint(dst, uint64(e.Run))
	}
	for _, e := range entries {
		dst = binary.AppendUvarint(dst, uint64(e.Length))
	}
	for i, e := range entries {
		if i > 0 && e.Offset == entries[i-1].Offset+uint64(entries[i-1].Length) {
			dst = append(dst, 0)
			continue
		}
		dst = binary.AppendUvarint(dst, e.Offset+1)
	}
	return dst
}

// parseDirectory is the inverse of appendDirectory.
func parseDirectory(b []byte) ([]Entry, error) {
	bad := false
	number := func() uint64 {
		n, w := binary.Uvarint(b)
		if w <= 0 {
			bad, w = true, len(b)
		}
		b = b[w:]
		return n
	}
	n := number()
	if bad || n > uint64(len(b))/4 {
		return nil, fmt.Errorf("%w: a directory of %d entries in %d bytes", ErrFile, n, len(b))
	}
	entries := make([]Entry, n)
	id := uint64(0)
	for i := range entries {
		id += number()
		entries[i].ID = id
	}
	for i := range entries {
		entries[i].Run = uint32(min(number(), math.MaxUint32))
	}
	for i := range entries {
		entries[i].Length = uint32(min(number(), math.MaxUint32))
	}
	for i := range entries {
		v := number()
		if v == 0 && i > 0 {
			entries[i].Offset = entries[i-1].Offset + uint64(entries[i-1].Length)
		} else {
			entries[i].Offset = v - 1
		}
	}
	if bad || len(b) > 0 {
		return nil, fmt.Errorf("%w: a directory that does not end where it should", ErrFile)
	}
	return entries, nil
}

// squeeze compresses with gzip, the same bytes for the same bytes.
func squeeze(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// mostDirectory bounds what a directory may become when it is unpacked.
const mostDirectory = 64 << 20

func unsqueeze(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	out, err := io.ReadAll(io.LimitReader(r, mostDirectory+1))
	if err == nil && len(out) > mostDirectory {
		err = errors.New("a directory of more than 64 MiB")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return out, nil
}
