package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestStartStop(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testDir(t), "a folder's \"name\", 阳泉")
	c := startWith(t, Options{Dir: dir, Settings: map[string]string{"work_mem": "33MB"}})
	do(t, c, "CREATE EXTENSION postgis")
	want(t, c, "SELECT ST_AsText(ST_Point(113.58, 37.86, 4490))", "POINT(113.58 37.86)")
	for sql, value := range map[string]string{
		"SHOW listen_addresses":           "",
		"SHOW server_encoding":            "UTF8",
		"SHOW data_checksums":             "on",
		"SHOW lc_collate":                 "C",
		"SHOW work_mem":                   "33MB",
		"SHOW jit":                        "off",
		"SHOW fsync":                      "on",
		"SHOW full_page_writes":           "on",
		"SHOW synchronous_commit":         "on",
		"SHOW timezone":                   "UTC",
		"SELECT current_user":             "planatlas",
		"SELECT current_database()":       "planatlas",
		"SELECT lower('É') || upper('é')": "éÉ",
	} {
		want(t, c, sql, value)
	}
	err := query(strings.Replace(c.URL(), "//planatlas@", "//postgres@", 1), "SELECT 1", nil)
	wantError(t, err, "postgres")
	stop(t, c)
	stop(t, c)
	if exists(c.PID()) {
		t.Errorf("process %d is there after Stop", c.PID())
	}

	before := c.URL()
	c = start(t, dir)
	if c.URL() != before {
		t.Errorf("address %s, was %s", c.URL(), before)
	}
	want(t, c, "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'", "1")
	want(t, c, "SHOW fsync", "off") // this time it is a throw-away
	want(t, c, "SHOW work_mem", "32MB")
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	c := start(t, dir)
	for path, mode := range map[string]os.FileMode{
		c.dir.data():            0o700,
		c.dir.sockets():         0o700,
		c.dir.log():             0o600,
		c.dir.hba():             0o644,
		pidFileOf(c.dir.data()): 0o600,
		filepath.Join(c.dir.sockets(), ".s.PGSQL."+port): 0o700,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), mode)
		}
	}
	group, err := syscall.Getpgid(c.PID())
	if err != nil || group != c.PID() {
		t.Errorf("process group %d of server %d: %v", group, c.PID(), err)
	}
}

func TestLockedAndAttach(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	if _, err := Attach(dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Attach to an empty folder: %v", err)
	}
	if _, err := Attach(filepath.Join(dir, "none")); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Attach to no folder: %v", err)
	}
	owner, server := startOwner(t, dir)
	_, err := Start(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrLocked) {
		t.Fatalf("Start on the folder of another process: %v", err)
	}
	wantError(t, err, dir, strconv.Itoa(owner.Process.Pid))

	url, err := Attach(dir)
	if err != nil {
		t.Fatal(err)
	}
	var n string
	if err := query(url, "SELECT n FROM t", &n); err != nil || n != "42" {
		t.Errorf("attached, got %q: %v", n, err)
	}

	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	owner.Wait()
	c := start(t, dir) // the server may still be there
	want(t, c, "SELECT n FROM t", "42")
	if c.PID() == server {
		t.Errorf("the server of the killed owner, process %d, is in use", server)
	}
	if isPostmaster(server, c.dir.data()) {
		t.Errorf("the server of the killed owner, process %d, is still there", server)
	}
	if _, err := Start(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrLocked) {
		t.Errorf("second Start in one process: %v", err)
	} else {
		wantError(t, err, strconv.Itoa(os.Getpid()))
	}
	stop(t, c)
	if _, err := Attach(dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Attach to a stopped cluster: %v", err)
	}
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	c := start(t, filepath.Join(testDir(t), strings.Repeat("long", 25)))
	sockets := c.dir.sockets()
	if strings.HasPrefix(sockets, string(c.dir)) {
		t.Errorf("socket in %s", sockets)
	}
	want(t, c, "SELECT 1", "1")
	stop(t, c)
	if _, err := os.Stat(sockets); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is there after Stop: %v", sockets, err)
	}
	if err := os.Symlink("/", sockets); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(sockets)
	_, err := Start(t.Context(), Options{Dir: string(c.dir)})
	wantError(t, err, sockets, "remove it")
}

func TestStartErrors(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	_, err := Start(t.Context(), Options{})
	wantError(t, err, "no folder")

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Dir: file})
	wantError(t, err, file)

	foreign := filepath.Join(dir, "foreign")
	if err := os.MkdirAll(filepath.Join(foreign, "postgres", "photos"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Dir: foreign})
	wantError(t, err, foreign, "move them away")

	old := filepath.Join(dir, "old")
	if err := os.MkdirAll(filepath.Join(old, "postgres"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "postgres", "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Dir: old})
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Version != 99 {
		t.Errorf("a database of PostgreSQL 99: %v", err)
	}

	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = Start(over, Options{Dir: filepath.Join(dir, "over")}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}

	_, err = Start(t.Context(), Options{Dir: filepath.Join(dir, "bad"), Throwaway: true,
		Settings: map[string]string{"shared_buffers": "much"}})
	wantError(t, err, "postgres ended", `invalid value for parameter "shared_buffers"`)
	start(t, filepath.Join(dir, "bad")) // nothing is held, and the database is good
}

func TestClosedFolder(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(testDir(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "db")
	if os.Geteuid() == 0 { // PostgreSQL's user cannot get in
		_, err := Start(t.Context(), Options{Dir: dir})
		wantError(t, err, "chmod o+x "+closed)
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was made: %v", dir, err)
		}
		return
	}
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(closed, 0o700)
	_, err := Start(t.Context(), Options{Dir: dir})
	wantError(t, err, dir, "permission denied")
}
