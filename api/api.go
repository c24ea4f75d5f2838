// Package api turns HTTP into the words of package layers and back. It knows no
// SQL. The resources are those of OGC API - Features, Part 1 (OGC 17-069r4), and
// the site checks of planatlas.
package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"planatlas/api/encode"
	"planatlas/geo"
	geocrs "planatlas/geo/crs"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/gorilla/mux"
)

// Reader is what the API reads from.
type Reader interface {
	Items(ctx context.Context, l *layers.Layer, q layers.Query, sink layers.Sink) (layers.Page, error)
	Summary(ctx context.Context, l *layers.Layer) (layers.Summary, error)
	Version(ctx context.Context, l *layers.Layer) (layers.Version, error)
	ArchivedAnswer(ctx context.Context, id string) ([]byte, error)
	Archived(ctx context.Context, id string) (check.Record, error)
	PlanAt(ctx context.Context, readable, declared *layers.Catalog, place geo.Shape, withinM float64) (layers.PlanHere, error)
	Mentions(ctx context.Context, catalog *layers.Catalog, entities []string) ([]layers.Mention, error)
	Nearest(ctx context.Context, from, to layers.Selection, limit int) ([]layers.Pair, error)
	Outlines(ctx context.Context, finestM float64) ([]layers.Outline, error)
	Ping(ctx context.Context) error
	read.Repairer
	BaseMap
	Jobs
	Tiler
}

// Options are what the API is made of. All are needed but Now, Font, Datums, Wake
// and Tiles.
type Options struct {
	Reader  Reader
	Checker Checker
	Catalog func() *layers.Catalog // of the moment
	Map     http.Handler           // the web map, served under /map/
	Log     *slog.Logger
	Version string
	Now     func() time.Time
	Font    string                  // of PDF reports; empty to look for one
	Datums  []geocrs.Transformation // that the operator has installed
	Wake    func()                  // tells who runs jobs that there is a new one
	Tiles   *TileCache              // keeps tiles; when nil each is made anew
	Public  bool                    // anybody may ask: layers are shown as [layers.Layer.ForPublic] has them
}

type server struct {
	Options                         // its Catalog holds the published layers alone
	declared func() *layers.Catalog // all layers
	formats  []encode.Format        // of features
	coders   *coders
	gdal     *read.GDAL
	pages    templates
	names    *nameIndexes
	shown    atomic.Pointer[shownCatalog]
	held     *heldZooms // of the file, on a service that has no database
}

// shownCatalog is a catalogue and the part of it that clients see.
type shownCatalog struct{ of, shown *layers.Catalog }

// requestTimeout bounds the work for a request, and writeTimeout the whole
// answer: a client that stops reading would keep a connection of the database.
// A download of a whole collection has more time than a page.
const (
	requestTimeout  = 60 * time.Second
	downloadTimeout = time.Hour
	writeMargin     = 5 * time.Second
)

// conversions is how many conversions by GDAL run at once, and maxURI the longest
// path and query that is looked at.
const (
	conversions = 2
	maxURI      = 32 << 10
)

// New returns the service's handler.
func New(o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	return newServer(o).handler()
}

func (s *server) handler() http.Handler {
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	for _, r := range slices.Concat(s.routes(), s.instead()) {
		router.Handle(r.path, s.handle(r)).Methods(r.method, alsoHead(r.method)).Name(r.name)
	}
	if s.held == nil {
		router.Handle("/map", http.RedirectHandler("map/", http.StatusPermanentRedirect)).Methods(http.MethodGet, http.MethodHead)
		router.PathPrefix("/map/").Handler(http.StripPrefix("/map", s.Map)).Methods(http.MethodGet, http.MethodHead)
	}
	router.NotFoundHandler = s.handle(route{name: "not-found", anyQuery: true, serve: func(_ *response, r *http.Request) error {
		return fmt.Errorf("nothing is at %s; start at /: %w", r.URL.Path, layers.ErrNotFound)
	}})
	router.MethodNotAllowedHandler = s.handle(route{name: "method", anyQuery: true, serve: otherMethod(router)})
	return s.warmTiles(router)
}

func newServer(o Options) *server {
	if o.Tiles == nil {
		o.Tiles = NewTileCache(0)
	}
	s := &server{Options: o, declared: o.Catalog, formats: encode.Formats(encode.NewGDAL(conversions)), coders: newCoders(), gdal: read.NewGDAL(conversions), pages: parsePages(),
		names: &nameIndexes{byLayer: map[string]nameIndex{}}}
	s.Catalog = s.published
	return s
}

