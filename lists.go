package weir

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirbench/weir/faults"
)

const (
	cellsMax  = 512
	faultsMax = 1000
)

// matrix reads the axes. What they exclude is read once all axes are known.
func (r *reader) matrix(e entry) {
	if e.value.kind == null {
		return
	}
	if e.value.kind != mapping {
		r.add(e.value.at, "matrix is %s; want a mapping such as %q", e.value.kind, example("matrix"))
		return
	}
	rest := *e.value
	rest.keys = nil
	for _, k := range e.value.keys {
		if k.key == "exclude" {
			r.exclude = k.value
			continue
		}
		rest.keys = append(rest.keys, k)
	}
	for _, leaf := range r.flatten("", &rest) {
		r.axis(leaf)
	}
}

func (r *reader) axis(e entry) {
	key := r.spelling(e.key)
	s := r.vocab.find(key)
	switch {
	case s == nil:
		if !strings.HasPrefix(key, "workload.") || len(r.vocab.types) > 0 {
			r.add(e.at, "unknown axis %s%s", clip(e.key), didYouMean(e.key, append(r.flinkKeys(), "workload.type", "readers.clients", "run.batch")))
		}
		return
	case s.once:
		r.add(e.at, "%s belongs to the whole scenario; it cannot be an axis", e.key)
		return
	}
	values := e.value.items
	if e.value.kind != list {
		values = []*node{e.value}
	}
	if len(values) == 0 {
		r.add(e.value.at, "%s has no values; want a list of at least one", e.key)
		return
	}
	a := axis{set: s, at: e.at}
	seen := map[string]bool{}
	for _, v := range values {
		g := given{set: s, spelt: e.key, text: v.text, at: v.at, section: "matrix"}
		if s.key != key {
			g.alias = key
		}
		if v.kind != scalar {
			r.add(v.at, "%s has %s among its values; want single values", e.key, v.kind)
			continue
		}
		if !r.reads(&g) {
			continue
		}
		shown, _ := s.read(&draft{}, g.text)
		if seen[shown] {
			r.add(v.at, "%s has the value %s twice; keep one", e.key, clip(g.text))
			continue
		}
		seen[shown] = true
		a.values = append(a.values, g)
	}
	r.addAxis(a)
}

func (r *reader) addAxis(a axis) {
	i := slices.IndexFunc(r.axes, func(b axis) bool { return b.set.key == a.set.key })
	switch {
	case i < 0:
		r.axes = append(r.axes, a)
	case a.at.set != "":
		r.axes[i] = a
	default:
		r.add(a.at, "%s is an axis twice, first on line %d; keep one", a.set.key, r.axes[i].at.line)
	}
}

// has tells whether a setting has a value, or several.
func (r *reader) has(key string) bool {
	_, one := r.given[key]
	return one || slices.ContainsFunc(r.axes, func(a axis) bool { return a.set.key == key })
}

// shared refuses fields that not all workloads of an axis have.
func (r *reader) shared() {
	refuse := func(g *given) {
		if w := r.vocab.lacking(g.set); w != "" {
			r.add(g.at, "%s is no field of %s, and workload.type is an axis; want fields that all of its workloads have", g.spelt, w)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.given)) {
		g := r.given[key]
		refuse(&g)
	}
	for _, a := range r.axes {
		for i := range a.values[:min(1, len(a.values))] {
			refuse(&a.values[i])
		}
	}
}

// lists reads what is no single value: what the matrix excludes, faults, checks, thresholds.
func (r *reader) lists() {
	n := 1
	for _, a := range r.axes {
		if g, both := r.given[a.set.key]; both {
			r.add(a.at, "%s is an axis, and has a value on line %d; keep one", a.set.key, g.at.line)
		}
		n *= max(1, len(a.values))
		if n > cellsMax {
			r.add(a.at, "the matrix has more than %d cells; take values away, or split the scenario", cellsMax)
			break
		}
	}
	if !r.has("workload.type") && len(r.all) == 0 {
		r.add(origin{file: r.file, line: 1, col: 1}, "no workload; want workload: {type: …}, with one of %s", oneOf(workloadNames(r.catalog)))
	}
	r.shared()
	if n := r.faultsNode; n != nil && n.kind != null {
		r.faultsOf(n)
	}
	if n := r.phasesNode; n != nil && n.kind != null {
		r.phasesOf(n)
	}
	if n := r.checksNode; n != nil && n.kind != null {
		r.checksOf(n)
	}
	for _, b := range r.bounds {
		r.boundsOf(b)
	}
}

func (r *reader) faultsOf(n *node) {
	if n.kind != list {
		r.add(n.at, "faults is %s; want a list such as [{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0}]", n.kind)
		return
	}
	if len(n.items) > faultsMax {
		r.add(n.at, "%d faults; want at most %d", len(n.items), faultsMax)
		return
	}
	for _, item := range n.items {
		if item.kind != mapping {
			r.add(item.at, "a fault is a mapping, this is %s; want one such as {at: checkpoint.uploaded, do: kill}", item.kind)
			continue
		}
		if s, ok := r.fault(item); ok {
			r.faults, r.faultsAt = append(r.faults, s), append(r.faultsAt, item.at)
		}
	}
}

