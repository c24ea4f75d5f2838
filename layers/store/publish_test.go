package store_test

import (
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

const foreignTables = `
create schema city;
create table city.parcels (gid serial primary key, owner text, area numeric(10,2), built date, empty boolean, shape geometry(MultiPolygonZ, 4547), second geometry(Point, 4326));
create index on city.parcels using gist (shape);
insert into city.parcels (owner, area, built, empty, shape)
	select 'o'||i, i * 1.5, date '2020-01-01' + i, i % 2 = 0, st_force3d(st_multi(st_makeenvelope(463329 + 100 * i, 4191674, 463329 + 100 * i + 90, 4191764, 4547))) from generate_series(1, 30) i;
create view city.large as select gid, owner, shape from city.parcels where area > 30;
create table city.readings (at integer not null, v double precision, geom geometry(Point, 4326), unique (at)) partition by range (at);
create table city.readings_1 partition of city.readings for values from (0) to (100);
insert into city.readings select i, i / 10.0, st_setsrid(st_makepoint(113.5 + i / 1000.0, 37.9), 4326) from generate_series(0, 20) i;
create type city.kind as enum ('road', 'path');
create table city.ways (id uuid primary key, kind city.kind, host inet, owner varchar(20), geom geometry(Point, 4326));
insert into city.ways select md5(i::text)::uuid, case when i % 3 = 0 then 'path' else 'road' end::city.kind, '10.0.0.1'::inet + i, 'o' || i % 5, st_setsrid(st_makepoint(113.5 + i / 1000.0, 37.9), 4326) from generate_series(1, 30) i;
create table city.plain (id int primary key);
create table city.keyless (geom geometry(Point, 4326));
create table city.nowhere (id int primary key, geom geometry(Point));`

func TestPublishTables(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, foreignTables)
	for _, tc := range []struct {
		table, key string
		want       layers.Table
		geometry   layers.GeometryType
		properties string
		warnings   int
		features   int
		inBox      int
	}{
		{"parcels", "", layers.Table{Key: "gid", KeyType: layers.Integer, Geometry: "second", SRID: 4326}, "Point", "owner string, area number, built date, empty boolean", 1, 30, 0},
		{"large", "gid", layers.Table{Key: "gid", KeyType: layers.Integer, Geometry: "shape", SRID: 4547}, "MultiPolygon", "owner string", 0, 10, 6},
		{"readings", "", layers.Table{Key: "at", KeyType: layers.Integer, Geometry: "geom", SRID: 4326}, "Point", "v number", 1, 21, 0},
	} {
		t.Run(tc.table, func(t *testing.T) {
			p, err := s.DescribeTable(t.Context(), "city", tc.table, tc.key)
			if err != nil {
				t.Fatal(err)
			}
			tc.want.Schema, tc.want.Name = "city", tc.table
			var properties []string
			for _, prop := range p.Layer.Properties {
				properties = append(properties, prop.Name+" "+string(prop.Type))
			}
			if diff := cmp.Diff(tc.want, *p.Layer.Table); diff != "" || p.Layer.Geometry != tc.geometry || strings.Join(properties, ", ") != tc.properties || len(p.Warnings) != tc.warnings {
				t.Errorf("%s %s %v %v", diff, p.Layer.Geometry, properties, p.Warnings)
			}
			if err := s.Publish(t.Context(), p.Layer); err != nil {
				t.Fatal(err)
			}
			l := storetest.Layer(t, s, tc.table)
			walk(t, s, l, tc.features)
			var boxed idSink
			box := orb.Bound{Min: orb.Point{113.608, 37.85}, Max: orb.Point{113.613, 37.86}}
			if _, err := s.Items(t.Context(), l, layers.Query{BBox: &box, Limit: 100}, &boxed); err != nil || len(boxed) != tc.inBox {
				t.Errorf("%d in the box, want %d, %v", len(boxed), tc.inBox, err)
			}
			for id, want := range map[string]int{"20": 1, "x": 0, "99999999999999999999": 0} {
				var found idSink
				if _, err := s.Items(t.Context(), l, layers.Query{ID: id, Limit: 1}, &found); err != nil || len(found) != want && tc.table != "large" {
					t.Errorf("id %s: %v, %v", id, found, err)
				}
			}
			if _, err := s.Summary(t.Context(), l); err != nil {
				t.Error(err)
			}
		})
	}
	// What planatlas keeps goes on as before.
	if _, err := s.Replace(t.Context(), storetest.Yangquan(t), false); err != nil {
		t.Error(err)
	}
}

