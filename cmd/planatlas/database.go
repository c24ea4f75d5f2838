package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"planatlas/data"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/ingest"
	"planatlas/layers/store"
	"planatlas/layers/store/cluster"
)

// globals are the flags of every command.
type globals struct {
	DatabaseURL     string `help:"Use this PostGIS database instead of a private one." placeholder:"postgres://…" env:"PLANATLAS_DATABASE_URL"`
	Home            string `help:"Data folder of the private database. Default: planatlas in the XDG data home; /var/lib/planatlas for root." env:"PLANATLAS_HOME" type:"path"`
	PGBin           string `name:"pg-bin" help:"Folder of the PostgreSQL programs. Default: look for them." env:"PLANATLAS_PG_BIN" type:"path"`
	Font            string `help:"Chinese TrueType font for PDF reports. Default: WenQuanYi Micro Hei where distributions install it." placeholder:"FILE" env:"PLANATLAS_FONT" type:"path"`
	DatumParameters string `help:"Parameters that lead from Xian 1980 and Beijing 1954 to CGCS2000, a TOML file that its owner alone may read. Without it files on these datums are refused." placeholder:"FILE" env:"PLANATLAS_DATUM_PARAMETERS" type:"path"`
	Verbose         bool   `short:"v" help:"Log more." env:"PLANATLAS_VERBOSE"`

	log *slog.Logger
}

func (g *globals) home() (string, error) {
	if g.Home != "" {
		return g.Home, nil
	}
	return cluster.DefaultDir(os.Getenv)
}

// database is an open store and what has to be stopped behind it.
type database struct {
	*store.Store
	private *cluster.Cluster // nil when somebody else runs the database
}

// open connects to the database that the flags name. Without an address it uses
// the private cluster: the one that runs, or else one that it starts. With own it
// only starts: a service does not share its folder with another.
func (g *globals) open(ctx context.Context, own bool) (*database, error) {
	url, db := g.DatabaseURL, &database{}
	if url == "" {
		dir, err := g.home()
		if err != nil {
			return nil, err
		}
		if !own {
			url, err = cluster.Attach(dir)
			if err != nil && !errors.Is(err, cluster.ErrNotRunning) {
				return nil, err
			}
		}
		if url == "" {
			if db.private, err = cluster.Start(ctx, cluster.Options{Dir: dir, BinDir: g.PGBin, Log: g.log}); err != nil {
				return nil, err
			}
			url = db.private.URL()
		}
	}
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return nil, errors.Join(&layers.InputError{Param: "--database-url", Value: err.Error(), Want: "postgres://user@host/database", Err: err}, db.close())
	}
	db.Store = s
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the database: %w", err), db.close())
	}
	return db, nil
}

// close ends the connections and stops the private cluster.
func (d *database) close() error {
	if d.Store != nil {
		d.Store.Close()
	}
	if d.private == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return d.private.Stop(ctx)
}

// with opens the database, runs f and closes it again. The schema of a private
// database is brought up to date first; another one must be.
func (g *globals) with(ctx context.Context, f func(*database) error) error {
	db, err := g.open(ctx, false)
	if err != nil {
		return err
	}
	err = g.prepare(ctx, db)
	if err == nil {
		err = f(db)
	}
	return errors.Join(err, db.close())
}

func (g *globals) prepare(ctx context.Context, db *database) error {
	if g.DatabaseURL == "" {
		from, to, err := db.Migrate(ctx)
		if err == nil && from != to {
			g.log.Info("schema migrated", "from", from, "to", to)
		}
		return err
	}
	have, want, err := db.SchemaVersion(ctx)
	if err == nil && have != want {
		err = fmt.Errorf("the database has schema version %d and this program needs %d: run planatlas migrate", have, want)
	}
	return err
}

// dataFolder opens a data folder: a path, or yangquan for the built-in one.
func dataFolder(name string) (fs.FS, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return os.DirFS(name), nil
	}
	if name == "yangquan" {
		return data.Yangquan()
	}
	return nil, &layers.InputError{Param: "folder", Value: name, Want: "a data folder such as data/yangquan, or yangquan for the built-in one"}
}

func (g *globals) load(ctx context.Context, db *database, name string, dryRun, retire, discard bool) ([]layers.Diff, error) {
	folder, err := dataFolder(name)
	if err != nil {
		return nil, err
	}
	rules, err := data.Rules()
	if err != nil {
		return nil, err
	}
	load, err := ingest.Folder(folder, rules)
	if err != nil {
		return nil, &layers.InputError{Param: name, Value: err.Error(), Err: err}
	}
	load.Retire, load.Discard = retire, discard
	diffs, err := db.Replace(ctx, load, dryRun)
	if err != nil {
		return nil, fmt.Errorf("%s: nothing was changed: %w", name, err)
	}
	return diffs, nil
}

// buildTiles makes the tiles that a large import left to be made.
func (g *globals) buildTiles(ctx context.Context, db *database) error {
	err := db.BuildTiles(ctx, func(layer string) {
		g.log.Info("making what tiles show at small scales, after an import", "layer", layer)
	})
	if err != nil {
		return fmt.Errorf("tiles at small scales stay slow: %w", err)
	}
	return nil
}

// keepTiles makes the tiles that large imports leave to be made, at once and whenever
// the catalogue changed, until ctx ends.
func (g *globals) keepTiles(ctx context.Context, db *database, changed <-chan struct{}) {
	for {
		if err := g.buildTiles(ctx, db); err != nil && ctx.Err() == nil {
			g.log.Error("the pyramid of a layer is still to be made", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// state is what the database declared last. It is read by every request and
// replaced as a whole.
type state struct {
	now    atomic.Pointer[check.State]
	public bool // the service is open to the public: what it shows has to be generalised first
}

// refresh reads the state from the database.
func (s *state) refresh(ctx context.Context, db *store.Store) error {
	now, err := db.State(ctx)
	if err == nil && s.public {
		err = db.Generalise(ctx, now.Catalog)
	}
	if err == nil {
		s.now.Store(&now)
	}
	return err
}

func (s *state) catalog() *layers.Catalog { return s.now.Load().Catalog }

func (s *state) checker(db *store.Store, log *slog.Logger) *check.Service {
	return &check.Service{Store: db, State: func() check.State { return *s.now.Load() },
		Software: "planatlas " + version, Now: time.Now, Log: log}
}
