package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/cql"
	"planatlas/layers/cql/cqltest"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// rowSink keeps rows as the evaluator wants them.
type rowSink struct {
	t    testing.TB
	l    *layers.Layer
	ids  []string
	rows []map[string]cql.Value
}

func (s *rowSink) Row(r layers.Row) error {
	row := map[string]cql.Value{"id": string(r.ID)}
	if r.Geom != nil {
		shape, err := postgis.Unmarshal(r.Geom)
		if err != nil {
			return err
		}
		row["geom"] = shape.Geom
	}
	for i, p := range s.l.AllProperties() {
		if r.Values[i] == nil {
			continue
		}
		text := string(r.Values[i])
		switch p.Type {
		case layers.String:
			row[p.Name] = text
		case layers.Date:
			row[p.Name] = cql.Date(text)
		case layers.Boolean:
			row[p.Name] = strings.HasPrefix(text, "t")
		default:
			v, err := p.Convert(text)
			if err != nil {
				return err
			}
			row[p.Name] = v
		}
	}
	s.ids, s.rows = append(s.ids, string(r.ID)), append(s.rows, row)
	return nil
}

func query(t testing.TB, s *store.Store, l *layers.Layer, e cql.Expr) []string {
	t.Helper()
	ids := idSink{}
	if _, err := s.Items(t.Context(), l, layers.Query{Filter: e}, &ids); err != nil {
		t.Fatalf("%s: %v", cql.Text(e), err)
	}
	return ids
}

