package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"planatlas/api"
	"planatlas/layers/store/storetest"
)

// bad is a request that must be refused, and what the answer says of it. Detail
// is a part of the sentence.
type bad struct {
	name, method, path, body string
	status                   int
	parameter, detail, hint  string
	header, wantHeader       string
}

func polygon(rings ...string) string {
	return `{"type":"Polygon","coordinates":[[` + strings.Join(rings, "],[") + `]]}`
}

func badSites() []bad {
	const square = "[113.5,37.8],[113.6,37.8],[113.6,37.9],[113.5,37.9],[113.5,37.8]"
	many := "[113.5,37.8]" + strings.Repeat(",[113.6,37.85]", 200_000) + ",[113.5,37.8]"
	return []bad{
		{name: "empty body", body: "", status: 400, parameter: "body", detail: "an empty file"},
		{name: "blank body", body: " \n", status: 400, parameter: "body", detail: "an empty file"},
		{name: "50 MB", body: strings.Repeat(" ", 50<<20), status: 413, detail: "larger than 16 MiB"},
		{name: "truncated", body: `{"type":"Polygon","coordinates":[[[113.5,37.8],`, status: 400, parameter: "line 1:48", detail: "the end of the file"},
		{name: "NaN", body: polygon("[NaN,37.8],[113.6,37.8],[113.6,37.9],[NaN,37.8]"), status: 400, parameter: "line 1:36", detail: "JSON has no NaN"},
		{name: "1e400", body: polygon("[1e400,37.8],[113.6,37.8],[113.6,37.9],[1e400,37.8]"), status: 422, parameter: "/coordinates/0/0/0", detail: "1e400", hint: "it is out of range"},
		{name: "unclosed ring", body: polygon("[113.5,37.8],[113.6,37.8],[113.6,37.9],[113.5,37.9]"), status: 422, parameter: "body", detail: "closed"},
		{name: "self-crossing", body: polygon("[113.5,37.8],[113.6,37.9],[113.6,37.8],[113.5,37.86],[113.5,37.8]"), status: 422, parameter: "body",
			detail: "the ring crosses itself at 113.537500000, 37.837500000", hint: "repair=true"},
		{name: "hole outside", body: polygon(square, "[113.7,37.8],[113.7,37.9],[113.8,37.9],[113.7,37.8]"), status: 422, parameter: "body", detail: "does not lie inside its outer ring"},
		{name: "200000 vertices", body: polygon(many), status: 413, detail: "fewer positions", hint: "simplify"},
		{name: "geometry of no type", body: `{"type":"Geometry","coordinates":[` + square + `]}`, status: 422, parameter: "/type", detail: "Geometry", hint: "MultiPolygon"},
		{name: "point", body: `{"type":"Point","coordinates":[113.5,37.8]}`, status: 422, parameter: "/type", detail: "Point", hint: "no area"},
		{name: "latitude first", body: polygon("[37.8,113.5],[37.8,113.6],[37.9,113.6],[37.8,113.5]"), status: 422, parameter: "/coordinates/0/0", hint: "latitude"},
		{name: "projected", body: polygon("[456000,4185000],[457000,4185000],[457000,4186000],[456000,4185000]"), status: 422, parameter: "/coordinates/0/0", hint: "EPSG:4547"},
		{name: "with zone", body: polygon("[38456000,4185000],[38457000,4185000],[38457000,4186000],[38456000,4185000]"), status: 422, parameter: "/coordinates/0/0", hint: "EPSG:4526"},
		{name: "foreign crs", body: `{"type":"Polygon","crs":{"type":"name","properties":{"name":"EPSG:4547"}},"coordinates":[[` + square + `]]}`, status: 422, detail: "EPSG:4547"},
		{name: "not GeoJSON", body: `[1,2]`, status: 422, parameter: "body", detail: "GeoJSON"},
		{name: "GBK", body: "{\"type\":\"Feature\",\"properties\":{\"name\":\"\xd1\xf4\xc8\xaa\"}}", status: 422, parameter: "body", detail: "阳泉", hint: "a Feature needs one"},
		{name: "deep", body: `{"type":"Polygon","coordinates":` + strings.Repeat("[", 100_000), status: 413, detail: "nested"},
		{name: "unknown parameter", path: "/checks?crs=4490", body: polygon(square), status: 400, parameter: "crs", detail: "parameters"},
	}
}

