package cluster

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// logLimit is the size at which PostgreSQL's log is moved aside.
const logLimit = 16 << 20

// openLog opens the file that PostgreSQL writes its messages to, at its end,
// which it gives too. A file, not a pipe to us: it holds the messages when we
// have died, and nobody has to read it.
func openLog(f folder) (*os.File, int64, error) {
	if err := rotateLog(f, logLimit); err != nil {
		return nil, 0, err
	}
	file, err := os.OpenFile(f.log(), os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		file.Close()
		return nil, 0, fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	return file, end, nil
}

// rotateLog copies a log over the limit to postgres.log.1 and empties it. The
// server keeps its file open and appends, so the file cannot be renamed; lines
// written between the two steps are lost.
func rotateLog(f folder, limit int64) error {
	info, err := os.Stat(f.log())
	if os.IsNotExist(err) || err == nil && info.Size() <= limit {
		return nil
	}
	if err == nil {
		err = copyFile(f.log()+".1", f.log())
	}
	if err == nil {
		err = os.Truncate(f.log(), 0)
	}
	if err != nil {
		return fmt.Errorf("rotate PostgreSQL's log: %w", err)
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}

// logSince gives the last lines that were written to the log from an offset on.
// When there are none, it tries to write to the folder itself: a full disk takes
// the messages about it too.
func logSince(f folder, from int64) string {
	file, err := os.Open(f.log())
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil {
		if info.Size() < from { // rotated since
			from = 0
		}
		from = max(from, info.Size()-16<<10)
	}
	text, err := io.ReadAll(io.NewSectionReader(file, from, 16<<10))
	if err != nil {
		return err.Error()
	}
	if said := lastLines(string(text), 12); said != "" {
		return said
	}
	return tryWriting(f)
}

// tryWriting gives the system's message when a page cannot be written to the
// folder; empty when it can.
func tryWriting(f folder) string {
	probe, err := os.CreateTemp(string(f), "planatlas.probe-*")
	if err != nil {
		return err.Error()
	}
	defer os.Remove(probe.Name())
	defer probe.Close()
	if _, err := probe.Write(make([]byte, 8192)); err != nil {
		return err.Error()
	}
	return ""
}
