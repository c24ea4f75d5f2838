package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// holdBack is how much of an answer is kept until it is sent, so that a query
// that fails early is still answered with a problem document.
const holdBack = 32 << 10

// response collects the start of an answer. Its zero status means 200.
type response struct {
	w      http.ResponseWriter
	head   bool
	status int
	sent   bool
	bytes  int64
	held   bytes.Buffer
}

// Header returns the header of the answer.
func (r *response) Header() http.Header { return r.w.Header() }

// Write implements io.Writer.
func (r *response) Write(p []byte) (int, error) {
	if !r.sent && r.held.Len()+len(p) <= holdBack {
		return r.held.Write(p)
	}
	if err := r.send(); err != nil {
		return 0, err
	}
	return r.pass(p)
}

// pass hands bytes to the client. That it cannot means that nobody listens.
func (r *response) pass(p []byte) (int, error) {
	if r.head {
		return len(p), nil
	}
	n, err := r.w.Write(p)
	r.bytes += int64(n)
	if err != nil {
		err = fmt.Errorf("send the answer: %w: %w", context.Canceled, err)
	}
	return n, err
}

// send sends what was held back; after it a failure can only break the
// connection.
func (r *response) send() error {
	if !r.sent {
		r.sent = true
		if r.status == 0 {
			r.status = http.StatusOK
		}
		r.w.WriteHeader(r.status)
	}
	_, err := r.pass(r.held.Bytes())
	r.held.Reset()
	return err
}

// json answers with a JSON document.
func (r *response) json(contentType string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	r.Header().Set("Content-Type", contentType)
	_, err = r.Write(append(b, '\n'))
	return err
}
