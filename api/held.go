package api

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"

	"planatlas/api/encode"
	"planatlas/geo/tile"
	"planatlas/layers"
)

// TileFile is a file of tiles, and what it says of the layers in it.
type TileFile interface {
	Tiler
	Summary(ctx context.Context, l *layers.Layer) (layers.Summary, error)
	Ping(ctx context.Context) error // whether it can be read
}

// FileOptions are what a service without a database is made of. All are needed.
type FileOptions struct {
	File             TileFile
	Layers           []*layers.Layer // in the file
	MinZoom, MaxZoom uint32          // of WebMercatorQuad
	Log              *slog.Logger
	Version          string
}

// NewFile returns the handler of a service that has one file of tiles and no database:
// tiles, tilesets, TileJSON and styles, with the same addresses and answers as [New]
// gives. What else that has is answered with 501.
func NewFile(o FileOptions) http.Handler {
	catalog, tiles := layers.NewCatalog(o.Layers), NewTileCache(heldCache)
	tiles.Hear(nil, nil) // nothing ever touches a tile
	s := newServer(Options{Reader: heldReader{File: o.File}, Catalog: func() *layers.Catalog { return catalog }, Log: o.Log, Version: o.Version, Tiles: tiles})
	s.held = &heldZooms{o.MinZoom, o.MaxZoom}
	return s.handler()
}

// heldCache is how much of the file is kept unpacked, in bytes.
const heldCache = 32 << 20

// heldZooms is the first and the last zoom of a file.
type heldZooms struct{ first, last uint32 }

// heldReader reads from a file. What the routes of a service without a database do not
// read is not there.
type heldReader struct {
	Reader
	File TileFile
}

// Tile implements Tiler.
func (r heldReader) Tile(ctx context.Context, ls []*layers.Layer, at tile.ID) ([]byte, error) {
	return r.File.Tile(ctx, ls, at)
}

// Summary implements Reader.
func (r heldReader) Summary(ctx context.Context, l *layers.Layer) (layers.Summary, error) {
	return r.File.Summary(ctx, l)
}

// Ping implements Reader.
func (r heldReader) Ping(ctx context.Context) error { return r.File.Ping(ctx) }

// serves reports whether a service without a database has the route.
func serves(r route) bool {
	return slices.Contains([]string{"landing", "conformance", "api", "alive", "ready", "tile-matrix-sets", "tile-matrix-set", "tilesets", "tile-json", "tile-xyz", "tileset", "tile", "styles", "style"}, r.name)
}

// routes are the resources that the service has.
func (s *server) routes() []route {
	all := s.allRoutes()
	if s.held == nil {
		return all
	}
	return slices.DeleteFunc(all, func(r route) bool { return !serves(r) })
}

// instead are the resources that a service without a database has not.
func (s *server) instead() (out []route) {
	if s.held == nil {
		return nil
	}
	for _, r := range s.allRoutes() {
		if !serves(r) {
			r.serve, r.formats, r.anyQuery = notHeld, nil, true
			out = append(out, r)
		}
	}
	return append(out, route{name: "map", method: http.MethodGet, path: "/map/", anyQuery: true, serve: notHeld})
}

// notHeld answers what needs the database.
func notHeld(*response, *http.Request) error {
	return &exception{status: http.StatusNotImplemented,
		detail: "this service has tiles from a file and no database; it serves /tiles, /tileMatrixSets and /styles alone"}
}

// sets are the tile matrix sets in which there are tiles.
func (s *server) sets() []tile.Set {
	if s.held != nil {
		return []tile.Set{tile.WebMercatorQuad}
	}
	return tile.Sets()
}

// zooms are the first and the last matrix that descriptions of a set name.
func (s *server) zooms(set tile.Set) (first, last uint32) {
	if s.held != nil {
		return s.held.first, s.held.last
	}
	return set.MinZoom(), min(set.MaxZoom(), advertisedZoom)
}

// heldPage is the landing page of a service without a database.
type heldPage struct {
	Layers []*layers.Layer
	Names  string // of the layers, for addresses
	First  uint32
	Last   uint32
}

// heldLanding is the resource / of a service without a database.
func (s *server) heldLanding(w *response, req *http.Request) error {
	ls := s.Catalog().Layers
	if w.format == "html" {
		return s.page(w, req, "held", heldPage{ls, idList(ls), s.held.first, s.held.last})
	}
	at, lang := base(req), language(req)
	sayLanguage(w.Header(), lang)
	return w.json(typeJSON, landingPage{
		Title:       inLanguage(lang, layers.Text{ZH: "规划图集:瓦片", EN: "planatlas: tiles"}),
		Description: inLanguage(lang, layers.Text{ZH: "此服务只从一个文件提供矢量瓦片,没有数据库。", EN: "This service serves vector tiles from one file, and has no database."}),
		Links: []encode.Link{
			{Href: at + "/", Rel: "self", Type: typeJSON, Title: "This document"},
			{Href: at + "/?f=html", Rel: "alternate", Type: typeHTML, Title: "This page for people"},
			{Href: at + "/api", Rel: "service-desc", Type: typeOpenAPI, Title: "API definition"},
			{Href: at + "/conformance", Rel: "conformance", Type: typeJSON, Title: "Conformance classes"},
			tilesLink(req, "/tiles"),
			{Href: at + "/tileMatrixSets", Rel: relOGC + "tiling-schemes", Type: typeJSON, Title: "Tile matrix sets"},
			{Href: at + "/styles", Rel: relOGC + "styles", Type: typeJSON, Title: "Styles"},
		},
	})
}

// onlyNamed leaves the parameters that the routes have.
func (s *server) onlyNamed(parameters object) {
	named := []string{"f"}
	for _, r := range s.routes() {
		named = slices.Concat(named, r.pathParams(), r.params)
	}
	maps.DeleteFunc(parameters, func(name string, _ any) bool { return !slices.Contains(named, name) })
}

// heldClasses are the conformance classes that a service without a database fulfils.
func heldClasses() []string {
	return slices.DeleteFunc(conformanceClasses(), func(class string) bool {
		of := func(spec string) bool { return strings.Contains(class, "/spec/"+spec) }
		return !of("ogcapi-common-1/") && !of("ogcapi-tiles-1/") && !of("tms/") || strings.HasSuffix(class, "/geodata-tilesets")
	})
}

// outside says that the file has no such tile.
func (s *server) outside(at tile.ID) error {
	if s.held == nil || at.Set == tile.WebMercatorQuad && at.Z >= s.held.first && at.Z <= s.held.last {
		return nil
	}
	return fmt.Errorf("tile %d/%d/%d of %s; the file has zooms %d to %d of %s: %w", at.Z, at.X, at.Y, at.Set, s.held.first, s.held.last, tile.WebMercatorQuad, layers.ErrNotFound)
}
