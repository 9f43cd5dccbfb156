package backends_test

import (
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// The counter job is held against the bare loop of the same store: all ways go in turn, within every round, so that a machine that drifts
// drifts for all, and ci/bounds compares within a round. Every way starts from bare keys, makes key group and hash itself, and has
// written everything when the clock stops.
//
//	go test -run '^$' -bench '^Benchmark(Counter|Snapshot)$' -benchtime 1x -benchmem ./backends | go run ./ci/bounds Counter Snapshot

const (
	allGroups  = 128
	keptKeys   = 16384
	heapRounds = 31
	lsmRounds  = 31
)

// keysOf is how the keys of a benchmark are drawn: 1e5 of them by YCSB's zipfian of 0.99, or 1e6 uniformly.
type keysOf struct {
	name string
	n    int
	zipf bool
}

func hotAndUniform() []keysOf { return []keysOf{{"hot", 1e5, true}, {"uniform", 1e6, false}} }

func (l keysOf) draw(n int) []uint64 {
	r := rand.New(rand.NewPCG(7, 7))
	out := make([]uint64, n)
	const theta = 0.99
	zeta := 0.0
	for i := 1; l.zipf && i <= l.n; i++ {
		zeta += 1 / math.Pow(float64(i), theta)
	}
	eta := (1 - math.Pow(2/float64(l.n), 1-theta)) / (1 - (1+math.Pow(0.5, theta))/zeta)
	for i := range out {
		rank := r.IntN(l.n)
		if l.zipf {
			u := r.Float64()
			switch uz := u * zeta; {
			case uz < 1:
				rank = 0
			case uz < 1+math.Pow(0.5, theta):
				rank = 1
			default:
				rank = min(l.n-1, int(float64(l.n)*math.Pow(eta*u-eta+1, 1/(1-theta))))
			}
		}
		out[i] = keyOf(rank)
	}
	return out
}

func keyOf(rank int) uint64 { return uint64(rank) * 0x9E3779B97F4A7C15 }

func (l keysOf) all() []uint64 {
	out := make([]uint64, l.n)
	for i := range out {
		out[i] = keyOf(i)
	}
	return out
}

// A way is one way to treat records. Its name is its dimensions.
type way struct {
	name string
	run  func(recs []uint64)
	end  func() // of a round, unless nil: its time counts as well
}

// turns gives all records to every way, so many at a time and every time from another way on: what disturbs the machine, and what a way
// leaves behind for the next (warm caches, a flush), falls on all of them.
func turns(recs []uint64, turn, ways, from int) iter.Seq2[int, []uint64] {
	return func(yield func(int, []uint64) bool) {
		for n := 0; n < len(recs); n += turn {
			for i := range ways {
				if !yield((n/turn+from+i)%ways, recs[n:][:turn]) {
					return
				}
			}
		}
	}
}

// inTurn runs all ways on the same records, round by round and in turns within a round, each round on other records. One more before the first warms up.
func inTurn(b *testing.B, first, rounds, records int, recs []uint64, ways []way) {
	for round := range rounds + 1 {
		took, allocs := make([]time.Duration, len(ways)), make([]uint64, len(ways))
		measure := func(at int, do func()) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			do()
			took[at] += time.Since(begun)
			runtime.ReadMemStats(&after)
			allocs[at] += after.Mallocs - before.Mallocs
		}
		for at, some := range turns(recs[round*records%len(recs):][:records], records/4, len(ways), round) {
			measure(at, func() { ways[at].run(some) })
		}
		for at, w := range ways {
			if w.end != nil {
				measure(at, w.end)
			}
			if round > 0 {
				b.Run(fmt.Sprintf("round=%02d/%s", first+round-1, w.name), func(b *testing.B) {
					b.ReportMetric(float64(records)/took[at].Seconds(), "rec/s")
					b.ReportMetric(float64(allocs[at])/float64(records), "allocs/rec")
					b.ReportMetric(0, "ns/op") // not shown: of what was measured before, this is no iteration
				})
			}
		}
	}
}

// An operator sees one record at a time, as the engine's do.
type operator interface{ Process(rec uint64) }

type counter struct {
	n tables.Value[backends.Void, uint64]
}

func (c *counter) Process(uint64) {
	v, _ := c.n.Get(backends.Void{})
	c.n.Set(backends.Void{}, v+1)
}

// counting is the counter job over a store.
type counting struct {
	b *testing.B
	*tables.Scope[uint64]
	op operator
}

