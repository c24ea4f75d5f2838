// Package api turns HTTP into the words of package layers and back. It knows no
// SQL. The resources are those of OGC API - Features, Part 1 (OGC 17-069r4), and
// the site checks of planatlas.
package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/gorilla/mux"
)

// Reader is what the API reads from.
type Reader interface {
	Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error)
	Summary(ctx context.Context, l *layers.Layer) (layers.Summary, error)
	ArchivedAnswer(ctx context.Context, id string) ([]byte, error)
	Ping(ctx context.Context) error
}

// Checker runs site checks.
type Checker interface {
	Run(ctx context.Context, site check.Site) (id string, answer []byte, err error)
}

// Options are what the API is made of. All are needed but Now.
type Options struct {
	Reader  Reader
	Checker Checker
	Catalog func() *layers.Catalog // of the moment
	Map     http.Handler           // the web map, served under /map/
	Log     *slog.Logger
	Version string
	Now     func() time.Time
}

type server struct{ Options }

// requestTimeout bounds every request but the long ones of clients that read
// slowly.
const requestTimeout = 60 * time.Second

// New returns the service's handler.
func New(o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{o}
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	for _, r := range s.routes() {
		router.Handle(r.path, s.handle(r)).Methods(r.method, alsoHead(r.method)).Name(r.name)
	}
	router.Handle("/map", http.RedirectHandler("map/", http.StatusPermanentRedirect)).Methods(http.MethodGet, http.MethodHead)
	router.PathPrefix("/map/").Handler(http.StripPrefix("/map", o.Map)).Methods(http.MethodGet, http.MethodHead)
	router.NotFoundHandler = s.handle(route{name: "not-found", serve: func(_ *response, r *http.Request) error {
		return fmt.Errorf("nothing is at %s; start at /: %w", r.URL.Path, layers.ErrNotFound)
	}})
	router.MethodNotAllowedHandler = s.handle(route{name: "method", serve: func(_ *response, r *http.Request) error {
		return fmt.Errorf("%s on %s: %w", r.Method, r.URL.Path, errMethod)
	}})
	return router
}

func alsoHead(method string) string {
	if method == http.MethodGet {
		return http.MethodHead
	}
	return method
}

// handle is the frame around every resource: id, deadline, log, and the one way
// from errors to answers. A handler that fails before anything was sent gets a
// problem document; later the connection is broken, so that no client takes a
// part for the whole.
func (s *server) handle(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		began, id := time.Now(), rand.Text()[:16]
		ctx, cancel := context.WithTimeout(req.Context(), requestTimeout)
		defer cancel()
		out := &response{w: w, head: req.Method == http.MethodHead}
		w.Header().Set("X-Request-Id", id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		err := serve(r, out, req.WithContext(ctx))
		if err == nil {
			err = out.finish()
		}
		s.log(req, r, id, out, time.Since(began), err)
		if err == nil {
			return
		}
		if out.sent {
			panic(http.ErrAbortHandler) // net/http breaks the connection without a word
		}
		if status(err) != statusClientGone {
			writeProblem(w, problem(err, "urn:request:"+id))
		}
	})
}

// errPanic marks a fault of the program.
var errPanic = errors.New("panic")

func serve(r route, out *response, req *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return r.serve(out, req)
}

func (s *server) log(req *http.Request, r route, id string, out *response, took time.Duration, err error) {
	level, code := slog.LevelInfo, out.status
	attrs := []slog.Attr{slog.String("id", id), slog.String("route", r.name), slog.String("method", req.Method),
		slog.String("uri", req.URL.RequestURI()), slog.Duration("took", took.Round(time.Microsecond)), slog.Int64("bytes", out.bytes)}
	if err != nil {
		code = status(err)
		attrs = append(attrs, slog.String("error", err.Error()))
		if code >= http.StatusInternalServerError {
			level = slog.LevelError
		}
	}
	s.Log.LogAttrs(req.Context(), level, "request", append(attrs, slog.Int("status", code))...)
}

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

func (r *response) finish() error { return r.send() }

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

// pathValue returns a decoded part of the path. Ids may hold a slash, written
// %2F.
func pathValue(req *http.Request, name string) (string, error) {
	raw := mux.Vars(req)[name]
	s, err := url.PathUnescape(raw)
	if err != nil {
		return "", &layers.InputError{Param: name, Value: raw, Want: "a percent-encoded name"}
	}
	return s, nil
}