func TestBadSites(t *testing.T) {
	s := serve(t)
	before := s.fingerprint(t)
	for _, tc := range badSites() {
		tc.method = http.MethodPost
		if tc.path == "" {
			tc.path = "/checks"
		}
		t.Run(tc.name, func(t *testing.T) { s.refuse(t, tc) })
	}
	s.unchanged(t, before)
}

func TestBadQueries(t *testing.T) {
	s := serve(t)
	before := s.fingerprint(t)
	const items = "/collections/reference/items"
	boxHint := "longitude before latitude"
	for _, tc := range []bad{
		{name: "limit -1", path: items + "?limit=-1", status: 400, parameter: "limit", detail: "limit: -1: want a whole number from 1 to 10000"},
		{name: "limit 0", path: items + "?limit=0", status: 400, parameter: "limit", detail: "from 1 to"},
		{name: "limit abc", path: items + "?limit=abc", status: 400, parameter: "limit", detail: "limit: abc"},
		{name: "limit far below", path: items + "?limit=-100000000000000000000", status: 400, parameter: "limit", detail: "from 1 to"},
		{name: "three numbers", path: items + "?bbox=113,37,114", status: 400, parameter: "bbox", detail: "four numbers", hint: boxHint},
		{name: "bbox NaN", path: items + "?bbox=NaN,37,114,38", status: 400, parameter: "bbox", detail: `a number at place 1, not "NaN"`},
		{name: "bbox 1e400", path: items + "?bbox=113,37,114,1e400", status: 400, parameter: "bbox", detail: `a number at place 4, not "1e400"`},
		{name: "latitude first", path: items + "?bbox=37.7,113.2,38.2,113.9", status: 400, parameter: "bbox", detail: "latitude -90..90", hint: boxHint},
		{name: "south above north", path: items + "?bbox=113,38,114,37", status: 400, parameter: "bbox", detail: "south not above north"},
		{name: "west beyond east", path: items + "?bbox-crs=EPSG:3857&bbox=114,37,113,38", status: 400, parameter: "bbox", detail: "west not beyond east"},
		{name: "SQL as a name", path: items + "?name_zh%22%3B+drop+table+layers.reference%3B--=1", status: 400, parameter: `name_zh"; drop table layers.reference;--`, detail: "one of the parameters"},
		{name: "nearest parameter", path: items + "?limits=3", status: 400, parameter: "limits", hint: `did you mean "limit"?`},
		{name: "nearest property", path: items + "?conty=x", status: 400, parameter: "conty", hint: `did you mean "county"?`},
		{name: "property elsewhere", path: "/collections?county=x", status: 400, parameter: "county", detail: "one of the parameters lang, f"},
		{name: "twice", path: items + "?limit=1&limit=2", status: 400, parameter: "limit", detail: "limit: 1, 2: want one value"},
		{name: "half an escape", path: items + "?county=%zz", status: 400, parameter: "query", detail: "county=%zz"},
		{name: "semicolon", path: items + "?limit=1;bbox=1", status: 400, parameter: "query", detail: "joined by &"},
		{name: "NUL in a value", path: items + "?county=%00", status: 400, parameter: "county", detail: `"\x00": want UTF-8 text without NUL`},
		{name: "not UTF-8 value", path: items + "?county=%d1%f4", status: 400, parameter: "county", detail: `"\xd1\xf4"`},
		{name: "not UTF-8 name", path: items + "?%ff=1", status: 400, parameter: "query", detail: `"\xff"`},
		{name: "cursor", path: items + "?cursor=*", status: 400, parameter: "cursor", detail: "the cursor of a next or prev link"},
		{name: "cursor NUL", path: items + "?cursor=AAAA", status: 400, parameter: "cursor", detail: "the cursor of a next or prev link"},
		{name: "format", path: items + "?f=xls", status: 400, parameter: "f", detail: "geojson or json or html"},
		{name: "format of the landing", path: "/?f=xml", status: 400, parameter: "f", detail: "json or html"},
		{name: "health", path: "/healthz?verbose=1", status: 400, parameter: "verbose", detail: "no parameters"},
		{name: "very long value", path: items + "?limit=" + strings.Repeat("9", 10_000) + "x", status: 400, parameter: "limit", detail: "9…: want a whole number"},
		{name: "long URL", path: items + "?county=" + strings.Repeat("x", 40_000), status: 414, detail: "the address is too long"},
		{name: "very long URL", path: items + "?limit=" + strings.Repeat("9", 200_000), status: 431},
	} {
		tc.method = http.MethodGet
		t.Run(tc.name, func(t *testing.T) { s.refuse(t, tc) })
	}
	got := read[featureCollection](t, s.get(t, items+"?name_zh=x%27+or+1%3D1+--"), http.StatusOK)
	if got.NumberMatched != 0 {
		t.Errorf("SQL in a value matched %d", got.NumberMatched)
	}
	s.unchanged(t, before)
}

