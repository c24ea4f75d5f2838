package api

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"planatlas/layers"
)

// wordings finds, in the sources of one package, every text that can become a part of
// an error: it follows constants, variables, parameters and results of functions by
// their names. What it cannot follow stands as %s.
type wordings struct {
	consts map[string]ast.Expr
	funcs  map[string][]*function
	calls  map[string][]call
	known  map[string][]string // of a name in a function or a result; nil while it is looked for
}

type function struct {
	name    string
	kind    *ast.FuncType
	body    *ast.BlockStmt
	outside *function // of a function literal
}

type call struct {
	args   []ast.Expr
	within *function
}

func readWordings(t *testing.T, folder string) *wordings {
	t.Helper()
	w := &wordings{consts: map[string]ast.Expr{}, funcs: map[string][]*function{}, calls: map[string][]call{}, known: map[string][]string{}}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources in %s: %v", folder, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				w.constants(d)
			case *ast.FuncDecl:
				w.function(&function{name: d.Name.Name, kind: d.Type, body: d.Body})
			}
		}
	}
	return w
}

func (w *wordings) constants(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok {
			for i, name := range v.Names {
				if i < len(v.Values) {
					w.consts[name.Name] = v.Values[i]
				}
			}
		}
	}
}

// function notes a function, the ones inside of it, and all that it calls.
func (w *wordings) function(f *function) {
	w.funcs[f.name] = append(w.funcs[f.name], f)
	names := map[ast.Expr]string{}
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, right := range n.Rhs {
				if id, ok := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident); ok {
					names[right] = id.Name
				}
			}
		case *ast.FuncLit:
			w.function(&function{names[n], n.Type, n.Body, f})
			return false
		case *ast.CallExpr:
			w.calls[called(n)] = append(w.calls[called(n)], call{n.Args, f})
		}
		return true
	})
}

func called(c *ast.CallExpr) string {
	switch x := c.Fun.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.IndexExpr:
		return called(&ast.CallExpr{Fun: x.X})
	}
	return ""
}

// all returns what Want, Hint and Got can be, in composite literals and assignments.
func (w *wordings) all() []string {
	out := map[string]bool{}
	add := func(name string, value ast.Expr, f *function) {
		if slices.Contains([]string{"Want", "Hint", "Got"}, name) {
			for _, text := range w.texts(value, f) {
				out[text] = true
			}
		}
	}
	for _, fs := range w.funcs {
		for _, f := range fs {
			ast.Inspect(f.body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit:
					return false // it is one of funcs
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok {
						add(key.Name, n.Value, f)
					}
				case *ast.AssignStmt:
					for i, left := range n.Lhs {
						if s, ok := left.(*ast.SelectorExpr); ok && len(n.Rhs) == len(n.Lhs) {
							add(s.Sel.Name, n.Rhs[i], f)
						}
					}
				}
				return true
			})
		}
	}
	return slices.Sorted(maps.Keys(out))
}

// texts returns what an expression can be, with %s for what is not known.
func (w *wordings) texts(e ast.Expr, f *function) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{text}
		}
	case *ast.ParenExpr:
		return w.texts(e.X, f)
	case *ast.BinaryExpr:
		var out []string
		for _, a := range w.texts(e.X, f) {
			for _, b := range w.texts(e.Y, f) {
				out = append(out, a+b)
			}
		}
		return out
	case *ast.IndexExpr: // of a literal map
		if m, ok := e.X.(*ast.CompositeLit); ok {
			var out []string
			for _, x := range m.Elts {
				out = append(out, w.texts(x.(*ast.KeyValueExpr).Value, f)...)
			}
			return out
		}
	case *ast.CallExpr:
		return w.result(e, f)
	case *ast.Ident:
		return w.named(e.Name, f)
	}
	return []string{"%s"}
}

// result returns what a call can give.
func (w *wordings) result(c *ast.CallExpr, f *function) []string {
	name := called(c)
	if s, ok := c.Fun.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "fmt" && (name == "Sprintf" || name == "Errorf") {
			format := w.texts(c.Args[0], f)[0]
			return []string{verbs().ReplaceAllString(format, "%s")}
		}
	}
	var out []string
	for _, g := range w.funcs[name] {
		out = append(out, w.returned(g, 0)...)
	}
	if len(out) == 0 || name == "Error" || name == "String" {
		return []string{"%s"}
	}
	return out
}

// once looks for something that may lead back to itself.
func (w *wordings) once(f *function, what string, look func() []string) []string {
	key := fmt.Sprintf("%p %s", f, what)
	if out, ok := w.known[key]; ok {
		return out
	}
	w.known[key] = nil
	out := slices.Compact(slices.Sorted(slices.Values(look())))
	w.known[key] = out
	return out
}

// returned gives what a function can return at a place.
func (w *wordings) returned(g *function, at int) []string {
	return w.once(g, strconv.Itoa(at), func() []string { return w.lookReturned(g, at) })
}

func (w *wordings) lookReturned(g *function, at int) (out []string) {
	var results []string
	if g.kind.Results != nil {
		for _, field := range g.kind.Results.List {
			for _, n := range field.Names {
				results = append(results, n.Name)
			}
		}
	}
	ast.Inspect(g.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			switch {
			case at < len(n.Results):
				out = append(out, w.texts(n.Results[at], g)...)
			case at < len(results):
				out = append(out, w.named(results[at], g)...)
			}
		}
		return true
	})
	return out
}

// named returns what a name can stand for in a function.
func (w *wordings) named(name string, f *function) []string {
	return w.once(f, name, func() []string { return w.lookNamed(name, f) })
}

