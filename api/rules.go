package api

import (
	"fmt"
	"net/http"
	"slices"

	"planatlas/api/encode"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/gorilla/mux"
)

// RuleBook holds the rules of the moment.
type RuleBook interface {
	RuleSet() check.RuleSet
}

// ruleDoc is one version of a rule with its links.
type ruleDoc struct {
	check.Rule
	Links []encode.Link `json:"links"`
}

// attributeDoc is something that rules ask of a project.
type attributeDoc struct {
	Name     string              `json:"name"`
	Type     layers.PropertyType `json:"type"`
	Title    layers.Text         `json:"titles"`
	Question layers.Text         `json:"question"`
	Codes    []codeDoc           `json:"codes,omitempty"`
	Of       string              `json:"only_if,omitempty"`
}

type codeDoc struct {
	Value string      `json:"value"`
	Title layers.Text `json:"titles"`
}

// rulesPage is the list of rules, and what may be asked of a project.
type rulesPage struct {
	SHA256     string         `json:"sha256"`
	Matched    int            `json:"numberMatched"`
	Rules      []ruleDoc      `json:"rules"`
	Attributes []attributeDoc `json:"attributes"`
	Links      []encode.Link  `json:"links"`
	Query      rulesQuery     `json:"-"`
}

// rulePage is every version of one rule, the oldest first.
type rulePage struct {
	ID       string        `json:"id"`
	Versions []ruleDoc     `json:"versions"`
	Links    []encode.Link `json:"links"`
}

type rulesQuery struct {
	Datetime, Layer string
	valid           *layers.Interval
}

// rulesList is GET /rules: all that were loaded, or those in force at a time, and
// those about a layer.
func (s *server) rulesList(w *response, req *http.Request) error {
	q, err := parseRules(req)
	if err != nil {
		return err
	}
	set := s.Checker.RuleSet()
	page := rulesPage{SHA256: set.SHA256, Rules: []ruleDoc{}, Attributes: attributeDocs(), Links: selfAndPage(req, "/rules"), Query: q}
	for _, r := range set.Rules {
		if q.wants(r) {
			page.Rules = append(page.Rules, s.withLinks(req, r))
		}
	}
	page.Matched = len(page.Rules)
	if w.format == "html" {
		return s.page(w, req, "rules", page)
	}
	return w.json(typeJSON, page)
}

// ruleGet is GET /rules/{rule}: the versions of a rule, or of the rule of which a
// case has that name.
func (s *server) ruleGet(w *response, req *http.Request) error {
	q, err := parseRules(req)
	if err != nil {
		return err
	}
	id := mux.Vars(req)["rule"]
	page := rulePage{ID: id, Links: selfAndPage(req, "/rules/"+id)}
	var known []string
	for _, r := range s.Checker.RuleSet().Rules {
		known = append(known, r.ID)
		named := r.ID == id || slices.ContainsFunc(r.Cases, func(c check.Case) bool { return c.ID == id })
		if named && q.wants(r) {
			page.Versions = append(page.Versions, s.withLinks(req, r))
		}
	}
	switch near := layers.Nearest(id, known); {
	case len(page.Versions) > 0:
	case near != "" && near != id:
		return fmt.Errorf("rule %q (did you mean %q?): %w", id, near, layers.ErrNotFound)
	default:
		return fmt.Errorf("rule %q: %w", id, layers.ErrNotFound)
	}
	if w.format == "html" {
		return s.page(w, req, "rule", page)
	}
	return w.json(typeJSON, page)
}

func parseRules(req *http.Request) (q rulesQuery, err error) {
	q.Datetime, q.Layer = req.URL.Query().Get("datetime"), req.URL.Query().Get("layer")
	q.valid, err = parseDatetime(q.Datetime)
	return q, err
}

// wants reports whether the rule holds on a day of the interval, and is about the
// layer.
func (q rulesQuery) wants(r check.Rule) bool {
	if q.Layer != "" && q.Layer != r.Layer {
		return false
	}
	if q.valid == nil {
		return true
	}
	return (q.valid.To == "" || r.ValidFrom < q.valid.To) && (q.valid.From == "" || r.ValidTo == "" || r.ValidTo > q.valid.From)
}

// withLinks links a rule to itself and to the layer that it is about, where the
// service has and publishes it.
func (s *server) withLinks(req *http.Request, r check.Rule) ruleDoc {
	doc := ruleDoc{Rule: r, Links: []encode.Link{{Href: base(req) + "/rules/" + r.ID, Rel: "self", Type: typeJSON}}}
	if l, err := s.Catalog().Layer(r.Layer); err == nil {
		doc.Links = append(doc.Links, encode.Link{Href: base(req) + collectionPath(l), Rel: "about", Type: typeJSON})
	}
	return doc
}

func attributeDocs() []attributeDoc {
	var out []attributeDoc
	for _, a := range check.Attributes() {
		d := attributeDoc{Name: a.Name, Type: a.Type, Title: a.Title, Question: a.Question, Of: a.Of}
		for _, c := range a.Codes {
			d.Codes = append(d.Codes, codeDoc(c))
		}
		out = append(out, d)
	}
	return out
}

// VerdictName is a verdict in both languages.
func (ruleDoc) VerdictName(v check.Verdict) layers.Text {
	return map[check.Verdict]layers.Text{
		check.Prohibited: {ZH: "禁止", EN: "prohibited"}, check.Restricted: {ZH: "受限", EN: "restricted"}, check.Advisory: {ZH: "提示", EN: "advisory"},
	}[v]
}

// RelationName is how a site has to lie for the rule, in both languages.
func (d ruleDoc) RelationName() layers.Text {
	switch d.Relation {
	case check.DWithin:
		from := map[string]layers.Text{"edge": {ZH: "边缘", EN: "edge"}, "centreline": {ZH: "中心线", EN: "centreline"}, "polygon": {ZH: "图形", EN: "shape"}}[d.MeasuredFrom]
		return layers.Text{ZH: "距" + from.ZH + "不足 " + d.Distances(), EN: "nearer than " + d.Distances() + " to its " + from.EN}
	case check.TouchesIt:
		return layers.Text{ZH: "相邻", EN: "adjoins"}
	case check.Within:
		return layers.Text{ZH: "全部位于其中", EN: "wholly inside"}
	case check.OutsideOf:
		return layers.Text{ZH: "有部分在其外", EN: "a part outside"}
	}
	return layers.Text{ZH: "重叠", EN: "overlaps"}
}
