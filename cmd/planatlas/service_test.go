package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// service is a running planatlas serve.
type service struct {
	cmd  *exec.Cmd
	url  string
	home string
	out  *output
}

// output collects what a process says, for several readers.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serve starts a service on a free port and waits until it is ready. The caller
// gives the user it runs as; nil is our own.
func serve(t *testing.T, home string, as *syscall.Credential, args ...string) *service {
	t.Helper()
	program, err := exec.LookPath("planatlas") // this test binary; see TestMain
	if err != nil {
		t.Fatal(err)
	}
	if as != nil { // who may not enter the folder of another's temporary files
		if err := os.Chmod(filepath.Dir(filepath.Dir(program)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := &service{home: home, out: &output{}}
	s.cmd = exec.Command(program, append([]string{"serve", "--listen=127.0.0.1:0", "--home=" + home}, args...)...)
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GORACE=atexit_sleep_ms=0"}
	s.cmd.Dir = home
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // unless it has ended
		_ = s.cmd.Wait()
		if t.Failed() {
			t.Logf("the service said:\n%s", s.out)
		}
	})
	address := regexp.MustCompile(`serves \d+ layers at (http://127\.0\.0\.1:\d+)\n`)
	eventually(t, "the service says its address", func() bool {
		if m := address.FindStringSubmatch(s.out.String()); m != nil {
			s.url = m[1]
		}
		return s.url != "" || ended(s.cmd.Process.Pid)
	})
	if s.url == "" {
		t.Fatalf("the service ended:\n%s", s.out)
	}
	if status, body := s.get(t, "/readyz"); status != http.StatusOK {
		t.Fatalf("/readyz: %d %s", status, body)
	}
	return s
}

func (s *service) get(t *testing.T, path string) (int, string) {
	t.Helper()
	res, err := http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// post checks a site and returns the status, the address of the answer and the
// answer.
func (s *service) post(t *testing.T, site string) (int, string, string) {
	t.Helper()
	res, err := http.Post(s.url+"/checks", "application/geo+json", strings.NewReader(site))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, strings.TrimPrefix(res.Header.Get("Location"), s.url), string(body)
}

// counts are the features of each layer.
func (s *service) counts(t *testing.T) map[string]int {
	t.Helper()
	status, body := s.get(t, "/collections")
	var list struct {
		Collections []struct {
			ID           string
			FeatureCount int
		}
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK {
		t.Fatalf("/collections: %d %s: %v", status, body, err)
	}
	n := map[string]int{}
	for _, c := range list.Collections {
		n[c.ID] = c.FeatureCount
	}
	return n
}

// postmaster is the process id of the service's PostgreSQL.
func (s *service) postmaster(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.home, "postgres", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// signal sends the service a signal and waits for its end.
func (s *service) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	err := s.cmd.Wait()
	if signal == syscall.SIGTERM && err != nil {
		t.Errorf("after %v the service ended with %v", signal, err)
	}
}

// family is a process and all that came from it.
func family(t *testing.T, pid int) []int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		for _, file := range files {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if _, parent := process(child); parent == all[i] {
				all = append(all, child)
			}
		}
	}
	return all
}

// process reads the state and the parent of a process (proc_pid_stat(5)); none
// for one that is gone.
func process(pid int) (state string, parent int) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	_, _ = fmt.Sscan(rest, &state, &parent)
	return state, parent
}

// ended tells whether a process is gone, or dead and not yet collected.
func ended(pid int) bool {
	state, _ := process(pid)
	return state == "" || state == "Z"
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
