package weir

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/workloads"
)

// A Scenario is a scenario file that holds together: every value was understood, and every combination of its axes makes a cell.
type Scenario struct {
	File        string
	Source      []byte
	Name        string
	Description string
	cells       []Cell
	common      draft // what the scenario says as a whole
	axes        []axis
	thresholds  []Threshold
	ignored     []Setting
	warnings    []string
}

// Cells counts the combinations of the axes.
func (s *Scenario) Cells() int { return len(s.cells) }

// Parse reads a scenario. file names it in messages; what src holds may be anything. sets are "key=value" from the command line: they
// replace values of the file, a list of values replaces an axis. The error is of type Errors: everything that is wrong, a line each.
func Parse(file string, src []byte, c Catalog, sets []string) (*Scenario, error) {
	r := &reader{catalog: &c, file: file, given: map[string]given{}}
	root := readYAML(file, src, &r.problems)
	if root == nil {
		return nil, r.err()
	}
	if root.kind != mapping {
		r.add(root.at, "a scenario is a mapping of fields, this is %s; want lines such as \"name: demo\"", root.kind)
		return nil, r.err()
	}
	r.knowWorkload(root, sets)
	r.fields(root)
	r.sets(sets)
	r.lists()
	s := &Scenario{File: file, Source: src, axes: r.axes, thresholds: r.thresholds, ignored: r.ignored}
	if len(r.all) == 0 {
		r.resolve(s)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// A reader gathers what a scenario says: single values by setting, axes, and the lists.
type reader struct {
	problems
	catalog    *Catalog
	file       string
	vocab      *vocabulary
	given      map[string]given // by the key of the setting
	axes       []axis
	exclude    *node
	faultsNode *node
	phasesNode *node
	sizesNode  *node
	checksNode *node
	bounds     []entry // thresholds

	faults     []faults.Spec
	faultsAt   []origin
	phases     []engine.Phase
	checks     []string
	thresholds []Threshold
	ignored    []Setting
}

// A given value.
type given struct {
	set     *setting
	spelt   string // as it is written
	alias   string // when that is another of Flink's spellings
	text    string
	at      origin
	section string // of the file: "config", "run"
}

// from is what a plan says of where it came from.
func (g *given) from() string {
	from := g.at.short()
	if g.section == "matrix" {
		from = "matrix " + from
	}
	if g.alias != "" {
		from += ", as " + g.alias
	}
	return from
}

// An axis is a setting with several values; their product makes the cells.
type axis struct {
	set    *setting
	values []given
	at     origin
}

// fieldNames are the fields of a scenario file, in the order in which people write them.
func fieldNames() []string {
	return []string{"version", "name", "description", "matrix", "config", "workload", "readers", "phases", "faults", "checks", "check_timeout", "run", "thresholds", "sizes", "broken"}
}

// knowWorkload finds the workloads first, because their fields are part of what may be said: one, or those of an axis.
func (r *reader) knowWorkload(root *node, sets []string) {
	axes := root.get("matrix")
	names := slices.Concat(root.get("workload").get("type").texts(), axes.get("workload.type").texts(), axes.get("workload").get("type").texts())
	for _, s := range sets {
		if key, v, _ := strings.Cut(s, "="); strings.TrimPrefix(strings.TrimSpace(key), "matrix.") == "workload.type" && strings.TrimSpace(v) != "" {
			names = (&reader{}).setValue(origin{}, strings.TrimSpace(v)).texts()
		}
	}
	var types []workloads.Workload
	for _, name := range names {
		if w, err := r.catalog.workload(name); err == nil && !slices.ContainsFunc(types, func(x workloads.Workload) bool { return x.Name == w.Name }) {
			types = append(types, w)
		}
	}
	r.vocab = newVocabulary(r.catalog, types)
}

func (r *reader) fields(root *node) {
	for _, e := range root.keys {
		switch e.key {
		case "version", "name", "description", "check_timeout", "broken":
			r.value(e.key, e.key, "", e)
		case "workload", "readers", "run":
			r.section(e)
		case "config":
			r.config(e)
		case "matrix":
			r.matrix(e)
		case "faults":
			r.faultsNode = e.value
		case "phases":
			r.phasesNode = e.value
		case "sizes":
			r.sizesOf(e)
		case "checks":
			r.checksNode = e.value
		case "thresholds":
			r.thresholdsOf(e)
		default:
			r.add(e.at, "unknown field %s%s", clip(e.key), r.instead(e.key))
		}
	}
}

// instead suggests a field; an option of Flink belongs under config.
func (r *reader) instead(key string) string {
	if s := r.vocab.find(key); s != nil && s.from == flinkDefault || implemented(key) {
		return "; an option of Flink belongs under config"
	}
	return didYouMean(key, fieldNames())
}

func (r *reader) section(e entry) {
	if e.value.kind != mapping {
		r.add(e.value.at, "%s is %s; want a mapping such as %q", e.key, e.value.kind, example(e.key))
		return
	}
	for _, leaf := range r.flatten(e.key, e.value) {
		r.value(r.spelling(leaf.key), leaf.key, e.key, leaf)
	}
}

func example(section string) string {
	switch section {
	case "workload":
		return "workload: {type: count, keys: 100k}"
	case "readers":
		return "readers: {clients: 2, every: 20 ms}"
	case "run":
		return "run: {seed: 7, repetitions: 3}"
	case "matrix":
		return "matrix: {state.backend.type: [hashmap, pebble]}"
	case "thresholds":
		return `thresholds: {recovery_time: ["p(95) < 30s"]}`
	}
	return "config: {parallelism.default: 2}"
}

// flatten lists the leaves below a mapping, their keys joined by dots. A list is a leaf.
func (r *reader) flatten(prefix string, n *node) (leaves []entry) {
	for _, e := range n.keys {
		key := e.key
		if prefix != "" {
			key = prefix + "." + e.key
		}
		if e.value.kind != mapping {
			leaves = append(leaves, entry{key, e.at, e.value})
			continue
		}
		if len(e.value.keys) == 0 {
			r.add(e.at, "%s is empty; give it a value, or leave it out", key)
		}
		leaves = append(leaves, r.flatten(key, e.value)...)
	}
	return leaves
}

// spelling finds the setting that a field of a section means. A workload's fields may be grouped: "keys.distribution" is the field
// distribution unless there is one called keys.distribution or keys_distribution, and "keys.count" and "value_size.bytes", which only say what is
// counted, are the fields keys and value_size.
func (r *reader) spelling(key string) string {
	group, rest, ok := strings.Cut(key, ".")
	head, tail, nested := strings.Cut(rest, ".")
	if !ok || group != "workload" || !nested || r.vocab.find(key) != nil {
		return key
	}
	tries := []string{head + "_" + tail, tail}
	if tail == "count" || tail == "bytes" {
		tries = append(tries, head)
	}
	for _, t := range tries {
		if r.vocab.find(group+"."+t) != nil {
			return group + "." + t
		}
	}
	return key
}

// value takes one value. A later one from the command line replaces what the file said, axis or not.
func (r *reader) value(key, spelt, section string, e entry) {
	s := r.vocab.find(key)
	if s == nil {
		r.unknown(key, section, e)
		return
	}
	if e.value.kind != scalar {
		r.notOne(s, section, e)
		return
	}
	g := given{set: s, spelt: spelt, text: e.value.text, at: e.value.at, section: section}
	if s.key != key {
		g.alias = key
	}
	if !r.reads(&g) {
		return
	}
	if g.at.set == "" {
		if old, twice := r.given[s.key]; twice {
			r.add(e.at, "%s is given twice, first on line %d; keep one%s", spelt, old.at.line, otherName(spelt, old.spelt))
			return
		}
	}
	r.given[s.key] = g
}

func otherName(a, b string) string {
	if a == b {
		return ""
	}
	return fmt.Sprintf(" (%s is another name of it)", b)
}

// notOne says why something that is no single value cannot be taken.
func (r *reader) notOne(s *setting, section string, e entry) {
	switch {
	case e.value.kind == null:
		r.add(e.at, "%s has no value; give it one, or leave it out", e.key)
	case e.value.kind == list && !s.once:
		r.add(e.value.at, "%s is a list; want one value, or put the list under matrix", e.key)
	default:
		r.add(e.value.at, "%s is %s; want a single value", e.key, e.value.kind)
	}
}

// reads tries a value on a cell that nobody runs.
func (r *reader) reads(g *given) bool {
	if _, err := g.set.read(&draft{}, g.text); err != nil {
		r.add(g.at, "%s: %v", g.spelt, err)
		return false
	}
	return true
}

func (r *reader) unknown(key, section string, e entry) {
	switch section {
	case "config", "":
		r.add(e.at, "unknown option %s%s", clip(key), didYouMean(key, r.flinkKeys()))
	default:
		if section == "workload" && len(r.vocab.types) == 0 {
			return // that there is no such workload is said already
		}
		name := strings.TrimPrefix(key, section+".")
		r.add(e.at, "unknown field %s in %s%s", clip(name), section, didYouMean(name, r.vocab.under(section+".")))
	}
}

func (r *reader) flinkKeys() (keys []string) {
	for i := range r.vocab.all {
		if s := &r.vocab.all[i]; !slices.Contains(fieldNames(), strings.SplitN(s.key, ".", 2)[0]) {
			keys = append(append(keys, s.key), s.older...)
		}
	}
	return keys
}

// config reads Flink's options, nested or flat.
func (r *reader) config(e entry) {
	switch e.value.kind {
	case null:
		return
	case mapping:
	default:
		r.add(e.value.at, "config is %s; want a mapping such as %q", e.value.kind, example("config"))
		return
	}
	for _, leaf := range r.flatten("", e.value) {
		r.option(leaf)
	}
}

// option takes an option of Flink. What weir does not know is an error below a prefix that it implements, or when it looks like a slip;
// anything else is listed as ignored.
func (r *reader) option(e entry) {
	s := r.vocab.find(e.key)
	if s != nil && slices.Contains(fieldNames(), strings.SplitN(e.key, ".", 2)[0]) {
		r.add(e.at, "%s is a field of weir; take it out of config", e.key)
		return
	}
	if s == nil {
		if !slices.Contains(leftOut(), e.key) && (implemented(e.key) || slip(e.key, r.flinkKeys())) {
			r.unknown(e.key, "config", e)
			return
		}
		r.ignored = append(r.ignored, Setting{Key: e.key, Value: oneLine(e.value.text), From: e.at.short()})
		return
	}
	r.value(e.key, e.key, "config", e)
}

// slip tells a misspelt key from an option that weir does not know: one of its words is a slip away from that of a known key.
func slip(key string, known []string) bool {
	words := strings.Split(key, ".")
	return slices.ContainsFunc(known, func(k string) bool {
		theirs := strings.Split(k, ".")
		if len(theirs) != len(words) {
			return false
		}
		differ := 0
		for i, w := range words {
			if w == theirs[i] {
				continue
			}
			differ++
			if _, near := faults.Nearest(clipWord(w), theirs[i:i+1]); !near {
				return false
			}
		}
		return differ == 1
	})
}

// path resolves a file that the scenario names: one from the file lies beside it, one from the command line where that is.
func (g *given) path(file string) string {
	if g.at.set != "" || filepath.IsAbs(g.text) || strings.HasPrefix(file, "builtin:") || g.text == "" {
		return g.text
	}
	return filepath.Join(filepath.Dir(file), g.text)
}
