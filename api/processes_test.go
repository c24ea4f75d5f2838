package api_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"planatlas/api"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

// serveJobs starts the service with somebody who runs its jobs.
func serveJobs(t *testing.T) *service {
	t.Helper()
	return serveOn(t, storetest.URL(t), store.Options{}, func(o *api.Options) {
		runner := check.NewRunner(o.Checker.(*check.Service), o.Reader.(check.JobStore), o.Log, api.Executor(*o))
		o.Wake = runner.Wake
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); runner.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
	})
}

func (s *service) send(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	return do(t, s.request(t, method, path, body, headers...))
}

type jobDoc struct {
	JobID, ProcessID, Type, Status, Message string
	Progress                                int
	Created                                 time.Time
	Started, Finished                       *time.Time
	Sites, SitesDone                        int
	Links                                   []link
}

// finished waits for the end of the job.
func (s *service) finished(t *testing.T, location string) jobDoc {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		job := read[jobDoc](t, s.get(t, location), http.StatusOK)
		if job.Status != "accepted" && job.Status != "running" {
			return job
		}
	}
	t.Fatalf("%s does not end", location)
	return jobDoc{}
}

// TestConfProcesses: OGC 18-062r2, annex A.2: the list, the descriptions, and that
// unknown names have the exceptions of the standard.
func TestConfProcesses(t *testing.T) {
	s := serve(t)
	landing := read[struct{ Links []link }](t, s.get(t, "/"), http.StatusOK)
	list := read[struct {
		Processes []struct {
			ID, Version, Title string
			JobControlOptions  []string
			Links              []link
		}
	}](t, s.get(t, linkOf(landing.Links, "http://www.opengis.net/def/rel/ogc/1.0/processes")), http.StatusOK)
	var ids []string
	for _, p := range list.Processes {
		ids = append(ids, p.ID)
		for lang, want := range map[string]func(string) bool{"zh": func(title string) bool { return title != "" && title[0] >= 0x80 }, "en": func(title string) bool { return title != "" && title[0] < 0x80 }} {
			doc := read[struct {
				ID, Title       string
				Inputs, Outputs map[string]struct {
					Title                string
					MinOccurs, MaxOccurs int
					Schema               map[string]any
				}
			}](t, s.get(t, linkOf(p.Links, "self"), "Accept-Language", lang), http.StatusOK)
			if doc.ID != p.ID || !want(doc.Title) || len(doc.Inputs) < 2 || len(doc.Outputs) != 1 {
				t.Errorf("%s in %s: %+v", p.ID, lang, doc)
			}
			for name, in := range doc.Inputs {
				if !want(in.Title) || len(in.Schema) == 0 || in.MaxOccurs != 1 {
					t.Errorf("%s.%s in %s: %+v", p.ID, name, lang, in)
				}
			}
		}
	}
	if strings.Join(ids, " ") != "site-check compare-sites find-sites plan-at-place" {
		t.Errorf("processes %v", ids)
	}
	for path, kind := range map[string]string{"/processes/none": "no-such-process", "/jobs/none": "no-such-job", "/jobs/none/results": "no-such-job"} {
		p := read[api.Problem](t, s.get(t, path), http.StatusNotFound)
		if p.Type != "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"+kind {
			t.Errorf("%s: %+v", path, p)
		}
	}
	read[api.Problem](t, s.send(t, http.MethodDelete, "/jobs/none", ""), http.StatusNotFound)
	read[api.Problem](t, s.send(t, http.MethodPost, "/processes/none/execution", `{}`, "Content-Type", "application/json"), http.StatusNotFound)
	if classes := string(s.get(t, "/conformance").body); !strings.Contains(classes, "ogcapi-processes-1/1.0/conf/core") || !strings.Contains(classes, "ogcapi-processes-1/1.0/conf/dismiss") {
		t.Errorf("conformance %s", classes)
	}
}

func execution(inputs string) string { return `{"inputs":{` + inputs + `}}` }

