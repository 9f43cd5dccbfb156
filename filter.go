package weir

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir/faults"
)

// pick keeps the cells that a filter matches: by the short names of their settings ("interval"), or by their whole keys.
func (s *Scenario) pick(filter string) ([]Cell, error) {
	if strings.TrimSpace(filter) == "" {
		return s.cells, nil
	}
	f := filterParser{rest: filter, known: map[string]bool{}, axes: s.listAxes()}
	words := make([]map[string]string, len(s.cells))
	for i := range s.cells {
		words[i] = filterWords(&s.cells[i])
		for k := range words[i] { // into a set
			f.known[k] = true
		}
	}
	match, err := f.parse()
	if err != nil {
		return nil, fmt.Errorf("--filter %q: %w", filter, err)
	}
	var cells []Cell
	for i := range s.cells {
		if match(words[i]) {
			cells = append(cells, s.cells[i])
		}
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("--filter %q matches none of %s; there is %s", filter, plural(len(s.cells), "cell", "cells"), s.listAxes())
	}
	return cells, nil
}

// A filter tells whether the words of a cell match.
type filter func(words map[string]string) bool

// filterParser reads benchstat's syntax: terms key:value, key:"value", key:/regexp/, key:(a OR b) and *, joined by AND (or nothing), OR, -
// and parentheses.
type filterParser struct {
	rest  string
	known map[string]bool
	axes  string // what there is to filter by, for messages
	depth int
}

const wantTerm = "want terms such as backend:pebble interval:(100ms OR 400ms)"

func (p *filterParser) parse() (filter, error) {
	f, err := p.or()
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("%s too much; %s", clip(p.rest), wantTerm)
	}
	return f, err
}

func (p *filterParser) or() (filter, error) {
	if p.depth++; p.depth > depthMax {
		return nil, errors.New("nested too deep; " + wantTerm)
	}
	defer func() { p.depth-- }()
	left, err := p.and()
	for err == nil && p.takes("OR") {
		var right filter
		right, err = p.and()
		l := left
		left = func(w map[string]string) bool { return l(w) || right(w) }
	}
	return left, err
}

func (p *filterParser) and() (filter, error) {
	left, err := p.term()
	for err == nil {
		explicit := p.takes("AND")
		if next := p.peek(); !explicit && (next == "" || next == ")" || next == "OR") {
			break
		}
		var right filter
		right, err = p.term()
		l := left
		left = func(w map[string]string) bool { return l(w) && right(w) }
	}
	return left, err
}

func (p *filterParser) term() (filter, error) {
	switch {
	case p.takes("("):
		f, err := p.or()
		if err == nil && !p.takes(")") {
			err = errors.New("a parenthesis is not closed; add \")\"")
		}
		return f, err
	case p.takes("-"):
		if p.depth++; p.depth > depthMax {
			return nil, errors.New("nested too deep; " + wantTerm)
		}
		f, err := p.term()
		p.depth--
		return func(w map[string]string) bool { return !f(w) }, err
	case p.takes("*"):
		return func(map[string]string) bool { return true }, nil
	}
	key, err := p.word()
	if err != nil {
		return nil, err
	}
	if !p.takes(":") {
		return nil, fmt.Errorf("no \":\" behind %s; %s", clip(key), wantTerm)
	}
	if !p.known[key] {
		if near, ok := faults.Nearest(clipWord(key), slices.Sorted(maps.Keys(p.known))); ok {
			return nil, fmt.Errorf("no cell has %s; did you mean %q?", clip(key), near)
		}
		return nil, fmt.Errorf("no cell has %s; there is %s", clip(key), p.axes)
	}
	return p.values(key)
}

// values reads one value, or several in parentheses.
func (p *filterParser) values(key string) (filter, error) {
	many := p.takes("(")
	var any []func(string) bool
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		any = append(any, v)
		if !many || p.takes(")") {
			break
		}
		if !p.takes("OR") {
			return nil, errors.New("values in parentheses are joined by OR; " + wantTerm)
		}
	}
	return func(w map[string]string) bool {
		return slices.ContainsFunc(any, func(is func(string) bool) bool { return is(w[key]) })
	}, nil
}

func (p *filterParser) value() (func(string) bool, error) {
	if !strings.HasPrefix(p.rest, "/") {
		w, err := p.word()
		return func(v string) bool { return v == w }, err
	}
	end := strings.IndexByte(p.rest[1:], '/')
	if end < 0 {
		return nil, errors.New("a regular expression is not closed; add \"/\"")
	}
	re, err := regexp.Compile("^(?:" + p.rest[1:end+1] + ")$")
	if err != nil {
		return nil, fmt.Errorf("%s is no regular expression; %s", clip(p.rest[1:end+1]), wantTerm)
	}
	p.rest = p.rest[end+2:]
	return re.MatchString, nil
}

var bareWord = regexp.MustCompile(`^[^-*"():@,\s][^\s():@,]*`)

func (p *filterParser) word() (string, error) {
	p.rest = strings.TrimLeft(p.rest, " \t")
	if quoted, err := strconv.QuotedPrefix(p.rest); err == nil && quoted[0] == '"' {
		p.rest = p.rest[len(quoted):]
		return strconv.Unquote(quoted)
	}
	w := bareWord.FindString(p.rest)
	if w == "" {
		return "", fmt.Errorf("no word at %s; %s", clip(p.rest), wantTerm)
	}
	p.rest = p.rest[len(w):]
	return w, nil
}

// peek is the operator or the beginning of the term that comes next; "": nothing does.
func (p *filterParser) peek() string {
	p.rest = strings.TrimLeft(p.rest, " \t")
	for _, op := range []string{"OR", "AND"} {
		if after, ok := strings.CutPrefix(p.rest, op); ok && (after == "" || strings.ContainsAny(after[:1], " \t(-")) {
			return op
		}
	}
	return p.rest[:min(1, len(p.rest))]
}

func (p *filterParser) takes(op string) bool {
	if p.peek() != op {
		return false
	}
	p.rest = p.rest[len(op):]
	return true
}

// filterWords are what a filter can ask a cell for.
func filterWords(c *Cell) map[string]string {
	words := map[string]string{"cell": c.Name}
	for _, s := range c.Settings {
		words[s.Key] = compact(s.Value)
		words[shortName(s.Key)] = compact(s.Value)
	}
	for _, a := range c.Axes {
		words[a.Key] = a.Value
	}
	return words
}

// shortName is the last word of a key, but for the few that have a better one.
func shortName(key string) string {
	switch key {
	case "state.backend.type":
		return "backend"
	case "parallelism.default":
		return "parallelism"
	case "workload.type":
		return "workload"
	case "readers.clients":
		return "readers"
	}
	return key[strings.LastIndexByte(key, '.')+1:]
}

// listAxes is what there is to filter by.
func (s *Scenario) listAxes() string {
	var out []string
	for _, a := range s.axes {
		if len(a.values) < 2 {
			continue
		}
		var values []string
		for _, v := range a.values {
			shown, _ := a.set.read(&draft{}, v.text)
			values = append(values, compact(shown))
		}
		out = append(out, a.set.short+": "+strings.Join(values, " "))
	}
	if len(out) == 0 {
		return "no axis that varies"
	}
	return strings.Join(out, " · ")
}
