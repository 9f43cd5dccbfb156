//go:build rocksdb && cgo

package rocksdb_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/rocksdb"
)

func run(t *testing.T, b backends.Backend) {
	backendtest.Run(t, func(t *testing.T, o backends.Options) backends.Store {
		s, err := b.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestBackend(t *testing.T) { run(t, rocksdb.Backend{}) }

func TestBackendKeepsInMemory(t *testing.T) {
	run(t, rocksdb.Backend{KV: kv.Options{Keep: 500}, InMemory: true})
}

func TestBackendWithTimersOnTheHeap(t *testing.T) {
	for _, place := range []backends.TimerPlace{backends.TimersOnHeap, backends.TimersPinned} {
		t.Run(string(place), func(t *testing.T) { run(t, rocksdb.Backend{KV: kv.Options{Timers: place}, InMemory: true}) })
	}
}

// The limits of Flink's RocksDB backend, at a MiB.
func TestLimited(t *testing.T) {
	backendtest.RunLimited(t, 1<<20, func(t *testing.T, o backends.Options) backends.Store {
		s, err := rocksdb.Backend{KV: kv.Options{BytesMax: 1 << 20}, InMemory: true}.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestDB(t *testing.T) {
	backendtest.RunDB(t, func(t *testing.T, dir string) kv.DB {
		db, err := rocksdb.OpenDB(backends.Options{Dir: dir, MemoryBytes: 8 << 20}, false)
		if err != nil {
			t.Fatal(err)
		}
		if db.Metrics()["cache_bytes"] > 8<<20 {
			t.Errorf("a cache of %v bytes, want less than 8 MiB", db.Metrics()["cache_bytes"])
		}
		return db
	})
}
