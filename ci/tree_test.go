package ci

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/weirbench/weir"

// A tree is a checkout, parsed, and checked by types as far as rules ask.
type tree struct {
	dir   string // on disk
	fset  *token.FileSet
	rooms []*room // ascending by path
	lines int     // that a file may have

	outside types.Importer
	checked map[string]*types.Package // of the default build, by import path; nil while it is being checked
	unsound []finding                 // what types said
}

// A room is one package and the files of its folder, whatever build they belong to.
type room struct {
	path  string // within the module, "" for its root
	name  string
	files []*file
	infos []*types.Info // one for each build that its files take part in
}

// A file is a parsed file of Go.
type file struct {
	path string // within the tree
	test bool
	src  []byte
	ast  *ast.File
}

// A finding is a place that breaks a rule.
type finding struct {
	file string // within the tree
	line int
	rule string
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s: %s", f.file, f.line, f.rule, f.text) }

// at makes a finding at a position.
func (t *tree) at(pos token.Pos, rule, format string, args ...any) finding {
	p := t.fset.Position(pos)
	return finding{p.Filename, p.Line, rule, fmt.Sprintf(format, args...)}
}

// load parses every file of Go under dir, but for testdata and modules of their own, and checks their types.
func load(tb testing.TB, dir string) *tree {
	tb.Helper()
	t := &tree{dir: dir, fset: token.NewFileSet(), lines: 450, checked: map[string]*types.Package{}}
	byPath := map[string]*room{}
	err := t.walk(func(name string, src []byte) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(t.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		in := path.Dir(name)
		if in == "." {
			in = ""
		}
		r := byPath[in]
		if r == nil {
			r = &room{path: in}
			byPath[in] = r
			t.rooms = append(t.rooms, r)
		}
		f := &file{path: name, test: strings.HasSuffix(name, "_test.go"), src: src, ast: parsed}
		if !f.test {
			r.name = parsed.Name.Name
		}
		r.files = append(r.files, f)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	slices.SortFunc(t.rooms, func(a, b *room) int { return strings.Compare(a.path, b.path) })
	t.outside = exports(tb, t)
	for _, r := range t.rooms {
		t.check(r)
	}
	return t
}

// walk visits the text files of the tree.
func (t *tree) walk(visit func(name string, src []byte) error) error {
	return filepath.WalkDir(t.dir, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a temporary file of another test
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(t.dir, p)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if name == "." {
				return nil
			}
			_, own := os.Stat(filepath.Join(p, "go.mod"))
			if own == nil || slices.Contains([]string{".git", "bin", "weir-out", "testdata"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 || name == ".git" { // a file in a second work tree
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil || bytes.IndexByte(src, 0) >= 0 {
			return nil
		}
		return visit(name, src)
	})
}

// exports makes an importer of everything that the tree imports from outside, from what the compiler keeps of it. It is asked for
// without cgo, as most builds of `make test` are, so that nothing is compiled for it alone.
func exports(tb testing.TB, t *tree) types.Importer {
	tb.Helper()
	want := map[string]bool{}
	for _, r := range t.rooms {
		for _, f := range r.files {
			for _, i := range f.ast.Imports {
				if p := strings.Trim(i.Path.Value, `"`); !f.test && p != "C" && !ours(p) {
					want[p] = true
				}
			}
		}
	}
	args := []string{"list", "-e", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}}\t{{.Export}}{{end}}"}
	for p := range want { // the order does not matter to go list
		args = append(args, p)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("go list -export: %v", err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if p, file, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			found[p] = file
		}
	}
	return importer.ForCompiler(t.fset, "gc", func(p string) (io.ReadCloser, error) {
		file, ok := found[p]
		if !ok {
			return nil, fmt.Errorf("%s is not built without cgo", p)
		}
		return os.Open(file)
	})
}

func ours(p string) bool { return p == module || strings.HasPrefix(p, module+"/") }

// importPath is how others import the room.
func (r *room) importPath() string { return strings.TrimSuffix(module+"/"+r.path, "/") }

// Import finds a package for the type checker: ours from source, others as they were compiled.
func (t *tree) Import(p string) (*types.Package, error) {
	if !ours(p) {
		return t.outside.Import(p)
	}
	if done, ok := t.checked[p]; ok {
		if done == nil {
			return nil, fmt.Errorf("%s imports itself", p)
		}
		return done, nil
	}
	for _, r := range t.rooms {
		if r.importPath() == p {
			t.check(r)
			return t.checked[p], nil
		}
	}
	return nil, fmt.Errorf("there is no %s", p)
}

// check checks the files of a room that are no tests: those of the build without tags, and once more, where that makes a difference, those
// of the build with RocksDB. In the latter what cgo and its packages bring is unknown, and errors say nothing.
func (t *tree) check(r *room) {
	if _, ok := t.checked[r.importPath()]; ok {
		return
	}
	t.checked[r.importPath()] = nil
	plain, tagged := t.chosen(r), t.chosen(r, "rocksdb", "grocksdb_clean_link", "cgo")
	p, info := t.typed(r, plain, func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			t.unsound = append(t.unsound, t.at(e.Pos, "types", "%s", e.Msg))
		}
	})
	t.checked[r.importPath()] = p
	r.infos = append(r.infos, info)
	if !slices.Equal(plain, tagged) {
		_, info := t.typed(r, tagged, func(error) {})
		r.infos = append(r.infos, info)
	}
}

func (t *tree) typed(r *room, files []*ast.File, failed func(error)) (*types.Package, *types.Info) {
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: t, Error: failed, FakeImportC: true}
	p, _ := conf.Check(r.importPath(), t.fset, files, info)
	return p, info
}

// chosen are the files of a room, tests aside, that a build with these tags compiles.
func (t *tree) chosen(r *room, tags ...string) []*ast.File {
	ctx := build.Default
	ctx.CgoEnabled = slices.Contains(tags, "cgo")
	ctx.BuildTags = tags
	var files []*ast.File
	for _, f := range r.files {
		if ok, err := ctx.MatchFile(filepath.Join(t.dir, r.path), path.Base(f.path)); err == nil && ok && !f.test {
			files = append(files, f.ast)
		}
	}
	return files
}
