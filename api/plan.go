package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"planatlas/api/encode"
	"planatlas/geo"
	"planatlas/layers"

	"github.com/paulmach/orb/encoding/wkb"
)

const (
	defaultWithinM = 1_000
	maxWithinM     = 50_000
)

// planAnswer is what the plan says about a place.
type planAnswer struct {
	Place    json.RawMessage `json:"place"` // GeoJSON, CRS84
	WithinM  float64         `json:"within_m"`
	Counties []planRecord    `json:"counties"`
	Features []planFeature   `json:"features"` // nearest first
	Unknown  []planRecord    `json:"unknown"`  // their place is not loaded: they may be here
	Records  []planRecord    `json:"records"`  // systems, indicators, requirements and entities that name them
	Links    []encode.Link   `json:"links"`
}

type planFeature struct {
	layers.Nearby
	Href string `json:"href"`
}

// planRecord is a record of the plan with the entities here that it names.
type planRecord struct {
	Layer      string          `json:"layer"`
	ID         string          `json:"id"`
	Name       layers.Text     `json:"name"`
	Plan       string          `json:"plan,omitempty"`
	Quote      string          `json:"quote,omitempty"`
	Names      []string        `json:"names"`
	DistanceM  *float64        `json:"distance_m"` // of the nearest of them; null when it has no place of its own
	Properties json.RawMessage `json:"properties,omitempty"`
	Href       string          `json:"href,omitempty"`
}

// planGet is GET /plan: at=lon,lat for a place, entity=id for what the plan says
// of one of its entities wherever it is.
func (s *server) planGet(w *response, req *http.Request) error {
	query := req.URL.Query()
	if id := query.Get("entity"); id != "" {
		if query.Has("at") || query.Has("within") {
			return &layers.InputError{Param: "entity", Value: id, Want: "entity alone, or at with within"}
		}
		return s.planOf(w, req, id)
	}
	at, err := parsePoint("at", query.Get("at"), "as in at=113.58,37.86; for an area POST its boundary as GeoJSON; for an entity of the plan give entity=id")
	if err != nil {
		return err
	}
	return s.planAt(w, req, geo.Shape{SRID: geo.CGCS2000, Geom: at})
}

// planOf answers with the features and records that name an entity.
func (s *server) planOf(w *response, req *http.Request, entity string) error {
	mentions, err := s.Reader.Mentions(req.Context(), s.Catalog(), []string{entity})
	if err != nil {
		return err
	}
	if len(mentions) == 0 {
		return fmt.Errorf("entity %q of the plan (they are listed at /collections/plan_entities/items): %w", entity, layers.ErrNotFound)
	}
	records := planRecords(req, mentions, nil)
	if w.format == "html" {
		return s.page(w, req, "plan", planPage{Entity: entity, planAnswer: planAnswer{Records: records}})
	}
	return w.json(typeJSON, map[string]any{"entity": entity, "records": records,
		"links": []encode.Link{{Href: base(req) + req.URL.RequestURI(), Rel: "self", Type: typeJSON}}})
}

// planAtSite is POST /plan with a site in any form that planners have.
func (s *server) planAtSite(w *response, req *http.Request) error {
	site, err := s.handedIn(w, req)
	if err != nil {
		return err
	}
	return s.planAt(w, req, site.Shape)
}

func (s *server) planAt(w *response, req *http.Request, shape geo.Shape) error {
	within, err := parseWithin(req.URL.Query().Get("within"))
	if err != nil {
		return err
	}
	binary, err := wkb.Marshal(shape.Geom)
	if err != nil {
		return fmt.Errorf("repeat the place: %w", err)
	}
	place, err := geo.WKB(binary).AppendGeoJSON(nil, 9)
	if err != nil {
		return fmt.Errorf("repeat the place: %w", err)
	}
	here, err := s.Reader.PlanAt(req.Context(), s.Catalog(), s.declared(), shape, within)
	if err != nil {
		return err
	}
	a := planAnswer{Place: place, WithinM: within, Features: []planFeature{}}
	nearest := map[string]float64{}
	for _, f := range here.Features {
		a.Features = append(a.Features, planFeature{Nearby: f, Href: itemHref(req, f.Layer, f.ID)})
		if d, seen := nearest[f.Entity]; !seen || f.DistanceM < d {
			nearest[f.Entity] = f.DistanceM
		}
	}
	a.Counties = planRecords(req, here.Counties, nil)
	a.Unknown = planRecords(req, here.Unknown, nil)
	a.Records = planRecords(req, here.Mentions, nearest)
	if w.format == "html" {
		return s.page(w, req, "plan", planPage{At: req.URL.Query().Get("at"), planAnswer: a})
	}
	a.Links = []encode.Link{
		{Href: base(req) + req.URL.RequestURI(), Rel: "self", Type: typeJSON},
		{Href: base(req) + "/map/", Rel: "related", Type: typeHTML, Title: "Map"},
	}
	return w.json(typeJSON, a)
}

func parseWithin(text string) (float64, error) {
	if text == "" {
		return defaultWithinM, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= maxWithinM) {
		return 0, &layers.InputError{Param: "within", Value: text, Want: fmt.Sprintf("metres, 0 to %d", maxWithinM)}
	}
	return v, nil
}

// planRecords joins the mentions of one record. Those that name what is nearest
// come first; those that only concern the county or the city come last.
func planRecords(req *http.Request, mentions []layers.Mention, nearest map[string]float64) []planRecord {
	out := []planRecord{}
	index := map[string]int{}
	for _, m := range mentions {
		key := m.Layer + "/" + m.ID
		i, seen := index[key]
		if !seen {
			i = len(out)
			index[key] = i
			r := planRecord{Layer: m.Layer, ID: m.ID, Name: m.Name, Plan: m.Plan, Quote: m.Quote, Properties: m.Properties}
			if m.Role != "county" {
				r.Href = itemHref(req, m.Layer, m.ID)
			}
			out = append(out, r)
		}
		r := &out[i]
		if !slices.Contains(r.Names, m.Entity) {
			r.Names = append(r.Names, m.Entity)
		}
		if d, ok := nearest[m.Entity]; ok && (r.DistanceM == nil || d < *r.DistanceM) {
			r.DistanceM = &d
		}
	}
	slices.SortStableFunc(out, func(a, b planRecord) int { return cmp.Compare(a.rank(), b.rank()) })
	return out
}

// rank orders records by distance, those without a place last.
func (r planRecord) rank() float64 {
	if r.DistanceM == nil {
		return math.Inf(1)
	}
	return *r.DistanceM
}

func itemHref(req *http.Request, layer, id string) string {
	return base(req) + "/collections/" + layer + "/items/" + url.PathEscape(id)
}

// related links a feature or record to everything that names the same entities
// of the plan.
func (s *server) related(req *http.Request, l *layers.Layer, id string, entities []string) ([]encode.Link, error) {
	if len(entities) == 0 {
		return nil, nil
	}
	mentions, err := s.Reader.Mentions(req.Context(), s.Catalog(), entities)
	if err != nil {
		return nil, err
	}
	var links []encode.Link
	for _, r := range planRecords(req, mentions, nil) {
		if r.Layer != l.ID || r.ID != id {
			links = append(links, encode.Link{Href: r.Href, Rel: "related", Type: typeGeoJSON, Title: r.Layer + ": " + r.Name.ZH})
		}
	}
	return links, nil
}
