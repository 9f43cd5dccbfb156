package pebble_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
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

func TestBackend(t *testing.T) { run(t, pebble.Backend{}) }

func TestBackendKeepsInMemory(t *testing.T) {
	run(t, pebble.Backend{KV: kv.Options{Keep: 500}, InMemory: true})
}

func TestDB(t *testing.T) {
	backendtest.RunDB(t, func(t *testing.T, dir string) kv.DB {
		db, err := pebble.OpenDB(backends.Options{Dir: dir, MemoryBytes: 8 << 20}, false)
		if err != nil {
			t.Fatal(err)
		}
		if db.Metrics()["cache_bytes"] > 8<<20 {
			t.Errorf("a cache of %v bytes, want less than 8 MiB", db.Metrics()["cache_bytes"])
		}
		return db
	})
}
