package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// installation writes programs that answer as PostgreSQL's do.
func installation(t *testing.T, bin string, version int, postgis bool) {
	t.Helper()
	share := filepath.Join(bin, "share")
	if err := os.MkdirAll(filepath.Join(share, "extension"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"postgres":  fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %d.1 (Ours)'\n", version),
		"initdb":    "#!/bin/sh\n",
		"pg_config": "#!/bin/sh\necho " + share + "\n",
	}
	if postgis {
		files["share/extension/postgis.control"] = ""
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	p, err := Find("")
	if err != nil {
		t.Fatal(err)
	}
	if p.Version < minVersion || !p.PostGIS {
		t.Errorf("found %+v", p)
	}
	if again, err := Find(p.Bin); err != nil || again != p {
		t.Errorf("in %s found %+v, want %+v: %v", p.Bin, again, p, err)
	}
}

func TestFindOrder(t *testing.T) {
	t.Parallel()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := finder{goos: "linux", root: root, path: "relative" + string(filepath.ListSeparator) + root + "/opt/bin"}
	installation(t, root+"/usr/lib/postgresql/14/bin", 14, true)
	installation(t, root+"/usr/lib/postgresql/16/bin", 16, true)
	installation(t, root+"/usr/pgsql-17/bin", 17, true)
	installation(t, root+"/usr/bin", 18, false)
	installation(t, root+"/cellar/15/bin", 15, true)
	if err := os.MkdirAll(root+"/opt/bin", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(root+"/cellar/15/bin/postgres", root+"/opt/bin/postgres"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		binDir  string
		version int
		bin     string
		missing string
	}{
		{"", 0, "/usr/pgsql-17/bin", ""},
		{"", 16, "/usr/lib/postgresql/16/bin", ""},
		{"", 15, "/cellar/15/bin", ""},
		{"", 18, "/usr/bin", "PostGIS for PostgreSQL 18"},
		{"", 14, "", "PostgreSQL 14 is not"},
		{"", 19, "", "PostgreSQL 19 is not"},
		{"/usr/bin", 0, "/usr/bin", "PostGIS for PostgreSQL 18"},
		{"/usr/lib/postgresql/14/bin", 0, "", "PostgreSQL 15 or newer is not"},
		{"/usr/lib/postgresql/16/bin", 17, "", "PostgreSQL 17 is not"},
		{"/none", 0, "", "PostgreSQL 15 or newer is not"},
	} {
		binDir := test.binDir
		if binDir != "" {
			binDir = root + binDir
		}
		p, err := f.find(binDir, test.version)
		if got := strings.TrimPrefix(p.Bin, root); got != test.bin {
			t.Errorf("find(%q, %d) in %q, want %q", test.binDir, test.version, got, test.bin)
		}
		if test.missing != "" {
			wantError(t, err, test.missing)
		} else if err != nil {
			t.Errorf("find(%q, %d): %v", test.binDir, test.version, err)
		}
	}
}

func TestFindBroken(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	installation(t, bin, 16, true)
	for name, script := range map[string]string{
		"cannot load libpq": "#!/bin/sh\necho cannot load libpq >&2\nexit 1\n",
		"something else":    "#!/bin/sh\necho something else\n",
	} {
		if err := os.WriteFile(filepath.Join(bin, "postgres"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		_, err := Find(bin)
		wantError(t, err, name, bin)
	}
}

func TestMissingError(t *testing.T) {
	t.Parallel()
	const debian, ubuntu, fedora = "ID=debian\nVERSION_ID=\"12\"\n", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n", "ID=fedora\nVERSION_ID=43\n"
	for name, test := range map[string]struct {
		goos, release string
		bin           string // without PostGIS; of version 17
		want          []string
	}{
		"debian":        {"linux", debian, "", []string{"PostgreSQL 15 or newer is not installed", "sudo apt-get install postgresql-15 postgresql-15-postgis-3"}},
		"ubuntu":        {"linux", ubuntu, "", []string{"sudo apt-get install postgresql-16 postgresql-16-postgis-3"}},
		"mint":          {"linux", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "", []string{"sudo apt-get install postgresql postgresql-postgis"}},
		"debian half":   {"linux", debian, "/usr/lib/postgresql/17/bin", []string{"PostGIS for PostgreSQL 17 is not installed", "sudo apt-get install postgresql-17 postgresql-17-postgis-3"}},
		"fedora":        {"linux", fedora, "", []string{"sudo dnf install postgresql-server postgis"}},
		"fedora half":   {"linux", fedora, "/usr/bin", []string{"PostGIS for PostgreSQL 17", "sudo dnf install postgresql-server postgis"}},
		"rhel upstream": {"linux", "ID=rocky\nID_LIKE=\"rhel centos fedora\"\n", "/usr/pgsql-17/bin", []string{"sudo dnf install postgresql17-server 'postgis3?_17'"}},
		"macos":         {"darwin", "", "", []string{"brew install postgresql@17 postgis"}},
		"macos half":    {"darwin", "", "/opt/homebrew/opt/postgresql@17/bin", []string{"PostGIS for PostgreSQL 17", "brew install postgresql@17 postgis"}},
		"other":         {"linux", "", "", []string{"sudo apt-get install postgresql postgresql-postgis (Debian, Ubuntu)", "sudo dnf install postgresql-server postgis (Fedora)", "brew install postgresql@17 postgis (macOS)"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := finder{goos: test.goos, root: t.TempDir()}
			if err := os.MkdirAll(f.root+"/etc", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f.root+"/etc/os-release", []byte(test.release), 0o600); err != nil {
				t.Fatal(err)
			}
			if test.bin != "" {
				installation(t, f.root+test.bin, 17, false)
			}
			_, err := f.find("", 0)
			var missing *MissingError
			if !errors.As(err, &missing) {
				t.Fatalf("error %v", err)
			}
			wantError(t, err, test.want...)
		})
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	got := environment([]string{"PATH=/bin", "PGDATA=/x", "LC_ALL=zh_CN.UTF-8", "PLANATLAS_TOKEN=secret", "PROJ_LIB=/p", "GDAL_DATA=/g", "TZ=Asia/Shanghai"})
	if want := []string{"LC_ALL=C", "PATH=/bin", "PROJ_LIB=/p", "GDAL_DATA=/g"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
