package weir

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"github.com/weirbench/weir/faults"
)

const (
	wantTerm     = "want terms such as backend:pebble interval:(100ms OR 400ms)"
	filterLenMax = 2000
)

// pick keeps the cells that a filter in benchstat's syntax matches: by the short names of their settings ("interval"), or by their whole keys.
func (s *Scenario) pick(filter string) ([]Cell, error) {
	if strings.TrimSpace(filter) == "" {
		return s.cells, nil
	}
	if len(filter) > filterLenMax {
		return nil, fmt.Errorf("--filter of %d bytes; want at most %d", len(filter), filterLenMax)
	}
	f, err := benchproc.NewFilter(filter)
	if err != nil {
		what, _, _ := strings.Cut(err.Error(), "\n") // behind it the filter again, and an arrow below it
		return nil, fmt.Errorf("--filter %s: %s; %s", clip(filter), strings.TrimPrefix(what, "syntax error: "), wantTerm)
	}
	known := map[string]bool{}
	var cells []Cell
	for i := range s.cells {
		words := filterWords(&s.cells[i])
		var r benchfmt.Result
		for k, v := range words { // into a set, and each to its own key
			known[k] = true
			r.SetConfig(k, v)
		}
		if m, _ := f.Match(&r); m.All() {
			cells = append(cells, s.cells[i])
		}
	}
	for _, key := range filterKeys(filter) {
		if known[key] {
			continue
		}
		if near, ok := faults.Nearest(clipWord(key), slices.Sorted(maps.Keys(known))); ok {
			return nil, fmt.Errorf("--filter %s: no cell has %s; did you mean %q?", clip(filter), clip(key), near)
		}
		return nil, fmt.Errorf("--filter %s: no cell has %s; there is %s", clip(filter), clip(key), s.listAxes())
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("--filter %s matches none of %s; there is %s", clip(filter), plural(len(s.cells), "cell", "cells"), s.listAxes())
	}
	return cells, nil
}

// A filterToken is a quoted word, a regular expression or a bare word, with the colon that follows a key.
var filterToken = regexp.MustCompile(`("(?:[^"\\]|\\.)*"|/(?:[^/\\]|\\.)*/|[^\s()":@,/*-][^\s():@,]*)\s*(:?)`)

// filterKeys are what a filter without errors of syntax asks for: an unknown key would match nothing without a word.
func filterKeys(filter string) (keys []string) {
	for _, m := range filterToken.FindAllStringSubmatch(filter, -1) {
		if m[2] == "" {
			continue
		}
		key := m[1]
		if word, err := strconv.Unquote(key); err == nil {
			key = word
		}
		keys = append(keys, key)
	}
	return keys
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
