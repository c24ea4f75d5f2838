package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","project":{"national_major":false,"limited_activity":"none"},"features":[` + strings.Join(features, ",") + `]}`
}

func named(name, geometry string) string {
	return `{"type":"Feature","properties":{"name":"` + name + `"},"geometry":` + geometry + `}`
}

func TestCompareRanksSites(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	redLine(t, url, "r", 113.60, 38.10, 0.02)
	document := collection(named("inside", square(113.605, 38.105, 0.005)), named("half", square(113.595, 38.105, 0.01)), named("far", square(113.40, 38.0, 0.002)))
	sites, err := check.ReadSites([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	out, err := checker(t, s).Compare(t.Context(), sites, "")
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, a := range out.Sites {
		order = append(order, fmt.Sprintf("%d %s %d", a.Rank, a.Name, a.Index))
		if _, err := s.Archived(t.Context(), a.Check); err != nil || a.Answer.Provenance.Snapshot != out.Sites[0].Answer.Provenance.Snapshot {
			t.Errorf("%s: %v, snapshot %s", a.Name, err, a.Answer.Provenance.Snapshot)
		}
	}
	if got := strings.Join(order, ", "); got != "1 far 2, 2 half 1, 3 inside 0" {
		t.Errorf("order %s", got)
	}
	if half := out.Sites[1]; half.Prohibited.M2 < half.Area.M2*0.4 || half.Prohibited.M2 > half.Area.M2*0.6 || out.Sites[2].Prohibited.M2 < out.Sites[2].Area.M2*0.999 {
		t.Errorf("half: %+v of %+v", half.Prohibited, half.Area)
	}
	for _, row := range out.Table {
		if len(row.Cells) != 3 || row.Title.ZH == "" || row.Title.EN == "" {
			t.Errorf("row %+v", row)
		}
	}
	for name, document := range map[string]string{"one": collection(named("a", square(113, 38, 0.01))), "no site": collection(named("a", `null`), named("b", square(113, 38, 0.01))),
		"a geometry": square(113, 38, 0.01), "unknown key": strings.Replace(document, "national_major", "national_minor", 1)} {
		if _, err := check.ReadSites([]byte(document)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	// A site that cannot be measured is named; nothing is ranked or archived without it.
	bad := collection(named("a", square(113.4, 38, 0.01)), named("province", square(108, 34, 8)))
	if sites, err = check.ReadSites([]byte(bad)); err != nil {
		t.Fatal(err)
	}
	var before, after int
	storetest.QueryRow(t, url, "select count(*) from planatlas.site_check", &before)
	_, err = checker(t, s).Compare(t.Context(), sites, "")
	storetest.QueryRow(t, url, "select count(*) from planatlas.site_check", &after)
	var input *layers.InputError
	if !errors.As(err, &input) || !strings.HasPrefix(input.Param, "/features/1") || before != after {
		t.Errorf("%v, %d checks, then %d", err, before, after)
	}
}

const bow = `{"type":"Polygon","coordinates":[[[113.5,37.8],[113.6,37.9],[113.6,37.8],[113.5,37.86],[113.5,37.8]]]}`

// wkt is the square as WKT.
func wkt(lon, lat, size float64) string {
	return fmt.Sprintf("POLYGON((%[1]g %[2]g,%[3]g %[2]g,%[3]g %[4]g,%[1]g %[4]g,%[1]g %[2]g))", lon, lat, lon+size, lat+size)
}

func TestBatchKeepsOrderAndErrors(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	redLine(t, url, "r", 113.60, 38.10, 0.02)
	service := checker(t, s)
	good, line := square(113.61, 38.11, 0.001), named("甲", square(113.45, 38.0, 0.001))
	for form, body := range map[string]string{
		check.NDJSON:     good + "\n\n" + bow + "\r\n" + line + "\nnonsense\n" + good,
		check.GeoJSONSeq: "\x1e" + good + "\n\x1e" + bow + "\n\x1e" + line + "\n\x1enonsense\n\x1e" + good + "\n",
		check.CSV: "\ufeffname,wkt,national_major\n,\"" + wkt(113.61, 38.11, 0.001) + "\",false\n,\"POLYGON((113.5 37.8,113.6 37.9,113.6 37.8,113.5 37.86,113.5 37.8))\",\n" +
			"甲,\"" + wkt(113.45, 38.0, 0.001) + "\",\n,nonsense,\n,\"" + wkt(113.61, 38.11, 0.001) + "\",false\n",
	} {
		t.Run(form, func(t *testing.T) {
			var lines []check.Line
			err := service.Batch(t.Context(), check.Items(strings.NewReader(body), form), "2026-06-01", func(l check.Line) error {
				lines = append(lines, l)
				return nil
			})
			if err != nil || len(lines) != 5 {
				t.Fatalf("%d lines, %v", len(lines), err)
			}
			for i, l := range lines {
				if bad := i == 1 || i == 3; l.Index != int64(i) || bad == (l.Error == nil) || bad != (l.Verdict == "") || bad != (l.Check == "") {
					t.Errorf("line %d: %+v", i, l)
				}
			}
			if lines[2].Name != "甲" || lines[0].ResultSHA256 != lines[4].ResultSHA256 || lines[0].Check == lines[4].Check ||
				!strings.Contains(lines[1].Error.Detail, "crosses itself at 113.537500000") || lines[3].Error.Expected == "" {
				t.Errorf("%+v\n%+v", lines, lines[3].Error)
			}
			r, err := s.Archived(t.Context(), lines[0].Check)
			if err != nil || r.ResultSHA256 != lines[0].ResultSHA256 || !strings.Contains(body, string(r.Site.Bytes)) && form != check.CSV || r.Day != "2026-06-01" {
				t.Errorf("%+v, %v", r, err)
			}
			if form == check.CSV && (string(r.Site.Bytes) != strings.Join(strings.SplitAfter(body, "\n")[:2], "") || r.Site.Project["national_major"] != false) {
				t.Errorf("input %q, %v", r.Site.Bytes, r.Site.Project)
			}
			if again, err := service.Rerun(t.Context(), lines[0].Check); err != nil || !again.Same {
				t.Errorf("rerun: %+v, %v", again.Difference, err)
			}
		})
	}
}

// A batch gives the very results that each site has alone.
func TestBatchIsTheSameAsOneByOne(t *testing.T) {
	s := storetest.New(t)
	service := checker(t, s)
	var body strings.Builder
	var sites []check.Site
	for i := range 70 { // more than one chunk
		text := square(113.4+0.007*float64(i%10), 37.7+0.03*float64(i/10), 0.004)
		sites = append(sites, geoJSON(t, text))
		body.WriteString(text + "\n")
	}
	var lines []check.Line
	err := service.Batch(t.Context(), check.Items(strings.NewReader(body.String()), check.NDJSON), "", func(l check.Line) error {
		lines = append(lines, l)
		return nil
	})
	if err != nil || len(lines) != len(sites) {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i := 0; i < len(sites); i += 13 {
		_, b, err := service.Run(t.Context(), sites[i])
		if err != nil {
			t.Fatal(err)
		}
		if a := decode[check.Answer](t, b); a.Provenance.ResultSHA256 != lines[i].ResultSHA256 || a.Verdict != lines[i].Verdict {
			t.Errorf("site %d: %s alone, %s in the batch", i, a.Verdict, lines[i].Verdict)
		}
	}
}

func TestBatchThatCannotBeRead(t *testing.T) {
	s := storetest.New(t)
	service := checker(t, s)
	for name, items := range map[string]io.Reader{"nothing": strings.NewReader(" \n"), "broken": io.MultiReader(strings.NewReader(square(113.4, 38, 0.001)+"\n"), brokenReader{})} {
		err := service.Batch(t.Context(), check.Items(items, check.NDJSON), "", func(check.Line) error { return nil })
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := service.Batch(t.Context(), check.Items(strings.NewReader("a,b\n1,2\n"), check.CSV), "", func(check.Line) error { return nil }); err == nil || !strings.Contains(err.Error(), "wkt") {
		t.Errorf("CSV without a geometry: %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

// newBatch keeps a batch of n sites as a job.
func newBatch(t *testing.T, s *store.Store, id string, n int) {
	t.Helper()
	var body strings.Builder
	for i := range n {
		if i == 5 {
			body.WriteString("nonsense\n")
			continue
		}
		body.WriteString(named(fmt.Sprint(i), square(113.4+0.001*float64(i%50), 37.8+0.002*float64(i/50), 0.0005)) + "\n")
	}
	if err := s.NewJob(t.Context(), check.Job{ID: id, Process: check.BatchProcess, Request: []byte(`{"on":"2026-06-01"}`)}, check.Items(strings.NewReader(body.String()), check.NDJSON)); err != nil {
		t.Fatal(err)
	}
}

func runner(t *testing.T, s *store.Store) (stop func()) {
	t.Helper()
	r := check.NewRunner(checker(t, s), s, slog.New(slog.NewTextHandler(io.Discard, nil)), func(context.Context, check.Job) (string, []byte, error) {
		return "", nil, errors.New("no such process")
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	return func() { cancel(); <-done }
}

func until(t *testing.T, s *store.Store, id string, f func(check.Job) bool) check.Job {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		job, err := s.Job(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if f(job) {
			return job
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", job)
		}
	}
}

// A batch that was stopped in the middle goes on where it was: each site is checked
// once, and the lines are in order.
func TestBatchJobGoesOnAfterACrash(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	const n = 400
	newBatch(t, s, "j", n)
	for stops := 0; stops < 2; stops++ {
		before := until(t, s, "j", func(check.Job) bool { return true }).Done
		crashing := storetest.Open(t, url) // its connections and locks go with it
		stop := runner(t, crashing)
		until(t, s, "j", func(j check.Job) bool { return j.Done > before })
		stop()
		crashing.Close()
	}
	if job := until(t, s, "j", func(check.Job) bool { return true }); job.State != check.Running || job.Done == 0 || job.Done == n {
		t.Errorf("stopped: %+v", job)
	}
	defer runner(t, s)()
	job := until(t, s, "j", func(j check.Job) bool { return j.State != check.Running })
	if job.State != check.Successful || job.Done != n || job.Total != n || job.Finished == nil {
		t.Errorf("%+v", job)
	}
	i := 0
	err := s.JobLines(t.Context(), "j", func(b []byte) error {
		l := decode[check.Line](t, b)
		if l.Index != int64(i) || (l.Error == nil) != (i != 5) || i != 5 && l.Name != fmt.Sprint(i) {
			t.Errorf("line %d: %s", i, b)
		}
		i++
		return nil
	})
	var checks, inputs int
	storetest.QueryRow(t, url, "select count(*) from planatlas.site_check", &checks)
	storetest.QueryRow(t, url, "select count(*) from planatlas.job_site where input is not null", &inputs)
	if err != nil || i != n || checks != n-1 || inputs != 1 {
		t.Errorf("%d lines, %d checks, %d inputs beside the archive, %v", i, checks, inputs, err)
	}
	// A deleted check is gone from the lines too.
	var id string
	storetest.QueryRow(t, url, "select check_id from planatlas.job_site where n = 7", &id)
	if _, err := s.DeleteCheck(t.Context(), id, "admin", "a reason"); err != nil {
		t.Fatal(err)
	}
	var line string
	storetest.QueryRow(t, url, "select convert_from(line, 'UTF8') from planatlas.job_site where n = 7", &line)
	if l := decode[check.Line](t, []byte(line)); l.Error == nil || l.Index != 7 || l.Verdict != "" {
		t.Errorf("line of a deleted check: %s", line)
	}
}

func TestJobsAreTakenOnceAndDismissed(t *testing.T) {
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	newBatch(t, s, "a", 10)
	other := storetest.Open(t, url)
	job, release, err := s.TakeJob(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if job.ID != "a" || job.State != check.Running || job.Done != 0 || job.Total != 10 {
		t.Errorf("%+v", job)
	}
	if _, _, err := other.TakeJob(t.Context()); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("taken twice: %v", err)
	}
	release()
	if _, release, err = other.TakeJob(t.Context()); err != nil {
		t.Fatal(err)
	}
	release()
	if job, err = s.DismissJob(t.Context(), "a"); err != nil || job.State != check.Dismissed {
		t.Errorf("%+v, %v", job, err)
	}
	if _, err = s.Job(t.Context(), "a"); !errors.Is(err, layers.ErrGone) {
		t.Errorf("after: %v", err)
	}
	if _, err = s.DismissJob(t.Context(), "none"); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	finished := []check.Finished{{Index: 0, Line: []byte("{}")}}
	if err := s.FinishSites(t.Context(), "a", finished); err == nil {
		t.Error("a site of a dismissed job was finished")
	}
	if err := s.NewJob(t.Context(), check.Job{ID: "b", Process: check.BatchProcess, Request: []byte("{}")}, check.Items(strings.NewReader(""), check.NDJSON)); err == nil {
		t.Error("a batch of nothing was kept")
	}
	if _, err := s.Job(t.Context(), "b"); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("the batch of nothing: %v", err)
	}
}

func TestDismissedJobStops(t *testing.T) {
	s := storetest.New(t)
	newBatch(t, s, "j", 2000)
	defer runner(t, s)()
	until(t, s, "j", func(j check.Job) bool { return j.Done > 1 })
	if _, err := s.DismissJob(t.Context(), "j"); err != nil {
		t.Fatal(err)
	}
	var done []int64
	for range 2 {
		time.Sleep(1500 * time.Millisecond)
		job, err := s.Job(t.Context(), "j")
		if !errors.Is(err, layers.ErrGone) {
			t.Fatal(err)
		}
		done = append(done, job.Done)
	}
	if done[1] != done[0] || done[0] >= 2000 {
		t.Errorf("it went on: %v", done)
	}
}

func TestFailedProcessSaysSo(t *testing.T) {
	s := storetest.New(t)
	if err := s.NewJob(t.Context(), check.Job{ID: "p", Process: "x", Request: []byte("{}")}, nil); err != nil {
		t.Fatal(err)
	}
	defer runner(t, s)()
	job := until(t, s, "p", func(j check.Job) bool { return j.State != check.Accepted && j.State != check.Running })
	if job.State != check.Failed || job.Message == "" || strings.Contains(job.Message, "no such process") {
		t.Errorf("%+v", job)
	}
	if b, _ := json.Marshal(job.Finished); string(b) == "null" {
		t.Error("no end")
	}
}
