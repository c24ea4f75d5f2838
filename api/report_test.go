package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"planatlas/api"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"
)

const reportSite = `{"type":"Feature","properties":{"name":"一号地块"},"geometry":{"type":"Polygon","coordinates":[[[113.88,37.95],[113.8899,37.9502],[113.89,37.96],[113.8801,37.9597],[113.88,37.95]]]}}`

// checked archives a check and returns its id.
func checked(t *testing.T, s *service) string {
	t.Helper()
	made := do(t, s.request(t, http.MethodPost, "/checks", reportSite))
	var a struct{ ID string }
	if err := json.Unmarshal(made.body, &a); err != nil || made.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s", made.Status, made.body)
	}
	return a.ID
}

func TestReports(t *testing.T) {
	s := serve(t)
	id := checked(t, s)
	path := "/checks/" + id + "/report"
	for _, c := range []struct{ query, accept, media, begins, says string }{
		{"?f=html&lang=zh", "", "text/html; charset=utf-8", "<!doctype html>", "一号地块"},
		{"?f=html&lang=en", "", "text/html; charset=utf-8", "<!doctype html>", "Boundary points"},
		{"", "", "text/html; charset=utf-8", "<!doctype html>", "界址点成果表 Boundary points"},
		{"?f=pdf", "", "application/pdf", "%PDF-", ""},
		{"", "application/pdf", "application/pdf", "%PDF-", ""},
		{"?f=xlsx", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04", ""},
		{"?f=geojson", "", "application/geo+json", `{"features":[`, id},
		{"", "application/geo+json", "application/geo+json", `{"features":[`, id},
	} {
		var headers []string
		if c.accept != "" {
			headers = []string{"Accept", c.accept}
		}
		got := do(t, s.request(t, http.MethodGet, path+c.query, "", headers...))
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != c.media || !bytes.HasPrefix(got.body, []byte(c.begins)) || !strings.Contains(string(got.body), c.says) {
			t.Errorf("%s Accept %q: %s, %s, %.60s", c.query, c.accept, got.Status, got.Header.Get("Content-Type"), got.body)
		}
		again := do(t, s.request(t, http.MethodGet, path+c.query, "", headers...))
		if !bytes.Equal(got.body, again.body) {
			t.Errorf("%s Accept %q: another report the second time", c.query, c.accept)
		}
		if tag := got.Header.Get("ETag"); tag == "" || do(t, s.request(t, http.MethodGet, path+c.query, "", append(headers, "If-None-Match", tag)...)).StatusCode != http.StatusNotModified {
			t.Errorf("%s: entity tag %q", c.query, tag)
		}
	}
	if got := do(t, s.request(t, http.MethodGet, path+"?f=html&lang=zh", "")); !strings.Contains(string(got.body), "<svg") || !strings.Contains(string(got.body), s.URL+"/checks/"+id) {
		t.Error("the report has no map or does not say where the check is")
	}
	for _, c := range []struct {
		path   string
		status int
	}{{path + "?lang=fr", http.StatusBadRequest}, {path + "?f=docx", http.StatusBadRequest}, {"/checks/NOSUCHCHECK/report", http.StatusNotFound}} {
		if got := do(t, s.request(t, http.MethodGet, c.path, "")); got.StatusCode != c.status || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %s", c.path, got.Status, got.body)
		}
	}
}

// The maps of a report are those of the time of its check.
func TestReportStaysTheSame(t *testing.T) {
	s := serve(t)
	path := "/checks/" + checked(t, s) + "/report?f=html&lang=zh"
	before := do(t, s.request(t, http.MethodGet, path, ""))
	if !strings.Contains(string(before.body), ">绵河<") {
		t.Fatal("the map does not show the river")
	}
	storetest.Exec(t, s.database, "update layers.river_corridors set name_zh = '绵蔓河' where name_zh = '绵河'")
	if after := do(t, s.request(t, http.MethodGet, path, "")); !bytes.Equal(after.body, before.body) {
		t.Error("the archived report changed with the map")
	}
	if new := do(t, s.request(t, http.MethodGet, "/checks/"+checked(t, s)+"/report?f=html&lang=zh", "")); !strings.Contains(string(new.body), ">绵蔓河<") {
		t.Error("a new check shows the old map")
	}
}

// Without a font PDF is refused with what to install, and the other forms are not.
func TestReportWithoutFont(t *testing.T) {
	s := serveOn(t, storetest.URL(t), store.Options{}, func(o *api.Options) { o.Font = "/nowhere/font.ttf" })
	path := "/checks/" + checked(t, s) + "/report"
	got := do(t, s.request(t, http.MethodGet, path+"?f=pdf", ""))
	if got.StatusCode != http.StatusNotImplemented || !strings.Contains(string(got.body), "apt-get install fonts-wqy-microhei") || strings.Contains(string(got.body), "/nowhere") {
		t.Errorf("%s: %s", got.Status, got.body)
	}
	if got := do(t, s.request(t, http.MethodGet, path+"?f=pdf", "", "Accept-Language", "zh")); !strings.Contains(string(got.body), "请安装文泉驿微米黑") {
		t.Errorf("in Chinese: %s", got.body)
	}
	if got := do(t, s.request(t, http.MethodGet, path+"?f=xlsx", "")); got.StatusCode != http.StatusOK {
		t.Errorf("xlsx: %s", got.Status)
	}
}
