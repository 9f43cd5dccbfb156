package pebble_test

import (
	"fmt"
	"strings"
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

// What was applied stays as it was when its batch is filled with something else, be it small or large beside a memtable, which would keep its bytes.
func TestAppliedIsCopied(t *testing.T) {
	for _, writes := range []int{1, 30, 300, 700, 3000, 20_000} {
		for _, size := range []int{1, 50, 600, 3000} {
			db, err := pebble.OpenDB(backends.Options{MemoryBytes: 5 << 20}, true) // memtables of a MiB
			if err != nil {
				t.Fatal(err)
			}
			var b backends.Batch
			fill := func(value string) {
				b.Reset()
				for i := range writes {
					b.Set(fmt.Appendf(nil, "%s%06d", value, i), []byte(strings.Repeat(value, size)))
				}
			}
			fill("a")
			if err := db.Apply(&b); err != nil {
				t.Fatal(err)
			}
			fill("z")
			for i := range writes {
				key := fmt.Appendf(nil, "a%06d", i)
				if got, ok, err := db.Get(key, nil); !ok || err != nil || string(got) != strings.Repeat("a", size) {
					t.Fatalf("%d writes of %d bytes: %s is %.20q, %v, %v", writes, size, key, got, ok, err) // and it would not close
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