func TestExecuteSync(t *testing.T) {
	s := serve(t)
	execute := func(process, body string, status int) answer {
		t.Helper()
		a := s.send(t, http.MethodPost, "/processes/"+process+"/execution", body, "Content-Type", "application/json")
		if a.StatusCode != status {
			t.Fatalf("%s: status %d, want %d: %.400s", process, a.StatusCode, status, a.body)
		}
		return a
	}
	site := siteAround(113.59, 37.80, 0.01)
	doc := read[checkDoc](t, execute("site-check", execution(`"site":`+site+`,"project":{"discharges":true},"on":"2026-05-01"`), 200), 200)
	short := read[checkDoc](t, s.get(t, "/checks/"+doc.ID), http.StatusOK)
	posted := read[checkDoc](t, s.send(t, http.MethodPost, "/checks?on=2026-05-01", strings.Replace(site, `{`, `{"project":{"discharges":true},`, 1), "Content-Type", "application/geo+json"), http.StatusCreated)
	if short.ID != doc.ID || doc.Provenance.ResultSHA256 == "" || posted.Provenance.ResultSHA256 != doc.Provenance.ResultSHA256 || doc.Provenance.Day != "2026-05-01" || doc.Project["discharges"] != true {
		t.Errorf("%+v\n%+v", doc.Provenance, posted.Provenance)
	}
	wrapped := read[map[string]checkDoc](t, execute("site-check", `{"inputs":{"site":{"value":`+site+`,"mediaType":"application/geo+json"}},"response":"document","outputs":{"check":{}}}`, 200), 200)
	if wrapped["check"].ID == "" {
		t.Errorf("%+v", wrapped)
	}
	sites := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"甲"},"geometry":` + site + `},{"type":"Feature","properties":null,"geometry":` + siteAround(113.45, 38.0, 0.001) + `}]}`
	for _, a := range []answer{execute("compare-sites", execution(`"sites":`+sites), 200), s.send(t, http.MethodPost, "/checks/compare", sites, "Content-Type", "application/geo+json")} {
		out := read[struct {
			Sites []struct {
				Rank, Index          int
				Check, Verdict, Name string
			}
			Table []struct{ Cells []any }
		}](t, a, 200)
		if len(out.Sites) != 2 || out.Sites[0].Rank != 1 || out.Sites[1].Check == "" || len(out.Table) < 9 || len(out.Table[0].Cells) != 2 {
			t.Errorf("%+v", out)
		}
	}
	plan := read[struct {
		Place    json.RawMessage
		Features []any
	}](t, execute("plan-at-place", execution(`"place":{"type":"Point","coordinates":[113.88,37.96]},"within":500`), 200), 200)
	if got := read[struct{ Features []any }](t, s.get(t, "/plan?at=113.88,37.96&within=500"), 200); len(got.Features) == 0 || len(plan.Features) != len(got.Features) {
		t.Errorf("%d features, %d by the short way", len(plan.Features), len(got.Features))
	}
	found := read[struct {
		Candidates []struct {
			Check, Verdict string
			Reasons        []any
		}
	}](t, execute("find-sites", execution(`"zone":{"collection":"development_zones"},"area_ha":5,"limit":2,"near":[{"collection":"transport_links","within_m":20000}]`), 200), 200)
	if len(found.Candidates) == 0 || len(found.Candidates) > 2 {
		t.Fatalf("%+v", found)
	}
	for _, c := range found.Candidates {
		if again := read[checkDoc](t, s.get(t, "/checks/"+c.Check), 200); again.Verdict != c.Verdict || again.Verdict == "prohibited" || len(c.Reasons) < 3 {
			t.Errorf("%+v", c)
		}
	}
}

func TestExecutionsThatAreRefused(t *testing.T) {
	s := serve(t)
	site := siteAround(113.59, 37.80, 0.01)
	for _, tc := range []struct {
		process, body string
		status        int
		parameter     string
	}{
		{"site-check", `nonsense`, 400, "body"},
		{"site-check", `{"inputs":{},"extra":1}`, 400, "body"},
		{"site-check", execution(``), 400, "inputs.site"},
		{"site-check", execution(`"site":` + site + `,"sites":1`), 400, "inputs"},
		{"site-check", execution(`"site":{"href":"http://169.254.0.1/"}`), 400, "inputs.site"},
		{"site-check", execution(`"site":"x"`), 400, "inputs.site"},
		{"site-check", execution(`"site":` + site + `,"on":"2026-13-01"`), 400, "on"},
		{"site-check", execution(`"site":` + site + `,"project":{"nonsense":true}`), 400, "project"},
		{"site-check", execution(`"site":` + site + `,"accuracy_m":-1`), 400, "/accuracy_m"},
		{"site-check", execution(`"site":` + polygon("[113.5,37.8],[113.6,37.9],[113.6,37.8],[113.5,37.86],[113.5,37.8]")), 422, "body"},
		{"site-check", execution(`"site":` + polygon("[113.5,37.8],[113.5000002,37.8],[113.5,37.8000002],[113.5,37.8]")), 422, "geometry"},
		{"site-check", `{"inputs":{"site":` + site + `},"subscriber":{"successUri":"http://x/"}}`, 400, "subscriber"},
		{"site-check", `{"inputs":{"site":` + site + `},"outputs":{"other":{}}}`, 400, "outputs"},
		{"site-check", `{"inputs":{"site":` + site + `},"response":"xml"}`, 400, "response"},
		{"compare-sites", execution(`"sites":` + site), 400, "body"},
		{"find-sites", execution(`"zone":{"collection":"ecological_protection_red_line"},"area_ha":1`), 400, "inputs.zone"},
		{"find-sites", execution(`"zone":{"collection":"development_zones","filter":"nothing = 1"},"area_ha":1`), 400, "inputs.zone.filter"},
		{"find-sites", execution(`"zone":` + site + `,"area_ha":0`), 400, "area_ha"},
		{"find-sites", execution(`"zone":` + site + `,"area_ha":1,"near":[{"collection":"river_corridors","at_least_m":1}]`), 400, "inputs.near[0]"},
		{"find-sites", execution(`"zone":` + site + `,"area_ha":1,"near":[{"collection":"river_corridors","within":1}]`), 400, "inputs.near"},
		{"find-sites", execution(`"zone":` + site + `,"area_ha":1,"away":[{"collection":"river_corridors","at_least_m":1},{"collection":"river_corridors","at_least_m":-1}]`), 400, "away[1]"},
		{"plan-at-place", execution(`"place":{"type":"Point","coordinates":[200,0]}`), 422, "inputs.place"},
		{"plan-at-place", execution(`"place":{"type":"Point","coordinates":[113.5,37.8]},"within":-1`), 400, "inputs.within"},
		{"site-check", execution(`"site":` + polygon("[100,30],[110,30],[110,40],[100,40],[100,30]")), 422, "geometry"},
	} {
		a := s.send(t, http.MethodPost, "/processes/"+tc.process+"/execution", tc.body, "Content-Type", "application/json")
		if p := wantProblem(t, a, tc.status); p.Parameter != tc.parameter {
			t.Errorf("%s %.80s: parameter %q, want %q", tc.process, tc.body, p.Parameter, tc.parameter)
		}
		// Who does not wait is told at once too, but for what the database finds out.
		a = s.send(t, http.MethodPost, "/processes/"+tc.process+"/execution", tc.body, "Content-Type", "application/json", "Prefer", "respond-async")
		if inDatabase := strings.Contains(tc.body, "37.8000002"); (a.StatusCode == http.StatusCreated) != inDatabase {
			t.Errorf("%s %.80s: status %d for who does not wait", tc.process, tc.body, a.StatusCode)
		}
	}
}

func TestProcessesInChinese(t *testing.T) {
	s := serve(t)
	zh := func(method, path, body string) string {
		return string(s.send(t, method, path, body, "Content-Type", "application/json", "Accept-Language", "zh").body)
	}
	for _, text := range []string{
		zh(http.MethodGet, "/processes", ""), zh(http.MethodGet, "/processes/site-check", ""), zh(http.MethodGet, "/jobs", ""), zh(http.MethodGet, "/jobs/x", ""),
		zh(http.MethodGet, "/processes/x", ""), zh(http.MethodPost, "/processes/site-check/execution", execution(``)),
	} {
		var doc any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		eachText(doc, "", func(key, value string) {
			if slices.Contains([]string{"title", "description", "detail", "expected", "hint"}, key) && !strings.ContainsFunc(value, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && !strings.HasPrefix(value, "GeoJSON") && value != "CQL2" {
				t.Errorf("%s: %q has no Chinese", key, value)
			}
		})
	}
}

// eachText calls f with every text of a document and its key.
func eachText(doc any, key string, f func(key, value string)) {
	switch doc := doc.(type) {
	case map[string]any:
		for k, v := range doc {
			eachText(v, k, f)
		}
	case []any:
		for _, v := range doc {
			eachText(v, key, f)
		}
	case string:
		f(key, doc)
	}
}

// TestFaultsOfABatch: what is wrong with a site is said with its line in the file and
// its name, in the language of the client, and no cell of a CSV is a formula.
func TestFaultsOfABatch(t *testing.T) {
	s := serveJobs(t)
	good := `{"type":"Feature","properties":{"name":"=1+1"},"geometry":` + siteAround(113.59, 37.80, 0.001) + `}`
	bad := `{"type":"Feature","properties":{"name":"甲","accuracy_m":-1},"geometry":` + siteAround(113.59, 37.80, 0.001) + `}`
	type line struct {
		Index int
		Name  string
		Error *struct {
			Line                   int
			Detail, Expected, Hint string
		}
	}
	lines := func(a answer) (out []line) {
		for _, text := range strings.Split(strings.TrimSpace(string(a.body)), "\n") {
			var l line
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			out = append(out, l)
		}
		return out
	}
	body := good + "\n\n" + bad + "\n"
	got := lines(s.send(t, http.MethodPost, "/checks/batch", body, "Content-Type", "application/x-ndjson"))
	if len(got) != 2 || got[1].Error == nil || got[1].Error.Line != 3 || got[1].Name != "甲" || !strings.Contains(got[1].Error.Expected, "accuracy") {
		t.Fatalf("%+v", got)
	}
	got = lines(s.send(t, http.MethodPost, "/checks/batch", body, "Content-Type", "application/x-ndjson", "Accept-Language", "zh"))
	if e := got[1].Error; e == nil || !strings.Contains(e.Detail, "有误") || !strings.Contains(e.Expected, "精度") {
		t.Errorf("%+v", e)
	}
	job := s.finished(t, s.send(t, http.MethodPost, "/checks/batch", body, "Content-Type", "application/x-ndjson", "Prefer", "respond-async").Header.Get("Location"))
	if got = lines(s.get(t, "/jobs/"+job.JobID+"/results?f=ndjson")); len(got) != 2 || got[1].Error == nil || got[1].Error.Line != 3 || got[1].Name != "甲" {
		t.Errorf("as a job: %+v", got)
	}
	table := "name,wkt\n\"two\nlines\",\"POLYGON((113.59 37.8,113.591 37.8,113.591 37.801,113.59 37.8))\"\n乙,POINT(1 1)\n"
	got = lines(s.send(t, http.MethodPost, "/checks/batch", table, "Content-Type", "text/csv"))
	if len(got) != 2 || got[1].Error == nil || got[1].Error.Line != 4 || got[1].Name != "乙" {
		t.Errorf("%+v", got[1])
	}
	a := s.send(t, http.MethodPost, "/checks/batch", body, "Content-Type", "application/x-ndjson", "Accept", "text/csv")
	rows, err := csv.NewReader(strings.NewReader(string(a.body))).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][1] != "'=1+1" || rows[1][0] != "0" || rows[2][len(rows[2])-1] != "3" {
		t.Errorf("%v %q", err, rows)
	}
}

func TestExecuteAsync(t *testing.T) {
	s := serveJobs(t)
	body := `{"inputs":{"site":` + siteAround(113.59, 37.80, 0.01) + `},"response":"document"}`
	a := s.send(t, http.MethodPost, "/processes/site-check/execution", body, "Content-Type", "application/json", "Prefer", "wait=10, respond-async")
	accepted := read[jobDoc](t, a, http.StatusCreated)
	if a.Header.Get("Location") != s.URL+"/jobs/"+accepted.JobID || a.Header.Get("Preference-Applied") != "respond-async" || accepted.Type != "process" || accepted.ProcessID != "site-check" {
		t.Errorf("%+v, %v", accepted, a.Header)
	}
	job := s.finished(t, a.Header.Get("Location"))
	if job.Status != "successful" || job.Progress != 100 || job.Started == nil || job.Finished == nil {
		t.Errorf("%+v", job)
	}
	result := read[map[string]checkDoc](t, s.get(t, linkOf(job.Links, "http://www.opengis.net/def/rel/ogc/1.0/results")), http.StatusOK)
	read[checkDoc](t, s.get(t, "/checks/"+result["check"].ID), http.StatusOK)
	list := read[struct{ Jobs []jobDoc }](t, s.get(t, "/jobs"), http.StatusOK)
	if len(list.Jobs) != 1 || list.Jobs[0].JobID != job.JobID {
		t.Errorf("%+v", list)
	}
	if gone := read[jobDoc](t, s.send(t, http.MethodDelete, "/jobs/"+job.JobID, ""), http.StatusOK); gone.Status != "dismissed" {
		t.Errorf("%+v", gone)
	}
	for _, path := range []string{"/jobs/" + job.JobID, "/jobs/" + job.JobID + "/results"} {
		wantProblem(t, s.get(t, path), http.StatusGone)
	}
	plan := s.finished(t, s.send(t, http.MethodPost, "/processes/plan-at-place/execution", execution(`"place":{"type":"Point","coordinates":[113.88,37.96]}`),
		"Content-Type", "application/json", "Prefer", "respond-async").Header.Get("Location"))
	if b := s.get(t, "/jobs/"+plan.JobID+"/results").body; !strings.Contains(string(b), s.URL+"/collections/") {
		t.Errorf("%+v: %.300s", plan, b)
	}
	// What fails later fails the job, with what is the client's fault.
	bad := s.finished(t, s.send(t, http.MethodPost, "/processes/site-check/execution", execution(`"site":`+polygon("[113.5,37.8],[113.5000002,37.8],[113.5,37.8000002],[113.5,37.8]")),
		"Content-Type", "application/json", "Prefer", "respond-async").Header.Get("Location"))
	if bad.Status != "failed" || !strings.Contains(bad.Message, "a site of at least") {
		t.Errorf("%+v", bad)
	}
	wantProblem(t, s.get(t, "/jobs/"+bad.JobID+"/results"), http.StatusUnprocessableEntity)
}

func batchOf(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"name":"s%d"},"geometry":%s}`+"\n", i, siteAround(113.4+0.003*float64(i%100), 37.9+0.01*float64(i/100), 0.001))
	}
	return b.String()
}

