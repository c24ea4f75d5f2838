package api

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// TestGatheredAnswers reads answers of many sizes over one connection, whole and in
// parts: what is held back must arrive, once and in order.
func TestGatheredAnswers(t *testing.T) {
	t.Parallel()
	body := make([]byte, 300<<10)
	for i := range body {
		body[i] = byte(i * 7 >> 3)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		size, err := strconv.Atoi(req.URL.Query().Get("size"))
		if err != nil {
			t.Error(err)
		}
		rest, part := body[:size], size
		if req.URL.Path == "/parts" {
			part = 60 << 10
		} else {
			w.Header().Set("Content-Length", strconv.Itoa(size))
		}
		for len(rest) > 0 {
			n, err := gathered(w, req, rest[:min(part, len(rest))], part == size)
			if err != nil {
				t.Error(err)
				return
			}
			rest = rest[n:]
		}
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener = Gather(server, listener)
	defer server.Close()
	go func() { _ = server.Serve(listener) }()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: time.Minute}
	for _, path := range []string{"/whole", "/parts"} {
		for _, size := range []int{0, 1, 100, 3 << 10, 4 << 10, 5 << 10, 16 << 10, joinUpTo - 1<<10, joinUpTo, joinUpTo + 4<<10, joinUpTo + 5<<10, 60 << 10, 61 << 10, len(body)} {
			res, err := client.Get(fmt.Sprintf("http://%s%s?size=%d", listener.Addr(), path, size))
			if err != nil {
				t.Fatalf("%s of %d: %v", path, size, err)
			}
			got, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err != nil || !bytes.Equal(got, body[:size]) {
				t.Errorf("%s of %d: %d bytes arrived, %v", path, size, len(got), err)
			}
		}
	}
}
