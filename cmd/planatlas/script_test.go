package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"planatlas/layers/check"
	"planatlas/layers/store/storetest"

	"github.com/rogpeppe/go-internal/testscript"
)

// update renews the screenshots of the README.
var update = flag.Bool("update", false, "renew the screenshots")

// TestMain lets the scripts, and the tests of the service, run the real program:
// this test binary under the name planatlas.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"planatlas": main})
}

// TestScripts runs testdata/script/*.txtar, the command line as a planner types
// it. Besides testscript's own commands a script has
//
//	exits CODE PROGRAM ARG...   run a program that must end with that exit code
//	database empty|yangquan     use a database of the script's own
//	home                        use a private database in a folder of the script's own
//	region DIR                  make a data folder with the layers of Yangquan, complete, public, for any geometry, and without features
//	await FILE REGEXP           wait until a file has a line like that
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Values[theTest{}] = env.T()
			// A script that names neither database nor home must not find one.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			env.Setenv("PLANATLAS_HOME", filepath.Join(env.WorkDir, "neither-database-nor-home"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "database": scriptDatabase, "home": scriptHome, "region": region, "await": await,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func scriptDatabase(ts *testscript.TestScript, _ bool, args []string) {
	t := ts.Value(theTest{}).(testing.TB)
	switch args[0] {
	case "empty":
		ts.Setenv("PLANATLAS_DATABASE_URL", storetest.EmptyURL(t))
	case "yangquan":
		ts.Setenv("PLANATLAS_DATABASE_URL", storetest.URL(t))
	default:
		ts.Fatalf("database %s: want empty or yangquan", args[0])
	}
}

// theTest is the key of the script's *testing.T among its values.
type theTest struct{}

func scriptHome(ts *testscript.TestScript, _ bool, _ []string) {
	dir, err := newHome()
	ts.Check(err)
	ts.Defer(func() { ts.Check(os.RemoveAll(dir)) })
	ts.Setenv("PLANATLAS_HOME", dir)
}

// newHome makes a folder that the user of PostgreSQL can reach, with a path that
// is short enough for a socket.
func newHome() (string, error) {
	dir, err := os.MkdirTemp(os.TempDir(), "pa")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	return dir, err
}

func region(ts *testscript.TestScript, _ bool, args []string) {
	const yangquan = root + "/data/yangquan"
	dir := ts.MkAbs(args[0])
	ts.Check(os.CopyFS(dir, os.DirFS(yangquan)))
	declarations, err := filepath.Glob(filepath.Join(dir, "layers", "*.toml"))
	ts.Check(err)
	for _, file := range declarations {
		name := strings.TrimSuffix(filepath.Base(file), ".toml")
		if _, err := os.Stat(filepath.Join(dir, "features", name+".geojson")); err != nil {
			ts.Check(os.Remove(file)) // a layer that has no features of its own
			continue
		}
		text, err := os.ReadFile(file)
		ts.Check(err)
		text = regexp.MustCompile(`(?m)^complete = .*`).ReplaceAll(text, []byte("complete = true"))
		text = regexp.MustCompile(`(?m)^geometry = .*`).ReplaceAll(text, []byte(`geometry = "Geometry"`))
		text = regexp.MustCompile(`(?m)^access = .*`).ReplaceAll(text, []byte(`access = "public"`))
		ts.Check(os.WriteFile(file, text, 0o644))
	}
	features, err := filepath.Glob(filepath.Join(dir, "features", "*.geojson"))
	ts.Check(err)
	for _, file := range features {
		ts.Check(os.WriteFile(file, []byte("{\"type\":\"FeatureCollection\",\"features\":[\n]}\n"), 0o644))
	}
	wanted, err := check.ReadWanted(os.DirFS(root + "/data/rules"))
	ts.Check(err)
	for _, w := range wanted {
		declare(ts, dir, w)
	}
	// Every site lies inside the urban development boundary.
	boundary := `{"type":"Feature","id":"all","properties":{"name_zh":"城镇开发边界","name_en":"Boundary","status":"existing","entity":"all","plan_section":"6.1","plan_quote":"城镇开发边界",` +
		`"geometry_source":"test","accuracy_m":1,"legal_effect":"statutory"},"geometry":{"type":"Polygon","coordinates":[[[112,37],[115,37],[115,39],[112,39],[112,37]]]}}`
	ts.Check(os.WriteFile(filepath.Join(dir, "features", "urban_development_boundary.geojson"), []byte("{\"type\":\"FeatureCollection\",\"features\":[\n"+boundary+"\n]}\n"), 0o644))
}

// declare adds a layer that rules speak of and the folder does not have.
func declare(ts *testscript.TestScript, dir string, w check.Wanted) {
	file := filepath.Join(dir, "layers", w.ID+".toml")
	if _, err := os.Stat(file); err == nil {
		return
	}
	text := fmt.Sprintf("id = %q\ntitle = { zh = %q, en = %q }\ngeometry = \"Geometry\"\nlegal_effect = \"statutory\"\naccess = \"public\"\n"+
		"[source]\nlicence = \"none\"\nattribution = \"none\"\ndate = \"2021-01-01\"\n[coverage]\narea = \"yangquan\"\ncomplete = true\nfrom = \"2021-01-01\"\n",
		w.ID, w.Title.ZH, w.Title.EN)
	for _, p := range w.Properties {
		text += fmt.Sprintf("[[property]]\nname = %q\ntitle = { zh = %q, en = %q }\ntype = %q\n", p.Name, p.Title.ZH, p.Title.EN, p.Type)
	}
	ts.Check(os.WriteFile(file, []byte(text), 0o644))
	ts.Check(os.WriteFile(filepath.Join(dir, "features", w.ID+".geojson"), []byte("{\"type\":\"FeatureCollection\",\"features\":[\n]}\n"), 0o644))
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	file, line := ts.MkAbs(args[0]), regexp.MustCompile("(?m)"+args[1])
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(file)
		if err == nil && line.Match(text) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%s has no line like %s:\n%s", args[0], args[1], text)
		}
	}
}
