package scripts

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

var rewrite = flag.Bool("rewrite", false, "write what planted bugs were shrunk to")

// unseen are clauses whose mutants do nothing that a script could show, and why.
func unseen() map[string]string {
	return map[string]string{
		"nil-is-no-element":             "scripts have no nil",
		"no-current-key":                "in scripts a key is always current",
		"opened-once":                   "scripts open every state once",
		"each-order-is-the-calls":       "entries of a map are compared as a set",
		"yield-ends-the-walk":           "scripts read snapshots to their end",
		"closed-snapshot-is-closed":     "scripts read no closed snapshot",
		"store-closes-under-a-reader":   "scripts have one goroutine",
		"foreign-entries-are-refused":   "scripts restore what belongs to a task",
		"restore-comes-first":           "scripts restore before the first batch",
		"ttl-at-the-ends-of-time":       "the time of scripts is small",
		"ttl-unread-goes":               "what may be cleaned up is compared as if it were",
		"value-may-be-large":            "texts of scripts have some thousand bytes",
		"batch-of-any-size":             "batches of scripts are short",
		"changed-in-place-and-set":      "the state that is broken has no like here",
		"snapshot-of-shared-memory":     "the state that is broken has no like here",
		"random-program":                "it strikes at the fiftieth time: twenty lines do not show it",
		"ttl-random-program":            "it strikes at the fiftieth time: twenty lines do not show it",
		"ttl-cleanup-spares-the-living": "it strikes at the sixtieth time: twenty lines do not show it",
	}
}

const readable = 20 // lines

// found draws scripts until one shows a difference, and shrinks it.
func found(t *testing.T, what string, on Place) (Script, *Difference) {
	fails := func(s Script) *Difference { return Run(s, on) }
	for seed := range uint64(100) {
		if s := Draw(seed, 300); fails(s) != nil {
			s = Shrink(s, 2000, fails)
			if d := fails(s); d != nil {
				return s, d
			}
			t.Errorf("%s: what was shrunk from script %d passes:\n%v", what, seed, s)
		}
	}
	t.Errorf("%s: no script shows it", what)
	return Script{}, nil
}

// Whatever breaks a clause of the suite is found by scripts as well, and each is shrunk to one that is read at a glance.
func TestMutantsAreFoundAndShrunk(t *testing.T) {
	on := map[string]backends.Backend{"heap": heap.Backend{}}
	if os.Getenv("WEIR_NIGHTLY") != "" {
		on["pebble"] = pebble.Backend{InMemory: true, KV: kv.Options{Keep: 100}}
	}
	cannot := unseen()
	for name, b := range on {
		for _, m := range backendtest.Mutants() {
			if cannot[m.Clause] != "" {
				continue
			}
			what := name + ": " + m.Name
			s, d := found(t, what, Place{name, m.Wrap(b)})
			t.Logf("%s: %v\n%v", what, d, s)
			if len(s.Lines) > readable {
				t.Errorf("%s: shrunk to %d lines, want at most %d:\n%v", what, len(s.Lines), readable, s)
			}
		}
	}
	for clause, why := range cannot {
		if !slices.ContainsFunc(backendtest.Mutants(), func(m backendtest.Mutant) bool { return m.Clause == clause }) {
			t.Errorf("there is no mutant of %s, of which it says here that %s", clause, why)
		}
	}
}

// So are the planted bugs of real systems, and each strikes. What they were shrunk to is kept in testdata (go test -run Planted -rewrite).
func TestPlantedBugsAreFoundAndShrunk(t *testing.T) {
	lsm := pebble.Backend{InMemory: true, KV: kv.Options{Keep: 100}}
	hits := 0
	hit := func() { hits++ }
	forgetful := func(b backends.Backend, hit func()) backends.Backend { return broken.Forgetful(b, 7, hit) }
	for _, c := range []struct {
		name    string
		plant   func(backends.Backend, func()) backends.Backend
		backend backends.Backend
	}{
		{"late-snapshot-heap", broken.LateSnapshot, heap.Backend{}},
		{"late-snapshot-pebble", broken.LateSnapshot, lsm},
		{"no-copy-on-write-heap", broken.WithoutCopyOnWrite, heap.Backend{}},
		{"forgetful-snapshot-heap", forgetful, heap.Backend{}},
		{"forgetful-snapshot-pebble", forgetful, lsm},
		{"restore-without-timers-heap", broken.Timerless, heap.Backend{}},
		{"restore-without-timers-pebble", broken.Timerless, lsm},
		{"restore-without-times-heap", broken.TimelessRestore, heap.Backend{}},
		{"restore-without-times-pebble", broken.TimelessRestore, lsm},
		{"reading-renews-heap", broken.RenewedByReading, heap.Backend{}},
		{"reading-renews-pebble", broken.RenewedByReading, lsm},
		{"namespace-left-out-heap", broken.WithoutNamespaces, heap.Backend{}},
		{"namespace-left-out-pebble", broken.WithoutNamespaces, lsm},
		{"map-iterator-skips-heap", broken.SkipsBehindRemoved, heap.Backend{}},
		{"map-iterator-skips-pebble", broken.SkipsBehindRemoved, lsm},
		{"scan-reads-the-neighbour-pebble", broken.ReadsOn, lsm},
		{"list-boundary-lost-pebble", broken.LosesBoundary, lsm},
		{"restore-bound-exclusive-heap", broken.ExclusiveBound, heap.Backend{}},
		{"restore-bound-exclusive-pebble", broken.ExclusiveBound, lsm},
	} {
		hits = 0
		on := Place{"it", c.plant(c.backend, hit)}
		s, d := found(t, c.name, on)
		if len(s.Lines) > readable || hits == 0 {
			t.Errorf("%s: struck %d times, shrunk to %d lines, want at most %d:\n%v", c.name, hits, len(s.Lines), readable, s)
		}
		file := filepath.Join("testdata", c.name+".script")
		if *rewrite {
			text := fmt.Sprintf("# A planted bug, %s, shows here: %v.\n%v", c.name, d, s)
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if kept := read(t, file); Run(kept, on) == nil {
			t.Errorf("%s no longer shows %s", file, c.name)
		}
	}
}
