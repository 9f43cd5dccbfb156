package broken_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/pebble"
)

func TestSuiteSeesThem(t *testing.T) {
	hits := 0
	hit := func() { hits++ }
	for _, c := range []struct {
		name, clause string
		backend      backends.Backend
	}{
		{"late snapshot on heap", "snapshot-is-pinned", broken.LateSnapshot(heap.Backend{}, hit)},
		{"late snapshot on pebble", "snapshot-is-pinned", broken.LateSnapshot(pebble.Backend{InMemory: true}, hit)},
		{"heap without copy-on-write", "snapshot-is-pinned", broken.WithoutCopyOnWrite(heap.Backend{}, hit)},
		{"restore without times on heap", "ttl-survives-restore", broken.TimelessRestore(heap.Backend{}, hit)},
		{"restore without times on pebble", "ttl-survives-restore", broken.TimelessRestore(pebble.Backend{InMemory: true}, hit)},
		{"reading renews on heap", "ttl-reading-does-not-renew", broken.RenewedByReading(heap.Backend{}, hit)},
		{"reading renews on pebble", "ttl-reading-does-not-renew", broken.RenewedByReading(pebble.Backend{InMemory: true}, hit)},
		{"skips behind removed on heap", "each-allows-the-current", broken.SkipsBehindRemoved(heap.Backend{}, hit)},
		{"skips behind removed on pebble", "each-allows-the-current", broken.SkipsBehindRemoved(pebble.Backend{InMemory: true}, hit)},
		{"without namespaces on heap", "namespaces-are-apart", broken.WithoutNamespaces(heap.Backend{}, hit)},
		{"without namespaces on pebble", "namespaces-are-apart", broken.WithoutNamespaces(pebble.Backend{InMemory: true}, hit)},
		{"reads on on pebble", "keys-that-begin-alike", broken.ReadsOn(pebble.Backend{InMemory: true}, hit)},
		{"loses a boundary on pebble", "list-holds-elements", broken.LosesBoundary(pebble.Backend{InMemory: true}, hit)},
		{"exclusive bound on heap", "restored-by-key-group", broken.ExclusiveBound(heap.Backend{}, hit)},
		{"exclusive bound on pebble", "restored-by-key-group", broken.ExclusiveBound(pebble.Backend{InMemory: true}, hit)},
		{"forgetful heap", "End-is-in-every-later-snapshot", broken.Forgetful(heap.Backend{}, 7, hit)},
		{"forgetful pebble", "End-is-in-every-later-snapshot", broken.Forgetful(pebble.Backend{InMemory: true}, 7, hit)},
	} {
		hits = 0
		if errs := backendtest.Broken(c.clause, c.backend); len(errs) == 0 {
			t.Errorf("%s passes %s", c.name, c.clause)
		}
		if hits == 0 {
			t.Errorf("%s never struck", c.name)
		}
	}
}

// What the planted bug does not touch stays as it was: its readers are kept out of batches, and closing is safe.
func TestLateSnapshotIsOnlyLate(t *testing.T) {
	for _, clause := range []string{"write-is-seen-at-once", "snapshot-by-group", "closed-snapshot-is-closed", "store-closes-under-a-reader"} {
		for _, b := range []backends.Backend{heap.Backend{}, pebble.Backend{InMemory: true}} {
			for _, e := range backendtest.Broken(clause, broken.LateSnapshot(b, func() {})) {
				t.Errorf("%s: %s", clause, e)
			}
		}
	}
}
