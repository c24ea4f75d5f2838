package api

import (
	"fmt"
	"net/http"

	"planatlas/api/encode"
	"planatlas/layers"
)

const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeHTML    = "text/html"
	typePage    = typeHTML + "; charset=utf-8"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	typeSchema  = "application/schema+json"
)

type landingPage struct {
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Links       []encode.Link `json:"links"`

	Text   layers.Text     `json:"-"`
	Layers []*layers.Layer `json:"-"`
}

// landing is the resource /, OGC API - Features, section 7.2.
func (s *server) landing(w *response, req *http.Request) error {
	if s.held != nil {
		return s.heldLanding(w, req)
	}
	at := base(req)
	text := layers.Text{ZH: "规划图层、来源与精度,以及项目选址检查。", EN: "Planning layers with their sources and their accuracy, and site checks against them."}
	lang := language(req)
	page := landingPage{
		Title:       inLanguage(lang, layers.Text{ZH: "规划图集", EN: "planatlas"}),
		Description: inLanguage(lang, text),
		Links: []encode.Link{
			{Href: at + "/", Rel: "self", Type: typeJSON, Title: "This document"},
			{Href: at + "/?f=html", Rel: "alternate", Type: typeHTML, Title: "This page for people"},
			{Href: at + "/api", Rel: "service-desc", Type: typeOpenAPI, Title: "API definition"},
			{Href: at + "/?f=html", Rel: "service-doc", Type: typeHTML, Title: "How to use the service"},
			{Href: at + "/conformance", Rel: "conformance", Type: typeJSON, Title: "Conformance classes"},
			{Href: at + "/collections", Rel: "data", Type: typeJSON, Title: "Collections"},
			{Href: at + "/functions", Rel: relOGC + "functions", Type: typeJSON, Title: "Functions that filters may call"},
			{Href: at + "/rules", Rel: "related", Type: typeJSON, Title: "Rules of site checks"},
			{Href: at + "/processes", Rel: relOGC + "processes", Type: typeJSON, Title: "Processes"},
			{Href: at + "/jobs", Rel: relOGC + "job-list", Type: typeJSON, Title: "Jobs"},
			tilesLink(req, "/tiles"),
			{Href: at + "/tileMatrixSets", Rel: relOGC + "tiling-schemes", Type: typeJSON, Title: "Tile matrix sets"},
			{Href: at + "/styles", Rel: relOGC + "styles", Type: typeJSON, Title: "Styles"},
			{Href: at + "/map/", Rel: "related", Type: typeHTML, Title: "Map"},
		},
		Text: text, Layers: s.Catalog().Layers,
	}
	if w.format == "html" {
		return s.page(w, req, "landing", page)
	}
	sayLanguage(w.Header(), lang)
	return w.json(typeJSON, page)
}

// selfAndPage links a document of the service to itself and to its page.
func selfAndPage(req *http.Request, path string) []encode.Link {
	return []encode.Link{
		{Href: base(req) + path, Rel: "self", Type: typeJSON, Title: "This document"},
		{Href: base(req) + path + "?f=html", Rel: "alternate", Type: typeHTML, Title: "This document for people"},
	}
}

func (s *server) alive(w *response, _ *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	return w.json(typeJSON, map[string]string{"status": "alive", "version": s.Version})
}

func (s *server) ready(w *response, req *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	if err := s.Reader.Ping(req.Context()); err != nil {
		return fmt.Errorf("%w: %w", layers.ErrUnavailable, err)
	}
	return w.json(typeJSON, map[string]any{"status": "ready", "collections": len(s.Catalog().Layers)})
}
