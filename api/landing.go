package api

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"
)

const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeHTML    = "text/html"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
)

//go:embed landing.html
var pages embed.FS

// base is the address under which the client sees the service.
func base(req *http.Request) string {
	scheme := "http"
	if req.TLS != nil || req.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + req.Host
}

// wantsHTML reports whether a browser asks. f decides over the Accept header.
func wantsHTML(req *http.Request) bool {
	if f := req.URL.Query().Get("f"); f != "" {
		return f == "html"
	}
	accept := req.Header.Get("Accept")
	return strings.Contains(accept, typeHTML) && !strings.HasPrefix(accept, typeJSON)
}

type landingPage struct {
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Links       []encode.Link `json:"links"`

	Layers  []*layers.Layer `json:"-"`
	Version string          `json:"-"`
}

// landing is the resource /, OGC API - Features, section 7.2.
func (s *server) landing(w *response, req *http.Request) error {
	at := base(req)
	page := landingPage{
		Title:       "planatlas",
		Description: "Planning layers with their sources and their accuracy, and site checks against them. 规划图层、来源与精度,以及项目选址检查。",
		Links: []encode.Link{
			{Href: at + "/", Rel: "self", Type: typeJSON, Title: "This document"},
			{Href: at + "/?f=html", Rel: "alternate", Type: typeHTML, Title: "This page for people"},
			{Href: at + "/api", Rel: "service-desc", Type: typeOpenAPI, Title: "API definition"},
			{Href: at + "/?f=html", Rel: "service-doc", Type: typeHTML, Title: "How to use the service"},
			{Href: at + "/conformance", Rel: "conformance", Type: typeJSON, Title: "Conformance classes"},
			{Href: at + "/collections", Rel: "data", Type: typeJSON, Title: "Collections"},
			{Href: at + "/map/", Rel: "related", Type: typeHTML, Title: "Map"},
		},
		Layers: s.Catalog().Layers, Version: s.Version,
	}
	w.Header().Set("Vary", "Accept")
	if !wantsHTML(req) {
		return w.json(typeJSON, page)
	}
	t, err := template.ParseFS(pages, "landing.html")
	if err != nil {
		return fmt.Errorf("read the landing page: %w", err)
	}
	w.Header().Set("Content-Type", typeHTML+"; charset=utf-8")
	return t.Execute(w, page)
}

// conformance is the resource /conformance, OGC API - Features, section 7.4.
func (s *server) conformance(w *response, _ *http.Request) error {
	return w.json(typeJSON, map[string][]string{"conformsTo": {
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	}})
}

func (s *server) alive(w *response, _ *http.Request) error {
	return w.json(typeJSON, map[string]string{"status": "alive", "version": s.Version})
}

func (s *server) ready(w *response, req *http.Request) error {
	if err := s.Reader.Ping(req.Context()); err != nil {
		return fmt.Errorf("%w: %w", layers.ErrUnavailable, err)
	}
	return w.json(typeJSON, map[string]any{"status": "ready", "collections": len(s.Catalog().Layers)})
}
