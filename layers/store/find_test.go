package store_test

import (
	"math"
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/cql"
	"planatlas/layers/store/storetest"
)

// A zone of 5 by 5 km: the western half is red line, a railway runs along the eastern
// edge, a river along the northern one.
const (
	west, south = 113.40, 38.00
	zoneSize    = 0.05
)

func findGround(t *testing.T) (url string, q check.Search, service *check.Service) {
	t.Helper()
	url = storetest.URL(t)
	s := storetest.Open(t, url)
	redLine(t, url, "r", west-0.01, south-0.01, 0.035)
	redLine(t, url, "r2", west-0.01, south+0.025, 0.035)
	storetest.Exec(t, url, `delete from layers.transport_links; delete from layers.river_corridors`)
	storetest.Exec(t, url, `insert into layers.transport_links (id, name_zh, name_en, status, geometry_source, accuracy_m, legal_effect, class, geom)
		values ('rail', '铁路', 'Railway', 'existing', 'test', 5, 'indicative', 'railway', st_setsrid(st_makeline(st_makepoint(113.45, 37.9), st_makepoint(113.45, 38.1)), 4490))`)
	storetest.Exec(t, url, `insert into layers.river_corridors (id, name_zh, name_en, status, geometry_source, accuracy_m, legal_effect, geom)
		values ('river', '河', 'River', 'existing', 'test', 5, 'indicative', st_setsrid(st_makeline(st_makepoint(113.3, 38.05), st_makepoint(113.5, 38.05)), 4490))`)
	filter, err := cql.ParseText("class = 'railway'")
	if err != nil {
		t.Fatal(err)
	}
	q.Zone = geoJSON(t, square(west, south, zoneSize)).Shape
	q.AreaM2, q.Most = 200_000, 3
	q.Project = check.Project{"national_major": false, "limited_activity": "none"}
	q.Near = []check.Reach{{Layer: storetest.Layer(t, s, "transport_links"), Filter: filter, MetresM: 1200}}
	q.Away = []check.Reach{{Layer: storetest.Layer(t, s, "river_corridors"), MetresM: 2000}}
	return url, q, checker(t, s)
}

func TestFindSites(t *testing.T) {
	url, q, service := findGround(t)
	publish(t, url)
	out, err := service.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Candidates) != 3 || out.Prohibited == nil || out.Prohibited.M2 < out.Zone.M2*0.45 || out.Prohibited.M2 > out.Zone.M2*0.55 {
		t.Fatalf("%d candidates; %+v of %+v; %v", len(out.Candidates), out.Prohibited, out.Zone, out.Notes)
	}
	for i, c := range out.Candidates {
		if c.Rank != i+1 || c.Area.M2 < q.AreaM2 || c.Area.M2 > q.AreaM2*1.01 || c.Verdict == check.Prohibited || len(c.Reasons) < 4 ||
			c.Near[0].Feature != "rail" || c.Near[0].DistanceM > 1200 || c.Away[0].Feature != "river" || c.Away[0].DistanceM < 2000 {
			t.Errorf("%+v", c)
		}
		if side := math.Sqrt(q.AreaM2); c.Shape == "square" && c.InscribedRadiusM < side/2*0.99 {
			t.Errorf("a square of %.0f m in a circle of %.0f m", side, c.InscribedRadiusM)
		}
		// Its own check says the same, and nothing of it is prohibited or outside the zone.
		again, err := service.Rerun(t.Context(), c.Check)
		if err != nil || !again.Same || again.Answer.Verdict != c.Verdict || again.Answer.Remainder != nil {
			t.Errorf("%s: %v, same %t", c.Check, err, again.Same)
		}
		var inside bool
		storetest.QueryRow(t, url, `select st_covers(st_makeenvelope(113.4, 38, 113.45, 38.05, 4490), site) from planatlas.site_check where id = '`+c.Check+`'`, &inside)
		if !inside {
			t.Errorf("candidate %d lies outside the zone", i)
		}
	}
	if a, b := out.Candidates[0], out.Candidates[1]; a.Verdict == b.Verdict && a.InscribedRadiusM < b.InscribedRadiusM {
		t.Errorf("%.0f m before %.0f m", a.InscribedRadiusM, b.InscribedRadiusM)
	}
}

// A layer that is not public is taken out of the ground, and no candidate follows its
// edge.
func TestFindSitesDoesNotDrawWhatIsNotPublic(t *testing.T) {
	_, q, service := findGround(t)
	q.AreaM2, q.Most = 2_000_000, 5
	q.Near = nil
	out, err := service.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range out.Candidates {
		if c.Shape != "square" {
			t.Errorf("%s", c.Shape)
		}
	}
	if out.Prohibited == nil || out.Prohibited.M2 == 0 {
		t.Errorf("prohibited %+v", out.Prohibited)
	}
}

func TestFindSitesInZonesOfALayer(t *testing.T) {
	url, q, service := findGround(t)
	publish(t, url)
	storetest.Exec(t, url, `update layers.development_zones set geom = null; update layers.development_zones set geom = st_multi(st_makeenvelope(113.43, 38, 113.436, 38.02, 4490))
		where id = (select min(id) from layers.development_zones)`)
	q.Zone.Geom, q.In = nil, storetest.Layer(t, storetest.Open(t, url), "development_zones")
	q.Near, q.Away, q.AreaM2 = nil, nil, 600_000
	out, err := service.Find(t.Context(), q)
	if err != nil || len(out.Candidates) == 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if c := out.Candidates[0]; c.Shape != "clipped circle" || c.Area.M2 < 600_000 || c.Area.M2 > 610_000 { // the zone is narrower than the square
		t.Errorf("%s of %.0f m²", c.Shape, c.Area.M2)
	}
	filter, err := cql.ParseText("name_zh = 'nowhere'")
	if err != nil {
		t.Fatal(err)
	}
	q.InFilter = filter
	if out, err = service.Find(t.Context(), q); err != nil || len(out.Candidates) > 0 || len(out.Notes) == 0 {
		t.Errorf("%+v, %v", out, err)
	}
	q.InFilter, q.AreaM2 = nil, 50e6
	if out, err = service.Find(t.Context(), q); err != nil || len(out.Candidates) > 0 || !strings.Contains(out.Notes[0].EN, "no place") {
		t.Errorf("%+v, %v", out, err)
	}
	for name, change := range map[string]func(*check.Search){
		"no area": func(q *check.Search) { q.AreaM2 = 0 }, "NaN": func(q *check.Search) { q.AreaM2 = math.NaN() }, "no zone": func(q *check.Search) { q.In = nil },
		"too many": func(q *check.Search) { q.Most = 100 }, "far": func(q *check.Search) { q.Near = []check.Reach{{Layer: q.In, MetresM: 1e6}} },
	} {
		bad := q
		change(&bad)
		var input *layers.InputError
		if _, err := service.Find(t.Context(), bad); !asInput(err, &input) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
