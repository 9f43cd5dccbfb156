package weir

import (
	"math"
	"runtime/metrics"
	"testing"
)

// Pauses are those that came since, and the longest is the edge of its bucket, also in the last one, which has none.
func TestPausesSince(t *testing.T) {
	buckets := []float64{0, .001, .002, math.Inf(1)}
	before := &metrics.Float64Histogram{Counts: []uint64{5, 1, 0}, Buckets: buckets}
	for _, c := range []struct {
		now     []uint64
		n       int64
		longest float64
	}{{[]uint64{5, 1, 0}, 0, 0}, {[]uint64{7, 1, 0}, 2, .001}, {[]uint64{6, 2, 0}, 2, .002}, {[]uint64{5, 1, 1}, 1, .002}} {
		n, longest := pauses(before, &metrics.Float64Histogram{Counts: c.now, Buckets: buckets})
		if n != c.n || longest != c.longest {
			t.Errorf("%v: %d pauses of at most %v, want %d of %v", c.now, n, longest, c.n, c.longest)
		}
	}
}
