package ci

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// globals: a variable of a package never changes. So it is an error, something embedded, or a table of constants that nobody writes to;
// pointers, channels, locks and counters are none of these. Tests may have others: flags.
func globals(t *tree) (found []finding) {
	written := t.written()
	for _, r := range t.rooms {
		for _, info := range r.infos {
			for _, f := range r.files {
				if f.test {
					continue
				}
				for _, d := range f.ast.Decls {
					g, ok := d.(*ast.GenDecl)
					if !ok || g.Tok != token.VAR {
						continue
					}
					for _, s := range g.Specs {
						found = append(found, t.variables(info, g, s.(*ast.ValueSpec), written)...)
					}
				}
			}
		}
	}
	return found
}

// variables judges the variables of one declaration.
func (t *tree) variables(info *types.Info, g *ast.GenDecl, s *ast.ValueSpec, written map[string]bool) (found []finding) {
	for i, id := range s.Names {
		o := info.Defs[id]
		if o == nil || id.Name == "_" || embedded(g, s) {
			continue
		}
		var value ast.Expr
		if len(s.Values) == len(s.Names) {
			value = s.Values[i]
		}
		switch why := ""; {
		case written[o.Pkg().Path()+"."+o.Name()]:
			found = append(found, t.at(id.Pos(), "globals", "%s is written to", id.Name))
		case value == nil && len(s.Values) == 0:
			found = append(found, t.at(id.Pos(), "globals", "%s has no value and would need one later", id.Name))
		default:
			if !made(info, value) {
				why = changeable(held(info, o, value), nil)
			}
			if why != "" {
				found = append(found, t.at(id.Pos(), "globals", "%s can change: it holds %s", id.Name, why))
			}
		}
	}
	return found
}

// held is the type of what a variable holds: behind an interface, that of its value.
func held(info *types.Info, o types.Object, value ast.Expr) types.Type {
	if !types.IsInterface(o.Type()) || value == nil {
		return o.Type()
	}
	if c, ok := ast.Unparen(value).(*ast.CallExpr); ok && info.Types[c.Fun].IsType() { // a conversion
		value = c.Args[0]
	}
	return info.Types[value].Type
}

func embedded(g *ast.GenDecl, s *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{g.Doc, s.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	return false
}

// made tells whether a value comes from a function whose results nobody can change.
func made(info *types.Info, value ast.Expr) bool {
	c, ok := ast.Unparen(value).(*ast.CallExpr)
	if !ok {
		return false
	}
	f := called(info, c)
	if strings.HasSuffix(f, "/template.Must") { // executed only: the chain inside is New, Funcs and Parse
		return true
	}
	return slices.Contains([]string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "hash/crc32.MakeTable"}, f)
}

// changeable says what in a type could change without an assignment to the variable, "" when nothing.
func changeable(typ types.Type, seen []types.Type) string {
	if typ == nil {
		return "what is unknown"
	}
	if slices.Contains(seen, typ) {
		return ""
	}
	seen = append(seen, typ)
	if n, ok := types.Unalias(typ).(*types.Named); ok && n.Obj().Pkg() != nil {
		if p := n.Obj().Pkg().Path(); p == "sync" || p == "sync/atomic" {
			return "a " + n.Obj().Pkg().Name() + "." + n.Obj().Name()
		}
	}
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		if u.Kind() == types.Invalid {
			return "what is unknown without cgo"
		}
	case *types.Pointer:
		return "a pointer"
	case *types.Chan:
		return "a channel"
	case *types.Interface:
		return "an interface"
	case *types.Array:
		return changeable(u.Elem(), seen)
	case *types.Slice:
		return changeable(u.Elem(), seen)
	case *types.Map:
		return changeable(u.Elem(), seen)
	case *types.Struct:
		for i := range u.NumFields() {
			if why := changeable(u.Field(i).Type(), seen); why != "" {
				return why
			}
		}
	}
	return ""
}

// written are the variables of packages, as "path.name", that some file of the tree assigns to, takes the address of, deletes from or calls
// a method on that has a pointer receiver; in whole or in part.
func (t *tree) written() map[string]bool {
	all := map[string]bool{}
	for _, r := range t.rooms {
		for _, info := range r.infos {
			mark := func(x ast.Expr) {
				if v := root(info, x); v != nil && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
					all[v.Pkg().Path()+"."+v.Name()] = true
				}
			}
			for _, f := range r.files {
				if !f.test {
					ast.Inspect(f.ast, func(n ast.Node) bool { writes(info, n, mark); return true })
				}
			}
		}
	}
	return all
}

func writes(info *types.Info, n ast.Node, mark func(ast.Expr)) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, x := range n.Lhs {
				mark(x)
			}
		}
	case *ast.IncDecStmt:
		mark(n.X)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			mark(n.Key)
			mark(n.Value)
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			mark(n.X)
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && slices.Contains([]string{"delete", "clear", "copy", "append"}, id.Name) {
			mark(n.Args[0])
		}
	case *ast.SelectorExpr:
		if s := info.Selections[n]; s != nil && s.Kind() == types.MethodVal {
			_, needs := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
			if _, has := s.Recv().(*types.Pointer); needs && !has {
				mark(n.X)
			}
		}
	}
}

// root is the variable that an expression is a part of, nil when it is behind a pointer or no variable's.
func root(info *types.Info, x ast.Expr) *types.Var {
	switch x := x.(type) {
	case *ast.Ident:
		v, _ := info.Uses[x].(*types.Var)
		return v
	case *ast.ParenExpr:
		return root(info, x.X)
	case *ast.IndexExpr:
		return root(info, x.X)
	case *ast.SliceExpr:
		return root(info, x.X)
	case *ast.SelectorExpr:
		if v, ok := info.Uses[x.Sel].(*types.Var); ok && !v.IsField() {
			return v // of another package
		}
		return root(info, x.X)
	}
	return nil
}

// unregistered: there are no init functions.
func unregistered(t *tree) (found []finding) {
	for _, r := range t.rooms {
		for _, f := range r.files {
			for _, d := range f.ast.Decls {
				if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
					found = append(found, t.at(d.Pos(), "init", "nothing is registered: what exists stands in weir.Catalog"))
				}
			}
		}
	}
	return found
}
