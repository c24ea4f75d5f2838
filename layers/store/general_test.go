package store_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"planatlas/geo/tile"
	"planatlas/layers"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/paulmach/orb"
)

// generalised makes the generalised tables of a database.
func generalised(t *testing.T, s *store.Store) {
	t.Helper()
	catalog, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Generalise(t.Context(), catalog); err != nil {
		t.Fatal(err)
	}
}

// Every kind of shape keeps its type, lies on the grid of four decimals, stays valid,
// and is nowhere farther off than twice the limit.
func TestGeneralise(t *testing.T) {
	url := storetest.URL(t)
	for name, shape := range map[string]string{
		"point":            "st_makepoint(113.58312345, 37.86123456)",
		"points":           "st_collect(st_makepoint(113.58312345, 37.86123456), st_makepoint(113.59, 37.87))",
		"line":             "st_makeline(array[st_makepoint(113.5, 37.8), st_makepoint(113.50317, 37.80413), st_makepoint(113.51, 37.80011)])",
		"short line":       "st_makeline(st_makepoint(113.50001, 37.80001), st_makepoint(113.50002, 37.80002))",
		"closed line":      "st_exteriorring(st_buffer(st_makepoint(113.5, 37.8), 0.0123, 40))",
		"lines":            "st_collect(st_makeline(st_makepoint(113.5, 37.8), st_makepoint(113.7, 37.9)), st_makeline(st_makepoint(113.50001, 37.80001), st_makepoint(113.50002, 37.80002)))",
		"area":             "st_buffer(st_makepoint(113.512345, 37.812345), 0.02, 200)",
		"area with a hole": "st_difference(st_buffer(st_makepoint(113.512345, 37.812345), 0.02, 50), st_buffer(st_makepoint(113.512345, 37.812345), 0.01, 50))",
		"small parcel":     "st_makeenvelope(113.50001, 37.80001, 113.50009, 37.80009)",
		"strip":            "st_buffer(st_makeline(st_makepoint(113.5, 37.8), st_makepoint(113.52, 37.813)), 0.00002, 1)",
		"two joined":       "st_union(array[st_makeenvelope(113.5, 37.8, 113.51, 37.81), st_makeenvelope(113.52, 37.8, 113.53, 37.81), st_makeenvelope(113.509, 37.8001, 113.521, 37.80011)])",
		"areas":            "st_multi(st_union(st_makeenvelope(113.5, 37.8, 113.51, 37.81), st_makeenvelope(113.52, 37.8, 113.50001 + 0.02, 37.80001)))",
	} {
		for _, metres := range []float64{50, 200} {
			var valid, grid, same bool
			var away, back float64
			var wkt string
			storetest.QueryRow(t, url, fmt.Sprintf(`with g as (select st_setsrid(%s, 4490) g), p as (select g, planatlas.generalise(g, %g) p from g)
				select st_isvalid(p) and not st_isempty(p), (select bool_and(abs(st_x(d.geom) * 1e4 - round(st_x(d.geom) * 1e4)) < 1e-6 and abs(st_y(d.geom) * 1e4 - round(st_y(d.geom) * 1e4)) < 1e-6) from st_dumppoints(p) d),
					geometrytype(g) = geometrytype(p) and st_srid(p) = 4490, 
					st_hausdorffdistance(st_transform(p, 4547), st_transform(g, 4547), 0.1), st_hausdorffdistance(st_transform(g, 4547), st_transform(p, 4547), 0.1), st_astext(p) from p`, shape, metres), &valid, &grid, &same, &away, &back, &wkt)
			// Of areas that fall apart the largest is kept; a short line gets the width of the grid.
			far := name != "two joined" && max(away, back) > 2*metres
			if !valid || !grid || !same || far {
				t.Errorf("%s, %g m: valid %t, on the grid %t, of its type %t, %g and %g m off: %.300s", name, metres, valid, grid, same, away, back, wkt)
			}
		}
	}
}

