package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

// speed is a database with four layers and many sites: that of the environment
// variable PLANATLAS_BENCH_DATABASE, which holds the tables redlines, rivers, roads,
// parcels and sites in schema public, or a small one made here.
type speed struct {
	url     string
	store   *store.Store
	sites   []geo.Shape
	ids     []int
	service check.Service
}

// rawSite and rawBatch are plain SQL over tables made for nothing else: cut, buffered,
// no intersection where a shape covers the other, areas without added points.
const (
	rawHits = `select %[1]s 1 k, t.id, case when st_coveredby(t.geom, s.geom) then t.geom when st_coveredby(s.geom, t.geom) then s.geom else st_intersection(t.geom, s.geom) end g from %[2]s, redlines_sub t where st_intersects(t.geom, s.geom)
		union all select %[1]s 2, t.id, case when st_coveredby(s.geom, t.geom) then s.geom else st_intersection(t.geom, s.geom) end from %[2]s, rivers_sub t where st_intersects(t.geom, s.geom)
		union all select %[1]s 3, t.id, case when st_coveredby(s.geom, t.geom) then s.geom else st_intersection(t.geom, s.geom) end from %[2]s, roads_buf t where st_intersects(t.geom, s.geom)
		union all select %[1]s 4, t.id, case when st_coveredby(t.geom, s.geom) then t.geom when st_coveredby(s.geom, t.geom) then s.geom else st_intersection(t.geom, s.geom) end from %[2]s, parcels t where st_intersects(t.geom, s.geom)`
	rawSite  = "with s as materialized (select geom from sites where id = $1), hit as (" + rawHits + ") select k, id, sum(st_area(g::geography)) from hit group by 1, 2"
	rawBatch = "create temp table r as with hit as (" + rawHits + ") select sid, k, id, sum(st_area(g::geography)) a from hit group by 1, 2, 3"
)

const smallData = `set search_path = public;
	create table redlines as select i id, st_multi(st_buffer(st_setsrid(st_makepoint(113.0 + random() * 0.5, 37.8 + random() * 0.3), 4326), 0.02, 300)) geom from generate_series(1, 40) i;
	create table rivers as select i id, st_multi(st_buffer(st_makeline(st_setsrid(st_makepoint(113.0 + random() * 0.5, 37.8), 4326), st_setsrid(st_makepoint(113.0 + random() * 0.5, 38.1), 4326)), 0.0005)) geom from generate_series(1, 20) i;
	create table roads as select i id, st_segmentize(st_makeline(st_setsrid(st_makepoint(113.0, 37.8 + random() * 0.3), 4326), st_setsrid(st_makepoint(113.5, 37.8 + random() * 0.3), 4326)), 0.001) geom from generate_series(1, 60) i;
	create table parcels as select 1000 * x + y id, st_setsrid(st_makeenvelope(113 + x * 0.0025, 37.8 + y * 0.0015, 113.0025 + x * 0.0025, 37.8015 + y * 0.0015), 4326) geom from generate_series(0, 199) x, generate_series(0, 199) y;
	create table sites as select i id, st_buffer(st_setsrid(st_makepoint(113.02 + random() * 0.46, 37.82 + random() * 0.26), 4326), 0.004, 5) geom from generate_series(1, 200) i;`

const rawTables = `set search_path = public;
	create table if not exists redlines_sub as select id, st_subdivide(geom, 128) geom from redlines;
	create table if not exists rivers_sub as select id, st_subdivide(geom, 128) geom from rivers;
	create table if not exists roads_buf as select id, st_subdivide(st_transform(st_buffer(st_transform(geom, 4547), 30, 'quad_segs=4'), 4326), 128) geom from roads;
	create index if not exists redlines_sub_geom_idx on redlines_sub using gist (geom); create index if not exists rivers_sub_geom_idx on rivers_sub using gist (geom);
	create index if not exists roads_buf_geom_idx on roads_buf using gist (geom); create index if not exists parcels_geom_idx on parcels using gist (geom);
	create index if not exists sites_id on sites (id)`

