package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"planatlas/geo/tile"
	"planatlas/layers"

	"github.com/gorilla/mux"
)

// Tiler makes vector tiles.
type Tiler interface {
	// Tile returns a tile of the layers as Mapbox Vector Tile 2.1, in their order;
	// nothing when it is empty.
	Tile(ctx context.Context, ls []*layers.Layer, at tile.ID) ([]byte, error)
}

// maxTileLayers bounds the layers that an address names.
const maxTileLayers = 64

// maxTileZoom is the last matrix of which tiles are made: 9 mm to a unit.
const maxTileZoom = 22

// tileXYZ is a tile by its short address.
func (s *server) tileXYZ(w *response, req *http.Request) error {
	at, err := tileAt(tile.WebMercatorQuad, mux.Vars(req), "z", "x", "y")
	if err != nil {
		return err
	}
	list, err := pathValue(req, "layers")
	if err != nil {
		return err
	}
	return s.tile(w, req, at, func() ([]*layers.Layer, error) { return s.tileLayers("layers", list) })
}

// tileOfPlan is a tile of a tileset of the whole plan, or of the collections that
// the request names (OGC API - Tiles, Part 1, 20-057, clauses 7 and 14).
func (s *server) tileOfPlan(w *response, req *http.Request) error {
	at, err := s.tileOfSet(req)
	if err != nil {
		return err
	}
	return s.tile(w, req, at, func() ([]*layers.Layer, error) { return s.selected(req) })
}

// tileOfCollection is a tile of a tileset of one collection.
func (s *server) tileOfCollection(w *response, req *http.Request) error {
	at, err := s.tileOfSet(req)
	if err != nil {
		return err
	}
	return s.tile(w, req, at, func() ([]*layers.Layer, error) {
		l, err := s.drawn(req)
		return []*layers.Layer{l}, err
	})
}

// tile answers with a tile of the layers that find finds.
func (s *server) tile(w *response, req *http.Request, at tile.ID, find func() ([]*layers.Layer, error)) error {
	if err := s.outside(at); err != nil {
		return err
	}
	catalog := s.declared() // before the layers: they may be newer, but never older
	ls, err := find()
	if err != nil {
		return err
	}
	t := newTile(catalog, ls, at)
	compute := func(ctx context.Context) ([]byte, error) { return s.Reader.Tile(ctx, ls, at) }
	if slices.ContainsFunc(ls, func(l *layers.Layer) bool { return !l.Managed() }) { // nobody says when others write
		var body []byte
		if body, err = compute(req.Context()); err == nil {
			t.fill(body)
		}
	} else {
		t, err = s.Tiles.get(req.Context(), t, compute)
	}
	if err != nil {
		return err
	}
	status, body := s.sendTile(w.Header(), req, t)
	w.status = status
	if len(body) > 0 {
		_, err = w.Write(body)
	}
	return err
}

// sendTile sets the headers of a tile, and returns its status and its body.
func (s *server) sendTile(h http.Header, req *http.Request, t *warmTile) (status int, body []byte) {
	if t.identity == nil {
		h.Set("Cache-Control", t.control)
		h.Set("Vary", "Accept-Encoding")
		return http.StatusNoContent, nil
	}
	f, fresh := t.in(req.Header.Get("Accept-Encoding"), s.coders)
	if fresh {
		s.Tiles.weigh(t)
	}
	maps.Copy(h, f.header)
	if f.matches(req) {
		for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding"} {
			delete(h, name)
		}
		return http.StatusNotModified, nil
	}
	return http.StatusOK, f.body
}

// warmTiles answers requests for tiles that are kept, and leaves all others to the
// routes, which would give the same answer. It is the shortest way to a tile: no
// route is looked for, and only the log of details has it.
func (s *server) warmTiles(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		key, ok := tileAddress(req)
		if !ok {
			next.ServeHTTP(w, req)
			return
		}
		t := s.Tiles.warm(key, s.declared())
		if t == nil {
			next.ServeHTTP(w, req)
			return
		}
		began, id := time.Now(), rand.Text()[:16]
		defer limitWriting(w, requestTimeout+writeMargin)()
		h := w.Header()
		if t.identity == nil {
			commonHeaders(h, id)
		}
		h["X-Request-Id"] = []string{id}
		status, body := s.sendTile(h, req, t)
		w.WriteHeader(status)
		if req.Method != http.MethodHead && len(body) > 0 {
			_, _ = gathered(w, req, body, true) // the client may be gone
		}
		if s.Log.Enabled(req.Context(), slog.LevelDebug) {
			s.Log.LogAttrs(req.Context(), slog.LevelDebug, "tile", slog.String("id", id), slog.String("uri", req.URL.RequestURI()),
				slog.Duration("took", time.Since(began).Round(time.Microsecond)), slog.Int("bytes", len(body)), slog.Int("status", status))
		}
	})
}

