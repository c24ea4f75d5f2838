package report

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// ErrNoFont says that PDF reports cannot be written on this machine, and what to
// install.
var ErrNoFont = errors.New("no Chinese TrueType font for PDF reports is installed: install WenQuanYi Micro Hei (Debian: apt-get install fonts-wqy-microhei) or name a font with --font or PLANATLAS_FONT")

// fontPlaces are where distributions keep WenQuanYi Micro Hei, which has Chinese and
// Latin letters of one design and may be embedded (Apache-2.0).
func fontPlaces() []string {
	return []string{
		"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",           // Debian, Ubuntu
		"/usr/share/fonts/wqy-microhei-fonts/wqy-microhei.ttc",     // Fedora
		"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",           // older Fedora, openEuler
		"/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc", // Arch
		"/usr/local/share/fonts/wqy-microhei.ttc",
	}
}

// FindFont returns the path of the font of PDF reports: the one that is named, or
// else one that is installed.
func FindFont(named string) (string, error) {
	places := fontPlaces()
	if named != "" {
		places = []string{named}
	}
	for _, path := range places {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	if named != "" {
		return "", fmt.Errorf("%s: %w", named, ErrNoFont)
	}
	return "", ErrNoFont
}

// LoadFont reads the font of PDF reports.
func LoadFont(named string) ([]byte, error) {
	path, err := FindFont(named)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoFont, err)
	}
	face, err := firstFace(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, err, ErrNoFont)
	}
	return face, nil
}

// firstFace returns the first font of a TrueType collection as a font of its own; a
// font is returned as it is (OpenType 1.9, "TTC Header").
func firstFace(b []byte) ([]byte, error) {
	if len(b) < 16 {
		return nil, errors.New("not a font")
	}
	switch string(b[:4]) {
	case "\x00\x01\x00\x00", "true":
		return b, nil
	case "OTTO":
		return nil, errors.New("an OpenType font with PostScript outlines; want TrueType outlines")
	case "ttcf":
	default:
		return nil, errors.New("not a TrueType font")
	}
	at := int(binary.BigEndian.Uint32(b[12:]))
	if at+12 > len(b) {
		return nil, errors.New("a collection that ends early")
	}
	tables := int(binary.BigEndian.Uint16(b[at+4:]))
	if at+12+16*tables > len(b) {
		return nil, errors.New("a collection that ends early")
	}
	out := append(make([]byte, 0, len(b)), b[at:at+12+16*tables]...)
	for i := range tables {
		entry := 12 + 16*i
		from, size := int(binary.BigEndian.Uint32(out[entry+8:])), int(binary.BigEndian.Uint32(out[entry+12:]))
		if from < 0 || size < 0 || from+size > len(b) {
			return nil, errors.New("a collection that ends early")
		}
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
		binary.BigEndian.PutUint32(out[entry+8:], uint32(len(out)))
		out = append(out, b[from:from+size]...)
	}
	return out, nil
}