// TestFiltersMeanTheSame runs random filters in PostGIS and in Go, from text and
// from JSON.
func TestFiltersMeanTheSame(t *testing.T) {
	s := storetest.New(t)
	l := mixed(t, s)
	all := &rowSink{t: t, l: l}
	if _, err := s.Items(t.Context(), l, layers.Query{}, all); err != nil {
		t.Fatal(err)
	}
	g := &cqltest.Generator{
		Rand: rand.New(rand.NewPCG(1, 1)),
		Properties: map[cql.Type][]string{cql.TypeString: {"kind", "parts", "id"}, cql.TypeNumber: {"size", "accuracy_m"}, cql.TypeInteger: {"count", "revision"},
			cql.TypeBoolean: {"open"}, cql.TypeDate: {"built", "valid_from", "valid_to"}, cql.TypeGeometry: {"geom"}},
		Texts: append(mixedTexts(), "m0", "x"), Numbers: []float64{0, 1, -1, 2.5, 1e308, 7, 100}, Days: []string{"1907-10-01", "2021-01-01", "2021-12-31", "0001-01-01"},
		Geometries: mixedGeometries(),
	}
	some := 0
	for i := range 4000 {
		e := g.Condition(3)
		var want []string
		for n, row := range all.rows {
			if (cql.Evaluator{Get: func(name string) cql.Value { return row[name] }, Spatial: simple{t}}).Match(e) {
				want = append(want, all.ids[n])
			}
		}
		again := e
		var err error
		switch i % 3 {
		case 1:
			again, err = cql.ParseText(cql.Text(e))
		case 2:
			var b []byte
			if b, err = cql.JSON(e); err == nil {
				again, err = cql.ParseJSON(b)
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", cql.Text(e), err)
		}
		if diff := cmp.Diff(want, query(t, s, l, again), equateEmpty()); diff != "" {
			t.Errorf("%s: Go and PostGIS differ: %s", cql.Text(e), diff)
		}
		if len(want) > 0 && len(want) < len(all.rows) {
			some++
		}
		if t.Failed() && i > 100 {
			break
		}
	}
	if some < 1000 && !t.Failed() {
		t.Errorf("only %d filters told features apart", some)
	}
}

func equateEmpty() cmp.Option {
	return cmp.Transformer("list", func(s []string) string { return strings.Join(s, " ") })
}

// TestFiltersNeverFail runs what is hard on a database.
func TestFiltersNeverFail(t *testing.T) {
	s := storetest.New(t)
	l := mixed(t, s)
	for text, want := range map[string]int{
		"size / 0 = 1": 0, "1 / (size - size) is null": 60, "size * size > 0 or true": 60, "(size * 1e308) ^ 100 is null": 60, "count % 0 is null": 60, "-8 ^ 0.5 is null": 60,
		"kind like 'x' and 'x' like accenti(casei('％＿%'))": 0, "area_m2(geom) >= 0 or geom is null": 60, "length_m(geom) >= 0 or geom is null": 60, "centroid(geom) is null or s_intersects(centroid(geom), bbox(113,37,114,38))": 60,
		"s_contains(POLYGON((113 37, 114 37, 114 38, 113.5 37.5, 113 38, 113 37)), geom) is null and geom is not null":                             0,
		"s_touches(GEOMETRYCOLLECTION(POINT(113.5 37.75), LINESTRING(113 37, 114 38), POLYGON((113 37, 114 37, 114 38, 113 37))), geom) and false": 0,
		"s_intersects(geom, BBOX(112, 37, 112, 37))":                                                  0,
		"s_intersects(geom, POLYGON((113 37, 114 38, 114 38, 113 37)))":                               -1, // without area
		"s_intersects(geom, POLYGON((113 37, 114 37, 114 38, 113 38, 113 37), (0 0, 1 0, 1 1, 0 0)))": -1, // the hole lies outside
		"t_after(built, '0001-01-01') or built is null":                                               60, "t_intersects(interval(built, valid_to), timestamp('9999-12-31T23:59:59.999999Z')) and false": 0,
		"a_equals((geom), (POINT(113.5 37.75)))": -1, "kind > '' and kind < '\a'": -1, "count = 9007199254740993": 0, "count = 1e300": 0, "count > -1e300 or count is null": 60,
		`char_length("kind") > 3.5 or kind is null or true`: 60, "open > false or open <= false or open is null": 60,
	} {
		e, err := cql.ParseText(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := query(t, s, l, e); want >= 0 && len(got) != want {
			t.Errorf("%s: %d features, want %d", text, len(got), want)
		}
	}
}

// TestCollectionsNeverFail compares collections of every make-up, on both sides.
func TestCollectionsNeverFail(t *testing.T) {
	s := storetest.New(t)
	l := mixed(t, s)
	r := rand.New(rand.NewPCG(3, 3))
	shapes := mixedGeometries()
	for i := range 400 {
		var c orb.Collection
		for range 1 + r.IntN(4) {
			g, _ := shapes[r.IntN(len(shapes))].(orb.Geometry)
			c = append(c, g)
		}
		op := cql.Relations()[i%8]
		e := cql.Relation{Op: op, Left: cql.Property{Name: "geom"}, Right: cql.Literal{Value: c}}
		if i%3 == 0 {
			e.Left = cql.Call{Name: "centroid", Args: []cql.Expr{cql.Literal{Value: c}}}
		}
		query(t, s, l, e)
		query(t, s, l, cql.Relation{Op: op, Left: e.Right, Right: cql.Literal{Value: c[:1]}})
		query(t, s, l, cql.Relation{Op: "a_overlaps", Left: cql.Array{Items: []cql.Expr{e.Right}}, Right: cql.Array{Items: []cql.Expr{e.Left}}})
	}
}

// TestFilterCRS asks for the same place in three reference systems.
func TestFilterCRS(t *testing.T) {
	s := storetest.New(t)
	l := mixed(t, s)
	degrees := query(t, s, l, parse(t, "s_intersects(geom, BBOX(113.3, 37.8, 113.4, 37.9))"))
	if len(degrees) == 0 {
		t.Fatal("nothing there")
	}
	for _, tc := range []struct {
		srid geo.SRID
		text string
	}{
		{geo.WGS84, "s_intersects(geom, BBOX(113.3, 37.8, 113.4, 37.9))"},
		{geo.WebMercator, "s_intersects(geom, BBOX(12612498, 4551211, 12623630, 4565309))"},
		{4547, "s_intersects(geom, BBOX(438450, 4185600, 447100, 4196400))"},
	} {
		ids := idSink{}
		if _, err := s.Items(t.Context(), l, layers.Query{Filter: parse(t, tc.text), FilterSRID: tc.srid}, &ids); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(degrees, []string(ids)); diff != "" {
			t.Errorf("%d: %s", tc.srid, diff)
		}
	}
	var input *layers.InputError
	for _, text := range []string{"s_intersects(geom, POINT(90 180))", "s_intersects(geom, MULTIPOINT(7.02 49.92, 90 180))"} {
		if _, err := s.Items(t.Context(), l, layers.Query{Filter: parse(t, text)}, new(idSink)); !errors.As(err, &input) || input.Param != "filter" {
			t.Errorf("%s: %v", text, err)
		}
	}
	// Nothing that PROJ refuses becomes an error.
	if _, err := s.Items(t.Context(), l, layers.Query{Filter: parse(t, "s_intersects(geom, LINESTRING(1e8 -1e8, -1e8 1e8))"), FilterSRID: 4547}, new(idSink)); err != nil {
		t.Error(err)
	}
}

func parse(t testing.TB, text string) cql.Expr {
	t.Helper()
	e, err := cql.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestSpatialFilterUsesTheIndex looks at the plans of queries on many rows.
func TestSpatialFilterUsesTheIndex(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	l := mixed(t, s)
	storetest.Exec(t, url, `insert into layers.mixed (id, name_zh, name_en, status, plan_quote, geometry_source, accuracy_m, legal_effect, valid, geom)
		select 'p' || i, 'p', 'p', 'existing', 'q', 'own', 1, 'indicative', '[2021-01-01,)', st_setsrid(st_point(100 + i % 100 * 0.1, 30 + i / 100 * 0.1), 4490)
		from generate_series(0, 9999) i`)
	storetest.Exec(t, url, "analyze layers.mixed")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, text := range []string{
		"S_INTERSECTS(geom, BBOX(101.05, 31.05, 101.35, 31.35))", "s_intersects(POINT(101 31), geom)", "s_within(geometry, POLYGON((101 31, 101.3 31, 101.3 31.3, 101 31)))",
		"s_equals(geom, POINT(101 31))", "s_touches(geom, LINESTRING(101 31, 101.2 31))", "s_contains(geom, POINT(101 31)) and name_zh = 'p'",
	} {
		sql, args, err := store.FilterSQL(l, parse(t, text))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := conn.Query(t.Context(), "explain "+sql, args...)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(plan, "\n"); !strings.Contains(all, "Index Scan") {
			t.Errorf("%s:\n%s", text, all)
		}
	}
}
