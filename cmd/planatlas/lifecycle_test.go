package main

import (
	"bufio"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

const lifeSite = `{"type":"Polygon","coordinates":[[[113.624,37.851],[113.630,37.851],[113.630,37.853],[113.624,37.853],[113.624,37.851]]]}`

func lifeHome(t *testing.T) string {
	t.Helper()
	home, err := newHome()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	return home
}

// TestKilled takes the service its life, then its database its own: what was
// committed is there afterwards, and nothing is said that is not true meanwhile.
func TestKilled(t *testing.T) {
	t.Parallel()
	home := lifeHome(t)
	s := serve(t, home, nil, "--load=yangquan")
	status, path, answer := s.post(t, lifeSite)
	if status != http.StatusCreated {
		t.Fatalf("POST /checks: %d %s", status, answer)
	}
	counts := s.counts(t)
	if len(counts) == 0 {
		t.Fatal("no layers are served")
	}
	same := func(s *service) {
		t.Helper()
		if status, body := s.get(t, path); status != http.StatusOK || body != answer {
			t.Errorf("%s: %d, %s; want the answer of before", path, status, body)
		}
		if again := s.counts(t); !maps.Equal(again, counts) {
			t.Errorf("features: %v, before %v", again, counts)
		}
	}

	left := s.postmaster(t)
	s.signal(t, syscall.SIGKILL)
	s = serve(t, home, nil)
	if s.postmaster(t) == left {
		t.Errorf("PostgreSQL (process %d) outlived the service", left)
	}
	same(s)

	dead := s.postmaster(t)
	if err := syscall.Kill(dead, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the database is back", func() bool {
		status, body := s.get(t, "/collections/reference/items?limit=1")
		if status != http.StatusOK && status != http.StatusServiceUnavailable {
			t.Fatalf("while the database was down: %d %s", status, body)
		}
		status, _, body = s.post(t, lifeSite)
		incomplete := status == http.StatusCreated && strings.Contains(body, `"verdict":"incomplete"`)
		if status != http.StatusServiceUnavailable && !incomplete {
			t.Fatalf("while the database was down a check said: %d %s", status, body)
		}
		ready, _ := s.get(t, "/readyz")
		return ready == http.StatusOK && s.postmaster(t) != dead
	})
	same(s)
	s.signal(t, syscall.SIGTERM)
}

// TestStopped stops the service while a site is being handed in: it takes the
// rest, answers, and leaves no process behind.
func TestStopped(t *testing.T) {
	t.Parallel()
	s := serve(t, lifeHome(t), nil, "--load=yangquan")
	processes := family(t, s.postmaster(t))
	if len(processes) < 2 {
		t.Fatalf("PostgreSQL has no children: %v", processes)
	}
	address := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	half := len(lifeSite) / 2
	fmt.Fprintf(conn, "POST /checks HTTP/1.1\r\nHost: %s\r\nContent-Type: application/geo+json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", address, len(lifeSite))
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n') // 100 Continue: the request is being served
	if err != nil || !strings.Contains(line, "100") {
		t.Fatalf("%q, %v; want 100 Continue", line, err)
	}
	fmt.Fprint(conn, lifeSite[:half])
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the service stops listening", func() bool {
		other, err := net.Dial("tcp", address)
		if err == nil {
			other.Close()
		}
		return err != nil
	})
	fmt.Fprint(conn, lifeSite[half:])
	if _, err := in.ReadString('\n'); err != nil { // the end of 100 Continue
		t.Fatal(err)
	}
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatalf("the request was dropped: %v", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Errorf("status %d, want 201", res.StatusCode)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the service ended with %v", err)
	}
	for _, pid := range processes {
		eventually(t, fmt.Sprintf("process %d of PostgreSQL ends", pid), func() bool { return ended(pid) })
	}
	if _, err := os.Stat(filepath.Join(s.home, "postgres", "postmaster.pid")); err == nil {
		t.Error("PostgreSQL left its pid file behind: it did not end in order")
	}
}

// TestOrdinaryUser runs the service as a user without rights when the tests run
// as root; otherwise the other tests have done so.
func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		return
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, gid := number(t, u.Uid), number(t, u.Gid)
	home := lifeHome(t)
	if err := os.Chown(home, int(uid), int(gid)); err != nil {
		t.Fatal(err)
	}
	s := serve(t, home, &syscall.Credential{Uid: uid, Gid: gid}, "--load=yangquan")
	if status, _, body := s.post(t, lifeSite); status != http.StatusCreated {
		t.Errorf("POST /checks: %d %s", status, body)
	}
	info, err := os.Stat(fmt.Sprintf("/proc/%d", s.postmaster(t)))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != uid {
		t.Errorf("PostgreSQL runs as user %d, want %d", owner, uid)
	}
	s.signal(t, syscall.SIGTERM)
}

func number(t *testing.T, s string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}
