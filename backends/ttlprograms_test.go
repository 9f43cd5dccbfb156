package backends_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
)

// State with a TTL moves between all backends, and what it shows is what plain Go values with times would.
func TestTTLPrograms(t *testing.T) {
	all := []backends.Backend{heap.Backend{}, pebble.Backend{InMemory: true}, pebble.Backend{InMemory: true, KV: kv.Options{Keep: 100}}}
	if rocksdb.Found().Compiled {
		all = append(all, rocksdb.Backend{InMemory: true})
	}
	programs := 60
	if testing.Short() {
		programs = 12
	}
	backendtest.RunTTLPrograms(t, programs, all...)
}
