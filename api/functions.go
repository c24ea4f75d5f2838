package api

import (
	"net/http"

	"planatlas/layers"
	"planatlas/layers/cql"
)

// functionDoc is a function as OGC API - Features, Part 3, describes it.
type functionDoc struct {
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Arguments   []argumentDoc `json:"arguments"`
	Returns     []cql.Type    `json:"returns"`
}

type argumentDoc struct {
	Title string     `json:"title"`
	Type  []cql.Type `json:"type"`
}

// functions is the resource /functions (Part 3, 19-079r2,
// /req/filter/get-functions-operation).
func (s *server) functions(w *response, req *http.Request) error {
	if w.format == "html" {
		return s.page(w, req, "functions", cql.Functions())
	}
	lang, list := language(req), []functionDoc{}
	for _, f := range cql.Functions() {
		doc := functionDoc{Name: f.Name, Description: inLanguage(lang, layers.Text{ZH: f.ZH, EN: f.EN}), Arguments: []argumentDoc{}, Returns: []cql.Type{f.Returns}}
		for _, a := range f.Args {
			doc.Arguments = append(doc.Arguments, argumentDoc{a.Name, []cql.Type{a.Type}})
		}
		list = append(list, doc)
	}
	sayLanguage(w.Header(), lang)
	return w.json(typeJSON, map[string]any{"functions": list, "links": selfAndPage(req, "/functions")})
}
