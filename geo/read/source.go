package read

import (
	"fmt"
	"io"
	"sort"
	"strconv"
	"unicode/utf8"
)

// source reads a file for the stream reader: it bounds its length, refuses what
// is not UTF-8 and knows the lines of the bytes that are still wanted.
type source struct {
	r        io.Reader
	limit    int64
	read     int64   // bytes passed on so far
	line     int     // line of the byte asked for last
	newlines []int64 // offsets of line ends after it
	ends     int     // line ends passed on so far
	tail     []byte  // start of a character that the last read cut in two
}

// Read implements [io.Reader].
func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if s.read+int64(n) > s.limit {
		return 0, &Error{Where: fileLine(s.ends + 1), Value: "more than " + strconv.FormatInt(s.limit, 10) + " bytes", Want: "a file within this limit",
			Hint: "split the file", Err: ErrTooLarge}
	}
	if bad := s.check(b[:n], err == io.EOF); bad != nil {
		return 0, bad
	}
	for i, c := range b[:n] {
		if c == '\n' {
			s.newlines = append(s.newlines, s.read+int64(i))
			s.ends++
		}
	}
	s.read += int64(n)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read feature file: %w", err)
	}
	return n, err
}

// check refuses bytes that are not UTF-8, across the borders of reads.
func (s *source) check(b []byte, last bool) error {
	line := s.ends + 1
	text := b
	if len(s.tail) > 0 {
		text = append(s.tail, b...)
	}
	for len(text) > 0 {
		if !last && !utf8.FullRune(text) {
			break
		}
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			return &Error{Where: fileLine(line), Value: fmt.Sprintf("the byte 0x%02x", text[0]), Want: "text in UTF-8",
				Hint: "save the file as UTF-8", Err: ErrSyntax}
		}
		if r == '\n' {
			line++
		}
		text = text[size:]
	}
	s.tail = append([]byte(nil), text...)
	return nil
}

// lineOf returns the line, from 1, of a byte that was read. Offsets must not go
// down from call to call: what lies before them is forgotten.
func (s *source) lineOf(offset int64) int {
	n := sort.Search(len(s.newlines), func(i int) bool { return s.newlines[i] >= offset })
	s.newlines = s.newlines[:copy(s.newlines, s.newlines[n:])]
	s.line += n
	return s.line
}
