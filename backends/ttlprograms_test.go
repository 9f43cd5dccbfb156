package backends_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
)

// State with a TTL moves between all backends, in memory and on disk, and what it shows is what plain Go values with times would. On disk RocksDB's
// compactions leave out what is over, and nobody else's do.
func TestTTLPrograms(t *testing.T) {
	all := []backends.Backend{heap.Backend{}, pebble.Backend{}}
	for _, o := range []kv.Options{{}, {Keep: 100}} {
		on := every.Ordered(o)
		for _, name := range every.Names(on) {
			all = append(all, on[name])
		}
	}
	if rocksdb.Compiled {
		all = append(all, rocksdb.Backend{}, rocksdb.Backend{KV: kv.Options{Keep: 100}})
	}
	programs := 60
	if testing.Short() {
		programs = 12
	}
	n := backendtest.RunTTLPrograms(t, programs, all...)
	t.Logf("compactions left %d entries out", n)
	if (n > 0) != rocksdb.Compiled {
		t.Errorf("compactions left %d entries out, want some where RocksDB is, and none elsewhere", n)
	}
}
