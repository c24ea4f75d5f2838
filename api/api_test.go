package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"planatlas/api"
	"planatlas/api/webmap"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// service is the whole service on a database of its own, behind a real socket.
type service struct {
	*httptest.Server
	database string // its address
	catalog  *layers.Catalog
	log      *logBuffer
}

// published are the layers that everybody may read.
func (s *service) published() []*layers.Layer {
	return slices.DeleteFunc(slices.Clone(s.catalog.Layers), func(l *layers.Layer) bool { return l.Access != layers.Public })
}

// serve starts the service on a database that holds Yangquan.
func serve(t testing.TB) *service {
	t.Helper()
	return serveOn(t, storetest.URL(t), store.Options{}, nil)
}

// serveOn starts the service on the database. change may replace what the API
// is made of.
func serveOn(t testing.TB, database string, limits store.Options, change func(*api.Options)) *service {
	t.Helper()
	db, err := store.Open(t.Context(), database, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	state, err := db.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := &service{database: database, catalog: state.Catalog, log: new(logBuffer)}
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	options := api.Options{Reader: db, Catalog: func() *layers.Catalog { return state.Catalog }, Map: webmap.Handler(webmap.Config{}), Log: log, Version: "test",
		Checker: &check.Service{Store: db, State: func() check.State { return state }, Software: "planatlas test", Now: time.Now, Log: log}}
	if change != nil {
		change(&options)
	}
	s.Server = httptest.NewUnstartedServer(api.New(options))
	s.Config.MaxHeaderBytes = 64 << 10
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// logBuffer keeps the log of a service.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// answer is what a client got.
type answer struct {
	*http.Response
	body []byte
}

// do sends a request and reads the whole answer.
func do(t testing.TB, req *http.Request) answer {
	t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req) // which follows no redirect
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return answer{resp, body}
}

// request makes a request for a path of the service, or for a whole address.
func (s *service) request(t testing.TB, method, path, body string, headers ...string) *http.Request {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = s.URL + path
	}
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, path, r)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req
}

func (s *service) get(t testing.TB, path string, headers ...string) answer {
	t.Helper()
	return do(t, s.request(t, http.MethodGet, path, "", headers...))
}

// post hands in a site.
func (s *service) post(t testing.TB, site string) answer {
	t.Helper()
	return do(t, s.request(t, http.MethodPost, "/checks", site, "Content-Type", "application/geo+json"))
}

// read decodes an answer that must have the status.
func read[T any](t testing.TB, a answer, status int) T {
	t.Helper()
	var v T
	if a.StatusCode != status {
		t.Fatalf("%s %.200s: status %d, want %d: %.300s", a.Request.Method, a.Request.URL, a.StatusCode, status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%s: %v in %.300q", a.Request.URL, err, a.body)
	}
	return v
}

// wantProblem reads the problem document that answers a bad request.
func wantProblem(t testing.TB, a answer, status int) api.Problem {
	t.Helper()
	p := read[api.Problem](t, a, status)
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%s: content type %q", a.Request.URL, got)
	}
	if id := a.Header.Get("X-Request-Id"); id == "" || p.Instance != "urn:request:"+id {
		t.Errorf("%s: instance %q and request id %q do not belong together", a.Request.URL, p.Instance, id)
	}
	if p.Status != status || p.Title != http.StatusText(status) || p.Type != "about:blank" || p.Detail == "" {
		t.Errorf("%s: %+v", a.Request.URL, p)
	}
	return p
}

type link struct{ Href, Rel, Type, Title string }

type feature struct {
	ID         string
	Properties map[string]any
	Geometry   *struct {
		Type        string
		Coordinates json.RawMessage
	}
	Links []link
}

type featureCollection struct {
	Type           string
	Features       []feature
	NumberMatched  int
	NumberReturned int
	TimeStamp      time.Time
	Links          []link
}

func (c featureCollection) ids() []string {
	out := make([]string, len(c.Features))
	for i, f := range c.Features {
		out[i] = f.ID
	}
	return out
}

// next returns the address of the next page, or "".
func next(links []link) string {
	for _, l := range links {
		if l.Rel == "next" {
			return l.Href
		}
	}
	return ""
}

// atTime stops the clock of the service.
func atTime(at time.Time) func(*api.Options) {
	return func(o *api.Options) { o.Now = func() time.Time { return at } }
}

// withHeights makes a box of six numbers of one of four.
func withHeights(box string) string {
	n := strings.Split(box, ",")
	return strings.Join([]string{n[0], n[1], "-100", n[2], n[3], "9000"}, ",")
}
