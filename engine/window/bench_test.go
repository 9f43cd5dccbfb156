package window

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/backends/tables"
)

// The load is the one that a real Flink was measured with: windows of 1,000,000 ms that begin every 100,000 ms, 1e4 keys, a record a
// millisecond, 1e6 of them, counted as they come. Every record is in ten windows, and there are 189,998 results, there and here.
const (
	slidingRecords = 1_000_000
	slidingKeys    = 10_000
	slidingSize    = 1_000_000
	slidingSlide   = 100_000
	slidingBatch   = 1024
	// slidingKeep bounds what an ordered store has not written yet. A window takes 40 bytes, 27 of them its key, and all of them an index of 4
	// MiB; a timer takes 38, and they are counted for themselves. With what a batch adds that is less than 16 MiB.
	slidingKeep = 1 << 17
)

func slidingLoad() []uint64 {
	r := rand.New(rand.NewPCG(7, 7))
	keys := make([]uint64, slidingRecords)
	for i := range keys {
		keys[i] = r.Uint64N(slidingKeys)
	}
	return keys
}

// BenchmarkSliding runs the load in the engine's task, from bare keys to rows that left it, with the final flush inside; beside it a loop with a
// Go map of counts and a list of what ends when. All ways go in turn, round by round.
func BenchmarkSliding(b *testing.B) {
	const rounds = 3
	keys := slidingLoad()
	rocks := "rocksdb"
	if rocksdb.Found().Debug { // on a library with asserts the figures are not RocksDB's
		rocks = "rocksdb-debug"
	}
	ways := []struct {
		name string
		run  func(b *testing.B) (results int)
	}{
		{"loop=bare", func(*testing.B) int { return slidingBare(keys) }},
		{"backend=heap", func(b *testing.B) int { return slidingRun(b, heap.Backend{}, keys) }},
		{fmt.Sprintf("backend=pebble/keep=%d", slidingKeep), func(b *testing.B) int {
			return slidingRun(b, pebble.Backend{KV: kv.Options{Keep: slidingKeep}}, keys)
		}},
		{fmt.Sprintf("backend=%s/keep=%d", rocks, slidingKeep), func(b *testing.B) int {
			if found := rocksdb.Found(); !found.Compiled {
				b.Skip(found.Why)
			}
			return slidingRun(b, rocksdb.Backend{KV: kv.Options{Keep: slidingKeep}}, keys)
		}},
	}
	for round := range rounds {
		for _, w := range ways {
			b.Run(fmt.Sprintf("round=%02d/%s/overlap=10/keys=%d/batch=%d", round, w.name, slidingKeys, slidingBatch), func(b *testing.B) {
				runtime.GC() // what others left is not ours to collect
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for b.Loop() {
					if n := w.run(b); n != 189_998 {
						b.Fatalf("%d results, want 189998", n)
					}
				}
				took, n := b.Elapsed().Seconds(), float64(b.N)*slidingRecords
				runtime.ReadMemStats(&after)
				b.ReportMetric(n/took, "rec/s")
				b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/rec")
			})
		}
	}
}

func slidingRun(b *testing.B, backend backends.Backend, keys []uint64) (results int) {
	b.StopTimer()
	op := Aggregate(Config[uint64, struct{}, uint64]{Assigner: Sliding[struct{}]{Size: slidingSize, Slide: slidingSlide}}, tables.Uint64{},
		counts[struct{}](), Func[uint64, uint64, uint64](func(p *Pane[uint64, uint64], n uint64) { p.Emit(n) }))
	r := newRig(b, backend, op, func(uint64, uint64) { results++ })
	b.StartTimer()
	for at := 0; at < len(keys); at += slidingBatch {
		n := min(slidingBatch, len(keys)-at)
		r.rows.Keys = slices.Grow(r.rows.Keys[:0], n)[:n]
		r.keys.Mark(r.rows.Keys, keys[at:at+n])
		for i := range n {
			r.rows.Vals, r.rows.Times = append(r.rows.Vals, struct{}{}), append(r.rows.Times, int64(at+i))
		}
		r.send(int64(at + n - 2))
	}
	r.send(math.MaxInt64)
	s, err := r.store.Snapshot() // writes what was kept
	if err != nil {
		b.Fatal(err)
	}
	s.Close()
	return results
}

// slidingBare is the load without an engine, state or timers.
func slidingBare(keys []uint64) (results int) {
	type pane struct {
		key   uint64
		start int64
	}
	counts, open := map[pane]uint64{}, map[int64][]uint64{}
	fired := int64(-slidingSize)
	fire := func(until int64) {
		for ; fired+slidingSize-1 <= until; fired += slidingSlide {
			for _, k := range open[fired] {
				if counts[pane{k, fired}] > 0 {
					results++
				}
				delete(counts, pane{k, fired})
			}
			delete(open, fired)
		}
	}
	for at := 0; at < len(keys); at += slidingBatch {
		end := min(at+slidingBatch, len(keys))
		for i, k := range keys[at:end] {
			t := int64(at + i)
			for start := t - t%slidingSlide; start > t-slidingSize; start -= slidingSlide {
				n := counts[pane{k, start}]
				if n == 0 {
					open[start] = append(open[start], k)
				}
				counts[pane{k, start}] = n + 1
			}
		}
		fire(int64(end - 2))
	}
	fire(3 * slidingSize)
	return results
}
