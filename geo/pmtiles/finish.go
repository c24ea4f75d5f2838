package pmtiles

import (
	"fmt"
	"io"
	"iter"
)

// Finish completes a file in which the bytes of the tiles, compressed with gzip, lie
// from [Start] to end: it writes metadata and leaf directories behind them, and
// header and root directory in front. Of the header it takes zooms, bounds and
// centre. Entries come in the order of their ids, one for each tile, with offsets
// from Start, and are asked for as often as needed; memory grows with a thousandth
// of their number. It returns the length of the file.
func Finish(w io.WriterAt, end int64, h Header, metadata []byte, entries func() iter.Seq2[Entry, error]) (int64, error) {
	packed, err := squeeze(metadata)
	if err != nil {
		return 0, err
	}
	h.Data = Section{Start, uint64(end - Start)}
	h.Metadata = Section{uint64(end), uint64(len(packed))}
	h.Clustered, h.internal, h.tileCompression, h.tileType = true, gzipCompression, gzipCompression, vectorTiles
	if _, err := w.WriteAt(packed, end); err != nil {
		return 0, err
	}
	h.Leaves.Offset = uint64(end) + uint64(len(packed))
	// Leaves grow until their addresses fit into the root. A small file has none.
	for size := 4096; ; size *= 2 {
		d := directories{w: w, h: &h, size: size}
		root, err := d.write(entries())
		if err != nil {
			return 0, err
		}
		if len(root) > Start-headerSize {
			continue
		}
		h.Root = Section{headerSize, uint64(len(root))}
		front := make([]byte, Start)
		copy(h.appendTo(front), root)
		if _, err := w.WriteAt(front, 0); err != nil {
			return 0, err
		}
		return int64(h.Leaves.Offset + h.Leaves.Length), nil
	}
}

// appendTo writes the header and returns what is left of the room.
func (h *Header) appendTo(front []byte) []byte {
	copy(front, h.append(nil))
	return front[headerSize:]
}

// directories writes leaf directories of a size, and counts.
type directories struct {
	w    io.WriterAt
	h    *Header
	size int
	leaf []Entry
	root []Entry
}

// write returns the root directory.
func (d *directories) write(entries iter.Seq2[Entry, error]) ([]byte, error) {
	d.h.Addressed, d.h.Entries, d.h.Contents, d.h.Leaves.Length = 0, 0, 0, 0
	beyond := uint64(0) // where the bytes of the tiles so far end
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		d.h.Addressed++
		if e.Offset == beyond {
			d.h.Contents++
			beyond += uint64(e.Length)
		} else if e.Offset > beyond {
			return nil, fmt.Errorf("tile %d lies at %d, behind a gap from %d", e.ID, e.Offset, beyond)
		}
		if n := len(d.leaf); n > 0 && d.leaf[n-1].Offset == e.Offset && d.leaf[n-1].ID+uint64(d.leaf[n-1].Run) == e.ID {
			d.leaf[n-1].Run++
			continue
		}
		if len(d.leaf) == d.size {
			if err := d.end(); err != nil {
				return nil, err
			}
		}
		e.Run = 1
		d.leaf = append(d.leaf, e)
		d.h.Entries++
	}
	if len(d.root) == 0 {
		root, err := squeeze(appendDirectory(nil, d.leaf))
		if err != nil || len(root) <= Start-headerSize {
			return root, err
		}
	}
	if err := d.end(); err != nil {
		return nil, err
	}
	return squeeze(appendDirectory(nil, d.root))
}

// end writes a leaf.
func (d *directories) end() error {
	b, err := squeeze(appendDirectory(nil, d.leaf))
	if err != nil {
		return err
	}
	at := d.h.Leaves.Offset + d.h.Leaves.Length
	d.root = append(d.root, Entry{ID: d.leaf[0].ID, Offset: d.h.Leaves.Length, Length: uint32(len(b))})
	d.h.Leaves.Length += uint64(len(b))
	d.leaf = d.leaf[:0]
	_, err = d.w.WriteAt(b, int64(at))
	return err
}
