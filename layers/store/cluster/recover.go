package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pidFile is what a server says about itself in its data folder (PostgreSQL,
// src/include/utils/pidfile.h): its lines, of which 1 is the process id, negative
// for a server without connections, 4 the port and 5 the socket's folder.
type pidFile []string

func pidFileOf(data string) string { return filepath.Join(data, "postmaster.pid") }

// readPIDFile reads the file; a folder without one gives none.
func readPIDFile(data string) (pidFile, error) {
	text, err := os.ReadFile(pidFileOf(data))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read who runs the database: %w", err)
	}
	return strings.Split(string(text), "\n"), nil
}

// line gives a line by its number from 1 on, empty when it is not there.
func (p pidFile) line(n int) string {
	if len(p) < n {
		return ""
	}
	return strings.TrimSpace(p[n-1])
}

// pid gives the process id; 0 when the file does not hold one.
func (p pidFile) pid() int {
	pid, err := strconv.Atoi(p.line(1))
	if err != nil {
		return 0
	}
	return pid
}

// recoverFolder readies a folder that we hold the lock of for a new server. It
// stops the server that an owner left when it was killed, and keeps a pid file
// that names some other process by now from standing in the way.
func (c *Cluster) recoverFolder(ctx context.Context) error {
	data := c.dir.data()
	left, err := readPIDFile(data)
	if err != nil {
		return err
	}
	if pid := left.pid(); pid > 0 && isPostmaster(pid, data) {
		if err := c.stopLeft(ctx, pid); err != nil {
			return err
		}
		if left, err = readPIDFile(data); err != nil {
			return err
		}
	}
	if err := disown(data, left); err != nil {
		return err
	}
	for _, name := range []string{".s.PGSQL." + port, ".s.PGSQL." + port + ".lock"} {
		if err := os.Remove(filepath.Join(c.dir.sockets(), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the socket of an earlier server: %w", err)
		}
	}
	return nil
}

// stopLeft stops a server that is not our child.
func (c *Cluster) stopLeft(ctx context.Context, pid int) error {
	p, err := os.FindProcess(pid) // on Linux a handle on the process itself: its number cannot pass to another
	if err != nil {
		return nil // it has just ended
	}
	defer p.Release()
	if !isPostmaster(pid, c.dir.data()) {
		return nil
	}
	c.log.Warn("stopping the PostgreSQL that an earlier planatlas left running", "pid", pid, "folder", string(c.dir))
	over, cancel := context.WithCancel(context.Background())
	defer cancel()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for over.Err() == nil && isPostmaster(pid, c.dir.data()) {
			time.Sleep(50 * time.Millisecond)
		}
	}()
	if _, err := shutDown(ctx, p, gone, syscall.SIGINT, syscall.SIGQUIT); err != nil {
		return fmt.Errorf("stop the PostgreSQL (process %d) that an earlier planatlas left running in %s: %w", pid, c.dir, err)
	}
	return nil
}

// disown readies a pid file whose server is known to be gone. PostgreSQL
// believes that a server runs as long as the process named there exists,
// whatever it is, but takes its own parent for no server. So we put ourselves
// there, and keep the rest: PostgreSQL finds in it the shared memory that
// children of the old server may still be using, and waits for them.
func disown(data string, left pidFile) error {
	pid := left.pid()
	if pid == 0 {
		if left == nil {
			return nil
		}
		if err := os.Remove(pidFileOf(data)); err != nil { // empty or torn: PostgreSQL would not start
			return fmt.Errorf("remove a torn pid file: %w", err)
		}
		return nil
	}
	if !exists(max(pid, -pid)) || pid < 0 && isPostmaster(-pid, data) {
		return nil // PostgreSQL judges these itself
	}
	file, err := os.OpenFile(pidFileOf(data), os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("take over a stale pid file: %w", err)
	}
	left[0] = strconv.Itoa(os.Getpid())
	_, err = file.WriteString(strings.Join(left, "\n"))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("take over a stale pid file: %w", err)
	}
	return nil
}

// exists tells whether there is a process of that number.
func exists(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
