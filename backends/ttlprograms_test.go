package backends_test

import (
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
)

// State with a TTL moves between all backends, and what it shows is what plain Go values with times would. In memory what a program leaves behind, with
// all that nobody has cleaned up, is the same each time.
func TestTTLPrograms(t *testing.T) {
	all := []backends.Backend{heap.Backend{}}
	for _, o := range []kv.Options{{}, {Keep: 100}} {
		on := every.Ordered(o)
		for _, name := range every.Names(on) {
			all = append(all, on[name])
		}
	}
	programs := 40
	if testing.Short() {
		programs = 12
	}
	left, _ := backendtest.RunTTLPrograms(t, programs, all...)
	again, _ := backendtest.RunTTLPrograms(t, programs/4, all...)
	for i := range again {
		if !slices.Equal(left[i], again[i]) {
			t.Errorf("program %d leaves %d entries once and %d another time", i, len(left[i]), len(again[i]))
		}
	}
}

// On disk RocksDB's compactions leave out what is over, when a thread of it comes to that, and nobody else's do; what is shown is the same.
func TestTTLProgramsOnDisk(t *testing.T) {
	all := []backends.Backend{pebble.Backend{}, heap.Backend{}}
	if rocksdb.Compiled {
		all = append(all, rocksdb.Backend{}, rocksdb.Backend{KV: kv.Options{Keep: 100}})
	}
	_, leftOut := backendtest.RunTTLPrograms(t, 12, all...)
	t.Logf("compactions left %d entries out", leftOut)
	if (leftOut > 0) != rocksdb.Compiled {
		t.Errorf("compactions left %d entries out, want some where RocksDB is, and none elsewhere", leftOut)
	}
}
