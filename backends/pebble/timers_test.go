package pebble_test

import (
	"fmt"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/tables"
)

func TestBackendWithTimersOnTheHeap(t *testing.T) {
	for _, place := range []backends.TimerPlace{backends.TimersOnHeap, backends.TimersPinned} {
		t.Run(string(place), func(t *testing.T) { run(t, pebble.Backend{KV: kv.Options{Timers: place}, InMemory: true}) })
	}
}

// How long the synchronous half of a snapshot takes beside the number of timers.
func BenchmarkSynchronousHalf(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for _, place := range []backends.TimerPlace{backends.TimersInStore, backends.TimersOnHeap, backends.TimersPinned} {
			name := string(place)
			if place == backends.TimersInStore {
				name = "store"
			}
			b.Run(fmt.Sprintf("timers=%d/place=%s", n, name), func(b *testing.B) {
				store, err := pebble.Backend{InMemory: true}.Open(backends.Options{Groups: backends.Groups{Last: 15}, Timers: place})
				if err != nil {
					b.Fatal(err)
				}
				defer store.Close()
				scope := &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(16)}
				timers, err := tables.OpenTimers(scope, "alarms", tables.Uint64{})
				if err != nil {
					b.Fatal(err)
				}
				for from := 0; from < n; from += 1000 {
					scope.Fill([]uint64{uint64(from)})
					store.Begin()
					for i := range 1000 {
						timers.Register(int64(from+i), 0)
					}
					if err := store.End(); err != nil {
						b.Fatal(err)
					}
				}
				for b.Loop() {
					f, err := store.Snapshot()
					if err != nil {
						b.Fatal(err)
					}
					f.Close()
				}
			})
		}
	}
}