// untrueGeneral counts rows of a layer's generalised table that are not those that
// making it anew gives.
func untrueGeneral(t *testing.T, url, layer string) (wrong, rows int) {
	t.Helper()
	var names, vals string
	storetest.QueryRow(t, url, fmt.Sprintf("select names, vals from planatlas.public_layer, planatlas.public_columns(layer, metres) where layer = '%s'", layer), &names, &vals)
	storetest.QueryRow(t, url, fmt.Sprintf(`with want as (select %[2]s from layers.%[1]s), got as (select %[3]s from layers."%[1]s.public")
		select (select count(*) from ((table want except table got) union all (table got except table want)) x), (select count(*) from got)`, layer, vals, names), &wrong, &rows)
	return wrong, rows
}

// Whatever client writes, the generalised table and its pyramid are those that making
// them anew gives; nobody writes them otherwise.
func TestGeneralisedTableIsKeptTrue(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	generalised(t, s)
	rnd := rand.New(rand.NewPCG(9, 9))
	steps := []string{
		"select", dense("a", 300, 113.5, 37.8),
		"update layers.industrial_parks set accuracy_m = 50 where id like 'a1%'",
		"update layers.industrial_parks set geom = null where id like 'a2%'",
		"update layers.industrial_parks set id = 'new' || id, name_en = 'y' where id like 'a3%'",
		"delete from layers.industrial_parks where id like 'a4%'",
		"set session_replication_role = replica; delete from layers.industrial_parks where id like 'a5%'",
		"begin; delete from layers.industrial_parks where id like 'a6%'; rollback",
		"insert into layers.industrial_parks select * from layers.industrial_parks where id like 'a7%' on conflict (id) do update set geom = st_scale(excluded.geom, 'SRID=4490;POINT(1.000001 1)'::geometry)",
	}
	for range 10 {
		steps = append(steps, fmt.Sprintf("update layers.industrial_parks set geom = st_translate(geom, %g, %g), accuracy_m = %d where hashtext(id) %% 30 = %d", rnd.NormFloat64()*0.001, rnd.NormFloat64()*0.001, 1+rnd.IntN(99), rnd.IntN(30)))
	}
	steps = append(steps, "truncate layers.industrial_parks", dense("b", 6000, 113.5, 37.8))
	for i, sql := range steps {
		storetest.Exec(t, url, sql)
		if wrong, rows := untrueGeneral(t, url, "industrial_parks"); wrong != 0 || rows == 0 != strings.HasPrefix(sql, "truncate") {
			t.Fatalf("step %d, %.80s: %d of %d rows are wrong", i, sql, wrong, rows)
		}
	}
	storetest.Exec(t, url, `create table kept as select level, cell, id, shape, n from layers_tiles."industrial_parks.public";
		select planatlas.forget_public('industrial_parks'); select planatlas.watch_public('industrial_parks', 50)`)
	var wrong, rows int
	storetest.QueryRow(t, url, `with new as (select level, cell, id, shape, n from layers_tiles."industrial_parks.public")
		select (select count(*) from ((table new except table kept) union all (table kept except table new)) x), (select count(*) from new)`, &wrong, &rows)
	if wrong != 0 || rows < 100 {
		t.Errorf("%d of %d rows of the pyramid are wrong", wrong, rows)
	}
	for _, sql := range []string{`update layers."industrial_parks.public" set name_en = 'x'`, `delete from layers."industrial_parks.public"`, `truncate layers."industrial_parks.public"`,
		`set session_replication_role = replica; delete from layers."industrial_parks.public"`} {
		if err := tryExec(t, url, sql); err == nil || !strings.Contains(err.Error(), "written by the triggers") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// The table follows the declaration: a new column and another limit make it anew, and a
// layer that is no longer public has none.
func TestGeneralisedTableFollowsTheDeclaration(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	generalised(t, s)
	storetest.Exec(t, url, dense("a", 20, 113.5, 37.8))
	one := *storetest.Layer(t, s, "industrial_parks")
	change := func() {
		t.Helper()
		load := layers.Load{Sets: []layers.FeatureSet{{Layer: &one, Features: func(func(layers.Feature, error) bool) {}}}, Retire: true}
		if _, err := s.Replace(t.Context(), load, false); err != nil {
			t.Fatal(err)
		}
	}
	one.PublishedM = 300
	one.Properties = append(one.Properties, layers.Property{Name: "new", Type: layers.Integer, Title: one.Title})
	change()
	storetest.Exec(t, url, dense("a", 20, 113.5, 37.8)+"; update layers.industrial_parks set new = 7")
	var metres float64
	var seven, accuracy int
	storetest.QueryRow(t, url, `select metres, (select count(*) from layers."industrial_parks.public" where new = 7), (select max(accuracy_m) from layers."industrial_parks.public") from planatlas.public_layer where layer = 'industrial_parks'`, &metres, &seven, &accuracy)
	if metres != 300 || seven != 20 || accuracy != 601 {
		t.Errorf("%g m, %d rows, ±%d m", metres, seven, accuracy)
	}
	one.Access = layers.Internal
	change()
	var left *string
	storetest.QueryRow(t, url, `select coalesce(to_regclass('layers."industrial_parks.public"'), to_regclass('layers_tiles."industrial_parks.public"'))::text`, &left)
	if left != nil {
		t.Errorf("%s is still there", *left)
	}
	storetest.Exec(t, url, "delete from layers.industrial_parks")
}

// secretLine is a feature that claims half a metre, of which each vertex is known.
const secretLine = newFeature + `select 'secret', 'x', 'x', 'existing', 'survey', 0.5, st_setsrid(st_buffer(st_makepoint(113.5123456, 37.8123456), 0.0100012345, 30), 4490)`

// No tile of a generalised layer shows a vertex of the exact line, at any zoom, from the
// features or from the pyramid; the layer itself shows them all.
func TestTilesOfGeneralisedLayers(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	generalised(t, s)
	storetest.Exec(t, url, secretLine)
	own := storetest.Layer(t, s, "industrial_parks")
	public := own.ForPublic()
	check := func(when string) {
		t.Helper()
		for _, z := range []uint32{9, 12, 16, 20} {
			shown, fine := 0, 0
			for _, l := range []*layers.Layer{own, public} {
				at, _ := tile.WebMercatorQuad.Covering(z, orb.Bound{Min: orb.Point{113.5223, 37.8123}, Max: orb.Point{113.5224, 37.8124}}, 0)
				for id := range at.All() {
					for _, layer := range tileOf(t, s, id, l) {
						for _, f := range layer.Features {
							if f.Properties["id"] != "secret" {
								continue
							}
							n := offGrid(f.Geometry, id)
							if l == own {
								fine += n
							} else if shown++; n > 0 && z >= 16 {
								t.Errorf("%s, zoom %d: %d vertices are not on the grid", when, z, n)
							}
							if l == public && (f.Properties["accuracy_m"] != nil && f.Properties["accuracy_m"].(float64) < 50 || f.Properties["legal_effect"] != "indicative") {
								t.Errorf("%s: %v", when, f.Properties)
							}
						}
					}
				}
			}
			if shown == 0 || fine == 0 && z >= 16 {
				t.Errorf("%s, zoom %d: shown %d times, exact vertices %d", when, z, shown, fine)
			}
		}
	}
	check("from the features")
	var exact int
	storetest.Exec(t, url, dense("b", 9000, 113.5, 37.8))
	storetest.QueryRow(t, url, `select exact from planatlas.tile_layer where layer = 'industrial_parks.public'`, &exact)
	if exact < 10 {
		t.Fatalf("exact from zoom %d", exact)
	}
	check("from the pyramid")
	var fine int
	storetest.QueryRow(t, url, `select count(*) from layers_tiles."industrial_parks.public" p join layers.industrial_parks f using (id), st_dumppoints(st_geomfromtwkb(p.shape)) d
		where f.accuracy_m < 50 and st_dimension(f.geom) = 2 and (abs(st_x(d.geom) * 1e4 - round(st_x(d.geom) * 1e4)) > 0.01 or abs(st_y(d.geom) * 1e4 - round(st_y(d.geom) * 1e4)) > 0.01) and p.level > 15`, &fine)
	if fine > 0 {
		t.Errorf("%d vertices of the pyramid are not on the grid", fine)
	}
	sum, err := s.Summary(t.Context(), public)
	if err != nil || sum.Extent == nil || math.Mod(math.Round(sum.Extent.Min[0]*1e6), 1e4) != 0 {
		t.Errorf("extent %v, %v", sum.Extent, err)
	}
}

// offGrid counts the vertices inside the tile that are not within a pixel of the grid.
func offGrid(g orb.Geometry, at tile.ID) (n int) {
	bound := at.Bound()
	pixel := (bound.Max[0] - bound.Min[0]) / 4096
	var rings []orb.Ring
	switch g := g.(type) {
	case orb.Polygon:
		rings = g
	case orb.MultiPolygon:
		for _, p := range g {
			rings = append(rings, p...)
		}
	}
	for _, r := range rings {
		for _, p := range r {
			lonlat := orb.Point{bound.Min[0] + p[0]*pixel, bound.Max[1] - p[1]/4096*(bound.Max[1]-bound.Min[1])} // as good as exact in a small tile
			if !bound.Contains(lonlat) {
				continue
			}
			for _, v := range lonlat {
				if math.Abs(v-math.Round(v*1e4)/1e4) > 1.5*pixel {
					n++
				}
			}
		}
	}
	return n
}

// A large import fills the generalised table too, whose pyramid is made afterwards.
func TestImportIsGeneralised(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	l := *storetest.Layer(t, s, officialLayer)
	l.Access = layers.Public
	if err := s.Generalise(t.Context(), layers.NewCatalog([]*layers.Layer{&l})); err != nil {
		t.Fatal(err)
	}
	storetest.Exec(t, url, "delete from layers."+officialLayer)
	in := importOf(t, s, "2024-06", delivered(2_000, nil))
	in.Large = true
	in.Layer.Access = layers.Public
	if done, err := s.Import(t.Context(), in); err != nil || done.Added != 2_000 {
		t.Fatalf("%+v, %v", done, err)
	}
	if wrong, rows := untrueGeneral(t, url, officialLayer); wrong != 0 || rows != 2_000 {
		t.Errorf("%d of %d rows are wrong", wrong, rows)
	}
	pending := func() (n int) {
		storetest.QueryRow(t, url, "select count(*) from planatlas.tile_layer where exact < 0", &n)
		return n
	}
	before := pending()
	if err := s.BuildTiles(t.Context(), func(string) {}); err != nil || before != 2 || pending() != 0 {
		t.Errorf("%d pyramids to be made, %d left, %v", before, pending(), err)
	}
}

// Who keeps tiles of a generalised layer hears of an edit under the layer's own name,
// with boxes that hold both what was and what is shown.
func TestTouchesOfAGeneralisedLayer(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	generalised(t, s)
	storetest.Exec(t, url, newFeature+`select 'line', 'x', 'x', 'existing', 'survey', 0.5, st_setsrid(st_makeline(st_makepoint(113.50021, 37.80021), st_makepoint(113.50319, 37.80319)), 4490)`)
	next := touches(t, s)
	if first := next(); !first.All {
		t.Fatalf("%+v", first)
	}
	storetest.Exec(t, url, "update layers.industrial_parks set geom = st_translate(geom, 0.01, 0) where id = 'line'")
	var west, east float64
	storetest.QueryRow(t, url, `select st_xmin(geom) - 0.01, st_xmax(geom) from layers."industrial_parks.public" where id = 'line'`, &west, &east)
	var all orb.Bound
	for n := 0; !(all.Min[0] <= west && all.Max[0] >= east && n >= 2); n++ {
		touch := next()
		if touch.Layer != "industrial_parks" {
			t.Fatalf("%+v", touch)
		}
		for _, b := range touch.Boxes {
			if all.IsZero() {
				all = b
			}
			all = all.Union(b)
		}
	}
}
