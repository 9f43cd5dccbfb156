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
	db, err := pebble.OpenDB(backends.Options{MemoryBytes: 5 << 20}, true) // memtables of a MiB
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var b backends.Batch
	want := map[string]string{}
	for i := range 60 {
		b.Reset()
		writes, size := 1+i*i, 1+(i*7919)%600
		for j := range writes {
			k, v := fmt.Sprintf("key-%d", (i*31+j)%5000), strings.Repeat(string(rune('a'+(i+j)%26)), size)
			b.Set([]byte(k), []byte(v))
			want[k] = v
		}
		if err := db.Apply(&b); err != nil {
			t.Fatal(err)
		}
	}
	b.Reset()
	for range 20_000 { // over all that the batch had
		b.Set([]byte("zzzzzzzz"), []byte(strings.Repeat("z", 100)))
	}
	for k, v := range want {
		if got, ok, err := db.Get([]byte(k), nil); !ok || err != nil || string(got) != v {
			t.Fatalf("%s is %.20q, %v, %v; want %.20q", k, got, ok, err, v)
		}
	}
}
