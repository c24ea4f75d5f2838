package pmtiles

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Where the parts of a file written here lie: the header, the root directory up to
// where the specification wants it to end, and the tiles. What is known only at the
// end stands behind them.
const (
	headerSize = 127
	// Start is where the first tile lies.
	Start = 16384
)

const (
	noCompression   = 1
	gzipCompression = 2
	vectorTiles     = 1
)

// Header is what a file says of itself (specification 3, section 3).
type Header struct {
	Root, Metadata, Leaves, Data        Section
	Addressed, Entries, Contents        uint64 // tiles that have bytes, entries, different bytes
	Clustered                           bool
	internal, tileCompression, tileType byte
	MinZoom, MaxZoom                    uint32
	Bounds                              orb.Bound // degrees
	Center                              orb.Point
	CenterZoom                          uint32
}

// Section is a range of bytes of the file.
type Section struct{ Offset, Length uint64 }

func (h *Header) append(dst []byte) []byte {
	dst = append(append(dst, "PMTiles"...), 3)
	for _, s := range []Section{h.Root, h.Metadata, h.Leaves, h.Data} {
		dst = binary.LittleEndian.AppendUint64(dst, s.Offset)
		dst = binary.LittleEndian.AppendUint64(dst, s.Length)
	}
	for _, n := range []uint64{h.Addressed, h.Entries, h.Contents} {
		dst = binary.LittleEndian.AppendUint64(dst, n)
	}
	clustered := byte(0)
	if h.Clustered {
		clustered = 1
	}
	dst = append(dst, clustered, h.internal, h.tileCompression, h.tileType, byte(h.MinZoom), byte(h.MaxZoom))
	for _, p := range []orb.Point{h.Bounds.Min, h.Bounds.Max} {
		dst = appendPlace(dst, p)
	}
	return appendPlace(append(dst, byte(h.CenterZoom)), h.Center)
}

func appendPlace(dst []byte, p orb.Point) []byte {
	for _, v := range p {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(int32(math.Round(v*1e7))))
	}
	return dst
}

func parseHeader(b []byte) (Header, error) {
	if len(b) < headerSize || string(b[:7]) != "PMTiles" || b[7] != 3 {
		return Header{}, fmt.Errorf("%w: it begins otherwise", ErrFile)
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	place := func(at int) orb.Point {
		return orb.Point{float64(int32(binary.LittleEndian.Uint32(b[at:]))) / 1e7, float64(int32(binary.LittleEndian.Uint32(b[at+4:]))) / 1e7}
	}
	h := Header{Root: Section{number(8), number(16)}, Metadata: Section{number(24), number(32)}, Leaves: Section{number(40), number(48)},
		Data: Section{number(56), number(64)}, Addressed: number(72), Entries: number(80), Contents: number(88), Clustered: b[96] == 1,
		internal: b[97], tileCompression: b[98], tileType: b[99], MinZoom: uint32(b[100]), MaxZoom: uint32(b[101]),
		Bounds: orb.Bound{Min: place(102), Max: place(110)}, CenterZoom: uint32(b[118]), Center: place(119)}
	switch {
	case h.internal != gzipCompression || h.tileCompression != gzipCompression || h.tileType != vectorTiles:
		return h, fmt.Errorf("%w: want vector tiles, all compressed with gzip", ErrFile)
	case h.MinZoom > h.MaxZoom || h.MaxZoom > maxZoom:
		return h, fmt.Errorf("%w: zooms %d to %d", ErrFile, h.MinZoom, h.MaxZoom)
	case h.Root.Length > Start || h.Metadata.Length > mostDirectory:
		return h, fmt.Errorf("%w: a root directory of %d bytes, metadata of %d", ErrFile, h.Root.Length, h.Metadata.Length)
	}
	return h, nil
}
