package store_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// sharedTables are tables and views that pages are asked of together: plain ones, one
// that fails for a row, one that takes longer than others would wait, and one whose
// rows are too large to be kept.
const sharedTables = `create schema city;
create table city.plain (id int primary key, name text, geom geometry(Point, 4490));
insert into city.plain select i, 'n' || i, st_setsrid(st_point(113 + i * 0.001, 38), 4490) from generate_series(1, 50) i;
create index on city.plain using gist (geom);
create table city.texts (id text primary key, n int, empty text, geom geometry(Point, 4490));
insert into city.texts select 't' || id, nullif(id, 3), case when id = 2 then '' end, geom from city.plain;
create view city.failing as select id, name, 10 / (id - 5) quotient, geom from city.plain;
create view city.slow as select id, name, (select 's' || id from pg_sleep(id * 0.5)) late, geom from city.plain where id < 3;
create view city.large as select id, repeat('x', 60000) much, geom from city.plain;`

// gate is a sink that waits at its first row.
type gate struct {
	idSink
	open <-chan struct{}
}

func (g *gate) Row(r layers.Row) error {
	<-g.open
	return g.idSink.Row(r)
}

// breaking is a sink that panics.
type breaking struct{}

func (breaking) Row(layers.Row) error { panic("sink") }

var errSink = errors.New("sink")

type failing struct{}

func (failing) Row(layers.Row) error { return errSink }

// shared asks small pages of a store whose connections for them are all in use, so
// that they wait and then go together.
type shared struct {
	*testing.T
	*store.Store
	layers map[string]*layers.Layer
}

func newShared(t *testing.T, names ...string) (shared, string) {
	t.Helper()
	url := storetest.URL(t)
	s := shared{t, storetest.Open(t, url), map[string]*layers.Layer{}}
	storetest.Exec(t, url, sharedTables)
	for _, name := range names {
		p, err := s.DescribeTable(t.Context(), "city", name, "id")
		if err != nil {
			t.Fatal(err)
		}
		s.layers[name] = p.Layer
	}
	return s, url
}

func (s shared) page(ctx context.Context, l *layers.Layer, limit int, sink layers.Sink) (layers.Page, error) {
	return s.Items(ctx, l, layers.Query{BBox: &orb.Bound{Min: orb.Point{112, 37}, Max: orb.Point{114, 39}}, Sort: layers.NearSort(), Limit: limit, Count: layers.CountCheap}, sink)
}

// busy takes all connections until the returned function is called, which waits for
// what is under way.
func (s shared) busy() (wait *sync.WaitGroup, done func()) {
	s.Helper()
	open, all := make(chan struct{}), new(sync.WaitGroup)
	release := sync.OnceFunc(func() { close(open) })
	s.Cleanup(release) // of a test that gives up
	for range store.TogetherConns {
		all.Go(func() {
			g := gate{open: open}
			if _, err := s.page(s.Context(), s.layers["plain"], 3, &g); err != nil || len(g.idSink) != 3 {
				s.Error(g.idSink, err)
			}
		})
	}
	s.until(func(free, _ int) bool { return free == 0 })
	return all, func() { release(); all.Wait() }
}