func newCounting(b *testing.B, s backends.Store, err error) *counting {
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
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

func everyGroup() backends.Groups { return backends.Groups{Last: allGroups - 1} }

// BenchmarkCounter is the counter job on every backend, beside a Go map and beside the Get and Set of the database beneath.
func BenchmarkCounter(b *testing.B) {
	for _, l := range hotAndUniform() {
		b.Run("backend=heap/keys="+l.name, func(b *testing.B) { countLive(b, l) })
	}
	for _, d := range databases() {
		for _, l := range hotAndUniform() {
			b.Run("backend="+d.name+"/keys="+l.name, func(b *testing.B) { countOrdered(b, l, d) })
		}
	}
}

func countLive(b *testing.B, l keysOf) {
	const n = 1 << 21
	m := map[uint64]uint64{}
	for _, k := range l.all() {
		m[k] = 1
	}
	ways := []way{{name: "loop=bare", run: func(recs []uint64) {
		for _, k := range recs {
			m[k]++
		}
	}}}
	for _, batch := range []int{1, 256, 1024} {
		s, err := heap.Backend{}.Open(backends.Options{Groups: everyGroup()})
		c := newCounting(b, s, err)
		c.run(l.all(), 1024)
		ways = append(ways, way{name: fmt.Sprintf("batch=%d", batch), run: func(recs []uint64) { c.run(recs, batch) }})
	}
	inTurn(b, 0, heapRounds, n, l.draw(4*n), ways)
}

// A database is an ordered store, and how a program without weir would use it.
type database struct {
	name string
	open func(dir string) (opened, error)
}

// opened is one database, of one way.
type opened struct {
	kv.DB
	kv.Compacter
	get   func(key []byte) (uint64, error) // of a value of eight bytes
	set   func(key, value []byte) error
	merge func(key, value []byte) error
	drop  func(key []byte) error
	look  func(key []byte, use func(value []byte)) (bool, error)
	walk  func(prefix []byte, use func(key, value []byte) bool) error // until use says no

	put, remove func(key []byte) error // into a batch of the database's own
	write       func() error           // that batch
}

func (o opened) loop(b *testing.B, recs []uint64) {
	var key []byte
	var value [8]byte
	for _, k := range recs {
		group := backends.KeyGroup(backends.JavaHashLong(int64(k)), allGroups)
		key = binary.BigEndian.AppendUint16(append(key[:0], 0), uint16(group))
		key = binary.BigEndian.AppendUint64(key, k)
		n, err := o.get(key)
		if err != nil {
			b.Fatal(err)
		}
		binary.BigEndian.PutUint64(value[:], n+1)
		if err := o.set(key, value[:]); err != nil {
			b.Fatal(err)
		}
	}
}

// countOrdered has two passes with databases of their own: on uniform keys, in batches, one database was a tenth slower than the next from the first round to the last.
func countOrdered(b *testing.B, l keysOf, d database) {
	const n = 1 << 16
	recs := l.draw(8 * n)
	for pass := range 2 {
		ways, done := orderedWays(b, l, d)
		inTurn(b, pass*lsmRounds, lsmRounds, n, recs, ways)
		done()
	}
}

// orderedWays gives each way a database of its own, which it finds in one sorted level.
func orderedWays(b *testing.B, l keysOf, d database) (ways []way, done func()) {
	var stores []backends.Store
	filled := func(keep int) (*counting, opened) {
		o, err := d.open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		c := newCounting(b, kv.Open(o.DB, everyGroup(), kv.Options{Keep: keep}), nil)
		c.run(l.all(), 8192)
		c.settle()
		if err := o.Compact(); err != nil {
			b.Fatal(err)
		}
		stores = append(stores, c.Store)
		return c, o
	}
	_, bare := filled(0)
	ways = []way{{name: "loop=bare", run: func(recs []uint64) { bare.loop(b, recs) }}}
	for _, w := range []struct {
		name        string
		batch, keep int
	}{
		{"batch=1", 1, 0},
		{"batch=1024", 1024, 0},
		{fmt.Sprintf("batch=1024/keep=%d", keptKeys), 1024, keptKeys},
	} {
		c, _ := filled(w.keep)
		one := way{name: w.name, run: func(recs []uint64) { c.run(recs, w.batch) }}
		if w.keep > 0 {
			one.end = c.settle
		}
		ways = append(ways, one)
	}
	return ways, func() {
		for _, s := range stores {
			s.Close()
		}
	}
}

// BenchmarkSnapshot is how long a snapshot of the heap keeps a task from its records. Beside it a Go map of the same entries is copied.
// Between two snapshots a part of the state is written to, so that segments are copied.
func BenchmarkSnapshot(b *testing.B) {
	l := hotAndUniform()[1]
	s, err := heap.Backend{}.Open(backends.Options{Groups: everyGroup()})
	m, c := map[uint64]uint64{}, newCounting(b, s, err)
	for _, k := range l.all() {
		m[k] = 1
	}
	c.run(l.all(), 1024)
	pause := func(b *testing.B) {
		b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "pause-ms")
	}
	for round := range 31 {
		name := fmt.Sprintf("backend=heap/entries=%d/round=%02d/", l.n, round)
		b.Run(name+"copy=all", func(b *testing.B) {
			for b.Loop() {
				m = maps.Clone(m)
			}
			pause(b)
		})
		b.Run(name+"copy=on-write", func(b *testing.B) {
			for b.Loop() {
				f, err := s.Snapshot()
				b.StopTimer()
				if err != nil {
					b.Fatal(err)
				}
				c.run(l.all()[:1<<16], 1024)
				f.Close()
				b.StartTimer()
			}
			pause(b)
		})
	}
}
