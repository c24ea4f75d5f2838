package api_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"planatlas/api"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// surveyed is a feature of half a metre in a public layer, of which each corner is
// known: 113.512341 and 113.532341 east, 37.812341 and 37.832341 north.
const surveyed = `insert into layers.ecological_red_lines (id, entity, name_zh, name_en, status, county, geometry_source, accuracy_m, legal_effect, geom)
	values ('surveyed', 'gengdi-baohu-hongxian', '实测', 'surveyed', 'existing', '平定县', 'survey', 0.5, 'statutory', st_makeenvelope(113.512341, 37.812341, 113.532341, 37.832341, 4490))`

// tellsCorner reports whether bytes hold a coordinate of the surveyed feature: as text,
// or as a number of eight bytes.
func tellsCorner(b []byte) bool {
	for _, text := range []string{"113.51234", "113.53234", "37.81234", "37.83234"} {
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	for _, v := range []float64{113.512341, 113.532341, 37.812341, 37.832341} {
		if bytes.Contains(b, binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))) {
			return true
		}
	}
	return false
}

// openToPublic makes the service one that anybody may ask.
func openToPublic(o *api.Options) {
	o.Public = true
	o.Checker.(*check.Service).Public = true
}

// withSurveyed is a database with generalised tables and the surveyed feature.
func withSurveyed(t *testing.T) (url string) {
	t.Helper()
	url = storetest.URL(t)
	db := storetest.Open(t, url)
	catalog, err := db.Catalog(t.Context())
	if err == nil {
		err = db.Generalise(t.Context(), catalog)
	}
	if err != nil {
		t.Fatal(err)
	}
	storetest.Exec(t, url, surveyed)
	return url
}

