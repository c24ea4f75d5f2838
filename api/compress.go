package api

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"planatlas/api/encode"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// compressFrom is the size below which a body is sent as it is.
const compressFrom = 1 << 10

// coder compresses a body.
type coder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// coders keeps coders and memory for the next answer: making them costs more than
// most answers do.
type coders struct{ gzip, zstd, buffers sync.Pool }

func newCoders() *coders {
	return &coders{
		gzip: sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return w }}, // the level is one that exists
		zstd: sync.Pool{New: func() any {
			w, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(256<<10)) // options that exist
			return w
		}},
		buffers: sync.Pool{New: func() any { b := make([]byte, 0, encode.BufferSize); return &b }},
	}
}

func (c *coders) get(coding string, w io.Writer) (out coder) {
	if coding == "zstd" {
		out = c.zstd.Get().(coder)
	} else {
		out = c.gzip.Get().(coder)
	}
	out.Reset(w)
	return out
}

func (c *coders) put(used coder) {
	used.Reset(nil)
	if _, is := used.(*zstd.Encoder); is {
		c.zstd.Put(used)
		return
	}
	c.gzip.Put(used)
}

// coding chooses a content coding by Accept-Encoding: zstd, gzip, or "" for none
// (RFC 9110, section 12.5.3). The wildcard is not taken for a wish.
func coding(header string) string {
	best, weight := "", 0.0
	for _, part := range strings.Split(header, ",") {
		name, q := weighed(part)
		if (name == "zstd" || name == "gzip") && (q > weight || q == weight && q > 0 && name == "zstd") {
			best, weight = name, q
		}
	}
	return best
}

// compress begins a compressed body where the client knows how to read it and
// something is gained.
func (r *response) compress(whole bool) {
	h := r.Header()
	if h.Get("Content-Encoding") != "" { // it was compressed beforehand
		return
	}
	use := coding(r.req.Header.Get("Accept-Encoding"))
	small := whole && r.rest == nil && r.held.Len() < compressFrom
	if use == "" || small || r.status == http.StatusNoContent || r.status == http.StatusNotModified || packed(h.Get("Content-Type")) {
		return
	}
	h.Set("Content-Encoding", use)
	h.Del("Content-Length")
	if r.req.Method != http.MethodHead {
		r.coder = r.coders.get(use, wire{r})
	}
}

// packed tells media types that are compressed already.
func packed(media string) bool { return strings.HasPrefix(media, "application/x-shapefile") }
