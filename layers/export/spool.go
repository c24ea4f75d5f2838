package export

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"syscall"

	"planatlas/geo/pmtiles"
	"planatlas/layers"
)

// spool is an export that is not whole yet: a file with the bytes of the tiles, which
// lie as PMTiles has them, and a journal with a record for each tile. A run that was
// killed leaves both; what of them is true is found by the sums in the journal.
type spool struct {
	path    string
	data    *os.File
	journal *os.File
	pending []byte // records that are not in the journal yet
	head    int64  // where the records begin

	end     int64  // of the tiles' bytes, from where they begin
	records uint64 // tiles
	next    uint64 // the id from which on tiles are missing
	seen    map[[8]byte]pmtiles.Entry
}

const (
	recordSize = 8 + 8 + 4 + 8
	flushAfter = 64 * recordSize
	// Small tiles are often the same: open land, or the inside of one feature. So
	// many of them, the first, are remembered, so that each is kept once.
	mostSeen  = 1 << 16
	mostBytes = 4096
)

// openSpool opens the spool of an export, or begins it when there is none, or one of
// something else, or it has to begin anew.
func openSpool(path, fingerprint string, anew bool) (*spool, error) {
	s := &spool{path: path, seen: map[[8]byte]pmtiles.Entry{}}
	var err error
	if s.data, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if s.journal, err = os.OpenFile(s.journalPath(), os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, errors.Join(fmt.Errorf("export: %w", err), s.data.Close())
	}
	err = syscall.Flock(int(s.journal.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		err = fmt.Errorf("%s: %w: another export writes it", path, layers.ErrConflict)
	} else {
		err = s.replay(fingerprint, anew)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("export: %w", err), s.close())
	}
	return s, nil
}

func (s *spool) journalPath() string { return s.path + ".journal" }

// replay reads the journal and compares its sums with the bytes. It cuts both files
// where they no longer agree.
func (s *spool) replay(fingerprint string, anew bool) error {
	in := bufio.NewReaderSize(s.journal, 1<<16)
	s.head = int64(len(fingerprint)) + 1
	line := make([]byte, s.head)
	if _, err := io.ReadFull(in, line); err != nil || anew || string(line) != fingerprint+"\n" {
		if err := errors.Join(s.journal.Truncate(0), s.data.Truncate(0)); err != nil {
			return err
		}
		_, err := s.journal.WriteAt([]byte(fingerprint+"\n"), 0)
		return err
	}
	var record [recordSize]byte
	var tile []byte
	for {
		if _, err := io.ReadFull(in, record[:]); err != nil {
			break // the end, or half a record
		}
		e, sum := parseRecord(record[:])
		if tile = append(tile[:0], make([]byte, e.Length)...); e.ID < s.next || e.Offset > uint64(s.end) {
			break
		}
		if _, err := s.data.ReadAt(tile, pmtiles.Start+int64(e.Offset)); err != nil || sumOf(tile) != sum {
			break
		}
		s.took(e, sum)
	}
	return errors.Join(s.journal.Truncate(s.head+int64(s.records)*recordSize), s.data.Truncate(pmtiles.Start+s.end))
}

// took counts a tile whose bytes are in the file.
func (s *spool) took(e pmtiles.Entry, sum [8]byte) {
	s.records++
	s.next = e.ID + 1
	s.end = max(s.end, int64(e.Offset)+int64(e.Length))
	if _, known := s.seen[sum]; !known && e.Length <= mostBytes && len(s.seen) < mostSeen {
		s.seen[sum] = e
	}
}

// has tells whether a tile was looked at.
func (s *spool) has(id uint64) bool { return id < s.next }

// add appends a tile, whose id is greater than those before.
func (s *spool) add(id uint64, b []byte) error {
	sum := sumOf(b)
	e := pmtiles.Entry{ID: id, Offset: uint64(s.end), Length: uint32(len(b))}
	if old, known := s.seen[sum]; known && s.same(old, b) {
		e.Offset = old.Offset
	} else if _, err := s.data.WriteAt(b, pmtiles.Start+s.end); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	s.took(e, sum)
	s.pending = appendRecord(s.pending, e, sum)
	if len(s.pending) >= flushAfter {
		return s.flush()
	}
	return nil
}

// same compares a tile with one in the file.
func (s *spool) same(e pmtiles.Entry, b []byte) bool {
	if int(e.Length) != len(b) {
		return false
	}
	old := make([]byte, e.Length)
	_, err := s.data.ReadAt(old, pmtiles.Start+int64(e.Offset))
	return err == nil && bytes.Equal(old, b)
}

// flush brings the records into the journal. Their bytes are in the file before.
func (s *spool) flush() error {
	at := s.head + int64(s.records)*recordSize - int64(len(s.pending))
	_, err := s.journal.WriteAt(s.pending, at)
	s.pending = s.pending[:0]
	return err
}

// entries reads the journal.
func (s *spool) entries() iter.Seq2[pmtiles.Entry, error] {
	return func(yield func(pmtiles.Entry, error) bool) {
		in := bufio.NewReaderSize(io.NewSectionReader(s.journal, s.head, int64(s.records)*recordSize), 1<<16)
		var record [recordSize]byte
		for range s.records {
			_, err := io.ReadFull(in, record[:])
			e, _ := parseRecord(record[:])
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// close closes the files; they stay for another run.
func (s *spool) close() error { return errors.Join(s.data.Close(), s.journal.Close()) }

// sumOf is enough of a sum to find torn writes.
func sumOf(b []byte) [8]byte {
	sum := sha256.Sum256(b)
	return [8]byte(sum[:8])
}

func appendRecord(dst []byte, e pmtiles.Entry, sum [8]byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, e.ID)
	dst = binary.LittleEndian.AppendUint64(dst, e.Offset)
	dst = binary.LittleEndian.AppendUint32(dst, e.Length)
	return append(dst, sum[:]...)
}

func parseRecord(b []byte) (pmtiles.Entry, [8]byte) {
	return pmtiles.Entry{ID: binary.LittleEndian.Uint64(b), Offset: binary.LittleEndian.Uint64(b[8:]), Length: binary.LittleEndian.Uint32(b[16:])}, [8]byte(b[20:])
}
