package weir

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A node is a value of a scenario file with its place. Only this file knows the YAML module.
type node struct {
	kind   kind
	text   string // of a scalar
	quoted bool   // a string whatever it looks like
	keys   []entry
	items  []*node
	at     origin
}

type kind uint8

const (
	null kind = iota
	scalar
	mapping
	list
)

func (k kind) String() string {
	return [...]string{"nothing", "a single value", "a mapping", "a list"}[k]
}

type entry struct {
	key   string
	at    origin
	value *node
}

// get finds the value of a key; nil: there is none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.keys {
		if n.keys[i].key == key {
			return n.keys[i].value
		}
	}
	return nil
}

// texts are the scalars of a list, or the one that n is.
func (n *node) texts() (all []string) {
	switch {
	case n == nil:
		return nil
	case n.kind == scalar:
		return []string{n.text}
	}
	for _, item := range n.items {
		all = append(all, item.texts()...)
	}
	return all
}

const (
	fileMax  = 1 << 20
	lineMax  = 16 << 10
	depthMax = 64
)

// readYAML reads one document of plain YAML: mappings, lists and scalars, nothing that refers elsewhere. nil: there is no document, and p
// says why.
func readYAML(file string, src []byte, p *problems) *node {
	if !sane(file, src, p) {
		return nil
	}
	f, err := parseYAML(src)
	if err != nil {
		at := origin{file: file, line: 1, col: 1}
		text := err.Error()
		var e yaml.Error
		if errors.As(err, &e) {
			text = e.GetMessage()
			if t := e.GetToken(); t != nil && t.Position != nil {
				at.line, at.col = max(1, t.Position.Line), max(1, t.Position.Column)
			}
		}
		p.add(at, "not YAML: %s; want \"key: value\" lines, indented with spaces", text)
		return nil
	}
	c := converter{file: file, problems: p}
	var docs []ast.Node
	for _, d := range f.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d.Body)
		}
	}
	switch {
	case len(docs) == 0:
		p.add(origin{file: file, line: 1, col: 1}, "the file is empty; want a scenario, such as one that \"weir list scenarios\" names")
		return nil
	case len(docs) > 1:
		p.add(c.at(docs[1].GetToken()), "a second document; want one scenario a file")
	}
	n := c.node(docs[0], 0)
	if len(p.all) > 0 {
		return nil
	}
	return n
}

// parseYAML calls the parser, whose own panics on strange input are errors of the input.
func parseYAML(src []byte) (f *ast.File, err error) {
	defer func() {
		if x := recover(); x != nil {
			f, err = nil, fmt.Errorf("the parser gave up (%v)", x)
		}
	}()
	return parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
}

// sane refuses what no scenario looks like, before the parser sees it: it must not be made to work for long.
func sane(file string, src []byte, p *problems) bool {
	if len(src) > fileMax {
		p.add(origin{file: file, line: 1, col: 1}, "the file has %d bytes; a scenario has at most %d", len(src), fileMax)
		return false
	}
	depth, line := 0, 0
	for text := range bytes.Lines(src) {
		line++
		at := func(i int) origin { return origin{file: file, line: line, col: utf8.RuneCount(text[:i]) + 1} }
		if len(text) > lineMax {
			p.add(at(0), "the line has %d bytes; want at most %d", len(text), lineMax)
			return false
		}
		if i := strange(text); i >= 0 {
			p.add(at(i), "byte 0x%02x is not text; a scenario is a text file in UTF-8", text[i])
			return false
		}
		indent := len(text) - len(bytes.TrimLeft(text, " \t-?"))
		if i := bytes.IndexByte(text[:indent], '\t'); i >= 0 && len(bytes.TrimSpace(text)) > 0 {
			p.add(at(i), "a tab in the indentation; YAML is indented with spaces")
			return false
		}
		if bytes.Count(text[:indent], []byte("-"))+bytes.Count(text[:indent], []byte("?")) > depthMax && len(bytes.TrimSpace(text)) > indent || indent > 4*depthMax {
			p.add(at(0), "nested more than %d deep; a scenario is flat", depthMax)
			return false
		}
		for i, b := range text {
			switch b {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
			if depth > depthMax {
				p.add(at(i), "nested more than %d deep; a scenario is flat", depthMax)
				return false
			}
		}
	}
	return true
}

// strange is where text has what no text has; -1: nowhere.
func strange(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r == 0xfeff && i > 0 {
			return i
		}
		i += n
	}
	return -1
}

type converter struct {
	*problems
	file string
}

func (c *converter) at(t *token.Token) origin {
	if t == nil || t.Position == nil {
		return origin{file: c.file, line: 1, col: 1}
	}
	return origin{file: c.file, line: max(1, t.Position.Line), col: max(1, t.Position.Column)}
}

func (c *converter) node(n ast.Node, depth int) *node {
	if n == nil {
		return &node{at: origin{file: c.file, line: 1, col: 1}}
	}
	out := &node{kind: scalar, at: c.at(n.GetToken())}
	if depth > depthMax {
		c.add(out.at, "nested more than %d deep; a scenario is flat", depthMax)
		return out
	}
	switch n := n.(type) {
	case *ast.NullNode:
		out.kind = null
	case *ast.StringNode:
		out.text, out.quoted = n.Value, n.Token.Type != token.StringType
	case *ast.LiteralNode:
		out.text, out.quoted = n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.text = n.GetToken().Value
	case *ast.MappingNode:
		out.kind = mapping
		c.mapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		out.kind = mapping
		c.mapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		out.kind = list
		for _, v := range n.Values {
			out.items = append(out.items, c.node(v, depth+1))
		}
	case *ast.AnchorNode, *ast.AliasNode:
		c.add(out.at, "anchors and aliases are not for scenarios; write the value out")
	case *ast.TagNode:
		c.add(out.at, "tags are not for scenarios; write the plain value")
	default:
		c.add(out.at, "a %s is not for scenarios; write the plain value", strings.ToLower(n.Type().String()))
	}
	return out
}

func (c *converter) mapping(out *node, values []*ast.MappingValueNode, depth int) {
	if len(values) > 0 {
		out.at = c.at(values[0].Key.GetToken())
	}
	seen := map[string]origin{}
	for _, v := range values {
		at := c.at(v.Key.GetToken())
		if v.Key.IsMergeKey() {
			c.add(at, "merge keys are not for scenarios; write the values out")
			continue
		}
		var key string
		switch k := v.Key.(type) {
		case *ast.StringNode:
			key = k.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			key = k.GetToken().Value
		default:
			c.add(at, "a key must be a plain word")
			continue
		}
		if first, twice := seen[key]; twice {
			c.add(at, "%s is given twice, first on line %d; keep one", clip(key), first.line)
			continue
		}
		seen[key] = at
		value := c.node(v.Value, depth+1)
		if value.kind == null {
			value.at = at
		}
		out.keys = append(out.keys, entry{key, at, value})
	}
}
