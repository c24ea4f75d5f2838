package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// minVersion is the oldest major version of PostgreSQL that planatlas runs on.
const minVersion = 15

// Programs are the PostgreSQL programs of one installation.
type Programs struct {
	Bin     string // folder with postgres and initdb
	Version int    // major version, e.g. 15
	PostGIS bool   // the extension postgis is installed for it
}

// Find looks for PostgreSQL 15 or newer with PostGIS: in binDir alone when that
// is given, else where Debian, Fedora, Homebrew and Postgres.app put it and in
// PATH. Of several, it takes one with PostGIS before one without, then the
// newest. When there is none, or none with PostGIS, the error is a
// [*MissingError]; the best installation found is returned with it.
func Find(binDir string) (Programs, error) { return here().find(binDir, 0) }

// finder looks for programs on one machine.
type finder struct {
	goos string // as runtime.GOOS
	root string // put before absolute folders; empty but in tests
	path string // as the variable PATH
}

// here is the finder for this machine.
func here() finder { return finder{goos: runtime.GOOS, path: os.Getenv("PATH")} }

// find is Find for a cluster that was made by a version; 0 for a new one.
func (f finder) find(binDir string, version int) (Programs, error) {
	dirs := []string{binDir}
	if binDir == "" {
		dirs = f.candidates()
	}
	var all []Programs
	var errs []error
	for _, dir := range dirs {
		p, err := inspect(dir)
		if err != nil {
			if binDir != "" || !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
			continue
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b Programs) int {
		if a.PostGIS != b.PostGIS {
			if a.PostGIS {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Version, a.Version)
	})
	for _, p := range all {
		if p.Version < minVersion || version > 0 && p.Version != version {
			continue
		}
		if !p.PostGIS {
			return p, f.missing("PostGIS", p.Version, all, dirs, errs)
		}
		return p, nil
	}
	return Programs{}, f.missing("PostgreSQL", version, all, dirs, errs)
}

// missing makes the error for what was not found among all.
func (f finder) missing(what string, version int, all []Programs, dirs []string, errs []error) *MissingError {
	found := "looked in " + strings.Join(dirs, ", ")
	if len(all) > 0 {
		var have []string
		for _, p := range all {
			have = append(have, fmt.Sprintf("PostgreSQL %d in %s", p.Version, p.Bin))
		}
		found = "found " + strings.Join(have, ", ")
	} else if len(dirs) == 0 {
		found = "found none in the usual folders and in PATH"
	}
	bin := ""
	if len(all) > 0 {
		bin = all[0].Bin
	}
	return &MissingError{What: what, Version: version, Found: found, Err: errors.Join(errs...),
		Install: f.installCommand(version, bin)}
}

// candidates are the folders on this machine that hold a program postgres.
func (f finder) candidates() []string {
	patterns := []string{
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
		"/usr/pgsql-*/bin",          // Fedora and relatives, packages of the PostgreSQL project
		"/usr/bin",                  // Fedora
		"/usr/local/bin",
	}
	if f.goos == "darwin" {
		patterns = []string{
			"/opt/homebrew/opt/postgresql@*/bin",
			"/usr/local/opt/postgresql@*/bin",
			"/Applications/Postgres.app/Contents/Versions/*/bin",
		}
	}
	var dirs []string
	add := func(dir string) {
		if program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			if dir = filepath.Dir(program); !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	for _, pattern := range patterns {
		matches, err := filepath.Glob(f.root + pattern)
		if err != nil { // the patterns are ours and well formed
			continue
		}
		for _, dir := range matches {
			add(dir)
		}
	}
	for _, dir := range filepath.SplitList(f.path) {
		if filepath.IsAbs(dir) {
			add(dir)
		}
	}
	return dirs
}

// inspect asks the programs in a folder what they are.
func inspect(bin string) (Programs, error) {
	for _, name := range []string{"postgres", "initdb"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return Programs{}, fmt.Errorf("look for the program %s: %w", name, err)
		}
	}
	said, err := ask(filepath.Join(bin, "postgres"), "-V")
	if err != nil {
		return Programs{}, err
	}
	m := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindStringSubmatch(said)
	if m == nil {
		return Programs{}, fmt.Errorf("read the version of %s/postgres: it said %q", bin, said)
	}
	version, err := strconv.Atoi(m[1])
	if err != nil {
		return Programs{}, fmt.Errorf("read the version of %s/postgres: %w", bin, err)
	}
	return Programs{Bin: bin, Version: version, PostGIS: hasPostGIS(bin, version)}, nil
}

// hasPostGIS looks for the extension's control file, where pg_config says that
// extensions are, or in the places known when there is no pg_config.
func hasPostGIS(bin string, version int) bool {
	v := strconv.Itoa(version)
	shares := []string{
		filepath.Join(bin, "../../../../share/postgresql", v), // Debian
		filepath.Join(bin, "../share/postgresql@"+v),          // Homebrew
		filepath.Join(bin, "../share/postgresql"),             // Postgres.app
		filepath.Join(bin, "../share/pgsql"),                  // Fedora
		filepath.Join(bin, "../share"),
	}
	if said, err := ask(filepath.Join(bin, "pg_config"), "--sharedir"); err == nil {
		shares = []string{said}
	}
	return slices.ContainsFunc(shares, func(share string) bool {
		_, err := os.Stat(filepath.Join(share, "extension", "postgis.control"))
		return err == nil
	})
}

// ask runs a program that answers at once and gives its output, trimmed.
func ask(program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		return "", &exitError{program: program, err: err, output: lastLines(string(out), 5)}
	}
	return strings.TrimSpace(string(out)), nil
}
