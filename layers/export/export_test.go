package export_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/export"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// drawnLayers are some layers with geometries.
func drawnLayers(t *testing.T, s *store.Store) []*layers.Layer {
	t.Helper()
	c, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(c.Layers), func(l *layers.Layer) bool { return l.Geometry == "" })[:6]
}

// write exports and returns the file's bytes and the last progress.
func write(t *testing.T, s *store.Store, job export.Job) ([]byte, export.Progress) {
	t.Helper()
	var last export.Progress
	job.Report = func(p export.Progress) { last = p }
	if err := export.Run(t.Context(), s, job); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(job.File)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(job.File + ".*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	return b, last
}

func job(t *testing.T, s *store.Store, format export.Format) export.Job {
	return export.Job{Format: format, File: filepath.Join(t.TempDir(), "yangquan."+string(format)), Layers: drawnLayers(t, s), MaxZoom: 8, Software: "test"}
}

// TestArchive finds in the file what the database draws, each layer alone and all
// together, and nothing where nothing is.
func TestArchive(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	j := job(t, s, export.PMTiles)
	first, p := write(t, s, j)
	if p.Drawn < 10 || p.Done != p.All || p.Found != 0 {
		t.Errorf("got %+v", p)
	}
	a, err := export.Open(j.File)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	looked := 0
	for z := range j.MaxZoom + 1 {
		block, _ := tile.WebMercatorQuad.Covering(z, orb.Bound{Min: orb.Point{112, 37}, Max: orb.Point{115, 39}}, 0)
		for at := range block.All() {
			for _, ls := range [][]*layers.Layer{j.Layers, j.Layers[1:2], {j.Layers[2], j.Layers[0]}} {
				got, ok, err := a.Tile(ls, at)
				if err != nil || !ok {
					t.Fatal(at, ok, err)
				}
				want, err := s.Tile(t.Context(), ls, at)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%v: %d bytes, want %d", at, len(got), len(want))
				}
				if len(got) > 0 {
					looked++
				}
			}
		}
	}
	if looked < 15 {
		t.Errorf("only %d tiles hold anything", looked)
	}
	for _, at := range []tile.ID{{Set: tile.WebMercatorQuad, Z: 9}, {Set: tile.WorldCRS84Quad}} {
		if _, ok, err := a.Tile(j.Layers, at); ok || err != nil {
			t.Errorf("%v: %t, %v", at, ok, err)
		}
	}
	if second, _ := write(t, s, j); !bytes.Equal(first, second) {
		t.Error("the same data gave other bytes")
	}
}

// TestStopped goes on with exports that were stopped, of which the last bytes may be
// wrong, and comes to the same file.
func TestStopped(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, format := range []export.Format{export.PMTiles, export.MBTiles} {
		whole, p := write(t, s, job(t, s, format))
		for i, spoil := range []func(part, journal string) error{
			func(part, journal string) error { return nil },
			func(part, journal string) error { return appendTo(journal, "half a record") },
			func(part, journal string) error { return errors.Join(truncate(part, 5), appendTo(journal, "x")) },
			func(part, journal string) error { return truncate(journal, 29) },
		} {
			j := job(t, s, format)
			ctx, stop := context.WithCancel(t.Context())
			j.Report = func(now export.Progress) {
				if now.Done > p.All/2 {
					stop()
				}
			}
			if err := export.Run(ctx, s, j); !errors.Is(err, context.Canceled) {
				t.Fatalf("%s %d: got %v", format, i, err)
			}
			part := j.File + ".part"
			if err := spoil(part, part+".journal"); err != nil {
				t.Fatal(err)
			}
			again, now := write(t, s, j)
			if !bytes.Equal(whole, again) || now.Found == 0 {
				t.Errorf("%s %d: %d bytes, want %d; %d tiles were found", format, i, len(again), len(whole), now.Found)
			}
		}
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func truncate(path string, by int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()-by)
}

// TestChanged refuses to write tiles of two states of a layer, and does not go on
// with those of an older one.
func TestChanged(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	j := job(t, s, export.PMTiles)
	id := j.Layers[0].ID
	edited := false
	j.Report = func(export.Progress) {
		if !edited {
			edited = true
			storetest.Exec(t, url, "update layers."+id+" set name_en = name_en || ' new'")
		}
	}
	if err := export.Run(t.Context(), s, j); !errors.Is(err, layers.ErrConflict) || !strings.Contains(err.Error(), id) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(j.File); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was written: %v", err)
	}
	if _, p := write(t, s, j); p.Found != 0 {
		t.Errorf("%d old tiles were kept", p.Found)
	}
}

// TestTwice lets one export at a time write a file.
func TestTwice(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	j := job(t, s, export.PMTiles)
	other := j
	other.Report = func(export.Progress) {}
	tried := false
	j.Report = func(export.Progress) {
		if !tried {
			tried = true
			if err := export.Run(t.Context(), s, other); !errors.Is(err, layers.ErrConflict) {
				t.Errorf("got %v", err)
			}
		}
	}
	if err := export.Run(t.Context(), s, j); err != nil || !tried {
		t.Error(err, tried)
	}
}

// TestForeignReaders reads the files with GDAL and with the library of PMTiles.
func TestForeignReaders(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	mb, pm := job(t, s, export.MBTiles), job(t, s, export.PMTiles)
	write(t, s, mb)
	_, p := write(t, s, pm)
	run := func(program string, args ...string) string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", program, err, out)
		}
		return string(out)
	}
	info := run("ogrinfo", "-ro", "-al", "-so", mb.File)
	for _, l := range mb.Layers {
		if !strings.Contains(info, "Layer name: "+l.ID+"\n") {
			t.Errorf("GDAL does not find %s:\n%s", l.ID, info)
		}
	}
	script, err := filepath.Abs("testdata/read.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if out := run("node", script, pm.File); !strings.Contains(out, "tiles "+strconv.FormatUint(p.Drawn, 10)+"\n") || !strings.Contains(out, "layers "+strconv.Itoa(len(pm.Layers))+"\n") {
		t.Errorf("want %d tiles, got %s", p.Drawn, out)
	}
}
