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
func wantsHTML(req *http.Request) (bool, error) {
	switch f := req.URL.Query().Get("f"); f {
	case "html":
		return true, nil
	case "json":
		return false, nil
	case "":
		accept := req.Header.Get("Accept")
		return strings.Contains(accept, "text/html") && !strings.HasPrefix(accept, typeJSON), nil
	default:
		return false, &layers.InputError{Param: "f", Value: f, Want: "json or html"}
	}
}

// onlyJSON refuses query parameters but f=json.
func onlyJSON(req *http.Request, also ...string) error {
	query := req.URL.Query()
	if err := knownOnly(query, append(also, "f")...); err != nil {
		return err
	}
	if f := query.Get("f"); f != "" && f != "json" && f != "geojson" {
		return &layers.InputError{Param: "f", Value: f, Want: "json"}
	}
	return nil
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
	if err := knownOnly(req.URL.Query(), "f"); err != nil {
		return err
	}
	html, err := wantsHTML(req)
	if err != nil {
		return err
	}
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
	if !html {
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
func (s *server) conformance(w *response, req *http.Request) error {
	if err := onlyJSON(req); err != nil {
		return err
	}
	return w.json(typeJSON, map[string][]string{"conformsTo": {
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	}})
}

func (s *server) alive(w *response, req *http.Request) error {
	if err := knownOnly(req.URL.Query()); err != nil {
		return err
	}
	return w.json(typeJSON, map[string]string{"status": "alive", "version": s.Version})
}

func (s *server) ready(w *response, req *http.Request) error {
	if err := knownOnly(req.URL.Query()); err != nil {
		return err
	}
	if err := s.Reader.Ping(req.Context()); err != nil {
		return fmt.Errorf("%w: %w", layers.ErrUnavailable, err)
	}
	return w.json(typeJSON, map[string]any{"status": "ready", "collections": len(s.Catalog().Layers)})
}