func TestBatchOverHTTP(t *testing.T) {
	s := serveJobs(t)
	body := batchOf(3) + "nonsense\n"
	lines := func(a answer) (out []check.Line) {
		t.Helper()
		for _, text := range strings.Split(strings.TrimSpace(string(a.body)), "\n") {
			var l check.Line
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatalf("%v in %q", err, text)
			}
			out = append(out, l)
		}
		return out
	}
	a := s.send(t, http.MethodPost, "/checks/batch?on=2026-06-01", body, "Content-Type", "application/x-ndjson")
	got := lines(a)
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/x-ndjson" || len(got) != 4 || got[2].Name != "s2" || got[3].Error == nil {
		t.Fatalf("%d %v %s", a.StatusCode, a.Header, a.body)
	}
	if doc := read[checkDoc](t, s.get(t, "/checks/"+got[0].Check), 200); doc.Provenance.Day != "2026-06-01" || doc.Provenance.ResultSHA256 != got[0].ResultSHA256 {
		t.Errorf("%+v", doc.Provenance)
	}
	table, err := csv.NewReader(strings.NewReader(string(s.send(t, http.MethodPost, "/checks/batch?f=csv", body, "Content-Type", "application/x-ndjson").body))).ReadAll()
	if err != nil || len(table) != 5 || table[1][1] != "s0" || table[1][3] == "" || table[4][3] != "" || table[4][len(table[4])-1] == "" {
		t.Errorf("%v %v", table, err)
	}
	accepted := s.send(t, http.MethodPost, "/checks/batch?on=2026-06-01", body, "Content-Type", "application/x-ndjson", "Prefer", "respond-async")
	job := s.finished(t, accepted.Header.Get("Location"))
	if accepted.StatusCode != 201 || job.Status != "successful" || job.Sites != 4 || job.SitesDone != 4 {
		t.Errorf("%d %+v", accepted.StatusCode, job)
	}
	for i, l := range lines(s.get(t, "/jobs/"+job.JobID+"/results?f=ndjson")) {
		if l.ResultSHA256 != got[i].ResultSHA256 || l.Index != int64(i) {
			t.Errorf("line %d: %+v", i, l)
		}
	}
	if all := read[[]check.Line](t, s.get(t, "/jobs/"+job.JobID+"/results"), 200); len(all) != 4 {
		t.Errorf("%d lines", len(all))
	}
	for name, want := range map[string]struct {
		kind, body string
		status     int
	}{"no type": {"", body, 415}, "GeoJSON": {"application/geo+json", body, 415}, "empty": {"text/csv", "", 400}, "no geometry": {"text/csv", "a,b\n1,2\n", 400}} {
		for _, prefer := range []string{"", "respond-async"} {
			wantProblem(t, s.send(t, http.MethodPost, "/checks/batch", want.body, "Content-Type", want.kind, "Prefer", prefer), want.status)
		}
		_ = name
	}
}

