package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"testing"

	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/cluster"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

func asInput(err error, into **layers.InputError) bool { return errors.As(err, into) }

// otherCluster starts a second PostgreSQL and returns its address.
func otherCluster(t *testing.T) (c *cluster.Cluster, restart func() *cluster.Cluster) {
	t.Helper()
	dir, err := os.MkdirTemp("", "pa")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	start := func() *cluster.Cluster {
		c, err := cluster.Start(t.Context(), cluster.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c = start()
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return c, func() *cluster.Cluster {
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		c = start()
		return c
	}
}

func run1(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// repeated checks the site again, on the recorded state and on today's, which must
// all give the hash.
func repeated(t *testing.T, when string, s *store.Store, id, hash string) {
	t.Helper()
	service := checker(t, s)
	if r, err := service.Rerun(t.Context(), id); err != nil || !r.Same || r.Result != hash {
		t.Errorf("%s: recorded: same %t, %+v, %v", when, r.Same, r.Difference, err)
	}
	if r, err := service.RerunToday(t.Context(), id); err != nil || !r.Same || r.Result != hash {
		t.Errorf("%s: today: same %t, %+v, %v", when, r.Same, r.Difference, err)
	}
}

func TestTheSameResultEverywhere(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	lines := func(url string, first, second string) {
		for _, id := range []string{first, second} {
			at := map[string]float64{"a": 113.60, "b": 113.605}[id]
			redLine(t, url, id, at, 38.10, 0.02)
		}
	}
	lines(url, "a", "b")
	document := feature + square(113.595, 38.105, 0.02) + `}`
	id, b, err := checker(t, s).Run(t.Context(), geoJSON(t, document))
	if err != nil {
		t.Fatal(err)
	}
	hash := decode[check.Answer](t, b).Provenance.ResultSHA256

	load := storetest.Yangquan(t)
	i := slices.IndexFunc(load.Sets, func(set layers.FeatureSet) bool { return set.Layer.ID == "ecological_protection_red_line" })
	load.Sets[i].Features = func(yield func(layers.Feature, error) bool) { // what is there now
		for _, id := range []string{"b", "a"} {
			shape := geoJSON(t, square(map[string]float64{"a": 113.60, "b": 113.605}[id], 38.10, 0.02)).Shape
			shape.Geom = orb.MultiPolygon{shape.Geom.(orb.Polygon)}
			f := layers.Feature{ID: id, Shape: &shape, Origin: "test", Values: map[string]any{"name_zh": id, "name_en": id, "status": "existing",
				"geometry_source": "survey", "accuracy_m": 1.0, "legal_effect": "statutory"}}
			if !yield(f, nil) {
				return
			}
		}
	}
	if _, err := s.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	repeated(t, "after a reload of unchanged data", s, id, hash)

	c, restart := otherCluster(t)
	dump := t.TempDir() + "/dump"
	run1(t, "pg_dump", "--dbname="+url, "--format=custom", "--file="+dump)
	run1(t, "pg_restore", "--dbname="+c.URL(), "--no-owner", "--exit-on-error", dump)
	other, err := store.Open(t.Context(), c.URL(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	repeated(t, "on another cluster, from a dump", other, id, hash)
	other.Close()
	again := storetest.Open(t, restart().URL())
	repeated(t, "after a restart", again, id, hash)

	// A database of its own that was loaded in another order: its revisions differ.
	empty := storetest.EmptyURL(t)
	fresh := storetest.Open(t, empty)
	if _, _, err := fresh.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	load = storetest.Yangquan(t)
	slices.Reverse(load.Sets)
	slices.Reverse(load.Outlines)
	if _, err := fresh.Replace(t.Context(), load, false); err != nil {
		t.Fatal(err)
	}
	lines(empty, "b", "b")
	lines(empty, "a", "b")
	_, b, err = checker(t, fresh).Run(t.Context(), geoJSON(t, document))
	if err != nil {
		t.Fatal(err)
	}
	if a := decode[check.Answer](t, b); a.Provenance.ResultSHA256 != hash {
		t.Errorf("loaded in another order: another result")
	}
}