// A key or a column of a type that clients know as text only is compared as the text that
// they see: in pages, by id, in filters and in an order.
func TestPublishedTypesThatAreText(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, foreignTables)
	p, err := s.DescribeTable(t.Context(), "city", "ways", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Warnings) != 2 || !strings.Contains(p.Warnings[0], `create index on "city"."ways" (("id"::text))`) {
		t.Errorf("%q", p.Warnings)
	}
	if err := s.Publish(t.Context(), p.Layer); err != nil {
		t.Fatal(err)
	}
	l := storetest.Layer(t, s, "ways")
	if diff := cmp.Diff(layers.Table{Schema: "city", Name: "ways", Key: "id", KeyType: layers.String, Geometry: "geom", SRID: 4326}, *l.Table); diff != "" {
		t.Error(diff)
	}
	for i := range l.Properties {
		l.Properties[0], l.Properties[i] = l.Properties[i], l.Properties[0]
		walk(t, s, l, 30)
	}
	var id string
	storetest.QueryRow(t, url, "select id::text from city.ways where owner = 'o2' and kind = 'road' order by id limit 1", &id)
	at, box := orb.Point{113.51, 37.9}, orb.Bound{Min: orb.Point{113.4, 37.8}, Max: orb.Point{113.6, 38}}
	for _, tc := range []struct {
		name string
		q    layers.Query
		want int
	}{
		{"by id", layers.Query{ID: id}, 1},
		{"by no id", layers.Query{ID: "7"}, 0},
		{"near", layers.Query{Near: &at}, 30},
		{"by box", layers.Query{BBox: &box}, 30},
		{"by an enumeration", layers.Query{Filter: parse(t, "kind = 'path'")}, 10},
		{"by what is in no enumeration", layers.Query{Filter: parse(t, "kind = 'river'")}, 0},
		{"by ids in a filter", layers.Query{Filter: parse(t, "id in ('"+id+"', '7')")}, 1},
		{"by a place in a filter", layers.Query{Filter: parse(t, "s_intersects(geom, bbox(113.4, 37.8, 113.51, 38))")}, 10},
		{"by a part of an address", layers.Query{Filter: parse(t, "host like '10.0.0.1%'")}, 10},
	} {
		tc.q.Limit = 100
		var found idSink
		if _, err := s.Items(t.Context(), l, tc.q, &found); err != nil || len(found) != tc.want {
			t.Errorf("%s: %v, want %d, %v", tc.name, found, tc.want, err)
		}
	}
}

// Filters of places are about the same places whatever system a table is stored in, and
// read them by its index.
func TestPlacesInPublishedTables(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	tables := map[string]string{"wgs": "4326", "city": "4490", "zone": "4547", "web": "3857", "old": "4214"}
	for name, srid := range tables {
		storetest.Exec(t, url, "create table public."+name+" as select i gid, st_transform(st_buffer(st_setsrid(st_makepoint(113 + (i % 100) / 100.0, 37 + (i / 100) / 100.0), 4490), 0.004, 2), "+srid+")::geometry(Polygon, "+srid+") shape from generate_series(0, 9999) i; "+
			"alter table public."+name+" add primary key (gid); create index on public."+name+" using gist (shape); analyze public."+name)
		p, err := s.DescribeTable(t.Context(), "public", name, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Publish(t.Context(), p.Layer); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		filter string
		want   int
	}{
		{"s_intersects(geom, bbox(113.095, 37.095, 113.205, 37.205))", 121},
		{"s_intersects(geometry, POINT(113.5 37.5))", 1},
		{"s_within(geom, POLYGON((113.095 37.095, 113.205 37.095, 113.205 37.205, 113.095 37.205, 113.095 37.095)))", 121},
		{"s_contains(geom, POINT(113.5 37.5)) or id in ('17', '18')", 3},
		{"s_disjoint(geom, bbox(113.095, 36, 115, 39))", 1000},
		{"s_intersects(geom, bbox(-180, -90, 180, 90)) and id in ('0', '1', 'x')", 2},
		{"area_m2(geom) > 440000 and area_m2(geom) < 452000 and id like '9_'", 10},
		{"s_intersects(centroid(geom), bbox(113.495, 37.495, 113.505, 37.505))", 1},
		{"s_intersects(geom, bbox(113.095, 37.095, 113.205, 37.205)) and geom is not null", 121},
	} {
		for name := range tables {
			var found idSink
			l := storetest.Layer(t, s, name)
			if _, err := s.Items(t.Context(), l, layers.Query{Filter: parse(t, tc.filter)}, &found); err != nil || len(found) != tc.want {
				t.Errorf("%s, %s: %d, want %d, %v", name, tc.filter, len(found), tc.want, err)
			}
		}
	}
	var found idSink
	if _, err := s.Items(t.Context(), storetest.Layer(t, s, "zone"), layers.Query{Filter: parse(t, "s_intersects(geom, bbox(463329, 4191674, 464329, 4192674))"), FilterSRID: 4547}, &found); err != nil || len(found) == 0 || len(found) > 9 {
		t.Errorf("a filter in the table's system: %v, %v", found, err)
	}
}

// walk goes through the layer by cursor, in both directions of an order.
func walk(t *testing.T, s *store.Store, l *layers.Layer, want int) {
	t.Helper()
	for _, descending := range []bool{false, true} {
		keys := []layers.SortKey{{Property: l.Properties[0], Descending: descending}}
		seen := map[string]bool{}
		var cursor *layers.Cursor
		for range 100 {
			var ids idSink
			page, err := s.Items(t.Context(), l, layers.Query{Sort: keys, Limit: 7, Cursor: cursor, Count: layers.CountCheap}, &ids)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range ids {
				seen[id] = true
			}
			if cursor = page.Last; !page.More {
				break
			}
		}
		if len(seen) != want {
			t.Errorf("walked over %d features, want %d", len(seen), want)
		}
	}
}

func TestTablesThatCannotBePublished(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	storetest.Exec(t, url, foreignTables)
	for table, want := range map[string]string{"plain": "geometry column", "keyless": "--key", "nowhere": "SRID", "missing": "geometry column", "x'; drop table city.plain; --": "geometry column"} {
		if _, err := s.DescribeTable(t.Context(), "city", table, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", table, err)
		}
	}
	if _, err := s.DescribeTable(t.Context(), "city", "readings", "nosuch"); err == nil {
		t.Error("a key that is no column was taken")
	}
	p, err := s.DescribeTable(t.Context(), "city", "readings", "")
	if err != nil {
		t.Fatal(err)
	}
	p.Layer.ID = "reference"
	if err := s.Publish(t.Context(), p.Layer); err == nil {
		t.Error("a layer of planatlas was replaced")
	}
}
