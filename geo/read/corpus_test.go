package read_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/wkt"

	"planatlas/geo/read"
)

var update = flag.Bool("update", false, "write the expected readings of the corpus anew")

// corpus calls f with the bytes of every file of a corpus directory and compares
// what it returns with the file's .want. It tells whether reading must succeed.
func corpus(t *testing.T, dir string, f func(t *testing.T, data []byte, ok bool) string) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", dir, "*", "*.geojson"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files in the corpus, %v", len(files), err)
	}
	for _, file := range files {
		kind := filepath.Base(filepath.Dir(file))
		t.Run(kind+"/"+strings.TrimSuffix(filepath.Base(file), ".geojson"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := f(t, data, kind != "broken")
			golden := strings.TrimSuffix(file, ".geojson") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// kindOf names the kind of a reading error, which there must be one of.
func kindOf(t *testing.T, err error) string {
	t.Helper()
	var e *read.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *read.Error: %v", err, err)
	}
	if e.Want == "" || strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("no helpful sentence: %q", err)
	}
	for _, kind := range []error{read.ErrSyntax, read.ErrGeometry, read.ErrTooLarge} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	t.Fatalf("error of no kind: %v", err)
	return ""
}

func TestSiteCorpus(t *testing.T) {
	corpus(t, "site", func(t *testing.T, data []byte, ok bool) string {
		r, err := read.Sites(t.Context(), data, read.Options{})
		if (err == nil) != ok {
			t.Errorf("error %v", err)
		}
		if err != nil {
			return fmt.Sprintf("%s: %v\n", kindOf(t, err), err)
		}
		site := r.Site(data)
		if !bytes.Equal(site.Bytes, data) || site.Shape.SRID != 4490 || site.Format != "geojson" {
			t.Errorf("bytes, srid %v or format %q", site.Shape.SRID, site.Format)
		}
		out := fmt.Sprintf("name %q, crs %s, sha256 %s\n%s\n", site.Name, site.CRS, site.SHA256, wkt.MarshalString(site.Shape.Geom))
		for _, n := range site.Notices {
			out += fmt.Sprintf("%s: %s | %s\n", n.Code, n.ZH, n.EN)
		}
		return out
	})
}

func TestFeaturesCorpus(t *testing.T) {
	corpus(t, "features", func(t *testing.T, data []byte, ok bool) string {
		var out strings.Builder
		failed := false
		for f, err := range read.Features(bytes.NewReader(data), read.Limits{}) {
			if failed {
				t.Error("the sequence goes on after an error")
			}
			if err != nil {
				failed = true
				if !strings.HasPrefix(err.Error(), "at file line ") {
					t.Errorf("no line: %v", err)
				}
				fmt.Fprintf(&out, "%s: %v\n", kindOf(t, err), err)
				continue
			}
			fmt.Fprintf(&out, "line %d id %q", f.Line, f.ID)
			names := make([]string, 0, len(f.Properties))
			for name, raw := range f.Properties {
				names = append(names, fmt.Sprintf(" %s=%s", name, raw))
			}
			slices.Sort(names)
			out.WriteString(strings.Join(names, ""))
			if f.Shape == nil {
				out.WriteString(" null\n")
			} else {
				fmt.Fprintf(&out, " %d %s\n", f.Shape.SRID, wkt.MarshalString(f.Shape.Geom))
			}
		}
		if failed == ok {
			t.Errorf("failed %v", failed)
		}
		return out.String()
	})
}