const speedRules = `
- {id: L1, layer: redlines, relation: intersects, verdict: prohibited, basis: statute, law: 法, text: {zh: 禁止, en: Forbidden}, verified: true, mark: L, source: test, valid_from: 2020-01-01}
- {id: L2, layer: rivers, relation: intersects, verdict: restricted, basis: statute, law: 法, text: {zh: 受限, en: Restricted}, verified: true, mark: L, source: test, valid_from: 2020-01-01}
- {id: L3, layer: roads, relation: dwithin, distance_m: 30, measured_from: polygon, verdict: restricted, basis: statute, law: 法, text: {zh: 受限, en: Restricted}, verified: true, mark: L, source: test, valid_from: 2020-01-01}
- {id: L4, layer: parcels, relation: intersects, verdict: advisory, basis: statute, law: 法, text: {zh: 提示, en: Advice}, verified: true, mark: L, source: test, valid_from: 2020-01-01}
`

func openSpeed(b *testing.B) *speed {
	b.Helper()
	d := &speed{url: os.Getenv("PLANATLAS_BENCH_DATABASE")}
	if d.url == "" {
		d.url = storetest.EmptyURL(b)
	}
	d.store = storetest.Open(b, d.url)
	if _, _, err := d.store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	var there bool
	storetest.QueryRow(b, d.url, "select to_regclass('public.sites') is not null", &there)
	if !there {
		storetest.Exec(b, d.url, smallData)
	}
	d.declare(b)
	conn, err := pgx.Connect(b.Context(), d.url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(b.Context(), "select id::int, st_asewkb(st_setsrid(geom, 4490)) from public.sites order by id")
	if err != nil {
		b.Fatal(err)
	}
	var id int
	var wkb []byte
	if _, err = pgx.ForEachRow(rows, []any{&id, &wkb}, func() error {
		shape, err := postgis.Unmarshal(wkb)
		d.ids, d.sites = append(d.ids, id), append(d.sites, shape)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return d
}

// declare makes the four layers and fills them, unless they are there.
func (d *speed) declare(b *testing.B) {
	var ls []*layers.Layer
	for id, kind := range map[string]layers.GeometryType{"redlines": "MultiPolygon", "rivers": "MultiPolygon", "roads": "LineString", "parcels": "Polygon"} {
		ls = append(ls, &layers.Layer{ID: id, Geometry: kind, Title: layers.Text{ZH: id, EN: id}, LegalEffect: layers.Statutory, Access: layers.Public,
			Source:   layers.Source{Licence: "x", Attribution: "x", Date: "2020-01-01"},
			Coverage: layers.Coverage{Area: "bench", Complete: true, From: "2020-01-01"}})
	}
	slices.SortFunc(ls, func(a, b *layers.Layer) int { return cmp.Compare(a.ID, b.ID) })
	var there bool
	storetest.QueryRow(b, d.url, "select exists (select from planatlas.layer where id = 'parcels')", &there)
	if !there {
		load := layers.Load{Outlines: []layers.Outline{{ID: "bench", NameZH: "x", NameEN: "x", GeometrySource: "x", AccuracyM: 1,
			Shape: geo.Shape{SRID: geo.CGCS2000, Geom: orb.Polygon{{{112, 37}, {115, 37}, {115, 39}, {112, 39}, {112, 37}}}}}}}
		for _, l := range ls {
			load.Sets = append(load.Sets, layers.FeatureSet{Layer: l, Features: func(func(layers.Feature, error) bool) {}})
		}
		if _, err := d.store.Replace(b.Context(), load, false); err != nil {
			b.Fatal(err)
		}
		for _, l := range ls {
			start := time.Now()
			storetest.Exec(b, d.url, fmt.Sprintf(`set statement_timeout = 0; insert into layers.%[1]s (id, name_zh, name_en, status, geometry_source, accuracy_m, legal_effect, geom)
				select id::text, id::text, id::text, 'existing', 'bench', 0.1, 'statutory', st_setsrid(geom, 4490) from public.%[1]s where st_isvalid(geom)`, l.ID))
			b.Logf("%s in %v", l.ID, time.Since(start))
		}
		storetest.Exec(b, d.url, rawTables)
		storetest.Exec(b, d.url, "vacuum analyze")
	}
	catalog := layers.NewCatalog(ls)
	rules, err := check.ReadRules(catalog, fstest.MapFS{"r.yaml": {Data: []byte(speedRules)}})
	if err != nil {
		b.Fatal(err)
	}
	d.service = check.Service{Store: d.store, Software: "bench", Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		State: func() check.State { return check.State{Catalog: catalog, Rules: rules} }}
}

func (d *speed) needs() (needs []check.Need) {
	state := d.service.State()
	return check.Plan(state.Catalog, state.Rules.Rules, check.Site{}, time.Now())
}

// times runs f from so many clients for a while and returns how long each took.
func times(clients int, d time.Duration, f func(i int) error) (all []time.Duration, perSecond float64, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now()
	for c := range clients {
		rnd := rand.New(rand.NewPCG(uint64(c), 7))
		wg.Go(func() {
			for time.Since(start) < d {
				t := time.Now()
				e := f(rnd.IntN(1 << 30))
				mu.Lock()
				all = append(all, time.Since(t))
				if e != nil {
					err = e
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(all)
	return all, float64(len(all)) / time.Since(start).Seconds(), err
}

func at(all []time.Duration, q float64) float64 {
	return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000
}

// BenchmarkSite checks one random site after the other, from archive to answer, and
// runs the plain SQL for the same sites in the same rounds.
func BenchmarkSite(b *testing.B) {
	d := openSpeed(b)
	cfg, err := pgxpool.ParseConfig(d.url)
	if err != nil {
		b.Fatal(err)
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = "public"
	pool, err := pgxpool.NewWithConfig(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	raw := fmt.Sprintf(rawSite, "", "s")
	contenders := []struct {
		name string
		run  func(i int) error
	}{
		{"raw", func(i int) error {
			rows, err := pool.Query(b.Context(), raw, d.ids[i%len(d.ids)])
			if err != nil {
				return err
			}
			for rows.Next() {
			}
			return rows.Err()
		}},
		{"measure", func(i int) error {
			return d.store.Snapshot(b.Context(), func(s check.Snapshot) error {
				_, err := s.Measure(b.Context(), d.sites[i%len(d.sites):][:1], d.needs(), today)
				return err
			})
		}},
		{"check", func(i int) error {
			_, _, err := d.service.Run(b.Context(), check.Site{Site: read.Site{Bytes: []byte("x"), Shape: d.sites[i%len(d.sites)]}})
			return err
		}},
	}
	for _, clients := range []int{1, 8} {
		for round := range 3 {
			for _, c := range contenders {
				_, _, _ = times(clients, 300*time.Millisecond, c.run)
				all, rate, err := times(clients, 3*time.Second, c.run)
				if err != nil {
					b.Fatal(c.name, err)
				}
				b.Logf("%d clients, round %d, %-8s %6.0f /s, p50 %6.2f ms, p99 %6.2f ms", clients, round, c.name, rate, at(all, 0.5), at(all, 0.99))
			}
		}
	}
}

// BenchmarkBatch measures all sites in batches of 100 on two connections, and runs the
// plain SQL over all with two workers, three rounds in turn.
func BenchmarkBatch(b *testing.B) {
	d := openSpeed(b)
	for round := range 3 {
		start := time.Now()
		storetest.Exec(b, d.url, "set search_path = public; set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; "+strings.TrimSpace(fmt.Sprintf(rawBatch, "s.id sid,", "sites s")))
		raw := time.Since(start)
		start = time.Now()
		hits, err := d.batch(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		own := time.Since(start)
		b.Logf("round %d: %d sites, %d features; plain SQL %.1f s, measured %.1f s, ratio %.2f", round, len(d.sites), hits, raw.Seconds(), own.Seconds(), own.Seconds()/raw.Seconds())
	}
}

func (d *speed) batch(ctx context.Context) (int64, error) {
	var next, hits atomic.Int64
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			errs[w] = d.store.Snapshot(ctx, func(s check.Snapshot) error {
				for {
					i := int(next.Add(100)) - 100
					if i >= len(d.sites) {
						return nil
					}
					all, err := s.Measure(ctx, d.sites[i:min(i+100, len(d.sites))], d.needs(), today)
					if err != nil {
						return err
					}
					for _, m := range all {
						for _, l := range m.Layers {
							hits.Add(int64(len(l.Features)))
							if !l.Measured {
								return l.Err
							}
						}
					}
				}
			})
		})
	}
	wg.Wait()
	return hits.Load(), errors.Join(errs...)
}