// Where a service of one's own tells where the corners of a surveyed feature are, one
// that is open to the public does not: by no route, in no format.
func TestPublicServiceShowsNothingExact(t *testing.T) {
	url := withSurveyed(t)
	db := storetest.Open(t, url)
	storetest.Exec(t, url, `create table public.plots (id int primary key, geom geometry(Polygon, 4490)); insert into public.plots select 1, geom from layers.ecological_red_lines where id = 'surveyed'`)
	p, err := db.DescribeTable(t.Context(), "public", "plots", "")
	if err == nil {
		err = db.Publish(t.Context(), p.Layer)
	}
	if err != nil {
		t.Fatal(err)
	}
	own, public := serveOn(t, url, store.Options{}, nil), serveOn(t, url, store.Options{}, openToPublic)

	const items = "/collections/ecological_red_lines/items"
	site := siteAround(113.5305, 37.8305, 0.005)
	asks := map[string]func(*service) answer{}
	get := func(path string) { asks[path] = func(s *service) answer { return s.get(t, path) } }
	get("/collections/plots/items?f=json")
	get("/outlines")
	get("/search?q=surveyed")
	for format := range fileFormats() {
		get(items + "?limit=1000&f=" + format)
		get("/collections/ecological_red_lines/download?f=" + format)
	}
	get(items + "/surveyed?f=geojson")
	get(items + "/surveyed?f=html")
	get("/collections?f=json")
	get("/collections/ecological_red_lines?f=json")
	get("/tiles/ecological_red_lines.json")
	get("/collections/ecological_red_lines/tiles/WebMercatorQuad?f=json")
	post := func(path, body string) {
		asks["POST "+path] = func(s *service) answer {
			return s.send(t, http.MethodPost, path, body, "Content-Type", "application/json")
		}
	}
	post("/checks", site)
	post("/checks/batch", `{"type":"Feature","properties":{},"geometry":`+site+"}\n")
	post("/checks/compare", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"a"},"geometry":`+site+`},{"type":"Feature","properties":{"name":"b"},"geometry":`+siteAround(113.53, 37.83, 0.004)+`}]}`)
	post("/processes/site-check/execution", execution(`"site":`+site))
	post("/processes/find-sites/execution", execution(`"zone":`+site+`,"area_ha":1,"limit":3`))
	for _, f := range []string{"geojson", "html", "pdf", "xlsx"} {
		asks["report as "+f] = func(s *service) answer {
			doc := read[checkDoc](t, s.post(t, site), http.StatusCreated)
			return s.get(t, "/checks/"+doc.ID+"/report?f="+f)
		}
	}
	for _, what := range []string{"conflicts", "remainder"} {
		asks["the "+what] = func(s *service) answer {
			doc := read[checkDoc](t, s.post(t, site), http.StatusCreated)
			return s.get(t, "/checks/"+doc.ID+"/geometry?f=geojson&what="+what)
		}
	}
	told := 0
	for name, ask := range asks {
		if tellsCorner(ask(own).body) {
			told++
		}
		if a := ask(public); tellsCorner(a.body) {
			t.Errorf("%s: %d %.2000s", name, a.StatusCode, a.body)
		}
	}
	if told < 15 {
		t.Errorf("the service of one's own tells the corners %d times", told)
	}
}

// On a service that is open to the public, questions about places are answered by
// the generalised shape: what is not told is not to be found out by asking either.
func TestPublicServiceAnswersByTheGeneralisedShape(t *testing.T) {
	url := withSurveyed(t)
	own, public := serveOn(t, url, store.Options{}, nil), serveOn(t, url, store.Options{}, openToPublic)
	// The west side is 113.512341, and 113.5125 when it is generalised.
	const between = "113.51238,37.815,113.51242,37.82"
	for path, want := range map[string][2]bool{
		"items?bbox=" + between: {true, false},
		"items?filter=S_INTERSECTS(geometry,BBOX(" + between + "))": {true, false},
		"items?bbox=113.5126,37.815,113.5127,37.82":                 {true, true},
	} {
		for i, s := range []*service{own, public} {
			got := read[featureCollection](t, s.get(t, "/collections/ecological_red_lines/"+path), http.StatusOK)
			if found := slices.ContainsFunc(got.Features, func(f feature) bool { return f.ID == "surveyed" }); found != want[i] {
				t.Errorf("%s: public %t: found %t", path, s == public, found)
			}
		}
	}
	one := read[feature](t, public.get(t, "/collections/ecological_red_lines/items/surveyed"), http.StatusOK)
	if one.Properties["accuracy_m"] != 100.5 || one.Properties["legal_effect"] != "indicative" || !strings.Contains(fmt.Sprint(one.Properties["geometry_source"]), "generalised") {
		t.Errorf("%v", one.Properties)
	}
	// A table that others write is shown when somebody has said that it is general.
	storetest.Exec(t, url, `create table public.general (id int primary key, geom geometry(Point, 4490)); create table public.exact (like public.general including all)`)
	db := storetest.Open(t, url)
	for name, accuracy := range map[string]float64{"general": 50, "exact": 49} {
		p, err := db.DescribeTable(t.Context(), "public", name, "")
		if err != nil {
			t.Fatal(err)
		}
		p.Layer.Table.AccuracyM = accuracy
		if shown := p.Layer.ForPublic() != nil; shown != (name == "general") {
			t.Errorf("%s is shown: %t", name, shown)
		}
	}
	storetest.Exec(t, url, "delete from layers.ecological_red_lines where id = 'surveyed'")
	var bodies [2][]byte
	for i, s := range []*service{own, public} {
		bodies[i] = s.get(t, "/collections/ecological_red_lines/items?limit=1000&f=csv").body
	}
	if !bytes.Equal(bodies[0], bodies[1]) || len(bodies[0]) < 1000 {
		t.Error("layers that are general as they are differ")
	}
	for _, l := range public.catalog.Layers {
		if l.Access != layers.Public && public.get(t, "/collections/"+l.ID).StatusCode != http.StatusNotFound {
			t.Errorf("%s is shown", l.ID)
		}
	}
}

// A check on a service that is open to the public measures the exact shape and comes to
// the same verdict; where the shape is, and how near, it does not tell.
func TestPublicServiceChecksByTheExactShape(t *testing.T) {
	url := withSurveyed(t)
	own, public := serveOn(t, url, store.Options{}, nil), serveOn(t, url, store.Options{}, openToPublic)
	type finding struct {
		Layer, Feature string
		Geometry       any
		DistanceM      *float64 `json:"distance_m"`
		Overlap        *area
		Notes          []check.Notice
	}
	type doc struct {
		Verdict  string
		Findings []finding
		Layers   []struct {
			Layer    string
			NearestM *float64 `json:"nearest_m"`
		}
		Rules []struct {
			Layer    string
			NearestM *float64 `json:"nearest_m"`
		}
		Remainder struct{ Geometry any }
	}
	var verdicts [2]string
	for i, s := range []*service{own, public} {
		d := read[doc](t, s.post(t, siteAround(113.5305, 37.8305, 0.005)), http.StatusCreated)
		verdicts[i] = d.Verdict
		n := 0
		for _, f := range d.Findings {
			if f.Feature != "surveyed" {
				continue
			}
			n++
			steps := f.Overlap.Share / 0.05
			if told := f.Geometry != nil || f.DistanceM != nil || math.Abs(steps-math.Round(steps)) > 1e-9; told == (s == public) {
				t.Errorf("public %t: %+v", s == public, f)
			}
		}
		for _, l := range d.Layers {
			if l.Layer == "ecological_red_lines" && (l.NearestM == nil) != (s == public) || l.Layer == "river_corridors" && l.NearestM == nil {
				t.Errorf("public %t: %+v", s == public, l)
			}
		}
		for _, l := range d.Rules {
			if l.Layer == "ecological_red_lines" && l.NearestM != nil && s == public {
				t.Errorf("public: %+v", l)
			}
		}
		if n == 0 || (d.Remainder.Geometry == nil) != (s == public) {
			t.Errorf("public %t: %d findings, remainder %v", s == public, n, d.Remainder)
		}
	}
	if verdicts[0] != verdicts[1] {
		t.Errorf("verdicts %v", verdicts)
	}
}

// Two services on one database: what a service of one's own was asked, and answered
// exactly, is not shown by one that is open to the public, nor done by it.
func TestPublicServiceDoesNotShowTheChecksOfOthers(t *testing.T) {
	url := withSurveyed(t)
	db, public := storetest.Open(t, url), storetest.Open(t, url)
	public.OpenToPublic()
	ours, theirs := serveOn(t, url, store.Options{}, nil), serveOn(t, url, store.Options{}, func(o *api.Options) { openToPublic(o); o.Reader = public })
	site := siteAround(113.5305, 37.8305, 0.005)
	for _, s := range []*service{ours, theirs} {
		want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[s == theirs]
		id := read[checkDoc](t, s.post(t, site), http.StatusCreated).ID
		for _, path := range []string{"", "/report?f=geojson", "/geometry?f=geojson"} {
			if a := theirs.get(t, "/checks/"+id+path); a.StatusCode != want {
				t.Errorf("%s: %d, want %d", path, a.StatusCode, want)
			}
			if a := ours.get(t, "/checks/"+id+path); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %d on the service of one's own", path, a.StatusCode)
			}
		}
		if a := theirs.send(t, http.MethodPost, "/checks/"+id+"/rerun", ""); a.StatusCode != want {
			t.Errorf("rerun: %d, want %d", a.StatusCode, want)
		}
		job := read[jobDoc](t, s.send(t, http.MethodPost, "/processes/site-check/execution", execution(`"site":`+site), "Content-Type", "application/json", "Prefer", "respond-async"), http.StatusCreated)
		if a := theirs.get(t, "/jobs/"+job.JobID); a.StatusCode != want {
			t.Errorf("job: %d, want %d", a.StatusCode, want)
		}
		if listed := strings.Contains(string(theirs.get(t, "/jobs").body), job.JobID); listed != (s == theirs) {
			t.Errorf("job of the public %t is listed: %t", s == theirs, listed)
		}
	}
	for _, one := range []struct {
		store *store.Store
		told  bool
	}{{public, true}, {db, false}} {
		job, release, err := one.store.TakeJob(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		if check.Told(job.ID) != one.told {
			t.Errorf("the store of the public %t takes job %s", one.told, job.ID)
		}
		if again, free, err := one.store.TakeJob(t.Context()); err == nil {
			free()
			t.Errorf("the store of the public %t takes job %s too", one.told, again.ID)
		}
	}
}
