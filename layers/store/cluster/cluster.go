package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Options say how to run a cluster.
type Options struct {
	Dir       string            // folder of the cluster; made when it is not there; see [DefaultDir]
	BinDir    string            // folder of the PostgreSQL programs; empty: look for them, see [Find]
	Log       *slog.Logger      // steps that take a while, and restarts; nil: none
	Settings  map[string]string // PostgreSQL settings by name, over those of the package
	Throwaway bool              // for tests: fast, and not safe when the machine crashes
	Outlive   bool              // the server goes on when this process ends without Stop
}

// Cluster is a running private PostgreSQL. Its methods may be used from several
// goroutines.
type Cluster struct {
	opt      Options
	log      *slog.Logger
	dir      folder
	as       account
	programs Programs
	lock     *os.File

	endLife    context.CancelFunc // ends supervision
	supervised chan struct{}      // closed when it has ended

	mu     sync.Mutex
	server *server // the latest

	stopping sync.Mutex
	stopped  bool
}

// Start runs the cluster in a folder: it makes it when the folder is empty, stops
// what a killed planatlas left running, and returns when the database planatlas
// can be used. The context is for the start alone. Errors: [ErrLocked] when
// another planatlas runs the cluster, [*MissingError] when PostgreSQL or PostGIS
// is not installed; else the error holds the last lines of the program at fault.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if o.Dir == "" {
		return nil, errors.New("start the database: no folder is given")
	}
	c := &Cluster{opt: o, log: o.Log, supervised: make(chan struct{})}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	err := c.open()
	if err == nil {
		err = c.begin(ctx)
		if err != nil {
			err = errors.Join(err, c.unlock())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("start the database: %w", err)
	}
	return c, nil
}

// open finds the programs and takes the folder.
func (c *Cluster) open() error {
	dir, err := filepath.Abs(c.opt.Dir)
	if err != nil {
		return fmt.Errorf("make the folder's path absolute: %w", err)
	}
	version, err := dataVersion(folder(dir).data())
	if err != nil {
		return err
	}
	if c.programs, err = here().find(c.opt.BinDir, version); err != nil {
		return err
	}
	if c.as, err = accountFor(folder(dir).data()); err != nil {
		return err
	}
	if err := c.as.checkAccess(c.programs, dir); err != nil {
		return err
	}
	if c.dir, err = openFolder(dir); err != nil {
		return err
	}
	c.lock, err = takeLock(c.dir)
	return err
}

// begin makes the database when there is none, runs it and supervises it. The
// folder is locked.
func (c *Cluster) begin(ctx context.Context) error {
	begin := time.Now()
	if err := sweep(c.dir); err != nil {
		return err
	}
	version, err := dataVersion(c.dir.data())
	if err != nil {
		return err
	}
	if version == 0 {
		c.log.Info("making a new PostgreSQL database", "folder", string(c.dir), "version", c.programs.Version, "user", c.as.name)
		if err := c.initData(ctx); err != nil {
			return err
		}
	}
	if err := makePrivate(c.dir.sockets(), c.as); err != nil {
		return err
	}
	if err := writeAccess(c.dir, c.as); err != nil {
		return err
	}
	c.log.Info("starting PostgreSQL", "folder", string(c.dir), "version", c.programs.Version, "programs", c.programs.Bin)
	s, err := c.startServer(ctx)
	if err != nil {
		return err
	}
	if err := c.ensureDatabase(ctx); err != nil {
		_, stopErr := s.stop(ctx)
		return errors.Join(err, stopErr)
	}
	c.server = s
	life, endLife := context.WithCancel(context.Background())
	c.endLife = endLife
	go c.supervise(life)
	c.log.Info("PostgreSQL is ready", "pid", c.PID(), "after", time.Since(begin).Round(time.Millisecond))
	return nil
}

// ensureDatabase makes the database when it is not there.
func (c *Cluster) ensureDatabase(ctx context.Context) error {
	conn, err := pgconn.Connect(ctx, address(c.dir.sockets(), port, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to make the database %s: %w", database, err)
	}
	defer conn.Close(ctx)
	found := conn.ExecParams(ctx, "SELECT 1 FROM pg_database WHERE datname = $1", [][]byte{[]byte(database)}, nil, nil, nil).Read()
	if found.Err == nil && len(found.Rows) == 0 {
		_, found.Err = conn.Exec(ctx, "CREATE DATABASE "+database).ReadAll()
	}
	if found.Err != nil {
		return fmt.Errorf("make the database %s: %w", database, found.Err)
	}
	return nil
}

// URL is the address of the database planatlas for pgx, over the Unix socket, as
// its superuser. It stays the same when the server is started again.
func (c *Cluster) URL() string { return address(c.dir.sockets(), port, database) }

// PID is the process id of the PostgreSQL server, which changes when it is
// started again.
func (c *Cluster) PID() int { return c.current().cmd.Process.Pid }

// Stop ends the server in order, within the context's time or half a minute,
// whichever is shorter, and then at once: committed data is kept either way. It
// releases the folder. A second Stop does nothing.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stopping.Lock()
	defer c.stopping.Unlock()
	if c.stopped {
		return nil
	}
	c.endLife()
	<-c.supervised
	clean, err := c.server.stop(ctx)
	if err != nil {
		return fmt.Errorf("stop the database in %s: %w", c.dir, err)
	}
	if !clean {
		c.log.Warn("PostgreSQL did not stop in time and was ended at once; the next start takes longer", "folder", string(c.dir))
	}
	c.stopped = true
	if dir := c.dir.sockets(); filepath.Dir(dir) != string(c.dir) {
		if err = os.Remove(dir); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	}
	if err := errors.Join(err, c.unlock()); err != nil {
		return fmt.Errorf("leave the database folder %s: %w", c.dir, err)
	}
	return nil
}

// unlock gives the folder back. A program that this process is just starting holds
// the open file for a moment too, so that closing it alone would not do.
func (c *Cluster) unlock() error {
	return errors.Join(c.lock.Truncate(0), syscall.Flock(int(c.lock.Fd()), syscall.LOCK_UN), c.lock.Close())
}

// Attach gives the address of the cluster that another planatlas runs in a
// folder, or [ErrNotRunning]. The cluster may still be starting. It belongs to
// the other process and ends with it.
func Attach(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("make the folder's path absolute: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("attach to the database: %w", errors.Join(ErrNotRunning, err))
	} else if err != nil {
		return "", fmt.Errorf("attach to the database: %w", err)
	}
	data := folder(dir).data()
	running, err := readPIDFile(data)
	if err != nil {
		return "", fmt.Errorf("attach to the database: %w", err)
	}
	if running.pid() <= 0 || !isPostmaster(running.pid(), data) || running.line(5) == "" {
		return "", fmt.Errorf("attach to the database in %s: %w", dir, ErrNotRunning)
	}
	return address(running.line(5), running.line(4), database), nil
}
