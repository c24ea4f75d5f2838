package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"planatlas/api"
	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// making counts how often each tile was made.
type making struct {
	api.Reader
	mu   sync.Mutex
	made map[string]int
}

func (r *making) Tile(ctx context.Context, ls []*layers.Layer, at tile.ID) ([]byte, error) {
	r.mu.Lock()
	r.made[ls[0].ID+" "+at.String()]++
	r.mu.Unlock()
	return r.Reader.Tile(ctx, ls, at)
}

func (r *making) of(layer string, at tile.ID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made[layer+" "+at.String()]
}

// process is one running service, with a store, a cache and a watcher of its own.
type process struct {
	*service
	*making
}

func startProcess(t *testing.T, database string) process {
	t.Helper()
	p := process{making: &making{made: map[string]int{}}}
	db := storetest.Open(t, database)
	cache, hearing := api.NewTileCache(16<<20), make(chan struct{})
	p.service = serveOn(t, database, store.Options{}, func(o *api.Options) { p.Reader, o.Reader, o.Tiles = db, p.making, cache })
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done, first := make(chan struct{}), sync.OnceFunc(func() { close(hearing) })
	go func() {
		defer close(done)
		db.Watch(ctx, func(e store.Event) {
			cache.Hear(e.Touch, e.Err)
			if e.Err == nil {
				first()
			}
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	<-hearing
	return p
}

// editOf reads the number of the edit that a tile of reference shows; -1 when the
// feature is missing.
func editOf(t *testing.T, a answer) int {
	for _, l := range wantTile(t, a) {
		for _, f := range l.Features {
			if f.Properties["id"] == "chengqu" {
				n, err := strconv.Atoi(strings.TrimPrefix(fmt.Sprint(f.Properties["name_en"]), "edit "))
				if err != nil {
					t.Fatalf("%v", f.Properties)
				}
				return n
			}
		}
	}
	return -1
}

// TestEditsReachEveryReader edits a feature as psql would while eight clients read
// its tiles from two processes. A reader that asks a second after a commit sees it,
// no tile loses the feature, each process makes the touched tiles anew, and no other.
func TestEditsReachEveryReader(t *testing.T) {
	database := storetest.URL(t)
	storetest.Exec(t, database, "update layers.reference set name_en = 'edit 0' where id = 'chengqu'")
	var lon, lat float64
	storetest.QueryRow(t, database, "select st_x(c), st_y(c) from (select st_pointonsurface(geom) c from layers.reference where id = 'chengqu') p", &lon, &lat)
	processes := []process{startProcess(t, database), startProcess(t, database)}
	var touched, still []tile.ID
	for _, z := range []uint32{8, 11, 13} {
		touched = append(touched, over(t, tile.WebMercatorQuad, z, lon, lat))
	}
	for _, z := range []uint32{11, 13} { // of the same layer, but elsewhere
		still = append(still, over(t, tile.WebMercatorQuad, z, lon-0.6, lat+0.4))
	}
	var committed [64]atomic.Int64 // when each edit was, in nanoseconds; 0 while it is not
	committed[0].Store(1)
	stop := make(chan struct{})
	var clients sync.WaitGroup
	var reads atomic.Int64
	for i := range 8 {
		p := processes[i%2]
		clients.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				asked := time.Now()
				least := 0
				for e := range committed {
					if at := committed[e].Load(); at != 0 && asked.Sub(time.Unix(0, at)) > time.Second {
						least = e
					}
				}
				if got := editOf(t, p.get(t, short("reference", touched[(i+n)%len(touched)]))); got < least {
					t.Errorf("client %d sees edit %d a second after edit %d", i, got, least)
				}
				p.get(t, short("reference", still[n%len(still)]))
				p.get(t, short("rural", touched[n%len(touched)]))
				reads.Add(1)
			}
		})
	}
	const edits = 12
	for e := 1; e <= edits; e++ {
		storetest.Exec(t, database, "update layers.reference set name_en = $1 where id = 'chengqu'", "edit "+strconv.Itoa(e))
		committed[e].Store(time.Now().UnixNano())
		time.Sleep(150 * time.Millisecond)
	}
	time.Sleep(1200 * time.Millisecond) // so that the last edit counts too
	close(stop)
	clients.Wait()
	for i, p := range processes {
		for _, at := range touched {
			if got := editOf(t, p.get(t, short("reference", at))); got != edits {
				t.Errorf("process %d shows edit %d of %s in the end", i, got, at)
			}
			// Each edit is made once, and once more at most for each time that it was heard of while it was made.
			if n := p.of("reference", at); n < edits/2 || n > 3*edits+3 {
				t.Errorf("process %d made %s %d times for %d edits", i, at, n, edits)
			}
			if n := p.of("rural", at); n != 1 {
				t.Errorf("process %d made a tile of another layer %d times", i, n)
			}
		}
		for _, at := range still {
			if n := p.of("reference", at); n != 1 {
				t.Errorf("process %d made %s %d times, which no edit touched", i, at, n)
			}
		}
	}
	if reads.Load() < 50 {
		t.Errorf("only %d reads", reads.Load())
	}
	t.Logf("%d reads", reads.Load())
}