func (w *wordings) lookNamed(name string, f *function) (out []string) {
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name && i < len(n.Values) {
					out = append(out, w.texts(n.Values[i], f)...)
				}
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				id, ok := left.(*ast.Ident)
				switch {
				case !ok || id.Name != name || n.Tok == token.ADD_ASSIGN:
				case len(n.Rhs) == len(n.Lhs):
					out = append(out, w.texts(n.Rhs[i], f)...)
				default:
					if c, ok := n.Rhs[0].(*ast.CallExpr); ok {
						for _, g := range w.funcs[called(c)] {
							out = append(out, w.returned(g, i)...)
						}
					}
				}
			}
		}
		return true
	})
	if at := parameter(f, name); len(out) == 0 && at >= 0 {
		for _, c := range w.calls[f.name] {
			if at < len(c.args) {
				out = append(out, w.texts(c.args[at], c.within)...)
			}
		}
	}
	if value, ok := w.consts[name]; ok && len(out) == 0 {
		return w.texts(value, f)
	}
	if len(out) == 0 && f.outside != nil {
		return w.named(name, f.outside)
	}
	if len(out) == 0 {
		return []string{"%s"}
	}
	return out
}

func parameter(f *function, name string) int {
	at := 0
	for _, field := range f.kind.Params.List {
		for _, n := range field.Names {
			if n.Name == name {
				return at
			}
			at++
		}
	}
	return -1
}

// told are the errors whose whole text clients see, by the names that the sources
// give them.
func told() map[string]error {
	return map[string]error{"ErrNotFound": layers.ErrNotFound, "ErrTooLarge": layers.ErrTooLarge, "ErrGone": layers.ErrGone, "errMethod": errMethod,
		"errNotAcceptable": errNotAcceptable, "errLongURI": errLongURI, "errMediaType": errMediaType}
}

// sentences returns what fmt.Errorf makes of those errors.
func (w *wordings) sentences() (out []string) {
	for _, c := range w.calls["Errorf"] {
		last := c.args[len(c.args)-1]
		if s, ok := last.(*ast.SelectorExpr); ok {
			last = s.Sel
		}
		if id, ok := last.(*ast.Ident); ok && told()[id.Name] != nil {
			format := w.texts(c.args[0], c.within)[0]
			if at := strings.LastIndex(format, "%w"); at >= 0 {
				format = format[:at] + told()[id.Name].Error() + format[at+len("%w"):]
			}
			out = append(out, verbs().ReplaceAllString(format, "%s"))
		}
	}
	return out
}

func verbs() *regexp.Regexp { return regexp.MustCompile(`%[-+#.0-9]*[a-zA-Z]`) }

// LeftInEnglish finds two words of English side by side, which no name and no number
// is.
func LeftInEnglish(text string) string {
	quoted := regexp.MustCompile(`"[^"]*"|'[^']*'|\{.*\}|ogr2ogr.*|alter table.*`)
	return regexp.MustCompile(`[a-z]{2,} [a-z]{2,}`).FindString(quoted.ReplaceAllString(text, ""))
}

// TestEveryWordingHasItsChinese reads the sources of all packages whose errors
// reach a client: each text that says what was found, what was expected or what to
// do about it has a Chinese form in phrases.
func TestEveryWordingHasItsChinese(t *testing.T) {
	n, known := 0, map[string]bool{}
	for _, p := range phrases() {
		known[p.EN] = true
	}
	for _, folder := range []string{".", "../layers", "../layers/cql", "../layers/check", "../layers/store", "../geo/read"} {
		w := readWordings(t, folder)
		for _, text := range append(w.all(), w.sentences()...) {
			if text == "" || text == "%s" || text == "%s; %s" { // what an error of Go or a reader's guess says is in TestProblemsInChinese
				continue
			}
			n++
			said := inChinese(strings.ReplaceAll(text, "%s", "X1"))
			if left := LeftInEnglish(said); left != "" || said == "" || strings.Contains(said, "%!") || said == text && !known[text] && LeftInEnglish(text+" "+text) != "" {
				t.Errorf("%s: %q has no Chinese form among phrases: %q", folder, text, said)
			}
		}
	}
	if n < 250 {
		t.Errorf("only %d texts were found", n)
	}
}

// TestPhrases: none stands twice, and each has as many names in both languages.
func TestPhrases(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range phrases() {
		holes := strings.Count(p.EN, "%s")
		if got := len(regexp.MustCompile(`%(\[\d\])?s`).FindAllString(p.ZH, -1)); seen[p.EN] || p.EN == "%s" || got != holes && !strings.Contains(p.ZH, "%[") || holes == 0 && strings.Contains(p.ZH, "%") {
			t.Errorf("%q: %q", p.EN, p.ZH)
		}
		seen[p.EN] = true
	}
}

func TestInChinese(t *testing.T) {
	for english, want := range map[string]string{
		"":                         "",
		"x":                        "x",
		"json or html or geojson":  "json 或 html 或 geojson",
		`did you mean "a number"?`: `是否指 "a number"?`,
		`column 16: got size, a number, want a string`:        `第 16 列:得到size(数),要求文字`,
		`abs with 2 arguments`:                                `带 2 个参数的 abs`,
		`latitude 37 stands before longitude 113; 经度113写在了前面`: `经度113写在了前面`,
		"EPSG:2401 is on Beijing 1954, from which no public transformation exists; ask the surveyor for CGCS2000 coordinates": "EPSG:2401 基于1954年北京坐标系,没有公开的转换参数;请向测绘单位索取2000国家大地坐标系的坐标",
	} {
		if got := inChinese(english); got != want {
			t.Errorf("%q: %q, want %q", english, got, want)
		}
	}
}
