package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"planatlas/layers"
)

const openAPIGolden = "testdata/openapi.json"

// document asks a service without a database for its API definition. The golden
// file does not change with the data: the service has two layers of its own.
func document(t *testing.T) ([]byte, *server) {
	t.Helper()
	catalog := layers.NewCatalog([]*layers.Layer{{ID: "parks", Access: layers.Public}, {ID: "rivers", Access: layers.Public, Style: layers.Style{Order: -1}}})
	s := newServer(Options{Catalog: func() *layers.Catalog { return catalog }, Version: "test"})
	req := httptest.NewRequest(http.MethodGet, "http://atlas.example/api", nil)
	b, err := json.MarshalIndent(s.document(base(req)), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n'), s
}

func TestOpenAPIGolden(t *testing.T) {
	got, _ := document(t)
	if *update {
		if err := os.WriteFile(openAPIGolden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(openAPIGolden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the API definition changed; read the difference, then renew it with -update:\n%s", got)
	}
}

func TestOpenAPIHasEveryRoute(t *testing.T) {
	b, s := document(t)
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []map[string]any
			Responses   map[string]any
		}
		Components struct {
			Parameters map[string]struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, r := range s.routes() {
		op, ok := doc.Paths[r.path][strings.ToLower(r.method)]
		if !ok || op.OperationID != r.name || ids[r.name] || len(op.Responses) == 0 {
			t.Errorf("%s %s: %+v", r.method, r.path, op)
		}
		ids[r.name] = true
		declared := map[string]bool{}
		for _, p := range op.Parameters {
			if at, ok := p["$ref"].(string); ok {
				c := doc.Components.Parameters[strings.TrimPrefix(at, "#/components/parameters/")]
				declared[c.In+" "+c.Name] = true
			} else {
				declared[fmt.Sprintf("%s %s", p["in"], p["name"])] = true
			}
		}
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(r.path, -1) {
			if !declared["path "+m[1]] {
				t.Errorf("%s: path parameter %s is not declared", r.path, m[1])
			}
		}
		for _, name := range r.known() {
			if !declared["query "+name] {
				t.Errorf("%s: query parameter %s is not declared", r.path, name)
			}
		}
	}
	n := 0
	for _, item := range doc.Paths {
		n += len(item)
	}
	if want := len(s.routes()) + len(s.Catalog().Layers); n != want {
		t.Errorf("%d operations, want %d: the routes, and the features of each layer", n, want)
	}
}

func TestOpenAPIReferencesResolve(t *testing.T) {
	b, _ := document(t)
	var doc any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	refs := regexp.MustCompile(`"\$ref": "#/([^"]+)"`).FindAllStringSubmatch(string(b), -1)
	if len(refs) < 10 {
		t.Fatalf("only %d references", len(refs))
	}
	for _, m := range refs {
		at := doc
		for _, part := range strings.Split(m[1], "/") {
			o, _ := at.(map[string]any)
			at = o[part]
		}
		if at == nil {
			t.Errorf("%s leads nowhere", m[1])
		}
	}
}

// TestOpenAPIStaysSmall: clients read the whole document before they show
// anything.
func TestOpenAPIStaysSmall(t *testing.T) {
	var many []*layers.Layer
	for i := range 200 {
		own := layers.Property{Name: fmt.Sprintf("own_%d", i), Type: layers.Number, Title: layers.Text{ZH: "自有", EN: "Own"}}
		many = append(many, &layers.Layer{ID: fmt.Sprintf("layer_%d", i), Geometry: "Point", Access: layers.Public, Properties: []layers.Property{own}})
	}
	catalog := layers.NewCatalog(many)
	s := newServer(Options{Catalog: func() *layers.Catalog { return catalog }})
	b, err := json.Marshal(s.document("http://atlas.example"))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 500<<10 {
		t.Errorf("%d bytes for 200 layers", len(b))
	}
	t.Logf("%d bytes for 200 layers", len(b))
}
