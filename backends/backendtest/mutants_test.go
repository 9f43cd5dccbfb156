package backendtest

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

// Every clause is failed by a mutant of its own, on live objects and on bytes, and by no backend without one.
func TestMutants(t *testing.T) {
	for name, b := range map[string]backends.Backend{
		"heap":   heap.Backend{},
		"pebble": pebble.Backend{InMemory: true, KV: kv.Options{Keep: 100}},
	} {
		proven := map[string]bool{}
		for _, m := range Mutants() {
			if name == "pebble" && m.Name == "a value is not copied on write" {
				continue // where values are bytes, nothing is shared that could be copied
			}
			if errs := Broken(m.Clause, m.Wrap(b)); len(errs) == 0 {
				t.Errorf("%s: %s: the clause %s passes", name, m.Name, m.Clause)
			}
			proven[m.Clause] = true
		}
		for _, c := range clauses() {
			if name == "heap" { // the control; pebble's is in its own room
				for _, e := range c.run(b.Open) {
					t.Errorf("no mutant: %s: %s", c.name, e)
				}
			}
			if !proven[c.name] && (name == "heap" || c.name != "snapshot-of-shared-memory") {
				t.Errorf("%s: no mutant fails %s", name, c.name)
			}
		}
	}
}
