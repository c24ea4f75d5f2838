// Package storetest gives tests a real PostGIS: one private cluster for each
// run of go test, shared by all its test programs, and a database of its own for
// each test.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"planatlas/data"
	"planatlas/layers"
	"planatlas/layers/ingest"
	"planatlas/layers/store"
	"planatlas/layers/store/cluster"

	"github.com/jackc/pgx/v5"
)

// New returns a store on a database that holds Yangquan.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, URL(t))
}

// Open opens a store that the test's end closes.
func Open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// URL returns the address of a database that holds Yangquan.
func URL(t testing.TB) string {
	t.Helper()
	return database(t, "template "+template(t))
}

// EmptyURL returns the address of a database that holds nothing, not even
// PostGIS.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return database(t, "template template0")
}

// Layer returns a layer of the store's catalogue.
func Layer(t testing.TB, s *store.Store, id string) *layers.Layer {
	t.Helper()
	catalog, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, err := catalog.Layer(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Exec runs SQL as a client of its own, as psql would.
func Exec(t testing.TB, url, sql string, args ...any) {
	t.Helper()
	conn := connect(t, url)
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// QueryRow reads one row as a client of its own.
func QueryRow(t testing.TB, url, sql string, into ...any) {
	t.Helper()
	conn := connect(t, url)
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), sql).Scan(into...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func database(t testing.TB, from string) string {
	t.Helper()
	admin := server(t)
	name := "t_" + strings.ToLower(rand.Text()[:12])
	Exec(t, admin, "create database "+name+" "+from)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), admin)
		if err != nil {
			return // the test stopped the cluster
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	return strings.Replace(admin, "/planatlas?", "/"+name+"?", 1)
}

// template makes the database from which the others are copied, once per run.
func template(t testing.TB) string {
	t.Helper()
	const name = "yangquan_template"
	admin := server(t)
	conn := connect(t, admin)
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "select pg_advisory_lock(hashtext('storetest'))"); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := conn.QueryRow(t.Context(), "select exists (select from pg_database where datname = $1)", name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there {
		return name
	}
	for _, sql := range []string{"drop database if exists unfinished_template", "create database unfinished_template"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, strings.Replace(admin, "/planatlas?", "/unfinished_template?", 1))
	if _, err := conn.Exec(t.Context(), "alter database unfinished_template rename to "+name); err != nil {
		t.Fatal(err)
	}
	return name
}

func fill(t testing.TB, url string) {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Replace(t.Context(), Yangquan(t), false); err != nil {
		t.Fatal(err)
	}
}

// Yangquan reads the embedded data folder and rules.
func Yangquan(t testing.TB) layers.Load {
	t.Helper()
	folder, err := data.Yangquan()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := data.Rules()
	if err != nil {
		t.Fatal(err)
	}
	load, err := ingest.Folder(folder, rules)
	if err != nil {
		t.Fatal(err)
	}
	return load
}

// server returns the address of the run's cluster. The first test program to
// need it starts it; it ends when the run, our parent process, does.
func server(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("planatlas-test-%d", os.Getppid()))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		url, err := cluster.Attach(dir)
		if errors.Is(err, cluster.ErrNotRunning) {
			url, err = start(dir)
		}
		if err == nil {
			err = ready(url)
		}
		if err == nil {
			return url
		}
		var missing *cluster.MissingError
		if errors.As(err, &missing) || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func start(dir string) (string, error) {
	c, err := cluster.Start(context.Background(), cluster.Options{Dir: dir, Throwaway: true, Outlive: true,
		Settings: map[string]string{"max_connections": "200"}})
	if err != nil {
		return "", err
	}
	script := fmt.Sprintf(`while kill -0 %d 2>/dev/null; do sleep 0.3; done
kill -INT %d; while kill -0 %d 2>/dev/null; do sleep 0.1; done; rm -rf '%s'`, os.Getppid(), c.PID(), c.PID(), dir)
	reaper := exec.Command("/bin/sh", "-c", script)
	reaper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := reaper.Start(); err != nil {
		return "", errors.Join(err, c.Stop(context.Background()))
	}
	return c.URL(), nil
}

func ready(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}