func TestBadPathsAndMethods(t *testing.T) {
	s := serve(t)
	before := s.fingerprint(t)
	const get, items = http.MethodGet, "/collections/reference/items"
	for _, tc := range []bad{
		{name: "slash in an id", method: get, path: items + "/a%2Fb", status: 404, detail: `feature "a/b" of reference: not found`},
		{name: "NUL in an id", method: get, path: items + "/%00", status: 404, detail: `feature "\x00": not found`},
		{name: "not UTF-8 id", method: get, path: items + "/%ff", status: 404, detail: `feature "\xff": not found`},
		{name: "SQL in an id", method: get, path: items + "/x%27%20or%201=1--", status: 404, detail: "x' or 1=1--"},
		{name: "NUL in a collection", method: get, path: "/collections/%00", status: 404, detail: `collection "\x00"`},
		{name: "nearest collection", method: get, path: "/collections/referenc", status: 404, detail: `collection "referenc" (did you mean "reference"?): not found`},
		{name: "unlike any collection", method: get, path: "/collections/zzz/items", status: 404, detail: `collection "zzz": not found`},
		{name: "long id", method: get, path: items + "/" + strings.Repeat("x", 10_000), status: 404, detail: "xxx"},
		{name: "long collection", method: get, path: "/collections/" + strings.Repeat("x", 10_000), status: 404, detail: "xxx…"},
		{name: "nowhere", method: get, path: "/etc/passwd", status: 404, detail: "nothing is at /etc/passwd"},
		{name: "dots", method: get, path: "/collections/../../etc", status: 404, detail: "nothing is at"},
		{name: "slash at the end", method: get, path: "/collections/", status: 404, detail: "nothing is at /collections/"},
		{name: "delete", method: http.MethodDelete, path: items + "/yangquan", status: 405, header: "Allow", wantHeader: "OPTIONS, GET, HEAD"},
		{name: "post to items", method: http.MethodPost, path: items, body: "{}", status: 405, detail: "POST on " + items + ": the method is not allowed here; use one of OPTIONS, GET, HEAD", header: "Allow", wantHeader: "OPTIONS, GET, HEAD"},
		{name: "get of checks", method: get, path: "/checks", status: 405, header: "Allow", wantHeader: "OPTIONS, POST"},
		{name: "own method", method: "BREW", path: "/", status: 405, header: "Allow", wantHeader: "OPTIONS, GET, HEAD"},
		{name: "put a map", method: http.MethodPut, path: "/map/", body: "x", status: 405, header: "Allow", wantHeader: "OPTIONS, GET, HEAD"},
	} {
		t.Run(tc.name, func(t *testing.T) { s.refuse(t, tc) })
	}
	s.unchanged(t, before)
}

