package api

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"
)

// featureFormat chooses the format of features: f decides over the Accept header.
func featureFormat(req *http.Request) (encode.Format, error) {
	formats := encode.Formats()
	if name := req.URL.Query().Get("f"); name != "" && name != "json" {
		for _, f := range formats {
			if f.Name == name {
				return f, nil
			}
		}
	}
	if req.URL.Query().Has("f") {
		return formats[0], nil
	}
	for _, media := range accepted(req.Header.Get("Accept")) {
		for _, f := range formats {
			if matches(media, f.Media) {
				return f, nil
			}
		}
		if matches(media, typeJSON) || matches(media, typeHTML) {
			return formats[0], nil
		}
	}
	return formats[0], fmt.Errorf("none of %q can be given (use f=%s): %w", req.Header.Get("Accept"), strings.Join(formatNames(), "|"), errNotAcceptable)
}

func formatNames() []string {
	names := []string{"json"}
	for _, f := range encode.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// accepted lists the media types of an Accept header, the most wanted first. An
// empty header accepts everything.
func accepted(header string) []string {
	if strings.TrimSpace(header) == "" {
		return []string{"*/*"}
	}
	type wish struct {
		media string
		q     float64
	}
	var wishes []wish
	for _, part := range strings.Split(header, ",") {
		media, params, _ := strings.Cut(part, ";")
		w := wish{strings.ToLower(strings.TrimSpace(media)), 1}
		for _, p := range strings.Split(params, ";") {
			if v, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
				if q, err := strconv.ParseFloat(v, 64); err == nil {
					w.q = q
				}
			}
		}
		if w.media != "" && w.q > 0 {
			wishes = append(wishes, w)
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int {
		switch {
		case a.q > b.q:
			return -1
		case a.q < b.q:
			return 1
		}
		return 0
	})
	out := make([]string, len(wishes))
	for i, w := range wishes {
		out[i] = w.media
	}
	return out
}

func matches(wanted, offered string) bool {
	offered, _, _ = strings.Cut(offered, ";")
	kind, _, _ := strings.Cut(offered, "/")
	return wanted == "*/*" || wanted == offered || wanted == kind+"/*"
}

// tag names the state of a resource: the layer's revision and what was asked.
func tag(req *http.Request, v layers.Version) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(req.URL.RequestURI() + "\n" + req.Header.Get("Accept") + "\n" + req.Host)) // a hash takes everything
	return fmt.Sprintf(`W/"%d-%x"`, v.Revision, h.Sum64())
}

func setTag(h http.Header, req *http.Request, v layers.Version) {
	h.Set("ETag", tag(req, v))
	h.Set("Last-Modified", v.Changed.UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-cache") // may be kept, and must be asked about
	h.Set("Vary", "Accept, Accept-Encoding")
}

// notModified answers 304 when the client has the layer's revision already. A
// resource that also shows other layers has an entity tag of its own.
func (s *server) notModified(w *response, req *http.Request, l *layers.Layer) (bool, error) {
	have := req.Header.Get("If-None-Match")
	if have == "" {
		return false, nil
	}
	v, err := s.Reader.Version(req.Context(), l)
	if err != nil {
		return false, err
	}
	for _, one := range strings.Split(have, ",") {
		if one = strings.TrimSpace(one); one == tag(req, v) || one == "*" {
			setTag(w.Header(), req, v)
			w.status = http.StatusNotModified
			return true, nil
		}
	}
	return false, nil
}
