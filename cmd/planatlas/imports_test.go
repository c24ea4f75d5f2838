package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// pkg is a package of the module, without its tests.
type pkg struct {
	ImportPath string
	Imports    []string // what its files name
	Deps       []string // and all that these need in turn
}

// in tells whether the package is one of those or below one of them.
func (p pkg) in(paths ...string) bool {
	return slices.ContainsFunc(paths, func(s string) bool {
		s = "planatlas/" + s
		return p.ImportPath == s || strings.HasPrefix(p.ImportPath, s+"/")
	})
}

// is tells whether the package is exactly one of those.
func (p pkg) is(paths ...string) bool {
	return slices.Contains(paths, strings.TrimPrefix(p.ImportPath, "planatlas/"))
}

func imports(list []string, path string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return s == path || strings.HasPrefix(s, path+"/") })
}

func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}

// TestImportsPointDown holds the layers of the architecture: only the store
// speaks SQL, only the API and the command speak HTTP, and nothing imports what
// stands on it.
func TestImportsPointDown(t *testing.T) {
	const pgx, http = "github.com/jackc/pgx", "net/http"
	for _, p := range packages(t) {
		never := func(list []string, path, why string) {
			if imports(list, path) {
				t.Errorf("%s imports %s: %s", strings.TrimPrefix(p.ImportPath, "planatlas/"), path, why)
			}
		}
		if !p.in("layers/store", "geo/postgis") {
			never(p.Imports, pgx, "only layers/store and geo/postgis may")
		}
		if !p.in("api", "cmd") {
			never(p.Imports, http, "only api and cmd may")
		}
		if p.is("layers/store") && !imports(p.Imports, pgx) {
			t.Errorf("layers/store does not import %s: the test looks for the wrong name", pgx)
		}
		if p.is("layers", "layers/cql", "layers/check", "geo", "geo/crs", "geo/read", "geo/write") {
			never(p.Deps, pgx, "it is pure, and so is all it stands on")
			never(p.Deps, http, "it is pure, and so is all it stands on")
		}
		if p.in("geo") {
			never(p.Deps, "planatlas/layers", "geo knows no layers")
		}
		if p.in("layers") {
			never(p.Deps, "planatlas/api", "layers know no API")
		}
		if p.in("api") {
			never(p.Imports, "planatlas/layers/store", "the API reads through its own interface")
		}
		never(p.Imports, "planatlas/cmd", "nothing stands on cmd")
	}
}
