package backends_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
)

// A timerHome is a store, and where it keeps timers.
type timerHome struct {
	place string
	store backends.Store
}

// BenchmarkSynchronousHalf is how long Snapshot keeps a task waiting that has so many timers: in the store, on the heap beside it, where a snapshot
// writes all of them, and pinned there, which is ours and not Flink's. Beside these the heap backend. No bound.
//
//	scripts/bench.sh SynchronousHalf
func BenchmarkSynchronousHalf(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		all := drawAlarms(n)
		b.Run(fmt.Sprintf("backend=heap/timers=%d", n), func(b *testing.B) {
			s, err := heap.Backend{}.Open(backends.Options{Groups: everyGroup()})
			if err != nil {
				b.Fatal(err)
			}
			waits(b, all, timerHome{"pinned", s})
		})
		for _, d := range databases() {
			b.Run(fmt.Sprintf("backend=%s/timers=%d", d.name, n), func(b *testing.B) {
				home := func(name string, place backends.TimerPlace) timerHome {
					o, err := d.open(b.TempDir())
					if err != nil {
						b.Fatal(err)
					}
					return timerHome{name, kv.Open(o.DB, everyGroup(), kv.Options{Timers: place})}
				}
				waits(b, all, home("store", backends.TimersInStore), home("heap", backends.TimersOnHeap), home("pinned", backends.TimersPinned))
			})
		}
	}
}

// waits registers all in every home, and takes snapshots in turn: the median of eleven counts. The first is for warming up.
func waits(b *testing.B, all []alarm, homes ...timerHome) {
	for _, h := range homes {
		q := newTimerQueue(b, h.store)
		b.Cleanup(q.close)
		q.register(all)
	}
	took := make([][]time.Duration, len(homes))
	for round := range 12 {
		for i, h := range homes {
			begun := time.Now()
			f, err := h.store.Snapshot()
			wait := time.Since(begun)
			if err != nil {
				b.Fatal(err)
			}
			if f.Close(); round > 0 {
				took[i] = append(took[i], wait)
			}
		}
	}
	for i, h := range homes {
		slices.Sort(took[i])
		b.Run("place="+h.place, func(b *testing.B) {
			b.ReportMetric(took[i][len(took[i])/2].Seconds()*1e3, "pause-ms")
			b.ReportMetric(0, "ns/op") // not shown: of what was measured before, this is no iteration
		})
	}
}