func TestRerunAndDeletionOverHTTP(t *testing.T) {
	s := serve(t)
	doc := read[checkDoc](t, s.post(t, siteAround(113.59, 37.80, 0.01)), http.StatusCreated)
	type rerun struct {
		Same   bool
		Check  string
		Answer checkDoc
		Newer  struct{ Any bool }
	}
	r := read[rerun](t, s.send(t, http.MethodPost, "/checks/"+doc.ID+"/rerun", ""), http.StatusOK)
	if !r.Same || r.Check != doc.ID || r.Newer.Any {
		t.Errorf("%+v", r)
	}
	storeExec(t, s, "update layers."+doc.Findings[0].Layer+" set geom = st_translate(geom, 0.001, 0) where geom is not null")
	if r = read[rerun](t, s.send(t, http.MethodPost, "/checks/"+doc.ID+"/rerun?state=recorded", ""), http.StatusOK); !r.Same || !r.Newer.Any {
		t.Errorf("%+v", r)
	}
	a := s.send(t, http.MethodPost, "/checks/"+doc.ID+"/rerun?state=today", "")
	if r = read[rerun](t, a, http.StatusCreated); r.Same || r.Answer.ID == doc.ID || a.Header.Get("Location") != s.URL+"/checks/"+r.Answer.ID {
		t.Errorf("%+v", r)
	}
	wantProblem(t, s.send(t, http.MethodPost, "/checks/"+doc.ID+"/rerun?state=x", ""), http.StatusBadRequest)
	wantProblem(t, s.send(t, http.MethodPost, "/checks/none/rerun", ""), http.StatusNotFound)
	// A result that is not the recorded one is loud.
	storeExec(t, s, "alter table planatlas.site_check disable trigger all")
	storeExec(t, s, "update planatlas.site_check set answer = convert_to(replace(convert_from(answer, 'UTF8'), '"+doc.Provenance.ResultSHA256+"', 'other'), 'UTF8') where id = $1", doc.ID)
	p := read[struct {
		Status int
		Same   bool
		Detail string
	}](t, s.send(t, http.MethodPost, "/checks/"+doc.ID+"/rerun", ""), http.StatusConflict)
	if p.Same || p.Status != 409 || p.Detail == "" || !strings.Contains(s.log.String(), "has another result") {
		t.Errorf("%+v", p)
	}
	storeExec(t, s, "alter table planatlas.site_check enable trigger all")
	storeExec(t, s, "insert into planatlas.check_tombstone (id, deleted_by, reason) values ($1, 'admin', 'asked for by its owner')", doc.ID)
	if p := wantProblem(t, s.get(t, "/checks/"+doc.ID), http.StatusGone); !strings.Contains(p.Detail, "asked for by its owner") {
		t.Errorf("%+v", p)
	}
	wantProblem(t, s.send(t, http.MethodPost, "/checks/"+doc.ID+"/rerun", ""), http.StatusGone)
}

