package api

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"planatlas/geo/tile"
	"planatlas/layers"
)

const typeMVT = "application/vnd.mapbox-vector-tile"

// warmTile is a tile as it goes out: its bytes in each content coding that somebody
// asked for, with the headers ready.
type warmTile struct {
	key     tileKey
	catalog *layers.Catalog // by which it was made
	ids     []string        // of its layers
	control string          // Cache-Control

	plain      []byte
	tag        string                   // of the content
	identity   *tileForm                // nil when the tile is empty
	gzip, zstd atomic.Pointer[tileForm] // made when they are first asked for
}

// newTile names a tile of the layers that is not made yet.
func newTile(catalog *layers.Catalog, ls []*layers.Layer, at tile.ID) *warmTile {
	names := idList(ls)
	return &warmTile{key: tileKey{names, at}, catalog: catalog, ids: strings.Split(names, ","), control: tileControl(ls)}
}

// tileForm is a tile in one content coding.
type tileForm struct {
	body   []byte
	tag    string
	header http.Header // shared by all answers; its values are never changed
}

// fill takes the content of the tile.
func (t *warmTile) fill(body []byte) {
	t.plain = body
	if len(body) == 0 {
		return
	}
	sum := sha256.Sum256(body)
	t.tag = fmt.Sprintf("%x", sum[:12])
	t.identity = t.form("", body)
}

// form makes the headers of a form. Each coding has an entity tag of its own, as
// strong ones must (RFC 9110, section 8.8.1).
func (t *warmTile) form(coding string, body []byte) *tileForm {
	f := &tileForm{body: body, tag: `"` + t.tag + `"`, header: http.Header{}}
	if coding != "" {
		f.tag = `"` + t.tag + "-" + coding + `"`
		f.header.Set("Content-Encoding", coding)
	}
	commonHeaders(f.header, "")
	f.header.Del("X-Request-Id")
	f.header.Set("Content-Type", typeMVT)
	f.header.Set("Content-Length", strconv.Itoa(len(body)))
	f.header.Set("ETag", f.tag)
	f.header.Set("Vary", "Accept-Encoding")
	f.header.Set("Cache-Control", t.control)
	return f
}

// size is about what the tile takes of memory.
func (t *warmTile) size() int {
	n := overhead + len(t.plain)
	for _, f := range []*tileForm{t.gzip.Load(), t.zstd.Load()} {
		if f != nil {
			n += len(f.body) + overhead
		}
	}
	return n
}

// in returns the form for a client that accepts these codings, and whether it was
// made just now.
func (t *warmTile) in(accepted string, coders *coders) (f *tileForm, fresh bool) {
	if accepted == "" || len(t.plain) < compressFrom {
		return t.identity, false
	}
	kept := &t.gzip
	use := coding(accepted)
	switch use {
	case "":
		return t.identity, false
	case "zstd":
		kept = &t.zstd
	}
	if f = kept.Load(); f != nil {
		return f, false
	}
	var out bytes.Buffer
	coder := coders.get(use, &out)
	defer coders.put(coder)
	_, err := coder.Write(t.plain)
	if err == nil {
		err = coder.Close()
	}
	if err != nil { // memory does not fail
		return t.identity, false
	}
	f = t.form(use, bytes.Clone(out.Bytes()))
	return f, kept.CompareAndSwap(nil, f)
}

// matches compares with If-None-Match, which a client sends for what it has.
func (f *tileForm) matches(req *http.Request) bool {
	given, ok := req.Header["If-None-Match"]
	return ok && len(given) > 0 && (given[0] == f.tag || matchesTag(req, f.tag))
}

// tileControl is Cache-Control of a tile: as long as all of its layers allow.
func tileControl(ls []*layers.Layer) string {
	least := -1
	for _, l := range ls {
		if !l.Managed() || l.MaxAge == 0 {
			return "no-cache"
		}
		if least < 0 || l.MaxAge < least {
			least = l.MaxAge
		}
	}
	return fmt.Sprintf("public, max-age=%d, must-revalidate", max(least, 0))
}
