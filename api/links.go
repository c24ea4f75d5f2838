package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"
)

// base is the address under which the client sees the service. A proxy that
// changes it says so in X-Forwarded-Proto, X-Forwarded-Host and
// X-Forwarded-Prefix; what does not look like a scheme, a host or a path is
// passed over. An answer that holds an address must be asked about before it is
// used again, or varies by these headers (sayHowLong), and its entity tag depends
// on the address, so that a false header reaches nobody but its sender.
func base(req *http.Request) string {
	scheme, host := "http", req.Host
	if proto := req.Header.Get("X-Forwarded-Proto"); req.TLS != nil || proto == "https" {
		scheme = "https"
	}
	if h := req.Header.Get("X-Forwarded-Host"); isHost(h) {
		host = h
	}
	prefix := strings.TrimRight(req.Header.Get("X-Forwarded-Prefix"), "/")
	if !isPrefix(prefix) {
		prefix = ""
	}
	return scheme + "://" + host + prefix
}

// changed writes the address of a resource with the query of the request and some
// parameters changed; an empty value leaves one out.
func changed(req *http.Request, path string, change ...queryParam) string {
	return newAddress(base(req)+path, req.URL.Query()).with(change...)
}

// queryParam is a query parameter and its value.
type queryParam struct{ name, value string }

// address is the address of a resource with the query of the request, sorted.
type address struct {
	resource string
	query    []queryParam // both sides escaped
}

func newAddress(resource string, query url.Values) address {
	a := address{resource: resource, query: make([]queryParam, 0, len(query))}
	for name, values := range query {
		for _, v := range values {
			a.query = append(a.query, queryParam{url.QueryEscape(name), url.QueryEscape(v)})
		}
	}
	slices.SortStableFunc(a.query, func(p, q queryParam) int { return strings.Compare(p.name, q.name) })
	return a
}

// with writes the address with some parameters changed; an empty value leaves one
// out. The names need no escaping.
func (a address) with(change ...queryParam) string {
	var out strings.Builder
	out.Grow(len(a.resource) + 256)
	out.WriteString(a.resource)
	separator := byte('?')
	write := func(name, escaped string) {
		out.WriteByte(separator)
		out.WriteString(name)
		out.WriteByte('=')
		out.WriteString(escaped)
		separator = '&'
	}
	slices.SortFunc(change, func(p, q queryParam) int { return strings.Compare(p.name, q.name) })
	for _, p := range a.query {
		for len(change) > 0 && change[0].name < p.name {
			if change[0].value != "" {
				write(change[0].name, url.QueryEscape(change[0].value))
			}
			change = change[1:]
		}
		if len(change) == 0 || change[0].name != p.name {
			write(p.name, p.value)
		}
	}
	for _, p := range change {
		if p.value != "" {
			write(p.name, url.QueryEscape(p.value))
		}
	}
	return out.String()
}

// around writes the address without a parameter, in two parts between which it stands
// in order: the first ends where its name begins.
func (a address) around(name string) (before, after string) {
	before = a.resource + "?"
	for _, p := range a.query {
		switch {
		case p.name < name:
			before += p.name + "=" + p.value + "&"
		case p.name > name:
			after += "&" + p.name + "=" + p.value
		}
	}
	return before, after
}

func collectionPath(l *layers.Layer) string { return "/collections/" + l.ID }

