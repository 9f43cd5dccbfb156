package sim

import (
	"runtime"
	"testing"

	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/engine"
)

// BenchmarkScenario is the engine's and the driver's part of a simulated scenario: 2 sources, 2 tasks, 2 sinks, 600 records, 3 checkpoints
// or more, one crash, on one core. Nothing is judged; the scenario that is judged, and that a bound is asked of, is the root's.
func BenchmarkScenario(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var steps, attempts, done, seed int
	b.ReportAllocs()
	for b.Loop() {
		ch := Random(uint64(seed))
		seed++
		p := &plan{records: 300, keys: 10}
		p.spec = engine.Spec{Sources: 2, Parallelism: 2, Groups: 16, Batch: 8, Interval: 60, Timeout: 20_000, Concurrent: 1, Tolerable: 1000, Retained: 2,
			Readers: 1, ReadEvery: 20, Track: true}
		s := &script{at: map[engine.Note]engine.Strike{{Point: engine.AtUploaded, Ckpt: 2}: {Do: engine.Kill, Delay: 20}}}
		o := Options{Job: p.job, Blobs: blobs.NewMemory(), Restart: engine.Restart{Strategy: "fixed-delay", Attempts: 1 << 40, Delay: 10}, Inject: s, Chaos: wild}
		var n completions
		o.Observe = &n
		r := Run(o, ch)
		if r.Err != nil {
			b.Fatal(r.Err)
		}
		steps, attempts, done = steps+r.Steps, attempts+r.Attempts, done+int(n)
	}
	sec, n := b.Elapsed().Seconds(), float64(seed)
	b.ReportMetric(n/sec, "scenarios/s")
	b.ReportMetric(float64(steps)/sec, "steps/s")
	b.ReportMetric(float64(steps)/n, "steps/scenario")
	b.ReportMetric(float64(attempts)/n, "attempts/scenario")
	b.ReportMetric(float64(done)/n, "checkpoints/scenario")
}

// completions counts completed checkpoints.
type completions int

func (c *completions) Observe(m *engine.Moment) {
	for _, n := range m.Notes {
		if n.Point == engine.AtCompleted {
			*c++
		}
	}
}