func TestProjectAttributesOverHTTP(t *testing.T) {
	s := serve(t)
	geometry := siteAround(113.59, 37.80, 0.01)
	doc := read[checkDoc](t, s.post(t, `{"type":"Feature","properties":{"discharges":true,"owner":"某厂","accuracy_m":2},"project":{"project_type":"industry"},"geometry":`+geometry+`}`), http.StatusCreated)
	if len(doc.Project) != 2 || doc.Project["project_type"] != "industry" || doc.Site.AccuracyM != 2 {
		t.Errorf("%v %v", doc.Project, doc.Site.AccuracyM)
	}
	for body, parameter := range map[string]string{
		`{"type":"Feature","properties":{},"project":{"owner":"x"},"geometry":` + geometry + `}`:                         "project",
		`{"type":"Feature","properties":{"discharges":true},"project":{"discharges":false},"geometry":` + geometry + `}`: "/project/discharges",
		`{"type":"Feature","properties":{"discharges":[1]},"geometry":` + geometry + `}`:                                 "/properties/discharges",
		`{"type":"Feature","properties":{"accuracy_m":"x"},"geometry":` + geometry + `}`:                                 "/properties/accuracy_m",
		`{"type":"Feature","properties":{"discharges":"perhaps"},"geometry":` + geometry + `}`:                           "project.discharges",
		`{"type":"Feature","properties":{"project_type":"nonsense"},"geometry":` + geometry + `}`:                        "project.project_type",
		strings.Replace(geometry, "{", `{"project":[],`, 1):                                                              "/project",
	} {
		if p := wantProblem(t, s.post(t, body), http.StatusBadRequest); p.Parameter != parameter {
			t.Errorf("%.100s: %+v", body, p)
		}
	}
	wantProblem(t, s.send(t, http.MethodPost, "/checks?on=tomorrow", geometry, "Content-Type", "application/geo+json"), http.StatusBadRequest)
}
