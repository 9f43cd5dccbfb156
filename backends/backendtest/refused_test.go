package backendtest

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/backends/heap"
)

// A store that refuses kinds of state is tried in all that it has: nothing fails, what touches the rest is skipped with the store's reason,
// and a bug in what it has is found as ever.
func TestRefusedKindsAreSkipped(t *testing.T) {
	for _, c := range clauses() { // nothing but values
		for _, e := range c.run(refuses{heap.Backend{}, []backends.Kind{backends.ListKind, backends.MapKind, backends.TimerKind}}.Open) {
			t.Errorf("values alone: %s: %s", c.name, e)
		}
	}
	unordered := refuses{heap.Backend{}, []backends.Kind{backends.MapKind, backends.TimerKind}}
	tried, skipped := map[string]bool{}, map[string]string{}
	for _, c := range clauses() {
		k := &check{open: unordered.Open}
		for _, e := range c.on(k) {
			t.Errorf("%s: %s", c.name, e)
		}
		if tried[c.name] = k.missing == ""; k.missing != "" {
			skipped[c.name] = k.missing
		}
	}
	for _, name := range []string{"write-is-seen-at-once", "batch-of-any-size", "list-holds-elements", "End-is-in-every-later-snapshot"} {
		if !tried[name] {
			t.Errorf("%s is skipped: %s", name, skipped[name])
		}
	}
	for _, name := range []string{"map-holds-entries", "timers-come-in-order"} {
		if tried[name] {
			t.Errorf("%s was tried with a store that refuses its kind", name)
		}
	}
	if why, want := skipped["map-holds-entries"], "open state sets: this store is not ordered: unsupported operation"; why != want {
		t.Errorf("the reason is %q, want %q", why, want)
	}
	if errs := Broken("End-is-in-every-later-snapshot", broken.Forgetful(unordered, 7, func() {})); len(errs) == 0 {
		t.Error("a forgetful store passes when it refuses maps and timers")
	}
}
