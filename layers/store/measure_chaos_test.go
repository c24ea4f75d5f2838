package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/cluster"
	"planatlas/layers/store/storetest"

	"github.com/jackc/pgx/v5"
)

// chaos is a database with Yangquan, in which one layer after the other is broken.
type chaos struct {
	*testing.T
	url     string
	service *check.Service
	ids     []string
	before  check.Answer
}

func chaosSite() check.Site {
	return check.Site{Site: read.Site{Bytes: []byte("x"), Shape: geo.Shape{SRID: geo.CGCS2000, Geom: polygon([][2]float64{{113.60, 37.86}, {113.61, 37.86}, {113.61, 37.87}, {113.60, 37.87}, {113.60, 37.86}})}}}
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	t.Parallel() // most of the time is waiting
	c := &chaos{T: t, url: storetest.URL(t)}
	s, err := store.Open(t.Context(), c.url, store.Options{LayerTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c.service = checker(t, s)
	now := c.service.State
	c.service.State = func() check.State { // without the rules of layers that nobody has
		state := now()
		state.Rules.Rules = slices.DeleteFunc(state.Rules.Rules, func(r check.Rule) bool { _, err := state.Catalog.Layer(r.Layer); return err != nil })
		return state
	}
	for _, l := range c.service.State().Catalog.Layers {
		if l.Checked() {
			c.ids = append(c.ids, l.ID)
		}
	}
	c.before = c.check()
	for _, l := range c.before.Layers {
		if l.Outcome == check.NotChecked {
			t.Fatalf("%s: %s", l.Layer, l.Reason.EN)
		}
	}
	return c
}

func (c *chaos) check() check.Answer {
	c.Helper()
	_, b, err := c.service.Run(c.Context(), chaosSite())
	if err != nil {
		c.Fatal(err)
	}
	return decode[check.Answer](c.T, b)
}

// want says that the broken layers, and no others, are not checked.
func (c *chaos) want(how string, broken ...string) {
	c.Helper()
	a := c.check()
	is := map[string]check.LayerLine{}
	for _, l := range a.Layers {
		is[l.Layer] = l
	}
	for _, was := range c.before.Layers {
		now, there := is[was.Layer]
		want := was.Outcome
		for _, id := range broken {
			if id == was.Layer {
				want = check.NotChecked
			}
		}
		if !there || now.Outcome != want || want == check.NotChecked && (now.Reason == layers.Text{} || now.Overlap != nil || now.NearestM != nil) {
			c.Errorf("%s: %s is %v, %q; want %v", how, was.Layer, now.Outcome, now.Reason.EN, want)
		}
	}
	if len(a.Layers) != len(c.before.Layers) || a.Verdict.Severity() > check.Incomplete.Severity() || len(broken) > 0 && a.Verdict == check.AllClear {
		c.Errorf("%s: %d layers, verdict %s", how, len(a.Layers), a.Verdict)
	}
}

func (c *chaos) exec(sql string) { c.Helper(); storetest.Exec(c.T, c.url, sql) }

// whileLocked runs f while another session holds the table.
func (c *chaos) whileLocked(table string, f func()) {
	c.Helper()
	conn, err := pgx.Connect(c.Context(), c.url)
	if err != nil {
		c.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(c.Context(), "begin; lock table "+table+" in access exclusive mode"); err != nil {
		c.Fatal(err)
	}
	f()
}

const bowtie = `(id, name_zh, name_en, status, geometry_source, accuracy_m, geom) values ('bow tie', '甲', 'X', 'planned', 'own', 10,
	st_multi(st_translate('SRID=4490;POLYGON((0 0,0.1 0.1,0.1 0,0 0.1,0 0))'::geometry, 113.55, 37.81)))`

// In turn each layer loses its table, or its parts; is locked; holds a geometry that is
// not valid; takes too long. No check is clear or leaves the layer out, and the other
// layers are as before.
func TestNoBrokenLayerIsClear(t *testing.T) {
	t.Run("tables dropped", func(t *testing.T) {
		c := newChaos(t)
		for i, id := range c.ids {
			c.exec("drop table layers." + id)
			c.want("dropped", c.ids[:i+1]...)
		}
	})
	t.Run("parts dropped", func(t *testing.T) {
		c := newChaos(t)
		for i, id := range c.ids {
			c.exec("drop table layers_parts." + id)
			c.want("dropped", c.ids[:i+1]...)
		}
	})
	t.Run("forgotten", func(t *testing.T) {
		c := newChaos(t)
		state := c.service.State() // of a program that has not heard of it yet
		c.service.State = func() check.State { return state }
		for i, id := range c.ids {
			c.exec("delete from planatlas.layer where id = '" + id + "'")
			c.want("forgotten", c.ids[:i+1]...)
		}
	})
	t.Run("locked", func(t *testing.T) {
		c := newChaos(t)
		for i, id := range c.ids {
			table := "layers." + id
			if i%3 == 0 {
				table = "layers_parts." + id
			}
			c.whileLocked(table, func() { c.want("locked "+table, id) })
		}
		c.want("unlocked")
	})
	t.Run("not valid", func(t *testing.T) {
		c := newChaos(t)
		for _, id := range c.ids {
			c.exec("alter table layers." + id + " drop constraint sound, alter geom type geometry(Geometry, 4490); alter table layers_history." + id + " alter geom type geometry(Geometry, 4490); insert into layers." + id + " " + bowtie)
			c.want("not valid", id)
			c.exec("delete from layers." + id + " where id = 'bow tie'")
			c.want("valid again")
		}
	})
	t.Run("too slow", func(t *testing.T) {
		c := newChaos(t)
		for _, id := range c.ids {
			c.exec("alter table layers." + id + " rename to slow; create view layers." + id + " as select * from layers.slow where pg_sleep(1.1) is not null")
			c.want("slow", id)
			c.exec("drop view layers." + id + "; alter table layers.slow rename to " + id)
		}
		c.want("fast again")
	})
	t.Run("connection lost", func(t *testing.T) {
		c := newChaos(t)
		for _, id := range c.ids {
			c.whileLocked("layers."+id, func() {
				done := make(chan error, 1)
				go func() {
					_, _, err := c.service.Run(c.Context(), chaosSite())
					done <- err
				}()
				c.exec(`do $$ begin loop
					perform pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and application_name = 'planatlas';
					exit when found; perform pg_stat_clear_snapshot(); perform pg_sleep(0.005); end loop; end $$`)
				if err := <-done; !errors.Is(err, layers.ErrUnavailable) {
					t.Errorf("%s: %v", id, err)
				}
			})
		}
		c.want("afterwards")
	})
}

// A table that is emptied after the snapshot was taken shows nothing to it. That is
// not clear.
func TestTruncatedBehindTheSnapshot(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	needs := []check.Need{{Layer: storetest.Layer(t, s, "ecological_red_lines")}, {Layer: storetest.Layer(t, s, "development_zones")}}
	site := []geo.Shape{chaosSite().Shape}
	err := s.Snapshot(t.Context(), func(snapshot check.Snapshot) error {
		before, err := snapshot.Measure(t.Context(), site, needs[1:], today)
		if err != nil {
			return err
		}
		storetest.Exec(t, url, "truncate layers.ecological_red_lines")
		after, err := snapshot.Measure(t.Context(), site, needs, today)
		if err == nil && (after[0].Layers[0].Measured || after[0].Layers[0].Reason.EN == "" || !after[0].Layers[1].Measured || !before[0].Layers[0].Measured) {
			t.Errorf("%+v", after[0].Layers)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := measure(t, s, chaosSite().Shape.Geom, 0, "ecological_red_lines").Layers[0]; !m.Measured || len(m.Features) != 0 {
		t.Errorf("empty: %+v", m)
	}
}

// A server that stops in the middle of a check gives no answer at all.
func TestServerThatStopsDuringACheck(t *testing.T) {
	c, _ := otherCluster(t)
	s, err := store.Open(t.Context(), c.URL(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Replace(t.Context(), storetest.Yangquan(t), false); err != nil {
		t.Fatal(err)
	}
	service := checker(t, s)
	state := service.State()
	service.State = func() check.State { return state }
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "begin; lock table layers.river_corridors in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, _, err := service.Run(t.Context(), chaosSite())
		done <- err
	}()
	time.Sleep(500 * time.Millisecond)
	if err := stopNow(c); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func stopNow(c *cluster.Cluster) error { return c.Stop(context.Background()) }

// One site of many that takes too long, or lies at a geometry that is not valid, costs
// the others nothing.
func TestOneSiteOfMany(t *testing.T) {
	s := newScene(t, 9, 12)
	db := s.fill(t)
	want := everything(t, db, s.sites, s.needs(100))
	storetest.Exec(t, s.url, "alter table layers.areas drop constraint sound; insert into layers.areas "+bowtie+"; update layers.areas set geom = st_translate(geom, 0.3, 0) where id = 'bow tie'")
	sites := append([]geo.Shape{{SRID: geo.CGCS2000, Geom: polygon([][2]float64{{113.9, 37.86}, {113.91, 37.86}, {113.91, 37.87}, {113.9, 37.86}})}}, s.sites...)
	sites = append(sites, geo.Shape{SRID: geo.CGCS2000, Geom: polygon([][2]float64{{113.5, 37.8}, {113.6, 37.9}, {113.6, 37.8}, {113.5, 37.9}, {113.5, 37.8}})})
	var all []check.Measured
	if err := db.Snapshot(t.Context(), func(snapshot check.Snapshot) (err error) {
		all, err = snapshot.Measure(t.Context(), sites, s.needs(100), today)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if first := all[0].Layers[0]; first.Layer.ID != "areas" || first.Measured || !all[0].Layers[1].Measured {
		t.Errorf("beside what is not valid: %+v", all[0].Layers)
	}
	var input *layers.InputError
	if last := all[len(all)-1]; !errors.As(last.Err, &input) || last.Layers != nil {
		t.Errorf("a site that is not valid: %+v", last)
	}
	for i, m := range all[1 : len(all)-1] {
		for _, l := range m.Layers {
			if !l.Measured {
				t.Errorf("site %d: %s: %v", i, l.Layer.ID, l.Err)
			}
		}
	}
	storetest.Exec(t, s.url, "delete from layers.areas where id = 'bow tie'")
	for i, text := range everything(t, db, s.sites, s.needs(100)) {
		if text != want[i] {
			t.Errorf("site %d changed", i)
		}
	}
}
