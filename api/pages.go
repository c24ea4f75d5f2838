package api

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"

	"planatlas/api/encode"
	"planatlas/geo"
	"planatlas/layers"
)

// maxRowsHTML bounds the table of a page.
const maxRowsHTML = 200

//go:embed *.html
var pageFiles embed.FS

// templates are the pages by name, each with the one layout.
type templates struct {
	byName map[string]*template.Template
	err    error
}

func parsePages() (t templates) {
	t.byName = map[string]*template.Template{}
	for _, name := range []string{"landing", "held", "conformance", "api", "collections", "collection", "schema", "items", "item", "nearest", "plan", "rules", "rule", "functions", "search", "processes", "jobs", "tilematrixsets", "tilematrixset", "tilesets", "tileset", "styles"} {
		page, err := template.ParseFS(pageFiles, "layout.html", name+".html")
		if err != nil {
			t.err = fmt.Errorf("read the page %s: %w", name, err)
		}
		t.byName[name] = page
	}
	return t
}

// view is what a page is made of. Its links are relative, so that they lead
// through any proxy.
type view struct {
	Lang    string // zh, en, or "" for both
	Root    string // the way back to the landing page
	JSON    string // the way to the same in JSON
	Version string
	Held    bool // there is no database behind it
	Data    any

	at    string // the page's address, without its query
	query url.Values
}

// Say returns a sentence in the reader's language, or in both.
func (v view) Say(zh, en string) string { return v.Text(layers.Text{ZH: zh, EN: en}) }

// Text returns a text in the reader's language, or in both.
func (v view) Text(t layers.Text) string { return inLanguage(v.Lang, t) }

// page answers with the page of that name.
func (s *server) page(w *response, req *http.Request, name string, data any) error {
	b, err := s.render(req, name, data)
	if err != nil {
		return err
	}
	sayLanguage(w.Header(), language(req))
	return w.document(typePage, b)
}

func (s *server) render(req *http.Request, name string, data any) ([]byte, error) {
	if s.pages.err != nil {
		return nil, s.pages.err
	}
	root := "./"
	if depth := strings.Count(req.URL.EscapedPath(), "/"); depth > 1 {
		root = strings.Repeat("../", depth-1)
	}
	query := req.URL.Query()
	query.Set("f", "json")
	var out bytes.Buffer
	v := view{Lang: language(req), Root: root, JSON: "?" + query.Encode(), Version: s.Version, Held: s.held != nil, Data: data, at: base(req) + req.URL.EscapedPath(), query: req.URL.Query()}
	if err := s.pages.byName[name].ExecuteTemplate(&out, "layout.html", v); err != nil {
		return nil, fmt.Errorf("write the page %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// fact is one property of one feature.
type fact struct {
	Title layers.Text
	Name  string
	Unit  string
	Value string
	Word  layers.Text // what people read for a value that is a code
	None  bool
}

func facts(properties []layers.Property, r layers.Row) []fact {
	out := make([]fact, len(properties))
	for i, p := range properties {
		out[i] = fact{Title: p.Title, Name: p.Name, Unit: p.Unit, Value: string(r.Values[i]), Word: p.CodeTitles[string(r.Values[i])], None: r.Values[i] == nil}
		if p.Type == layers.Boolean && !out[i].None {
			out[i].Word = map[bool]layers.Text{true: {ZH: "是", EN: "yes"}, false: {ZH: "否", EN: "no"}}[r.Values[i][0] == 't']
		}
	}
	return out
}

// summary says what kind of geometry it is and how many positions it has.
func summary(g geo.WKB) (string, error) {
	if g == nil {
		return "", nil
	}
	n, err := g.Positions()
	if err != nil {
		return "", err
	}
	text, err := g.AppendGeoJSON(nil, 7)
	if err != nil {
		return "", err
	}
	if n == 1 {
		return string(text), nil
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(string(text), `{"type":"`), `"`)
	return fmt.Sprintf("%s (%d)", kind, n), nil
}

// itemsPage is a page of features as a table.
type itemsPage struct {
	Layer      *layers.Layer
	Properties []layers.Property
	Rows       []itemRow
	Page       layers.Page
	Prev, Next string
	Formats    []encode.Format
	Query      map[string]string
}

type itemRow struct {
	ID       string
	Href     string // from the page of the collection's features
	Facts    []fact
	Geometry string
}

// pageFormat is the form of a page of features that people read. It keeps its
// rows, which are few.
func (s *server) pageFormat(req *http.Request, l *layers.Layer) encode.Format {
	return encode.Format{Name: "html", Media: typePage, InBody: true,
		New: func(_ context.Context, w io.Writer, v encode.View) (encode.Encoder, error) {
			query := map[string]string{}
			for name, values := range req.URL.Query() {
				query[name] = values[0]
			}
			return &itemsTable{server: s, w: w, req: req, data: itemsPage{Layer: l, Properties: v.Properties, Formats: s.formats, Query: query}}, nil
		}}
}

type itemsTable struct {
	*server
	w    io.Writer
	req  *http.Request
	data itemsPage
}

// Row keeps a feature.
func (t *itemsTable) Row(r layers.Row) error {
	geometry, err := summary(r.Geom)
	t.data.Rows = append(t.data.Rows, itemRow{string(r.ID), "items/" + url.PathEscape(string(r.ID)) + "?f=html", facts(t.data.Properties, r), geometry})
	return err
}

// Close writes the page.
func (t *itemsTable) Close(end encode.End) error {
	t.data.Page = end.Page
	for _, l := range end.Links {
		_, query, _ := strings.Cut(l.Href, "?")
		switch l.Rel {
		case "next":
			t.data.Next = "?" + query
		case "prev":
			t.data.Prev = "?" + query
		}
	}
	b, err := t.render(t.req, "items", t.data)
	if err == nil {
		_, err = t.w.Write(b)
	}
	return err
}

// Free does nothing.
func (t *itemsTable) Free() {}
