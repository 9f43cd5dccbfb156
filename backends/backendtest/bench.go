package backendtest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// The counter job is held against the bare loop of the same store, in the same run: all ways go in turn, round by round, so that a machine
// that drifts drifts for all; a ratio is taken within a round, and the median of them counts. Every way makes key group and hash from the bare
// key, and writes everything before the clock stops. A bound prints as one line:
//
//	bound  value  ratio  met|not met

// A load is how the keys of a benchmark are drawn.
type load struct {
	name string
	keys int
	zipf bool
}

func loads() []load { return []load{{"hot", 1e5, true}, {"uniform", 1e6, false}} }

// draw makes n records: keys uniform, or as YCSB's zipfian of 0.99.
func (l load) draw(n int) []uint64 {
	r := rand.New(rand.NewPCG(7, 7))
	out := make([]uint64, n)
	const theta = 0.99
	zeta := 0.0
	for i := 1; l.zipf && i <= l.keys; i++ {
		zeta += 1 / math.Pow(float64(i), theta)
	}
	eta := (1 - math.Pow(2/float64(l.keys), 1-theta)) / (1 - (1+math.Pow(0.5, theta))/zeta)
	for i := range out {
		rank := r.IntN(l.keys)
		if l.zipf {
			u := r.Float64()
			switch uz := u * zeta; {
			case uz < 1:
				rank = 0
			case uz < 1+math.Pow(0.5, theta):
				rank = 1
			default:
				rank = int(float64(l.keys) * math.Pow(eta*u-eta+1, 1/(1-theta)))
			}
		}
		out[i] = spread(rank)
	}
	return out
}

func spread(rank int) uint64 { return uint64(rank) * 0x9E3779B97F4A7C15 }

func (l load) all() []uint64 {
	out := make([]uint64, l.keys)
	for i := range out {
		out[i] = spread(i)
	}
	return out
}

// An operator sees one record at a time, as the engine's do.
type operator interface{ Process(rec uint64) }

type counter struct{ n tables.Value[void, uint64] }

func (c *counter) Process(uint64) {
	v, _ := c.n.Get(void{})
	c.n.Set(void{}, v+1)
}

// counting is the counter job over a store.
type counting struct {
	b *testing.B
	*tables.Scope[uint64]
	op operator
}

func newCounting(b *testing.B, s backends.Store) *counting {
	c := &counting{b: b, Scope: &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(allGroups)}}
	v, err := tables.OpenValue(c.Scope, "count", tables.None{}, tables.Uint64{})
	if err != nil {
		b.Fatal(err)
	}
	c.op = &counter{v}
	return c
}

// run is the engine's loop, from bare keys.
func (c *counting) run(recs []uint64, batch int) {
	for len(recs) > 0 {
		n := min(batch, len(recs))
		c.Fill(recs[:n])
		c.Store.Begin()
		for i := range c.Keys.Batch {
			c.Keys.At = i
			c.op.Process(recs[i])
		}
		if err := c.Store.End(); err != nil {
			c.b.Fatal(err)
		}
		recs = recs[n:]
	}
}

// settle writes what the store keeps.
func (c *counting) settle() {
	s, err := c.Store.Snapshot()
	if err != nil {
		c.b.Fatal(err)
	}
	s.Close()
}

// A way is one way to do a round of work. bound is the least ratio to the bare way that is asked for; 0: none.
type way struct {
	name  string
	bound float64
	run   func(round int)
}

