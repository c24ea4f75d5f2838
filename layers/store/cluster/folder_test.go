package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDefaultDir(t *testing.T) {
	t.Parallel()
	const unset = ""
	for _, test := range []struct {
		name                 string
		planatlas, xdg, home string
		root, reachable      bool
		want                 string
	}{
		{"own variable", "/srv/pa", "/x", "/home/li", false, true, "/srv/pa"},
		{"own variable for root", "/srv/pa", "/x", "/root", true, false, "/srv/pa"},
		{"XDG", unset, "/x", "/home/li", false, true, "/x/planatlas"},
		{"XDG for root", unset, "/x", "/root", true, false, "/x/planatlas"},
		{"relative XDG", unset, "x", "/home/li", false, true, "/home/li/.local/share/planatlas"},
		{"home", unset, unset, "/home/li", false, false, "/home/li/.local/share/planatlas"},
		{"open home of root", unset, unset, "/root", true, true, "/root/.local/share/planatlas"},
		{"closed home of root", unset, unset, "/root", true, false, "/var/lib/planatlas"},
		{"root without a home", unset, unset, unset, true, true, "/var/lib/planatlas"},
		{"no home", unset, unset, unset, false, true, ""},
	} {
		env := map[string]string{"PLANATLAS_HOME": test.planatlas, "XDG_DATA_HOME": test.xdg, "HOME": test.home}
		got, err := defaultDir(func(name string) string { return env[name] }, test.root, func(string) bool { return test.reachable })
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: got %q, want %q: %v", test.name, got, test.want, err)
		}
	}
	if got, err := DefaultDir(func(string) string { return "/srv" }); got != "/srv" || err != nil {
		t.Errorf("got %q: %v", got, err)
	}
}

func TestPassable(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := account{uid: 4242, gid: 4242}
	if !stranger.passable(filepath.Join(dir, "not", "there")) {
		t.Errorf("%s is closed to a stranger", dir)
	}
	if stranger.passable(filepath.Join(closed, "not", "there")) {
		t.Errorf("%s is open to a stranger", closed)
	}
}

func ExampleDefaultDir() {
	dir, err := DefaultDir(func(name string) string {
		return map[string]string{"XDG_DATA_HOME": "/home/li/data"}[name]
	})
	fmt.Println(dir, err)
	// Output: /home/li/data/planatlas <nil>
}

func TestAddress(t *testing.T) {
	t.Parallel()
	got := address("/data/a b/阳泉", port, database)
	if want := "postgres://planatlas@/planatlas?host=%2Fdata%2Fa%20b%2F%E9%98%B3%E6%B3%89&port=5432"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRotateLog(t *testing.T) {
	t.Parallel()
	f := folder(t.TempDir())
	file, from, err := openLog(f)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := logSince(f, from); got != "" {
		t.Errorf("an empty log says %q", got)
	}
	for i := range 20 {
		fmt.Fprintln(file, "line", i)
	}
	if err := rotateLog(f, 1000); err != nil {
		t.Fatal(err)
	}
	if got := logSince(f, from); !strings.HasPrefix(got, "line 8\n") || !strings.HasSuffix(got, "\nline 19") {
		t.Errorf("the last lines are %q", got)
	}
	if err := rotateLog(f, 100); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(file, "after")
	if got := logSince(f, 150); got != "after" {
		t.Errorf("after rotation the log says %q", got)
	}
	old, err := os.ReadFile(f.log() + ".1")
	if err != nil || !strings.HasSuffix(string(old), "line 19\n") {
		t.Errorf("the old log says %q: %v", old, err)
	}
}
