package backends_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
)

// BenchmarkState is every operation of state on every backend, under Flink's names:
//
//	go test -run '^$' -bench State -benchmem ./backends | benchstat -col /backend -
func BenchmarkState(b *testing.B) {
	all := []struct {
		name    string
		backend backends.Backend
	}{{"heap", heap.Backend{}}, {"pebble", pebble.Backend{}}}
	if found := rocksdb.Found(); found.Compiled {
		name := "rocksdb"
		if found.Debug { // on a library with asserts the figures are not RocksDB's
			name = "rocksdb-debug"
		}
		all = append(all, struct {
			name    string
			backend backends.Backend
		}{name, rocksdb.Backend{}})
	}
	for _, x := range all {
		b.Run("backend="+x.name, func(b *testing.B) {
			backendtest.Bench(b, func(b *testing.B, o backends.Options) backends.Store {
				s, err := x.backend.Open(o)
				if err != nil {
					b.Fatal(err)
				}
				return s
			})
		})
	}
}
