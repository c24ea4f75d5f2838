package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
)

// holdBack is how much of an answer is kept until it is sent, so that a query
// that fails early is still answered with a problem document. Of an answer that
// waits for its headers spill is kept in memory, and the rest in a file.
const (
	holdBack = 32 << 10
	spill    = 1 << 20
)

// response collects the start of an answer. Its zero status means 200.
type response struct {
	w      http.ResponseWriter
	req    *http.Request
	coders *coders
	query  url.Values // as it was checked; nil where any is allowed
	format string     // as it was negotiated
	status int
	sent   bool
	whole  bool  // all of it is sent at once
	bytes  int64 // of the body as it went out
	held   bytes.Buffer
	waits  bool     // for headers that are known at the end only
	rest   *os.File // what does not fit in held
	coder  coder    // compresses the body; nil when nothing does
	lent   []*[]byte
}

// borrow returns memory that is the answer's until it is free.
func (r *response) borrow() []byte {
	b := r.coders.buffers.Get().(*[]byte)
	r.lent = append(r.lent, b)
	return *b
}

// Header returns the header of the answer.
func (r *response) Header() http.Header { return r.w.Header() }

// Write implements io.Writer.
func (r *response) Write(p []byte) (int, error) {
	if r.held.Cap() == 0 && !r.sent {
		r.held = *bytes.NewBuffer(r.borrow())
	}
	switch {
	case !r.sent && r.held.Len()+len(p) <= holdBack, r.waits && r.rest == nil && r.held.Len()+len(p) <= spill:
		return r.held.Write(p)
	case r.waits:
		return r.keep(p)
	}
	if err := r.send(false); err != nil {
		return 0, err
	}
	return r.body().Write(p)
}

// keep puts what is too much for memory into a file that has no name any more.
func (r *response) keep(p []byte) (int, error) {
	if r.rest == nil {
		f, err := os.CreateTemp("", "planatlas-page-")
		if err != nil {
			return 0, fmt.Errorf("keep a page: %w", err)
		}
		r.rest = f
		if err := os.Remove(f.Name()); err != nil {
			return 0, fmt.Errorf("keep a page: %w", err)
		}
	}
	return r.rest.Write(p)
}

// body is where bytes go once the header was sent.
func (r *response) body() io.Writer {
	if r.coder != nil {
		return r.coder
	}
	return wire{r}
}

// wire hands bytes to the client. That it cannot means that nobody listens.
type wire struct{ r *response }

// Write implements io.Writer.
func (w wire) Write(p []byte) (n int, err error) {
	if w.r.req.Method == http.MethodHead {
		return len(p), nil
	}
	n, err = gathered(w.r.w, w.r.req, p, w.r.whole)
	w.r.bytes += int64(n)
	if err != nil {
		err = fmt.Errorf("send the answer: %w: %w", context.Canceled, err)
	}
	return n, err
}

// send sends what was held back; after it a failure can only break the
// connection. The whole body is known when all was held.
func (r *response) send(whole bool) error {
	if r.sent {
		return nil
	}
	r.sent = true
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.compress(whole)
	r.whole = whole && r.coder == nil && r.rest == nil
	if whole && r.Header().Get("Content-Encoding") == "" && r.rest == nil && r.status == http.StatusOK && r.held.Len() > 0 {
		r.Header().Set("Content-Length", strconv.Itoa(r.held.Len()))
	}
	r.w.WriteHeader(r.status)
	_, err := r.body().Write(r.held.Bytes())
	r.held.Reset()
	return err
}

// finish sends all that is left. It is not called when the answer failed, so that
// a compressed body that breaks off has no end.
func (r *response) finish() error {
	if err := r.send(true); err != nil {
		return err
	}
	if r.rest != nil {
		if _, err := r.rest.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read a page again: %w", err)
		}
		if _, err := io.Copy(r.body(), r.rest); err != nil {
			return err
		}
	}
	if r.coder != nil {
		return r.coder.Close()
	}
	return nil
}

// free gives back what the answer holds.
func (r *response) free() {
	if r.rest != nil {
		_ = r.rest.Close() // it has no name and is gone
	}
	if r.coder != nil {
		r.coders.put(r.coder)
	}
	for _, b := range r.lent {
		r.coders.buffers.Put(b)
	}
}

// json answers with a JSON document.
func (r *response) json(contentType string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return r.document(contentType, append(b, '\n'))
}

// document answers with a whole document. The entity tag of one that anybody may
// get again is made of its bytes.
func (r *response) document(contentType string, b []byte) error {
	h := r.Header()
	h.Set("Content-Type", contentType)
	if safe := r.req.Method == http.MethodGet || r.req.Method == http.MethodHead; safe && r.status == 0 && h.Get("Cache-Control") == "" {
		sum := fnv.New128a()
		_, _ = sum.Write(b) // a hash takes everything
		tag := fmt.Sprintf(`W/"%x"`, sum.Sum(nil))
		h.Set("ETag", tag)
		h.Set("Cache-Control", "no-cache")
		if r.req.Header.Get("If-None-Match") != "" && matchesTag(r.req, tag) {
			h.Del("Content-Type")
			r.status = http.StatusNotModified
			return nil
		}
	}
	_, err := r.Write(b)
	return err
}
