package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// server is one life of the PostgreSQL server: a child process of ours.
type server struct {
	cmd     *exec.Cmd
	logFrom int64         // where its messages begin in the log
	gone    chan struct{} // closed when it has ended
	err     error         // how it ended; to be read when gone is closed
}

// launch starts the server and does not wait for it.
func (c *Cluster) launch() (*server, error) {
	log, from, err := openLog(c.dir)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s := &server{logFrom: from, gone: make(chan struct{})}
	onDeath := syscall.SIGINT
	if c.opt.Outlive {
		onDeath = 0
	}
	s.cmd = c.as.command(context.Background(), onDeath, string(c.dir),
		filepath.Join(c.programs.Bin, "postgres"), arguments(c.dir, c.opt)...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // for signalOnDeath
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.err = s.cmd.Wait()
			close(s.gone)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	return s, nil
}

// startServer starts the server and waits until it answers. Children of a killed
// server may hold its shared memory for a moment; it tries again while they do,
// for up to 15 seconds.
func (c *Cluster) startServer(ctx context.Context) (*server, error) {
	const patience = 15 * time.Second
	begin := time.Now()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		if err := c.recoverFolder(ctx); err != nil {
			return nil, err
		}
		s, err := c.launch()
		if err != nil {
			return nil, err
		}
		if err = c.awaitReady(ctx, s); err == nil {
			return s, nil
		}
		if _, stopErr := s.stop(ctx); stopErr != nil {
			return nil, errors.Join(err, stopErr)
		}
		if !stillHeld(err) || time.Since(begin) > patience {
			return nil, err
		}
		c.log.Info("children of the PostgreSQL that ended are still at work; trying again", "folder", string(c.dir))
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// stillHeld tells whether a server could not start because of what is left of
// an earlier one. The messages are in English: the server runs with LC_ALL=C.
func stillHeld(err error) bool {
	var exit *exitError
	return errors.As(err, &exit) && (strings.Contains(exit.output, "pre-existing shared memory block") ||
		strings.Contains(exit.output, "lock file") && strings.Contains(exit.output, "already exists"))
}

// awaitReady waits until the server answers, however long it takes to recover
// from a crash: until it ends or the context does.
func (c *Cluster) awaitReady(ctx context.Context, s *server) error {
	slow := time.NewTicker(5 * time.Second)
	defer slow.Stop()
	for {
		err := ping(ctx, address(c.dir.sockets(), port, "postgres"))
		if err == nil {
			return nil
		}
		if ctx.Err() == nil && !isStarting(err) {
			return fmt.Errorf("connect to PostgreSQL: %w", err)
		}
		select {
		case <-s.gone:
			how := s.err
			if how == nil {
				how = errors.New("exit status 0")
			}
			return &exitError{program: s.cmd.Path, err: how, output: logSince(c.dir, s.logFrom)}
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w (last answer: %w)", ctx.Err(), err)
		case <-slow.C:
			c.log.Info("waiting for PostgreSQL, which recovers from a crash or is slow to start", "answer", err.Error())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// ping connects and disconnects.
func ping(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, address)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// isStarting tells whether the answer to a connection means: not yet. A server
// with all its connections taken is up, and any other answer will not change.
func isStarting(err error) bool {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code == "57P03" // cannot_connect_now
	}
	return !errors.Is(err, os.ErrPermission)
}

// stop ends the server in order: no new connections, transactions rolled back,
// everything written. When that takes over half a minute or the context ends, it
// is told to end at once; the next start then recovers from its journal, without
// loss. clean tells that it ended in order.
func (s *server) stop(ctx context.Context) (clean bool, err error) {
	return shutDown(ctx, s.cmd.Process, s.gone, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL)
}

// shutDown sends a process one signal after the other until it is gone. The
// first one has half a minute or as long as the context allows, the others ten
// seconds each. clean tells that the first did it.
func shutDown(ctx context.Context, p *os.Process, gone <-chan struct{}, signals ...os.Signal) (clean bool, err error) {
	for i, signal := range signals {
		if err := p.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return false, fmt.Errorf("send process %d the signal %q: %w", p.Pid, signal, err)
		}
		patience, end := 10*time.Second, (<-chan struct{})(nil)
		if i == 0 {
			patience, end = 30*time.Second, ctx.Done()
		}
		select {
		case <-gone:
			return i == 0, nil
		case <-end:
		case <-time.After(patience):
		}
	}
	return false, fmt.Errorf("end process %d: it is still there after the signal %q", p.Pid, signals[len(signals)-1])
}

// sleep waits, but not longer than the context lasts.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
