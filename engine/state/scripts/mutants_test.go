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
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
)

var rewrite = flag.Bool("rewrite", false, "write what planted bugs were shrunk to")

// unseen are clauses whose mutants do nothing that a script could show, or single mutants by their names, and why.
func unseen() map[string]string {
	return map[string]string{
		"nil-is-no-element":             "scripts have no nil",
		"nil-clears":                    "scripts have no nil",
		"nil-in-a-map":                  "scripts have no nil",
		"list-changes-when-read":        "scripts change no list while they read it",
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
		"ttl-cleanup-is-so-much":        "what may be cleaned up is compared as if it were",
		"numbers-are-whole":             "numbers of scripts are small",
		"walk-within-a-walk":            "scripts go through one map or list at a time",
		"close-waits-for-a-reader":      "scripts have one goroutine",
		"value-may-be-large":            "texts of scripts have some thousand bytes",
		"batch-of-any-size":             "batches of scripts are short",
		"changed-in-place-and-set":      "the state that is broken has no like here",
		"snapshot-of-shared-memory":     "the state that is broken has no like here",
		"random-program":                "it strikes at the fiftieth time: twenty lines do not show it",
		"ttl-random-program":            "it strikes at the fiftieth time: twenty lines do not show it",
		"ttl-cleanup-spares-the-living": "it strikes at the sixtieth time: twenty lines do not show it",

		"states come in another order":   "entries of a snapshot are compared as a set",
		"other stores' groups are empty": "scripts read the groups that a task has",
	}
}

const readable = 20 // lines

// found draws scripts until one shows a difference, and shrinks it.
func found(t *testing.T, what string, on Place) (Script, *Difference) {
	fails := func(s Script) *Difference { return Run(s, on) }
	for seed := range uint64(200) {
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
	on := map[string]backends.Backend{}
	if os.Getenv("WEIR_NIGHTLY") != "" {
		on = every.Ordered(kv.Options{Keep: 100})
	}
	on["heap"] = heap.Backend{}
	cannot := unseen()
	for name, b := range on {
		for _, m := range backendtest.Mutants() {
			if cannot[m.Clause] != "" || cannot[m.Name] != "" {
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
	for of, why := range cannot {
		if !slices.ContainsFunc(backendtest.Mutants(), func(m backendtest.Mutant) bool { return m.Clause == of || m.Name == of }) {
			t.Errorf("there is no mutant of %s, of which it says here that %s", of, why)
		}
	}
}

// So are the planted bugs of real systems, on every backend that they can be in, and each strikes. What they were shrunk to on the heap and on Pebble
// is kept in testdata (go test -run Planted -rewrite); the one of Pebble shows them on RocksDB, too.
func TestPlantedBugsAreFoundAndShrunk(t *testing.T) {
	hits := 0
	hit := func() { hits++ }
	forgetful := func(b backends.Backend, hit func()) backends.Backend { return broken.Forgetful(b, 7, hit) }
	for _, c := range []struct {
		name        string
		plant       func(backends.Backend, func()) backends.Backend
		live, bytes bool // what it can be in: stores of Go objects, stores over bytes
	}{
		{"late-snapshot", broken.LateSnapshot, true, true},
		{"no-copy-on-write", broken.WithoutCopyOnWrite, true, false},
		{"forgetful-snapshot", forgetful, true, true},
		{"restore-without-timers", broken.Timerless, true, true},
		{"restore-without-times", broken.TimelessRestore, true, true},
		{"reading-renews", broken.RenewedByReading, true, true},
		{"namespace-left-out", broken.WithoutNamespaces, true, true},
		{"map-iterator-skips", broken.SkipsBehindRemoved, true, true},
		{"scan-reads-the-neighbour", broken.ReadsOn, false, true},
		{"list-boundary-lost", broken.LosesBoundary, false, true},
		{"restore-bound-exclusive", broken.ExclusiveBound, true, true},
	} {
		on := map[string]backends.Backend{}
		if c.bytes {
			on = every.Ordered(kv.Options{Keep: 100})
		}
		if c.live {
			on["heap"] = heap.Backend{}
		}
		for backend, b := range on {
			hits = 0
			name, on := c.name+"-"+backend, Place{"it", c.plant(b, hit)}
			s, d := found(t, name, on)
			if len(s.Lines) > readable || hits == 0 {
				t.Errorf("%s: struck %d times, shrunk to %d lines, want at most %d:\n%v", name, hits, len(s.Lines), readable, s)
			}
			if backend == "rocksdb" {
				name = c.name + "-pebble"
			} else if *rewrite {
				keep(t, name, d, s)
			}
			if Run(read(t, kept(name)), on) == nil {
				t.Errorf("%s no longer shows %s on %s", kept(name), c.name, backend)
			}
		}
	}
}

// So it is with many key groups: the script of them that is kept, for all backends, shows what breaks them.
func TestManyKeyGroups(t *testing.T) {
	for _, m := range backendtest.Mutants() {
		if m.Clause == "many-key-groups" && Run(read(t, kept("many-key-groups")), Place{"it", m.Wrap(heap.Backend{})}) == nil {
			t.Errorf("%s does not show %s", kept("many-key-groups"), m.Name)
		}
	}
}

// kept is the file of a script.
func kept(name string) string { return filepath.Join("testdata", name+".script") }

func keep(t *testing.T, name string, d *Difference, s Script) {
	t.Helper()
	text := fmt.Sprintf("# A planted bug, %s, shows here: %v.\n%v", name, d, s)
	if err := os.WriteFile(kept(name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
