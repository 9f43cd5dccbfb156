package weir

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// resolve makes the cells: the product of the axes, without what is excluded.
func (r *reader) resolve(s *Scenario) {
	excluded := r.exclusions()
	if len(r.all) > 0 {
		return
	}
	d := r.whole()
	s.common, s.Name, s.Description = d, d.name, d.description
	for at := range combinations(r.axes) {
		cell, shown, ok := r.cell(at)
		if !ok {
			return
		}
		if !slices.ContainsFunc(excluded, func(x exclusion) bool { return x.applies(shown) }) {
			cell.Name = r.cellName(shown)
			s.cells = append(s.cells, cell)
		}
	}
	if len(s.cells) == 0 {
		r.add(r.exclude.at, "exclude leaves no cell; take an entry away")
		return
	}
	s.warnings = r.warnings(s.cells)
}

// whole is what the scenario says of itself.
func (r *reader) whole() (d draft) {
	for i := range r.vocab.all {
		if s := &r.vocab.all[i]; s.once {
			if g, ok := r.given[s.key]; ok {
				s.read(&d, g.text) // it was read before, and was right
			}
		}
	}
	if d.name == "" {
		d.name = baseName(r.file)
	}
	return d
}

// baseName makes a scenario's name of its file's.
func baseName(file string) string {
	base := filepath.Base(strings.TrimPrefix(file, "builtin:"))
	base = strings.TrimLeft(folderName(strings.TrimSuffix(base, filepath.Ext(base))), ".")
	if base == "" {
		return "scenario"
	}
	return base[:min(len(base), 60)]
}

// combinations yields the place on every axis, the last axis fastest.
func combinations(axes []axis) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		at := make([]int, len(axes))
		for {
			if !yield(at) {
				return
			}
			i := len(axes) - 1
			for ; i >= 0; i-- {
				if at[i]++; at[i] < len(axes[i].values) {
					break
				}
				at[i] = 0
			}
			if i < 0 {
				return
			}
		}
	}
}

func (x exclusion) applies(shown map[*setting]string) bool {
	for s, v := range x.values { // all must hold, in whatever order
		if shown[s] != v {
			return false
		}
	}
	return len(x.values) > 0
}

// said is what was given of a setting at one place of the axes: nil, nothing; varies: it is an axis.
func (r *reader) said(s *setting, at []int) (g *given, varies bool) {
	if i := slices.IndexFunc(r.axes, func(a axis) bool { return a.set.key == s.key }); i >= 0 {
		return &r.axes[i].values[at[i]], true
	}
	if one, ok := r.given[s.key]; ok {
		if s.key == "workload.path" {
			one.text = one.path(r.file)
		}
		return &one, false
	}
	return nil, false
}

// cell reads every setting at one place of the axes.
func (r *reader) cell(at []int) (Cell, map[*setting]string, bool) {
	var d draft
	shown, from := map[*setting]string{}, map[*setting]string{}
	places := map[string]origin{}
	where := origin{file: r.file, line: 1, col: 1}
	for i := range r.vocab.all {
		s := &r.vocab.all[i]
		if s.of != "" && s.of != d.Workload {
			continue
		}
		text, whence, place := s.def, s.from, where
		g, varies := r.said(s, at)
		switch {
		case g != nil:
			text, whence, place = g.text, g.from(), g.at
		case s.quiet || s.once:
			continue
		}
		if varies {
			where = place
		}
		if name, of := strings.CutPrefix(s.key, paramPrefix); of && g != nil {
			places[name] = place
		}
		v, err := s.read(&d, text)
		if err != nil {
			r.add(place, "%s: %v", s.key, err)
			return d.Cell, nil, false
		}
		s = r.vocab.find(s.key) // workloads may have fields of the same key
		shown[s], from[s] = v, whence
	}
	if err := d.finish(); err != nil {
		r.add(r.placeOf("parallelism.default", where), "%v", err)
		return d.Cell, nil, false
	}
	d.Faults, d.Checks, d.Phases = slices.Clone(r.faults), slices.Clone(r.checks), slices.Clone(r.phases)
	d.places = places
	if !r.targets(&d.Cell) || !r.waitsFor(&d.Cell) || !r.comesTo(&d.Cell) || !r.params(&d.Cell) {
		return d.Cell, nil, false
	}
	d.Settings, d.Axes = r.settingsOf(&d, shown, from), r.axesOf(shown, from)
	if d.Params == nil {
		d.Params = map[string]string{}
	}
	return d.Cell, shown, true
}

// placeOf is where a setting was given, or another place.
func (r *reader) placeOf(key string, other origin) origin {
	if g, ok := r.given[key]; ok {
		return g.at
	}
	return other
}

// targets refuses faults that strike what a cell does not have.
func (r *reader) targets(c *Cell) bool {
	ok := true
	for i := range c.Faults {
		role, is := engine.ParseRole(c.Faults[i].Target)
		if !is {
			continue
		}
		has := map[engine.RoleKind]int{engine.SourceRole: c.Sources, engine.TaskRole: c.Parallelism, engine.SinkRole: c.Parallelism, engine.ReaderRole: c.Readers}
		if n, counted := has[role.Kind]; counted && role.Index >= n {
			ok = false
			kind, _, _ := strings.Cut(c.Faults[i].Target, "/")
			if n == 0 {
				r.add(r.faultsAt[i], "target %s: there is no %s; set readers.clients", c.Faults[i].Target, kind)
				continue
			}
			r.add(r.faultsAt[i], "target %s: there is %s/0 to %s/%d; want one of them", c.Faults[i].Target, kind, kind, n-1)
		}
	}
	return ok
}

