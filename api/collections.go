package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"planatlas/api/encode"
	"planatlas/layers"
)

// relOGC begins the names of the link relations that OGC has defined.
const relOGC = "http://www.opengis.net/def/rel/ogc/1.0/"

const gregorian = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

// collection is a layer as OGC API - Features describes it, section 7.14, with
// the declaration's own members beside.
type collection struct {
	ID          string             `json:"id"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Attribution string             `json:"attribution"`
	Extent      extent             `json:"extent"`
	ItemType    string             `json:"itemType"`
	CRS         []string           `json:"crs"`
	StorageCRS  string             `json:"storageCrs"`
	Links       []encode.Link      `json:"links"`
	Titles      layers.Text        `json:"titles"`
	Texts       layers.Text        `json:"descriptions"`
	Geometry    string             `json:"geometryType"`
	LegalEffect layers.LegalEffect `json:"legalEffect"`
	Source      layers.Source      `json:"source"`
	Coverage    layers.Coverage    `json:"coverage"`
	Style       layers.Style       `json:"style"`
	Properties  []layers.Property  `json:"properties"`
	Features    *int64             `json:"featureCount,omitempty"` // nil: not known
	Located     *int64             `json:"locatedCount,omitempty"`
	Estimated   bool               `json:"countsEstimated,omitempty"` // of a table that others write
	Revision    int64              `json:"revision"`
	Changed     time.Time          `json:"changed"`
}

type extent struct {
	Spatial  *spatial `json:"spatial,omitempty"`
	Temporal temporal `json:"temporal"`
}

type spatial struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

type temporal struct {
	Interval [][2]*string `json:"interval"`
	TRS      string       `json:"trs"`
}

func (s *server) describe(req *http.Request, l *layers.Layer) (collection, error) {
	sum, err := s.Reader.Summary(req.Context(), l)
	if err != nil {
		return collection{}, err
	}
	lang := language(req)
	c := collection{
		ID: l.ID, Title: inLanguage(lang, l.Title), Description: inLanguage(lang, l.Description),
		Attribution: l.Source.Attribution, ItemType: "feature", CRS: crsURIs(), StorageCRS: storageCRS(l),
		Titles: l.Title, Texts: l.Description, Geometry: string(l.Geometry), LegalEffect: l.LegalEffect,
		Source: l.Source, Coverage: l.Coverage, Style: l.Style, Properties: l.AllProperties(),
		Features: &sum.Features, Located: &sum.Located, Estimated: !l.Managed(), Revision: sum.Revision, Changed: sum.Changed.UTC(),
	}
	if c.Estimated && sum.Features == 0 { // PostgreSQL has none of a view, or of a table before its first ANALYZE
		c.Features, c.Located = nil, nil
	}
	if b := sum.Extent; b != nil {
		c.Extent.Spatial = &spatial{BBox: [][4]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}, CRS: crs84}
	}
	c.Extent.Temporal = temporal{Interval: [][2]*string{{instant(l.Coverage.From), instant(l.Coverage.To)}}, TRS: gregorian}
	c.Links = s.collectionLinks(req, l)
	return c, nil
}

// collectionLinks lead from a collection to all that there is of it: its features
// and their schemas, and one file in each format.
func (s *server) collectionLinks(req *http.Request, l *layers.Layer) []encode.Link {
	self := base(req) + collectionPath(l)
	links := append(selfAndPage(req, collectionPath(l)),
		encode.Link{Href: self + "/items", Rel: "items", Type: typeGeoJSON, Title: "Features"},
		encode.Link{Href: self + "/items?f=html", Rel: "items", Type: typeHTML, Title: "Features for people"})
	offered := slices.DeleteFunc(slices.Clone(s.formats), func(f encode.Format) bool { return !f.Fits(l) })
	for _, f := range offered[1:] {
		links = append(links, encode.Link{Href: self + "/items?f=" + f.Name, Rel: "items", Type: f.Media, Title: f.Title.EN})
	}
	for _, name := range []string{"schema", "queryables", "sortables"} {
		links = append(links, encode.Link{Href: self + "/" + name, Rel: relOGC + name, Type: typeSchema, Title: name})
	}
	links = append(links, encode.Link{Href: self + "/schema", Rel: "describedby", Type: typeSchema, Title: "schema"})
	for _, f := range offered {
		links = append(links, encode.Link{Href: self + "/download?f=" + f.Name, Rel: "enclosure", Type: f.Media, Title: f.Title.EN})
	}
	if l.HasGeometry() {
		links = append(links, tilesLink(req, collectionPath(l)+"/tiles"), encode.Link{Href: self + "/styles", Rel: relOGC + "styles", Type: typeJSON, Title: "Styles"})
	}
	return append(links, encode.Link{Href: base(req) + "/map/", Rel: "related", Type: typeHTML, Title: "Map"})
}

// storageCRS is the CRS in which the layer is stored.
func storageCRS(l *layers.Layer) string {
	if l.Managed() {
		return crsStored
	}
	return crsEPSG + strconv.Itoa(l.Table.SRID)
}

func instant(d layers.Day) *string {
	if d == "" {
		return nil
	}
	s := d.Time().Format(time.RFC3339)
	return &s
}

func (s *server) collections(w *response, req *http.Request) error {
	list, latest := []collection{}, time.Time{}
	for _, l := range s.Catalog().Layers {
		c, err := s.describe(req, l)
		if err != nil {
			return err
		}
		list = append(list, c)
		if c.Changed.After(latest) {
			latest = c.Changed
		}
	}
	w.Header().Set("Last-Modified", latest.Format(http.TimeFormat))
	if w.format == "html" {
		return s.page(w, req, "collections", list)
	}
	sayLanguage(w.Header(), language(req))
	return w.json(typeJSON, map[string]any{"links": selfAndPage(req, "/collections"), "crs": crsURIs(), "collections": list})
}

func (s *server) collection(w *response, req *http.Request) error {
	l, err := s.layer(req)
	if err != nil {
		return err
	}
	c, err := s.describe(req, l)
	if err != nil {
		return err
	}
	w.Header().Set("Last-Modified", c.Changed.Format(http.TimeFormat))
	return keep(w, l, func() error {
		if w.format == "html" {
			page, err := s.collectionPage(req, l, c)
			if err != nil {
				return err
			}
			return s.page(w, req, "collection", page)
		}
		sayLanguage(w.Header(), language(req))
		return w.json(typeJSON, c)
	})
}

// Count says how many features there are, or about how many, in Chinese and English.
func (c collection) Count() layers.Text { return countText(c.Features, c.Estimated) }

// Placed says how many features have a place.
func (c collection) Placed() layers.Text { return countText(c.Located, c.Estimated) }

func countText(n *int64, estimated bool) layers.Text {
	switch {
	case n == nil:
		return layers.Text{ZH: "数量未知", EN: "number not known"}
	case estimated:
		return layers.Text{ZH: fmt.Sprintf("约%d(估计)", *n), EN: fmt.Sprintf("about %d (estimated)", *n)}
	}
	text := strconv.FormatInt(*n, 10)
	return layers.Text{ZH: text, EN: text}
}

func (s *server) others(l *layers.Layer) []*layers.Layer {
	if !l.Checked() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Catalog().Layers), func(o *layers.Layer) bool { return !o.Checked() || o.ID == l.ID })
}

func (s *server) layer(req *http.Request) (*layers.Layer, error) {
	id, err := pathValue(req, "collection")
	if err != nil {
		return nil, err
	}
	return s.Catalog().Layer(id)
}
