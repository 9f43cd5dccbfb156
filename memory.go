package weir

import (
	"bytes"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"
)

// MemoryUse is what a live run took of its process, which is weir's own: engine, backend, evidence and all. What a cell before it left is
// given back before it begins.
type MemoryUse struct {
	Heap        int64   `json:"peak_go_heap_bytes"`      // objects, live or not collected yet
	Resident    int64   `json:"peak_resident_bytes"`     // of the process, memory of C++ included; 0 where that cannot be known
	Collections int64   `json:"gc_cycles"`               // of Go's collector
	Pauses      int64   `json:"gc_pauses"`               // stops of the world for it
	LongestMost float64 `json:"gc_longest_pause_most_s"` // the longest was at most so long: the upper edge of its bucket
}

const (
	heapMetric   = "/memory/classes/heap/objects:bytes"
	cyclesMetric = "/gc/cycles/total:gc-cycles"
	pausesMetric = "/sched/pauses/total/gc:seconds"
)

// watchMemory samples memory until stop is called, and keeps the most.
func (r *recorder) watchMemory() (stop func()) {
	debug.FreeOSMemory()
	before := readMemory()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			now, resident := readMemory(), residentBytes()
			r.mu.Lock()
			m := &r.ev.Memory
			m.Heap, m.Resident = max(m.Heap, int64(now[0].Value.Uint64())), max(m.Resident, resident)
			m.Collections = int64(now[1].Value.Uint64() - before[1].Value.Uint64())
			m.Pauses, m.LongestMost = pauses(before[2].Value.Float64Histogram(), now[2].Value.Float64Histogram())
			r.mu.Unlock()
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return func() { close(done); <-ended }
}

func readMemory() []metrics.Sample {
	s := []metrics.Sample{{Name: heapMetric}, {Name: cyclesMetric}, {Name: pausesMetric}}
	metrics.Read(s)
	return s
}

// pauses counts what a histogram has more than an earlier one, and finds the upper edge of the highest bucket of it.
func pauses(before, now *metrics.Float64Histogram) (n int64, longest float64) {
	for i, c := range now.Counts {
		if more := c - before.Counts[i]; more > 0 {
			n += int64(more)
			if longest = now.Buckets[i+1]; math.IsInf(longest, 1) {
				longest = now.Buckets[i]
			}
		}
	}
	return n, longest
}

// residentBytes is the resident memory of this process, as Linux tells it.
func residentBytes() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := bytes.Fields(b)
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(f[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