// published leaves out the layers that not everybody may read. Nobody is known
// by name here, so they are published to nobody. A service that is open to the public
// shows the others generalised.
func (s *server) published() *layers.Catalog {
	declared := s.declared()
	if kept := s.shown.Load(); kept != nil && kept.of == declared {
		return kept.shown
	}
	var ls []*layers.Layer
	for _, l := range declared.Layers {
		switch {
		case s.held != nil: // who wrote the file has chosen
			ls = append(ls, l)
		case s.Public:
			if l = l.ForPublic(); l != nil {
				ls = append(ls, l)
			}
		case l.Access == layers.Public:
			ls = append(ls, l)
		}
	}
	kept := &shownCatalog{declared, layers.NewCatalog(ls)}
	s.shown.Store(kept)
	return kept.shown
}

// finestM is how exact what the service shows may be at most, metres; 0 for no limit.
func (s *server) finestM() float64 {
	if s.Public {
		return layers.PublicM
	}
	return 0
}

// otherMethod answers requests with a method that the resource does not have:
// OPTIONS, by which browsers ask whether a page of another origin may send a
// request, and those that are refused (RFC 9110, section 15.5.6).
func otherMethod(router *mux.Router) func(*response, *http.Request) error {
	return func(w *response, req *http.Request) error {
		allow := []string{http.MethodOptions}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete} {
			probe := req.Clone(req.Context())
			probe.Method = method
			var match mux.RouteMatch
			if router.Match(probe, &match) && match.MatchErr == nil {
				allow = append(allow, method)
			}
		}
		methods := strings.Join(allow, ", ")
		w.Header().Set("Allow", methods)
		if req.Method != http.MethodOptions {
			return fmt.Errorf("%s on %s: %w; use one of %s", req.Method, req.URL.Path, errMethod, methods)
		}
		w.Header().Set("Access-Control-Allow-Methods", methods)
		w.Header().Set("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-None-Match, Prefer")
		w.Header().Set("Access-Control-Max-Age", "86400")
		w.status = http.StatusNoContent
		return nil
	}
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
		ctx, cancel := context.WithTimeout(req.Context(), r.timeout())
		defer cancel()
		defer limitWriting(w, r.timeout()+writeMargin)()
		req = req.WithContext(ctx)
		out := &response{w: w, req: req, coders: s.coders}
		defer out.free()
		commonHeaders(w.Header(), id)
		err := s.serve(r, out, req)
		if err == nil {
			err = out.finish()
		}
		s.log(req, r, id, out, time.Since(began), err)
		if err == nil {
			return
		}
		if out.sent || status(err) == statusClientGone {
			panic(http.ErrAbortHandler) // net/http breaks the connection without a word
		}
		lang := language(req)
		writeProblem(w, lang, problemIn(lang, err, "urn:request:"+id))
	})
}

func commonHeaders(h http.Header, requestID string) {
	values := []string{requestID, "nosniff", "Accept, Accept-Encoding, Accept-Language", "*",
		"Content-Crs, Content-Disposition, ETag, Link, Location, OGC-NumberMatched, OGC-NumberReturned, X-Request-Id"}
	for i, name := range [...]string{"X-Request-Id", "X-Content-Type-Options", "Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"} {
		h[name] = values[i : i+1 : i+1] // canonical names; one more value makes a new list
	}
}

// limitWriting sets the time until which the client must have read the answer.
// The returned function lifts the limit, since the connection may serve more.
func limitWriting(w http.ResponseWriter, after time.Duration) (lift func()) {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(after)) // a writer without deadlines never waits for a client
	return func() { _ = control.SetWriteDeadline(time.Time{}) }
}

// errPanic marks a fault of the program.
var errPanic = errors.New("panic")

func (s *server) serve(r route, out *response, req *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	if len(req.URL.RequestURI()) > maxURI {
		return fmt.Errorf("%d bytes of path and query, at most %d: %w", len(req.URL.RequestURI()), maxURI, errLongURI)
	}
	if !r.anyQuery {
		if out.query, err = parseQuery(req); err != nil {
			return err
		}
		if err := r.checkQuery(out.query); err != nil {
			return err
		}
	}
	if r.formats != nil {
		if out.format, err = s.choose(req, r, out.query); err != nil {
			return err
		}
	}
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