// compare runs all ways for some rounds and prints their bounds. The first way is the bare one.
func compare(name string, records, rounds int, ways []way) {
	took, allocs := make([][]float64, len(ways)), make([]float64, len(ways))
	var before, after runtime.MemStats
	for round := range rounds + 1 {
		for i, w := range ways {
			runtime.GC() // what others left is not ours to collect
			runtime.ReadMemStats(&before)
			from := time.Now()
			w.run(round)
			d := time.Since(from).Seconds()
			runtime.ReadMemStats(&after)
			if round > 0 { // the first is for warming up
				took[i] = append(took[i], d)
				allocs[i] += float64(after.Mallocs - before.Mallocs)
			}
		}
	}
	for i, w := range ways {
		ratio := make([]float64, rounds)
		for r := range ratio {
			ratio[r] = took[0][r] / took[i][r]
		}
		line := fmt.Sprintf("%-34s %9.0f krec/s  %6.2f x", name+", "+w.name, float64(records)/median(took[i])/1e3, median(ratio))
		perRecord := allocs[i] / float64(records*rounds)
		switch {
		case w.bound == 0:
			fmt.Printf("%s  %20s  %.4f allocs/rec\n", line, "", perRecord)
		default:
			fmt.Printf("%s  >= %.2f x  %-8s  %.4f allocs/rec, 0 asked: %s\n", line, w.bound, met(median(ratio) >= w.bound), perRecord, met(perRecord < 0.0005))
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

// BenchLive holds a backend of live objects against a Go map, and prints how long a snapshot of 1e6 entries keeps the task waiting.
func BenchLive(b *testing.B, name string, backend backends.Backend) {
	const n, rounds = 1 << 20, 21
	open := func() backends.Store {
		s, err := backend.Open(backends.Options{Groups: backends.Groups{Last: allGroups - 1}, Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s
	}
	for b.Loop() {
		for i, l := range loads() {
			recs, m, c := l.draw(n), map[uint64]uint64{}, newCounting(b, open())
			for _, k := range l.all() {
				m[k] = 1
			}
			c.run(l.all(), 1024)
			compare(name+", "+l.name, n, rounds, []way{
				{"bare Go map", 0, func(int) {
					for _, k := range recs {
						m[k]++
					}
				}},
				{"one at a time", 0, func(int) { c.run(recs, 1) }},
				{"batch 256", 0, func(int) { c.run(recs, 256) }},
				{"batch 1024", []float64{0.8, 1.6}[i], func(int) { c.run(recs, 1024) }},
			})
		}
		benchPause(b, name, open())
	}
	b.ReportMetric(0, "ns/op")
}

func benchPause(b *testing.B, name string, s backends.Store) {
	c := newCounting(b, s)
	l := loads()[1]
	c.run(l.all(), 1024)
	var pause []float64
	for range 51 {
		from := time.Now()
		f, err := s.Snapshot()
		pause = append(pause, time.Since(from).Seconds())
		if err != nil {
			b.Fatal(err)
		}
		c.run(l.all()[:1<<16], 1024)
		f.Close()
	}
	fmt.Printf("%-34s %9.3f ms (longest %.3f)  <= 1 ms  %s\n", name+", snapshot of 1e6, pause", median(pause)*1e3, slices.Max(pause)*1e3, met(median(pause) <= 1e-3))
}

// Bare is an ordered store as a program without weir would use it: a Get and a Set for each record.
type Bare struct {
	DB      kv.DB
	Get     func(key []byte) uint64 // of a value of eight bytes
	Set     func(key, value []byte)
	Compact func() error // every way starts from one sorted level
}

// BenchOrdered holds a backend over an ordered store against the store's own Get and Set. open makes an empty one in a folder.
func BenchOrdered(b *testing.B, name string, open func(dir string) (Bare, error)) {
	const n, rounds = 1 << 16, 13
	for b.Loop() {
		for _, l := range loads() {
			recs := l.draw(8 * n)
			some := func(round int) []uint64 { return recs[round%8*n:][:n] }
			on := func(keep int) (*counting, Bare) {
				bare, err := open(b.TempDir())
				if err != nil {
					b.Fatal(err)
				}
				s := kv.Open(bare.DB, backends.Groups{Last: allGroups - 1}, kv.Options{Keep: keep})
				b.Cleanup(func() { s.Close() })
				c := newCounting(b, s)
				c.run(l.all(), 8192)
				c.settle()
				if err := bare.Compact(); err != nil {
					b.Fatal(err)
				}
				return c, bare
			}
			_, bare := on(0)
			ways := []way{{"bare Get and Set", 0, func(round int) { bare.loop(some(round)) }}}
			for _, w := range []struct {
				name         string
				batch, keep  int
				hot, uniform float64
			}{
				{"one at a time", 1, 0, 0.9, 0.9},
				{"batch 256", 256, 0, 0, 0},
				{"batch 1024", 1024, 0, 1.4, 0.95},
				{"batch 1024, keep 16384", 1024, 16384, 2.5, 0},
			} {
				bound := w.uniform
				if l.zipf {
					bound = w.hot
				}
				c, _ := on(w.keep)
				ways = append(ways, way{w.name, bound, func(round int) {
					c.run(some(round), w.batch)
					c.settle()
				}})
			}
			compare(name+", "+l.name, n, rounds, ways)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// loop is the counter without weir.
func (bare Bare) loop(recs []uint64) {
	var key []byte
	var value [8]byte
	for _, k := range recs {
		group := backends.KeyGroup(backends.JavaHashLong(int64(k)), allGroups)
		key = binary.BigEndian.AppendUint16(append(key[:0], 0), uint16(group))
		key = binary.BigEndian.AppendUint64(key, k)
		binary.BigEndian.PutUint64(value[:], bare.Get(key)+1)
		bare.Set(key, value[:])
	}
}
