package backendtest

import (
	"testing"

	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
)

// Every clause is failed by a mutant of its own, on live objects and on bytes, and by no backend without one.
func TestMutants(t *testing.T) {
	on := every.Ordered(kv.Options{Keep: 100})
	on["heap"] = heap.Backend{}
	for name, b := range on {
		proven := map[string]bool{}
		for _, m := range Mutants() {
			if name != "heap" && m.Name == "a value is not copied on write" {
				continue // where values are bytes, nothing is shared that could be copied
			}
			if errs := Broken(m.Clause, m.Wrap(b)); len(errs) == 0 {
				t.Errorf("%s: %s: the clause %s passes", name, m.Name, m.Clause)
			}
			proven[m.Clause] = true
		}
		for _, c := range clauses() {
			if name == "heap" { // the control; the others' are in their own rooms
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
