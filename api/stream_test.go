package api_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"planatlas/api"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// faulty is the real store, but Items goes wrong behind the first rows.
type faulty struct {
	api.Reader
	rows int
	fail func() error
}

func (f faulty) Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error) {
	left := f.rows
	return f.Reader.Items(ctx, l, q, sinkFunc(func(r layers.Row) error {
		if left--; left < 0 {
			return f.fail()
		}
		return sink.Row(r)
	}))
}

type sinkFunc func(layers.Row) error

func (f sinkFunc) Row(r layers.Row) error { return f(r) }

// fat makes the layer so large that its page is sent in parts.
func fat(t *testing.T) string {
	t.Helper()
	database := storetest.URL(t)
	storetest.Exec(t, database, `insert into layers.reference (id, entity, name_zh, name_en, status, geometry_source, legal_effect, accuracy_m, geom, plan_quote)
		select 'x' || lpad(i::text, 5, '0'), 'x', '名', 'name', 'existing', 'test', 'indicative', 1, st_point(113.5, 37.9, 4490), repeat('阳泉', 200)
		from generate_series(1, 9000) i`)
	return database
}

const fatPage = "/collections/reference/items?limit=10000"

func TestFailureOfAStream(t *testing.T) {
	database := fat(t)
	broken := errors.New("secret words of the database")
	for _, tc := range []struct {
		name   string
		rows   int
		fail   func() error
		status int // 0: the answer had begun and the connection must break
	}{
		{"early error", 0, func() error { return broken }, http.StatusInternalServerError},
		{"early outage", 5, func() error { return errors.Join(layers.ErrUnavailable, broken) }, http.StatusServiceUnavailable},
		{"error behind 20 kB", 40, func() error { return broken }, http.StatusInternalServerError},
		{"early panic", 5, func() error { panic("secret words of the database") }, http.StatusInternalServerError},
		{"late error", 500, func() error { return broken }, 0},
		{"late outage", 500, func() error { return layers.ErrUnavailable }, 0},
		{"late panic", 500, func() error { panic("secret words of the database") }, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := serveOn(t, database, store.Options{}, func(o *api.Options) { o.Reader = faulty{o.Reader, tc.rows, tc.fail} })
			if tc.status == 0 {
				s.wantBrokenConnection(t, fatPage)
			} else {
				a := s.get(t, fatPage)
				p := wantProblem(t, a, tc.status)
				if strings.Contains(string(a.body), "secret") || strings.Contains(string(a.body), ".go:") || a.Header.Get("Content-Crs") != "" {
					t.Errorf("the answer tells too much: %s, %v", a.body, a.Header)
				}
				if id := strings.TrimPrefix(p.Instance, "urn:request:"); !strings.Contains(s.log.String(), id) {
					t.Errorf("the log does not know %s", id)
				}
			}
			log := s.log.String()
			if strings.Contains(tc.name, "panic") && (!strings.Contains(log, "stream_test.go") || !strings.Contains(log, "secret words")) {
				t.Errorf("the log has no stack: %s", log)
			}
			if !strings.Contains(log, `"level":"ERROR"`) {
				t.Errorf("the log does not complain: %s", log)
			}
			if a := s.get(t, "/healthz"); a.StatusCode != http.StatusOK {
				t.Errorf("the service does not go on: %d", a.StatusCode)
			}
		})
	}
}

// wantBrokenConnection holds that a client notices that it got a part only.
func (s *service) wantBrokenConnection(t *testing.T, path string) {
	t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(s.request(t, http.MethodGet, path, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil || strings.Contains(string(body), "numberReturned") {
		t.Errorf("the client takes %d bytes for the whole: %v", len(body), err)
	}
}

func TestPanicBesideTheStream(t *testing.T) {
	s := serveOn(t, storetest.URL(t), store.Options{}, func(o *api.Options) { o.Reader = nil })
	p := wantProblem(t, s.get(t, "/collections/reference"), http.StatusInternalServerError)
	if strings.Contains(p.Detail, "nil pointer") || !strings.Contains(s.log.String(), "nil pointer") {
		t.Errorf("detail %q, log %s", p.Detail, s.log)
	}
}

// TestClientsThatGoAway hangs up in the middle of a long answer, many more times
// than the store has connections, and then expects service as before.
func TestClientsThatGoAway(t *testing.T) {
	database := fat(t)
	s := serveOn(t, database, store.Options{MaxConns: 3}, nil)
	want := len(s.get(t, fatPage).body)
	for range 200 {
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET "+fatPage+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil { // the answer has begun
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(s.get(t, fatPage).body); got != want {
		t.Errorf("after the hang-ups a page has %d bytes, before %d", got, want)
	}
	s.Close() // returns when all handlers have
	if log := s.log.String(); strings.Count(log, `"status":499`) != 200 || strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("%d requests ended with 499: %.2000s", strings.Count(log, `"status":499`), log)
	}
	var busy int
	storetest.QueryRow(t, database, `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
		and state = 'active' and application_name = 'planatlas'`, &busy)
	if busy != 0 {
		t.Errorf("%d queries go on for clients that left", busy)
	}
}

// deadlines is a writer that notes until when it may be written to.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.set = append(d.set, at)
	return nil
}

func TestSlowReadersAreBounded(t *testing.T) {
	served := make(chan *deadlines, 1)
	s := serve(t)
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		w := &deadlines{ResponseWriter: rw}
		inner.ServeHTTP(w, req)
		served <- w
	})
	s.get(t, "/collections/reference/items")
	if w := <-served; len(w.set) != 2 || w.set[0].IsZero() || !w.set[1].IsZero() {
		t.Errorf("write deadlines %v, want one that is lifted at the end", w.set)
	}
}