// settingsOf lists what a plan shows of a cell, in the order of the vocabulary.
func (r *reader) settingsOf(d *draft, shown, from map[*setting]string) (out []Setting) {
	w, _ := r.catalog.workload(d.Workload) // it was found before
	for i := range r.vocab.all {
		s := &r.vocab.all[i]
		v, ok := shown[s]
		if !ok || s.once && s.quiet || s.only != "" && s.only != d.Restart.Strategy {
			continue
		}
		whence := from[s]
		switch s.key {
		case "restart-strategy":
			if v == "" {
				v, whence = d.Restart.Strategy, flinkDefault+" without checkpoints"
				if d.Interval > 0 {
					whence = flinkDefault + " with checkpoints: for ever, 1 s later"
				}
			}
		case "pipeline.max-parallelism":
			if v == "-1" {
				v, whence = fmt.Sprint(d.Groups), whence+": -1"
			}
		case "run.sources":
			v = fmt.Sprint(d.Sources)
		}
		if d.strategy == "" && s.only != "" {
			continue // Flink's own choice reads no options
		}
		out = append(out, Setting{s.key, oneLine(v), d.unitOf(&w, s.key, v), whence})
	}
	return out
}

// axesOf lists the axes that vary.
func (r *reader) axesOf(shown, from map[*setting]string) (out []Setting) {
	for _, a := range r.axes {
		if len(a.values) > 1 {
			out = append(out, Setting{Key: a.set.short, Value: compact(shown[a.set]), From: from[a.set]})
		}
	}
	return out
}

// cellName is made of the axes that vary, the backend first.
func (r *reader) cellName(shown map[*setting]string) string {
	var words []string
	for _, a := range r.axes {
		if len(a.values) < 2 {
			continue
		}
		switch v := compact(shown[a.set]); a.set.short {
		case "backend":
			words = slices.Insert(words, 0, v)
		case "interval", "mode", "restart":
			words = append(words, v)
		default:
			words = append(words, a.set.short+"="+v)
		}
	}
	if len(words) == 0 {
		return shown[r.vocab.find("state.backend.type")]
	}
	return strings.Join(words, " ")
}

// compact writes a value as one word: "100ms".
func compact(v string) string { return strings.ReplaceAll(v, " ", "") }

// warnings are what can be run and will hardly be what was meant.
func (r *reader) warnings(cells []Cell) (out []string) {
	ticking := slices.ContainsFunc(cells, func(c Cell) bool { return c.Interval > 0 })
	if !ticking {
		out = append(out, "no checkpoints are taken: execution.checkpointing.interval is not set")
	}
	for _, f := range r.faults {
		if !ticking && strings.HasPrefix(f.At.String(), "checkpoint.") {
			out = append(out, fmt.Sprintf("%s: %s is never reached without checkpoints", f.Pos, f.At))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.given)) {
		g := r.given[key]
		if only := g.set.only; only != "" && !slices.ContainsFunc(cells, func(c Cell) bool { return readsOptions(&c, only) }) {
			out = append(out, fmt.Sprintf("%s: %s has no effect unless restart-strategy is %s", g.at, g.spelt, only))
		}
	}
	if g, ok := r.given["run.pin_timers"]; ok && !slices.ContainsFunc(cells, func(c Cell) bool { return c.Timers != backends.TimersInStore }) {
		out = append(out, fmt.Sprintf("%s: %s has no effect unless state.backend.rocksdb.timer-service.factory is HEAP", g.at, g.spelt))
	}
	out = append(append(out, r.without(cells)...), r.lostOnHeap(cells)...)
	return append(out, valueLimits(cells)...)
}

// lostOnHeap says what the heap makes no use of, as Flink's does not. That managed memory is none of it is a loss there.
func (r *reader) lostOnHeap(cells []Cell) (out []string) {
	var seen []Setting
	for i := range cells {
		for _, s := range cells[i].Settings {
			if cells[i].Backend != heapName || slices.Contains(seen, s) {
				continue
			}
			seen = append(seen, s)
			switch {
			case s.Key == managedKey && cells[i].Memory > 0:
				out = append(out, fmt.Sprintf("%s: %s has no effect on the heap, where Flink would waste %s; set it to 0 there", s.From, s.Key, s.Value))
			case s.Key == incrementalKey && s.Value == "true":
				out = append(out, fmt.Sprintf("%s: %s has no effect on the heap, of which every checkpoint is full", s.From, s.Key))
			}
		}
	}
	return out
}

// valueLimits says of a run that a limit of Flink's is emulated in it, at another place than Flink has it.
func valueLimits(cells []Cell) (out []string) {
	var seen []int
	for i := range cells {
		if n := cells[i].BytesMax; n > 0 && !slices.Contains(seen, n) {
			seen = append(seen, n)
			out = append(out, fmt.Sprintf("run.value_limit: at %s, backends over bytes emulate the limit of a key and a value that Flink's RocksDB backend has at %d B; the heap has none",
				sizeText(int64(n)), valueLimitMax))
		}
	}
	return out
}

// readsOptions tells whether a cell chose the strategy; Flink's own choice reads no options.
func readsOptions(c *Cell, strategy string) bool {
	return slices.ContainsFunc(c.Settings, func(s Setting) bool {
		return s.Key == "restart-strategy" && s.Value == strategy && !strings.HasPrefix(s.From, flinkDefault)
	})
}
