// Package store keeps layers in PostGIS. It is the only package that speaks
// SQL: one typed table per layer in schema layers, its history in schema
// layers_history, and what all layers share in schema planatlas.
package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxgeom "github.com/twpayne/pgx-geom"
)

// Options are the limits of a store. The zero value has usable limits.
type Options struct {
	MaxConns         int           // connections of the pool; 8 when zero
	StatementTimeout time.Duration // of one statement of a read; 30 s when zero
	LayerTimeout     time.Duration // of one layer of a site check; 5 s when zero
	TileTimeout      time.Duration // of one layer of a tile; 5 s when zero
}

// Store is a pool of connections to one database. It is safe for concurrent use.
type Store struct {
	pool  *pgxpool.Pool // for checks, loads and everything that works through sets
	pages *pgxpool.Pool // for pages of features, with a planner that reads by index
	tiles *pgxpool.Pool // for tiles, with the same; as many connections as there are places in the lanes
	lanes *lanes

	together *together // small pages, on the connections of pages

	opts Options

	drawers sync.Pool // of *drawer
	texts   texts
	public  atomic.Bool
}

// Open makes the pool for a postgres:// address or keyword string. It connects
// when it is first used, so that a service can start before its database does.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	if opts.MaxConns == 0 {
		opts.MaxConns = 8
	}
	if opts.StatementTimeout == 0 {
		opts.StatementTimeout = 30 * time.Second
	}
	if opts.LayerTimeout == 0 {
		opts.LayerTimeout = 5 * time.Second
	}
	if opts.TileTimeout == 0 {
		opts.TileTimeout = 5 * time.Second
	}
	cfg.MaxConns = int32(opts.MaxConns)
	cfg.ConnConfig.ConnectTimeout = 3 * time.Second
	run := cfg.ConnConfig.RuntimeParams
	run["application_name"] = "planatlas"
	run["datestyle"] = "ISO"
	run["timezone"] = "UTC"
	run["extra_float_digits"] = "1"
	run["statement_timeout"] = milliseconds(opts.StatementTimeout)
	cfg.AfterConnect = prepare
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database pool: %w", err)
	}
	// A page stops after its limit, so that plans which first gather all rows of
	// a box lose; one plan serves all pages of a form.
	pageCfg := cfg.Copy()
	for name, value := range map[string]string{"plan_cache_mode": "force_generic_plan", "enable_bitmapscan": "off", "enable_seqscan": "off", "max_parallel_workers_per_gather": "0"} {
		pageCfg.ConnConfig.RuntimeParams[name] = value
	}
	pages, err := pgxpool.NewWithConfig(ctx, pageCfg)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the pool for pages: %w", err)
	}
	tileCfg := pageCfg.Copy()
	tileCfg.MaxConns = lightTiles + heavyTiles
	tileCfg.ConnConfig.RuntimeParams["statement_timeout"] = milliseconds(opts.TileTimeout)
	tiles, err := pgxpool.NewWithConfig(ctx, tileCfg)
	if err != nil {
		pages.Close()
		pool.Close()
		return nil, fmt.Errorf("open the pool for tiles: %w", err)
	}
	return &Store{pool: pool, pages: pages, tiles: tiles, lanes: newLanes(), together: newTogether(pages), opts: opts}, nil
}

// prepare teaches the connection PostGIS's types, unless the database is still empty,
// and lets it store what is long with LZ4, where the server has that: as small as with
// PostgreSQL's own way, in a seventh of the time.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	var there bool
	if err := conn.QueryRow(ctx, `select to_regtype('geometry') is not null, (select set_config(name, 'lz4', false) from pg_settings
		where name = 'default_toast_compression' and 'lz4' = any (enumvals))`).Scan(&there, new(*string)); err != nil || !there {
		return err
	}
	return pgxgeom.Register(ctx, conn)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%d", d.Milliseconds()) }

// Close closes all connections.
func (s *Store) Close() {
	s.tiles.Close()
	s.pages.Close()
	s.pool.Close()
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	return domainError("ping the database", s.pool.Ping(ctx))
}

// inTx runs f in a transaction and commits when f returns nil.
func (s *Store) inTx(ctx context.Context, doing string, mode pgx.TxOptions, f func(pgx.Tx) error) error {
	return domainError(doing, pgx.BeginTxFunc(ctx, s.pool, mode, f))
}
