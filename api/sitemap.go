package api

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"planatlas/layers"
)

const (
	typeXML = "application/xml"

	// maxSitemap is the number of pages in one sitemap; sitemaps.org allows 50,000.
	maxSitemap = 40_000
)

// robots is /robots.txt (RFC 9309): pages may be read, checks and jobs are nobody's
// but those who know their names.
func (s *server) robots(w *response, req *http.Request) error {
	lines := []string{"User-agent: *", "Disallow: /checks", "Disallow: /jobs", "Disallow: /processes", "Disallow: /collections/*/download", "Allow: /", "", "Sitemap: " + base(req) + "/sitemap.xml", ""}
	return w.document(typeText, []byte(strings.Join(lines, "\n")))
}

// sitemapEntry is a page or another sitemap.
type sitemapEntry struct {
	Location string `xml:"loc"`
	Changed  string `xml:"lastmod,omitempty"`
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

type sitemapIndex struct {
	XMLName xml.Name       `xml:"sitemapindex"`
	Space   string         `xml:"xmlns,attr"`
	Parts   []sitemapEntry `xml:"sitemap"`
}

type sitemapSet struct {
	XMLName xml.Name       `xml:"urlset"`
	Space   string         `xml:"xmlns,attr"`
	Pages   []sitemapEntry `xml:"url"`
}

// sitemap is /sitemap.xml: an index of one sitemap for the layers, and of as many for
// the features of each layer as it takes.
func (s *server) sitemap(w *response, req *http.Request) error {
	index := sitemapIndex{Space: sitemapSpace, Parts: []sitemapEntry{{Location: base(req) + "/sitemap-layers.xml"}}}
	for _, l := range s.Catalog().Layers {
		sum, err := s.Reader.Summary(req.Context(), l)
		if err != nil {
			return err
		}
		for offset := int64(0); offset < sum.Features; offset += maxSitemap {
			at := base(req) + collectionPath(l) + "/sitemap.xml"
			if offset > 0 {
				at += "?offset=" + strconv.FormatInt(offset, 10)
			}
			index.Parts = append(index.Parts, sitemapEntry{at, lastChange(l, sum.Version)})
		}
	}
	return writeXML(w, index)
}

// sitemapLayers is the sitemap of the pages of the service and of its layers.
func (s *server) sitemapLayers(w *response, req *http.Request) error {
	set := sitemapSet{Space: sitemapSpace}
	for _, path := range []string{"/?f=html", "/map/", "/collections?f=html", "/rules?f=html"} {
		set.Pages = append(set.Pages, sitemapEntry{Location: base(req) + path})
	}
	for _, l := range s.Catalog().Layers {
		v, err := s.Reader.Version(req.Context(), l)
		if err != nil {
			return err
		}
		set.Pages = append(set.Pages, sitemapEntry{base(req) + collectionPath(l) + "?f=html", lastChange(l, v)})
	}
	return writeXML(w, set)
}

// sitemapFeatures is the sitemap of the features of a layer, from an offset on. It
// is written row by row.
func (s *server) sitemapFeatures(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	offset := 0
	if text := req.URL.Query().Get("offset"); text != "" {
		if offset, err = strconv.Atoi(text); err != nil || offset < 0 {
			return &layers.InputError{Param: "offset", Value: text, Want: "a whole number from 0"}
		}
	}
	w.Header().Set("Content-Type", typeXML)
	sayHowLong(w.Header(), l)
	fmt.Fprintf(w, "%s<urlset xmlns=%q>\n", xml.Header, sitemapSpace)
	if _, err := s.Reader.Items(req.Context(), l, layers.Query{Properties: []layers.Property{}, Offset: offset, Limit: maxSitemap}, sitemapRows{w, base(req) + collectionPath(l) + "/items/"}); err != nil {
		return err
	}
	_, err = w.Write([]byte("</urlset>\n"))
	return err
}

type sitemapRows struct {
	w      *response
	before string
}

// Row writes the address of a feature's page.
func (r sitemapRows) Row(row layers.Row) error {
	if _, err := r.w.Write([]byte("<url><loc>")); err != nil {
		return err
	}
	if err := xml.EscapeText(r.w, []byte(r.before+url.PathEscape(string(row.ID))+"?f=html")); err != nil {
		return fmt.Errorf("write a sitemap: %w", err)
	}
	_, err := r.w.Write([]byte("</loc></url>\n"))
	return err
}

// lastChange is when the layer changed; unknown of a table that others write.
func lastChange(l *layers.Layer, v layers.Version) string {
	if !l.Managed() || v.Changed.IsZero() {
		return ""
	}
	return v.Changed.UTC().Format(time.RFC3339)
}

func writeXML(w *response, v any) error {
	b, err := xml.Marshal(v)
	if err != nil {
		return fmt.Errorf("write a sitemap: %w", err)
	}
	return w.document(typeXML, append([]byte(xml.Header), b...))
}
