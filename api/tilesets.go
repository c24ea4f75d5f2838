package api

import (
	"net/http"
	"path"
	"slices"
	"strconv"

	"planatlas/api/encode"
	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// advertisedZoom is the last matrix that tilesets name: 0.15 m to a unit, so that
// clients draw those below from it. The tiles are there down to maxTileZoom.
const advertisedZoom = 16

const typeTileJSON = "application/vnd.mapbox.tile+json"

// matrixSet is a tile matrix set (17-083r4, clause 7).
type matrixSet struct {
	ID           string        `json:"id"`
	Title        string        `json:"title"`
	URI          string        `json:"uri,omitempty"`
	CRS          string        `json:"crs"`
	OrderedAxes  []string      `json:"orderedAxes"`
	ScaleSet     string        `json:"wellKnownScaleSet,omitempty"`
	TileMatrices []tileMatrix  `json:"tileMatrices"`
	Links        []encode.Link `json:"links,omitempty"`
}

type tileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      uint32     `json:"matrixWidth"`
	MatrixHeight     uint32     `json:"matrixHeight"`
}

func describeSet(set tile.Set) matrixSet {
	m := matrixSet{ID: set.String(), Title: set.Title(), URI: set.URI(), CRS: set.CRS()}
	switch set {
	case tile.WebMercatorQuad:
		m.OrderedAxes, m.ScaleSet = []string{"X", "Y"}, "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
	case tile.WorldCRS84Quad:
		m.OrderedAxes, m.ScaleSet = []string{"Lon", "Lat"}, "http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad"
	default:
		m.OrderedAxes = []string{"Lat", "Lon"}
	}
	for z := set.MinZoom(); z <= lastZoom(set); z++ {
		x := set.Matrix(z)
		m.TileMatrices = append(m.TileMatrices, tileMatrix{ID: x.ID, ScaleDenominator: x.ScaleDenominator, CellSize: x.CellSize, CornerOfOrigin: "topLeft",
			PointOfOrigin: x.PointOfOrigin, TileWidth: x.TileSize, TileHeight: x.TileSize, MatrixWidth: x.Columns, MatrixHeight: x.Rows})
	}
	return m
}

// lastZoom is the last matrix of the set of which there are tiles.
func lastZoom(set tile.Set) uint32 { return min(set.MaxZoom(), maxTileZoom) }

// matrixSets is the resource /tileMatrixSets (20-057, clause 8).
func (s *server) matrixSets(w *response, req *http.Request) error {
	list := []matrixSet{}
	for _, set := range s.sets() {
		m := describeSet(set)
		m.Links = []encode.Link{{Href: base(req) + "/tileMatrixSets/" + m.ID, Rel: "self", Type: typeJSON, Title: m.Title}}
		list = append(list, m)
	}
	if w.format == "html" {
		return s.page(w, req, "tilematrixsets", list)
	}
	short := []object{}
	for _, m := range list {
		one := object{"id": m.ID, "title": m.Title, "crs": m.CRS, "links": m.Links}
		if m.URI != "" {
			one["uri"] = m.URI
		}
		short = append(short, one)
	}
	return w.json(typeJSON, object{"tileMatrixSets": short, "links": selfAndPage(req, "/tileMatrixSets")})
}

func (s *server) matrixSet(w *response, req *http.Request) error {
	set, err := s.tileSet(req)
	if err != nil {
		return err
	}
	m := describeSet(set)
	if w.format == "html" {
		return s.page(w, req, "tilematrixset", m)
	}
	m.Links = selfAndPage(req, "/tileMatrixSets/"+m.ID)
	return w.json(typeJSON, m)
}

// tileset is the description of a tileset (17-083r4, clause 9).
type tileset struct {
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	Attribution string         `json:"attribution,omitempty"`
	DataType    string         `json:"dataType"`
	CRS         string         `json:"crs"`
	SetID       string         `json:"tileMatrixSetId"`
	SetURI      string         `json:"tileMatrixSetURI,omitempty"`
	Limits      []matrixLimits `json:"tileMatrixSetLimits,omitempty"`
	Box         *tilesetBox    `json:"boundingBox,omitempty"`
	Layers      []tileLayer    `json:"layers,omitempty"`
	Links       []encode.Link  `json:"links"`

	set   tile.Set
	bound *orb.Bound
}

