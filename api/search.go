package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"planatlas/api/encode"
	"planatlas/layers"
	"planatlas/layers/cql"
	"planatlas/layers/names"
)

const (
	defaultFound = 20
	maxFound     = 100
	maxSought    = 100    // characters
	maxIndexed   = 20_000 // names of a layer that are kept in memory
)

// nameIndexes are the names of the layers, each as of a revision. A layer with too
// many names, or with none that is known to change, is searched in the database.
type nameIndexes struct {
	mu      sync.Mutex
	byLayer map[string]nameIndex
}

type nameIndex struct {
	revision int64
	names    *names.Index // nil: too many
}

// found is a feature or record that the search found.
type found struct {
	names.Name
	Titles layers.Text `json:"layerTitles"`
	Href   string      `json:"href"`
}

// search is GET /search: features and records by name.
func (s *server) search(w *response, req *http.Request) error {
	query := req.URL.Query()
	text := strings.TrimSpace(query.Get("q"))
	if text == "" || utf8.RuneCountInString(text) > maxSought {
		return &layers.InputError{Param: "q", Value: text, Want: "a name or a part of one, at most 100 characters", Hint: "in Chinese, in pinyin, by first letters, or in English"}
	}
	limit := defaultFound
	if query.Has("limit") {
		var err error
		if limit, err = parseLimit(query.Get("limit")); err != nil {
			return err
		}
	}
	all, err := s.find(req.Context(), text)
	if err != nil {
		return err
	}
	results := []found{}
	for _, f := range all[:min(len(all), limit, maxFound)] {
		l, err := s.Catalog().Layer(f.Layer)
		if err != nil {
			return err
		}
		results = append(results, found{f.Name, l.Title, itemHref(req, f.Layer, f.ID)})
	}
	if w.format == "html" {
		return s.page(w, req, "search", searchPage{Text: text, Found: results, Matched: len(all)})
	}
	return w.json(typeJSON, map[string]any{"q": text, "numberMatched": len(all), "results": results,
		"links": []encode.Link{{Href: base(req) + req.URL.RequestURI(), Rel: "self", Type: typeJSON}}})
}

// searchPage is the page of what was found.
type searchPage struct {
	Text    string
	Found   []found
	Matched int
}

// find searches all layers. What stands on the map comes before records, and an
// entity of the plan's inventory is left out when a feature was found for it.
func (s *server) find(ctx context.Context, text string) ([]names.Found, error) {
	var features, records []names.Found
	seen := map[string]bool{}
	inventory := map[string]bool{}
	for _, l := range s.Catalog().Layers {
		if _, ok := l.Property("name_zh"); !ok {
			continue
		}
		here, err := s.findIn(ctx, l, text)
		if err != nil {
			return nil, err
		}
		inventory[l.ID] = l.Inventory
		for _, f := range here {
			if l.HasGeometry() {
				features = append(features, f)
				seen[f.Entity] = true
			} else {
				records = append(records, f)
			}
		}
	}
	records = slices.DeleteFunc(records, func(f names.Found) bool { return inventory[f.Layer] && seen[f.ID] })
	slices.SortStableFunc(features, names.Compare)
	slices.SortStableFunc(records, names.Compare)
	return append(features, records...), nil
}

func (s *server) findIn(ctx context.Context, l *layers.Layer, text string) ([]names.Found, error) {
	if !l.Managed() {
		return s.findInDatabase(ctx, l, text)
	}
	x, err := s.nameIndex(ctx, l)
	if err != nil {
		return nil, err
	}
	if x == nil {
		return s.findInDatabase(ctx, l, text)
	}
	return x.Find(text), nil
}

// nameIndex returns the index of the layer's names as they are now; nil when they
// are too many.
func (s *server) nameIndex(ctx context.Context, l *layers.Layer) (*names.Index, error) {
	v, err := s.Reader.Version(ctx, l)
	if err != nil {
		return nil, err
	}
	s.names.mu.Lock()
	x, ok := s.names.byLayer[l.ID]
	s.names.mu.Unlock()
	if ok && x.revision == v.Revision {
		return x.names, nil
	}
	sink := &nameSink{layer: l, properties: nameProperties(l)}
	page, err := s.Reader.Items(ctx, l, layers.Query{Properties: sink.properties, Limit: maxIndexed + 1}, sink)
	if err != nil {
		return nil, err
	}
	x = nameIndex{revision: page.Version.Revision}
	if len(sink.names) <= maxIndexed {
		x.names = names.New(sink.names)
	}
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	s.names.byLayer[l.ID] = x
	return x.names, nil
}

// findInDatabase finds the text in the names, but no pinyin.
func (s *server) findInDatabase(ctx context.Context, l *layers.Layer, text string) ([]names.Found, error) {
	pattern := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `'`, `''`).Replace(text)
	condition := "casei(name_zh) LIKE casei('%" + pattern + "%')"
	if _, ok := l.Property("name_en"); ok {
		condition += " OR casei(name_en) LIKE casei('%" + pattern + "%')"
	}
	var filter cql.Expr
	filter, err := parseFilter("q", l, condition, "", systems()[0])
	if err != nil {
		return nil, err
	}
	sink := &nameSink{layer: l, properties: nameProperties(l)}
	if _, err := s.Reader.Items(ctx, l, layers.Query{Properties: sink.properties, Filter: filter, Limit: maxFound}, sink); err != nil {
		return nil, err
	}
	return names.New(sink.names).Find(text), nil
}

// nameProperties are those of the layer that make a name.
func nameProperties(l *layers.Layer) (out []layers.Property) {
	for _, name := range []string{"name_zh", "name_en", "county", "entity"} {
		if p, ok := l.Property(name); ok {
			out = append(out, p)
		}
	}
	return out
}

// nameSink collects names.
type nameSink struct {
	layer      *layers.Layer
	properties []layers.Property
	names      []names.Name
}

// Row implements layers.Sink.
func (n *nameSink) Row(r layers.Row) error {
	one := names.Name{Layer: n.layer.ID, ID: string(r.ID), Placed: r.Geom != nil}
	for i, p := range n.properties {
		value := string(r.Values[i])
		switch p.Name {
		case "name_zh":
			one.Name.ZH = value
		case "name_en":
			one.Name.EN = value
		case "county":
			one.County = value
		case "entity":
			one.Entity = value
		}
	}
	n.names = append(n.names, one)
	return nil
}
