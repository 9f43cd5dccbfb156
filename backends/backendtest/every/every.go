package every

import (
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
)

// Backend is each backend by its name, as it is without options.
func Backend() map[string]backends.Backend {
	all := Ordered(kv.Options{})
	all["heap"] = heap.Backend{}
	return all
}

// Ordered is each backend over an ordered store by its name, with these options.
func Ordered(o kv.Options) map[string]backends.Backend {
	all := map[string]backends.Backend{"pebble": pebble.Backend{InMemory: true, KV: o}}
	if rocksdb.Compiled {
		all["rocksdb"] = rocksdb.Backend{InMemory: true, KV: o}
	}
	return all
}

// Names are the names of some backends, sorted.
func Names(all map[string]backends.Backend) []string { return slices.Sorted(maps.Keys(all)) }
