package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"

	"planatlas/layers/check"
)

// TestBatchOutlivesItsService takes first the service and then the database their
// lives in the middle of a batch: each site is checked once, and the lines are whole
// and in order.
func TestBatchOutlivesItsService(t *testing.T) {
	t.Parallel()
	const sites = 1500
	home := lifeHome(t)
	s := serve(t, home, nil, "--load=yangquan")
	var body strings.Builder
	for i := range sites {
		lon, lat := 113.3+0.005*float64(i%50), 37.8+0.01*float64(i/50)
		fmt.Fprintf(&body, `{"type":"Feature","properties":{"name":"%d"},"geometry":{"type":"Polygon","coordinates":[[[%[2]g,%[3]g],[%[4]g,%[3]g],[%[4]g,%[5]g],[%[2]g,%[3]g]]]}}`+"\n",
			i, lon, lat, lon+0.002, lat+0.002)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/checks/batch", strings.NewReader(body.String()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Prefer", "respond-async")
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%v, %v", res, err)
	}
	defer res.Body.Close()
	job := strings.TrimPrefix(res.Header.Get("Location"), s.url)
	done := func(s *service) (state string, n int) {
		t.Helper()
		status, text := s.get(t, job)
		if status == http.StatusServiceUnavailable {
			return "", 0 // its database is not there
		}
		var doc struct {
			Status    string
			SitesDone int
		}
		if err := json.Unmarshal([]byte(text), &doc); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %s", job, status, text)
		}
		return doc.Status, doc.SitesDone
	}
	middle := func(s *service, from int) (n int) {
		t.Helper()
		var state string
		eventually(t, "the batch goes on", func() bool { state, n = done(s); return n > from })
		if state != "running" || n >= sites {
			t.Fatalf("the batch is %s with %d sites: too fast for this test", state, n)
		}
		return n
	}
	n := middle(s, 0)
	s.signal(t, syscall.SIGKILL)
	s = serve(t, home, nil)
	middle(s, n)
	if err := syscall.Kill(s.postmaster(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the batch ends", func() bool { state, _ := done(s); return state != "" && state != "running" })
	if state, n := done(s); state != "successful" || n != sites {
		t.Errorf("%s with %d sites", state, n)
	}
	_, text := s.get(t, job+"/results?f=ndjson")
	seen := map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<20)
	i := 0
	for ; lines.Scan(); i++ {
		var l check.Line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil || l.Index != int64(i) || l.Name != fmt.Sprint(i) || l.Check == "" || seen[l.Check] || l.Verdict == "" {
			t.Fatalf("line %d: %s, %v", i, lines.Bytes(), err)
		}
		seen[l.Check] = true
	}
	if i != sites {
		t.Errorf("%d lines", i)
	}
	if kB := mostMemory(t, s.cmd.Process.Pid); !raceDetector() && kB > 200_000 {
		t.Errorf("the service took %d kB", kB)
	}
}

// mostMemory is the most memory that a process had at a time, in kB (proc_pid_status(5)).
func mostMemory(t *testing.T, pid int) (kB int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kB", kB)
	return kB
}

// raceDetector tells whether the program was built with it, which takes many times the
// memory.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return !ok || slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-race" && s.Value == "true" })
}