func (r *reader) fault(n *node) (s faults.Spec, ok bool) {
	before := len(r.all)
	s.Pos = n.at.String()
	for _, e := range n.keys {
		values, at := []string{e.value.text}, e.value.at
		switch e.value.kind {
		case list:
			values = nil
			for _, v := range e.value.items {
				values = append(values, v.text)
			}
		case null, mapping:
			r.add(at, "%s is %s; want a value", clip(e.key), e.value.kind)
			continue
		}
		if slices.ContainsFunc(values, func(v string) bool { return len(v) > 200 }) {
			r.add(at, "%s is longer than 200 bytes; want less", clip(e.key))
			continue
		}
		if err := s.Set(e.key, values...); err != nil {
			if n.get(e.key) != nil && strings.HasPrefix(err.Error(), "unknown field") {
				at = e.at
			}
			r.add(at, "%v", err)
		}
	}
	if len(r.all) > before {
		return s, false
	}
	if err := faults.Validate(s, r.catalog.Faults...); err != nil {
		at := n.at
		var field *faults.FieldError
		if errors.As(err, &field) && n.get(field.Field) != nil {
			at = n.get(field.Field).at
		}
		r.add(at, "%v", err)
		return s, false
	}
	return s, true
}

func (r *reader) checksOf(n *node) {
	var known []string
	for _, c := range r.catalog.Checks {
		known = append(known, c.Name)
	}
	items := n.items
	if n.kind == scalar {
		items = []*node{n}
	} else if n.kind != list || len(items) == 0 {
		r.add(n.at, "checks is empty or no list; want names such as [exactly-once, linearizability], or leave it out for all")
		return
	}
	for _, item := range items {
		switch name := item.text; {
		case item.kind != scalar:
			r.add(item.at, "a check is a name, this is %s; want one of %s", item.kind, oneOf(known))
		case !slices.Contains(known, name):
			r.add(item.at, "no check %s%s", clip(name), didYouMean(name, known))
		case slices.Contains(r.checks, name):
			r.add(item.at, "the check %s is named twice; keep one", name)
		default:
			r.checks = append(r.checks, name)
		}
	}
}

func (r *reader) thresholdsOf(e entry) {
	switch e.value.kind {
	case null:
	case mapping:
		r.bounds = append(r.bounds, e.value.keys...)
	default:
		r.add(e.value.at, "thresholds is %s; want a mapping such as %q", e.value.kind, example("thresholds"))
	}
}

func (r *reader) boundsOf(e entry) {
	items := e.value.items
	if e.value.kind == scalar {
		items = []*node{e.value}
	}
	if len(items) == 0 {
		r.add(e.at, "%s has no threshold; want one such as \"p(95) < 8s\"", clip(e.key))
		return
	}
	i := slices.IndexFunc(Metrics(), func(m Metric) bool { return m.Name == e.key })
	if i < 0 {
		r.add(e.at, "no metric %s%s", clip(e.key), didYouMean(e.key, metricNames()))
		return
	}
	for _, item := range items {
		t, err := parseThreshold(Metrics()[i], item.text)
		if item.kind != scalar {
			err = fmt.Errorf("a threshold is an expression, this is %s; want one such as \"p(95) < 8s\"", item.kind)
		}
		if err != nil {
			r.add(item.at, "%v", err)
			continue
		}
		t.Where = item.at.String()
		r.thresholds = append(r.thresholds, t)
	}
}

// exclusion is an entry of matrix.exclude: the values, as a plan shows them, that a cell must all have.
type exclusion struct {
	values map[*setting]string
}

// exclusions reads what the matrix leaves out. An entry may name axes only, and values that they have: another one would never apply.
func (r *reader) exclusions() (out []exclusion) {
	n := r.exclude
	if n == nil || n.kind == null {
		return nil
	}
	if n.kind != list {
		r.add(n.at, "exclude is %s; want a list such as [{state.backend.type: hashmap}]", n.kind)
		return nil
	}
	for _, item := range n.items {
		if item.kind != mapping {
			r.add(item.at, "an entry of exclude is a mapping, this is %s; want one such as {state.backend.type: hashmap}", item.kind)
			continue
		}
		x := exclusion{map[*setting]string{}}
		for _, leaf := range r.flatten("", item) {
			r.exclusion(x, leaf)
		}
		out = append(out, x)
	}
	return out
}

func (r *reader) exclusion(x exclusion, e entry) {
	s := r.vocab.find(r.spelling(e.key))
	i := slices.IndexFunc(r.axes, func(a axis) bool { return a.set == s })
	replaced := s != nil && r.given[s.key].at.set != ""
	if s == nil || i < 0 && !replaced {
		var names []string
		for _, a := range r.axes {
			names = append(names, a.set.key)
		}
		r.add(e.at, "exclude names %s, which is no axis%s", clip(e.key), didYouMean(e.key, names))
		return
	}
	shown, err := s.read(&draft{}, e.value.text)
	if e.value.kind != scalar || err != nil {
		r.add(e.value.at, "exclude: %s has no such value; want one that the axis has", e.key)
		return
	}
	x.values[s] = shown
	if i < 0 || r.axes[i].at.set != "" {
		return
	}
	for _, v := range r.axes[i].values {
		if has, _ := s.read(&draft{}, v.text); has == shown {
			return
		}
	}
	r.add(e.value.at, "exclude: the axis %s has no value %s; want one that it has", e.key, clip(e.value.text))
}
