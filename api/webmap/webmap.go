// Package webmap serves the map page of planatlas. The page is built from src/ by Vite into dist/ and embedded; without a build the
// package still compiles and its handler says how to build the page.
package webmap

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

//go:embed all:dist
var dist embed.FS

const indexFile = "index.html"

// contentPolicy lets the page load and ask nothing but its own origin. OpenLayers styles its elements through the DOM, so that no
// inline style is needed; data: and blob: serve icons and canvas exports.
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// notBuilt is the page shown when dist holds no build.
const notBuilt = `<!doctype html>
<html lang="zh-Hans">
<head><meta charset="utf-8"><title>planatlas</title></head>
<body>
<h1>地图页面尚未构建</h1>
<p>此程序编译时没有包含地图页面。请在源码目录运行 <code>make webmap</code>，然后重新编译。其余接口不受影响。</p>
<div lang="en">
<h1>The map page has not been built</h1>
<p>This program was compiled without the map page. Run <code>make webmap</code> in the source tree and compile again. All other addresses work.</p>
</div>
</body>
</html>
`

// FS returns the embedded build: index.html and assets/ at its root, or nothing but .gitkeep when the page was not built.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil { // cannot happen: the name is constant and valid
		return dist
	}
	return sub
}

// Built reports whether files holds a built page.
func Built(files fs.FS) bool {
	info, err := fs.Stat(files, indexFile)
	return err == nil && info.Mode().IsRegular()
}

// Handler serves the embedded page. It expects paths relative to its mount point, so mount it as
//
//	mux.Handle("/map/", http.StripPrefix("/map", webmap.Handler(webmap.Config{})))
//
// Every answer carries a strict Content-Security-Policy (CSP Level 3) and X-Content-Type-Options.
func Handler(c Config) http.Handler { return New(FS(), c) }

// New serves the page in files, or, when it holds no build, answers every request with 503 and a page that says how to build it.
// A page for the public that has no approval is answered with 503 and what the law wants.
// Assets, whose names hold a hash of their content, may be kept for a year; the page itself is revalidated by ETag.
func New(files fs.FS, c Config) http.Handler {
	switch {
	case c.Public && strings.TrimSpace(c.Approval) == "":
		return http.HandlerFunc(c.serveNotApproved)
	case !Built(files):
		return http.HandlerFunc(serveNotBuilt)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serveFile(w, r, files) })
	wrap, err := gzhttp.NewWrapper(gzhttp.SuffixETag(gzipped))
	if err != nil {
		return page // no more than larger
	}
	return wrap(page)
}

// gzipped stands at the end of the entity tag of a compressed file.
const gzipped = "-gzip"

func serveNotBuilt(w http.ResponseWriter, r *http.Request) {
	secure(w.Header(), contentPolicy)
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, http.StatusServiceUnavailable, "text/html; charset=utf-8", []byte(notBuilt))
}

func (c Config) serveFile(w http.ResponseWriter, r *http.Request, files fs.FS) {
	secure(w.Header(), c.policy())
	if len(c.Backgrounds) > 0 {
		w.Header().Set("Referrer-Policy", "strict-origin") // which keys of tile services are bound to
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = indexFile
	}
	body, err := read(files, name)
	if err == nil && name == indexFile {
		body, err = c.embed(body)
	}
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, "the page cannot be read", http.StatusInternalServerError)
		return
	}
	cache := "no-cache"
	if strings.HasPrefix(name, "assets/") {
		cache = "public, max-age=31536000, immutable"
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("ETag", tag)
	if known := r.Header.Get("If-None-Match"); strings.Replace(known, gzipped+`"`, `"`, 1) == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, r, http.StatusOK, mediaType(name), body)
}

// read gives the content of a regular file of the build; hidden files and folders do not exist for readers.
func read(files fs.FS, name string) ([]byte, error) {
	if strings.HasPrefix(path.Base(name), ".") {
		return nil, fs.ErrNotExist
	}
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	return fs.ReadFile(files, name)
}

// mediaType names the types of a build itself, because the system's table may be missing or wrong.
func mediaType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

func secure(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
}

func write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	}
}
