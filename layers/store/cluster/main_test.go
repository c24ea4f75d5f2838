package cluster

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// ownerOf, when set, makes the test binary a process that runs the cluster in
// that folder, says so, and waits to be killed.
const ownerOf = "PLANATLAS_TEST_OWNER_OF"

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerOf); dir != "" {
		own(dir)
		return
	}
	m.Run()
}

func own(dir string) {
	c, err := Start(context.Background(), Options{Dir: dir})
	if err == nil {
		err = query(c.URL(), "CREATE TABLE t (n int); INSERT INTO t VALUES (42)", nil)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("ready", c.PID())
	time.Sleep(time.Hour)
}

// startOwner runs another process that owns the cluster in a folder, and gives
// it when the cluster is up, with the server's process id.
func startOwner(t *testing.T, dir string) (owner *exec.Cmd, server int) {
	t.Helper()
	owner = exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerOf+"="+dir)
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		owner.Process.Kill()
		owner.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if _, scanErr := fmt.Sscanf(line, "ready %d", &server); err != nil || scanErr != nil {
		t.Fatalf("the owner said %q: %v", line, err)
	}
	return owner, server
}

// testDir is a folder that PostgreSQL's user can reach, and short enough for a
// socket.
func testDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(os.TempDir(), "pc")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// start starts a throw-away cluster that the test stops at its end.
func start(t *testing.T, dir string) *Cluster {
	t.Helper()
	return startWith(t, Options{Dir: dir, Throwaway: true})
}

func startWith(t *testing.T, o Options) *Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	c, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// query runs statements and gives the last one's first value as text when asked.
func query(url, sql string, value *string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return err
	}
	if value != nil {
		*value = string(results[len(results)-1].Rows[0][0])
	}
	return nil
}

// want checks the value of a query.
func want(t *testing.T, c *Cluster, sql, value string) {
	t.Helper()
	var got string
	if err := query(c.URL(), sql, &got); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if got != value {
		t.Errorf("%s: got %q, want %q", sql, got, value)
	}
}

// do runs statements.
func do(t *testing.T, c *Cluster, sql string) {
	t.Helper()
	if err := query(c.URL(), sql, nil); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// wantError checks that an error's message has all parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not have %q", err, part)
		}
	}
}