type matrixLimits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

type tilesetBox struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

type tileLayer struct {
	ID          string      `json:"id"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	DataType    string      `json:"dataType"`
	Dimension   *int        `json:"geometryDimension,omitempty"`
	MinMatrix   string      `json:"minTileMatrix"`
	MaxMatrix   string      `json:"maxTileMatrix"`
	Box         *tilesetBox `json:"boundingBox,omitempty"`
	Schema      object      `json:"propertiesSchema"`

	// Not of the standard: from this matrix on the tiles hold every feature as it is.
	// Above it they show one for those too small to be seen, with the number as count.
	Exact string `json:"exactTileMatrix"`
}

// source is what a tileset shows: the whole plan or some collections of it.
type source struct {
	path   string // of the resource that holds the tilesets
	query  string // that chooses collections, with its question mark
	title  layers.Text
	layers []*layers.Layer
}

func (s *server) planSource(req *http.Request) (source, error) {
	ls, err := s.selected(req)
	out := source{path: "/tiles", title: layers.Text{ZH: "整个规划", EN: "The whole plan"}, layers: ls}
	if list := req.URL.Query().Get("collections"); err == nil && list != "" {
		out.query = "?collections=" + list // names of layers need no escaping
		out.title = layers.Text{ZH: "部分图层", EN: "Some collections"}
	}
	return out, err
}

func (s *server) collectionSource(req *http.Request) (source, error) {
	l, err := s.drawn(req)
	if err != nil {
		return source{}, err
	}
	return source{path: collectionPath(l) + "/tiles", title: l.Title, layers: []*layers.Layer{l}}, nil
}

// tilesetsOf answers with the list of the tilesets of a source.
func (s *server) tilesetsOf(find func(*http.Request) (source, error)) func(*response, *http.Request) error {
	return func(w *response, req *http.Request) error {
		from, err := find(req)
		if err != nil {
			return err
		}
		list := []tileset{}
		for _, set := range s.sets() {
			t := s.brief(req, from, set)
			self := base(req) + from.path + "/" + set.String() + from.query
			t.Links = []encode.Link{{Href: self, Rel: "self", Type: typeJSON, Title: t.Title},
				{Href: base(req) + "/tileMatrixSets/" + set.String(), Rel: relOGC + "tiling-scheme", Type: typeJSON, Title: set.Title()}}
			list = append(list, t)
		}
		if w.format == "html" {
			return s.page(w, req, "tilesets", tilesetsPage{from.title, path.Base(from.path), list})
		}
		sayLanguage(w.Header(), language(req))
		return w.json(typeJSON, object{"tilesets": list, "links": selfAndPage(req, from.path)})
	}
}

type tilesetsPage struct {
	Title layers.Text
	Here  string // from the page, the resource that holds the tilesets
	Sets  []tileset
}

// tilesetOf answers with the description of one tileset, also as TileJSON.
func (s *server) tilesetOf(find func(*http.Request) (source, error)) func(*response, *http.Request) error {
	return func(w *response, req *http.Request) error {
		set, err := s.tileSet(req)
		if err != nil {
			return err
		}
		from, err := find(req)
		if err != nil {
			return err
		}
		if w.format == "tilejson" {
			if set != tile.WebMercatorQuad {
				return &layers.InputError{Param: "f", Value: "tilejson", Want: "a tileset of WebMercatorQuad for TileJSON"}
			}
			template := base(req) + from.path + "/" + set.String() + "/{z}/{y}/{x}" + from.query
			return s.tileJSON(w, req, from, template, typeTileJSON)
		}
		t, err := s.full(req, from, set)
		if err != nil {
			return err
		}
		if w.format == "html" {
			return s.page(w, req, "tileset", t)
		}
		sayLanguage(w.Header(), language(req))
		return w.json(typeJSON, t)
	}
}

func (s *server) brief(req *http.Request, from source, set tile.Set) tileset {
	return tileset{Title: inLanguage(language(req), from.title), DataType: "vector", CRS: set.CRS(), SetID: set.String(), SetURI: set.URI(), set: set}
}

// full describes a tileset with its layers, its extent and its links.
func (s *server) full(req *http.Request, from source, set tile.Set) (tileset, error) {
	t, lang := s.brief(req, from, set), language(req)
	first, last := s.zooms(set)
	for _, l := range from.layers {
		sum, err := s.Reader.Summary(req.Context(), l)
		if err != nil {
			return t, err
		}
		properties := object{"id": str(), l.TileCount(): object{"type": "integer"}}
		for _, p := range l.TileProperties() {
			properties[p.Name] = propertySchema(p, lang)
		}
		one := tileLayer{ID: l.ID, Title: inLanguage(lang, l.Title), Description: inLanguage(lang, l.Description), DataType: "vector", Dimension: dimension(l),
			MinMatrix: strconv.Itoa(int(first)), MaxMatrix: strconv.Itoa(int(last)), Schema: object{"type": "object", "properties": properties}, Exact: strconv.Itoa(int(sum.Exact(set)))}
		if sum.Extent != nil {
			one.Box = boxOf(*sum.Extent)
			t.bound = union(t.bound, *sum.Extent)
		}
		t.Layers = append(t.Layers, one)
		if !slices.Contains([]string{"", t.Attribution}, l.Source.Attribution) && len(from.layers) == 1 {
			t.Attribution = l.Source.Attribution
		}
	}
	if t.bound != nil {
		t.Box = boxOf(*t.bound)
		for z := first; z <= last; z++ {
			if r, ok := set.Covering(z, *t.bound, 0); ok {
				t.Limits = append(t.Limits, matrixLimits{strconv.Itoa(int(z)), r.MinY, r.MaxY, r.MinX, r.MaxX})
			}
		}
	}
	t.Links = s.tilesetLinks(req, from, set)
	return t, nil
}

func (s *server) tilesetLinks(req *http.Request, from source, set tile.Set) []encode.Link {
	at := base(req)
	self := at + from.path + "/" + set.String()
	links := []encode.Link{{Href: self + from.query, Rel: "self", Type: typeJSON, Title: "This document"},
		{Href: changed(req, from.path+"/"+set.String(), queryParam{"f", "html"}), Rel: "alternate", Type: typeHTML, Title: "This document for people"},
		{Href: self + "/{tileMatrix}/{tileRow}/{tileCol}" + from.query, Rel: "item", Type: typeMVT, Title: "Tiles", Templated: true},
		{Href: at + "/tileMatrixSets/" + set.String(), Rel: relOGC + "tiling-scheme", Type: typeJSON, Title: set.Title()}}
	if set == tile.WebMercatorQuad {
		links = append(links, encode.Link{Href: changed(req, from.path+"/"+set.String(), queryParam{"f", "tilejson"}), Rel: "alternate", Type: typeTileJSON, Title: "TileJSON"})
	}
	for _, l := range from.layers {
		if s.held != nil {
			break
		}
		links = append(links, encode.Link{Href: at + collectionPath(l), Rel: relOGC + "geodata", Type: typeJSON, Title: l.Title.EN})
	}
	style := planStyle
	if len(from.layers) == 1 {
		style = from.layers[0].ID
	}
	return append(links, encode.Link{Href: at + "/styles/" + style, Rel: relOGC + "styles", Type: typeMapLibre, Title: "Style"})
}

// dimension is 0 for points, 1 for lines, 2 for areas, and not said for mixtures.
func dimension(l *layers.Layer) *int {
	for i, kind := range []layers.ShapeKind{layers.Points, layers.Lines, layers.Areas} {
		if l.May(kind) && l.Geometry != "Geometry" {
			return &i
		}
	}
	return nil
}

func boxOf(b orb.Bound) *tilesetBox {
	return &tilesetBox{LowerLeft: b.Min, UpperRight: b.Max, CRS: crs84}
}

func union(b *orb.Bound, with orb.Bound) *orb.Bound {
	if b != nil {
		with = with.Union(*b)
	}
	return &with
}

// tilesLink leads from a document to tilesets.
func tilesLink(req *http.Request, path string) encode.Link {
	return encode.Link{Href: base(req) + path, Rel: relOGC + "tilesets-vector", Type: typeJSON, Title: "Vector tiles"}
}
