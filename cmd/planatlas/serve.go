package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"planatlas/api"
	"planatlas/api/webmap"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/export"
	"planatlas/layers/store"

	"golang.org/x/sync/errgroup"
)

type serveCmd struct {
	Listen    string `help:"Address to listen on." default:"127.0.0.1:8080" env:"PLANATLAS_LISTEN"`
	Load      string `help:"Data folder to load into an empty database, or yangquan for the built-in one." placeholder:"FOLDER" env:"PLANATLAS_LOAD"`
	Tiles     string `help:"File that planatlas export pmtiles wrote: tiles come from it, and not from the database, until an edit changes their layers." placeholder:"FILE" type:"path" env:"PLANATLAS_TILES"`
	TilesOnly bool   `help:"Serve the file of --tiles alone, without a database: tiles, TileJSON and styles." env:"PLANATLAS_TILES_ONLY"`
	TileCache int    `help:"Memory for vector tiles that are kept until an edit touches them, MiB; 0 keeps none." default:"48" env:"PLANATLAS_TILE_CACHE"`
	MapConfig string `help:"TOML file of the web map: backgrounds, and the number of its approval (审图号) when it is public." placeholder:"FILE" env:"PLANATLAS_MAP_CONFIG"`
}

// softMemory is the size of the heap, with all that the runtime needs, above which
// collecting is worth its time.
const softMemory = 144 << 20

// Run serves until ctx ends, then lets running requests finish and stops the
// private database.
func (c *serveCmd) Run(ctx context.Context, g *globals, con console) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // the live heap is a few megabytes: collecting at each doubling costs more than it gives
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory) // but collect sooner than grow beyond it, as in a batch
	}
	page, err := webmap.ReadConfig(c.MapConfig)
	if err != nil {
		return err
	}
	// Listen first: a port in use should not cost a start of the database.
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w (choose another with --listen)", c.Listen, err)
	}
	defer listener.Close()
	if c.TilesOnly {
		return c.serveFile(ctx, g, con, listener, page)
	}
	db, err := g.open(ctx, true)
	if err != nil {
		return err
	}
	return errors.Join(c.serve(ctx, g, con, listener, db, page), db.close())
}

func (c *serveCmd) serve(ctx context.Context, g *globals, con console, listener net.Listener, db *database, page webmap.Config) error {
	if err := g.prepare(ctx, db); err != nil {
		return err
	}
	now := state{public: page.Public}
	if err := now.refresh(ctx, db.Store); err != nil {
		return err
	}
	if err := c.firstLoad(ctx, g, con, db, &now); err != nil {
		return err
	}
	datums, err := g.datums()
	if err != nil {
		return err
	}
	service := now.checker(db.Store, g.log)
	if service.Public = page.Public; page.Public {
		db.OpenToPublic()
	}
	tiles := api.NewTileCache(int64(c.TileCache) << 20)
	hear := func(e store.Event) { tiles.Hear(e.Touch, e.Err) }
	reader := api.Reader(db.Store)
	if c.Tiles != "" {
		archive, err := export.Open(c.Tiles)
		if err != nil {
			return err
		}
		defer archive.Close()
		file := &tileFile{Store: db.Store, archive: archive, public: page.Public, log: g.log}
		reader = file
		hear = func(e store.Event) { file.hear(ctx, e); tiles.Hear(e.Touch, e.Err) }
	}
	options := api.Options{Reader: reader, Checker: service, Catalog: now.catalog,
		Map: webmap.Handler(page), Log: g.log, Font: g.Font, Version: version, Tiles: tiles, Datums: datums, Public: page.Public}
	jobs := check.NewRunner(service, db.Store, g.log, api.Executor(options))
	options.Wake = jobs.Wake
	group, ctx := errgroup.WithContext(ctx)
	serveHTTP(ctx, group, g, listener, api.New(options))
	changed := make(chan struct{}, 1)
	group.Go(func() error { c.follow(ctx, g, db.Store, &now, hear, changed); return nil })
	group.Go(func() error { jobs.Run(ctx); return nil }) // what it leaves undone goes on at the next start
	group.Go(func() error { g.keepTiles(ctx, db, changed); return nil })
	c.welcome(con, listener.Addr(), len(now.catalog().Layers))
	return group.Wait()
}

