package store_test

import (
	"context"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// wall stands between a store and its database. It can be made to let nothing
// through without closing a connection, as a cut cable does.
type wall struct {
	mu     sync.Mutex
	closed chan struct{} // closed while everything passes
}

func (w *wall) pass() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

func (w *wall) set(open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if open {
		close(w.closed)
	} else {
		w.closed = make(chan struct{})
	}
}

// behindWall returns the address of the database behind a wall that is open.
func behindWall(t *testing.T, database string) (string, *wall) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query, dir := u.Query(), t.TempDir()
	socket := "/.s.PGSQL." + query.Get("port")
	behind := query.Get("host") + socket
	listener, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	w := &wall{closed: make(chan struct{})}
	w.set(true)
	carry := func(to, from net.Conn) {
		defer to.Close()
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			<-w.pass()
			if n > 0 {
				if _, err := to.Write(buffer[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			db, err := net.Dial("unix", behind)
			if err != nil {
				_ = conn.Close()
				continue
			}
			go carry(conn, db)
			go carry(db, conn)
		}
	}()
	query.Set("host", dir)
	u.RawQuery = query.Encode()
	return u.String(), w
}

// TestWatchNoticesASilentConnection: one that is cut on the way, and not closed,
// looks like one on which nothing happens. The watcher says so, and hears again.
func TestWatchNoticesASilentConnection(t *testing.T) {
	address, w := behindWall(t, storetest.URL(t))
	s := storetest.Open(t, address)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	events, done := make(chan store.Event, 100), make(chan struct{})
	go func() {
		defer close(done)
		s.Watch(ctx, func(e store.Event) { events <- e })
	}()
	defer func() { cancel(); <-done }()
	next := func(failed bool) {
		t.Helper()
		for {
			select {
			case e := <-events:
				if e.Touch == nil || !e.Touch.All {
					t.Errorf("%+v does not touch everything", e)
				}
				if (e.Err != nil) == failed {
					return
				}
			case <-ctx.Done():
				t.Fatalf("no event with failure %t came", failed)
			}
		}
	}
	next(false)
	w.set(false)
	next(true)
	w.set(true)
	next(false)
}