// TestALostWatcherServesNothingOld ends the watcher's connection: tiles are made
// anew until it hears again, and an edit in between is seen at once.
func TestALostWatcherServesNothingOld(t *testing.T) {
	database := storetest.URL(t)
	p := startProcess(t, database)
	var lon, lat float64
	storetest.QueryRow(t, database, "select st_x(c), st_y(c) from (select st_pointonsurface(geom) c from layers.reference where id = 'chengqu') p", &lon, &lat)
	path := short("reference", over(t, tile.WebMercatorQuad, 12, lon, lat))
	for e := range 3 {
		p.get(t, path)
		storetest.Exec(t, database, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'planatlas watch' and datname = current_database()")
		storetest.Exec(t, database, "update layers.reference set name_en = $1 where id = 'chengqu'", "edit "+strconv.Itoa(e))
		deadline := time.Now().Add(10 * time.Second)
		for editOf(t, p.get(t, path)) != e {
			if time.Now().After(deadline) {
				t.Fatalf("edit %d is never seen", e)
			}
		}
	}
}

// TestTilesHoldWhatTheBoxHolds: above the exact zoom, a tile holds the features of
// its box and no others.
func TestTilesHoldWhatTheBoxHolds(t *testing.T) {
	s, _, _ := serveTiles(t, storetest.URL(t))
	n := 0
	for _, l := range s.published() {
		if !l.HasGeometry() {
			continue
		}
		for _, set := range tile.Sets() {
			for _, z := range []uint32{12, 14} {
				at := over(t, set, z, 113.57, 37.86)
				box := func(share float64) []string {
					b := at.Buffered(share)
					page := read[featureCollection](t, s.get(t, fmt.Sprintf("/collections/%s/items?limit=10000&bbox=%.9f,%.9f,%.9f,%.9f", l.ID, b.Min[0], b.Min[1], b.Max[0], b.Max[1])), http.StatusOK)
					return page.ids()
				}
				a := s.get(t, fmt.Sprintf("/collections/%s/tiles/%s/%d/%d/%d", l.ID, set, at.Z, at.Y, at.X))
				var shown []string
				if a.StatusCode != http.StatusNoContent {
					for _, f := range wantTile(t, a)[0].Features {
						shown = append(shown, fmt.Sprint(f.Properties["id"]))
					}
				}
				may, must := box(65.0/4096), box(0)
				for _, id := range shown {
					if !slices.Contains(may, id) {
						t.Errorf("%s %s shows %s, which is not in its box", l.ID, at, id)
					}
				}
				for _, id := range must {
					if !slices.Contains(shown, id) {
						t.Errorf("%s %s lacks %s", l.ID, at, id)
					}
				}
				n += len(shown)
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d features in all tiles", n)
	}
}