// serveHTTP answers requests until ctx ends, then lets running ones finish.
func serveHTTP(ctx context.Context, group *errgroup.Group, g *globals, listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	listener = api.Gather(server, listener)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		g.log.Info("stopping")
		wait, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return server.Shutdown(wait)
	})
}

// serveFile serves the tiles of a file, without a database.
func (c *serveCmd) serveFile(ctx context.Context, g *globals, con console, listener net.Listener, page webmap.Config) error {
	if c.Tiles == "" {
		return &layers.InputError{Param: "--tiles-only", Want: "a file of tiles with it, as --tiles plan.pmtiles"}
	}
	archive, err := export.Open(c.Tiles)
	if err != nil {
		return err
	}
	defer archive.Close()
	file, err := archive.Alone(page.Public)
	if err != nil {
		return err
	}
	first, last := file.Zooms()
	group, ctx := errgroup.WithContext(ctx)
	serveHTTP(ctx, group, g, listener, api.NewFile(api.FileOptions{File: file, Layers: file.Layers(), MinZoom: first, MaxZoom: last, Log: g.log, Version: version}))
	fmt.Fprintf(con.out, "\nplanatlas %s serves %d layers at http://%s\n\n  the tiles of        %s\n  without a database  stop with Ctrl-C\n\n", version, len(file.Layers()), listener.Addr(), c.Tiles)
	return group.Wait()
}

// firstLoad loads the folder into a database that holds nothing yet. What is
// there may have been edited since, so that only planatlas load changes it.
func (c *serveCmd) firstLoad(ctx context.Context, g *globals, con console, db *database, now *state) error {
	if n := len(now.catalog().Layers); c.Load == "" || n > 0 {
		if c.Load != "" {
			fmt.Fprintf(con.out, "the database holds %d layers already; planatlas load %s brings them to the state of the folder\n", n, c.Load)
		}
		return nil
	}
	diffs, err := g.load(ctx, db, c.Load, false, false, false)
	if err != nil {
		return err
	}
	printDiffs(con.out, diffs)
	return now.refresh(ctx, db.Store)
}

// follow keeps the state and the tiles true to the database, and tells when the
// catalogue changed. While it cannot, requests go on
// with the last state, the log says so, and it tries again.
func (c *serveCmd) follow(ctx context.Context, g *globals, db *store.Store, now *state, hear func(store.Event), changed chan<- struct{}) {
	stale := make(chan struct{}, 1)
	go db.Watch(ctx, func(e store.Event) {
		hear(e)
		if e.Err != nil {
			g.log.Error("changes of the database are not seen for a moment", "error", e.Err)
		}
		if e.Catalog {
			select {
			case stale <- struct{}{}:
			default: // a refresh is due already
			}
		}
	})
	for {
		select {
		case <-ctx.Done():
			return
		case <-stale:
		}
		for ctx.Err() == nil {
			err := now.refresh(ctx, db)
			if err == nil {
				select {
				case changed <- struct{}{}:
				default: // somebody will look already
				}
				break
			}
			g.log.Error("the catalogue could not be read again; the last one stays in use", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (c *serveCmd) welcome(con console, addr net.Addr, n int) {
	at := "http://" + addr.String()
	fmt.Fprintf(con.out, `
planatlas %s serves %d layers at %s

  the map             %s/map/
  for GIS clients     ogrinfo -al -so OAPIF:%s
  check a site        curl -s %s/checks -H 'Content-Type: application/geo+json' -d @site.geojson
  stop                Ctrl-C

`, version, n, at, at, at, at)
}
