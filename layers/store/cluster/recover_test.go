package cluster

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestServerKilled(t *testing.T) {
	t.Parallel()
	c := startWith(t, Options{Dir: testDir(t)})
	do(t, c, "CREATE TABLE t (n int); INSERT INTO t SELECT generate_series(1, 1000)")
	url := c.URL()
	for range 2 {
		pid := c.PID()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "a new server", func() bool { return c.PID() != pid && query(url, "SELECT 1", nil) == nil })
		want(t, c, "SELECT count(*) FROM t", "1000")
		do(t, c, "INSERT INTO t VALUES (0); DELETE FROM t WHERE n = 0")
	}
}

func TestServerKilledWithBusyChild(t *testing.T) {
	t.Parallel()
	c := start(t, testDir(t))
	do(t, c, "CREATE TABLE t (n int); INSERT INTO t VALUES (42)")
	busy := make(chan error, 1)
	go func() { // does not notice for seconds that its server is gone
		busy <- query(c.URL(), "SELECT count(sqrt(n)) FROM generate_series(1, 15000000) n", nil)
	}()
	eventually(t, "the query", func() bool {
		var n string
		err := query(c.URL(), "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%sqrt%'", &n)
		return err == nil && n == "2"
	})
	pid := c.PID()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new server", func() bool { return c.PID() != pid })
	want(t, c, "SELECT n FROM t", "42")
	<-busy
}

func TestStopWhileDown(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	c := start(t, dir)
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	stop(t, c)
	left, err := readPIDFile(c.dir.data())
	if err != nil {
		t.Fatal(err)
	}
	if isPostmaster(left.pid(), c.dir.data()) {
		t.Errorf("server %d is there after Stop", left.pid())
	}
	start(t, dir)
}

func TestStopInNoTime(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	c := start(t, dir)
	do(t, c, "CREATE TABLE t (n int); INSERT INTO t VALUES (42); CHECKPOINT; INSERT INTO t VALUES (43)")
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Stop(over); err != nil {
		t.Fatal(err)
	}
	if exists(c.PID()) {
		t.Errorf("server %d is there after Stop", c.PID())
	}
	want(t, start(t, dir), "SELECT n FROM t WHERE n = 42", "42")
}

// TestServerLeft starts a server by hand, which therefore outlives the lock, as
// that of a killed owner does where the system does not end it.
func TestServerLeft(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	c := start(t, dir)
	do(t, c, "CREATE TABLE t (n int); INSERT INTO t VALUES (42)")
	stop(t, c)
	left, err := c.launch()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.awaitReady(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	next := start(t, dir)
	want(t, next, "SELECT n FROM t", "42")
	<-left.gone
	if left.err != nil {
		t.Errorf("the server left ended out of order: %v", left.err)
	}
}

func TestStalePIDFile(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	c := start(t, dir)
	text, err := os.ReadFile(pidFileOf(c.dir.data()))
	if err != nil {
		t.Fatal(err)
	}
	stop(t, c)

	other := c.as.command(t.Context(), syscall.SIGKILL, "/", "/bin/sleep", "1000") // of the same user, as PostgreSQL minds
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Wait()
	defer other.Process.Kill()
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n")
	for name, first := range map[string]string{
		"gone":         strconv.Itoa(gone.Process.Pid) + "\n" + rest,
		"reused":       strconv.Itoa(other.Process.Pid) + "\n" + rest,
		"reused alone": strconv.Itoa(-other.Process.Pid) + "\n" + rest,
		"init":         "1\n" + rest,
		"torn":         "\n",
		"empty":        "",
	} {
		for _, path := range []string{pidFileOf(c.dir.data()), filepath.Join(c.dir.sockets(), ".s.PGSQL."+port+".lock")} {
			if err := os.WriteFile(path, []byte(first), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(path, int(c.as.uid), int(c.as.gid)); err != nil {
				t.Fatal(err)
			}
		}
		c := start(t, dir)
		want(t, c, "SELECT '"+name+"'", name)
		stop(t, c)
	}
	if !exists(other.Process.Pid) || other.ProcessState != nil {
		t.Errorf("process %d, which has nothing to do with it, was ended", other.Process.Pid)
	}
}

func TestInterruptedInit(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testDir(t), "[x]*")
	left := filepath.Join(dir, inTheMaking+"123", "base")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := start(t, dir)
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range found {
		if strings.HasPrefix(entry.Name(), inTheMaking) {
			t.Errorf("%s is there after Start", entry.Name())
		}
	}
	want(t, c, "SELECT 1", "1")
}