func (s shared) until(so func(free, waiting int) bool) {
	s.Helper()
	for range 10_000 {
		if so(s.Together()) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	free, waiting := s.Together()
	s.Fatalf("%d connections are free and %d pages wait", free, waiting)
}

// together asks all at once, in this order, and returns when they are done.
func (s shared) together(asks ...func()) {
	s.Helper()
	all, done := s.busy()
	for i, ask := range asks {
		all.Go(ask)
		s.until(func(_, waiting int) bool { return waiting == i+1 })
	}
	done()
	s.until(func(free, waiting int) bool { return free == store.TogetherConns && waiting == 0 })
}

func (s shared) wants(name string, limit int, want string, more bool) func() {
	return func() {
		var ids idSink
		page, err := s.page(s.Context(), s.layers[name], limit, &ids)
		if got := strings.Join(ids, " "); err != nil || got != want || page.More != more || page.Returned != len(ids) {
			s.Errorf("%s: %q, %+v, %v, want %q", name, got, page, err, want)
		}
	}
}

// Pages that go together answer as alone, and what fails or breaks off is that of its
// own request.
func TestSmallPagesTogether(t *testing.T) {
	s, url := newShared(t, "plain", "texts", "failing", "large")
	s.layers["parks"] = storetest.Layer(t, s.Store, "industrial_parks")
	all := []func(){
		s.wants("plain", 3, "1 2 3", true),
		s.wants("texts", 4, "t1 t2 t3 t4", true),
		s.wants("plain", 60, strings.TrimPrefix(s.numbers(50), " "), false),
		s.wants("failing", 3, "1 2 3", true), // it fails farther on
		func() {
			if _, err := s.page(t.Context(), s.layers["failing"], 6, new(idSink)); err == nil || !strings.Contains(err.Error(), "division by zero") {
				t.Errorf("a failing statement gave %v", err)
			}
		},
		s.wants("plain", 4, "1 2 3 4", true),
		func() {
			page, err := s.page(t.Context(), s.layers["parks"], 100, new(idSink))
			if err != nil || page.Returned < 10 || page.Matched != int64(page.Returned) || page.Version.Revision == 0 {
				t.Errorf("a layer with a revision: %+v, %v", page, err)
			}
		},
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic of a sink is lost")
				}
			}()
			_, _ = s.page(t.Context(), s.layers["plain"], 3, breaking{})
		},
		func() {
			if _, err := s.page(t.Context(), s.layers["plain"], 3, failing{}); !errors.Is(err, errSink) {
				t.Errorf("a sink's failure is %v", err)
			}
		},
		s.wants("plain", 2, "1 2", true),
	}
	s.together(append(all, s.wants("large", 10, "1 2 3 4 5 6 7 8 9 10", true))...)
	s.together(all...)                                   // by what is prepared
	s.wants("large", 10, "1 2 3 4 5 6 7 8 9 10", true)() // it is known for its size and goes alone
	storetest.Exec(t, url, "alter table city.texts alter column n type text")
	s.together(s.wants("texts", 2, "t1 t2", true), s.wants("plain", 2, "1 2", true))
	storetest.Exec(t, url, "drop view city.failing")
	s.together(s.wants("plain", 2, "1 2", true), func() {
		if _, err := s.page(t.Context(), s.layers["failing"], 3, new(idSink)); err == nil {
			t.Error("a table that is gone has a page")
		}
	}, s.wants("texts", 2, "t1 t2", true))
}

func (s shared) numbers(n int) (out string) {
	for i := range n {
		out += " " + strconv.Itoa(i+1)
	}
	return out
}

// A page that is slow is answered in the end, and so are those behind it.
func TestSmallPagesBehindASlowOne(t *testing.T) {
	t.Parallel()
	s, _ := newShared(t, "plain", "slow")
	s.together(s.wants("plain", 2, "1 2", true), s.wants("slow", 5, "1 2", false), s.wants("plain", 3, "1 2 3", true), s.wants("slow", 1, "1", true), s.wants("plain", 4, "1 2 3 4", true))
}

// A client that goes leaves the queue at once, and nobody else notices.
func TestClientGoesWhileItsPageWaits(t *testing.T) {
	t.Parallel()
	s, _ := newShared(t, "plain")
	all, done := s.busy()
	gone, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := s.page(gone, s.layers["plain"], 3, new(idSink))
		left <- err
	}()
	s.until(func(_, waiting int) bool { return waiting == 1 })
	all.Go(s.wants("plain", 5, "1 2 3 4 5", true))
	s.until(func(_, waiting int) bool { return waiting == 2 })
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("a client that went gave %v", err)
	}
	s.until(func(_, waiting int) bool { return waiting == 1 })
	done()
	// Clients that go at any moment leave the others their answers.
	for i := range 30 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*50)*time.Microsecond)
		var some sync.WaitGroup
		for j := range 3 * store.TogetherConns {
			some.Go(s.wants("plain", 2, "1 2", true))
			some.Go(func() {
				if _, err := s.page(ctx, s.layers["plain"], 1+j, new(idSink)); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			})
		}
		some.Wait()
		cancel()
	}
	s.until(func(free, waiting int) bool { return free == store.TogetherConns && waiting == 0 })
}
