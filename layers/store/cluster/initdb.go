package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// inTheMaking begins the names of data folders that initdb works on.
const inTheMaking = "postgres.init-"

// dataVersion gives the version of PostgreSQL that a data folder was made by,
// 0 when there is none yet. A folder with other content is an error.
func dataVersion(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err == nil {
		version, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return 0, fmt.Errorf("read the version of the database in %s: %w", data, err)
		}
		return version, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("read the version of the database in %s: %w", data, err)
	}
	entries, err := os.ReadDir(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("look into %s: %w", data, err)
	}
	if len(entries) > 0 {
		return 0, fmt.Errorf("use %s: it holds files but no PostgreSQL database (no PG_VERSION); move them away", data)
	}
	return 0, nil
}

// sweep removes what interrupted runs of initdb left. One whose owner was
// killed may be about to end, so removal is tried a few times.
func sweep(f folder) error {
	left, err := filepath.Glob(filepath.Join(globQuote(string(f)), inTheMaking+"*"))
	if err != nil {
		return fmt.Errorf("look for half-made databases in %s: %w", f, err)
	}
	for _, dir := range left {
		err := os.RemoveAll(dir)
		for try := 0; err != nil && try < 10; try++ {
			time.Sleep(100 * time.Millisecond)
			err = os.RemoveAll(dir)
		}
		if err != nil {
			return fmt.Errorf("remove a half-made database: %w", err)
		}
	}
	return nil
}

// globQuote makes a path mean itself in a pattern.
func globQuote(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// initData makes the data folder: whole, or not at all. Text sorts by bytes;
// letters are told apart as UTF-8 where the system has a locale for it, so that
// case and word search work beyond ASCII.
func (c *Cluster) initData(ctx context.Context) error {
	var err error
	for _, ctype := range []string{"C.UTF-8", "UTF-8", "en_US.UTF-8", "C"} {
		err = c.initWith(ctx, ctype)
		var exit *exitError
		if err == nil || !errors.As(err, &exit) || !strings.Contains(exit.output, "invalid locale") {
			return err
		}
	}
	return err
}

// initWith is initData with one locale for the kinds of letters.
func (c *Cluster) initWith(ctx context.Context, ctype string) (err error) {
	dir, err := os.MkdirTemp(string(c.dir), inTheMaking)
	if err != nil {
		return fmt.Errorf("make a folder for the new database: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if c.as.cred != nil {
		if err := os.Lchown(dir, int(c.as.uid), int(c.as.gid)); err != nil {
			return fmt.Errorf("give the new database to user %s: %w", c.as.name, err)
		}
	}
	args := []string{"-D", dir, "-U", superuser, "--encoding=UTF8", "--locale=C", "--lc-ctype=" + ctype,
		"--data-checksums", "--auth-local=peer", "--auth-host=reject", "--no-instructions"}
	if c.opt.Throwaway {
		args = append(args, "--no-sync")
	}
	runtime.LockOSThread() // for signalOnDeath
	defer runtime.UnlockOSThread()
	cmd := c.as.command(ctx, syscall.SIGTERM, string(c.dir), filepath.Join(c.programs.Bin, "initdb"), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(ctx.Err(), &exitError{program: cmd.Path, err: err, output: lastLines(string(out), 12)})
	}
	if err := os.Rename(dir, c.dir.data()); err != nil {
		return fmt.Errorf("put the new database in place: %w", err)
	}
	return syncFolder(string(c.dir))
}

// syncFolder makes a change of names in a folder last.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write the folder %s to disk: %w", dir, err)
	}
	err = d.Sync()
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write the folder %s to disk: %w", dir, err)
	}
	return nil
}