func TestBrowsersMayAskBeforeTheyPost(t *testing.T) {
	s := serve(t)
	a := do(t, s.request(t, http.MethodOptions, "/checks", "", "Origin", "https://elsewhere.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"))
	if a.StatusCode != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != "*" ||
		a.Header.Get("Access-Control-Allow-Methods") != "OPTIONS, POST" || !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("status %d, %v", a.StatusCode, a.Header)
	}
}

// refuse sends the request and holds the answer against what is expected.
func (s *service) refuse(t *testing.T, tc bad) {
	t.Helper()
	req := s.request(t, tc.method, tc.path, tc.body)
	if tc.body != "" {
		req.Header.Set("Content-Type", "application/geo+json")
	}
	a := do(t, req)
	if tc.status == http.StatusRequestHeaderFieldsTooLarge { // net/http refuses it before we see it
		if a.StatusCode != tc.status {
			t.Errorf("status %d, want %d", a.StatusCode, tc.status)
		}
		return
	}
	p := wantProblem(t, a, tc.status)
	if p.Parameter != tc.parameter && tc.parameter != "" || !strings.Contains(p.Detail, tc.detail) || !strings.Contains(p.Hint, tc.hint) {
		t.Errorf("parameter %q, detail %q, hint %q; want %q, %q, %q", p.Parameter, p.Detail, p.Hint, tc.parameter, tc.detail, tc.hint)
	}
	if tc.header != "" && a.Header.Get(tc.header) != tc.wantHeader {
		t.Errorf("%s: %q, want %q", tc.header, a.Header.Get(tc.header), tc.wantHeader)
	}
	if len(a.body) > 4000 {
		t.Errorf("the answer has %d bytes", len(a.body))
	}
	if len(tc.body) < 1<<20 {
		s.refuseInChinese(t, tc, p)
	}
}

// refuseInChinese sends the request again: the answer is the same, and nothing of it
// is English but what the client wrote.
func (s *service) refuseInChinese(t *testing.T, tc bad, english api.Problem) {
	t.Helper()
	req := s.request(t, tc.method, tc.path, tc.body, "Accept-Language", "zh-CN", "Content-Type", "application/geo+json")
	p := read[api.Problem](t, do(t, req), tc.status)
	if p.Parameter != english.Parameter || p.Value != english.Value || (p.Expected == "") != (english.Expected == "") || (p.Hint == "") != (english.Hint == "") {
		t.Errorf("%+v, in English %+v", p, english)
	}
	value := p.Value
	if value == "" || strings.Contains(p.Detail, "("+value+")") {
		p.Detail = strings.ReplaceAll(p.Detail, "("+value+")", "")
	}
	p.Detail = strings.ReplaceAll(p.Detail, p.Parameter, "")
	for _, text := range []string{p.Title, p.Detail, p.Expected, p.Hint} {
		if left := api.LeftInEnglish(text); left != "" {
			t.Errorf("%q of %q is English", left, text)
		}
	}
}

// fingerprint is a sum over all that is stored.
func (s *service) fingerprint(t *testing.T) string {
	t.Helper()
	var parts []string
	for _, l := range s.catalog.Layers {
		parts = append(parts, fmt.Sprintf("select md5(string_agg(t::text, '|' order by id)) h from layers.%s t", l.ID))
	}
	parts = append(parts, "select count(*)::text from planatlas.site_check", "select string_agg(y::text, '|' order by id) from planatlas.layer y")
	var sum string
	storetest.QueryRow(t, s.database, "select md5(string_agg(coalesce(h, '-'), '|')) from ("+strings.Join(parts, " union all ")+") x", &sum)
	return sum
}

// unchanged holds that nothing was stored and that the service still works.
func (s *service) unchanged(t *testing.T, before string) {
	t.Helper()
	if after := s.fingerprint(t); after != before {
		t.Error("the bad requests changed what is stored")
	}
	if a := s.get(t, "/collections"); a.StatusCode != http.StatusOK {
		t.Errorf("collections after the bad requests: status %d", a.StatusCode)
	}
	if a := s.post(t, siteAround(113.5, 37.9, 0.01)); a.StatusCode != http.StatusCreated {
		t.Errorf("a check after the bad requests: status %d", a.StatusCode)
	}
}
