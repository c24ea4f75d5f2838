package store_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"planatlas/geo"
	"planatlas/geo/mvt"
	"planatlas/geo/tile"
	"planatlas/layers/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/planar"
)

// scattered makes features around Yangquan of all sizes and types, valid ones.
func scattered(t *testing.T, n int) (all [][]byte) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	for range n {
		x, y := 113.3+r.Float64()*0.5, 37.7+r.Float64()*0.5
		radius := 0.0005 * math.Exp2(r.Float64()*8)
		var g orb.Geometry
		switch r.IntN(8) {
		case 0:
			g = orb.Point{x, y}
		case 1:
			g = orb.LineString(loop(r, x, y, radius, 4+r.IntN(60)))
		case 2:
			g = orb.MultiPolygon{{loop(r, x, y, radius, 8+r.IntN(200)), loop(r, x, y, radius/10, 8+r.IntN(20))}, {loop(r, x+2*radius, y, radius, 8)}}
		default:
			g = orb.Polygon{loop(r, x, y, radius, 8+r.IntN(12))}
		}
		b, err := wkb.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// loop is a closed way around a centre that does not cross itself.
func loop(r *rand.Rand, x, y, radius float64, n int) orb.Ring {
	var ring orb.Ring
	for i := range n {
		a := (float64(i) + r.Float64()*0.9) / float64(n) * 2 * math.Pi
		d := radius * (0.5 + r.Float64()/2)
		ring = append(ring, orb.Point{x + d*math.Cos(a), y + d*math.Sin(a)})
	}
	return append(ring, ring[0])
}

// drawn returns what a tile shows of each feature.
func drawn(t *testing.T, b []byte) map[uint64]orb.Geometry {
	t.Helper()
	all := map[uint64]orb.Geometry{}
	ls, err := mvt.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		for _, f := range l.Features {
			all[f.ID] = f.Geometry
		}
	}
	return all
}

// TestTilesAsPostGISDraws compares tiles with those of ST_AsMVT: the same features,
// the same areas within 1 % in all, and each but for a seam, as PostGIS first takes
// out positions close to the line, and cuts at the border what it has put on the
// grid before; and PostGIS finds what was drawn valid.
func TestTilesAsPostGISDraws(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), storetest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	all := scattered(t, 4000)
	if _, err := conn.Exec(t.Context(), `create temp table scattered as
		select o as id, ST_SetSRID(ST_GeomFromWKB(g), 4490) as geom from unnest($1::bytea[]) with ordinality u(g, o)`, all); err != nil {
		t.Fatal(err)
	}
	features, shaved := 0, 0
	r, _ := tile.WebMercatorQuad.Covering(9, orb.Bound{Min: orb.Point{113.3, 37.7}, Max: orb.Point{113.8, 38.2}}, 0)
	for z := range uint32(7) {
		r.Z = 9 + z
		for id := range r.All() {
			if id.Valid() && (id.X*7+id.Y*3)%(1<<z) == 0 {
				f, s := compareTile(t, conn, id, all)
				features, shaved = features+f, shaved+s
			}
		}
		r.MinX, r.MinY, r.MaxX, r.MaxY = 2*r.MinX, 2*r.MinY, 2*r.MaxX+1, 2*r.MaxY+1
	}
	if features < 10000 || shaved*200 > features {
		t.Errorf("%d features, of which %d were drawn by one only", features, shaved)
	}
}

// compareTile compares one tile and returns how many features it has, and how many
// only one of the two drew: none is larger than what snapping may make of nothing.
func compareTile(t *testing.T, conn *pgx.Conn, id tile.ID, all [][]byte) (features, shaved int) {
	t.Helper()
	e := mvt.NewEncoder(id, mvt.Options{})
	b := id.Buffered(e.Share())
	var theirs []byte
	if err := conn.QueryRow(t.Context(), `select ST_AsMVT(m, 'a', 4096, 'geom', 'id') from
		(select id, ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope($1, $2, $3), 4096, 64) as geom from scattered
		where geom && ST_MakeEnvelope($4, $5, $6, $7, 4490)) m`, id.Z, id.X, id.Y, b.Min[0], b.Min[1], b.Max[0], b.Max[1]).Scan(&theirs); err != nil {
		t.Fatal(err)
	}
	e.Layer("a", nil)
	for i, g := range all {
		if err := e.Feature(uint64(i+1), geo.WKB(g), nil); err != nil {
			t.Fatal(err)
		}
	}
	want, got := drawn(t, theirs), drawn(t, e.Bytes())
	var shapes [][]byte
	for k, g := range got {
		w, err := wkb.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		shapes = append(shapes, w)
		if _, ok := want[k]; !ok {
			want[k] = orb.MultiPoint{}
		}
	}
	var invalid int
	if err := conn.QueryRow(t.Context(), "select count(*) from unnest($1::bytea[]) g where not ST_IsValid(ST_GeomFromWKB(g))", shapes).Scan(&invalid); err != nil {
		t.Fatal(err)
	}
	if invalid > 0 {
		t.Errorf("%v: %d invalid geometries", id, invalid)
	}
	var sumWant, sumGot float64
	inner := orb.Bound{Max: orb.Point{4096, 4096}}
	for k, w := range want {
		g, ok := got[k]
		if !ok {
			g = orb.MultiPoint{}
		}
		if !ok || w.Dimensions() != g.Dimensions() {
			shaved++
		}
		a, b := math.Abs(planar.Area(w)), math.Abs(planar.Area(g))
		sumWant, sumGot = sumWant+a, sumGot+b
		allowed := max(0.01*a, 0.06*planar.Length(w)+0.5) // PostGIS takes out positions up to half a unit off the line
		if !ok || !inner.Contains(g.Bound().Min) || !inner.Contains(g.Bound().Max) {
			allowed = max(allowed, 0.5*planar.Length(w)+2) // cut, or gone
		}
		if math.Abs(a-b) > allowed {
			t.Errorf("%v, feature %d: area %.1f, want %.1f\ngot %v\nwant %v", id, k, b, a, g, w)
		}
	}
	if math.Abs(sumWant-sumGot) > max(0.01*sumWant, 4096/4) { // a quarter of a unit along one side
		t.Errorf("%v: area %.1f, want %.1f", id, sumGot, sumWant)
	}
	return len(want), shaved
}
