package api

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"
)

// media returns the media types of a value of the parameter f.
func (s *server) media(r route, name string) []string {
	switch name {
	case "json":
		return []string{r.media, typeJSON}
	case "html":
		return []string{typeHTML}
	case "mvt":
		return []string{typeMVT, "application/x-protobuf", "application/octet-stream"}
	case "tilejson":
		return []string{typeTileJSON}
	case "mapbox":
		return []string{typeMapLibre, typeJSON}
	case "sld10":
		return []string{typeSLD10}
	case "sld11":
		return []string{typeSLD11}
	case "pdf":
		return []string{typePDF}
	case "xlsx":
		return []string{typeXLSX}
	case "txt":
		return []string{typeText}
	case "dxf":
		return []string{typeDXF, "application/dxf"}
	}
	return []string{s.featureFormat(name).Media}
}

// choose decides the form of the answer: f over the Accept header, whose wishes
// it weighs (RFC 9110, section 12.5.1). Among equals the first offer wins.
func (s *server) choose(req *http.Request, r route, query url.Values) (string, error) {
	if f := query.Get("f"); f != "" {
		return f, nil // it was checked
	}
	header := strings.Join(req.Header.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return r.formats[0], nil
	}
	best, weight := "", 0.0
	for _, name := range r.formats {
		for _, media := range s.media(r, name) {
			if q := wish(header, media); q > weight {
				best, weight = name, q
			}
		}
	}
	if best == "" {
		return "", fmt.Errorf("none of %q can be given (use f=%s): %w", shorten(header), strings.Join(r.formats, "|"), errNotAcceptable)
	}
	return best, nil
}

// wish returns how much an Accept header wants a media type: the weight of the
// closest range.
func wish(header, media string) float64 {
	media, _, _ = strings.Cut(media, ";")
	kind, _, _ := strings.Cut(media, "/")
	weight, closest := 0.0, 0
	for _, part := range strings.Split(header, ",") {
		wanted, q := weighed(part)
		near := 0
		switch wanted {
		case media:
			near = 3
		case kind + "/*":
			near = 2
		case "*/*":
			near = 1
		}
		if near > closest {
			weight, closest = q, near
		}
	}
	return weight
}

// weighed parts an element of a header such as Accept into its name and weight.
func weighed(part string) (name string, q float64) {
	name, params, _ := strings.Cut(part, ";")
	q = 1
	for _, p := range strings.Split(params, ";") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				q = f
			}
		}
	}
	return strings.ToLower(strings.TrimSpace(name)), q
}

// featureFormat returns the format of features of that name; json is GeoJSON.
func (s *server) featureFormat(name string) encode.Format {
	for _, f := range s.formats {
		if f.Name == name {
			return f
		}
	}
	return s.formats[0]
}

// formatNames lists the values of f for features.
func (s *server) formatNames() []string {
	names := []string{}
	for _, f := range s.formats {
		names = append(names, f.Name)
	}
	return names
}

// tag names the state of a resource: the layer's revision and what was asked.
func tag(req *http.Request, v layers.Version) string {
	h := fnv.New64a()
	for _, part := range []string{req.URL.RequestURI(), req.Header.Get("Accept"), req.Header.Get("Accept-Language"), base(req)} {
		_, _ = h.Write([]byte(part + "\n")) // a hash takes everything
	}
	return fmt.Sprintf(`W/"%d-%x"`, v.Revision, h.Sum64())
}

// setTag names the state of the layer that the answer is of.
func setTag(h http.Header, req *http.Request, l *layers.Layer, v layers.Version) {
	sayHowLong(h, l)
	if !l.Managed() {
		return
	}
	h.Set("ETag", tag(req, v))
	h.Set("Last-Modified", v.Changed.UTC().Format(http.TimeFormat))
}

// notModified answers 304 when the client has the layer's revision already. A
// resource that also shows other layers has an entity tag of its own.
func (s *server) notModified(w *response, req *http.Request, l *layers.Layer) (bool, error) {
	if req.Header.Get("If-None-Match") == "" || !l.Managed() {
		return false, nil
	}
	v, err := s.Reader.Version(req.Context(), l)
	if err != nil || !matchesTag(req, tag(req, v)) {
		return false, err
	}
	setTag(w.Header(), req, l, v)
	w.status = http.StatusNotModified
	return true, nil
}

// matchesTag compares weakly, as If-None-Match has it (RFC 9110, section 13.1.2).
func matchesTag(req *http.Request, tag string) bool {
	for _, one := range strings.Split(req.Header.Get("If-None-Match"), ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
