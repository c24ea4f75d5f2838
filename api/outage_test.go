package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"planatlas/layers/store"
	"planatlas/layers/store/cluster"
	"planatlas/layers/store/storetest"

	"github.com/jackc/pgx/v5"
)

// lock keeps a table from everybody until the test ends or the returned function
// is called.
func lock(t *testing.T, database, table string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	release = func() { _ = conn.Close(context.Background()) }
	t.Cleanup(release)
	if _, err := conn.Exec(t.Context(), "begin; lock table "+table+" in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	return release
}

// TestNoLayerIsClearWhenItWasNotChecked breaks one layer after the other. The
// check must say so, whatever the others hold.
func TestNoLayerIsClearWhenItWasNotChecked(t *testing.T) {
	for name, breakLayer := range map[string]func(t *testing.T, database, table string){
		"locked":  func(t *testing.T, database, table string) { lock(t, database, table) },
		"dropped": func(t *testing.T, database, table string) { storetest.Exec(t, database, "drop table "+table) },
		"renamed": func(t *testing.T, database, table string) {
			storetest.Exec(t, database, "alter table "+table+" rename to gone")
		},
		"without its accuracy": func(t *testing.T, database, table string) {
			storetest.Exec(t, database, "alter table "+table+" drop column accuracy_m cascade")
		},
	} {
		for _, layer := range []string{"development_zones", "reference"} {
			t.Run(name+" "+layer, func(t *testing.T) {
				s := serveOn(t, storetest.URL(t), store.Options{LayerTimeout: time.Second}, nil)
				before := read[checkDoc](t, s.post(t, siteAround(113.60, 37.86, 0.01)), http.StatusCreated)
				breakLayer(t, s.database, "layers."+layer)
				a := s.post(t, siteAround(113.60, 37.86, 0.01))
				doc := read[checkDoc](t, a, http.StatusCreated)
				if doc.Verdict == "clear" || doc.Verdict == "advisory" || doc.outcomes()[layer] != "not_checked" {
					t.Errorf("verdict %s, layers %v", doc.Verdict, doc.outcomes())
				}
				for id, outcome := range doc.outcomes() {
					if id != layer && outcome != before.outcomes()[id] {
						t.Errorf("%s: %s beside the broken layer, %s before", id, outcome, before.outcomes()[id])
					}
				}
				if text := string(a.body); strings.Contains(text, "SQLSTATE") || strings.Contains(text, "relation") && strings.Contains(text, "does not exist") {
					t.Errorf("the answer holds the database's words: %s", text)
				}
				if !strings.Contains(s.log.String(), "a layer was not checked") {
					t.Error("the log does not say why")
				}
			})
		}
	}
}

func TestItemsOfABrokenLayer(t *testing.T) {
	s := serveOn(t, storetest.URL(t), store.Options{StatementTimeout: 500 * time.Millisecond}, nil)
	const items = "/collections/reference/items"
	release := lock(t, s.database, "layers.reference")
	for _, path := range []string{items, items + "/yangquan"} {
		a := s.get(t, path)
		p := wantProblem(t, a, http.StatusServiceUnavailable)
		if a.Header.Get("Retry-After") == "" || strings.Contains(p.Detail, "SQLSTATE") {
			t.Errorf("%s: Retry-After %q, detail %q", path, a.Header.Get("Retry-After"), p.Detail)
		}
	}
	release()
	read[featureCollection](t, s.get(t, items), http.StatusOK)
	storetest.Exec(t, s.database, "drop table layers.reference")
	p := wantProblem(t, s.get(t, items), http.StatusInternalServerError)
	if strings.Contains(p.Detail, "layers") || strings.Contains(p.Detail, "relation") {
		t.Errorf("detail %q", p.Detail)
	}
	if !strings.Contains(s.log.String(), `relation \"layers.reference\" does not exist`) {
		t.Error("the log does not say what happened")
	}
}

// TestArchiveThatRefuses: a check that cannot be kept is not given out.
func TestArchiveThatRefuses(t *testing.T) {
	s := serve(t)
	storetest.Exec(t, s.database, "alter table planatlas.site_check add check (software = 'x') not valid")
	p := wantProblem(t, s.post(t, siteAround(113.6, 37.86, 0.01)), http.StatusConflict)
	if strings.Contains(p.Detail, "constraint") || strings.Contains(p.Detail, "SQLSTATE") {
		t.Errorf("detail %q", p.Detail)
	}
}

// ownCluster is a database server that the test may stop.
func ownCluster(t *testing.T) *cluster.Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "planatlas-outage")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server's account must get in
		t.Fatal(err)
	}
	return startCluster(t, dir+"/database")
}

func startCluster(t *testing.T, dir string) *cluster.Cluster {
	t.Helper()
	c, err := cluster.Start(t.Context(), cluster.Options{Dir: dir, Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}

// TestDatabaseThatStops stops the server while an answer is on its way, and asks
// on: nothing is clear, nothing ends well-formed, and when the server is back all
// is as before.
func TestDatabaseThatStops(t *testing.T) {
	c := ownCluster(t)
	db := storetest.Open(t, c.URL())
	if _, _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Replace(t.Context(), storetest.Yangquan(t), false); err != nil {
		t.Fatal(err)
	}
	storetest.Exec(t, c.URL(), `insert into layers.reference (id, name_zh, name_en, status, geometry_source, plan_quote)
		select 'x' || i, '名', 'name', 'existing', 'not located', repeat('阳泉', 1500) from generate_series(1, 9000) i`)
	s := serveOn(t, c.URL(), store.Options{}, nil)

	resp, err := http.DefaultTransport.RoundTrip(s.request(t, http.MethodGet, fatPage, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.CopyN(io.Discard, resp.Body, 1000); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(resp.Body); err == nil || strings.Contains(string(rest), "numberReturned") {
		t.Errorf("%d bytes more, and the answer seems whole: %v", len(rest), err)
	}
	for _, path := range []string{"/collections", "/collections/reference", "/collections/reference/items", "/collections/reference/items/yangquan", "/checks/x", "/readyz"} {
		a := s.get(t, path)
		p := wantProblem(t, a, http.StatusServiceUnavailable)
		if a.Header.Get("Retry-After") == "" || strings.Contains(fmt.Sprint(p), "socket") || strings.Contains(fmt.Sprint(p), "postgres") {
			t.Errorf("%s: %+v, Retry-After %q", path, p, a.Header.Get("Retry-After"))
		}
	}
	wantProblem(t, s.post(t, siteAround(113.6, 37.86, 0.01)), http.StatusServiceUnavailable)
	for _, path := range []string{"/", "/conformance", "/api", "/healthz"} {
		if a := s.get(t, path); a.StatusCode != http.StatusOK {
			t.Errorf("%s needs a database: status %d", path, a.StatusCode)
		}
	}
}
