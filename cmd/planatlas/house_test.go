package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The measures of this house. A number that must grow is a sign that a file
// wants to be split.
const (
	medianLines   = 150
	mostLines     = 700
	mostFuncLines = 90
)

// root is the folder of the module.
const root = "../.."

// source is one Go file of the repository.
type source struct {
	path  string // from the root, with slashes
	files *token.FileSet
	ast   *ast.File
	lines int
	test  bool
}

func (s source) at(n ast.Node, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", s.path, s.files.Position(n.Pos()).Line, fmt.Sprintf(format, args...))
}

// walk calls f for each file that people write: not what is built or fetched.
func walk(t *testing.T, f func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "node_modules", "dist", "bin"}, d.Name()) {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		f(filepath.ToSlash(name), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	walk(t, func(path string, text []byte) {
		if !strings.HasSuffix(path, ".go") || strings.Contains(path, "testdata/") {
			return
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if !ast.IsGenerated(file) {
			all = append(all, source{path, set, file, strings.Count(string(text), "\n"), strings.HasSuffix(path, "_test.go")})
		}
	})
	if len(all) < 50 {
		t.Fatalf("only %d Go files were found", len(all))
	}
	return all
}

// TestHouseMeasures holds the rules that keep the code readable. Each message
// names the place.
func TestHouseMeasures(t *testing.T) {
	var lengths []int
	for _, s := range sources(t) {
		lengths = append(lengths, s.lines)
		if s.lines > mostLines {
			t.Errorf("%s has %d lines, want at most %d", s.path, s.lines, mostLines)
		}
		var faults []string
		for _, d := range s.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				faults = append(faults, s.function(d)...)
			case *ast.GenDecl:
				faults = append(faults, s.general(d)...)
			}
		}
		if !s.test && !strings.HasPrefix(s.path, "cmd/") {
			faults = append(faults, s.ends()...)
		}
		for _, f := range faults {
			t.Error(f)
		}
	}
	slices.Sort(lengths)
	if m := lengths[len(lengths)/2]; m > medianLines {
		t.Errorf("half of the Go files have %d lines or more, want %d", m, medianLines)
	}
}

// function judges one function: its length, its comment, and that it is no init.
func (s source) function(d *ast.FuncDecl) (faults []string) {
	if n := s.files.Position(d.End()).Line - s.files.Position(d.Pos()).Line + 1; n > mostFuncLines {
		faults = append(faults, s.at(d, "%s has %d lines, want at most %d", d.Name.Name, n, mostFuncLines))
	}
	if d.Recv == nil && d.Name.Name == "init" {
		faults = append(faults, s.at(d, "init runs before anybody asked; call it"))
	}
	if !s.test && d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) && d.Doc == nil {
		faults = append(faults, s.at(d, "%s has no comment", d.Name.Name))
	}
	return faults
}

func receiver(d *ast.FuncDecl) string {
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// general judges types, constants and variables of a package.
func (s source) general(d *ast.GenDecl) (faults []string) {
	if s.test {
		return nil
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
				faults = append(faults, s.at(spec, "%s has no comment", spec.Name.Name))
			}
		case *ast.ValueSpec:
			commented := d.Doc != nil || spec.Doc != nil || spec.Comment != nil
			for i, name := range spec.Names {
				if name.IsExported() && !commented {
					faults = append(faults, s.at(name, "%s has no comment", name.Name))
				}
				if d.Tok == token.VAR && !s.fixed(d, spec, i) {
					faults = append(faults, s.at(name, "the variable %s can change: make it a constant or a function", name.Name))
				}
			}
		}
	}
	return faults
}

// fixed tells whether a variable is one that nobody changes: an error, an
// embedded file, the version that the linker sets.
func (s source) fixed(d *ast.GenDecl, spec *ast.ValueSpec, i int) bool {
	if spec.Names[i].Name == "_" || s.path == "cmd/planatlas/main.go" && spec.Names[i].Name == "version" {
		return true
	}
	for _, doc := range []*ast.CommentGroup{d.Doc, spec.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	if i >= len(spec.Values) {
		return false
	}
	call, ok := spec.Values[i].(*ast.CallExpr)
	return ok && slices.Contains([]string{"errors.New", "fmt.Errorf"}, dotted(call.Fun))
}

// ends finds what ends the program. Only cmd may; api may break a connection as
// net/http wants it done.
func (s source) ends() (faults []string) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := dotted(call.Fun)
		abort := name == "panic" && strings.HasPrefix(s.path, "api/") && len(call.Args) == 1 && dotted(call.Args[0]) == "http.ErrAbortHandler"
		if name == "os.Exit" || strings.HasPrefix(name, "log.Fatal") || strings.HasPrefix(name, "log.Panic") || name == "panic" && !abort {
			faults = append(faults, s.at(call, "%s: return an error instead", name))
		}
		return true
	})
	return faults
}

// dotted writes an identifier or a qualified one; anything else is empty.
func dotted(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		if p, ok := x.X.(*ast.Ident); ok {
			return p.Name + "." + x.Sel.Name
		}
	}
	return ""
}

// TestWords finds notes about work that was left undone, tests that are passed
// over, and names of package registries, which are settings of the machine and
// not of the program. The words are put together here so that this file does not
// hold them.
func TestWords(t *testing.T) {
	undone := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b|\bt\.S` + `kip(f|Now)?\(|\b(test|it|describe)\.sk` + `ip\(`)
	var hosts []string
	for _, name := range [][]string{{"npm" + "js", "org"}, {"npm" + "mirror", "com"}, {"proxy", "golang", "org"}, {"sum", "golang", "org"},
		{"goproxy", "io"}, {"goproxy", "cn"}, {"pypi", "org"}, {"pythonhosted", "org"}, {"crates", "io"}, {"rubygems", "org"},
		{"docker", "io"}, {"ghcr", "io"}, {"deb", "debian", "org"}, {"archive", "ubuntu", "com"}, {"yarnpkg", "com"}} {
		hosts = append(hosts, regexp.QuoteMeta(strings.Join(name, ".")))
	}
	registry := regexp.MustCompile(`(?i)\b(` + strings.Join(hosts, "|") + `)\b`)
	code := []string{".go", ".ts", ".mjs", ".js", ".css", ".sql"}
	walk(t, func(path string, text []byte) {
		if !utf8.Valid(text) {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			if w := undone.FindString(line); w != "" && slices.Contains(code, filepath.Ext(path)) {
				t.Errorf("%s:%d: %s", path, i+1, w)
			}
			if h := registry.FindString(line); h != "" {
				t.Errorf("%s:%d: names the package registry %s", path, i+1, h)
			}
		}
	})
}

// TestTopFolders keeps the root short: every folder is one of the architecture.
func TestTopFolders(t *testing.T) {
	known := []string{".ci", ".git", "api", "bin", "cmd", "data", "geo", "layers", "migrations"}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(known, e.Name()) {
			t.Errorf("folder %s: want one of %s", e.Name(), strings.Join(known, ", "))
		}
	}
}
