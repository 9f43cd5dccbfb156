package live

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// The live pipeline (source, exchange, counter, sink) is held against the same work in one loop on one goroutine without an engine: keys
// marked, counted in the same heap store, summed. All ways go in turn, round by round; ratios are taken within a round, and medians
// count. A bound prints as one line:
//
//	bound  value  ratio  met|not met
func BenchmarkPipeline(b *testing.B) {
	const records, rounds = 1 << 23, 7
	keys := zipf(1<<22, 1e5)
	ways := []struct {
		name      string
		perSecond float64 // the least that is asked for; 0: nothing is
		ofBare    float64
		run       func()
	}{
		{"bare loop", 0, 0, func() { bare(b, keys, records) }},
		{"history off", 10e6, 0.5, func() { pipeline(b, keys, 1, records, 0, nil) }},
		{"history on", 3e6, 0, func() { pipeline(b, keys, 1, records, 0, &kept{}) }},
		{"history off, checkpoint every 100 ms", 0, 0, func() { pipeline(b, keys, 1, records, 100_000, nil) }},
		{"history off, parallelism 2", 0, 0, func() { pipeline(b, keys, 2, records, 0, nil) }},
	}
	for b.Loop() {
		took, allocs := make([][]float64, len(ways)), make([]float64, len(ways))
		var before, after runtime.MemStats
		for round := range rounds + 1 { // the first is for warming up
			for i, w := range ways {
				runtime.GC() // what others left is not ours to collect
				runtime.ReadMemStats(&before)
				from := time.Now()
				w.run()
				d := time.Since(from).Seconds()
				runtime.ReadMemStats(&after)
				if round > 0 {
					took[i], allocs[i] = append(took[i], d), allocs[i]+float64(after.Mallocs-before.Mallocs)/records/rounds
				}
			}
		}
		fmt.Println()
		for i, w := range ways {
			ratio := make([]float64, rounds)
			for r := range ratio {
				ratio[r] = took[0][r] / took[i][r]
			}
			rate, of := records/median(took[i]), median(ratio)
			line := fmt.Sprintf("%-46s %7.2f Mrec/s %6.2f x bare", "pipeline, heap, batch 1024, "+w.name, rate/1e6, of)
			if w.perSecond == 0 {
				fmt.Printf("%s  %.4f allocs/rec\n", line, allocs[i])
				continue
			}
			fmt.Printf("%s  >= %.0f Mrec/s %s\n", line, w.perSecond/1e6, met(rate >= w.perSecond))
			if w.ofBare > 0 {
				fmt.Printf("%s  >= %.1f x bare %s\n", line, w.ofBare, met(of >= w.ofBare))
				fmt.Printf("%s  %.4f allocs/rec, 0 asked: %s\n", line, allocs[i], met(allocs[i] < 0.0005))
			}
		}
	}
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "not met"
}

func median(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
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
