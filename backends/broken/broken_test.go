package broken_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
)

// The suite sees every planted bug on every backend that it can be in, and each strikes.
func TestSuiteSeesThem(t *testing.T) {
	hits := 0
	hit := func() { hits++ }
	for _, c := range []struct {
		name, clause string
		plant        func(backends.Backend, func()) backends.Backend
		live, bytes  bool // what it can be in: stores of Go objects, stores over bytes
	}{
		{"late snapshot", "snapshot-is-pinned", broken.LateSnapshot, true, true},
		{"no copy-on-write", "snapshot-is-pinned", broken.WithoutCopyOnWrite, true, false},
		{"restore without times", "ttl-survives-restore", broken.TimelessRestore, true, true},
		{"restore without what has a TTL", "ttl-survives-restore", broken.LostAtRestore, true, true},
		{"restore without one group of what has a TTL", "ttl-survives-restore", broken.GroupLostAtRestore, true, true},
		{"reading renews", "ttl-reading-does-not-renew", broken.RenewedByReading, true, true},
		{"reading does not renew", "ttl-reading-renews", broken.NotRenewedByReading, true, true},
		{"shown when over", "ttl-ends-at-the-microsecond", broken.ShownWhenOver, true, true},
		{"skips behind removed", "each-allows-the-current", broken.SkipsBehindRemoved, true, true},
		{"no namespaces", "namespaces-are-apart", broken.WithoutNamespaces, true, true},
		{"reads on", "keys-that-begin-alike", broken.ReadsOn, false, true},
		{"loses a boundary", "list-holds-elements", broken.LosesBoundary, false, true},
		{"exclusive bound", "restored-by-key-group", broken.ExclusiveBound, true, true},
		{"forgetful", "End-is-in-every-later-snapshot", func(b backends.Backend, hit func()) backends.Backend { return broken.Forgetful(b, 7, hit) }, true, true},
	} {
		on := map[string]backends.Backend{}
		if c.bytes {
			on = every.Ordered(kv.Options{})
		}
		if c.live {
			on["heap"] = heap.Backend{}
		}
		for backend, b := range on {
			hits = 0
			if errs := backendtest.Broken(c.clause, c.plant(b, hit)); len(errs) == 0 {
				t.Errorf("%s on %s passes %s", c.name, backend, c.clause)
			}
			if hits == 0 {
				t.Errorf("%s on %s never struck", c.name, backend)
			}
		}
	}
}

// What the planted bug does not touch stays as it was: its readers are kept out of batches, and closing is safe.
func TestLateSnapshotIsOnlyLate(t *testing.T) {
	for _, clause := range []string{"write-is-seen-at-once", "snapshot-by-group", "closed-snapshot-is-closed", "store-closes-under-a-reader"} {
		for backend, b := range every.Backend() {
			for _, e := range backendtest.Broken(clause, broken.LateSnapshot(b, func() {})) {
				t.Errorf("%s on %s: %s", clause, backend, e)
			}
		}
	}
}
