package ci

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// The passive rooms know neither clock nor chance, start no goroutine and do no I/O, so that one plan gives one history. All of these
// come in from outside: as an event's time, as a function that draws, as an operation's result. The suites are tests, and live is the
// driver that is there to meet the world.
func passive(room string) bool {
	if within(room, "engine/live") || slices.Contains(suites(), room) {
		return false
	}
	return slices.ContainsFunc([]string{"backends", "engine", "workloads", "faults"}, func(r string) bool { return within(room, r) })
}

// clocks are the functions of package time that look at the clock or wait for it.
func clocks() []string {
	return []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
}

// seeded are the functions of math/rand that draw nothing: they make a source from a seed.
func seeded() []string {
	return []string{"New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf"}
}

// worldly are the packages of the standard library through which a room would meet the world, or chance.
func worldly() []string {
	return []string{"os", "net", "syscall", "crypto/rand", "hash/maphash", "io/ioutil"}
}

// An exception lets a room do what the passive rooms may not.
type exception struct {
	room, pkg string
	why       string
}

func exceptions() []exception {
	return []exception{
		{"backends/blobs", "os", "Dir is files: it is what the drivers' operations end in"},
		{"backends/blobs", "syscall", "the names of the errors of files"},
		{"backends/pebble", "os", "a task's own folder"},
		{"backends/rocksdb", "os", "a task's own folder, and which library was loaded"},
		{"workloads", "os", "a recorded input is read once, when it is opened"},
	}
}

// clockless: no clock, chance, goroutine, select or I/O in the passive rooms. Tests may have them.
func clockless(t *tree) (found []finding) {
	for _, r := range t.rooms {
		if !passive(r.path) {
			continue
		}
		for _, f := range r.files {
			if f.test {
				continue
			}
			for _, i := range f.ast.Imports {
				p := strings.Trim(i.Path.Value, `"`)
				if slices.ContainsFunc(worldly(), func(w string) bool { return within(p, w) }) && !excepted(r.path, p) {
					found = append(found, t.at(i.Pos(), "passive", "%s imports %s", r.path, p))
				}
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					found = append(found, t.at(n.Pos(), "passive", "%s starts a goroutine", r.path))
				case *ast.SelectStmt:
					found = append(found, t.at(n.Pos(), "passive", "%s selects: which case is taken is chance", r.path))
				}
				return true
			})
		}
		for _, info := range r.infos {
			for id, o := range info.Uses {
				if what := chance(o); what != "" {
					found = append(found, t.at(id.Pos(), "passive", "%s calls %s", r.path, what))
				}
			}
		}
	}
	return found
}

func excepted(room, pkg string) bool {
	return slices.ContainsFunc(exceptions(), func(e exception) bool { return within(room, e.room) && pkg == e.pkg })
}

// chance names a function that looks at the clock or draws from the global source of chance.
func chance(o types.Object) string {
	f, ok := o.(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return ""
	}
	switch p := f.Pkg().Path(); {
	case p == "time" && slices.Contains(clocks(), f.Name()):
		return "time." + f.Name()
	case (p == "math/rand" || p == "math/rand/v2") && !slices.Contains(seeded(), f.Name()):
		return "rand." + f.Name() + " of the global source"
	}
	return ""
}

// ordered: no range over a map in a passive room, unless a comment on that line, or on the one above, says why the order cannot be seen.
// Iterators over maps are ranges too, unless they are sorted at once.
func ordered(t *tree) (found []finding) {
	for _, r := range t.rooms {
		if !passive(r.path) {
			continue
		}
		for _, info := range r.infos {
			sorted := map[ast.Node]bool{}
			for _, f := range r.files {
				if f.test {
					continue
				}
				ast.Inspect(f.ast, func(n ast.Node) bool {
					var x ast.Node
					switch n := n.(type) {
					case *ast.RangeStmt:
						if tv, ok := info.Types[n.X]; ok && isMap(tv.Type) {
							x = n
						}
					case *ast.CallExpr:
						if strings.HasPrefix(called(info, n), "slices.Sorted") && len(n.Args) > 0 {
							sorted[n.Args[0]] = true
						}
						if c := called(info, n); c == "maps.Keys" || c == "maps.Values" || c == "maps.All" {
							x = n
						}
					}
					if x != nil && !sorted[x] && !t.said(f, x, "order") {
						found = append(found, t.at(x.Pos(), "maps", "%s ranges over a map and does not say why the order cannot be seen", r.path))
					}
					return true
				})
			}
		}
	}
	return found
}

func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// called is "pkg.Func" of a call of a function of another package.
func called(info *types.Info, c *ast.CallExpr) string {
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	f, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return ""
	}
	return f.Pkg().Path() + "." + f.Name()
}

// said tells whether a comment on the line of a node, or on the one above, has a word.
func (t *tree) said(f *file, n ast.Node, word string) bool {
	line := t.fset.Position(n.Pos()).Line
	for _, g := range f.ast.Comments {
		for _, c := range g.List {
			if at := t.fset.Position(c.Pos()).Line; (at == line || at == line-1) && strings.Contains(c.Text, word) {
				return true
			}
		}
	}
	return false
}
