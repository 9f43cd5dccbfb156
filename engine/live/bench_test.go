package live

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// BenchmarkPipeline is the live pipeline (source, exchange, counter, sink) beside the same work in one loop on one goroutine without an
// engine: keys marked, counted in the same heap store, summed. All ways go in turn, round by round; ci/bounds compares within a round.
//
//	go test -run '^$' -bench '^BenchmarkPipeline$' -benchtime 1x -benchmem ./engine/live | go run ./ci/bounds Pipeline
func BenchmarkPipeline(b *testing.B) {
	const records, rounds = 1 << 23, 11
	keys := zipf(1<<22, 1e5)
	for round := range rounds {
		for _, w := range []struct {
			name string
			run  func(b *testing.B)
		}{
			{"loop=bare", func(b *testing.B) { bare(b, keys, records) }},
			{"parallelism=1/history=off", func(b *testing.B) { pipeline(b, keys, 1, records, 0, nil) }},
			{"parallelism=1/history=on", func(b *testing.B) { pipeline(b, keys, 1, records, 0, &kept{}) }},
			{"parallelism=1/history=off/interval=100ms", func(b *testing.B) { pipeline(b, keys, 1, records, 100_000, nil) }},
			{"parallelism=2/history=off", func(b *testing.B) { pipeline(b, keys, 2, records, 0, nil) }},
		} {
			b.Run(fmt.Sprintf("backend=heap/batch=1024/round=%02d/%s", round, w.name), func(b *testing.B) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for b.Loop() {
					w.run(b)
				}
				took, n := b.Elapsed().Seconds(), float64(b.N)*records
				runtime.ReadMemStats(&after)
				b.ReportMetric(n/took, "rec/s")
				b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/rec")
			})
		}
	}
}

// pipeline runs the counting job.
func pipeline(b *testing.B, keys []uint64, p int, records, interval int64, obs engine.Observer) {
	job := newPlan(p, records/int64(p), 1)
	for part := range p {
		job.keys[part] = keys[len(keys)*part/p : len(keys)*(part+1)/p]
	}
	job.txn = func() engine.Txn[uint64, uint64] { return &sums{} }
	job.spec.Batch, job.spec.Interval, job.spec.Readers, job.spec.Track = 1024, interval, 0, obs != nil
	if _, err := Run(context.Background(), Options{Job: job.job, Blobs: blobs.NewMemory(), Observe: obs}); err != nil {
		b.Fatal(err)
	}
}

// kept is an observer that keeps what a history needs of every record.
type kept struct {
	mu  sync.Mutex
	ids []engine.ID
	ops [][3]int64
}

func (h *kept) Observe(m *engine.Moment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range m.Facts {
		if len(h.ids)+len(m.Facts[i].IDs) > cap(h.ids) {
			h.ids = make([]engine.ID, 0, 1<<16)
		}
		h.ids = append(h.ids, m.Facts[i].IDs...)
		h.ops = append(h.ops, [3]int64{m.From, m.To, int64(m.Facts[i].Kind)})
	}
}

// bare is the work without an engine.
func bare(b *testing.B, keys []uint64, records int) {
	store, err := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 127}})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	s := &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
	n, err := tables.OpenValue(s, "n", tables.None{}, tables.Uint64{})
	if err != nil {
		b.Fatal(err)
	}
	out, txn := &engine.Rows[uint64, uint64]{}, &sums{}
	for at := 0; at < records; at += 1024 {
		from := at % len(keys)
		s.Fill(keys[from : from+1024])
		out.Reset()
		store.Begin()
		for i := range 1024 {
			s.Keys.At = i
			v, _ := n.Get(backends.Void{})
			n.Set(backends.Void{}, v+1)
			out.Keys, out.Vals = append(out.Keys, *s.Keys.Cur()), append(out.Vals, v+1)
		}
		if err := store.End(); err != nil {
			b.Fatal(err)
		}
		txn.Add(out)
	}
}

// zipf makes n draws of k keys by YCSB's zipfian of 0.99.
func zipf(n, k int) []uint64 {
	r := rand.New(rand.NewPCG(7, 7))
	const theta = 0.99
	zeta := 0.0
	for i := 1; i <= k; i++ {
		zeta += 1 / math.Pow(float64(i), theta)
	}
	eta := (1 - math.Pow(2/float64(k), 1-theta)) / (1 - (1+math.Pow(0.5, theta))/zeta)
	out := make([]uint64, n)
	for i := range out {
		u := r.Float64()
		rank := int(float64(k) * math.Pow(eta*u-eta+1, 1/(1-theta)))
		switch uz := u * zeta; {
		case uz < 1:
			rank = 0
		case uz < 1+math.Pow(0.5, theta):
			rank = 1
		}
		out[i] = uint64(rank) * 0x9E3779B97F4A7C15
	}
	return out
}