// tileAddress reads the short address of a tile whose layers are named in order, as
// the key has them.
func tileAddress(req *http.Request) (key tileKey, ok bool) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead || req.URL.RawQuery != "" || req.URL.RawPath != "" {
		return key, false
	}
	rest, ok := strings.CutPrefix(req.URL.Path, "/tiles/")
	if !ok {
		return key, false
	}
	if rest, ok = strings.CutSuffix(rest, ".mvt"); !ok {
		return key, false
	}
	names, rest, _ := strings.Cut(rest, "/")
	z, rest, _ := strings.Cut(rest, "/")
	x, y, _ := strings.Cut(rest, "/")
	key.layers, key.at.Set = names, tile.WebMercatorQuad
	for _, n := range []struct {
		text string
		into *uint32
	}{{z, &key.at.Z}, {x, &key.at.X}, {y, &key.at.Y}} {
		if *n.into, ok = number(n.text); !ok {
			return key, false
		}
	}
	return key, true
}

// number reads a number of a tile as addresses write it: digits without a sign and
// without zeros in front. One that no tile has is the largest.
func number(text string) (n uint32, ok bool) {
	if text == "" || len(text) > 1 && text[0] == '0' || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	v, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		v = 1<<32 - 1
	}
	return uint32(v), true
}

// tileOfSet reads set, matrix, row and column of a path.
func (s *server) tileOfSet(req *http.Request) (tile.ID, error) {
	set, err := s.tileSet(req)
	if err != nil {
		return tile.ID{}, err
	}
	return tileAt(set, mux.Vars(req), "tileMatrix", "tileCol", "tileRow")
}

// tileAt reads the numbers of a tile. What is no number is a fault of the request;
// what lies outside the set is not found.
func tileAt(set tile.Set, vars map[string]string, z, x, y string) (at tile.ID, err error) {
	at.Set = set
	for _, n := range []struct {
		name string
		into *uint32
	}{{z, &at.Z}, {x, &at.X}, {y, &at.Y}} {
		var ok bool
		if *n.into, ok = number(vars[n.name]); !ok {
			return at, &layers.InputError{Param: n.name, Value: vars[n.name], Want: "a whole number from 0"}
		}
	}
	if !at.Valid() || at.Z > maxTileZoom {
		return at, fmt.Errorf("tile %d/%d/%d of %s: %w", at.Z, at.X, at.Y, set, layers.ErrNotFound)
	}
	return at, nil
}

// tileSet reads the tile matrix set of a path.
func (s *server) tileSet(req *http.Request) (tile.Set, error) {
	id, err := pathValue(req, "tileMatrixSet")
	if err != nil {
		return 0, err
	}
	if set, ok := tile.Named(id); ok && slices.Contains(s.sets(), set) {
		return set, nil
	}
	return 0, fmt.Errorf("tile matrix set %q (there are %s): %w", id, strings.Join(s.tileSetIDs(), ", "), layers.ErrNotFound)
}

func (s *server) tileSetIDs() (ids []string) {
	for _, set := range s.sets() {
		ids = append(ids, set.String())
	}
	return ids
}

// tileLayers finds the layers that an address names, each once.
func (s *server) tileLayers(param, list string) ([]*layers.Layer, error) {
	names := strings.Split(list, ",")
	if len(names) > maxTileLayers {
		return nil, &layers.InputError{Param: param, Value: list, Want: fmt.Sprintf("at most %d layers", maxTileLayers)}
	}
	catalog := s.Catalog()
	for i, name := range names {
		l, err := catalog.Layer(name)
		if err != nil {
			return nil, err
		}
		if !l.HasGeometry() {
			return nil, &layers.InputError{Param: param, Value: name, Want: "layers with a geometry"}
		}
		if slices.Contains(names[:i], name) {
			return nil, &layers.InputError{Param: param, Value: list, Want: "each layer once"}
		}
	}
	return slices.DeleteFunc(slices.Clone(catalog.Layers), func(l *layers.Layer) bool { return !slices.Contains(names, l.ID) }), nil
}

// selected returns the layers that the parameter collections names, or all of the
// plan that have a geometry. Tables that others write are served when they are named.
func (s *server) selected(req *http.Request) ([]*layers.Layer, error) {
	if list := req.URL.Query().Get("collections"); list != "" {
		return s.tileLayers("collections", list)
	}
	return s.planLayers(), nil
}

func (s *server) planLayers() []*layers.Layer {
	return slices.DeleteFunc(slices.Clone(s.Catalog().Layers), func(l *layers.Layer) bool { return !l.Checked() })
}

// drawn returns the collection of the path, which must have a geometry.
func (s *server) drawn(req *http.Request) (*layers.Layer, error) {
	l, err := s.layer(req)
	if err == nil && !l.HasGeometry() {
		return nil, fmt.Errorf("tiles of %q, which has no geometry: %w", l.ID, layers.ErrNotFound)
	}
	return l, err
}