// pageLinks are the links of a page: itself, its other forms, the collection, and
// the pages around it.
func (s *server) pageLinks(req *http.Request, query url.Values, l *layers.Layer, q *itemsQuery, format encode.Format, page layers.Page) ([]encode.Link, error) {
	collection := base(req) + collectionPath(l)
	self := newAddress(collection+"/items", query)
	links := make([]encode.Link, 0, len(s.formats)+5)
	links = append(links, encode.Link{Href: self.with(), Rel: "self", Type: format.Media})
	before, after := self.around("f")
	if format.Name != "html" {
		links = append(links, encode.Link{Href: before + "f=html" + after, Rel: "alternate", Type: typeHTML, Title: "HTML"})
	}
	for i := range s.formats {
		if f := &s.formats[i]; f.Name != format.Name && f.Fits(l) && (!f.OnlyCRS84 || q.crs.URI == crs84) {
			links = append(links, encode.Link{Href: before + "f=" + f.Name + after, Rel: "alternate", Type: f.Media, Title: f.Title.EN})
		}
	}
	links = append(links, encode.Link{Href: collection, Rel: "collection", Type: typeJSON})
	around, err := neighbours(q, page)
	for _, n := range around {
		links = append(links, encode.Link{Href: self.with(n.change...), Rel: n.rel, Type: format.Media})
	}
	return links, err
}

type neighbour struct {
	rel    string
	change []queryParam
}

// neighbours are the next and the previous page: by offset when the client pages
// so, by cursor otherwise.
func neighbours(q *itemsQuery, page layers.Page) ([]neighbour, error) {
	if q.byOffset && q.Cursor == nil {
		return neighboursByOffset(q, page), nil
	}
	var out []neighbour
	backward := q.Cursor != nil && q.Cursor.Before
	add := func(rel string, at *layers.Cursor, before bool) error {
		token, err := cursorParam(q, *at, before)
		out = append(out, neighbour{rel, []queryParam{{"cursor", token}, {"offset", ""}}})
		return err
	}
	if page.Last != nil && (page.More || backward) {
		if err := add("next", page.Last, false); err != nil {
			return nil, err
		}
	}
	if page.First != nil && q.Cursor != nil && (page.More || !backward) {
		if err := add("prev", page.First, true); err != nil {
			return nil, err
		}
	}
	if page.First == nil && q.Cursor != nil && !backward { // all behind the cursor is gone
		return out, add("prev", q.Cursor, true)
	}
	return out, nil
}

func neighboursByOffset(q *itemsQuery, page layers.Page) (out []neighbour) {
	if page.More {
		out = append(out, neighbour{"next", []queryParam{{"offset", strconv.Itoa(q.Offset + q.Limit)}}})
	}
	switch {
	case q.Offset == 0:
	case q.Offset < q.Limit: // what is left before
		out = append(out, neighbour{"prev", []queryParam{{"offset", "0"}, {"limit", strconv.Itoa(q.Offset)}}})
	default:
		out = append(out, neighbour{"prev", []queryParam{{"offset", strconv.Itoa(q.Offset - q.Limit)}}})
	}
	return out
}

// linkHeaders says in headers what the body of the format has no place for (RFC
// 8288; OGC API - Features, Part 1, section 7.15.7 for the numbers).
func linkHeaders(h http.Header, links []encode.Link, page layers.Page) {
	for _, l := range links {
		if l.Rel != "alternate" { // they are many and the collection has them
			h.Add("Link", fmt.Sprintf("<%s>; rel=%q; type=%q", l.Href, l.Rel, l.Type))
		}
	}
	h.Set("OGC-NumberReturned", strconv.Itoa(page.Returned))
	if page.Matched >= 0 {
		h.Set("OGC-NumberMatched", strconv.FormatInt(page.Matched, 10))
	}
}

// isHost reports whether s is a host name or address, with or without a port.
func isHost(s string) bool {
	host, port, hasPort := strings.Cut(s, ":")
	digits := strings.TrimLeft(port, "0123456789") == "" && len(port) <= 5
	return host != "" && strings.IndexFunc(host, notIn(".-")) < 0 && (!hasPort || port != "" && digits)
}

// isPrefix reports whether s is a plain path such as /atlas, without a slash at
// its end.
func isPrefix(s string) bool {
	return strings.HasPrefix(s, "/") && !strings.HasSuffix(s, "/") && !strings.Contains(s, "//") && strings.IndexFunc(s, notIn("/._~-")) < 0
}

// notIn matches everything but ASCII letters, digits and the signs.
func notIn(signs string) func(rune) bool {
	return func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(signs, r))
	}
}
