package weir

import (
	"slices"
	"strings"
)

// sets takes what the command line says: it replaces what the file said, and the last of two wins. Of two sizes, too, the last one counts alone,
// or a run would be partly of the one and partly of the other; what is set before it loses only what that size says.
func (r *reader) sets(sets []string) {
	last := 0
	for i, s := range sets {
		if key, _, _ := strings.Cut(s, "="); strings.TrimSpace(key) == "size" {
			last = i
		}
	}
	for i, s := range sets {
		at := origin{file: r.file, set: oneLine(s)}
		key, text, ok := strings.Cut(s, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			r.add(at, "no \"=\"; want key=value, such as run.seed=7 or execution.checkpointing.interval=1s")
			continue
		}
		v := r.setValue(at, strings.TrimSpace(text))
		if v == nil {
			continue
		}
		if key == "size" {
			if size := r.size(v); size != nil && i == last {
				r.takeSize(size, v.at)
			}
			continue
		}
		r.set(entry{strings.TrimPrefix(strings.TrimPrefix(key, "config."), "matrix."), at, v}, strings.HasPrefix(key, "config."))
	}
}

// sizesOf takes the sizes of a scenario: names of values that replace those of the file when the command line asks for a size.
func (r *reader) sizesOf(e entry) {
	if e.value.kind != mapping {
		r.add(e.value.at, "sizes is %s; want a mapping such as \"sizes: {small: {workload.records: 100k}}\"", e.value.kind)
		return
	}
	for _, size := range e.value.keys {
		if size.value.kind != mapping {
			r.add(size.value.at, "the size %s is %s; want a mapping such as {workload.records: 100k}", clip(size.key), size.value.kind)
		}
	}
	r.sizesNode = e.value
}

// size finds one size of the scenario's, or says why there is none.
func (r *reader) size(v *node) *node {
	var names []string
	if r.sizesNode != nil {
		for _, e := range r.sizesNode.keys {
			names = append(names, e.key)
		}
	}
	if len(names) == 0 {
		r.add(v.at, "size: the scenario has no sizes; leave it out")
		return nil
	}
	if v.kind != scalar {
		r.add(v.at, "size: %s; want one size a run, %s", v.kind, oneOf(names))
		return nil
	}
	size := r.sizesNode.get(v.text)
	if size == nil {
		r.add(v.at, "size: no size %s%s", clip(v.text), didYouMean(v.text, names))
	}
	return size
}

// takeSize takes the values of a size as if the command line had said them.
func (r *reader) takeSize(size *node, at origin) {
	size.relocate(at)
	for _, e := range size.keys {
		if e.value.kind != mapping {
			r.set(entry{e.key, at, e.value}, false)
			continue
		}
		for _, leaf := range r.flatten(e.key, e.value) {
			r.set(entry{leaf.key, at, leaf.value}, false)
		}
	}
}

// setValue reads lists, mappings and quoted strings as YAML; anything else is taken as it stands.
func (r *reader) setValue(at origin, text string) *node {
	if text == "" {
		r.add(at, "no value behind \"=\"; give it one")
		return nil
	}
	if !strings.ContainsAny(text[:1], `[{"'`) {
		return &node{kind: scalar, text: text, at: at}
	}
	var p problems
	n := readYAML("", []byte(text), &p)
	for _, l := range p.all {
		r.add(at, "%s", l.text)
	}
	n.relocate(at)
	return n
}

func (n *node) relocate(at origin) {
	if n == nil {
		return
	}
	n.at = at
	for i := range n.keys {
		n.keys[i].at = at
		n.keys[i].value.relocate(at)
	}
	for _, item := range n.items {
		item.relocate(at)
	}
}

// set takes one of them. option: it was said to be one of Flink.
func (r *reader) set(e entry, option bool) {
	root, rest, _ := strings.Cut(e.key, ".")
	switch {
	case option:
	case e.key == "faults":
		r.faultsNode = e.value
		return
	case e.key == "phases":
		r.phasesNode = e.value
		return
	case e.key == "checks":
		r.checksNode = e.value
		return
	case e.key == "exclude":
		r.exclude = e.value
		return
	case root == "thresholds" && rest != "":
		r.bounds = slices.DeleteFunc(r.bounds, func(b entry) bool { return b.key == rest })
		r.bounds = append(r.bounds, entry{rest, e.at, e.value})
		return
	}
	key := r.spelling(e.key)
	s := r.vocab.find(key)
	switch {
	case s == nil && (root == "workload" || root == "readers" || root == "run") && !option:
		r.unknown(key, root, e)
	case s == nil && !strings.Contains(e.key, ".") || s == nil && slices.Contains(fieldNames(), root):
		r.add(e.at, "unknown field or option %s%s", clip(e.key), didYouMean(e.key, r.settable()))
	case s == nil:
		r.option(e)
	case e.value.kind == list && !s.once:
		delete(r.given, s.key)
		r.axis(e)
	default:
		if e.value.kind == scalar {
			r.axes = slices.DeleteFunc(r.axes, func(a axis) bool { return a.set == s })
		}
		section := root
		if !slices.Contains(fieldNames(), root) {
			section = "config"
		}
		r.value(key, e.key, section, e)
	}
}

// settable are all names that --set takes.
func (r *reader) settable() (names []string) {
	for i := range r.vocab.all {
		names = append(append(names, r.vocab.all[i].key), r.vocab.all[i].older...)
	}
	return append(names, "size", "faults", "phases", "checks", "thresholds.throughput", "thresholds.checkpoint_duration", "thresholds.recovery_time")
}
